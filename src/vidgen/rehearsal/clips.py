"""What a rehearsed job brings: real clips and stills, drawn by the animatic and kept by content.

The picture starts from what the order carried, and a clip that it carried is shown as it is, at the
size, length and rate that were asked; without either it is a card with the prompt. Draws each thing
once, a few at a time, and sends nothing anywhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from vidgen.errors import MediaError, VidgenError
from vidgen.job import Input, Request, Running, Slate, Succeeded, plain
from vidgen.media.binary import Ffmpeg
from vidgen.media.frames import first_frame
from vidgen.media.probe import probe
from vidgen.media.run import produce, settle
from vidgen.providers import PROVIDERS, Session
from vidgen.providers.animatic import EDITION
from vidgen.rehearsal.works import Work

AT_ONCE = 2
"""How many clips are drawn side by side: each keeps a processor busy."""

USUAL_SECONDS = Decimal(5)
_LOOK_EVERY = 0.1
_TONE = "sine=frequency=220:sample_rate=48000,volume=-30dB"


class ClipFailed(VidgenError):
    """A clip could not be drawn; the message says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One result to make: `variant` is `short`, `small` or `mute`.

    The pictures to start from and end on, the clip to work on and the sound to speak to are files
    below the folder of the rehearsal, each under its digest, or None.
    """

    work: Work
    variant: str = ""
    first: Path | None = None
    last: Path | None = None
    clip: Path | None = None
    sound: Path | None = None

    @property
    def seconds(self) -> Decimal:
        """How long the clip is."""
        whole = self.work.request.duration or USUAL_SECONDS
        return whole * 3 / 5 if self.variant == "short" else whole

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, both even."""
        half = 2 if self.variant == "small" else 1
        request = self.work.request
        return _even(request.width / half), _even(request.height / half)

    @property
    def sounds(self) -> bool:
        """Whether there is to be sound: as asked; else where there was some in what was given."""
        if self.variant == "mute" or self.work.still:
            return False
        asked = self.work.request.audio
        return bool(asked or self.sound or (self.clip and asked is None))


class Clips(Protocol):
    """Whoever makes results."""

    async def make(self, wanted: Wanted) -> Path:
        """The result as a file, which stays there. Raises ClipFailed."""
        ...


class Drawn:
    """Draws results with the animatic, and keeps them in a folder, for as long as that is there."""

    def __init__(self, folder: Path, ffmpeg: Ffmpeg, at_once: int = AT_ONCE) -> None:
        self._folder = folder
        self._ffmpeg = ffmpeg
        self._room = asyncio.Semaphore(at_once)
        self._making: dict[str, asyncio.Task[Path]] = {}
        session = Session(folder, folder / "spool", ffmpeg.path)
        self._animatic = PROVIDERS["animatic"](session)

    async def make(self, wanted: Wanted) -> Path:
        """The clip or still, drawn unless it is there. Raises ClipFailed.

        Called off, it stops the drawing, for whoever else waits for the same as well.
        """
        request = self._request(wanted, await asyncio.to_thread(_heard, wanted))
        told = [EDITION, plain(request), _has_tone(request, wanted), wanted.work.still]
        name = hashlib.blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()
        path = self._folder / f"{name}{'.png' if wanted.work.still else '.mp4'}"
        if path.is_file():
            return path
        if name not in self._making:
            self._making[name] = asyncio.create_task(self._made(request, wanted, name, path))
            self._making[name].add_done_callback(lambda _: self._making.pop(name, None))
        return await self._making[name]

    def _request(self, wanted: Wanted, heard: Path | None) -> Request:
        """The animatic's version of what was ordered, and the file whose sound is under it."""
        work, (width, height) = wanted.work, wanted.size
        asked, still = work.request, work.still
        # A still has no length, and a card of one must not speak of any.
        named = Slate(work.shot, asked.model, asked.prompt, Decimal(0) if still else wanted.seconds)
        return Request(
            kind="video",
            mode=asked.mode if wanted.clip else "first_frame" if wanted.first else "text",
            model=asked.model,
            provider="animatic",
            endpoint="animatic",
            prompt=asked.prompt,
            aspect=asked.aspect,
            resolution=asked.resolution,
            width=width,
            height=height,
            rate=Fraction(10) if still else asked.rate,
            duration=Decimal("0.1") if still else wanted.seconds,
            seed=asked.seed,
            first_frame=self._input(wanted.first),
            last_frame=self._input(wanted.last) if wanted.first else None,
            source_video=self._input(wanted.clip),
            audio_file=self._input(heard),
            camera=asked.camera,
            slate=asked.slate or named,
        )

    def _input(self, path: Path | None) -> Input | None:
        """A file as the animatic is given one: its path below the folder."""
        return None if path is None else Input(str(path.relative_to(self._folder)), path.stem)

    async def _made(self, request: Request, wanted: Wanted, name: str, path: Path) -> Path:
        async with self._room:
            drawn = await self._drawn(request, name)
            self._folder.mkdir(parents=True, exist_ok=True)
            if wanted.work.still:
                await asyncio.to_thread(_take_first, drawn, path)
            elif _has_tone(request, wanted):
                await self._with_tone(drawn, wanted.seconds, path)
            else:
                await asyncio.to_thread(drawn.replace, path)
        return path

    async def _drawn(self, request: Request, name: str) -> Path:
        ticket = await self._animatic.submit(request, idempotency=name)
        try:
            status = await self._animatic.poll(ticket)
            while isinstance(status, Running):
                await asyncio.sleep(_LOOK_EVERY)
                status = await self._animatic.poll(ticket)
        except asyncio.CancelledError:
            await self._animatic.cancel(ticket)
            raise
        if not isinstance(status, Succeeded):
            raise ClipFailed(f"the clip could not be drawn: {status.reason}")
        return Path(status.media)

    async def _with_tone(self, drawn: Path, seconds: Decimal, path: Path) -> None:
        """Lay a quiet tone under a clip: sound was asked for, and none was given."""

        def words(part: Path) -> Sequence[str]:
            picture = ("-i", f"file:{drawn.absolute()}")
            tone = ("-f", "lavfi", "-t", f"{seconds:f}", "-i", _TONE)
            coded = ("-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-ac", "2")
            return (*picture, *tone, *coded, "-f", "mp4", f"file:{part.absolute()}")

        await produce(self._ffmpeg, words, path, doing="lay a tone under the clip")


def _heard(wanted: Wanted) -> Path | None:
    """The file whose sound belongs under the result: the sound that was given, or the clip.

    Raises ClipFailed for a file that cannot be read.
    """
    if not wanted.sounds or wanted.sound is not None:
        return wanted.sound if wanted.sounds else None
    try:
        has = wanted.clip is not None and probe(wanted.clip).sound is not None
    except MediaError as error:
        raise ClipFailed(f"the clip that was given cannot be read: {error.message}") from error
    return wanted.clip if has else None


def _has_tone(request: Request, wanted: Wanted) -> bool:
    """Whether a tone stands for sound that was asked for, where none was given."""
    asked = bool(wanted.work.request.audio) and wanted.sounds
    return asked and request.audio_file is None


def _take_first(clip: Path, path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    first_frame(clip).save(part, format="PNG")
    settle(part, path)


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))
