"""Make the film: encode the segments that are not there yet, the sound beside them, then join.

The one effect of this room. A file gets its final name only when it is whole and was looked at,
so a run that is killed leaves nothing to undo, and the next one goes on from the segments that
were finished.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from vidgen.cut import Cut
from vidgen.errors import MediaError
from vidgen.media import graph
from vidgen.media.binary import Ffmpeg
from vidgen.media.run import partial, produce, settle, sweep
from vidgen.stitch.keys import key_of, stand_in
from vidgen.stitch.preset import Preset
from vidgen.stitch.recipes import Programme, Recipe, Setup, picture_recipe, programme_of
from vidgen.stitch.segments import segments_of
from vidgen.stitch.sound import sample_at, write_programme
from vidgen.stitch.takes import look_at
from vidgen.stitch.verify import verify


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stitch is: frames of the film there are, of all, and what is being done."""

    frames: int
    total: int
    stage: Literal["conform", "join"]


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A finished film, and what it took: segments encoded and reused, and wall seconds.

    `unchanged` says that the file was already exactly this cut and nothing was done.
    """

    path: Path
    preset: Preset
    frames: int
    rate: Fraction
    encoded: int
    reused: int
    sound_reused: bool
    unchanged: bool
    took: float

    @property
    def seconds(self) -> Fraction:
        """Length of the film, exact."""
        return self.frames / self.rate


async def stitch(
    cut: Cut,
    preset: Preset,
    *,
    ffmpeg: Ffmpeg,
    cache: Path,
    out: Path,
    workers: int,
    on_progress: Callable[[Progress], None] | None = None,
) -> Deliverable:
    """Make `out` of the cut; `workers` segments are encoded at a time, one core each.

    Nobody else may use `cache` meanwhile. Raises NothingToStitch, ShotTooShort, MediaError.
    """
    work = _Work(cut, preset, ffmpeg, cache, out, workers, on_progress or (lambda _: None))
    try:
        return await work.run()
    except OSError as error:
        raise MediaError(
            f"could not write the film: {error.strerror or error}",
            where=str(error.filename or out),
            hint="look at the disk's space and at who may write there",
        ) from error


@dataclass(frozen=True, slots=True)
class _Work:
    """One stitch under way."""

    cut: Cut
    preset: Preset
    ffmpeg: Ffmpeg
    cache: Path
    out: Path
    workers: int
    report: Callable[[Progress], None]

    async def run(self) -> Deliverable:
        """All of it: look, find out what is missing, make that, join, write down."""
        began = time.monotonic()
        segments = segments_of(self.cut)
        setup = Setup(self.cache, self.ffmpeg.version, self.preset)
        takes = await asyncio.to_thread(look_at, self.cut)
        recipes = [picture_recipe(segment, takes, setup) for segment in segments]
        programme = await asyncio.to_thread(programme_of, self.cut, takes, setup)
        key = self.key(recipes, programme)
        record = _record(self.cache, key, self.out)
        encoded, sound_reused, unchanged = 0, True, _is_that(self.out, record)
        if not unchanged:
            for folder in ("segments", "sound", "films"):
                sweep(self.cache / folder)
            encoded, sound_reused = await self.prepare(recipes, programme)
            await self.join(recipes, programme.path, key)
            _remember(self.out, record)
        return Deliverable(
            path=self.out,
            preset=self.preset,
            frames=self.cut.frames,
            rate=self.cut.rate,
            encoded=encoded,
            reused=len(recipes) - encoded,
            sound_reused=sound_reused,
            unchanged=unchanged,
            took=time.monotonic() - began,
        )

    def key(self, recipes: list[Recipe], programme: Programme) -> str:
        """The film's name by content."""
        command = self._join(stand_in("list"), stand_in("sound"), 0, stand_in("made"))
        names = [recipe.path.stem for recipe in recipes]
        return key_of(self.ffmpeg.version, names, programme.path.stem, command)

    async def prepare(self, recipes: list[Recipe], programme: Programme) -> tuple[int, bool]:
        """Put what is missing into the cache; segments encoded, and whether the sound was there."""
        wanted = {recipe.path: recipe for recipe in recipes}
        missing = [recipe for recipe in wanted.values() if not recipe.ready()]
        done = {recipe.path: recipe.size for recipe in wanted.values()}
        done |= {recipe.path: 0 for recipe in missing}
        uses = [recipe.path for recipe in recipes]
        room = asyncio.Semaphore(self.workers)

        def moved(path: Path, frames: int) -> None:
            done[path] = frames
            self.report(Progress(sum(done[one] for one in uses), self.cut.frames, "conform"))

        async def encode(recipe: Recipe) -> None:
            async with room:
                await self._make(recipe, lambda frames: moved(recipe.path, frames))
            moved(recipe.path, recipe.size)

        try:
            async with asyncio.TaskGroup() as group:
                sound = group.create_task(self._sound(programme))
                for recipe in sorted(missing, key=lambda recipe: -recipe.weight):
                    # heaviest first: the light ones fill the end, and no core stands idle
                    group.create_task(encode(recipe))
        except ExceptionGroup as failures:
            raise _first(failures) from None
        return len(missing), sound.result()

    async def _make(self, recipe: Recipe, on_frames: Callable[[int], None] | None = None) -> None:
        await produce(
            self.ffmpeg,
            recipe.build,
            recipe.path,
            doing=recipe.doing,
            check=recipe.check,
            on_frames=on_frames,
        )

    async def _sound(self, programme: Programme) -> bool:
        """The film's sound, beside the picture and outside its queue; True when it was there."""
        if programme.ready():
            return True
        missing = [recipe for recipe in programme.clips if not recipe.ready()]
        await _all(missing, self._make, at_once=max(1, self.workers // 2))
        pcm = partial(programme.path.with_suffix(".pcm"))
        pcm.parent.mkdir(parents=True, exist_ok=True)
        try:
            await asyncio.to_thread(write_programme, programme.voices, self.cut.rate, pcm)
            await produce(
                self.ffmpeg,
                lambda output: programme.mix(pcm, output),
                programme.path,
                doing="mix the film's sound",
            )
        finally:
            pcm.unlink(missing_ok=True)
        return False

    async def join(self, recipes: list[Recipe], sound: Path, key: str) -> None:
        """Copy segments and sound into the film, look at it, give it its name."""
        self.report(Progress(self.cut.frames, self.cut.frames, "join"))
        listing = partial(self.cache / "segments" / f"{key}.ffconcat")
        listing.write_text(_listing(recipes, self.cut.rate), encoding="ascii")
        room = index_bytes(self.cut)
        try:
            await self._produce_film(listing, sound, room)
        except MediaError as error:
            if "moov_size" not in error.message:
                raise
            await self._produce_film(listing, sound, 0)
        finally:
            listing.unlink(missing_ok=True)

    async def _produce_film(self, listing: Path, sound: Path, room: int) -> None:
        await produce(
            self.ffmpeg,
            lambda output: self._join(listing, sound, room, output),
            self.out,
            doing="join the film",
            check=lambda made: verify(made, self.cut, self.preset),
        )

    def _join(self, listing: Path, sound: Path, room: int, output: Path) -> tuple[str, ...]:
        return graph.join(listing, sound, self.cut.rate, self.cut.title, room, output)


def index_bytes(cut: Cut) -> int:
    """Room for the film's index: twice what films need; ffmpeg says when it is not enough."""
    packets = -(-sample_at(cut.frames, cut.rate) // 1024) + 2
    return 8_192 + 28 * cut.frames + 10 * packets


def _listing(recipes: list[Recipe], rate: Fraction) -> str:
    """Segments for ffmpeg's concat reader, rounded from the whole so that no error adds up."""
    rows, frames, before = ["ffconcat version 1.0"], 0, 0
    for recipe in recipes:
        frames += recipe.size
        micros = round(frames * 1_000_000 / rate)
        length = micros - before
        before = micros
        rows += [
            f"file {recipe.path.name}",
            f"duration {length // 1_000_000}.{length % 1_000_000:06d}",
        ]
    return "\n".join(rows) + "\n"


async def _all(
    recipes: list[Recipe], make: Callable[[Recipe], Awaitable[None]], *, at_once: int
) -> None:
    room = asyncio.Semaphore(at_once)

    async def one(recipe: Recipe) -> None:
        async with room:
            await make(recipe)

    async with asyncio.TaskGroup() as group:
        for recipe in recipes:
            group.create_task(one(recipe))


def _first(failures: ExceptionGroup[Exception]) -> Exception:
    """The failure that stopped the others."""
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first


def _record(cache: Path, key: str, out: Path) -> Path:
    """Where it is written down that `out` is the film of that key."""
    return cache / "films" / f"{key_of(key, str(out.resolve()))}.json"


def _is_that(out: Path, record: Path) -> bool:
    """True when `out` is still the file that was made for this record."""
    try:
        told = json.loads(record.read_text(encoding="utf-8"))
        found = out.stat()
    except (OSError, ValueError):
        return False
    return bool(told == {"bytes": found.st_size, "changed": found.st_mtime_ns})


def _remember(out: Path, record: Path) -> None:
    found = out.stat()
    record.parent.mkdir(parents=True, exist_ok=True)
    part = partial(record)
    told = {"bytes": found.st_size, "changed": found.st_mtime_ns}
    part.write_text(json.dumps(told), encoding="utf-8")
    settle(part, record)
