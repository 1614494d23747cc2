"""Pictures to look at through a moving camera, and requests for clips of them."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
from PIL import Image

from vidgen.job import Input, Request, Slate

RATE = Fraction(24)


def busy(size, seed=0):
    """A picture with detail everywhere, and no two parts alike."""
    noise = np.random.default_rng(seed).integers(0, 256, (size[1] // 6, size[0] // 6, 3), "uint8")
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)


def saved(picture, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return path


def request(**more):
    """A small, short clip of nothing in particular."""
    usual = {
        "kind": "video", "mode": "text", "model": "animatic", "provider": "animatic",
        "endpoint": "slate", "prompt": "a cup of coffee", "aspect": "9:16", "resolution": "360p",
        "width": 90, "height": 160, "rate": RATE, "duration": Decimal("0.5"),
        "slate": Slate("sip", "veo-3.1", "a cup of coffee", Decimal("0.5")),
    }  # fmt: skip
    return Request(**(usual | more))


def given(path):
    """A file as a request names it; the digest is not looked at here."""
    return Input(path, "0" * 64)
