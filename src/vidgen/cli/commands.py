"""Which module registers which command, in the order that `vidgen --help` lists them."""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword

from vidgen.cli.app import app

COMMANDS = (
    "init",
    "check",
    "plan",
    "render",
    "stitch",
    "make",
    "takes",
    "select",
    "accept",
    "import",
    "ledger",
    "recover",
    "models",
    "doctor",
    "schema",
)


def register(wanted: str | None) -> None:
    """Import the module of one command, or of all: `vidgen plan` need not load `vidgen doctor`."""
    for name in (wanted,) if wanted in COMMANDS else COMMANDS:
        module = f"{name}_" if iskeyword(name) else name
        import_module(f"vidgen.cli.{module}")
    app.registered_commands.sort(key=lambda command: COMMANDS.index(command.name or ""))
