"""`vidgen render`: carry the plan out, shot by shot; run it again and it goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, talk
from vidgen.cli.progress import clock, shown, watch, write_line
from vidgen.errors import Exit, OverBudget, ToolMissing

if TYPE_CHECKING:
    from vidgen.media.binary import Ffmpeg
    from vidgen.plan import Options, Plan
    from vidgen.render import Desk, Outcome, Report


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


def carry_out(
    project: desk.Desk,
    options: Options,
    *,
    as_json: bool,
    show: Callable[[Plan], None] | None = None,
) -> Report:
    """Plan under the run lock, show the plan, and render.

    Refuses what the ceiling or this version does not allow.
    """
    from vidgen.cli.waiting import wait_for
    from vidgen.journal import Journal
    from vidgen.render import Run

    with project.project.locked():
        plan = project.plan(options)
        if show is not None and not as_json:
            show(plan)
        allow(plan)
        needed = {step.job.request.provider for step in plan.steps if step.works}
        desks = open_desks(project, needed)
        with (
            Journal(project.project.journal) as journal,
            watch(plan, as_json=as_json) as listen,
        ):
            return wait_for(Run(plan, project.project, journal, desks, listen).go())


def allow(plan: Plan) -> None:
    """Raise OverBudget unless the plan's verdict lets work start."""
    from vidgen import present

    if plan.affordable:
        return
    ways = "; ".join(way.what for way in plan.ways_out[:2])
    raise OverBudget(present.verdict_text(plan).plain, where=plan.title, hint=ways)


def open_desks(project: desk.Desk, needed: set[str]) -> dict[str, Desk]:
    """Every provider the plan needs, ready to work; ToolMissing names those this version lacks."""
    from vidgen.cli.waiting import processors
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
            project=project.source.root.absolute(),
            scratch=project.project.scratch(name).absolute(),
            ffmpeg=ffmpeg.path,
            base_url=page.base_url,
        )
        desks[name] = Desk(
            provider=PROVIDERS[name](session),
            in_flight=processors() if page.local else page.in_flight,
            poll_seconds=float(page.poll_seconds),
            give_up_seconds=float(page.give_up_seconds),
            local=page.local,
            resend=page.resend,
        )
    return desks


def find_ffmpeg() -> Ffmpeg:
    """The ffmpeg of this machine, as `VIDGEN_FFMPEG` or the installed wheel has it."""
    from vidgen.cli.app import environment
    from vidgen.media import binary

    return binary.find(environment("VIDGEN_FFMPEG"))


REPORT_SCHEMA = "vidgen.report/1"


def finish(report: Report, *, as_json: bool) -> None:
    """Say what was done, and leave with the exit code that fits."""
    tell(report, as_json=as_json)
    leave(report)


def tell(report: Report, *, as_json: bool) -> None:
    """Say what was done, and name what is missing."""
    if as_json:
        write_line(report_json(report))
    counts = (
        (len(report.made), "made"),
        (len(report.reused), "kept"),
        (len(report.failed), "failed"),
        (len(report.held), "held"),
    )
    words = ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing to do"
    talk(f"{words}, in {clock(report.seconds)}" if report.made else words)
    for outcome in report.missing:
        talk(f"  {shown(outcome.step.job.name)}: {outcome.failure}")
    if report.missing:
        talk("run the same command again to go on from here")


def leave(report: Report) -> None:
    """Leave with 8 when a person must look, 6 when a part is missing, 1 when nothing is there."""
    if any(outcome.ambiguous for outcome in report.outcomes):
        raise typer.Exit(int(Exit.AMBIGUOUS))
    if report.missing:
        there = report.made or report.reused
        raise typer.Exit(int(Exit.PARTIAL if there else Exit.FAILED))


def report_json(report: Report) -> dict[str, object]:
    """What a run did, as the last line of its NDJSON."""
    from vidgen.job import plain

    return {
        "schema": REPORT_SCHEMA,
        "made": [plain(outcome.take) for outcome in report.made],
        "kept": [outcome.take.path for outcome in report.reused if outcome.take],
        "failed": _missing(report.failed),
        "held": _missing(report.held),
        "cost_usd": str(report.cost_usd),
        "seconds": round(report.seconds, 3),
    }


def _missing(outcomes: tuple[Outcome, ...]) -> list[dict[str, str]]:
    return [
        {"job": outcome.step.job.name, "shot": outcome.step.job.shot, "reason": outcome.failure}
        for outcome in outcomes
    ]
