"""What a run is given and what it tells: desks, events, outcomes, the report. Plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from vidgen.job import Take
from vidgen.plan import Step
from vidgen.providers import Provider

EventKind = Literal[
    "started",
    "resumed",
    "progress",
    "done",
    "reused",
    "stale",
    "failed",
    "held",
    "retry",
    "cancelled",
]


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
    repeating a submit that was never answered would mean, as its page has it.
    """

    provider: Provider
    in_flight: int
    poll_seconds: float
    give_up_seconds: float
    local: bool
    resend: Literal["idempotent", "lookup", "never"] = "never"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step: the take, or why there is none.

    `ambiguous` means that paid work may have been accepted and nobody knows: a person must look.
    """

    step: Step
    take: Take | None = None
    failure: str = ""
    held: bool = False
    reused: bool = False
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, and how long it took in seconds."""

    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def made(self) -> tuple[Outcome, ...]:
        """Takes made in this run."""
        return tuple(item for item in self.outcomes if item.take and not item.reused)

    @property
    def reused(self) -> tuple[Outcome, ...]:
        """Takes that were there already."""
        return tuple(item for item in self.outcomes if item.reused)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Steps that were tried and ended without a take."""
        return tuple(item for item in self.missing if not item.held)

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
        """What the takes made in this run cost, in US dollars."""
        return sum((item.take.cost_usd for item in self.made if item.take), Decimal(0))
