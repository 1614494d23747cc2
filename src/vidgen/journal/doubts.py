"""What in the journal needs a person: doubtful work, unknown costs, what was left open. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vidgen.journal.values import Entry, Row
from vidgen.money import Usd

Question = Literal["exists", "cost", "none"]
"""`exists`: it may have been taken, and only a look at the provider tells. `cost`: it is over, and
nobody says what it cost. `none`: nothing to answer; the next run goes on with it."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One attempt of a job that a person should know of.

    `sent` is when its intent was written, in UTC; `reserved` is what it may cost at most, in US
    dollars, 0 where no price was known.
    """

    row: Row
    attempt: int
    question: Question
    sent: str
    reserved: Usd


def doubts(rows: Iterable[Row], entries: Iterable[Entry]) -> tuple[Doubt, ...]:
    """Every attempt that needs a person or was left with a note: those with a question first."""
    lines: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        lines.setdefault((entry.key, entry.attempt), []).append(entry)
    found: list[Doubt] = []
    for row in rows:
        if row.state == "unknown":
            found.append(_doubt(row, row.attempt, "exists", lines))
        elif row.open and row.error:
            found.append(_doubt(row, row.attempt, "none", lines))
        for attempt in range(1, row.attempt + 1):
            if _unpaid(lines.get((row.key, attempt), [])):
                found.append(_doubt(row, attempt, "cost", lines))
    return tuple(sorted(found, key=lambda doubt: ("exists", "cost", "none").index(doubt.question)))


def _unpaid(lines: list[Entry]) -> bool:
    """Whether an attempt is over at a cost that nobody told, and no person has told since."""
    kinds = {line.kind for line in lines}
    return "unknown" in kinds and not kinds & {"charge", "refund"}


def _doubt(
    row: Row, attempt: int, question: Question, lines: dict[tuple[str, int], list[Entry]]
) -> Doubt:
    reserve = next(line for line in lines[row.key, attempt] if line.kind == "reserve")
    return Doubt(row, attempt, question, reserve.at, reserve.usd)
