"""`vidgen doctor`: what was found on this machine, what is missing, and what mends it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vidgen.cli.app import AsJson, command, console, talk, write_json
from vidgen.cli.finding import Finding, State
from vidgen.errors import Exit, VidgenError

if TYPE_CHECKING:
    from vidgen.media.binary import SelfTest

ROOM = 2 * 1024**3
"""Bytes that a film of a minute needs at most, with everything in between."""


@command("doctor")
def doctor(
    project: Annotated[
        Path,
        typer.Argument(metavar="PROJECT", help="A project to look at as well.", show_default=False),
    ] = Path(),
    online: Annotated[
        bool,
        typer.Option(
            "--online",
            help="Ask each provider whether it takes the key that is set, by calls that cost"
            " nothing.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look this machine over. Exit code 5 when something that vidgen needs is missing, or a key
    or an address that is set is of no use. Without --online nothing leaves this machine.
    """
    findings = [*_machine(), *_project(project), *_providers(online=online)]
    if as_json:
        from vidgen import __version__
        from vidgen.job import plain

        records = [plain(item) for item in findings]
        write_json({"schema": "vidgen.doctor/1", "version": __version__, "findings": records})
    else:
        _tell(findings)
    talk(_summary(findings, online=online))
    if any(item.state == "missing" for item in findings):
        raise typer.Exit(int(Exit.MISSING_TOOL))


def _machine() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("machine", "python", "ok", version)
    yield from _ffmpeg()
    yield _pyav()
    yield from _fonts()


ORIGINS = {
    "override": "VIDGEN_FFMPEG",
    "wheel": "the imageio-ffmpeg package",
    "system": "this system",
}


def _ffmpeg() -> Iterator[Finding]:
    from vidgen.cli.desks import find_ffmpeg
    from vidgen.media import binary

    try:
        found = find_ffmpeg()
    except VidgenError as error:
        yield Finding("machine", "ffmpeg", "missing", error.message, error.hint)
        return
    origin = ORIGINS.get(found.origin, found.origin)
    yield Finding("machine", "ffmpeg", "ok", f"{found.version}, from {origin}")
    trial = binary.self_test(found)
    if trial.ok:
        words = f"nothing missing; one second of film made in {trial.seconds:.1f}s"
        yield Finding("machine", "ffmpeg self-test", "ok", words)
    else:
        yield Finding(
            "machine", "ffmpeg self-test", "missing", _gaps(trial), "pip install imageio-ffmpeg"
        )


def _gaps(trial: SelfTest) -> str:
    gaps = (
        ("encoder", trial.missing_encoders),
        ("filter", trial.missing_filters),
        ("format", trial.missing_formats),
    )
    words = [f"no {noun} {', '.join(names)}" for noun, names in gaps if names]
    return "; ".join([*words, *([f"the trial failed: {trial.failure}"] if trial.failure else [])])


def _pyav() -> Finding:
    try:
        import av
    except ImportError as error:
        return Finding("machine", "PyAV", "missing", str(error), "pip install av")
    return Finding("machine", "PyAV", "ok", av.__version__)


def _fonts() -> Iterator[Finding]:
    from vidgen.providers.animatic.lettering import drawable, font

    try:
        names = [" ".join(str(part) for part in font(weight, 24).getname()) for weight in WEIGHTS]
    except OSError as error:
        mend = "pip install --force-reinstall vidgen"
        yield Finding("machine", "fonts", "missing", f"the shipped font: {error}", mend)
        return
    yield Finding("machine", "fonts", "ok", f"{', '.join(names)} (shipped)")
    if drawable("字").lacking:
        words = "none for Chinese, Japanese or Korean: slates name such letters in brackets"
        yield Finding("machine", "fonts", "note", words, "install Noto Sans CJK")


WEIGHTS: tuple[Literal["Regular", "SemiBold"], ...] = ("Regular", "SemiBold")


def _project(project: Path) -> Iterator[Finding]:
    import shutil

    from vidgen.journal import health
    from vidgen.project import Project

    root = project if project.is_dir() else project.parent
    free = shutil.disk_usage(root if root.exists() else Path()).free
    state: State = "ok" if free > ROOM else "note"
    mend = "" if free > ROOM else "make room: a film needs up to 2 GiB on the way"
    yield Finding("project", "disk", state, f"{free / 1024**3:.1f} GiB free", mend)
    found = health(Project(root).journal)
    good = found in ("ok", "none yet")
    mend = "" if good else "restore a backup of .vidgen/ledger.db"
    yield Finding("project", "ledger", "ok" if good else "missing", found, mend)


def _providers(*, online: bool) -> list[Finding]:
    from vidgen.catalogue import load
    from vidgen.cli.accounts import accounts

    found = accounts(load())
    if not online:
        return [account.finding for account in found]
    from vidgen.cli.online import asked

    return list(asked(found))


MARKS = {"ok": ("ok", "green"), "note": ("–", "yellow"), "missing": ("!!", "bold red")}


def _tell(findings: list[Finding]) -> None:
    from rich.table import Table
    from rich.text import Text

    screen = console()
    named = max(len(item.name) for item in findings)
    for section in dict.fromkeys(item.section for item in findings):
        screen.print(Text(section, "bold"))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(width=2)
        table.add_column(width=named, overflow="fold")
        table.add_column(overflow="fold")
        for item in findings:
            if item.section == section:
                known = section == "keys" and item.state == "note"  # the same on every line
                mend = "" if known else item.mend
                words = Text(item.found + (f": {mend}" if mend else ""))
                mark, style = MARKS[item.state]
                dim = "dim" if item.state == "note" else ""
                table.add_row(Text(mark, style), Text(item.name), words, style=dim)
        screen.print(table)
        screen.print()


def _summary(findings: list[Finding], *, online: bool) -> str:
    missing = [item for item in findings if item.state == "missing"]
    if missing:
        here = [item.name for item in missing if item.section in ("machine", "project")]
        providers = [item.name for item in missing if item.section in ("local servers", "keys")]
        told = (("missing", here), ("not usable", providers))
        return "; ".join(f"{what}: {', '.join(dict.fromkeys(of))}" for what, of in told if of)
    good = [item.name for item in findings if item.section == "keys" and item.state == "ok"]
    if good:
        verb = "keys taken by" if online else "keys for"
        return f"everything is here; {verb} {', '.join(good)}"
    why = "no provider has taken a key" if online else NO_KEY
    return f"everything is here to plan, and to make the animatic; {why}"


NO_KEY = "hosted models need a key, in the environment or in a .env file"
