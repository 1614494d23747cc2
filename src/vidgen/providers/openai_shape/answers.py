"""What servers of OpenAI's videos shape answer: a job's record, and why a call was refused. Pure.

From the OpenAPI description of 2026-08-21 and openai 3.54, SGLang-Diffusion 0.5.23, vLLM-Omni
0.30.0, and the gateways' own documents as read in November 2026 (New API, laozhang, Merge,
ModelSell, OFOX): their words differ, and most send no more than half of the record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import httpx

from vidgen.errors import Trouble
from vidgen.job import Failed, FailureKind, Running, Status, Succeeded
from vidgen.providers.reading import link, object_in, record, records, said, text, undocumented

WAITS = frozenset({"queued", "pending", "submitted", "in_progress", "processing", "running"})
NOT_STARTED = "unknown"
"""New API says so of a task that it holds and whose first state it has not learnt yet."""

MADE = frozenset({"completed", "succeeded", "success"})
ENDED = frozenset({"failed", "error", "cancelled", "canceled", "expired"})

LINKS = ("video_url", "url", "content_url")
"""Where a record names its clip, where it does: laozhang and its kin, New API, ModelSell."""

MODERATED = re.compile(
    r"moderation|safety|content[ _-]?(policy|filter)|sensitive|prompt_blocked", re.IGNORECASE
)
"""In a code or a message. OpenAI never listed the codes; `moderation_blocked` has been seen."""

NO_CREDIT = frozenset(
    {
        "insufficient_quota",  # OpenAI, as 429
        "billing_hard_limit_reached",  # OpenAI
        "insufficient_user_quota",  # New API, as 403
        "pre_consume_token_quota_failed",  # New API: the key's own allowance
        "insufficient_balance",
        "insufficient_credits",
    }
)
NO_MODEL = frozenset({"model_not_found", "model_not_available"})
"""New API says so with a 503 too, where no channel has the model: it was not taken."""

LATER = (408, 409, 429)
"""Statuses between 400 and 499 that say nothing of what was asked."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as it was told: codes and types in lower case, and words for people."""

    codes: frozenset[str]
    words: str

    @property
    def moderated(self) -> bool:
        """Whether it is about what may be shown."""
        return bool(MODERATED.search(" ".join((*self.codes, self.words))))


def record_in(answer: httpx.Response, identifier: str) -> dict[str, Any] | None:
    """The record of a job; None where the answer is none.

    vLLM-Omni answers a look at a failed job with 4xx or 5xx, and the record all the same. There it
    must name the job: an error of the server's own may have a `status` too.
    """
    told = object_in(answer)
    if not isinstance(told.get("status"), str):
        return None
    return told if answer.is_success or told.get("id") == identifier else None


def status(job: Mapping[str, Any], *, content: str, own: bool, key: str) -> Status:
    """A record as a Status; `content` is where the clip is unless the record names a link.

    What a failure costs at a gateway nobody says; on one's `own` machine it costs nothing. A word
    that is not known is never taken for one that waits.
    """
    word = str(job["status"]).lower()
    if word in WAITS or word == NOT_STARTED:
        return Running(_progress(job.get("progress")))
    if word in MADE:
        return Succeeded(_link(job) or content)
    charged = False if own else None
    if word not in ENDED:
        return undocumented("the server", word, key)
    told = fault(job)
    reason = said(told.words, key) or f"it is {word}, and nobody says why"
    return Failed(reason, _failure(told), charged)


def fault(told: Mapping[str, Any]) -> Fault:
    """The error in an answer or a record: OpenAI's object, a bare text, New API's flat one, or the
    `detail` of FastAPI, on which both servers of one's own are built."""
    error = told.get("error")
    at = error if isinstance(error, Mapping) else told
    found = (at.get(name) for name in ("code", "type"))
    codes = {str(one).lower() for one in found if isinstance(one, str | int)}
    words = at.get("message") or (error if isinstance(error, str) else "") or _detail(told)
    field = at.get("param")
    if isinstance(field, str) and field and field not in str(words):
        words = f"{field}: {words}"
    return Fault(frozenset(codes), str(words))


def trouble(answer: httpx.Response, told: Fault, *, looking: bool, own: bool) -> Trouble:
    """What an answer that is no success says of the call.

    Of a submit, a 5xx may have been accepted all the same, unless the server is one's `own` and
    says 503: both kinds refuse so before they make a job. A look may always be tried again.
    """
    status = answer.status_code
    if status == 402 or told.codes & NO_CREDIT:
        return "credit"
    if status in (400, 403, 422) and told.moderated:
        return "moderation"
    if told.codes & NO_MODEL and not looking:
        return "input"
    match status:
        case 401 | 403:
            return "key"
        case 404:
            return "gone" if looking else "input"
        case 429:
            return "limit"
        case 400 | 413 | 415 | 422:
            return "input"
        case 503 if own or looking:
            return "overload"
    if 400 <= status < 500 and status not in LATER:
        return "provider"
    return "overload" if looking else "ambiguous"


def _failure(told: Fault) -> FailureKind:
    """How a job failed, by its codes; a number is the HTTP status that vLLM-Omni gives it."""
    if told.moderated:
        return "moderation"
    if told.codes & NO_CREDIT:
        return "credit"
    numbers = [int(code) for code in told.codes if code.isdecimal()]
    refused = any(400 <= number < 500 and number not in LATER for number in numbers)
    return "input" if refused or any("invalid" in code for code in told.codes) else "provider"


def _progress(value: Any) -> float | None:
    """A percentage as a number or as `45%`, from 0 to 1; None where nobody says."""
    try:
        found = float(str(value).removesuffix("%")) / 100
    except ValueError:
        return None
    return min(max(found, 0.0), 1.0) if isfinite(found) else None


def _link(job: Mapping[str, Any]) -> str | None:
    """The link to the clip in a record, beside it or among its `metadata`."""
    places = (job, record(job.get("metadata")))
    return next(filter(None, (link(at.get(name)) for at in places for name in LINKS)), None)


def _detail(told: Mapping[str, Any]) -> str:
    """FastAPI's `detail`: a text, or a list of what is wrong with which field."""
    detail = told.get("detail")
    return "; ".join(map(_line, records(detail))) if isinstance(detail, list) else text(detail)


def _line(item: Mapping[str, Any]) -> str:
    where = item.get("loc")
    field = str(where[-1]) if isinstance(where, list) and where else ""
    return f"{field}: {item.get('msg')}" if field else str(item.get("msg"))
