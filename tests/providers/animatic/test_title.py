"""Title cards: the words as they are written, large, whole and in the middle."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen.job import Slate
from vidgen.providers.animatic.brief import Brief
from vidgen.providers.animatic.film import draw
from vidgen.providers.animatic.lettering import wrapped
from vidgen.providers.animatic.title import Title, _even, _fitted

SIZES = [(1280, 720), (720, 1280), (720, 720), (1680, 720)]
WORDS = "One day, ten desks"
LONG = "A film about a very small harbour town and everything that happens there, " * 9


def title(words=WORDS, size=(1280, 720)):
    return Title(Slate("title", "", words, Decimal(3)), size)


def ink(card):
    """Rows and columns of the pixels that are not the ground."""
    picture = np.asarray(card.frame(0), int)
    return np.nonzero((np.abs(picture - np.array(card.ground)) > 12).any(-1))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("words", [WORDS, "Fin", LONG, "Two\nlines"])
def test_words_stand_in_the_middle_and_off_the_edges(size, words):
    rows, columns = ink(title(words, size))
    assert abs((columns.min() + columns.max()) / 2 - size[0] / 2) < 0.02 * size[0]
    assert abs((rows.min() + rows.max()) / 2 - size[1] / 2) < 0.04 * size[1]
    assert columns.min() > 0.08 * size[0]
    assert rows.min() > 0.08 * size[1]


@pytest.mark.parametrize("size", SIZES)
def test_a_short_title_is_large(size):
    rows, _ = ink(title("Fin", size))
    assert rows.max() - rows.min() > 0.1 * min(size)


def test_nothing_but_the_words_is_drawn():
    rows, _ = ink(title(""))
    assert rows.size == 0


def test_words_are_broken_between_and_not_inside():
    for width in (200, 400, 900):
        _, lines = _fitted(["One day, ten desks"], 400, width, 400)
        assert " ".join(lines) == "One day, ten desks"
    assert _fitted(["One day, ten desks"], 480, 374, 345)[1] == ["One day,", "ten desks"]


def test_the_authors_own_lines_are_kept():
    assert _fitted(["One day,", "ten desks"], 720, 1000, 500)[1] == ["One day,", "ten desks"]


def test_lines_are_as_even_as_they_can_be():
    words = "The quick brown fox jumps over it"
    width = 600.0
    assert len(_even(words, 60, width)) == len(wrapped(words, "SemiBold", 60, width)) == 2
    assert max(map(len, _even(words, 60, width))) < 20


def test_what_is_too_long_for_any_size_ends_in_an_ellipsis():
    _, lines = _fitted([LONG * 9], 360, 280, 260)
    assert lines[-1].endswith("…")


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200), st.sampled_from([(90, 160), (160, 90), (64, 64)]))
def test_any_words_in_any_frame(words, size):
    assert title(words, size).frame(3).size == size


def test_a_slate_that_stands_for_no_model_is_drawn_as_a_title():
    slate = Slate("title", "", WORDS, Decimal(1))
    frames = list(draw(Brief(160, 90, Fraction(24), 3, Path("ffmpeg"), slate)))
    expected = title(WORDS, (160, 90)).frame(0).tobytes()
    assert [one.tobytes() for one in frames] == [expected] * 3
