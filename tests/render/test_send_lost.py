"""Sent, and the answer was lost: what is looked up, what is repeated, and what is held."""

import asyncio

import pytest

from tests.render.stage import (
    ALONE,
    CHAINED,
    FAILED,
    PRICE,
    endings,
    failures,
    lost,
    trouble,
)  # fmt: skip
from vidgen.render.send import LOOKUPS, PATIENCE, PROOF, REPEATS

# -- lost answers -------------------------------------------------------------------------------


def test_a_lost_answer_is_held_as_unknown_and_never_sent_again(stage):
    stage.provider.submits["A."] = [lost()]
    report = stage.go(ALONE)
    assert endings(report) == {"a": "ambiguous"}
    assert [outcome.step.job.shot for outcome in report.in_doubt] == ["a"]
    assert (stage.states, stage.money) == ({"a.t1": "unknown"}, (0, PRICE, 0))
    for _ in range(2):
        assert endings(stage.go()) == {"a": "ambiguous"}
    assert endings(stage.go(options=FAILED)) == {"a": "ambiguous"}
    assert stage.provider.sent == ["A."]


def test_a_lost_answer_holds_only_what_starts_from_it(stage):
    stage.provider.submits["A."] = [lost()]
    report = stage.go(CHAINED + "  - {id: c, prompt: C}\n")
    assert endings(report) == {"a": "ambiguous", "b": "held"}
    assert [outcome.take.shot for outcome in report.made] == ["c"]


def test_work_that_was_being_sent_when_a_run_died_is_not_sent_again(stage):
    stage.begun(ALONE, state="submitting")
    assert endings(stage.go()) == {"a": "ambiguous"}
    assert stage.provider.sent == ["A."]
    assert stage.money == (0, PRICE, 0)


@pytest.mark.parametrize("desk", [{"local": True}, {"resend": "idempotent"}])
def test_work_that_may_be_sent_twice_is_sent_again_under_its_own_name(stage, desk):
    job = stage.begun(ALONE, state="submitting")
    assert len(stage.go(**desk).made) == 1
    assert set(stage.provider.taken) == {f"{job.key}.1"}


@pytest.mark.parametrize("vanished", [True, False])
def test_where_the_provider_knows_it_for_the_same_it_is_repeated(stage, vanished):
    stage.provider.vanished = {"A."} if vanished else set()
    stage.provider.submits["A."] = [lost(), lost()]
    assert len(stage.go(ALONE, resend="idempotent").made) == 1
    assert len(stage.provider.sent) == 3
    assert len(stage.provider.taken) == 1
    assert stage.money == (PRICE, 0, 0)


def test_repeating_ends_and_the_next_run_repeats_it_under_the_same_name(stage):
    stage.provider.submits["A."] = [lost()] * (REPEATS + 1)
    report = stage.go(ALONE, resend="idempotent")
    assert endings(report) == {"a": "left"}
    assert (stage.states, stage.money) == ({"a.t1": "submitting"}, (0, PRICE, 0))
    assert len(stage.go(resend="idempotent").made) == 1
    assert len(stage.provider.taken) == 1


@pytest.mark.parametrize("kind", ["limit", "overload", "unsent"])
def test_a_repeat_that_is_put_off_does_not_free_the_money_of_what_may_have_been_taken(stage, kind):
    stage.provider.submits["A."] = [lost(), *[trouble(kind)] * (PATIENCE + 1)]
    report = stage.go(ALONE, resend="idempotent")
    assert endings(report) == {"a": "left"}
    assert (stage.states, stage.money) == ({"a.t1": "submitting"}, (0, PRICE, 0))
    assert len(stage.go(resend="idempotent").made) == 1
    assert len(stage.provider.taken) == 1


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("credit", "credit"), ("key", "key"), ("provider", "left"), ("gone", "left")],
)  # fmt: skip
def test_a_repeat_that_is_refused_says_nothing_of_what_may_have_been_taken(stage, kind, ending):
    stage.provider.submits["A."] = [lost(), trouble(kind, "not today")]
    report = stage.go(ALONE, resend="idempotent")
    assert endings(report) == {"a": ending}
    assert (stage.states, stage.money) == ({"a.t1": "submitting"}, (0, PRICE, 0))
    assert len(stage.go(resend="idempotent").made) == 1
    assert len(stage.provider.taken) == 1


@pytest.mark.parametrize("kind", ["moderation", "input"])
def test_a_repeat_that_is_refused_for_what_it_asks_was_never_taken(stage, kind):
    stage.provider.vanished = {"A."}
    stage.provider.submits["A."] = [lost(), trouble(kind)]
    assert endings(stage.go(ALONE, resend="idempotent")) == {"a": kind}
    assert (stage.states, stage.money) == ({"a.t1": "failed"}, (0, 0, 0))


def test_called_off_while_a_repeat_waits_keeps_the_money_of_what_may_have_been_taken(stage):
    stage.provider.submits["A."] = [lost(), *[trouble("limit")] * 99]
    asyncio.run(stage.called_off(ALONE, when="waiting", resend="idempotent"))
    assert (stage.states, stage.money) == ({"a.t1": "submitting"}, (0, PRICE, 0))


# -- looked up ----------------------------------------------------------------------------------


def test_a_lost_answer_is_looked_up_and_what_is_found_is_not_sent_again(stage):
    provider = stage.searchable()
    provider.submits["A."] = [lost()]
    assert len(stage.go(ALONE, resend="lookup").made) == 1
    assert (provider.sent, len(provider.searched)) == (["A."], 1)
    assert stage.money == (PRICE, 0, 0)


def test_what_the_provider_does_not_know_after_several_looks_is_sent_again(stage):
    provider = stage.searchable()
    provider.vanished, provider.submits["A."] = {"A."}, [lost()]
    assert len(stage.go(ALONE, resend="lookup").made) == 1
    assert len(provider.searched) == len(LOOKUPS) >= PROOF
    assert (len(provider.sent), len(set(provider.names))) == (2, 1)
    assert stage.lines == [("reserve", "0.32"), ("charge", "0.32")]


def test_what_shows_up_late_at_the_provider_is_found(stage):
    provider = stage.searchable()
    provider.vanished, provider.submits["A."] = {"A."}, [lost()]
    find = provider.find

    async def slow(request, *, idempotency):
        if len(provider.searched) == len(LOOKUPS) - 1:
            provider.taken[idempotency] = request
        return await find(request, idempotency=idempotency)

    provider.find = slow
    assert len(stage.go(ALONE, resend="lookup").made) == 1
    assert provider.sent == ["A."]


@pytest.mark.parametrize("errors", [4, 2])
def test_what_cannot_be_looked_up_is_left_and_looked_up_by_the_next_run(stage, errors):
    provider = stage.searchable()
    provider.vanished, provider.submits["A."] = {"A."}, [lost()]
    provider.finds = [trouble("overload", "search is down")] * errors
    report = stage.go(ALONE, resend="lookup")
    assert endings(report) == {"a": "left"}
    assert "search is down" in failures(report)["a"]
    assert (stage.states, stage.money) == ({"a.t1": "submitting"}, (0, PRICE, 0))
    assert provider.sent == ["A."]
    provider.taken = dict.fromkeys(provider.names)
    assert len(stage.go(resend="lookup").made) == 1
    assert provider.sent == ["A."]


def test_one_look_that_went_wrong_is_no_reason_for_doubt(stage):
    provider = stage.searchable()
    provider.vanished, provider.submits["A."] = {"A."}, [lost()]
    provider.finds = [trouble("overload")]
    assert len(stage.go(ALONE, resend="lookup").made) == 1
    assert len(provider.sent) == 2


def test_a_dead_runs_submit_is_looked_up(stage):
    provider = stage.searchable()
    stage.begun(ALONE, state="submitting")
    assert len(stage.go(resend="lookup").made) == 1
    assert provider.sent == ["A."]


def test_what_was_in_doubt_is_looked_up_once_that_can_be_done(stage):
    stage.provider.submits["A."] = [lost()]
    stage.go(ALONE)
    taken = stage.provider.taken
    stage.searchable().taken = taken
    assert len(stage.go(resend="lookup").made) == 1
    assert stage.provider.sent == []


def test_where_nothing_can_be_looked_up_after_all_it_stays_unknown(stage):
    stage.provider.submits["A."] = [lost()]
    assert endings(stage.go(ALONE, resend="lookup")) == {"a": "ambiguous"}
