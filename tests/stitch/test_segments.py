"""A cut as segments: nothing lost, nothing twice, and clear words where it cannot be."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vidgen.cut import Clip, Cut, Transition
from vidgen.errors import Exit, NothingToStitch
from vidgen.stitch.segments import Body, Seam, ShotTooShort, segments_of


def clip(frames, over=0, start=0, shot="s"):
    transition = Transition("dissolve", over) if over else None
    return Clip(shot, Path("t.mp4"), "d", start, frames, transition)


def cut(*clips):
    return Cut("t", Fraction(24), clips)


def told(segments):
    """Each segment as text: body start+frames, seam start+frames of both sides."""
    rows = []
    for one in segments:
        sides = (one.stretch,) if isinstance(one, Body) else (one.leaving, one.coming)
        rows.append(" | ".join(f"{side.clip.shot} {side.start}+{side.frames}" for side in sides))
    return rows


def test_hard_cuts():
    assert told(segments_of(cut(clip(10, shot="a"), clip(7, shot="b", start=3)))) == [
        "a 0+10",
        "b 3+7",
    ]


def test_transitions_are_segments_of_their_own():
    made = segments_of(
        cut(clip(20, shot="a", start=6), clip(15, 4, shot="b"), clip(9, 2, shot="c"))
    )
    assert told(made) == ["a 6+16", "a 22+4 | b 0+4", "b 4+9", "b 13+2 | c 0+2", "c 2+7"]
    assert [one.name for one in made][:2] == ["a", "a to b"]


@given(some.lists(some.tuples(some.integers(1, 60), some.integers(0, 9)), min_size=1, max_size=12))
def test_segments_add_up_to_the_cut(rows):
    clips = tuple(
        clip(body + (over if place else 0) + after, over if place else 0, shot=f"s{place}")
        for place, ((body, over), after) in enumerate(
            zip(rows, [over for _, over in rows[1:]] + [0], strict=True)
        )
    )
    made = segments_of(cut(*clips))
    assert sum(one.frames for one in made) == cut(*clips).frames
    for one in made:
        if isinstance(one, Seam):
            assert one.leaving.frames == one.coming.frames == one.frames


def test_a_cut_without_clips():
    with pytest.raises(NothingToStitch, match="the cut has no clip"):
        segments_of(cut())


@pytest.mark.parametrize(
    ("clips", "words"),
    [
        ((clip(0, shot="sip"),), "shot `sip` has 0 frames from frame 0"),
        ((clip(9, shot="sip", start=-1),), "shot `sip` has 9 frames from frame -1"),
        ((clip(9, 3, shot="sip"),), "the transition into shot `sip` has nothing before it"),
        (
            (clip(30, shot="a"), clip(12, 6, shot="sip"), clip(30, 6, shot="b")),
            "shot `sip` is 12 frames long; its transitions take 6 at the head and 6 at the tail",
        ),
        ((clip(6, shot="sip"), clip(30, 6, shot="b")), "shot `sip` is 6 frames long"),
    ],
)
def test_shots_too_short_are_told(clips, words):
    with pytest.raises(ShotTooShort, match=words) as caught:
        segments_of(cut(*clips))
    assert caught.value.where == "sip"
    assert caught.value.hint
    assert caught.value.code == "shot-too-short"
    assert caught.value.exit_code is Exit.INVALID


def test_exactly_long_enough():
    made = segments_of(cut(clip(30), clip(13, 6), clip(30, 6)))
    assert [one.frames for one in made] == [24, 6, 1, 6, 24]
