"""The ledger added up: by day, provider, model and shot, estimated against actual. Pure.

Sums are exact: every grouping adds up to the same totals as the lines themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from vidgen.job import Tier
from vidgen.journal.values import Entry
from vidgen.money import Usd

By = Literal["day", "provider", "model", "shot"]
"""What lines of the ledger can be grouped by."""

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Money:
    """What attempts came to, in US dollars.

    `charged`, `reserved`, `unknown`: as they count against a ceiling. `refunded`: reserved, and not
    billed by the provider's word; `released`: never taken by the provider. `estimated` is what was
    reserved for those attempts that ended with a charge. `attempts` counts them all, `doubts` those
    of which nobody knows what they cost.
    """

    charged: Usd = ZERO
    reserved: Usd = ZERO
    unknown: Usd = ZERO
    refunded: Usd = ZERO
    released: Usd = ZERO
    estimated: Usd = ZERO
    attempts: int = 0
    doubts: int = 0

    def __add__(self, other: Money) -> Money:
        """Both together."""
        return Money(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Money)))

    @property
    def held(self) -> Usd:
        """What counts against a ceiling."""
        return self.charged + self.reserved + self.unknown


@dataclass(frozen=True, slots=True)
class Group:
    """What one day, provider, model or shot came to."""

    name: str
    money: Money


@dataclass(frozen=True, slots=True)
class Shown:
    """The take of a shot that is in the cut, and how many seconds of it the film shows."""

    shot: str
    take: str
    tier: Tier
    seconds: Fraction


@dataclass(frozen=True, slots=True)
class ShotCost:
    """What the seconds of one shot in the cut cost: every charge for it at its take's tier."""

    shown: Shown
    charged: Usd

    @property
    def per_second(self) -> Usd | None:
        """US dollars for each second in the cut; None where there are none."""
        return per_second(self.charged, self.shown.seconds)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole ledger: totals, groups, and what the seconds in the cut cost.

    `cut_seconds` is how much film there is; `cut_per_second` is everything that was charged, other
    tiers and what was thrown away included, for each of those seconds.
    """

    total: Money
    by: dict[By, tuple[Group, ...]]
    cut: tuple[ShotCost, ...] = ()

    @property
    def cut_seconds(self) -> Fraction:
        """Seconds of film that have a take."""
        return sum((cost.shown.seconds for cost in self.cut), Fraction(0))

    @property
    def cut_per_second(self) -> Usd | None:
        """US dollars for each second of film; None where there is none."""
        return per_second(self.total.charged, self.cut_seconds)


def report(entries: Iterable[Entry], cut: Iterable[Shown] = ()) -> Report:
    """Add the ledger up; days in order, everything else by what it cost, dearest first."""
    attempts: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        attempts.setdefault((entry.key, entry.attempt), []).append(entry)
    told = [(lines[0], _attempt(lines)) for lines in attempts.values()]
    return Report(
        total=sum((money for _, money in told), Money()),
        by={by: _grouped(by, told) for by in get_args(By)},
        cut=tuple(_shot_cost(shown, told) for shown in cut),
    )


def per_second(usd: Usd, seconds: Fraction) -> Usd | None:
    """US dollars for each of so many seconds."""
    return usd * seconds.denominator / seconds.numerator if seconds > 0 else None


def _attempt(lines: list[Entry]) -> Money:
    def told(kind: str) -> Usd:
        return sum((line.usd for line in lines if line.kind == kind), ZERO)

    kinds = {line.kind for line in lines}
    reserve = told("reserve")
    return Money(
        charged=told("charge"),
        reserved=reserve if kinds == {"reserve"} else ZERO,
        unknown=told("unknown"),
        refunded=told("refund"),
        released=told("release"),
        estimated=reserve if "charge" in kinds else ZERO,
        attempts=1,
        doubts=int("unknown" in kinds and not kinds & {"charge", "refund"}),
    )


def _grouped(by: By, told: list[tuple[Entry, Money]]) -> tuple[Group, ...]:
    sums: dict[str, Money] = {}
    for line, money in told:
        name = getattr(line, by)
        sums[name] = sums.get(name, Money()) + money
    groups = [Group(name, money) for name, money in sums.items()]
    if by == "day":
        return tuple(sorted(groups, key=lambda group: group.name))
    return tuple(sorted(groups, key=lambda group: (-group.money.held, group.name)))


def _shot_cost(shown: Shown, told: list[tuple[Entry, Money]]) -> ShotCost:
    """The stills that a shot starts from count with it."""
    charges = (
        money.charged
        for line, money in told
        if line.shot.partition(".")[0] == shown.shot and line.tier == shown.tier
    )
    return ShotCost(shown, sum(charges, ZERO))
