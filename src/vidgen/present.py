"""Values as people and scripts read them: tables, sentences, JSON; errors as text.

Computes nothing that matters and writes nowhere; the CLI decides where the text goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from vidgen.errors import StoryboardInvalid, VidgenError
from vidgen.fault_text import render_faults
from vidgen.grid import Column, grid
from vidgen.job import plain
from vidgen.money import Usd, credits_of, round_up
from vidgen.plan.values import SIGNS, Plan, Quote, Step, Verdict

STYLES = {"+": "green", "~": "yellow", "=": "dim", "!": "bold red", ">": "cyan"}

PLAN_SCHEMA = "vidgen.plan/1"


def error_text(error: VidgenError) -> str:
    """`error: code`, then where and what, then the way out."""
    if isinstance(error, StoryboardInvalid):
        return render_faults(error.faults)
    where = f"{error.where}  " if error.where else ""
    lines = [f"error: {error.code}", f"  {where}{error.message}"]
    if error.hint:
        lines.append(f"  hint: {error.hint}")
    return "\n".join(lines)


def error_json(error: VidgenError) -> dict[str, Any]:
    """An error as one documented shape."""
    faults = error.faults if isinstance(error, StoryboardInvalid) else ()
    return {
        "schema": "vidgen.error/1",
        "code": error.code,
        "message": error.message,
        "where": error.where,
        "hint": error.hint,
        "exit_code": int(error.exit_code),
        "faults": [plain(fault) for fault in faults],
    }


# -- money ------------------------------------------------------------------------------------


def credits_text(usd: Usd | None, per_usd: Decimal) -> str:
    """Credits with two decimals, rounded up; `?` where a price is not known, `free` for nothing."""
    if usd is None:
        return "?"
    return f"{round_up(credits_of(usd, per_usd)):,}" if usd else "free"


def usd_text(usd: Usd | None) -> str:
    """US dollars with two decimals, rounded up (four below ten cents)."""
    if usd is None:
        return "?"
    sign, amount = ("-", -usd) if usd < 0 else ("", usd)
    places = 4 if Decimal(0) < amount < Decimal("0.1") else 2
    return f"{sign}${round_up(amount, places):,}"


UNITS = {
    "second": "/s",
    "clip": "/clip",
    "image": "/image",
    "megapixel": "/MP",
    "frame": "/frame",
    "million-tokens": "/Mtok",
    "audio-second": "/s sound",
    "gpu-hour": "/GPU h",
}


def unit_text(quote: Quote) -> str:
    """What is charged and how surely it is known: `$0.084/s list 2026-10-08`."""
    if quote.per == "free":
        return "free"
    if quote.unit_usd is None:
        return "price unknown"
    return f"${quote.unit_usd}{UNITS[quote.per]} {quote.basis} {quote.as_of}"


# -- plan -------------------------------------------------------------------------------------


def plan_view(plan: Plan, width: int, frames: int | None = None) -> RenderableType:
    """The plan as a table that reads well from 80 columns up, with what it means underneath."""
    parts: list[RenderableType] = [_headline(plan, frames), _steps_table(plan, width)]
    remarks = _remarks(plan)
    if remarks:
        parts += [Text(), *remarks]
    parts += [Text(), _totals_table(plan), Text(), verdict_text(plan)]
    if plan.ways_out:
        parts += [Text(), _ways_out_table(plan, width)]
    return Group(*parts)


def _headline(plan: Plan, frames: int | None) -> Text:
    shots = len({step.job.shot for step in plan.steps if step.what == "shot"})
    words = f" · {plan.tier} · {_count(shots, 'shot')} · {_seconds(plan.seconds)} of takes"
    film = f" · film {frames} frames" if frames is not None else ""
    return Text.assemble((plan.title, "bold"), words + film)


def _steps_table(plan: Plan, width: int) -> Table:
    wide = width >= WIDE
    columns = [
        Column(""),
        Column("shot", least=10),
        Column("model", least=16),
        Column("provider", least=8),
        Column("buys", least=12),
        *([Column("price")] if wide else []),
        Column("credits", right=True),
        *([Column("why", least=8)] if wide else []),
    ]
    rows = [_step_cells(step, plan.per_usd, wide) for step in plan.steps]
    return grid(columns, rows, width, [_row_style(step) for step in plan.steps])


WIDE = 110


def _row_style(step: Step) -> str:
    return "dim" if step.action in ("reuse", "stale") else ""


def _step_cells(step: Step, per_usd: Decimal, wide: bool) -> list[Text | str]:
    sign = SIGNS[step.action]
    request = step.job.request
    name = step.job.name if step.job.take > 1 else step.job.shot
    cost = credits_text(step.quote.usd, per_usd) if step.pays or step.action == "blocked" else "—"
    cells: list[Text | str] = [
        Text(sign, style=STYLES[sign]),
        name,
        request.model,
        request.provider,
        buys_text(step),
    ]
    if wide:
        cells.append(unit_text(step.quote))
    cells.append(cost)
    if wide:
        cells.append(step.because)
    return cells


def buys_text(step: Step) -> str:
    """What one take buys: `6s 1080p +audio`."""
    request = step.job.request
    if request.kind == "image":
        return f"still {request.resolution}"
    length = _seconds(request.duration) if request.duration is not None else "as given"
    sound = " +audio" if request.audio else ""
    return f"{length} {request.resolution}{sound}"


def _remarks(plan: Plan) -> list[Text]:
    """What the author must know about each shot, said once for shots that share it."""
    by_text: dict[str, list[str]] = {}
    for step in plan.steps:
        told = list(step.notes)
        if step.action not in ("new", "reuse"):
            told.insert(0, step.reason)
        for note in told:
            shots = by_text.setdefault(note, [])
            if step.job.shot not in shots:
                shots.append(step.job.shot)
    return [
        Text.assemble((f"{_names(shots)}: ", "cyan"), note) for note, shots in by_text.items()
    ]


def _names(shots: list[str]) -> str:
    more = len(shots) - 4
    return ", ".join(shots[:4]) + (f" and {more} more" if more > 0 else "")


def _totals_table(plan: Plan) -> Table:
    totals = plan.totals
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
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
    for name, usd in rows:
        amount = Decimal(0) if usd is None else usd
        table.add_row(name, f"{round_up(credits_of(amount, plan.per_usd)):,} cr", usd_text(amount))
    return table


VERDICTS: dict[Verdict, tuple[str, str]] = {
    "free": ("nothing to pay", "green"),
    "fits": ("fits the budget, with the re-rolls that are expected", "green"),
    "no-ceiling": ("no ceiling is set: `budget:` in the storyboard, or --max-credits", "yellow"),
    "over": ("over budget: this run alone costs more than is left", "bold red"),
    "over-expected": (
        "over budget: one take of each fits, the re-rolls that are expected do not",
        "bold red",
    ),
    "unpriced": ("a price is not known, so nothing can be promised", "bold red"),
}


def verdict_text(plan: Plan) -> Text:
    """The verdict in words."""
    words, style = VERDICTS[plan.verdict]
    if plan.verdict == "unpriced":
        words += f": {_names(list(plan.totals.unpriced))} (set one in prices.yaml, or --allow-unpriced)"
    return Text(words, style=style)


def _ways_out_table(plan: Plan, width: int) -> Table:
    columns = [Column("ways out", least=20), Column("saves", right=True)]
    rows = [[way.what, f"{credits_text(way.saves, plan.per_usd)} cr"] for way in plan.ways_out]
    return grid(columns, rows, width)


def prompts_text(steps: Iterable[Step]) -> str:
    """Word for word what would be sent for each step."""
    pieces = []
    for step in steps:
        request = step.job.request
        pieces.append(f"{step.job.name}  {request.model} on {request.provider} ({request.endpoint})")
        pieces.append(request.prompt or "(no prompt)")
        if request.negative_prompt:
            pieces.append(f"negative: {request.negative_prompt}")
        pieces.append("")
    return "\n".join(pieces).rstrip()


def plan_json(plan: Plan, frames: int | None = None) -> dict[str, Any]:
    """The plan as one documented, versioned shape; the same plan gives the same bytes."""
    return {
        "schema": PLAN_SCHEMA,
        "title": plan.title,
        "tier": plan.tier,
        "credits_per_usd": str(plan.per_usd),
        "seconds": str(plan.seconds),
        "film_frames": frames,
        "steps": [_step_json(step, plan.per_usd) for step in plan.steps],
        "totals": {
            name: None if usd is None else _money(usd, plan.per_usd)
            for name, usd in (
                ("sticker", plan.totals.sticker),
                ("run", plan.totals.run),
                ("expected", plan.totals.expected),
                ("worst", plan.totals.worst),
                ("spent", plan.totals.spent),
                ("reserved", plan.totals.reserved),
                ("budget", plan.totals.budget),
                ("headroom", plan.totals.headroom),
            )
        },
        "unpriced": list(plan.totals.unpriced),
        "verdict": plan.verdict,
        "affordable": plan.affordable,
        "ways_out": [
            {"what": way.what, "saves": _money(way.saves, plan.per_usd)} for way in plan.ways_out
        ],
    }


def _step_json(step: Step, per_usd: Decimal) -> dict[str, Any]:
    quote = step.quote
    return {
        "key": step.job.key,
        "shot": step.job.shot,
        "what": step.what,
        "take": step.job.take,
        "action": step.action,
        "reason": step.reason,
        "route": step.route,
        "because": step.because,
        "asked_seconds": str(step.asked_seconds),
        "starts_from": step.job.starts_from,
        "request": plain(step.job.request),
        "price": {
            "cost": None if quote.usd is None else _money(quote.usd, per_usd),
            "per": quote.per,
            "unit_usd": None if quote.unit_usd is None else str(quote.unit_usd),
            "basis": quote.basis,
            "as_of": quote.as_of.isoformat(),
            "source": quote.source,
        },
        "notes": list(step.notes),
        "existing": step.take.path if step.take else None,
    }


def _money(usd: Usd, per_usd: Decimal) -> dict[str, str]:
    return {"usd": f"{usd.normalize():f}", "credits": f"{credits_of(usd, per_usd).normalize():f}"}


def _seconds(seconds: Decimal | None) -> str:
    return "" if seconds is None else f"{seconds.normalize():f}s"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
