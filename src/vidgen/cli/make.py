"""`vidgen make`: plan, render and stitch in one go."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, console, talk
from vidgen.cli.progress import write_line
from vidgen.cli.render import Yes, carry_out, finish, leave, tell
from vidgen.cli.stitch import Preset, Watchable, join, report_json, wanted_of

if TYPE_CHECKING:
    from vidgen.plan import Plan


@command("make")
def make(
    storyboard: StoryboardPath = Path(),
    draft: desk.Draft = False,
    animatic: desk.Animatic = False,
    takes: desk.Takes = None,
    rerun: desk.Rerun = None,
    max_credits: desk.MaxCredits = None,
    allow_unpriced: desk.AllowUnpriced = False,
    yes: Yes = False,
    watchable: Watchable = False,
    preset: Preset = None,
    as_json: AsJson = False,
) -> None:
    """Plan, render and stitch. With --animatic it is free: no key, no GPU, no network."""
    project = desk.open_project(storyboard)
    wanted_of(project, preset)  # a preset that is none is told now, not after an hour
    tier = desk.tier_of(draft=draft, animatic=animatic)
    options = desk.options_of(
        tier=tier, takes=takes, rerun=rerun, max_credits=max_credits, allow_unpriced=allow_unpriced
    )
    report = carry_out(project, options, as_json=as_json, yes=yes, show=partial(_show, project))
    if watchable or not report.missing:
        tell(report, as_json=as_json)
        made = join(project, tier, watchable=watchable, preset=preset, as_json=as_json)
        if as_json:
            write_line(report_json(made))
        leave(report)
    else:
        finish(report, as_json=as_json)


def _show(project: desk.Desk, plan: Plan) -> None:
    from vidgen import present
    from vidgen.cut import film_frames, rate_of

    screen = console(stderr=True)
    board = project.source.board
    screen.print(present.plan_view(plan, screen.width, film_frames(board), rate_of(board)))
    talk("")
