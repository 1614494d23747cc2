"""Each working provider as the contract suite sees it: run for real, and what it did looked at.

A provider added to PROVIDERS needs one entry here; the suite then asks of it what it asks of all.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

from vidgen.job import Request, Running, Status, Succeeded, Ticket
from vidgen.media.binary import find
from vidgen.media.frames import frame_at
from vidgen.providers import PROVIDERS, Session

KEY = "sk-a-key-that-nobody-may-see"


def session(folder: Path) -> Session:
    """A project and a scratch folder, and a key that must not be seen again."""
    return Session(folder, folder / "scratch", find().path, base_url="http://127.0.0.1:9", key=KEY)


async def settled(name: str, at: Session, ticket: Ticket) -> Status:
    """Poll to the end, each time from an instance that knows nothing but the ticket."""
    for _ in range(2000):
        status = await PROVIDERS[name](at).poll(ticket)
        if not isinstance(status, Running):
            return status
        await asyncio.sleep(0.01)
    raise AssertionError("it never ended")


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


SENT: dict[str, Callable[[Session, Request], str]] = {"animatic": _drawn}
"""By provider: what it does with a request, as a text that differs where that does."""
