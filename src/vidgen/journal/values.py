"""What the journal gives and takes: a job's row, the ceilings, the entries of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from vidgen.job import FailureKind, JobKey, Ticket
from vidgen.money import Usd

State = Literal[
    "submitting", "unsent", "unknown", "submitted", "succeeded", "done", "failed", "cancelled"
]
"""`submitting`: it is being sent, or was when a run died. `unsent`: its reserve is held, and the
provider has not got it for certain. `unknown`: it may have been taken, and only a person can tell.
`submitted`: the ticket is here. `succeeded`: the clip exists and is not here yet."""

OPEN: tuple[State, ...] = ("submitting", "unsent", "unknown", "submitted", "succeeded")
"""States that a later run picks up again."""

EntryKind = Literal["reserve", "charge", "release", "refund", "unknown"]
"""Of an attempt: `reserve` before it is sent, then one that ends it. `charge`: paid. `release`:
never taken by the provider. `refund`: taken, failed, and by the provider's word not billed.
`unknown`: it failed, or was lost, and nobody says what it cost."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings in US dollars; None where there is none. A day is one of the local calendar.

    `film` is all that this project may ever cost, `run` what this run may, `day` what may be
    reserved in a day, and `providers` the same by provider.
    """

    film: Usd | None = None
    run: Usd | None = None
    day: Usd | None = None
    providers: Mapping[str, Usd] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One job as the journal knows it: `request` as it was sent, `cost` in US dollars once told.

    `owner` is the run that has it in hand; `kind` says what sort of failure `error` is.
    """

    key: JobKey
    shot: str
    tier: str
    take: int
    provider: str
    model: str
    state: State
    attempt: int
    request: dict[str, Any]
    ticket: Ticket | None
    media: str | None
    number: int | None
    error: str | None
    kind: FailureKind | None
    cost: Usd | None
    seed: int | None
    owner: str
    created: str
    updated: str

    @property
    def name(self) -> str:
        """`sip.t2`: shot and take, for people."""
        return f"{self.shot}.t{self.take}"

    @property
    def open(self) -> bool:
        """Whether a later run picks it up again."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger with the job that it is about; `at` is UTC, `day` the local date."""

    at: str
    day: str
    run: str
    key: JobKey
    attempt: int
    kind: EntryKind
    usd: Usd
    shot: str
    tier: str
    take: int
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Sums:
    """US dollars: charged, reserved by what is under way, and possibly charged (nobody says)."""

    charged: Usd = Decimal(0)
    reserved: Usd = Decimal(0)
    unknown: Usd = Decimal(0)

    @property
    def held(self) -> Usd:
        """What counts against a ceiling."""
        return self.charged + self.reserved + self.unknown
