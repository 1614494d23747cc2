"""What Ark answers, in our words: refusals by their code, and a task's state. Pure.

An error is `{error: {code, message}}`, its code in parts: `InvalidParameter.TaskTypeConstraint`.
The code decides before the HTTP status: a 429 may mean that the account's allowance is used up.
Codes as ModelArk's error page and clients of 2026 have them.
"""

from __future__ import annotations

import re
from typing import Any

import httpx

from vidgen.errors import ProviderError, Trouble
from vidgen.job import Failed, FailureKind, Running, Status, Succeeded
from vidgen.providers.reading import object_in, record, records, said, text, undocumented
from vidgen.providers.wire import hidden, refused

MODERATED = re.compile(
    r"SensitiveContent|PolicyViolation|RiskDetection|InputMediaMayContainRealPerson"
)
"""In a code: the words by which Ark says that a prompt, a picture or a clip is not allowed."""

TROUBLES: dict[str, Trouble] = {
    "AuthenticationError": "key",
    "InvalidAuthentication": "key",
    "AccessDenied": "key",
    "AccountOverdueError": "credit",
    "ServiceOverdue": "credit",
    "QuotaExceeded": "credit",
    "SetLimitExceeded": "credit",
    "ModelNotOpen": "input",
    "ServiceNotOpen": "input",
    "InvalidEndpointOrModel": "input",
    "ServerOverloaded": "overload",
    "ModelLoadingError": "overload",
}
"""By the first part of a code, where the HTTP status alone would mislead."""

HINTS = {
    "AuthenticationError": "a key works at one of the two only: ARK_API_KEY is taken for BytePlus"
    " ModelArk, VOLC_ARK_API_KEY for Volcengine in China",
    "AccountOverdueError": "pay what is owed in the console",
    "ServiceOverdue": "pay what is owed in the console",
    "QuotaExceeded": "the free allowance of the model is used up; switch the paid one on",
    "SetLimitExceeded": "the account's own limit for the model is reached; raise it in the console",
    "ModelNotOpen": "switch the model on in the console of Ark",
    "ServiceNotOpen": "switch the model on in the console of Ark",
}

ABOUT_THE_INPUT = ("InvalidParameter", "MissingParameter", "InvalidImage", "MediaInvalid")
"""How the code of a failed task begins where what it was given is at fault."""


def refusal(answer: httpx.Response, *, key: str, submitting: bool) -> ProviderError:
    """The error of an answer that is no success.

    Of a submit a 5xx may have been accepted all the same; a look can be tried again.
    """
    error = record(object_in(answer).get("error"))
    code = text(error.get("code"))
    words = text(error.get("message")) or "no reason given"
    told = f"HTTP {answer.status_code}, {code}" if code else f"HTTP {answer.status_code}"
    kind = _trouble(answer.status_code, code, submitting=submitting)
    found = refused(answer, f"Ark refused ({told}): {words}", kind, key=key)
    found.hint = HINTS.get(code.partition(".")[0], "")
    return found


def _trouble(status: int, code: str, *, submitting: bool) -> Trouble:
    if MODERATED.search(code):
        return "moderation"
    if status >= 500:
        return "ambiguous" if submitting else "overload"
    named = TROUBLES.get(code.partition(".")[0])
    if named:
        return named
    known: dict[int, Trouble] = {401: "key", 402: "credit", 403: "key", 429: "limit"}
    if status in known:
        return known[status]
    if not submitting:
        return "gone" if status == 404 else "overload"
    if status in (400, 404, 413, 415, 422):
        return "input"
    return "ambiguous" if status == 408 or status < 400 else "provider"


def status(task: dict[str, Any], *, key: str) -> Status:
    """A task's record as a Status. A word nobody knows is never taken for one that still waits.

    Ark tells the tokens that it bills, and no price.
    """
    word = task.get("status")
    if word in ("queued", "running"):
        return Running()
    if word == "succeeded":
        return _made(task)
    if word == "failed":
        return _failed(task, key=key)
    if word == "cancelled":
        return Failed("it was cancelled while it waited", "provider")
    if word == "expired":
        late = "it took longer than Ark lets a task wait and run"
        return Failed(late, "provider", charged=_tokens(task) is not None)
    return undocumented("Ark", word, key)


def picture(told: dict[str, Any], *, key: str) -> str:
    """The link of the one picture in an answer to an order.

    Raises ProviderError: `moderation` or `provider` where it was not made, which is free, and
    `ambiguous` where the answer says neither.
    """
    first = next(iter(records(told.get("data"))), {})
    made = link(first.get("url"))
    if made is not None:
        return made
    code = text((record(first.get("error")) or record(told.get("error"))).get("code"))
    if not code:
        raise ProviderError("Ark answered without a picture", kind="ambiguous", charged=None)
    kind: Trouble = "moderation" if MODERATED.search(code) else "provider"
    raise ProviderError(f"Ark made no picture ({hidden(code, key)[:80]})", kind=kind)


def _made(task: dict[str, Any]) -> Status:
    content = record(task.get("content"))
    media = link(content.get("video_url"))
    if media is None:
        return Failed("finished without a link to a clip", "unknown", charged=None)
    seed = task.get("seed")
    return Succeeded(
        media,
        seed=seed if type(seed) is int else None,
        last_frame=link(content.get("last_frame_url")),
        tokens=_tokens(task),
    )


def _failed(task: dict[str, Any], *, key: str) -> Failed:
    """Failed tasks are free; one that tells of tokens all the same was paid with them."""
    error = record(task.get("error"))
    code, words = text(error.get("code")), text(error.get("message"))
    told = f"{words} ({code})" if words and code else words or code
    reason = said(told, key) or "it failed, and Ark does not say why"
    kind: FailureKind = "provider"
    if MODERATED.search(code):
        kind = "moderation"
    elif code.startswith(ABOUT_THE_INPUT):
        kind = "input"
    elif TROUBLES.get(code.partition(".")[0]) == "credit":
        kind = "credit"
    return Failed(reason, kind, charged=_tokens(task) is not None)


def _tokens(task: dict[str, Any]) -> int | None:
    """The tokens that a task is billed for; None where it tells of none."""
    told = record(task.get("usage")).get("completion_tokens")
    return told if type(told) is int and told > 0 else None


def link(value: Any) -> str | None:
    """A text from outside where it is an https link; None for all else."""
    found = text(value)
    return found if found.startswith("https://") else None
