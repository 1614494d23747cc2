"""What must be in the cache for a cut to become a film: each file's name by content, and how it
is made.

Makes nothing; looks only whether a file is there and whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from vidgen.cut import Clip, Cut, Music, TransitionKind
from vidgen.errors import MediaError
from vidgen.media import graph
from vidgen.media.boxes import read_boxes
from vidgen.media.probe import probe
from vidgen.stitch.keys import key_of, stand_in
from vidgen.stitch.preset import Preset
from vidgen.stitch.segments import Seam, Segment, Stretch
from vidgen.stitch.sound import RATE, VERSION, Voice, sample_at, samples_in
from vidgen.stitch.takes import Takes

_BLENDS: dict[TransitionKind, graph.Blend] = {
    "dissolve": "fade",
    "wipe-left": "wipeleft",
    "wipe-right": "wiperight",
    "fade-black": "black",
    "fade-white": "white",
}
Build = Callable[[Path], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Setup:
    """What every recipe depends on: the cache folder, the ffmpeg's version, the preset."""

    cache: Path
    ffmpeg: str
    preset: Preset


@dataclass(frozen=True, slots=True)
class Recipe:
    """One file of the cache: its place, the command that makes it, and what it must hold.

    `size` counts frames of picture, or samples of sound; `weight` says roughly how much work it is.
    """

    path: Path
    build: Build
    size: int
    doing: str
    weight: int = 0

    def check(self, made: Path) -> None:
        """Raise MediaError when `made` is not whole."""
        held = samples_in(made) if self.path.suffix == ".wav" else read_boxes(made).samples("vide")
        if held != self.size:
            raise MediaError(f"ffmpeg could not {self.doing}: it made {held} of {self.size}")

    def ready(self) -> bool:
        """True when the file is in the cache, whole."""
        try:
            self.check(self.path)
        except MediaError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Programme:
    """The film's sound: the clips' sounds to take out first, where each goes, and the last mix."""

    clips: tuple[Recipe, ...]
    voices: tuple[Voice, ...]
    samples: int
    mix: Callable[[Path, Path], tuple[str, ...]]
    path: Path

    def ready(self) -> bool:
        """True when the mixed sound is in the cache, whole."""
        try:
            return bool(read_boxes(self.path).samples("soun"))
        except MediaError:
            return False


def picture_recipe(segment: Segment, takes: Takes, setup: Setup) -> Recipe:
    """How one segment of picture is made."""
    build = _picture(segment, takes, setup.preset, lambda clip: clip.path)
    named = _picture(segment, takes, setup.preset, lambda clip: stand_in(clip.digest))
    key = key_of(setup.ffmpeg, named(stand_in("made")))
    path = setup.cache / "segments" / f"{key}.mp4"
    weight = sum(takes.weight(stretch) for stretch in segment.stretches)
    return Recipe(path, build, segment.frames, f"conform shot {segment.name}", weight)


def _picture(
    segment: Segment, takes: Takes, preset: Preset, place: Callable[[Clip], Path]
) -> Build:
    """The segment's command, its takes read from where `place` says."""
    raster, encoder = (preset.width, preset.height), preset.encoder(takes.rate)

    def source(stretch: Stretch) -> graph.Source:
        return takes.source(stretch, preset, place(stretch.clip))

    if isinstance(segment, Seam):
        leaving, coming = map(source, segment.stretches)
        return partial(graph.transition, leaving, coming, _BLENDS[segment.kind], raster, encoder)
    return partial(graph.conform, source(segment.stretch), raster, encoder)


def programme_of(cut: Cut, takes: Takes, setup: Setup) -> Programme:
    """How the film's sound is made."""
    voices: list[Voice] = []
    recipes: dict[Path, Recipe] = {}
    start = 0
    for clip, after in zip(cut.clips, (*cut.clips[1:], None), strict=True):
        head, tail = _overlap(clip), _overlap(after)
        recipe = _clip_sound(clip, takes, setup)
        if recipe is not None:
            recipes[recipe.path] = recipe
        start -= head
        voices.append(Voice(recipe.path if recipe else None, start, clip.frames, head, tail))
        start += clip.frames
    samples = sample_at(cut.frames, cut.rate)
    bed = _bed(cut.music)
    nameless = replace(bed, path=stand_in(cut.music.digest)) if bed and cut.music else None
    named = graph.programme(stand_in("pcm"), samples, nameless, stand_in("made"))
    rows = [voice.row for voice in voices]
    key = key_of(setup.ffmpeg, VERSION, str(cut.rate), rows, named)
    return Programme(
        clips=tuple(recipes.values()),
        voices=tuple(voices),
        samples=samples,
        mix=lambda pcm, output: graph.programme(pcm, samples, bed, output),
        path=setup.cache / "sound" / f"{key}.m4a",
    )


def _overlap(clip: Clip | None) -> int:
    return clip.transition.frames if clip and clip.transition else 0


def _clip_sound(clip: Clip, takes: Takes, setup: Setup) -> Recipe | None:
    heard = takes.heard(clip)
    if heard is None:
        return None
    build = partial(graph.sound_of, clip.path, heard.channels, heard.first, heard.count)
    named = graph.sound_of(
        stand_in(clip.digest), heard.channels, heard.first, heard.count, stand_in("made")
    )
    path = setup.cache / "sound" / f"{key_of(setup.ffmpeg, named)}.wav"
    return Recipe(path, build, heard.count, f"take the sound out of shot {clip.shot}")


def _bed(music: Music | None) -> graph.Bed | None:
    if music is None:
        return None
    sound = probe(music.path).sound
    if sound is None:
        raise MediaError("the music has no sound in it", where=str(music.path))
    fades = (round(music.fade_in * RATE), round(music.fade_out * RATE))
    return graph.Bed(music.path, sound.channels, music.gain, *fades)
