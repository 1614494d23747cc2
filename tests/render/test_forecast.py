"""How long a plan takes at usual times: bounds it keeps, places it fills, chains it waits for."""

import random

import pytest

from tests.render.stage import CHAIN, shots
from vidgen.render.forecast import forecast

FOUR = shots(*(f"id: {name}, prompt: {name}" for name in "abcd"))
BOTH = """
shots:
  - {id: a, model: plain, provider: one, duration: 4s, prompt: A}
  - {id: b, model: plain, provider: one, duration: 4s, prompt: B}
  - {id: c, model: plain, provider: two, duration: 4s, prompt: C}
  - {id: d, model: plain, provider: two, duration: 4s, prompt: D, chain: b}
"""


def told(stage, text, lasts, *, one=9, two=9):
    """The forecast of a film whose jobs last so long, by shot, or all the same."""
    by_shot = lasts if isinstance(lasts, dict) else None
    steps = stage.plan(text).steps
    rooms = {"one": one, "two": two}
    return forecast(steps, rooms, lambda step: by_shot[step.job.shot] if by_shot else lasts)


@pytest.mark.parametrize(("room", "rounds"), [(1, 4), (2, 2), (3, 2), (4, 1), (40, 1)])
def test_jobs_that_are_alike_go_in_rounds_of_as_many_as_there_are_places(stage, room, rounds):
    assert told(stage, FOUR, 30.0, two=room) == 30 * rounds


def test_a_chain_takes_the_sum_of_its_jobs_however_many_places_there_are(stage):
    assert told(stage, CHAIN, 20.0) == 60


def test_the_longest_chain_is_begun_first_and_the_rest_fits_beside_it(stage):
    assert told(stage, CHAIN, {"z": 30.0, "y": 30.0, "a": 20.0, "b": 20.0, "c": 20.0}, two=2) == 60


def test_the_longest_job_goes_first_so_that_it_is_not_waited_for_at_the_end(stage):
    assert told(stage, FOUR, {"a": 10.0, "b": 10.0, "c": 10.0, "d": 30.0}, two=2) == 30


def test_each_provider_has_its_own_places_and_a_chain_may_go_from_one_to_another(stage):
    lasts = {"a": 50.0, "b": 10.0, "c": 5.0, "d": 40.0}
    assert told(stage, BOTH, lasts) == 50
    assert told(stage, BOTH, lasts, one=1) == 60


def test_a_plan_without_steps_takes_no_time():
    assert forecast((), {"one": 1}, lambda step: 60.0) == 0


def test_what_starts_from_a_take_that_is_there_waits_for_nothing(stage):
    steps = [step for step in stage.plan(CHAIN).steps if step.job.shot == "c"]
    assert forecast(steps, {"two": 1}, lambda step: 60.0) == 60


@pytest.mark.parametrize("seed", range(20))
def test_it_is_never_shorter_than_the_longest_chain_or_the_work_and_never_doubles_the_greater(
    stage, seed
):
    draw = random.Random(seed)
    room, lasts = draw.randint(1, 4), {name: draw.uniform(40, 200) for name in "zyabc"}
    chain, work = lasts["a"] + lasts["b"] + lasts["c"], sum(lasts.values()) / room
    found = told(stage, CHAIN, lasts, two=room)
    assert max(chain, work) <= found + 1e-9
    assert found <= chain + work  # Graham: whenever a place is empty, the longest chain goes on
