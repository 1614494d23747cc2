"""One run over one plan: every step to a take, a failure or a hold; resumable at every moment.

Never prices anything and never asks for a key; what it may spend is in its limits.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vidgen.errors import MediaError, OverBudget, VidgenError
from vidgen.job import Failed, Input, Job, JobKey, Succeeded, Take, Ticket, plain
from vidgen.journal import Journal, Limits, Moved, Row
from vidgen.plan import Plan, Step, rerolls_on
from vidgen.project import Project
from vidgen.render.arrive import arrive
from vidgen.render.floor import NEXT, Floor, Stop, Task, ended
from vidgen.render.frames import given_of
from vidgen.render.gate import Gate, heights
from vidgen.render.pace import Pace, backoff, usual_seconds
from vidgen.render.send import send
from vidgen.render.values import Desk, EventKind, Listener, Outcome, Report
from vidgen.render.watch import watch

RETRIES = 2
"""How often a job that failed at no cost is tried again in one run, as a new attempt."""

ELSEWHERE_SECONDS = 0.5
"""How often we look whether another run has finished what it has in hand."""

NO_LIMITS = Limits()

Clip = tuple[Task, Row, Succeeded]
"""A finished clip that is to be fetched: the job since its turn came, its row, where it is."""

TOLD: dict[str, EventKind] = {
    "held": "held",
    "budget": "held",
    "left": "left",
    "ambiguous": "doubt",
}
"""The event of a step that ended without a take, where it is not that it failed."""


@dataclass
class Run:
    """One run over one plan; `listen` hears everything that happens to each job."""

    plan: Plan
    project: Project
    journal: Journal
    desks: Mapping[str, Desk]
    listen: Listener = lambda event: None
    limits: Limits = NO_LIMITS
    _work: dict[JobKey, asyncio.Task[Outcome]] = field(default_factory=dict)
    _gates: dict[str, Gate] = field(default_factory=dict)
    _heights: dict[JobKey, float] = field(default_factory=dict)
    _known: dict[JobKey, int] = field(default_factory=dict)
    _single: defaultdict[JobKey, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    def __post_init__(self) -> None:
        paces = {
            name: Pace(desk.requests_per_minute, desk.tempo) for name, desk in self.desks.items()
        }
        steps = self.plan.steps
        followed = frozenset(need.shot for step in steps for need in step.job.needs)
        self._floor = Floor(
            self.project, self.journal, self.limits, self.listen, paces=paces, followed=followed
        )

    async def go(self) -> Report:
        """Carry out every step; returns when each has a take, has failed, or is held.

        When it is called off, or a fault of our own stops it, free work is stopped and paid work is
        left to be collected; then the exception goes on.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        steps = self.plan.steps
        self._gates = {name: Gate(desk.in_flight) for name, desk in self.desks.items()}
        self._heights = heights(steps, lambda step: usual_seconds(step) if step.works else 0.0)
        self._known = self._attempts()
        tasks: dict[int, asyncio.Task[Outcome]] = {}
        try:
            for place, step in sorted(enumerate(steps), key=self._urgency):
                tasks[place] = asyncio.create_task(self._step(step))
                for job in (step.job, *step.alternates):
                    self._work[job.key] = tasks[place]
            outcomes = await _all([tasks[place] for place in range(len(steps))])
        finally:
            await self._close(tasks.values())
        return Report(outcomes, clock() - began)

    def _attempts(self) -> dict[JobKey, int]:
        """How many attempts at each job had ended when the plan was made; others are news."""
        found: dict[JobKey, int] = {}
        for step in self.plan.steps:
            for job in (step.job, *step.alternates):
                row = self.journal.row(job.key)
                if row is None:
                    continue
                news = row.open or (row.state == "done" and step.take is None)
                found[job.key] = row.attempt - news
        return found

    def _urgency(self, placed: tuple[int, Step]) -> tuple[bool, float]:
        """What is under way first, since it has a place already; then the longest chains."""
        _, step = placed
        return step.action != "resume", -self._heights[step.job.key]

    async def _step(self, step: Step) -> Outcome:
        if step.action in ("reuse", "stale") and step.take is not None:
            kind: EventKind = "stale" if step.action == "stale" else "reused"
            self._floor.say(kind, step, step.reason, path=step.take.path)
            return Outcome(step, step.take, reused=True)
        if step.action == "blocked":
            return self._ended(step, Stop("held", step.reason))
        upstreams = await self._upstreams(step)
        if isinstance(upstreams, str):
            return self._ended(step, Stop("held", upstreams))
        desk = self.desks.get(step.job.request.provider)
        if desk is None:
            missing = f"no adapter for `{step.job.request.provider}` in this version"
            return self._ended(step, Stop("held", missing))
        return await self._make(step, upstreams, desk)

    def _ended(self, step: Step, stop: Stop, elapsed: float = 0.0) -> Outcome:
        self._floor.say(TOLD.get(stop.ending, "failed"), step, stop.reason, elapsed=elapsed)
        return Outcome(step, failure=stop.reason, ending=stop.ending, next=stop.next)

    async def _upstreams(self, step: Step) -> dict[str, Take] | str:
        """The takes this one starts from, by field; a sentence when one of them will not be."""
        found: dict[str, Take] = {}
        for need in step.job.needs:
            task = self._work.get(need.key)
            take = (await task).take if task else self._known_take(need.key)
            if take is None:
                return f"{need.shot}, which it starts from, has no take"
            found[need.field] = take
        return found

    def _known_take(self, key: JobKey) -> Take | None:
        """A take that this plan does not make: the selected one of that key, else the newest."""
        found = [take for take in self.project.takes() if take.key == key]
        selects = self.project.selects() if found else {}
        chosen = [take for take in found if selects.get(take.shot) == take.number]
        return next(reversed(chosen or found), None)

    # -- one step ---------------------------------------------------------------------------

    async def _make(self, step: Step, upstreams: dict[str, Take], desk: Desk) -> Outcome:
        """A take of a step: by its prompt or its others, retried where that costs nothing more."""
        jobs = [step.job, *step.alternates]
        clock = asyncio.get_running_loop().time
        began, retries = clock(), 0
        made: Take | None = None
        while True:
            begun = self._begun(jobs[0].key)
            found = await self._attempt(step, jobs[0], upstreams, desk)
            if isinstance(found, Take):
                wrong = rerolls_on(found, step.quality)
                made = found
                if not wrong or not self._may_roll(step, made):
                    return Outcome(step, made)
                self._floor.say("retry", step, f"{made.name} is {', '.join(wrong)}")
                continue
            if made is not None:
                self._floor.say("stale", step, f"{made.name} is kept: {found.reason}")
                return Outcome(step, made)
            if found.ending == "moderation" and len(jobs) > 1:
                self._floor.say("retry", step, f"with its other prompt: {found.reason}")
                jobs = jobs[1:]
                continue
            retries += not begun
            if not found.again or retries > RETRIES:
                return self._ended(step, found, clock() - began)
            lost = begun and desk.local
            words = "what an earlier run began is lost" if lost else found.reason
            self._floor.say("retry", step, words)
            if not desk.local:
                await self._floor.sleep(desk, backoff(retries, None, jobs[0].key))

    def _begun(self, key: JobKey) -> bool:
        row = self.journal.row(key)
        return row is not None and row.open

    def _may_roll(self, step: Step, take: Take) -> bool:
        """Whether a job may be made once more for what is wrong with its take."""
        made = sum(other.key == take.key for other in self.project.takes())
        return step.quality is not None and made <= step.quality.max

    async def _attempt(
        self, step: Step, job: Job, upstreams: dict[str, Take], desk: Desk
    ) -> Take | Stop:
        try:
            prepared = await self._prepared(job, upstreams)
        except MediaError as error:  # the take it starts from cannot be read
            return Stop("input", error.message)
        task = Task(step, prepared, desk, upstreams, asyncio.get_running_loop().time())
        try:
            async with self._single[job.key]:
                found = await self._at_its_turn(task)
                if not isinstance(found, Take | Stop):
                    found = await arrive(self._floor, *found)
        except BaseException:  # called off, or a fault of our own
            with contextlib.suppress(Exception):
                await self._let_go(task)
            raise
        if isinstance(found, Stop):
            self.journal.leave(job.key)
        return found

    async def _prepared(self, job: Job, upstreams: dict[str, Take]) -> Job:
        """The job with the pictures it starts from in place."""
        given: dict[str, Input | None] = {
            need.field: await asyncio.to_thread(given_of, self.project, upstreams[need.field], need)
            for need in job.needs
        }
        worked_on = upstreams.get("source_video")
        made_there = self._made_at(job.request.provider, worked_on) if worked_on else None
        return replace(job, request=job.request.starting(given, made_there)) if given else job

    def _made_at(self, provider: str, take: Take) -> Ticket | None:
        """The ticket by which a take was made, where that was at this provider and is known here:
        of a job that was sent again only its newest take has one.
        """
        row = self.journal.row(take.key)
        if row is None or row.provider != provider or row.number != take.number:
            return None
        return row.ticket

    async def _at_its_turn(self, task: Task) -> Take | Stop | Clip:
        """The finished clip of a job; a clip that only has to be fetched takes nobody's place."""
        await self._not_elsewhere(task)
        row = self.journal.row(task.job.key)
        if row is not None and row.state == "succeeded":
            return await self._clip(task)
        inside = row is not None and row.state == "submitted"
        height = self._heights[task.step.job.key]
        async with self._gates[task.provider].turn(height, inside=inside):
            return await self._clip(replace(task, began=asyncio.get_running_loop().time()))

    async def _not_elsewhere(self, task: Task) -> None:
        """Wait while another run has the job in hand."""
        told = False
        while True:
            row = self.journal.row(task.job.key)
            if row is None or not row.open or row.owner == self.journal.run:
                return
            if not self.project.alive(row.owner):
                return
            if not told:
                self._floor.say("waiting", task.step, "another run has it in hand")
            told = True
            await asyncio.sleep(ELSEWHERE_SECONDS)

    async def _clip(self, task: Task) -> Take | Stop | Clip:
        """The finished clip of a job, from whichever state it is in."""
        opened = await self._opened(task)
        if isinstance(opened, Take | Stop):
            return opened
        row, fresh = opened
        if row.state == "succeeded" and row.media:
            return task, row, Succeeded(row.media, row.cost, row.seed)
        ticket = row.ticket
        if ticket is None:
            sent = await send(self._floor, task, row, fresh=fresh)
            if isinstance(sent, Stop):
                return sent
            ticket = sent
        status = await watch(self._floor, task, row, ticket)
        if isinstance(status, Stop):
            return status
        return task, self._row(row), status

    def _row(self, row: Row) -> Row:
        found = self.journal.row(row.key)
        assert found is not None, "a job that was begun has a row"
        return found

    async def _opened(self, task: Task) -> Take | Stop | tuple[Row, bool]:
        """The job's row in this run's hands, and whether its intent was written just now.

        What another run has made meanwhile is taken instead.
        """
        key = task.job.key
        while True:
            row = self.journal.row(key)
            if row is not None and row.open:
                if not await self._taken_over(task, row):
                    continue
                return self._row(row), False
            elsewhere = self._ended_elsewhere(task, row)
            if elsewhere is not None:
                return elsewhere
            await self._floor.turn(task)
            closed = self._floor.closed.get(task.provider)
            if closed is not None:
                return replace(closed, ending="held")
            try:
                seen = row.attempt if row else 0
                attempt = self.journal.begin(task.job, task.reserve, self.limits, seen=seen)
            except Moved:
                continue
            except OverBudget as error:
                return Stop("budget", error.message, NEXT["budget"])
            self._known[key] = attempt
            self._floor.say("started", task.step)
            found = self.journal.row(key)
            assert found is not None, "its intent was written just now"
            return found, True

    async def _taken_over(self, task: Task, row: Row) -> bool:
        """Whether an open job is ours now; free work that began from another picture is undone."""
        run, owner = self.journal.run, row.owner
        if owner != run and (self.project.alive(owner) or not self.journal.claim(row.key, owner)):
            await self._not_elsewhere(task)
            return False
        self._known[row.key] = row.attempt
        if task.desk.local and row.request != plain(task.job.request):
            await self._let_go(task)
            return False
        if not task.desk.local:  # where work is free it may be lost, and is made again without ado
            self._floor.say("resumed", task.step)
        return True

    def _ended_elsewhere(self, task: Task, row: Row | None) -> Take | Stop | None:
        """What another run made of this job: a take, or a failure that would only come again."""
        if row is None or row.attempt <= self._known.get(row.key, 0):
            return None
        self._known[row.key] = row.attempt
        failure = self.journal.failure(row.key)
        if failure is not None and failure.final:
            return ended(Failed(failure.reason, failure.kind, None if failure.paid else False))
        if row.state != "done":
            return None
        for take in self.project.takes():
            if (take.key, take.number) == (row.key, row.number):
                self._floor.say("reused", task.step, "another run made it", path=take.path)
                return take
        return None

    # -- the end ----------------------------------------------------------------------------

    async def _let_go(self, task: Task) -> None:
        """Stop free work that is under way, since it can be done again; paid work goes on."""
        row = self.journal.row(task.job.key)
        if row is None or row.state not in ("submitting", "submitted") or not task.desk.local:
            return
        if row.ticket is not None:
            await task.desk.provider.cancel(row.ticket)
        self.journal.cancelled(row.key, row.attempt)
        self._floor.say("cancelled", task.step)

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
        # A run that died once its take was settled has left the note of the download.
        rows = self.journal.open_rows()
        self.project.tidy_downloads([self.project.download(row.key, row.attempt) for row in rows])

    async def _sweep(self, name: str, desk: Desk) -> None:
        """Settle free work that a dead run left behind and this plan does not ask for."""
        ours = {step.job.key for step in self.plan.steps}
        for row in self.journal.open_rows(name):
            if row.key in ours or self.project.alive(row.owner):
                continue
            if row.ticket is None:
                self.journal.cancelled(row.key, row.attempt)
            elif row.state == "submitted":
                with contextlib.suppress(VidgenError):
                    status = await desk.provider.poll(row.ticket)
                    if isinstance(status, Failed):
                        self.journal.failed(row.key, row.attempt, status.reason)
        rows = self.journal.open_rows(name)
        if all(row.ticket is not None for row in rows):
            self.project.tidy(name, [f"{json.dumps(row.ticket)} {row.media}" for row in rows])


async def _all(tasks: Sequence[asyncio.Task[Outcome]]) -> tuple[Outcome, ...]:
    """Every result in order; the first fault of our own ends the waiting and is raised."""
    if tasks:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in tasks:
        if task.done() and (error := task.exception()) is not None:
            raise error
    return tuple(task.result() for task in tasks)
