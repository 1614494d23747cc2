"""Veo on Vertex AI: a Request as an instance with parameters, and what an operation says. Pure.

Facts: docs.cloud.google.com (Veo on Vertex AI, 2026) and google-genai 3.4.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from vidgen.job import Failed, FailureKind, Input, Request, Running
from vidgen.providers.fields import refuse_unplaced
from vidgen.providers.google.answers import about_the_input, moderated
from vidgen.providers.google.bodies import PLACED as FILES
from vidgen.providers.reading import said

Read = Callable[[Input], tuple[str, str]]
"""What a file holds, as base64, and its media type."""

PLACED = (*FILES, "negative_prompt", "seed")
"""Fields of a Request that Veo can be given, besides its prompt and its shape."""

OPERATION = re.compile(
    r"(?P<model>projects/(?P<project>[a-z0-9:.-]+)/locations/(?P<location>[a-z0-9-]+)"
    r"/publishers/google/models/[a-z0-9.-]+)/operations/[A-Za-z0-9_-]+"
)
"""An operation's name, which says all that a look needs."""


TOO_LARGE = re.compile(r"storage uri is required", re.IGNORECASE)
"""Of a clip that is made and does not fit into an answer."""


def body(request: Request, read: Read, *, folder: str) -> dict[str, Any]:
    """The body of the one billable call; `folder` is where the clip is put (`gs://…`), or empty.

    Sound is always said, since it is half the price. A clip that is gone on with gives the new part
    its shape; the length is said all the same, for without it eight seconds are meant, which that
    work does not have.
    Raises ProviderError `input` for what Veo has no way to be given.
    """
    refuse_unplaced(request, PLACED)
    instance: dict[str, Any] = {"prompt": request.prompt}
    if request.first_frame:
        instance["image"] = _file(request.first_frame, read)
    if request.last_frame:
        instance["lastFrame"] = _file(request.last_frame, read)
    if request.references:
        instance["referenceImages"] = [
            {"image": _file(image, read), "referenceType": "ASSET"} for image in request.references
        ]
    if request.source_video:
        instance["video"] = _file(request.source_video, read)
    return {"instances": [instance], "parameters": _parameters(request, folder)}


def _parameters(request: Request, folder: str) -> dict[str, Any]:
    found: dict[str, Any] = {"sampleCount": 1, "resolution": request.resolution}
    if request.mode != "extend":
        found["aspectRatio"] = request.aspect
    if request.duration is not None:
        found["durationSeconds"] = int(request.duration)
    if request.audio is not None:
        found["generateAudio"] = request.audio
    if request.seed is not None:
        found["seed"] = request.seed
    if request.negative_prompt:
        found["negativePrompt"] = request.negative_prompt
    if folder:
        found["storageUri"] = folder
    return found


def _file(given: Input, read: Read) -> dict[str, str]:
    data, media = read(given)
    return {"bytesBase64Encoded": data, "mimeType": media}


def ended(record: Mapping[str, Any], *, key: str) -> Running | Failed | None:
    """An operation as a Status; None where it is done and has a video.

    What a filter took away is not billed; of other failures nobody says it.
    """
    done = record.get("done", False)
    if done is False:
        return Running()
    error = record.get("error")
    if done is True and isinstance(error, Mapping):
        reason = said(str(error.get("message") or "it failed without a word"), key)
        if TOO_LARGE.search(reason):
            reason = f"{reason} Name a folder in VERTEX_STORAGE_URI."
        kind: FailureKind = "input" if about_the_input(error.get("code")) else "provider"
        return Failed(reason, "moderation" if moderated(reason) else kind, None)
    if done is not True or not isinstance(record.get("response"), Mapping):
        return Failed("Veo reports a state that it has never told of", "unknown", charged=None)
    if video(record) is not None:
        return None
    told = record["response"]
    if told.get("raiMediaFilteredCount"):
        reasons = told.get("raiMediaFilteredReasons")
        words = " ".join(map(str, reasons)) if isinstance(reasons, list) else ""
        reason = said(words, key) or "Google's filter took the clip away"
        return Failed(reason, "moderation", charged=False)
    return Failed("Veo finished without a video", "unknown", charged=None)


def video(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The clip of an operation: with `gcsUri`, or with `bytesBase64Encoded`."""
    told = record.get("response")
    made = told.get("videos") if isinstance(told, Mapping) else None
    for one in made if isinstance(made, list) else []:
        if isinstance(one, Mapping) and (one.get("gcsUri") or one.get("bytesBase64Encoded")):
            return one
    return None
