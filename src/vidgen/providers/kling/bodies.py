"""A Request in Kling's words. Pure: what a file holds is told by whoever asks.

Two generations of the API live side by side. In 2.0 the model stands in the path, and the body has
`contents`, `settings` and `options`. The older one (`v1/…`) has one flat body, and what a page
writes after the `?` of an endpoint belongs into it. Read at kling.ai/document-api on 2026-09-20;
what only the older models have, in the maker's 1.x reference.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from vidgen.errors import ProviderError
from vidgen.job import Camera, Input, Request
from vidgen.providers.fields import refuse_unplaced

Read = Callable[[Input], str]
"""What a file holds, as base64 without a `data:` prefix: Kling refuses one that has it."""

SOUND_SWITCH = frozenset({"kling-3.0", "kling-3.0-omni", "kling-2.6"})
"""Models of 2.0 with `settings.audio` native or off. 3.0 Turbo always makes sound and has none."""

MANY_SHOTS_UNLESS_TOLD = frozenset({"kling-3.0", "kling-3.0-omni"})
"""Models of 2.0 that cut between several shots unless `settings.multi_shot` is false."""

NEWER = ("first_frame", "last_frame", "references")
OLDER = (*NEWER, "negative_prompt", "guidance_scale", "audio_file", "camera")
"""Fields of a Request that bodies of each generation have a place for; words alone are made into
clips at an address of its own, which has none."""

CAMERA = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
"""Axes of `camera_control`, from -10 to 10, one at a time. Of `zoom` less is closer: a longer focal
length, in the maker's words, where ours is a zoom in. Which way `pan` and `tilt` turn the maker's
pages contradict each other about, so that no page of ours sells them.
"""

SHOT_LIST = re.compile(r"(?:^|[;.\n])\s*shot\s+[1-6]\s*,\s*\d+\s*,", re.IGNORECASE)
"""How a prompt orders several shots: `shot 1, 3, words; shot 2, 4, words;`."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an endpoint of the page is: its path, and what it adds to every body."""

    path: str
    adds: dict[str, str]

    @property
    def older(self) -> bool:
        """Whether this is the 1.x API, with the model in the body."""
        return self.path.startswith("v1/")


def address(endpoint: str) -> Address:
    """`v1/videos/text2video?mode=pro` as path and additions."""
    path, _, adds = endpoint.partition("?")
    return Address(path, dict(parse_qsl(adds)))


def client_id(idempotency: str) -> str:
    """Our name for one submit: the same for the same `idempotency`, 47 plain characters."""
    return f"vidgen-{hashlib.blake2b(idempotency.encode(), digest_size=20).hexdigest()}"


def body(request: Request, *, name: str, read: Read) -> dict[str, Any]:
    """The body of the billable call; `name` is our id for it.

    Raises ProviderError (input) for what Kling has no way to be given.
    """
    if request.source_video or request.motion_video:
        raise ProviderError(
            "Kling takes a video by public link only, and has no upload for a file",
            kind="input",
            hint="ask for this model at a provider that takes files, or without the video",
        )
    at = address(request.endpoint)
    wordy = not at.older and at.path.startswith("text-to-video/")
    refuse_unplaced(request, OLDER if at.older else () if wordy else NEWER)
    return _older(request, at, name, read) if at.older else _newer(request, at, name, read)


def _newer(request: Request, at: Address, name: str, read: Read) -> dict[str, Any]:
    """API 2.0: `prompt` on its own in text-to-video, else one of the `contents`."""
    task, _, model = at.path.partition("/")
    settings = _settings(request, task, model)
    options = {"external_task_id": name}
    if task == "text-to-video":
        return {"prompt": request.prompt, "settings": settings, "options": options}
    contents: list[dict[str, str]] = [{"type": "prompt", "text": request.prompt}]
    if request.first_frame:
        contents.append({"type": "first_frame", "url": read(request.first_frame)})
    if request.last_frame:
        contents.append({"type": "last_frame", "url": read(request.last_frame)})
    for number, image in enumerate(request.references, start=1):
        # the prompt says @Image1, by the model's recipe
        contents.append({"type": "refer_image", "url": read(image), "id": f"Image{number}"})
    return {"contents": contents, "settings": settings, "options": options}


def _settings(request: Request, task: str, model: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"resolution": request.resolution}
    if task == "text-to-video" or (task == "omni-video" and not request.first_frame):
        settings["aspect_ratio"] = request.aspect  # elsewhere the still decides the shape
    if request.duration is not None:
        settings["duration"] = int(request.duration)
    if model in SOUND_SWITCH and request.audio is not None:
        settings["audio"] = "native" if request.audio else "off"
    if model in MANY_SHOTS_UNLESS_TOLD:
        settings["multi_shot"] = SHOT_LIST.search(request.prompt) is not None
    return settings


def _older(request: Request, at: Address, name: str, read: Read) -> dict[str, Any]:
    """API 1.x. Which of these a path takes is for the page to say; what is given is sent."""
    sent: dict[str, Any] = {**at.adds, "external_task_id": name}
    if request.prompt:
        sent["prompt"] = request.prompt
    if request.negative_prompt:
        sent["negative_prompt"] = request.negative_prompt
    if request.guidance_scale is not None:
        sent["cfg_scale"] = float(request.guidance_scale)
    if request.first_frame:
        sent["image"] = read(request.first_frame)
    if request.last_frame:
        sent["image_tail"] = read(request.last_frame)
    if request.references:
        sent["image_list"] = [{"image": read(image)} for image in request.references]
    if request.audio_file:
        sent["sound_file"] = read(request.audio_file)
    if request.camera:
        sent["camera_control"] = _camera(request.camera)
    return sent | _shape(request, at.path)


def _camera(camera: Camera) -> dict[str, Any]:
    """A move along one axis. Raises ProviderError `input` for what cannot be written so."""
    moved = {axis: float(getattr(camera, axis)) for axis in Camera.AXES if getattr(camera, axis)}
    if len(moved) != 1 or not set(moved) <= set(CAMERA):
        raise ProviderError(
            f"Kling takes one of {', '.join(CAMERA)} as a camera move, not "
            f"{' and '.join(moved) or 'none of them'}",
            kind="input",
            hint="say the move in words",
        )
    if "zoom" in moved:
        moved["zoom"] = -moved["zoom"]
    return {"type": "simple", "config": dict.fromkeys(CAMERA, 0.0) | moved}


def _shape(request: Request, path: str) -> dict[str, Any]:
    """Size, length and shape in 1.x; the size of a clip is its `mode`, which the page adds."""
    if path == "v1/images/omni-image":
        return {
            "prompt": _numbered(request.prompt, len(request.references)),
            "resolution": request.resolution,
            "aspect_ratio": request.aspect,
            "n": 1,
        }
    shape = {}
    if path in ("v1/videos/text2video", "v1/videos/multi-image2video"):
        shape["aspect_ratio"] = request.aspect
    if request.duration is not None and path != "v1/videos/avatar/image2video":
        shape["duration"] = str(int(request.duration))  # an avatar is as long as its sound
    return shape


def _numbered(prompt: str, images: int) -> str:
    """The recipe's `@Image2` in the notation of 1.x, `<<<image_2>>>`, where there is such a one."""

    def tag(found: re.Match[str]) -> str:
        return f"<<<image_{found[1]}>>>" if 1 <= int(found[1]) <= images else found[0]

    return re.sub(r"@Image(\d+)\b", tag, prompt)
