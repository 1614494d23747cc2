"""What a run costs this machine while 1,000 jobs are in flight at once: memory and processor.

    python benchmarks/in_flight.py           # about three minutes; needs /proc, so Linux

The providers are played by `vidgen.rehearsal` in a process of its own, at the world's speed: jobs
take 63 to 126 seconds, so that for a good half minute all of them are under way together. Another
process is `vidgen render --rehearse`, and it alone is measured: its greatest memory, and the
seconds of processor for each second of the clock, over the whole run (plan, submits, looks,
downloads, inspection, ledger) and while all jobs are in flight. Beside it stands what anybody would
write: a loop for each job that asks httpx for its state every five seconds, and does nothing else;
as many at once as we let out, since httpx alone with a thousand waiting takes six times as long.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import av
import httpx

from vidgen.cli.desk import open_project
from vidgen.cli.desks import REHEARSAL_KEY
from vidgen.cli.rehearsal import works_of
from vidgen.journal import rows
from vidgen.plan import Options
from vidgen.providers.wire import CALLS, REHEARSED_HOST
from vidgen.rehearsal.clips import Wanted
from vidgen.rehearsal.exchange import Answer, Ask
from vidgen.rehearsal.server import Server

USUAL = 90
POLL = 5
MOST_MEMORY, MOST_CORES = 300.0, 0.5
TICKS = os.sysconf("SC_CLK_TCK")

ROWS = """models:
  - id: tiny-1
    name: Tiny 1
    developer: nobody
    kind: video
    durations: [1]
    resolutions: [480p]
    aspects: ["9:16"]
    audio: never
    capabilities: [text]
    good_for: [benchmarks]
providers:
  - provider: farm
    name: Farm
    base_url: https://farm.invalid
    in_flight: {jobs}
    poll_seconds: {poll}
    as_of: 2026-01-01
    source: this benchmark
    offers:
      - model: tiny-1
        name: tiny-1
        modes: {{text: farm/tiny}}
        typical: {{seconds: {usual}, as_of: 2026-01-01, source: this benchmark}}
        prices: [{{per: clip, usd: 0.01}}]
"""
HEAD = """vidgen: 1
title: In flight
format: {aspect: "9:16", resolution: 480p, fps: 24}
defaults: {model: tiny-1, duration: 1s}
shots:
"""


def project(folder: Path, jobs: int) -> None:
    """Write a film of so many shots, a second each, and the one provider that makes them."""
    shots = "".join(f"  - {{id: s{n:04}, prompt: A cup on table {n:04}}}\n" for n in range(jobs))
    own = ROWS.format(jobs=jobs, poll=POLL, usual=USUAL)
    (folder / "prices.yaml").write_text(own, encoding="utf-8")
    (folder / "storyboard.yaml").write_text(HEAD + shots, encoding="utf-8")


# -- the providers' side ----------------------------------------------------------------------


class Ready:
    """Every clip is the same one, made beforehand."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with av.open(str(path), "w") as out:
            stream = out.add_stream("libx264", rate=24)
            stream.width, stream.height, stream.pix_fmt = 144, 256, "yuv420p"
            for number in range(24):
                frame = av.VideoFrame(144, 256, "yuv420p")
                for plane, level in zip(frame.planes, (number * 10, 128, 128), strict=True):
                    plane.update(bytes([level]) * plane.buffer_size)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))

    async def make(self, wanted: Wanted) -> Path:
        """It is there."""
        return self._path


def serve(folder: Path) -> None:
    """Play the provider until killed; tell the address, then twice a second how it goes."""
    found = open_project(folder)
    works = works_of(found, found.plan(Options()))
    scratch = folder / "played"
    scratch.mkdir()

    async def live() -> None:
        server = Server(works, folder=scratch, clips=Ready(scratch / "clip.mp4"))
        asked, answer = 0, server.play.answer

        async def counted(ask: Ask) -> Answer:
            nonlocal asked
            asked += 1
            return await answer(ask)

        server.play.answer = counted  # type: ignore[method-assign]
        async with server:
            print(server.url, flush=True)
            while True:
                await asyncio.sleep(0.5)
                going = sum(not order.over for order in server.books.orders())
                print(json.dumps([going, asked]), flush=True)

    asyncio.run(live())


# -- the run's side ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment: seconds by the clock and of the client's processor, jobs going, calls so far."""

    at: float
    cpu: float
    going: int
    calls: int


@dataclass(slots=True)
class Watched:
    """What the simulator told last."""

    going: int = 0
    calls: int = 0
    url: str = ""
    there: threading.Event = field(default_factory=threading.Event)


@contextmanager
def simulator(folder: Path) -> Iterator[Watched]:
    """The providers in a process of their own."""
    command = [sys.executable, __file__, "--serve", str(folder)]
    told = Watched()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:

        def read() -> None:
            assert process.stdout is not None
            told.url = process.stdout.readline().strip()
            told.there.set()
            for line in process.stdout:
                told.going, told.calls = json.loads(line)

        threading.Thread(target=read, daemon=True).start()
        try:
            told.there.wait(60)
            assert told.url, "the simulator did not start"
            yield told
        finally:
            process.kill()


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run cost: seconds by the clock and of processor, megabytes, and how it went."""

    wall: float
    cpu: float
    memory: float
    marks: tuple[Mark, ...]


def render(folder: Path, told: Watched) -> Cost:
    """Render the film, and watch the one process that does it."""
    command = [str(Path(sys.executable).with_name("vidgen")), "render", str(folder)]
    env = os.environ | {"VIDGEN_SIMULATOR": told.url}
    began, marks = time.perf_counter(), []
    with (folder / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            [*command, "--rehearse", "--speed", "1"], env=env, stdout=said, stderr=said
        )
        while True:
            with contextlib.suppress(OSError, IndexError):
                marks.append(Mark(time.perf_counter(), _spent(process.pid), told.going, told.calls))
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            time.sleep(0.5)
    wall = time.perf_counter() - began
    if status != 0:
        raise SystemExit((folder / "said.txt").read_text()[-2000:])
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, tuple(marks))


def _spent(process: int) -> float:
    """Seconds of processor that a process has had."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


# -- what anybody would write -----------------------------------------------------------------


def raw(url: str, host: str, paths: list[str], seconds: float) -> None:
    """Ask for the state of each job every five seconds; print processor seconds and calls."""
    calls, room = 0, asyncio.Semaphore(CALLS)

    async def look(client: httpx.AsyncClient, path: str, wait: float) -> None:
        nonlocal calls
        await asyncio.sleep(wait)
        headers = {REHEARSED_HOST: host, "authorization": f"Key {REHEARSAL_KEY}"}
        while True:
            async with room:
                answer = await client.get(f"{url}{path}", headers=headers)
            answer.raise_for_status()
            answer.json()
            calls += 1
            await asyncio.sleep(POLL)

    async def go() -> None:
        async with httpx.AsyncClient(timeout=60, verify=False) as client:
            share = POLL / len(paths)
            tasks = [
                asyncio.create_task(look(client, path, n * share)) for n, path in enumerate(paths)
            ]
            await asyncio.sleep(POLL)  # the connections are there
            began, before, spent = time.perf_counter(), calls, _own()
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            found = [_own() - spent, calls - before, time.perf_counter() - began]
            print(json.dumps([*found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            if wrong := [end for end in ends if isinstance(end, Exception)]:
                raise wrong[0]

    asyncio.run(go())


def _own() -> float:
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


def beside(folder: Path, url: str, seconds: float) -> tuple[float, float, float, float]:
    """Processor seconds, calls, seconds and megabytes of the loop that anybody would write."""
    found = open_project(folder, rehearsal=True)
    tickets = [row.ticket for row in rows(found.project.journal)]
    links = [httpx.URL(ticket["status_url"]) for ticket in tickets if ticket]
    given = json.dumps([url, links[0].host, [link.path for link in links], seconds])
    command = [sys.executable, __file__, "--raw"]
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True)
    cpu, calls, wall, memory = json.loads(done.stdout)
    return cpu, calls, wall, memory


def main() -> None:
    options = _options()
    if options.serve:
        serve(Path(options.serve))
        return
    if options.raw:
        raw(*json.load(sys.stdin))
        return
    with tempfile.TemporaryDirectory(prefix="vidgen-bench-") as name:
        folder = Path(name)
        project(folder, options.jobs)
        with simulator(folder) as told:
            cost = render(folder, told)
            _tell(options.jobs, cost)
            raw_cpu, raw_calls, raw_wall, raw_memory = beside(folder, told.url, options.seconds)
        each = raw_cpu / raw_calls * 1000
        print(
            f"{'httpx alone':22}{raw_memory:7.0f} MB{raw_cpu / raw_wall:9.2f} cores"
            f"{raw_calls / raw_wall:9.0f} calls/s{each:8.2f} ms a call"
        )
        if ours := _each(options.jobs, cost):
            print(f"a call of ours / one of httpx alone {ours / each:29.2f}")


def _in_full(jobs: int, cost: Cost) -> tuple[Mark, Mark] | None:
    """The first and the last moment at which all jobs were in flight."""
    full = [mark for mark in cost.marks if mark.going == jobs]
    return (full[0], full[-1]) if len(full) > 1 else None


def _each(jobs: int, cost: Cost) -> float | None:
    found = _in_full(jobs, cost)
    if found is None or found[1].calls == found[0].calls:
        return None
    return (found[1].cpu - found[0].cpu) / (found[1].calls - found[0].calls) * 1000


def _tell(jobs: int, cost: Cost) -> None:
    most = max(mark.going for mark in cost.marks)
    calls = cost.marks[-1].calls
    print(f"{jobs} jobs, {most} in flight at most, {cost.wall:.0f} s, {calls} calls")
    print(
        f"{'vidgen, whole run':22}{cost.memory:7.0f} MB{cost.cpu / cost.wall:9.2f} cores"
        f"{calls / cost.wall:9.0f} calls/s{cost.cpu / calls * 1000:8.2f} ms a call"
        f"   (aims: under {MOST_MEMORY:.0f} MB, under {MOST_CORES} cores)"
    )
    found = _in_full(jobs, cost)
    if found is None:
        print("never were all of them in flight together")
        return
    first, last = found
    seconds, calls = last.at - first.at, last.calls - first.calls
    print(
        f"{f'  all in flight, {seconds:.0f} s':22}{'':10}"
        f"{(last.cpu - first.cpu) / seconds:9.2f} cores"
        f"{calls / seconds:9.0f} calls/s{_each(jobs, cost) or 0:8.2f} ms a call"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument(
        "--seconds", type=float, default=30.0, help="how long httpx alone is watched"
    )
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--raw", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
