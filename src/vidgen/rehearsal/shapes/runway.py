"""Runway's tasks: an order is a POST to the path of its kind of work, with the model in its body.

Pure. As docs.dev.runwayml.com and runwayml 5.24.0 have it (November 2026): the version of the API
is wanted in a header; a task that is deleted is not known any more; an empty account is a 400 that
only its words tell from a bad value; an upload is announced, sent as a form to a store, and named
`runway://…` in a body.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
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
from vidgen.rehearsal.shelf import FILES, link_of

STORE = f"uploads.runway.{FILES}"
HOSTS: tuple[str, ...] = (STORE,)

VERSION = "2024-11-06"
"""Of the API: what `X-Runway-Version` has to say."""

UPLOAD = "runway://uploads/"

WANTED: dict[str, tuple[tuple[str, ...], ...]] = {
    "text_to_video": (("promptText",), ("ratio", "resolution")),
    "image_to_video": (("promptImage",),),
    "video_to_video": (("videoUri", "promptVideo"),),
    "character_performance": (("character",), ("reference",)),
    "text_to_image": (("promptText",), ("ratio",)),
    "video_upscale": (("videoUri",),),
}
"""By path: what a body has to have, one of each group."""

WHOLE, SWITCHES = ("seed",), ("audio", "draft")

TEXTS = (
    "model", "promptText", "negativePrompt", "ratio", "resolution", "mode", "videoUri",
    "promptVideo", "targetAspectRatio", "targetFramerate",
)  # fmt: skip
"""Fields by their type, alike at every model that has them."""

CODES = {"moderated": "SAFETY.OUTPUT.VIDEO", "unreadable": "ASSET.INVALID", "failed": "INTERNAL"}
"""By how a job ended; one that is billed was of too little worth (INTERNAL.BAD_OUTPUT)."""

_WORDS = {"queued": "THROTTLED", "running": "RUNNING", "done": "SUCCEEDED"}
_TASK = re.compile(r"v1/tasks/([^/]+)")


def read(ask: Ask, counter: Counter) -> Intent:
    """What a call means. The store knows no key: its form is signed."""
    if ask.host == STORE:
        return _brought(ask)
    if not has_bearer(ask):
        return Refuse("key")
    if ask.headers.get("x-runway-version") != VERSION:
        return Refuse("bad-input")
    path = counter.under(ask.path) or ""
    task = _TASK.fullmatch(path)
    if task and ask.method == "GET":
        return Look((task[1],))
    if task and ask.method == "DELETE":
        return Stop(task[1])
    if ask.method != "POST":
        return Refuse("nowhere")
    body, kind = ask.json(), path.removeprefix("v1/")
    if path == "v1/uploads":
        fits = body is not None and body.get("type") == "ephemeral" and body.get("filename")
        return Announce(str(body["filename"])) if body and fits else Refuse("bad-input")
    if not path.startswith("v1/") or kind not in WANTED:
        return Refuse("nowhere")
    if body is None or not _fits(kind, body):
        return Refuse("bad-input")
    linked = relinked(body, lambda one: _link(one, counter.provider))
    return Submit(path, {name: _placed(value) for name, value in linked.items()})


def taken(seen: Seen, counter: Counter) -> Answer:
    """The answer to an order; what it may cost at most, which Runway says too, is not played."""
    return as_json({"id": seen.id})


def told(look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
    """A task as it stands; one that was deleted is not known."""
    job = next((one for one in seen if one.state != "cancelled"), None)
    return as_json(_record(job)) if job is not None else _wrong(404, "Could not find Task")


def stopped(seen: Seen) -> Answer:
    """A task is deleted, whatever it was doing; there is nothing to say."""
    return _wrong(404, "Could not find Task") if seen.state == "cancelled" else Answer(204)


def announced(upload: str, link: str) -> Answer:
    """Where a file is to be put, what to send with it, and its name in an order."""
    fields = {"key": upload, "policy": "signed-by-the-rehearsal"}
    return as_json(
        {"uploadUrl": f"https://{STORE}/", "fields": fields, "runwayUri": f"{UPLOAD}{upload}"}
    )


def refused(why: Refusal, ask: Ask, chance: float) -> Answer:
    """The answer to a call that is refused."""
    sent = f"(sent with {ask.authorization})"
    match why:
        case "key":
            return _wrong(401, f"Unauthorized {sent}")
        case "nowhere":
            return _wrong(404, f"Not found: {ask.path}")
        case "no-such-job":
            return _wrong(404, "Could not find Task")
        case "rate-limit":
            return as_json({"error": f"Daily task limit reached {sent}"}, 429, *later(chance))
        case "overload":
            return _wrong(503, f"Service unavailable {sent}")
        case "no-credit":
            return _wrong(400, "You do not have enough credits to run this task.")
        case "moderation":
            return _wrong(400, "This request was rejected by content moderation.")
        case "bad-input":
            return _faulty("duration", f"Invalid value {sent}")
        case "unplanned":
            return _faulty("promptText", "No work of this rehearsal has this prompt at this path")
        case "server-error-created" if chance < 0.5:
            return GATEWAYS_PAGE
        case _:
            return _wrong(500, f"Internal server error {sent}")


def _brought(ask: Ask) -> Intent:
    """A file in a form of the store's, which reads no field that comes after it."""
    form = form_of(ask) or {}
    key, data = form.get("key"), bytes_in(form.get("file"))
    whole = "policy" in form and next(reversed(form)) == "file"
    if ask.method != "POST" or ask.authorization or not whole:
        return Refuse("nowhere")
    return Bring(key, data) if isinstance(key, str) and data else Refuse("nowhere")


def _fits(kind: str, body: dict[str, Any]) -> bool:
    """Whether a body is one by the types that all models of a path share."""
    named = isinstance(body.get("model"), str) and body["model"]
    whole = all(any(body.get(name) for name in group) for group in WANTED[kind])
    typed = (
        all(type(body[name]) is str for name in TEXTS if name in body)
        and all(type(body[name]) is int for name in WHOLE if name in body)
        and all(type(body[name]) is bool for name in SWITCHES if name in body)
    )
    length = body.get("duration", 1)
    timed = length == "auto" or type(length) is int
    odd = kind == "text_to_video" and ("promptImage" in body or "promptVideo" in body)
    return bool(named and whole and typed and timed and not odd and _pictured(body))


def _pictured(body: dict[str, Any]) -> bool:
    """Whether frames, references and characters are the objects that they have to be."""
    frames = body.get("promptImage", "")
    places = [one.get("position") for one in _objects(frames) or ()]
    framed = isinstance(frames, str) or places in (["first"], ["first", "last"], ["last", "first"])
    lists = [_objects(body.get(name, [])) for name in ("references", "referenceImages")]
    roles = _objects([body[name] for name in ("character", "reference") if name in body])
    return (
        framed
        and all(found is not None for found in lists)
        and all(isinstance(one.get("uri"), str) for found in lists for one in found or ())
        and roles is not None
        and all(one.get("type") in ("image", "video") for one in roles)
    )


def _objects(value: Any) -> list[dict[str, Any]] | None:
    """A list of objects; None where it is something else."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return None
    return value


def _link(name: str, provider: str) -> str:
    """A text of a body; the name of an upload as the link that it lies under here."""
    return link_of(provider, name.removeprefix(UPLOAD)) if name.startswith(UPLOAD) else name


def _placed(value: Any) -> Any:
    """A field of a body; frames under the names of their places."""
    frames = _objects(value) or []
    placed = frames and all("position" in one for one in frames)
    return {one["position"]: one["uri"] for one in frames} if placed else value


def _record(job: Seen) -> dict[str, Any]:
    made = datetime.fromtimestamp(job.placed, UTC).isoformat(timespec="milliseconds")
    word = job.word or _WORDS.get(job.state, "FAILED")
    record: dict[str, Any] = {"id": job.id, "createdAt": made, "status": word}
    if job.word is not None or job.state == "queued":
        return record
    if job.state == "running":
        return {**record, "progress": job.progress}
    if job.state == "done":
        return record | {"output": [job.link]} | _cost(job)
    code = CODES.get(job.ending, "INTERNAL.BAD_OUTPUT.CODE01")
    return record | {"failure": job.reason, "failureCode": code} | _cost(job)


def _cost(job: Seen) -> dict[str, Any]:
    """What a task cost; left out where nobody knows, though Runway always says."""
    if job.usd is None:
        return {}
    credits = job.usd * 100
    return {"cost": {"credits": int(credits) if credits == int(credits) else float(credits)}}


def _wrong(status: int, words: str) -> Answer:
    return as_json({"error": words, "docUrl": "https://docs.dev.runwayml.com/api"}, status)


def _faulty(field: str, words: str) -> Answer:
    issue = {"code": "invalid_value", "path": [field], "message": words}
    return as_json({"error": "Validation of body failed", "issues": [issue]}, 400)
