"""Ark: clips are tasks at one address, looked at by their ids; stills come with the answer.

Pure. As Volcengine's pages and BytePlus's client have it (2026): a task that waits can be deleted,
one that runs cannot; an error is a code in parts; a task tells tokens, and no price. What Ark is
strict about in a body it is strict about here: kinds, roles, and ways that exclude one another. A
still is made while its order is being answered; here its file is there once it is drawn.
"""

from __future__ import annotations

import re
from typing import Any

from vidgen.rehearsal.alike import BEING_MADE, GATEWAYS_PAGE, STILLS, has_bearer, later, typed
from vidgen.rehearsal.exchange import (
    Answer,
    Ask,
    Counter,
    Fetch,
    Intent,
    Look,
    Refusal,
    Refuse,
    Seen,
    Stop,
    Submit,
    as_json,
)

HOSTS: tuple[str, ...] = ()

TASKS = "contents/generations/tasks"
PICTURES = "images/generations"

FRAMES_A_SECOND = 24
KINDS: dict[str, tuple[str, frozenset[str]]] = {
    "image_url": ("image", frozenset({"first_frame", "last_frame", "reference_image"})),
    "audio_url": ("audio", frozenset({"reference_audio"})),
    "video_url": ("video", frozenset({"reference_video"})),
}
"""By the type of an item: what its `data:` URI begins with, and the roles that it may have."""

FIELDS: dict[str, type] = {
    "resolution": str,
    "ratio": str,
    "duration": int,
    "seed": int,
    "generate_audio": bool,
    "watermark": bool,
    "return_last_frame": bool,
    "camera_fixed": bool,
    "frames": int,
    "draft": bool,
    "service_tier": str,
    "priority": int,
    "execution_expires_after": int,
    "safety_identifier": str,
    "callback_url": str,
    "output_format": str,
    "omni_reference_task_type": str,
    "tools": list,
}
"""What a body may have besides the model and the content, and of what kind it is."""

STILL: dict[str, type] = {
    "model": str,
    "prompt": str,
    "image": list,
    "size": str,
    "response_format": str,
    "watermark": bool,
    "sequential_image_generation": str,
}
"""What the order of a still may have."""

FEWEST, MOST = 2560 * 1440, 4096 * 4096
"""Pixels of a still by Seedream 4.5."""

RATIOS = frozenset({"16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive"})
RESOLUTIONS = frozenset({"480p", "720p", "1080p", "4k"})

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_VERSION = re.compile(r"seedance-(\d+)-(\d+)")
_WORDS = {"queued": "queued", "running": "running", "done": "succeeded", "cancelled": "cancelled"}


def read(ask: Ask, counter: Counter) -> Intent:
    """What a call means."""
    path = counter.under(ask.path) or ""
    if ask.method == "GET" and path.startswith(STILLS):
        return Fetch(path.removeprefix(STILLS))  # open to everyone who has the link
    if not has_bearer(ask):
        return Refuse("key")
    if path == PICTURES and ask.method == "POST":
        return _pictured(ask.json())
    if path == TASKS and ask.method == "POST":
        return _ordered(ask.json())
    if path == TASKS and ask.method == "GET":
        name = ask.query.get("filter.task_ids")
        return Look((name,) if name else (), part="list")
    name = path.removeprefix(f"{TASKS}/")
    if name == path or "/" in name:
        return Refuse("nowhere")
    if ask.method == "GET":
        return Look((name,))
    return Stop(name) if ask.method == "DELETE" else Refuse("nowhere")


def taken(seen: Seen, counter: Counter) -> Answer:
    """The answer to an order: its id and no more; for a still the still, or why there is none."""
    if seen.path != PICTURES:
        return as_json({"id": seen.id})
    made = [{"url": f"{counter.url}/{STILLS}{seen.id}", "size": f"{seen.width}x{seen.height}"}]
    wrong = [{"error": {"code": _failure(seen, "Image"), "message": seen.reason}}]
    data: dict[str, list[dict[str, Any]]] = {"done": [*made], "failed-billed": []}
    return as_json({"created": round(seen.placed), "data": data.get(seen.ending, wrong)})


def told(look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
    """The answer to a look at one task, or at a list."""
    if look.part == "list":
        return as_json({"total": len(seen), "items": [_record(job) for job in seen]})
    return as_json(_record(seen[0])) if seen else _unknown()


def stopped(seen: Seen) -> Answer:
    """One that waits goes; one that runs, or was cancelled before, cannot be deleted."""
    if seen.state == "running":
        return _wrong(409, "TaskRunningCannotCancel", "The task is currently running")
    if seen.state == "cancelled":
        return _wrong(409, "InvalidAction", "The task was cancelled before")
    return as_json({})


def announced(upload: str, link: str) -> Answer:
    """Files are not taken here; no call means this."""
    return _wrong(404, "ResourceNotFound", "There is no such resource")


def refused(why: Refusal, ask: Ask, chance: float) -> Answer:
    """The answer to a call that is refused."""
    sent = f"(sent with {ask.authorization})"
    match why:
        case "key":
            return _wrong(401, "AuthenticationError", f"The API key is missing or invalid {sent}")
        case "nowhere":
            return _wrong(404, "ResourceNotFound", f"No such resource: {ask.path}")
        case "no-such-job" if STILLS in ask.path:
            return BEING_MADE
        case "no-such-job":
            return _unknown()
        case "rate-limit":
            return _limited(chance, sent)
        case "overload":
            return _wrong(429, "ServerOverloaded", f"The service is overloaded {sent}")
        case "no-credit":
            code = "AccountOverdueError" if chance < 0.5 else "ServiceOverdue"
            return _wrong(403, code, "The account has an overdue balance")
        case "moderation":
            words = "The input text may contain sensitive information"
            return _wrong(400, "InputTextSensitiveContentDetected", words)
        case "bad-input":
            return _wrong(400, "InvalidParameter", f"`duration` or another is not valid {sent}")
        case "unplanned":
            words = "content.text: no work of this rehearsal has it for this model"
            return _wrong(400, "InvalidParameter", words)
        case "server-error-created" if chance < 0.5:
            return GATEWAYS_PAGE
        case _:
            return _wrong(500, "InternalServiceError", f"The service met an error {sent}")


def _ordered(body: dict[str, Any] | None) -> Intent:
    """An order. Its path is the model, and each file stands under its role."""
    if body is None or not _plain_fields(body):
        return Refuse("bad-input")
    model, content = body["model"], body.get("content")
    if not isinstance(content, list) or not content or not all(map(_item, content)):
        return Refuse("bad-input")
    if not _together(model, body, [item.get("role") for item in content]):
        return Refuse("bad-input")
    shown = [{**item, "type": item.get("role", item["type"])} for item in content]
    return Submit(model, {**body, "content": shown})


def _pictured(body: dict[str, Any] | None) -> Intent:
    """An order of one still."""
    if body is None or not typed(body, STILL):
        return Refuse("bad-input")
    size = re.fullmatch(r"(\d{3,4})x(\d{3,4})", body.get("size", ""))
    images = body.get("image", [])
    fine = (
        bool(body.get("prompt"))
        and _MODEL.fullmatch(body.get("model", "")) is not None
        and (size is not None and FEWEST <= int(size[1]) * int(size[2]) <= MOST)
        and body.get("response_format", "url") in ("url", "b64_json")
        and all(
            isinstance(url, str) and url.startswith(("https://", "data:image/")) for url in images
        )
    )
    return Submit(PICTURES, body) if fine else Refuse("bad-input")


def _plain_fields(body: dict[str, Any]) -> bool:
    """Whether everything but the content is of its kind, and one of what can be chosen."""
    model = body.get("model")
    if not isinstance(model, str) or not _MODEL.fullmatch(model):
        return False
    given = {name: value for name, value in body.items() if name not in ("model", "content")}
    if not typed(given, FIELDS):
        return False
    fine = body.get("ratio", "16:9") in RATIOS and body.get("resolution", "720p") in RESOLUTIONS
    return fine and (-1 <= body.get("seed", -1) < 2**32)


def _item(item: Any) -> bool:
    """Whether an item of the content is a text, or a file in a role that such a file may have."""
    if not isinstance(item, dict):
        return False
    kind = item.get("type")
    if kind == "text":
        return isinstance(item.get("text"), str) and item["text"] != "" and "role" not in item
    if kind not in KINDS:
        return False
    begins, roles = KINDS[kind]
    named = item.get(kind)
    url = named.get("url") if isinstance(named, dict) else None
    if not isinstance(url, str) or item.get("role") not in roles:
        return False
    public = url.startswith(("https://", "asset://"))
    return public or (kind != "video_url" and url.startswith(f"data:{begins}/"))


def _together(model: str, body: dict[str, Any], roles: list[str | None]) -> bool:
    """Whether the roles go together, with this model and this shape."""
    frames = {"first_frame", "last_frame"} & set(roles)
    references = [role for role in roles if role and role.startswith("reference_")]
    if frames and references:
        return False
    if roles.count("first_frame") > 1 or roles.count("last_frame") > roles.count("first_frame"):
        return False
    found = _VERSION.search(model)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    alone = bool(references) and set(references) == {"reference_audio"}
    if alone and version < (2, 5):
        return False
    return not (frames and version >= (2, 5) and body.get("ratio", "adaptive") != "adaptive")


def _record(job: Seen) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": job.id,
        "model": job.path,
        "status": job.word or _WORDS.get(job.state, "failed"),
        "created_at": round(job.placed),
        "updated_at": round(job.changed),
        "service_tier": "default",
        "execution_expires_after": 172800,
    }
    if job.state == "done":
        record |= {"content": {"video_url": job.link}, "error": None, "seed": job.seed}
        record |= {"duration": int(job.seconds), "framespersecond": FRAMES_A_SECOND}
    if job.state == "failed":
        record["error"] = {"code": _failure(job), "message": job.reason}
    if job.billed:
        tokens = _counted(job) if job.tokens is None else job.tokens
        record["usage"] = {"completion_tokens": tokens, "total_tokens": tokens}
    return record


def _counted(job: Seen) -> int:
    """Tokens by the size of a clip, where nobody has planned with them."""
    return round(job.width * job.height * job.seconds * FRAMES_A_SECOND / 1024)


def _failure(job: Seen, of: str = "Video") -> str:
    if job.ending == "moderated":
        return f"Output{of}SensitiveContentDetected"
    if job.ending == "unreadable":
        return "InvalidParameter.UnsupportedImageFormat"
    return "InternalServiceError"


def _limited(chance: float, sent: str) -> Answer:
    code, words = "RateLimitExceeded.EndpointRPMExceeded", "Requests per minute exceed the limit"
    return _wrong(429, code, f"{words} {sent}", *later(chance, below=0.3))


def _unknown() -> Answer:
    return _wrong(404, "ResourceNotFound", "The specified task is not found")


def _wrong(status: int, code: str, words: str, *headers: tuple[str, str]) -> Answer:
    error = {"code": code, "message": f"{words} Request id: rehearsed", "param": "", "type": ""}
    return as_json({"error": error}, status, *headers)
