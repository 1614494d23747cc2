"""Who is let in, in which order, and that no place is ever lost."""

import asyncio

from tests.render.stage import CHAIN
from vidgen.render.gate import Gate, heights


def visits(gate, went):
    async def visit(name, height, inside=False):
        async with gate.turn(height, inside=inside):
            went.append(name)
            await asyncio.sleep(0)

    return visit


def test_heights_count_the_shots_that_wait(stage):
    found = stage.plan(CHAIN)
    heights_by_shot = {step.job.shot: heights(found.steps)[step.job.key] for step in found.steps}
    assert heights_by_shot == {"z": 1, "y": 1, "a": 3, "b": 2, "c": 1}


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
