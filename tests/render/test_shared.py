"""Several runs at once on one project: nothing is sent twice, and no ceiling is crossed."""

import asyncio
import multiprocessing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.render.stage import (
    ALONE,
    CHAINED,
    PAIR,
    PRICE,
    Scripted,
    Stage,
    endings,
    failures,
    lost,
    shots,
    trouble,
)
from vidgen.job import Failed, Running
from vidgen.journal import Journal, Limits

MANY = shots(*(f"id: s{n}, prompt: P{n}" for n in range(6)))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Look often whether another run has finished."""
    monkeypatch.setattr("vidgen.render.run.ELSEWHERE_SECONDS", 0.01)


def turned(found):
    """A plan with its steps in the other order."""
    return replace(found, steps=tuple(reversed(found.steps)))


async def until(true):
    while not true():  # noqa: ASYNC110  what is waited for is in no event's hands
        await asyncio.sleep(0.001)


def both(stage, text, *desks, options=None):
    """Two runs begin at once, each with a plan, a journal and gates of its own."""

    async def scene():
        plans = [stage.plan(text, **(options or {})) for _ in range(2)]
        more = desks or ({}, {})
        return await asyncio.gather(
            *(stage.run(found, **desk) for found, desk in zip(plans, more, strict=True))
        )

    return asyncio.run(asyncio.wait_for(scene(), 20))


def test_no_job_is_sent_twice_and_both_runs_have_every_take(stage):
    one, two = both(stage, MANY)
    assert sorted(stage.provider.sent) == [f"P{n}." for n in range(6)]
    for report in (one, two):
        assert len({outcome.take.path for outcome in report.outcomes}) == 6
    assert len(stage.project.takes()) == 6
    assert stage.money == (6 * PRICE, 0, 0)
    assert "waiting" in [event.kind for event in stage.events]


def test_a_chain_goes_on_from_a_take_that_the_other_run_made(stage):
    async def scene():
        chained = stage.plan(CHAINED)
        alone = stage.plan(shots=("a",))
        stage.provider.looks["A."] = [Running(0.5)] * 20 + ["clip"]
        first = asyncio.create_task(stage.run(alone))
        await until(lambda: stage.provider.sent)
        second = await stage.run(chained)
        return await first, second

    one, two = asyncio.run(asyncio.wait_for(scene(), 20))
    assert stage.provider.sent == ["A.", "B."]
    assert [outcome.take.shot for outcome in one.made] == ["a"]
    assert [outcome.take.shot for outcome in two.outcomes] == ["a", "b"]
    assert ("reused", "another run made it") in [(one.kind, one.message) for one in stage.events]


def test_two_runs_together_stay_under_one_ceiling(stage):
    stage.limits = Limits(film=Decimal(1))
    one, two = both(stage, MANY, {"in_flight": 3}, {"in_flight": 3})
    assert len(stage.project.takes()) == 3
    assert stage.money == (3 * PRICE, 0, 0)
    assert set(endings(one).values()) | set(endings(two).values()) == {"budget"}


def test_a_run_that_died_is_followed_by_one_that_claims_its_job(stage):
    stage.begun(ALONE, state="submitted")
    one, two = both(stage, ALONE)
    assert {len(one.missing), len(two.missing)} == {0}
    assert stage.provider.sent == ["A."]
    assert stage.kinds("a.t1").count("resumed") == 1
    assert stage.money == (PRICE, 0, 0)


def test_a_job_of_a_living_run_is_not_claimed_after_waiting_for_a_place(stage):
    """The second run looks before it waits for a place; by then the first has the job in hand."""

    async def scene():
        first_plan, second_plan = stage.plan(ALONE), stage.plan(PAIR)
        stage.provider.looks["B."] = [lambda: Running() if len(stage.provider.sent) < 2 else "clip"]
        stage.provider.looks["A."] = [Running()] * 30 + ["clip"]
        second_plan = turned(second_plan)
        second = asyncio.create_task(stage.run(second_plan, in_flight=1))  # b first, a waits
        await until(lambda: "B." in stage.provider.sent)
        first = asyncio.create_task(stage.run(first_plan))
        return await asyncio.gather(first, second)

    one, two = asyncio.run(asyncio.wait_for(scene(), 20))
    assert sorted(stage.provider.sent) == ["A.", "B."]
    assert "resumed" not in stage.kinds("a.t1")
    assert failures(one) == failures(two) == {}


def test_two_runs_that_each_left_a_job_in_doubt_do_not_wait_for_each_other(stage):
    for name in "AB":
        stage.provider.submits[f"{name}."] = [lost()]

    async def scene():
        first, second = stage.plan(PAIR), turned(stage.plan(PAIR))
        return await asyncio.gather(stage.run(first, in_flight=1), stage.run(second, in_flight=1))

    one, two = asyncio.run(asyncio.wait_for(scene(), 20))
    assert endings(one) == endings(two) == {"a": "ambiguous", "b": "ambiguous"}
    assert sorted(stage.provider.sent) == ["A.", "B."]
    assert stage.money == (0, 2 * PRICE, 0)


def test_what_one_run_left_is_gone_on_with_by_the_other(stage):
    async def scene():
        patient, hasty = stage.plan(ALONE), stage.plan(ALONE)
        stage.provider.looks["A."] = [Running(0.1)]
        first = asyncio.create_task(stage.run(hasty, patience=20.0))
        await until(lambda: stage.provider.sent)
        second = asyncio.create_task(stage.run(patient))
        left = await first
        stage.provider.looks["A."] = ["clip"]
        return left, await second

    left, made = asyncio.run(asyncio.wait_for(scene(), 20))
    assert endings(left) == {"a": "left"}
    assert len(made.made) == 1
    assert stage.provider.sent == ["A."]


@pytest.mark.parametrize("charged", [False, True, None])
def test_what_was_refused_to_one_run_is_not_sent_by_the_other(stage, charged):
    stage.provider.looks["A."] = [Running(0.1)] * 10 + [Failed("flagged", "moderation", charged)]
    one, two = both(stage, ALONE)
    assert endings(one) == endings(two) == {"a": "moderation"}
    assert stage.provider.sent == ["A."]


def test_what_was_called_off_in_one_run_is_sent_by_the_other(stage):
    async def scene():
        one, two = stage.plan(ALONE), stage.plan(ALONE)
        stage.provider.submits["A."] = [trouble("limit", retry_after=60.0)]
        first = asyncio.create_task(stage.run(one, tempo=1.0))
        await until(lambda: "waiting" in stage.kinds("a.t1"))
        second = asyncio.create_task(stage.run(two))
        await until(lambda: stage.kinds("a.t1").count("waiting") == 2)
        first.cancel()
        return await second

    report = asyncio.run(asyncio.wait_for(scene(), 20))
    assert len(report.made) == 1
    assert [name[-2:] for name in stage.provider.names] == [".1", ".2"]
    assert stage.money == (PRICE, 0, 0)


def test_two_runs_that_are_asked_to_make_it_again_make_it_again_once(stage):
    stage.go(ALONE)
    both(stage, None, options={"rerun": frozenset({"all"})})
    assert [take.name for take in stage.project.takes()] == ["v001", "v002"]


def test_two_runs_do_not_roll_a_take_again_more_often_than_is_allowed(stage):
    for name in range(3):
        both(stage, shots(f"id: a{name}, prompt: A{name}, qc: {{reroll_on: [short], max: 1}}"))
    assert len(stage.project.takes()) == 6
    assert stage.money == (6 * PRICE, 0, 0)


def test_a_scratch_folder_that_another_run_works_in_is_left(stage):
    async def scene():
        one, two = stage.plan(ALONE), stage.plan(shots("id: b, prompt: B"))
        stage.provider.looks["A."] = [
            lambda: "clip" if "done" in stage.kinds("b.t1") else Running()
        ]
        first = asyncio.create_task(stage.run(one, local=True))
        await until(lambda: stage.provider.going)
        (row,) = open_rows(stage)
        mine = stage.project.scratch("two") / row.ticket["id"]
        mine.mkdir(parents=True)
        await stage.run(two, local=True)
        assert mine.exists()
        return await first

    assert len(asyncio.run(asyncio.wait_for(scene(), 20)).made) == 1


def open_rows(stage):
    with Journal(stage.project.journal) as journal:
        return journal.open_rows()


# -- processes ----------------------------------------------------------------------------------


class Logged(Scripted):
    """One that several processes share: what is sent is a line of one file."""

    async def submit(self, request, *, idempotency):
        with (self.folder.parents[2] / "sent.txt").open("a") as file:
            file.write(f"{request.prompt}\n")
        return await super().submit(request, idempotency=idempotency)


def work(found, root, clip, ready, go):
    """One process: carries a plan out when all are ready."""
    stage = Stage(Path(root), None, None, clip)
    stage.limits = Limits(film=Decimal("1.5"))
    stage.provider = Logged(clip, Path(root) / ".vidgen/scratch/two")
    ready.release()
    go.wait()
    asyncio.run(stage.run(found, in_flight=2))


def test_processes_share_a_project_and_its_ceiling(stage):
    found = stage.plan(MANY)
    process = multiprocessing.get_context("spawn")
    ready, go = process.Semaphore(0), process.Event()
    args = (found, str(stage.project.root), str(stage.clip), ready, go)
    runs = [process.Process(target=work, args=args) for _ in range(2)]
    for run in runs:
        run.start()
    for _ in runs:
        assert ready.acquire(timeout=60)
    go.set()
    for run in runs:
        run.join(60)
        assert run.exitcode == 0
    sent = (stage.project.root / "sent.txt").read_text().split()
    assert len(sent) == len(set(sent)) == 4  # at 0.32 each, a fifth would cross the ceiling
    assert len(stage.project.takes()) == 4
    assert stage.money == (4 * PRICE, 0, 0)
