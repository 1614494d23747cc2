"""The catalogue: every model, who sells it, and at what price, as read on a date.

Reads the shipped pages once. Never calls anyone: a price is a dated fact, not a query.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import pickle
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import pydantic

from vidgen import __version__, yamlfile
from vidgen.catalogue.page import (
    Audio,
    Family,
    Life,
    Model,
    Moves,
    Offer,
    Price,
    PriceBook,
    Provider,
    Sold,
    Span,
    Typical,
    When,
)
from vidgen.errors import UnknownName
from vidgen.job import FOLLOWING, Mode

HERE = Path(__file__).parent
Said = TypeVar("Said")
Loc = tuple[str | int, ...]

PRICE_BOOK = "prices.yaml"
"""The user's own models, providers and prices, beside the storyboard."""

COMPILED = HERE / "compiled.bin"


@dataclass(frozen=True)
class Route:
    """One provider's way to serve one model, with the offer's limits laid over the model's."""

    model: Model
    provider: Provider
    offer: Offer

    @property
    def name(self) -> str:
        """`fal:veo-3.1`, for people and for `--provider`."""
        return f"{self.provider.provider}:{self.model.id}"

    @cached_property
    def durations(self) -> tuple[Decimal, ...]:
        """Lengths sold, in seconds, shortest first; empty where length follows the input."""
        return lengths(self.offer.durations) or lengths(self.model.durations)

    @cached_property
    def resolutions(self) -> tuple[str, ...]:
        """Resolutions sold, as the page names them."""
        return _first(self.offer.resolutions, self.model.resolutions, ())

    @cached_property
    def aspects(self) -> tuple[str, ...]:
        """Aspect ratios sold."""
        return _first(self.offer.aspects, self.model.aspects, ())

    @cached_property
    def rates(self) -> tuple[Decimal, ...]:
        """Frame rates delivered, in frames a second; empty where unknown."""
        return _first(self.offer.rates, self.model.rates, ())

    @property
    def audio(self) -> Audio:
        """Whether the picture comes with sound: never, optional or always."""
        return _first(self.offer.audio, self.model.audio, "never")

    @cached_property
    def capabilities(self) -> frozenset[str]:
        """What a shot may ask of this route."""
        return frozenset(_first(self.offer.capabilities, self.model.capabilities, ()))

    @property
    def camera(self) -> Moves | None:
        """What bounds the camera moves that are taken in numbers; None where nothing does."""
        return _first(self.offer.camera, self.model.camera, None)

    @property
    def max_references(self) -> int:
        """How many reference images one call takes."""
        return _first(self.offer.max_references, self.model.max_references, 0)

    @property
    def life(self) -> Life:
        """The route's own life where it has ended, else the provider's, else the model's."""
        for life in (self.offer.life, self.provider.life, self.model.life):
            if life.state != "live":
                return life
        return self.offer.life

    @property
    def live(self) -> bool:
        """Whether it can be bought today, as far as the catalogue knows."""
        return self.life.state == "live"

    @property
    def typical(self) -> Typical | None:
        """How long a job usually takes here; None where nobody said.

        What a model takes at those who sell it says nothing of one's own card.
        """
        return self.offer.typical or (None if self.provider.local else self.model.typical)

    def size(self, resolution: str, aspect: str) -> tuple[int, int]:
        """Width and height in pixels of a picture at this route."""
        for sizes in (self.offer.sizes, self.model.sizes):
            found = (sizes or {}).get(resolution, {}).get(aspect)
            if found:
                return found
        return pixels(resolution, aspect)

    def follows(self, mode: Mode) -> bool:
        """Whether what comes is as long as the clip or sound that is given: no order says how long
        it is to be.
        """
        fields = self.offer.fields
        named = {**fields, **fields.get("in", {}).get(mode, {})}
        told = mode in self.offer.timed or named.get("duration") is not None
        return mode in FOLLOWING and not told

    def sells(self, want: Ask) -> bool:
        """Whether this combination is on sale here."""
        return not any(holds(rule, want) for rule in self.offer.not_sold)

    def price(self, want: Ask) -> Price | None:
        """The first price rule that holds for `want`, or None where none does."""
        return next((rule for rule in self.offer.prices if holds(rule.when, want)), None)


@dataclass(frozen=True, slots=True)
class Ask:
    """The part of a request that prices and limits depend on."""

    mode: Mode
    resolution: str = ""
    aspect: str = ""
    duration: Decimal | None = None
    audio: bool | None = None
    source_video: bool = False


@dataclass(frozen=True)
class Catalogue:
    """Models and providers by id; look-ups understand what people type."""

    models: dict[str, Model]
    providers: dict[str, Provider]

    @cached_property
    def _names(self) -> dict[str, str]:
        names = {}
        for model in self.models.values():
            for alias in (model.name, *model.aliases, model.id):
                names[folded(alias)] = model.id
        return names

    @cached_property
    def _routes(self) -> dict[str, tuple[Route, ...]]:
        found: dict[str, list[Route]] = {name: [] for name in self.models}
        for provider in self.providers.values():
            for offer in provider.offers:
                found[offer.model].append(Route(self.models[offer.model], provider, offer))
        return {name: tuple(routes) for name, routes in found.items()}

    def find(self, name: str) -> Model | None:
        """The model that people mean by `name` (case, spaces and punctuation do not matter)."""
        found = self._names.get(folded(name))
        return self.models[found] if found else None

    def model(self, name: str) -> Model:
        """As `find`, but a name that nobody knows is an error with the nearest spelling."""
        found = self.find(name)
        if found:
            return found
        near = self.nearest(name)
        hint = f"did you mean `{near}`?" if near else "`vidgen models` lists them all"
        raise UnknownName(f"no model is called `{name}`", hint=hint)

    def nearest(self, name: str) -> str | None:
        """The id of the model spelled most like `name`, if any is close."""
        close = difflib.get_close_matches(folded(name), self._names, n=1, cutoff=0.6)
        return self._names[close[0]] if close else None

    def routes(self, model: str) -> tuple[Route, ...]:
        """Every route to a model, by id, in the order of the provider pages."""
        return self._routes.get(model, ())

    def all_routes(self) -> tuple[Route, ...]:
        """Every route there is."""
        return tuple(route for routes in self._routes.values() for route in routes)


def load(own: PriceBook | None = None) -> Catalogue:
    """The shipped catalogue, with the user's own pages laid over it."""
    pages = shipped()
    models = {model.id: model for family in pages.families for model in family.models}
    providers = {page.provider: page for page in pages.providers}
    if own is None:
        return Catalogue(models, providers)
    return overlay(Catalogue(models, providers), own)


def overlay(catalogue: Catalogue, own: PriceBook) -> Catalogue:
    """The user's models and providers added or replaced, and their prices put first.

    Names in `own` must be known: see `misnamed`.
    """
    grown = _grown(catalogue, own)
    providers = dict(grown.providers)
    for price in own.prices:
        model = grown.model(price.model)
        seller = providers[price.provider]
        rule = Price(
            per=price.per,
            usd=price.usd,
            when=price.when,
            basis="user",
            source=PRICE_BOOK,
            note=price.note,
        )
        offers = tuple(
            offer.model_copy(update={"prices": (rule, *offer.prices)})
            if offer.model == model.id
            else offer
            for offer in seller.offers
        )
        providers[price.provider] = seller.model_copy(update={"offers": offers})
    return Catalogue(grown.models, providers)


def misnamed(catalogue: Catalogue, own: PriceBook) -> tuple[tuple[Loc, str, str], ...]:
    """Every name in the user's pages that nobody knows: where it is, what is wrong, a hint."""
    models = catalogue.models | {model.id: model for model in own.models}
    found: list[tuple[Loc, str, str]] = [
        (("providers", place, "offers", row, "model"), f"no model is called `{offer.model}`", "")
        for place, page in enumerate(own.providers)
        for row, offer in enumerate(page.offers)
        if offer.model not in models
    ]
    if found:
        return tuple(found)
    grown = _grown(catalogue, own)
    for place, price in enumerate(own.prices):
        loc: Loc = ("prices", place)
        model = grown.find(price.model)
        sold_by = grown.routes(model.id) if model else ()
        sellers = dict.fromkeys(route.provider.provider for route in sold_by)
        hint = f"sold by: {', '.join(sellers)}" if sellers else "`vidgen models` lists them all"
        if model is None:
            found.append(((*loc, "model"), f"no model is called `{price.model}`", hint))
        elif price.provider not in grown.providers:
            words = f"no provider is called `{price.provider}`"
            found.append(((*loc, "provider"), words, hint))
        elif price.provider not in sellers:
            words = f"`{price.provider}` does not sell `{price.model}`"
            found.append(((*loc, "provider"), words, hint))
    return tuple(found)


def _grown(catalogue: Catalogue, own: PriceBook) -> Catalogue:
    """The catalogue with the user's models and providers, before their prices."""
    models = catalogue.models | {model.id: model for model in own.models}
    providers = dict(catalogue.providers)
    for page in own.providers:
        known = providers.get(page.provider)
        providers[page.provider] = _merged(known, page) if known else page
    return Catalogue(models, providers)


def _merged(known: Provider, page: Provider) -> Provider:
    replaced = {offer.model for offer in page.offers}
    kept = tuple(offer for offer in known.offers if offer.model not in replaced)
    return page.model_copy(update={"offers": (*kept, *page.offers)})


def holds(rule: When, want: Ask) -> bool:
    """Whether every condition that `rule` sets is true of `want`."""
    return (
        (rule.resolution is None or want.resolution in rule.resolution)
        and (rule.aspect is None or want.aspect in rule.aspect)
        and (rule.duration is None or want.duration in rule.duration)
        and (
            rule.longer_than is None
            or (want.duration is not None and want.duration > rule.longer_than)
        )
        and (rule.audio is None or bool(want.audio) == rule.audio)
        and (rule.mode is None or want.mode in rule.mode)
        and (rule.source_video is None or want.source_video == rule.source_video)
    )


def lengths(durations: tuple[Decimal, ...] | Span | None) -> tuple[Decimal, ...]:
    """Durations of a page as seconds, shortest first."""
    if durations is None:
        return ()
    found = durations.lengths if isinstance(durations, Span) else durations
    return tuple(sorted(found))


@functools.cache
def pixels(resolution: str, aspect: str) -> tuple[int, int]:
    """Width and height of a resolution named by its short side (`1080p`) or by `k`; even."""
    across, down = (int(part) for part in aspect.split(":"))
    short = SHORT_SIDES.get(resolution) or int(resolution.removesuffix("p"))
    if across >= down:
        return _even(Decimal(short) * across / down), _even(Decimal(short))
    return _even(Decimal(short)), _even(Decimal(short) * down / across)


SHORT_SIDES = {"0.5k": 512, "1k": 1024, "2k": 1440, "4k": 2160, "3k": 1620}


def _even(length: Decimal) -> int:
    return 2 * round(length / 2)


def folded(name: str) -> str:
    """A name without case, spaces and punctuation: `Veo 3.1` and `veo-3.1` are one; dots count."""
    return "".join(letter for letter in name.lower() if letter.isalnum() or letter == ".")


def _first(said: Said | None, otherwise: Said | None, default: Said) -> Said:
    """What an offer says, else what its model says, else the default."""
    if said is not None:
        return said
    return default if otherwise is None else otherwise


@dataclass(frozen=True)
class Pages:
    """The shipped pages, validated."""

    families: tuple[Family, ...]
    providers: tuple[Provider, ...]


@functools.cache
def shipped() -> Pages:
    """The pages as compiled when the wheel was built, else as their YAML says; read once."""
    return compiled() or read_pages()


def page_files() -> tuple[Path, ...]:
    """Every shipped page, in a fixed order."""
    return tuple(sorted((*HERE.glob("models/*.yaml"), *HERE.glob("providers/*.yaml"))))


def read_pages() -> Pages:
    """The pages straight from YAML: slower than the compiled ones, and always true."""
    found = {path: yamlfile.plain(path) for path in page_files()}
    return Pages(
        tuple(Family.model_validate(page) for path, page in found.items() if _is_model(path)),
        tuple(Provider.model_validate(page) for path, page in found.items() if not _is_model(path)),
    )


def _is_model(path: Path) -> bool:
    return path.parent.name == "models"


def compiled() -> Pages | None:
    """What `compile` made, unless a page or a library it was made with is another by now."""
    if not COMPILED.exists():
        return None
    with COMPILED.open("rb") as file:
        made_of = file.readline().decode().strip()
        if made_of != fingerprint():
            return None
        pages: Pages = pickle.load(file)  # noqa: S301 - our own file, beside our own code
    return pages


def compile_to(path: Path) -> None:
    """Write the pages so that `compiled` finds them without parsing or validating."""
    path.write_bytes(fingerprint().encode() + b"\n" + pickle.dumps(read_pages(), protocol=5))


def fingerprint() -> str:
    """A hash over every page's bytes and the versions that a compiled catalogue depends on."""
    total = hashlib.sha256(f"{pydantic.VERSION} {__version__}".encode())
    for path in page_files():
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


__all__ = ["Ask", "Catalogue", "Pages", "Route", "Sold", "load", "overlay", "pixels"]
