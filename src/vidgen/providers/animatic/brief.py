"""What a worker is told: a request as plain data in a spool, and back again.

Pure. Everything the picture depends on is here and nothing else, so that the same brief always
makes the same frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

from vidgen.job import Camera, Input, Mode, Request, Slate, plain

OWN_FOLDERS = frozenset({".vidgen", "takes"})
"""A first frame from here is another take's last: the clip begins on the whole of it."""

AS_LONG_AS_THEIR_CLIP: frozenset[Mode] = frozenset({"upscale", "interpolate"})
"""What these make of a clip ends where the clip does."""

_USUAL_SECONDS = Decimal(5)


@dataclass(frozen=True, slots=True)
class Brief:
    """One clip to draw: `frames` of `width` x `height` at `rate`; files are absolute paths.

    A `clip` is shown as it is, instead of all else; `held` lets its last frame stand where it ends
    before its time, `marked` says by marks at its corners that it stands for another's work.
    The `sound` of another file is laid under the clip that is made.
    """

    width: int
    height: int
    rate: Fraction
    frames: int
    ffmpeg: Path
    slate: Slate
    camera: Camera | None = None
    first: Path | None = None
    last: Path | None = None
    clip: Path | None = None
    sound: Path | None = None
    held: bool = True
    marked: bool = False
    chained: bool = False
    seed: str = ""


def brief_of(request: Request, project: Path, ffmpeg: Path) -> Brief:
    """The clip that a request asks for."""
    seconds = request.duration if request.duration is not None else _USUAL_SECONDS
    slate = request.slate or Slate("", request.model, request.prompt, seconds)
    return Brief(
        width=request.width,
        height=request.height,
        rate=request.rate,
        frames=max(1, round(Fraction(seconds) * request.rate)),
        ffmpeg=ffmpeg,
        slate=slate,
        camera=request.camera,
        first=_file(request.first_frame, project),
        last=_file(request.last_frame, project),
        clip=_file(request.source_video, project),
        sound=_file(request.audio_file, project),
        held=request.mode not in AS_LONG_AS_THEIR_CLIP,
        marked=request.model != request.provider,
        chained=_is_chained(request.first_frame),
        seed=str(request.seed) if request.seed is not None else slate.shot,
    )


_PATHS = ("ffmpeg", "first", "last", "clip", "sound")


def as_data(brief: Brief) -> dict[str, Any]:
    """The brief as JSON-ready data."""
    data = {name: plain(getattr(brief, name)) for name in Brief.__slots__ if name not in _PATHS}
    paths = {name: getattr(brief, name) for name in _PATHS}
    return data | {name: path and str(path) for name, path in paths.items()}


def from_data(data: dict[str, Any]) -> Brief:
    """The brief that `as_data` wrote. Raises KeyError, TypeError or ValueError on anything else."""
    camera, slate = data["camera"], dict(data["slate"])
    axes = {axis: Decimal(camera[axis]) for axis in Camera.AXES} if camera else {}
    slate["seconds"] = Decimal(slate["seconds"])
    slate["dialogue"] = tuple(slate.get("dialogue", ()))
    return Brief(
        width=data["width"],
        height=data["height"],
        rate=Fraction(data["rate"]),
        frames=data["frames"],
        ffmpeg=Path(data["ffmpeg"]),
        slate=Slate(**slate),
        camera=Camera(words=camera["words"], **axes) if camera else None,
        first=Path(data["first"]) if data["first"] else None,
        last=Path(data["last"]) if data["last"] else None,
        clip=Path(data["clip"]) if data["clip"] else None,
        sound=Path(data["sound"]) if data["sound"] else None,
        held=data["held"],
        marked=data["marked"],
        chained=data["chained"],
        seed=data["seed"],
    )


def _file(given: Input | None, project: Path) -> Path | None:
    return None if given is None else (project / given.path).absolute()


def _is_chained(given: Input | None) -> bool:
    return given is not None and not OWN_FOLDERS.isdisjoint(PurePosixPath(given.path).parts[:1])
