"""Fetching from a server on this machine, or from what stands for the world."""

import asyncio
import random

import httpx
import pytest

from tests.render.fetch_server import Turn
from vidgen.render.fetch import fetch

CLIP = random.Random(7).randbytes(10_000)
CUT = Turn(cut=0)


class Slept(list):
    """The pauses that were asked for; nobody waits."""

    async def __call__(self, seconds):
        self.append(seconds)


def bring(server, part, *, links=None, sleep=None, http=None, **more):
    """Fetch from a server, once for each link; the pauses of all."""
    pauses = Slept() if sleep is None else sleep

    async def run():
        async with server, http or httpx.AsyncClient(timeout=20) as client:
            for rest in links or ["/clips/one.mp4?sig=SECRET"]:
                await fetch(client, server.link(rest), part, sleep=pauses, **more)

    asyncio.run(run())
    return pauses


def fails(kind, server, part, **more):
    """Fetch from a server, which does not work out; the error, which never tells the link."""
    with pytest.raises(kind) as caught:
        bring(server, part, **more)
    told = (
        f"{caught.value} {getattr(caught.value, 'where', '')} {getattr(caught.value, 'hint', '')}"
    )
    assert "SECRET" not in told
    assert "/clips" not in str(caught.value)
    return str(caught.value)


def unreached(request):
    raise AssertionError(f"{request.url.host} was asked")


def over(handler, link, part, **more):
    """Fetch from what stands for the world: hosts that a test may not reach."""

    async def run():
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            await fetch(client, link, part, sleep=Slept(), **more)

    asyncio.run(run())
