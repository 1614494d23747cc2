"""The programme's sound, put together sample by sample: exact by construction. No ffmpeg here.

Each clip's sound is 16 bit 48 kHz stereo. A clip sits where its frames sit; at a hard cut both
sides fade over five milliseconds, so that nothing clicks; at a transition one fades into the
other. Positions are whole samples, rounded from the frame count of the whole film so that no
error adds up.
"""

from __future__ import annotations

import sys
import wave
from array import array
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from vidgen.errors import MediaError

RATE = 48_000
BYTES_PER_SAMPLE = 4  # two channels of 16 bits
EDGE = 240
# Counts up when what this module makes of the same input changes, so that old programmes are
# remade.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Voice:
    """One clip's sound in the film: where it starts and how long it is, in frames; None is silence.

    `head` and `tail` are the frames that overlap the clip before and the clip after.
    """

    wav: Path | None
    start: int
    frames: int
    head: int
    tail: int

    @property
    def row(self) -> str:
        """All of it on one line, to be hashed; the cached sound goes by its name."""
        name = self.wav.stem if self.wav else "silence"
        return f"{name} {self.start} {self.frames} {self.head} {self.tail}"


def samples_in(wav: Path) -> int:
    """How many samples a WAV file holds. Raises MediaError."""
    try:
        with wave.open(str(wav), "rb") as file:
            count = file.getnframes()
        return count if wav.stat().st_size > count * BYTES_PER_SAMPLE else 0
    except (OSError, EOFError, wave.Error) as error:
        raise MediaError(f"not a readable WAV: {error}", where=str(wav)) from error


def sample_at(frame: int, rate: Fraction) -> int:
    """The first sample of a frame of the film."""
    return round(frame * RATE / rate)


def samples_for(frames: int, rate: Fraction) -> int:
    """Samples that cover that many frames wherever in a film they sit."""
    return -(-frames * RATE * rate.denominator // rate.numerator)


def write_programme(voices: tuple[Voice, ...], rate: Fraction, output: Path) -> int:
    """Write the film's sound as raw little-endian PCM; how many samples. Raises MediaError."""
    total = 0
    with output.open("wb") as file:
        for place, voice in enumerate(voices):
            if place and voice.head:
                total += _write(file, _crossed(voices[place - 1], voice, rate))
            total += _write(file, _alone(voice, rate))
    return total


def _alone(voice: Voice, rate: Fraction) -> array[int]:
    """What is heard of a clip between its transitions, its bare ends softened."""
    first = sample_at(voice.start + voice.head, rate)
    last = sample_at(voice.start + voice.frames - voice.tail, rate)
    heard = _read(voice, first - sample_at(voice.start, rate), last - first)
    if voice.wav is not None:
        edge = min(EDGE, (last - first) // 2)
        if not voice.head:
            _ramp(heard, range(edge), edge)
        if not voice.tail:
            _ramp(heard, range(last - first - 1, last - first - 1 - edge, -1), edge)
    return heard


def _crossed(leaving: Voice, coming: Voice, rate: Fraction) -> array[int]:
    """The overlap of two clips: straight lines down and up, so that the sum cannot clip."""
    first = sample_at(coming.start, rate)
    count = sample_at(coming.start + coming.head, rate) - first
    old = _read(leaving, first - sample_at(leaving.start, rate), count)
    new = _read(coming, 0, count)
    if leaving.wav is None and coming.wav is None:
        return old
    whole = 2 * count
    parts = (part for part in range(1, whole, 2) for _channel in "lr")
    return array(
        "h",
        (
            (a * (whole - part) + b * part) // whole
            for a, b, part in zip(old, new, parts, strict=True)
        ),
    )


def _ramp(heard: array[int], samples: range, edge: int) -> None:
    """Scale the samples named, from silence up, in both channels."""
    for step, sample in enumerate(samples):
        for at in (2 * sample, 2 * sample + 1):
            heard[at] = heard[at] * (2 * step + 1) // (2 * edge)


def _read(voice: Voice, first: int, count: int) -> array[int]:
    """Exactly `count` samples of a clip's sound."""
    if voice.wav is None:
        return array("h", bytes(count * BYTES_PER_SAMPLE))
    try:
        with wave.open(str(voice.wav), "rb") as file:
            file.setpos(min(first, file.getnframes()))
            data = file.readframes(count)
    except (OSError, EOFError, wave.Error) as error:
        raise MediaError(f"a cached sound is damaged: {error}", where=str(voice.wav)) from error
    heard = array("h", data + bytes(count * BYTES_PER_SAMPLE - len(data)))
    if sys.byteorder == "big":
        heard.byteswap()
    return heard


def _write(file: BinaryIO, heard: array[int]) -> int:
    if sys.byteorder == "big":
        heard.byteswap()
    file.write(heard.tobytes())
    return len(heard) // 2
