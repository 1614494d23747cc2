"""`vidgen render`: carry the plan out, shot by shot; run it again and it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, talk
from vidgen.cli.consent import agree, limits_of, within
from vidgen.cli.desks import at_work, check, needed_by
from vidgen.cli.progress import clock, shown, watch, write_line
from vidgen.cli.rehearsal import Faults, Rehearse, SeedOf, Speed, Terms, lesson, played, terms_of
from vidgen.errors import Exit

if TYPE_CHECKING:
    from vidgen.journal import Journal
    from vidgen.plan import Options, Plan
    from vidgen.render.values import Desk, Listener, Outcome, Report

Stills = Annotated[
    bool, typer.Option("--stills", help="Make the generated stills, and stop there.")
]
Alternate = Annotated[
    bool,
    typer.Option("--alternate", help="Where moderation refuses, try the shot's other prompts."),
]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Do not ask before money is spent. Lifts no ceiling.")
]


@command("render")
def render(
    storyboard: StoryboardPath = Path(),
    draft: desk.Draft = False,
    animatic: desk.Animatic = False,
    stills: Stills = False,
    shot: desk.Shots = None,
    takes: desk.Takes = None,
    rerun: desk.Rerun = None,
    alternate: Alternate = False,
    max_credits: desk.MaxCredits = None,
    allow_unpriced: desk.AllowUnpriced = False,
    yes: Yes = False,
    rehearse: Rehearse = False,
    speed: Speed = None,
    faults: Faults = None,
    seed: SeedOf = None,
    as_json: AsJson = False,
) -> None:
    """Make the takes that are missing. What is there is kept; what was begun is collected."""
    terms = terms_of(rehearse=rehearse, speed=speed, faults=faults, seed=seed)
    project = desk.open_project(storyboard, rehearsal=rehearse)
    options = desk.options_of(
        tier=desk.tier_of(draft=draft, animatic=animatic),
        shots=shot,
        takes=takes,
        rerun=rerun,
        max_credits=max_credits,
        allow_unpriced=allow_unpriced,
        stills=stills,
        alternate=alternate,
    )
    report = carry_out(project, options, as_json=as_json, yes=yes, terms=terms)
    finish(report, as_json=as_json)


def carry_out(
    project: desk.Desk,
    options: Options,
    *,
    as_json: bool,
    yes: bool = False,
    terms: Terms | None = None,
    show: Callable[[Plan], None] | None = None,
) -> Report:
    """Plan, show the plan, ask where money is at stake, and render; with `terms`, rehearse.

    Refuses what a ceiling or this version does not allow; what was sent before is collected.
    """
    plan = project.plan(options)
    if show is not None and not as_json:
        show(plan)
    plan = within(plan)
    if terms is None:
        check(project, needed_by(plan))
        agree(plan, yes=yes)
    with watch(plan, as_json=as_json) as listen:
        if not any(step.works for step in plan.steps):
            from vidgen.render.values import settled

            return settled(plan, listen)  # no run is begun, and nothing of one is loaded
        if terms is None:
            return _run(project, plan, at_work(project, needed_by(plan)), listen)
        with played(project, plan, terms) as stage:
            report = _run(project, plan, stage.desks, listen)
            return replace(report, lesson=lesson(project, plan, stage))


def _run(project: desk.Desk, plan: Plan, desks: dict[str, Desk], listen: Listener) -> Report:
    from vidgen.cli.waiting import wait_for
    from vidgen.journal import Journal
    from vidgen.render.run import Run

    async def go() -> Report:
        try:
            return await Run(plan, project.project, journal, desks, listen, limits_of(plan)).go()
        finally:
            for http in {id(desk.http): desk.http for desk in desks.values()}.values():
                if http is not None:
                    await http.aclose()

    with project.project.running() as name, Journal(project.project.journal, name) as journal:
        try:
            return wait_for(go())
        except KeyboardInterrupt:
            _tell_what_goes_on(journal, desks)
            raise


def _tell_what_goes_on(journal: Journal, desks: dict[str, Desk]) -> None:
    """Of a run that is called off: paid work cannot be, and is not lost either."""
    hosted = {name for name, desk in desks.items() if not desk.local}
    going = [row for row in journal.open_rows() if row.provider in hosted]
    if going:
        jobs = "1 job goes" if len(going) == 1 else f"{len(going)} jobs go"
        where = ", ".join(sorted({row.provider for row in going}))
        talk(f"{jobs} on at {where}; the next run collects what was sent")


REPORT_SCHEMA = "vidgen.report/2"


def finish(report: Report, *, as_json: bool) -> None:
    """Say what was done, and leave with the exit code that fits."""
    tell(report, as_json=as_json)
    leave(report)


def tell(report: Report, *, as_json: bool) -> None:
    """Say what was done, and name what is missing and what can be done about it."""
    if as_json:
        write_line(report_json(report))
    counts = (
        (len(report.made), "made"),
        (len(report.reused), "kept"),
        (len(report.left), "left to be collected"),
        (len(report.in_doubt), "in doubt"),
        (len(report.failed), "failed"),
        (len(report.held), "held"),
    )
    words = ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing to do"
    talk(f"{words}, in {clock(report.seconds)}" if report.made else words)
    for outcome in report.missing:
        talk(f"  {shown(outcome.step.job.name)}: {outcome.failure}")
        if outcome.next:
            talk(f"    {outcome.next}")
    if any(not outcome.next for outcome in report.missing):
        talk("run the same command again to go on from here")
    if report.lesson:
        talk(report.lesson)


def leave(report: Report) -> None:
    """Leave with 8 when a person must look, 4 when only ceilings are in the way, 6 when a part is
    missing, 1 when nothing is there.
    """
    if report.in_doubt:
        raise typer.Exit(int(Exit.AMBIGUOUS))
    if not report.missing:
        return
    there = report.made or report.reused
    if not there and any(outcome.ending == "budget" for outcome in report.missing):
        raise typer.Exit(int(Exit.OVER_BUDGET))
    raise typer.Exit(int(Exit.PARTIAL if there or report.left else Exit.FAILED))


def report_json(report: Report) -> dict[str, object]:
    """What a run did, as the last line of its NDJSON."""
    from vidgen.job import plain

    return {
        "schema": REPORT_SCHEMA,
        "made": [plain(outcome.take) for outcome in report.made],
        "kept": [outcome.take.path for outcome in report.reused if outcome.take],
        "left": _missing(report.left),
        "in_doubt": _missing(report.in_doubt),
        "failed": _missing(report.failed),
        "held": _missing(report.held),
        "cost_usd": str(report.cost_usd),
        "seconds": round(report.seconds, 3),
    }


def _missing(outcomes: tuple[Outcome, ...]) -> list[dict[str, str]]:
    return [
        {
            "job": outcome.step.job.name,
            "shot": outcome.step.job.shot,
            "ending": outcome.ending or "",
            "reason": outcome.failure,
            "next": outcome.next,
        }
        for outcome in outcomes
    ]
