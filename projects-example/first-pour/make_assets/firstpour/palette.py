"""The film's colours: espresso, cream, terracotta, window gold and one green."""

from __future__ import annotations

Colour = tuple[int, int, int]


def colour(text: str) -> Colour:
    """Read `#rrggbb` as three bytes."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(first: Colour, second: Colour, amount: float) -> Colour:
    """Go from `first` to `second` by `amount`, 0 to 1."""
    red, green, blue = (round(a + (b - a) * amount) for a, b in zip(first, second, strict=True))
    return red, green, blue


INK = colour("#1b0f0d")
ESPRESSO = colour("#2b1713")
ROAST = colour("#47261a")
COFFEE = colour("#6a3b25")
CARAMEL = colour("#a9653a")
HONEY = colour("#d99a55")
TERRACOTTA = colour("#c65d3b")
CLAY = colour("#9c4530")
BLUSH = colour("#e08a63")
CREAM = colour("#f6e6cb")
MILK = colour("#fdf5e4")
SAND = colour("#e3c49a")
GOLD = colour("#ffc867")
SUN = colour("#ffe7ae")
GREEN = colour("#22513f")
LEAF = colour("#3c7357")
PINE = colour("#15352b")
SKIN = colour("#d0926a")
SKIN_LIGHT = colour("#efbd90")
SKIN_SHADE = colour("#9d5e45")
SKIN_DEEP = colour("#743f30")
HAIR = colour("#33190f")
HAIR_LIGHT = colour("#7a4527")
