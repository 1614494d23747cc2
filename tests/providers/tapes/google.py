"""The Gemini API on the wire: interactions, their files, and three shapes of error."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.providers.tapes import Answer, Call, Failure, Refusal, Reply, Tape
from vidgen.catalogue import Route
from vidgen.job import Mode

API = "https://generativelanguage.googleapis.com"
LINK = f"{API}/v1beta/files/made-1:download?alt=media"
INTERACTION = "v1_ChdXS0l4YWZXTk9xbk0xZThQczhEcmlROBIX"
INTERACTIONS = "/v1beta/interactions"


def pays(call: Call) -> bool:
    """What makes an interaction; to cancel one is a POST below it."""
    return call.method == "POST" and call.path == INTERACTIONS


def accepts(call: Call) -> Reply:
    return record("queued", model=call.json()["model"])


def record(word: str, *steps: dict[str, Any], **more: Any) -> Reply:
    body = {"id": INTERACTION, "object": "interaction", "status": word, "steps": list(steps)}
    return Reply(200, body | more)


def put_out(*content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "model_output", "content": list(content), **more}


def usage(**made: int) -> dict[str, Any]:
    by_kind = [{"modality": kind, "tokens": count} for kind, count in made.items()]
    return {"usage": {"total_input_tokens": 100, "output_tokens_by_modality": by_kind}}


def serves(call: Call) -> Reply:
    if call.path.endswith("/cancel"):
        return record("cancelled")
    return missing(call)


def queued(call: Call) -> Reply:
    return record("queued")


def running(call: Call) -> Reply:
    return record("in_progress", {"type": "user_input", "content": []})


def done(call: Call) -> Reply:
    if call.path.startswith("/v1beta/files/"):
        return Reply(200, {"name": "files/made-1", "state": "ACTIVE", "mimeType": "video/mp4"})
    thought = {"type": "thought", "content": [{"type": "thought", "text": "a cup"}]}
    clip = {"type": "video", "mime_type": "video/mp4", "uri": LINK}
    return record("completed", thought, put_out(clip), **usage(video=5792 * 5, text=20))


def strange(call: Call) -> Reply:
    return record("under_review")


def missing(call: Call) -> Reply:
    return worded(400, "invalid_request", "Invalid interaction name: interactions/v1_x")


def worded(status: int, code: str, message: str) -> Reply:
    """An error of the interactions themselves."""
    return Reply(status, {"error": {"code": code, "message": message}})


def numbered(status: int, word: str, message: str, *details: dict[str, Any]) -> Reply:
    """An error of the layer in front of them."""
    told = {"code": status, "message": message, "status": word}
    return Reply(status, {"error": told | ({"details": list(details)} if details else {})})


def ends(reply: Reply) -> Answer:
    return lambda call: reply


def leaves(route: Route, mode: Mode) -> Set[str]:
    """What an interaction has no field for, and what a given clip decides."""
    if mode == "edit":
        return {"aspect", "duration", "rate", "audio"}
    return {"aspect", "rate", "audio"} if mode == "extend" else {"rate", "audio"}


NOT_VALID = "API key not valid. Please pass a valid API key."
REASON = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
LATER = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
QUOTA_WORDS = "You exceeded your current quota, please check your plan and billing details."
NO_TIER = "* Quota exceeded for metric: x.googleapis.com/generate_free_tier_requests, limit: 0"
QUOTA = numbered(429, "RESOURCE_EXHAUSTED", QUOTA_WORDS)
UNPAID = "Your prepayment credits are depleted"
CANNOT = {"type": "text", "text": "I cannot make a video of this person."}

TAPE = Tape(
    provider="google",
    source=(
        "written_from: ai.google.dev (Omni guide of 2026-09-10, API errors), google-genai "
        "3.4.0's types, and adapters that note live answers, as of 2026-11-20; no call of ours "
        "was recorded"
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
        Refusal("wrong key", numbered(401, "UNAUTHENTICATED", "no valid credentials"), "key"),
        Refusal("bad key", numbered(400, "INVALID_ARGUMENT", NOT_VALID, REASON), "key"),
        Refusal("bad key in words", numbered(400, "INVALID_ARGUMENT", NOT_VALID), "key"),
        Refusal("not allowed", numbered(403, "PERMISSION_DENIED", "no access"), "key"),
        Refusal("no balance", numbered(402, "RESOURCE_EXHAUSTED", UNPAID), "credit"),
        Refusal(
            "no balance, as a quota",
            numbered(429, "RESOURCE_EXHAUSTED", UNPAID),
            "credit",
            says="depleted",
        ),
        Refusal(
            "over a cap of one's own",
            numbered(429, "RESOURCE_EXHAUSTED", "Your project has exceeded its spending cap"),
            "credit",
            says="spending cap",
        ),
        Refusal(
            "no paid tier",
            numbered(429, "RESOURCE_EXHAUSTED", f"{QUOTA_WORDS}\n{NO_TIER}", LATER),
            "credit",
            says="limit: 0",
            retry_after=None,
        ),
        Refusal(
            "no billing",
            worded(400, "failed_precondition", "Please enable billing on your project."),
            "credit",
        ),
        Refusal(
            "bad value",
            worded(400, "invalid_request", "response_format.duration: expected a string"),
            "input",
            says="response_format.duration",
        ),
        Refusal("a list", Reply(400, [numbered(400, "INVALID_ARGUMENT", "no").body]), "input"),
        Refusal("a 4xx without words", Reply(400, b"<html>400</html>"), "input"),
        Refusal("too large", Reply(413, b"<html>413</html>"), "input"),
        Refusal(
            "no model",
            worded(404, "not_found", "veo-3.1 is no longer available"),
            "input",
            says="no longer available",
        ),
        Refusal(
            "policy", worded(400, "blocked", "The prompt was blocked for safety"), "moderation"
        ),
        Refusal(
            "policy, by its code", worded(400, "content_blocked", "Not allowed."), "moderation"
        ),
        Refusal("out of range", worded(416, "out_of_range", "too many images"), "input"),
        Refusal("no such thing there", worded(501, "unimplemented", "no"), "provider"),
        Refusal("too fast", QUOTA, "limit"),
        Refusal("too much for a day", worded(429, "quota_exceeded", "daily quota"), "limit"),
        Refusal(
            "asked to wait",
            numbered(429, "RESOURCE_EXHAUSTED", "quota", LATER),
            "limit",
            retry_after=34.0,
        ),
        Refusal(
            "asked to wait in words",
            worded(429, "rate_limit_exceeded", f"{QUOTA_WORDS} Please retry in 15.5s."),
            "limit",
            retry_after=15.5,
        ),
        Refusal(
            "asked to wait by a header",
            Reply(429, QUOTA.body, {"retry-after": "7"}),
            "limit",
            retry_after=7.0,
        ),
        Refusal("no room", numbered(503, "UNAVAILABLE", "The model is overloaded."), "overload"),
        Refusal("unavailable", numbered(503, "UNAVAILABLE", "try again"), "ambiguous"),
        Refusal("timed out", numbered(408, "CANCELLED", "timed out"), "ambiguous"),
        Refusal("inside fault", numbered(500, "INTERNAL", "internal error"), "ambiguous"),
        Refusal("deadline", numbered(504, "DEADLINE_EXCEEDED", "too late"), "ambiguous"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "ambiguous"),
        Refusal("sent elsewhere", Reply(307, {}, {"location": "https://x.test/"}), "ambiguous"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "ambiguous"),
        Refusal("no id", Reply(200, {"status": "queued"}), "ambiguous"),
        Refusal("an id that is a path", Reply(200, {"id": "../x"}), "ambiguous"),
        Refusal("another refusal", numbered(409, "ABORTED", "aborted"), "provider"),
    ),
    troubles=(
        Refusal("wrong key", numbered(401, "UNAUTHENTICATED", "no valid credentials"), "key"),
        Refusal("bad key", numbered(400, "INVALID_ARGUMENT", NOT_VALID, REASON), "key"),
        Refusal("too fast", QUOTA, "limit"),
        Refusal("bad call", worded(400, "invalid_request", "odd"), "provider"),
        Refusal("not there", numbered(404, "NOT_FOUND", "no such thing"), "gone"),
        Refusal("no room", numbered(503, "UNAVAILABLE", "The model is overloaded."), "overload"),
        Refusal("inside fault", numbered(500, "INTERNAL", "internal error"), "overload"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "overload"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "overload"),
    ),
    failures=(
        Failure(
            "words in the clip's place",
            ends(record("completed", put_out(CANNOT), **usage(text=12))),
            "moderation",
            charged=False,
        ),
        Failure("nothing at all", ends(record("completed")), "moderation", charged=None),
        Failure(
            "refused as it was made",
            ends(record("failed", errors=[{"message": "Blocked by safety filters"}])),
            "moderation",
            charged=None,
        ),
        Failure(
            "an error in the clip's place",
            ends(record("completed", errors=[{"code": "api_error", "message": "it broke"}])),
            "provider",
            charged=None,
        ),
        Failure(
            "refused as it was made, by a code",
            ends(record("failed", errors=[{"code": "content_blocked", "message": "no"}])),
            "moderation",
            charged=None,
        ),
        Failure(
            "a value that was found odd late",
            ends(record("failed", errors=[{"code": "out_of_range", "message": "no"}])),
            "input",
            charged=None,
        ),
        Failure(
            "a value that a step found odd",
            ends(record("failed", put_out(error={"code": 3, "message": "no"}))),
            "input",
            charged=None,
        ),
        Failure(
            "broken as it was made",
            ends(record("failed", put_out(error={"code": 13, "message": "internal"}), **usage())),
            "provider",
            charged=False,
        ),
        Failure(
            "broken, and paid for",
            ends(record("incomplete", **usage(video=5792))),
            "provider",
            charged=True,
        ),
        Failure("called off", ends(record("cancelled")), "provider", charged=None),
        Failure("asks something", ends(record("requires_action")), "provider", charged=None),
        Failure("over a budget", ends(record("budget_exceeded")), "provider", charged=None),
        Failure(
            "an odd link",
            ends(record("completed", put_out({"type": "video", "uri": "file:///etc/passwd"}))),
            "unknown",
            charged=None,
        ),
        Failure(
            "no base64",
            ends(record("completed", put_out({"type": "video", "data": "?"}))),
            "unknown",
            charged=None,
        ),
    ),
    leaves=leaves,
)
