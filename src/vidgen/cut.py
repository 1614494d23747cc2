"""The cut: which frames of which takes, in order, with transitions and music. Pure.

Picture time here is whole frames at the cut's rate; nothing in this room reads a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Literal

from vidgen.errors import NothingToStitch
from vidgen.job import Take, exact_rate
from vidgen.places import GROUP, offset_of, seconds_of, word_of
from vidgen.storyboard import Shot, Storyboard, Trim
from vidgen.storyboard import Transition as Asked

TransitionKind = Literal["dissolve", "fade-black", "fade-white", "wipe-left", "wipe-right"]


@dataclass(frozen=True, slots=True)
class Raster:
    """The delivery format: width and height in pixels, rate in frames a second."""

    width: int
    height: int
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Transition:
    """How a clip comes in over the one before it; `frames` is the overlap of the two."""

    kind: TransitionKind
    frames: int


@dataclass(frozen=True, slots=True)
class Clip:
    """A take as it sits in the cut.

    `start` and `frames` count at the cut's rate: the clip shows frames start .. start+frames-1 of
    the take once the take runs at that rate. `digest` is the sha256 of the take's bytes. With
    `sound` off the take's own sound is left out.
    """

    shot: str
    path: Path
    digest: str
    start: int
    frames: int
    transition: Transition | None = None
    sound: bool = True


@dataclass(frozen=True, slots=True)
class Music:
    """A bed under the whole film: gain in dB, fades in seconds; looped when it is too short."""

    path: Path
    digest: str
    gain: Decimal = Decimal(0)
    fade_in: Decimal = Decimal(0)
    fade_out: Decimal = Decimal(2)


@dataclass(frozen=True, slots=True)
class Cut:
    """The whole film, before any deliverable is made of it."""

    title: str
    rate: Fraction
    clips: tuple[Clip, ...]
    music: Music | None = None

    @property
    def frames(self) -> int:
        """Length of the film in frames: the clips less what transitions overlap."""
        overlap = sum(clip.transition.frames for clip in self.clips if clip.transition)
        return sum(clip.frames for clip in self.clips) - overlap

    @property
    def seconds(self) -> Fraction:
        """Length of the film in seconds, exact."""
        return self.frames / self.rate


@dataclass(frozen=True, slots=True)
class Slot:
    """A shot's place in the film, known before any take exists; counts as `Clip` does."""

    shot: str
    start: int
    frames: int
    transition: Transition | None


def rate_of(board: Storyboard) -> Fraction:
    """The film's rate in frames a second, exact."""
    return exact_rate(board.format.fps)


def slots(board: Storyboard) -> tuple[Slot, ...]:
    """Every shot's place in the film, from its length, trims, transition and chain.

    At a chain's seam nothing is trimmed unless the shot itself says so, and the chained shot drops
    its first frame, which is the last frame of the shot before it: else the seam would hold.
    """
    rate = rate_of(board)
    shots = board.shots
    return tuple(
        _slot(
            board,
            shot,
            rate,
            before=shots[place - 1] if place else None,
            after=shots[place + 1] if place + 1 < len(shots) else None,
        )
        for place, shot in enumerate(shots)
    )


def _slot(
    board: Storyboard, shot: Shot, rate: Fraction, *, before: Shot | None, after: Shot | None
) -> Slot:
    seconds = seconds_of(board, shot)
    own = shot.trim or Trim()
    default = board.defaults.trim
    seamed = before is not None and board.upstream(shot) == before.id
    left = after is not None and board.upstream(after) == shot.id
    head = own.head if own.head is not None else Decimal(0) if seamed else default.head
    tail = own.tail if own.tail is not None else Decimal(0) if left else default.tail
    start = max(_frames(head, rate), 1 if seamed else 0)
    frames = _frames(seconds, rate) - start - _frames(tail, rate)
    return Slot(shot.id, start, frames, _transition(board, shot, rate) if before else None)


def _transition(board: Storyboard, shot: Shot, rate: Fraction) -> Transition | None:
    asked = shot.transition or board.defaults.transition
    if asked is None or asked == "cut":
        return None
    transition = asked if isinstance(asked, Asked) else Asked(kind="dissolve")
    if transition.kind == "cut":
        return None
    return Transition(transition.kind, max(_frames(transition.duration, rate), 1))


def _frames(seconds: Decimal | None, rate: Fraction) -> int:
    return round(Fraction(seconds or 0) * rate)


def film_frames(board: Storyboard) -> int:
    """The planned length of the film in frames."""
    places = slots(board)
    overlap = sum(place.transition.frames for place in places if place.transition)
    return sum(place.frames for place in places) - overlap


def assemble(board: Storyboard, takes: Mapping[str, Take], root: Path, music: Music | None) -> Cut:
    """The cut of a storyboard from the take chosen for each shot.

    Raises NothingToStitch, naming every shot without a take.
    """
    missing = [shot.id for shot in board.shots if shot.id not in takes]
    if missing:
        names = ", ".join(missing[:6]) + (" …" if len(missing) > 6 else "")
        raise NothingToStitch(
            f"no take of: {names}",
            hint="`vidgen render` makes them; `vidgen make --animatic` makes the whole film free",
        )
    silent = {shot.id for shot in board.shots if shot.audio is False}
    rate = rate_of(board)
    clips = tuple(
        Clip(
            shot=place.shot,
            path=root / takes[place.shot].path,
            digest=takes[place.shot].digest,
            start=place.start + _begins(board, takes[place.shot], place.shot, rate),
            frames=place.frames,
            transition=place.transition,
            sound=place.shot not in silent,
        )
        for place in slots(board)
    )
    return Cut(board.title, rate, clips, music)


def _begins(board: Storyboard, take: Take, shot: str, rate: Fraction) -> int:
    """Where in a take its shot begins, in frames of the film: in the one clip of a group, after the
    others; in one that goes on from a given clip and has it too, after that.
    """
    if word_of(take.shot) == GROUP:
        return _frames(offset_of(board, board.shot(shot)), rate)
    return round(take.begins / take.rate * rate)
