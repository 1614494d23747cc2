"""Google's interactions, which the Gemini API and Vertex AI share: what a body may say, and the
record that a look is told.

Pure. As ai.google.dev has it (guide of 2026-09-10) and google-genai 3.4.0's types: names that are
not known are refused, and so is a length as a bare number. A refusal that comes late is work that
is complete, with words where the clip would be. Money is told as tokens.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from vidgen.rehearsal.exchange import Answer, Intent, Refuse, Seen, Submit, as_json

FIELDS = frozenset(
    {"model", "input", "background", "store", "stream", "response_format", "generation_config"}
    | {"labels", "previous_interaction_id", "service_tier", "safety_settings", "webhook_config"}
)
TASKS = frozenset(
    {"text_to_video", "image_to_video", "reference_to_video", "edit", "extend", "upscale"}
)
CLIP = {
    "aspect_ratio": re.compile("16:9|9:16"),
    "resolution": re.compile("360p|720p|1080p|4k"),
    "duration": re.compile(r"\d{1,2}(\.\d+)?s"),
    "delivery": re.compile("inline|uri"),
    "gcs_uri": re.compile("gs://.+"),
}
PICTURE = {
    "aspect_ratio": re.compile("1:1|2:3|3:2|3:4|4:3|4:5|5:4|9:16|16:9|21:9|1:8|8:1|1:4|4:1"),
    "image_size": re.compile("512|1K|2K|4K"),
    "delivery": re.compile("inline|uri"),
    "mime_type": re.compile("image/jpeg"),
}
"""What a format may say, by its type, and how."""

RATES = {
    "gemini-3-pro-image": (Decimal(120), Decimal(2)),
    "gemini-nano-banana-2.1": (Decimal(30), Decimal("1.5")),
    "gemini-3.1-flash-lite-image": (Decimal(30), Decimal("0.25")),
}
OMNI = (Decimal("17.5"), Decimal("1.5"))
"""US dollars per million tokens made, and given."""

_ROLE = re.compile(r"<(FIRST_FRAME|LAST_FRAME)>(?:@Image(\d+))?")
_WORDS = {"queued": "queued", "running": "in_progress", "done": "completed"}


def ordered(body: dict[str, Any] | None) -> Intent:
    """What an order says, its files under names that tell what they are."""
    if body is None or set(body) - FIELDS or not isinstance(body.get("model"), str):
        return Refuse("bad-input")
    told = body.get("response_format", {"type": "video"})
    config = body.get("generation_config", {})
    if not (_format(told) and isinstance(config, dict) and _task(config)):
        return Refuse("bad-input")
    if body.get("background") is True and body.get("store") is False:
        return Refuse("bad-input")
    parts = list(_parts(body.get("input")))
    texts = [part["text"] for part in parts if part.get("type") == "text"]
    if not texts or not all(map(_readable, parts)):
        return Refuse("bad-input")
    prompt = " ".join(texts)
    shape = {name: value for name, value in told.items() if name != "type"}
    files = _files(parts, prompt)
    return Submit(body["model"], {"model": body["model"], "prompt": prompt, **shape, **files})


def record(job: Seen, link: str = "") -> dict[str, Any]:
    """An interaction; `link` is where its clip is, and without one it is in the answer."""
    found: dict[str, Any] = {
        "id": job.id,
        "object": "interaction",
        "model": job.path,
        "status": job.word or _WORDS.get(job.state, "cancelled"),
        "steps": [{"type": "user_input", "content": []}],
    }
    if job.state == "failed" and not job.word:
        found["status"] = "completed" if job.ending == "moderated" else "failed"
    if job.state == "done":
        found["steps"].append({"type": "model_output", "content": [_made(job, link)]})
    elif job.state == "failed" and job.ending == "moderated":
        words = {"type": "text", "text": f"I cannot make this: {job.reason}"}
        found["steps"].append({"type": "model_output", "content": [words]})
    elif job.state == "failed":
        code = "invalid_request" if job.ending == "unreadable" else "internal"
        found["errors"] = [{"code": code, "message": job.reason}]
    if job.state in ("done", "failed") and not (job.billed and job.usd is None):
        found["usage"] = _usage(job)
    return found


def unknown() -> Answer:
    """No interaction has that id: Google calls the id itself invalid."""
    return as_json(
        {"error": {"code": "invalid_request", "message": "Invalid interaction name"}}, 400
    )


def _format(told: Any) -> bool:
    known = PICTURE if isinstance(told, dict) and told.get("type") == "image" else CLIP
    return (
        isinstance(told, dict)
        and told.get("type") in ("video", "image")
        and all(
            name == "type"
            or (name in known and isinstance(value, str) and known[name].fullmatch(value))
            for name, value in told.items()
        )
    )


def _task(config: Mapping[str, Any]) -> bool:
    video = config.get("video_config", {})
    return isinstance(video, dict) and video.get("task", "edit") in TASKS


def _parts(given: Any) -> Iterator[dict[str, Any]]:
    """The parts of an input: of a text, of a flat list, or of a list of steps."""
    if isinstance(given, str):
        yield {"type": "text", "text": given}
    for item in given if isinstance(given, list) else []:
        if isinstance(item, dict) and item.get("type") == "user_input":
            yield from _parts(item.get("content"))
        elif isinstance(item, dict):
            yield item


def _readable(part: Mapping[str, Any]) -> bool:
    if part.get("type") == "text":
        return isinstance(part.get("text"), str)
    data, media = part.get("data"), part.get("mime_type")
    if part.get("type") not in ("image", "video") or not isinstance(data, str):
        return False
    fits = isinstance(media, str) and media.startswith(f"{part['type']}/")
    return (
        fits and media != "video/quicktime" and re.fullmatch(r"[A-Za-z0-9+/]+=*", data) is not None
    )


def _files(parts: list[dict[str, Any]], prompt: str) -> dict[str, Any]:
    """Files as `data:` URIs, by the roles that the prompt's tags give them."""
    images = [_uri(part) for part in parts if part["type"] == "image"]
    found: dict[str, Any] = {}
    roles = {
        name: int(number or place + 1) for place, (name, number) in enumerate(_ROLE.findall(prompt))
    }
    for name, number in roles.items():
        if number <= len(images):
            found[name.lower()] = images[number - 1]
    found["references"] = [image for image in images if image not in found.values()]
    found["videos"] = [_uri(part) for part in parts if part["type"] == "video"]
    return found


def _uri(part: Mapping[str, Any]) -> str:
    return f"data:{part['mime_type']};base64,{part['data']}"


def _made(job: Seen, link: str) -> dict[str, Any]:
    kind = {"type": "image", "mime_type": "image/png"}
    if not job.still:
        kind = {"type": "video", "mime_type": "video/mp4"}
        if link:
            return {**kind, "uri": link}
    assert job.file is not None, "a look asked for the whole of it"
    return {**kind, "data": base64.b64encode(job.file.read_bytes()).decode("ascii")}


def _usage(job: Seen) -> dict[str, Any]:
    """Tokens that come to exactly what was billed."""
    rate, given_rate = RATES.get(job.path, OMNI)
    left = (job.usd or Decimal(0)) * 1_000_000 if job.billed else Decimal(0)
    most = int(left // rate)
    made = next(
        (n for n in range(most, max(most - 30, -1), -1) if not (left - n * rate) % given_rate), most
    )
    return {
        "total_input_tokens": int((left - made * rate) // given_rate),
        "total_thought_tokens": 0,
        "output_tokens_by_modality": [
            {"modality": "image" if job.still else "video", "tokens": made}
        ],
    }
