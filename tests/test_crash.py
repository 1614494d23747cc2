"""Kill -9 of the real command, at ten random moments of a render and ten of a stitch.

Whatever the moment: nothing half made has a final name, what was finished is not made again, the
ledger is whole, nothing goes on working, and the next run finishes. `pytest -s` shows the matrix.
"""

import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import still
from tests.processes import command, inside, run, until, workers
from vidgen.journal import health, snapshot
from vidgen.media.frames import count_frames
from vidgen.project import Project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 there")

MOMENTS = 10
LATE = 6
SEED = 20261120
SHOTS = ("cup", "pour", "steam", "logo")
FRAMES = 12  # of each take
FILM = 4 * FRAMES - 1  # a chained shot drops the frame that it starts from
BOARD = """\
vidgen: 1
title: Crash
format: {aspect: "9:16", resolution: 360p, fps: 24}
defaults: {duration: 0.5s, trim: {head: 0s, tail: 0s}}
shots:
  - {id: cup, prompt: A cup, still: stills/cup.png, camera: slow push in}
  - {id: pour, prompt: Coffee pours, chain: cup, camera: pan left}
  - {id: steam, prompt: Steam rises}
  - {id: logo, prompt: A logo}
deliver:
  - {name: film, preset: master}
"""


@dataclass
class Crash:
    """One kill: when, what was finished then, and what the next run did."""

    work: str
    after: float
    takes: int = 0
    film: bool = False
    made: int = 0
    kept: int = 0
    seconds: float = 0.0

    def __str__(self):
        film = "film" if self.film else "-"
        return (
            f"{self.work:7} {self.after:6.2f}s {self.takes:6} {film:>5}"
            f" {self.made:5} {self.kept:5} {self.seconds:6.2f}s"
        )


HEAD = "work    killed  takes  film  made  kept   again"


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """A project of four half-second shots, two of them a chain."""
    folder = tmp_path_factory.mktemp("crash") / "blank"
    still(folder / "stills/cup.png", size=(360, 640))
    (folder / "storyboard.yaml").write_text(BOARD, encoding="utf-8")
    return folder


RENDERS, STITCHES = ".vidgen/ledger.db", ".vidgen/stitch.lock"
"""What each command makes when it sets to work."""


def killed(folder, words, after, mark):
    """Start the command, wait until it has made a certain file, and kill it so much later."""
    process = subprocess.Popen(
        command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert until(lambda: any(folder.glob(mark)) or process.poll() is not None)
        time.sleep(after)
    finally:
        process.kill()
        process.wait()


def takes_of(folder):
    """Every finished take: what would change if it were made again."""
    found = {}
    for take in Project(folder).takes():
        path = folder / take.path
        facts = path.stat()
        found[take.path] = (facts.st_ino, facts.st_mtime_ns, path.read_bytes())
    return found


def look(folder):
    """No half file carries a final name."""
    for path in folder.glob("takes/**/v*.mp4"):
        assert count_frames(path) == FRAMES, path
    for path in folder.glob("deliver/**/*.mp4"):
        assert count_frames(path) == FILM, path
    for path in folder.rglob("*.json"):
        if path.exists():  # a worker that ends tidies up behind itself
            json.loads(path.read_bytes())


def after_the_crash(folder, crash, words):
    look(folder)
    finished = takes_of(folder)
    crash.takes = len(finished)
    crash.film = any(folder.glob("deliver/*.mp4"))
    began = time.monotonic()
    said = inside(*words)
    crash.seconds = time.monotonic() - began
    assert said.returncode == 0, said.stderr
    assert takes_of(folder).items() >= finished.items()
    look(folder)
    assert sorted(takes_of(folder)) == sorted(f"takes/{shot}/v001.mp4" for shot in SHOTS)
    assert health(folder / ".vidgen/ledger.db") == "ok"
    assert snapshot(folder / ".vidgen/ledger.db").open_jobs == {}
    assert not list(folder.glob(".vidgen/scratch/*/*"))
    assert until(lambda: not workers(folder), 5)
    return said


def moments(seconds, seed):
    """Random moments of a run, one in each tenth of it."""
    chance = random.Random(seed)
    return [(tenth + chance.random()) * seconds / MOMENTS for tenth in range(MOMENTS)]


def lasting(folder, words, mark):
    """How long the command works on a project once it has begun, in seconds."""
    process = subprocess.Popen(
        command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert until((folder / mark).exists)
    began = time.monotonic()
    assert process.wait(60) == 0
    return time.monotonic() - began


def told(crashes):
    print("\n" + "\n".join([HEAD, *map(str, crashes)]))


def test_a_render_killed_at_any_moment_is_finished_by_the_next(blank, tmp_path):
    probe = tmp_path / "probe"
    shutil.copytree(blank, probe)
    seconds = lasting(probe, ("render", probe, "--animatic"), RENDERS)
    crashes = []
    for place, after in enumerate(moments(seconds, SEED)):
        folder = tmp_path / str(place)
        shutil.copytree(blank, folder)
        words = ("render", folder, "--animatic")
        crashes.append(crash := Crash("render", after))
        if place < LATE:
            killed(folder, words, after, RENDERS)
        else:  # some moments after the first take, however slow the machine is
            crash.after = after - seconds * LATE / MOMENTS
            killed(folder, words, crash.after, "takes/*/v001.json")
        said = after_the_crash(folder, crash, (*words, "--json"))
        report = json.loads(said.stdout.splitlines()[-1])
        crash.made, crash.kept = len(report["made"]), len(report["kept"])
        assert crash.kept == crash.takes
    told(crashes)
    assert all(crash.takes for crash in crashes[LATE:])


def test_a_stitch_killed_at_any_moment_is_finished_by_the_next(blank, tmp_path):
    rendered = tmp_path / "rendered"
    shutil.copytree(blank, rendered)
    assert run("render", rendered, "--animatic").returncode == 0
    probe = tmp_path / "probe"
    shutil.copytree(rendered, probe)
    seconds = lasting(probe, ("stitch", probe, "--animatic"), STITCHES)
    crashes = []
    for place, after in enumerate(moments(seconds, SEED + 1)):
        folder: Path = tmp_path / str(place)
        shutil.copytree(rendered, folder)
        words = ("stitch", folder, "--animatic")
        crashes.append(crash := Crash("stitch", after))
        killed(folder, words, after, STITCHES)
        said = after_the_crash(folder, crash, (*words, "--json"))
        (film,) = json.loads(said.stdout)["deliverables"]
        crash.made, crash.kept = film["segments_encoded"], film["segments_kept"]
        assert not list(folder.glob("deliver/*part*"))
    told(crashes)
