"""A given clip at a film's size, length and rate; marked where it stands for another's work."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.clips import ffmpeg, ffmpeg_run, make_clip  # noqa: F401
from vidgen.job import Slate
from vidgen.media.frames import frame_at
from vidgen.providers.animatic.brief import Brief
from vidgen.providers.animatic.film import draw
from vidgen.providers.animatic.footage import FootageUnreadable

BRIEF = Brief(96, 160, Fraction(24), 24, Path("ffmpeg"), Slate("hall", "aleph-2", "", 1))


def shown(clip, **more):
    return list(draw(replace(BRIEF, clip=clip, **more)))


def apart(one, other):
    return float(np.abs(np.asarray(one, int) - np.asarray(other, int)).mean())


def test_a_clip_of_the_films_size_is_shown_frame_by_frame(make_clip):  # noqa: F811
    clip = make_clip()
    found = shown(clip)
    assert len(found) == 24
    for index in (0, 11, 23):
        assert apart(found[index], frame_at(clip, index)) == 0


def test_another_size_is_scaled_and_never_stretched(make_clip):  # noqa: F811
    larger = shown(make_clip(), width=192, height=320)
    assert {one.size for one in larger} == {(192, 320)}
    half = larger[5].resize((96, 160))
    assert apart(half, frame_at(make_clip(), 5)) < 8
    (wide,) = shown(make_clip(), width=320, height=160, frames=1)
    pixels = np.asarray(wide, int)
    assert pixels[:, :110].max() == pixels[:, -110:].max() == 0
    assert apart(wide.crop((112, 0, 208, 160)), frame_at(make_clip(), 0)) < 4


def test_a_shape_that_is_off_by_a_hair_is_cropped(make_clip):  # noqa: F811
    (one,) = shown(make_clip(size="98x160"), frames=1)
    assert one.size == (96, 160)
    assert np.asarray(one, int)[:, (0, -1)].max() > 60


def test_the_end_is_held_or_the_clips_own(make_clip):  # noqa: F811
    held = shown(make_clip(), frames=30)
    assert len(held) == 30
    assert held[-1].tobytes() == held[23].tobytes()
    assert len(shown(make_clip(), frames=30, held=False)) == 24


def test_marks_say_that_it_stands_for_anothers_work(make_clip):  # noqa: F811
    plain, marked = shown(make_clip()), shown(make_clip(), marked=True)
    changed = np.abs(np.asarray(plain[3], int) - np.asarray(marked[3], int)).max(-1) > 0
    assert 0 < changed.mean() < 0.02
    assert not changed[40:120, 20:76].any()


def test_a_clip_that_was_marked_before_is_not_marked_twice(make_clip, tmp_path):  # noqa: F811
    sizes = [(96, 160), (192, 320)]
    pictures = [
        shown(make_clip(), width=width, height=height, marked=True, frames=1)[0]
        for width, height in sizes
    ]
    small, large = pictures[0], pictures[1].resize((96, 160))
    assert apart(small.crop((0, 0, 24, 24)), large.crop((0, 0, 24, 24))) < 16


def test_what_cannot_be_played_is_told_by_its_name(make_clip, tmp_path):  # noqa: F811
    broken = tmp_path / "hall.mp4"
    broken.write_bytes(make_clip().read_bytes()[:900])
    for path in (broken, tmp_path / "gone.mp4"):
        with pytest.raises(FootageUnreadable) as told:
            shown(path)
        assert told.value.where == path.name
