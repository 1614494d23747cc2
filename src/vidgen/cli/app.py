"""The typer application, what every command shares, and the one place where errors are caught."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TextIO, TypeVar, cast

import typer

from vidgen import __version__
from vidgen.errors import Exit, FileTrouble, StoryboardInvalid, VidgenError

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    name="vidgen",
    help="Storyboard to film: plan, render and stitch AI video, inside a budget.",
    epilog="Start with: vidgen init my-film, then vidgen make my-film --animatic",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Command = TypeVar("Command", bound=Callable[..., Any])

StoryboardPath = Annotated[
    Path,
    typer.Argument(
        metavar="STORYBOARD",
        help="A project folder, or a storyboard file; the current folder when left out.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Data for scripts on stdout.")]


def command(name: str) -> Callable[[Command], Command]:
    """Register a command whose failures end as a clear message and the right exit code."""

    def register(function: Command) -> Command:
        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except VidgenError as error:
                fail(error, as_json=bool(kwargs.get("as_json")))
            except KeyboardInterrupt:
                talk("interrupted; run the same command again and it goes on from here")
                raise typer.Exit(Exit.INTERRUPTED) from None
            except BrokenPipeError:
                _nobody_reads()
            except (typer.Exit, typer.Abort, typer.BadParameter):
                raise
            except OSError as error:
                _system_said_no(error, as_json=bool(kwargs.get("as_json")))
            except Exception as error:
                _report_bug(error)

        app.command(name)(guarded)
        return function

    return register


def fail(error: VidgenError, *, as_json: bool) -> NoReturn:
    """Say what went wrong and leave with its exit code."""
    from vidgen import present

    if as_json:
        write_json(present.error_json(error))
    talk(present.error_text(error))
    raise typer.Exit(int(error.exit_code))


REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENAMETOOLONG, errno.EMFILE)


def _system_said_no(error: OSError, *, as_json: bool) -> NoReturn:
    """A file that may not be read or written, or no room for it; any other is a fault of ours."""
    if error.errno not in REFUSED:
        _report_bug(error)
    where = str(error.filename or "")
    told = FileTrouble((error.strerror or str(error)).lower(), where=where)
    fail(told, as_json=as_json)


def _nobody_reads() -> NoReturn:
    """The reader of a pipe has gone: leave without a word, also when streams are flushed."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    raise typer.Exit(int(Exit.FAILED)) from None


def _report_bug(error: Exception) -> NoReturn:
    """A bug is never a bare traceback: it goes to a file that can be sent."""
    folder = Path(tempfile.gettempdir())
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = folder / f"vidgen-bug-{stamp}-{os.getpid()}.log"
    words = "".join(traceback.format_exception(error))
    system = f"vidgen {__version__}, Python {platform.python_version()}, {platform.platform()}"
    path.write_text(f"{system}\n{sys.argv[1:]}\n\n{words}", encoding="utf-8")
    talk(f"error: bug\n  {type(error).__name__}: {error}\n  hint: this is our fault; see {path}")
    raise typer.Exit(int(Exit.FAILED)) from error


def talk(text: str) -> None:
    """A line for people, on stderr."""
    typer.echo(text, err=True)


def write_json(value: Any) -> None:
    """Data for scripts, on stdout; keys in a fixed order, non-ASCII as it is."""
    import json

    typer.echo(json.dumps(value, ensure_ascii=not speaks_utf8(), indent=2))


def speaks_utf8() -> bool:
    """Whether stdout can carry any letter."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


@dataclass(frozen=True, slots=True)
class _Unpadded:
    """A stream that is no terminal, without the blanks that a table fills its lines up with."""

    stream: TextIO

    @property
    def encoding(self) -> str:
        return self.stream.encoding

    def write(self, text: str) -> int:
        return self.stream.write(BLANKS.sub("", text))

    def flush(self) -> None:
        self.stream.flush()


BLANKS = re.compile(r" +$", re.MULTILINE)


def console(*, stderr: bool = False) -> Console:
    """A rich console: colours only on a terminal, width from COLUMNS where that is set.

    Off a terminal no line ends in blanks: they are noise in a log, and a difference in a file.
    """
    from rich.console import Console

    screen = Console(stderr=stderr, highlight=False, soft_wrap=False)
    if not screen.is_terminal:
        screen.file = cast("TextIO", _Unpadded(cast("TextIO", screen.file)))
    return screen


def environment(name: str) -> str | None:
    """A variable of the environment, or of a `.env` file beside where the command was run."""
    value = os.environ.get(name)
    return value or _dotenv().get(name)


DOTENV = re.compile(
    r"""\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*"""
    r"""(?:(?P<quote>["'])(?P<quoted>.*?)(?P=quote)|(?P<bare>.*?))\s*(?:(?<=\s)\#.*)?""",
    re.ASCII,
)
"""A line of a `.env` file: in quotes anything goes, else a `#` after a space begins a comment."""


@functools.cache
def _dotenv() -> dict[str, str]:
    path = Path(".env")
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    lines = filter(None, (DOTENV.fullmatch(line) for line in text.splitlines()))
    return {line["name"]: line["quoted"] or line["bare"] or "" for line in lines}


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say the version and leave.")] = False,
) -> None:
    if version:
        typer.echo(f"vidgen {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(int(Exit.USAGE))


__all__ = ["StoryboardInvalid", "app", "command", "console", "environment", "fail", "talk"]
