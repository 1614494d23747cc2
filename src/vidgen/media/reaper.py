"""See that no ffmpeg outlives this process, even when this process is killed outright.

One tiny helper process waits on a pipe that only we hold. While we live we tell it which children
run; when we die, however we die, the pipe closes and it kills what is left. The same on Linux,
macOS and Windows; a parent-death signal would be Linux only and fires when the starting *thread*
ends. Never touches a process that it was not told of.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading

_HELPER = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
alive = set()
for line in sys.stdin.buffer:
    (alive.add if line[:1] == b"+" else alive.discard)(int(line[1:]))
for pid in alive:
    try:
        os.killpg(pid, signal.SIGKILL) if hasattr(os, "killpg") else os.kill(pid, signal.SIGTERM)
    except OSError:
        pass
"""


class _Reaper:
    """The helper process and the children it has been told of."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.children: set[int] = set()
        self.lock = threading.Lock()

    def tell(self, word: str, pid: int) -> None:
        """Note that a child started (`+`) or ended (`-`)."""
        with self.lock:
            self.children = self.children | {pid} if word == "+" else self.children - {pid}
            try:
                self._write([f"{word}{pid}\n"])
            except OSError:  # the helper was killed: start another and tell it everything
                self.close()
                with contextlib.suppress(OSError):
                    self._write([f"+{child}\n" for child in self.children])

    def _write(self, lines: list[str]) -> None:
        if self.process is None:
            self.process = subprocess.Popen(  # noqa: S603  our own interpreter and words
                [sys.executable, "-I", "-S", "-c", _HELPER],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,
            )
        assert self.process.stdin is not None
        self.process.stdin.write("".join(lines).encode())

    def close(self) -> None:
        """Let the helper go; it kills whatever it still knows of."""
        process, self.process = self.process, None
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=2)

    def forked(self) -> None:
        """In a forked child: drop our copy of the pipe, or the parent's death would go unseen."""
        self.lock = threading.Lock()
        self.children = set()
        process, self.process = self.process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.returncode = 0  # it is the parent's child, not ours: nothing to wait for


_REAPER = _Reaper()
atexit.register(_REAPER.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_REAPER.forked)


def guard(pid: int) -> None:
    """From now on the process group `pid` dies with this process."""
    if not getattr(sys, "frozen", False):  # there sys.executable is not a Python
        _REAPER.tell("+", pid)


def release(pid: int) -> None:
    """The process `pid` has ended and its number may be another's."""
    if not getattr(sys, "frozen", False):
        _REAPER.tell("-", pid)
