"""How requests are written for schema-driven providers, and known sums of resellers and makers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields as names_of
from decimal import Decimal
from typing import Any

import pytest

from tests.catalogue_rows import clean, label, routes, sold
from tests.test_catalogue_prices import usd_of
from vidgen.catalogue import Ask, Route
from vidgen.job import FOLLOWING, Mode, Request
from vidgen.providers.fields import BY_CLIP

FORMS = {
    "text", "seconds", "capitals", "box", "wxh", "star", "pixels", "width", "height",
    "list", "one", "first", "last", "uris", "tagged", "image", "video",
    "parts", "parts-text", *BY_CLIP,
}  # fmt: skip
"""The ways of writing a value that the head of providers/fal.yaml explains, and its neighbours'."""

GIVEN: dict[Mode, tuple[str, ...]] = {
    "text": (),
    "first_frame": ("first_frame",),
    "first_last": ("first_frame", "last_frame"),
    "references": ("references",),
    "edit": ("source_video",),
    "extend": ("source_video",),
    "motion": ("first_frame", "motion_video"),
    "avatar": ("first_frame", "audio_file"),
    "lip_sync": ("source_video", "audio_file"),
    "upscale": ("source_video",),
    "interpolate": ("source_video",),
}
CONTROLS = ("seed", "negative_prompt", "guidance_scale")
NO_FIELDS = ("in", "send", "tokens")
"""Names among an offer's fields that are no field of a Request; `tokens` are prices."""

SPELLED_OUT = ("fal", "replicate", "runway", "sglang", "vllm-omni")
"""Pages whose endpoints' fields were all read."""


def written(route: Route, mode: Mode) -> dict[str, Any]:
    """The fields of an offer as they hold in one mode."""
    common = {name: to for name, to in route.offer.fields.items() if name not in NO_FIELDS}
    laid_over = {**common, **route.offer.fields.get("in", {}).get(mode, {})}
    return {name: to for name, to in laid_over.items() if to is not None and name != "send"}


def spelled_out() -> Iterator[tuple[Route, Mode, dict[str, Any]]]:
    for route in routes():
        if set(route.offer.fields) - {"tokens"}:
            for mode in route.offer.modes:
                yield route, mode, written(route, mode)


def test_fields_are_those_of_a_request_in_a_known_form() -> None:
    known = {field.name for field in names_of(Request)} | {"size"}
    faults = []
    for route, mode, names in spelled_out():
        if odd := set(names) - known:
            faults.append(f"{label(route)}: a Request has no {sorted(odd)}")
        if odd := set(route.offer.fields.get("in", {})) - set(GIVEN):
            faults.append(f"{label(route)}: no mode is called {sorted(odd)}")
        for name, to in names.items():
            forms = to.values() if isinstance(to, dict) else ()
            if not all(isinstance(form, dict) or form in FORMS for form in forms):
                faults.append(f"{label(route)}: {mode}: {name} is written {to}")
    clean(faults)


def test_what_is_given_and_what_is_declared_is_sent() -> None:
    faults = []
    for route, mode, names in spelled_out():
        faults += [
            f"{label(route)}: {mode} sends no {name}" for name in GIVEN[mode] if name not in names
        ]
        for name in CONTROLS:
            if (name in route.capabilities) != (name in names):
                faults.append(f"{label(route)}: {mode}: {name} is declared or sent, not both")
    clean(faults)


def test_what_can_be_chosen_is_sent() -> None:
    faults = []
    for route, mode, names in spelled_out():
        if route.provider.provider not in SPELLED_OUT:
            continue
        asks = [ask for ask in sold(route) if ask.mode == mode]
        timed = bool(route.durations) and mode not in FOLLOWING
        chosen = {
            "duration": timed and len({ask.duration for ask in asks}) > 1,
            "resolution": len({ask.resolution for ask in asks}) > 1 and mode != "edit",
            "aspect": len({ask.aspect for ask in asks}) > 1 and mode in ("text", "references"),
            "audio": len({ask.audio for ask in asks}) > 1,
        }
        for name, free in chosen.items():
            instead = name in ("aspect", "resolution") and "size" in names
            if free and name not in names and not instead:
                faults.append(f"{label(route)}: {mode}: {name} can be chosen and is not sent")
    clean(faults)


@pytest.mark.parametrize(
    ("where", "ask", "expected"),
    [
        ("fal:veo-3.1", Ask("first_frame", "1080p", "9:16", Decimal(6), True), "2.40"),
        ("fal:veo-3.1", Ask("text", "4k", "16:9", Decimal(8), False), "3.20"),
        ("fal:veo-3.1", Ask("references", "720p", "9:16", Decimal(8), False), "1.60"),
        ("fal:veo-3.1", Ask("extend", "720p", "16:9", Decimal(7), True), "2.80"),
        ("fal:veo-3.1-fast", Ask("text", "1080p", "9:16", Decimal(8), True), "1.20"),
        ("fal:veo-3.1-lite", Ask("text", "720p", "9:16", Decimal(4), False), "0.12"),
        ("fal:kling-3.0", Ask("first_last", "1080p", "9:16", Decimal(5), True), "0.84"),
        ("fal:kling-3.0", Ask("text", "4k", "16:9", Decimal(5), False), "2.10"),
        ("fal:kling-2.6", Ask("first_frame", "1080p", "9:16", Decimal(10), True), "1.40"),
        ("fal:seedance-2.0", Ask("first_last", "720p", "9:16", Decimal(5), True), "1.512"),
        ("fal:seedance-2.0", Ask("text", "1080p", "16:9", Decimal(5), True), "3.402"),
        ("fal:seedance-2.0-fast", Ask("text", "720p", "1:1", Decimal(5), True), "1.2095"),
        ("fal:seedance-2.0-mini", Ask("text", "480p", "9:16", Decimal(5), True), "0.3605"),
        ("fal:seedance-2.5", Ask("text", "720p", "16:9", Decimal(5), True), "2.3112"),
        ("fal:seedance-1.5-pro", Ask("text", "720p", "16:9", Decimal(5), True), "0.2592"),
        ("fal:hailuo-02", Ask("first_last", "1080p", "9:16", Decimal(6)), "0.48"),
        ("fal:hailuo-02", Ask("first_frame", "768p", "9:16", Decimal(6)), "0.27"),
        ("fal:hailuo-2.3", Ask("text", "768p", "16:9", Decimal(10)), "0.56"),
        ("fal:wan-2.2", Ask("text", "720p", "16:9", Decimal(5)), "0.405"),
        ("fal:ltx-2.3", Ask("text", "4k", "16:9", Decimal(10), True), "3.20"),
        ("fal:ray-3.2", Ask("first_frame", "1080p", "9:16", Decimal(5)), "1.20"),
        ("fal:pixverse-v6", Ask("text", "1080p", "16:9", Decimal(5), True), "0.575"),
        ("fal:seedvr2", Ask("upscale", "1080p", "source", Decimal(5)), "0.248832"),
        ("fal:kling-avatar-2.0", Ask("avatar", "720p", "source", Decimal(10), True), "0.562"),
        ("fal:kling-lip-sync", Ask("lip_sync", "source", "source", Decimal(2), True), "0.07"),
        ("fal:nano-banana-pro", Ask("text", "2k", "9:16"), "0.15"),
        ("fal:nano-banana-pro", Ask("references", "4k", "16:9"), "0.30"),
        ("fal:nano-banana-2", Ask("text", "2k", "9:16"), "0.12"),
        ("fal:flux-2-pro", Ask("text", "1080p", "16:9"), "0.045"),
        ("runway:gen-4.5", Ask("first_frame", "720p", "9:16", Decimal(5)), "0.60"),
        ("runway:gen-4-turbo", Ask("first_frame", "720p", "9:16", Decimal(5)), "0.25"),
        ("runway:aleph-2", Ask("edit", "720p", "16:9", Decimal(2)), "0.56"),
        ("runway:aleph-2", Ask("edit", "720p", "16:9", Decimal(1)), "0.56"),
        ("runway:veo-3.1", Ask("text", "1080p", "9:16", Decimal(8), True), "3.20"),
        ("runway:seedance-2.0", Ask("text", "4k", "16:9", Decimal(4), True), "6.00"),
        ("runway:seedance-2.0-mini", Ask("text", "480p", "16:9", Decimal(4), True), "0.64"),
        ("google:gemini-omni-1.1-flash", Ask("text", "720p", "9:16", Decimal(5), True), "0.51"),
        ("google:gemini-omni-1.1-flash", Ask("edit", "1080p", "9:16", Decimal(10), True), "1.62"),
        ("vertex:veo-3.1-fast", Ask("text", "1080p", "9:16", Decimal(8), True), "0.96"),
        ("luma:ray-3.2", Ask("text", "360p", "16:9", Decimal(5)), "0.06"),
        ("luma:ray-3.2", Ask("first_last", "1080p", "16:9", Decimal(10)), "3.60"),
        ("replicate:hailuo-2.3", Ask("first_frame", "1080p", "9:16", Decimal(6)), "0.49"),
    ],
)  # fmt: skip
def test_known_sums_come_out_to_the_cent(where: str, ask: Ask, expected: str) -> None:
    able = [
        route
        for route in routes()
        if route.name == where
        and ask.mode in route.offer.modes
        and ask.resolution in route.resolutions
        and (not route.durations or ask.duration in (None, *route.durations))
    ]
    assert {usd_of(route, ask) for route in able} == {Decimal(expected)}


def test_what_is_gone_is_not_for_sale() -> None:
    gone = {
        "sora-2", "sora-2-pro", "gen-3-alpha", "gen-4", "gemini-omni-flash", "midjourney", "beeble",
    }  # fmt: skip
    clean([f"{route.name} is live" for route in routes() if route.model.id in gone and route.live])
    veo = [route for route in routes() if route.name.startswith(("google:veo", "vertex:veo-3.1"))]
    lapsed = {route.name for route in veo if not route.live}
    assert lapsed == {"google:veo-3.1", "google:veo-3.1-fast", "google:veo-3.1-lite"} | {
        "vertex:veo-3.1", "vertex:veo-3.1-fast",
    }  # fmt: skip
