from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen.cut import assemble, film_frames, slots
from vidgen.errors import NothingToStitch
from vidgen.job import JobKey, Take
from vidgen.storyboard import Storyboard


def board(*shots, **more):
    return Storyboard.model_validate({"vidgen": 1, "title": "T", "shots": list(shots), **more})


def take(shot, number=1):
    return Take(shot, number, "final", JobKey("j1:x"), f"takes/{shot}/v001.mp4", "d", "m", "p")


TRIM = {"duration": "5s", "trim": {"head": "250ms", "tail": "250ms"}}


def test_heads_and_tails_are_trimmed_in_whole_frames():
    found = slots(board({"id": "a", "prompt": "p"}, {"id": "b", "prompt": "p"}, defaults=TRIM))
    assert [(slot.start, slot.frames) for slot in found] == [(6, 108), (6, 108)]


def test_a_chain_keeps_its_seam_whole_and_drops_the_frame_both_share():
    film = board(
        {"id": "a", "prompt": "p"},
        {"id": "b", "prompt": "p", "chain": "a"},
        {"id": "c", "prompt": "p", "chain": "previous"},
        defaults=TRIM,
    )
    assert [(slot.start, slot.frames) for slot in slots(film)] == [(6, 114), (1, 119), (1, 113)]


def test_a_trim_of_the_shots_own_wins_at_a_seam():
    film = board(
        {"id": "a", "prompt": "p", "trim": {"tail": "1s"}},
        {"id": "b", "prompt": "p", "chain": "a", "trim": {"head": "500ms"}},
        defaults=TRIM,
    )
    assert [(slot.start, slot.frames) for slot in slots(film)] == [(6, 90), (12, 102)]


def test_a_chain_from_a_shot_further_back_is_no_seam():
    film = board(
        {"id": "a", "prompt": "p"},
        {"id": "b", "prompt": "p"},
        {"id": "c", "prompt": "p", "chain": "a"},
        defaults=TRIM,
    )
    assert [slot.start for slot in slots(film)] == [6, 6, 6]


def test_transitions_overlap_and_the_first_shot_has_none():
    film = board(
        {"id": "a", "prompt": "p", "transition": "dissolve"},
        {"id": "b", "prompt": "p", "transition": {"kind": "dissolve", "duration": "1s"}},
        {"id": "c", "prompt": "p", "transition": "cut"},
        defaults={**TRIM, "transition": "dissolve"},
    )
    assert [slot.transition and slot.transition.frames for slot in slots(film)] == [None, 24, None]
    assert film_frames(film) == 3 * 108 - 24


def test_the_rate_of_the_trade_is_exact():
    film = board({"id": "a", "prompt": "p", "duration": "10s"}, format={"fps": "23.976"})
    assert film_frames(film) == round(Fraction(10) * Fraction(24000, 1001))


def test_a_cut_names_every_shot_without_a_take():
    film = board({"id": "a", "prompt": "p"}, {"id": "b", "prompt": "p"}, {"id": "c", "prompt": "p"})
    with pytest.raises(NothingToStitch, match="a, c"):
        assemble(film, {"b": take("b")}, Path("/film"), None)


def test_a_shot_that_asks_for_no_sound_is_silent_in_the_cut():
    film = board({"id": "a", "prompt": "p", "audio": False}, {"id": "b", "prompt": "p"})
    cut = assemble(film, {"a": take("a"), "b": take("b")}, Path("/film"), None)
    assert [clip.sound for clip in cut.clips] == [False, True]
    assert cut.frames == film_frames(film)


@given(
    st.lists(
        st.tuples(
            st.decimals(2, 12, places=2), st.sampled_from(["cut", "dissolve"]), st.booleans()
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_planned_length_is_the_length_of_the_cut(parts):
    shots = [
        {
            "id": f"s{place}",
            "prompt": "p",
            "duration": duration,
            "transition": transition,
            **({"chain": "previous"} if chained and place else {}),
        }
        for place, (duration, transition, chained) in enumerate(parts)
    ]
    film = board(*shots, defaults={"trim": {"head": Decimal("0.25")}})
    cut = assemble(film, {shot["id"]: take(shot["id"]) for shot in shots}, Path("/film"), None)
    assert cut.frames == film_frames(film) > 0
    assert all(clip.frames > 0 for clip in cut.clips)
