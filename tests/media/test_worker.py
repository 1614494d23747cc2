import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from vidgen.media import worker as room
from vidgen.media.worker import held, hold, start

SRC = Path(__file__).parents[2] / "src"


def until(true, seconds=10.0):
    """Wait for something to come true; the test fails when it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.fixture
def module(monkeypatch, tmp_path_factory):
    """A module with a main(folder), made of a few lines and found by `start`; its name."""
    folder = tmp_path_factory.mktemp("modules")
    finds = f"import sys; sys.path.append({str(folder)!r})\n"
    monkeypatch.setattr(room, "_MAIN", finds + room._MAIN)

    def write(body):
        name = f"made_{len(list(folder.glob('*.py')))}"
        text = "def main(folder):\n" + textwrap.indent(textwrap.dedent(body), "    ")
        (folder / f"{name}.py").write_text(text)
        return name

    return write


@pytest.fixture
def python(tmp_path):
    """Run some lines in another process of ours; its Popen."""
    begun = []

    def run(body):
        head = f"import sys; sys.path.insert(0, {str(SRC)!r})\n"
        process = subprocess.Popen(
            [sys.executable, "-c", head + textwrap.dedent(body)], stdin=subprocess.DEVNULL
        )
        begun.append(process)
        return process

    yield run
    for process in begun:
        process.kill()
        process.wait()


WAITS = """
    import time
    from pathlib import Path
    from vidgen.media.worker import Leash, hold
    leash = Leash()
    assert hold(Path(folder) / "lock")
    (Path(folder) / "here").touch()
    while not leash.cut:
        time.sleep(0.01)
    (Path(folder) / "tidied").touch()
"""


def test_a_lock_is_held_by_one_process_and_freed_by_its_death(tmp_path, python):
    lock = tmp_path / "lock"
    assert not held(lock)
    other = python(
        f"""
        import time
        from pathlib import Path
        from vidgen.media.worker import hold
        assert hold(Path({str(lock)!r}))
        Path({str(tmp_path / "here")!r}).touch()
        time.sleep(60)
        """
    )
    until((tmp_path / "here").exists)
    assert held(lock)
    assert not hold(lock)
    other.kill()
    other.wait()
    assert not held(lock)


def test_asking_does_not_take_it(tmp_path):
    (tmp_path / "lock").touch()
    assert not held(tmp_path / "lock")
    assert not held(tmp_path / "lock")


@pytest.fixture
def waiting(tmp_path, module):
    """A worker that waits for its leash to be cut."""
    worker = start(module(WAITS), tmp_path, tmp_path / "log")
    until((tmp_path / "here").exists)
    yield worker
    worker.stop()


def test_a_worker_runs_until_it_is_stopped_and_may_tidy_up(waiting, tmp_path):
    assert waiting.runs
    assert held(tmp_path / "lock")
    waiting.stop()
    assert not waiting.runs
    assert (tmp_path / "tidied").exists()
    assert not held(tmp_path / "lock")


def test_a_worker_that_will_not_stop_is_ended(tmp_path, module):
    name = module(
        """
        import time
        from pathlib import Path
        from vidgen.media.worker import Leash
        leash = Leash()
        (Path(folder) / "here").touch()
        time.sleep(60)
        """
    )
    worker = start(name, tmp_path, tmp_path / "log")
    until((tmp_path / "here").exists)
    began = time.monotonic()
    worker.stop()
    assert not worker.runs
    assert time.monotonic() - began < 5


def test_a_worker_dies_with_whoever_started_it(tmp_path, module, python):
    name = module(WAITS)
    parent = python(
        f"""
        import time
        from pathlib import Path
        from vidgen.media import worker as room
        room._MAIN = {room._MAIN!r}
        folder = Path({str(tmp_path)!r})
        worker = room.start({name!r}, folder, folder / "log")
        time.sleep(60)
        """
    )
    until((tmp_path / "here").exists)
    assert held(tmp_path / "lock")
    parent.kill()
    parent.wait()
    until(lambda: not held(tmp_path / "lock"), 3)


def test_what_a_worker_says_when_it_breaks_is_kept(tmp_path, module):
    worker = start(module("raise ValueError('no such thing')"), tmp_path, tmp_path / "log")
    until(lambda: not worker.runs)
    worker.stop()
    assert "no such thing" in (tmp_path / "log").read_text()


def test_a_module_in_the_folder_is_never_imported(tmp_path, module):
    (tmp_path / "json.py").write_text("raise SystemExit('taken from the folder')")
    name = module("import json; from pathlib import Path; (Path(folder) / 'fine').touch()")
    worker = start(name, tmp_path, tmp_path / "log")
    until(lambda: not worker.runs)
    worker.stop()
    assert (tmp_path / "fine").exists()


def test_a_worker_that_is_done_ends_at_once_and_without_a_word(tmp_path, module):
    name = module("from vidgen.media.worker import Leash; Leash()")
    began = time.monotonic()
    worker = start(name, tmp_path, tmp_path / "log")
    until(lambda: not worker.runs)
    assert time.monotonic() - began < 0.9
    worker.stop()
    assert worker._process.returncode == 0
    assert (tmp_path / "log").read_text() == ""
