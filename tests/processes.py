"""The real command as a process of its own, started, interrupted and looked after."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "vidgen", *map(str, words)]


def run(*words: object, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), capture_output=True, text=True, timeout=120, check=False, **more
    )


def inside(*words: object) -> subprocess.CompletedProcess[str]:
    """The same command in this process, which saves a second."""
    from vidgen.cli import app
    from vidgen.cli.commands import register

    register(None)
    command, said, told, code = list(map(str, words)), io.StringIO(), io.StringIO(), 0
    with redirect_stdout(said), redirect_stderr(told):
        try:
            app(command, prog_name="vidgen")
        except SystemExit as left:
            code = int(left.code or 0)
    return subprocess.CompletedProcess(command, code, said.getvalue(), told.getvalue())


@contextmanager
def running(*words: object) -> Iterator[subprocess.Popen[str]]:
    """The command under way; it and what it started are gone at the end."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def workers(folder: Path) -> list[int]:
    """The processes that work somewhere under a folder (Linux; elsewhere none are seen)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
            where = str((entry / "cwd").readlink())
        except OSError:
            continue
        if str(folder).encode() in words or where.startswith(str(folder)):
            found.append(int(entry.name))
    return [number for number in found if number != os.getpid()]


def until(true: Callable[[], object], seconds: float = 20.0) -> bool:
    """Wait until something holds; False when it does not come to that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False
