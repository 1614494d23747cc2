"""A sound under a clip: the picture stays as it is, and both are equally long."""

import asyncio
from fractions import Fraction

import pytest

from vidgen.errors import MediaError
from vidgen.media.dub import dub
from vidgen.media.probe import probe


@pytest.fixture
def spoken(ffmpeg_run, tmp_path):
    """A sound of so many seconds, under a name that says nothing of what it is."""

    def sound(seconds, *words):
        path = tmp_path / "line"
        tone = ("-f", "lavfi", "-i", f"sine=frequency=440:d={seconds}")
        ffmpeg_run(*tone, *(words or ("-f", "wav")), f"file:{path}")
        return path

    return sound


def laid(ffmpeg, clip, sound, folder):
    output = folder / "dubbed.mp4"
    asyncio.run(dub(ffmpeg, clip, sound, output))
    return output


def packets(ffmpeg_run, path):
    return ffmpeg_run("-i", path, "-map", "0:v", "-c", "copy", "-f", "framemd5", "-")


@pytest.mark.parametrize("seconds", [0.3, 1, 3])
def test_the_sound_is_as_long_as_the_clip_whatever_it_was(
    ffmpeg, ffmpeg_run, make_clip, spoken, tmp_path, seconds
):
    clip = make_clip()
    path = laid(ffmpeg, clip, spoken(seconds), tmp_path)
    found = probe(path)
    assert abs(found.sound.duration - 1) < Fraction(1, 20)
    assert (found.sound.codec, found.sound.sample_rate, found.sound.channels) == ("aac", 48_000, 2)
    assert packets(ffmpeg_run, path) == packets(ffmpeg_run, clip)


def test_a_sound_may_be_of_another_form_or_part_of_a_clip(ffmpeg, make_clip, spoken, tmp_path):
    assert probe(laid(ffmpeg, make_clip(), spoken(1, "-f", "mp3"), tmp_path)).sound is not None
    heard = make_clip(name="heard.mp4", sound="sine=d=1")
    assert probe(laid(ffmpeg, make_clip(), heard, tmp_path)).sound is not None


def test_the_same_makes_the_same(ffmpeg, make_clip, spoken, tmp_path):
    one = laid(ffmpeg, make_clip(), spoken(1), tmp_path).read_bytes()
    assert laid(ffmpeg, make_clip(), spoken(1), tmp_path).read_bytes() == one


def test_a_file_without_sound_leaves_nothing(ffmpeg, make_clip, tmp_path):
    with pytest.raises(MediaError, match="it has no sound"):
        laid(ffmpeg, make_clip(), make_clip(), tmp_path)
    assert not list(tmp_path.iterdir())
