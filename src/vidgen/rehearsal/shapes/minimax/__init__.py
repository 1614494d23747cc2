"""MiniMax: two generations side by side, and stills that come with the answer.

Pure. As its pages have it (2026-10-08): /v2 says what is wrong by HTTP's status, with a code in
brackets at the end of the message; /v1 says almost everything with HTTP 200 and a code beside it,
and a finished clip is a file whose link is asked for apart. No client's id is taken. A still is
made while its order is being answered; here its file is there once it is drawn.
"""

from __future__ import annotations

import re
from typing import Any

from vidgen.rehearsal.alike import BEING_MADE, GATEWAYS_PAGE, STILLS, bytes_in, has_bearer, later
from vidgen.rehearsal.exchange import (
    Answer,
    Ask,
    Counter,
    Fetch,
    Intent,
    Keep,
    Look,
    Refusal,
    Refuse,
    Seen,
    Stop,
    Submit,
    as_json,
    form_of,
)
from vidgen.rehearsal.shapes.minimax import bodies
from vidgen.rehearsal.shelf import link_of

HOSTS: tuple[str, ...] = ()

NEWER, OLDER, STILL = "v2/video_generation", "v1/video_generation", "v1/image_generation"
ORDERS = {NEWER: bodies.newer, OLDER: bodies.older, STILL: bodies.still}
"""Where orders go, and what is taken there."""

UPLOAD = "v1/files/upload"
PURPOSE = "video_generation_input"
BALANCES = ("account/query_balance", "v1/token_plan/remains")

_LOOK = re.compile(r"v2/query/video_generation/(?P<id>[^/]+)")
_TASK = re.compile(r"v2/video_generation/(?P<id>[^/]+)")
_MM_FILE = "mm_file://"
_WORDS = {"queued": "queued", "running": "running", "done": "succeeded", "cancelled": "cancelled"}
_OLD_WORDS = {"queued": "Queueing", "running": "Processing", "done": "Success"}
_STATUS = {
    1000: (500, "server_error"),
    1002: (429, "rate_limit_error"),
    1004: (401, "authorized_error"),
    1008: (402, "insufficient_balance_error"),
    1026: (422, "unprocessable_entity_error"),
    1041: (429, "rate_limit_error"),
    2013: (400, "bad_request_error"),
}
"""By code: what /v2 says it with."""


def read(ask: Ask, counter: Counter) -> Intent:
    """What a call means."""
    path = counter.under(ask.path) or ""
    if ask.method == "GET" and path.startswith(STILLS):
        return Fetch(path.removeprefix(STILLS))  # open to everyone who has the link
    if not has_bearer(ask):
        return Refuse("key")
    if ask.method == "POST":
        return _uploaded(ask) if path == UPLOAD else _ordered(path, ask.json(), counter.provider)
    task, look = _TASK.fullmatch(path), _LOOK.fullmatch(path)
    if ask.method == "DELETE" and task:
        return Stop(task["id"])
    if ask.method != "GET":
        return Refuse("nowhere")
    if look:
        return Look((look["id"],), part="newer")
    if path == "v1/query/video_generation" and ask.query.get("task_id"):
        return Look((ask.query["task_id"],), part="older")
    if path == "v1/files/retrieve" and ask.query.get("file_id"):
        return Look((ask.query["file_id"],), part="file")
    return Look((), part="balance") if path in BALANCES else Refuse("nowhere")


def taken(seen: Seen, counter: Counter) -> Answer:
    """The answer to an order: its id; for a still the still, or that it was held back."""
    if seen.path == NEWER:
        return as_json({"task_id": seen.id})
    if seen.path == OLDER:
        return _fine({"task_id": seen.id})
    made = seen.ending == "done"
    return _fine(
        {
            "id": seen.id,
            "data": {"image_urls": [f"{counter.url}/{STILLS}{seen.id}"] if made else []},
            "metadata": {
                "success_count": str(int(made)),
                "failed_count": str(int(seen.ending == "moderated")),
            },
        }
    )


def told(look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
    """The answer to a look at a task, at a file, or at the account."""
    if look.part == "balance":
        return _fine({"available_amount": "98.00", "cash_balance": "98.00"})
    of = NEWER if look.part == "newer" else OLDER
    job = next((one for one in seen if one.path == of), None)
    if look.part == "newer":
        words = "invalid params, invalid task_id"
        return as_json({"task": _task(job)}) if job else _wrong(True, 2013, words)
    if job is None or (look.part == "file" and job.state != "done"):
        return _wrong(False, 2013, f"invalid params, {look.part}")
    return _file(job) if look.part == "file" else _record(job)


def stopped(seen: Seen) -> Answer:
    """One that waits is taken back; one that runs stays; of one that is over the record goes."""
    if seen.state in ("running", "cancelled"):
        return _wrong(True, 2013, f"invalid params, a {seen.state} task cannot be cancelled")
    action = "cancelled" if seen.state == "queued" else "deleted"
    return as_json({"task_id": seen.id, "action": action, "status": action})


def announced(upload: str, link: str) -> Answer:
    """The answer to an upload: its id, by which an order names it."""
    return _fine({"file": {"file_id": upload, "purpose": PURPOSE}})


def refused(why: Refusal, ask: Ask, chance: float) -> Answer:
    """The answer to a call that is refused, in the manner of the API that was asked."""
    newer, sent = ask.path.strip("/").startswith("v2/"), f"(sent with {ask.authorization})"
    match why:
        case "key":
            return _wrong(newer, 1004, f"login fail: no API secret key in the header {sent}")
        case "nowhere":
            return Answer(404, (("content-type", "text/plain"),), b"404 page not found")
        case "no-such-job" if ask.path.strip("/").startswith(STILLS):
            return BEING_MADE
        case "no-such-job":
            return _wrong(newer, 2013, "invalid params, invalid task_id")
        case "rate-limit":
            return _wrong(newer, 1002, f"rate limit {sent}", *later(chance))
        case "overload":
            return _wrong(newer, 1041, f"conn limit {sent}")
        case "no-credit":
            return _wrong(newer, 1008, "insufficient balance")
        case "moderation":
            return _wrong(newer, 1026, "input new_sensitive")
        case "bad-input":
            return _wrong(newer, 2013, f"invalid params, resolution {sent}")
        case "unplanned":
            return _wrong(newer, 2013, "prompt: no work of this rehearsal has it for this model")
        case "server-error-created" if chance < 0.5:
            return GATEWAYS_PAGE
        case _:
            return _wrong(newer, 1000, f"unknown error {sent}")


def _ordered(path: str, body: dict[str, Any] | None, provider: str) -> Intent:
    """An order, with each file under its role and each upload under its link."""
    if path not in ORDERS:
        return Refuse("nowhere")
    if body is None or not ORDERS[path](body):
        return Refuse("bad-input")
    if path == NEWER:
        shown = [_shown(item, provider) for item in body["content"]]
        body = {**body, "content": shown}
    return Submit(path, body)


def _shown(item: dict[str, Any], provider: str) -> dict[str, Any]:
    kind = item["type"]
    if kind == "text":
        return item
    url = item[kind]["url"]
    if url.startswith(_MM_FILE):
        url = link_of(provider, url.removeprefix(_MM_FILE))
    return {"type": item["role"], kind: {"url": url}}


def _uploaded(ask: Ask) -> Intent:
    """A file, of the one purpose that an order of a clip can name."""
    form = form_of(ask) or {}
    data = bytes_in(form.get("file"))
    fits = form.get("purpose") == PURPOSE and data is not None
    return Keep("upload", data) if fits and data else Refuse("bad-input")


def _task(job: Seen) -> dict[str, Any]:
    """A task of /v2. Seconds are counted only where they are billed."""
    record: dict[str, Any] = {
        "id": job.id,
        "status": job.word or _WORDS.get(job.state, "failed"),
        "created_at": round(job.placed),
        "updated_at": round(job.changed),
        "task_type": "generation",
        "modality": "video",
        "usage": {},
    }
    if job.billed:
        seconds = int(job.seconds)
        record["usage"] = {
            "total_seconds": seconds,
            "input_seconds": 0,
            "output_seconds": seconds,
        }
    if job.state == "done":
        record |= {"content": {"url": job.link}, "duration": int(job.seconds)}
    if job.state == "failed":
        codes = {"moderated": "1026", "unreadable": "2013"}
        record["error"] = {"code": codes.get(job.ending, "1000"), "message": job.reason}
    return record


def _record(job: Seen) -> Answer:
    """A task of /v1: a failed one says with a code that it was against the rules, or nothing."""
    word = job.word or _OLD_WORDS.get(job.state, "Fail")
    body: dict[str, Any] = {"task_id": job.id, "status": word}
    if job.state == "done":
        body |= {"file_id": job.id, "video_width": job.width, "video_height": job.height}
    if job.state == "failed" and job.ending == "moderated":
        return as_json({**body, **_base(1027, f"output new_sensitive: {job.reason}")})
    return _fine(body)


def _file(job: Seen) -> Answer:
    """The file of a finished clip."""
    file = {"file_id": job.id, "bytes": job.bytes, "filename": "output.mp4"}
    return _fine({"file": {**file, "purpose": "video_generation", "download_url": job.link}})


def _base(code: int, words: str) -> dict[str, Any]:
    return {"base_resp": {"status_code": code, "status_msg": words}}


def _fine(body: dict[str, Any]) -> Answer:
    return as_json({**body, **_base(0, "success")})


def _wrong(newer: bool, code: int, words: str, *headers: tuple[str, str]) -> Answer:
    """A refusal. Of /v1 it comes with HTTP 200, and without anything that says when to return."""
    if not newer:
        return as_json(_base(code, words))
    status, kind = _STATUS[code]
    error = {"type": kind, "message": f"{words} ({code})", "http_code": str(status)}
    return as_json({"type": "error", "error": error, "request_id": "rehearsed"}, status, *headers)
