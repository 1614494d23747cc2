"""How alike two pictures are, and stills read wholly, to compare a clip with.

Never decodes a clip and never judges; a still from outside is opened as one of three formats only.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image, ImageMath, ImageOps, UnidentifiedImageError

from vidgen.errors import MediaError
from vidgen.media.allowed import MAX_PIXELS

WINDOW = 8
"""Side in pixels of the squares that likeness is measured in, on pictures of 120 by 68 or so."""

_STILLS = ("PNG", "JPEG", "WEBP")
_LUMA = {
    "bt709": (0.2126, 0.7152, 0.0722, 0.0),
    "bt601": (0.299, 0.587, 0.114, 0.0),
    "bt2020": (0.2627, 0.678, 0.0593, 0.0),
}
_Size = tuple[int, int]


def whole_still(path: Path) -> Image.Image:
    """A PNG, JPEG or WebP, upright, as RGB. Raises MediaError unless every line of it decodes."""
    if not path.is_file():
        raise MediaError("no such file", where=str(path))
    try:
        with Image.open(path, formats=_STILLS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                size = f"{picture.width}x{picture.height}"
                raise MediaError(f"{size} is more picture than vidgen opens", where=str(path))
            picture.verify()  # every checksum of a PNG, also past the last line
        with Image.open(path, formats=_STILLS) as picture:
            return ImageOps.exif_transpose(picture).convert("RGB")
    except UnidentifiedImageError as error:
        raise MediaError("it is no PNG, JPEG or WebP picture", where=str(path)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError("it is more picture than vidgen opens", where=str(path)) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise MediaError(f"the picture is damaged: {error}", where=str(path)) from error


def grey(path: Path, matrix: str) -> Image.Image:
    """A still as the grey that a clip with that colour matrix would have of it. MediaError."""
    return whole_still(path).convert("L", _LUMA.get(matrix, _LUMA["bt709"]))


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Structural likeness (SSIM) of two grey pictures of one size: 1 is the same, about 0 is none.

    Means over squares that do not overlap, as in Wang et al. 2004 with its constants.
    """
    x, y = one.convert("F"), other.convert("F")
    terms = {
        "x": x.reduce(WINDOW),
        "y": y.reduce(WINDOW),
        "xx": _product(x, x).reduce(WINDOW),
        "yy": _product(y, y).reduce(WINDOW),
        "xy": _product(x, y).reduce(WINDOW),
    }
    each: Image.Image = ImageMath.lambda_eval(_structure, **terms)
    return float(each.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)))  # type: ignore[arg-type]


def _structure(of: dict[str, Any]) -> Any:
    steady, firm = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    means, spread = of["x"] * of["y"], of["x"] * of["x"] + of["y"] * of["y"]
    shared = (means * 2 + steady) * ((of["xy"] - means) * 2 + firm)
    return shared / ((spread + steady) * (of["xx"] + of["yy"] - spread + firm))


def _product(one: Image.Image, other: Image.Image) -> Image.Image:
    made: Image.Image = ImageMath.lambda_eval(lambda of: of["a"] * of["b"], a=one, b=other)
    return made


def best_likeness(frames: Sequence[Image.Image], still: Image.Image, aspect: Fraction) -> float:
    """The best likeness of a frame to a still that fills its raster or stands whole inside it.

    `aspect` is that of the raster as a viewer sees it; the frames are small pictures of it.
    """
    wider = Fraction(still.width, still.height) / aspect
    width, height = frames[0].size
    box = _middle((width, height), 1 / wider)
    part = (_half(box[2] - box[0]), _half(box[3] - box[1]))
    whole = (_half(width), _half(height))
    filling = still.resize(whole, Image.Resampling.BOX, _middle(still.size, wider))
    inside = still.resize(part, Image.Resampling.BOX)
    return max(
        max(
            likeness(frame.resize(whole, Image.Resampling.BOX), filling),
            likeness(frame.resize(part, Image.Resampling.BOX, box), inside),
        )
        for frame in frames
    )


def _half(length: float) -> int:
    return max(WINDOW, round(length / 2))


def _middle(size: _Size, wider: Fraction) -> tuple[float, float, float, float]:
    """The middle of a picture that is `wider` than something, as far as both have it."""
    width, height = size[0] * min(1.0, float(1 / wider)), size[1] * min(1.0, float(wider))
    x, y = (size[0] - width) / 2, (size[1] - height) / 2
    return x, y, x + width, y + height
