"""Money: exact decimals in US dollars, and how each kind of price turns work into cost.

A price that is not known is None, never zero. Nothing here reads a file or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

Usd = Decimal

Per = Literal[
    "second",
    "clip",
    "image",
    "megapixel",
    "frame",
    "million-tokens",
    "audio-second",
    "gpu-hour",
    "free",
    "unknown",
]
"""What one price buys. `second` is a second of delivered video; `megapixel` counts every pixel of
every frame of a video, or of one image; `million-tokens` counts width x height x frames / 1024,
up to the next whole token."""

TOKEN_PIXELS = 1024
MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much work one job is: seconds delivered, pixels, rate, seconds of sound or video given.

    `gpu_hours` is an estimate the user's rate is multiplied with; None where nothing is known.
    """

    seconds: Decimal = Decimal(0)
    width: int = 0
    height: int = 0
    rate: Fraction = Fraction(24)
    images: int = 1
    audio_seconds: Decimal = Decimal(0)
    input_seconds: Decimal = Decimal(0)
    still: bool = False
    gpu_hours: Decimal | None = None

    @property
    def frames(self) -> Decimal:
        """Frames of delivered video (one for a still)."""
        if self.still:
            return Decimal(1)
        return self.seconds * self.rate.numerator / self.rate.denominator

    @property
    def megapixels(self) -> Decimal:
        """Millions of pixels over every frame."""
        return self.width * self.height * self.frames / MILLION

    @property
    def million_tokens(self) -> Decimal:
        """Video tokens in millions, counting a given source video's seconds as well.

        A token begun is a whole one, since providers count them in whole numbers.
        """
        frames = Fraction(self.seconds + self.input_seconds) * self.rate
        return ceil(self.width * self.height * frames / TOKEN_PIXELS) / MILLION


def cost(per: Per, price: Decimal | None, work: Quantity) -> Usd | None:
    """What `work` costs in US dollars at `price` per `per`; None where that cannot be known."""
    if per == "free":
        return Decimal(0)
    if per == "unknown" or price is None:
        return None
    amount = _amount(per, work)
    return None if amount is None else price * amount


def _amount(per: Per, work: Quantity) -> Decimal | None:
    match per:
        case "second":
            return work.seconds
        case "clip":
            return Decimal(1)
        case "image":
            return Decimal(work.images)
        case "megapixel":
            return work.megapixels * (work.images if work.still else 1)
        case "frame":
            return work.frames
        case "million-tokens":
            return work.million_tokens
        case "audio-second":
            return work.audio_seconds
        case "gpu-hour":
            return work.gpu_hours
        case _:
            return None


def credits_of(usd: Usd, per_usd: Decimal) -> Decimal:
    """US dollars in the project's credits, exact."""
    return usd * per_usd


def round_up(amount: Decimal, places: int = 2) -> Decimal:
    """An amount for showing: rounded up, so that none on a screen is less than what is paid."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_CEILING)
