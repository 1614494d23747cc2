"""A cut as the segments it is joined from: the body of each clip, and each transition. Pure.

Segments follow each other without overlap and add up to the cut's frames.
"""

from __future__ import annotations

from dataclasses import dataclass

from vidgen.cut import Clip, Cut, TransitionKind
from vidgen.errors import Exit, NothingToStitch, VidgenError


class ShotTooShort(VidgenError):
    """A shot has fewer frames than its transitions take, or its take fewer than the cut asks."""

    exit_code = Exit.INVALID


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames `start` .. `start + frames - 1` of a clip's take, counted at the cut's rate."""

    clip: Clip
    start: int
    frames: int


@dataclass(frozen=True, slots=True)
class Body:
    """What a clip shows alone."""

    stretch: Stretch

    @property
    def frames(self) -> int:
        """Length in frames."""
        return self.stretch.frames

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """What it is made of."""
        return (self.stretch,)

    @property
    def name(self) -> str:
        """The shot's id."""
        return self.stretch.clip.shot


@dataclass(frozen=True, slots=True)
class Seam:
    """The overlap of two clips; both stretches are as long as the transition."""

    leaving: Stretch
    coming: Stretch
    kind: TransitionKind

    @property
    def frames(self) -> int:
        """Length in frames."""
        return self.coming.frames

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """What it is made of, in the order shown."""
        return (self.leaving, self.coming)

    @property
    def name(self) -> str:
        """Both shots' ids."""
        return f"{self.leaving.clip.shot} to {self.coming.clip.shot}"


Segment = Body | Seam


def segments_of(cut: Cut) -> tuple[Segment, ...]:
    """The cut's segments in order. Raises NothingToStitch, ShotTooShort."""
    if not cut.clips:
        raise NothingToStitch("the cut has no clip", hint="render a shot first")
    found: list[Segment] = []
    for place, clip in enumerate(cut.clips):
        before = cut.clips[place - 1] if place else None
        after = cut.clips[place + 1] if place + 1 < len(cut.clips) else None
        head, tail = _overlap(clip), _overlap(after)
        _check(clip, before, head, tail)
        if clip.transition and before:
            leaving = Stretch(before, before.start + before.frames - head, head)
            coming = Stretch(clip, clip.start, head)
            found.append(Seam(leaving, coming, clip.transition.kind))
        found.append(Body(Stretch(clip, clip.start + head, clip.frames - head - tail)))
    return tuple(found)


def _overlap(clip: Clip | None) -> int:
    return clip.transition.frames if clip and clip.transition else 0


def _check(clip: Clip, before: Clip | None, head: int, tail: int) -> None:
    if clip.frames < 1 or clip.start < 0:
        raise ShotTooShort(
            f"shot `{clip.shot}` has {clip.frames} frames from frame {clip.start}",
            where=clip.shot,
            hint="trim less of it",
        )
    if clip.transition and (before is None or clip.transition.frames < 1):
        what = "nothing before it to come in over" if before is None else "no length"
        raise ShotTooShort(
            f"the transition into shot `{clip.shot}` has {what}",
            where=clip.shot,
            hint="take the transition away, or give it an earlier shot and at least one frame",
        )
    if clip.frames < head + tail + 1:
        raise ShotTooShort(
            f"shot `{clip.shot}` is {clip.frames} frames long; its transitions take {head} at the "
            f"head and {tail} at the tail and must leave one between them",
            where=clip.shot,
            hint=f"make the shot at least {head + tail + 1} frames, or its transitions shorter",
        )
