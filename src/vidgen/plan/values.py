"""What a plan is made of: steps with their reasons and prices, totals, a verdict, and ways out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from vidgen.errors import Fault
from vidgen.job import Job, Take, Tier
from vidgen.money import MILLION, Per, Usd
from vidgen.places import Stage, StillPlace
from vidgen.storyboard import Quality

Rerun = Literal["changed", "missing", "failed", "all"]
Action = Literal["new", "redo", "resume", "reuse", "stale", "blocked"]
"""`redo` makes a take again; `stale` keeps one that no longer matches its shot, because making it
again costs money and nobody asked for that."""

What = Literal["shot"] | StillPlace | Stage
"""What a step makes: a shot (or a group of them), a still, or a finished version of a take."""

SIGNS: dict[Action, str] = {
    "new": "+",
    "redo": "~",
    "resume": ">",
    "reuse": "=",
    "stale": "=",
    "blocked": "!",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asked of this plan, besides what the storyboard says.

    `keys` are the providers whose key is at hand; None (the default) plans as if every key were.
    `stills` plans the generated stills and nothing else; `alternate` lets a shot's other prompts be
    tried where moderation refuses the first; `max_credits` is a ceiling for this run alone.
    """

    tier: Tier = "final"
    shots: tuple[str, ...] = ()
    takes: int | None = None
    rerun: frozenset[Rerun] = frozenset()
    keys: frozenset[str] | None = None
    allow_unpriced: bool = False
    max_credits: Decimal | None = None
    stills: bool = False
    alternate: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A price with its pedigree: US dollars for this job, the rule, where and when it was read.

    A price of the user's own has no date.
    """

    usd: Usd | None
    per: Per
    unit_usd: Decimal | None
    basis: str
    as_of: date | None
    source: str

    @property
    def tokens(self) -> int | None:
        """The tokens that are planned with; None where they are not what is paid for."""
        if self.per != "million-tokens" or self.usd is None or not self.unit_usd:
            return None
        return round(self.usd / self.unit_usd * MILLION)

    def of_tokens(self, tokens: int) -> Usd | None:
        """What so many tokens cost, counted by a provider; None where they are not paid for."""
        if self.per != "million-tokens" or self.unit_usd is None:
            return None
        return self.unit_usd * tokens / MILLION


@dataclass(frozen=True, slots=True)
class Step:
    """One take and what will be done about it, with the reason in words.

    `what` says whether it is the shot itself, a still it needs first, or what is done to its take;
    `because` says why this model and this route; `notes` tell every way in which what is given
    differs from what is asked. `quality` says when a take is made again by itself; `alternates` are
    jobs to try, in order, when this one is refused; `typical_seconds` is how long such a job
    usually takes there; `covers` are the shots of a group that it makes at once.
    """

    job: Job
    what: What
    action: Action
    reason: str
    route: str
    because: str
    quote: Quote
    asked_seconds: Decimal
    notes: tuple[str, ...] = ()
    take: Take | None = None
    protected: bool = False
    quality: Quality | None = None
    alternates: tuple[Job, ...] = ()
    typical_seconds: Decimal | None = None
    covers: tuple[str, ...] = ()

    @property
    def pays(self) -> bool:
        """Whether carrying this step out may cost money now."""
        return self.action in ("new", "redo")

    @property
    def works(self) -> bool:
        """Whether there is anything to do."""
        return self.action in ("new", "redo", "resume")


@dataclass(frozen=True, slots=True)
class Totals:
    """The money of a plan, in US dollars, exact.

    sticker: every shot once. run: what rendering now would spend. expected: with the re-rolls the
    author expects. worst: every allowed re-roll taken. spent and reserved: from the ledger.
    budget is all that the film may ever cost, ceiling what this run may.
    """

    sticker: Usd
    run: Usd
    expected: Usd
    worst: Usd
    spent: Usd
    reserved: Usd
    budget: Usd | None
    unpriced: tuple[str, ...]
    ceiling: Usd | None = None

    @property
    def left(self) -> Usd | None:
        """What is left of the budget; None where there is none."""
        return None if self.budget is None else self.budget - self.spent - self.reserved

    @property
    def headroom(self) -> Usd | None:
        """What would be left of the budget after all that is expected; negative when over."""
        return None if self.left is None else self.left - self.expected


@dataclass(frozen=True, slots=True)
class WayOut:
    """One thing that would bring the expected cost down: what to do, and what it saves."""

    what: str
    saves: Usd


Verdict = Literal["free", "fits", "no-ceiling", "over", "over-expected", "unpriced"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done, for how much, and whether that is within the ceiling."""

    title: str
    tier: Tier
    per_usd: Decimal
    seconds: Decimal
    steps: tuple[Step, ...]
    totals: Totals
    verdict: Verdict
    ways_out: tuple[WayOut, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[Fault, ...] = ()

    @property
    def affordable(self) -> bool:
        """Whether the verdict lets work start."""
        return self.verdict in ("free", "fits", "no-ceiling")

    @property
    def shots(self) -> tuple[str, ...]:
        """The shots in this plan, in the storyboard's order."""
        return tuple(dict.fromkeys(step.job.shot for step in self.steps))
