import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from vidgen.quantity import NOT_TAKEN, Quantity, slug
from vidgen.scalars import (
    Credits,
    Decibels,
    Dollars,
    FileName,
    FrameRate,
    Length,
    Moment,
    Seconds,
    Seed,
    ShotId,
    Switch,
    Takes,
)


def read(kind, value):
    return TypeAdapter(kind).validate_python(value)


def refused(kind, value):
    with pytest.raises(ValidationError) as caught:
        read(kind, value)
    (error,) = caught.value.errors()
    assert error["type"] == NOT_TAKEN
    return error["ctx"]


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        (Seconds, "5", 5), (Seconds, 5, 5), (Seconds, "5s", 5), (Seconds, " 2.5 s ", "2.5"),
        (Seconds, "250ms", "0.25"), (Seconds, "5S", 5), (Seconds, ".5s", "0.5"), (Seconds, 0, 0),
        (Length, Decimal("4.5"), "4.5"), (Decibels, "-10dB", -10), (Decibels, "-10 DB", -10),
        (Decibels, 3, 3), (Dollars, "$15", 15), (Dollars, "15usd", 15), (Dollars, "0.50", "0.50"),
        (Credits, "1500 credits", 1500), (Credits, 1500, 1500),
    ],
)  # fmt: skip
def test_numbers_with_units(kind, written, meant):
    found = read(kind, written)
    assert found == Decimal(meant)
    assert type(found) is Decimal


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Seconds, "5 apples"), (Seconds, "s"), (Seconds, ""), (Seconds, "1e3"), (Seconds, -1),
        (Seconds, "-1s"), (Seconds, 3601), (Seconds, True), (Seconds, None), (Seconds, [5]),
        (Seconds, "5" * 50), (Seconds, "٥s"), (Length, 0), (Length, 601), (Decibels, "10s"),
        (Decibels, 25), (Dollars, "€15"), (Dollars, 0), (Seconds, "$5"), (Takes, 0), (Takes, 21),
        (Takes, Decimal("1.5")), (Takes, True), (Takes, "x"), (Seed, -1), (Switch, "yes"),
        (Switch, 1), (ShotId, "A"), (ShotId, "a b"), (ShotId, "a" * 49), (ShotId, "a\n"),
        (FileName, "../x"), (FileName, ""), (FileName, ".hidden"), (Moment, [1]), (Moment, True),
        (Moment, -1),
    ],
)  # fmt: skip
def test_what_is_not_taken_says_what_is(kind, value):
    assert refused(kind, value)["expected"]


@pytest.mark.parametrize(
    ("kind", "value", "near"),
    [
        (Length, "2min", "120s"), (Length, "5 sec", "5s"), (Length, "0.5 minutes", "30s"),
        (Length, "90min", ""), (Decibels, "2min", ""), (Takes, "3", "3"), (Switch, "yes", "true"),
        (Switch, "Off", "false"), (ShotId, "First Sip!", "first-sip"), (ShotId, "!!", ""),
    ],
)  # fmt: skip
def test_the_nearest_right_spelling_is_named(kind, value, near):
    assert refused(kind, value)["near"] == near


@pytest.mark.parametrize(
    ("written", "meant"),
    [("logo", "logo"), ("010", "010"), ("beans", "beans"), ("5s", 5), ("2.5s", "2.5"), (5, 5)],
)
def test_a_moment_is_a_shot_or_a_time(written, meant):
    found = read(Moment, written)
    assert found == (Decimal(meant) if isinstance(found, Decimal) else meant)


@pytest.mark.parametrize(
    ("written", "meant"),
    [(24, 24), (Decimal("24.0"), 24), (Decimal("23.976"), "23.976"), ("29.97", "29.97")],
)
def test_frame_rates(written, meant):
    assert read(FrameRate, written) == meant


KINDS = [
    Quantity("seconds", "5s", (("s", Decimal(1)), ("ms", Decimal("0.001")))),
    Quantity("dollars", "15", (("usd", Decimal(1)),), prefix="$"),
    Quantity("a number", "3"),
]


@given(st.sampled_from(KINDS), st.text("0123456789.+-$ smSMusdUD", max_size=10))
def test_the_pattern_for_editors_takes_what_is_read(quantity, text):
    taken = re.search(quantity.pattern, text) is not None
    try:
        quantity.read(text)
    except Exception as error:
        assert not taken, error
    else:
        assert taken


@given(st.text(max_size=60))
def test_a_slug_is_a_name_or_nothing(text):
    found = slug(text)
    assert found == "" or re.fullmatch(r"[a-z0-9_-]{1,48}", found)
