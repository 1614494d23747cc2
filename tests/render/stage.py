"""A provider in memory that does as it is told, and a stage on which films are rendered with it.

The journal, the project, the clips and (where media is served) the connection are real.
"""

import asyncio
import shutil
from collections import defaultdict
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import httpx

from tests.render.fetch_server import Server
from vidgen.errors import ProviderError
from vidgen.job import Running, Succeeded
from vidgen.journal import Journal, Limits, entries, health, rows, snapshot
from vidgen.plan import Options, plan
from vidgen.project import Project
from vidgen.providers.wire import Http
from vidgen.render.run import Run
from vidgen.render.values import Desk

SOON = 2000.0
"""The tempo at which waits of a minute are over in a moment."""


def trouble(kind, message="no", **more):
    return ProviderError(message, kind=kind, **more)


def lost():
    """A submit that is taken, and whose answer never comes."""
    return trouble("ambiguous", "no answer came", charged=None)


class Scripted:
    """What becomes of a job is told by its prompt, in lists: the last look is repeated.

    `submits`: an error to raise, or nothing; an ambiguous one is taken all the same, unless it is
    in `vanished` (the order never arrived). `looks`: a status, an error, "clip", or what gives one
    of these. `clips` are what is delivered for some prompts in place of `clip`.
    """

    def __init__(self, clip, folder):
        self.clip, self.clips, self.folder = clip, {}, folder
        self.submits = defaultdict(list)
        self.looks = defaultdict(lambda: [Running(0.5), "clip"])
        self.sent, self.names, self.polled, self.stopped = [], [], [], []
        self.taken, self.vanished = {}, set()
        self.going, self.most = set(), 0
        self.submitting = None
        self.cost, self.seed, self.link, self.last_frame, self.tokens = None, None, None, None, None

    async def submit(self, request, *, idempotency):
        self.sent.append(request.prompt)
        self.names.append(idempotency)
        if self.submitting:
            await self.submitting(request)
        told = self.submits[request.prompt]
        error = told.pop(0) if told else None
        if error is not None and (error.kind != "ambiguous" or request.prompt in self.vanished):
            raise error
        self.taken.setdefault(idempotency, request)
        self.going.add(idempotency)
        self.most = max(self.most, len(self.going))
        if error is not None:
            raise error
        return {"id": idempotency, "prompt": request.prompt}

    async def poll(self, ticket):
        await asyncio.sleep(0)
        self.polled.append(ticket["prompt"])
        script = self.looks[ticket["prompt"]]
        said = script.pop(0) if len(script) > 1 else script[0]
        said = said() if callable(said) else said
        if isinstance(said, Exception):
            raise said
        if isinstance(said, Running):
            return said
        self.going.discard(ticket["id"])
        if said != "clip":
            return said
        media = self.link or self._file(ticket)
        return Succeeded(media, self.cost, self.seed, self.last_frame, self.tokens)

    def _file(self, ticket):
        self.folder.mkdir(parents=True, exist_ok=True)
        clip = self.clips.get(ticket["prompt"], self.clip)
        path = self.folder / f"{ticket['id'].replace(':', '-')}{Path(clip).suffix}"
        shutil.copy(clip, path)
        return str(path)

    async def cancel(self, ticket):
        self.stopped.append(ticket["prompt"])
        self.going.discard(ticket["id"])


class Searchable(Scripted):
    """One that can be asked what became of a submit: `finds` are errors to raise, else it tells."""

    def __init__(self, clip, folder):
        super().__init__(clip, folder)
        self.finds, self.searched = [], []

    async def find(self, request, *, idempotency):
        self.searched.append(idempotency)
        error = self.finds.pop(0) if self.finds else None
        if error is not None:
            raise error
        if idempotency not in self.taken:
            return None
        return {"id": idempotency, "prompt": request.prompt}


class Stage:
    """Plans and renders films in one folder, with one provider behind every route of a shop."""

    def __init__(self, root, film, shop, clip):
        self.project = Project(root)
        self.film, self.shop, self.clip = film, shop, clip
        self.events, self.limits, self.source = [], Limits(), None
        self.http = None
        self.provider = Scripted(clip, root / ".vidgen/scratch/two")

    def searchable(self):
        self.provider = Searchable(self.clip, self.provider.folder)
        return self.provider

    def plan(self, text=None, **options):
        self.source = self.film(text) if text else self.source
        return plan(self.source, self.shop, self.project.history(), Options(**options))

    def desks(self, *, local=False, in_flight=2, resend="never", patience=1e6, tempo=SOON,
              poll=0.0, http=None):  # fmt: skip
        desk = Desk(self.provider, in_flight, poll, patience, local, resend, None, http, tempo)
        return {"one": desk, "two": desk}

    async def run(self, found, listen=None, **desk):
        """Carry a plan out as a run of its own."""
        desk.setdefault("http", self.http)
        with self.project.running() as name, Journal(self.project.journal, name) as journal:
            hear = listen or self.hear
            return await Run(
                found, self.project, journal, self.desks(**desk), hear, self.limits
            ).go()

    @asynccontextmanager
    async def serving(self, clip=None, **more):
        """Finished jobs link to a server on this machine, for as long as this lasts."""
        data = await asyncio.to_thread(Path(clip or self.clip).read_bytes)
        async with Server(data, **more) as server, httpx.AsyncClient(verify=False) as line:
            self.provider.link, self.http = server.link(), Http(line, line)
            yield server

    def hear(self, event):
        self.events.append(event)

    def go(self, text=None, options=None, **desk):
        return asyncio.run(self.run(self.plan(text, **(options or {})), **desk))

    async def called_off(self, text, *, when="progress", **desk):
        """Cancel a run as soon as some job has got that far."""
        far = asyncio.Event()

        def hear(event):
            self.events.append(event)
            if event.kind == when:
                far.set()

        run = asyncio.create_task(self.run(self.plan(text), hear, **desk))
        await far.wait()
        run.cancel()
        try:
            await run
        except asyncio.CancelledError:
            return
        raise AssertionError("the run went on")

    def begun(self, text, *, state, media=None, cost=Decimal("0.30"), resolve=None):
        """Leave a film's only job as a run that died would have left it."""
        (step,) = self.plan(text).steps
        job, price = step.job, step.quote.usd or Decimal(0)
        with Journal(self.project.journal, "dead") as journal:
            attempt = journal.begin(job, price, Limits())
            name = f"{job.key}.{attempt}"
            if state == "unsent":
                journal.unsent(job.key, "busy")
                return job
            ticket = asyncio.run(self.provider.submit(job.request, idempotency=name))
            if state == "submitting":
                return job
            if state == "unknown":
                journal.in_doubt(job.key, "lost")
                return job
            journal.submitted(job.key, ticket)
            if state == "succeeded":
                journal.succeeded(job.key, str(media), cost)
        return job

    # -- what came of it --------------------------------------------------------------------

    def kinds(self, job):
        """What was told of a job, but for how far it has come."""
        kinds = [event.kind for event in self.events if event.job == job]
        return [kind for kind in kinds if kind not in ("progress", "arriving")]

    @property
    def money(self):
        """Charged, reserved and unknown, in dollars; the journal agrees with itself."""
        assert health(self.project.journal) == "ok"
        found = snapshot(self.project.journal).money
        return float(found.charged), float(found.reserved), float(found.unknown)

    @property
    def states(self):
        """The state of each job, by shot and take."""
        return {row.name: row.state for row in rows(self.project.journal)}

    @property
    def lines(self):
        """The ledger: what each line says, and how much."""
        return [(line.kind, str(line.usd)) for line in entries(self.project.journal)]


def shots(*lines, head=""):
    """A storyboard with these shots, all of the model `plain`."""
    body = "\n".join(f"  - {{{line}}}" for line in lines)
    return f"{head}\ndefaults: {{model: plain, duration: 4s}}\nshots:\n{body}\n"


ALONE = shots("id: a, prompt: A")
PAIR = shots("id: a, prompt: A", "id: b, prompt: B")
CHAINED = shots("id: a, prompt: A", "id: b, prompt: B, chain: a")
CHAIN = shots(
    "id: z, prompt: Z", "id: y, prompt: Y", "id: a, prompt: A", "id: b, prompt: B, chain: a",
    "id: c, prompt: C, chain: b",
)  # fmt: skip
PRICE = 0.32
"""US dollars of one shot of four seconds."""
FAILED = {"rerun": frozenset({"failed"})}
"""How to ask that what failed is made again."""


def failures(report):
    """Why each shot has no take."""
    return {outcome.step.job.shot: outcome.failure for outcome in report.missing}


def endings(report):
    """The word for why each shot has no take."""
    return {outcome.step.job.shot: outcome.ending for outcome in report.missing}
