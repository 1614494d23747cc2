"""What calls and answers have alike at many providers, whoever is played. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any

from vidgen.rehearsal.exchange import Answer, Ask

GATEWAYS_PAGE = Answer(502, (("content-type", "text/html"),), b"<html>502 Bad Gateway</html>")
"""What comes where the answer to an order is lost behind a gateway."""

STILLS = "stills/"
"""Where a rehearsed still lies that comes with the answer: makers do not say where their own do."""

BEING_MADE = Answer(503, (("retry-after", "1"),), b"it is being made")
"""The link of such a still is told before its file is drawn."""


def has_bearer(ask: Ask) -> bool:
    """Whether a call shows a key as a bearer token; any key will do."""
    return re.fullmatch(r"Bearer \S+", ask.authorization) is not None


def later(chance: float, below: float = 0.5) -> tuple[tuple[str, str], ...]:
    """The header that says when to come back, which is not always told."""
    return (("retry-after", "1"),) if chance < below else ()


def typed(body: Mapping[str, Any], fields: Mapping[str, type]) -> bool:
    """Whether there is nothing but these fields, each of its kind; `True` is no number."""
    return all(name in fields and type(value) is fields[name] for name, value in body.items())


def bytes_in(uri: object) -> bytes | None:
    """What a `data:` URI holds; None where it is none, or holds nothing."""
    head, _, packed = uri.partition(";base64,") if isinstance(uri, str) else ("", "", "")
    if not head.startswith("data:"):
        return None
    try:
        return base64.b64decode(packed, validate=True) or None
    except binascii.Error:
        return None


def relinked(value: Any, link: Callable[[str], str]) -> Any:
    """A body with every text as `link` has it: uploads under the links that hold them here."""
    if isinstance(value, dict):
        return {name: relinked(item, link) for name, item in value.items()}
    if isinstance(value, list):
        return [relinked(item, link) for item in value]
    return link(value) if isinstance(value, str) else value
