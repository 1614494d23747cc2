"""A plan as one documented, versioned shape of JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vidgen.job import plain
from vidgen.money import Usd, credits_of
from vidgen.plan.values import Plan, Step

PLAN_SCHEMA = "vidgen.plan/2"


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
                ("ceiling", plan.totals.ceiling),
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
        "covers": list(step.covers),
        "starts_from": plain(step.job.needs),
        "request": plain(step.job.request),
        "price": {
            "cost": None if quote.usd is None else _money(quote.usd, per_usd),
            "per": quote.per,
            "unit_usd": None if quote.unit_usd is None else str(quote.unit_usd),
            "basis": quote.basis,
            "as_of": quote.as_of.isoformat() if quote.as_of else None,
            "source": quote.source,
        },
        "notes": list(step.notes),
        "existing": step.take.path if step.take else None,
    }


def _money(usd: Usd, per_usd: Decimal) -> dict[str, str]:
    return {"usd": f"{usd.normalize():f}", "credits": f"{credits_of(usd, per_usd).normalize():f}"}
