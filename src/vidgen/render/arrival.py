"""A finished clip or still, looked at before it becomes a take: it decodes wholly, or is refused.

What differs from what was asked is a flag beside the take: a clip that was paid for is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vidgen.job import FOLLOWING, Request

if TYPE_CHECKING:
    from vidgen.media.looks import Looks, Span

FlagCode = Literal["black", "frozen", "silent", "short", "size", "first-frame", "seam", "aspect"]
"""What can be flagged; all but `aspect` may be named by a storyboard's `qc.reroll_on`."""

SHORT_BY = Fraction(1, 10)
"""Seconds that a clip may be shorter than asked without a word: models count their own way."""

A_SECOND_BEGUN = Fraction(1)
"""The same where a given file says how long it is: of a sound of 14.3 s some make a clip of 14."""

OFF_BY = Fraction(2, 100)
"""The share by which size and shape may be off: models round to multiples of 8 or 16 pixels."""

BLACK_FOR = Fraction(2, 10)
"""Seconds of black that are no mere start of a fade."""

STILL_FOR = Fraction(3, 4)
"""Seconds without movement that look like a fault; a held breath is shorter."""

STILL_SHARE = Fraction(8, 10)
"""The share of a clip from which it stands still as a whole, however short it is."""

UNLIKE_STILL = 0.5
"""First frames less like the given still than this start from something else.

Measured on the eight stills of the example film: other pictures reach 0.38; the still softened,
darkened, noisy or with stronger contrast keeps 0.84 and more, pushed in by 5 % 0.64, moved aside by
3 % 0.52.
"""

UNLIKE_SEAM = 0.7
"""Openings less like the frame before them than this show a jump.

A chained shot is given that very frame, so only what a model's own drawing does to it may differ:
0.84 and more in the same measures; a push of 5 % across the cut, which shows, reaches 0.69 at most.
"""


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that differs: a word for scripts, and a part of a sentence for people."""

    code: FlagCode
    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured: digest of the bytes, frames that decode, their rate, and what differs.

    `width` and `height` are as a viewer sees them; `sound` says whether anything can be heard. A
    still has one frame and no seconds.
    """

    digest: str
    frames: int
    rate: Fraction
    flags: tuple[Flag, ...] = ()
    width: int = 0
    height: int = 0
    seconds: Fraction = Fraction(0)
    sound: bool = False


def inspect(
    path: Path, request: Request, *, first: Path | None = None, seam: Path | None = None
) -> Facts:
    """Decode a clip to its end and compare it with what was asked.

    `first` is the still that it was to start from, `seam` the frame of the shot before that it was
    to go on from; where one of them cannot be read any more, the clip is not compared with it.
    Raises MediaError when the clip has no picture, is cut off, or is damaged anywhere.
    """
    from vidgen.media.looks import look

    drawn = request.provider == "animatic"  # its cards stand still, and differ, by intent
    looks = look(path, first=None if drawn else first, seam=None if drawn else seam)
    flags = [
        *_size_flags((looks.width, looks.height), request),
        *_length_flags(looks, request),
        *_sound_flags(looks, request),
    ]
    if not drawn:
        flags += [*_black_flags(looks), *_still_flags(looks), *_likeness_flags(looks)]
    return Facts(
        digest=file_digest(path),
        frames=looks.frames,
        rate=looks.rate,
        flags=tuple(flags),
        width=looks.width,
        height=looks.height,
        seconds=looks.seconds,
        sound=looks.heard,
    )


def inspect_still(path: Path, request: Request) -> Facts:
    """Decode a still wholly and compare it with what was asked. Raises MediaError."""
    from vidgen.media.looks import look_at_still

    looks = look_at_still(path)
    flags = [*_size_flags((looks.width, looks.height), request)]
    if looks.black:
        flags.append(Flag("black", "the picture is black"))
    return Facts(
        digest=file_digest(path),
        frames=1,
        rate=request.rate,
        flags=tuple(flags),
        width=looks.width,
        height=looks.height,
    )


ENDINGS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"RIFF": "webp"}


def ending_of(still: Path) -> str:
    """What a still is called after its dot: by its first bytes, whatever its name says."""
    with still.open("rb") as file:
        head = file.read(4)
    return next((ending for mark, ending in ENDINGS.items() if head.startswith(mark)), "png")


def _size_flags(size: tuple[int, int], request: Request) -> Iterator[Flag]:
    """Larger is no flag: it is scaled down. Nothing is asked where the source says the size."""
    wanted = (request.width, request.height)
    if request.resolution == "source" or not all(wanted):
        return
    asked, delivered = f"{wanted[0]}x{wanted[1]}", f"{size[0]}x{size[1]}"
    if min(size) < min(wanted) * (1 - OFF_BY):
        yield Flag("size", f"{asked} was asked, {delivered} delivered")
    shape = Fraction(*size) / Fraction(*wanted)
    if max(shape, 1 / shape) > 1 + OFF_BY:
        yield Flag("aspect", f"{asked} was asked, {delivered} has another shape")


def _length_flags(looks: Looks, request: Request) -> Iterator[Flag]:
    least = A_SECOND_BEGUN if request.mode in FOLLOWING else SHORT_BY
    if request.duration is not None and Fraction(request.duration) - looks.seconds > least:
        asked = f"{request.duration.normalize():f}s"
        yield Flag("short", f"{asked} was asked, {float(looks.seconds):.2f}s delivered")


def _sound_flags(looks: Looks, request: Request) -> Iterator[Flag]:
    if request.audio is not True or looks.heard:
        return
    how = "it is silent throughout" if looks.has_sound else "none delivered"
    yield Flag("silent", f"sound was asked, {how}")


def _black_flags(looks: Looks) -> Iterator[Flag]:
    if _covers(looks.black, looks):
        yield Flag("black", "the picture is black throughout")
        return
    spans = [span for span in looks.black if span.seconds >= BLACK_FOR]
    if spans:
        yield Flag("black", f"the picture is black {_told(spans)}")


def _still_flags(looks: Looks) -> Iterator[Flag]:
    whole = STILL_SHARE * looks.seconds
    spans = [span for span in looks.still if span.seconds >= min(STILL_FOR, whole)]
    if sum(span.seconds for span in spans) > whole:
        yield Flag("frozen", "the picture stands still throughout")
    elif spans:
        yield Flag("frozen", f"the picture stands still {_told(spans)}")


def _likeness_flags(looks: Looks) -> Iterator[Flag]:
    if looks.likeness is not None and looks.likeness < UNLIKE_STILL:
        words = "it does not begin with the still it was given"
        yield Flag("first-frame", f"{words} (likeness {looks.likeness:.2f})")
    if looks.seam is not None and looks.seam < UNLIKE_SEAM:
        words = "it does not go on from the frame before it"
        yield Flag("seam", f"{words} (likeness {looks.seam:.2f})")


def _covers(spans: Sequence[Span], looks: Looks) -> bool:
    """Whether stretches leave no frame of a clip out."""
    return looks.seconds - sum(span.seconds for span in spans) < 1 / looks.rate


def _told(spans: Sequence[Span]) -> str:
    """`from 2.5s to 3.25s`; of several stretches the longest, and how many more."""
    longest = max(spans, key=lambda span: span.seconds)
    others = len(spans) - 1
    more = "" if not others else " and once more" if others == 1 else f" and {others} times more"
    return f"from {_clock(longest.start)} to {_clock(longest.end)}{more}"


def _clock(seconds: Fraction) -> str:
    return f"{float(seconds):.2f}".rstrip("0").rstrip(".") + "s"


def file_digest(path: Path) -> str:
    """The sha256 of a file's bytes."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
