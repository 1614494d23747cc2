"""`vidgen doctor`: what was found on this machine, what is missing, and what mends it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from vidgen.cli.app import AsJson, command, console, environment, write_json
from vidgen.errors import Exit, VidgenError

State = Literal["ok", "note", "missing"]
ROOM = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: its state, what was found, and the command that mends it."""

    name: str
    state: State
    found: str
    mend: str = ""


@command("doctor")
def doctor(
    project: Annotated[
        Path, typer.Argument(help="A project to look at as well.", show_default=False)
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """Look the machine over. Exit code 5 when something that vidgen needs is missing."""
    findings = list(_look(project))
    if as_json:
        from vidgen.job import plain

        write_json({"schema": "vidgen.doctor/1", "findings": [plain(item) for item in findings]})
    else:
        _tell(findings)
    if any(item.state == "missing" for item in findings):
        raise typer.Exit(int(Exit.MISSING_TOOL))


def _look(project: Path) -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("python", "ok", version)
    yield from _ffmpeg()
    yield from _pyav()
    yield from _fonts()
    yield from _keys()
    yield from _local_servers()
    yield _disk(project)
    yield _ledger(project)


def _ffmpeg() -> Iterator[Finding]:
    from vidgen.cli.render import find_ffmpeg
    from vidgen.media import binary

    try:
        found = find_ffmpeg()
    except VidgenError as error:
        yield Finding("ffmpeg", "missing", error.message, error.hint)
        return
    yield Finding("ffmpeg", "ok", f"{found.version} ({found.origin})")
    trial = binary.self_test(found)
    if trial.ok:
        yield Finding("ffmpeg self-test", "ok", "encoders and filters present, one second encoded")
    else:
        yield Finding("ffmpeg self-test", "missing", trial.summary, "pip install imageio-ffmpeg")


def _pyav() -> Iterator[Finding]:
    try:
        import av
    except ImportError as error:
        yield Finding("PyAV", "missing", str(error), "pip install av")
        return
    yield Finding("PyAV", "ok", av.__version__)


def _fonts() -> Iterator[Finding]:
    from vidgen.providers.animatic import FONT

    if FONT.exists():
        yield Finding("font", "ok", FONT.name)
    else:
        yield Finding("font", "missing", f"{FONT.name} is not installed", "pip install --force-reinstall vidgen")


def _keys() -> Iterator[Finding]:
    from vidgen.catalogue import load

    for page in load().providers.values():
        for key in page.keys:
            present = [name for name in (key.env, *key.aliases) if environment(name)]
            state: State = "ok" if present else "note"
            words = f"{present[0]} is set" if present else f"{key.env} is not set"
            mend = "" if present else f"export {key.env}=…  (or a line in .env)"
            yield Finding(f"key {page.provider}", state, words, mend)


def _local_servers() -> Iterator[Finding]:
    """Whether something listens where local pages say; only addresses of this machine are tried."""
    import socket
    from urllib.parse import urlsplit

    from vidgen.catalogue import load

    for page in load().providers.values():
        address = urlsplit(page.base_url)
        if not page.local or address.hostname not in ("127.0.0.1", "localhost"):
            continue
        try:
            with socket.create_connection((address.hostname, address.port or 80), timeout=0.3):
                yield Finding(f"server {page.provider}", "ok", page.base_url)
        except OSError:
            yield Finding(f"server {page.provider}", "note", f"nobody answers at {page.base_url}")


def _disk(project: Path) -> Finding:
    free = shutil.disk_usage(project if project.exists() else Path()).free
    words = f"{free / 1024**3:.1f} GiB free"
    return Finding("disk", "ok" if free > ROOM else "note", words, "" if free > ROOM else "make room")


def _ledger(project: Path) -> Finding:
    from vidgen.journal import health
    from vidgen.project import Project

    root = project if project.is_dir() else project.parent
    found = health(Project(root).journal)
    good = found in ("ok", "none yet")
    return Finding("ledger", "ok" if good else "missing", found, "" if good else "restore a backup")


def _tell(findings: list[Finding]) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for name in ("", "what", "found", "what mends it"):
        table.add_column(name, overflow="fold")
    marks = {"ok": "[green]ok[/green]", "note": "[yellow]–[/yellow]", "missing": "[red]!![/red]"}
    for item in findings:
        table.add_row(marks[item.state], item.name, item.found, item.mend)
    console().print(table)


