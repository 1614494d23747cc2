"""What a plan costs: totals, verdicts, ceilings, and the ways out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.planning import keys, only, planned
from vidgen.catalogue.page import Typical
from vidgen.job import History
from vidgen.money import Quantity, cost
from vidgen.plan import Quote

# -- money ----------------------------------------------------------------------------------------


PAID = """
    budget: {credits: %s, rerolls: 2.5}
    defaults: {duration: 4s}
    rotation: {hero: dear}
    draft: {model: silent, resolution: 480p}
    shots: [{id: a, prompt: p, model: plain}, {id: b, prompt: p, role: hero, duration: 5s}]
"""


def test_totals_count_every_shot_once_expected_and_at_worst(film, shop):
    totals = planned(film(PAID % 1000), shop).totals
    assert totals.sticker == totals.run == Decimal("2.32")
    assert totals.expected == Decimal("5.80")
    assert totals.worst == Decimal("6.96")
    assert (totals.budget, totals.headroom) == (10, Decimal("4.2"))


@pytest.mark.parametrize(
    ("credits", "verdict"), [(600, "fits"), (500, "over-expected"), (200, "over")]
)
def test_the_verdict(film, shop, credits, verdict):
    found = planned(film(PAID % credits), shop)
    assert found.verdict == verdict
    assert found.affordable == (verdict == "fits")
    assert bool(found.ways_out) == (verdict != "fits")


def test_what_was_spent_counts_against_the_budget(film, shop):
    found = planned(film(PAID % 600), shop, History(spent_usd=Decimal("0.5")))
    assert found.verdict == "over-expected"


def test_ways_out_spare_the_hero_and_name_what_they_save(film, shop):
    source = film(
        """
        budget: {credits: 300, rerolls: 2}
        rotation: {hero: dear, work: dear}
        shots: [{id: a, prompt: p, role: work}, {id: b, prompt: p, role: hero}]
        """
    )
    found = planned(source, shop)
    assert [way.what for way in found.ways_out] == ["shot `a`: plain on two instead of dear"]
    assert found.ways_out[0].saves == (Decimal("2.0") - Decimal("0.48")) * 2


def test_a_ceiling_of_the_run_counts_as_well(film, shop):
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    assert planned(source, shop).verdict == "no-ceiling"
    assert planned(source, shop, max_credits=Decimal(10)).verdict == "over"


def test_an_unknown_price_is_never_zero(film, shop):
    page = shop.providers["two"]
    unpriced = page.offers[0].model_copy(update={"prices": ()})
    page = page.model_copy(update={"offers": (unpriced,)})
    poor = replace(shop, providers={"two": page})
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    found = planned(source, poor)
    assert (only(found).action, found.verdict) == ("blocked", "unpriced")
    assert found.totals.unpriced == ("a",)
    allowed = planned(source, poor, allow_unpriced=True)
    assert (only(allowed).action, allowed.affordable) == ("new", True)


def test_takes_are_priced_each_and_seeds_count_up(film, shop):
    source = film("shots: [{id: a, prompt: p, model: dear, takes: 3, seed: 7}]")
    found = planned(source, shop)
    assert [step.job.request.seed for step in found.steps] == [7, 8, 9]
    assert found.totals.run == 3 * found.totals.sticker
    assert len(keys(found)) == 1
    assert len({step.job.key for step in found.steps}) == 3


def test_generated_stills_are_planned_priced_and_name_their_shot(film, shop):
    text = """
        budget: {credits: 500}
        shots: [{id: a, model: plain, prompt: p, still: {prompt: %s, model: painter}}]
    """
    found = planned(film(text % "cup"), shop)
    still, shot = found.steps
    assert (still.what, still.job.request.kind, still.quote.usd) == (
        "still",
        "image",
        Decimal("0.04"),
    )
    assert shot.job.request.mode == "first_frame"
    other = planned(film(text % "mug"), shop)
    assert other.steps[1].job.key != shot.job.key


# -- against the past -----------------------------------------------------------------------------


def test_ways_out_never_lose_size(film, shop):
    source = film(
        """
        budget: {credits: 100, rerolls: 2}
        shots: [{id: a, prompt: p, model: dear, needs: [4k]}]
        """
    )
    found = planned(source, shop)
    assert found.verdict == "over"
    assert found.ways_out == ()


def test_a_gpu_hour_is_priced_where_the_page_says_how_long_a_job_takes(film, shop):
    page = shop.providers["two"]
    hours = page.offers[0].prices[0].model_copy(update={"per": "gpu-hour", "usd": Decimal(2)})
    timed = Typical(seconds=Decimal(90), as_of=date(2026, 11, 1), source="a stopwatch")
    offers = [
        page.offers[0].model_copy(update={"prices": (hours,), "typical": typical})
        for typical in (timed, None)
    ]
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    costs = [
        only(
            planned(
                source,
                replace(shop, providers={"two": page.model_copy(update={"offers": (one,)})}),
            )
        ).quote.usd
        for one in offers
    ]
    assert costs == [Decimal("0.05"), None]


# -- generated stills, refusals, re-rolls ---------------------------------------------------------


def test_the_ceiling_of_a_run_counts_that_run_alone(film, shop):
    source = film("budget: {credits: 1000}\nshots: [{id: a, prompt: p, model: plain}]")
    price = planned(source, shop).totals.run
    past = History(spent_usd=price * 3)
    enough = planned(source, shop, past, max_credits=price * 100)
    assert (enough.verdict, enough.totals.ceiling) == ("fits", price)
    assert planned(source, shop, past, max_credits=price * 99).verdict == "over"


@given(st.integers(100, 4400), st.integers(100, 4400), st.integers(2, 60), st.integers(1, 9999))
def test_the_tokens_of_a_quote_cost_what_it_says_to_the_last_digit(width, height, half, cents):
    price = Decimal(cents) / 100
    work = Quantity(seconds=Decimal(half) / 2, width=width, height=height)
    quote = Quote(cost("million-tokens", price, work), "million-tokens", price, "list", None, "")
    assert quote.of_tokens(quote.tokens) == quote.usd


def test_only_what_is_sold_by_tokens_is_paid_by_them():
    by_second = Quote(Decimal(1), "second", Decimal("0.25"), "list", None, "")
    nobody_knows = Quote(None, "million-tokens", None, "list", None, "")
    for quote in (by_second, nobody_knows):
        assert (quote.tokens, quote.of_tokens(1000)) == (None, None)


def test_ways_out_of_a_group_are_for_all_of_its_shots(film, shop):
    able = {"capabilities": ("text", "multi_shot", "audio")}
    models = {name: one.model_copy(update=able) for name, one in shop.models.items()}
    source = film(
        """
        budget: {credits: 50}
        defaults: {duration: 4s, model: dear}
        shots: [{id: a, prompt: p, group: g}, {id: b, prompt: q, group: g}]
        """
    )
    found = planned(source, replace(shop, models=models))
    assert [way.what for way in found.ways_out] == ["shots a, b: plain on two instead of dear"]
