"""Tables that keep what matters at any width: every column as wide as it needs, some give way.

Draws nothing itself; gives rich a table whose widths are already settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and how narrow it may become when space is short (None: never)."""

    heading: str
    least: int | None = None
    right: bool = False


def grid(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | Text]],
    width: int,
    styles: Sequence[str] = (),
    gap: int = 2,
) -> Table:
    """A table of `rows` within `width` cells; the columns that may give way end in `…`."""
    widths = settle(columns, rows, width, gap)
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False, padding=(0, gap, 0, 0))
    for column, size in zip(columns, widths, strict=True):
        table.add_column(
            column.heading,
            width=size,
            no_wrap=True,
            overflow="ellipsis",
            justify="right" if column.right else "left",
        )
    for place, row in enumerate(rows):
        table.add_row(*row, style=styles[place] if styles else "")
    return table


def settle(
    columns: Sequence[Column], rows: Sequence[Sequence[str | Text]], width: int, gap: int
) -> list[int]:
    """The width of each column in cells: what its content needs, less what the last ones give up."""
    wanted = [
        max(cell_len(column.heading), *(cell_len(str(row[place])) for row in rows), 1)
        if rows
        else cell_len(column.heading)
        for place, column in enumerate(columns)
    ]
    over = sum(wanted) + (gap + 1) * (len(columns) - 1) - width
    for place in reversed(range(len(columns))):
        least = columns[place].least
        if over > 0 and least is not None:
            given = min(over, max(wanted[place] - least, 0))
            wanted[place] -= given
            over -= given
    return wanted
