"""The catalogue's pages: whole, described, dated and sourced; and found by what people type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from tests.catalogue_rows import clean, label, models, offers, pages, routes, shipped
from vidgen import catalogue, yamlfile
from vidgen.catalogue import Ask, folded
from vidgen.catalogue.page import Family, Offer, Price, PriceBook, Provider, Typical
from vidgen.errors import UnknownName
from vidgen.job import CAPABILITIES, Kind, Request
from vidgen.plan.route import read_on

TODAY = date(2026, 11, 21)
OLDEST = date(2025, 1, 1)

SILENT: set[Kind] = {"image", "upscale", "interpolate"}
"""Kinds whose pages need not say that they make no sound."""

REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted|npmjs|crates\.io|rubygems|registry\.|packagist|maven|proxy\.golang",
    re.I,
)
PLACES = {
    "dialogue": {"by", "says"},
    "at": {"from", "to", "from_s", "to_s", "text"},
    "reference": {"n", "name"},
    "camera": {"text"},
}

NAMES = {
    # the guides' names, as people type them
    "Sora 2": "sora-2",
    "sora2": "sora-2",
    "Sora 2 Pro": "sora-2-pro",
    "Veo 3.1": "veo-3.1",
    "veo3.1": "veo-3.1",
    "Veo 3.1 Fast": "veo-3.1-fast",
    "veo-3.1-fast": "veo-3.1-fast",
    "Kling 1.6": "kling-1.6",
    "Kling 1.6 Pro": "kling-1.6",
    "Kling 2.0": "kling-2.0",
    "Kling 2.1": "kling-2.1-standard",
    "Kling 2.1 std": "kling-2.1-standard",
    "Kling 2.1 Standard": "kling-2.1-standard",
    "Kling 2.1 Pro": "kling-2.1-pro",
    "Kling 2.1 Master": "kling-2.1-master",
    "Kling 2.5": "kling-2.5-turbo",
    "kling2.5": "kling-2.5-turbo",
    "Kling 2.5 Turbo": "kling-2.5-turbo",
    "Kling 2.6": "kling-2.6",
    "Kling 2.6 Pro": "kling-2.6",
    "Kling 2.6 Motion Control": "kling-2.6-motion-control",
    "Kling Motion Control": "kling-2.6-motion-control",
    "Kling O1": "kling-o1",
    "Kling O1 I2V": "kling-o1",
    "Kling O1 reference": "kling-o1",
    "Kling O1 Edit": "kling-o1-edit",
    "Kling 3.0": "kling-3.0",
    "kling-3": "kling-3.0",
    "Kling V3": "kling-3.0",
    "Kling 3.0 std": "kling-3.0",
    "Kling 3.0 Standard": "kling-3.0",
    "Kling 3.0 Pro": "kling-3.0",
    "Kling Avatars 2.0": "kling-avatar-2.0",
    "Kling Avatars": "kling-avatar-2.0",
    "Kling Avatar Pro": "kling-avatar-2.0-pro",
    "Kling AI Avatar Pro": "kling-avatar-2.0-pro",
    "Kling Lipsync": "kling-lip-sync",
    "Kling Lip-Sync": "kling-lip-sync",
    "Gen-3 Alpha": "gen-3-alpha",
    "Runway Gen-3 Alpha": "gen-3-alpha",
    "Gen-4": "gen-4",
    "Runway Gen-4": "gen-4",
    "Gen-4 Turbo": "gen-4-turbo",
    "Runway Gen-4 Turbo": "gen-4-turbo",
    "Gen-4.5": "gen-4.5",
    "Runway Gen-4.5": "gen-4.5",
    "Seedance 1.5 Pro": "seedance-1.5-pro",
    "Seedance 2.0": "seedance-2.0",
    "Seedance 2.0 Pro": "seedance-2.0",
    "Seedance Pro": "seedance-2.0",
    "Seedance 2.0 Lite": "seedance-2.0-fast",
    "Seedance 2.0 Fast": "seedance-2.0-fast",
    "seedance-lite": "seedance-2.0-fast",
    "Seedance Lite": "seedance-2.0-fast",
    "Hailuo 02": "hailuo-02",
    "Minimax Hailuo 02": "hailuo-02",
    "Hailuo 2.3": "hailuo-2.3",
    "Wan 2.5": "wan-2.5",
    "Wan 2.6": "wan-2.6",
    "Luma Ray 2": "ray-2",
    "Ray 2": "ray-2",
    "PixVerse v4": "pixverse-v4",
    "Pika 2.x": "pika-2.5",
    "Pika 2.0": "pika-2",
    "Pika 2.2": "pika-2.2",
    "LTX-Video": "ltx-video",
    "LTX Video": "ltx-video",
    "LTX": "ltx-video",
    "HunyuanVideo": "hunyuan-video",
    "Mochi 1": "mochi-1",
    "CogVideoX-5B": "cogvideox-5b",
    "Higgsfield Cinema Studio v1.5": "higgsfield-cinema-studio-1.5",
    "Cinema Studio v1.5": "higgsfield-cinema-studio-1.5",
    "Higgsfield presets": "higgsfield-presets",
    "Higgsfield Soul": "higgsfield-soul",
    "Nano Banana Pro": "nano-banana-pro",
    "Seedream 4.5": "seedream-4.5",
    "Kling O1 Image": "kling-o1-image",
    "Kling 2.6 Image": "kling-2.6-image",
    "Midjourney": "midjourney",
    "FLUX": "flux-2",
    "Imagen": "imagen-4",
    "Ideogram": None,
    "Z-Image": None,
    "Wan 2.2 Image": "wan-2.2-image",
    "GPT Image 1.5": "gpt-image-1.5",
    "Topaz": "topaz-video",
    "SeedVR2": "seedvr2",
    "RIFE": "rife",
    "Beeble": "beeble",
    # what is sold today
    "Kling 3.0 Turbo": "kling-3.0-turbo",
    "Kling 3.0 Omni": "kling-3.0-omni",
    "Kling O3": "kling-3.0-omni",
    "Seedance 2.5": "seedance-2.5",
    "Seedance 2.0 mini": "seedance-2.0-mini",
    "Hailuo H3": "hailuo-h3",
    "MiniMax H3": "hailuo-h3",
    "Wan 2.7": "wan-2.7",
    "Wan 3.0": "wan-3.0",
    "Gemini Omni 1.1": "gemini-omni-1.1-flash",
    "Gemini Omni 1.2": "gemini-omni-1.2-flash",
    "Ray 3.2": "ray-3.2",
    "PixVerse v6": "pixverse-v6",
    "Pika 2.5": "pika-2.5",
    "LTX 2.5": "ltx-2.5-pro",
    "Vidu Q3": "vidu-q3-pro",
}
"""What people call a model, and the page that must answer; None where any page may."""


def walk(value: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    """Every field under a page, with the path to it."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            found = getattr(value, name)
            yield path, name, found
            yield from walk(found, f"{path}.{name}")
    elif isinstance(value, tuple):
        for item in value:
            name = getattr(item, "id", None) or getattr(item, "model", None) or ""
            yield from walk(item, f"{path} {name}".strip())


def every_field() -> Iterator[tuple[str, str, Any]]:
    for model in models():
        yield from walk(model, model.id)
    for page in shipped().providers.values():
        yield from walk(page, page.provider)


# The pages themselves


def test_every_page_is_valid_and_named_after_what_it_holds() -> None:
    for path in catalogue.page_files():
        page = yamlfile.plain(path)
        if path.parent.name == "providers":
            assert Provider.model_validate(page).provider == path.stem
        else:
            assert Family.model_validate(page).models, path.name


def test_load_gives_the_pages() -> None:
    loaded = catalogue.load()
    assert loaded.models == shipped().models
    assert loaded.providers == shipped().providers


def test_no_two_models_share_an_id_a_name_or_an_alias() -> None:
    claims = Counter(
        name
        for family in pages().families
        for model in family.models
        for name in {folded(name) for name in (model.id, model.name, *model.aliases)}
    )
    clean([f"`{name}` means {count} models" for name, count in claims.items() if count > 1])


def test_a_misspelled_key_in_a_page_is_an_error() -> None:
    with pytest.raises(ValidationError):
        Price.model_validate({"per": "second", "usd": 1, "dollars": 1})


def test_a_capability_that_no_request_carries_is_an_error() -> None:
    with pytest.raises(ValidationError, match="telepathy"):
        Offer.model_validate(
            {"model": "x", "name": "x", "modes": {}, "prices": [], "capabilities": ["telepathy"]}
        )


def test_every_capability_is_carried_by_a_field_of_a_request() -> None:
    carried = {field.name for field in fields(Request)}
    assert {capability.carried_by for capability in CAPABILITIES.values()} <= carried


# Models


def test_every_model_is_described() -> None:
    faults = []
    for model in models():
        if not model.developer.strip() or not model.name.strip():
            faults.append(f"{model.id}: no developer or name")
        if not model.good_for:
            faults.append(f"{model.id}: nothing it is good for")
        if "recipe" not in model.model_fields_set or not model.recipe.order:
            faults.append(f"{model.id}: no recipe")
        if not (model.sources or model.recipe.sources or model.life.source):
            faults.append(f"{model.id}: no source")
        if not model.capabilities:
            faults.append(f"{model.id}: no capabilities")
        if model.audio is None and model.kind not in SILENT:
            faults.append(f"{model.id}: does not say whether it makes sound")
        hosted = any(not route.provider.local for route in shipped().routes(model.id) if route.live)
        if model.kind == "video" and hosted and not model.durations:
            faults.append(f"{model.id}: no durations")
    clean(faults)


def test_recipes_use_the_places_that_are_filled() -> None:
    faults = []
    for model in models():
        for name, known in PLACES.items():
            template = getattr(model.recipe, name)
            if template is None:
                continue
            found = set(re.findall(r"\{(\w+)\}", template))
            if not found & known or found - known:
                faults.append(f"{model.id}: recipe.{name} `{template}` fills {sorted(known)}")
        if model.recipe.dialogue and "{says}" not in model.recipe.dialogue:
            faults.append(f"{model.id}: the words of the dialogue would be lost")
        if model.recipe.at and "{text}" not in model.recipe.at:
            faults.append(f"{model.id}: what happens would be lost")
    clean(faults)


def test_capabilities_and_sound_agree() -> None:
    faults = []
    for model in models():
        able = set(model.capabilities or ())
        if "audio" in able and model.audio == "never":
            faults.append(f"{model.id}: makes sound, and never does")
        if bool(model.max_references) != ("references" in able):
            faults.append(f"{model.id}: references and max_references disagree")
    for route in routes():
        if "audio" in route.capabilities and route.audio == "never":
            faults.append(f"{label(route)}: makes sound, and never does")
        if "references" in route.capabilities and not route.max_references:
            faults.append(f"{label(route)}: takes references, and none")
    clean(faults)


def test_sizes_have_the_shape_they_claim() -> None:
    faults = []
    for owner in (*models(), *(offer for _, offer in offers())):
        for resolution, shapes in (owner.sizes or {}).items():
            for aspect, (width, height) in shapes.items():
                across, down = (int(part) for part in aspect.split(":"))
                error = abs(width * down / (height * across) - 1)
                if error > 0.06 or width % 2 or height % 2:
                    faults.append(f"{owner}: {resolution} {aspect} is {width}x{height}")
    clean(faults)


def test_who_cannot_be_bought_says_so() -> None:
    faults = []
    for model in models():
        if any(route.live for route in shipped().routes(model.id)):
            continue
        if model.life.state == "live" and not (model.life.note or model.notes):
            faults.append(f"{model.id}: no live route, and not a word about it")
        if model.life.state == "never" and not model.life.note:
            faults.append(f"{model.id}: never sold, and not a word about why")
    clean(faults)


def test_what_is_retired_has_a_date_and_a_way_on() -> None:
    faults = []
    lives = [(model.id, model.life) for model in models()]
    lives += [(page.provider, page.life) for page in shipped().providers.values()]
    lives += [(f"{page.provider}:{offer.model}", offer.life) for page, offer in offers()]
    for name, life in lives:
        if life.state == "retired" and life.since is None:
            faults.append(f"{name}: retired, but when?")
        if life.state != "live" and not (life.successor or life.note):
            faults.append(f"{name}: {life.state}, and no way on")
        if life.successor is not None:
            end = life.successor
            seen = {name}
            while end in shipped().models and end not in seen:
                seen.add(end)
                after = shipped().models[end].life
                if after.state == "live":
                    break
                end = after.successor or ""
            else:
                faults.append(f"{name}: its successor `{life.successor}` leads to no live model")
    clean(faults)


# Dates and sources


def test_every_fact_is_dated_between_2025_and_today() -> None:
    faults = [
        f"{path}: as_of {value}"
        for path, name, value in every_field()
        if name == "as_of" and value is not None and not OLDEST <= value <= TODAY
    ]
    faults += [
        f"{path}: {name} {value}"
        for path, name, value in every_field()
        if name in ("since", "retires")
        and value is not None
        and not date(2023, 1, 1) <= value <= date(2027, 12, 31)
    ]
    clean(faults)


def test_every_price_has_a_date_and_a_source() -> None:
    faults = []
    for page, offer in offers():
        for price in offer.prices:
            if not (price.source or offer.source or page.source).strip():
                faults.append(f"{page.provider}:{offer.model}: no source")
            if not (price.as_of or offer.as_of or page.as_of):
                faults.append(f"{page.provider}:{offer.model}: no date")
    clean(faults)


def test_sources_are_documents_and_not_package_registries() -> None:
    faults = []
    for path, name, value in every_field():
        if name in ("source", "says", "note", "notes", "site") and isinstance(value, str):
            if REGISTRIES.search(value):
                faults.append(f"{path}.{name}: {value}")
            if name == "source" and value != value.strip():
                faults.append(f"{path}.{name}: `{value}`")
    clean(faults)


# Looking things up


@pytest.mark.parametrize(("typed", "expected"), NAMES.items())
def test_what_people_type_is_found(typed: str, expected: str | None) -> None:
    found = shipped().find(typed)
    assert found is not None, f"nothing is called `{typed}`"
    assert expected is None or found.id == expected


def test_a_name_nobody_knows_gets_the_nearest_spelling() -> None:
    with pytest.raises(UnknownName) as error:
        shipped().model("sedance 2.0")
    assert "seedance-2.0" in error.value.hint


def test_ones_own_price_comes_first_and_says_so() -> None:
    own = PriceBook.model_validate(
        {
            "prices": [
                {"model": "seedance-2.0", "provider": "byteplus", "per": "second", "usd": "0.1"}
            ]
        }
    )
    mixed = catalogue.overlay(shipped(), own)
    route = next(
        route for route in mixed.routes("seedance-2.0") if route.name.startswith("byteplus")
    )
    rule = route.price(Ask("text", "720p", "16:9", Decimal(5), True))
    assert rule is not None
    assert (rule.usd, rule.basis) == (Decimal("0.1"), "user")


@pytest.mark.parametrize(
    ("page", "more", "seconds"),
    [
        ({}, {}, 85),
        ({}, {"typical": {"seconds": 300, "as_of": "2026-11-01", "source": "a stopwatch"}}, 300),
        ({"local": True}, {}, None),
    ],
)
def test_a_job_takes_what_its_seller_says_or_else_its_model_but_not_on_ones_own_card(
    page: dict[str, object], more: dict[str, object], seconds: int | None
) -> None:
    offer = {"model": "timed", "name": "t", "modes": {"text": "t"}, "prices": [], **more}
    read = {"as_of": "2026-11-01", "source": "a page"}
    seller = {"provider": "seller", "name": "Seller", "offers": [offer], **read, **page}
    timed = (
        shipped()
        .models["kling-2.6"]
        .model_copy(
            update={
                "id": "timed",
                "typical": Typical(seconds=Decimal(85), as_of=TODAY, source="a page"),
            }
        )
    )
    (route,) = catalogue.overlay(
        shipped(), PriceBook(models=(timed,), providers=(Provider.model_validate(seller),))
    ).routes("timed")
    assert (route.typical.seconds if route.typical else None) == seconds


# The user's own pages


def _own(**more: object) -> PriceBook:
    return PriceBook.model_validate(more)


def test_a_price_of_the_users_own_comes_first_and_has_no_date() -> None:
    own = _own(prices=[{"model": "Veo 3.1", "provider": "fal", "per": "second", "usd": "0.01"}])
    mixed = catalogue.overlay(shipped(), own)
    route = next(r for r in mixed.routes("veo-3.1") if r.provider.provider == "fal")
    rule = route.offer.prices[0]
    assert (rule.usd, rule.basis, rule.source) == (Decimal("0.01"), "user", "prices.yaml")
    assert read_on(route, rule) is None


def test_names_in_the_users_pages_that_nobody_knows_are_told_with_their_place() -> None:
    prices = [
        {"model": "veo-9", "provider": "fal", "per": "second", "usd": 1},
        {"model": "veo-3.1", "provider": "fall", "per": "second", "usd": 1},
        {"model": "veo-3.1", "provider": "kling", "per": "second", "usd": 1},
    ]
    told = catalogue.misnamed(shipped(), _own(prices=prices))
    assert [loc for loc, _, _ in told] == [
        ("prices", 0, "model"),
        ("prices", 1, "provider"),
        ("prices", 2, "provider"),
    ]
    assert told[2][1] == "`kling` does not sell `veo-3.1`"


@pytest.mark.parametrize("usd", [0, -1, None])
def test_a_price_of_the_users_own_is_above_zero(usd: int | None) -> None:
    with pytest.raises(ValidationError):
        _own(prices=[{"model": "veo-3.1", "provider": "fal", "per": "second", "usd": usd}])
