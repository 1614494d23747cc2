"""A vLLM-Omni server of one's own; a key only where it was started with one (`--api-key`).

It takes forms alone. A failed job is told with a 4xx or 5xx that carries its record; a DELETE stops
what runs. It refuses an order that names another model than it serves. As in 0.30.0, whose HTTP
part was run without a model behind it.
"""

from __future__ import annotations

from vidgen.providers import Session
from vidgen.providers.openai_shape import Videos
from vidgen.providers.openai_shape.dialect import Dialect

VLLM_OMNI = Dialect(
    name="vLLM-Omni", setting="VLLM_OMNI_URL", below="v1", frames=True, stops=True, own=True
)


def vllm_omni(session: Session) -> Videos:
    """The server that the settings name, or the one on this machine."""
    return Videos(session, VLLM_OMNI)
