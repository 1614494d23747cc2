"""How many jobs a provider works on at once, and which of those that wait goes first."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import count

from vidgen.job import JobKey
from vidgen.plan import Step


class Gate:
    """Lets so many in at once; of those who wait, the start of the longest chain goes first."""

    def __init__(self, room: int) -> None:
        self._free = room
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @asynccontextmanager
    async def turn(self, height: float, *, inside: bool = False) -> AsyncIterator[None]:
        """Wait for a place and hold it; `height` is how long the chain takes that starts here.

        What is `inside` already, because an earlier run sent it, takes its place without waiting.
        """
        if inside:
            self._free -= 1
        else:
            await self._enter(height)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, height: float) -> None:
        if self._free > 0:
            self._free -= 1
            return
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (-height, next(self._numbers), called))
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():
                self._leave()  # the place was given to somebody who no longer wants it
            raise

    def _leave(self) -> None:
        while self._waiting and self._free >= 0:
            *_, called = heapq.heappop(self._waiting)
            if not called.done():
                called.set_result(None)
                return
        self._free += 1


def heights(steps: Iterable[Step], seconds: Callable[[Step], float]) -> dict[JobKey, float]:
    """How long the longest chain takes that starts at each job, itself counted, in seconds.

    What starts from a job comes after it in `steps`; `seconds` says how long one job takes.
    """
    found: dict[JobKey, float] = {}
    for step in reversed(tuple(steps)):
        own = seconds(step) + found.get(step.job.key, 0.0)
        found[step.job.key] = own
        for need in step.job.needs:
            found[need.key] = max(found.get(need.key, 0.0), own)
    return found
