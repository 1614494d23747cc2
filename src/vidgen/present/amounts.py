"""Money and lengths as words: rounded up, never hidden. Computes no price."""

from __future__ import annotations

from decimal import Decimal

from vidgen.money import Usd, credits_of, round_up
from vidgen.plan.values import Quote


def credits_text(usd: Usd | None, per_usd: Decimal) -> str:
    """Credits with two decimals, rounded up; `?` where a price is not known, `free` for nothing."""
    if usd is None:
        return "?"
    return f"{round_up(credits_of(usd, per_usd)):,}" if usd else "free"


def credits_words(usd: Usd, per_usd: Decimal) -> str:
    """`1,435.55 cr`: credits with two decimals, rounded up, zero as well."""
    return f"{round_up(credits_of(usd, per_usd)):,} cr"


def usd_text(usd: Usd | None) -> str:
    """US dollars with two decimals, rounded up (four below ten cents)."""
    if usd is None:
        return "?"
    sign, amount = ("-", -usd) if usd < 0 else ("", usd)
    places = 4 if Decimal(0) < amount < Decimal("0.1") else 2
    return f"{sign}${round_up(amount, places):,}"


UNITS = {
    "second": "/s",
    "clip": "/clip",
    "image": "/image",
    "megapixel": "/MP",
    "frame": "/frame",
    "million-tokens": "/Mtok",
    "audio-second": "/s sound",
    "gpu-hour": "/GPU h",
}


def unit_text(quote: Quote) -> str:
    """What is charged for each unit: `$0.084/s`."""
    if quote.per == "free":
        return ""
    return "?" if quote.unit_usd is None else f"${quote.unit_usd}{UNITS[quote.per]}"


def seconds_text(seconds: Decimal | None) -> str:
    """`4.5s`; nothing where there is no length."""
    return "" if seconds is None else f"{seconds.normalize():f}s"
