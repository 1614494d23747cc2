"""Runs of the real command as processes that need not import everything first.

A process of its own has the command's modules loaded and forks for each run. So a run is a process
like any other, which can be killed at any moment, but begins in a moment too. The catalogue is
compiled, as an installed vidgen has it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from vidgen import catalogue

LOADED = (
    "vidgen.cli.render", "vidgen.cli.rehearsal", "vidgen.cli.desks", "vidgen.render.run",
    "vidgen.providers.wire", "vidgen.providers.fal", "vidgen.providers.kling", "vidgen.journal",
    "vidgen.plan", "vidgen.catalogue", "vidgen.media.looks", "vidgen.media.frames",
    "vidgen.present.errors", "vidgen.present.ledger", "vidgen.render.forecast",
)  # fmt: skip


@dataclass
class Nursery:
    """Starts runs one after another; one for each thread that wants some.

    `compiled` is where the compiled catalogue is.
    """

    compiled: Path
    _folder: TemporaryDirectory[str] = field(default_factory=TemporaryDirectory)
    _parent: subprocess.Popen[str] | None = None

    def __enter__(self) -> Nursery:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.sweep.nursery", str(self.compiled)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._parent is not None and self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(30)
        assert self._parent.stdout is not None
        self._parent.stdout.close()
        self._folder.cleanup()

    def run(
        self,
        words: list[str],
        env: Mapping[str, str],
        cwd: Path,
        seconds: int,
        told_to_end: float | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """`vidgen WORDS` to its end or its death; one that hangs is killed and raises.

        It gets SIGTERM after `told_to_end` seconds.
        """
        return self.run_all([words], env, cwd, seconds, told_to_end)[0]

    def run_all(
        self,
        runs: Sequence[list[str]],
        env: Mapping[str, str],
        cwd: Path,
        seconds: int,
        told_to_end: float | None = None,
    ) -> list[subprocess.CompletedProcess[str]]:
        """Several runs, all begun in the same moment."""
        assert self._parent is not None and self._parent.stdin and self._parent.stdout
        place = Path(self._folder.name)
        told = [
            {
                "words": words,
                "env": dict(env),
                "cwd": str(cwd),
                "seconds": seconds,
                "told_to_end": told_to_end,
                "out": str(place / f"out{number}"),
                "err": str(place / f"err{number}"),
            }
            for number, words in enumerate(runs)
        ]
        self._parent.stdin.write(json.dumps(told) + "\n")
        self._parent.stdin.flush()
        codes = json.loads(self._parent.stdout.readline())
        found = []
        for number, (words, code) in enumerate(zip(runs, codes, strict=True)):
            out, err = ((place / f"{name}{number}").read_text() for name in ("out", "err"))
            if code == -signal.SIGALRM:
                raise subprocess.TimeoutExpired(words, seconds, err)
            found.append(subprocess.CompletedProcess(words, code, out, err))
        return found


def main() -> None:
    """Fork for every line that comes in, and tell how each ended."""
    for name in LOADED:
        __import__(name)
    catalogue.COMPILED = Path(sys.argv[1])
    for line in sys.stdin:
        children = [_begun(told) for told in json.loads(line)]
        ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        print(json.dumps(ends), flush=True)


def _begun(told: dict[str, object]) -> int:
    """Fork for one run; its process."""
    child = os.fork()
    if child == 0:
        _be(told)
    return child


def _be(told: dict[str, object]) -> None:
    """Become a run of the command; never comes back."""
    from vidgen.cli import main as vidgen

    for number, name in ((1, "out"), (2, "err")):
        file = os.open(str(told[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    env = told["env"]
    assert isinstance(env, dict)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(str(told["cwd"]))
    words = told["words"]
    assert isinstance(words, list)
    sys.argv = ["vidgen", *words]
    signal.alarm(int(str(told["seconds"])))
    if told["told_to_end"] is not None:
        after, end = float(str(told["told_to_end"])), (os.getpid(), signal.SIGTERM)
        threading.Timer(after, os.kill, end).start()
    code = 1
    try:
        vidgen()
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(bool(left.code))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
