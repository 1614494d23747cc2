"""Replicate on the wire: its predictions, its files, its problem documents."""

from __future__ import annotations

from typing import Any

from tests.providers.tapes import Answer, Call, Failure, Refusal, Reply, Tape
from tests.providers.tapes.fal import leaves

API = "https://api.replicate.com/v1"
LINK = "https://replicate.delivery/xezq/8ZfKp/tmp_out.mp4"
PREDICTION = "rrr9k1zj5drmc0cqsk8b6pkn4r"
FILE = f"{API}/files/MGU5Y2U3Yzgt"
BEGAN = "2026-11-20T10:00:07.120Z"

INSUFFICIENT = {
    "title": "Insufficient credit",
    "detail": "You have insufficient credit to run this model.",
    "status": 402,
}
THROTTLED = "Request was throttled. Your rate limit for creating predictions resets in ~30s."


def pays(call: Call) -> bool:
    """Everything that orders a prediction; files and cancelling are free."""
    return call.method == "POST" and call.path.endswith("/predictions")


def prediction(status: str, **more: Any) -> dict[str, Any]:
    """A prediction as every answer shows it."""
    began = {} if status == "starting" else {"started_at": BEGAN}
    at = f"{API}/predictions/{PREDICTION}"
    return {
        "id": PREDICTION,
        "model": "google/veo-3.1",
        "version": "hidden",
        "input": {"prompt": "coffee"},
        "output": None,
        "logs": "",
        "error": None,
        "data_removed": False,
        "source": "api",
        "status": status,
        "created_at": "2026-11-20T10:00:00.000Z",
        "urls": {
            "web": f"https://replicate.com/p/{PREDICTION}",
            "get": at,
            "cancel": f"{at}/cancel",
        },
        **began,
        **more,
    }


def accepts(call: Call) -> Reply:
    return Reply(201, prediction("starting"))


def serves(call: Call) -> Reply:
    if call.path == "/v1/files":
        return Reply(201, {"id": "MGU5Y2U3Yzgt", "urls": {"get": FILE}, "expires_at": BEGAN})
    return Reply(200, prediction("canceled"))


def shows(status: str, **more: Any) -> Answer:
    """A look that finds the prediction so."""
    return lambda call: Reply(200, prediction(status, **more))


def failed(words: str | None, **more: Any) -> Answer:
    """A look that finds that it failed, with these words."""
    return shows("failed", error=words, **more)


def missing(call: Call) -> Reply:
    return problem(404, "The requested resource could not be found.")


def problem(status: int, words: str, title: str = "", **headers: str) -> Reply:
    """A problem document."""
    named = {"title": title} if title else {}
    kind = {"content-type": "application/problem+json"}
    return Reply(status, {**named, "detail": words, "status": status}, kind | headers)


SENSITIVE = "The input or output was flagged as sensitive. Please try again. (E005) (J8cbW)"
UNKNOWN_FIELD = "- input: Additional property duration_s is not allowed\n"
METRICS = {"predict_time": 41.2, "total_time": 48.0}

TAPE = Tape(
    provider="replicate",
    source=(
        "written_from: Replicate's OpenAPI description, its pages on predictions, replicate 1.0.7 "
        "and answers that users quote, as of 2026-11-20; no call of ours was recorded"
    ),
    pays=pays,
    accepts=accepts,
    serves=serves,
    queued=shows("starting"),
    running=shows("processing", logs=" 40%|████      | 4/10 [00:04<00:06,  1.6it/s]"),
    done=shows("succeeded", output=LINK, metrics=METRICS),
    strange=shows("paused"),
    missing=missing,
    media=LINK,
    refusals=(
        Refusal(
            "wrong key",
            problem(401, "You did not pass a valid authentication token", "Unauthenticated"),
            "key",
        ),
        Refusal("not allowed", problem(403, "You do not have access to it"), "key"),
        Refusal("no credit", Reply(402, INSUFFICIENT), "credit", says="insufficient credit"),
        Refusal("no such model", missing(Call("", "", "", {}, {})), "input"),
        Refusal(
            "an unknown field",
            problem(422, UNKNOWN_FIELD, "Input validation failed"),
            "input",
            says="duration_s is not allowed",
        ),
        Refusal("policy", problem(422, SENSITIVE), "moderation"),
        Refusal("a setting of safety", problem(422, "- input.safety_tolerance: 9"), "input"),
        Refusal("a title alone", Reply(400, {"title": "Bad request"}), "input", says="Bad request"),
        Refusal("body too large", Reply(413, b"<html>413</html>"), "input"),
        Refusal("too fast", problem(429, "Request was throttled."), "limit"),
        Refusal("too fast, in words", problem(429, THROTTLED), "limit", retry_after=30.0),
        Refusal(
            "too fast, in a number",
            Reply(429, {"detail": "Request was throttled.", "status": 429, "retry_after": 5}),
            "limit",
            retry_after=5.0,
        ),
        Refusal(
            "asked to wait",
            problem(429, THROTTLED, **{"retry-after": "7"}),
            "limit",
            retry_after=7.0,
        ),
        Refusal("a conflict", problem(409, "no"), "provider"),
        Refusal("timed out", Reply(408, b""), "ambiguous"),
        Refusal("inside fault", problem(500, "Internal server error"), "ambiguous"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "ambiguous"),
        Refusal("no room", problem(503, "Service unavailable"), "ambiguous"),
        Refusal("gateway timeout", Reply(504, b""), "ambiguous"),
        Refusal("sent elsewhere", Reply(307, {}, {"location": "https://x.test/"}), "ambiguous"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "ambiguous"),
        Refusal("no id", Reply(201, {"status": "starting"}), "ambiguous"),
        Refusal("an id that is a path", Reply(201, {"id": "../../v1/account"}), "ambiguous"),
    ),
    troubles=(
        Refusal("wrong key", problem(401, "no", "Unauthenticated"), "key"),
        Refusal("too fast", problem(429, THROTTLED), "limit"),
        Refusal("inside fault", problem(500, "Internal server error"), "overload"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "overload"),
        Refusal("no room", problem(503, "Service unavailable"), "overload"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "overload"),
    ),
    failures=(
        Failure("policy", failed(SENSITIVE), "moderation", None),
        Failure("policy before it began", failed(SENSITIVE, started_at=None), "moderation", False),
        Failure("a bad still", failed("ValueError: invalid image"), "input", None),
        Failure("no room", failed("high demand. (E003)", started_at=None), "provider", False),
        Failure("out of memory", failed("E1001: OOM killed", metrics=METRICS), "provider", None),
        Failure("without a word", failed(None), "provider", None),
        Failure("stopped while it waited", shows("canceled", started_at=None), "provider", False),
        Failure("stopped while it ran", shows("canceled", metrics=METRICS), "provider", None),
        Failure("never begun in time", shows("aborted", started_at=None), "provider", False),
        Failure("deleted", shows("succeeded", data_removed=True), "provider", charged=True),
        Failure("no media in it", shows("succeeded", output={"frames": 3}), "unknown", None),
    ),
    leaves=leaves,
)
