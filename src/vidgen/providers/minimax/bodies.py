"""A Request in MiniMax's words. Pure: what stands for a file is told by whoever asks.

Three calls, each with a body of its own: H3 under /v2 takes one list of `content`, the older models
under /v1 flat fields, and stills have a path of their own. The model is named after the `?` of an
endpoint. Read in the maker's OpenAPI descriptions as they were on 2026-10-08, and in the requests
of github.com/MiniMax-AI/MiniMax-H3 (scripts/readme, August 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

from vidgen.errors import ProviderError
from vidgen.job import Input, Request
from vidgen.providers.fields import refuse_unplaced

Api = Literal["v2", "v1", "image"]

PATHS: dict[str, Api] = {
    "v2/video_generation": "v2",
    "v1/video_generation": "v1",
    "v1/image_generation": "image",
}
"""Where each kind of work is ordered."""

PLACED: dict[Api, tuple[str, ...]] = {
    "v2": ("first_frame", "last_frame", "references", "source_video", "voice"),
    "v1": ("first_frame", "last_frame"),
    "image": ("seed", "references"),
}
"""Fields of a Request that each body has a place for, besides the prompt and the shape."""

SUBJECT = ("references",)
"""What a body of /v1 has a place for that is about a person: no frames beside."""

REWRITES = "MiniMax-H3-Max"
"""The model of /v2 that expands prompts unless it is told not to."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an endpoint of the page is: the API, its path, and the model named after the `?`."""

    api: Api
    path: str
    model: str


def address(endpoint: str) -> Address:
    """`v2/video_generation?model=MiniMax-H3` as its parts.

    Raises ProviderError `input` for an endpoint that is none of these.
    """
    path, _, adds = endpoint.partition("?")
    model = dict(parse_qsl(adds)).get("model", "")
    if path not in PATHS or not model:
        raise ProviderError(f"MiniMax has no endpoint `{endpoint}`", kind="input")
    return Address(PATHS[path], path, model)


def files_of(request: Request) -> tuple[Input, ...]:
    """The files that a body carries, each once."""
    named = (request.first_frame, request.last_frame, request.source_video, request.voice)
    return tuple(dict.fromkeys(one for one in (*named, *request.references) if one is not None))


def body(request: Request, at: Address, links: Mapping[Input, str]) -> dict[str, Any]:
    """The body of the billable call; `links` says what stands for each of `files_of`."""
    if at.api == "v2":
        return _newer(request, at, links)
    if at.api == "v1":
        return _older(request, at, links)
    return _still(request, at, links)


def refuse(request: Request, at: Address) -> None:
    """Raise ProviderError `input` for what this call has no way to be given."""
    about_one = at.api == "v1" and request.references
    refuse_unplaced(request, SUBJECT if about_one else PLACED[at.api])
    if at.api == "v2":
        _exclude(request)
    elif len(request.references) > 1:
        raise _no(f"{at.model} takes one reference image, and {len(request.references)} are given")
    if at.api != "image":
        _seconds(request)


def _exclude(request: Request) -> None:
    """What the /v2 API takes each for itself, and not together."""
    guided = request.references or request.source_video or request.voice
    if guided and (request.first_frame or request.last_frame):
        raise _no("MiniMax takes first and last frames or references, never both in one call")
    if request.voice and not (request.references or request.source_video):
        raise _no("MiniMax takes a voice only beside a reference image or a video")


def _no(message: str) -> ProviderError:
    return ProviderError(message, kind="input", hint="leave it out, or choose another model")


def _newer(request: Request, at: Address, links: Mapping[Input, str]) -> dict[str, Any]:
    """H3: the prompt first, then each file with the part it plays."""
    content: list[dict[str, Any]] = [{"type": "text", "text": request.prompt}]
    parts: list[tuple[str, Input | None, str]] = [
        ("image_url", request.first_frame, "first_frame"),
        ("image_url", request.last_frame, "last_frame"),
        *(("image_url", image, "reference_image") for image in request.references),
        ("video_url", request.source_video, "reference_video"),
        ("audio_url", request.voice, "reference_audio"),
    ]
    for kind, given, role in parts:
        if given is not None:
            content.append({"type": kind, kind: {"url": links[given]}, "role": role})
    follows = request.first_frame or request.last_frame or request.aspect == "source"
    sent: dict[str, Any] = {
        "model": at.model,
        "content": content,
        "resolution": request.resolution.upper(),
        "duration": _seconds(request),
        "ratio": "adaptive" if follows else request.aspect,
    }
    if at.model == REWRITES:
        # it has a field for this, H3 itself has none
        sent["extra"] = {"prompt_expansion_mode": "disabled"}
    return sent


def _older(request: Request, at: Address, links: Mapping[Input, str]) -> dict[str, Any]:
    """The models before H3: no shape, which follows the still; 16:9 from words alone."""
    sent: dict[str, Any] = {
        "model": at.model,
        "prompt": request.prompt,
        "prompt_optimizer": False,  # else the author's words are rewritten unseen
    }
    if request.references:  # subject reference: its length and size are fixed, and have no fields
        images = [links[image] for image in request.references]
        return sent | {"subject_reference": [{"type": "character", "image": images}]}
    if request.first_frame:
        sent["first_frame_image"] = links[request.first_frame]
    if request.last_frame:
        sent["last_frame_image"] = links[request.last_frame]
    return sent | {"duration": _seconds(request), "resolution": request.resolution.upper()}


def _still(request: Request, at: Address, links: Mapping[Input, str]) -> dict[str, Any]:
    """One still. A width and height say more than its `aspect_ratio`, which has one size each."""
    sent: dict[str, Any] = {
        "model": at.model,
        "prompt": request.prompt,
        "width": request.width,
        "height": request.height,
        "n": 1,
        "response_format": "url",
        "prompt_optimizer": False,
    }
    if request.seed is not None:
        sent["seed"] = request.seed
    if request.references:
        sent["subject_reference"] = [
            {"type": "character", "image_file": links[image]} for image in request.references
        ]
    return sent


def _seconds(request: Request) -> int:
    """The length in whole seconds, without which MiniMax prices nothing."""
    if request.duration is None or request.duration != int(request.duration):
        raise _no(f"MiniMax makes whole seconds, and {request.duration} is asked")
    return int(request.duration)
