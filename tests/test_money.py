from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen.money import Quantity, cost, credits_of, round_up

FIVE_SECONDS = Quantity(seconds=Decimal(5), width=1280, height=720, rate=Fraction(24))


@pytest.mark.parametrize(
    ("per", "price", "work", "expected"),
    [
        ("second", "0.168", FIVE_SECONDS, "0.840"),
        ("clip", "0.49", FIVE_SECONDS, "0.49"),
        ("image", "0.15", Quantity(images=3, still=True), "0.45"),
        ("frame", "0.007", FIVE_SECONDS, "0.840"),
        ("megapixel", "0.0018", FIVE_SECONDS, "0.1990656"),
        # 720p at 24 fps is 21 600 tokens a second: 5 s at $7.0 per million tokens.
        ("million-tokens", "7.0", FIVE_SECONDS, "0.756"),
        ("audio-second", "0.115", Quantity(audio_seconds=Decimal(10)), "1.150"),
        ("free", None, FIVE_SECONDS, "0"),
    ],
)
def test_each_kind_of_price(per, price, work, expected):
    assert cost(per, price and Decimal(price), work) == Decimal(expected)


def test_a_given_source_video_counts_as_tokens():
    edit = Quantity(
        seconds=Decimal(5), input_seconds=Decimal(3), width=1280, height=720, rate=Fraction(24)
    )
    assert cost("million-tokens", Decimal("4.3"), edit) == Decimal("0.7430400")


def test_a_token_begun_is_paid_for_whole():
    odd = Quantity(seconds=Decimal(5), width=1112, height=834, rate=Fraction(24))
    assert odd.million_tokens == Decimal("0.108681")  # 108680.625 of them
    assert FIVE_SECONDS.million_tokens == Decimal("0.108")


@pytest.mark.parametrize(
    ("per", "price"), [("unknown", None), ("second", None), ("gpu-hour", None)]
)
def test_what_is_not_known_is_never_zero(per, price):
    assert cost(per, price, FIVE_SECONDS) is None


def test_gpu_hours_need_a_rate_and_an_estimate():
    assert cost("gpu-hour", Decimal(2), FIVE_SECONDS) is None
    assert cost("gpu-hour", Decimal(2), Quantity(gpu_hours=Decimal("0.25"))) == Decimal("0.50")


@given(st.decimals(0, 10_000, places=6), st.integers(1, 10_000))
def test_shown_money_is_never_less_than_what_is_paid(usd, per_usd):
    exact = credits_of(usd, Decimal(per_usd))
    shown = round_up(exact)
    assert exact <= shown < exact + Decimal("0.01")
