"""`vidgen render`: carry the plan out, shot by shot; run it again and it goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, talk
from vidgen.cli.progress import watch
from vidgen.errors import Exit, OverBudget, ToolMissing

if TYPE_CHECKING:
    from vidgen.media.binary import Ffmpeg
    from vidgen.plan import Plan
    from vidgen.render import Desk, Report


@command("render")
def render(
    storyboard: StoryboardPath = Path(),
    draft: desk.Draft = False,
    animatic: desk.Animatic = False,
    shot: desk.Shots = None,
    takes: desk.Takes = None,
    rerun: desk.Rerun = None,
    max_credits: desk.MaxCredits = None,
    allow_unpriced: desk.AllowUnpriced = False,
    as_json: AsJson = False,
) -> None:
    """Make the takes that are missing. What is there is kept; what was begun is collected."""
    project = desk.open_project(storyboard)
    options = desk.options_of(
        tier=desk.tier_of(draft=draft, animatic=animatic),
        shots=shot,
        takes=takes,
        rerun=rerun,
        max_credits=max_credits,
        allow_unpriced=allow_unpriced,
    )
    report = carry_out(project, options, as_json=as_json)
    finish(report, as_json=as_json)


def carry_out(project: desk.Desk, options: desk.Options, *, as_json: bool) -> Report:
    """Plan under the run lock and render; refuses what the ceiling or this version does not allow."""
    import asyncio

    from vidgen.journal import Journal
    from vidgen.render import Run

    with project.project.locked():
        plan = project.plan(options)
        allow(plan)
        needed = {step.job.request.provider for step in plan.steps if step.works}
        desks = open_desks(project, needed)
        with (
            Journal(project.project.journal) as journal,
            watch(plan, as_json=as_json) as listen,
        ):
            run = Run(plan, project.project, journal, desks, listen)
            return asyncio.run(run.go())


def allow(plan: Plan) -> None:
    """Raise OverBudget unless the plan's verdict lets work start."""
    from vidgen import present

    if plan.affordable:
        return
    ways = "; ".join(way.what for way in plan.ways_out[:2])
    raise OverBudget(present.verdict_text(plan).plain, where=plan.title, hint=ways)


def open_desks(project: desk.Desk, needed: set[str]) -> dict[str, Desk]:
    """Every provider the plan needs, ready to work; ToolMissing names those this version lacks."""
    from vidgen.providers import PROVIDERS, Session
    from vidgen.render import Desk

    lacking = sorted(needed - set(PROVIDERS))
    if lacking:
        raise ToolMissing(
            f"this version plans and prices {', '.join(lacking)}, but cannot render there yet",
            hint="`--animatic` makes the whole film free, from your stills",
        )
    ffmpeg = find_ffmpeg()
    desks = {}
    for name in sorted(needed):
        page = project.catalogue.providers[name]
        session = Session(
            project=project.source.root,
            scratch=project.project.scratch(name),
            ffmpeg=ffmpeg.path,
            base_url=page.base_url,
        )
        desks[name] = Desk(
            provider=PROVIDERS[name](session),
            in_flight=(os.cpu_count() or 2) if page.local else page.in_flight,
            poll_seconds=float(page.poll_seconds),
            give_up_seconds=float(page.give_up_seconds),
            local=page.local,
        )
    return desks


def find_ffmpeg() -> Ffmpeg:
    """The ffmpeg of this machine, as `VIDGEN_FFMPEG` or the installed wheel has it."""
    from vidgen.cli.app import environment
    from vidgen.media import binary

    return binary.find(environment("VIDGEN_FFMPEG"))


def finish(report: Report, *, as_json: bool) -> None:
    """Say what was done and leave with 6 when something is still missing."""
    made, reused, missing = len(report.made), len(report.reused), report.missing
    if not as_json:
        words = f"{made} made, {reused} kept" + (f", {len(missing)} missing" if missing else "")
        talk(f"{words} in {report.seconds:.1f}s")
        for outcome in missing:
            talk(f"  {outcome.step.job.name}: {outcome.failure}")
    if missing:
        raise typer.Exit(int(Exit.PARTIAL))
