"""Vertex AI: Veo's long-running operations and Omni's interactions, under a project and a location.

Pure. To look at an operation is a POST. A clip comes inside the answer, also where an order names a
bucket: none is played. An operation's name tells a project of the rehearsal's own, since what was
sent is not remembered.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from vidgen.rehearsal.alike import has_bearer
from vidgen.rehearsal.exchange import (
    Answer,
    Ask,
    Counter,
    Intent,
    Look,
    Refusal,
    Refuse,
    Seen,
    Stop,
    Submit,
    as_json,
)
from vidgen.rehearsal.shapes import google, interactions

LOCATIONS = (
    "africa-south1",
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-southeast1",
    "asia-southeast2",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-north1",
    "europe-southwest1",
    "europe-west1",
    "europe-west12",
    "europe-west2",
    "europe-west3",
    "europe-west4",
    "europe-west6",
    "europe-west8",
    "europe-west9",
    "me-central1",
    "me-central2",
    "me-west1",
    "northamerica-northeast1",
    "northamerica-northeast2",
    "southamerica-east1",
    "southamerica-west1",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-east5",
    "us-south1",
    "us-west1",
    "us-west2",
    "us-west3",
    "us-west4",
)
"""Where Google Cloud has servers of their own for Vertex AI."""

HOSTS: tuple[str, ...] = (
    *(f"{location}-aiplatform.googleapis.com" for location in LOCATIONS),
    "aiplatform.us.rep.googleapis.com",
    "aiplatform.eu.rep.googleapis.com",
)

_AT = r"v1(?:beta1)?/projects/[^/]+/locations/[^/]+"
_VEO = re.compile(_AT + r"/publishers/google/models/(?P<model>[^/:]+):(?P<verb>[A-Za-z]+)")
_OMNI = re.compile(r"v1beta1/projects/[^/]+/locations/global/interactions(?P<rest>/.+)?")
_MODEL = re.compile(r"v1(?:beta1)?/publishers/google/models/(?P<model>[^/:]+)")

FIELDS: dict[str, tuple[type, re.Pattern[str]]] = {
    "sampleCount": (int, re.compile("[1-4]")),
    "durationSeconds": (int, re.compile("[4678]")),
    "aspectRatio": (str, re.compile("16:9|9:16")),
    "resolution": (str, re.compile("720p|1080p|4k")),
    "seed": (int, re.compile(r"\d{1,10}")),
    "negativePrompt": (str, re.compile(".+", re.DOTALL)),
    "generateAudio": (bool, re.compile("True|False")),
    "storageUri": (str, re.compile("gs://.+")),
    "personGeneration": (str, re.compile("allow_adult|allow_all|dont_allow")),
    "enhancePrompt": (bool, re.compile("True|False")),
}
"""What `parameters` may say: of what kind, and how it is written."""

LONGER = 7
"""Seconds by which a clip is gone on with: there is no other length, and no saying none."""

INSTANCE = {"prompt", "image", "lastFrame", "referenceImages", "video"}
MOST_REFERENCES = 3


def read(ask: Ask, counter: Counter) -> Intent:
    """What a call means."""
    if not has_bearer(ask):
        return Refuse("key")
    path = counter.under(ask.path) or ""
    if ask.method == "GET" and _MODEL.fullmatch(path):
        return Look((), part="model")
    omni, veo = _OMNI.fullmatch(path), _VEO.fullmatch(path)
    if omni:
        return _interaction(ask, omni["rest"])
    if veo is None or ask.method != "POST":
        return Refuse("nowhere")
    if veo["verb"] == "predictLongRunning":
        return _ordered(veo["model"], ask.json())
    if veo["verb"] != "fetchPredictOperation":
        return Refuse("nowhere")
    name = (ask.json() or {}).get("operationName")
    if not isinstance(name, str) or f"/models/{veo['model']}/operations/" not in name:
        return Refuse("bad-input")
    return Look((name.rpartition("/")[2],), part="operation", whole=True)


def taken(seen: Seen, counter: Counter) -> Answer:
    """The answer to an order: an operation's name, or an interaction."""
    if _is_veo(seen):
        return as_json({"name": _name(seen)})
    return google.taken(seen, counter)


def told(look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
    """The answer to a look at an operation, at an interaction, or at a model's page."""
    if look.part == "model":
        return as_json({"name": "publishers/google/models/gemini-omni-1.1-flash"})
    if not seen:
        return google.wording("no-such-job", "", "", 0.0)
    return as_json(
        _operation(seen[0]) if look.part == "operation" else interactions.record(seen[0])
    )


def stopped(seen: Seen) -> Answer:
    """An interaction is cancelled unless it is over; no call stops an operation."""
    return google.stopped(seen)


def announced(upload: str, link: str) -> Answer:
    """Files come inside the order; no call means this."""
    return google.wording("nowhere", "", "", 0.0)


def refused(why: Refusal, ask: Ask, chance: float) -> Answer:
    """The answer to a call that is refused."""
    return google.wording(why, f"(sent with {ask.authorization})", ask.path, chance)


def _interaction(ask: Ask, rest: str | None) -> Intent:
    if rest is None:
        return interactions.ordered(ask.json()) if ask.method == "POST" else Refuse("nowhere")
    name, _, verb = rest.strip("/").partition("/")
    if ask.method == "POST" and verb == "cancel":
        return Stop(name)
    return Look((name,), whole=True) if ask.method == "GET" and not verb else Refuse("nowhere")


def _ordered(model: str, body: dict[str, Any] | None) -> Intent:
    """An order of one clip, its files as `data:` URIs under names that tell what they are."""
    given = (body or {}).get("instances")
    told = (body or {}).get("parameters")
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], dict):
        return Refuse("bad-input")
    if not isinstance(told, dict) or not all(_fits(*pair) for pair in told.items()):
        return Refuse("bad-input")
    one = given[0]
    odd = set(one) - INSTANCE or not isinstance(one.get("prompt"), str)
    if odd or ("lastFrame" in one and "image" not in one):
        return Refuse("bad-input")
    if (told.get("durationSeconds", 8) == LONGER) != ("video" in one):
        return Refuse("bad-input")
    references = one.get("referenceImages", [])
    if references and (len(references) > MOST_REFERENCES or "image" in one or "video" in one):
        return Refuse("bad-input")
    frames = {name: _uri(one[name]) for name in ("image", "lastFrame", "video") if name in one}
    held = [_reference(reference) for reference in references]
    if None in (*frames.values(), *held):
        return Refuse("bad-input")
    return Submit(model, {"prompt": one["prompt"], **told, **frames, "references": held})


def _fits(name: str, value: Any) -> bool:
    if name not in FIELDS:
        return False
    kind, written = FIELDS[name]
    return type(value) is kind and written.fullmatch(str(value)) is not None


def _reference(given: Any) -> str | None:
    kind = given.get("referenceType") if isinstance(given, dict) else None
    return _uri(given.get("image")) if str(kind).lower() in ("asset", "style") else None


def _uri(file: Any) -> str | None:
    data, media = (
        (file.get("bytesBase64Encoded"), file.get("mimeType"))
        if isinstance(file, Mapping)
        else (None, None)
    )
    if not isinstance(data, str) or not isinstance(media, str):
        return None
    return f"data:{media};base64,{data}"


def _is_veo(job: Seen) -> bool:
    return job.path.startswith("veo-")


def _name(job: Seen) -> str:
    at = "projects/rehearsed-film/locations/global/publishers/google"
    return f"{at}/models/{job.path}/operations/{job.id}"


def _operation(job: Seen) -> dict[str, Any]:
    found: dict[str, Any] = {"name": _name(job)}
    if job.word:
        return found | {"done": job.word}
    if job.state in ("queued", "running"):
        return found
    if job.state == "done":
        assert job.file is not None, "a look asked for the whole of it"
        data = base64.b64encode(job.file.read_bytes()).decode("ascii")
        videos = [{"bytesBase64Encoded": data, "mimeType": "video/mp4"}]
        return found | {"done": True, "response": {"videos": videos}}
    if job.ending == "moderated":
        reasons = [f"Filtered: {job.reason}. Support codes: 58061214"]
        told = {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": reasons, "videos": []}
        return found | {"done": True, "response": told}
    code = 3 if job.ending == "unreadable" else 13
    return found | {"done": True, "error": {"code": code, "message": job.reason}}
