"""Putting one shape into another: never stretched, always even, bars or crop as asked."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vidgen.media.framing import HAIRLINE, Framing, frame_into

TALL = (1080, 1920)
even = some.integers(64, 4096).map(lambda half: 2 * half)
aspects = some.builds(Fraction, some.integers(100, 5000), some.integers(100, 5000))


@pytest.mark.parametrize(
    ("aspect", "fit", "framing"),
    [
        (Fraction(9, 16), "contain", Framing(1080, 1920, 0, 0, "exact")),
        (Fraction(9, 16), "cover", Framing(1080, 1920, 0, 0, "exact")),
        (Fraction(16, 9), "contain", Framing(1080, 608, 0, 656, "pad")),
        (Fraction(16, 9), "cover", Framing(3414, 1920, 1166, 0, "crop")),
        (Fraction(1), "contain", Framing(1080, 1080, 0, 420, "pad")),
        (Fraction(1), "cover", Framing(1920, 1920, 420, 0, "crop")),
        (Fraction(1, 3), "contain", Framing(640, 1920, 220, 0, "pad")),
        # 704x1280 is what many models mean by 9:16: slivers are cropped, not framed in black
        (Fraction(704, 1280), "contain", Framing(1080, 1964, 0, 22, "crop")),
        (Fraction(1088, 1920), "contain", Framing(1088, 1920, 4, 0, "crop")),
    ],
)
def test_shapes_that_come_up(aspect, fit, framing):
    assert frame_into(aspect, *TALL, fit) == framing


@given(aspect=aspects, width=even, height=even, fit=some.sampled_from(["contain", "cover"]))
def test_never_stretched(aspect, width, height, fit):
    made = frame_into(aspect, width, height, fit)
    assert made.width % 2 == made.height % 2 == made.x % 2 == made.y % 2 == 0
    if min(made.width, made.height) >= 100:  # whole even pixels allow no better
        assert abs(made.width / made.height / aspect - 1) < Fraction(1, 40)
    if made.how == "crop":
        assert made.width >= width and made.height >= height
        assert made.x + width <= made.width and made.y + height <= made.height
    else:
        assert made.width <= width and made.height <= height
        assert made.x + made.width <= width and made.y + made.height <= height
    assert made.width == width or made.height == height


@given(aspect=aspects, width=even, height=even)
def test_contain_crops_slivers_only(aspect, width, height):
    made = frame_into(aspect, width, height)
    raster = Fraction(width, height)
    lost = 1 - min(aspect, raster) / max(aspect, raster)
    assert (made.how == "pad") <= (lost >= HAIRLINE)
    assert (made.how == "crop") <= (lost < HAIRLINE)
