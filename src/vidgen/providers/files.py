"""A project's files: read, named by their types, and on their way to a provider.

They go inside the body while they fit, else they are uploaded before.
Uploads are free and come before the order, so that trouble here never leaves a doubt: nothing that
costs money has been sent yet. No file is read whole that will not be taken.
"""

from __future__ import annotations

import asyncio
import base64
import mimetypes
from collections.abc import Awaitable, Callable, Container, Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session
from vidgen.providers.wire import refused, repeatable

MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
}
"""By ending. Python knows some of these only where the system's own table names them."""


def media_type(path: Path) -> str:
    """The type of a file by its name: of what films are made of, the same on every machine."""
    known = MEDIA_TYPES.get(path.suffix.lower())
    return known or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


@dataclass(frozen=True, slots=True)
class File:
    """A file that is handed over: as the request names it, where it lies, and its media type."""

    given: Input
    path: Path
    media: str


@dataclass(frozen=True, slots=True)
class Room:
    """What a provider takes: `inside` bytes of files in one body, uploads of `largest` bytes each.

    None stands for no bound of ours. What a body would hold as base64 is a third more.
    """

    who: str
    inside: int | None
    largest: int | None = None


async def links_of(
    inputs: Iterable[Input],
    session: Session,
    room: Room,
    upload: Callable[[File, bytes], Awaitable[str]],
    *,
    apart: Container[Input] = (),
    type_of: Callable[[Path], str] = media_type,
) -> dict[Input, str]:
    """Each file as what stands for it in a body: a data URI, or what `upload` says of it.

    What is `apart` is always uploaded. Raises ProviderError, of every kind but `ambiguous`, and
    `input` before anything is sent for a file that cannot be read, or is too large.
    """
    paths = {one: session.project / one.path for one in inputs}
    files = [File(one, path, type_of(path)) for one, path in paths.items()]
    sizes = {one: await asyncio.to_thread(_size, one.path) for one in files}
    for file, size in sizes.items():
        refuse_larger(file, size, room.who, room.largest)
    links, inside = {}, 0
    for file, size in sizes.items():
        fits = room.inside is None or inside + size <= room.inside
        if fits and file.given not in apart:
            inside += size
            links[file.given] = await asyncio.to_thread(packed, file)
            continue
        content = await asyncio.to_thread(read, file.path)
        with repeatable():
            links[file.given] = await upload(file, content)
    return links


def packed(file: File) -> str:
    """A file as a `data:` URI. Raises ProviderError `input` where it cannot be read."""
    return f"data:{file.media};base64,{base64_of(file.path)}"


def refuse_larger(file: File, size: int, who: str, most: int | None) -> None:
    """Raise ProviderError `input` for a file of more bytes than are taken in one piece."""
    if most is not None and size > most:
        has, takes = -(-size // 1_000_000), most // 1_000_000
        message = f"{file.path.name} has {has} MB, and {who} takes {takes} at most"
        raise ProviderError(message, kind="input", where=file.given.path)


def refuse_unstored(answer: httpx.Response, file: File, whose: str, key: str) -> None:
    """Raise ProviderError where a store does not take a file; its words are meant for machines."""
    if answer.is_success:
        return
    later = answer.status_code == 429 or answer.status_code >= 500
    message = f"{whose} does not take {file.path.name} (HTTP {answer.status_code})"
    raise refused(answer, message, "overload" if later else "provider", key=key)


def base64_of(path: Path) -> str:
    """A file's bytes as base64 without line breaks.

    Raises ProviderError `input` where it cannot be read.
    """
    return base64.b64encode(read(path)).decode("ascii")


def read(path: Path) -> bytes:
    """A file's bytes. Raises ProviderError `input` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> ProviderError:
    words = error.strerror or type(error).__name__
    return ProviderError(f"{path.name} cannot be read: {words}", kind="input", where=str(path))
