"""The band: electric piano, nylon guitar, bass, bells, kick, brushes and shaker, as samples.

Each function returns one mono note as floats near -1..1 at 48 kHz. Pure Python, no numpy, every
noise seeded: the same notes on each run.
"""

from __future__ import annotations

import math
import random
from functools import lru_cache

RATE = 48_000

Sound = list[float]


def hertz(key: float) -> float:
    """Return the pitch of a MIDI key; 69 is the A of 440 Hz."""
    return 440.0 * math.pow(2.0, (key - 69.0) / 12.0)


def _softened(sound: Sound, cutoff: float) -> Sound:
    """Take the edge off with a one-pole low-pass at `cutoff` hertz."""
    share = 1.0 - math.exp(-2.0 * math.pi * cutoff / RATE)
    level = 0.0
    out: Sound = []
    for value in sound:
        level += (value - level) * share
        out.append(level)
    return out


def _thinned(sound: Sound, cutoff: float) -> Sound:
    """Take the body away with a one-pole high-pass at `cutoff` hertz."""
    return [value - low for value, low in zip(sound, _softened(sound, cutoff), strict=True)]


def _released(sound: Sound, seconds: float) -> Sound:
    """Let the end of a note go in `seconds`, so that it never clicks."""
    tail = min(len(sound), int(seconds * RATE))
    start = len(sound) - tail
    for index in range(tail):
        sound[start + index] *= 0.5 + 0.5 * math.cos(math.pi * index / tail)
    return sound


@lru_cache(maxsize=128)
def piano(key: int, seconds: float) -> Sound:
    """Strike an electric piano: two sines, one bending the other, and a short bell of the tine."""
    step = 2.0 * math.pi * hertz(key) / RATE
    decay = 0.55 + 0.018 * max(0, key - 48)
    sound: Sound = []
    for index in range(int(seconds * RATE)):
        t = index / RATE
        phase = step * index
        bend = (0.95 * math.exp(-3.2 * t) + 0.16) * math.sin(phase)
        body = math.sin(phase + bend) + 0.22 * math.sin(phase * 1.0016 + 0.5)
        tine = 0.24 * math.exp(-15.0 * t) * math.sin(phase * 7.0)
        sound.append((body + tine) * math.exp(-decay * t) * min(1.0, t * 230.0))
    return _released(_softened(sound, 4800.0), 0.35)


@lru_cache(maxsize=64)
def guitar(key: int, seconds: float) -> Sound:
    """Pluck a nylon string: a burst of noise that goes round a damped loop."""
    source = random.Random(1000 + key)
    delay = RATE / hertz(key) - 0.44 / 0.56  # the damping below delays the loop by as much
    size = int(delay) + 1
    part = size - delay
    loop = _softened([source.uniform(-1.0, 1.0) for _ in range(size)], 3400.0)
    sound: Sound = []
    here, last = 0, 0.0
    for _ in range(int(seconds * RATE)):
        ahead = loop[(here + 1) % len(loop)]
        value = loop[here] * (1.0 - part) + ahead * part
        last = 0.997 * (0.56 * value + 0.44 * last)
        loop[here] = last
        sound.append(value)
        here = (here + 1) % len(loop)
    peak = max(map(abs, sound))
    return _released([value / peak for value in _softened(sound, 5200.0)], 0.3)


@lru_cache(maxsize=32)
def bass(key: int, seconds: float) -> Sound:
    """Pull a round bass note: a sine with a little of its octave at the start."""
    step = 2.0 * math.pi * hertz(key) / RATE
    sound: Sound = []
    for index in range(int(seconds * RATE)):
        t = index / RATE
        tone = math.sin(step * index) + 0.42 * math.exp(-5.0 * t) * math.sin(2.0 * step * index)
        tone += 0.12 * math.exp(-9.0 * t) * math.sin(3.0 * step * index)
        sound.append(math.tanh(1.2 * tone) * math.exp(-0.9 * t) * min(1.0, t * 140.0))
    return _released(sound, 0.12)


@lru_cache(maxsize=32)
def bell(key: int, seconds: float) -> Sound:
    """Ring a small glass bell."""
    step = 2.0 * math.pi * hertz(key) / RATE
    sound: Sound = []
    for index in range(int(seconds * RATE)):
        t = index / RATE
        bend = 1.1 * math.exp(-4.0 * t) * math.sin(step * 3.51 * index)
        tone = math.sin(step * index + bend) * math.exp(-2.1 * t)
        sound.append(
            (tone + 0.3 * math.sin(2.0 * step * index) * math.exp(-4.5 * t)) * min(1.0, t * 400.0)
        )
    return _released(_softened(sound, 6500.0), 0.5)


@lru_cache(maxsize=1)
def kick() -> Sound:
    """Beat a soft, felted bass drum."""
    sound: Sound = []
    phase = 0.0
    for index in range(int(0.42 * RATE)):
        t = index / RATE
        phase += 2.0 * math.pi * (46.0 + 74.0 * math.exp(-34.0 * t)) / RATE
        sound.append(math.sin(phase) * math.exp(-9.0 * t) * min(1.0, t * 500.0))
    return _released(sound, 0.1)


@lru_cache(maxsize=8)
def _hiss(seconds: float, seed: int) -> Sound:
    """Make white noise."""
    source = random.Random(seed)
    return [source.uniform(-1.0, 1.0) for _ in range(int(seconds * RATE))]


@lru_cache(maxsize=4)
def brush(seed: int) -> Sound:
    """Sweep a brush on a snare: noise that swells before it falls."""
    noise = _softened(_thinned(_hiss(0.3, seed), 900.0), 5200.0)
    return _released(
        [
            value * min(1.0, i / RATE * 120.0) * math.exp(-15.0 * i / RATE)
            for i, value in enumerate(noise)
        ],
        0.05,
    )


@lru_cache(maxsize=4)
def shaker(seed: int) -> Sound:
    """Shake a few grains, or beans."""
    noise = _softened(_thinned(_hiss(0.11, 50 + seed), 5200.0), 9500.0)
    return [
        value * min(1.0, i / RATE * 90.0) * math.exp(-46.0 * i / RATE)
        for i, value in enumerate(noise)
    ]


@lru_cache(maxsize=1)
def swell() -> Sound:
    """Let air rise for two seconds and stop on the beat, as before a reveal."""
    noise = _softened(_thinned(_hiss(2.0, 9), 1800.0), 6000.0)
    return _released([value * (i / len(noise)) ** 3 for i, value in enumerate(noise)], 0.06)
