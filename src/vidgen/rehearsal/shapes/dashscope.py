"""Model Studio's tasks: an order is a POST that says it will not wait, and a task is looked at.

Pure. As the dashscope SDK 2.0.2 and Model Studio's pages of 2026 have it: a refusal may come with
HTTP 200, an id that is not known is a task in the state UNKNOWN, only what waits can be cancelled,
and a file is put into a storage of its own by a form that its place was asked for beforehand.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from vidgen.rehearsal.alike import GATEWAYS_PAGE, bytes_in, has_bearer, later, relinked
from vidgen.rehearsal.exchange import (
    Announce,
    Answer,
    Ask,
    Bring,
    Counter,
    Intent,
    Look,
    Refusal,
    Refuse,
    Seen,
    Stop,
    Submit,
    as_json,
    form_of,
)
from vidgen.rehearsal.shelf import link_of

STORAGE = "dashscope-file.oss-ap-southeast-1.aliyuncs.com"
HOSTS: tuple[str, ...] = (STORAGE,)

UPLOADS = "dashscope-instant"
"""What the names of uploads begin with."""

_VIDEO = "services/aigc/video-generation/video-synthesis"
_FRAMES = "services/aigc/image2video/video-synthesis"
_STILL = "services/aigc/text2image/image-synthesis"
_TASK = re.compile(r"tasks/(?P<id>[^/]+)(?P<cancel>/cancel)?")
_UPLOAD = re.compile(rf"oss://{UPLOADS}/(?P<token>[0-9a-f]+)/[^/]+")
_WORDS = {"queued": "PENDING", "running": "RUNNING", "done": "SUCCEEDED", "cancelled": "CANCELED"}

_PARAMETERS: dict[str, Any] = {
    "size": re.compile(r"[0-9]+\*[0-9]+"),
    "resolution": re.compile(r"(480|720|1080)P"),
    "ratio": re.compile(r"adaptive|[0-9]+:[0-9]+"),
    "shot_type": re.compile(r"single|multi"),
    "duration": int,
    "seed": int,
    "n": int,
    "audio": bool,
    "prompt_extend": bool,
    "watermark": bool,
}
"""Each parameter that is known, and its type or the form of its text; no other one is taken."""


def read(ask: Ask, counter: Counter) -> Intent:
    """What a call means."""
    if ask.host == STORAGE:
        return _brought(ask)
    if not has_bearer(ask):
        return Refuse("key")
    path = counter.under(ask.path) or ""
    task = _TASK.fullmatch(path)
    if ask.method == "GET" and path == "tasks":
        return Look((), part="list")
    if ask.method == "GET" and path == "uploads":
        known = ask.query.get("action") == "getPolicy" and ask.query.get("model")
        return Announce(ask.query["model"]) if known else Refuse("bad-input")
    if task and ask.method == ("POST" if task["cancel"] else "GET"):
        return Stop(task["id"]) if task["cancel"] else Look((task["id"],))
    if ask.method == "POST" and path in (_VIDEO, _FRAMES, _STILL):
        return _ordered(ask, path, counter.provider)
    return Refuse("nowhere")


def taken(seen: Seen, counter: Counter) -> Answer:
    """The answer to an order: its task, which always waits at first."""
    return _fine({"task_id": seen.id, "task_status": "PENDING"})


def told(look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
    """A task as it stands; the list of tasks is always empty here."""
    if look.part == "list":
        return as_json({"request_id": "rehearsed", "data": [], "total": 0, "page_no": 1})
    if not seen:
        return _fine({"task_id": look.names[0], "task_status": "UNKNOWN"})
    job = seen[0]
    output = {"task_id": job.id, "task_status": job.word or _WORDS.get(job.state, "FAILED")}
    if job.word is not None:
        return _fine(output)
    if job.state == "failed":
        code = _failure(job)
        counted = {"usage": _usage(job)} if job.billed else {}
        return _fine({**output, "code": code, "message": job.reason}, **counted)
    if job.state != "done":
        return _fine(output)
    made = {"results": [{"url": job.link}]} if job.still else {"video_url": job.link}
    return _fine({**output, **made}, usage=_usage(job))


def stopped(seen: Seen) -> Answer:
    """Only what waits can be cancelled."""
    if seen.state == "queued":
        return as_json({"request_id": "rehearsed"})
    return _wrong(400, "UnsupportedOperation", "The task is not in the state PENDING")


def announced(upload: str, link: str) -> Answer:
    """Where a file is to be put, with what the form has to say. `upload` is a token."""
    place = {
        "policy": base64.b64encode(upload.encode()).decode(),
        "signature": "rehearsed",
        "upload_dir": f"{UPLOADS}/{upload}",
        "upload_host": f"https://{STORAGE}",
        "expire_in_seconds": 300,
        "max_file_size_mb": 100,
        "oss_access_key_id": "rehearsed",
        "x_oss_object_acl": "private",
        "x_oss_forbid_overwrite": "true",
    }
    return as_json({"request_id": "rehearsed", "data": place})


def refused(why: Refusal, ask: Ask, chance: float) -> Answer:
    """The answer to a call that is refused; what is asked wrongly is sometimes told with 200."""
    sent = f"(sent with {ask.authorization})"
    status = 200 if 0.0 < chance < 0.3 else 400
    match why:
        case "key":
            return _wrong(401, "InvalidApiKey", f"Invalid API-key provided. {sent}")
        case "nowhere":
            return _wrong(404, "NotFound", f"No such resource: {ask.path}")
        case "no-such-job":
            return _wrong(400, "UnsupportedOperation", "The task is not known")
        case "rate-limit":
            words = f"Requests rate limit exceeded {sent}"
            return _wrong(429, "Throttling.RateQuota", words, *later(chance))
        case "overload":
            return _wrong(503, "ServiceUnavailable", f"No room for the moment {sent}")
        case "no-credit":
            return _wrong(400, "Arrearage", "Make sure your account is in good standing.")
        case "moderation":
            return _wrong(status, "DataInspectionFailed", "Input data may be inappropriate.")
        case "bad-input":
            return _wrong(status, "InvalidParameter", f"A parameter is not as it should be {sent}")
        case "unplanned":
            words = "prompt: no work of this rehearsal has it for this model"
            return _wrong(400, "InvalidParameter", words)
        case "server-error-created" if chance < 0.5:
            return GATEWAYS_PAGE
        case _:
            return _wrong(500, "InternalError", f"An internal error has occurred {sent}")


def _ordered(ask: Ask, path: str, provider: str) -> Intent:
    """An order, unless the real one would refuse it; its path is the model, as in the page."""
    body = ask.json() or {}
    model, given, parameters = (body.get(name) for name in ("model", "input", "parameters"))
    if not (isinstance(model, str) and isinstance(given, dict)):
        return Refuse("bad-input")
    right_path = _FRAMES if "kf2v" in model else _STILL if "t2i" in model else _VIDEO
    waits = ask.headers.get("x-dashscope-async") != "enable"
    if path != right_path or waits or not _known(parameters or {}) or not _together(model, body):
        return Refuse("bad-input")
    resolves = ask.headers.get("x-dashscope-ossresourceresolve") == "enable"
    if "oss://" in str(given) and not resolves:
        return Refuse("bad-input")
    return Submit(model, relinked(body, lambda one: _link(one, provider)))


def _known(parameters: object) -> bool:
    """Whether every parameter is one of Model Studio's, in its type and form."""
    if not isinstance(parameters, dict):
        return False
    for name, value in parameters.items():
        form = _PARAMETERS.get(name)
        if isinstance(form, type):
            if type(value) is not form:
                return False
        elif form is None or not isinstance(value, str) or not form.fullmatch(value):
            return False
    return True


def _together(model: str, body: Mapping[str, Any]) -> bool:
    """Whether what is given may stand together: each model has its own form."""
    media, parameters = body["input"].get("media", []), body.get("parameters") or {}
    if not isinstance(media, list) or not all(isinstance(one, dict) for one in media):
        return False
    kinds = [one.get("type") for one in media if isinstance(one.get("url"), str)]
    if len(kinds) != len(media) or any(kinds.count(kind) > 1 for kind in _ONCE):
        return False
    newer = model.startswith(("wan2.7", "wan3", "happyhorse"))
    old_words = _OLD_FILES.intersection(body["input"]) or "size" in parameters
    if old_words if newer else (media or "ratio" in parameters):
        return False
    frames = {"first_frame", "last_frame"}.intersection(kinds)
    if model.startswith("wan3") and frames and "reference_image" in kinds:
        return False
    return not (model.startswith("happyhorse") and frames and "ratio" in parameters)


_OLD_FILES = {"img_url", "reference_urls", "first_frame_url", "last_frame_url"}
_ONCE = ("first_frame", "last_frame", "driving_audio", "first_clip", "video")


def _link(name: str, provider: str) -> str:
    """A text of a body; an upload by the link that a rehearsal finds it by."""
    upload = _UPLOAD.fullmatch(name)
    return link_of(provider, upload["token"]) if upload else name


def _brought(ask: Ask) -> Intent:
    """A file in the storage's form, under the name that its place was given."""
    form = form_of(ask) or {}
    data, upload = bytes_in(form.get("file")), _UPLOAD.fullmatch(f"oss://{form.get('key')}")
    if ask.method != "POST" or upload is None or data is None:
        return Refuse("bad-input")
    return Bring(upload["token"], data)


def _failure(job: Seen) -> str:
    """The code by which a failed task says why."""
    codes = {"moderated": "DataInspectionFailed", "unreadable": "InvalidParameter.FileDownload"}
    return codes.get(job.ending, "InternalError.Algo")


def _usage(job: Seen) -> dict[str, Any]:
    """What is counted: stills, or seconds of a clip; never money."""
    if job.still:
        return {"image_count": 1}
    seconds = float(job.seconds)
    return {"video_count": 1, "duration": seconds, "output_video_duration": seconds}


def _fine(output: dict[str, Any], **more: Any) -> Answer:
    return as_json({"request_id": "rehearsed", "output": output, **more})


def _wrong(status: int, code: str, words: str, *headers: tuple[str, str]) -> Answer:
    body = {"code": code, "message": words, "request_id": "rehearsed"}
    return as_json(body, status, *headers)
