"""A painter over Pillow: filled outlines, gradients, clips, light, and the final grain.

Paint is laid at twice the final size and brought down at the end, so edges are clean. Every
random grain comes from a seed, so the same Pillow gives the same bytes. It never reads a file.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .geometry import Affine, Path, Point
from .palette import INK, Colour

Stops = Sequence[tuple[float, Colour]]
Frame = tuple[int, int, int, int]

_BLENDS: dict[str, Callable[[Image.Image, Image.Image], Image.Image]] = {
    "multiply": ImageChops.multiply,
    "screen": ImageChops.screen,
    "overlay": ImageChops.overlay,
    "soft": ImageChops.soft_light,
    "add": ImageChops.add,
}


@dataclass(frozen=True, slots=True)
class Linear:
    """A gradient along a line."""

    start: Point
    end: Point
    stops: Stops


@dataclass(frozen=True, slots=True)
class Radial:
    """A gradient out from a centre; `rx` and `ry` are where the last stop lies."""

    centre: Point
    rx: float
    ry: float
    stops: Stops


Paint = Colour | Linear | Radial


def _ramp(stops: Stops, t: float) -> Colour:
    """Read a gradient at `t`, held at both ends, eased nowhere."""
    if t <= stops[0][0]:
        return stops[0][1]
    for (t0, c0), (t1, c1) in pairwise(stops):
        if t <= t1:
            share = (t - t0) / (t1 - t0)
            red, green, blue = (round(a + (b - a) * share) for a, b in zip(c0, c1, strict=True))
            return red, green, blue
    return stops[-1][1]


@lru_cache(maxsize=8)
def _noise(width: int, height: int, seed: int) -> Image.Image:
    """Make grey noise, about Gaussian round 128, the same for the same seed."""
    source = random.Random(seed)
    layers = [Image.frombytes("L", (width, height), source.randbytes(width * height)) for _ in "ab"]
    return Image.blend(layers[0], layers[1], 0.5)


@lru_cache(maxsize=1)
def _cone() -> Image.Image:
    """Map distance from the middle of 512 pixels: 0 there, 255 from 254 pixels outwards.

    Pillow's own radial gradient reaches 255 only in its corners, which would cut glows short.
    """
    side = range(-256, 256)
    row = [min(255, round(math.hypot(x, y) * 255 / 254)) for y in side for x in side]
    return Image.frombytes("L", (512, 512), bytes(row))


class Canvas:
    """A picture in progress, addressed in design units."""

    def __init__(
        self, width: int, height: int, *, units: float = 1080.0, ground: Colour = INK
    ) -> None:
        self.final = (width, height)
        self.scale = width * 2 / units
        self.image = Image.new("RGB", (width * 2, height * 2), ground)
        self._place = Affine()
        self._clips: list[Image.Image] = []

    @property
    def page(self) -> Path:
        """The whole picture as an outline, with some bleed."""
        width, height = (side / self.scale for side in self.image.size)
        return [(-9.0, -9.0), (width + 9, -9.0), (width + 9, height + 9), (-9.0, height + 9)]

    @contextmanager
    def moved(self, change: Affine) -> Iterator[None]:
        """Draw inside a transform."""
        before, self._place = self._place, self._place.after(change)
        yield
        self._place = before

    @contextmanager
    def clip(
        self, path: Sequence[Point], *, holes: Sequence[Sequence[Point]] = ()
    ) -> Iterator[None]:
        """Keep paint inside an outline."""
        with self._masked(self._mask(path, (0, 0, *self.image.size), 0.0, holes)):
            yield

    @contextmanager
    def clip_out(self, path: Sequence[Point]) -> Iterator[None]:
        """Keep paint outside an outline."""
        whole = self._mask(path, (0, 0, *self.image.size), 0.0, ())
        with self._masked(ImageChops.invert(whole)):
            yield

    @contextmanager
    def _masked(self, mask: Image.Image) -> Iterator[None]:
        if self._clips:
            mask = ImageChops.multiply(mask, self._clips[-1])
        self._clips.append(mask)
        yield
        self._clips.pop()

    def fill(
        self,
        path: Sequence[Point],
        paint: Paint,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
        mode: str = "normal",
        holes: Sequence[Sequence[Point]] = (),
        inside_out: bool = False,
    ) -> None:
        """Paint an outline; `blur` is a radius in design units, `inside_out` paints around it."""
        frame = self._frame(self.page if inside_out else path, blur, placed=not inside_out)
        if frame is None:
            return
        mask = self._mask(path, frame, blur, holes)
        if inside_out:
            mask = ImageChops.invert(mask)
        self._lay(frame, mask, self._paint(paint, frame), opacity, mode)

    def glow(
        self, centre: Point, rx: float, ry: float, paint: Colour, *, opacity: float, mode: str
    ) -> None:
        """Lay soft round light (or shade) that dies away to nothing at its radius."""
        frame = self._frame(
            [(centre[0] - rx, centre[1] - ry), (centre[0] + rx, centre[1] - ry),
             (centre[0] + rx, centre[1] + ry), (centre[0] - rx, centre[1] + ry)], 0.0,
        )  # fmt: skip
        if frame is None:
            return
        falloff = [
            round(255 * (0.5 + 0.5 * math.cos(math.pi * i / 255)) ** 1.5) for i in range(256)
        ]
        mask = self._distance(centre, rx, ry, frame).point(falloff)
        self._lay(frame, mask, self._paint(paint, frame), opacity, mode)

    def edge(
        self,
        path: Sequence[Point],
        paint: Paint,
        *,
        away: Point,
        blur: float = 0.0,
        opacity: float = 1.0,
        mode: str = "normal",
    ) -> None:
        """Paint the sliver inside an outline that it leaves bare when shifted by `away`."""
        dx, dy = away
        shifted = [(x + dx, y + dy) for x, y in path]
        with self.clip(path):
            frame = self._frame(path, blur)
            if frame is None:
                return
            mask = ImageChops.invert(self._mask(shifted, frame, blur, ()))
            self._lay(frame, mask, self._paint(paint, frame), opacity, mode)

    def shadow(
        self,
        path: Sequence[Point],
        *,
        away: Point,
        blur: float,
        opacity: float,
        paint: Colour = INK,
    ) -> None:
        """Drop a soft shadow of an outline onto what is already painted."""
        dx, dy = away
        self.fill(
            [(x + dx, y + dy) for x, y in path], paint, blur=blur, opacity=opacity, mode="multiply"
        )

    def brush(
        self,
        path: Sequence[Point],
        *,
        strength: float,
        turn: float = 0.0,
        seed: int = 7,
        coarse: float = 1.0,
    ) -> None:
        """Drag dry-brush streaks through an outline, along `turn` degrees."""
        frame = self._frame(path, 0.0)
        if frame is None:
            return
        tile = self._streaks(frame, turn, seed, coarse)
        area = self.image.crop(frame)
        self._lay(
            frame,
            self._mask(path, frame, 0.0, ()),
            ImageChops.overlay(area, Image.merge("RGB", (tile, tile, tile))),
            strength,
            "normal",
        )

    def soften(self, radius: float) -> None:
        """Throw everything painted so far out of focus."""
        self.image = self.image.filter(ImageFilter.GaussianBlur(radius * self.scale))

    def finished(
        self, *, seed: int, grain: float = 0.1, vignette: float = 0.35, warmth: float = 0.06
    ) -> Image.Image:
        """Bring the picture down to size and give it vignette, paper and grain."""
        image = self.image.resize(self.final, Image.Resampling.LANCZOS)
        width, height = image.size
        dim = _cone().resize((round(width * 1.7), round(height * 1.5)), Image.Resampling.BICUBIC)
        left, top = (dim.width - width) // 2, (dim.height - height) // 2
        dim = dim.crop((left, top, left + width, top + height))
        dim = dim.point([round(255 * (1 - vignette * (i / 255) ** 2.6)) for i in range(256)])
        image = ImageChops.multiply(image, Image.merge("RGB", (dim, dim, dim)))
        tint = Image.new("RGB", image.size, (255, 214, 150))
        image = Image.blend(image, ImageChops.soft_light(image, tint), warmth)
        fine = _noise(width, height, seed)
        soft = _noise(width // 3, height // 3, seed + 1).resize(
            image.size, Image.Resampling.BICUBIC
        )
        paper = Image.blend(fine, soft, 0.5)
        rough = ImageChops.overlay(image, Image.merge("RGB", (paper, paper, paper)))
        return Image.blend(image, rough, grain)

    def _points(self, path: Sequence[Point]) -> list[Point]:
        """Bring an outline to pixels."""
        scale = self.scale
        return [(x * scale, y * scale) for x, y in map(self._place.at, path)]

    def _frame(self, path: Sequence[Point], blur: float, *, placed: bool = True) -> Frame | None:
        """Find the pixels that an outline and its blur can reach, none if off the page."""
        points = (
            self._points(path) if placed else [(x * self.scale, y * self.scale) for x, y in path]
        )
        bleed = 3.2 * blur * self.scale * self._place.size() + 2
        x0 = max(0, math.floor(min(x for x, _ in points) - bleed))
        y0 = max(0, math.floor(min(y for _, y in points) - bleed))
        x1 = min(self.image.width, math.ceil(max(x for x, _ in points) + bleed))
        y1 = min(self.image.height, math.ceil(max(y for _, y in points) + bleed))
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None

    def _mask(
        self, path: Sequence[Point], frame: Frame, blur: float, holes: Sequence[Sequence[Point]]
    ) -> Image.Image:
        """Rasterise an outline inside a frame of pixels."""
        radius = blur * self.scale * self._place.size()
        bleed = math.ceil(radius * 3)
        x0, y0, x1, y1 = frame
        mask = Image.new("L", (x1 - x0 + 2 * bleed, y1 - y0 + 2 * bleed), 0)
        draw = ImageDraw.Draw(mask)
        for piece, level in [(path, 255), *((hole, 0) for hole in holes)]:
            points = [(x - x0 + bleed, y - y0 + bleed) for x, y in self._points(piece)]
            draw.polygon(points, fill=level)
        if not bleed:
            return mask
        mask = mask.filter(ImageFilter.GaussianBlur(radius))
        return mask.crop((bleed, bleed, mask.width - bleed, mask.height - bleed))

    def _distance(self, centre: Point, rx: float, ry: float, frame: Frame) -> Image.Image:
        """Map each pixel to its distance from a centre: 0 there, 255 at the radius."""
        place, scale = self._place, self.scale
        det = place.a * place.e - place.b * place.d
        cx, cy = (side * scale for side in place.at(centre))
        ia, ib = place.e / det / scale * 254 / rx, -place.b / det / scale * 254 / rx
        id_, ie = -place.d / det / scale * 254 / ry, place.a / det / scale * 254 / ry
        ox, oy = frame[0] - cx, frame[1] - cy
        return _cone().transform(
            (frame[2] - frame[0], frame[3] - frame[1]),
            Image.Transform.AFFINE,
            (ia, ib, ia * ox + ib * oy + 256, id_, ie, id_ * ox + ie * oy + 256),
            Image.Resampling.BILINEAR,
            fillcolor=255,
        )

    def _paint(self, paint: Paint, frame: Frame) -> Image.Image:
        """Cover a frame of pixels with a colour or a gradient."""
        size = (frame[2] - frame[0], frame[3] - frame[1])
        if isinstance(paint, Linear):
            return self._linear(paint, frame, size)
        if isinstance(paint, Radial):
            distance = self._distance(paint.centre, paint.rx, paint.ry, frame)
            table = [_ramp(paint.stops, level / 255) for level in range(256)]
            return Image.merge(
                "RGB", [distance.point([row[band] for row in table]) for band in range(3)]
            )
        return Image.new("RGB", size, paint)

    def _linear(self, paint: Linear, frame: Frame, size: tuple[int, int]) -> Image.Image:
        """Build a linear gradient from a strip that covers exactly the range met."""
        x0, y0 = (side * self.scale for side in self._place.at(paint.start))
        x1, y1 = (side * self.scale for side in self._place.at(paint.end))
        length = (x1 - x0) ** 2 + (y1 - y0) ** 2
        gx, gy = (x1 - x0) / length, (y1 - y0) / length
        base = (frame[0] - x0) * gx + (frame[1] - y0) * gy
        corners = [base + gx * x + gy * y for x in (0, size[0]) for y in (0, size[1])]
        low, rows = min(corners), 1536
        step = max(max(corners) - low, 1e-6) / (rows - 4)
        strip = Image.new("RGB", (4, rows))
        for row in range(rows):
            strip.paste(_ramp(paint.stops, low + (row - 2) * step), (0, row, 4, row + 1))
        return strip.transform(
            size,
            Image.Transform.AFFINE,
            (0, 0, 2, gx / step, gy / step, (base - low) / step + 2),
            Image.Resampling.BILINEAR,
        )

    def _streaks(self, frame: Frame, turn: float, seed: int, coarse: float) -> Image.Image:
        """Stretch seeded noise along one direction into brush marks."""
        cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        along, across = 1 / (self.scale * 90 * coarse), 1 / (self.scale * 2.2 * coarse)
        side = 1024
        source = _noise(side, side, seed)
        x0, y0 = frame[0] - self.image.width / 2, frame[1] - self.image.height / 2
        whole = (
            cosine * along, sine * along, (x0 * cosine + y0 * sine) * along + side / 2,
            -sine * across, cosine * across, (y0 * cosine - x0 * sine) * across + side / 2,
        )  # fmt: skip
        return source.transform(
            (frame[2] - frame[0], frame[3] - frame[1]),
            Image.Transform.AFFINE,
            whole,
            Image.Resampling.BICUBIC,
            fillcolor=128,
        )

    def _lay(
        self, frame: Frame, mask: Image.Image, paint: Image.Image, opacity: float, mode: str
    ) -> None:
        """Blend paint into a frame of pixels through a mask and the current clip."""
        if self._clips:
            mask = ImageChops.multiply(mask, self._clips[-1].crop(frame))
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        if mode != "normal":
            paint = _BLENDS[mode](self.image.crop(frame), paint)
        self.image.paste(paint, frame[:2], mask)
