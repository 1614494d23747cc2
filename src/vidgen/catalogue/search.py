"""Look things up in the catalogue: filter models by what they can do and cost. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from vidgen.catalogue import Ask, Catalogue, Route
from vidgen.catalogue.page import Model, Price
from vidgen.job import CAPABILITIES, Kind, Mode
from vidgen.money import Per, Quantity, cost

SAMPLE_SECONDS = Decimal(5)
SAMPLE_ASPECTS = ("16:9", "9:16", "1:1")


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; an unset field does not matter. `max_usd` is US dollars per `per`."""

    needs: frozenset[str] = frozenset()
    aspect: str | None = None
    seconds: Decimal | None = None
    provider: str | None = None
    kind: Kind | None = None
    max_usd: Decimal | None = None
    per: Per = "second"
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing a route sells and what a unit of it costs: US dollars a second, image or clip."""

    ask: Ask
    rule: Price
    usd: Decimal | None
    unit: Per

    def price(self, per: Per) -> Decimal | None:
        """US dollars for a second, a clip or an image; None where that cannot be said."""
        seconds = self.ask.duration
        if self.usd is None or self.unit == per:
            return self.usd
        if seconds and (self.unit, per) == ("clip", "second"):
            return self.usd / seconds
        if seconds and (self.unit, per) == ("second", "clip"):
            return self.usd * seconds
        return None

    @property
    def rank(self) -> Decimal:
        """What it is sorted by: a second where that can be said, else a unit; unknown last."""
        usd = self.price("second")
        usd = self.usd if usd is None else usd
        return UNKNOWN if usd is None else usd


@dataclass(frozen=True, slots=True)
class Listing:
    """A model with the routes that pass a filter, cheapest first."""

    model: Model
    routes: tuple[tuple[Route, Sample | None], ...]

    @property
    def best(self) -> tuple[Route, Sample | None] | None:
        """The cheapest live route, if there is one."""
        return self.routes[0] if self.routes else None


def search(catalogue: Catalogue, wanted: Filter) -> tuple[Listing, ...]:
    """Models that pass the filter, cheapest first; those nobody sells come last, when asked for."""
    found = []
    for model in catalogue.models.values():
        if wanted.kind and model.kind != wanted.kind:
            continue
        routes = [
            (route, sample)
            for route in catalogue.routes(model.id)
            if route.live and (sample := offered(route, wanted)) is not REFUSED
        ]
        routes.sort(key=lambda pair: (_rank(pair[1]), pair[0].name))
        if routes or (
            wanted.retired and not catalogue_sells(catalogue, model) and _can(model, wanted)
        ):
            found.append(Listing(model, tuple(routes)))
    found.sort(key=lambda item: (not item.routes, _rank(item.best and item.best[1]), item.model.id))
    return tuple(found)


REFUSED = Sample(Ask("text"), Price(per="unknown"), None, "unknown")


def catalogue_sells(catalogue: Catalogue, model: Model) -> bool:
    """Whether any live route to a model exists."""
    return any(route.live for route in catalogue.routes(model.id))


def _can(model: Model, wanted: Filter) -> bool:
    able = set(model.capabilities or ()) | set(model.resolutions or ())
    return wanted.needs <= able and wanted.max_usd is None and wanted.provider is None


UNKNOWN = Decimal("Infinity")


def _rank(sample: Sample | None) -> Decimal:
    return UNKNOWN if sample is None else sample.rank


def offered(route: Route, wanted: Filter) -> Sample | None:
    """The cheapest thing on sale that passes; None when unpriced; REFUSED when none passes."""
    sharp = [need for need in wanted.needs if need not in CAPABILITIES]
    if wanted.provider and route.provider.provider != wanted.provider:
        return REFUSED
    if not wanted.needs - set(sharp) <= _abilities(route):
        return REFUSED
    if sharp and not set(sharp) <= set(route.resolutions):
        return REFUSED
    if wanted.aspect and route.aspects and not {wanted.aspect, "source"} & set(route.aspects):
        return REFUSED
    if wanted.seconds and route.durations and max(route.durations) < wanted.seconds:
        return REFUSED
    samples = [item for item in on_sale(route) if _passes(item.ask, wanted, sharp)]
    if not samples:
        return REFUSED
    if wanted.max_usd is not None:
        samples = [item for item in samples if _within(item, wanted.max_usd, wanted.per)]
        return min(samples, key=lambda item: item.rank, default=REFUSED)
    priced = [item for item in samples if item.usd is not None]
    return min(priced, key=lambda item: item.rank, default=None)


def _within(sample: Sample, usd: Decimal, per: Per) -> bool:
    price = sample.price(per)
    return price is not None and price <= usd


def _abilities(route: Route) -> set[str]:
    able = set(route.capabilities)
    return able | ({"audio"} if route.audio != "never" else set())


def _passes(ask: Ask, wanted: Filter, sharp: list[str]) -> bool:
    return (
        (not sharp or ask.resolution in sharp)
        and ("audio" not in wanted.needs or ask.audio is True)
        and ("first_frame" not in wanted.needs or ask.mode in ("first_frame", "first_last"))
        and ("last_frame" not in wanted.needs or ask.mode == "first_last")
        and (wanted.seconds is None or ask.duration is None or ask.duration >= wanted.seconds)
    )


def on_sale(route: Route) -> Iterator[Sample]:
    """Every combination a route sells, with what a unit of it costs."""
    for mode in route.offer.modes:
        for resolution in route.resolutions or ("",):
            for duration in route.durations or (None,):
                for audio in _audios(route):
                    ask = Ask(mode, resolution, _aspect(route), duration, audio)
                    if route.sells(ask):
                        yield _sample(route, mode, ask)


def _audios(route: Route) -> tuple[bool | None, ...]:
    return {"optional": (False, True), "always": (True,), "never": (None,)}[route.audio]


def _aspect(route: Route) -> str:
    plain = [aspect for aspect in route.aspects if aspect != "source"]
    return next((aspect for aspect in SAMPLE_ASPECTS if aspect in plain), (plain or ["16:9"])[0])


def _sample(route: Route, mode: Mode, ask: Ask) -> Sample:
    rule = route.price(ask) or Price(per="unknown")
    still = route.model.kind == "image"
    seconds = ask.duration or SAMPLE_SECONDS
    width, height = (0, 0)
    if ask.resolution and ask.resolution != "source":
        width, height = route.size(ask.resolution, ask.aspect)
    rate = Fraction(route.rates[0]) if route.rates else Fraction(24)
    work = Quantity(seconds, width, height, rate, audio_seconds=seconds, still=still)
    usd = cost(rule.per, rule.usd, work)
    if usd is None or rule.per in ("clip", "image") or still:
        return Sample(ask, rule, usd, "image" if still else rule.per)
    return Sample(ask, rule, usd / seconds, "second")
