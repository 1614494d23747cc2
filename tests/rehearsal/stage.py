"""Works, a clock set by hand, clips that are there already, and a client for a rehearsal."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import httpx

from vidgen.job import Request
from vidgen.providers.wire import Rehearsed
from vidgen.rehearsal.books import Books
from vidgen.rehearsal.clips import Wanted
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.play import Played
from vidgen.rehearsal.server import Server
from vidgen.rehearsal.works import Work

KEY = "sk-a-key-that-is-quoted-back"
FAL = {"authorization": f"Key {KEY}"}
KLING = {"authorization": f"Bearer {KEY}"}
PLAIN = Request(
    kind="video",
    mode="text",
    model="veo-3.1",
    provider="fal",
    endpoint="fal-ai/veo3.1/fast",
    prompt="A cup on a table",
    aspect="9:16",
    resolution="720p",
    width=72,
    height=128,
    rate=Fraction(24),
    duration=Decimal(4),
)


def request(**more: object) -> Request:
    """A small request, with some fields as given."""
    return replace(PLAIN, **more)


def work(
    prompt: str = PLAIN.prompt, *, usd: str | None = "0.40", seconds=10.0, still=False, **more
):
    return Work(request(prompt=prompt, **more), usd and Decimal(usd), seconds, still)


def fal(*works: Work, in_flight: int = 2) -> Played:
    return Played("fal", "https://queue.fal.run", works, in_flight)


def kling(*works: Work, in_flight: int = 3) -> Played:
    return Played("kling", "https://api-singapore.klingai.com", works, in_flight, "lookup")


@dataclass
class Clock:
    """Seconds since 1970, as a test sets them."""

    at: float = 1_000_000.0

    def __call__(self) -> float:
        return self.at


class Premade:
    """Brings one file for everything, and remembers what was wanted."""

    def __init__(self, folder: Path, data: bytes | None = None) -> None:
        self.path = folder / "premade.mp4"
        self.wanted: list[Wanted] = []
        self.path.write_bytes(data or hashlib.shake_256(b"clip").digest(100_000))

    async def make(self, wanted: Wanted) -> Path:
        self.wanted.append(wanted)
        return self.path


class Never:
    """Is at work for ever."""

    async def make(self, wanted: Wanted) -> Path:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")


def client(url: str) -> httpx.AsyncClient:
    """A client that reaches the rehearsal whatever host it is told."""
    limits = httpx.Limits(max_connections=20)
    return httpx.AsyncClient(transport=Rehearsed(url, limits), timeout=30)


QUEUE = "https://queue.fal.run"
ENDPOINT = f"{QUEUE}/fal-ai/veo3.1/fast"
TASKS = "https://api-singapore.klingai.com"
BODY = {"prompt": "A cup on a table", "duration": "4s"}


class House:
    """A rehearsal with a clock set by hand, and a client."""

    def __init__(self, server, clock, clips, http):
        self.server, self.clock, self.clips, self.http = server, clock, clips, http

    async def order(self, url=ENDPOINT, body=BODY, headers=FAL):
        return await self.http.post(url, json=body, headers=headers)

    async def passed(self, seconds=20.0):
        """Let time go by, and the clips be drawn."""
        for _ in range(10_000):
            if not self.drawing:
                break
            await asyncio.sleep(0.001)
        self.clock.at += seconds

    @property
    def drawing(self):
        orders = self.books.orders()
        return [
            one for one in orders if one.drawn is None and one.ending == "done" and not one.over
        ]

    @property
    def books(self):
        return self.server.books


@asynccontextmanager
async def house(folder, *played, faults=None, books=None, clock=None, clips=None):
    clock = clock or Clock()
    clips = clips or Premade(folder)
    server = Server(
        played or (fal(work()),),
        folder=folder,
        books=books or Books.open(clock=clock),
        faults=faults or Faults(),
        clips=clips,
    )
    async with server, client(server.url) as http:
        yield House(server, clock, clips, http)


def rehearsal(test: Callable) -> Callable:
    """Run an async test; named by its own words."""

    def run(tmp_path):
        asyncio.run(test(tmp_path))

    run.__name__ = test.__name__
    return run
