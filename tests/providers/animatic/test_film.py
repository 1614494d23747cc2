import itertools
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.providers.animatic.pictures import busy, saved
from tests.providers.animatic.tracking import jitter_of
from vidgen.camera import parse
from vidgen.job import Slate
from vidgen.providers.animatic.brief import Brief
from vidgen.providers.animatic.film import dissolve_at, draw
from vidgen.providers.animatic.geometry import stage_for
from vidgen.providers.animatic.moves import Shooting, views
from vidgen.providers.animatic.still import Sight

MOVES = (
    "push in", "zoom in", "zoom out", "truck left", "pedestal up", "pan right", "tilt up",
    "crane down", "roll clockwise", "orbit left", "handheld", "slow push in with a slight pan left",
)  # fmt: skip
BRIEF = Brief(90, 160, Fraction(24), 24, Path("ffmpeg"), Slate("sip", "veo-3.1", "", 1), seed="sip")


def same(one, other):
    return one.size == other.size and one.tobytes() == other.tobytes()


@pytest.fixture
def stills(tmp_path):
    pictures = busy((90, 160), 1), busy((90, 160), 2)
    names = ("first.png", "last.png")
    paths = [saved(one, tmp_path / name) for one, name in zip(pictures, names, strict=True)]
    return pictures, paths


@pytest.mark.parametrize("frames", [1, 2, 12, 120])
@pytest.mark.parametrize("threads", [1, 3])
def test_exactly_as_many_frames_as_asked(stills, frames, threads):
    brief = replace(BRIEF, frames=frames, first=stills[1][0], camera=parse("zoom in"))
    assert sum(1 for _ in draw(brief, threads)) == frames


@pytest.mark.parametrize("words", [*MOVES, "pull back", None])
def test_a_chained_clip_begins_on_its_frame_to_the_pixel(stills, words):
    (first, _), (path, _) = stills
    camera = parse(words) if words else None
    frames = draw(replace(BRIEF, first=path, camera=camera, chained=True))
    assert same(next(frames), first)


@pytest.mark.parametrize("words", [*MOVES, "pull back", None])
@pytest.mark.parametrize("chained", [False, True])
def test_a_clip_with_an_end_still_ends_on_it_to_the_pixel(stills, words, chained):
    (first, last), (path, end) = stills
    camera = parse(words) if words else None
    brief = replace(BRIEF, first=path, last=end, camera=camera, chained=chained)
    found = list(draw(brief))
    assert same(found[-1], last)
    assert same(found[0], first) or not chained


def test_an_end_still_comes_through_evenly():
    brief = replace(BRIEF, frames=120)
    shares = [dissolve_at(index, brief) for index in range(120)]
    assert shares[:48] == [0.0] * 48
    assert shares[-1] == 1
    assert all(a <= b for a, b in itertools.pairwise(shares))
    assert max(b - a for a, b in itertools.pairwise(shares)) < 0.03


def test_a_dissolve_is_never_longer_than_three_seconds():
    brief = replace(BRIEF, frames=24 * 20)
    assert dissolve_at(24 * 16, brief) == 0
    assert dissolve_at(24 * 18, brief) > 0


def test_a_clip_of_one_frame_with_an_end_still_is_the_end_still(stills):
    (_, last), (path, end) = stills
    assert same(next(draw(replace(BRIEF, frames=1, first=path, last=end))), last)


def test_what_two_stills_share_does_not_double_in_a_dissolve(tmp_path):
    """The same scene at both ends, under a move: every frame is a frame of that scene."""
    scene = busy((90, 160), 4)
    path = saved(scene, tmp_path / "scene.png")
    brief = replace(BRIEF, first=path, camera=parse("truck right"))
    alone = list(draw(replace(brief, last=path)))
    stage = stage_for(90, 160, scene.size)
    found = views(brief.camera, Shooting(24, Fraction(24), stage, "end", "sip"))
    sight = Sight(scene, stage, found)
    assert all(same(frame, sight.frame(index)) for index, frame in enumerate(alone))


def test_the_same_brief_makes_the_same_frames(stills):
    brief = replace(BRIEF, first=stills[1][0], camera=parse("shaky handheld, slow push in"))
    one, other = list(draw(brief, 1)), list(draw(brief, 4))
    assert all(same(a, b) for a, b in zip(one, other, strict=True))


def test_a_card_then_an_end_still(stills):
    (_, last), (_, end) = stills
    found = list(draw(replace(BRIEF, last=end)))
    assert same(found[-1], last)
    assert not same(found[0], last)


@pytest.mark.parametrize("words", [*MOVES, None])
def test_moves_glide(words):
    """ffmpeg's zoompan steps by 0.38 pixels; what is seen here must not."""
    assert jitter_of(words, (360, 640), 36) < 0.03
