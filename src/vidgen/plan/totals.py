"""The money of a plan: totals, the verdict in one word, the ways out of too much. Pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from vidgen.job import History
from vidgen.money import Usd
from vidgen.plan.route import Router, short_side
from vidgen.plan.values import Options, Step, Totals, Verdict, WayOut
from vidgen.plan.want import Want, wants_of
from vidgen.source import Source
from vidgen.storyboard import Storyboard

ZERO = Decimal(0)


def budget_of(board: Storyboard) -> Usd | None:
    """All that the film may cost: the lower of the storyboard's two ceilings, in US dollars."""
    limits = []
    if board.budget and board.budget.usd is not None:
        limits.append(board.budget.usd)
    if board.budget and board.budget.credits is not None:
        limits.append(board.budget.credits / board.credits.per_usd)
    return min(limits) if limits else None


def total(steps: tuple[Step, ...], board: Storyboard, history: History, options: Options) -> Totals:
    """Add the steps up; a shot that needs no more takes costs nothing more."""
    rerolls = _rerolls(board, options)
    sticker = run = expected = worst = ZERO
    by_shot: dict[str, list[Step]] = {}
    for step in steps:
        by_shot.setdefault(step.job.shot, []).append(step)
    for made in by_shot.values():
        price = made[0].quote.usd or ZERO
        pays = [step.quote.usd or ZERO for step in made if step.pays]
        once = sum(pays, ZERO)
        sticker += price
        run += once
        if pays:
            expected += max(once, price * rerolls)
            most = max(_most(step) for step in made)
            worst += max(once * most, price * rerolls.to_integral_value(rounding=ROUND_CEILING))
    unpriced = tuple(dict.fromkeys(step.job.shot for step in steps if step.quote.usd is None))
    limit = options.max_credits
    return Totals(
        sticker=sticker,
        run=run,
        expected=expected,
        worst=worst,
        spent=history.spent_usd,
        reserved=history.reserved_usd,
        budget=budget_of(board),
        unpriced=unpriced,
        ceiling=None if limit is None else limit / board.credits.per_usd,
    )


def _most(step: Step) -> int:
    """How often a take may be made in one run, re-rolls by itself counted."""
    return 1 + (step.quality.max if step.quality and step.quality.reroll_on else 0)


def _rerolls(board: Storyboard, options: Options) -> Decimal:
    if options.tier != "final" or board.budget is None or board.budget.rerolls is None:
        return Decimal(1)
    return board.budget.rerolls


def verdict(totals: Totals, options: Options) -> Verdict:
    """Whether this may go ahead, in one word."""
    if totals.unpriced and not options.allow_unpriced:
        return "unpriced"
    if totals.expected == 0 and totals.sticker == 0:
        return "free"
    if totals.ceiling is not None and totals.run > totals.ceiling:
        return "over"
    if totals.left is None:
        return "no-ceiling" if totals.ceiling is None else "fits"
    if totals.run > totals.left:
        return "over"
    return "over-expected" if totals.expected > totals.left else "fits"


def ways_out(
    steps: tuple[Step, ...], source: Source, router: Router, options: Options, totals: Totals
) -> tuple[WayOut, ...]:
    """What would bring the cost down: drafts first, then the swaps that save most.

    Protected shots (role `hero`) are never offered for a swap.
    """
    board, rerolls = source.board, _rerolls(source.board, options)
    wants = wants_of(board, options.tier, source.lengths)
    swaps = []
    for step in steps:
        if step.what != "shot" or not step.pays or step.protected or step.job.take > 1:
            continue
        swap = _cheaper(step, wants[step.job.shot], router, rerolls)
        swaps += [swap] if swap else []
    swaps.sort(key=lambda way: (-way.saves, way.what))
    draft = _draft_first(source, router, options, totals)
    return (*((draft,) if draft else ()), *swaps[:5])


def _cheaper(step: Step, want: Want, router: Router, rerolls: Decimal) -> WayOut | None:
    """The cheapest other model that meets the same needs: as sharp, or said to be less so."""
    price = step.quote.usd
    if price is None:
        return None
    others, _ = router.weigh(replace(want, model=None, provider=None), None)
    cheaper = [other for other in others if other.quote.usd is not None and other.quote.usd < price]
    enough = short_side(step.job.request.resolution)
    as_sharp = [other for other in cheaper if short_side(other.resolution) >= enough]
    able = [other for other in as_sharp if other.route.model.tier != "economy"]
    rivals = able or as_sharp or ([] if want.sharp else cheaper)
    if not rivals:
        return None
    best = min(rivals, key=lambda other: (other.quote.usd or ZERO, other.route.name))
    loses = "" if as_sharp else f", at {best.resolution}"
    whose = f"shots {', '.join(step.covers)}" if step.covers else f"shot `{step.job.shot}`"
    what = (
        f"{whose}: {best.route.model.id} on {best.route.provider.provider}"
        f" instead of {step.job.request.model}{loses}"
    )
    return WayOut(what, (price - (best.quote.usd or ZERO)) * rerolls)


def _draft_first(source: Source, router: Router, options: Options, totals: Totals) -> WayOut | None:
    board = source.board
    if options.tier != "final" or not (board.draft and board.draft.model):
        return None
    drafts = ZERO
    for want in wants_of(board, "draft", source.lengths).values():
        choice, _ = router.choose(_resolved(want, router))
        if choice is None or choice.quote.usd is None:
            return None
        drafts += choice.quote.usd
    rerolls = _rerolls(board, options)
    saves = totals.expected - (drafts * rerolls + totals.run)
    what = "re-roll on drafts (`--draft`), then make each final once"
    return WayOut(what, saves) if saves > 0 else None


def _resolved(want: Want, router: Router) -> Want:
    model = router.catalogue.find(want.model) if want.model else None
    return replace(want, model=model.id) if model else want
