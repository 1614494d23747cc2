"""Open a media file with PyAV the one safe way: local files only, known formats only, sane sizes
only.

The only module that calls `av.open`. Never opens a URL, a playlist or a list of other files,
whatever a file's name or content says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from vidgen.errors import MediaError
from vidgen.media.allowed import FORMATS, MAX_PIXELS

_SECONDS_TO_OPEN = 30.0
_STREAMS = 16


@contextmanager
def opened(
    path: Path, *, doing: str = "read it", headers: bool = False
) -> Iterator[InputContainer]:
    """The open container; everything that FFmpeg says against the file becomes a MediaError.

    With `headers`, no picture is decoded to learn about it: six times faster, but not every codec
    then tells its pixel format.
    """
    if not path.is_file():
        state = "is not a file" if path.exists() else "no such file"
        raise MediaError(f"could not {doing}: {state}", where=str(path))
    # PyAV's own types say list[str] here; it takes one dict a stream.
    options: Any = [{"max_pixels": str(1 if headers else MAX_PIXELS)}] * _STREAMS
    try:
        with av.open(
            f"file:{path.absolute()}",
            mode="r",
            options={"protocol_whitelist": "file", "format_whitelist": FORMATS},
            stream_options=options,
            metadata_errors="replace",
            timeout=_SECONDS_TO_OPEN,
        ) as container:
            _refuse_giants(container, path)
            yield container
    except (av.FFmpegError, OSError, ValueError, OverflowError, UnicodeError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise MediaError(f"could not {doing}: {words}", where=str(path)) from error


def picture_of(container: InputContainer) -> VideoStream | None:
    """The first moving picture; cover art inside a sound file does not count."""
    covers = av.stream.Disposition.attached_pic
    return next((one for one in container.streams.video if not one.disposition & covers), None)


def _refuse_giants(container: InputContainer, path: Path) -> None:
    for stream in container.streams.video:
        context = stream.codec_context
        if context is not None and context.width * context.height > MAX_PIXELS:
            size = f"{context.width}x{context.height}"
            raise MediaError(f"{size} is more picture than vidgen opens", where=str(path))
