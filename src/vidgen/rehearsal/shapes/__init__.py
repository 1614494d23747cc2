"""How providers are spoken with: one module a shape, and the table that says whose is which.

To add one: a module with the functions of `exchange.Shape`, and a line in `SHAPES`. A provider
without a line is played by a stand-in until its own is written.
"""

from __future__ import annotations

from typing import Literal

from vidgen.rehearsal.exchange import Shape
from vidgen.rehearsal.shapes import (
    ark,
    dashscope,
    google,
    minimax,
    queue,
    replicate,
    runway,
    tasks,
    vertex,
    videos,
)

SHAPES: dict[str, Shape] = {
    "byteplus": ark,
    "dashscope": dashscope,
    "fal": queue,
    "google": google,
    "kling": tasks,
    "minimax": minimax,
    "openai-compatible": videos.GATEWAY,
    "replicate": replicate,
    "runway": runway,
    "sglang": videos.SGLANG,
    "vertex": vertex,
    "vllm-omni": videos.VLLM_OMNI,
    "volcengine": ark,
}
"""By the name of a provider's page."""


def shape_of(provider: str, resend: Literal["idempotent", "lookup", "never"]) -> Shape:
    """The shape of a provider; `resend` is what its page says of a submit that is sent again."""
    stand_in: Shape = queue if resend == "never" else tasks
    return SHAPES.get(provider, stand_in)
