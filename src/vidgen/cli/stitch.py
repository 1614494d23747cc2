"""`vidgen stitch`: trim, conform and join the chosen takes into every deliverable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, console, talk, write_json
from vidgen.errors import UnknownName
from vidgen.storyboard import Deliverable

if TYPE_CHECKING:
    from vidgen.cut import Cut, Music
    from vidgen.job import Take, Tier
    from vidgen.stitch import Made

Preset = Annotated[
    str | None,
    typer.Option("--preset", help="One delivery preset, instead of what `deliver:` lists."),
]
Watchable = Annotated[
    bool,
    typer.Option("--watchable", help="Where a take is missing, use a draft or the animatic's."),
]


@command("stitch")
def stitch(
    storyboard: StoryboardPath = Path(),
    draft: desk.Draft = False,
    animatic: desk.Animatic = False,
    watchable: Watchable = False,
    preset: Preset = None,
    as_json: AsJson = False,
) -> None:
    """Make the film from the takes there are; only what changed is encoded again."""
    project = desk.open_project(storyboard)
    tier = desk.tier_of(draft=draft, animatic=animatic)
    join(project, tier, watchable=watchable, preset=preset, as_json=as_json)


def join(
    project: desk.Desk, tier: Tier, *, watchable: bool, preset: str | None, as_json: bool
) -> None:
    """Stitch every deliverable of a project and say where each one is."""
    with project.project.locked():
        cut = cut_of(project, tier, watchable=watchable)
        made = [_deliver(project, cut, wanted, as_json) for wanted in wanted_of(project, preset)]
    if as_json:
        write_json({"schema": "vidgen.stitch/1", "deliverables": [_as_json(item) for item in made]})
        return
    for item in made:
        _tell(item)


def wanted_of(project: desk.Desk, preset: str | None) -> tuple[Deliverable, ...]:
    """The deliverables asked for: one preset, else what the storyboard lists, else the film's shape."""
    from vidgen.stitch import PRESETS, preset_for

    board = project.source.board
    name = project.source.root.name
    if preset is not None:
        wanted: tuple[Deliverable, ...] = (Deliverable(name=f"{name}-{preset}", preset=preset),)
    else:
        fallback = Deliverable(name=name, preset=preset_for(board.format.aspect))
        wanted = board.deliver or (fallback,)
    for deliverable in wanted:
        if deliverable.preset not in PRESETS:
            known = ", ".join(PRESETS)
            raise UnknownName(f"no preset is called `{deliverable.preset}`", hint=f"there are: {known}")
    return wanted


def cut_of(project: desk.Desk, tier: Tier, *, watchable: bool) -> Cut:
    """The cut of a project at one tier."""
    from vidgen.cut import assemble

    board = project.source.board
    chosen = chosen_takes(project, tier, watchable=watchable)
    return assemble(board, chosen, project.source.root, _music(project))


def chosen_takes(project: desk.Desk, tier: Tier, *, watchable: bool) -> dict[str, Take]:
    """The take of each shot that goes into the cut: the one selected, else the newest."""
    history = project.project.history()
    tiers: tuple[Tier, ...] = (tier,)
    if watchable:
        tiers = tuple(dict.fromkeys((tier, "draft", "animatic")))
    chosen = {}
    for shot in project.source.board.shots:
        for level in tiers:
            takes = history.of(shot.id, level)
            if takes:
                selected = history.selects.get(shot.id)
                picked = [take for take in takes if take.number == selected]
                chosen[shot.id] = picked[0] if picked else takes[-1]
                break
    return chosen


def _music(project: desk.Desk) -> Music | None:
    from vidgen.cut import Music

    bed = project.source.board.sound.music
    if bed is None:
        return None
    file = project.source.inputs[bed.file]
    path = project.source.root / file.path
    return Music(path, file.digest, bed.gain, bed.fade_in, bed.fade_out)


def _deliver(project: desk.Desk, cut: Cut, wanted: Deliverable, as_json: bool) -> Made:
    import asyncio

    from vidgen.cli.render import find_ffmpeg
    from vidgen.stitch import PRESETS, stitch

    work = stitch(
        cut,
        PRESETS[wanted.preset],
        fit=wanted.fit,
        ffmpeg=find_ffmpeg(),
        cache=project.project.cache / "stitch",
        out=project.project.deliverable(wanted.name),
        workers=os.cpu_count() or 2,
    )
    screen = console(stderr=True)
    if as_json or not screen.is_terminal:
        return asyncio.run(work)
    with screen.status(f"stitching {wanted.name}"):
        return asyncio.run(work)
