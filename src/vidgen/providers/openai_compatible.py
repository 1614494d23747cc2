"""A gateway that kept the shape of OpenAI's videos, wherever OPENAI_BASE_URL says.

Facts: openai 3.54, the OpenAPI description of 2026-08-21, and what gateways say of themselves.
"""

from __future__ import annotations

from vidgen.providers import Session
from vidgen.providers.openai_shape import Videos
from vidgen.providers.openai_shape.dialect import Dialect

GATEWAY = Dialect(
    name="the gateway",
    setting="OPENAI_BASE_URL",
    required=True,
    closed={"api.openai.com": "OpenAI closed its Videos API on 2026-09-24, with no successor"},
)


def gateway(session: Session) -> Videos:
    """The gateway that the settings name."""
    return Videos(session, GATEWAY)
