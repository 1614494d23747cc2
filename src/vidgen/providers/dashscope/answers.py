"""What Model Studio answers, in our words: refusals by their code, and a task's state. Pure.

The code decides, never the status alone: a refusal may come with HTTP 200, and 429 may mean that a
quota is used up. Facts: Model Studio's error codes and asynchronous task pages, dashscope 2.0.2.
"""

from __future__ import annotations

from typing import Any

import httpx

from vidgen.errors import ProviderError, Trouble
from vidgen.job import Failed, FailureKind, Running, Status, Succeeded
from vidgen.providers.reading import link, record, records, said, text, undocumented
from vidgen.providers.wire import as_json, refused

TROUBLES: dict[str, Trouble] = {
    "invalidapikey": "key",
    "accessdenied": "key",
    "workspace": "key",
    "model.accessdenied": "key",
    "arrearage": "credit",
    "allocationquota": "credit",
    "insufficientquota": "credit",
    "throttling.allocationquota": "credit",
    "prepaidbilloverdue": "credit",
    "postpaidbilloverdue": "credit",
    "commoditynotpurchased": "credit",
    "datainspectionfailed": "moderation",
    "ipinfringementsuspect": "moderation",
    "throttling": "limit",
    "limitrequests": "limit",
    "ratelimitexceeded": "limit",
    "badrequest": "input",
    "invalidparameter": "input",
    "invalidurl": "input",
    "invalidfile": "input",
    "unsupportedoperation": "input",
    "model": "input",
    "modelnotfound": "input",
    "internalerror": "overload",
    "systemerror": "overload",
    "serviceunavailable": "overload",
    "modelunavailable": "overload",
    "modelservingerror": "overload",
    "modelservicefailed": "overload",
    "requesttimeout": "overload",
    "gatewaytimeout": "overload",
}
"""By code without capitals and underscores, else by what stands before its first dot.

Of a submit, what would be `overload` may have been accepted all the same.
"""

HINTS = {
    "InvalidApiKey": "a key is of one region; DASHSCOPE_HTTP_BASE_URL says which one is asked",
    "AccessDenied.Unpurchased": "activate Model Studio for this account first",
    "AllocationQuota.FreeTierOnly": "the free quota is used up, and the account pays for no more",
    "ModelNotFound": "not every region has every model; DASHSCOPE_HTTP_BASE_URL names another",
    "Model.NotExist": "not every region has every model; DASHSCOPE_HTTP_BASE_URL names another",
}

WAITING = ("PENDING", "RUNNING", "SUSPENDED")

KINDS: dict[Trouble | None, FailureKind] = {
    "moderation": "moderation",
    "input": "input",
    "credit": "credit",
}
"""How a task failed by what its code would mean of a call; `provider` for all others."""


def content(answer: httpx.Response, *, key: str, submitting: bool) -> dict[str, Any]:
    """The whole of an answer that says yes.

    Raises ProviderError. What has no code of the documented ones is ambiguous of a submit, unless
    its status refuses, and can be tried again of anything else (`overload`).
    """
    try:
        found = as_json(answer)
    except ProviderError as error:
        kind = _by_status(answer.status_code, submitting=submitting)
        raise refused(answer, error.message, kind, key=key) from None
    code = found.get("code")
    told = isinstance(found.get("output"), dict) or not submitting
    if answer.status_code < 400 and told and (not code or task_of(found)):
        return found
    words = f"Model Studio refused: {found.get('message') or 'no reason given'}"
    words += f" ({code or answer.status_code}, request {found.get('request_id') or 'not named'})"
    kind = _by_code(code) or _by_status(answer.status_code, submitting=submitting)
    if kind == "overload" and submitting:
        kind = "ambiguous"
    refusal = refused(answer, words, kind, key=key)
    refusal.hint = HINTS.get(str(code), "")
    raise refusal


def task_of(found: dict[str, Any]) -> str:
    """The word for the state of the task in an answer; empty where there is no task in it.

    A failed task may have its code at the top of the answer, like a refusal.
    """
    return text(record(found.get("output")).get("task_status"))


def status(found: dict[str, Any], *, key: str) -> Status:
    """A task as a Status. A word nobody knows is never taken for one that still waits."""
    word, output = task_of(found), record(found.get("output"))
    if word in WAITING:
        return Running()
    if word == "SUCCEEDED":
        return _finished(output, key=key)
    # Only what succeeded is counted in `usage`; a failure that counts something is not surely free.
    charged = None if found.get("usage") else False
    if word == "FAILED":
        return _failed({"code": found.get("code"), "message": found.get("message")} | output,
                       key=key, charged=charged)  # fmt: skip
    if word == "CANCELED":
        return Failed("it was cancelled before it began", "provider", charged)
    return undocumented("Model Studio", word, key)


def _finished(output: dict[str, Any], *, key: str) -> Status:
    """A task that is over: a clip has one link; of stills, each has its own or its own error."""
    still = next(iter(records(output.get("results"))), {})
    media = link(output.get("video_url") or still.get("url"))
    if media is not None:
        return Succeeded(media)
    if still.get("code"):
        return _failed(still, key=key, charged=False)
    return Failed("finished without a link to what was made", "unknown", charged=None)


def _failed(told: dict[str, Any], *, key: str, charged: bool | None) -> Failed:
    kind = KINDS.get(_by_code(told.get("code")), "provider")
    words = [str(told[name]) for name in ("message", "code") if told.get(name)]
    reason = " - ".join(words) or "it failed, and Model Studio does not say why"
    return Failed(said(reason, key), kind, charged)


def _by_code(code: object) -> Trouble | None:
    plain = str(code or "").replace("_", "").lower()
    return TROUBLES.get(plain) or TROUBLES.get(plain.partition(".")[0])


def _by_status(status: int, *, submitting: bool) -> Trouble:
    """HTTP's own meaning, which is all that is left where no code is known."""
    known: dict[int, Trouble] = {401: "key", 402: "credit", 413: "input", 429: "limit"}
    if status in known:
        return known[status]
    if not submitting:
        return "gone" if status == 404 else "overload"
    return "provider" if 400 <= status < 500 and status != 408 else "ambiguous"
