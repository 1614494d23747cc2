"""A camera move in numbers becomes a view for every frame: eased, and inside the picture's edges.

Pure: the same move, length and seed give the same views. Amounts are what looks strong but tasteful
at 10, over five seconds; a shorter take moves less and a longer one more, so that the pace is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log, pi, radians, sin, sqrt
from typing import Literal

from vidgen.job import Camera
from vidgen.providers.animatic.geometry import FULL, Pose, Stage, View, view_of

Anchor = Literal["free", "start", "end", "both"]
"""Which ends of a take must show the whole picture: a chain's start, an end still's end."""

SHIFT = 0.2  # of the frame's side, at 10
PAN = radians(8.5)
ROLL = radians(8)
ORBIT = radians(16)
ZOOM = log(1.45)
DOLLY = log(1.42)
BREATH = log(1.035)
SWAY = 0.016  # of the frame's shorter side, either way, at 10
SWAY_ROLL = radians(0.55)

_TIGHTEST = 1.6  # a crop beyond this shows more grain than move: move less instead
_FROM_REST = 0.6  # of a travel that must begin or end on the whole picture
_THERE_AND_BACK = 0.35  # of one that must do both
_SWAYS = {
    "right": ((0.29, 0.55), (0.71, 0.31), (1.63, 0.09)),
    "down": ((0.37, 0.5), (0.83, 0.33), (1.87, 0.11)),
    "roll": ((0.23, 0.6), (0.59, 0.3), (1.31, 0.1)),
}
"""For each way a hand is unsteady: sines as (cycles a second, share), none in step."""


@dataclass(frozen=True, slots=True)
class Shooting:
    """How a move is taken: frames at a rate, on a stage, anchored or free, and by whose hand."""

    frames: int
    rate: Fraction
    stage: Stage
    anchor: Anchor = "free"
    seed: str = ""

    @property
    def seconds(self) -> float:
        """The length of the take."""
        return float(self.frames / self.rate)

    @property
    def ramp(self) -> float:
        """The share of the take over which a move gathers speed: about a second, half at most."""
        return min(0.5, max(0.15, 1.1 / self.seconds))

    @property
    def opens_whole(self) -> bool:
        """Whether the first frame shows the whole picture."""
        return self.anchor in {"start", "both"}

    @property
    def closes_whole(self) -> bool:
        """Whether the last frame does."""
        return self.anchor in {"end", "both"}

    def held(self, time: float) -> float:
        """0 at an end that shows the whole picture, 1 away from it, smoothly between."""
        up = eased(min(1.0, time / 0.6), self.ramp) if self.opens_whole else 1.0
        down = eased(min(1.0, (1 - time) / 0.6), self.ramp) if self.closes_whole else 1.0
        return up * down


def views(camera: Camera | None, shooting: Shooting) -> tuple[View, ...]:
    """One view a frame. No camera at all breathes in, barely; one without axes stands still."""
    if camera is not None and not camera.moves:
        return (FULL,) * shooting.frames
    gain = 1.0
    while True:
        taken = _taken(camera, shooting, gain)
        if taken is not None:
            return taken
        gain *= 0.85


def eased(time: float, ramp: float) -> float:
    """Progress from 0 to 1: speed rises smoothly over `ramp`, holds, and falls as smoothly."""
    if time > 0.5:
        return 1 - eased(1 - time, ramp)
    if time < ramp:
        part = time / ramp
        return ramp * part**3 * (1 - part / 2) / (1 - ramp)
    return (time - ramp / 2) / (1 - ramp)


def _taken(camera: Camera | None, shooting: Shooting, gain: float) -> tuple[View, ...] | None:
    """The views with every amount scaled by `gain`; None where the crop would be too tight."""
    times = [frame / max(1, shooting.frames - 1) for frame in range(shooting.frames)]
    pose = _path(camera, shooting, gain)
    aimed = [view_of(pose(time), shooting.stage) for time in times]
    needed = [max(1.0, 1 / shooting.stage.room(view)) for view in aimed]
    crops = _crops(needed, [shooting.held(time) for time in times])
    if max(crops) > _TIGHTEST and gain > 0.2:
        return None
    found = [_clean(view.tighter(crop)) for view, crop in zip(aimed, crops, strict=True)]
    if shooting.opens_whole:
        found[0] = FULL
    if shooting.closes_whole:
        found[-1] = FULL
    return tuple(found)


def _crops(needed: list[float], held: list[float]) -> list[float]:
    """Crops that are what is needed at every frame, and fall to none where the view is held."""
    pairs = zip(needed, held, strict=True)
    tightest = max((log(need) / part for need, part in pairs if part), default=0.0)
    return [exp(tightest * part) for part in held]


def _path(camera: Camera | None, shooting: Shooting, gain: float) -> Callable[[float], Pose]:
    """The camera's pose at each time from 0 to 1, before any crop."""
    pace = gain * min(1.5, max(0.6, sqrt(shooting.seconds / 5)))
    stage = shooting.stage
    aside, above = _spare(stage.across, stage.width), _spare(stage.down, stage.height)
    axes = {axis: float(getattr(camera or Camera(), axis)) / 10 for axis in Camera.AXES}
    zoom = axes["zoom"] * ZOOM if camera is not None else BREATH
    across = axes["horizontal"] * (SHIFT * stage.width + aside) + axes["pan"] * aside
    up = axes["vertical"] * (SHIFT * stage.height + above) + axes["tilt"] * above

    def pose(time: float) -> Pose:
        part = pace * _travelled(time, shooting)
        steady = Pose(
            right=across * part,
            down=-up * part,
            pan=axes["pan"] * PAN * part,
            tilt=axes["tilt"] * PAN * part,
            orbit=axes["orbit"] * ORBIT * part,
            roll=axes["roll"] * ROLL * pace * _turned(time, shooting),
            zoom=exp(pace * _closed(zoom, time, shooting)),
            dolly=exp(pace * _closed(axes["dolly"] * DOLLY, time, shooting)),
        )
        return _unsteady(steady, axes["handheld"] * gain, time, shooting)

    return pose


def _travelled(time: float, shooting: Shooting) -> float:
    """Where a travel is, as a share of its whole way, from the middle of the picture."""
    progress = eased(time, shooting.ramp)
    match shooting.anchor:
        case "start":
            return _FROM_REST * progress
        case "end":
            return _FROM_REST * (progress - 1)
        case "both":
            return _THERE_AND_BACK * _lean(time, 0.5)
        case _:
            return progress - 0.5


def _turned(time: float, shooting: Shooting) -> float:
    """How far a roll has come: it begins level, or ends level on a picture that must."""
    progress = eased(time, shooting.ramp)
    match shooting.anchor:
        case "end":
            return progress - 1
        case "both":
            return _THERE_AND_BACK * _lean(time, 0.5)
        case _:
            return progress


def _closed(amount: float, time: float, shooting: Shooting) -> float:
    """How close a zoom or dolly is, as the logarithm of a scale: in from nought, or out to it.

    A camera may not draw back from the whole picture, nor close in on it: it leans in on the way.
    """
    if amount >= 0:
        if shooting.closes_whole:
            return amount / 2 * _lean(time, 0.65)
        return amount * eased(time, shooting.ramp)
    if shooting.opens_whole:
        return -amount / 2 * _lean(time, 0.35)
    return -amount * (1 - eased(time, shooting.ramp))


def _lean(time: float, peak: float) -> float:
    """From 0 to 1 at `peak`, and back to 0, at rest at all three."""
    return eased(time / peak, 0.5) if time < peak else eased((1 - time) / (1 - peak), 0.5)


def _spare(picture: float, frame: int) -> float:
    """How much further a travel may go, at 10, over a picture that reaches beyond the frame."""
    return min(0.35 * (picture - frame), 0.6 * frame)


def _unsteady(pose: Pose, amount: float, time: float, shooting: Shooting) -> Pose:
    """The pose as a hand holds it, at a time from 0 to 1."""
    if not amount:
        return pose
    seconds = time * shooting.seconds
    sways = {
        way: sum(
            share * sin(2 * pi * (cycles * seconds + _phase(shooting.seed, way, cycles)))
            for cycles, share in sines
        )
        for way, sines in _SWAYS.items()
    }
    amount *= shooting.held(time)
    reach = amount * SWAY * min(shooting.stage.width, shooting.stage.height)
    return pose.moved(
        right=reach * sways["right"],
        down=reach * sways["down"],
        roll=amount * SWAY_ROLL * sways["roll"],
    )


def _phase(seed: str, way: str, cycles: float) -> float:
    digest = hashlib.blake2b(f"{seed}/{way}/{cycles}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


def _clean(view: View) -> View:
    """Rounding taken off what should be nought, so that an upright view is seen to be one."""
    return View(*(0.0 if abs(number) < 1e-13 else number for number in view))
