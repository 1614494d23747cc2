"""Processes of our own: started with a leash, which they notice being cut, and known by a lock.

A worker holds the read end of a pipe as its stdin and a lock on a file. When the starting process
ends, however it ends, the pipe closes and the worker stops; while it lives, anyone can see that the
lock is held. The same on Linux, macOS and Windows. Never starts anything but a module of vidgen.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

_MAIN = """
import sys
sys.path.insert(0, sys.argv[1])
from {module} import main
sys.exit(main(sys.argv[2]))
"""
_PACKAGES = Path(__file__).parents[2]
_GRACE = 2.0  # seconds a worker has to tidy up once its leash is cut


class Worker:
    """A process that was started here. Let go of it with `stop`, also after it has ended."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Cut its leash, wait for it, and kill it if it does not end by itself."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_GRACE + 1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start(module: str, folder: Path, log: Path) -> Worker:
    """Run `main(folder)` of a module of vidgen as a process; what it says goes to `log`."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603  our own interpreter and module, no shell
            [sys.executable, "-P", "-c", _MAIN.format(module=module), str(_PACKAGES), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            cwd=folder,
            start_new_session=sys.platform != "win32",  # Ctrl-C is for the run, which stops us
            creationflags=flags,
        )
    return Worker(process)


class Leash:
    """In a worker: `cut` turns true when the process that started it has ended or let it go.

    A worker that has not ended by itself soon after is ended here.
    """

    def __init__(self) -> None:
        self.cut = False
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 64):  # not sys.stdin: a thread inside it hangs the interpreter's end
                pass
        self.cut = True
        threading.Event().wait(_GRACE)
        os._exit(1)


_HELD: list[IO[bytes]] = []


def hold(path: Path) -> bool:
    """Take the lock on `path` for the life of this process; False where another holds it."""
    for _ in range(20):
        file = _locked(path)
        if file is not None:
            _HELD.append(file)
            return True
        time.sleep(0.02)  # it may only be someone asking whether it is held
    return False


def locked(path: Path) -> IO[bytes] | None:
    """The lock on `path`, had until the file is closed or this process ends; None where another
    has it.
    """
    return _locked(path)


def held(path: Path) -> bool:
    """Whether some living process holds the lock on `path`."""
    if not path.exists():
        return False
    file = _locked(path)
    if file is None:
        return True
    file.close()
    return False


def _locked(path: Path) -> IO[bytes] | None:
    """The file, open and locked; None where another process has it."""
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
