"""From intent to ticket: patience, doubt, refusals; nothing is ever paid for twice."""

import asyncio
from decimal import Decimal

import pytest

from tests.render.stage import (
    ALONE,
    FAILED,
    PAIR,
    PRICE,
    Scripted,
    endings,
    failures,
    shots,
    trouble,
)  # fmt: skip
from vidgen.job import Failed, Running
from vidgen.journal import Limits, snapshot
from vidgen.render.run import RETRIES
from vidgen.render.send import PATIENCE

# -- patience -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["limit", "overload", "unsent"])
def test_a_job_that_cannot_be_taken_now_is_offered_again_under_the_same_name(stage, kind):
    stage.provider.submits["A."] = [trouble(kind, "not now")] * 3
    assert len(stage.go(ALONE).made) == 1
    assert len(stage.provider.sent) == 4
    assert len(set(stage.provider.names)) == 1
    assert stage.kinds("a.t1") == ["started", "waiting", "waiting", "waiting", "done"]
    assert stage.lines == [("reserve", "0.32"), ("charge", "0.32")]


def test_its_money_is_held_while_it_waits(stage):
    stage.limits = Limits(film=Decimal("0.5"))
    stage.provider.submits["A."] = [trouble("overload")] * 4
    report = stage.go(PAIR)
    assert endings(report) == {"b": "budget"}
    assert stage.money == (PRICE, 0, 0)


@pytest.mark.parametrize("resend", ["never", "lookup", "idempotent"])
def test_patience_ends_and_then_the_money_is_free_again(stage, resend):
    stage.provider.submits["A."] = [trouble("overload", "the house is full")] * 99
    report = stage.go(ALONE, resend=resend)
    assert len(stage.provider.sent) == PATIENCE + 1
    assert "not taken: the house is full" in failures(report)["a"]
    assert endings(report) == {"a": "provider"}
    assert (stage.states, stage.money) == ({"a.t1": "cancelled"}, (0, 0, 0))
    assert stage.lines[-1][0] == "release"


def test_what_was_paid_for_on_the_way_to_an_order_is_not_free_again(stage):
    stage.provider.submits["A."] = [trouble("limit", "too many", charged=None)] * 99
    assert endings(stage.go(ALONE)) == {"a": "provider"}
    assert stage.states == {"a.t1": "failed"}
    assert stage.lines[-1][0] == "unknown"


def test_the_next_run_offers_what_was_given_up_as_a_new_attempt(stage):
    stage.provider.submits["A."] = [trouble("overload")] * (PATIENCE + 1)
    stage.go(ALONE)
    assert len(stage.go().made) == 1
    assert [name[-2:] for name in stage.provider.names[-2:]] == [".1", ".2"]


def test_what_a_dead_run_had_not_sent_is_sent_under_its_own_name(stage):
    job = stage.begun(ALONE, state="unsent")
    assert stage.plan().steps[0].action == "resume"
    assert len(stage.go().made) == 1
    assert stage.provider.names == [f"{job.key}.1"]
    assert stage.lines == [("reserve", "0.32"), ("charge", "0.32")]


# -- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("moderation", "moderation"), ("input", "input"), ("gone", "input"), ("credit", "credit"),
     ("key", "key")],
)  # fmt: skip
def test_a_refusal_costs_nothing_and_is_of_its_own_kind(stage, kind, ending):
    stage.provider.submits["A."] = [trouble(kind, "we would rather not")]
    report = stage.go(ALONE)
    assert endings(report) == {"a": ending}
    assert failures(report) == {"a": "we would rather not"}
    assert report.failed[0].next
    assert len(stage.provider.sent) == 1
    assert (stage.states, stage.money) == ({"a.t1": "failed"}, (0, 0, 0))


def test_a_refusal_that_may_have_cost_money_is_told_by_the_ledger(stage):
    stage.provider.submits["A."] = [trouble("moderation", "flagged", charged=None)]
    report = stage.go(ALONE)
    assert stage.money == (0, 0, PRICE)
    assert "may have cost money" in report.failed[0].next


@pytest.mark.parametrize("kind", ["moderation", "input"])
def test_what_was_refused_is_not_sent_by_the_next_run_unless_asked_for(stage, kind):
    stage.provider.submits["A."] = [trouble(kind, "flagged")]
    stage.go(ALONE)
    report = stage.go()
    assert endings(report) == {"a": "held"}
    assert "--rerun failed" in failures(report)["a"]
    assert stage.provider.sent == ["A."]
    assert len(stage.go(options=FAILED).made) == 1


@pytest.mark.parametrize("kind", ["credit", "key", "provider"])
def test_what_failed_for_a_passing_reason_is_sent_by_the_next_run(stage, kind):
    stage.provider.submits["A."] = [trouble(kind)] * (1 + RETRIES)
    assert stage.go(ALONE).made == ()
    stage.provider.submits.clear()
    assert len(stage.go().made) == 1


@pytest.mark.parametrize("kind", ["credit", "key"])
def test_no_credit_closes_the_provider_and_what_is_under_way_is_collected(stage, kind):
    stage.provider.submits["B."] = [trouble(kind, "top up")]
    stage.provider.looks["A."] = [Running(0.1)] * 40 + ["clip"]
    text = shots(*(f"id: {name.lower()}, prompt: {name}" for name in "ABCD"))
    report = stage.go(text, in_flight=2)
    assert [outcome.take.shot for outcome in report.made] == ["a"]
    assert endings(report) == {"b": kind, "c": "held", "d": "held"}
    assert failures(report)["d"] == "top up"
    assert stage.provider.sent == ["A.", "B."]
    assert stage.money == (PRICE, 0, 0)


def test_what_waits_for_its_turn_when_the_provider_closes_is_not_sent(stage, monkeypatch):
    turns, closed = [], asyncio.Event()
    hear = stage.hear
    stage.hear = lambda event: (hear(event), event.kind == "failed" and closed.set())

    async def turn(self):
        turns.append(self)
        if len(turns) > 1:  # the first comes at once
            await closed.wait()

    monkeypatch.setattr("vidgen.render.pace.Pace.turn", turn)
    stage.provider.submits["A."] = [trouble("credit", "top up")]
    text = shots(*(f"id: {name.lower()}, prompt: {name}" for name in "ABCD"))
    report = stage.go(text, in_flight=4)
    assert stage.provider.sent == ["A."]
    assert endings(report) == {"a": "credit", "b": "held", "c": "held", "d": "held"}
    assert stage.money == (0, 0, 0)


def test_what_waits_in_patience_when_the_provider_closes_is_not_sent_again(stage):
    stage.provider.submits["A."] = [trouble("overload")] * 99
    stage.provider.submits["B."] = [trouble("overload"), trouble("credit", "top up")]
    report = stage.go(PAIR, in_flight=2)
    assert endings(report) == {"a": "held", "b": "credit"}
    assert stage.provider.sent.count("A.") < PATIENCE
    assert stage.money == (0, 0, 0)
    assert stage.states == {"a.t1": "cancelled", "b.t1": "failed"}


def test_one_provider_that_is_closed_leaves_the_other_open(stage):
    other = Scripted(stage.clip, stage.provider.folder)
    desks = stage.desks

    def two(**more):
        found = desks(**more)
        stage.provider, mine = other, stage.provider
        found["one"] = desks(**more)["one"]
        stage.provider = mine
        return found

    stage.desks = two
    stage.provider.submits["A."] = [trouble("credit")]
    text = shots("id: a, prompt: A", "id: b, prompt: B, provider: one", "id: c, prompt: C")
    assert endings(stage.go(text, in_flight=1)) == {"a": "credit", "c": "held"}
    assert other.sent == ["B."]


# -- failures of the provider's own --------------------------------------------------------------


def test_a_failure_at_no_cost_is_tried_again_as_a_new_attempt_and_not_for_ever(stage):
    stage.provider.looks["A."] = [Failed("it broke", "provider")]
    report = stage.go(ALONE)
    assert failures(report) == {"a": "it broke"}
    assert [name[-2:] for name in stage.provider.names] == [".1", ".2", ".3"]
    assert len(stage.provider.sent) == 1 + RETRIES
    assert stage.lines == [("reserve", "0.32"), ("refund", "0.32")] * 3
    assert stage.money == (0, 0, 0)


def test_a_refusal_by_the_providers_own_failure_is_tried_again(stage):
    stage.provider.submits["A."] = [trouble("provider", "HTTP 500")]
    assert len(stage.go(ALONE).made) == 1
    assert stage.kinds("a.t1") == ["started", "retry", "started", "done"]


@pytest.mark.parametrize(("charged", "kind"), [(True, "charge"), (None, "unknown")])
def test_a_failure_that_may_have_cost_money_is_not_tried_again(stage, charged, kind):
    stage.provider.looks["A."] = [Failed("it broke", "provider", charged)]
    report = stage.go(ALONE)
    assert stage.provider.sent == ["A."]
    assert stage.lines == [("reserve", "0.32"), (kind, "0.32")]
    assert "--rerun failed" in report.failed[0].next
    stage.go()
    assert stage.provider.sent == ["A."]
    stage.provider.looks["A."] = ["clip"]
    assert len(stage.go(options=FAILED).made) == 1
    assert sum(stage.money) == 2 * PRICE


@pytest.mark.parametrize("kind", ["moderation", "input", "credit"])
@pytest.mark.parametrize("local", [True, False])
def test_what_would_fail_again_is_not_tried_again(stage, kind, local):
    stage.provider.looks["A."] = [Failed("no", kind)]
    stage.go(ALONE, local=local)
    assert len(stage.provider.sent) == 1


def test_a_free_job_that_broke_once_is_made(stage):
    stage.provider.looks["A."] = [Failed("it broke", "provider"), "clip"]
    assert len(stage.go(ALONE, local=True).made) == 1
    assert stage.kinds("a.t1") == ["started", "retry", "started", "done"]


# -- other prompts ------------------------------------------------------------------------------


OTHERS = shots("id: a, prompt: A, alternate: [B, C]")


def test_a_shots_other_prompts_are_tried_when_moderation_refuses(stage):
    stage.provider.submits["A."] = [trouble("moderation", "flagged")]
    stage.provider.looks["B."] = [Failed("flagged too", "moderation")]
    report = stage.go(OTHERS, options={"alternate": True})
    assert stage.provider.sent == ["A.", "B.", "C."]
    assert [outcome.take.name for outcome in report.made] == ["v001"]
    assert stage.money == (PRICE, 0, 0)
    assert len(stage.go().made) == 0
    assert stage.plan().steps[0].action == "reuse"


def test_when_all_its_prompts_are_refused_the_last_refusal_is_told(stage):
    for prompt in "ABC":
        stage.provider.submits[f"{prompt}."] = [trouble("moderation", f"not {prompt}")]
    report = stage.go(OTHERS, options={"alternate": True})
    assert failures(report) == {"a": "not C"}
    assert endings(stage.go(options={"alternate": True})) == {"a": "held"}
    assert stage.provider.sent == ["A.", "B.", "C."]


def test_other_prompts_are_for_moderation_alone(stage):
    stage.provider.submits["A."] = [trouble("input")]
    assert endings(stage.go(OTHERS, options={"alternate": True})) == {"a": "input"}
    assert stage.provider.sent == ["A."]


def test_without_being_asked_for_other_prompts_are_not_tried(stage):
    stage.provider.submits["A."] = [trouble("moderation")]
    assert endings(stage.go(OTHERS)) == {"a": "moderation"}
    assert stage.provider.sent == ["A."]
    report = stage.go(options={"alternate": True})
    assert [outcome.take.name for outcome in report.made] == ["v001"]
    assert stage.provider.sent == ["A.", "B."]


# -- called off ---------------------------------------------------------------------------------


def test_called_off_while_waiting_frees_the_money(stage):
    stage.provider.submits["A."] = [trouble("limit")] * 99
    asyncio.run(stage.called_off(ALONE, when="waiting"))
    assert (stage.states, stage.money) == ({"a.t1": "cancelled"}, (0, 0, 0))


def test_a_ticket_on_its_way_is_kept(stage):
    async def slow(request):
        await asyncio.sleep(0.05)

    stage.provider.submitting = slow
    asyncio.run(stage.called_off(ALONE, when="started"))
    assert stage.states == {"a.t1": "submitted"}
    assert len(stage.go().made) == 1
    assert stage.provider.sent == ["A."]


@pytest.mark.parametrize(
    ("kind", "state", "held"),
    [("limit", "cancelled", 0), ("unsent", "cancelled", 0), ("moderation", "failed", 0),
     ("ambiguous", "submitting", PRICE)],
)  # fmt: skip
def test_a_refusal_on_its_way_is_kept_too(stage, kind, state, held):
    async def slow(request):
        await asyncio.sleep(0.05)

    stage.provider.submitting = slow
    stage.provider.submits["A."] = [trouble(kind)]
    asyncio.run(stage.called_off(ALONE, when="started"))
    assert (stage.states, stage.money) == ({"a.t1": state}, (0, held, 0))


def test_free_work_is_stopped_and_made_by_the_next_run(stage):
    stage.provider.looks["A."] = [Running(0.1)]
    asyncio.run(stage.called_off(ALONE, local=True))
    assert stage.provider.stopped == ["A."]
    assert stage.kinds("a.t1")[-1] == "cancelled"
    assert snapshot(stage.project.journal).open_jobs == {}
    stage.provider.looks["A."] = ["clip"]
    assert len(stage.go(local=True).made) == 1


def test_paid_work_goes_on_and_is_collected_by_the_next_run(stage):
    stage.provider.looks["A."] = [Running(0.1)]
    asyncio.run(stage.called_off(ALONE))
    assert stage.provider.stopped == []
    stage.provider.looks["A."] = ["clip"]
    assert len(stage.go().made) == 1
    assert stage.provider.sent == ["A."]


def test_a_fault_of_our_own_stops_free_work_and_is_told(stage):
    stage.provider.looks["A."] = [Running(0.1)]
    stage.provider.looks["B."] = [Running(0.1), ZeroDivisionError("ours")]
    with pytest.raises(ZeroDivisionError):
        stage.go(PAIR, local=True)
    assert sorted(stage.provider.stopped) == ["A.", "B."]
    assert snapshot(stage.project.journal).open_jobs == {}


def test_a_listener_that_breaks_ends_the_run_cleanly(stage):
    def broken_pipe(event):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        asyncio.run(stage.run(stage.plan(ALONE), broken_pipe, local=True))
    assert stage.provider.going == set()
