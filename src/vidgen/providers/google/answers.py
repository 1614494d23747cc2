"""What Google's APIs answer, in our words: refusals, an interaction's state, what it cost. Pure.

An error comes in three shapes: with a code in words (interactions), with a number and a status
(google.rpc), and that once more inside a list. Facts: ai.google.dev (Omni guide of 2026-09-10, API
errors), google-genai 3.4.0, and adapters that note what they saw.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

from vidgen.errors import ProviderError, Trouble
from vidgen.job import Failed, FailureKind, Running
from vidgen.providers.reading import record as record_of
from vidgen.providers.reading import records, said, text, undocumented
from vidgen.providers.wire import refused

MODERATED = re.compile(
    r"\b(safety|blocked|prohibited|policy|policies|responsible ai|usage guidelines"
    r"|sensitive words)\b",
    re.IGNORECASE,
)
"""Words of a refusal, or of its code (`content_blocked`), that mean moderation."""

REGION = re.compile(r"sensitive words", re.IGNORECASE)
"""So it says too, whatever the words are, of a clip of one's own where Google works on none."""

UNPAID = re.compile(
    r"prepa(y|id)|credits are depleted|spending cap|free_tier.{0,100}limit: 0\b",
    re.IGNORECASE | re.DOTALL,
)
UNBILLED = re.compile(r"\bbilling\b", re.IGNORECASE)
"""With 400 and 403 alone: every refusal for haste says to check one's `plan and billing details`.
"""

BAD_KEY = re.compile(r"API.?key.{0,20}(not valid|invalid|expired|not found)", re.IGNORECASE)
UNKNOWN = re.compile(r"invalid interaction name|not found|does not exist", re.IGNORECASE)
COME_BACK = re.compile(r"retry in (\d+(?:\.\d+)?)s\b", re.IGNORECASE)
FULL = re.compile(r"overloaded|high demand", re.IGNORECASE)

ENDED_WITHOUT = frozenset(
    {"failed", "incomplete", "budget_exceeded", "requires_action", "requires_continuation"}
    | {"cancelled"}
)
"""States in which an interaction ends, or stands still for good, without a clip."""

INVALID_ARGUMENT = 3
"""As google.rpc numbers it."""

ABOUT_THE_INPUT = ("invalid", "out_of_range", "parameter_unknown")

Record = Mapping[str, Any]


def refusal(answer: httpx.Response, *, who: str, key: str, submitting: bool) -> ProviderError:
    """The error of an answer that is no success; `who` is what the API is called."""
    told = _error(answer)
    words = text(told.get("message")) or "no reason given"
    kind = _trouble(answer.status_code, told, words, submitting=submitting)
    error = refused(answer, f"{who} (HTTP {answer.status_code}): {words}", kind, key=key)
    if error.retry_after is None and kind in ("limit", "overload"):
        error.retry_after = _retry(told, words)
    if kind == "key":
        error.hint = f"see whether the key is one of {who}'s, and may use this model"
    if kind == "moderation" and REGION.search(words):
        error.hint = (
            "Google says so too of any clip of one's own that is to be edited or gone on with from"
            " the EEA, Switzerland or the UK"
        )
    return error


def _trouble(status: int, told: Record, words: str, *, submitting: bool) -> Trouble:
    reasons = {text(one.get("reason")) for one in records(told.get("details"))}
    unpaid = UNPAID.search(words) or (status != 429 and UNBILLED.search(words))
    if "BILLING_DISABLED" in reasons or (status in (400, 403, 429) and unpaid):
        return "credit"
    if "API_KEY_INVALID" in reasons or (status == 400 and BAD_KEY.search(words)):
        return "key"
    match status:
        case 401 | 403:
            return "key"
        case 402:
            return "credit"
        case 429:
            return "limit"
        case 413 | 416:
            return "input"
        case 501:
            return "provider"  # it is not made there, so nothing was begun
        case 404:
            return "input" if submitting else "gone"
        case 400 if not submitting:
            return "gone" if UNKNOWN.search(words) else "provider"
        case 400:
            return "moderation" if moderated(words, told.get("code")) else "input"
        case 503 if FULL.search(words):
            return "overload"  # for want of room, said before anything was begun
        case _ if 400 <= status < 500 and status not in (408, 499):
            return "provider"
    return "ambiguous" if submitting else "overload"


def ended(record: Record, *, brought: bool, key: str) -> Running | Failed | None:
    """An interaction as a Status; None where it is complete and brought what was wanted.

    A refusal mostly comes as complete work with words in the clip's place.
    """
    word = text(record.get("status"))
    if word in ("queued", "in_progress"):
        return Running()
    if word == "completed" and brought:
        return None
    spoken, wrong = _spoken(record), _wrong(record)
    if word == "completed" and (spoken or not wrong):
        reason = said(spoken, key) or "it ended without a clip or a picture"
        return Failed(reason, "moderation", billed(record))
    if word != "completed" and word not in ENDED_WITHOUT:
        return undocumented("Google", word, key)
    messages = "; ".join(filter(None, (text(one.get("message")) for one in wrong)))
    reason = said(messages or f"it ended as `{word}`", key)
    return Failed(reason, _failure(reason, wrong), billed(record))


def content(record: Record, kind: str) -> Record | None:
    """The last clip or picture that the model put out: with `uri`, or with `data` as base64."""
    found = None
    for step in records(record.get("steps")):
        if step.get("type") == "model_output":
            for one in records(step.get("content")):
                if one.get("type") == kind and (text(one.get("uri")) or text(one.get("data"))):
                    found = one
    return found


def billed(record: Record) -> bool | None:
    """Whether anything that was made is billed; None where nothing is said of it.

    The words of a refusal and of its prompt cost less than a cent, and count as nothing.
    """
    made = _made_tokens(record)
    return None if made is None else any(made.get(kind) for kind in ("video", "image"))


def cost(record: Record, usd_per_million: Mapping[str, Any] | None) -> Decimal | None:
    """US dollars of the tokens that were used; None unless the price of each kind is known.

    `usd_per_million` is by what was made (`video`, `image`, `text`), and `input` for what was
    given, of whatever kind.
    """
    usage, made = record.get("usage"), _made_tokens(record)
    if not usd_per_million or not isinstance(usage, Mapping) or made is None:
        return None
    given, thought = usage.get("total_input_tokens"), usage.get("total_thought_tokens", 0)
    if type(given) is not int or type(thought) is not int:
        return None
    made = {**made, "input": given, "text": made.get("text", 0) + thought}
    try:
        spent = [
            Decimal(str(usd_per_million[kind])) * count for kind, count in made.items() if count
        ]
    except (KeyError, InvalidOperation):
        return None
    return sum(spent, Decimal(0)) / 1_000_000


def _made_tokens(record: Record) -> dict[str, int] | None:
    """Tokens that were put out, by kind; None where that is not said."""
    usage = record.get("usage")
    told = usage.get("output_tokens_by_modality") if isinstance(usage, Mapping) else None
    if not isinstance(told, list):
        return None
    found: dict[str, int] = {}
    for one in records(told):
        kind, count = text(one.get("modality")).lower(), one.get("tokens", 0)
        if not kind or type(count) is not int:
            return None
        found[kind] = found.get(kind, 0) + count
    return found


def _spoken(record: Record) -> str:
    """What the model said instead of showing something."""
    steps = [one for one in records(record.get("steps")) if one.get("type") == "model_output"]
    texts = [text(one.get("text")) for step in steps for one in records(step.get("content"))]
    return " ".join(filter(None, texts))


def _wrong(record: Record) -> list[dict[str, Any]]:
    """The errors in an interaction: of its own, and of its steps."""
    found = [*records(record.get("errors"))]
    return found + records([step.get("error") for step in records(record.get("steps"))])


def _failure(reason: str, wrong: Sequence[Record]) -> FailureKind:
    """How an interaction failed: by its words, and by the codes of its errors."""
    codes = [one.get("code") for one in wrong]
    if any(moderated(reason, code) for code in (None, *codes)):
        return "moderation"
    return "input" if any(about_the_input(code) for code in codes) else "provider"


def moderated(words: str, code: object = None) -> bool:
    """Whether words or a code are about what may be shown."""
    return bool(MODERATED.search(f"{words} {text(code).replace('_', ' ')}"))


def about_the_input(code: object) -> bool:
    """Whether an error is about what was asked: by Google's own word for it, or google.rpc's
    number."""
    return code == INVALID_ARGUMENT or any(word in text(code) for word in ABOUT_THE_INPUT)


def _error(answer: httpx.Response) -> Record:
    """The error in an answer, whichever shape it has."""
    try:
        found = json.loads(answer.content)
    except ValueError:
        return {}
    found = found[0] if isinstance(found, list) and found else found
    return record_of(record_of(found).get("error"))


def _retry(told: Record, words: str) -> float | None:
    """The seconds after which google.rpc's RetryInfo wants us back (`34s`, `0.5s`), or the words
    do: an interaction's error has nothing besides.
    """
    for one in records(told.get("details")):
        digits = text(one.get("retryDelay")).removesuffix("s")
        if digits.replace(".", "", 1).isdecimal():
            return float(digits)
    found = COME_BACK.search(words)
    return float(found[1]) if found else None
