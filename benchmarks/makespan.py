"""How close a run of 200 shots comes to the shortest time that its providers' limits allow.

    python benchmarks/makespan.py            # prints a ratio for each of --seeds draws, two ways

A third of the shots stand in chains of three; the others stand alone. Three providers take 3, 5 and
8 jobs at once, and hold a share of the shots like their share of the places; each sells a quick
model and a slow one, and chains go from one to another. How long a job takes is drawn anew for each
seed and never told to the run:

    usual times     quick jobs take 40 to 80 seconds, slow ones 100 to 200; the pages tell the
                    middle of each, and nothing more is known
    no times        every job takes 40 to 200 seconds, and the pages say nothing

The plan, the run, the journal, the takes and the pictures that chains start from are real; time is
not. The loop's clock jumps to the next timer when nothing is left to do, so that what this machine
does by itself takes no time, and only what a provider is waited for counts: the order of the work,
places that stand empty, and looks that come late (jobs are looked at every 5 seconds, the usual
pace of a page). `all known` is what our order reaches when every job's true length is known and no
look is late: the distance from there to the ratio is what chance and looks cost.

The shortest time is bounded from below for whoever knew each job's true length beforehand. With
p(j) the seconds of job j, head(j) those of the jobs before it in its chain and tail(j) those of the
jobs after it:

    a chain         head(j) + p(j) + tail(j)                                  for each job j
    a provider      min head(S) + sum p(S) / m + min tail(S)                  for each set S of its
                    jobs, m of which run at once: before the first of S begins its head is over, the
                    m places have the work of S to do, and behind the last of S comes its tail. The
                    best S are all jobs with head >= a and tail >= b, for some a and b.
    two in a place  of the m + 1 longest jobs of a provider two share a place: the two shortest

The bound is the greatest of all these. No run can beat it; most cannot reach it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import selectors
import shutil
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from vidgen.cli.desk import open_project
from vidgen.job import JobKey, Request, Running, Status, Succeeded, Ticket
from vidgen.journal import Journal
from vidgen.plan import Options, Plan, Step
from vidgen.project import Project
from vidgen.render.forecast import forecast
from vidgen.render.run import Run
from vidgen.render.values import Desk

SHOTS = 200
CHAIN = 3
ROOMS = {"ash": 3, "birch": 5, "cedar": 8}
TIMES = {"quick": (40.0, 80.0), "slow": (100.0, 200.0)}
SHORTEST, LONGEST = 40.0, 200.0
POLL = 5.0
GIVE_UP = 1800.0

MODEL = """  - id: {name}-{speed}
    name: {name} {speed}
    developer: nobody
    kind: video
    durations: [1]
    resolutions: [480p]
    aspects: ["9:16"]
    audio: never
    capabilities: [text, first_frame]
    good_for: [benchmarks]
"""
PAGE = """  - provider: {name}
    name: {name}
    base_url: https://{name}.invalid
    in_flight: {room}
    as_of: 2026-01-01
    source: this benchmark
    offers:
"""
OFFER = """      - model: {name}-{speed}
        name: {name}-{speed}
        modes: {{text: {speed}, first_frame: {speed}}}
        prices: [{{per: clip, usd: 0.01}}]
"""
USUAL = "        typical: {{seconds: {seconds:g}, as_of: 2026-01-01, source: this benchmark}}\n"
HEAD = """vidgen: 1
title: Makespan
format: {aspect: "9:16", resolution: 480p, fps: 24}
defaults: {duration: 1s}
shots:
"""


# -- simulated time ---------------------------------------------------------------------------


class Patient(selectors.DefaultSelector):  # type: ignore[misc, valid-type]  # it differs by system
    """A selector that moves the loop's clock where it would wait for a timer.

    While threads are at work it waits for them instead, and the clock stands still.
    """

    now = 0.0
    at_work = 0

    def select(self, timeout: float | None = None) -> Any:
        """What is ready; where nothing is, nobody works, and a timer is set: later."""
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.at_work or timeout is None:
            return super().select(None)
        self.now += max(timeout, 0.0)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """A loop whose seconds pass as soon as there is nothing to do in them."""

    def __init__(self) -> None:
        self._patient = Patient()
        super().__init__(self._patient)

    def time(self) -> float:
        """Simulated seconds since the loop began."""
        return self._patient.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        """Real work in a real thread, which takes no simulated time."""
        self._patient.at_work += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._returned)
        return future

    def _returned(self, _: object) -> None:
        self._patient.at_work -= 1


# -- the film ---------------------------------------------------------------------------------


def film(folder: Path, draw: random.Random, *, told: bool) -> None:
    """Write a storyboard of 200 shots in a mixed order, and the catalogue rows that it names.

    `told` says whether the rows tell how long a job usually takes.
    """
    places = [name for name, room in ROOMS.items() for _ in range(room)]
    models = [
        f"{places[n * len(places) // SHOTS]}-{'quick' if n % 2 else 'slow'}" for n in range(SHOTS)
    ]
    draw.shuffle(models)
    chains = SHOTS // CHAIN // CHAIN
    lengths = [CHAIN] * chains + [1] * (SHOTS - chains * CHAIN)
    draw.shuffle(lengths)
    lines: list[str] = []
    for length in lengths:
        for link in range(length):
            number = len(lines)
            chain = f", chain: s{number - 1}" if link else ""
            lines.append(
                f"  - {{id: s{number}, model: {models[number]}, prompt: Shot {number}{chain}}}\n"
            )
    (folder / "prices.yaml").write_text(rows(told=told), encoding="utf-8")
    (folder / "storyboard.yaml").write_text(HEAD + "".join(lines), encoding="utf-8")


def rows(*, told: bool) -> str:
    """Models and providers of the user's own."""
    models = "".join(MODEL.format(name=name, speed=speed) for name in ROOMS for speed in TIMES)
    pages = ""
    for name, room in ROOMS.items():
        pages += PAGE.format(name=name, room=room)
        for speed, times in TIMES.items():
            pages += OFFER.format(name=name, speed=speed)
            pages += USUAL.format(seconds=sum(times) / 2) if told else ""
    return f"models:\n{models}providers:\n{pages}"


def drawn(steps: Sequence[Step], draw: random.Random, *, told: bool) -> dict[JobKey, float]:
    """How long each job takes, in seconds."""
    speeds = {step.job.key: step.job.request.endpoint for step in steps}
    return {
        key: draw.uniform(*(TIMES[speed] if told else (SHORTEST, LONGEST)))
        for key, speed in speeds.items()
    }


def clip(path: Path) -> Path:
    """A moving picture that is quickly read: 90x160, a second long."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 90, 160, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        for number in range(24):
            frame = av.VideoFrame(90, 160, "yuv420p")
            for plane, level in zip(frame.planes, (number * 10, 128, 128), strict=True):
                plane.update(bytes([level]) * plane.buffer_size)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@dataclass(slots=True)
class Timed:
    """A provider whose jobs take as long as was drawn for their prompt, and give the same clip."""

    lasts: Mapping[str, float]
    clip: Path
    room: int
    scratch: Path
    going: int = 0

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """Begin at once: more than it has places for is never sent to it."""
        begun = asyncio.get_running_loop().time()
        return {"id": idempotency, "ends": begun + self.lasts[request.prompt]}

    async def poll(self, ticket: Ticket) -> Status:
        """A copy of the clip once its time has passed."""
        if asyncio.get_running_loop().time() < ticket["ends"]:
            return Running()
        self.scratch.mkdir(parents=True, exist_ok=True)
        path = self.scratch / f"{ticket['id'].replace(':', '-')}.mp4"
        shutil.copy(self.clip, path)
        return Succeeded(str(path), None)

    async def cancel(self, ticket: Ticket) -> None:
        """Nothing here is called off."""


# -- the bound --------------------------------------------------------------------------------


def bound(steps: Sequence[Step], lasts: Mapping[JobKey, float]) -> float:
    """Seconds that no order of work can beat; the mathematics is at the top of this file."""
    heads: dict[JobKey, float] = {}
    tails: dict[JobKey, float] = defaultdict(float)
    for step in steps:
        heads[step.job.key] = max(
            (heads[need.key] + lasts[need.key] for need in step.job.needs), default=0.0
        )
    for step in reversed(steps):
        for need in step.job.needs:
            behind = lasts[step.job.key] + tails[step.job.key]
            tails[need.key] = max(tails[need.key], behind)
    least = max(heads[key] + lasts[key] + tails[key] for key in heads)
    for name, room in ROOMS.items():
        keys = [step.job.key for step in steps if step.job.request.provider == name]
        longest = sorted((lasts[key] for key in keys), reverse=True)
        if len(longest) > room:
            least = max(least, longest[room - 1] + longest[room])
        for head in {heads[key] for key in keys}:
            for tail in {tails[key] for key in keys}:
                work = sum(lasts[key] for key in keys if heads[key] >= head and tails[key] >= tail)
                if work:
                    least = max(least, head + work / room + tail)
    return least


# -- the run ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """Simulated seconds: of the run, of the bound, and of our order were every length known."""

    took: float
    bound: float
    known: float


def measure(seed: int, folder: Path, ready: Path, *, told: bool) -> Result:
    """Render a film of 200 shots whose jobs take what this seed draws."""
    folder.mkdir(parents=True)
    draw = random.Random(seed)
    film(folder, draw, told=told)
    project = open_project(folder)
    plan = project.plan(Options())
    lasts = drawn(plan.steps, draw, told=told)
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        took = runner.run(_rendered(plan, project.project, lasts, ready))
    known = forecast(plan.steps, ROOMS, lambda step: lasts[step.job.key])
    return Result(took, bound(plan.steps, lasts), known)


async def _rendered(
    plan: Plan, project: Project, lasts: Mapping[JobKey, float], ready: Path
) -> float:
    by_prompt = {step.job.request.prompt: lasts[step.job.key] for step in plan.steps}
    desks = {
        name: Desk(
            Timed(by_prompt, ready, room, project.scratch(name)), room, POLL, GIVE_UP, local=False
        )
        for name, room in ROOMS.items()
    }
    with project.running() as name, Journal(project.journal, name) as journal:
        report = await Run(plan, project, journal, desks).go()
    assert len(report.made) == SHOTS, f"{len(report.made)} of {SHOTS} made"
    return report.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    seeds = range(1, parser.parse_args().seeds + 1)
    with tempfile.TemporaryDirectory(prefix="vidgen-bench-") as name:
        ready = clip(Path(name) / "clip.mp4")
        for told, words in ((True, "usual times"), (False, "no times")):
            print(f"{words:14}{'run':>8}{'bound':>9}{'ratio':>8}{'all known':>12}")
            ratios = []
            for seed in seeds:
                found = measure(seed, Path(name) / words / str(seed), ready, told=told)
                ratios.append(found.took / found.bound)
                print(
                    f"  seed {seed:<7}{found.took:7.0f}s{found.bound:8.0f}s{ratios[-1]:8.3f}"
                    f"{found.known / found.bound:12.3f}",
                    flush=True,
                )
            mean = statistics.mean(ratios)
            aim = " (aim: at most 1.05)" if told else " (no aim: chance has most of it)"
            print(f"  mean {mean:.3f}, worst {max(ratios):.3f}{aim}\n")


if __name__ == "__main__":
    main()
