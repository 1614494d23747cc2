"""Choosing who makes a shot: fit the wish to what each route sells, price it, take the best.

Pure. Nothing is fitted silently: every difference between asked and given becomes a note.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from vidgen.catalogue import Ask, Catalogue, Route, holds, pixels
from vidgen.catalogue.page import MODE_WORDS, Price, When
from vidgen.job import Mode, exact_rate
from vidgen.money import Quantity, cost
from vidgen.plan.length import (
    GIVEN_WORDS,
    follows_file,
    in_seconds,
    long_enough,
    made_seconds,
    outlasts,
    paid_seconds,
    sold_in_words,
    too_short,
    whole_seconds,
)
from vidgen.plan.moves import fits
from vidgen.plan.refusal import Reason, Refusal
from vidgen.plan.values import Quote
from vidgen.plan.want import Want


@dataclass(frozen=True, slots=True)
class Choice:
    """A route, and the wish as it fits there: seconds bought, size, sound, price and notes."""

    route: Route
    endpoint: str
    mode: Mode
    seconds: Decimal | None
    resolution: str
    width: int
    height: int
    rate: Fraction
    audio: bool | None
    quote: Quote
    notes: tuple[str, ...]
    because: str


class Router:
    """Finds routes in a catalogue; remembers what it worked out, since shots repeat."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        prefer: tuple[str, ...],
        avoid: tuple[str, ...],
        keys: frozenset[str] | None,
    ) -> None:
        self.catalogue = catalogue
        self._prefer = {name: place for place, name in enumerate(prefer)}
        self._avoid = frozenset(avoid)
        self._keys = keys
        self._known: dict[tuple[Want, str | None], tuple[list[Choice], list[Refusal]]] = {}

    def choose(self, want: Want) -> tuple[Choice | None, list[Refusal]]:
        """The best route for a wish, or the reasons why none will do."""
        choices, refusals = self.weigh(want, want.model)
        if not choices:
            return None, refusals
        best = choices[0]
        return replace(best, because=_because(want, best, choices, self._prefer)), refusals

    def weigh(self, want: Want, model: str | None) -> tuple[list[Choice], list[Refusal]]:
        """Every route to `model` (or to any model of the right kind) that can, best first."""
        key = (replace(want, shot="", loc=(), model_loc=(), why="", model=None), model)
        if key not in self._known:
            self._known[key] = self._weigh(want, model)
        return self._known[key]

    def _weigh(self, want: Want, model: str | None) -> tuple[list[Choice], list[Refusal]]:
        choices: list[Choice] = []
        refusals: list[Refusal] = []
        for route in self._candidates(want, model):
            reasons = self._standing(route, want)
            outcome = reasons if reasons else fit(route, want)
            if isinstance(outcome, Choice):
                choices.append(outcome)
            else:
                refusals.append(Refusal(route, outcome))
        wanted = short_side(want.resolution)
        choices.sort(key=lambda choice: self._rank(choice, wanted))
        return choices, refusals

    def _candidates(self, want: Want, model: str | None) -> tuple[Route, ...]:
        if model is not None:
            routes = self.catalogue.routes(model)
            asked = [route for route in routes if route.provider.provider == want.provider]
            return tuple(asked) or routes
        return tuple(
            route
            for route in self.catalogue.all_routes()
            if route.model.kind == want.kind and not route.provider.local
        )

    def _standing(self, route: Route, want: Want) -> tuple[Reason, ...]:
        """What rules a route out before anything is fitted."""
        name = route.provider.provider
        if want.provider is not None and name != want.provider:
            return (Reason(f"`{want.provider}` does not sell it; others do", "provider"),)
        if not route.live:
            return (Reason(retirement(route)),)
        if name in self._avoid:
            return (Reason(f"`{name}` is to be avoided"),)
        if self._keys is not None and not route.provider.local and name not in self._keys:
            return (Reason(f"no key for `{name}` at hand"),)
        return ()

    def _rank(self, choice: Choice, wanted: int) -> tuple[int, int, bool, Decimal, str, str]:
        """Big enough first, then the author's preference, then price; names settle ties."""
        page = choice.route.provider
        preferred = self._prefer.get(page.provider, len(self._prefer))
        short = max(wanted - short_side(choice.resolution), 0)
        usd = choice.quote.usd
        price = Decimal(0) if usd is None else usd
        return (short, preferred, usd is None, price, choice.route.name, choice.endpoint)


def retirement(route: Route) -> str:
    """A sentence on a route that can no longer be bought."""
    life = route.life
    if life.state == "never":
        return life.note or "it is not sold by API"
    day = f" on {life.since}" if life.since else ""
    return f"it was retired{day}" + (f"; {life.note}" if life.note else "")


def fit(route: Route, want: Want) -> Choice | tuple[Reason, ...]:
    """The wish as this route can serve it, or every reason why it cannot."""
    mode = _mode(route, want)
    reasons = list(_missing(route, want, ABLE_FOR.get(want.mode, "") if mode is None else ""))
    if mode is None:
        reasons.append(Reason(f"it does not work from {MODE_WORDS[want.mode]}"))
    resolution = _resolution(route, want)
    if not _has_aspect(route, want):
        reasons.append(Reason(f"it does not sell {want.aspect}", "aspect"))
    audio = _audio(route, want)
    seconds = None
    if mode is not None:
        reasons += too_short(route, want, mode)
        seconds = _seconds(route, want, mode, resolution, audio)
        if seconds is None and route.durations:
            reasons.append(_no_length(route, want, mode, resolution, audio))
        reasons += _unsteered(route, want, mode, seconds)
    if reasons or mode is None:
        return tuple(reasons)
    return _choice(route, want, mode, resolution, audio, seconds)


def _unsteered(route: Route, want: Want, mode: Mode, seconds: Decimal | None) -> list[Reason]:
    """Why a move that must go in numbers does not, at a route that takes some."""
    if want.camera is None or route.camera is None or fits(route, want.camera, mode, seconds):
        return []
    return [Reason(f"of a camera it takes {route.camera.words}", "camera")]


FIELDS = {"seed": "seed", "negative_prompt": "negative_prompt", "guidance_scale": "guidance_scale",
          "audio": "audio", "last_frame": "end_still", "first_frame": "still"}  # fmt: skip
"""The field of a shot that asks for a capability; `needs` asks for the others."""


ABLE_FOR: dict[Mode, str] = {
    "first_frame": "first_frame", "references": "references", "edit": "source_video",
    "extend": "extend", "motion": "motion_video", "avatar": "audio_file",
}  # fmt: skip
"""What a mode is, as a capability: the lack of one says that of the other."""


def _missing(route: Route, want: Want, said: str) -> list[Reason]:
    """What a route lacks, but for the capability that is `said` already."""
    offered = route.capabilities
    missing = sorted(want.capabilities - offered - {said})
    if route.model.recipe.negative == "inline" and "negative_prompt" in missing:
        missing.remove("negative_prompt")
    if "audio" in missing or (want.audio and route.audio == "never"):
        missing = [name for name in missing if name != "audio"]
        missing += ["audio"] if route.audio == "never" else []
    reasons = [
        Reason(f"it has no {name.replace('_', ' ')}", FIELDS.get(name, "needs")) for name in missing
    ]
    if want.references > route.max_references and want.mode == "references":
        words = f"{want.references} references are given; it takes {route.max_references}"
        reasons.append(Reason(words, "references"))
    if route.offer.own_clips and want.maker != route.provider.provider:
        reasons.append(Reason("it takes only clips that were made there"))
    return reasons


def _mode(route: Route, want: Want) -> Mode | None:
    return want.mode if want.mode in route.offer.modes else None


def _has_aspect(route: Route, want: Want) -> bool:
    sold = route.aspects
    if not sold or want.aspect in sold:
        return True
    return "source" in sold and want.mode != "text"


@functools.cache
def short_side(resolution: str) -> int:
    """The short side in pixels that a resolution names; a 16:9 picture is taken for `k`."""
    return 0 if resolution == "source" else min(pixels(resolution, "16:9"))


def _resolution(route: Route, want: Want) -> str:
    sold = [name for name in route.resolutions if name != "source"]
    if not sold or want.resolution in sold:
        return want.resolution
    wanted = short_side(want.resolution)
    above = [name for name in sold if short_side(name) >= wanted]
    if above:
        return min(above, key=short_side)
    return max(sold, key=short_side)


def _audio(route: Route, want: Want) -> bool | None:
    if route.audio == "optional":
        return bool(want.audio)
    return True if route.audio == "always" else None


def _seconds(
    route: Route, want: Want, mode: Mode, resolution: str, audio: bool | None
) -> Decimal | None:
    follows = follows_file(route, want, mode)
    for length in long_enough(route, want, mode):
        ask = Ask(mode, resolution, want.aspect, length, audio, want.source_video)
        if route.sells(ask):
            return made_seconds(route, want, mode) if follows else length
    return None


def _no_length(route: Route, want: Want, mode: Mode, resolution: str, audio: bool | None) -> Reason:
    """Why no length will do: none is long enough, or each that is has its own bar."""
    lasts = made_seconds(route, want, mode)
    enough = long_enough(route, want, mode) if route.durations else [lasts]
    if not enough and follows_file(route, want, mode):
        what, field = GIVEN_WORDS[mode]
        return Reason(f"{what} lasts {in_seconds(lasts)}; it takes {sold_in_words(route)}", field)
    if not enough:
        words = f"{in_seconds(want.seconds)} is asked; it sells {sold_in_words(route)}"
        return Reason(words, "duration")
    ask = Ask(mode, resolution, want.aspect, enough[0], audio, want.source_video)
    bar = next(rule for rule in route.offer.not_sold if holds(rule, ask))
    return Reason(f"it is not sold {_asked_of(bar, ask).words}")


def _asked_of(bar: When, ask: Ask) -> When:
    """Of what is barred, that which is asked."""
    names = ("resolution", "aspect", "duration", "mode")
    told = {name: (getattr(ask, name),) for name in names if getattr(bar, name) is not None}
    return bar.model_copy(update=told)


def _choice(
    route: Route,
    want: Want,
    mode: Mode,
    resolution: str,
    audio: bool | None,
    seconds: Decimal | None,
) -> Choice | tuple[Reason, ...]:
    bought = seconds if seconds is not None else made_seconds(route, want, mode)
    ask = Ask(mode, resolution, want.aspect, bought, audio, want.source_video)
    if not route.sells(ask):
        return (_no_length(route, want, mode, resolution, audio),)
    paid = paid_seconds(route, want, mode, bought)
    width, height = route.size(resolution, want.aspect)
    rate = _rate(route, want)
    quote = _quote(route, replace(ask, duration=paid), paid, width, height, rate, want)
    notes = _notes(route, want, mode, bought, resolution, rate, audio)
    # No more than the clip is asked of one whose lips are moved, however much is said.
    asked = want.seconds if mode == "lip_sync" and follows_file(route, want, mode) else bought
    return Choice(
        route, route.offer.modes[mode], mode, asked, resolution, width, height, rate, audio,
        quote, notes, "",
    )  # fmt: skip


def _rate(route: Route, want: Want) -> Fraction:
    if not route.rates or want.rate in route.rates:
        return exact_rate(want.rate)
    return exact_rate(min(route.rates, key=lambda rate: (abs(rate - want.rate), rate)))


def _quote(
    route: Route, ask: Ask, seconds: Decimal, width: int, height: int, rate: Fraction, want: Want
) -> Quote:
    rule = route.price(ask) or Price(per="unknown")
    busy = route.typical
    given = seconds if want.given_seconds is None else whole_seconds(want.given_seconds)
    kept = want.upon.rate if want.upon and want.mode == "upscale" else rate
    work = Quantity(
        seconds=seconds,
        width=width,
        height=height,
        rate=kept,
        still=want.kind == "image",
        audio_seconds=given if want.mode in ("avatar", "lip_sync") else Decimal(0),
        input_seconds=given if want.source_video else Decimal(0),
        gpu_hours=None if busy is None else busy.seconds / 3600,
    )
    usd = cost(rule.per, rule.usd, work)
    if usd is not None and rule.minimum_usd is not None:
        usd = max(usd, rule.minimum_usd)
    return Quote(usd, rule.per, rule.usd, rule.basis, read_on(route, rule), read_at(route, rule))


def read_on(route: Route, rule: Price) -> date | None:
    """The date a price was read: its own, else its offer's or page's; None for the user's own."""
    if rule.basis == "user" and rule.source:
        return rule.as_of
    return rule.as_of or route.offer.as_of or route.provider.as_of


def read_at(route: Route, rule: Price) -> str:
    """Where a price was read."""
    return rule.source or route.offer.source or route.provider.source


def _notes(
    route: Route,
    want: Want,
    mode: Mode,
    seconds: Decimal,
    resolution: str,
    rate: Fraction,
    audio: bool | None,
) -> tuple[str, ...]:
    notes = []
    asked = f"{in_seconds(want.seconds)} asked"
    if want.upon and outlasts(want, seconds):
        lasts = in_seconds(want.upon.seconds)
        notes.append(f"the take lasts {lasts} and is paid for whole; {asked}")
    elif follows_file(route, want, mode) and seconds == want.given_seconds != want.seconds:
        what, _ = GIVEN_WORDS[mode]
        notes.append(f"{what} lasts {in_seconds(seconds)} and is paid for whole; {asked}")
    elif seconds != want.seconds:
        bought = in_seconds(seconds)
        notes.append(f"{asked}, {bought} bought ({sold_in_words(route)} sold); trimmed")
    if resolution != want.resolution:
        way = "up" if short_side(resolution) < short_side(want.resolution) else "down"
        notes.append(f"{want.resolution} asked, {resolution} sold; scaled {way} when stitched")
    if rate != exact_rate(want.rate):
        delivered = in_seconds(Decimal(str(float(rate))))[:-1]
        notes.append(f"delivers {delivered} fps; conformed to {want.rate}")
    if want.audio is False and audio:
        notes.append("always makes sound; left out when stitched")
    return tuple(notes)


def _because(want: Want, best: Choice, choices: list[Choice], prefer: Mapping[str, int]) -> str:
    """Why this model, and why this route of all that can."""
    name = best.route.provider.provider
    rivals = [other for other in choices if other.resolution == best.resolution]
    others = len({other.route.name for other in rivals})
    if want.provider:
        how = f"on {want.provider} as asked"
    elif len({other.route.name for other in choices}) == 1:
        how = "the only live route that can"
    elif name in prefer:
        how = f"{name} is preferred"
    elif others == 1:
        how = f"the only live route at {best.resolution}"
    else:
        how = f"cheapest of {others} live routes at {best.resolution}"
    return f"{want.why}; {how}"
