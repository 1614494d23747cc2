"""A film that goes every way there is, a simulator in this process, and the real command beside it.

The simulator's books are the truth that the project's ledger and takes are held against. Clips are
tiny and made beforehand, and no two works bring the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import av
from PIL import Image, PngImagePlugin

from tests.sweep.nursery import Nursery
from vidgen.cli.desk import open_project
from vidgen.cli.rehearsal import works_of
from vidgen.plan import Options, Plan
from vidgen.project import Project
from vidgen.rehearsal.clips import Wanted
from vidgen.rehearsal.exchange import Answer, Ask
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.server import Server, start_thread
from vidgen.rehearsal.works import Work

SPEED = 3000
"""So fast that a job of ninety seconds takes thirty milliseconds."""

LONGEST_RUN = 240
"""Seconds until a run is taken for one that hangs, on a machine that does other things too."""

FRAMES = 6

BOARD = """\
vidgen: 1
title: Sweep
format: {{aspect: "9:16", resolution: 720p, fps: 24}}
budget: {{usd: {budget}}}
defaults: {{duration: 5s, audio: false, trim: {{head: 0s, tail: 0s}}}}
shots:
"""

EVERY_WAY = """\
  - id: cup
    model: kling-3.0
    provider: kling
    still: {prompt: A cup on a table, model: flux-2}
    prompt: Steam rises from a cup
  - {id: pour, chain: cup, model: seedance-1.0-pro-fast, provider: fal, prompt: Coffee pours}
  - id: sip
    takes: 2
    model: seedance-1.0-pro-fast
    provider: fal
    prompt: A man sips
    alternate: [A man drinks]
  - id: town
    takes: 2
    model: kling-3.0
    provider: kling
    prompt: A town at dawn
    alternate: [A village at dawn]
  - {id: logo, model: kling-2.1-master, provider: kling, prompt: A logo of gold}
"""
"""A generated still, a chain over two providers, several takes, other prompts, both of Kling's
APIs: eight jobs, and up to four more where moderation refuses."""

ALL_AROUND = """\
  - id: dawn
    still: {prompt: A harbour at dawn, model: flux-2, provider: fal}
    model: seedance-1.0-pro-fast
    provider: byteplus
    prompt: Mist over water
  - {id: pier, chain: dawn, model: kling-3.0, provider: kling, prompt: Along a pier}
  - {id: gull, model: seedance-1.0-pro-fast, provider: fal, prompt: A gull crosses}
  - {id: oven, model: kling-3.0, provider: replicate, prompt: Bread in an oven}
  - {id: lane, model: gen-4.5, provider: runway, prompt: A lane of doors, alternate: [A lane]}
  - {id: rain, model: wan-2.5, provider: dashscope, prompt: Rain on slate}
  - {id: lamp, model: hailuo-h3, provider: minimax, prompt: A lamp is lit}
  - {id: bow, model: gemini-omni-1.1-flash, provider: google, prompt: A bow on strings}
  - {id: moon, model: veo-3.1-lite, provider: vertex, prompt: The moon on water}
  - {id: boat, model: gemini-omni-1.2-flash, provider: openai-compatible, prompt: A boat}
  - {id: star, model: wan-2.2, provider: sglang, duration: 3s, prompt: A star falls}
  - {id: tide, model: wan-2.2, provider: vllm-omni, duration: 3s, prompt: The tide}
"""
"""Every wire shape there is, a still, and a chain over two providers: thirteen jobs, and one more
where moderation refuses.
"""

AROUND = tuple(re.findall(r"provider: ([a-z-]+)", ALL_AROUND))
"""The providers of that film, the still's first."""

PRICES = """\
prices:
  - {model: kling-2.1-master, provider: kling, per: clip, usd: 0.21}
  - {model: gemini-omni-1.2-flash, provider: openai-compatible, per: clip, usd: 0.33}
  - {model: wan-2.2, provider: sglang, per: clip, usd: 0.05}
  - {model: wan-2.2, provider: vllm-omni, per: clip, usd: 0.07}
"""

EVERYTHING = Options(alternate=True)


def many(shots: int, *, all_around: bool = False) -> str:
    """So many shots of one take, at two providers in turn, or at every one there is."""
    ways = ["seedance-1.0-pro-fast, provider: fal", "kling-3.0, provider: kling"]
    if all_around:
        found = re.findall(
            r"model: ([a-z0-9.-]+)[,\n] *provider: ([a-z-]+)(, duration: .s)?[,\n]", ALL_AROUND
        )
        ways = [f"{model}, provider: {provider}{more}" for model, provider, more in found]
    lines = (
        f"  - {{id: s{n:03}, model: {ways[n % len(ways)]}, prompt: A cup on table {n:03}}}\n"
        for n in range(shots)
    )
    return "".join(lines)


# -- clips -------------------------------------------------------------------------------------


class Marked:
    """Brings a small clip or still for everything, with the name of its work in its bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "marked"
        self._folder.mkdir(parents=True)
        self._clip = _clip(self._folder / "clip.mp4")

    async def make(self, wanted: Wanted) -> Path:
        """The result of a work."""
        return self.file(wanted.work, wanted.variant)

    def file(self, work: Work, variant: str) -> Path:
        """The result of a work, in the variant that an order of it brings."""
        path = self._folder / f"{work.name}-{variant}{'.png' if work.still else '.mp4'}"
        if not path.exists():
            part = path.with_suffix(".part")
            if work.still:
                _still(part, path.stem)
            else:
                part.write_bytes(self._clip + _skipped(path.stem))
            part.replace(path)
        return path

    def digest(self, work: Work, variant: str) -> str:
        """The sha256 of what is served."""
        return hashlib.sha256(self.file(work, variant).read_bytes()).hexdigest()


def _clip(path: Path) -> bytes:
    """A quarter of a second in which something moves."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 72, 128, "yuv420p"
        for number in range(FRAMES):
            frame = av.VideoFrame(72, 128, "yuv420p")
            for plane, level in zip(frame.planes, (40 + number * 30, 128, 128), strict=True):
                plane.update(bytes([level]) * plane.buffer_size)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path.read_bytes()


def _skipped(text: str) -> bytes:
    """A box of an MP4 file that players skip."""
    return (8 + len(text)).to_bytes(4, "big") + b"free" + text.encode()


def _still(path: Path, text: str) -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("work", text)
    picture = Image.new("RGB", (72, 128), (180, 120, 60))
    picture.paste((240, 230, 200), (20, 40, 50, 90))
    picture.save(path, format="PNG", pnginfo=told)


# -- the stage ---------------------------------------------------------------------------------


@dataclass
class Stage:
    """One project, whose runs are real processes, and the simulator that plays its providers."""

    folder: Path
    plan: Plan
    server: Server
    clips: Marked
    nursery: Nursery
    works: Mapping[str, Work]
    """Each job's work, by the job's key."""
    looked: set[str] = field(default_factory=set)
    """Orders that some run has asked for by their own id, and so had the ticket of."""
    said: list[str] = field(default_factory=list)
    """All that runs and commands have printed."""
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """The rehearsal's takes and ledger."""
        return Project(self.folder, rehearsal=True)

    def words(self, *more: str) -> list[str]:
        """`vidgen render` of this project, as it is typed."""
        fast = ("--rehearse", "--speed", str(SPEED), "--json")
        return ["render", str(self.folder), *fast, *(more or ("--alternate",))]

    def environment(self, failpoint: str | None = None) -> dict[str, str]:
        """What a run is given: no key of whoever runs this, and no settings of theirs."""
        ours = ("VIDGEN_", "COVERAGE_")
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(ours) and not name.endswith(("_KEY", "_TOKEN", "_SECRET"))
        }
        told = {
            "VIDGEN_SIMULATOR": self.server.url,
            "VIDGEN_CONFIG": str(self.folder / "none.yaml"),
            **self.keys,
        }
        return kept | told | ({"VIDGEN_FAILPOINT": failpoint} if failpoint else {})

    def render(
        self, failpoint: str | None = None, *, told_to_end: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """One run, to its end or to its death; SIGTERM comes after `told_to_end` seconds."""
        return self._run(self.words(), failpoint, told_to_end)

    def vidgen(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Any other command on this project's rehearsal."""
        return self._run([*words, "--rehearsal"])

    def _run(
        self, words: list[str], failpoint: str | None = None, told_to_end: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        env = self.environment(failpoint)
        done = self.nursery.run(words, env, self.folder, LONGEST_RUN, told_to_end)
        self.said += [done.stdout, done.stderr]
        return done

    async def watched(self, ask: Ask) -> Answer:
        """Answer a call, and remember whose job it asked for."""
        told = f"{ask.path} {' '.join(ask.query.values())} {ask.body[:2000]!r}"
        self.looked.update(re.findall(r"[0-9a-zA-Z_-]{16,}", told))
        return await type(self.server.play).answer(self.server.play, ask)


@contextmanager
def stage(
    folder: Path,
    nursery: Nursery,
    faults: Faults | None = None,
    *,
    shots: str = EVERY_WAY,
    budget: str = "40",
    keys: Mapping[str, str] | None = None,
) -> Iterator[Stage]:
    """A project in a folder of its own, and a simulator for as long as this lasts."""
    project, played = folder / "film", folder / "played"
    for path in (project, played):
        path.mkdir(parents=True)
    (project / "storyboard.yaml").write_text(BOARD.format(budget=budget) + shots, encoding="utf-8")
    (project / "prices.yaml").write_text(PRICES, encoding="utf-8")
    found = open_project(project)
    plan = found.plan(EVERYTHING)
    works = works_of(found, plan)
    clips = Marked(played)

    def make() -> Server:
        server = Server(works, folder=played, clips=clips, faults=faults or Faults(), speed=SPEED)
        server.play.answer = lambda ask: ready.watched(ask)  # type: ignore[method-assign]
        return server

    with start_thread(make) as server:
        ready = Stage(project, plan, server, clips, nursery, _works(plan), keys=keys or {})
        yield ready


def _works(plan: Plan) -> dict[str, Work]:
    return {
        job.key: Work(job.request, step.quote.usd, 0.0, job.request.kind == "image")
        for step in plan.steps
        for job in (step.job, *step.alternates)
    }
