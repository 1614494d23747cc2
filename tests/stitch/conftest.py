import asyncio
import hashlib
import itertools
from fractions import Fraction

import pytest

from tests.clips import ffmpeg, ffmpeg_run, make_clip  # noqa: F401
from vidgen.cut import Clip, Cut, Transition
from vidgen.stitch import Preset, stitch

SMALL = Preset("small", 96, 160, speed="superfast")


@pytest.fixture
def shot(make_clip):  # noqa: F811
    """A clip of the cut over a real take: `shot("sip", frames=20, over="dissolve:6", …)`."""
    numbers = itertools.count()

    def make(name=None, *, frames=24, start=0, over="", path=None, **how):
        kind, _, length = over.partition(":")
        path = path or make_clip(**how)
        return Clip(
            shot=name or f"s{next(numbers)}",
            path=path,
            digest=hashlib.sha256(path.read_bytes()).hexdigest(),
            start=start,
            frames=frames,
            transition=Transition(kind, int(length)) if over else None,
        )

    return make


@pytest.fixture
def film(ffmpeg, tmp_path):  # noqa: F811
    """Stitch clips in this test's own cache: `film(clips, rate=…)` gives the deliverable."""

    def make(clips, *, rate=24, music=None, preset=SMALL, title="Film", out=None, **more):
        cut = Cut(title, Fraction(rate), tuple(clips), music)
        out = out or tmp_path / "deliver" / "film.mp4"
        work = {"ffmpeg": ffmpeg, "cache": tmp_path / "cache", "out": out, "workers": 2}
        return asyncio.run(stitch(cut, preset, **{**work, **more}))

    return make
