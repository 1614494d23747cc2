"""What places are called, and where in a group's clip a shot begins."""

from decimal import Decimal

import pytest

from vidgen.places import (
    group_of,
    is_still,
    offset_of,
    shot_of,
    stages_of,
    word_of,
)

BOARD = """
    defaults: {duration: 4s}
    shots:
      - {id: a, prompt: x, group: g}
      - {id: b, prompt: x, group: g, duration: 2.5s}
      - {id: c, prompt: x, group: g}
      - {id: d, prompt: x, enhance: {interpolate: 48, upscale: 4k}}
"""


@pytest.mark.parametrize(
    ("place", "shot", "word", "still"),
    [
        ("sip", "sip", "", False),
        ("sip.still", "sip", "still", True),
        ("sip.end-still", "sip", "end-still", True),
        ("sip.upscale", "sip", "upscale", False),
        ("sip.group", "sip", "group", False),
    ],
)
def test_a_place_is_a_shot_and_a_word(place, shot, word, still):
    assert (shot_of(place), word_of(place), is_still(place)) == (shot, word, still)


def test_a_shot_begins_where_those_before_it_in_its_group_end(film):
    board = film(BOARD).board
    assert [offset_of(board, shot) for shot in board.shots] == [0, 4, Decimal("6.5"), 0]


def test_a_group_lies_at_its_first_shot(film):
    board = film(BOARD).board
    group = group_of(board, board.shots[1])
    assert (group.place, [shot.id for shot in group.shots]) == ("a.group", ["a", "b", "c"])
    assert group_of(board, board.shots[3]) is None


def test_stages_come_in_one_order_however_they_are_written(film):
    board = film(BOARD).board
    assert stages_of(board.shots[3]) == ("upscale", "interpolate")
    assert stages_of(board.shots[0]) == ()
