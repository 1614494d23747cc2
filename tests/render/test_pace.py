"""How long is waited: pure numbers, and one spacing of requests on the loop's clock."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.render.stage import ALONE, shots
from vidgen.render.pace import (
    LONGEST_WAIT,
    SLOWEST_LOOK,
    USUAL_CLIP,
    Pace,
    backoff,
    next_look,
    usual_seconds,
)


def test_a_job_usually_takes_what_its_page_says_else_a_guess_by_its_kind(stage):
    (clip,) = stage.plan(ALONE).steps
    still, _ = stage.plan(shots("id: a, prompt: A, still: {prompt: A cup, model: painter}")).steps
    assert usual_seconds(replace(clip, typical_seconds=Decimal("42.5"))) == 42.5
    assert usual_seconds(clip) == USUAL_CLIP
    assert 0 < usual_seconds(still) < USUAL_CLIP


def test_a_young_job_is_looked_at_at_the_providers_pace():
    assert next_look(0, 2.0, None) == 2.0
    assert next_look(60, 2.0, None) == 2.0


def test_an_old_job_is_looked_at_less_often_and_never_seldom():
    assert next_look(300, 2.0, None) == pytest.approx(9.0)
    assert next_look(86400, 2.0, None) == SLOWEST_LOOK


def test_a_job_whose_time_is_known_is_hardly_looked_at_before_half_of_it():
    assert next_look(0, 2.0, 120) == 30.0
    assert next_look(45, 2.0, 120) == 15.0
    assert next_look(61, 2.0, 120) == 2.0
    assert next_look(0, 2.0, 7200) == SLOWEST_LOOK


def test_a_wait_is_as_told_within_reason():
    assert backoff(1, 7.0, "a") == 7.0
    assert backoff(1, 3600.0, "a") == LONGEST_WAIT


def test_a_wait_doubles_is_spread_by_name_and_the_same_at_every_run():
    names = [f"job-{n}" for n in range(50)]
    for tries, middle in ((1, 1), (2, 2), (3, 4), (5, 16), (12, LONGEST_WAIT)):
        waits = [backoff(tries, None, name) for name in names]
        assert waits == [backoff(tries, None, name) for name in names]
        assert 0.75 * middle <= min(waits) < middle < max(waits) <= 1.25 * middle
        assert len(set(waits)) > 40


@pytest.mark.parametrize("at_once", [True, False])
def test_requests_are_spaced_and_none_comes_sooner_than_allowed(at_once):
    async def scene():
        pace, clock, times = Pace(600, tempo=10.0), asyncio.get_running_loop().time, []

        async def ask():
            await pace.turn()
            times.append(clock())

        if at_once:
            await asyncio.gather(*(ask() for _ in range(5)))
        else:
            for _ in range(5):
                await ask()
        return [time - times[0] for time in times]

    gap = 60 / 600 / 10
    coarse = 0.002  # the clock of a loop is
    for number, came in enumerate(asyncio.run(scene())):
        assert came >= number * gap - coarse


def test_without_a_limit_nobody_waits():
    async def scene():
        pace = Pace(None)
        for _ in range(1000):
            await pace.turn()
        return asyncio.get_running_loop().time

    asyncio.run(asyncio.wait_for(scene(), 5))
