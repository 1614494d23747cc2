"""A finished clip, looked at before it becomes a take: it decodes to its end, or it is refused.

What differs from what was asked is a flag beside the take: a clip that was paid for is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vidgen.errors import MediaError
from vidgen.job import Request

SHORT_BY = Fraction(1, 10)
"""Seconds that a clip may be shorter than asked without a word: models count their own way."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured: digest of the bytes, frames that decode, their rate, and what differs."""

    digest: str
    frames: int
    rate: Fraction
    flags: tuple[str, ...] = ()


def inspect(path: Path, request: Request) -> Facts:
    """Decode a clip to its end and compare it with what was asked.

    Raises MediaError when it has no picture or does not decode.
    """
    from vidgen.media.frames import count_frames
    from vidgen.media.probe import probe

    picture = probe(path).picture
    if picture is None:
        raise MediaError("the clip has no picture", where=str(path))
    frames = count_frames(path)
    if not frames:
        raise MediaError("the clip has no frame that decodes", where=str(path))
    size = (picture.width, picture.height)
    flags = _flags(size, Fraction(frames) / picture.rate, request)
    return Facts(file_digest(path), frames, picture.rate, flags)


def _flags(size: tuple[int, int], seconds: Fraction, request: Request) -> tuple[str, ...]:
    flags = []
    if size != (request.width, request.height):
        asked = f"{request.width}x{request.height}"
        flags.append(f"{asked} was asked, {size[0]}x{size[1]} delivered")
    if request.duration is not None and Fraction(request.duration) - seconds > SHORT_BY:
        asked = f"{request.duration.normalize():f}s"
        flags.append(f"{asked} was asked, {float(seconds):.2f}s delivered")
    return tuple(flags)


def file_digest(path: Path) -> str:
    """The sha256 of a file's bytes."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
