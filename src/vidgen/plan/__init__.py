"""The plan: what would be done, for how much, and why, before anything is done.

Pure: reads values it is given, writes nothing, calls nobody, asks no clock. The same inputs give
the same plan, to the byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from vidgen.catalogue import Catalogue
from vidgen.errors import Fault, StoryboardInvalid, UnknownName
from vidgen.job import History
from vidgen.named import model_faults
from vidgen.places import group_of
from vidgen.plan.past import rerolls_on
from vidgen.plan.route import Router
from vidgen.plan.steps import Builder
from vidgen.plan.stills import with_stills
from vidgen.plan.totals import total, verdict, ways_out
from vidgen.plan.values import Options, Plan, Quote, Step, Totals, WayOut
from vidgen.source import Source
from vidgen.storyboard import Storyboard

__all__ = ["Options", "Plan", "Quote", "Step", "Totals", "WayOut", "plan", "rerolls_on"]


def plan(source: Source, catalogue: Catalogue, history: History, options: Options) -> Plan:
    """Plan every shot of a storyboard.

    Raises StoryboardInvalid with every shot that nobody can make, and UnknownName for a shot in
    `options.shots` that does not exist.
    """
    if options.tier == "animatic":
        source = with_stills(source, history)
    board = source.board
    _known_shots(source, options)
    options = replace(options, shots=_with_their_groups(board, options.shots))
    router = Router(
        catalogue,
        prefer=board.providers.prefer,
        avoid=board.providers.avoid,
        keys=options.keys,
    )
    builder = Builder(source, catalogue, history, options, router)
    steps = builder.build()
    faults = _told_once(model_faults(source, catalogue), builder.faults)
    if faults:
        raise StoryboardInvalid(faults)
    totals = total(steps, board, history, options)
    found = verdict(totals, options)
    short = found in ("over", "over-expected")
    return Plan(
        title=board.title,
        tier=options.tier,
        per_usd=board.credits.per_usd,
        seconds=sum(
            (step.asked_seconds for step in steps if step.what == "shot" and step.job.take == 1),
            Decimal(0),
        ),
        steps=steps,
        totals=totals,
        verdict=found,
        ways_out=ways_out(steps, source, router, options, totals) if short else (),
    )


def _told_once(names: Sequence[Fault], shots: Sequence[Fault]) -> tuple[Fault, ...]:
    """Faults of names and of shots in the file's order.

    What is wrong with a name is told once, however many shots it is wrong for. A model that is
    known, and cannot make two shots that it is the default of, is two faults of one place.
    """
    wrong = {(fault.line, fault.column, fault.code) for fault in names}
    others = [one for one in shots if (one.line, one.column, one.code) not in wrong]
    told = dict.fromkeys((*names, *others))
    return tuple(sorted(told, key=lambda fault: (fault.line, fault.column)))


def _with_their_groups(board: Storyboard, shots: tuple[str, ...]) -> tuple[str, ...]:
    """Shots that were named, and the first of each group that one of them is in: it stands for all
    of them.
    """
    groups = (group_of(board, board.shot(name)) for name in shots)
    firsts = (group.shots[0].id for group in groups if group is not None)
    return tuple(dict.fromkeys((*shots, *firsts)))


def _known_shots(source: Source, options: Options) -> None:
    known = [shot.id for shot in source.board.shots]
    for name in options.shots:
        if name not in known:
            hint = f"there are: {', '.join(known[:12])}" + (" …" if len(known) > 12 else "")
            raise UnknownName(f"no shot is called `{name}`", hint=hint)
