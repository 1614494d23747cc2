"""`vidgen select`: which take of a shot goes into the cut, or is what a shot starts from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.chosen import chosen, of_group, used
from vidgen.cli import desk
from vidgen.cli.app import AsJson, command, talk, write_json
from vidgen.cli.choice import CUT_TIERS, OfProject, Place, check_place, find_take, group_around
from vidgen.places import GROUP, STAGES, is_still, place_in, shot_of, word_of

if TYPE_CHECKING:
    from vidgen.job import Take, Tier

SELECT_SCHEMA = "vidgen.select/1"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What holds of a shot after a choice: the take selected, and what each tier's cut uses."""

    shot: str
    take: Take | None
    uses: dict[Tier, Take | None]
    starting: tuple[str, ...]


@command("select")
def select(
    shot: Place,
    take: Annotated[
        str | None,
        typer.Argument(metavar="TAKE", help="A take of it: v002, v2 or 2.", show_default=False),
    ] = None,
    none: Annotated[
        bool, typer.Option("--none", help="Take the choice back: the newest take is used.")
    ] = False,
    storyboard: OfProject = Path(),
    rehearsal: desk.Rehearsal = False,
    as_json: AsJson = False,
) -> None:
    """Choose the take that goes into the cut. With --none the choice is taken back."""
    if none == (take is not None):
        raise typer.BadParameter("name one take, or take the choice back with --none")
    project = desk.open_project(storyboard, rehearsal=rehearsal)
    history = project.project.history()
    if not (none and shot in history.selects):  # also of a shot that is no longer written
        check_place(project, shot)
    wanted = None if take is None else find_take(project, shot, take)
    with project.project.locked("select"):
        project.project.select(shot, None if wanted is None else wanted.number)
    found = _chosen(project, shot, wanted)
    if as_json:
        write_json(_as_json(found))
    else:
        _tell(found)


def _chosen(project: desk.Desk, shot: str, take: Take | None) -> Chosen:
    uses = {tier: _use_of(project, shot, tier) for tier in CUT_TIERS}
    return Chosen(shot, take, uses, _starting_from(project, shot))


def _use_of(project: desk.Desk, place: str, tier: Tier) -> Take | None:
    """What a cut of a tier uses: of a shot its finished take, or the take of its group; of a
    member's place in a group that group's take.
    """
    board, history = project.source.board, project.project.history()
    group = group_around(project, place) if word_of(place) == GROUP else None
    if group is not None:
        return of_group(history, group, board.shot(shot_of(place)), tier)
    if place not in [shot.id for shot in board.shots]:
        return used(history, place, tier)
    found = chosen(board, history, (tier,)).get(place)
    return found.take if found else None


def _starting_from(project: desk.Desk, place: str) -> tuple[str, ...]:
    """The shots that start from a take of this one."""
    if is_still(place):
        return (shot_of(place),)
    board = project.source.board
    group = group_around(project, place) if word_of(place) == GROUP else None
    if group is None:
        starts = {place}
    elif group.place == place:  # all but those that have a choice of their own
        selects = project.project.history().selects
        others = [shot for shot in group.shots if place_in(group, shot) not in selects]
        starts = {shot_of(place), *(shot.id for shot in others)}
    else:
        starts = {shot_of(place)}
    return tuple(shot.id for shot in board.shots if board.upstream(shot) in starts)


def _tell(found: Chosen) -> None:
    final = _best(found)
    selected = f"{found.take.name} is selected" if found.take else "no take is selected"
    talk(f"{found.shot}: {selected}; {_use(found.shot, final)}")
    if found.take is not None and final is not None and found.take.tier != final.tier:
        talk(f"  {found.take.name} is {_tier_words(found.take.tier)}")
    if found.starting:
        names = ", ".join(found.starting)
        start = "starts" if len(found.starting) == 1 else "start"
        talk(f"  {names} {start} from it: `vidgen plan` says whether that changes anything")


def _best(found: Chosen) -> Take | None:
    """The take that the film uses, of the best tier that there is."""
    return next((take for take in found.uses.values() if take is not None), None)


def _use(place: str, take: Take | None) -> str:
    if take is None:
        return "it has none"
    if is_still(place):
        return f"{take.name} is what the shot starts from"
    there = take.name if take.shot == place else f"{take.shot} {take.name}"
    made_of_it = (
        "what was made of it, " if word_of(take.shot) in STAGES and "." not in place else ""
    )
    told = f"{made_of_it}{there} ({take.model})"
    if take.tier == "final":
        return f"the cut uses {told}"
    return f"without a final, `vidgen stitch --{take.tier}` uses {told}"


def _tier_words(tier: Tier) -> str:
    """Which cut a take of a lower tier goes into."""
    what = {"final": "a final", "draft": "a draft", "animatic": "of the animatic"}[tier]
    return f"{what}: only `vidgen stitch --{tier}` uses it"


def _as_json(found: Chosen) -> dict[str, object]:
    return {
        "schema": SELECT_SCHEMA,
        "shot": found.shot,
        "selected": found.take.name if found.take else None,
        "path": found.take.path if found.take else None,
        "uses": {tier: take.path if take else None for tier, take in found.uses.items()},
        "starting_from_it": list(found.starting),
    }
