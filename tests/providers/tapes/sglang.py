"""An SGLang-Diffusion server on the wire: OpenAI's records, and FastAPI's errors."""

from __future__ import annotations

from dataclasses import replace

from tests.providers.tapes import Call, Failure, Refusal, Reply
from tests.providers.tapes import openai_compatible as openai
from tests.providers.tapes.openai_compatible import PAGE, VIDEO, told


def no(status: int, words: str) -> Reply:
    return Reply(status, {"detail": words})


def missing(call: Call) -> Reply:
    return no(404, "Video not found")


TAPE = replace(
    openai.TAPE,
    provider="sglang",
    source="written_from: SGLang-Diffusion 0.5.23, read and its HTTP part run on 2026-11-21",
    serves=told("deleted"),
    running=told("queued", progress=30),  # older ones never say `in_progress`
    missing=missing,
    media=f"http://127.0.0.1:30000/v1/videos/{VIDEO}/content",
    settings={},
    refusals=(
        Refusal("wrong key", no(401, "a proxy before it wants a key"), "key"),
        Refusal("no prompt", no(400, "prompt is required"), "input", says="prompt is required"),
        Refusal("a bad still", no(400, "Failed to process image source: x"), "input"),
        Refusal(
            "bad value",
            Reply(422, {"detail": [{"loc": ["body", "seconds"], "msg": "not an integer"}]}),
            "input",
            says="seconds: not an integer",
        ),
        Refusal("nothing there", no(404, "Not Found"), "input"),
        Refusal("its workers are dead", Reply(503, {"error": "worker died"}), "overload"),
        Refusal("inside fault", Reply(500, b"Internal Server Error"), "ambiguous"),
        Refusal("a gateway's page", PAGE, "ambiguous"),
        Refusal("no id", Reply(200, {"status": "queued"}), "ambiguous"),
    ),
    troubles=(
        Refusal("inside fault", Reply(500, b"Internal Server Error"), "overload"),
        Refusal("a gateway's page", PAGE, "overload"),
    ),
    failures=(
        Failure("broke", told("failed", error={"message": "out of memory"}), "provider", False),
        Failure("no word of why", told("failed"), "provider", False),
    ),
)
