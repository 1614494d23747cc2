"""From a ticket to its end: looked at with patience, free of charge, and never let go of."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from vidgen.errors import ProviderError, VidgenError
from vidgen.failpoints import passed
from vidgen.job import Failed, Running, Status, Succeeded, Ticket
from vidgen.journal import Row
from vidgen.render.floor import NEXT, Floor, Stop, Task, ended
from vidgen.render.pace import backoff, next_look

LOOKS = 6
"""How many looks in a row may go wrong before a job is left for a later run."""


async def watch(floor: Floor, task: Task, row: Row, ticket: Ticket) -> Succeeded | Stop:
    """Look until it is over. What is not over in time stays submitted; a later run collects it."""
    missed, clock = 0, asyncio.get_running_loop().time
    began, typical = clock(), task.step.typical_seconds
    while True:
        await floor.turn(task)
        status, told = await look(task, ticket)
        if isinstance(status, Succeeded):
            return status
        if isinstance(status, Failed) and status.kind != "unknown":
            return _failed(floor, task, row, status)
        missed = 0 if isinstance(status, Running) else missed + 1
        if missed >= LOOKS and isinstance(status, Failed):
            return await _left(floor, task, row, ticket, status.reason)
        if isinstance(status, Running):
            floor.say("progress", task.step, progress=status.progress, elapsed=floor.elapsed(task))
        age = (clock() - began) * task.desk.tempo  # what it waited for a place is not its own time
        if age > task.desk.give_up_seconds:
            late = f"not finished after {task.desk.give_up_seconds:g}s"
            return await _left(floor, task, row, ticket, late)
        pace = next_look(age, task.desk.poll_seconds, None if typical is None else float(typical))
        await floor.sleep(task.desk, max(pace, backoff(missed, told, row.key)) if missed else pace)


async def look(task: Task, ticket: Ticket) -> tuple[Status, float | None]:
    """One look; a call that went wrong is a status nobody knows, and how long we are to wait."""
    try:
        status = await task.desk.provider.poll(ticket)
    except ProviderError as error:
        return Failed(error.message, "unknown", charged=None), error.retry_after
    except VidgenError as error:
        return Failed(error.message, "unknown", charged=None), None
    finally:
        passed("poll-answered")
    return status, None


def _failed(floor: Floor, task: Task, row: Row, status: Failed) -> Stop:
    floor.journal.failed(
        row.key, row.attempt, status.reason, status.kind, charged=status.charged, usd=task.usd
    )
    return ended(status)


async def _left(floor: Floor, task: Task, row: Row, ticket: Ticket, reason: str) -> Stop:
    """Leave it where it is; work that is free is stopped, since it can be done again."""
    if task.desk.local:
        with suppress(VidgenError, OSError):
            await task.desk.provider.cancel(ticket)
        floor.journal.failed(row.key, row.attempt, reason, charged=False)
        return Stop("provider", reason, NEXT["provider"])
    floor.journal.note(row.key, reason)
    return Stop("left", f"{reason}; a later run goes on with it", NEXT["left"])
