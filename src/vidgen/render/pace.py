"""How long to wait: before a look, before a try, between two requests. Pure, but for one clock."""

from __future__ import annotations

import asyncio
import hashlib

from vidgen.job import Kind
from vidgen.plan import Step

USUAL: dict[Kind, float] = {"image": 15.0, "upscale": 60.0, "interpolate": 60.0}
USUAL_CLIP = 90.0
"""Seconds that work takes where no page says how long: a guess, and the same for everyone."""

SHARE = 0.03
"""The share of a job's age that is waited until the next look: late by a thirtieth at most."""

SLOWEST_LOOK = 60.0
LONGEST_WAIT = 60.0


def usual_seconds(step: Step) -> float:
    """How long such a job usually takes, in seconds: as its page says, else a guess by its kind."""
    if step.typical_seconds is not None:
        return float(step.typical_seconds)
    return USUAL.get(step.job.request.kind, USUAL_CLIP)


def next_look(age: float, least: float, typical: float | None) -> float:
    """Seconds until the next look at a job that was sent `age` seconds ago.

    Long jobs are looked at less often; where the usual time is known, hardly at all before half of
    it has gone.
    """
    wait = max(least, age * SHARE)
    if typical is not None and age < typical / 2:
        wait = max(wait, min(typical / 2 - age, typical / 4))
    return min(wait, SLOWEST_LOOK)


def backoff(tries: int, told: float | None, name: str) -> float:
    """Seconds to wait before try number `tries` + 1: as told, else doubling, spread by name.

    The spread keeps jobs that were refused together from coming back together; it is the same at
    every run.
    """
    if told is not None:
        return min(told, LONGEST_WAIT)
    mark = hashlib.blake2b(f"{name}/{tries}".encode(), digest_size=2).digest()
    spread = 0.75 + int.from_bytes(mark, "big") / 65535 / 2
    return float(min(2.0 ** (tries - 1), LONGEST_WAIT) * spread)


class Pace:
    """At most so many requests a minute to one provider, evenly spaced."""

    def __init__(self, requests_per_minute: int | None, tempo: float = 1.0) -> None:
        self._gap = 60.0 / requests_per_minute / tempo if requests_per_minute else 0.0
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until one more request may be made."""
        if not self._gap:
            return
        now = asyncio.get_running_loop().time()
        at = max(self._next, now)
        self._next = at + self._gap
        if at > now:
            await asyncio.sleep(at - now)
