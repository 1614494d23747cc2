"""What the cut's takes are, looked at once each: size, colours, length, sound. And how each is
conformed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vidgen.cut import Clip, Cut
from vidgen.errors import MediaError
from vidgen.media.colour import read_as
from vidgen.media.framing import frame_into
from vidgen.media.graph import Source
from vidgen.media.probe import Picture, Probe, probe
from vidgen.stitch.preset import Preset
from vidgen.stitch.segments import ShotTooShort, Stretch
from vidgen.stitch.sound import RATE, samples_for

# Rates that differ round a take's length by a frame or so; its last frame is held that long and
# no longer.
HELD = 2

HDR = {"smpte2084": "PQ", "arib-std-b67": "HLG"}
"""What films cannot be made of, by its transfer: they are SDR."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Which samples of a take's sound belong to a clip, counted at 48 kHz from the file's start."""

    channels: int
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Takes:
    """The probe of each take in a cut, by path."""

    probes: dict[Path, Probe]
    rate: Fraction

    def source(self, stretch: Stretch, preset: Preset, path: Path) -> Source:
        """How a stretch of a take, read from `path`, is put into the preset's raster."""
        picture = _picture(self.probes[stretch.clip.path])
        return Source(
            path=path,
            start=stretch.start,
            frames=stretch.frames,
            rate=self.rate,
            framing=frame_into(picture.aspect, preset.width, preset.height, preset.fit),
            colour=read_as(
                (picture.width, picture.height), picture.pix_fmt, picture.matrix, picture.range
            ),
            pix_fmt=picture.pix_fmt,
            size=(picture.width, picture.height),
            begins=picture.start,
        )

    def weight(self, stretch: Stretch) -> int:
        """Roughly how much work a stretch is: its share of the bytes of its take."""
        found = self.probes[stretch.clip.path]
        whole = max(1, round(_picture(found).duration * self.rate))
        return found.bytes * stretch.frames // whole

    def heard(self, clip: Clip) -> Heard | None:
        """The clip's share of its take's sound; None where it has none."""
        found = self.probes[clip.path]
        if found.sound is None:
            return None
        start = _picture(found).start + clip.start / self.rate
        if start >= found.sound.start + found.sound.duration:
            return None
        count = samples_for(clip.frames, self.rate)
        return Heard(found.sound.channels, round(start * RATE), count)


def look_at(cut: Cut) -> Takes:
    """Probe every take of the cut once. Raises MediaError, ShotTooShort."""
    probes: dict[Path, Probe] = {}
    for clip in cut.clips:
        if clip.path not in probes:
            probes[clip.path] = probe(clip.path)
        _check(clip, _picture(probes[clip.path]), cut.rate)
    return Takes(probes, cut.rate)


def _picture(found: Probe) -> Picture:
    if found.picture is None:
        raise MediaError("it has no picture", where=str(found.path))
    return found.picture


def _check(clip: Clip, picture: Picture, rate: Fraction) -> None:
    if picture.transfer in HDR:
        raise MediaError(
            f"the take of shot `{clip.shot}` is HDR ({HDR[picture.transfer]}); films are SDR",
            where=str(clip.path),
            hint="convert it to bt709 and import that",
        )
    has, asked = round(picture.duration * rate), clip.start + clip.frames
    if picture.duration and asked > has + HELD:
        raise ShotTooShort(
            f"the cut asks for frames {clip.start} to {asked - 1} of shot `{clip.shot}`; "
            f"its take has {has} at {float(rate):g} fps",
            where=str(clip.path),
            hint="trim the shot, or render a longer take",
        )
