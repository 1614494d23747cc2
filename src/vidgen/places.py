"""Where takes lie besides their shot's own: `sip.still`, `sip.upscale`, `sip.group`. Pure.

A place is a shot's id, or the id with a word after a dot: a generated still, a finished version of
the shot's take, or (at its first shot) the one clip that a group of shots is rendered as.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from vidgen.job import Tier
from vidgen.storyboard import DEFAULT_SECONDS, Shot, Storyboard

StillPlace = Literal["still", "end-still"]
Stage = Literal["lip-sync", "upscale", "interpolate"]
"""What can be done to a finished take, in this order; each works on what the one before made."""

STILLS: tuple[StillPlace, ...] = ("still", "end-still")
STAGES: tuple[Stage, ...] = ("lip-sync", "upscale", "interpolate")
GROUP = "group"

STILL_TIER: Tier = "final"
"""A draft starts from the same stills as its final: they are made, and paid for, once."""

FINISHED_TIER: Tier = "final"
"""Drafts and animatics are looked at as they are."""


@dataclass(frozen=True, slots=True)
class Group:
    """Shots that are rendered in one call, in order; `place` is where their one clip lies."""

    place: str
    shots: tuple[Shot, ...]


def shot_of(place: str) -> str:
    """The shot that a place belongs to: `sip` of `sip.still`."""
    return place.partition(".")[0]


def word_of(place: str) -> str:
    """What a place is called after its shot: `still` of `sip.still`; empty for a shot's own."""
    return place.partition(".")[2]


def is_still(place: str) -> bool:
    """Whether a place holds pictures, not clips."""
    return word_of(place) in STILLS


def stages_of(shot: Shot) -> tuple[Stage, ...]:
    """What is to be done to a shot's take once it is there."""
    enhance = shot.enhance
    asked: dict[Stage, object] = {
        "lip-sync": shot.lip_sync,
        "upscale": enhance and enhance.upscale,
        "interpolate": enhance and enhance.interpolate,
    }
    return tuple(stage for stage in STAGES if asked[stage])


def seconds_of(board: Storyboard, shot: Shot) -> Decimal:
    """The length of a take as asked for, in seconds."""
    return shot.duration or board.defaults.duration or DEFAULT_SECONDS


def group_of(board: Storyboard, shot: Shot) -> Group | None:
    """The group that a shot is rendered in; None where it is a call of its own."""
    if shot.group is None:
        return None
    members = tuple(one for one in board.shots if one.group == shot.group)
    return Group(f"{members[0].id}.{GROUP}", members)


def place_in(group: Group, shot: Shot) -> str:
    """Under what a take of a group is chosen for one of its shots alone; what is chosen at the
    group's own place holds for its first shot, and for every other that has no choice of its own.
    """
    assert shot in group.shots, "only members see a group's take"
    return f"{shot.id}.{GROUP}"


def offset_of(board: Storyboard, shot: Shot) -> Decimal:
    """Where in the clip of its group a shot begins, in seconds; 0 where it is in none."""
    group = group_of(board, shot)
    if group is None:
        return Decimal(0)
    before = group.shots[: [one.id for one in group.shots].index(shot.id)]
    return sum((seconds_of(board, one) for one in before), Decimal(0))


def parts_of(board: Storyboard, group: Group) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """Each shot of a group, with where in the group's clip it begins and ends, in seconds."""
    begins = ((shot, offset_of(board, shot)) for shot in group.shots)
    return tuple((shot.id, at, at + seconds_of(board, shot)) for shot, at in begins)
