"""Real clips, and a stage with a scripted provider behind every route of the shop."""

import asyncio

import pytest

from tests.clips import ffmpeg, ffmpeg_run, make_clip  # noqa: F401
from tests.render.stage import Stage
from vidgen.render.floor import Floor


@pytest.fixture(scope="session")
def clip(make_clip):  # noqa: F811  the fixture of that name
    """One second of moving picture, 64x112 at 24 frames a second."""
    return make_clip(size="64x112", seconds=1)


@pytest.fixture
def stage(film, shop, tmp_path, clip):
    """Plan and render films with a scripted provider behind every route of the shop."""
    return Stage(tmp_path, film, shop, clip)


@pytest.fixture
def part(tmp_path):
    """Where a download is put until it is whole."""
    return tmp_path / "clips" / "sip.part"


@pytest.fixture
def skipping(monkeypatch):
    """Waits take no time, and the loop's clock goes on as if they had (at a tempo of 1)."""
    skipped, clock = [0.0], asyncio.BaseEventLoop.time

    async def sleep(self, desk, seconds):
        skipped[0] += seconds
        await asyncio.sleep(0)

    monkeypatch.setattr(asyncio.BaseEventLoop, "time", lambda loop: clock(loop) + skipped[0])
    monkeypatch.setattr(Floor, "sleep", sleep)
