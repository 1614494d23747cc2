"""A Request in an endpoint's own words, by the `fields` of its offer's page.

The notation is explained at the head of `catalogue/providers/fal.yaml`, and what Runway has besides
at the head of `runway.yaml`. Pure: no file is opened here; whoever calls brings the link of every
file, and tells what a given clip is where that is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from dataclasses import fields as names_of
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from vidgen.errors import ProviderError
from vidgen.job import Input, Request, plain


@dataclass(frozen=True, slots=True)
class Seen:
    """A given clip, as a viewer sees it: its height in pixels, and frames a second."""

    height: int
    rate: Fraction


Look = Callable[[Input], Seen]

MOST_BETWEEN = 4
"""How many frames are made between two at most, where they are counted: of a client of fal's."""

FASTEST = 60
"""Frames a second at most, where their number is doubled: of the model's own inputs."""

ADDRESS = ("kind", "mode", "model", "provider", "endpoint", "slate", "shots", "made_there")
"""Fields of a Request that say where it goes, what it stands for, what its prompt says as well, or
who made what it is given: part of a body only where a page names them.
"""


HELD = (
    "negative_prompt",
    "seed",
    "guidance_scale",
    "first_frame",
    "last_frame",
    "references",
    "voice",
    "source_video",
    "motion_video",
    "audio_file",
    "camera",
)
"""Fields of a Request that reach the provider where they are set: without them it would be another.

A camera's move that stands in a Request is not in the prompt.
"""


def refuse_unplaced(request: Request, placed: Container[str]) -> None:
    """Raise ProviderError `input` for what a request holds and a body has no place for.

    Nothing that somebody asked for is left out without a word.
    """
    left = [
        name.replace("_", " ")
        for name in HELD
        if getattr(request, name) not in (None, "", ()) and name not in placed
    ]
    if left:
        raise ProviderError(
            f"{request.model} has no place there for the {' and the '.join(left)}",
            kind="input",
            where=f"{request.provider}: {request.model} at {request.endpoint}",
            hint="leave it out, or choose another model or route",
        )


def files_of(request: Request, fields: Mapping[str, Any]) -> tuple[Input, ...]:
    """The files that a body will carry, each once, in the order of a Request's fields.

    Raises ProviderError `input` where the request holds what the fields have no place for.
    """
    layout = _layout(request, fields)
    refuse_unplaced(request, layout)
    found: dict[Input, None] = {}
    for name in layout:
        value = getattr(request, name, None)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Input):
                found[one] = None
    return tuple(found)


def body(
    request: Request,
    fields: Mapping[str, Any],
    links: Mapping[Input, str],
    *,
    look: Look | None = None,
) -> dict[str, Any]:
    """What is sent: only what the request sets, under the names and in the forms of `fields`.

    Without fields every field that is set goes under its own name. Two lists under one name become
    one, in the order of `fields`. `links` has each file of `files_of`; `look` tells what a given
    clip is, for the forms that it decides.
    Raises ProviderError `input` where a page names a form that does not exist, or does not fit.
    """
    found = _sent(request, fields)
    for name, to in _layout(request, fields).items():
        value = _value(request, name, links)
        if value in (None, "", []):
            continue
        if isinstance(to, str):
            found[to] = value
            continue
        for there, form in to.items():
            formed = _formed(value, form, request, look)
            if isinstance(formed, list) and isinstance(before := found.get(there), list):
                formed = [*before, *formed]
            found[there] = formed
    return found


def _layout(request: Request, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Request field -> name there, as it holds in this mode; the prompt first."""
    if not fields:
        return {one.name: one.name for one in names_of(request) if one.name not in ADDRESS}
    named = {"prompt": "prompt", **fields, **fields.get("in", {}).get(request.mode, {})}
    if request.shots and named.get("shots"):
        named["prompt"] = None  # one or the other
    return {name: to for name, to in named.items() if to is not None and name not in ("in", "send")}


def _sent(request: Request, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What every call carries besides, in this mode."""
    in_mode = fields.get("in", {}).get(request.mode, {})
    return {**fields.get("send", {}), **in_mode.get("send", {})}


def _value(request: Request, name: str, links: Mapping[Input, str]) -> Any:
    """A field as JSON: numbers as numbers, files as links; None where nothing is asked.

    `source` as a shape or a size means that what is given decides, and so nothing is said.
    """
    if name == "size":
        return (request.width, request.height)
    value = getattr(request, name)
    if isinstance(value, Input):
        return links[value]
    if isinstance(value, tuple):
        return [links[one] if isinstance(one, Input) else plain(one) for one in value]
    if isinstance(value, Decimal | Fraction):
        return int(value) if value == int(value) else float(value)
    if name in ("aspect", "resolution") and value == "source":
        return None
    return plain(value)


def _formed(value: Any, form: Any, request: Request, look: Look | None) -> Any:
    """A value in the form that a page asks for."""
    if isinstance(form, Mapping):
        return form.get(str(value), value)
    if form in BY_CLIP and request.source_video is not None and look is not None:
        return BY_CLIP[form](request, look(request.source_video))
    width, height = request.width, request.height
    match form:
        case "text":
            return str(value)
        case "seconds":
            return f"{value}s"
        case "capitals":
            return str(value).upper()
        case "list":
            return [value]
        case "one" if len(value) == 1:
            return value[0]
        case "box":
            return {"width": width, "height": height}
        case "wxh":
            return f"{width}x{height}"
        case "star":
            return f"{width}*{height}"
        case "pixels":
            return f"{width}:{height}"
        case "first" | "last":
            return [{"uri": value, "position": form}]
        case "uris":
            return [{"uri": one} for one in value]
        case "tagged":
            return [{"uri": one, "tag": f"image{n}"} for n, one in enumerate(value, start=1)]
        case "image" | "video":
            return {"type": form, "uri": value}
        case "parts":
            return [{"prompt": one["text"], "duration": _digits(one["seconds"])} for one in value]
        case "parts-text":
            parts = [
                {"prompt": one["text"], "duration": int(Decimal(one["seconds"]))} for one in value
            ]
            return json.dumps(parts, ensure_ascii=False)
        case "width":
            return width
        case "height":
            return height
    where = f"{request.provider}: {request.model} at {request.endpoint}"
    message = f"what is asked cannot be written as the page says: `{form}`"
    raise ProviderError(message, kind="input", where=where)


def _factor(request: Request, seen: Seen) -> int | float:
    """By how much a clip is to be scaled."""
    given = Fraction(request.height, seen.height)
    return int(given) if given.denominator == 1 else round(float(given), 4)


def _between(request: Request, seen: Seen) -> int:
    """How many frames to make between two, so that there are at least as many as are asked.

    Told a rate instead, such a model would play what it made at that rate: 24 frames a second asked
    as 60 would come back as a clip of four fifths of its length.
    """
    times = ceil(request.rate / seen.rate) if seen.rate else 2
    return min(max(times - 1, 1), MOST_BETWEEN)


def _doublings(request: Request, seen: Seen) -> int:
    """How often to double the frames: until there are as many as are asked, or no more can be."""
    enough, times = min(request.rate, FASTEST), 1
    while (now := seen.rate * 2**times) < enough and now * 2 <= FASTEST:
        times += 1
    return times


def _doubled(request: Request, seen: Seen) -> int:
    """The rate at which doubled frames keep the clip as long as it is.

    Raises ProviderError `input` where that is faster than can be had.
    """
    rate = round(seen.rate * (1 << _doublings(request, seen)))
    if not 0 < rate <= FASTEST:
        message = f"a clip of {float(seen.rate):g} frames a second, doubled, is more than {FASTEST}"
        where = f"{request.provider}: {request.model}"
        raise ProviderError(message, kind="input", where=where, hint="name another model")
    return rate


BY_CLIP: dict[str, Callable[[Request, Seen], Any]] = {
    "factor": _factor,
    "between": _between,
    "doublings": _doublings,
    "doubled": _doubled,
}
"""Forms that a given clip decides."""


def _digits(seconds: str) -> str:
    """Seconds without zeros that say nothing."""
    return f"{Decimal(seconds).normalize():f}"
