"""Stills from disk as clean RGB pictures, and frames seen through a view of one.

Opens PNG, JPEG and WebP only, and nothing larger than 50 megapixels: a still is input from outside.
Upright views are taken by a resampled float box, all others by a homography over a still drawn at
twice its size; both are true to a few hundredths of a pixel. Never shows what lies beyond an edge.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps, ImageStat

from vidgen.errors import ProviderError
from vidgen.providers.animatic.geometry import Stage, View

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 50_000_000
_MAX_CANVAS = 40_000_000
_HALVES = 2  # canvas pixels a frame pixel, under a homography


class StillUnreadable(ProviderError):
    """A still that is no picture of ours: damaged, too large, or of another format."""


def open_still(path: Path) -> Image.Image:
    """The picture as upright RGB in sRGB, transparency laid on a ground. Raises StillUnreadable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", Image.DecompressionBombWarning
            )  # its size is asked below
            picture = Image.open(path, formats=FORMATS)
        with picture:
            if picture.width * picture.height > MAX_PIXELS:
                size = f"{picture.width}x{picture.height}"
                raise StillUnreadable(
                    f"{size} is more than {MAX_PIXELS // 1_000_000} megapixels",
                    where=path.name,
                    hint="export it smaller",
                )
            picture.load()
            return _plain(ImageOps.exif_transpose(picture))
    except StillUnreadable:
        raise
    except FileNotFoundError as error:
        raise StillUnreadable("it is not there", where=path.name) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise StillUnreadable(
            f"it is not a PNG, JPEG or WebP picture that can be read ({error})",
            where=path.name,
            hint="open it in an image editor and export it again",
        ) from error


def _plain(picture: Image.Image) -> Image.Image:
    """Any mode that those formats decode to, as RGB."""
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I"):  # sixteen bits a pixel: keep the upper eight
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    if picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info:
        return _grounded(picture.convert("RGBA"))
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        picture = _in_srgb(picture, profile)
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _grounded(picture: Image.Image) -> Image.Image:
    """Laid on near-black where what can be seen of it is light, on white where it is dark."""
    alpha = picture.getchannel("A")
    if alpha.getextrema()[0] == 255:
        return picture.convert("RGB")
    seen = alpha.point(lambda level: 255 if level > 127 else 0)
    light = ImageStat.Stat(picture.convert("L"), seen).mean[0] if seen.getbbox() else 0.0
    ground = Image.new("RGBA", picture.size, (18, 18, 20) if light > 128 else (255, 255, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Colours of a wide or printed gamut as a screen shows them; untouched where that fails."""
    try:
        from PIL import ImageCms
    except ImportError:  # a Pillow built without colour management
        return picture
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(given).lower():
            return picture
        screen = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, given, screen, outputMode="RGB")
    except (OSError, ValueError, ImageCms.PyCMSError):
        return picture
    return converted or picture


class Sight:
    """A still on a stage, prepared once for a row of views."""

    def __init__(self, still: Image.Image, stage: Stage, views: Sequence[View]) -> None:
        self.stage = stage
        self.views = views
        closest = [1 / min(view.xx, view.yy) for view in views]
        if any(view.is_box for view in views):
            self.flat = _shrunk(still, stage, max(closest))
        if not all(view.is_box for view in views):
            middle = sqrt(min(closest) * max(closest))
            self.doubled = _doubled(_shrunk(still, stage, middle), stage, middle)

    def frame(self, index: int) -> Image.Image:
        """Frame `index` in RGB, of the stage's size. Safe to call from several threads."""
        view = self.views[index]
        return self._box(view) if view.is_box else self._seen(view)

    def _box(self, view: View) -> Image.Image:
        stage, canvas, box = self.stage, self.flat, []
        for reach, size, extent, middle, side in (
            (view.xx, stage.width, stage.across, view.x1, canvas.width),
            (view.yy, stage.height, stage.down, view.y1, canvas.height),
        ):
            scale = side / extent
            low = (extent / 2 + middle - reach * size / 2) * scale
            high = (extent / 2 + middle + reach * size / 2) * scale
            box.append((max(0.0, low), min(float(side), high)))
        (left, right), (top, bottom) = box
        # Bicubic, not Lanczos: that is sharper, and puts things up to 0.04 pixels out of place.
        return canvas.resize(
            (stage.width, stage.height), Image.Resampling.BICUBIC, box=(left, top, right, bottom)
        )

    def _seen(self, view: View) -> Image.Image:
        stage, canvas = self.stage, self.doubled
        to_canvas = View(
            canvas.width / stage.across, 0, canvas.width / 2,
            0, canvas.height / stage.down, canvas.height / 2,
            0, 0, 1,
        )  # fmt: skip
        from_pixels = View(1, 0, -stage.width / 2, 0, 1, -stage.height / 2, 0, 0, 1)
        numbers = to_canvas.after(view).after(from_pixels)
        return canvas.transform(
            (stage.width, stage.height),
            Image.Transform.PERSPECTIVE,
            [number / numbers.w1 for number in numbers[:8]],
            Image.Resampling.BILINEAR,
        )


def _shrunk(still: Image.Image, stage: Stage, closest: float) -> Image.Image:
    """The still no larger than a view `closest` times enlarged can show."""
    size = ceil(stage.across * closest), ceil(stage.down * closest)
    if still.width < size[0] * 1.1 and still.height < size[1] * 1.1:
        return still
    return still.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _doubled(still: Image.Image, stage: Stage, closest: float) -> Image.Image:
    """Two canvas pixels for each frame pixel: bilinear samples between them are faithful."""
    scale = _HALVES * closest
    scale *= min(1.0, sqrt(_MAX_CANVAS / (stage.across * stage.down * scale**2)))
    size = ceil(stage.across * scale), ceil(stage.down * scale)
    if size[0] < 2.3 * still.width:  # what sampling will soften is given back beforehand
        still = still.filter(ImageFilter.UnsharpMask(0.7, 40, 0))
    return still.resize(size, Image.Resampling.BICUBIC)
