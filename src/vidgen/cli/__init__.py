"""The command line: where everything is put together, and the only reader of the environment.

One file a command. stdout is data, stderr is talk; expected failures end in their exit code.
"""

from __future__ import annotations

from vidgen.cli.app import app


def main() -> None:
    """The `vidgen` command."""
    import vidgen.cli.commands  # noqa: F401 - registers every command on `app`

    app()


__all__ = ["app", "main"]
