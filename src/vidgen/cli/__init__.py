"""The command line: where everything is put together, and the only reader of the environment.

One file a command. stdout is data, stderr is talk; expected failures end in their exit code.
"""

from __future__ import annotations

import gc
import io
import sys

from vidgen import failpoints
from vidgen.cli.app import app, environment
from vidgen.cli.commands import register


def main() -> None:
    """The `vidgen` command."""
    gc.set_threshold(200_000)  # a short life: collecting while modules load costs a tenth of it
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a sign that cannot be shown is no reason to stop
    if (spec := environment("VIDGEN_FAILPOINT")) is not None:
        failpoints.arm(spec)
    register(sys.argv[1] if len(sys.argv) > 1 else None)
    app(prog_name="vidgen")


__all__ = ["app", "main"]
