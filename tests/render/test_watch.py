"""From a ticket to its end: patience, calls that go wrong, words nobody knows; a ticket is kept."""

from decimal import Decimal

import pytest

from tests.render.stage import ALONE, PRICE, endings, failures, shots, trouble
from vidgen.errors import MediaError
from vidgen.job import Failed, Running
from vidgen.render.watch import LOOKS

ODD = Failed("its state is `simmering`, which nobody knows", "unknown", charged=None)


def test_progress_is_told_as_the_provider_tells_it(stage):
    stage.provider.looks["A."] = [Running(), Running(0.25), Running(0.75), "clip"]
    stage.go(ALONE)
    told = [event.progress for event in stage.events if event.kind == "progress"]
    assert told == [None, 0.25, 0.75]


@pytest.mark.parametrize("kind", ["limit", "overload", "unsent", "ambiguous", "provider"])
def test_looks_that_go_wrong_are_repeated(stage, kind):
    stage.provider.looks["A."] = [*[trouble(kind)] * (LOOKS - 1), "clip"]
    assert len(stage.go(ALONE).made) == 1
    assert len(stage.provider.sent) == 1


def test_looks_that_go_well_in_between_begin_the_count_anew(stage):
    down = [trouble("overload")] * (LOOKS - 1)
    stage.provider.looks["A."] = [*down, Running(0.1), *down, Running(0.2), "clip"]
    assert len(stage.go(ALONE).made) == 1


@pytest.mark.parametrize(
    "wrong",
    [trouble("overload", "nobody answers"), trouble("key", "nobody answers"),
     trouble("gone", "nobody answers"), MediaError("nobody answers"),
     Failed("nobody answers", "unknown", charged=None)],
    ids=lambda wrong: getattr(wrong, "kind", "other"),
)  # fmt: skip
def test_a_job_that_cannot_be_seen_is_left_with_its_ticket_and_its_money(stage, wrong):
    stage.provider.looks["A."] = [wrong]
    report = stage.go(ALONE)
    assert failures(report) == {"a": "nobody answers; a later run goes on with it"}
    assert endings(report) == {"a": "left"}
    assert len(report.left) == 1
    assert len(stage.provider.polled) == LOOKS
    assert (stage.states, stage.money) == ({"a.t1": "submitted"}, (0, PRICE, 0))
    stage.provider.looks["A."] = ["clip"]
    assert len(stage.go().made) == 1
    assert (stage.provider.sent, stage.money) == (["A."], (PRICE, 0, 0))


def test_a_word_that_nobody_knows_is_never_taken_for_a_failure(stage):
    stage.provider.looks["A."] = [ODD, Running(0.5), ODD, "clip"]
    assert len(stage.go(ALONE).made) == 1
    assert stage.provider.sent == ["A."]


def test_the_wait_between_looks_is_as_told(stage, monkeypatch):
    stage.provider.looks["A."] = [trouble("limit", retry_after=17.0), trouble("limit"), "clip"]
    from vidgen.render.floor import Floor

    waited, sleep = [], Floor.sleep

    async def told(self, desk, seconds):
        waited.append(seconds)
        await sleep(self, desk, seconds)

    monkeypatch.setattr(Floor, "sleep", told)
    stage.go(ALONE, poll=3.0)
    assert waited[0] == 17.0
    assert waited[1] >= 3.0  # never faster than the provider's pace
    assert len(waited) == 2


def test_a_slow_job_is_left_for_a_later_run(stage):
    stage.provider.looks["A."] = [Running(0.1)]
    report = stage.go(ALONE, patience=5.0)
    assert failures(report) == {"a": "not finished after 5s; a later run goes on with it"}
    assert endings(report) == {"a": "left"}
    assert stage.kinds("a.t1")[-1] == "left"
    assert (stage.states, stage.money) == ({"a.t1": "submitted"}, (0, PRICE, 0))
    assert stage.plan().steps[0].action == "resume"
    stage.provider.looks["A."] = ["clip"]
    assert len(stage.go().made) == 1
    assert stage.kinds("a.t1")[-2:] == ["resumed", "done"]
    assert stage.provider.sent == ["A."]


def test_a_slow_job_on_this_machine_is_stopped_since_it_can_be_made_again(stage):
    stage.provider.looks["A."] = [Running(0.1)]
    report = stage.go(ALONE, patience=0.0, local=True)
    assert endings(report) == {"a": "provider"}
    assert stage.provider.stopped == ["A."]
    assert stage.states == {"a.t1": "failed"}


def test_work_that_was_sent_is_collected_and_not_sent_again(stage):
    stage.begun(ALONE, state="submitted")
    report = stage.go()
    assert (len(report.made), stage.provider.sent) == (1, ["A."])
    assert stage.kinds("a.t1") == ["resumed", "done"]
    assert stage.money == (PRICE, 0, 0)


@pytest.mark.parametrize(
    ("charged", "money"), [(False, (0, 0, 0)), (True, (PRICE, 0, 0)), (None, (0, 0, PRICE))]
)
def test_a_failure_settles_the_money_as_the_provider_says(stage, charged, money):
    stage.provider.looks["A."] = [Failed("no", "moderation", charged)]
    assert endings(stage.go(ALONE)) == {"a": "moderation"}
    assert stage.money == money


UNPRICED = shots("id: a, prompt: A").replace("plain", "guess")


@pytest.mark.parametrize("charged", [True, None])
def test_a_failure_at_an_unknown_price_is_unknown_and_never_a_charge_of_nothing(stage, charged):
    unpriced(stage)
    stage.provider.looks["A."] = [Failed("no", "provider", charged)]
    options = {"allow_unpriced": True}
    stage.go(UNPRICED, options=options)
    assert stage.lines == [("reserve", "0"), ("unknown", "0")]
    assert endings(stage.go(options=options)) == {"a": "held"}
    assert stage.provider.sent == ["A."]


def test_a_take_at_an_unknown_price_is_unknown_in_the_ledger_and_in_its_sidecar(stage):
    unpriced(stage)
    report = stage.go(UNPRICED, options={"allow_unpriced": True})
    assert report.made[0].take.cost_usd is None
    assert stage.lines == [("reserve", "0"), ("unknown", "0")]


def test_a_cost_that_is_told_at_last_is_what_is_charged(stage):
    unpriced(stage)
    stage.provider.cost = Decimal("0.07")
    report = stage.go(UNPRICED, options={"allow_unpriced": True})
    assert report.cost_usd == Decimal("0.07")
    assert stage.lines == [("reserve", "0"), ("charge", "0.07")]


def unpriced(stage):
    """Have the shop sell a model at a price that nobody knows."""
    from dataclasses import replace

    from tests.conftest import model, offer, provider

    models = {**stage.shop.models, "guess": model("guess")}
    pages = {**stage.shop.providers, "two": provider("two", offer("guess", None))}
    stage.shop = replace(stage.shop, models=models, providers=pages)
