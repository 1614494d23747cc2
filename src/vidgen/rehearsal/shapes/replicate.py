"""Replicate's predictions: an order is an input under the model's name, or under its version.

Pure. As Replicate's OpenAPI description has it, and as its users quote its answers, in 2026: one
record tells the state, the result and the failure; a wrong type or an unknown key is refused;
files come in a form and are named by an address of the API's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vidgen.rehearsal.alike import GATEWAYS_PAGE, bytes_in, relinked
from vidgen.rehearsal.exchange import (
    Answer,
    Ask,
    Counter,
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
from vidgen.rehearsal.shelf import link_of

HOSTS: tuple[str, ...] = ()

API = "https://api.replicate.com/v1"
FILES = f"{API}/files/"
"""What the address of an uploaded file begins with."""

OUTER = {"input", "version", "stream", "webhook", "webhook_events_filter"}
"""What may stand in an order beside its input, and the input itself."""

WHOLE = {
    "duration", "seconds", "seed", "width", "height", "num_frames", "video_length", "fps",
    "frames_per_second", "playback_frames_per_second", "target_fps", "num_interpolation_steps",
}  # fmt: skip
SWITCHES = {
    "generate_audio", "generate_audio_switch", "keep_original_sound", "prompt_optimizer",
    "enable_prompt_expansion", "prompt_upsampling", "extend_prompt", "interpolate_output",
}  # fmt: skip
LISTS = {"reference_images", "image_input", "input_images", "images"}
TEXTS = {
    "prompt", "negative_prompt", "aspect_ratio", "resolution", "target_resolution", "quality",
    "mode", "image", "start_image", "end_image", "first_frame", "last_frame", "first_frame_image",
    "last_frame_image", "last_image", "input_image", "video", "video_url", "audio_file",
}  # fmt: skip
"""Inputs by their type, alike at every model that has them (`audio` is a switch at one maker)."""

_ORDER = re.compile(r"models/(?P<model>[^/:]+/[^/:]+)/predictions")
_VERSION = re.compile(r"[^/:]+/[^/:]+:[0-9a-f]{64}")
_JOB = re.compile(r"predictions/(?P<id>[^/]+)(?P<stop>/cancel)?")
_STATUS = {"queued": "starting", "done": "succeeded", "failed": "failed", "cancelled": "canceled"}


def read(ask: Ask, counter: Counter) -> Intent:
    """What a call means."""
    if not re.fullmatch(r"(Bearer|Token) \S+", ask.authorization):
        return Refuse("key")
    path = counter.under(ask.path) or ""
    job, order = _JOB.fullmatch(path), _ORDER.fullmatch(path)
    if ask.method == "GET" and job and not job["stop"]:
        return Look((job["id"],))
    if ask.method != "POST":
        return Refuse("nowhere")
    if job and job["stop"]:
        return Stop(job["id"])
    if path == "files":
        return _kept(ask)
    if order:
        return _ordered(order["model"], ask.json(), counter)
    if path == "predictions":
        body = ask.json() or {}
        version = body.get("version")
        if isinstance(version, str) and _VERSION.fullmatch(version):
            return _ordered(version, body, counter)
        return Refuse("bad-input")
    return Refuse("nowhere")


def taken(seen: Seen, counter: Counter) -> Answer:
    """The answer to an order: the prediction, as it stands."""
    return as_json(_prediction(seen), 201)


def told(look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
    """The answer to a look."""
    return as_json(_prediction(seen[0])) if seen else _problem(404, NOT_FOUND)


def stopped(seen: Seen) -> Answer:
    """The answer to a wish to stop: what waited is cancelled, what is over stays as it is."""
    waited = {"status": "canceled"} if seen.state == "queued" else {}
    return as_json(_prediction(seen) | waited)


def announced(upload: str, link: str) -> Answer:
    """The record of an uploaded file. It is named by the API's own address, never by `link`."""
    return as_json({"id": upload, "urls": {"get": f"{FILES}{upload}"}, "metadata": {}}, 201)


def refused(why: Refusal, ask: Ask, chance: float) -> Answer:
    """The answer to a call that is refused."""
    sent = f"(sent with {ask.authorization})"
    match why:
        case "key":
            words = f"You did not pass a valid authentication token {sent}"
            return _problem(401, words, "Unauthenticated")
        case "nowhere" | "no-such-job":
            return _problem(404, NOT_FOUND)
        case "rate-limit":
            return _throttled(chance)
        case "overload":
            return _problem(503, f"Service unavailable {sent}")
        case "no-credit":
            words = "You have insufficient credit to run this model."
            return _problem(402, words, "Insufficient credit")
        case "moderation":
            return _problem(422, SENSITIVE, INVALID)
        case "bad-input":
            return _problem(
                422, f"- input.duration: Invalid type. Expected: integer {sent}", INVALID
            )
        case "unplanned":
            words = "- input.prompt: no work of this rehearsal has it at this model"
            return _problem(422, words, INVALID)
        case "server-error-created" if chance < 0.5:
            return GATEWAYS_PAGE
        case _:
            return _problem(500, f"Internal server error {sent}")


NOT_FOUND = "The requested resource could not be found."
INVALID = "Input validation failed"
SENSITIVE = "The input or output was flagged as sensitive. (E005)"


def _ordered(model: str, body: Mapping[str, Any] | None, counter: Counter) -> Intent:
    """An order, where the types of its input are right; uploads under the links that hold them."""
    given = body.get("input") if body is not None else None
    if body is None or not set(body) <= OUTER or not isinstance(given, dict) or not _fits(given):
        return Refuse("bad-input")
    return Submit(model, relinked(given, lambda one: _link(one, counter.provider)))


def _fits(given: Mapping[str, Any]) -> bool:
    """Whether every input whose type is known has it."""
    kinds = ((WHOLE, int), (SWITCHES, bool), (LISTS, list), (TEXTS, str))
    return all(
        type(given[name]) is kind for names, kind in kinds for name in names if name in given
    )


def _link(name: str, provider: str) -> str:
    """A text of an input; the address of an upload as the link that it lies under here."""
    return link_of(provider, name.removeprefix(FILES)) if name.startswith(FILES) else name


def _kept(ask: Ask) -> Intent:
    """A file that came in a form, under `content`."""
    form = form_of(ask) or {}
    name, data = form.get("filename"), bytes_in(form.get("content"))
    if data is None:
        return Refuse("bad-input")
    return Keep(name if isinstance(name, str) else "file", data)


def _prediction(job: Seen) -> dict[str, Any]:
    at = f"{API}/predictions/{job.id}"
    model, _, version = job.path.partition(":")
    over = job.state in ("done", "failed", "cancelled")
    record: dict[str, Any] = {
        "id": job.id,
        "model": model,
        "version": version or "hidden",
        "status": job.word or _status(job),
        "output": None,
        "error": job.reason if job.state == "failed" else None,
        "logs": _logs(job),
        "data_removed": False,
        "created_at": _time(job.placed),
        "started_at": _time(job.placed) if _began(job) else None,
        "urls": {"get": at, "cancel": f"{at}/cancel"},
    }
    if job.state == "failed" and job.ending == "moderated":
        record["error"] = f"{SENSITIVE} {job.reason}"
    if job.state == "failed" and job.ending == "unreadable":
        record["error"] = f"invalid image: {job.reason}"
    if job.state == "done":
        record["output"] = [job.link] if job.still else job.link
    if over:
        record |= {"completed_at": _time(job.changed), "metrics": _metrics(job)}
    return record


def _status(job: Seen) -> str:
    if job.state == "running":
        return "processing" if _began(job) else "starting"
    return _STATUS[job.state]


def _began(job: Seen) -> bool:
    """Whether the model began with it: what did not begin is not billed, so what will fail without
    a bill never begins."""
    running = job.state == "running" and job.ending in ("done", "failed-billed")
    return running or job.state == "done" or job.billed


def _logs(job: Seen) -> str:
    """What the model writes as it goes: its seed, and a bar."""
    if not _began(job):
        return ""
    percent = round(100 * job.progress)
    return f"Using seed: {job.seed}\n{percent:3d}%|#####     | {percent}/100\n"


def _metrics(job: Seen) -> dict[str, float]:
    seconds = max(0.0, job.changed - job.placed)
    return {"total_time": seconds} | ({"predict_time": seconds} if _began(job) else {})


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _throttled(chance: float) -> Answer:
    """Told in a header, in the body, or in the words alone."""
    words = "Request was throttled. Your rate limit resets in ~1s."
    body: dict[str, Any] = {"detail": words, "status": 429}
    if chance < 0.3:
        return as_json(body, 429, ("retry-after", "1"))
    return as_json(body | ({"retry_after": 1} if chance < 0.6 else {}), 429)


def _problem(status: int, words: str, title: str = "") -> Answer:
    """A problem document."""
    named = {"title": title} if title else {}
    return as_json({**named, "detail": words, "status": status}, status)
