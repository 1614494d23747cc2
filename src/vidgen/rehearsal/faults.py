"""What goes wrong in a rehearsal, decided beforehand: by a seed, a work and a count, nothing else.

Pure. Never by the order in which different works arrive, so that a seed replays whatever the
client does at once. Faults that pass hit an order once or twice, so that patience ends well.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from vidgen.rehearsal.works import NoRehearsal

Fault = Literal[
    "rate-limit",
    "overload",
    "server-error",
    "reset-before",
    "no-credit",
    "server-error-created",
    "lost-reply",
    "moderation",
    "bad-input",
    "moderation-late",
    "poll-error",
    "unknown-word",
    "provider-failure",
    "failure-billed",
    "truncated",
    "corrupt",
    "expired-link",
    "download-error",
    "short",
    "small",
    "mute",
]

MEANINGS: dict[Fault, str] = {
    "rate-limit": "a submit is told to come back later, sometimes with Retry-After",
    "overload": "a submit is answered 503, and no job was made",
    "server-error": "a submit is answered 500, and no job was made",
    "reset-before": "the connection of a submit is reset before a job was made",
    "no-credit": "a submit is told that the account is empty, once",
    "server-error-created": "a submit is answered 500 or 502 although the job was made",
    "lost-reply": "the job is made and the connection closed without an answer",
    "moderation": "the work is refused as against policy, always",
    "bad-input": "the work is refused with the name of a field, always",
    "moderation-late": "the work is taken and then fails as against policy, always",
    "poll-error": "a look is answered 500, or its connection reset",
    "unknown-word": "a look is told a state that nobody has heard of, once",
    "provider-failure": "the job fails and is not billed",
    "failure-billed": "the job fails and is billed",
    "truncated": "a download is cut half-way; it can be gone on with",
    "corrupt": "a download brings wrong bytes the first time",
    "expired-link": "the first link to a result answers 403; a fresh look brings another",
    "download-error": "a download is answered 500, then reset",
    "short": "the clip is three fifths as long as was asked",
    "small": "the clip is half the size that was asked",
    "mute": "the clip has no sound although it was asked for",
}
"""Every fault that can be played, and what it does."""

ROUNDS = 2
"""How many orders of a work may meet passing faults; those after them meet none."""

_BEFORE: tuple[Fault, ...] = (
    "rate-limit",
    "overload",
    "server-error",
    "reset-before",
    "no-credit",
)
_REPLY: tuple[Fault, ...] = ("server-error-created", "lost-reply")
_EVER: tuple[Fault, ...] = ("moderation", "bad-input", "moderation-late")
_LOOK: tuple[Fault, ...] = ("poll-error", "unknown-word")
_END: tuple[Fault, ...] = ("provider-failure", "failure-billed")
_FETCH: tuple[Fault, ...] = ("truncated", "corrupt", "expired-link", "download-error")
_RESULT: tuple[Fault, ...] = ("short", "small", "mute")


@dataclass(frozen=True, slots=True)
class Fate:
    """What one order of a work meets, from its first submit to its clip.

    `before` are refusals of submits, in turn, before one is taken; `looks` what goes wrong with
    which look, counted from 0; `fetches` what goes wrong with which download, in turn. `pace` is
    how its time relates to the usual; `chance`, from 0 to 1, settles what has several ways.
    """

    before: tuple[Fault, ...] = ()
    reply: Fault | None = None
    looks: Mapping[int, Fault] = field(default_factory=dict)
    end: Fault | None = None
    fetches: tuple[Fault, ...] = ()
    result: Fault | None = None
    pace: float = 1.0
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class Faults:
    """How often each fault is played: a rate from 0 to 1 by name, and 0 for what is not named.

    Raises NoRehearsal for a name that is none and a rate that is none.
    """

    seed: str = ""
    rates: Mapping[Fault, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, rate in self.rates.items():
            if name not in MEANINGS:
                hint = f"the faults are: {', '.join(MEANINGS)}"
                raise NoRehearsal(f"no fault is called `{name}`", hint=hint)
            if not 0 <= rate <= 1:
                raise NoRehearsal(f"the rate of `{name}` is {rate}", hint="a rate is from 0 to 1")

    @classmethod
    def mixed(cls, rate: float, seed: str = "") -> Faults:
        """Every fault alike, so that an order meets `rate` of them on average. Raises NoRehearsal.

        What is left out of a rate above 1 a fault is lost: no fault is sure to come.
        """
        if not 0 <= rate <= 1:
            raise NoRehearsal(f"the rate of faults is {rate}", hint="a rate is from 0 to 1")
        kinds: tuple[Fault, ...] = get_args(Fault)
        return cls(seed, dict.fromkeys(kinds, rate / len(kinds)))

    def always(self, provider: str, work: str) -> Fault | None:
        """What a work always meets at a provider, however often it is ordered."""
        return self._picked(self._dice(provider, work, "always"), _EVER)

    def fate(self, provider: str, work: str, number: int, copies: int = 1) -> Fate:
        """What order `number` of a work meets, counted from 0.

        `copies` are how many takes of it a plan has, which nobody can tell apart.
        """
        dice = self._dice(provider, work, f"order {number}")
        pace, chance = dice.uniform(0.7, 1.4), dice.random()
        if number // copies >= ROUNDS:
            return Fate(pace=pace, chance=chance)
        before = self._picked(dice, _BEFORE)
        times = 1 if before == "no-credit" else dice.choice((1, 2))
        reply, look, first = (
            self._picked(dice, _REPLY),
            self._picked(dice, _LOOK),
            dice.choice((0, 1)),
        )
        looked = dice.choice((1, 2)) if look == "poll-error" else 1
        end, fetch, result = (self._picked(dice, kinds) for kinds in (_END, _FETCH, _RESULT))
        fetched = dice.choice((1, 2)) if fetch in ("truncated", "download-error") else 1
        return Fate(
            before=(before,) * times if before else (),
            reply=reply,
            looks={first + turn: look for turn in range(looked)} if look else {},
            end=end,
            fetches=(fetch,) * fetched if fetch else (),
            result=result,
            pace=pace,
            chance=chance,
        )

    def _dice(self, *words: str) -> random.Random:
        return random.Random("|".join((self.seed, *words)))

    def _picked(self, dice: random.Random, kinds: Sequence[Fault]) -> Fault | None:
        """One of some faults that exclude each other, each at its rate; one throw in any case."""
        throw = dice.random() * max(1.0, sum(self.rates.get(kind, 0.0) for kind in kinds))
        for kind in kinds:
            throw -= self.rates.get(kind, 0.0)
            if throw < 0:
                return kind
        return None
