"""`vidgen make`: plan, render and stitch in one go."""

from __future__ import annotations

from pathlib import Path

from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, console, talk
from vidgen.cli.render import carry_out, finish
from vidgen.cli.stitch import Preset, Watchable, join


@command("make")
def make(
    storyboard: StoryboardPath = Path(),
    draft: desk.Draft = False,
    animatic: desk.Animatic = False,
    takes: desk.Takes = None,
    rerun: desk.Rerun = None,
    max_credits: desk.MaxCredits = None,
    allow_unpriced: desk.AllowUnpriced = False,
    watchable: Watchable = False,
    preset: Preset = None,
    as_json: AsJson = False,
) -> None:
    """Plan, render and stitch. With --animatic it is free: no key, no GPU, no network."""
    project = desk.open_project(storyboard)
    tier = desk.tier_of(draft=draft, animatic=animatic)
    options = desk.options_of(
        tier=tier, takes=takes, rerun=rerun, max_credits=max_credits, allow_unpriced=allow_unpriced
    )
    if not as_json:
        _show_plan(project, options)
    finish(carry_out(project, options, as_json=as_json), as_json=as_json)
    join(project, tier, watchable=watchable, preset=preset, as_json=as_json)


def _show_plan(project: desk.Desk, options: desk.Options) -> None:
    from vidgen import present
    from vidgen.cut import film_frames

    screen = console(stderr=True)
    frames = film_frames(project.source.board)
    screen.print(present.plan_view(project.plan(options), screen.width, frames))
    talk("")
