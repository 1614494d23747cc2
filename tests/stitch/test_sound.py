"""The programme's sound: exact in samples, free of clicks, straight across transitions."""

import wave
from array import array
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vidgen.errors import MediaError
from vidgen.stitch.sound import EDGE, Voice, sample_at, samples_for, samples_in, write_programme

RATE = Fraction(24)
LEVEL = 10_000


@pytest.fixture
def tone(tmp_path):
    """A WAV of one steady level, so that every gain can be read off."""

    def make(name, frames, level=LEVEL, rate=RATE):
        path = tmp_path / f"{name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(48_000)
            file.writeframes(array("h", [level, -level] * samples_for(frames, rate)).tobytes())
        return path

    return make


@pytest.fixture
def heard(tmp_path):
    """The programme of some voices, as its left and right samples."""

    def make(*voices, rate=RATE):
        path = tmp_path / "p.pcm"
        count = write_programme(tuple(voices), rate, path)
        samples = array("h", path.read_bytes())
        assert len(samples) == 2 * count
        return samples[::2], samples[1::2]

    return make


def test_one_clip_starts_and_ends_softly(tone, heard):
    left, right = heard(Voice(tone("a", 12), 0, 12, 0, 0))
    assert len(left) == 24_000
    assert abs(left[0]) < 50 and abs(left[-1]) < 50
    assert left[EDGE] == left[12_000] == left[-EDGE - 1] == LEVEL
    assert all(0 <= later - now <= 100 for now, later in pairwise(left[:EDGE]))
    assert list(right[EDGE:-EDGE]) == [-LEVEL] * (24_000 - 2 * EDGE)


def test_a_hard_cut_dips_for_five_milliseconds_on_each_side(tone, heard):
    left, _ = heard(Voice(tone("a", 12), 0, 12, 0, 0), Voice(tone("b", 6), 12, 6, 0, 0))
    assert len(left) == 36_000
    assert abs(left[23_999]) < 50 and abs(left[24_000]) < 50
    assert left[24_000 - EDGE - 1] == left[24_000 + EDGE] == LEVEL


def test_silence_is_exactly_silence(tone, heard):
    left, right = heard(Voice(None, 0, 24, 0, 0), Voice(tone("b", 6), 24, 6, 0, 0))
    assert not any(left[:48_000]) and not any(right[:48_000])
    assert left[50_000] == LEVEL


def test_a_transition_fades_one_into_the_other(tone, heard):
    a, b = Voice(tone("a", 24), 0, 24, 0, 12), Voice(tone("b", 24, -5_000), 12, 24, 12, 0)
    left, right = heard(a, b)
    assert len(left) == 36 * 2000
    overlap = left[24_000:48_000]
    assert left[23_999] == LEVEL
    assert abs(overlap[0] - LEVEL) <= 1
    assert abs(overlap[12_000] - (LEVEL - 5_000) // 2) <= 2
    assert abs(overlap[-1] + 5_000) <= 1
    assert list(overlap) == sorted(overlap, reverse=True)
    assert abs(right[36_000] + (LEVEL - 5_000) // 2) <= 2


def test_equal_sounds_cross_without_a_dip_or_a_bump(tone, heard):
    full = 32_767
    a, b = Voice(tone("a", 24, full), 0, 24, 0, 6), Voice(tone("b", 24, full), 18, 24, 6, 0)
    left, _ = heard(a, b)
    assert set(left[36_000:48_000]) <= {full, full - 1}


def test_silence_crosses_into_sound(tone, heard):
    a, b = Voice(None, 0, 24, 0, 12), Voice(tone("b", 24), 12, 24, 12, 0)
    left, _ = heard(a, b)
    assert abs(left[36_000] - LEVEL // 2) <= 2
    nothing, _ = heard(Voice(None, 0, 24, 0, 12), Voice(None, 12, 24, 12, 0))
    assert len(nothing) == 72_000 and not any(nothing)


@given(
    rate=some.sampled_from(
        [Fraction(24), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(7)]
    ),
    lengths=some.lists(some.integers(1, 40), min_size=1, max_size=30),
)
def test_positions_never_drift(tmp_path_factory, rate, lengths):
    """However many clips, the programme is as long as its frames, to the sample."""
    start, voices = 0, []
    for frames in lengths:
        voices.append(Voice(None, start, frames, 0, 0))
        start += frames
    path = tmp_path_factory.mktemp("p") / "p.pcm"
    count = write_programme(tuple(voices), rate, path)
    assert count == sample_at(start, rate)
    assert abs(count / Fraction(48_000) - start / rate) <= Fraction(1, 96_000)


@given(
    rate=some.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(60000, 1001)]),
    start=some.integers(0, 100_000),
    frames=some.integers(1, 500),
)
def test_a_clips_sound_is_long_enough_wherever_it_sits(rate, start, frames):
    needed = sample_at(start + frames, rate) - sample_at(start, rate)
    assert 0 <= samples_for(frames, rate) - needed <= 1


def test_a_sound_of_one_frame(tone, heard):
    rate = Fraction(120)
    left, _ = heard(Voice(tone("a", 1, rate=rate), 0, 1, 0, 0), rate=rate)
    assert len(left) == 400
    assert abs(left[0]) < 100 and abs(left[-1]) < 100


def test_samples_in(tone, tmp_path):
    assert samples_in(tone("a", 12)) == 24_000
    (tmp_path / "b.wav").write_text("no")
    for path in (tmp_path / "b.wav", tmp_path / "absent.wav"):
        with pytest.raises(MediaError, match="not a readable WAV"):
            samples_in(path)
