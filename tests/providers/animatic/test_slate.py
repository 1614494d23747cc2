from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidgen.job import Slate
from vidgen.providers.animatic.slate import Card

SIZES = [(1080, 1920), (1920, 1080), (1080, 1080), (2520, 1080), (864, 1080), (270, 480)]
SIP = Slate("sip", "veo-3.1", "Barista takes a sip and smiles", Decimal(6), ("That's the one.",))
LONG = Slate(
    "a-shot_with-a_very-long_name_of-48_letters-in_all",
    "higgsfield-cinema-studio-1.5",
    "A barista leans over the machine as the first espresso pours into a white cup. " * 12,
    Decimal("12.25"),
    ("I never thought it would be this quiet in here.",) * 4,
)


def card(slate=SIP, size=(270, 480), frames=48, rate=Fraction(24)):
    return Card(slate, size, frames, rate)


def ink(picture, ground):
    """Which pixels are not the card's ground."""
    return (np.abs(np.asarray(picture, int) - np.array(ground)) > 12).any(-1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("slate", [SIP, LONG])
def test_nothing_touches_the_edge_or_the_clock(size, slate):
    one = card(slate, size)
    drawn = ink(one.frame(24), one.ground)
    rows, columns = np.nonzero(drawn)
    inset = 0.05 * one.unit
    assert columns.min() >= inset
    assert columns.max() <= size[0] - inset
    assert rows.min() >= inset
    assert rows.max() <= size[1] - inset
    bar = one._foot()
    above = slice(int(bar.top - 2.2 * one.small), int(bar.top - 1.75 * one.small))
    assert not drawn[above, round(bar.left) : round(bar.left + bar.width)].any()


@pytest.mark.parametrize("size", SIZES)
def test_the_name_can_be_read_on_a_telephone(size):
    """The x-height of the name is at least a fortieth of the frame's shorter side."""
    one = card(SIP, size)
    height = one._name("sip", one._areas()[0])[0] * 0.5
    assert height > min(size) / 40


def test_every_word_counts():
    plain = card().frame(0).tobytes()
    for other in (
        Slate("pour", "veo-3.1", SIP.prompt, SIP.seconds, SIP.dialogue),
        Slate("sip", "wan-2.6", SIP.prompt, SIP.seconds, SIP.dialogue),
        Slate("sip", "veo-3.1", "Another", SIP.seconds, SIP.dialogue),
        Slate("sip", "veo-3.1", SIP.prompt, Decimal(7), SIP.dialogue),
        Slate("sip", "veo-3.1", SIP.prompt, SIP.seconds, ("Another",)),
        Slate("sip", "veo-3.1", SIP.prompt, SIP.seconds, ()),
    ):
        assert card(other).frame(0).tobytes() != plain


def test_time_is_seen_to_pass():
    one = card(frames=48)
    bar = one._foot()
    row = round(bar.top + bar.height / 2)
    filled = []
    for frame in (0, 12, 24, 47):
        line = np.asarray(one.frame(frame), int)[row]
        filled.append(int((np.abs(line - np.array(one.accent)).max(-1) < 4).sum()))
    assert filled == sorted(filled)
    assert filled[0] < 0.1 * bar.width
    assert filled[-1] > 0.95 * bar.width - 2
    assert one.frame(3).tobytes() != one.frame(4).tobytes()


def test_a_stills_card_speaks_of_no_time():
    still = card(Slate("sip", "flux-2", "A cup", Decimal(0)))
    assert still._facts(Slate("sip", "flux-2", "A cup", Decimal(0)), 20, 400) == [
        "stands for flux-2"
    ]
    assert still.frame(0).tobytes() == still.frame(20).tobytes()
    bar = still._foot()
    below = np.nonzero(ink(still.frame(0), still.ground)[round(bar.top - 2 * still.small) :])[1]
    assert set(below) <= {*range(2 * still.inset), *range(270 - 2 * still.inset, 270)}


def test_a_shot_keeps_its_colours():
    assert card().ground == card(size=(1920, 1080)).ground
    grounds = {card(Slate(f"shot-{n}", "m", "", Decimal(1))).ground for n in range(40)}
    assert len(grounds) > 6


@pytest.mark.parametrize("seconds", ["0.5", "1", "59.9", "600"])
@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001), Fraction(60)])
def test_any_length_and_rate(seconds, rate):
    frames = max(1, round(Fraction(seconds) * rate))
    one = card(Slate("sip", "m", "p", Decimal(seconds)), frames=frames, rate=rate)
    for frame in (0, frames // 2, frames - 1):
        assert one.frame(frame).size == (270, 480)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(max_size=40), st.text(max_size=400), st.lists(st.text(max_size=80), max_size=5),
    st.sampled_from([(90, 160), (160, 90), (100, 100), (210, 90), (64, 64)]),
)  # fmt: skip
def test_any_words_in_any_frame(shot, prompt, dialogue, size):
    slate = Slate(shot, "model", prompt, Decimal(5), tuple(dialogue))
    assert card(slate, size).frame(1).size == size


@pytest.mark.parametrize("quoted", ["«Это оно»", "„Genau“", '"Yes"', "“Yes”"])
def test_words_in_quotes_are_not_quoted_again(quoted):
    once = Slate("sip", "m", "", Decimal(1), (quoted,))
    again = Slate("sip", "m", "", Decimal(1), (f"“{quoted}”",))
    assert card(once).frame(0).tobytes() != card(again).frame(0).tobytes()
