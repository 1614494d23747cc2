"""fal's queue: an order is a POST to the model's path, and its answer says where to look.

Pure. As fal's clients and reports of 2026 have it: a failed job is COMPLETED, and its result says
why; the addresses hold the first two parts of the path only; errors are a text with a type, or a
list. Files are announced, put at an address, and named by another. What a job was billed is told as
a quantity beside its result; what one of it costs is another host's to say.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from vidgen.rehearsal.alike import GATEWAYS_PAGE, later
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
)

HOSTS: tuple[str, ...] = ("rest.fal.ai", "api.fal.ai")

SPACES = ("workflows", "comfy")
"""First parts of paths that are no owner: there an address keeps three."""

UPLOADS = "/storage/upload/"

PRICES = "/v1/models/pricing"

MOST_PRICES = 50
"""How many endpoints' prices one call may ask for."""

UNIT_PRICE = Decimal("0.05")
"""US dollars of one unit, at every endpoint: no two works need agree on what a second costs."""

_JOB = re.compile(r"(?P<app>.+)/requests/(?P<id>[^/]+)(?P<part>/status|/cancel|)")
_STATUS = {"queued": "IN_QUEUE", "running": "IN_PROGRESS", "done": "COMPLETED"}


def read(ask: Ask, counter: Counter) -> Intent:
    """What a call means."""
    if ask.method == "PUT" and ask.path.startswith(f"{UPLOADS}put/"):
        return Bring(ask.path.removeprefix(f"{UPLOADS}put/"))  # signed by its address, no key
    if not re.fullmatch(r"Key \S+", ask.authorization):
        return Refuse("key")
    if ask.path == f"{UPLOADS}initiate":
        return _announced(ask)
    if ask.path == PRICES:
        return _priced(ask)
    path = counter.under(ask.path)
    job = _JOB.fullmatch(path) if path else None
    if job and ask.method == "GET" and job["part"] != "/cancel":
        return Look((job["id"],), part="status" if job["part"] else "result")
    if job and ask.method == "PUT" and job["part"] == "/cancel":
        return Stop(job["id"])
    if path and ask.method == "POST" and not job:
        body = ask.json()
        return Submit(path, body) if body is not None and _formed(body) else Refuse("bad-input")
    return Refuse("nowhere")


def taken(seen: Seen, counter: Counter) -> Answer:
    """The answer to an order: its id and where to look."""
    return as_json({**_addresses(seen, counter), "queue_position": seen.position})


def told(look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
    """The answer to a look at the state, or at the result; a job cancelled in time is gone."""
    if look.part == "prices":
        price = {"unit_price": float(UNIT_PRICE), "unit": "units", "currency": "USD"}
        return as_json({"prices": [{"endpoint_id": name, **price} for name in look.names]})
    job = next(iter(seen), None)
    if job is None or job.state == "cancelled":
        return as_json({"detail": "Request not found"}, 404)
    return _result(job) if look.part == "result" else _state(job, counter)


def stopped(seen: Seen) -> Answer:
    """A waiting job goes; a running one is only told, and may still be paid."""
    if seen.state in ("done", "failed"):
        return as_json({"status": "ALREADY_COMPLETED"}, 400)
    if seen.state == "cancelled":
        return as_json({"status": "NOT_FOUND"}, 404)
    return as_json({"status": "CANCELLATION_REQUESTED"}, 202)


def announced(upload: str, link: str) -> Answer:
    """Where a file is to be put, and the link to use in an order. `upload` is a token."""
    return as_json({"upload_url": f"https://{HOSTS[0]}{UPLOADS}put/{upload}", "file_url": link})


def refused(why: Refusal, ask: Ask, chance: float) -> Answer:
    """The answer to a call that is refused."""
    sent = f"(request was sent with {ask.authorization})"
    match why:
        case "key":
            return as_json({"detail": f"No user found for Key ID and Secret {sent}"}, 401)
        case "nowhere":
            return as_json({"detail": f"Path {ask.path} not found"}, 404)
        case "no-such-job":
            if ask.path.endswith("/cancel"):
                return as_json({"status": "NOT_FOUND"}, 404)
            return as_json({"detail": "Request not found"}, 404)
        case "rate-limit":
            return as_json({"detail": f"Too many requests {sent}"}, 429, *later(chance))
        case "overload":
            return _trouble(503, "runner_scheduling_failure", f"No runner is free {sent}")
        case "no-credit":
            reason = "User is locked. Reason: Exhausted balance."
            return as_json({"detail": f"{reason} Top up your balance at fal.ai/dashboard."}, 403)
        case "moderation":
            return _faulty("content_policy_violation", ["body", "prompt"], "Content was flagged")
        case "bad-input":
            words = f"Input is not one of those permitted {sent}"
            return _faulty("literal_error", ["body", "duration"], words)
        case "unplanned":
            words = "No work of this rehearsal has this prompt at this endpoint"
            return _faulty("value_error", ["body", "prompt"], words)
        case "server-error-created" if chance < 0.5:
            return GATEWAYS_PAGE
        case _:
            return _trouble(500, "internal_error", f"Internal server error {sent}")


def _announced(ask: Ask) -> Intent:
    body = ask.json()
    if ask.method != "POST" or body is None or "storage_type" not in ask.query:
        return Refuse("nowhere")
    if not isinstance(body.get("file_name"), str) or not isinstance(body.get("content_type"), str):
        return Refuse("bad-input")
    return Announce(body["file_name"])


def _formed(body: dict[str, Any]) -> bool:
    """Whether what every model would look at is of its type: words, links, and lists of links."""
    for name, value in body.items():
        if name.endswith("_urls"):
            fine = isinstance(value, list) and all(isinstance(link, str) for link in value)
        else:
            named = name == "prompt" or name.endswith("_url")
            fine = isinstance(value, str) or not named
        if not fine:
            return False
    return True


def _priced(ask: Ask) -> Intent:
    names = tuple(name for name in ask.query.get("endpoint_id", "").split(",") if name)
    if ask.method != "GET":
        return Refuse("nowhere")
    return Look(names, part="prices") if 0 < len(names) <= MOST_PRICES else Refuse("bad-input")


def _addresses(seen: Seen, counter: Counter) -> dict[str, str]:
    parts = seen.path.split("/")
    app = "/".join(parts[: 3 if parts[0] in SPACES else 2])
    at = f"{counter.url}/{app}/requests/{seen.id}"
    return {
        "request_id": seen.id,
        "response_url": at,
        "status_url": f"{at}/status",
        "cancel_url": f"{at}/cancel",
    }


def _state(job: Seen, counter: Counter) -> Answer:
    state = job.word or _STATUS.get(job.state, "COMPLETED")
    body: dict[str, Any] = {"status": state, **_addresses(job, counter)}
    if job.state == "queued":
        body["queue_position"] = job.position
    if job.state in ("done", "failed"):
        body |= {"logs": None, "metrics": {"inference_time": job.changed - job.placed}}
    if job.state == "failed":
        body |= {"error": job.reason, "error_type": _failure(job)[1]}
    return as_json(body, 202 if job.state in ("queued", "running") else 200)


def _result(job: Seen) -> Answer:
    if job.state in ("queued", "running"):
        return as_json({"detail": "Request is still in progress"}, 400)
    told = (("x-fal-request-id", job.id), *_units(job))
    if job.state == "failed":
        status, kind = _failure(job)
        detail = [{"loc": ["body"], "msg": job.reason, "type": kind}]
        return as_json({"detail": detail}, status, *told)
    file: dict[str, Any] = {"url": job.link} | ({"file_size": job.bytes} if job.bytes else {})
    body: dict[str, Any]
    if job.still:
        file |= {"content_type": "image/png", "file_name": "out.png"}
        body = {"images": [file | {"width": job.width, "height": job.height}], "seed": job.seed}
    else:
        file |= {"content_type": "video/mp4", "file_name": "out.mp4"}
        body = {"video": file, "seed": job.seed}
    return as_json(body, 200, *told)


def _units(job: Seen) -> tuple[tuple[str, str], ...]:
    """What was billed, so that the quantity and the unit's price make the sum of the books."""
    if job.usd is None:
        return ()
    return (("x-fal-billable-units", f"{(job.usd / UNIT_PRICE).normalize():f}"),)


def _failure(job: Seen) -> tuple[int, str]:
    """The status and type by which a failed job says why. What is billed is a 422, never a 500."""
    if job.ending == "moderated":
        return 422, "content_policy_violation"
    if job.ending == "unreadable":
        return 422, "image_load_error"
    if job.ending == "failed-billed":
        return 422, "no_media_generated"
    return 500, "internal_server_error"


def _faulty(kind: str, place: list[str], words: str) -> Answer:
    return as_json({"detail": [{"loc": place, "msg": words, "type": kind}]}, 422)


def _trouble(status: int, kind: str, words: str) -> Answer:
    return as_json({"detail": words, "error_type": kind}, status, ("x-fal-error-type", kind))
