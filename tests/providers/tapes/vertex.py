"""Vertex AI on the wire: Veo's operations, Omni's interactions, google.rpc's errors."""

from __future__ import annotations

import base64
from collections.abc import Set
from typing import Any

from tests.providers.tapes import Answer, Call, Failure, Refusal, Reply, Tape
from tests.providers.tapes import google as gemini
from vidgen.catalogue import Route
from vidgen.job import Mode

PROJECT = "my-film"
AT = f"projects/{PROJECT}/locations/global"
CLIP = b"\x00\x00\x00\x18ftypmp42 a clip that came inside the answer"
INLINE = base64.b64encode(CLIP).decode()


def pays(call: Call) -> bool:
    """What begins an operation or an interaction; to look at an operation is a POST as well."""
    return call.method == "POST" and call.path.endswith((":predictLongRunning", "/interactions"))


def looks(call: Call) -> bool:
    return call.method == "GET" or call.path.endswith(":fetchPredictOperation")


def accepts(call: Call) -> Reply:
    if call.path.endswith("/interactions"):
        return gemini.accepts(call)
    model = call.path.rpartition(":")[0].removeprefix("/v1/")
    return Reply(200, {"name": f"{model}/operations/8f3e-11"})


def serves(call: Call) -> Reply:
    return gemini.record("cancelled") if call.path.endswith("/cancel") else missing(call)


def operation(call: Call, **more: Any) -> Reply:
    return Reply(200, {"name": call.json()["operationName"], **more})


def made(*videos: dict[str, Any], **more: Any) -> dict[str, Any]:
    kind = "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"
    return {"done": True, "response": {"@type": kind, "videos": list(videos), **more}}


def of_omni(call: Call) -> bool:
    return "/interactions/" in call.path


def queued(call: Call) -> Reply:
    return gemini.queued(call) if of_omni(call) else operation(call)


def running(call: Call) -> Reply:
    return gemini.running(call) if of_omni(call) else operation(call, done=False)


def done(call: Call) -> Reply:
    if of_omni(call):
        clip = {"type": "video", "mime_type": "video/mp4", "data": INLINE}
        return gemini.record("completed", gemini.put_out(clip), **gemini.usage(video=5792))
    return operation(call, **made({"bytesBase64Encoded": INLINE, "mimeType": "video/mp4"}))


def strange(call: Call) -> Reply:
    return gemini.strange(call) if of_omni(call) else operation(call, done="under_review")


def missing(call: Call) -> Reply:
    return gemini.numbered(404, "NOT_FOUND", "Operation not found")


def ends(**told: Any) -> Answer:
    return lambda call: operation(call, **told)


def failed(code: int, message: str) -> Answer:
    return ends(done=True, error={"code": code, "message": message})


def leaves(route: Route, mode: Mode) -> Set[str]:
    """What has no field, and what a given clip decides."""
    if not route.offer.name.startswith("veo-"):
        return gemini.leaves(route, mode)
    return {"aspect", "rate"} if mode == "extend" else {"rate"}


DISABLED = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "BILLING_DISABLED"}
USAGE = "The prompt contains words that violate Vertex AI's usage guidelines"
numbered = gemini.numbered

VEO_FAILURES = (
    Failure(
        "taken away by the filter",
        ends(**made(raiMediaFilteredCount=1, raiMediaFilteredReasons=["Support codes: 58061214"])),
        "moderation",
        charged=False,
    ),
    Failure("filtered without a word", ends(**made(raiMediaFilteredCount=1)), "moderation", False),
    Failure("nothing made", ends(**made()), "unknown", None),
    Failure("against policy", failed(3, USAGE), "moderation", None),
    Failure("a value it cannot take", failed(3, "Unsupported output duration"), "input", None),
    Failure(
        "broken",
        failed(13, "Video generation failed due to an internal issue"),
        "provider",
        None,
    ),
    Failure("done without a word", ends(done=True), "unknown", None),
    Failure("no base64", ends(**made({"bytesBase64Encoded": "?"})), "unknown", None),
)
"""How operations end without a clip; those of the tape are of interactions."""

TAPE = Tape(
    provider="vertex",
    source=(
        "written_from: docs.cloud.google.com (Veo on Vertex AI, model versions), google-genai "
        "3.4.0, as of 2026-11-20; no call of ours was recorded"
    ),
    pays=pays,
    looks=looks,
    settings={"GOOGLE_CLOUD_PROJECT": PROJECT},
    accepts=accepts,
    serves=serves,
    queued=queued,
    running=running,
    done=done,
    strange=strange,
    missing=missing,
    media=CLIP,
    refusals=(
        Refusal("wrong key", numbered(401, "UNAUTHENTICATED", "invalid credentials"), "key"),
        Refusal("not allowed", numbered(403, "PERMISSION_DENIED", "no permission"), "key"),
        Refusal(
            "no billing", numbered(403, "PERMISSION_DENIED", "it is disabled", DISABLED), "credit"
        ),
        Refusal(
            "bad value",
            numbered(400, "INVALID_ARGUMENT", "durationSeconds is out of range"),
            "input",
            says="durationSeconds",
        ),
        Refusal("a list", Reply(400, [numbered(400, "INVALID_ARGUMENT", "no").body]), "input"),
        Refusal("policy", numbered(400, "INVALID_ARGUMENT", USAGE), "moderation"),
        Refusal("no model", numbered(404, "NOT_FOUND", "Publisher Model not found"), "input"),
        Refusal("too fast", numbered(429, "RESOURCE_EXHAUSTED", "quota exceeded"), "limit"),
        Refusal(
            "asked to wait",
            numbered(429, "RESOURCE_EXHAUSTED", "quota", gemini.LATER),
            "limit",
            retry_after=34.0,
        ),
        Refusal("no room", numbered(503, "UNAVAILABLE", "the service is overloaded"), "overload"),
        Refusal("unavailable", numbered(503, "UNAVAILABLE", "try again"), "ambiguous"),
        Refusal("inside fault", numbered(500, "INTERNAL", "internal error"), "ambiguous"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "ambiguous"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "ambiguous"),
        Refusal("no operation", Reply(200, {}), "ambiguous"),
        Refusal(
            "an odd operation", Reply(200, {"name": "https://x.test/operations/1"}), "ambiguous"
        ),
    ),
    troubles=(
        Refusal("wrong key", numbered(401, "UNAUTHENTICATED", "invalid credentials"), "key"),
        Refusal("too fast", numbered(429, "RESOURCE_EXHAUSTED", "quota exceeded"), "limit"),
        Refusal("bad call", numbered(400, "INVALID_ARGUMENT", "odd"), "provider"),
        Refusal("unavailable", numbered(503, "UNAVAILABLE", "try again"), "overload"),
        Refusal("inside fault", numbered(500, "INTERNAL", "internal error"), "overload"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "overload"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "overload"),
    ),
    failures=gemini.TAPE.failures,
    leaves=leaves,
)
