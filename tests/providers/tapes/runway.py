"""Runway on the wire: one path for each kind of work, and tasks that are looked at one by one."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.providers.tapes import Call, Failure, Refusal, Reply, Tape
from vidgen.catalogue import Route
from vidgen.job import Mode

TASK = "17f20503-6c24-4c16-946b-35dbbce2af2f"
LINK = "https://dnznrvs05pmza.cloudfront.net/made.mp4?_jwt=signed"
NAMED = "runway://eyJ1cGxvYWQiOiJvbmUifQ"
STORE = "https://runway-uploads.s3.amazonaws.com/"
MADE_AT = "2026-11-20T10:00:00.000Z"


def pays(call: Call) -> bool:
    """Every POST makes a task, but those that put a file somewhere."""
    return call.method == "POST" and call.host == "api.dev.runwayml.com" and not uploads(call)


def uploads(call: Call) -> bool:
    return call.path == "/v1/uploads"


def accepts(call: Call) -> Reply:
    return Reply(200, {"id": TASK, "estimatedCost": {"credits": 60}})


def serves(call: Call) -> Reply:
    """A place for a file, the store itself, and a task deleted."""
    if uploads(call):
        fields = {"key": "one", "policy": "signed"}
        return Reply(200, {"uploadUrl": STORE, "fields": fields, "runwayUri": NAMED})
    return Reply(204, b"")


def record(word: str, **more: Any) -> Reply:
    return Reply(200, {"id": TASK, "createdAt": MADE_AT, "status": word, **more})


def queued(call: Call) -> Reply:
    """No slot of the account is free: this is waiting, and no error."""
    return record("THROTTLED", estimatedCost={"credits": 60})


def running(call: Call) -> Reply:
    return record("RUNNING", progress=0.4, estimatedCost={"credits": 60})


def done(call: Call) -> Reply:
    return record("SUCCEEDED", output=[LINK], cost={"credits": 60})


def strange(call: Call) -> Reply:
    return record("HIBERNATING")


def missing(call: Call) -> Reply:
    return no(404, "Could not find Task")


def no(status: int, words: str, *issues: dict[str, Any]) -> Reply:
    found = {"error": words, "docUrl": "https://docs.dev.runwayml.com/api"}
    return Reply(status, found | ({"issues": list(issues)} if issues else {}))


def failed(code: str | None, credits: int | None) -> Any:
    """A look at a task that failed so."""
    said = {"failure": "An unexpected error occurred.", "failureCode": code}
    cost = {} if credits is None else {"cost": {"credits": credits}}
    found = {name: value for name, value in said.items() if value is not None} | cost
    return lambda call: record("FAILED", **found)


def leaves(route: Route, mode: Mode) -> Set[str]:
    """What an endpoint has no field for: by the types of runwayml 5.24.0."""
    name = route.offer.modes[mode].partition("model=")[2]
    left = {"rate"}
    if route.model.kind != "video":
        left |= {"duration", "audio"}
    if mode in ("edit", "upscale", "interpolate"):
        left |= {"duration"}
        if name == "enhance_frame_rate":
            left -= {"rate"}
        if name not in ("aleph2", "gemini_omni_flash_1.1"):
            left |= {"aspect"}
        if name not in ("gemini_omni_flash_1.1", "kling_4", "magnific_video_upscaler_creative"):
            left |= {"resolution"}
    if mode in ("first_frame", "first_last") and name in SHAPED_BY_THE_STILL:
        left |= {"aspect"}
    return left


SHAPED_BY_THE_STILL = {
    "kling_4", "kling2.5_turbo_pro", "h3_max", "wan3", "wan3_prime", "happyhorse_1_0",
    "grok_imagine_1_5_lite",
}  # fmt: skip
"""Models that take no ratio beside a still, or only how large the picture is."""


TOO_LONG = {"code": "too_big", "path": ["promptText"], "message": "at most 1000 characters"}

TAPE = Tape(
    provider="runway",
    source=(
        "written_from: docs.dev.runwayml.com (errors, task failures, uploads) and runwayml 5.24.0 "
        "as of 2026-11-20; the words for a task that is not known and for an empty account from a "
        "note of live traffic of 2026-08-26"
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
        Refusal("wrong key", no(401, "Unauthorized"), "key"),
        Refusal(
            "bad value",
            no(400, "Validation of body failed", TOO_LONG),
            "input",
            says="promptText: at most 1000 characters",
        ),
        Refusal(
            "no credits", no(400, "You do not have enough credits to run this task."), "credit"
        ),
        Refusal("policy", no(400, "Rejected by content moderation."), "moderation"),
        Refusal("no such thing", no(404, "Not found"), "input"),
        Refusal("wrong method", no(405, "Method not allowed"), "provider"),
        Refusal("the day's limit", no(429, "You have reached your daily task limit"), "limit"),
        Refusal(
            "asked to wait",
            Reply(429, {"error": "slow down"}, {"retry-after": "7"}),
            "limit",
            retry_after=7.0,
        ),
        Refusal("load shed", no(503, "Service unavailable"), "overload"),
        Refusal("inside fault", no(500, "Internal server error"), "ambiguous", None),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "ambiguous", None),
        Refusal("too slow", no(504, "Gateway timeout"), "ambiguous", None),
        Refusal("no task named", Reply(200, {"estimatedCost": {"credits": 60}}), "ambiguous", None),
        Refusal("no answer to read", Reply(200, b"<html>"), "ambiguous", None),
    ),
    troubles=(
        Refusal("wrong key", no(401, "Unauthorized"), "key"),
        Refusal("too often", no(429, "Too many requests"), "limit"),
        Refusal("load shed", no(503, "Service unavailable"), "overload"),
        Refusal("inside fault", no(500, "Internal server error"), "overload"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "overload"),
        Refusal("no answer to read", Reply(200, b"<html>"), "overload"),
    ),
    failures=(
        Failure("refused words", failed("SAFETY.INPUT.TEXT", 60), "moderation", charged=True),
        Failure("refused clip", failed("SAFETY.OUTPUT.VIDEO", 60), "moderation", charged=True),
        Failure(
            "refused before it began",
            failed("INPUT_PREPROCESSING.SAFETY.TEXT", None),
            "moderation",
            charged=None,
        ),
        Failure("an unreadable picture", failed("ASSET.INVALID", 0), "input", charged=False),
        Failure("not good enough", failed("INTERNAL.BAD_OUTPUT.CODE01", 0), "provider", False),
        Failure(
            "broken on the way in", failed("INPUT_PREPROCESSING.INTERNAL", 0), "provider", False
        ),
        Failure("another maker's trouble", failed("THIRD_PARTY.UNAVAILABLE", 0), "provider", False),
        Failure("broken, and paid for", failed("INTERNAL", 60), "provider", charged=True),
        Failure("no word of why", failed(None, 0), "provider", charged=False),
        Failure(
            "cancelled", lambda call: record("CANCELLED", cost={"credits": 0}), "provider", False
        ),
        Failure("without a link", lambda call: record("SUCCEEDED", output=[]), "unknown", None),
    ),
    leaves=leaves,
)
