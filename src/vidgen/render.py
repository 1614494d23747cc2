"""Carry a plan out: order, limits, chains, checks, promotion. The only room that waits.

Each job writes its intent before it is sent and its ticket before it is polled, so that a run
that dies is picked up by the next. An expected failure is a value: one failed shot never stops
the shots that do not start from it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from time import monotonic
from typing import Literal

from vidgen.errors import MediaError, VidgenError
from vidgen.job import (
    Failed,
    Input,
    Job,
    JobKey,
    Request,
    Running,
    Status,
    Succeeded,
    Take,
    Ticket,
    digest_parts,
    plain,
)
from vidgen.journal import Journal, Row
from vidgen.plan import Plan, Step
from vidgen.project import Project
from vidgen.providers import Provider

ATTEMPTS = 2
"""How often a job that costs nothing is tried when its provider fails."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one job; `progress` runs from 0 to 1."""

    kind: Literal["started", "progress", "done", "reused", "failed", "held", "retry"]
    job: str
    shot: str
    message: str = ""
    progress: float | None = None
    path: str = ""
    elapsed: float = 0.0


Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """One provider at work: its adapter, how many jobs at once, and the pace of polling in seconds."""

    provider: Provider
    in_flight: int
    poll_seconds: float
    give_up_seconds: float
    local: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step: the take, or why there is none."""

    step: Step
    take: Take | None = None
    failure: str = ""
    held: bool = False
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did."""

    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def made(self) -> tuple[Outcome, ...]:
        """Takes made in this run."""
        return tuple(item for item in self.outcomes if item.take and not item.reused)

    @property
    def reused(self) -> tuple[Outcome, ...]:
        """Takes that were there already."""
        return tuple(item for item in self.outcomes if item.reused)

    @property
    def missing(self) -> tuple[Outcome, ...]:
        """Steps that ended without a take."""
        return tuple(item for item in self.outcomes if item.take is None)


@dataclass
class Run:
    """One run over one plan. `checks` decodes a finished clip and counts its frames."""

    plan: Plan
    project: Project
    journal: Journal
    desks: Mapping[str, Desk]
    listen: Listener = lambda event: None
    _work: dict[JobKey, asyncio.Task[Outcome]] = field(default_factory=dict)
    _gates: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    _promoting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def go(self) -> Report:
        """Carry out every step; returns when each has a take, has failed, or is held."""
        began = monotonic()
        self._gates = {name: asyncio.Semaphore(desk.in_flight) for name, desk in self.desks.items()}
        try:
            for step in self.plan.steps:
                self._work[step.job.key] = asyncio.create_task(self._step(step))
            outcomes = [await self._work[step.job.key] for step in self.plan.steps]
        except BaseException:
            await self._call_off()
            raise
        return Report(tuple(outcomes), monotonic() - began)

    async def _call_off(self) -> None:
        for task in self._work.values():
            task.cancel()
        await asyncio.gather(*self._work.values(), return_exceptions=True)

    async def _step(self, step: Step) -> Outcome:
        if step.action in ("reuse", "stale") and step.take is not None:
            self._say("reused", step, step.reason, path=step.take.path)
            return Outcome(step, step.take, reused=True)
        if step.action == "blocked":
            self._say("held", step, step.reason)
            return Outcome(step, failure=step.reason, held=True)
        upstream = await self._upstream(step)
        if isinstance(upstream, str):
            self._say("held", step, upstream)
            return Outcome(step, failure=upstream, held=True)
        return await self._make(step, upstream)

    async def _upstream(self, step: Step) -> Take | str | None:
        """The take this one starts from; a sentence when there will be none."""
        key = step.job.starts_from
        if key is None:
            return None
        task = self._work.get(key)
        if task is None:
            known = {take.key: take for take in self.project.takes()}
            return known.get(key) or "the shot it starts from has no take"
        outcome = await task
        if outcome.take is None:
            return f"{outcome.step.job.shot}, which it starts from, has no take"
        return outcome.take

    async def _make(self, step: Step, upstream: Take | None) -> Outcome:
        desk = self.desks.get(step.job.request.provider)
        if desk is None:
            reason = f"no adapter for `{step.job.request.provider}` in this version"
            self._say("failed", step, reason)
            return Outcome(step, failure=reason)
        async with self._gates[step.job.request.provider]:
            began = monotonic()
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    take = await self._attempt(step, upstream, desk, began)
                except VidgenError as error:
                    take = Failed(error.message, "provider")
                if isinstance(take, Take):
                    elapsed = monotonic() - began
                    self._say("done", step, path=take.path, elapsed=elapsed)
                    return Outcome(step, take)
                again = take.kind == "provider" and desk.local and attempt < ATTEMPTS
                self._say("retry" if again else "failed", step, take.reason)
                if not again:
                    break
            return Outcome(step, failure=take.reason)

    async def _attempt(
        self, step: Step, upstream: Take | None, desk: Desk, began: float
    ) -> Take | Failed:
        job = await self._prepared(step, upstream)
        row = self.journal.row(job.key)
        if row and row.state == "succeeded" and row.media and row.number:
            return await self._keep(job, row, row.media, row.number, upstream, began)
        ticket, attempt = self._ticket_of(row)
        if ticket is None:
            attempt = self.journal.begin(job, step.quote.usd or Decimal(0), self._ceiling())
            self._say("started", step)
            ticket = await desk.provider.submit(job.request, idempotency=f"{job.key}.{attempt}")
            self.journal.submitted(job.key, ticket)
        status = await self._watch(step, job, desk, ticket, attempt, began)
        if isinstance(status, Failed):
            self.journal.failed(job.key, attempt, status.reason, charge=Decimal(0))
            return status
        assert isinstance(status, Succeeded)
        async with self._promoting:
            number = max(self.project.next_number(job.shot), self.journal.next_number(job.shot))
            self.journal.succeeded(job.key, status.media, number)
            row = self.journal.row(job.key)
            assert row is not None
            return await self._keep(job, row, status.media, number, upstream, began)

    def _ticket_of(self, row: Row | None) -> tuple[Ticket | None, int]:
        if row and row.state == "submitted" and row.ticket:
            return row.ticket, row.attempt
        return None, 0

    def _ceiling(self) -> Decimal | None:
        return self.plan.totals.budget

    async def _prepared(self, step: Step, upstream: Take | None) -> Job:
        """The job with the frame it starts from in place."""
        if upstream is None:
            return step.job
        frame = await asyncio.to_thread(chain_frame, self.project, upstream, step)
        return replace(step.job, request=replace(step.job.request, first_frame=frame))

    async def _watch(
        self, step: Step, job: Job, desk: Desk, ticket: Ticket, attempt: int, began: float
    ) -> Status:
        try:
            while True:
                status = await desk.provider.poll(ticket)
                if not isinstance(status, Running):
                    return status
                elapsed = monotonic() - began
                self._say("progress", step, progress=status.progress, elapsed=elapsed)
                if elapsed > desk.give_up_seconds:
                    reason = "it takes longer than this run waits; a later run collects it"
                    return Failed(reason, "unknown", charged=None)
                await asyncio.sleep(desk.poll_seconds)
        except asyncio.CancelledError:
            if desk.local:
                with contextlib.suppress(VidgenError, OSError):
                    await desk.provider.cancel(ticket)
                self.journal.cancelled(job.key, attempt)
            raise

    async def _keep(
        self, job: Job, row: Row, media: str, number: int, upstream: Take | None, began: float
    ) -> Take | Failed:
        """Check a finished clip, give it its final name, and settle; safe to repeat after a crash."""
        target = self.project.take_path(job.shot, number)
        source = Path(media)
        found = source if source.exists() else target
        try:
            facts = await asyncio.to_thread(inspect, found, job.request)
        except MediaError as error:
            self.journal.failed(job.key, row.attempt, error.message, charge=Decimal(0))
            return Failed(error.message, "provider")
        take = Take(
            shot=job.shot,
            number=number,
            tier=job.tier,
            key=job.key,
            path=target.relative_to(self.project.root).as_posix(),
            digest=facts.digest,
            model=job.request.model,
            provider=job.request.provider,
            started_from=upstream.digest if upstream else None,
            frames=facts.frames,
            rate=facts.rate,
            parts=digest_parts(_as_planned(job.request, upstream)),
        )
        sidecar = {
            "request": plain(job.request),
            "attempt": row.attempt,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds_to_make": round(monotonic() - began, 3),
        }
        self.project.promote(source, take, sidecar)
        self.journal.done(job, row.attempt, number, take.path, take.digest, take.cost_usd)
        return take

    def _say(
        self,
        kind: Literal["started", "progress", "done", "reused", "failed", "held", "retry"],
        step: Step,
        message: str = "",
        *,
        progress: float | None = None,
        path: str = "",
        elapsed: float = 0.0,
    ) -> None:
        self.listen(
            Event(kind, step.job.name, step.job.shot, message, progress, path, round(elapsed, 3))
        )


def _as_planned(request: Request, upstream: Take | None) -> Request:
    """The request as the plan names it: a chained frame is known to the plan only by its shot."""
    return request if upstream is None else replace(request, first_frame=None)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured on a finished clip."""

    digest: str
    frames: int
    rate: Fraction


def inspect(path: Path, request: Request) -> Facts:
    """Decode a clip to its end and compare with what was asked; MediaError when it is not that."""
    from vidgen.media.frames import count_frames
    from vidgen.media.probe import probe

    picture = probe(path).picture
    if picture is None:
        raise MediaError("the clip has no picture", where=str(path))
    if (picture.width, picture.height) != (request.width, request.height):
        asked = f"{request.width}x{request.height}"
        raise MediaError(f"the clip is {picture.width}x{picture.height}; {asked} was asked")
    return Facts(file_digest(path), count_frames(path), picture.rate)


def file_digest(path: Path) -> str:
    """The sha256 of a file's bytes."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def chain_frame(project: Project, upstream: Take, step: Step) -> Input:
    """The exact frame that a chained shot starts from, as a PNG kept by the take's digest.

    It is the take's last frame, unless the take is longer than its shot: then the frame on which
    the cut leaves it.
    """
    from vidgen.media.frames import frame_at, last_frame

    index = last_index(step.job.starts_at, upstream)
    path = project.frame(upstream.digest, "last" if index is None else str(index))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.png")
        take = project.root / upstream.path
        picture = last_frame(take) if index is None else frame_at(take, index)
        picture.save(part, compress_level=3)
        part.replace(path)
    return Input(path.relative_to(project.root).as_posix(), file_digest(path))


def last_index(leaves_at: Decimal | None, take: Take) -> int | None:
    """The frame (from 0) on which the cut leaves a take; None where that is its last."""
    if leaves_at is None:
        return None
    index = round(Fraction(leaves_at) * take.rate) - 1
    return index if 0 <= index < take.frames - 1 else None
