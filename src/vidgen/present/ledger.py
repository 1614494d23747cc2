"""The ledger as people and scripts read it: tables, JSON, a line of CSV for each entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from vidgen.grid import Column, grid
from vidgen.money import Usd, credits_of, round_up
from vidgen.present.amounts import credits_words, usd_text

if TYPE_CHECKING:
    from vidgen.journal.report import By, Money, Report, ShotCost
    from vidgen.journal.report import Group as Sum
    from vidgen.journal.values import Entry

LEDGER_SCHEMA = "vidgen.ledger/1"
NARROW = 60
MOST = 6
"""Rows of each group in the summary; `--by` shows them all."""


@dataclass(frozen=True, slots=True)
class Purse:
    """Whose money it is: the film's title, its budget in US dollars, and credits for a dollar."""

    title: str
    budget: Usd | None
    per_usd: Decimal
    rehearsal: bool = False


def ledger_view(report: Report, purse: Purse, width: int, by: By | None = None) -> RenderableType:
    """The totals, then what each day, provider, model and shot came to, or one of these in full."""
    kind = "ledger of the rehearsal: nothing was paid" if purse.rehearsal else "ledger"
    parts: list[RenderableType] = [
        Text.assemble((purse.title, "bold"), f" · {kind}"),
        Text(),
        _totals(report.total, purse),
        Text(),
        *(Text(line) for line in _sentences(report, purse.per_usd)),
        Text(),
        _groups(report, purse.per_usd, width, by),
    ]
    if by == "shot" and report.cut:
        parts += [Text(), _cut(report, purse.per_usd, width)]
    return Group(*parts)


def _totals(total: Money, purse: Purse) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True, style="dim")
    rows = [("spent", total.charged)]
    rows += [("reserved, under way", total.reserved)] if total.reserved else []
    rows += [("possibly spent", total.unknown)] if total.unknown else []
    rows += [("refunded", total.refunded)] if total.refunded else []
    if purse.budget is not None:
        rows += [("budget", purse.budget), ("left", purse.budget - total.held)]
    for name, usd in rows:
        table.add_row(name, credits_words(usd, purse.per_usd), usd_text(usd))
    return table


def _sentences(report: Report, per_usd: Decimal) -> Iterator[str]:
    """What the numbers mean, as far as there is something to say."""
    total = report.total
    if total.doubts:
        noun = "attempt" if total.doubts == 1 else "attempts"
        yield f"{total.doubts} {noun} of unknown cost: see `vidgen recover`"
    if total.estimated:
        words = f"estimated {credits_words(total.estimated, per_usd)} for what was charged: "
        yield words + _against(total.estimated, total.charged)
    each = report.cut_per_second
    if each:
        seconds = f"{float(report.cut_seconds):.2f}s"
        yield f"{credits_words(each, per_usd)} for each second in the cut ({seconds} of film)"


def _against(estimated: Usd, charged: Usd) -> str:
    """How the actual cost compares: `2.4 % more was paid`."""
    if estimated == charged:
        return "exactly that was paid"
    share = round_up(abs(charged - estimated) * 100 / estimated, 1)
    return f"{share} % {'more' if charged > estimated else 'less'} was paid"


Sums = Literal["estimated", "charged", "reserved", "unknown", "refunded"]
HEADINGS: dict[Sums, str] = {
    "estimated": "estimated",
    "charged": "spent",
    "reserved": "reserved",
    "unknown": "possibly",
    "refunded": "refunded",
}


def _groups(report: Report, per_usd: Decimal, width: int, by: By | None) -> Table:
    """One table for all groups, so that their columns stand under each other."""
    narrow = width < NARROW
    sums = [name for name in HEADINGS if name == "charged" or getattr(report.total, name)]
    sums = [name for name in sums if not (narrow and name in ("estimated", "refunded"))]
    columns = [
        Column("credits", least=10),
        *([] if narrow else [Column("attempts", right=True)]),
        *(Column(HEADINGS[name], right=True) for name in sums),
    ]
    rows: list[list[str | Text]] = []
    for name, groups in report.by.items():
        if by in (None, name):
            rows += [[""] * len(columns)] if rows else []
            rows.append([Text(f"by {name}", "bold cyan"), *[""] * (len(columns) - 1)])
            rows += [_cells(group, sums, per_usd, narrow) for group in _first(groups, name, by)]
            hidden = len(groups) - MOST
            if by is None and hidden > 0:
                more = Text(f"{hidden} more: --by {name}", "dim")
                rows.append([more, *[""] * (len(columns) - 1)])
    return grid(columns, rows, width)


def _first(groups: tuple[Sum, ...], name: By, by: By | None) -> tuple[Sum, ...]:
    """The rows that are shown: all where they were asked for, else the dearest, or latest days."""
    if by is not None:
        return groups
    return groups[-MOST:] if name == "day" else groups[:MOST]


def _cells(group: Sum, sums: list[Sums], per_usd: Decimal, narrow: bool) -> list[str | Text]:
    amounts = [_amount(getattr(group.money, name), per_usd) for name in sums]
    attempts = [] if narrow else [str(group.money.attempts)]
    return [group.name, *attempts, *amounts]


def _amount(usd: Usd, per_usd: Decimal) -> str:
    return f"{round_up(credits_of(usd, per_usd)):,}" if usd else "—"


def _cut(report: Report, per_usd: Decimal, width: int) -> Table:
    """What the seconds of each shot cost: stills, tries that were thrown away and trims counted."""
    columns = [
        Column("in the cut", least=12),
        Column("take"),
        Column("tier"),
        Column("seconds", right=True),
        Column("spent", right=True),
        Column("a second", right=True),
    ]
    rows: list[list[str | Text]] = [
        [
            cost.shown.shot,
            cost.shown.take,
            cost.shown.tier,
            f"{float(cost.shown.seconds):.2f}",
            _amount(cost.charged, per_usd),
            _amount(cost.per_second or Decimal(0), per_usd),
        ]
        for cost in report.cut
    ]
    return grid(columns, rows, width)


def ledger_json(report: Report, purse: Purse, by: By | None = None) -> dict[str, Any]:
    """The ledger as one documented, versioned shape; `by` alone where one was asked for."""
    per_usd = purse.per_usd
    groups = {name: found for name, found in report.by.items() if by in (None, name)}
    return {
        "schema": LEDGER_SCHEMA,
        "title": purse.title,
        "rehearsal": purse.rehearsal,
        "credits_per_usd": str(per_usd),
        "budget": _money(purse.budget, per_usd),
        "left": _money(None if purse.budget is None else purse.budget - report.total.held, per_usd),
        "total": _sums(report.total, per_usd),
        "by": {
            name: [{"name": one.name, **_sums(one.money, per_usd)} for one in found]
            for name, found in groups.items()
        },
        "cut": {
            "seconds": _seconds(float(report.cut_seconds)),
            "per_second": _rounded(report.cut_per_second, per_usd),
            "shots": [_shot(cost, per_usd) for cost in report.cut],
        },
    }


def _sums(money: Money, per_usd: Decimal) -> dict[str, Any]:
    return {
        "attempts": money.attempts,
        "unknown_attempts": money.doubts,
        **{
            name: _money(getattr(money, name), per_usd)
            for name in ("charged", "reserved", "unknown", "refunded", "released", "estimated")
        },
    }


def _shot(cost: ShotCost, per_usd: Decimal) -> dict[str, Any]:
    return {
        "shot": cost.shown.shot,
        "take": cost.shown.take,
        "tier": cost.shown.tier,
        "seconds": _seconds(float(cost.shown.seconds)),
        "charged": _money(cost.charged, per_usd),
        "per_second": _rounded(cost.per_second, per_usd),
    }


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _money(usd: Usd | None, per_usd: Decimal) -> dict[str, str] | None:
    """An exact amount in both currencies."""
    if usd is None:
        return None
    return {"usd": plain_amount(usd), "credits": plain_amount(credits_of(usd, per_usd))}


def _rounded(usd: Usd | None, per_usd: Decimal) -> dict[str, str] | None:
    """A quotient in both currencies, rounded up at the sixth decimal."""
    if usd is None:
        return None
    return {
        "usd": plain_amount(round_up(usd, 6)),
        "credits": plain_amount(round_up(credits_of(usd, per_usd), 6)),
    }


def plain_amount(amount: Decimal) -> str:
    """An exact amount without an exponent or zeros at its end: `0.84`."""
    return f"{amount.normalize():f}" if amount else "0"


CSV_COLUMNS = (
    "at",
    "day",
    "run",
    "shot",
    "take",
    "tier",
    "provider",
    "model",
    "attempt",
    "kind",
    "usd",
    "credits",
)


def ledger_rows(entries: tuple[Entry, ...], per_usd: Decimal) -> Iterator[tuple[str, ...]]:
    """A row for each line of the ledger, in the order of `CSV_COLUMNS`; amounts are exact."""
    for line in entries:
        yield (
            line.at,
            line.day,
            line.run,
            line.shot,
            str(line.take),
            line.tier,
            line.provider,
            line.model,
            str(line.attempt),
            line.kind,
            plain_amount(line.usd),
            plain_amount(credits_of(line.usd, per_usd)),
        )
