"""How a picture's numbers are read: its tags, else its size."""

import pytest

from vidgen.media.colour import Colour, read_as


@pytest.mark.parametrize(
    ("size", "pix_fmt", "matrix", "range_", "colour"),
    [
        ((1080, 1920), "yuv420p", "bt709", "tv", Colour("bt709", "tv")),
        ((1080, 1920), "yuv420p", "smpte170m", "tv", Colour("bt601", "tv")),
        ((1080, 1920), "yuv420p", "bt470bg", "pc", Colour("bt601", "pc")),
        ((3840, 2160), "yuv420p10le", "bt2020nc", "tv", Colour("bt2020", "tv")),
        ((1080, 1920), "yuv420p", "unknown", "unknown", Colour("bt709", "tv", guessed=True)),
        ((720, 720), "yuv420p", "unknown", "unknown", Colour("bt709", "tv", guessed=True)),
        ((576, 1280), "yuv420p", "unknown", "tv", Colour("bt709", "tv", guessed=True)),
        ((540, 960), "yuv420p", "unknown", "unknown", Colour("bt601", "tv", guessed=True)),
        ((540, 960), "yuvj420p", "unknown", "unknown", Colour("bt601", "pc", guessed=True)),
    ],
)
def test_read_as(size, pix_fmt, matrix, range_, colour):
    assert read_as(size, pix_fmt, matrix, range_) == colour
