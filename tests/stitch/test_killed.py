"""Kill -9 a stitch at random moments: nothing half made has a final name, finished work is kept."""

import os
import pickle
import random
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from fractions import Fraction

import pytest

from tests.media.test_run import gone
from tests.stitch.conftest import SMALL
from tests.stitch.test_film import as_asked
from vidgen.cut import Cut
from vidgen.media import frames
from vidgen.stitch.sound import samples_in

MOMENTS = 6
RUN = textwrap.dedent(
    """
    import asyncio, pickle, sys
    from pathlib import Path
    from vidgen.stitch import stitch
    cut, preset, ffmpeg, folder = pickle.load(open(sys.argv[1], "rb"))
    print("begun", flush=True)
    work = {"ffmpeg": ffmpeg, "cache": folder / "cache", "out": folder / "film.mp4", "workers": 2}
    asyncio.run(stitch(cut, preset, **work))
    """
)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


def whole(folder):
    """Every file under a final name is whole; the segments' names."""
    for segment in (folder / "cache" / "segments").glob("*.mp4"):
        assert frames.count_frames(segment) > 0
    for sound in (folder / "cache" / "sound").glob("*.wav"):
        assert samples_in(sound) > 0
    if (folder / "film.mp4").exists():
        assert frames.count_frames(folder / "film.mp4") == 134
    return {path.name for path in (folder / "cache" / "segments").glob("*.mp4")}


def test_killed_at_random_moments(shot, film, ffmpeg, tmp_path):
    clips = [
        shot(frames=30, start=at, over="dissolve:8" if at % 2 else "", size="320x480", seconds=2,
             sound="sine=d=2") for at in range(5)
    ]  # fmt: skip
    cut = Cut("killed", Fraction(24), tuple(clips))
    assert cut.frames == 134
    job = tmp_path / "job"
    job.write_bytes(pickle.dumps((cut, SMALL, ffmpeg, tmp_path)))
    moments, kept, killed = random.Random(7), set(), 0
    for at in range(MOMENTS):
        child = subprocess.Popen(
            [sys.executable, "-c", RUN, str(job)], stdout=subprocess.PIPE, start_new_session=True
        )
        assert child.stdout.readline() == b"begun\n"
        time.sleep(moments.uniform(0.0, 0.12 + 0.08 * at))
        killed += child.poll() is None
        with suppress(ProcessLookupError):  # it may just have ended by itself
            os.killpg(child.pid, signal.SIGKILL)  # the run and all it started
        child.wait()
        child.stdout.close()
        assert gone(f"{tmp_path}/cache")
        now = whole(tmp_path)
        assert kept <= now
        kept = now
    assert killed >= 2
    made = film(clips, title="killed", out=tmp_path / "film.mp4")
    assert made.reused >= len(kept)
    assert made.encoded == 0 if made.unchanged else made.encoded + len(kept) == 7
    as_asked(made.path, 134)
    assert not list(tmp_path.rglob("*.part"))
    assert len(whole(tmp_path)) == 7


def test_killing_the_run_alone_ends_its_ffmpegs(shot, ffmpeg, tmp_path):
    """Not its group, not politely: the helper process sees the pipe close and kills the rest."""
    long = {"frames": 590, "seconds": 10, "rate": 60, "size": "640x960"}
    slow = Cut("orphans", Fraction(60), tuple(shot(start=at, **long) for at in range(3)))
    job = tmp_path / "job"
    job.write_bytes(pickle.dumps((slow, SMALL, ffmpeg, tmp_path)))
    child = subprocess.Popen([sys.executable, "-c", RUN, str(job)], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"begun\n"
    until = time.monotonic() + 10
    while not list((tmp_path / "cache").rglob("*.part")) and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert gone(f"{tmp_path}/cache", within=2)
    assert not (tmp_path / "film.mp4").exists()
