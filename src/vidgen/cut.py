"""The cut: which frames of which takes, in order, with transitions and music. Values only.

Picture time here is whole frames at the cut's rate; nothing in this room reads a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Literal

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
    the take once the take runs at that rate. `digest` is the sha256 of the take's bytes.
    """

    shot: str
    path: Path
    digest: str
    start: int
    frames: int
    transition: Transition | None = None


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
