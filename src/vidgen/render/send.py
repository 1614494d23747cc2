"""From an intent to a ticket: sent once, waited for with patience, and looked up when in doubt.

The one place where money can be spent. Nothing is sent that is not written down, and nothing that
may have been taken is sent again unless the provider knows it for the same.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from vidgen.errors import ProviderError, VidgenError
from vidgen.failpoints import passed
from vidgen.job import Failed, FailureKind, Ticket
from vidgen.journal import Row
from vidgen.providers import Finder
from vidgen.render.floor import NEXT, Floor, Stop, Task, ended
from vidgen.render.pace import backoff

PATIENCE = 8
"""How often a job that a provider cannot take now is offered to it in one run."""

REPEATS = 4
"""How often a submit without an answer is repeated where the provider knows it for the same."""

LOOKUPS = (0.0, 2.0, 5.0, 10.0)
"""Seconds before each look for a submit whose answer was lost: it may still be on its way in."""

PROOF = 3
"""How many looks must have found nothing until it counts as never taken."""

DOUBT = "its answer was lost: it may have been taken, so it is not sent again"

WAITING = ("limit", "overload", "unsent")
"""Kinds of trouble after which the same is offered again: it has not been taken, for certain."""


async def send(floor: Floor, task: Task, row: Row, *, fresh: bool) -> Ticket | Stop:
    """The ticket of a job whose intent is written; `fresh` means: by this run, just now.

    When it ends otherwise the journal says so already.
    """
    doubtful = not fresh and row.state != "unsent"
    patience = repeats = 0
    while True:
        if doubtful:
            found = await _resolved(floor, task, row)
            if found is not None:
                return found
            # What was looked up is known now; of what is merely repeated the first may be taken.
            doubtful = task.desk.resend == "idempotent" and not task.desk.local
        if not fresh:
            shut = await _shut(floor, task, row, doubtful)
            if shut is not None:
                return shut
            floor.journal.sending(row.key)
        fresh = False
        try:
            return await _posted(floor, task, row, doubtful)
        except ProviderError as error:
            if error.kind == "ambiguous":
                doubtful, repeats = True, repeats + 1
                if repeats > REPEATS:
                    return _in_the_dark(floor, row, f"{error.message}; nobody answers there now")
                continue
            if error.kind not in WAITING:
                return _refused(floor, task, row, error, doubtful)
            patience += 1
            if not doubtful:
                floor.journal.unsent(row.key, error.message)
            if patience > PATIENCE:
                return _given_up(floor, task, row, error, doubtful)
            await _patience(floor, task, row, error, patience, doubtful)
        except VidgenError as error:  # of a provider on this machine
            return _refused(floor, task, row, ProviderError(error.message, hint=error.hint), False)


async def _shut(floor: Floor, task: Task, row: Row, doubtful: bool) -> Stop | None:
    """Wait for a turn to send again; a Stop where the provider was closed meanwhile."""
    await floor.turn(task)
    closed = floor.closed.get(task.provider)
    if closed is None:
        return None
    if doubtful:
        return _in_the_dark(floor, row, closed.reason)
    floor.journal.cancelled(row.key, row.attempt, closed.reason)
    return replace(closed, ending="held")


async def _posted(floor: Floor, task: Task, row: Row, doubtful: bool) -> Ticket:
    """One billable call. What is being sent is sent: its answer is kept also when called off."""
    sending = asyncio.create_task(_post(floor, task, row))
    try:
        return await asyncio.shield(sending)
    except asyncio.CancelledError:
        await asyncio.wait([sending])
        error = sending.exception()
        if isinstance(error, ProviderError) and error.kind != "ambiguous":
            if error.kind not in WAITING:
                _refused(floor, task, row, error, doubtful)
            elif not doubtful:
                _let_go(floor, task, row, error, error.message)
        raise


async def _post(floor: Floor, task: Task, row: Row) -> Ticket:
    passed("submit-unsent")
    ticket = await task.desk.provider.submit(task.job.request, idempotency=idempotency(row))
    passed("submit-answered")
    floor.journal.submitted(row.key, ticket)
    return ticket


def idempotency(row: Row) -> str:
    """The name under which an attempt is sent, however often it is."""
    return f"{row.key}.{row.attempt}"


async def _resolved(floor: Floor, task: Task, row: Row) -> Ticket | Stop | None:
    """What became of a submit without an answer; None where it may be sent (again)."""
    if task.desk.local or task.desk.resend == "idempotent":
        await floor.sleep(task.desk, 0.0 if task.desk.local else 2.0)
        return None
    provider = task.desk.provider
    if task.desk.resend == "lookup" and isinstance(provider, Finder):
        return await _looked_up(floor, task, row, provider)
    floor.journal.in_doubt(row.key, DOUBT)
    return Stop("ambiguous", DOUBT, NEXT["ambiguous"])


async def _looked_up(floor: Floor, task: Task, row: Row, provider: Finder) -> Ticket | Stop | None:
    absent, reason = 0, ""
    for wait in LOOKUPS:
        await floor.sleep(task.desk, wait)
        await floor.turn(task)
        try:
            ticket = await provider.find(task.job.request, idempotency=idempotency(row))
        except ProviderError as error:
            reason = error.message
            continue
        if ticket is not None:
            floor.journal.submitted(row.key, ticket)
            return ticket
        absent += 1
    if absent >= PROOF:
        floor.journal.unsent(row.key, "the provider does not know it: it was never taken")
        return None
    reason = f"its answer was lost, and it could not be looked up: {reason}"
    floor.journal.note(row.key, reason)
    return Stop("left", reason, "run the same command again: it is looked up, not sent blindly")


def _refused(floor: Floor, task: Task, row: Row, error: ProviderError, doubtful: bool) -> Stop:
    """The provider has not taken it and will not: written down, and of what kind it is.

    Where an earlier try may have been taken, only a refusal of what is asked speaks for that too.
    """
    kinds: dict[str, FailureKind] = {
        "moderation": "moderation",
        "input": "input",
        "gone": "input",
        "credit": "credit",
        "key": "credit",
    }
    kind = kinds.get(error.kind, "provider")
    if doubtful and error.kind not in ("moderation", "input"):
        stop = _in_the_dark(floor, row, error.message)
    else:
        floor.journal.failed(
            row.key,
            row.attempt,
            error.message,
            kind,
            charged=error.charged,
            usd=task.usd,
            taken=doubtful,
        )
        stop = ended(Failed(error.message, kind, error.charged))
    if error.kind == "credit" or error.kind == "key":
        return floor.close(task, replace(stop, ending=error.kind, next=NEXT[error.kind]))
    return stop


def _in_the_dark(floor: Floor, row: Row, reason: str) -> Stop:
    """It may have been taken: it stays open with its money, and the next run goes on asking."""
    floor.journal.note(row.key, reason)
    return Stop("left", reason, NEXT["left"])


def _given_up(floor: Floor, task: Task, row: Row, error: ProviderError, doubtful: bool) -> Stop:
    if doubtful:
        return _in_the_dark(floor, row, error.message)
    _let_go(floor, task, row, error, error.message)
    reason = f"it was offered {PATIENCE + 1} times and not taken: {error.message}"
    return Stop("provider", reason, NEXT["provider"])


def _let_go(floor: Floor, task: Task, row: Row, error: ProviderError, reason: str) -> None:
    """It was not taken, and is not offered again: its money is free, but for what was paid for on
    the way to the order, as a look for a face is.
    """
    if error.charged is False:
        floor.journal.cancelled(row.key, row.attempt, reason)
        return
    floor.journal.failed(
        row.key, row.attempt, reason, charged=error.charged, usd=task.usd, taken=False
    )


async def _patience(
    floor: Floor, task: Task, row: Row, error: ProviderError, tries: int, doubtful: bool
) -> None:
    """Wait as told; when called off meanwhile, the money of what was not taken is free again."""
    floor.say("waiting", task.step, error.message, elapsed=floor.elapsed(task))
    try:
        await floor.sleep(task.desk, backoff(tries, error.retry_after, row.key))
    except asyncio.CancelledError:
        if not doubtful:
            _let_go(floor, task, row, error, "called off")
        raise
