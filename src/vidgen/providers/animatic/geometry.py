"""A pinhole camera before a flat picture: where each pixel of a frame looks.

Pure arithmetic. A view is a homography: nine numbers, row by row, that take a point of the frame to
a point of the picture, both in frame pixels from their centres, y down. Knows no time and no file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, inf, sin, sqrt
from typing import NamedTuple

GROUND = 0.09
"""How much nearer the bottom of the picture is than its middle, to a camera that dollies in."""
PIVOT = 1.35
"""An orbit turns about a point this far off, a little behind the picture, which so slides by."""


class View(NamedTuple):
    """A homography, row by row: (x, y, 1) of the frame times this is (X, Y, W) of the picture."""

    xx: float
    xy: float
    x1: float
    yx: float
    yy: float
    y1: float
    wx: float
    wy: float
    w1: float

    @property
    def is_box(self) -> bool:
        """Whether the frame sees an upright rectangle, which a resize can take."""
        return self.xy == self.yx == self.wx == self.wy == 0

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The point of the picture that is seen at (x, y) of the frame."""
        depth = self.wx * x + self.wy * y + self.w1
        return (
            (self.xx * x + self.xy * y + self.x1) / depth,
            (self.yx * x + self.yy * y + self.y1) / depth,
        )

    def after(self, first: View) -> View:
        """The view that takes a point through `first` and then through this one."""
        rows = (self[0:3], self[3:6], self[6:9])
        columns = (first[0::3], first[1::3], first[2::3])
        return View(
            *(
                sum(a * b for a, b in zip(row, column, strict=True))
                for row in rows
                for column in columns
            )
        )

    def tighter(self, crop: float) -> View:
        """The same direction through a lens `crop` times as long."""
        a, b, c, d, e, f, g, h, i = self
        return View(a / crop, b / crop, c, d / crop, e / crop, f, g / crop, h / crop, i)


FULL = View(1, 0, 0, 0, 1, 0, 0, 0, 1)


@dataclass(frozen=True, slots=True)
class Stage:
    """A frame of `width` x `height` pixels over a picture that spans `across` x `down` of them.

    The picture covers the frame: one way the two are equal, the other way it may reach over.
    """

    width: int
    height: int
    across: float
    down: float

    @property
    def lens(self) -> float:
        """The camera's distance from the picture, in frame pixels: a lens of 53 degrees."""
        return sqrt(self.width * self.height)

    def room(self, view: View) -> float:
        """The largest `u` for which the view through a lens 1/u times as long shows no edge."""
        least = inf
        for x in (-self.width / 2, self.width / 2):
            for y in (-self.height / 2, self.height / 2):
                sides = (
                    (view.xx * x + view.xy * y, view.x1, self.across / 2),
                    (view.yx * x + view.yy * y, view.y1, self.down / 2),
                )
                depth = view.wx * x + view.wy * y
                for slope, offset, reach in sides:
                    for sign in (1, -1):
                        grows = sign * slope - reach * depth
                        if grows > 0:
                            least = min(least, (reach * view.w1 - sign * offset) / grows)
        return max(least, 1e-6)


def stage_for(width: int, height: int, picture: tuple[int, int]) -> Stage:
    """A stage for a picture of that many pixels, scaled to cover the frame and never stretched."""
    scale = max(width / picture[0], height / picture[1])
    across, down = picture[0] * scale, picture[1] * scale
    if abs(across - width) < 1:  # a picture of the frame's own shape, but for rounding
        across = float(width)
    if abs(down - height) < 1:
        down = float(height)
    return Stage(width, height, across, down)


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera is: shifts in frame pixels, angles in radians, scales as factors.

    right, down: shift; pan right, tilt up, roll clockwise, orbit to the right; zoom and dolly: how
    much larger the middle of the picture is than at rest.
    """

    right: float = 0.0
    down: float = 0.0
    pan: float = 0.0
    tilt: float = 0.0
    roll: float = 0.0
    orbit: float = 0.0
    zoom: float = 1.0
    dolly: float = 1.0

    def moved(self, *, right: float, down: float, roll: float) -> Pose:
        """The same pose, nudged: what an unsteady hand does."""
        return replace(self, right=self.right + right, down=self.down + down, roll=self.roll + roll)


def view_of(pose: Pose, stage: Stage) -> View:
    """What a camera in this pose sees."""
    lens = stage.lens
    turn = pose.pan - pose.orbit  # an orbit turns back towards its middle as it goes round
    right = pose.right + PIVOT * lens * sin(pose.orbit)
    ahead = PIVOT * lens * (1 - cos(pose.orbit))
    (a, b, c), (d, e, f), (g, h, i) = _turned(turn, pose.tilt, pose.roll)
    reach = lens - ahead
    aimed = View(
        reach * a + right * g,
        reach * b + right * h,
        (reach * c + right * i) * lens,
        reach * d + pose.down * g,
        reach * e + pose.down * h,
        (reach * f + pose.down * i) * lens,
        g,
        h,
        i * lens,
    )
    return _nearer(pose.dolly, stage).after(_scaled(aimed)).tighter(pose.zoom)


def _turned(pan: float, tilt: float, roll: float) -> tuple[tuple[float, float, float], ...]:
    """The rotation of a camera that pans right, tilts up and rolls clockwise."""
    cp, sp, ct, st, cr, sr = cos(pan), sin(pan), cos(tilt), sin(tilt), cos(roll), sin(roll)
    rolled = ((cr, -sr, 0.0), (sr, cr, 0.0), (0.0, 0.0, 1.0))
    (ax, ay, _), (bx, by, _), _ = rolled
    tilted = ((ax, ay, 0.0), (ct * bx, ct * by, -st), (st * bx, st * by, ct))
    x, y, z = tilted
    across = tuple(cp * x[n] + sp * z[n] for n in range(3))
    along = tuple(-sp * x[n] + cp * z[n] for n in range(3))
    return ((across[0], across[1], across[2]), y, (along[0], along[1], along[2]))


def _scaled(view: View) -> View:
    """The same homography with its last number 1."""
    return View(*(number / view.w1 for number in view))


def _nearer(scale: float, stage: Stage) -> View:
    """A dolly: the middle grows by `scale`, the bottom a little more and the top a little less."""
    moved = 1 - 1 / scale
    lean = GROUND * moved / (stage.height / 2)
    return View(1 - moved, 0, 0, 0, 1 - moved, 0, 0, lean, 1)
