"""What every provider owes, asked of every row that one which works has in the catalogue."""

import asyncio
import json
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.catalogue_rows import clean, label, routes, shipped
from tests.providers.asked import FIRST, TURNS, asked, turned
from tests.providers.at_work import HOSTED, KEY, SENT, settled
from vidgen.camera import parse
from vidgen.job import CAPABILITIES, Failed, Input, Request, Slate, Succeeded
from vidgen.providers import PROVIDERS

ROWS = [route for route in routes() if route.provider.provider in PROVIDERS]
LOCAL_ROWS = [route for route in ROWS if not route.provider.over_http]
LOCAL = sorted(set(PROVIDERS) - set(HOSTED))


def each(rows):
    return pytest.mark.parametrize("route", rows, ids=label)


def test_what_works_has_a_page_and_a_place_in_this_suite():
    assert set(SENT) == set(PROVIDERS)
    assert set(PROVIDERS) <= set(shipped().providers)
    assert {route.provider.provider for route in ROWS} == set(PROVIDERS)


@each(ROWS)
def test_every_declared_capability_can_be_carried_and_is_tried_here(route):
    carried = {field.name for field in fields(Request)}
    for name in route.capabilities:
        assert CAPABILITIES[name].carried_by in carried
        assert name in TURNS, f"say in TURNS how to see that `{name}` is sent"


@each(ROWS)
def test_modes_and_capabilities_agree(route):
    needs = {
        "first_frame": {"first_frame"},
        "first_last": {"first_frame", "last_frame"},
        "edit": {"source_video"},
        "motion": {"motion_video"},
        "avatar": {"audio_file"},
        "lip_sync": {"source_video", "audio_file"},
        "upscale": {"source_video"},
        "interpolate": {"source_video"},
    }
    for mode in route.offer.modes:
        assert needs.get(mode, {mode}) <= route.capabilities


@each(LOCAL_ROWS)
def test_what_is_declared_is_transmitted(route, at):
    sent = SENT[route.provider.provider]
    turns = list(turned(route))
    assert turns
    clean([name for name, plain, turn in turns if sent(at, turn) == sent(at, plain)])


@each(LOCAL_ROWS)
def test_shape_and_length_are_transmitted(route, at):
    sent = SENT[route.provider.provider]
    plain = asked(route, first_frame=FIRST, camera=parse("push in"))
    others = [
        replace(plain, width=160, height=90, aspect="16:9"),
        replace(plain, width=108, height=192, resolution="480p"),
        replace(plain, duration=Decimal("0.75")),
        replace(plain, rate=Fraction(30)),
    ]
    assert len({sent(at, one) for one in (plain, *others)}) == 5


@each(LOCAL_ROWS)
def test_the_card_of_a_shot_says_what_it_stands_for(route, at):
    sent = SENT[route.provider.provider]
    cards = [
        Slate("sip", "veo-3.1", "coffee", Decimal(5)),
        Slate("pour", "veo-3.1", "coffee", Decimal(5)),
        Slate("sip", "sora-2", "coffee", Decimal(5)),
    ]
    assert len({sent(at, asked(route, slate=card)) for card in cards}) == 3


@each(LOCAL_ROWS)
def test_a_ticket_survives_json_and_is_all_that_polling_needs(route, at):
    name = route.provider.provider

    async def run():
        provider = PROVIDERS[name](at)
        ticket = await provider.submit(asked(route), idempotency="j1:one.1")
        again = json.loads(json.dumps(ticket))
        assert again == ticket
        return await settled(name, at, again), provider

    status, _ = asyncio.run(run())
    assert isinstance(status, Succeeded)


@each(LOCAL_ROWS)
def test_one_submit_is_one_piece_of_work(route, at):
    name = route.provider.provider
    assert route.provider.resend == "idempotent"

    async def run():
        provider = PROVIDERS[name](at)
        tickets = [
            await provider.submit(asked(route), idempotency=one)
            for one in ("j1:one.1", "j1:one.1", "j1:two.1")
        ]
        for ticket in tickets:
            await settled(name, at, ticket)
        return tickets

    first, same, other = asyncio.run(run())
    assert first == same
    assert first != other
    assert len(list(at.scratch.iterdir())) == 2


GARBAGE = [
    {},
    {"spool": None},
    {"spool": 7},
    {"spool": ""},
    {"spool": "../stills"},
    {"spool": "/etc"},
    {"spool": "animatic-" + "f" * 24},
    {"id": "gone", "url": "file:///etc/passwd"},
    {"spool": "a\x00b"},
]


@pytest.mark.parametrize("name", LOCAL)
@pytest.mark.parametrize("ticket", GARBAGE, ids=repr)
def test_a_ticket_nobody_knows_is_a_failure_and_not_a_crash(name, ticket, at):
    async def run():
        provider = PROVIDERS[name](at)
        await provider.cancel(ticket)
        return await provider.poll(ticket)

    status = asyncio.run(run())
    assert isinstance(status, Failed)
    assert status.reason
    assert status.charged is not True


@each(LOCAL_ROWS)
def test_the_key_is_never_seen_again(route, at):
    name = route.provider.provider

    async def run():
        provider = PROVIDERS[name](at)
        ticket = await provider.submit(asked(route), idempotency="j1:one.1")
        status = await settled(name, at, ticket)
        failed = await provider.poll({"spool": "nothing"})
        return " ".join(map(repr, (provider, at, ticket, status, failed, vars(provider))))

    assert KEY not in asyncio.run(run())
    files = [path for path in at.project.rglob("*") if path.is_file()]
    assert files
    assert all(KEY.encode() not in path.read_bytes() for path in files)


@each(LOCAL_ROWS)
def test_bad_input_is_said_to_be_that_and_costs_nothing(route, at):
    name = route.provider.provider
    (at.project / "stills" / "d.png").write_bytes(b"no picture at all")

    async def run():
        provider = PROVIDERS[name](at)
        still = Input("stills/d.png", "d" * 64)
        ticket = await provider.submit(asked(route, first_frame=still), idempotency="j1:bad.1")
        return await settled(name, at, ticket)

    status = asyncio.run(run())
    assert isinstance(status, Failed)
    assert (status.kind, status.charged) == ("input", False)
    assert "d.png" in status.reason
