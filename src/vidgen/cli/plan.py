"""`vidgen plan`: what would be done, for how much; writes nothing and calls nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vidgen.cli import desk, keys
from vidgen.cli.app import AsJson, StoryboardPath, command, console, talk, write_json
from vidgen.errors import Exit


@command("plan")
def plan(
    storyboard: StoryboardPath = Path(),
    draft: desk.Draft = False,
    animatic: desk.Animatic = False,
    shot: desk.Shots = None,
    takes: desk.Takes = None,
    rerun: desk.Rerun = None,
    max_credits: desk.MaxCredits = None,
    allow_unpriced: desk.AllowUnpriced = False,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Only routes whose key is at hand.")
    ] = False,
    prompts: Annotated[
        bool, typer.Option("--prompts", help="Show word for word what would be sent.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Cost the whole storyboard against its budget. Exit code 4 when it is over."""
    from vidgen import present
    from vidgen.cut import film_frames, rate_of

    project = desk.open_project(storyboard)
    options = desk.options_of(
        tier=desk.tier_of(draft=draft, animatic=animatic),
        shots=shot,
        takes=takes,
        rerun=rerun,
        max_credits=max_credits,
        allow_unpriced=allow_unpriced,
        keys=keys.at_hand(project.catalogue) if with_keys else None,
    )
    found = project.plan(options)
    frames = None if shot else film_frames(project.source.board)
    if as_json:
        write_json(present.plan_json(found, frames))
    elif prompts:
        typer.echo(present.prompts_text(found.steps))
    else:
        screen = console()
        screen.print(present.plan_view(found, screen.width, frames, rate_of(project.source.board)))
    if not found.affordable:
        if as_json or prompts:
            talk(present.verdict_text(found).plain)
        raise typer.Exit(int(Exit.OVER_BUDGET))
