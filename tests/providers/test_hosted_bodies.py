"""What every hosted provider is sent: all that a page declares and a request holds, and no more."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.catalogue_rows import clean
from tests.providers.asked import (
    FIRST,
    LAST,
    OTHER,
    SECOND_CLIP,
    SOUND,
    asked,
    choices,
    ordered,
    turned,
)
from tests.providers.at_work import ROWS, beyond, each, refusal, sent, staged, submitted
from tests.providers.tapes import tape
from vidgen.errors import ProviderError
from vidgen.job import FOLLOWING, Part
from vidgen.prompt import in_one_call


@each(ROWS)
def test_what_is_declared_is_transmitted_in_one_billable_call(route, at):
    name = route.provider.provider

    async def work(stage):
        faults, tried = [], set()
        for what, plain, turn in turned(route):
            tried.add(what)
            if beyond(stage.tape, turn):
                error = await refusal(submitted(stage, turn))
                if error.kind != "input" or stage.bought:
                    faults.append(f"{what} cannot be carried, and it is not refused")
            elif await sent(stage, turn) == await sent(stage, plain):
                faults.append(f"{what} is not sent")
        return faults, tried

    faults, tried = staged(name, at, work)
    assert tried
    clean(faults)


MANY = [route for route in ROWS if "multi_shot" in route.capabilities and route.live]


@each(MANY)
def test_every_shot_of_a_group_is_transmitted(route, at):
    shots = (Part("a heron lands", Decimal(3)), Part("an otter dives", Decimal(4)))
    told = in_one_call(shots, route.model.recipe)

    async def work(stage):
        return await sent(stage, asked(route, prompt=told, shots=shots))

    if beyond(tape(route.provider.provider), asked(route)):
        pytest.skip("it is given a file that cannot be handed over")
    body = staged(route.provider.provider, at, work)
    assert all(part.text in body for part in shots)


MAY_BE_LEFT = {
    "aspect": lambda mode: mode not in ("text", "references"),
    "resolution": lambda mode: mode in FOLLOWING,
    "duration": lambda mode: mode in FOLLOWING,
    "rate": lambda mode: mode in FOLLOWING,
    "audio": lambda mode: False,
}
"""What an endpoint need not be told, since what it is given decides."""


@each(ROWS)
def test_what_can_be_chosen_is_transmitted_or_decided_by_what_is_given(route, at):
    name = route.provider.provider

    async def work(stage):
        faults = []
        for mode, field, one, other in choices(route):
            if beyond(stage.tape, one):
                continue
            left = field in stage.tape.leaves(route, mode)
            if left and not MAY_BE_LEFT[field](mode):
                faults.append(f"{mode}: {field} is on sale in several ways and not sent")
            elif (await sent(stage, one) == await sent(stage, other)) is not left:
                verb = "taken by no endpoint and sent" if left else "not sent"
                faults.append(f"{mode}: {field} is {verb}")
        return faults

    clean(staged(name, at, work))


@each([route for route in ROWS if set(FOLLOWING) & set(route.offer.modes)])
def test_what_is_as_long_as_what_is_given_is_told_no_length_and_all_else_is(route, at):
    """The plan counts by the length of the file where the order says none."""

    async def work(stage):
        faults = []
        for mode in [mode for mode in route.offer.modes if mode in FOLLOWING]:
            plain = ordered(route, mode)
            if beyond(stage.tape, plain):
                continue
            one, other = (replace(plain, duration=Decimal(n)) for n in (5, 8))
            if (await sent(stage, one) == await sent(stage, other)) is not route.follows(mode):
                faults.append(f"{mode}: `timed` is not what is sent")
        return faults

    clean(staged(route.provider.provider, at, work))


UNASKED = {
    "seed": 7,
    "negative_prompt": "text on screen",
    "guidance_scale": Decimal("0.7"),
    "first_frame": OTHER,
    "last_frame": LAST,
    "references": (FIRST,),
    "voice": SOUND,
    "source_video": SECOND_CLIP,
    "motion_video": SECOND_CLIP,
    "audio_file": SOUND,
}
"""What a request may hold although its mode, or the endpoint, has no use for it."""


@each(ROWS)
def test_what_a_request_holds_is_transmitted_or_refused_and_never_dropped(route, at):
    async def work(stage):
        async def taken(request):
            try:
                return await sent(stage, request)
            except ProviderError as error:
                assert (error.kind, stage.bought) == ("input", [])
                return None

        faults = []
        for mode in route.offer.modes:
            plain = ordered(route, mode)
            before = await taken(plain)
            for name, value in UNASKED.items():
                unset = getattr(plain, name) in (None, ())
                if before and unset and await taken(replace(plain, **{name: value})) == before:
                    faults.append(f"{mode}: {name} is dropped without a word")
        return faults

    clean(staged(route.provider.provider, at, work))
