"""MiniMax on the wire: H3 under /v2, the older models and stills under /v1."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.providers.tapes import Call, Failure, Refusal, Reply, Tape
from vidgen.catalogue import Route
from vidgen.job import Mode

LINK = "https://video-product.cdn.minimax.io/inference_output/rollout/2026-07-27/made/output.mp4"
STILL = "https://image-product.cdn.minimax.io/made.jpeg"
TASK = "424010985738629"
FILE = "176844028768320"
MADE_AT = 1785900000

ORDERS = ("/v2/video_generation", "/v1/video_generation", "/v1/image_generation")


def pays(call: Call) -> bool:
    """Uploads are POSTs as well, and free."""
    return call.method == "POST" and call.path in ORDERS


def newer(call: Call) -> bool:
    return call.path.startswith("/v2/")


def base(code: int = 0, message: str = "success") -> dict[str, Any]:
    return {"base_resp": {"status_code": code, "status_msg": message}}


def no(code: int, message: str) -> Reply:
    """A refusal of /v1: HTTP says that all is well."""
    return Reply(200, base(code, message))


def wrong(status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    """A refusal of /v2: the status says it, and the code stands at the end of the message."""
    error = {"type": kind, "message": message, "http_code": str(status)}
    body = {"type": "error", "error": error, "request_id": "r-1"}
    return Reply(status, body, headers or {})


def accepts(call: Call) -> Reply:
    if newer(call):
        return Reply(200, {"task_id": TASK})
    if call.path == "/v1/image_generation":
        counts = {"success_count": "1", "failed_count": "0"}
        return Reply(
            200, {"id": "i-1", "data": {"image_urls": [STILL]}, "metadata": counts, **base()}
        )
    return Reply(200, {"task_id": TASK, **base()})


def serves(call: Call) -> Reply:
    """Uploads, and a task that is taken back."""
    if call.path == "/v1/files/upload":
        return Reply(200, {"file": {"file_id": int(FILE), "filename": "a.png"}, **base()})
    return Reply(200, {"task_id": TASK, "action": "cancelled", "status": "cancelled"})


def task(word: str, **more: Any) -> Reply:
    """One look at a task of /v2."""
    stamps = {"created_at": MADE_AT, "updated_at": MADE_AT}
    head = {"id": TASK, "model": "MiniMax-H3", "status": word, "task_type": "generation"}
    return Reply(200, {"task": {**head, **stamps, "usage": {}, **more}})


def record(word: str, code: int = 0, message: str = "success", **more: Any) -> Reply:
    """One look at a task of /v1."""
    return Reply(200, {"task_id": TASK, "status": word, **more, **base(code, message)})


def queued(call: Call) -> Reply:
    return task("queued") if newer(call) else record("Queueing")


def running(call: Call) -> Reply:
    return task("running") if newer(call) else record("Processing")


def done(call: Call) -> Reply:
    if newer(call):
        usage = {"total_seconds": 5, "input_seconds": 0, "output_seconds": 5}
        made = {"content": {"url": LINK}, "resolution": "2K", "duration": 5, "ratio": "16:9"}
        return task("succeeded", usage=usage, **made)
    if call.path == "/v1/files/retrieve":
        file = {"file_id": int(FILE), "filename": "output.mp4", "download_url": LINK}
        return Reply(200, {"file": file, **base()})
    return record("Success", file_id=FILE, video_width=1366, video_height=768)


def strange(call: Call) -> Reply:
    return task("hibernating") if newer(call) else record("Hibernating")


def missing(call: Call) -> Reply:
    if newer(call):
        return wrong(400, "bad_request_error", "invalid params, invalid task_id (2013)")
    return no(2013, "invalid params, task_id")


def failed(code: str, message: str, **more: Any) -> Reply:
    return task("failed", error={"code": code, "message": message}, **more)


def leaves(route: Route, mode: Mode) -> Set[str]:
    """What a call has no field for: by the request tables of the maker's pages."""
    left = {"rate", "audio"}
    if mode in ("first_frame", "first_last"):
        left.add("aspect")
    return left


TAPE = Tape(
    provider="minimax",
    source=(
        "written_from: platform.minimax.io/docs/api-reference as of 2026-10-08 (request tables, "
        "states, error codes; its own examples of answers), and what readers of it measured "
        "without a key on 2026-10-07: /v1 refuses with HTTP 200, /v2 with 401"
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
        Refusal("wrong key", wrong(401, "authorized_error", "login fail (1004)"), "key"),
        Refusal("wrong key with 200", no(2049, "invalid api key"), "key"),
        Refusal("nobody verified", no(2038, "account not verified"), "key"),
        Refusal(
            "no credit",
            wrong(402, "insufficient_balance_error", "insufficient balance (1008)"),
            "credit",
        ),
        Refusal("no credit with 200", no(1008, "insufficient balance"), "credit"),
        Refusal("allowance used up", no(2056, "usage limit exceeded"), "credit"),
        Refusal("not in this plan", no(2061, "your plan does not support this model"), "credit"),
        Refusal(
            "bad value",
            wrong(400, "bad_request_error", "invalid params, duration must be 4 to 15 (2013)"),
            "input",
            says="duration must be",
        ),
        Refusal("bad value with 200", no(2013, "invalid params, resolution"), "input"),
        Refusal("too large", wrong(413, "bad_request_error", "body over 64MB"), "input"),
        Refusal(
            "policy",
            wrong(422, "unprocessable_entity_error", "contains sensitive content (1026)"),
            "moderation",
        ),
        Refusal("policy with 200", no(1026, "input new_sensitive"), "moderation"),
        Refusal("policy of what was made", no(1027, "output new_sensitive"), "moderation", None),
        Refusal(
            "too fast",
            wrong(429, "rate_limit_error", "rate limit, please retry later (1002)"),
            "limit",
        ),
        Refusal(
            "asked to wait",
            wrong(429, "rate_limit_error", "rate limit (1002)", {"retry-after": "7"}),
            "limit",
            retry_after=7.0,
        ),
        Refusal("too fast with 200", no(1002, "rate limit"), "limit"),
        Refusal("too many tokens", no(1039, "token limit"), "limit"),
        Refusal("too many at once", no(1041, "conn limit"), "limit"),
        Refusal("inside fault", wrong(500, "server_error", "internal (1000)"), "ambiguous", None),
        Refusal("overloaded", wrong(529, "overloaded_error", "overloaded"), "ambiguous", None),
        Refusal("timed out", no(1001, "request timeout"), "ambiguous", None),
        Refusal("inside fault with 200", no(1013, "internal service error"), "ambiguous", None),
        Refusal("a code not known", no(7777, "something new"), "ambiguous", None),
        Refusal("no task named", Reply(200, base()), "ambiguous", None),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "ambiguous", None),
        Refusal("a wall in between", Reply(404, b"<html>not found</html>"), "provider"),
    ),
    troubles=(
        Refusal("wrong key", wrong(401, "authorized_error", "login fail (1004)"), "key"),
        Refusal("wrong key with 200", no(1004, "login fail"), "key"),
        Refusal("too fast", wrong(429, "rate_limit_error", "rate limit (1002)"), "limit"),
        Refusal("too fast with 200", no(1002, "rate limit"), "limit"),
        Refusal("inside fault", wrong(500, "server_error", "internal (1000)"), "overload"),
        Refusal("inside fault with 200", no(1033, "mysql failed"), "overload"),
        Refusal("overloaded", wrong(529, "overloaded_error", "overloaded"), "overload"),
        Refusal("a code not known", no(7777, "something new"), "overload"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "overload"),
        Refusal("older than a week", missing(Call("GET", "", "/v2/", {}, {})), "gone", None),
    ),
    failures=(
        Failure(
            "words refused",
            lambda call: failed("1026", "video description contains sensitive content"),
            "moderation",
            charged=False,
        ),
        Failure(
            "picture refused", lambda call: failed("1027", "output"), "moderation", charged=False
        ),
        Failure(
            "file expired", lambda call: failed("2013", "file expired"), "input", charged=False
        ),
        Failure("broken", lambda call: failed("1000", "internal error"), "provider", charged=False),
        Failure(
            "broken, and counted",
            lambda call: failed("1000", "internal error", usage={"total_seconds": 5}),
            "provider",
            charged=True,
        ),
        Failure(
            "no word of money",
            lambda call: failed("1000", "internal error", usage=None),
            "provider",
            charged=None,
        ),
        Failure("taken back", lambda call: task("cancelled"), "provider", charged=False),
        Failure("given up", lambda call: task("expired"), "provider", charged=False),
        Failure("done without a link", lambda call: task("succeeded"), "unknown", charged=False),
    ),
    leaves=leaves,
)
