"""The process that draws one clip: reads the brief in its spool, writes the clip, then the result.

Ends with the process that started it, whatever becomes of that one: it waits on a pipe that only
the other holds. Never touches a file outside its spool, but for the stills and clips it reads.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from vidgen.errors import MediaError, VidgenError
from vidgen.media.binary import Ffmpeg
from vidgen.media.dub import dub
from vidgen.media.encode import write_frames
from vidgen.media.worker import Leash, hold
from vidgen.providers.animatic.brief import Brief, from_data
from vidgen.providers.animatic.film import draw
from vidgen.providers.animatic.footage import FootageUnreadable
from vidgen.providers.animatic.spool import Spool
from vidgen.providers.animatic.still import StillUnreadable

_TELL_EVERY = 0.2  # seconds


class _Stopped(Exception):
    """Someone asked for it, or nobody is there any more."""


def main(folder: str) -> int:
    """Draw the clip of one spool; the process's exit status."""
    leash = Leash()
    spool = Spool(Path(folder))
    if not hold(spool.lock):
        return 0  # another worker has this clip
    try:
        data = spool.brief
        if data is None:
            raise ValueError("its brief cannot be read")
        _make(from_data(data), spool, leash)
    except _Stopped:
        if spool.cancelled:  # else the run has died, and its next one finds no result
            spool.failed("cancelled", "provider")
    except (StillUnreadable, FootageUnreadable) as error:
        spool.failed(f"{error.where}: {error.message}", "input")
    except VidgenError as error:
        spool.failed(error.message, "provider")
    except Exception as error:
        spool.failed(f"{type(error).__name__}: {error}", "provider")
        raise
    return 0


def _make(brief: Brief, spool: Spool, leash: Leash) -> None:
    ffmpeg = Ffmpeg(brief.ffmpeg, "", "override")
    frames = write_frames(
        _watched(brief, spool, leash),
        size=(brief.width, brief.height),
        rate=brief.rate,
        path=spool.silent if brief.sound else spool.clip,
        ffmpeg=ffmpeg,
    )
    if brief.sound is not None:
        try:
            asyncio.run(dub(ffmpeg, spool.silent, brief.sound, spool.clip))
        except MediaError as error:
            raise FootageUnreadable.told(error, brief.sound) from error
        spool.silent.unlink()
    spool.done(frames)


def _watched(brief: Brief, spool: Spool, leash: Leash) -> Iterator[Image.Image]:
    """The frames, with a word on progress now and then, until nobody wants them."""
    told = 0.0
    for index, picture in enumerate(draw(brief)):
        if leash.cut:
            raise _Stopped
        yield picture
        now = time.monotonic()
        if now - told > _TELL_EVERY:
            if spool.cancelled:
                raise _Stopped
            spool.tell((index + 1) / brief.frames)
            told = now


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
