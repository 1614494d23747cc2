"""The music bed: eleven bars in F at 80 beats a minute, so that a cut each 4.5 s is on a beat.

Six shots of 4.5 s: the beat comes in with the pour (4.5 s), the guitar with the steam (9 s), the
bells as the last dissolve begins (21 s), and home is reached on the logo (22.5 s), whether the
shots are cut or dissolved into. It rings out by 33 s. Synthesised in pure Python, then packed as
AAC by the ffmpeg of imageio-ffmpeg. It reads no sample and no clock.
"""

from __future__ import annotations

import math
import random
import subprocess
from array import array
from pathlib import Path

import imageio_ffmpeg

from . import instruments as play
from .instruments import RATE, Sound

BEAT = 0.75
BARS = 11
SECONDS = BARS * 4 * BEAT
PEAK = 0.5  # -6 dBFS

_CHORDS: list[list[tuple[float, int, tuple[int, ...]]]] = [
    [(0, 41, (57, 60, 64, 67))],
    [(0, 38, (53, 57, 60, 64))],
    [(0, 43, (53, 58, 62, 69))],
    [(0, 36, (58, 62, 65, 69)), (2, 36, (58, 62, 64, 69))],
    [(0, 41, (57, 60, 64, 67))],
    [(0, 45, (55, 60, 64, 71)), (2, 38, (54, 60, 64, 69))],
    [(0, 43, (58, 62, 65, 69))],
    [(0, 36, (58, 62, 65, 69)), (2, 41, (57, 60, 64, 67, 72))],
    [(0, 41, (57, 60, 64, 67, 72))],
    [(0, 46, (57, 62, 65, 69)), (2, 36, (58, 62, 64, 69))],
    [(0, 41, (53, 60, 67, 69, 76))],
]
_TUNE: dict[int, list[tuple[float, int, float]]] = {
    3: [(0.5, 69, 0.7), (1, 72, 0.8), (1.5, 74, 0.9), (2.5, 72, 0.7), (3, 69, 0.75)],
    4: [(0, 67, 0.9), (2, 69, 0.7), (2.5, 72, 0.75), (3.5, 76, 0.8)],
    5: [(0, 74, 0.9), (1, 72, 0.7), (1.5, 71, 0.7), (2.5, 69, 0.75), (3.5, 66, 0.6)],
    6: [(0, 70, 0.85), (1, 74, 0.75), (1.5, 77, 0.9), (2.5, 76, 0.7), (3, 74, 0.75)],
    7: [(0, 74, 0.8), (0.5, 77, 0.8), (1, 79, 0.95), (2, 81, 0.9), (3.5, 76, 0.6)],
    8: [(1, 69, 0.6), (1.5, 72, 0.7), (2.5, 67, 0.75)],
    9: [(0, 74, 0.65), (1, 72, 0.6), (1.5, 69, 0.6), (3, 67, 0.55)],
}
_BELLS = [
    (0.0, 77, 0.7),
    (0.25, 79, 0.6),
    (0.5, 82, 0.65),
    (0.75, 86, 0.7),
    (1.0, 89, 0.7),
    (2.0, 84, 0.9),
    (2.25, 88, 0.6),
    (2.5, 91, 0.55),
    (3.0, 96, 0.4),
]


class _Desk:
    """The mixing desk: two sides, and what is sent to the room."""

    def __init__(self) -> None:
        size = int(SECONDS * RATE)
        self.left = [0.0] * size
        self.right = [0.0] * size
        self.send = [0.0] * size

    def add(self, sound: Sound, at: float, gain: float, pan: float, send: float) -> None:
        """Place a note at `at` seconds; `pan` runs from -1 (left) to 1."""
        start = max(0, int(at * RATE))
        count = min(len(sound), len(self.left) - start)
        angle = (pan + 1.0) * math.pi / 4.0
        for bus, level in (
            (self.left, gain * math.cos(angle)),
            (self.right, gain * math.sin(angle)),
            (self.send, gain * send),
        ):
            bus[start : start + count] = [
                old + new * level
                for old, new in zip(bus[start : start + count], sound, strict=False)
            ]


def _keys(desk: _Desk, hand: random.Random) -> None:
    """Comp on the electric piano, swaying a little from side to side."""
    for beat, key in ((1.5, 72), (2.0, 76), (2.5, 79), (3.0, 76), (3.5, 72)):
        desk.add(
            play.piano(key, 2.0), beat * BEAT + hand.uniform(0, 0.01), 0.06, -0.2 + beat / 8, 0.4
        )
    for bar, chords in enumerate(_CHORDS):
        hits = [(beat, 1.0, voicing) for beat, _, voicing in chords]
        if 1 <= bar < 10:
            hits.append((1.5, 0.5, chords[0][2]))
            hits.append((3.5, 0.42, chords[-1][2]))
            if len(chords) == 1:
                hits.append((2.5, 0.62, chords[0][2]))
        for beat, force, voicing in hits:
            long = 4.4 if bar >= 8 and force == 1.0 else (3.4 if force == 1.0 else 1.0)
            start = (bar * 4 + beat) * BEAT + hand.uniform(-0.006, 0.010)
            for order, key in enumerate(voicing):
                gain = 0.105 * force * hand.uniform(0.85, 1.1) * (0.9 if order else 1.0)
                pan = 0.32 * math.sin(2 * math.pi * start / 5.2 + order * 0.8)
                desk.add(play.piano(key, long), start + order * 0.011, gain, pan, 0.30)


def _low(desk: _Desk, hand: random.Random) -> None:
    """Walk the bass: the root, a push before the half bar, a step towards the next bar."""
    for bar, chords in enumerate(_CHORDS):
        first, last = chords[0][1], chords[-1][1]
        line = [(0.0, first, 1.3, 1.0)]
        if bar == BARS - 1:
            line = [(0.0, first, 2.6, 0.9)]
        elif bar >= 1:
            line += [
                (1.5, first + 7 if first < 43 else first - 5, 0.5, 0.6),
                (2.0, last, 0.9, 0.85),
            ]
            following = _CHORDS[bar + 1][0][1]
            line.append((3.5, following + (2 if following < last else -1), 0.36, 0.55))
        for beat, key, long, force in line:
            start = (bar * 4 + beat) * BEAT + hand.uniform(-0.003, 0.008)
            desk.add(
                play.bass(key, long), start, 0.20 * force * hand.uniform(0.92, 1.06), 0.0, 0.02
            )


def _beat(desk: _Desk, hand: random.Random) -> None:
    """Keep time: felt kick, brushes on two and four, a shaker with a lazy swing."""
    for bar in range(10):
        for beat, force in ((0.0, 1.0), (1.75, 0.5), (2.0, 0.85), (3.5, 0.35)):
            if bar + beat / 4 >= 1.5 and bar < 9 + (beat < 1):
                start = (bar * 4 + beat) * BEAT + hand.uniform(-0.003, 0.004)
                desk.add(play.kick(), start, 0.30 * force * hand.uniform(0.93, 1.05), 0.0, 0.03)
        for beat in (1.0, 3.0):
            if bar + beat / 4 >= 1.5 and bar < 9:
                start = (bar * 4 + beat) * BEAT + hand.uniform(0.0, 0.012)
                desk.add(play.brush(bar % 3), start, 0.42 * hand.uniform(0.85, 1.1), 0.12, 0.22)
        for half in range(16):
            force = (0.9, 0.3, 0.55, 0.34)[half % 4] * (0.7 if bar < 1.5 else 1.0)
            late = 0.028 if half % 2 else 0.0
            start = (bar * 4 + half / 4) * BEAT + late + hand.uniform(-0.004, 0.004)
            if bar < 9:
                desk.add(
                    play.shaker(half % 3), start, 0.4 * force * hand.uniform(0.8, 1.15), -0.35, 0.1
                )


def _lead(desk: _Desk, hand: random.Random) -> None:
    """Sing the tune on the guitar, and ring the bells for the logo."""
    for bar, notes in _TUNE.items():
        for beat, key, force in notes:
            late = 0.03 if beat % 1 else 0.0
            start = (bar * 4 + beat) * BEAT + late + hand.uniform(-0.005, 0.008)
            desk.add(play.guitar(key, 2.0), start, 0.46 * force * hand.uniform(0.9, 1.08), 0.3, 0.4)
    reveal = 7 * 4 * BEAT
    desk.add(play.swell(), reveal - 2.0, 0.10, 0.0, 0.5)
    for beat, key, force in _BELLS:
        desk.add(
            play.bell(key, 3.2), reveal + beat * BEAT, 0.13 * force, hand.uniform(-0.6, 0.6), 0.9
        )
    for beat, key in ((0.0, 72), (0.5, 79), (1.0, 81), (1.5, 88)):
        desk.add(play.bell(key, 3.0), 40 * BEAT + beat * BEAT, 0.07, hand.uniform(-0.5, 0.5), 0.9)


def _room(send: Sound, delays: tuple[int, ...], passes: tuple[int, ...]) -> Sound:
    """Answer with a small warm room: damped combs side by side, then all-passes in a row."""
    wet = [0.0] * len(send)
    for delay in delays:
        line, low, here = [0.0] * delay, 0.0, 0
        out: Sound = []
        for value in send:
            echo = line[here]
            low += (echo - low) * 0.52
            line[here] = value + low * 0.80
            out.append(echo)
            here = here + 1 if here + 1 < delay else 0
        wet = [old + new for old, new in zip(wet, out, strict=True)]
    for delay in passes:
        line, here = [0.0] * delay, 0
        out = []
        for value in wet:
            echo = line[here]
            line[here] = value + echo * 0.5
            out.append(echo - value * 0.5)
            here = here + 1 if here + 1 < delay else 0
        wet = out
    return wet


def _gathered(side: Sound, room: Sound) -> Sound:
    """Join the dry and the wet, without the lowest rumble, rounded like tape."""
    low, out = 0.0, []
    for dry, wet in zip(side, room, strict=True):
        value = dry + 0.16 * wet
        low += (value - low) * 0.0032
        out.append(math.tanh(2.3 * (value - low)))
    return out


def bed() -> tuple[Sound, Sound]:
    """Play the whole bed: left and right, peak at -6 dBFS, faded at both ends."""
    desk = _Desk()
    hand = random.Random(80)
    for part in (_keys, _low, _beat, _lead):
        part(desk, hand)
    left = _gathered(desk.left, _room(desk.send, (1687, 1931, 2203, 2393), (331, 113)))
    right = _gathered(desk.right, _room(desk.send, (1733, 1979, 2141, 2459), (349, 127)))
    gain = PEAK / max(max(map(abs, left)), max(map(abs, right)))
    size, rise, fall = len(left), int(0.02 * RATE), int(2.2 * RATE)
    shape = [gain * min(1.0, i / rise) * min(1.0, (size - i) / fall) ** 1.5 for i in range(size)]
    return (
        [value * level for value, level in zip(left, shape, strict=True)],
        [value * level for value, level in zip(right, shape, strict=True)],
    )


def samples() -> bytes:
    """Return the bed as interleaved signed 16-bit stereo at 48 kHz."""
    left, right = bed()
    pcm = array("h", bytes(4 * len(left)))
    source = random.Random(16)
    pcm[0::2] = array("h", [round(v * 32767 + source.random() - 0.5) for v in left])
    pcm[1::2] = array("h", [round(v * 32767 + source.random() - 0.5) for v in right])
    return pcm.tobytes()


def write(path: Path) -> None:
    """Write the bed as AAC in an .m4a file."""
    _ffmpeg(
        [
            "-f",
            "s16le",
            "-ar",
            str(RATE),
            "-ac",
            "2",
            "-i",
            "pipe:0",
            "-c:a",
            "aac",
            "-b:a",
            "160k",
            "-fflags",
            "+bitexact",
            "-flags:a",
            "+bitexact",
            "-map_metadata",
            "-1",
            "-y",
            f"file:{path}",
        ],
        samples(),
    )


def difference(path: Path) -> float:
    """Return how far a file's sound is from the bed: RMS of the difference, 1 is full scale."""
    there = array("h")
    there.frombytes(
        _ffmpeg(["-i", f"file:{path}", "-f", "s16le", "-ar", str(RATE), "-ac", "2", "pipe:1"], b"")
    )
    here = array("h")
    here.frombytes(samples())
    if abs(len(there) - len(here)) > RATE // 5:
        return 1.0
    total = sum((a - b) ** 2 for a, b in zip(here, there, strict=False))
    return math.sqrt(total / len(here)) / 32768


def _ffmpeg(arguments: list[str], sound: bytes) -> bytes:
    """Run the bundled ffmpeg over a pipe and return what it says on its output."""
    tool = imageio_ffmpeg.get_ffmpeg_exe()
    done = subprocess.run(
        [tool, "-hide_banner", "-loglevel", "error", *arguments],
        input=sound, capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout
