"""One run over one plan: every step to a take, a failure or a hold; resumable at every moment.

Never prices anything and never asks for a key; what it may spend is the plan's budget.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic

from vidgen.errors import MediaError, OverBudget, VidgenError
from vidgen.job import (
    Failed,
    Job,
    JobKey,
    Request,
    Running,
    Succeeded,
    Take,
    Ticket,
    digest_parts,
    plain,
)
from vidgen.journal import Journal, Row
from vidgen.plan import Plan, Step
from vidgen.project import Project
from vidgen.render.arrival import Facts, inspect
from vidgen.render.frames import chain_frame
from vidgen.render.gate import Gate, heights
from vidgen.render.values import Desk, Event, EventKind, Listener, Outcome, Report

ATTEMPTS = 2
"""How often a job that costs nothing is tried when its provider fails."""

LOOKS = 5
"""How many looks in a row may go wrong before a job is left for a later run."""

AMBIGUOUS = "it was being sent when a run died; it may have been taken, so it is not sent again"
LATER = "; a later run goes on with it"


@dataclass
class Run:
    """One run over one plan; `listen` hears everything that happens to each job."""

    plan: Plan
    project: Project
    journal: Journal
    desks: Mapping[str, Desk]
    listen: Listener = lambda event: None
    _work: dict[JobKey, asyncio.Task[Outcome]] = field(default_factory=dict)
    _gates: dict[str, Gate] = field(default_factory=dict)
    _heights: dict[JobKey, int] = field(default_factory=dict)
    _single: defaultdict[JobKey, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    async def go(self) -> Report:
        """Carry out every step; returns when each has a take, has failed, or is held.

        When it is called off, or a fault of our own stops it, free work is stopped and paid work is
        left to be collected; then the exception goes on.
        """
        began = monotonic()
        steps = self.plan.steps
        self._gates = {name: Gate(desk.in_flight) for name, desk in self.desks.items()}
        self._heights = heights(steps)
        tasks: dict[int, asyncio.Task[Outcome]] = {}
        try:
            longest = sorted(enumerate(steps), key=lambda pair: -self._heights[pair[1].job.key])
            for place, _ in longest:
                tasks[place] = asyncio.create_task(self._step(steps[place]))
                self._work[steps[place].job.key] = tasks[place]
            outcomes = await _all([tasks[place] for place in range(len(steps))])
        finally:
            await self._close(tasks.values())
        return Report(outcomes, monotonic() - began)

    async def _step(self, step: Step) -> Outcome:
        if step.action in ("reuse", "stale") and step.take is not None:
            kind: EventKind = "stale" if step.action == "stale" else "reused"
            self._say(kind, step, step.reason, path=step.take.path)
            return Outcome(step, step.take, reused=True)
        if step.action == "blocked":
            return self._held(step, step.reason)
        upstream = await self._upstream(step)
        if isinstance(upstream, str):
            return self._held(step, upstream)
        desk = self.desks.get(step.job.request.provider)
        if desk is None:
            return self._held(step, f"no adapter for `{step.job.request.provider}` in this version")
        turn = self._gates[step.job.request.provider].turn(self._heights[step.job.key])
        async with self._single[step.job.key], turn:
            return await self._make(step, upstream, desk)

    def _held(self, step: Step, reason: str) -> Outcome:
        self._say("held", step, reason)
        return Outcome(step, failure=reason, held=True)

    async def _upstream(self, step: Step) -> Take | str | None:
        """The take this one starts from; a sentence when there will be none."""
        key = step.job.starts_from
        if key is None:
            return None
        task = self._work.get(key)
        if task is None:
            return self._known_take(key) or "the shot it starts from has no take"
        outcome = await task
        if outcome.take is None:
            return f"{outcome.step.job.shot}, which it starts from, has no take"
        return outcome.take

    def _known_take(self, key: JobKey) -> Take | None:
        """A take of a shot not in this plan: the selected one of that key, else the newest."""
        found = [take for take in self.project.takes() if take.key == key]
        selects = self.project.selects() if found else {}
        chosen = [take for take in found if selects.get(take.shot) == take.number]
        return next(reversed(chosen or found), None)

    # -- one step ---------------------------------------------------------------------------

    async def _make(self, step: Step, upstream: Take | None, desk: Desk) -> Outcome:
        began = monotonic()
        tries = 0
        while True:
            begun = self._begun(step.job.key)
            try:
                found = await self._attempt(step, upstream, desk, began)
            except OverBudget as error:
                found = Failed(error.message, "credit")
            except MediaError as error:  # the take it starts from cannot be read
                found = Failed(error.message, "input")
            if isinstance(found, Take):
                return Outcome(step, found)
            tries += not begun
            if not (desk.local and found.kind == "provider" and tries < ATTEMPTS):
                ambiguous = found.reason == AMBIGUOUS
                self._say("failed", step, found.reason, elapsed=monotonic() - began)
                return Outcome(step, failure=found.reason, ambiguous=ambiguous)
            cut_off = "what an earlier run began is lost"
            self._say("retry", step, cut_off if begun else found.reason)

    def _begun(self, key: JobKey) -> bool:
        row = self.journal.row(key)
        return row is not None and row.open

    async def _attempt(
        self, step: Step, upstream: Take | None, desk: Desk, began: float
    ) -> Take | Failed:
        job = await self._prepared(step, upstream)
        try:
            row = await self._row(step, job, desk)
            if row is None:
                return Failed(AMBIGUOUS, "unknown", charged=None)
            found = await self._clip(step, job, row, desk, began)
            if isinstance(found, Failed):
                return await self._failed(step, row, found, desk)
            return await self._arrived(step, job, row, found, upstream, began)
        except BaseException:  # called off, or a fault of our own
            with contextlib.suppress(Exception):
                await self._let_go(step, desk)
            raise

    async def _prepared(self, step: Step, upstream: Take | None) -> Job:
        """The job with the frame it starts from in place."""
        if upstream is None:
            return step.job
        frame = await asyncio.to_thread(chain_frame, self.project, upstream, step)
        return replace(step.job, request=replace(step.job.request, first_frame=frame))

    async def _row(self, step: Step, job: Job, desk: Desk) -> Row | None:
        """The intent of this job, written now or by a run that died; None where that was paid for
        and nobody knows whether it was taken.
        """
        row = self.journal.row(job.key)
        if row is not None and row.open and desk.local and row.request != plain(job.request):
            await self._let_go(step, desk)  # begun from a frame that is no longer the one
            row = None
        if row is not None and row.open:
            lost = row.state == "submitting" and not desk.local and desk.resend != "idempotent"
            if not desk.local:  # where work is free it may be lost, and is made again without ado
                self._say("resumed", step)
            return None if lost else row
        self.journal.begin(job, step.quote.usd or Decimal(0), self.plan.totals.budget)
        self._say("started", step)
        return self.journal.row(job.key)

    async def _clip(
        self, step: Step, job: Job, row: Row, desk: Desk, began: float
    ) -> Succeeded | Failed:
        """The clip of a job, from whichever state it is in."""
        if row.state == "succeeded" and row.media:
            return Succeeded(row.media, row.cost)
        ticket = row.ticket
        if ticket is None:
            sending = asyncio.create_task(self._send(job, row, desk))
            try:
                ticket = await asyncio.shield(sending)
            except asyncio.CancelledError:  # what is being sent is sent: its ticket must be kept
                await asyncio.wait([sending])
                sending.exception()
                raise
            except VidgenError as error:
                return Failed(error.message, "provider" if desk.local else "unknown", charged=None)
        return await self._watch(step, desk, ticket, began)

    async def _send(self, job: Job, row: Row, desk: Desk) -> Ticket:
        ticket = await desk.provider.submit(job.request, idempotency=f"{job.key}.{row.attempt}")
        self.journal.submitted(job.key, ticket)
        return ticket

    async def _watch(
        self, step: Step, desk: Desk, ticket: Ticket, began: float
    ) -> Succeeded | Failed:
        missed = 0
        while True:
            try:
                status = await desk.provider.poll(ticket)
                missed = 0
            except VidgenError as error:
                missed += 1
                if missed == LOOKS:
                    return Failed(error.message + LATER, "unknown", charged=None)
                status = Running()
            if not isinstance(status, Running):
                return status
            elapsed = monotonic() - began
            self._say("progress", step, progress=status.progress, elapsed=elapsed)
            if elapsed > desk.give_up_seconds:
                reason = f"not finished after {desk.give_up_seconds:g}s{LATER}"
                return Failed(reason, "unknown", charged=None)
            await asyncio.sleep(desk.poll_seconds)

    async def _failed(self, step: Step, row: Row, status: Failed, desk: Desk) -> Failed:
        """Write a failure down; of paid work nothing is known of, ticket and reserve are kept."""
        if status.kind == "unknown":
            if not desk.local:
                return status
            with contextlib.suppress(VidgenError, OSError):
                await self._stop(row.key, desk)
        charge = Decimal(0) if status.charged is False else step.quote.usd or Decimal(0)
        self.journal.failed(row.key, row.attempt, status.reason, charge=charge)
        return status

    async def _arrived(
        self,
        step: Step,
        job: Job,
        row: Row,
        status: Succeeded,
        upstream: Take | None,
        began: float,
    ) -> Take | Failed:
        """Check a finished clip, give it its final name, settle; safe to repeat after a crash."""
        cost = status.cost_usd if status.cost_usd is not None else step.quote.usd or Decimal(0)
        source, number = Path(status.media), self._number(job, row, status.media, cost)
        try:
            facts = await asyncio.to_thread(self._inspected, job, source, number)
        except MediaError as error:
            self.journal.failed(job.key, row.attempt, error.message, charge=cost)
            return Failed(error.message, "provider")
        elapsed = monotonic() - began
        take = self._take(job, row, number, facts, upstream, cost)
        sidecar = {
            "request": row.request,
            "attempt": row.attempt,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds_to_make": round(elapsed, 3),
            "qc": list(facts.flags),
        }
        await asyncio.to_thread(self.project.promote, source, take, sidecar)
        self.journal.done(job, row.attempt, number, take.path, take.digest, cost)
        flags = "; ".join(facts.flags)
        self._say("done", step, flags, path=take.path, elapsed=elapsed, cost=cost)
        return take

    def _number(self, job: Job, row: Row, media: str, cost: Decimal) -> int:
        """The take's number, given once; another one where somebody's file has taken that name."""
        number = row.number
        if number is None or (Path(media).exists() and self._target(job, number).exists()):
            number = max(self.project.next_number(job.shot), self.journal.next_number(job.shot))
            self.journal.succeeded(job.key, media, number, cost)
        return number

    def _inspected(self, job: Job, source: Path, number: int) -> Facts:
        return inspect(source if source.exists() else self._target(job, number), job.request)

    def _target(self, job: Job, number: int) -> Path:
        return self.project.take_path(job.shot, number)

    def _take(
        self,
        job: Job,
        row: Row,
        number: int,
        facts: Facts,
        upstream: Take | None,
        cost: Decimal,
    ) -> Take:
        """The take as its sidecar has it; `started_from` never names a take that it did not see."""
        started_from = upstream.digest if upstream else None
        if upstream and row.request != plain(job.request):
            started_from = str(row.request.get("first_frame", {}).get("digest", ""))
        return Take(
            shot=job.shot,
            number=number,
            tier=job.tier,
            key=job.key,
            path=self._target(job, number).relative_to(self.project.root).as_posix(),
            digest=facts.digest,
            model=job.request.model,
            provider=job.request.provider,
            started_from=started_from,
            frames=facts.frames,
            rate=facts.rate,
            cost_usd=cost,
            parts=digest_parts(_as_planned(job.request, upstream)),
            take=job.take,
        )

    # -- the end ----------------------------------------------------------------------------

    async def _let_go(self, step: Step, desk: Desk) -> None:
        """Stop free work that is under way, since it can be done again; paid work goes on."""
        row = self.journal.row(step.job.key)
        if row is None or row.state not in ("submitting", "submitted") or not desk.local:
            return
        await self._stop(row.key, desk)
        self.journal.cancelled(row.key, row.attempt)
        self._say("cancelled", step)

    async def _stop(self, key: JobKey, desk: Desk) -> None:
        row = self.journal.row(key)
        if row is not None and row.ticket is not None:
            await desk.provider.cancel(row.ticket)

    async def _close(self, tasks: Iterable[asyncio.Task[Outcome]]) -> None:
        """Leave nothing running, and nothing on disk that no later run would pick up."""
        running = list(tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for name, desk in self.desks.items():
            if desk.local:
                await self._sweep(name, desk)
        for name in self.project.scratches():
            if not self.journal.open_rows(name):
                self.project.tidy(name, ())

    async def _sweep(self, name: str, desk: Desk) -> None:
        ours = {step.job.key for step in self.plan.steps}
        for row in self.journal.open_rows(name):
            if row.key in ours:
                continue
            if row.ticket is None:
                self.journal.cancelled(row.key, row.attempt)
            elif row.state == "submitted":
                with contextlib.suppress(VidgenError):
                    status = await desk.provider.poll(row.ticket)
                    if isinstance(status, Failed):
                        reason = status.reason
                        self.journal.failed(row.key, row.attempt, reason, charge=Decimal(0))
        rows = self.journal.open_rows(name)
        if all(row.ticket is not None for row in rows):
            self.project.tidy(name, [f"{json.dumps(row.ticket)} {row.media}" for row in rows])

    def _say(
        self,
        kind: EventKind,
        step: Step,
        message: str = "",
        *,
        progress: float | None = None,
        path: str = "",
        elapsed: float = 0.0,
        cost: Decimal | None = None,
    ) -> None:
        job = step.job
        self.listen(
            Event(kind, job.name, job.shot, message, progress, path, round(elapsed, 3), cost)
        )


async def _all(tasks: Sequence[asyncio.Task[Outcome]]) -> tuple[Outcome, ...]:
    """Every result in order; the first fault of our own ends the waiting and is raised."""
    if tasks:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in tasks:
        if task.done() and (error := task.exception()) is not None:
            raise error
    return tuple(task.result() for task in tasks)


def _as_planned(request: Request, upstream: Take | None) -> Request:
    """The request as the plan names it: a chained frame is known to the plan only by its shot."""
    return request if upstream is None else replace(request, first_frame=None)
