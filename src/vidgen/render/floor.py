"""What all jobs of one run share, and one job in hand. Says what happens; decides nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from decimal import Decimal

from vidgen.job import Failed, Job, Take
from vidgen.journal import Journal, Limits
from vidgen.plan import Step
from vidgen.project import Project
from vidgen.render.pace import Pace
from vidgen.render.values import Desk, Ending, Event, EventKind, Listener

SHORTEST_WAIT = 0.005


@dataclass(frozen=True, slots=True)
class Task:
    """One job in hand: with the pictures that it starts from in place, at one provider's desk.

    `upstreams` are the takes of those pictures, by field; `began` is when its turn came, in the
    loop's time.
    """

    step: Step
    job: Job
    desk: Desk
    upstreams: dict[str, Take]
    began: float

    @property
    def provider(self) -> str:
        """Whose desk it is."""
        return self.job.request.provider

    @property
    def usd(self) -> Decimal | None:
        """What it should cost, in US dollars; None where nobody knows and that was allowed."""
        return self.step.quote.usd

    @property
    def reserve(self) -> Decimal:
        """What is held for it, in US dollars."""
        return self.usd or Decimal(0)


@dataclass(frozen=True, slots=True)
class Stop:
    """A job ended without a take: in a word, in words, and what a person can do.

    `again` means that the same may be tried once more at no further cost.
    """

    ending: Ending
    reason: str
    next: str = ""
    again: bool = False


@dataclass(slots=True)
class Floor:
    """The project, the journal and whoever listens; and which providers are closed, and why.

    `followed` are the shots from whose last frame another one goes on.
    """

    project: Project
    journal: Journal
    limits: Limits
    listen: Listener
    closed: dict[str, Stop] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    followed: frozenset[str] = frozenset()

    def say(
        self,
        kind: EventKind,
        step: Step,
        message: str = "",
        *,
        progress: float | None = None,
        path: str = "",
        elapsed: float = 0.0,
        cost: Decimal | None = None,
    ) -> None:
        """Tell the listener what happened to a job."""
        job = step.job
        self.listen(
            Event(kind, job.name, job.shot, message, progress, path, round(elapsed, 3), cost)
        )

    async def turn(self, task: Task) -> None:
        """Wait until the provider may be asked once more."""
        pace = self.paces.get(task.provider)
        if pace is not None:
            await pace.turn()

    async def sleep(self, desk: Desk, seconds: float) -> None:
        """Wait so many seconds of the provider's time."""
        await asyncio.sleep(max(seconds / desk.tempo, SHORTEST_WAIT))

    def elapsed(self, task: Task) -> float:
        """Seconds since the job's turn came."""
        return asyncio.get_running_loop().time() - task.began

    def close(self, task: Task, stop: Stop) -> Stop:
        """Send nothing more to a provider in this run; what is there already is still watched."""
        self.closed.setdefault(task.provider, replace(stop, again=False))
        return stop


NEXT = {
    "moderation": "change the prompt, or try the shot's others with --alternate",
    "input": "change what the message names",
    "credit": "top the account up, then run the same command again",
    "key": "check the key, then run the same command again",
    "provider": "run the same command again",
    "left": "run the same command again: it is collected, not sent again",
    "ambiguous": "look there, then tell `vidgen recover` what you found",
    "budget": "raise the ceiling, or see the ways out of `vidgen plan`",
}
"""What a person can do, by how a job ended."""


def ended(failed: Failed) -> Stop:
    """A provider's failure as the end of a job."""
    if failed.kind == "unknown":
        return Stop("left", failed.reason, NEXT["left"])
    paid = "" if failed.charged is False else "; --rerun failed pays for another try"
    words = NEXT[failed.kind] if failed.charged is False else f"it may have cost money{paid}"
    free = failed.kind == "provider" and failed.charged is False
    return Stop(failed.kind, failed.reason, words, again=free)
