"""What Runway's answers mean: why a call was refused, and how a task stands. Pure.

A refusal is `{error, issues?}`; an empty account is a 400 like any bad value, known by its words
alone. A task's `cost.credits` is what it cost in the end, 0 where all came back. Facts:
docs.dev.runwayml.com (errors, task failures, billing) and runwayml 5.24.0, read in 2026.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx

from vidgen.errors import Trouble
from vidgen.job import Failed, FailureKind, Running, Status, Succeeded
from vidgen.providers.reading import link, object_in, record, records, said, text, undocumented

CREDIT = Decimal("0.01")
"""US dollars of one credit."""

WAITING = ("PENDING", "THROTTLED")
"""Accepted and not begun. THROTTLED waits for a free place of the account, and is no error."""

NO_CREDITS = ("enough credits", "out of credits", "insufficient credits")
"""Words of a 400 that is about money; documented is `You do not have enough credits …`."""

HINTS: dict[Trouble, str] = {
    "credit": "buy credits at dev.runwayml.com",
    "limit": "Runway counts a model's tasks over the last 24 hours; a higher tier has more of them",
}

REFUSED = ("content moderation", "content policy", "was moderated")
"""Words of a 400 that is about policy. None is documented: that is told by a task that failed."""

MODERATION = ("SAFETY", "INPUT_PREPROCESSING.SAFETY")
"""Beginnings of failure codes that mean refused content, of what was given or what was made."""


def words(answer: httpx.Response) -> str:
    """An answer's own words, and each value at fault: `promptText: too long`."""
    told = object_in(answer)
    found = [text(told.get("error")), *map(_issue, records(told.get("issues")))]
    return "; ".join(filter(None, found)) or "without a word of why"


def trouble(answer: httpx.Response, *, missing: Trouble) -> Trouble:
    """What an answer that is no success says of the call; `missing` is what a 404 means there.

    503 is documented as load that was shed, and safe to send again. So are 502 and 504; but those
    any gateway says as well when the answer to an accepted order is lost behind it.
    """
    match answer.status_code:
        case 400:
            return _refusal(words(answer).lower())
        case 401:
            return "key"
        case 404:
            return missing
        case 413 | 422:
            return "input"
        case 429:
            return "limit"
        case 503:
            return "overload"
        case status if 400 <= status < 500 and status != 408:
            return "provider"
    return "ambiguous"


def status(task: dict[str, Any], *, key: str) -> Status:
    """A task as a Status. A word nobody knows is never taken for one that still waits."""
    word = task.get("status")
    if word in WAITING:
        return Running()
    if word == "RUNNING":
        return Running(_progress(task.get("progress")))
    credits = _credits(task)
    charged = None if credits is None else credits > 0
    if word == "SUCCEEDED":
        media = _media(task.get("output"))
        if media is None:
            return Failed("finished without a link to what was made", "unknown", charged)
        return Succeeded(media, None if credits is None else credits * CREDIT)
    if word == "FAILED":
        return Failed(said(_reason(task), key), failure(task.get("failureCode")), charged)
    if word == "CANCELLED":
        return Failed("it was cancelled", "provider", charged)
    return undocumented("Runway", word, key)


def estimate(told: dict[str, Any]) -> Decimal | None:
    """US dollars that a task can cost at most, by the answer to its order or a look at it."""
    credits = _amount(record(told.get("estimatedCost")).get("credits"))
    return credits * CREDIT if credits is not None and credits > 0 else None


def failure(code: object) -> FailureKind:
    """What a failure code means; `INTERNAL`, `THIRD_PARTY` and none at all are not our doing."""
    found = text(code)
    if found.startswith(MODERATION):
        return "moderation"
    return "input" if found.startswith("ASSET") else "provider"


def balance(told: dict[str, Any]) -> str:
    """What an account has left, as its organization tells; empty where it does not."""
    credits = _amount(told.get("creditBalance"))
    return "" if credits is None else f"balance ${credits * CREDIT:.2f}"


def _refusal(told: str) -> Trouble:
    """What a 400 is about, by its words."""
    if any(some in told for some in NO_CREDITS):
        return "credit"
    return "moderation" if any(some in told for some in REFUSED) else "input"


def _reason(task: dict[str, Any]) -> str:
    """Why a task failed, with its code: Runway's own words are often too general to act on."""
    code = text(task.get("failureCode"))
    reason = text(task.get("failure")) or "it failed, and Runway does not say why"
    return f"{reason} ({code})" if code else reason


def _credits(task: dict[str, Any]) -> Decimal | None:
    return _amount(record(task.get("cost")).get("credits"))


def _amount(value: object) -> Decimal | None:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    amount = Decimal(str(value)) if known else None
    return amount if amount is not None and amount.is_finite() else None


def _progress(value: object) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return float(value) if known and isinstance(value, int | float) else None


def _media(output: object) -> str | None:
    """The first link; a task that was asked for one thing has one."""
    return link(output[0]) if isinstance(output, list) and output else None


def _issue(issue: dict[str, Any]) -> str:
    path = issue.get("path")
    where = ".".join(map(str, path)) if isinstance(path, list) else ""
    why = str(issue.get("message") or issue.get("code") or "")
    return f"{where}: {why}" if where else why
