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
    found = [take for take in history.takes if not shot or take.shot in shot]
    chosen = _chosen(found, history.selects)
    if as_json:
        records = [{**plain(take), "selected": take in chosen} for take in found]
        write_json({"schema": "vidgen.takes/1", "takes": records})
    elif found:
        console().print(_table(found, chosen))
    else:
        talk("no takes yet; `vidgen render --animatic` makes some free")


def _chosen(found: list[Take], selects: dict[str, int]) -> list[Take]:
    newest = {(take.shot, take.tier): take for take in found}
    return [
        take
        for take in found
        if take.number == selects.get(take.shot)
        or (take.shot not in selects and newest[take.shot, take.tier] is take)
    ]


def _table(found: list[Take], chosen: list[Take]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for name in ("", "shot", "take", "tier", "model", "frames", "file"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for take in found:
        mark = "*" if take in chosen else ""
        table.add_row(
            mark, take.shot, take.name, take.tier, take.model, str(take.frames), take.path
        )
    return table
