"""`vidgen takes`: every take there is, what made it, how it stands, and which is in the cut."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vidgen.chosen import shown, used
from vidgen.cli import desk
from vidgen.cli.app import AsJson, StoryboardPath, command, console, talk, write_json
from vidgen.cli.choice import CUT_TIERS, planned
from vidgen.errors import StoryboardInvalid, UnknownName
from vidgen.places import (
    GROUP,
    STAGES,
    STILLS,
    group_of,
    is_still,
    parts_of,
    place_in,
    shot_of,
    word_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from vidgen.job import History, Take
    from vidgen.places import Group
    from vidgen.plan import Plan
    from vidgen.plan.standing import Standing
    from vidgen.present.takes import Listed


@command("takes")
def takes(
    storyboard: StoryboardPath = Path(),
    shot: desk.Shots = None,
    rehearsal: desk.Rehearsal = False,
    as_json: AsJson = False,
) -> None:
    """List the takes of a project. What made them, what they cost, and which are used."""
    from vidgen.present.takes import takes_json, takes_view

    project = desk.open_project(storyboard, rehearsal=rehearsal)
    history = project.project.history()
    _known(project, shot or [], history)
    listed = [
        item
        for item in _listed(project, history)
        if not shot
        or {item.take.shot, shot_of(item.take.shot), *(held for held, _, _ in item.holds)} & {*shot}
    ]
    per_usd = project.source.board.credits.per_usd
    if as_json:
        write_json(takes_json(listed, per_usd))
    elif listed:
        screen = console()
        screen.print(takes_view(listed, per_usd, screen.width))
    else:
        talk("no takes yet; `vidgen render --animatic` makes some free")


def _known(project: desk.Desk, shots: list[str], history: History) -> None:
    """Raise UnknownName for a shot that is neither in the storyboard nor among the takes."""
    names = [shot.id for shot in project.source.board.shots]
    there = {take.shot for take in history.takes} | {shot_of(take.shot) for take in history.takes}
    for name in shots:
        if name not in names and name not in there:
            raise UnknownName(f"no shot is called `{name}`", hint=f"there are: {', '.join(names)}")


def _listed(project: desk.Desk, history: History) -> list[Listed]:
    """Every take with how it stands, in the order of the film: a shot's stills, its clips, what was
    done to them.
    """
    from vidgen.present.takes import Listed

    order = {shot.id: place for place, shot in enumerate(project.source.board.shots)}
    turns = (*STILLS, "", GROUP, *STAGES)

    def place(take: Take) -> tuple[int, str, int, int]:
        base, word = shot_of(take.shot), word_of(take.shot)
        turn = turns.index(word) if word in turns else len(turns)
        return order.get(base, len(order)), base, turn, take.number

    standing = _standing(project, history)
    return [
        Listed(
            take=take,
            used=_used(project, history, take),
            by_hand=_by_hand(project, history, take),
            stale=None if standing is None else standing.stale(take),
            holds=_holds(project, take),
        )
        for take in sorted(history.takes, key=place)
    ]


def _group(project: desk.Desk, take: Take) -> Group | None:
    """The group that a take is of; None of any other take."""
    board = project.source.board
    if word_of(take.shot) != GROUP or shot_of(take.shot) not in [shot.id for shot in board.shots]:
        return None
    group = group_of(board, board.shot(shot_of(take.shot)))
    return group if group is not None and group.place == take.shot else None


def _holds(project: desk.Desk, take: Take) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """The shots that the cut finds in a take, and where; of a group's take alone."""
    group = _group(project, take)
    return parts_of(project.source.board, group) if group is not None else ()


def _by_hand(project: desk.Desk, history: History, take: Take) -> bool:
    """Whether a person chose a take: of a group's, for all of its shots or for one."""
    group = _group(project, take)
    places = [place_in(group, shot) for shot in group.shots] if group else [take.shot]
    return take.number in [history.selects.get(place) for place in places]


def _used(project: desk.Desk, history: History, take: Take) -> bool:
    """Whether a take goes into a film of its tier, or is what something else is made of."""
    board, group = project.source.board, _group(project, take)
    if group is not None:
        return any(shown(board, history, shot, take.tier) == take for shot in group.shots)
    if take.shot in [shot.id for shot in board.shots]:
        return shown(board, history, board.shot(take.shot), take.tier) == take
    return used(history, take.shot, take.tier) == take


def _standing(project: desk.Desk, history: History) -> Standing | None:
    """What the shots ask now; None where no plan can be made."""
    from vidgen.plan.standing import standing

    try:
        return standing(_plans(project, history))
    except StoryboardInvalid:
        return None


def _plans(project: desk.Desk, history: History) -> Iterator[Plan]:
    """The plans of every tier that has takes, as many as there are, and of the stills."""
    for tier in CUT_TIERS:
        made = [
            take.take
            for take in history.takes
            if take.tier == tier and word_of(take.shot) in ("", GROUP)
        ]
        if made:
            yield planned(project, tier)
            yield planned(project, tier, takes=max(made))
    stills = [take.take for take in history.takes if is_still(take.shot)]
    if stills:
        yield planned(project, "final", takes=max(stills), stills=True)
