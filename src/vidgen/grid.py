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

ROOMY = 100
"""From this width on columns stand further apart."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and how narrow it may become when space is short (None: never).

    One that may `wrap` goes on in further lines instead of ending in `…`.
    """

    heading: str
    least: int | None = None
    right: bool = False
    wrap: bool = False


def grid(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | Text]],
    width: int,
    styles: Sequence[str] = (),
) -> Table:
    """A table of `rows` within `width` cells; the columns that may give way end in `…`."""
    gap = 2 if width >= ROOMY else 1
    widths = settle(columns, rows, width, gap)
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False, padding=(0, gap, 0, 0))
    for column, size in zip(columns, widths, strict=True):
        table.add_column(
            column.heading,
            width=size,
            no_wrap=not column.wrap,
            overflow="fold" if column.wrap else "ellipsis",
            justify="right" if column.right else "left",
        )
    for place, row in enumerate(rows):
        table.add_row(*row, style=styles[place] if styles else "")
    return table


def settle(
    columns: Sequence[Column], rows: Sequence[Sequence[str | Text]], width: int, gap: int
) -> list[int]:
    """The width of each column in cells: what its content needs, less what the last give up."""
    wanted = [
        max([cell_len(column.heading), 1, *(_cells(row[place]) for row in rows)])
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


def _cells(value: str | Text) -> int:
    return max(cell_len(line) for line in str(value).split("\n"))


def pairs(rows: Sequence[tuple[str, str | Text]], width: int, *, most: int = 26) -> Table:
    """What is said, and before it of whom: two columns, the second in as many lines as it needs."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(width=0)
    table.add_column(style="cyan", max_width=min(most, max(width // 3, 8)), overflow="fold")
    table.add_column(overflow="fold")
    for name, words in rows:
        table.add_row("", Text(name), words if isinstance(words, Text) else Text(words))
    return table
