"""Each working provider as the contract suite sees it: run for real, and what it did looked at.

A local provider added to PROVIDERS needs one entry in SENT; a hosted one needs its tape. The suite
then asks of it what it asks of all.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import pytest

from tests.catalogue_rows import label, routes, shipped
from tests.providers.loopback import Loopback
from tests.providers.tapes import Answer, Call, Reply, Tape, tape
from vidgen.catalogue import Route
from vidgen.errors import ProviderError
from vidgen.job import CAPABILITIES, Request, Running, Status, Succeeded, Ticket
from vidgen.media.binary import find
from vidgen.media.frames import frame_at
from vidgen.providers import PROVIDERS, Provider, Session
from vidgen.providers.wire import clients

Found = TypeVar("Found")

KEY = "sk-a-key-that-nobody-may-see"

HOSTED = sorted(name for name in PROVIDERS if shipped().providers[name].over_http)
ROWS = [route for route in routes() if route.provider.provider in HOSTED]


def session(folder: Path) -> Session:
    """A project and a scratch folder, and a key that must not be seen again."""
    return Session(folder, folder / "scratch", find().path, base_url="http://127.0.0.1:9", key=KEY)


@dataclass(slots=True)
class Stage:
    """A hosted provider that is rehearsed: what it answers next, and what it was sent."""

    tape: Tape
    session: Session
    paid: Answer
    look: Answer
    server: Loopback = field(init=False)

    @property
    def calls(self) -> list[Call]:
        """Everything that was sent."""
        return self.server.calls

    @property
    def provider(self) -> Provider:
        """An instance that knows nothing of what went before."""
        return PROVIDERS[self.tape.provider](self.session)

    @property
    def bought(self) -> list[Call]:
        """The billable calls."""
        return [call for call in self.calls if self.tape.pays(call)]

    def answer(self, call: Call) -> Reply:
        """What the server says to a call."""
        if self.tape.pays(call):
            return self.paid(call)
        return self.look(call) if self.tape.looks(call) else self.tape.serves(call)


def hosted(name: str, folder: Path) -> Session:
    """A session under a provider's real address and with the fields of its offers; no clients."""
    page = shipped().providers[name]
    fields = {
        (offer.model, endpoint): offer.fields
        for offer in page.offers
        for endpoint in offer.modes.values()
        if offer.fields
    }
    key = KEY if page.keys else ""
    at = replace(session(folder), base_url=page.base_url, fields=fields, key=key)
    return replace(at, settings=tape(name).settings)


@asynccontextmanager
async def rehearsed(name: str, folder: Path) -> AsyncIterator[Stage]:
    """A hosted provider under its real addresses, all of which lead to a server here."""
    at, plain = tape(name), hosted(name, folder)
    stage = Stage(at, plain, at.accepts, at.queued)
    async with Loopback(stage.answer) as server:
        http = clients(server.url)
        stage.session = replace(plain, http=http)
        stage.server = server
        try:
            yield stage
        finally:
            await http.aclose()


def staged(name: str, at: Session, work: Callable[[Stage], Awaitable[Found]]) -> Found:
    """Run something against a rehearsed provider, in the project of a session."""

    async def run() -> Found:
        async with rehearsed(name, at.project) as stage:
            return await work(stage)

    return asyncio.run(run())


def ordered_at(
    name: str, at: Session, request: Request, **turned: object
) -> tuple[list[Call], Ticket | ProviderError]:
    """Submit, with some of the stage turned: the calls that were made, and the ticket or error."""

    async def work(stage: Stage) -> tuple[list[Call], Ticket | ProviderError]:
        for part, value in turned.items():
            setattr(stage, part, value)
        try:
            found: Ticket | ProviderError = await submitted(stage, request)
        except ProviderError as error:
            found = error
        return stage.calls, found

    return staged(name, at, work)


def looked_at(name: str, at: Session, ticket: Ticket, reply: Reply) -> Status:
    """What one look at a ticket says where every answer is this."""

    async def work(stage: Stage) -> Status:
        stage.look = lambda call: reply
        return await stage.provider.poll(ticket)

    return staged(name, at, work)


async def submitted(stage: Stage, request: Request) -> Ticket:
    """One order."""
    return await stage.provider.submit(request, idempotency="j1:one.1")


async def sent(stage: Stage, request: Request) -> str:
    """The body of the one billable call that an order makes."""
    del stage.calls[:]
    await submitted(stage, request)
    (bought,) = stage.bought
    return written(bought)


def each(rows: Iterable[Route]) -> pytest.MarkDecorator:
    """A test of every one of some routes."""
    return pytest.mark.parametrize("route", rows, ids=label)


def beyond(tape: Tape, request: Request) -> bool:
    """Whether a request holds a file that cannot be handed over, nor named by who made it."""
    if request.made_there:
        return False
    return any(getattr(request, CAPABILITIES[name].carried_by) for name in tape.cannot)


async def refusal(coroutine: Awaitable[object]) -> ProviderError:
    """The error that a call must come to."""
    with pytest.raises(ProviderError) as caught:
        await coroutine
    return caught.value


Made = TypeVar("Made")


def visited(
    make: Callable[[Session], Made],
    at: Session,
    answer: Answer,
    work: Callable[[Made], Awaitable[Found]],
) -> tuple[Found, list[Call]]:
    """What work at a provider comes to that answers everything so, and the calls that it made."""

    async def run() -> tuple[Found, list[Call]]:
        async with Loopback(answer) as server:
            http = clients(server.url)
            try:
                return await work(make(replace(at, http=http))), server.calls
            finally:
                await http.aclose()

    return asyncio.run(run())


def refused(
    make: Callable[[Session], Made],
    at: Session,
    answer: Answer,
    work: Callable[[Made], Awaitable[object]],
) -> tuple[ProviderError, list[Call]]:
    """The error that such work must come to, and the calls that it made."""
    return visited(make, at, answer, lambda provider: refusal(work(provider)))


async def settled(name: str, at: Session, ticket: Ticket) -> Status:
    """Poll to the end, each time from an instance that knows nothing but the ticket."""
    for _ in range(2000):
        status = await PROVIDERS[name](at).poll(ticket)
        if not isinstance(status, Running):
            return status
        await asyncio.sleep(0.01)
    raise AssertionError("it never ended")


def written(call: Call) -> str:
    """The body of a call in one canonical form."""
    form = call.form()
    return json.dumps(call.json() if form is None else form, sort_keys=True)


def _drawn(at: Session, request: Request) -> str:
    """The animatic sends nothing: what it is asked is seen in its frames."""

    async def make() -> Status:
        provider = PROVIDERS["animatic"](at)
        ticket = await provider.submit(request, idempotency=repr(request))
        return await settled("animatic", at, ticket)

    status = asyncio.run(make())
    assert isinstance(status, Succeeded), status
    pictures = [frame_at(Path(status.media), index) for index in (0, 5, 9)]
    total = hashlib.sha256()
    for picture in pictures:
        total.update(repr(picture.size).encode() + picture.tobytes())
    return total.hexdigest()


def _captured(name: str) -> Callable[[Session, Request], str]:
    """A hosted provider's work is the body of its one billable call."""

    async def send(at: Session, request: Request) -> str:
        async with rehearsed(name, at.project) as stage:
            return await sent(stage, request)

    return lambda at, request: asyncio.run(send(at, request))


SENT: dict[str, Callable[[Session, Request], str]] = {
    "animatic": _drawn,
    **{name: _captured(name) for name in HOSTED},
}
"""By provider: what it does with a request, as a text that differs where that does."""
