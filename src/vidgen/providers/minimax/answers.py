"""What MiniMax answers, in our words: refusals by their code, and a task's state.

/v1 says almost everything with HTTP 200 and a code under `base_resp`; /v2 has the HTTP status, and
the same code in brackets at the end of the message. So the code decides, and the status where there
is none. Codes from platform.minimax.io/docs/api-reference (errorcode and each call's own page) as
read on 2026-10-08; 1028, 1030 and 2061 from github.com/MiniMax-AI/cli of 2026-08.
"""

from __future__ import annotations

import re
from typing import Any

import httpx

from vidgen.errors import ProviderError, Trouble
from vidgen.job import Failed, FailureKind, Running, Status, Succeeded
from vidgen.providers import tickets
from vidgen.providers.reading import link, record, said, text, undocumented
from vidgen.providers.wire import as_json, refused

TROUBLES: dict[int, Trouble] = {
    **dict.fromkeys((1004, 2038, 2049), "key"),
    **dict.fromkeys((1008, 1028, 1030, 2056, 2061), "credit"),
    **dict.fromkeys((1002, 1039, 1041, 2045), "limit"),
    **dict.fromkeys((1026, 1027), "moderation"),
    **dict.fromkeys((1042, 2013), "input"),
    **dict.fromkeys((1000, 1001, 1013, 1024, 1033), "overload"),
}
"""By code; of a submit, what would be `overload` may have been accepted all the same."""

BY_STATUS: dict[int, Trouble] = {
    **dict.fromkeys((401, 403), "key"),
    402: "credit",
    429: "limit",
    **dict.fromkeys((400, 413, 422), "input"),
}
"""By HTTP status, where an answer has no code."""

HINTS = {
    1004: "keys belong to a region: one of api.minimaxi.com is refused at api.minimax.io",
    1008: "add credit at platform.minimax.io",
    2038: "MiniMax wants this account's owner to be verified",
    2049: "keys belong to a region: one of api.minimaxi.com is refused at api.minimax.io",
    2056: "the plan's allowance is used up; wait for its next window, or use a pay-as-you-go key",
    2061: "this plan has no right to the model; H3 wants a pay-as-you-go key",
}

BAD_PARAMETER = 2013
"""Also how a look says that there is no such task: its id is all that a look gives."""

MADE_IN_VAIN = 1027
"""What was made is held back. Of a still the order itself says so, and whether that is paid for
nobody says."""

CODE_AT_END = re.compile(r"\((\d{4,5})\)\s*$")


def content(answer: httpx.Response, *, key: str, submitting: bool) -> dict[str, Any]:
    """The whole of an answer that says yes.

    Raises ProviderError. Where nothing says that a submit was refused, it may have been accepted
    (`ambiguous`); a look may be tried again (`overload`), or knows no such task (`gone`).
    """
    try:
        found = as_json(answer)
    except ProviderError as error:
        raise _refusal(answer, None, error.message, key=key, submitting=submitting) from None
    code = code_of(found)
    if code in (None, 0) and answer.is_success and not isinstance(found.get("error"), dict):
        return found
    words = f"MiniMax refused: {_message(found) or 'no reason given'}"
    words += f" (code {code})" if code and f"({code})" not in words else ""
    words += f" (request {found['request_id']})" if found.get("request_id") else ""
    raise _refusal(answer, code, words, key=key, submitting=submitting)


def _refusal(
    answer: httpx.Response, code: int | None, words: str, *, key: str, submitting: bool
) -> ProviderError:
    kind = TROUBLES.get(code or 0) or BY_STATUS.get(answer.status_code)
    if kind is None and submitting and 400 <= answer.status_code < 500:
        kind = "ambiguous" if answer.status_code == 408 else "provider"
    if not submitting and (code == BAD_PARAMETER or answer.status_code == 404):
        return tickets.gone(f"{said(words, key)}; MiniMax shows tasks for seven days")
    if kind in (None, "overload"):
        kind = "ambiguous" if submitting else "overload"
    refusal = refused(answer, words, kind, key=key, charged=None if code == MADE_IN_VAIN else False)
    refusal.hint = HINTS.get(code or 0, "")
    return refusal


def code_of(found: dict[str, Any]) -> int | None:
    """The code of an answer; None where it has none."""
    told = record(found.get("base_resp")).get("status_code")
    if isinstance(told, int):
        return told
    at_end = CODE_AT_END.search(_message(found))
    return int(at_end[1]) if at_end else None


def _message(found: dict[str, Any]) -> str:
    """What an answer says of itself, in whichever of its two places."""
    error, base = record(found.get("error")), record(found.get("base_resp"))
    return text(error.get("message")) or text(base.get("status_msg"))


def name_of(found: dict[str, Any], name: str) -> str:
    """An id in an answer as text; empty where there is none. Some calls tell theirs as a number."""
    told = found.get(name)
    return str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""


def waits(found: dict[str, Any]) -> bool:
    """Whether a task of /v2 has not begun."""
    return record(found.get("task")).get("status") == "queued"


def newer(found: dict[str, Any], *, key: str) -> Status:
    """The state of a task of /v2."""
    task = record(found.get("task"))
    word = task.get("status")
    if word in ("queued", "running"):
        return Running()
    if word == "succeeded":
        media = link(record(task.get("content")).get("url"))
        if media is not None:
            return Succeeded(media)
        return Failed("finished without a link to what was made", "unknown", _billed(task))
    if word == "cancelled":  # only what waits can be, and that is not billed
        return Failed("it was cancelled before it began", "provider", charged=False)
    if word == "expired":
        return Failed("MiniMax gave it up unfinished", "provider", _billed(task))
    if word == "failed":
        error = record(task.get("error"))
        return failed(str(error.get("message") or ""), error.get("code"), _billed(task), key=key)
    return undocumented("MiniMax", word, key)


def older(found: dict[str, Any], *, key: str) -> Status | str:
    """The state of a task of /v1; once it is done, the id of the file that was made."""
    word = found.get("status")
    if word in ("Preparing", "Queueing", "Processing"):
        return Running()
    if word == "Success":
        file = name_of(found, "file_id")
        return file or Failed("finished without a file", "unknown", charged=None)
    if word == "Fail":
        return failed(_message(found), code_of(found), None, key=key)
    return undocumented("MiniMax", word, key)


def failed(words: str, code: object, charged: bool | None, *, key: str) -> Failed:
    """A task that came to nothing, and why; /v2 tells its code as text."""
    number = int(code) if isinstance(code, str | int) and str(code).isdecimal() else 0
    trouble = TROUBLES.get(number)
    known: dict[Trouble | None, FailureKind] = {
        "moderation": "moderation",
        "input": "input",
        "credit": "credit",
    }
    why = "" if words == "success" else words  # of the look, where /v1 gives no reason
    reason = said(why, key) or "it failed, and MiniMax does not say why"
    reason += f" (code {number})" if number and f"({number})" not in reason else ""
    return Failed(reason, known.get(trouble, "provider"), charged)


def _billed(task: dict[str, Any]) -> bool | None:
    """Whether seconds were counted; None where the record has nothing on it.

    Of what failed, the maker's examples have an empty record of use.
    """
    usage = task.get("usage")
    if not isinstance(usage, dict):
        return None
    return bool(usage.get("total_seconds") or usage.get("output_seconds"))
