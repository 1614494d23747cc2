"""What a run is given and what it tells: desks, events, outcomes, the report. Plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from vidgen.job import Take
from vidgen.plan import Plan, Step

if TYPE_CHECKING:
    from vidgen.providers import Provider
    from vidgen.providers.wire import Http

EventKind = Literal[
    "started",
    "resumed",
    "waiting",
    "progress",
    "arriving",
    "done",
    "reused",
    "stale",
    "failed",
    "left",
    "doubt",
    "held",
    "retry",
    "cancelled",
]
"""`waiting`: the provider asks for patience. `arriving`: the clip is finished, and is fetched and
checked. `left`: what was paid for goes on without this run. `doubt`: it may have been taken."""

Ending = Literal[
    "moderation",
    "input",
    "credit",
    "key",
    "budget",
    "provider",
    "left",
    "ambiguous",
    "held",
]
"""Why a step ended without a take: refused by moderation, bad input, no credit left there, a key
that is not taken, a ceiling, the provider's own failure, left to be collected by a later run, lost
from sight so that a person must look, or held for something else."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one job.

    `progress` runs from 0 to 1; `elapsed` is seconds since the job's turn came; `cost_usd` is what
    a finished take cost, in US dollars; `path` is the take's file, relative to the project.
    """

    kind: EventKind
    job: str
    shot: str
    message: str = ""
    progress: float | None = None
    path: str = ""
    elapsed: float = 0.0
    cost_usd: Decimal | None = None


Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """One provider at work: its adapter, how many jobs at once, and the pace of polling in seconds.

    A `local` provider costs nothing: its work may be stopped, and done again. `resend` says what
    repeating a submit that was never answered would mean, as its page has it. `tempo` is by how
    much every wait is shortened: 1, but in a rehearsal that runs faster than the world.
    """

    provider: Provider
    in_flight: int
    poll_seconds: float
    give_up_seconds: float
    local: bool
    resend: Literal["idempotent", "lookup", "never"] = "never"
    requests_per_minute: int | None = None
    http: Http | None = None
    tempo: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step: the take, or why there is none, in a word (`ending`) and in words.

    `next` says what a person can do about it.
    """

    step: Step
    take: Take | None = None
    failure: str = ""
    ending: Ending | None = None
    next: str = ""
    reused: bool = False

    @property
    def held(self) -> bool:
        """Whether it was not tried."""
        return self.ending in ("held", "budget")

    @property
    def ambiguous(self) -> bool:
        """Whether paid work may have been accepted and nobody knows: a person must look."""
        return self.ending == "ambiguous"


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, and how long it took in seconds; `lesson` is what a rehearsal has shown."""

    outcomes: tuple[Outcome, ...]
    seconds: float
    lesson: str = ""

    @property
    def made(self) -> tuple[Outcome, ...]:
        """Takes made in this run."""
        return tuple(item for item in self.outcomes if item.take and not item.reused)

    @property
    def reused(self) -> tuple[Outcome, ...]:
        """Takes that were there already."""
        return tuple(item for item in self.outcomes if item.reused)

    @property
    def left(self) -> tuple[Outcome, ...]:
        """Steps whose work is with a provider still, to be collected by a later run."""
        return tuple(item for item in self.missing if item.ending == "left")

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Steps that were tried and ended without a take."""
        others = ("left", "ambiguous")
        return tuple(item for item in self.missing if not item.held and item.ending not in others)

    @property
    def in_doubt(self) -> tuple[Outcome, ...]:
        """Steps whose paid work may have been accepted, and nobody knows."""
        return tuple(item for item in self.missing if item.ambiguous)

    @property
    def held(self) -> tuple[Outcome, ...]:
        """Steps that were not tried, because of what they start from or cost."""
        return tuple(item for item in self.missing if item.held)

    @property
    def missing(self) -> tuple[Outcome, ...]:
        """Steps that ended without a take."""
        return tuple(item for item in self.outcomes if item.take is None)

    @property
    def cost_usd(self) -> Decimal:
        """What the takes made in this run cost, in US dollars, as far as that is known."""
        costs = (item.take.cost_usd for item in self.made if item.take)
        return sum((cost for cost in costs if cost is not None), Decimal(0))


def settled(plan: Plan, listen: Listener) -> Report:
    """The report of a plan in which nothing is to be done: what is kept, and what is held."""
    outcomes = []
    for step in plan.steps:
        job, kept = step.job, step.take if step.action in ("reuse", "stale") else None
        kind: EventKind = (
            "held" if kept is None else "stale" if step.action == "stale" else "reused"
        )
        listen(Event(kind, job.name, job.shot, step.reason, path=kept.path if kept else ""))
        if kept is None:
            outcomes.append(Outcome(step, failure=step.reason, ending="held"))
        else:
            outcomes.append(Outcome(step, kept, reused=True))
    return Report(tuple(outcomes), 0.0)
