"""A vLLM-Omni server on the wire: failed jobs come with a 4xx or 5xx, and their record in it."""

from __future__ import annotations

from dataclasses import replace

from tests.providers.tapes import Answer, Call, Failure, Refusal, Reply
from tests.providers.tapes import openai_compatible as openai
from tests.providers.tapes.openai_compatible import PAGE, VIDEO, told


def no(status: int, words: str) -> Reply:
    body = {"error": {"message": words, "type": "BadRequestError", "param": None, "code": status}}
    return Reply(status, body)


def missing(call: Call) -> Reply:
    return no(404, "Video not found")


def failed(status: int, words: str) -> Answer:
    return told("failed", status, error={"code": status, "message": words})


TAPE = replace(
    openai.TAPE,
    provider="vllm-omni",
    source="written_from: vLLM-Omni 0.30.0, read and its HTTP part run on 2026-11-21",
    missing=missing,
    media=f"http://127.0.0.1:8000/v1/videos/{VIDEO}/content",
    settings={},
    refusals=(
        Refusal("wrong key", Reply(401, {"error": "Unauthorized"}), "key"),
        Refusal(
            "another model",
            no(400, "Model mismatch: request specifies 'a' but server is running 'b'."),
            "input",
            says="Model mismatch",
        ),
        Refusal("bad value", no(400, "seconds: String should match pattern"), "input"),
        Refusal("nothing there", no(404, "Not Found"), "input"),
        Refusal("not ready", no(503, "Video generation handler not initialized."), "overload"),
        Refusal("inside fault", no(500, "Video generation setup failed"), "ambiguous"),
        Refusal("a gateway's page", PAGE, "ambiguous"),
        Refusal("no id", Reply(200, {"status": "queued"}), "ambiguous"),
    ),
    troubles=(
        Refusal("wrong key", Reply(401, {"error": "Unauthorized"}), "key"),
        Refusal("inside fault", no(500, "it broke"), "overload"),
        Refusal("a gateway's page", PAGE, "overload"),
    ),
    failures=(
        Failure("a bad still", failed(400, "cannot identify image file"), "input", False),
        Failure("too large", failed(422, "height must be divisible by 16"), "input", False),
        Failure("broke", failed(500, "EngineDeadError"), "provider", False),
        Failure("no word of why", told("failed", 500), "provider", False),
        Failure("blocked", failed(400, "the prompt was blocked for safety"), "moderation", False),
    ),
)
