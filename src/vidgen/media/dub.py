"""A sound laid under a clip that has none: from its beginning, and as long as the clip.

The picture is copied as it is. Never mixes, and never changes a level.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from vidgen.errors import MediaError
from vidgen.media.binary import Ffmpeg
from vidgen.media.graph import SAMPLE_RATE, dubbed
from vidgen.media.probe import probe
from vidgen.media.run import produce


async def dub(ffmpeg: Ffmpeg, clip: Path, sound: Path, output: Path) -> None:
    """Make `output` of a clip's picture and the sound of another file, cut or followed by silence.

    Raises MediaError, also where that file has no sound, and then leaves no file.
    """
    heard = (await asyncio.to_thread(probe, sound)).sound
    if heard is None:
        raise MediaError("it has no sound", where=str(sound))
    samples = round((await asyncio.to_thread(probe, clip)).duration * SAMPLE_RATE)
    await produce(
        ffmpeg,
        lambda part: dubbed(clip, sound, heard.channels, samples, part),
        output,
        doing="lay a sound under the clip",
    )
