"""Requests for every row of the catalogue, and how each capability is turned to see it sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.catalogue_rows import sold
from tests.clips import hum
from tests.providers.animatic.pictures import busy, saved
from tests.providers.tapes import tape
from vidgen.camera import parse
from vidgen.catalogue import Ask, Route
from vidgen.job import Input, Mode, Request

DRAWN = ("first_frame", "last_frame", "camera")
"""What the animatic takes in every mode, and others in a mode of its own or not at all."""

FIRST, LAST, OTHER = (Input(f"stills/{name}.png", name * 64) for name in "abc")
CLIP, SECOND_CLIP = Input("clips/a.mp4", "d" * 64), Input("clips/b.mp4", "e" * 64)
SOUND, SECOND_SOUND = Input("sounds/a.wav", "f" * 64), Input("sounds/b.wav", "0" * 64)
HAND = parse("handheld")

# capability -> a request's fields before, and those that are turned to see whether it is sent
TURNS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "text": ({}, {"prompt": "tea", "slate": None}),
    "first_frame": ({"first_frame": FIRST}, {"first_frame": OTHER}),
    "last_frame": ({"first_frame": FIRST, "last_frame": LAST}, {"last_frame": OTHER}),
    "loop": ({"first_frame": FIRST, "last_frame": LAST}, {"last_frame": FIRST}),
    "camera_control": ({"first_frame": FIRST}, {"camera": parse("truck right")}),
    "seed": ({"first_frame": FIRST, "camera": HAND, "seed": 1}, {"seed": 2}),
    "negative_prompt": ({}, {"negative_prompt": "text on screen"}),
    "guidance_scale": ({}, {"guidance_scale": Decimal("0.7")}),
    "audio": ({"audio": False}, {"audio": True}),
    "references": ({}, {"references": (FIRST,)}),
    "lip_sync": ({}, {"prompt": "she says: tea"}),
    "multi_shot": ({}, {"prompt": "shot 1, 2, tea; shot 2, 3, a cup;"}),
    "source_video": ({}, {"source_video": SECOND_CLIP}),
    "extend": ({}, {"source_video": SECOND_CLIP}),
    "motion_video": ({}, {"motion_video": SECOND_CLIP}),
    "audio_file": ({}, {"audio_file": SECOND_SOUND}),
    "voice": ({}, {"voice": SECOND_SOUND}),
}

GIVEN: dict[Mode, dict[str, Any]] = {
    "text": {},
    "first_frame": {"first_frame": FIRST},
    "first_last": {"first_frame": FIRST, "last_frame": LAST},
    "references": {"references": (OTHER, LAST)},
    "edit": {"source_video": CLIP},
    "extend": {"source_video": CLIP},
    "motion": {"first_frame": FIRST, "motion_video": CLIP},
    "avatar": {"first_frame": FIRST, "audio_file": SOUND},
    "lip_sync": {"source_video": CLIP, "audio_file": SOUND},
    "upscale": {"source_video": CLIP},
    "interpolate": {"source_video": CLIP},
}
"""The files without which a mode is none."""

ONLY_IN: dict[str, set[Mode]] = {
    "last_frame": {"first_last"},
    "loop": {"first_last"},
    "references": {"references"},
    "source_video": {"edit", "lip_sync", "upscale", "interpolate"},
    "extend": {"extend"},
    "motion_video": {"motion"},
    "first_frame": {"first_frame", "first_last", "motion", "avatar"},
}
"""Capabilities that mean something in some modes alone; others are tried in every mode."""

WORDLESS: set[Mode] = {"lip_sync", "upscale", "interpolate"}
"""Modes that work on a finished clip and are told nothing."""


def lay_out(folder: Path, clips: tuple[Path, Path]) -> None:
    """The files that requests name: three stills, two clips, two sounds that differ."""
    (folder / "clips").mkdir()
    for seed, name in enumerate("abc"):
        saved(busy((90, 160), seed), folder / "stills" / f"{name}.png")
    for name, clip, level in zip("ab", clips, (b"\x70", b"\x90"), strict=True):
        (folder / "clips" / f"{name}.mp4").write_bytes(clip.read_bytes())
        hum(folder / "sounds" / f"{name}.wav", seconds=3, level=level)


def asked(route: Route, **more: Any) -> Request:
    """A small request for a route, in its first mode."""
    mode = next(iter(route.offer.modes))
    if route.provider.over_http:
        return ordered(route, mode, **more)
    usual: dict[str, Any] = {
        "prompt": "coffee", "aspect": "9:16", "resolution": "360p", "width": 90, "height": 160,
        "rate": Fraction(24), "duration": Decimal("0.5"),
    }  # fmt: skip
    return Request(**_address(route, mode) | usual | more)


def ordered(route: Route, mode: Mode, **more: Any) -> Request:
    """A request for what a route has on sale, with the files that the mode needs."""
    ask = next(one for one in sold(route) if one.mode == mode)
    return bought_as(route, ask, **GIVEN[mode] | more)


def bought_as(route: Route, ask: Ask, **more: Any) -> Request:
    """A request for one thing on sale."""
    rate = Fraction(route.rates[0]) if route.rates else Fraction(24)
    usual: dict[str, Any] = {
        "prompt": "coffee", "aspect": ask.aspect, "resolution": ask.resolution, "rate": rate,
        "duration": ask.duration if route.model.kind == "video" else None, "audio": ask.audio,
    }  # fmt: skip
    size = dict(zip(("width", "height"), pixels(ask), strict=True))
    if route.offer.own_clips:
        usual["made_there"] = tape(route.provider.provider).made_there[0]
    request = Request(**_address(route, ask.mode) | usual | size | more)
    return replace(request, references=request.references[: route.max_references])


def turned(route: Route) -> Iterator[tuple[str, Request, Request]]:
    """Every capability in every mode where it means something: its name, before, and after."""
    for name in sorted(route.capabilities):
        before, turn = TURNS[name]
        if not route.provider.over_http:  # the animatic draws what it is given, whatever the mode
            plain = asked(route, **before)
            yield name, plain, replace(plain, **turn)
            continue
        for mode in route.offer.modes:
            silent = mode in WORDLESS and "prompt" in turn
            still = name == "camera_control" and mode not in steered(route)
            fixed = name == "audio" and route.audio != "optional"
            if mode not in ONLY_IN.get(name, {mode}) or silent or fixed or still:
                continue
            own = {field: value for field, value in before.items() if field not in DRAWN}
            plain = ordered(route, mode, **own | GIVEN[mode])
            if name == "source_video" and route.offer.own_clips:  # named by who made it
                turn = {"made_there": tape(route.provider.provider).made_there[1]}
            yield f"{name} ({mode})", plain, replace(plain, **turn)


def steered(route: Route) -> tuple[Mode, ...]:
    """The modes in which a route takes camera moves in numbers."""
    taken = route.camera
    return tuple(route.offer.modes) if taken is None or taken.modes is None else taken.modes


def choices(route: Route) -> Iterator[tuple[Mode, str, Request, Request]]:
    """What can be chosen of shape and length: the mode, the field, and two requests that differ
    in that alone."""
    for mode in route.offer.modes:
        asks = [one for one in sold(route) if one.mode == mode]
        names = ("aspect", "resolution", "duration", "audio")
        for name in names if route.model.kind != "image" else names[:2]:
            pair = _differing(asks, name)
            if pair is not None:
                one, other = (bought_as(route, ask, **GIVEN[mode]) for ask in pair)
                yield mode, name, one, other
        if len(route.rates or ()) > 1:
            rates = [Fraction(rate) for rate in route.rates[:2]]
            one = ordered(route, mode, rate=rates[0])
            yield mode, "rate", one, replace(one, rate=rates[1])


def _differing(asks: list[Ask], name: str) -> tuple[Ask, Ask] | None:
    """Two things on sale that differ in one field alone."""
    seen: dict[Ask, Ask] = {}
    for ask in asks:
        rest = replace(ask, **{name: None})
        if rest in seen:
            return seen[rest], ask
        seen[rest] = ask
    return None


def pixels(ask: Ask) -> tuple[int, int]:
    """Width and height for what is asked; what follows a given file counts as 9:16 at 720p."""
    number = ask.resolution.rstrip("pk") if ask.resolution not in ("", "source") else "720"
    height = round(float(number) * (1000 if ask.resolution.endswith("k") else 1))
    wide, high = (int(part) for part in (ask.aspect if ":" in ask.aspect else "9:16").split(":"))
    return round(height * wide / high), height


def _address(route: Route, mode: Mode) -> dict[str, Any]:
    return {
        "kind": route.model.kind, "mode": mode, "model": route.model.id,
        "provider": route.provider.provider, "endpoint": route.offer.modes[mode],
    }  # fmt: skip
