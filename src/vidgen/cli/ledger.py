"""`vidgen ledger`: what was spent, reserved, refunded, and of what nobody knows what it cost."""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from vidgen.chosen import shown
from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, console, talk, write_json
from vidgen.cli.choice import CUT_TIERS
from vidgen.places import shot_of

if TYPE_CHECKING:
    from vidgen.journal.report import By, Shown


@command("ledger")
def ledger(
    storyboard: StoryboardPath = Path(),
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="WHAT",
            help="Only by day, provider, model or shot, and in full.",
            show_default=False,
        ),
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Every line of the ledger as CSV on stdout.")
    ] = False,
    rehearsal: desk.Rehearsal = False,
    as_json: AsJson = False,
) -> None:
    """Show what was spent. By day, provider, model and shot, and for each second in the cut."""
    from vidgen.journal import entries
    from vidgen.journal.report import report
    from vidgen.plan.totals import budget_of
    from vidgen.present import ledger as present

    wanted = _by(by)
    if as_csv and (as_json or wanted):
        raise typer.BadParameter("--csv has every line; it goes with neither --json nor --by")
    project = desk.open_project(storyboard, rehearsal=rehearsal)
    board = project.source.board
    lines = entries(project.project.journal)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(present.CSV_COLUMNS)
        writer.writerows(present.ledger_rows(lines, board.credits.per_usd))
        return
    found = report(lines, _shown(project))
    purse = present.Purse(board.title, budget_of(board), board.credits.per_usd, rehearsal)
    if as_json:
        write_json(present.ledger_json(found, purse, wanted))
    elif lines:
        screen = console()
        screen.print(present.ledger_view(found, purse, screen.width, wanted))
    else:
        talk(_nothing(project))


def _by(word: str | None) -> By | None:
    from vidgen.journal.report import By

    known: tuple[By, ...] = get_args(By)
    found = next((name for name in known if name == word), None)
    if word is not None and found is None:
        raise typer.BadParameter(f"--by knows {', '.join(known)}; not {word}")
    return found


def _nothing(project: desk.Desk) -> str:
    """Why there is no line to show."""
    from vidgen.journal import snapshot

    if snapshot(project.project.journal).money.held:
        return "this ledger is of an older vidgen; the next `vidgen render` brings it up to date"
    return "the ledger is empty: nothing was sent, and nothing was paid"


def _shown(project: desk.Desk) -> list[Shown]:
    """The seconds that each shot gives to the film, of the best tier that it has a take of.

    The shots of a group are one call, and one charge: they count together, as the first of them.
    """
    from vidgen.cut import rate_of, slots
    from vidgen.journal.report import Shown

    board, history = project.source.board, project.project.history()
    found: dict[str, Shown] = {}
    for slot in slots(board):
        takes = (shown(board, history, board.shot(slot.shot), tier) for tier in CUT_TIERS)
        take = next((take for take in takes if take is not None), None)
        if take is not None:
            overlap = slot.transition.frames if slot.transition else 0
            seconds = (slot.frames - overlap) / rate_of(board)
            first = shot_of(take.shot)
            known = found.get(first, Shown(first, take.name, take.tier, Fraction(0)))
            found[first] = replace(known, seconds=known.seconds + seconds)
    return list(found.values())
