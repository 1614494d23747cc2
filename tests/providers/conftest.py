"""A project with one file of each kind that a request may name."""

import shutil

import pytest

from tests.clips import ffmpeg, ffmpeg_run, make_clip  # noqa: F401
from tests.providers.asked import lay_out
from tests.providers.at_work import session


@pytest.fixture(scope="session")
def laid_out(make_clip, tmp_path_factory):  # noqa: F811
    """The files, made once."""
    folder = tmp_path_factory.mktemp("project")
    clips = (make_clip("a.mp4"), make_clip("b.mp4", pattern="smptebars", size="64x48"))
    lay_out(folder, clips)
    return folder


@pytest.fixture
def at(laid_out, tmp_path):
    """A project with stills, clips and sounds, and a session for whoever works on it."""
    shutil.copytree(laid_out, tmp_path, dirs_exist_ok=True)
    return session(tmp_path)
