"""`vidgen accept`: a take that no longer matches its shot counts as what is asked all the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.chosen import used
from vidgen.cli import desk
from vidgen.cli.app import AsJson, command, talk, write_json
from vidgen.cli.choice import OfProject, check_place, find_take, planned, step_for
from vidgen.errors import Exit, VidgenError

if TYPE_CHECKING:
    from vidgen.job import Acceptance, Take, Tier
    from vidgen.plan import Plan, Step

ACCEPT_SCHEMA = "vidgen.accept/1"


class NothingToAccept(VidgenError):
    """No take that a person's word could make what is asked."""

    exit_code = Exit.USAGE


@dataclass(frozen=True, slots=True)
class Left:
    """A shot of which nothing was accepted, and why."""

    shot: str
    reason: str


@command("accept")
def accept(
    shot: Annotated[
        str | None,
        typer.Argument(
            metavar="SHOT",
            help="A shot; its stills are SHOT.still and SHOT.end-still.",
            show_default=False,
        ),
    ] = None,
    take: Annotated[
        str | None,
        typer.Argument(
            metavar="TAKE",
            help="A take of it, v002 or 2; else the one that is stale.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every stale take and still of the film.")
    ] = False,
    draft: desk.Draft = False,
    storyboard: OfProject = Path(),
    rehearsal: desk.Rehearsal = False,
    as_json: AsJson = False,
) -> None:
    """Keep a stale take. It counts as what its shot asks, until that changes again."""
    if everything == (shot is not None):
        raise typer.BadParameter("name a shot, or accept every stale take with --all")
    project = desk.open_project(storyboard, rehearsal=rehearsal)
    tier: Tier = "draft" if draft else "final"
    if shot is not None:
        check_place(project, shot)
    with project.project.locked("accept"):
        if shot is None:
            accepted, left = _stale(project, tier, None)
        elif take is None:
            accepted, left = _of_shot(project, tier, shot)
        else:
            accepted, left = _named(project, shot, take)
    if as_json:
        write_json(_as_json(accepted, left))
    else:
        _tell(project, accepted, left)


def _stale(project: desk.Desk, tier: Tier, place: str | None) -> tuple[list[Take], list[Left]]:
    """Accept every stale take, or those of one place, in the order of the film.

    The plan is made anew after each: what a shot starts from is part of what it asks.
    """
    accepted: list[Take] = []
    while True:
        plan = planned(project, tier)
        stale = [(step, step.take) for step in plan.steps if place in (None, step.job.shot)]
        found = [(step, take) for step, take in stale if take and _is_stale(plan, step, take)]
        for step, take in found:
            word = _word(plan, step)
            if word is not None and take.path not in {one.path for one in accepted}:
                project.project.accept(take, word)
                accepted.append(take)
                break
        else:
            return accepted, [Left(step.job.shot, _waits(plan, step)) for step, _ in found]


def _is_stale(plan: Plan, step: Step, take: Take) -> bool:
    """Whether a step keeps a take that is not what is asked, or would make it again for that."""
    from vidgen.plan.standing import standing

    return step.action in ("stale", "redo") and standing([plan]).stale(take)


def _of_shot(project: desk.Desk, tier: Tier, shot: str) -> tuple[list[Take], list[Left]]:
    """Accept what is stale of a shot, or say why there is nothing."""
    accepted, left = _stale(project, tier, shot)
    if accepted:
        return accepted, left
    if left:
        raise NothingToAccept(left[0].reason, where=shot)
    _, step = step_for(project, shot, tier, 1)
    if step.action == "reuse":
        return [], [Left(shot, step.reason)]
    if step.action == "resume":
        raise NothingToAccept(f"{step.job.name} is under way", hint="`vidgen render` collects it")
    kind = "" if tier == "final" else f" {tier}"
    raise NothingToAccept(
        f"`{shot}` has no{kind} take yet",
        hint="`vidgen render` makes one, `vidgen import` brings one",
    )


def _named(project: desk.Desk, shot: str, name: str) -> tuple[list[Take], list[Left]]:
    """Accept a take by its name, for the job that it was made for."""
    take = find_take(project, shot, name)
    plan, step = step_for(project, shot, take.tier, take.take)
    if step.action == "reuse" and step.take == take:
        return [], [Left(shot, step.reason)]
    word = _word(plan, step)
    if word is None:
        raise NothingToAccept(_waits(plan, step), where=shot)
    project.project.accept(take, word)
    return [take], []


def _word(plan: Plan, step: Step) -> Acceptance | None:
    """A person's word for a step; None where what it starts from is still to be made."""
    from vidgen.job import Acceptance
    from vidgen.plan.standing import starting_from

    starts = starting_from(plan, step)
    return None if starts is None else Acceptance(step.job.key, starts)


def _waits(plan: Plan, step: Step) -> str:
    from vidgen.plan.standing import kept_by

    missing = next(need.shot for need in step.job.needs if kept_by(plan, need) is None)
    return f"`{missing}`, which it starts from, is made first: render or accept that"


def _tell(project: desk.Desk, accepted: list[Take], left: list[Left]) -> None:
    history = project.project.history()
    for take in accepted:
        talk(f"{take.shot}: {take.name} is accepted as what is asked")
        before = used(history, take.shot, take.tier)
        if before is not None and before.number != take.number:
            way = f"`vidgen select {take.shot} {take.name}` takes this one"
            talk(f"  {before.name} is used; {way}")
    for item in left:
        talk(f"{item.shot}: {item.reason}")
    if not accepted and not left:
        talk("nothing is stale")


def _as_json(accepted: list[Take], left: list[Left]) -> dict[str, object]:
    return {
        "schema": ACCEPT_SCHEMA,
        "accepted": [
            {"shot": take.shot, "take": take.name, "tier": take.tier, "path": take.path}
            for take in accepted
        ],
        "left": [{"shot": item.shot, "reason": item.reason} for item in left],
    }
