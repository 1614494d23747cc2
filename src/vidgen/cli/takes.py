"""`vidgen takes`: every take there is, what made it, and which goes into the cut."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, console, talk, write_json

if TYPE_CHECKING:
    from rich.table import Table

    from vidgen.job import Take


@command("takes")
def takes(
    storyboard: StoryboardPath = Path(), shot: desk.Shots = None, as_json: AsJson = False
) -> None:
    """List the takes of a project."""
    from vidgen.job import plain

    project = desk.open_project(storyboard)
    history = project.project.history()
    _known(project, shot or [], history.takes)
    found = [take for take in history.takes if not shot or take.shot in shot]
    chosen = _chosen(found, history.selects)
    if as_json:
        records = [{**plain(take), "selected": take in chosen} for take in found]
        write_json({"schema": "vidgen.takes/1", "takes": records})
    elif found:
        screen = console()
        screen.print(_table(found, chosen, screen.width))
    else:
        talk("no takes yet; `vidgen render --animatic` makes some free")


def _known(project: desk.Desk, shots: list[str], takes: tuple[Take, ...]) -> None:
    """Raise UnknownName for a shot that is neither in the storyboard nor among the takes."""
    from vidgen.errors import UnknownName

    names = [shot.id for shot in project.source.board.shots]
    for name in shots:
        if name not in names and not any(take.shot == name for take in takes):
            raise UnknownName(f"no shot is called `{name}`", hint=f"there are: {', '.join(names)}")


def _chosen(found: list[Take], selects: dict[str, int]) -> list[Take]:
    """The take of each shot and tier that a cut would use: the one selected, else the newest."""
    best: dict[tuple[str, str], Take] = {}
    for take in found:
        before = best.get((take.shot, take.tier))
        if before is None or before.number != selects.get(take.shot):
            best[take.shot, take.tier] = take
    return list(best.values())


def _table(found: list[Take], chosen: list[Take], width: int) -> Table:
    from vidgen.grid import Column, grid

    columns = [
        Column(""),
        Column("shot", least=6),
        Column("take"),
        Column("tier"),
        Column("model", least=6),
        Column("frames", right=True),
        Column("file", least=8),
    ]
    rows = [
        [
            "*" if take in chosen else "",
            take.shot,
            take.name,
            take.tier,
            take.model,
            f"{take.frames:,}",
            take.path,
        ]
        for take in found
    ]
    return grid(columns, rows, width, ["" if take in chosen else "dim" for take in found])
