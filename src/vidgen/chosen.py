"""Which take of a shot a film uses: the one selected, else the newest, finished as the shot asks.

Pure: reads a storyboard and what happened before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vidgen.job import History, Take, Tier
from vidgen.places import FINISHED_TIER, Group, Stage, group_of, place_in, stages_of
from vidgen.storyboard import Shot, Storyboard


@dataclass(frozen=True, slots=True)
class Chosen:
    """A shot's take in a film, and what of the finishing that the shot asks is not done to it."""

    take: Take
    unfinished: tuple[Stage, ...] = ()


def used(history: History, place: str, tier: Tier) -> Take | None:
    """The take of a place that a film of that tier uses: the one selected, else the newest."""
    takes = history.of(place, tier)
    number = history.selects.get(place)
    return next((take for take in takes if take.number == number), takes[-1] if takes else None)


def chosen(board: Storyboard, history: History, tiers: Sequence[Tier]) -> dict[str, Chosen]:
    """The take of each shot that has one, at the first of some tiers that has."""
    found = {}
    for shot in board.shots:
        for tier in tiers:
            take = shown(board, history, shot, tier)
            if take is not None:
                stages = stages_of(shot) if tier == FINISHED_TIER else ()
                found[shot.id] = _finished(history, shot, take, stages)
                break
    return found


def shown(board: Storyboard, history: History, shot: Shot, tier: Tier) -> Take | None:
    """The take that a film of that tier shows a shot from: its own, or the one of its group.

    Beside a group's take, one of a member's own counts only where it was selected by hand.
    """
    own, group = used(history, shot.id, tier), group_of(board, shot)
    if group is None or tier == "animatic":
        return own
    by_hand = own is not None and own.number == history.selects.get(shot.id)
    return own if by_hand else of_group(history, group, shot, tier) or own


def of_group(history: History, group: Group, shot: Shot, tier: Tier) -> Take | None:
    """The group's take that one of its shots is shown from: the one selected for it or for all of
    them, else the newest.
    """
    number = history.selects.get(place_in(group, shot))
    takes = history.of(group.place, tier)
    mine = next((take for take in takes if take.number == number), None)
    return mine or used(history, group.place, tier)


def _finished(history: History, shot: Shot, take: Take, stages: tuple[Stage, ...]) -> Chosen:
    """The last that was made of a take; a stage counts where it worked on the one before."""
    for done, stage in enumerate(stages):
        place = f"{shot.id}.{stage}"
        takes = [
            one
            for one in history.of(place, FINISHED_TIER)
            if one.started_from.get("source_video") in (None, take.digest)  # one's own says none
        ]
        if not takes:
            return Chosen(take, stages[done:])
        number = history.selects.get(place)
        take = next((one for one in takes if one.number == number), takes[-1])
    return Chosen(take)
