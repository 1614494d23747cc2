"""A plan as a table and sentences, at any width of terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from vidgen.grid import Column, grid, pairs
from vidgen.money import Usd
from vidgen.plan.values import SIGNS, Plan, Step, Verdict
from vidgen.present.amounts import (
    credits_text,
    credits_words,
    seconds_text,
    unit_text,
    usd_text,
)

STYLES = {"+": "green", "~": "yellow", "=": "dim", "!": "bold red", ">": "cyan"}
NARROW, WIDE = 60, 80


def plan_view(
    plan: Plan, width: int, frames: int | None = None, rate: Fraction | None = None
) -> RenderableType:
    """The plan as a table that reads well from 80 columns up, with what it means underneath.

    `frames` at `rate` frames a second is the length of the film; None where only a part is planned.
    """
    parts: list[RenderableType] = [_headline(plan, frames, rate), Text()]
    parts += [_steps_table(plan, width)]
    for title, rows in (("why", _whys(plan)), ("notes", _notes(plan)), ("prices", _pedigree(plan))):
        if rows:
            parts += [Text(), Text(title, style="bold"), pairs(rows, width)]
    if plan.totals.sticker or plan.totals.spent or plan.totals.unpriced:
        parts += [Text(), _totals_table(plan, width)]
    parts += [Text(), verdict_text(plan)]
    if plan.ways_out:
        parts += [Text(), _ways_out_table(plan, width)]
    return Group(*parts)


def _headline(plan: Plan, frames: int | None, rate: Fraction | None) -> Text:
    made = {step.job.shot: step.covers for step in plan.steps if step.what == "shot"}
    shots = sum(len(covers) or 1 for covers in made.values())
    words = [plan.tier, _count(shots, "shot"), work_text(plan)]
    if frames is not None and rate is not None:
        words.append(f"a film of {float(frames / rate):.1f}s ({frames:,} frames)")
    return Text.assemble((plan.title, "bold"), " · ", " · ".join(words))


def work_text(plan: Plan) -> str:
    """`4 to make, 2 kept`, as far as there is any of each."""
    works = sum(step.works for step in plan.steps)
    kept = sum(step.action in ("reuse", "stale") for step in plan.steps)
    blocked = sum(step.action == "blocked" for step in plan.steps)
    counts = ((works, "to make"), (kept, "kept"), (blocked, "blocked"))
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing to do"


def _steps_table(plan: Plan, width: int) -> Table:
    columns = [Column(""), Column("shot", least=8), Column("model", least=8)]
    if width >= NARROW:
        columns += [Column("provider", least=8), Column("buys", least=12)]
    priced = width >= WIDE and any(step.quote.per != "free" for step in plan.steps)
    if priced:
        columns.append(Column("price", least=7))
    columns.append(Column("credits", right=True))
    rows = [_step_cells(step, plan.per_usd, width, priced) for step in plan.steps]
    return grid(columns, rows, width, [_row_style(step) for step in plan.steps])


def _row_style(step: Step) -> str:
    return "dim" if step.action in ("reuse", "stale") else ""


def _step_cells(step: Step, per_usd: Decimal, width: int, priced: bool) -> list[Text | str]:
    sign = SIGNS[step.action]
    request = step.job.request
    name = step.job.name if step.job.take > 1 else step.job.shot
    cost = credits_text(step.quote.usd, per_usd) if step.pays or step.action == "blocked" else "—"
    cells: list[Text | str] = [Text(sign, style=STYLES[sign]), name, request.model]
    if width >= NARROW:
        cells += [request.provider, buys_text(step)]
    if priced:
        cells.append(unit_text(step.quote))
    return [*cells, cost]


def buys_text(step: Step) -> str:
    """What one take buys: `6s 1080p +audio`."""
    request = step.job.request
    if request.kind == "image":
        return f"still {request.resolution}"
    length = seconds_text(request.duration) if request.duration is not None else "as given"
    sound = " +audio" if request.audio else ""
    return f"{length} {request.resolution}{sound}"


Pairs = list[tuple[str, str]]


def _whys(plan: Plan) -> Pairs:
    """Why each shot goes to this model and this route; nothing to say where all is free."""
    steps = [step for step in plan.steps if step.quote.per != "free"]
    return _by_text((step.because, step.job.shot) for step in steps)


def _notes(plan: Plan) -> Pairs:
    """What the author must know about each shot."""
    reasons = [
        (step.reason, step.job.shot)
        for step in plan.steps
        if step.action not in ("reuse", "new") or step.reason != "no take yet"
        if step.action != "reuse"
    ]
    notes = [(note, step.job.shot) for step in plan.steps for note in step.notes]
    return _by_text((*reasons, *notes))


def _pedigree(plan: Plan) -> Pairs:
    """Where and when the prices were read, by provider."""
    quotes = [(step.job.request.provider, step.quote) for step in plan.steps if step.quote.usd]
    words = [(pedigree_text(q.basis, q.as_of, q.source), name) for name, q in quotes]
    return _by_text(words)


def pedigree_text(basis: str, as_of: date | None, source: str) -> str:
    """Where a price comes from: `list, read 2026-10-02: a rate card`, or the user's own file."""
    return f"{basis}, read {as_of}: {source}" if as_of else f"your own, in {source}"


def _by_text(told: Iterable[tuple[str, str]]) -> Pairs:
    """Each thing said once, before it the names it is said of."""
    by_text: dict[str, list[str]] = {}
    for text, name in told:
        names = by_text.setdefault(text, [])
        if name not in names:
            names.append(name)
    return [(_names(names), text) for text, names in by_text.items()]


def _names(shots: list[str]) -> str:
    shown = shots if len(shots) <= 5 else shots[:4]
    more = len(shots) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _totals_table(plan: Plan, width: int) -> Table:
    totals = plan.totals
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    if width >= NARROW:
        table.add_column(justify="right", no_wrap=True, style="dim")
    rows: list[tuple[str, Usd | None]] = [
        ("every shot once", totals.sticker),
        ("this run", totals.run),
        ("expected, with re-rolls", totals.expected),
        ("worst case", totals.worst),
        ("spent so far", totals.spent),
    ]
    if totals.reserved:
        rows.append(("reserved", totals.reserved))
    if totals.budget is not None:
        rows += [("budget", totals.budget), ("headroom", totals.headroom)]
    if totals.ceiling is not None:
        rows.append(("this run's ceiling", totals.ceiling))
    for name, usd in rows:
        amount = Decimal(0) if usd is None else usd
        cells = [name, credits_words(amount, plan.per_usd), usd_text(amount)]
        table.add_row(*cells[: len(table.columns)])
    return table


NO_END = Decimal("Infinity")

VERDICT_STYLES: dict[Verdict, str] = {
    "free": "green",
    "fits": "green",
    "no-ceiling": "yellow",
    "over": "bold red",
    "over-expected": "bold red",
    "unpriced": "bold red",
}


def verdict_text(plan: Plan) -> Text:
    """The verdict in words."""
    return Text(_verdict_words(plan), style=VERDICT_STYLES[plan.verdict])


def _verdict_words(plan: Plan) -> str:
    totals = plan.totals
    left = min(amount for amount in (totals.left, totals.ceiling, NO_END) if amount is not None)

    def said(usd: Usd) -> str:
        return credits_words(usd, plan.per_usd)

    match plan.verdict:
        case "free":
            return "nothing to pay"
        case "unpriced":
            names = _names(list(totals.unpriced))
            way = "set it in prices.yaml, or go on with --allow-unpriced"
            return f"no price is known for {names}, so nothing can be promised: {way}"
        case _ if totals.run == totals.expected == 0:
            return "nothing to pay now"
        case "no-ceiling":
            return "no ceiling is set: `budget:` in the storyboard, or --max-credits"
        case "over":
            return f"over budget: this run costs {said(totals.run)}, and {said(left)} are left"
        case "over-expected":
            over = said(totals.expected - (totals.left or Decimal(0)))
            return f"over budget by {over}: one take of each fits, the expected re-rolls do not"
        case _:
            if totals.left is None:
                return f"fits this run's ceiling: {said(left - totals.run)} are left"
            after = said(totals.left - totals.expected)
            rerolls = (
                " after the re-rolls that are expected" if totals.expected > totals.run else ""
            )
            return f"fits the budget: {after} are left{rerolls}"


def _ways_out_table(plan: Plan, width: int) -> Table:
    columns = [Column("ways out", least=20), Column("saves", right=True)]
    rows = [[way.what, credits_words(way.saves, plan.per_usd)] for way in plan.ways_out]
    return grid(columns, rows, width)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
