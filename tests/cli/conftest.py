"""The command line, run inside this process: what it says on each stream, and its exit code."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from vidgen.cli import app
from vidgen.cli.commands import register

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What one command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def vidgen(capsys, monkeypatch):
    """Run a command line: `vidgen("plan", folder, columns=80)`."""
    register(None)

    def run(*words, columns=80):
        monkeypatch.setenv("COLUMNS", str(columns))
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            app([str(word) for word in words], prog_name="vidgen")
        said = capsys.readouterr()
        return Said(left.value.code or 0, said.out, said.err)

    return run


@pytest.fixture(autouse=True)
def no_keys(monkeypatch, tmp_path):
    """No key of whoever runs the tests, and no `.env` beside them."""
    import os

    from vidgen.cli.app import _dotenv

    for name in list(os.environ):
        if name.endswith(("_KEY", "_TOKEN", "_SECRET", "_CREDENTIALS", "_PROJECT")):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "VIDGEN_FFMPEG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    _dotenv.cache_clear()
    yield
    _dotenv.cache_clear()


@pytest.fixture
def small_shop(shop, monkeypatch):
    """The catalogue of three models at two providers, in place of the shipped one."""
    monkeypatch.setattr("vidgen.catalogue.load", lambda book=None: shop)
    return shop


@pytest.fixture
def example(tmp_path):
    """A copy of the example project, without anything that was made of it."""
    target = tmp_path / "first-pour"
    ignored = shutil.ignore_patterns(".vidgen", "takes", "deliver", "make_assets")
    shutil.copytree(ROOT / "projects-example/first-pour", target, ignore=ignored)
    return target


@pytest.fixture
def tiny(tmp_path):
    """A project of two slates and a chain that renders in a second; `tiny(text)` for another."""

    def make(text=TINY, name="tiny"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "storyboard.yaml").write_text(text, encoding="utf-8")
        return folder

    return make


TINY = """\
vidgen: 1
title: Tiny
format: {aspect: "9:16", resolution: 360p, fps: 24}
defaults: {duration: 1s, trim: {head: 0s, tail: 0s}, model: veo-3.1}
shots:
  - {id: one, prompt: A cup of coffee}
  - {id: two, prompt: Steam rises}
deliver:
  - {name: tiny, preset: master}
"""


def tree(folder):
    """Every file under a folder with its bytes and time: what a command must leave as it was."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
