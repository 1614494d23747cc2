"""What Kling answers, in our words: refusals by their code, and a task's state.

The code decides, never the HTTP status alone: 429 may mean an empty account, and 200 a refusal.
Codes from kling.ai/document-api/api/get-started/error-codes, read on 2026-09-20.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

from vidgen.errors import ProviderError, Trouble
from vidgen.job import Failed, Running, Status, Succeeded
from vidgen.providers.reading import link, object_in, record, records, said, text, undocumented
from vidgen.providers.wire import as_json, refused

TROUBLES: dict[int, Trouble] = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004), "key"),
    **dict.fromkeys((1100, 1101, 1102), "credit"),
    **dict.fromkeys((1103, 1200, 1201, 1202, 1203), "input"),
    **dict.fromkeys((1300, 1301), "moderation"),
    **dict.fromkeys((1302, 1303), "limit"),
    1304: "key",
    **dict.fromkeys((5000, 5001, 5002), "overload"),
}
"""By code; of a submit, what would be `overload` may have been accepted all the same."""

HINTS = {
    1002: "Kling wants one API key; an access key and secret of the older kind are refused so too",
    1101: "pay what is owed at Kling",
    1102: "buy a resource pack at Kling; packs for video and for images are separate",
    1103: "this account has no right to the model; buy the pack that has it, or choose another",
    1304: "this machine's address is not on the account's allow-list at Kling",
}

BAD_PARAMETER = 1201
"""Also what a second use of one of our ids is refused with, and how 1.x says `no such task`."""

MODERATED = re.compile(
    r"risk control|content (security|safety|policy)|platform.{0,9} polic|moderation|sensitive",
    re.IGNORECASE,
)
"""Words of a failed task that mean moderation; there is no code to go by."""


def content(answer: httpx.Response, *, key: str, submitting: bool) -> dict[str, Any]:
    """The whole of an answer that says yes.

    Raises ProviderError. Without a code to go by, a submit may have been accepted (`ambiguous`),
    unless the status says that it was refused; a look may be tried again (`overload`).
    """
    try:
        found = as_json(answer)
    except ProviderError as error:
        raise _uncoded(answer, error.message, key=key, submitting=submitting) from None
    code = found.get("code")
    if code == 0 and answer.status_code < 400:
        return found
    words = f"Kling refused: {found.get('message') or 'no reason given'} (code {code}"
    words += f", request {found['request_id']})" if found.get("request_id") else ")"
    if code not in TROUBLES:
        raise _uncoded(answer, words, key=key, submitting=submitting)
    kind = TROUBLES[code]
    if kind == "overload" and submitting:
        raise refused(answer, words, "ambiguous", key=key, charged=None)
    refusal = refused(answer, words, kind, key=key)
    refusal.hint = HINTS.get(code, "")
    raise refusal


def _uncoded(answer: httpx.Response, words: str, *, key: str, submitting: bool) -> ProviderError:
    """An answer whose code says nothing: HTTP's own meaning is all that is left."""
    known: dict[int, Trouble] = {401: "key", 413: "input", 429: "limit"}
    status = answer.status_code
    if status in known:
        return refused(answer, words, known[status], key=key)
    if submitting and 400 <= status < 500 and status != 408:
        return refused(answer, words, "provider", key=key)
    if submitting:
        return refused(answer, words, "ambiguous", key=key, charged=None)
    return refused(answer, words, "overload", key=key)


def code_of(answer: httpx.Response) -> int | None:
    """The code of an answer; None where it has none."""
    code = object_in(answer).get("code")
    return code if isinstance(code, int) else None


def says(answer: httpx.Response, words: str) -> bool:
    """Whether the message of an answer has these words, in whatever case."""
    return words in str(as_json(answer).get("message")).lower()


@dataclass(frozen=True, slots=True)
class Task:
    """A task's record, of either generation; what is None is not said.

    `clip` is the id of the video that it made, which is another than the task's own.
    """

    id: str
    word: str
    message: str
    media: str | None
    charged: bool | None
    cost_usd: Decimal | None = None
    clip: str = ""


def newer(told: dict[str, Any]) -> Task:
    """A record of API 2.0. `billing` says what was deducted: cash is money, units are not.

    A unit costs 0.14 by the list, but packs are sold for less and one for images costs less still;
    so units give no cost, and the plan's own price stands.
    """
    outputs = records(told.get("outputs"))
    made = [one for one in outputs if one.get("type") in ("video", "image")]
    billing = told.get("billing")
    return Task(
        id=text(told.get("id")),
        word=text(told.get("status")),
        message=text(told.get("message")),
        media=link(made[0].get("url")) if made else None,
        charged=None if billing is None else _paid([one.get("amount") for one in records(billing)]),
        cost_usd=_dollars(records(billing)),
        clip=_id_of([one for one in made if one.get("type") == "video"]),
    )


def older(told: dict[str, Any]) -> Task:
    """A record of API 1.x, which names no currency."""
    result = record(told.get("task_result"))
    made = [*records(result.get("videos")), *records(result.get("images"))]
    balance = record(told.get("final_balance_deduction"))
    sums = (told.get("final_unit_deduction"), balance.get("quota"))
    paid = [amount for amount in sums if amount is not None]
    return Task(
        id=text(told.get("task_id")),
        word=text(told.get("task_status")),
        message=text(told.get("task_status_msg")),
        media=link(made[0].get("url")) if made else None,
        charged=_paid(paid) if paid else None,
        clip=_id_of(records(result.get("videos"))),
    )


def _id_of(videos: list[dict[str, Any]]) -> str:
    """The id of the first video; empty where none has one."""
    return text(videos[0].get("id")) if videos else ""


def status(task: Task, *, key: str) -> Status:
    """A task as a Status. A word nobody knows is never taken for one that still waits."""
    if task.word in ("submitted", "processing"):
        return Running()
    if task.word in ("succeeded", "succeed"):
        if task.media is not None:
            return Succeeded(task.media, task.cost_usd)
        return Failed("finished without a link to what was made", "unknown", task.charged)
    if task.word == "failed":
        reason = said(task.message, key) or "it failed, and Kling does not say why"
        moderated = MODERATED.search(task.message) is not None
        return Failed(reason, "moderation" if moderated else "provider", task.charged)
    return undocumented("Kling", task.word, key)


def packs(data: Any) -> str:
    """The account's packs that are in force, in a few words."""
    found = records(record(data).get("resource_pack_subscribe_infos"))
    told = [
        f"{left.normalize():f} of {whole.normalize():f} units left of "
        f"{text(one.get('resource_pack_name')) or 'a pack'}"
        for one in found
        if one.get("status") == "online"
        and (left := _amount(one.get("remaining_quantity"))) is not None
        and (whole := _amount(one.get("total_quantity"))) is not None
    ]
    return "; ".join(told) or "no resource pack in force"


def _paid(amounts: list[Any]) -> bool | None:
    """Whether anything was deducted; an empty text is nothing, and what is unreadable is unsaid."""
    read = [_amount(amount or "0") for amount in amounts]
    if any(read):
        return True
    return None if None in read else False


def _dollars(billing: list[dict[str, Any]]) -> Decimal | None:
    """What was paid in US dollars; None unless all of it was, and none from a quota for tests."""
    total = Decimal(0)
    for entry in billing:
        amount = _amount(entry.get("amount"))
        cash = entry.get("charge_type") == "cash" and entry.get("currency") == "USD"
        if amount is None or not cash or entry.get("cash_type") == "test_balance":
            return None
        total += amount
    return total if billing else None


def _amount(value: Any) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
