"""Why a route cannot do what a shot asks, and which of many reasons say most. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from vidgen.catalogue import Route


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing a route cannot do, in words, and the field of the shot that asks for it."""

    words: str
    field: str = "model"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a route cannot do what a shot asks."""

    route: Route
    reasons: tuple[Reason, ...]


def telling(refusals: list[Refusal]) -> list[Refusal]:
    """The refusals that say most: of live routes, those that come nearest to what is asked."""
    live = [one for one in refusals if one.route.live] or refusals
    fewest = min((len(one.reasons) for one in live), default=0)
    near = [one for one in live if len(one.reasons) == fewest]
    by_length = [one for one in near if one.reasons[0].field == "duration"]
    return by_length or near


def grouped(refusals: list[Refusal]) -> str:
    """The reasons in words, each with whom it holds for."""
    if not refusals:
        return "nobody sells it"
    by_reason: dict[str, list[str]] = {}
    for refusal in refusals:
        words = "; ".join(reason.words for reason in refusal.reasons)
        by_reason.setdefault(words, []).append(refusal.route.provider.provider)
    pieces = [f"{why} ({', '.join(dict.fromkeys(names))})" for why, names in by_reason.items()]
    more = len(pieces) - 3
    return "; ".join(pieces[:3]) + (f"; and {more} more" if more > 0 else "")
