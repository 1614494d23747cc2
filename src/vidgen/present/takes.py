"""Takes as people and scripts read them: which are in the cut, what they cost, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.table import Table

from vidgen.grid import Column, grid
from vidgen.job import Take, plain
from vidgen.money import credits_of
from vidgen.places import is_still
from vidgen.present.amounts import credits_text
from vidgen.present.ledger import plain_amount

TAKES_SCHEMA = "vidgen.takes/1"
NARROW, WITH_SEEDS, WITH_FILES = 60, 90, 120
"""Columns of a terminal from which models and costs, seeds, and files have room."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A take; whether its tier's cut uses it, a person chose it, and it is stale (None: untold).

    `holds` are the shots in a group's take, and from which second to which.
    """

    take: Take
    used: bool
    by_hand: bool
    stale: bool | None
    holds: tuple[tuple[str, Decimal, Decimal], ...] = ()


def takes_view(listed: Sequence[Listed], per_usd: Decimal, width: int) -> Table:
    """A line for each take; those that no cut uses are dimmed."""
    seeds = width >= WITH_SEEDS and any(item.take.seed is not None for item in listed)
    columns = [
        Column(""),
        Column("shot", least=8),
        Column("take"),
        Column("tier"),
        *([Column("model", least=6)] if width >= NARROW else []),
        *([Column("length", right=True)] if width >= NARROW else []),
        *([Column("credits", right=True)] if width >= NARROW else []),
        *([Column("seed", right=True)] if seeds else []),
        Column("notes", least=6, wrap=True),
        *([Column("file", least=8)] if width >= WITH_FILES else []),
    ]
    rows = [
        [
            "*" if item.used else "",
            item.take.shot,
            item.take.name,
            item.take.tier,
            *([item.take.model] if width >= NARROW else []),
            *([_length(item.take)] if width >= NARROW else []),
            *([credits_text(item.take.cost_usd, per_usd)] if width >= NARROW else []),
            *([_seed(item.take)] if seeds else []),
            ", ".join(_notes(item)),
            *([item.take.path] if width >= WITH_FILES else []),
        ]
        for item in listed
    ]
    return grid(columns, rows, width, ["" if item.used else "dim" for item in listed])


def _length(take: Take) -> str:
    return "still" if is_still(take.shot) else f"{float(take.frames / take.rate):.2f}s"


def _seed(take: Take) -> str:
    return "" if take.seed is None else str(take.seed)


def _notes(item: Listed) -> list[str]:
    """What a person should know of a take, in words and codes."""
    words = ["selected"] if item.by_hand else []
    words += ["stale"] if item.stale else []
    brought = item.take.provider == "own"  # which its model says already
    words += ["accepted"] if item.take.accepted and not item.stale and not brought else []
    held = [f"{shot} {plain_amount(start)}-{plain_amount(end)}s" for shot, start, end in item.holds]
    return [*held, *words, *item.take.flags]


def takes_json(listed: Sequence[Listed], per_usd: Decimal) -> dict[str, Any]:
    """Every take as its sidecar has it, with how it stands, as one versioned shape."""
    return {"schema": TAKES_SCHEMA, "takes": [_record(item, per_usd) for item in listed]}


def _record(item: Listed, per_usd: Decimal) -> dict[str, Any]:
    usd = item.take.cost_usd
    cost = None
    if usd is not None:
        cost = {"usd": plain_amount(usd), "credits": plain_amount(credits_of(usd, per_usd))}
    return {
        **plain(item.take),
        "name": item.take.name,
        "cost_usd": None if usd is None else str(usd),
        "cost": cost,
        "flags": list(item.take.flags),
        "accepted": plain(item.take.accepted),
        "seed": item.take.seed,
        "selected": item.used,
        "by_hand": item.by_hand,
        "stale": item.stale,
        "holds": [
            {"shot": shot, "from": plain_amount(start), "to": plain_amount(end)}
            for shot, start, end in item.holds
        ],
    }
