"""Shots and takes as they are named on the command line: the take in the cut, the step of a job."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.errors import UnknownName
from vidgen.places import GROUP, STAGES, STILLS, Group, group_of, is_still, shot_of, word_of

if TYPE_CHECKING:
    from vidgen.cli.desk import Desk
    from vidgen.job import Take, Tier
    from vidgen.plan import Plan, Step

Place = Annotated[
    str,
    typer.Argument(
        metavar="SHOT",
        help="A shot, or what belongs to it: SHOT.still and SHOT.end-still, SHOT.lip-sync,"
        " SHOT.upscale and SHOT.interpolate, and SHOT.group.",
        show_default=False,
    ),
]
OfProject = Annotated[
    Path,
    typer.Option(
        "--project",
        metavar="STORYBOARD",
        help="A project folder, or a storyboard file; else the current folder.",
        show_default=False,
    ),
]

CUT_TIERS: tuple[Tier, ...] = ("final", "draft", "animatic")
"""Tiers in the order in which a film would rather use them."""


def check_place(project: Desk, place: str) -> None:
    """Raise UnknownName, with what there is, for a shot or still that this film does not have."""
    shots = [shot.id for shot in project.source.board.shots]
    base, word = shot_of(place), word_of(place)
    if base not in shots:
        raise UnknownName(f"no shot is called `{place}`", hint=f"there are: {_listed(shots)}")
    if word and word not in (*STILLS, *STAGES, GROUP):
        known = ", ".join(f"{base}.{name}" for name in (*STILLS, *STAGES, GROUP))
        raise UnknownName(f"shot `{base}` has no `{word}`", hint=f"there may be {known}")


def find_take(project: Desk, place: str, word: str) -> Take:
    """The take of a shot that `v002`, `v2` or `2` names; UnknownName says which there are."""
    number = number_of(word)
    group = group_around(project, place)
    whole = group.place if group and word_of(place) == GROUP else place  # a member's say in it
    takes = [take for take in project.project.history().takes if take.shot == whole]
    found = next((take for take in takes if take.number == number), None)
    if found is not None:
        return found
    there = f"there are: {_told(takes)}" if takes else "it has no take yet"
    if number is None:
        raise UnknownName(f"`{word}` names no take; a take is named like v002", hint=there)
    if group is None and word_of(place) == GROUP:
        raise UnknownName(f"shot `{shot_of(place)}` is in no group")
    if group is None or word_of(place) == GROUP:
        raise UnknownName(f"shot `{whole}` has no take v{number:03d}", hint=there)
    hint = _in_group(project, group, place, number)
    if takes:
        hint = f"{hint}; {there}"
        raise UnknownName(f"shot `{place}` has no take v{number:03d}", hint=hint)
    raise UnknownName(
        f"shot `{place}` has no take of its own: it is made in the takes of its group", hint=hint
    )


def group_around(project: Desk, place: str) -> Group | None:
    """The group whose takes a place's clip is part of."""
    board = project.source.board
    if word_of(place) not in ("", GROUP):
        return None
    return group_of(board, board.shot(shot_of(place)))


def _in_group(project: Desk, group: Group, shot: str, number: int) -> str:
    """How the take of a group is selected, for somebody who named a member of it."""
    takes = [take for take in project.project.history().takes if take.shot == group.place]
    if number not in [take.number for take in takes]:
        told = f"has: {_told(takes)}" if takes else "has no take yet"
        return f"its group `{group.place}` {told}"
    members = ", ".join(shot.id for shot in group.shots)
    every = f"`vidgen select {group.place} v{number:03d}` chooses that for {members}"
    if shot == group.shots[0].id:
        return every
    return f"{every}; `vidgen select {shot}.{GROUP} v{number:03d}` for {shot} alone"


def _told(takes: list[Take]) -> str:
    return _listed([f"{take.name} ({take.tier})" for take in takes])


def number_of(word: str) -> int | None:
    """The number in `v002`, `V2` or `2`."""
    match = re.fullmatch(r"[vV]?0*([1-9][0-9]{0,5})", word.strip(), re.ASCII)
    return int(match[1]) if match else None


def _listed(names: list[str]) -> str:
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "")


def planned(project: Desk, tier: Tier, *, takes: int | None = None, stills: bool = False) -> Plan:
    """The plan of a tier as `render` would make it; of stills as if none of them were selected."""
    from vidgen.plan import Options, plan

    history = project.project.history()
    if stills:
        selects = {place: number for place, number in history.selects.items() if "." not in place}
        history = replace(history, selects=selects)
    options = Options(tier=tier, takes=takes, stills=stills, allow_unpriced=True)
    return plan(project.source, project.catalogue, history, options)


def step_for(project: Desk, place: str, tier: Tier, take: int) -> tuple[Plan, Step]:
    """The plan of a tier and its step for one take of a place. Raises UnknownName.

    More takes are planned than are written only where the take is one of those: how many there are
    is part of what chained shots start from.
    """
    for takes in (None, take):
        plan = planned(project, tier, takes=takes, stills=is_still(place))
        for step in plan.steps:
            if step.job.shot == place and step.job.take == take:
                return plan, step
    base, word = shot_of(place), word_of(place)
    if not is_still(place):
        group = group_around(project, place)
        said = f"`{word}`" if word else "take of its own: it is rendered in its group"
        hint = f"the takes of its group are `{group.place}`" if group else ""
        raise UnknownName(
            f"shot `{base}` has no {said}", hint=hint or "`vidgen plan` lists every step"
        )
    raise UnknownName(
        f"shot `{base}` has no {word} that is generated",
        hint=f"write `{word.replace('-', '_')}:` with a prompt, or name your own file there",
    )
