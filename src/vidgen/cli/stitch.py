"""`vidgen stitch`: trim, conform and join the chosen takes into every deliverable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, talk, write_json
from vidgen.cli.progress import clock, showing
from vidgen.errors import MediaError, NothingToStitch

if TYPE_CHECKING:
    from vidgen.chosen import Chosen
    from vidgen.cut import Cut, Music
    from vidgen.job import Tier
    from vidgen.stitch import Deliverable as Made
    from vidgen.storyboard import Deliverable

Preset = Annotated[
    str | None,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="One delivery preset, instead of what `deliver:` lists.",
    ),
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
    rehearsal: desk.Rehearsal = False,
    as_json: AsJson = False,
) -> None:
    """Make the film from the takes there are. Only what changed is encoded again."""
    project = desk.open_project(storyboard, rehearsal=rehearsal)
    tier = desk.tier_of(draft=draft, animatic=animatic)
    made = join(project, tier, watchable=watchable, preset=preset, as_json=as_json)
    if as_json:
        write_json(report_json(made))


def join(
    project: desk.Desk, tier: Tier, *, watchable: bool, preset: str | None, as_json: bool
) -> list[Made]:
    """Stitch every deliverable of a project; unless it is for scripts, say where each one is."""
    wanted = wanted_of(project, preset)
    with project.project.locked("stitch"):
        cut = cut_of(project, tier, watchable=watchable)
        made = [_deliver(project, cut, deliverable, as_json) for deliverable in wanted]
    for item in made if not as_json else ():
        _tell(project, item)
    return made


def report_json(made: list[Made]) -> dict[str, object]:
    """The deliverables as one documented shape."""
    return {"schema": "vidgen.stitch/1", "deliverables": [_as_json(item) for item in made]}


def wanted_of(project: desk.Desk, preset: str | None) -> tuple[Deliverable, ...]:
    """The deliverables asked for: one preset, else those listed, else the film's own shape."""
    from vidgen.stitch import preset as known_preset
    from vidgen.storyboard import Deliverable

    board = project.source.board
    name = file_name(project.source.root.resolve().name)
    if preset is not None:
        known_preset(preset, width=0, height=0)
        return (Deliverable(name=f"{name[:40]}-{preset}", preset=preset),)
    return board.deliver or (
        Deliverable(name=name, preset=SHAPES.get(board.format.aspect, "master")),
    )


def file_name(text: str) -> str:
    """A folder's name as a file may be called anywhere: letters, digits, `.`, `_` and `-`."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")
    return plain[:60] or "film"


SHAPES = {"9:16": "social-vertical", "16:9": "youtube", "1:1": "feed-square"}


def cut_of(project: desk.Desk, tier: Tier, *, watchable: bool) -> Cut:
    """The cut of a project at one tier."""
    from vidgen.cut import assemble

    board = project.source.board
    found = chosen_takes(project, tier, watchable=watchable)
    _tell_unfinished(found)
    takes = {shot: one.take for shot, one in found.items()}
    try:
        return assemble(board, takes, project.source.root, _music(project))
    except NothingToStitch as error:
        lower = chosen_takes(project, "animatic", watchable=False)
        if tier == "animatic" or watchable or len(lower) < len(board.shots):
            raise
        hint = "--animatic stitches the animatic's takes, --watchable only where one is missing"
        raise NothingToStitch(error.message, where=error.where, hint=hint) from error


def chosen_takes(project: desk.Desk, tier: Tier, *, watchable: bool) -> dict[str, Chosen]:
    """The take of each shot that goes into the cut, finished as far as it is."""
    from vidgen.chosen import chosen

    tiers: tuple[Tier, ...] = (tier,)
    if watchable:
        tiers = tuple(dict.fromkeys((tier, "draft", "animatic")))
    return chosen(project.source.board, project.project.history(), tiers)


def _tell_unfinished(found: dict[str, Chosen]) -> None:
    """Say which takes go into the film without what their shots ask to be done to them."""
    for shot, one in found.items():
        if one.unfinished:
            left = ", ".join(one.unfinished)
            talk(f"note: shot `{shot}` is used as {one.take.name} is: {left} not done yet")


def _music(project: desk.Desk) -> Music | None:
    from vidgen.cut import Music

    bed = project.source.board.sound.music
    if bed is None:
        return None
    file = project.source.inputs[bed.file]
    path = project.source.root / file.path
    return Music(path, file.digest, bed.gain, bed.fade_in, bed.fade_out)


def _deliver(project: desk.Desk, cut: Cut, wanted: Deliverable, as_json: bool) -> Made:
    from dataclasses import replace

    from vidgen import stitch as room
    from vidgen.catalogue import pixels
    from vidgen.cli.desks import find_ffmpeg
    from vidgen.cli.waiting import processors, wait_for

    shape = project.source.board.format
    width, height = pixels(shape.resolution, shape.aspect)
    chosen = room.preset(wanted.preset, width=width, height=height)
    with showing(cut, wanted.name, as_json=as_json) as report:
        work = room.stitch(
            cut,
            replace(chosen, fit=wanted.fit),
            ffmpeg=find_ffmpeg(),
            cache=project.project.cache / "stitch",
            out=project.project.deliverable(wanted.name),
            workers=processors(),
            on_progress=report,
        )
        try:
            return wait_for(work)
        except MediaError as error:
            raise _with_a_way_out(error, cut, project) from error


def _with_a_way_out(error: MediaError, cut: Cut, project: desk.Desk) -> MediaError:
    """What to do about a take that cannot be read; other trouble stays as it is."""
    damaged = next((clip for clip in cut.clips if error.where == clip.path.as_posix()), None)
    if damaged is None or error.hint:
        return error
    sidecar = damaged.path.with_suffix(".json").relative_to(project.source.root).as_posix()
    hint = f"restore the file; or delete it and {sidecar}, and the take is made again"
    return MediaError(error.message, where=error.where, hint=hint)


def _tell(project: desk.Desk, made: Made) -> None:
    typer.echo(made.path.as_posix())
    shape = f"{made.preset.width}x{made.preset.height}"
    rate = f"{float(made.rate):.5g} fps"
    length = f"{float(made.seconds):.2f}s ({made.frames:,} frames at {rate})"
    size = f"{made.path.stat().st_size / 1_000_000:.1f} MB"
    words = f"{made.path.stem}: {shape}, {length}, {size}"
    if made.unchanged:
        talk(f"{words}; unchanged")
    else:
        work = f"{_count(made.encoded, 'segment')} encoded, {made.reused} kept"
        talk(f"{words}; {work}, in {clock(made.took)}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _as_json(made: Made) -> dict[str, object]:
    return {
        "path": made.path.as_posix(),
        "preset": made.preset.name,
        "width": made.preset.width,
        "height": made.preset.height,
        "frames": made.frames,
        "rate": str(made.rate),
        "segments_encoded": made.encoded,
        "segments_kept": made.reused,
        "unchanged": made.unchanged,
    }
