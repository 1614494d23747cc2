"""What Replicate's answers mean: where a result is, why a call was refused, how work failed. Pure.

An error is a problem document: `title`, `detail`, `status`. A failed prediction is an answer of
200 with a text under `error`, whose code in brackets alone says what it is about. Facts:
Replicate's OpenAPI description, its page on the life of a prediction, and answers that its users
quote, read in 2026.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx

from vidgen.errors import Trouble
from vidgen.job import Failed, FailureKind, Status, Succeeded

ENDED = ("failed", "canceled", "aborted")
"""States without a result. `aborted` met its deadline before it began, and is not billed."""

ABOUT_THE_INPUT = (400, 413, 415, 422)
POLICY = re.compile(
    r"\bE005\b|sensitive|nsfw|safety (filter|system|reasons)|moderation|content polic|prohibited",
    re.I,
)
"""Of the words alone: a code of its own has only E005. The names of inputs that are refused
(`safety_tolerance`) are not taken for it."""

INPUT = re.compile(r"input was invalid|invalid (input|image|video|audio)|identify image", re.I)
RESETS = re.compile(r"resets in ~?(\d{1,4})s")
PERCENT = re.compile(r"^\s*(\d{1,3})%\s*\|", re.M)
SEED = re.compile(r"\bUsing seed:? (\d{1,20})\b", re.I)


def words(answer: httpx.Response) -> str:
    """An answer's own words: its detail, or else its title."""
    told = _told(answer)
    found = told.get("detail") or told.get("title")
    return found.strip() if isinstance(found, str) and found.strip() else "without a word of why"


def trouble(answer: httpx.Response, *, missing: Trouble, broken: Trouble) -> Trouble:
    """What an answer that is no success says of the call.

    `missing` is what a 404 means there, `broken` what a server that stumbles does: of an order
    nobody says that it was not taken.
    """
    match answer.status_code:
        case 401 | 403:
            return "key"
        case 402:
            return "credit"
        case 404:
            return missing
        case 429:
            return "limit"
        case status if status in ABOUT_THE_INPUT:
            return "moderation" if POLICY.search(words(answer)) else "input"
        case status if 400 <= status < 500 and status != 408:
            return "provider"
    return broken


def wait(answer: httpx.Response) -> float | None:
    """The seconds that a refusal asks us to wait, where its body says them."""
    told = _told(answer).get("retry_after")
    if isinstance(told, int) and 0 <= told < 10_000:
        return float(told)
    found = RESETS.search(words(answer))
    return float(found[1]) if found else None


def progress(told: dict[str, Any]) -> float | None:
    """How far it is, by the last bar in its logs; most models write none."""
    found = PERCENT.findall(_text(told, "logs"))
    return min(int(found[-1]), 100) / 100 if found else None


def result(told: dict[str, Any]) -> Status:
    """What a prediction that succeeded brings: a link, a list of them, or an object with one."""
    media = next(_links(told.get("output")), None)
    if media is not None:
        seed = SEED.search(_text(told, "logs"))
        return Succeeded(media, seed=int(seed[1]) if seed else None)
    if told.get("data_removed") is True:
        reason = "it was made, and deleted: Replicate keeps a result for an hour"
        return Failed(reason, kind="provider", charged=True)
    reason = "Replicate finished without a link to a clip or a picture"
    return Failed(reason, kind="unknown", charged=None)


def reason(told: dict[str, Any]) -> str:
    """Why there is no result, in Replicate's words where it has any."""
    said = _text(told, "error").strip()
    return said or f"Replicate reports it as {told.get('status')}, without a word of why"


def failure(told: dict[str, Any]) -> tuple[FailureKind, bool | None]:
    """Of what kind a failure is, and what it cost.

    What never began is not billed; what began may be, for the time that it ran.
    """
    charged = None if told.get("started_at") and told.get("status") != "aborted" else False
    said = _text(told, "error")
    if told.get("status") != "failed":
        return "provider", charged
    if POLICY.search(said):
        return "moderation", charged
    return ("input" if INPUT.search(said) else "provider"), charged


def _links(output: Any) -> Iterator[str]:
    """Every link in a model's output, in its order."""
    if isinstance(output, str):
        if output.startswith(("https:", "http:", "data:")):
            yield output
    elif isinstance(output, list):
        for item in output:
            yield from _links(item)
    elif isinstance(output, dict):
        for item in output.values():
            yield from _links(item)


def _text(told: dict[str, Any], name: str) -> str:
    """A text in a prediction; empty where there is none."""
    found = told.get(name)
    return found if isinstance(found, str) else ""


def _told(answer: httpx.Response) -> dict[str, Any]:
    """The object in an answer; an empty one where there is none."""
    try:
        found = json.loads(answer.content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
