"""A gateway of OpenAI's videos shape on the wire, and what all servers of that shape share."""

from __future__ import annotations

from typing import Any

from tests.providers.tapes import Answer, Call, Failure, Refusal, Reply, Tape

ROOT = "https://your-gateway.invalid/v1"
VIDEO = "video_68f1c9a2b0d88190a1"
PLACED_AT = 1781080778


def pays(call: Call) -> bool:
    """Everything that is posted to the list of videos."""
    return call.method == "POST" and call.path == "/v1/videos"


def record(word: str, **more: Any) -> dict[str, Any]:
    """A job as OpenAI's description has it."""
    return {
        "id": VIDEO,
        "object": "video",
        "model": "sora-2",
        "status": word,
        "progress": 0,
        "created_at": PLACED_AT,
        "seconds": "4",
        "size": "720x1280",
        **more,
    }


def told(word: str, status: int = 200, **more: Any) -> Answer:
    """One look that says so."""
    return lambda call: Reply(status, record(word, **more))


def failed(code: str, message: str = "words for people") -> Answer:
    return told("failed", error={"code": code, "message": message})


def no(
    status: int, code: str | None, message: str, kind: str = "invalid_request_error", **headers: str
) -> Reply:
    """OpenAI's object of an error."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def missing(call: Call) -> Reply:
    return no(404, "not_found", "Video not found")


def deleted(call: Call) -> Reply:
    return Reply(200, {"id": VIDEO, "object": "video.deleted", "deleted": True})


def param(name: str, message: str) -> Reply:
    reply = no(400, "invalid_value", message)
    reply.body["error"]["param"] = name
    return reply


PAGE = Reply(502, b"<html>bad gateway</html>")

TAPE = Tape(
    provider="openai-compatible",
    source=(
        "written_from: openai 3.54.0, OpenAI's OpenAPI description of 2026-08-21, New API's "
        "sources, and what laozhang, Merge, ModelSell and OFOX say of their gateways, as of "
        "2026-11-20; no call of ours was recorded"
    ),
    pays=pays,
    accepts=told("queued"),
    serves=deleted,
    queued=told("queued"),
    running=told("in_progress", progress=45),
    done=told("completed", progress=100, completed_at=PLACED_AT + 90, expires_at=PLACED_AT + 3690),
    strange=told("hibernating"),
    missing=missing,
    media=f"{ROOT}/videos/{VIDEO}/content",
    settings={"OPENAI_BASE_URL": ROOT},
    refusals=(
        Refusal("wrong key", no(401, "invalid_api_key", "Incorrect API key provided"), "key"),
        Refusal("not allowed", no(403, "unsupported_country", "Country not supported"), "key"),
        Refusal("no quota", no(429, "insufficient_quota", "You exceeded your quota"), "credit"),
        Refusal(
            "no quota at New API",
            Reply(403, {"code": "insufficient_user_quota", "message": "quota", "data": None}),
            "credit",
            says="quota",
        ),
        Refusal("pay first", Reply(402, {"error": "balance too low"}), "credit", says="balance"),
        Refusal("too fast", no(429, "rate_limit_exceeded", "Rate limit reached"), "limit"),
        Refusal(
            "asked to wait",
            no(429, "rate_limit_exceeded", "Rate limit reached", retry_after="7"),
            "limit",
            retry_after=7.0,
        ),
        Refusal("policy", no(400, "moderation_blocked", "blocked by our system"), "moderation"),
        Refusal(
            "words of a policy",
            no(400, None, "Your request was rejected by our safety system"),
            "moderation",
        ),
        Refusal(
            "a sensitive prompt at New API",
            Reply(400, {"code": "sensitive_words_detected", "message": "no", "data": None}),
            "moderation",
        ),
        Refusal(
            "bad value",
            param("seconds", "expected one of '4', '8', or '12'"),
            "input",
            says="seconds: expected one of",
        ),
        Refusal("no such model", no(404, "model_not_found", "does not exist"), "input"),
        Refusal("no such path", Reply(404, b"<html>not found</html>"), "input"),
        Refusal(
            "no channel at New API",
            no(503, "model_not_found", "no available channel for model", "new_api_error"),
            "input",
        ),
        Refusal("body too large", Reply(413, b"<html>413</html>"), "input"),
        Refusal(
            "a field at fault",
            Reply(422, {"detail": [{"loc": ["body", "size"], "msg": "not offered"}]}),
            "input",
            says="size: not offered",
        ),
        Refusal("wrong method", Reply(405, {"detail": "Method Not Allowed"}), "provider"),
        Refusal("timed out", no(408, None, "Request timeout"), "ambiguous"),
        Refusal("conflict", no(409, None, "Conflict"), "ambiguous"),
        Refusal("inside fault", no(500, None, "The server had an error"), "ambiguous"),
        Refusal("overloaded", no(503, None, "The engine is overloaded"), "ambiguous"),
        Refusal("a gateway's page", PAGE, "ambiguous"),
        Refusal("sent elsewhere", Reply(307, {}, {"location": "https://x.test/"}), "ambiguous"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "ambiguous"),
        Refusal("no id", Reply(200, {"object": "video", "status": "queued"}), "ambiguous"),
        Refusal("an id that is a path", Reply(200, record("queued", id="../x")), "ambiguous"),
    ),
    troubles=(
        Refusal("wrong key", no(401, "invalid_api_key", "Incorrect API key provided"), "key"),
        Refusal("too fast", no(429, "rate_limit_exceeded", "Rate limit reached"), "limit"),
        Refusal("inside fault", no(500, None, "The server had an error"), "overload"),
        Refusal(
            "an error with a status of its own",
            Reply(500, {"status": "failed", "message": "the database is away"}),
            "overload",
            says="the database is away",
        ),
        Refusal("overloaded", no(503, None, "The engine is overloaded"), "overload"),
        Refusal("a gateway's page", PAGE, "overload"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "overload"),
        Refusal("no state", Reply(200, {"id": VIDEO}), "overload"),
    ),
    failures=(
        Failure("policy", failed("moderation_blocked"), "moderation", None),
        Failure(
            "words of a policy", failed("x", "violates our content policy"), "moderation", None
        ),
        Failure("a bad still", failed("invalid_image"), "input", None),
        Failure("no more quota", failed("insufficient_quota"), "credit", None),
        Failure("maker's fault", failed("internal_error"), "provider", None),
        Failure("a bare text", told("failed", error="it broke"), "provider", None),
        Failure("no word of why", told("failed", error=None), "provider", None),
        Failure("stopped there", told("cancelled"), "provider", None),
        Failure("fetched too late", told("expired"), "provider", None),
    ),
)
