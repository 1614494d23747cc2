"""What Replicate's answers mean: where a result is, why a call was refused, how work failed. Pure.

An error is a problem document: `title`, `detail`, `status`. A failed prediction is an answer of
200 with a text under `error`, whose code in brackets alone says what it is about. Facts:
Replicate's OpenAPI description, its page on the life of a prediction, and answers that its users
quote, read in 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx

from vidgen.errors import Trouble
from vidgen.job import Failed, FailureKind, Running, Status, Succeeded
from vidgen.providers.reading import link, object_in, said, text, undocumented

ENDED = ("failed", "canceled", "aborted")
"""States without a result. `aborted` met its deadline before it began, and is not billed."""

ABOUT_THE_INPUT = (400, 413, 415, 422)
POLICY = re.compile(
    r"\bE005\b|sensitive|nsfw|safety (filter|system|reasons)|moderation|content polic|prohibited"
    r"|copyright restriction",
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
    told = object_in(answer)
    found = text(told.get("detail") or told.get("title")).strip()
    return found or "without a word of why"


def trouble(answer: httpx.Response, *, missing: Trouble) -> Trouble:
    """What an answer that is no success says of the call; `missing` is what a 404 means there.

    Of an order on which a server stumbles nobody says that it was not taken.
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
    return "ambiguous"


def wait(answer: httpx.Response) -> float | None:
    """The seconds that a refusal asks us to wait, where its body says them."""
    told = object_in(answer).get("retry_after")
    if isinstance(told, int) and 0 <= told < 10_000:
        return float(told)
    found = RESETS.search(words(answer))
    return float(found[1]) if found else None


def status(told: dict[str, Any], *, key: str) -> Status:
    """What a prediction says of itself. Its cost stays unsaid: Replicate tells no price."""
    word = told.get("status")
    if word in ("starting", "processing"):
        return Running(_progress(told))
    if word == "succeeded":
        return _result(told)
    if word in ENDED:
        return Failed(said(_reason(told), key), *_failure(told))
    return undocumented("Replicate", word, key)


def _progress(told: dict[str, Any]) -> float | None:
    """How far it is, by the last bar in its logs; most models write none."""
    found = PERCENT.findall(text(told.get("logs")))
    return min(int(found[-1]), 100) / 100 if found else None


def _result(told: dict[str, Any]) -> Status:
    """What a prediction that succeeded brings: a link, a list of them, or an object with one."""
    media = next(_links(told.get("output")), None)
    if media is not None:
        seed = SEED.search(text(told.get("logs")))
        return Succeeded(media, seed=int(seed[1]) if seed else None)
    if told.get("data_removed") is True:
        reason = "it was made, and deleted: Replicate keeps a result for an hour"
        return Failed(reason, kind="provider", charged=True)
    reason = "Replicate finished without a link to a clip or a picture"
    return Failed(reason, kind="unknown", charged=None)


def _reason(told: dict[str, Any]) -> str:
    """Why there is no result, in Replicate's words where it has any."""
    found = text(told.get("error")).strip()
    return found or f"Replicate reports it as {told.get('status')}, without a word of why"


def _failure(told: dict[str, Any]) -> tuple[FailureKind, bool | None]:
    """Of what kind a failure is, and what it cost.

    What never began is not billed; what began may be, for the time that it ran.
    """
    charged = None if told.get("started_at") and told.get("status") != "aborted" else False
    found = text(told.get("error"))
    if told.get("status") != "failed":
        return "provider", charged
    if POLICY.search(found):
        return "moderation", charged
    return ("input" if INPUT.search(found) else "provider"), charged


def _links(output: Any) -> Iterator[str]:
    """Every link in a model's output, in its order."""
    found = link(output)
    if found is not None:
        yield found
    elif isinstance(output, list):
        for item in output:
            yield from _links(item)
    elif isinstance(output, dict):
        for item in output.values():
            yield from _links(item)
