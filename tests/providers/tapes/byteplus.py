"""Ark on the wire, as BytePlus ModelArk has it."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.providers.tapes import Call, Failure, Refusal, Reply, Tape
from vidgen.catalogue import Route
from vidgen.job import Mode

TASKS = "/api/v3/contents/generations/tasks"
STILLS = "/api/v3/images/generations"
TASK = "cgt-20261121160000-x7k2p"
LINK = "https://ark-content-generation-ap-southeast-1.tos-ap-southeast-1.volces.com/made.mp4?sig=1"
FRAME = "https://ark-content-generation-ap-southeast-1.tos-ap-southeast-1.volces.com/last.png?sig=1"
PICTURE = "https://ark-content-generation-v2-ap-southeast-1.tos-ap-southeast-1.volces.com/a.jpeg"
MADE_AT = 1795276800


def pays(call: Call) -> bool:
    """Whatever is posted: a task or a still."""
    return call.method == "POST"


def accepts(call: Call) -> Reply:
    return still(call) if call.path == STILLS else Reply(200, {"id": TASK})


def still(call: Call) -> Reply:
    """A still, which comes with the answer to its order."""
    made = {"url": PICTURE, "size": call.json()["size"]}
    usage = {"generated_images": 1, "output_tokens": 14400, "total_tokens": 14400}
    told = {"model": call.json()["model"], "created": MADE_AT, "data": [made], "usage": usage}
    return Reply(200, told)


def no(status: int, code: str, message: str = "The request failed.") -> Reply:
    words = f"{message} Request id: 0217952768001"
    return Reply(status, {"error": {"code": code, "message": words, "param": "", "type": "x"}})


def record(word: str, **more: Any) -> Reply:
    """One look at a task."""
    task = {
        "id": TASK,
        "model": "dreamina-seedance-2-0-260128",
        "status": word,
        "created_at": MADE_AT,
        "updated_at": MADE_AT + 60,
        "service_tier": "default",
        "execution_expires_after": 172800,
    }
    return Reply(200, task | more)


def queued(call: Call) -> Reply:
    return record("queued")


def running(call: Call) -> Reply:
    return record("running")


def done(call: Call) -> Reply:
    return record(
        "succeeded",
        content={"video_url": LINK, "last_frame_url": FRAME},
        usage={"completion_tokens": 108900, "total_tokens": 108900},
        error=None,
        seed=1276,
        resolution="720p",
        ratio="16:9",
        duration=5,
        framespersecond=24,
        generate_audio=True,
    )


def strange(call: Call) -> Reply:
    return record("hibernating")


def missing(call: Call) -> Reply:
    return no(404, "ResourceNotFound", "The specified resource is not found.")


def deleted(call: Call) -> Reply:
    return Reply(200, b"")


def failed(code: str, message: str, **more: Any) -> Any:
    def look(call: Call) -> Reply:
        return record("failed", error={"code": code, "message": message}, **more)

    return look


def leaves(route: Route, mode: Mode) -> Set[str]:
    """From 2.5 on a first frame decides the shape; the rate is 24 everywhere."""
    framed = mode in ("first_frame", "first_last")
    return {"rate", "aspect"} if framed and "seedance-2-5" in route.offer.name else {"rate"}


REFUSALS = (
    Refusal("wrong key", no(401, "AuthenticationError", "The API key is invalid."), "key"),
    Refusal("not from here", no(403, "AccessDenied"), "key"),
    Refusal("overdue", no(403, "AccountOverdueError"), "credit"),
    Refusal("service overdue", no(403, "ServiceOverdue"), "credit"),
    Refusal("allowance used up", no(429, "QuotaExceeded"), "credit"),
    Refusal("own limit", no(429, "SetLimitExceeded"), "credit"),
    Refusal("not switched on", no(404, "ModelNotOpen"), "input", says="ModelNotOpen"),
    Refusal("service not open", no(403, "ServiceNotOpen"), "input"),
    Refusal("no such model", no(404, "InvalidEndpointOrModel.NotFound"), "input"),
    Refusal("a field missing", no(400, "MissingParameter"), "input"),
    Refusal(
        "bad value",
        no(400, "InvalidParameter", "The parameter `duration` is not valid."),
        "input",
        says="duration",
    ),
    Refusal("against the task", no(400, "InvalidParameter.TaskTypeConstraint"), "input"),
    Refusal("bad picture", no(400, "InvalidImageURL"), "input"),
    Refusal("too large", Reply(413, b"<html>too large</html>"), "input"),
    Refusal("prompt", no(400, "InputTextSensitiveContentDetected"), "moderation"),
    Refusal(
        "a person",
        no(400, "InputImageSensitiveContentDetected.PrivacyInformation"),
        "moderation",
    ),
    Refusal("a real person", no(400, "InputMediaMayContainRealPerson"), "moderation"),
    Refusal("plainly sensitive", no(400, "SensitiveContentDetected"), "moderation"),
    Refusal("too fast", no(429, "RateLimitExceeded.EndpointRPMExceeded"), "limit"),
    Refusal("too fast for the model", no(429, "ModelAccountRpmRateLimitExceeded"), "limit"),
    Refusal(
        "asked to wait",
        Reply(429, {"error": {"code": "RateLimitExceeded"}}, {"retry-after": "7"}),
        "limit",
        retry_after=7.0,
    ),
    Refusal("overloaded", no(429, "ServerOverloaded"), "overload"),
    Refusal("model loading", no(429, "ModelLoadingError"), "overload"),
    Refusal("inside fault", no(500, "InternalServiceError"), "ambiguous", None),
    Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "ambiguous", None),
    Refusal("a code not known", no(418, "Teapot"), "provider"),
    Refusal("no task named", Reply(200, {"task": TASK}), "ambiguous", None),
    Refusal("an id that is none", Reply(200, {"id": "../up"}), "ambiguous", None),
    Refusal("yes without words", Reply(200, b"ok"), "ambiguous", None),
)

TROUBLES = (
    Refusal("wrong key", no(401, "AuthenticationError"), "key"),
    Refusal("too fast", no(429, "RateLimitExceeded"), "limit"),
    Refusal("inside fault", no(500, "InternalServiceError"), "overload"),
    Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "overload"),
    Refusal("half an answer", Reply(200, b'{"id": "cgt'), "overload"),
)

FAILURES = (
    Failure(
        "the clip was refused",
        failed("OutputVideoSensitiveContentDetected.PolicyViolation", "it may be a copy"),
        "moderation",
        charged=False,
    ),
    Failure(
        "the sound was refused",
        failed("OutputAudioSensitiveContentDetected", "the output audio may be sensitive"),
        "moderation",
        charged=False,
    ),
    Failure(
        "not what the prompt means",
        failed("InvalidParameter.TaskTypeMismatch", "the prompt reads as an edit"),
        "input",
        charged=False,
    ),
    Failure(
        "overdue when its turn came",
        failed("AccountOverdueError", "pay what is owed"),
        "credit",
        charged=False,
    ),
    Failure("broken", failed("InternalServiceError", "try later"), "provider", charged=False),
    Failure(
        "broken, and tokens told",
        failed("InternalServiceError", "try later", usage={"completion_tokens": 108900}),
        "provider",
        charged=True,
    ),
    Failure("no word of why", lambda call: record("failed"), "provider", charged=False),
    Failure("cancelled", lambda call: record("cancelled"), "provider", charged=False),
    Failure("expired", lambda call: record("expired"), "provider", charged=False),
    Failure("no link", lambda call: record("succeeded", content={}), "unknown", charged=None),
)

TAPE = Tape(
    provider="byteplus",
    source=(
        "written_from: volcengine.com/docs/82379/1520757, 1521309 and 1521720 as copied in June "
        "and September 2026, ModelArk's error codes, and byteplus-python-sdk-v2 3.0.63"
    ),
    pays=pays,
    accepts=accepts,
    serves=deleted,
    queued=queued,
    running=running,
    done=done,
    strange=strange,
    missing=missing,
    media=LINK,
    refusals=REFUSALS,
    troubles=TROUBLES,
    failures=FAILURES,
    leaves=leaves,
)
