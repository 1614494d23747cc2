"""What an answer says, as plain values, and what is made of words from outside. Pure.

Whatever comes from a provider may be of any type, or missing.
"""

from __future__ import annotations

import json
from typing import Any

import httpx

from vidgen.job import Failed
from vidgen.providers.wire import hidden

LONGEST_WORDS = 600
"""Characters of a provider's own words that are kept."""


def object_in(answer: httpx.Response) -> dict[str, Any]:
    """The object in an answer; an empty one where there is none."""
    try:
        return record(json.loads(answer.content))
    except ValueError:
        return {}


def record(value: object) -> dict[str, Any]:
    """An object; an empty one where it is something else."""
    return value if isinstance(value, dict) else {}


def records(value: object) -> list[dict[str, Any]]:
    """The objects in a list; none where it is something else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """A text; an empty one where it is something else."""
    return value if isinstance(value, str) else ""


def link(value: object) -> str | None:
    """A link to media; None for all else: a path would name a file of this machine."""
    found = text(value)
    return found if found.startswith(("https:", "http:", "data:")) else None


def said(words: str, key: str) -> str:
    """Words from outside, short and without the key."""
    return hidden(words, key)[:LONGEST_WORDS]


def undocumented(who: str, word: object, key: str) -> Failed:
    """The end of work in a state of which nobody has heard: it is never taken for one that waits,
    and what it cost is not known."""
    told = hidden(str(word), key)[:80]
    return Failed(f"{who} says `{told}`, a word that is not documented", "unknown", charged=None)
