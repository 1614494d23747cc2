"""fal on the wire: its queue, its storage, and its three shapes of error."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.providers.tapes import Answer, Call, Failure, Refusal, Reply, Tape
from vidgen.catalogue import Route
from vidgen.job import Mode

PLATFORM = "api.fal.ai"
LINK = "https://v3b.fal.media/files/b/panda/made.mp4"
QUEUE = "https://queue.fal.run"
REQUEST = "764cabcf-b745-4b3e-ae38-1200304cf45b"
LOCKED = (
    "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."
)


def pays(call: Call) -> bool:
    """Everything that is posted to the queue; the storage is another host, and free."""
    return call.method == "POST" and not call.path.startswith("/storage/")


def accepts(call: Call) -> Reply:
    """The addresses keep the first two parts of the endpoint's name."""
    parts = call.path.strip("/").split("/")
    at = f"{QUEUE}/{'/'.join(parts[:2])}/requests/{REQUEST}"
    return Reply(
        200,
        {
            "status": "IN_QUEUE",
            "request_id": REQUEST,
            "response_url": at,
            "status_url": f"{at}/status",
            "cancel_url": f"{at}/cancel",
            "queue_position": 0,
        },
    )


def serves(call: Call) -> Reply:
    if call.path == "/storage/upload/initiate":
        name = call.json()["file_name"]
        at = f"https://v3b.fal.media/files/b/{name}"
        return Reply(200, {"upload_url": f"{at}?signature=s", "file_url": at})
    if call.method == "PUT" and call.path.endswith("/cancel"):
        return Reply(202, {"status": "CANCELLATION_REQUESTED"})
    return Reply(200)


def is_state(call: Call) -> bool:
    return call.path.endswith("/status")


def state(word: str, **more: Any) -> Reply:
    waits = word in ("IN_QUEUE", "IN_PROGRESS")
    return Reply(202 if waits else 200, {"status": word, "request_id": REQUEST, **more})


def unfinished(call: Call) -> Reply:
    return Reply(400, {"detail": "Request is still in progress"})


def queued(call: Call) -> Reply:
    return state("IN_QUEUE", queue_position=3) if is_state(call) else unfinished(call)


def running(call: Call) -> Reply:
    return state("IN_PROGRESS", logs=None) if is_state(call) else unfinished(call)


def priced(call: Call) -> Reply:
    """What a unit of the endpoints costs that a call names."""
    price = {"unit_price": 0.4, "unit": "seconds", "currency": "USD"}
    names = call.query["endpoint_id"].split(",")
    return Reply(200, {"prices": [{"endpoint_id": name, **price} for name in names]})


def done(call: Call) -> Reply:
    if call.host == PLATFORM:
        return priced(call)
    if is_state(call):
        return state("COMPLETED", logs=None, metrics={"inference_time": 41.2}, error=None)
    video = {"url": LINK, "content_type": "video/mp4", "file_name": "made.mp4", "file_size": 9}
    return Reply(200, {"video": video}, {"x-fal-billable-units": "5.041"})


def strange(call: Call) -> Reply:
    return state("PAUSED_FOR_REVIEW") if is_state(call) else unfinished(call)


def missing(call: Call) -> Reply:
    return Reply(404, {"detail": "Request not found"})


def model_error(kind: str, *, field: str = "prompt", status: int = 422) -> Reply:
    item = {"loc": ["body", field], "msg": "words for people", "type": kind}
    return Reply(status, {"detail": [item]}, {"x-fal-error-type": kind})


def machine_error(kind: str, status: int) -> Reply:
    body = {"detail": "words for people", "error_type": kind}
    return Reply(status, body, {"x-fal-error-type": kind})


def ends_with(reply: Reply, **told: Any) -> Answer:
    """A job that is over, and whose result is this error."""
    return lambda call: state("COMPLETED", **told) if is_state(call) else reply


def leaves(route: Route, mode: Mode) -> Set[str]:
    """What the page's `fields` do not list, they being the endpoint's own; tests/ check them."""
    fields = route.offer.fields
    here = {**fields, **fields.get("in", {}).get(mode, {})}
    listed = {name for name, to in here.items() if to is not None}
    if "size" in listed:
        listed |= {"aspect", "resolution"}
    return {"aspect", "resolution", "duration", "rate", "audio"} - listed


TAPE = Tape(
    provider="fal",
    source=(
        "written_from: fal.ai/docs (queue, errors, faq, pricing), fal_client 1.0.3, fal-js 1.10.1 "
        "and issues that quote real answers, as of 2026-11-20; no call of ours was recorded"
    ),
    pays=pays,
    accepts=accepts,
    serves=serves,
    queued=queued,
    running=running,
    done=done,
    strange=strange,
    missing=missing,
    media=LINK,
    refusals=(
        Refusal("wrong key", Reply(401, {"detail": "Invalid credentials"}), "key"),
        Refusal("no balance", Reply(403, {"detail": LOCKED}), "credit", says="Exhausted balance"),
        Refusal("to be paid first", Reply(402, {"detail": "Payment required"}), "credit"),
        Refusal("not allowed", Reply(403, {"detail": "Access denied"}), "key"),
        Refusal("no endpoint", Reply(404, {"detail": "Application not found"}), "input"),
        Refusal("policy", model_error("content_policy_violation"), "moderation"),
        Refusal(
            "a value out of range",
            model_error("less_than_equal", field="duration"),
            "input",
            says="duration: words for people",
        ),
        Refusal("words alone", Reply(422, {"detail": "bad aspect"}), "input", says="bad aspect"),
        Refusal("body too large", Reply(413, b"<html>413</html>"), "input"),
        Refusal("too fast", Reply(429, {"detail": "Too many requests"}), "limit"),
        Refusal(
            "asked to wait",
            Reply(429, {"detail": "slow down"}, {"retry-after": "7"}),
            "limit",
            retry_after=7.0,
        ),
        Refusal("no room", machine_error("runner_scheduling_failure", 503), "overload"),
        Refusal("timed out", Reply(408, {"detail": "Request timeout"}), "ambiguous"),
        Refusal("inside fault", Reply(500, {"detail": "Internal error"}), "ambiguous"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "ambiguous"),
        Refusal("gateway timeout", machine_error("request_timeout", 504), "ambiguous"),
        Refusal("sent elsewhere", Reply(307, {}, {"location": "https://x.test/"}), "ambiguous"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "ambiguous"),
        Refusal("no id", Reply(200, {"status": "IN_QUEUE"}), "ambiguous"),
        Refusal("an id that is a path", Reply(200, {"request_id": "../x"}), "ambiguous"),
    ),
    troubles=(
        Refusal("wrong key", Reply(401, {"detail": "Invalid credentials"}), "key"),
        Refusal("no balance", Reply(403, {"detail": LOCKED}), "credit"),
        Refusal("too fast", Reply(429, {"detail": "Too many requests"}), "limit"),
        Refusal("no room", machine_error("runner_scheduling_failure", 503), "overload"),
        Refusal("inside fault", Reply(500, {"detail": "Internal error"}), "overload"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "overload"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "overload"),
    ),
    failures=(
        Failure("policy", ends_with(model_error("content_policy_violation")), "moderation", None),
        Failure("a bad still", ends_with(model_error("image_too_small")), "input", None),
        Failure("words alone", ends_with(Reply(422, {"detail": "bad aspect"})), "input", None),
        Failure("nothing made", ends_with(model_error("no_media_generated")), "provider", None),
        Failure(
            "maker's fault", ends_with(model_error("downstream_service_error")), "provider", None
        ),
        Failure(
            "model broke",
            ends_with(model_error("internal_server_error", status=500)),
            "provider",
            charged=False,
        ),
        Failure(
            "machine lost",
            ends_with(
                machine_error("runner_disconnected", 503),
                error="it was lost",
                error_type="runner_disconnected",
            ),
            "provider",
            charged=False,
        ),
        Failure(
            "failed, and the gate stumbles before its result",
            ends_with(
                machine_error("internal_error", 500), error="it broke", error_type="some_error"
            ),
            "provider",
            charged=None,
        ),
        Failure(
            "told by the state alone",
            ends_with(Reply(500, {"detail": "Internal error"}), error="it broke"),
            "provider",
            charged=None,
        ),
        Failure("no media in it", ends_with(Reply(200, {"timings": {}})), "unknown", None),
    ),
    leaves=leaves,
)
