"""What must hold before money is spent: a ceiling, a verdict that allows it, and a yes."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vidgen.cli.app import environment, talk
from vidgen.errors import Exit, OverBudget

if TYPE_CHECKING:
    from vidgen.config import Config
    from vidgen.journal import Limits
    from vidgen.plan import Plan, Step


class NoCeiling(OverBudget):
    """Paid work off a terminal, and nothing says how much it may cost."""


def within(plan: Plan) -> Plan:
    """A plan whose verdict lets work start; else what of it was sent before, and nothing new.

    What is paid for already costs nothing more, and lies with its provider for a while only. Raises
    OverBudget where there is none of that.
    """
    from vidgen import present

    if plan.affordable:
        return plan
    words = present.verdict_text(plan).plain
    if not any(step.action == "resume" for step in plan.steps):
        ways = "; ".join(way.what for way in plan.ways_out[:2])
        raise OverBudget(words, where=plan.title, hint=ways)
    talk(f"{words}; what was sent before is collected, and nothing else is begun")
    return replace(plan, steps=tuple(_held(step, words) for step in plan.steps))


def _held(step: Step, reason: str) -> Step:
    return replace(step, action="blocked", reason=reason) if step.pays else step


def agree(plan: Plan, *, yes: bool) -> None:
    """Ask before money is spent, where somebody can answer; elsewhere a ceiling must be set.

    Raises NoCeiling; leaves with 1 when the answer is no. `yes` answers the question, and lifts no
    ceiling.
    """
    from vidgen import present

    steps = [step for step in plan.steps if step.pays and step.quote.usd != 0]
    if not steps:
        return
    if not _somebody_there():
        if plan.totals.budget is None and plan.totals.ceiling is None:
            raise NoCeiling(
                "paid work without a terminal needs a ceiling, and none is set",
                where=plan.title,
                hint="write `budget:` into the storyboard, or give --max-credits",
            )
        return
    if yes:
        return
    cost = present.credits_words(plan.totals.run, plan.per_usd)
    unknown = " and what has no known price" if plan.totals.unpriced else ""
    takes = "1 take" if len(steps) == 1 else f"{len(steps)} takes"
    if not typer.confirm(f"render {takes} for {cost}{unknown}?", err=True):
        talk("nothing was sent")
        raise typer.Exit(int(Exit.FAILED))


def _somebody_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def limits_of(plan: Plan) -> Limits:
    """Every ceiling that holds for a run: the storyboard's, its own, and the user's by the day."""
    from vidgen.journal import Limits

    config = read_config()
    by_provider = {
        name: usd
        for name, ceiling in config.budget.providers.items()
        if (usd := ceiling.in_usd(plan.per_usd)) is not None
    }
    return Limits(
        film=plan.totals.budget,
        run=plan.totals.ceiling,
        day=config.budget.day.in_usd(plan.per_usd),
        providers=by_provider,
    )


def read_config() -> Config:
    """The user's settings: `VIDGEN_CONFIG`, else config.yaml in the system's place for them.

    Raises StoryboardInvalid with every fault that is in the file.
    """
    from vidgen.config import Config

    path = config_path()
    if not path.is_file():
        return Config()
    from vidgen import yamlfile

    return yamlfile.read(path).validate(Config)


def config_path() -> Path:
    """Where the user's settings are looked for."""
    named = environment("VIDGEN_CONFIG")
    return Path(named) if named else Path(typer.get_app_dir("vidgen")) / "config.yaml"
