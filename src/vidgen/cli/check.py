"""`vidgen check`: every fault and every known mistake of the craft, before anything is spent."""

from __future__ import annotations

from pathlib import Path

import typer

from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, talk, write_json


@command("check")
def check(storyboard: StoryboardPath = Path(), as_json: AsJson = False) -> None:
    """Find faults, and warn of the craft's known mistakes. Exit code 3 when there are faults."""
    from vidgen.check import no_effect, warnings
    from vidgen.errors import StoryboardInvalid
    from vidgen.fault_text import render_faults
    from vidgen.job import History, plain
    from vidgen.named import model_faults
    from vidgen.plan import Options, plan

    project = desk.open_project(storyboard)
    faults = model_faults(project.source, project.catalogue)
    if faults:
        raise StoryboardInvalid(faults)
    for tier in ("animatic", "final"):
        plan(project.source, project.catalogue, History(), Options(tier=tier, allow_unpriced=True))
    board = project.source.board
    told = warnings(project.source, project.catalogue)
    silent = no_effect(project.source)
    if as_json:
        write_json(
            {
                "schema": "vidgen.check/1",
                "file": project.source.file.name,
                "shots": len(board.shots),
                "warnings": [plain(fault) for fault in told],
                "notes": [plain(fault) for fault in silent],
            }
        )
        return
    for found, word in ((told, "warning"), (silent, "note")):
        if found:
            typer.echo(render_faults(found, word=word) + "\n")
    counts = [_count(len(board.shots), "shot"), "no faults"]
    counts += [_count(len(told), "warning"), _count(len(silent), "note")]
    talk(", ".join(counts))


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}" + ("" if number == 1 else "s")
