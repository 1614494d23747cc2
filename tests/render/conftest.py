"""Real clips, and a stage with a scripted provider behind every route of the shop."""

import pytest

from tests.clips import ffmpeg, ffmpeg_run, make_clip  # noqa: F401
from tests.render.stage import Stage


@pytest.fixture(scope="session")
def clip(make_clip):  # noqa: F811  the fixture of that name
    """One second of moving picture, 64x112 at 24 frames a second."""
    return make_clip(size="64x112", seconds=1)


@pytest.fixture
def stage(film, shop, tmp_path, clip):
    """Plan and render films with a scripted provider behind every route of the shop."""
    return Stage(tmp_path, film, shop, clip)
