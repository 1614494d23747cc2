"""How a picture of one shape is put into another: never stretched. Pure arithmetic on whole, even
pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Fit = Literal["contain", "cover"]

# Bars thinner than this share of the frame look like a fault: a sliver of picture is cropped
# instead.
HAIRLINE = Fraction(3, 100)


@dataclass(frozen=True, slots=True)
class Framing:
    """Scale to `width` x `height`, then crop to the raster or pad to it, from (x, y)."""

    width: int
    height: int
    x: int
    y: int
    how: Literal["exact", "pad", "crop"]


def frame_into(aspect: Fraction, width: int, height: int, fit: Fit = "contain") -> Framing:
    """Where a picture of that width / height goes in a raster of even width and height."""
    raster = Fraction(width, height)
    wider = aspect > raster
    lost = 1 - min(aspect, raster) / max(aspect, raster)
    crop = fit == "cover" or lost < HAIRLINE
    by_width = wider != crop  # contain fills the width of a wider picture, cover its height
    if by_width:
        scaled = (width, _even(width / aspect, height if not crop else None, crop=crop))
    else:
        scaled = (_even(height * aspect, width if not crop else None, crop=crop), height)
    if scaled == (width, height):
        return Framing(width, height, 0, 0, "exact")
    x, y = (abs(scaled[0] - width) // 4 * 2, abs(scaled[1] - height) // 4 * 2)
    return Framing(*scaled, x, y, "crop" if crop else "pad")


def _even(value: Fraction, most: int | None, *, crop: bool) -> int:
    """The nearest even size; never larger than `most`, and at least 2."""
    size = max(2, 2 * round(value / 2))
    if crop and size < value:
        size += 2
    return size if most is None else min(size, most)
