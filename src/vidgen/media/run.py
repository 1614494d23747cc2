"""Run ffmpeg: progress in frames, time limits, its last words in the error, whole files or none.

Never builds a command line (see `graph`), never goes through a shell, and leaves no child behind:
cancelled, it kills the child's process group; killed outright, `reaper` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vidgen.errors import MediaError, ToolMissing
from vidgen.media import reaper
from vidgen.media.binary import Ffmpeg

FRONT = ("-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-nostats")
_PROGRESS = ("-stats_period", "0.25", "-progress", "pipe:1")
_KEPT = 8192  # bytes of what it said last


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds a run may take in all, and seconds without any sign of progress."""

    total: float = 6 * 3600
    stall: float = 120


PATIENT = Patience()
# What ffmpeg adds after it has said what is wrong.
_ECHOES = re.compile(
    "Task finished with error|Terminating thread|Nothing was written|Error sending frames|"
    "Could not open encoder before|Error while opening encoder|Conversion failed|"
    "Error opening (input|output) files?:"
)


def partial(output: Path) -> Path:
    """The name a file carries while it is being made."""
    return output.with_name(output.name + ".part")


def sweep(folder: Path) -> int:
    """Remove what a killed run left half made in `folder`; how many files that was."""
    leftovers = list(folder.glob("*.part")) if folder.is_dir() else []
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)
    return len(leftovers)


def settle(part: Path, output: Path) -> None:
    """Make a finished `part` durable, then give it its final name in one step."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(output)


def last_words(lines: Sequence[str], count: int = 3) -> str:
    """The end of what ffmpeg said, without the addresses that differ at every run."""
    said = [re.sub(r"^(\[[^\]]*@ (0x)?[0-9a-fA-F]+\] ?)+", "", line).strip() for line in lines]
    said = [line for line in said if line]
    telling = [line for line in said if not _ECHOES.match(line)]
    return "; ".join(dict.fromkeys((telling or said)[-count:]))


async def produce(
    ffmpeg: Ffmpeg,
    build: Callable[[Path], Sequence[str]],
    output: Path,
    *,
    doing: str,
    check: Callable[[Path], None] | None = None,
    on_frames: Callable[[int], None] | None = None,
    patience: Patience = PATIENT,
) -> None:
    """Make `output` or nothing: `build` is given the temporary name to write to.

    `check` looks at the finished file before it gets its name, and may raise. `doing` completes the
    sentence "ffmpeg could not …". Raises MediaError.
    """
    part = partial(output)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(
        missing_ok=True
    )  # a new file, never one that a dying ffmpeg may still be writing to
    try:
        await run(ffmpeg, build(part), doing=doing, on_frames=on_frames, patience=patience)
        if not part.is_file():
            raise MediaError(f"ffmpeg could not {doing}: it made no file", where=str(output))
        if check is not None:
            await asyncio.to_thread(check, part)
        await asyncio.to_thread(settle, part, output)
    finally:
        with contextlib.suppress(OSError):  # Windows: still open somewhere; the next sweep takes it
            part.unlink(missing_ok=True)


async def run(
    ffmpeg: Ffmpeg,
    arguments: Sequence[str],
    *,
    doing: str,
    on_frames: Callable[[int], None] | None = None,
    patience: Patience = PATIENT,
    folder: Path | None = None,
) -> None:
    """Run ffmpeg to its end; `on_frames` gets the frames written so far. Raises MediaError."""
    argv = (str(ffmpeg.path), *FRONT, *_PROGRESS, *arguments)
    process = await _start(argv, folder)
    reaper.guard(process.pid)
    tail = bytearray()
    listening = asyncio.create_task(_listen(process, tail))
    try:
        await _follow(process, doing, patience, on_frames)
        await listening
    except MediaError as error:
        await _end(process)
        error.add_note(shlex.join(argv))
        raise
    except BaseException:
        await _end(process)
        raise
    finally:
        listening.cancel()
        reaper.release(process.pid)
    if process.returncode:
        failure = MediaError(f"ffmpeg could not {doing}: {_why(process.returncode, tail)}")
        failure.add_note(shlex.join(argv))
        raise failure


async def _start(argv: Sequence[str], folder: Path | None) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except OSError as error:
        raise ToolMissing(
            f"{argv[0]} does not start: {error.strerror or error}",
            where="ffmpeg",
            hint="see `vidgen doctor`",
        ) from error


async def _listen(process: asyncio.subprocess.Process, tail: bytearray) -> None:
    assert process.stderr is not None
    while chunk := await process.stderr.read(65536):
        tail += chunk
        del tail[:-_KEPT]


async def _follow(
    process: asyncio.subprocess.Process,
    doing: str,
    patience: Patience,
    on_frames: Callable[[int], None] | None,
) -> None:
    """Read progress until ffmpeg ends; MediaError when it takes too long or stands still."""
    assert process.stdout is not None
    now = asyncio.get_running_loop().time
    began = moved = now()
    seen: dict[str, str] = {}
    while process.returncode is None:
        deadline = min(began + patience.total, moved + patience.stall)
        try:
            async with asyncio.timeout_at(deadline):
                line = await process.stdout.readline()
                if not line:
                    await process.wait()
        except TimeoutError:
            line = b""
        if process.returncode is None and now() >= deadline:
            raise MediaError(f"ffmpeg could not {doing}: {_too_long(now() - began, patience)}")
        name, _, value = line.decode("ascii", "replace").strip().partition("=")
        if name in {"frame", "out_time_us", "total_size"} and seen.get(name) != value:
            seen[name], moved = value, now()
            if name == "frame" and on_frames is not None and value.isdigit():
                on_frames(int(value))


def _too_long(passed: float, patience: Patience) -> str:
    if passed >= patience.total:
        return f"it was still running after {patience.total:g} s"
    return f"it stood still for {patience.stall:g} s"


def _why(code: int, tail: bytearray) -> str:
    words = last_words(tail.decode("utf-8", "replace").splitlines())
    if code < 0:
        known = {int(one): one.name for one in signal.Signals}
        reason = f"it was ended by {known.get(-code, f'signal {-code}')}"
        return f"{reason}; {words}" if words else reason
    return words or f"exit status {code}, without a word"


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the child and all it started, at once: what it was making is thrown away in any case."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
