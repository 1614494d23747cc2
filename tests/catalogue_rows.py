"""The shipped catalogue, read once from its pages, for the tests that go over every row."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import product

from vidgen import catalogue
from vidgen.catalogue import Ask, Catalogue, Pages, Route
from vidgen.catalogue.page import Model, Offer, Provider
from vidgen.job import Mode

GIVEN_A_VIDEO: set[Mode] = {"edit", "extend", "lip_sync", "upscale", "interpolate"}


@cache
def pages() -> Pages:
    """The pages as their YAML says, never as compiled."""
    return catalogue.read_pages()


@cache
def shipped() -> Catalogue:
    models = {model.id: model for family in pages().families for model in family.models}
    return Catalogue(models, {page.provider: page for page in pages().providers})


def models() -> Iterator[Model]:
    yield from shipped().models.values()


def offers() -> Iterator[tuple[Provider, Offer]]:
    for page in shipped().providers.values():
        for offer in page.offers:
            yield page, offer


def routes() -> tuple[Route, ...]:
    return shipped().all_routes()


def label(route: Route) -> str:
    return f"{route.name} ({route.offer.name})"


def clean(faults: list[str]) -> None:
    assert not faults, "\n" + "\n".join(faults)


def sold(route: Route) -> Iterator[Ask]:
    """Every combination on sale: mode, resolution, shape, length and sound."""
    sounds = {"never": (None,), "optional": (True, False), "always": (True,)}[route.audio]
    lengths = route.durations or (None, Decimal(5), Decimal(60))
    for mode, resolution, aspect, length, sound in product(
        route.offer.modes, route.resolutions or ("",), route.aspects or ("",), lengths, sounds
    ):
        if mode == "text" and aspect == "source":
            continue
        ask = Ask(mode, resolution, aspect, length, sound, mode in GIVEN_A_VIDEO)
        if route.sells(ask):
            yield ask
