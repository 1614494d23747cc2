"""Presets by name."""

from fractions import Fraction

import pytest

from vidgen.cut import Raster
from vidgen.errors import UnknownName
from vidgen.stitch import PRESETS, preset


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("social-vertical", (1080, 1920)),
        ("youtube", (1920, 1080)),
        ("feed-square", (1080, 1080)),
        ("master", (2048, 858)),
    ],
)
def test_sizes(name, size):
    found = preset(name, width=2048, height=858)
    assert (found.name, found.width, found.height) == (name, *size)
    assert found.raster(Fraction(24)) == Raster(*size, Fraction(24))


def test_the_usual_ones_stay_about_15_mbit():
    assert all(10_000 <= one.ceiling <= 20_000 for one in PRESETS)


def test_a_key_frame_every_two_seconds():
    assert preset("youtube", width=2, height=2).encoder(Fraction(30000, 1001)).gop == 60


def test_a_name_that_is_not_there():
    with pytest.raises(UnknownName, match="no preset `social-vertikal`") as caught:
        preset("social-vertikal", width=2, height=2)
    assert caught.value.hint == "did you mean `social-vertical`?"
    with pytest.raises(UnknownName) as caught:
        preset("xyz", width=2, height=2)
    assert "feed-square" in caught.value.hint
