"""One order in a rehearsal's books: what was asked for, where it stands, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vidgen.rehearsal.exchange import Ending, State


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written down when an order is taken.

    `number` counts the orders of this work, from 0; `seconds` is how long it will run once it has
    begun; `ending` how it will end; `variant` what the clip will be. `first` and `last` name the
    pictures that it carried, `clip` and `sound` what it was to work on or be driven by, each by the
    sha256 of its bytes. `path` is where it was sent.
    """

    provider: str
    work: str
    number: int
    path: str
    client: str | None
    body: str
    seconds: float
    usd: Decimal | None
    ending: Ending = "done"
    variant: str = ""
    first: str | None = None
    last: str | None = None
    clip: str | None = None
    sound: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order. Times are seconds since 1970; `drawn` is when its clip was there, None before.

    `ends` is when it is due to end, once it has begun; `generation` counts the links to its result.
    """

    id: str
    entry: Entry
    placed: float
    state: State = "queued"
    began: float | None = None
    drawn: float | None = None
    ended: float | None = None
    ending: Ending = "done"
    reason: str = ""
    generation: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.ended is not None

    @property
    def billed(self) -> bool:
        """Whether it was paid for."""
        return self.over and self.state in ("done", "failed") and self.ending in PAID

    @property
    def usd(self) -> Decimal | None:
        """What was paid for it; 0 for nothing, None where nobody knows the price."""
        return self.entry.usd if self.billed else Decimal(0)

    @property
    def due(self) -> float | None:
        """When it ends; None while that is not known: it waits, or its clip is not drawn yet."""
        if self.began is None or (self.drawn is None and self.ending == "done"):
            return None
        return max(self.began + self.entry.seconds, self.drawn or 0.0)

    def progress(self, now: float) -> float:
        """The share of its time that has passed, from 0 to 1."""
        if self.over:
            return 1.0
        if self.began is None:
            return 0.0
        return min(0.99, max(0.0, now - self.began) / max(self.entry.seconds, 1e-9))


PAID: tuple[Ending, ...] = ("done", "failed-billed")


def as_data(entry: Entry) -> dict[str, Any]:
    """An entry as JSON-ready data."""
    data = {name: getattr(entry, name) for name in Entry.__slots__}
    return data | {"usd": None if entry.usd is None else str(entry.usd)}


def from_data(data: dict[str, Any]) -> Entry:
    """The entry that `as_data` wrote. Raises KeyError, TypeError or ArithmeticError otherwise."""
    return Entry(**data | {"usd": None if data["usd"] is None else Decimal(data["usd"])})
