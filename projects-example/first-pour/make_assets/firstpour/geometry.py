"""Outlines: Bezier paths, splines, ribbons and the transforms that place them.

Everything is in design units (1080 by 1920 for a still) and pure; nothing here paints.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Path = list[Point]

_STEPS = 40


@dataclass(frozen=True, slots=True)
class Affine:
    """A plane transform: x' = a x + b y + c, y' = d x + e y + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def at(self, point: Point) -> Point:
        """Transform one point."""
        x, y = point
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def after(self, first: Affine) -> Affine:
        """Compose: `first` is applied before this one."""
        return Affine(
            self.a * first.a + self.b * first.d,
            self.a * first.b + self.b * first.e,
            self.a * first.c + self.b * first.f + self.c,
            self.d * first.a + self.e * first.d,
            self.d * first.b + self.e * first.e,
            self.d * first.c + self.e * first.f + self.f,
        )

    def size(self) -> float:
        """Return the factor by which lengths grow (geometric mean of both axes)."""
        return math.sqrt(abs(self.a * self.e - self.b * self.d))


def place(
    x: float = 0.0,
    y: float = 0.0,
    *,
    turn: float = 0.0,
    size: float = 1.0,
    flip: bool = False,
    about: Point = (0.0, 0.0),
) -> Affine:
    """Scale and turn (degrees clockwise) around `about`, then move `about` to about + (x, y)."""
    cosine, sine = math.cos(math.radians(turn)) * size, math.sin(math.radians(turn)) * size
    across = -1.0 if flip else 1.0
    px, py = about
    return Affine(
        cosine * across,
        -sine,
        px + x - cosine * across * px + sine * py,
        sine * across,
        cosine,
        py + y - sine * across * px - cosine * py,
    )


def bezier(*controls: Point, steps: int = _STEPS) -> Path:
    """Sample a Bezier curve of any degree by de Casteljau's rule."""
    path: Path = []
    for index in range(steps + 1):
        t = index / steps
        points = list(controls)
        while len(points) > 1:
            points = [
                (x0 + (x1 - x0) * t, y0 + (y1 - y0) * t) for (x0, y0), (x1, y1) in pairwise(points)
            ]
        path.append(points[0])
    return path


_ARGUMENTS = {"M": 2, "L": 2, "C": 6, "S": 4, "Q": 4}


def outline(text: str) -> Path:
    """Flatten an absolute SVG path of one piece (M L C S Q, repeated arguments allowed)."""
    path: Path = []
    handle: Point = (0.0, 0.0)
    for letter, body in re.findall(r"([MLCSQ])([^MLCSQ]*)", text):
        numbers = [float(word) for word in body.replace(",", " ").split()]
        for start in range(0, len(numbers), _ARGUMENTS[letter]):
            piece = numbers[start : start + _ARGUMENTS[letter]]
            points = list(zip(piece[::2], piece[1::2], strict=True))
            if letter in "ML":
                path.append(points[0])
            else:
                here = path[-1]
                if letter == "S":
                    points.insert(0, (2 * here[0] - handle[0], 2 * here[1] - handle[1]))
                path += bezier(here, *points)[1:]
            handle = points[-2] if len(points) > 1 else points[-1]
    return path


def spline(points: Sequence[Point], *, closed: bool = False, steps: int = 24) -> Path:
    """Run a centripetal Catmull-Rom curve through `points`: smooth, with no overshoot."""
    if closed:
        knots = [points[-1], *points, points[0], points[1]]
    else:
        first, last = points[0], points[-1]
        knots = [
            (2 * first[0] - points[1][0], 2 * first[1] - points[1][1]),
            *points,
            (2 * last[0] - points[-2][0], 2 * last[1] - points[-2][1]),
        ]
    path: Path = []
    for index in range(len(knots) - 3):
        path += _catmull(knots[index : index + 4], steps)
    return path if closed else [*path, points[-1]]


def _catmull(knots: Sequence[Point], steps: int) -> Path:
    """Sample the middle span of four knots, its end left out."""
    times = [0.0]
    for before, after in pairwise(knots):
        times.append(times[-1] + max(math.sqrt(math.dist(before, after)), 1e-6))
    path: Path = []
    for index in range(steps):
        t = times[1] + (times[2] - times[1]) * index / steps
        row = list(knots)
        for level in range(1, 4):
            row = [
                _between(row[i], row[i + 1], times[_low(level, i)], times[_high(level, i)], t)
                for i in range(len(row) - 1)
            ]
        path.append(row[0])
    return path


def _low(level: int, index: int) -> int:
    """Name the earlier knot of the Barry-Goldman pyramid."""
    return (index, index, index + 1)[level - 1]


def _high(level: int, index: int) -> int:
    """Name the later knot of the Barry-Goldman pyramid."""
    return (index + 1, index + 2, index + 2)[level - 1]


def _between(a: Point, b: Point, start: float, end: float, t: float) -> Point:
    """Interpolate along a line whose ends are met at `start` and `end`."""
    share = (t - start) / (end - start)
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def ribbon(spine: Sequence[Point], width: Callable[[float], float] | float) -> Path:
    """Thicken an open line: `width` in design units, or a function of 0..1 along it."""
    lengths = [0.0]
    for before, after in pairwise(spine):
        lengths.append(lengths[-1] + math.dist(before, after))
    left: Path = []
    right: Path = []
    for index, (x, y) in enumerate(spine):
        x0, y0 = spine[max(index - 1, 0)]
        x1, y1 = spine[min(index + 1, len(spine) - 1)]
        length = math.dist((x0, y0), (x1, y1)) or 1.0
        share = lengths[index] / (lengths[-1] or 1.0)
        half = (width(share) if callable(width) else width) / 2
        nx, ny = -(y1 - y0) / length * half, (x1 - x0) / length * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


def ellipse(x: float, y: float, rx: float, ry: float | None = None, *, turn: float = 0.0) -> Path:
    """Draw an ellipse, or a circle when one radius is given."""
    return arc(x, y, rx, rx if ry is None else ry, 0, 360, turn=turn)[:-1]


def arc(
    x: float, y: float, rx: float, ry: float, start: float, end: float, *, turn: float = 0.0
) -> Path:
    """Draw an open arc; degrees go clockwise from three o'clock."""
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    steps = 96
    path: Path = []
    for index in range(steps + 1):
        angle = math.radians(start + (end - start) * index / steps)
        px, py = rx * math.cos(angle), ry * math.sin(angle)
        path.append((x + px * cosine - py * sine, y + px * sine + py * cosine))
    return path


def box(x0: float, y0: float, x1: float, y1: float, radius: float = 0.0) -> Path:
    """Draw a rectangle, its corners rounded by `radius`."""
    if not radius:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    r = min(radius, (x1 - x0) / 2, (y1 - y0) / 2)
    return [
        *arc(x1 - r, y0 + r, r, r, -90, 0),
        *arc(x1 - r, y1 - r, r, r, 0, 90),
        *arc(x0 + r, y1 - r, r, r, 90, 180),
        *arc(x0 + r, y0 + r, r, r, 180, 270),
    ]


def capsule(start: Point, end: Point, width: float, end_width: float | None = None) -> Path:
    """Draw a finger-like bar with round ends, tapering to `end_width`."""
    r0, r1 = width / 2, (width if end_width is None else end_width) / 2
    way = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
    return [
        *arc(*end, r1, r1, way - 90, way + 90),
        *arc(*start, r0, r0, way + 90, way + 270),
    ]


def moved(path: Iterable[Point], x: float, y: float) -> Path:
    """Shift every point."""
    return [(px + x, py + y) for px, py in path]


def taper(peak: float, *, start: float = 0.0, end: float = 0.0) -> Callable[[float], float]:
    """Make a ribbon width that swells from `start` to `peak` and falls to `end`."""

    def width(t: float) -> float:
        swell = math.sin(math.pi * t)
        return start + (end - start) * t + (peak - (start + end) / 2) * swell

    return width
