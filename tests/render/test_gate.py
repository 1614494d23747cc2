"""Who is let in, in which order, and that no place is ever lost."""

import asyncio

from tests.render.stage import CHAIN, shots
from vidgen.render.gate import Gate, heights


def visits(gate, went):
    async def visit(name, height, inside=False):
        async with gate.turn(height, inside=inside):
            went.append(name)
            await asyncio.sleep(0)

    return visit


def by_shot(found, seconds):
    heights_by_key = heights(found.steps, seconds)
    return {step.job.shot: heights_by_key[step.job.key] for step in found.steps}


def test_heights_are_the_seconds_of_a_job_and_of_those_that_wait_for_it(stage):
    found = stage.plan(CHAIN)
    assert by_shot(found, lambda step: 10.0) == {"z": 10, "y": 10, "a": 30, "b": 20, "c": 10}


def test_a_long_job_is_higher_than_a_chain_of_short_ones(stage):
    usual = {"z": 100.0, "y": 25.0}
    found = by_shot(stage.plan(CHAIN), lambda step: usual.get(step.job.shot, 10.0))
    assert sorted(found, key=found.get, reverse=True) == ["z", "a", "y", "b", "c"]


def test_of_two_chains_from_one_job_the_longer_counts(stage):
    fork = shots(
        "id: a, prompt: A", "id: b, prompt: B, chain: a", "id: c, prompt: C, chain: a",
    )  # fmt: skip
    usual = {"a": 1.0, "b": 50.0, "c": 20.0}
    assert by_shot(stage.plan(fork), lambda step: usual[step.job.shot])["a"] == 51


def test_the_highest_goes_first_and_equals_in_the_order_in_which_they_came():
    async def scene():
        gate, went = Gate(1), []
        visit = visits(gate, went)
        first = visit("first", 1)
        rest = [visit("low", 1), visit("high", 3), visit("low too", 1), visit("mid", 2)]
        await asyncio.gather(first, *rest)
        return went

    assert asyncio.run(scene()) == ["first", "high", "mid", "low", "low too"]


def test_a_gate_gives_a_place_on_when_who_was_called_has_left():
    async def scene():
        gate, went = Gate(1), []
        visit = visits(gate, went)
        holder = gate.turn(1)
        await holder.__aenter__()
        low, high = asyncio.create_task(visit("low", 1)), asyncio.create_task(visit("high", 2))
        await asyncio.sleep(0)
        await holder.__aexit__(None, None, None)
        high.cancel()
        await asyncio.gather(low, high, return_exceptions=True)
        await visit("after", 1)
        return went

    assert asyncio.run(scene()) == ["low", "after"]


def test_a_place_is_not_given_to_one_who_left_while_waiting():
    async def scene():
        gate, went = Gate(1), []
        visit = visits(gate, went)
        holder = gate.turn(1)
        await holder.__aenter__()
        gone = asyncio.create_task(visit("gone", 9))
        low = asyncio.create_task(visit("low", 1))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        await holder.__aexit__(None, None, None)
        await asyncio.gather(gone, low, return_exceptions=True)
        return went

    assert asyncio.run(scene()) == ["low"]


def test_those_inside_already_fill_places_and_the_others_wait_until_they_have_left():
    async def scene():
        gate, went = Gate(2), []
        visit = visits(gate, went)
        inside = [gate.turn(1, inside=True) for _ in range(3)]
        for turn in inside:
            await turn.__aenter__()
        one, two = asyncio.create_task(visit("one", 1)), asyncio.create_task(visit("two", 1))
        seen = []
        for turn in inside:
            await turn.__aexit__(None, None, None)
            for _ in range(4):
                await asyncio.sleep(0)
            seen.append(list(went))
        await asyncio.gather(one, two)
        return seen

    assert asyncio.run(scene()) == [[], ["one", "two"], ["one", "two"]]
