"""A shot's camera move in axes, and whether a route takes it in numbers. Pure."""

from __future__ import annotations

from decimal import Decimal

from vidgen.camera import parse as parse_camera
from vidgen.camera import spoken_in, unrecognised
from vidgen.catalogue import Route
from vidgen.job import Camera, Mode
from vidgen.storyboard import CameraAxes, Prompt, Shot


def camera_of(shot: Shot, *, heard_in_prompt: bool = False) -> Camera | None:
    """The shot's camera move in axes, where its words or numbers say one.

    With `heard_in_prompt` a free prompt is listened to as well: `..., warm light, slow orbit`.
    """
    if isinstance(shot.camera, CameraAxes):
        return _axes(shot.camera)
    words = _words(shot)
    if not words and isinstance(shot.prompt, str) and heard_in_prompt:
        return spoken_in(shot.prompt)
    return parse_camera(words) if words else None


def move_of(shot: Shot) -> Camera | None:
    """The move that a shot asks for, in numbers alone; None where it asks for none.

    Where its words say more than numbers can, every axis is still: nobody takes that as a move.
    """
    move, words = camera_of(shot), _words(shot)
    if words and (move is None or unrecognised(words)):
        return Camera()
    return _axes(move) if move else None


def fits(route: Route, move: Camera, mode: Mode, seconds: Decimal | None) -> bool:
    """Whether a route takes a move in numbers, in a mode and for the seconds that are bought."""
    if "camera_control" not in route.capabilities:
        return False
    taken, used = route.camera, [axis for axis in Camera.AXES if getattr(move, axis)]
    if taken is None:
        return True
    return (
        1 <= len(used) <= taken.at_once
        and set(used) <= set(taken.axes)
        and (taken.durations is None or seconds in taken.durations)
        and (taken.modes is None or mode in taken.modes)
    )


def _words(shot: Shot) -> str:
    """The words that a shot has for its move, where it has any."""
    if isinstance(shot.camera, str):
        return shot.camera
    if shot.camera is None and isinstance(shot.prompt, Prompt):
        return shot.prompt.camera or ""
    return ""


def _axes(move: Camera | CameraAxes) -> Camera:
    return Camera(**{axis: getattr(move, axis) for axis in Camera.AXES})
