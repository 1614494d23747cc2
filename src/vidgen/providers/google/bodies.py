"""A Request as a body of Google's Interactions API. Pure: who asks tells what a file holds.

What a picture or a clip is for is said in the prompt, by tags in front of the author's own words,
which stay as they are. Read in the Omni guide of ai.google.dev (2026-09-10) and in google-genai
3.4.0's types.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vidgen.job import Input, Mode, Request
from vidgen.providers.fields import refuse_unplaced

Read = Callable[[Input], tuple[str, str]]
"""What a file holds, as base64, and its media type."""

TASKS: dict[Mode, str] = {
    "text": "text_to_video",
    "first_frame": "image_to_video",
    "references": "reference_to_video",
    "edit": "edit",
    "extend": "extend",
}
"""By mode. None stands for two frames: there the tags alone say what is meant, as in the guide."""

OWN_TAGS = re.compile(
    r"\[# |<(?:FIRST_FRAME|LAST_FRAME|PREVIOUS_VIDEO|(?:VIDEO|IMAGE_REF|VIDEO_REF)_\d+)>"
)
"""How an author who gives the roles himself begins: such a prompt is sent as it is."""

PLACED = ("first_frame", "last_frame", "references", "source_video")
"""Fields of a Request that an interaction can be given, besides its prompt and its shape."""

TYPES = {"video/quicktime": "video/mov"}
"""Media types that have another name there."""


def body(request: Request, read: Read, *, folder: str | None = None) -> dict[str, Any]:
    """The body of the one billable call.

    `folder` is where on Cloud Storage a clip is put (`gs://…`), and an empty one means inside the
    answer; None asks for a link, as the Gemini API gives them.
    Raises ProviderError `input` for what an interaction has no way to be given.
    """
    refuse_unplaced(request, PLACED)
    roles = _roles(request)
    content: list[dict[str, str]] = []
    if request.source_video:
        content.append(_part("video", request.source_video, read))
    content += [_part("image", image, read) for image in roles.images]
    content.append({"type": "text", "text": roles.text})
    turn = {"type": "user_input", "content": content}
    sent: dict[str, Any] = {"model": request.endpoint, "store": True, "input": [turn]}
    if request.kind == "image":
        size = request.resolution.upper()
        told = {"type": "image", "aspect_ratio": request.aspect, "image_size": size}
        return {**sent, "response_format": told}
    sent["background"] = True
    sent["response_format"] = _clip(request, folder)
    if request.mode in TASKS:
        sent["generation_config"] = {"video_config": {"task": TASKS[request.mode]}}
    return sent


def _clip(request: Request, folder: str | None) -> dict[str, str]:
    """What clip is wanted. One that is edited keeps its length, and a given clip its shape."""
    told = {"type": "video", "resolution": request.resolution}
    if request.mode not in ("edit", "extend"):
        told["aspect_ratio"] = request.aspect
    if request.duration is not None and request.mode != "edit":
        told["duration"] = _seconds(request.duration)
    told["delivery"] = "inline" if folder == "" else "uri"
    return told | ({"gcs_uri": folder} if folder else {})


@dataclass(frozen=True, slots=True)
class _Roles:
    """The pictures in the order they are sent, and the prompt with what each of them is."""

    images: tuple[Input, ...]
    text: str


def _roles(request: Request) -> _Roles:
    """References come first, so that the author's `Image1` is the first of them."""
    images = list(request.references)
    places = [f"<IMAGE_REF_{place}>@Image{place + 1}" for place in range(len(images))]
    frames: dict[str, str] = {}
    for tag, frame in (("FIRST_FRAME", request.first_frame), ("LAST_FRAME", request.last_frame)):
        if frame is None:
            continue
        if tag == "FIRST_FRAME" or frame != request.first_frame:  # a loop names one picture twice
            images.append(frame)
        frames[tag] = f"Image{len(images)}"
    if request.kind == "image" or OWN_TAGS.search(request.prompt):
        return _Roles(tuple(images), request.prompt)
    sources = [f"<{tag}>@{name}" for tag, name in frames.items()]
    goes_on = request.mode == "extend"
    if request.source_video and not goes_on:  # to go on from: its tag means a turn before this one
        sources.insert(0, "<VIDEO_0>@Video1")
    head = [f"[# Sources {' '.join(sources)}]"] if sources else []
    head += [f"[# References {' '.join(places)}]"] if places else []
    prompt = f"Extend this video: {request.prompt}" if goes_on else request.prompt
    words = [*head, prompt, _plainly(frames), _only_references(len(places))]
    return _Roles(tuple(images), " ".join(word for word in words if word))


def _plainly(frames: dict[str, str]) -> str:
    """The frames once more in words, as the guide advises."""
    if "LAST_FRAME" in frames and "FIRST_FRAME" in frames:
        return f"Start the clip on {frames['FIRST_FRAME']} and end it on {frames['LAST_FRAME']}."
    return f"Start the clip on {frames['FIRST_FRAME']}." if "FIRST_FRAME" in frames else ""


def _only_references(count: int) -> str:
    """The references once more in words."""
    if not count:
        return ""
    names = "Image1 is a reference" if count == 1 else f"Image1 to Image{count} are references"
    return f"{names} only, not to be shown as the opening frame."


def _part(kind: str, given: Input, read: Read) -> dict[str, str]:
    data, media = read(given)
    return {"type": kind, "mime_type": TYPES.get(media, media), "data": data}


def _seconds(duration: Decimal) -> str:
    """`5s`: a bare number is refused."""
    return f"{duration.normalize():f}s"
