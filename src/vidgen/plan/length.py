"""How long what is made is, and what of that is paid for: as asked, or as a given file. Pure."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from vidgen.catalogue import Route
from vidgen.job import Mode
from vidgen.plan.refusal import Reason
from vidgen.plan.want import Want

GIVEN_WORDS: dict[Mode, tuple[str, str]] = {
    "edit": ("the clip", "source"),
    "motion": ("the clip", "motion"),
    "avatar": ("the sound", "audio"),
    "lip_sync": ("the sound", "lip_sync"),
}
"""By mode: what is given, and the field of the shot that gives it."""

ROUNDED = Decimal("0.1")
"""Seconds by which the length of a file may be off what people call it: frames and packets."""


def follows_file(route: Route, want: Want, mode: Mode) -> bool:
    """Whether the file that is given says how long what comes is."""
    return want.given_seconds is not None and route.follows(mode)


def made_seconds(route: Route, want: Want, mode: Mode) -> Decimal:
    """How long what comes is, in seconds: as asked, or as what is given."""
    if want.given_seconds is None or not route.follows(mode):
        return want.seconds
    # A clip whose lips are moved may be shorter than what is said, and who pays for which is
    # told by few.
    return max(want.given_seconds, want.seconds) if mode == "lip_sync" else want.given_seconds


def whole_seconds(seconds: Decimal) -> Decimal:
    """What is paid for a length that a file has: every second begun."""
    return max((seconds - ROUNDED).to_integral_value(ROUND_CEILING), Decimal(1))


def paid_seconds(route: Route, want: Want, mode: Mode, bought: Decimal) -> Decimal:
    """The seconds that are paid for: what is bought, or all of a longer clip that is worked on."""
    if want.upon and outlasts(want, bought):
        return whole_seconds(want.upon.seconds)
    return whole_seconds(bought) if follows_file(route, want, mode) else bought


def outlasts(want: Want, bought: Decimal) -> bool:
    """Whether the clip to be worked on is longer than what was asked of who made it."""
    return want.upon is not None and want.upon.seconds > bought + ROUNDED


def long_enough(route: Route, want: Want, mode: Mode) -> list[Decimal]:
    """The lengths on sale that are long enough; a file may be a little over."""
    least = made_seconds(route, want, mode) - (ROUNDED if follows_file(route, want, mode) else 0)
    return [length for length in route.durations if length >= least]


def too_short(route: Route, want: Want, mode: Mode) -> list[Reason]:
    """Why what is given is too short for the shot, or for the route."""
    if not follows_file(route, want, mode):
        return []
    lasts, (what, field) = made_seconds(route, want, mode), GIVEN_WORDS[mode]
    least = min(route.durations, default=Decimal(0))
    if lasts < want.seconds - ROUNDED:
        way = f"write `duration: {in_seconds(lasts)}`"
        asked = in_seconds(want.seconds)
        return [Reason(f"{what} lasts {in_seconds(lasts)}, and {asked} is asked: {way}", field)]
    if lasts < least - ROUNDED:
        words = f"{what} lasts {in_seconds(lasts)}; it takes {in_seconds(least)} and more"
        return [Reason(words, field)]
    return []


def sold_in_words(route: Route) -> str:
    """The lengths that a route sells."""
    return lengths_in_words(route.durations)


def lengths_in_words(lengths: tuple[Decimal, ...]) -> str:
    """`4, 6, 8` or `3 to 15s`."""
    if len(lengths) > 4:
        return f"{in_seconds(lengths[0])[:-1]} to {in_seconds(lengths[-1])}"
    return ", ".join(in_seconds(length)[:-1] for length in lengths)


def in_seconds(seconds: Decimal) -> str:
    """`4.5s`."""
    return f"{seconds.normalize():f}s"
