"""Every route of the catalogue: what it sells it can do, and at a price that somebody looked at."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.catalogue_rows import clean, label, offers, routes, shipped, sold
from vidgen import catalogue
from vidgen.catalogue import Ask, Route
from vidgen.job import Kind, Mode
from vidgen.money import Per, Quantity, cost

NEEDS: dict[Mode, tuple[str, ...]] = {
    "text": ("text",),
    "first_frame": ("first_frame",),
    "first_last": ("first_frame", "last_frame"),
    "references": ("references",),
    "edit": ("source_video",),
    "extend": ("extend",),
    "motion": ("first_frame", "motion_video"),
    "avatar": ("first_frame", "audio_file"),
    "lip_sync": ("source_video", "audio_file"),
    "upscale": ("source_video",),
    "interpolate": ("source_video",),
}
"""What a route must be able to do to sell a mode."""

REACHED_BY: dict[str, set[Mode]] = {
    "text": {"text"},
    "first_frame": {"first_frame", "first_last", "motion", "avatar"},
    "last_frame": {"first_last"},
    "references": {"references", "edit"},
    "source_video": {"edit", "extend", "lip_sync", "upscale", "interpolate"},
    "motion_video": {"motion"},
    "extend": {"extend"},
    "loop": {"first_last", "first_frame", "text"},
    "voice": {"references", "avatar", "text", "first_frame"},
}
"""The modes that carry a capability; one that is not named here can go with any mode."""

SOLD_AS: dict[Kind, set[Mode]] = {
    "video": {"text", "first_frame", "first_last", "references", "edit", "extend"},
    "image": {"text", "references", "edit"},
    "avatar": {"avatar"},
    "lip-sync": {"lip_sync"},
    "motion-transfer": {"motion"},
    "edit": {"edit"},
    "upscale": {"upscale", "interpolate"},
    "interpolate": {"interpolate", "upscale"},
}
SANE: dict[Per, tuple[str, str]] = {
    "second": ("0.005", "1.5"),
    "clip": ("0.02", "10"),
    "image": ("0.002", "1"),
    "megapixel": ("0.0005", "0.1"),
    "frame": ("0.0002", "0.05"),
    "million-tokens": ("0.5", "30"),
    "audio-second": ("0.005", "0.5"),
    "gpu-hour": ("0.1", "20"),
}
"""What a unit may cost in US dollars before somebody should look twice."""


def usd_of(route: Route, ask: Ask) -> Decimal | None:
    rule = route.price(ask)
    assert rule is not None
    shape = ask.aspect if ":" in ask.aspect else "16:9"
    resolution = ask.resolution if ask.resolution not in ("", "source") else "1080p"
    width, height = route.size(resolution, shape)
    still = route.model.kind == "image"
    seconds = ask.duration or Decimal(5)
    work = Quantity(
        seconds=Decimal(0) if still else seconds,
        width=width,
        height=height,
        rate=Fraction(route.rates[0]) if route.rates else Fraction(24),
        still=still,
        audio_seconds=seconds,
    )
    usd = cost(rule.per, rule.usd, work)
    return usd if usd is None or rule.minimum_usd is None else max(usd, rule.minimum_usd)


# Providers and routes


def test_every_provider_can_be_reached_and_asked_politely() -> None:
    faults = []
    for page in shipped().providers.values():
        reached = page.life.state == "live" and page.offers
        where = page.base_url
        if reached and not page.local and not where.startswith("https://"):
            faults.append(f"{page.provider}: base_url `{where}` is not https")
        if page.local and where and not re.match(r"http://(127\.0\.0\.1|localhost)", where):
            faults.append(f"{page.provider}: local, yet at `{where}`")
        for key in page.keys:
            for env in (key.env, *key.aliases):
                if not re.fullmatch(r"[A-Z][A-Z0-9_]*", env):
                    faults.append(f"{page.provider}: `{env}` names no variable")
        if page.give_up_seconds < page.poll_seconds:
            faults.append(f"{page.provider}: gives up before it looks")
    clean(faults)


def test_every_offer_names_a_known_model() -> None:
    clean([
        f"{page.provider}: sells an unknown `{offer.model}`"
        for page, offer in offers()
        if offer.model not in shipped().models
    ])  # fmt: skip


def test_modes_suit_the_kind_and_the_capabilities() -> None:
    faults = []
    for route in routes():
        modes = set(route.offer.modes)
        if not modes or not all(name.strip() for name in route.offer.modes.values()):
            faults.append(f"{label(route)}: a mode without a name")
        if odd := modes - SOLD_AS[route.model.kind]:
            faults.append(f"{label(route)}: a {route.model.kind} model in {sorted(odd)}")
        for mode in modes:
            if lacking := set(NEEDS[mode]) - route.capabilities:
                faults.append(f"{label(route)}: sells {mode} without {sorted(lacking)}")
        for name in route.capabilities:
            if not modes & REACHED_BY.get(name, modes):
                faults.append(f"{label(route)}: no mode carries its {name}")
    clean(faults)


def test_offers_narrow_their_model_and_never_widen_it() -> None:
    faults = []
    for route in routes():
        model, offer = route.model, route.offer
        for name in ("capabilities", "resolutions", "aspects"):
            whole, part = getattr(model, name), getattr(offer, name)
            if whole and part and (wider := set(part) - set(whole) - {"source"}):
                faults.append(f"{label(route)}: {name} {sorted(wider)} are not {model.id}'s")
        if model.durations and offer.durations:
            whole, part = catalogue.lengths(model.durations), catalogue.lengths(offer.durations)
            if (wider := set(part) - set(whole)) and set(offer.modes) != {"extend"}:
                faults.append(
                    f"{label(route)}: lengths {sorted(map(str, wider))} are not the model's"
                )
        if model.audio == "never" and offer.audio not in (None, "never"):
            faults.append(f"{label(route)}: sound from a silent model")
        if (offer.max_references or 0) > (model.max_references or 0):
            faults.append(f"{label(route)}: more references than the model takes")
    clean(faults)


# Prices


def test_every_combination_sold_has_a_price() -> None:
    faults = []
    for route in routes():
        asks = list(sold(route))
        if not asks:
            faults.append(f"{label(route)}: sells nothing")
        unpriced = [ask for ask in asks if route.price(ask) is None]
        faults += [f"{label(route)}: no price for {ask}" for ask in unpriced[:3]]
    clean(faults)


def test_every_price_rule_and_every_exception_is_used() -> None:
    faults = []
    for route in routes():
        used = {id(route.price(ask)) for ask in sold(route)}
        faults += [
            f"{label(route)}: no combination sold comes to the rule {rule.when!r}"
            for rule in route.offer.prices
            if id(rule) not in used
        ]
        everything = Route(
            route.model, route.provider, route.offer.model_copy(update={"not_sold": ()})
        )
        asks = list(sold(everything))
        faults += [
            f"{label(route)}: nothing to leave out by {rule!r}"
            for rule in route.offer.not_sold
            if not any(catalogue.holds(rule, ask) for ask in asks)
        ]
    clean(faults)


def test_an_unknown_price_says_why() -> None:
    clean([
        f"{page.provider}:{offer.model}: unknown, and not a word about why"
        for page, offer in offers()
        for price in offer.prices
        if price.per == "unknown" and not (price.note or offer.notes)
    ])  # fmt: skip


def test_only_what_runs_here_is_free_or_priced_by_the_hour() -> None:
    clean([
        f"{page.provider}:{offer.model}: {price.per}, though not local"
        for page, offer in offers()
        for price in offer.prices
        if price.per in ("free", "gpu-hour") and not page.local
    ])  # fmt: skip


def test_prices_are_sane_by_their_unit() -> None:
    faults = []
    for page, offer in offers():
        for price in offer.prices:
            if price.usd is None:
                continue
            low, high = (Decimal(bound) for bound in SANE[price.per])
            if not low <= price.usd <= high:
                faults.append(f"{page.provider}:{offer.model}: {price.usd} per {price.per}")
            if price.minimum_usd is not None and not 0 < price.minimum_usd <= 10:
                faults.append(f"{page.provider}:{offer.model}: minimum {price.minimum_usd}")
    clean(faults)


def test_what_is_bought_costs_a_sane_sum() -> None:
    faults = []
    for route in routes():
        for ask in sold(route):
            usd = usd_of(route, ask)
            if usd is None or route.provider.local:
                continue
            low, high = Decimal("0.002"), Decimal(1)
            if route.model.kind != "image":
                seconds = ask.duration or Decimal(5)
                low, high = Decimal("0.005") * seconds, Decimal(3) * max(seconds, Decimal(5))
            if not low <= usd <= high:
                faults.append(f"{label(route)}: {usd} for {ask}")
                break
    clean(faults)


@pytest.mark.parametrize(
    ("where", "ask", "expected"),
    [
        ("kling:kling-3.0", Ask("first_frame", "1080p", "9:16", Decimal(5), True), "0.84"),
        ("kling:kling-3.0", Ask("text", "4k", "16:9", Decimal(5), False), "2.10"),
        ("kling:kling-3.0-omni", Ask("references", "1080p", "9:16", Decimal(10), True), "1.40"),
        ("kling:kling-2.6", Ask("first_frame", "1080p", "9:16", Decimal(10), False), "0.70"),
        ("kling:kling-avatar-2.0", Ask("avatar", "720p", "source", Decimal(30), True), "1.68"),
        ("kling:kling-lip-sync", Ask("lip_sync", "source", "source", Decimal(11), True), "0.217"),
        ("kling:kling-3.0-omni-image", Ask("text", "4k", "16:9"), "0.056"),
        ("kling:kling-3.0-omni-image", Ask("references", "2k", "16:9"), "0.028"),
        ("byteplus:seedance-2.0", Ask("first_last", "720p", "9:16", Decimal(5), True), "0.756"),
        ("byteplus:seedance-2.0", Ask("text", "720p", "1:1", Decimal(5), True), "0.756"),
        ("byteplus:seedance-2.0-fast", Ask("text", "720p", "16:9", Decimal(5), True), "0.6048"),
        ("byteplus:seedance-2.0-mini", Ask("text", "720p", "16:9", Decimal(5), True), "0.378"),
        ("byteplus:seedance-2.5", Ask("text", "720p", "16:9", Decimal(5), True), "1.1556"),
        ("byteplus:seedance-1.5-pro", Ask("text", "720p", "16:9", Decimal(5), False), "0.1296"),
        ("minimax:hailuo-02", Ask("first_last", "768p", "9:16", Decimal(6)), "0.28"),
        ("minimax:hailuo-2.3", Ask("text", "1080p", "16:9", Decimal(6)), "0.49"),
        ("minimax:hailuo-h3", Ask("text", "2k", "16:9", Decimal(5), True), "0.65"),
        ("dashscope:wan-2.6", Ask("text", "1080p", "16:9", Decimal(5), True), "0.75"),
        ("dashscope:wan-3.0", Ask("first_last", "1080p", "9:16", Decimal(5), True), "1.00"),
        ("ltx:ltx-2.5-fast", Ask("text", "1080p", "9:16", Decimal(6), True), "0.78"),
        ("vidu:vidu-q3-turbo", Ask("first_frame", "1080p", "9:16", Decimal(4), True), "0.26"),
        ("pixverse:pixverse-v6", Ask("text", "720p", "9:16", Decimal(5), True), "0.60"),
    ],
)
def test_known_sums_come_out_to_the_cent(where: str, ask: Ask, expected: str) -> None:
    able = [route for route in routes() if route.name == where and ask.mode in route.offer.modes]
    assert [usd_of(route, ask) for route in able] == [Decimal(expected)]
