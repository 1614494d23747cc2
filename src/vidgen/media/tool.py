"""Ask another program on this machine something, and hear what it prints. No shell, no input.

Never keeps what it printed, nor shows it in an error: it may be a secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil

from vidgen.errors import ToolMissing


async def printed(program: str, *arguments: str, seconds: float) -> str:
    """What a program prints to its standard output, without the space around it.

    `seconds` is how long it may take. Raises ToolMissing where there is no such program, where it
    does not start or end in time, and where it fails.
    """
    found = shutil.which(program)
    if found is None:
        raise ToolMissing(f"there is no `{program}` on this machine", where=program)
    try:
        process = await asyncio.create_subprocess_exec(
            found,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise ToolMissing(f"`{program}` does not start: {words}", where=program) from None
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate()
    except TimeoutError:
        message = f"`{program}` did not answer within {seconds:g} s"
        raise ToolMissing(message, where=program) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise ToolMissing(f"`{program} {' '.join(arguments)}` failed", where=program)
    return said.decode("utf-8", "replace").strip()
