"""Who makes clips: one module a provider, three methods each, and the table that names them.

To add a provider: write `providers/<name>.py` with a class that has the three methods below, a
page `catalogue/providers/<name>.yaml`, one line in `PROVIDERS`, and its tapes under
`tests/providers/tapes/<name>/`. The contract suite in `tests/providers/` then runs over it.
A provider translates; it never waits, retries, downloads, journals, prints, or looks for keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vidgen.job import Request, Status, Ticket


@dataclass(frozen=True, slots=True)
class Session:
    """What a provider is handed; it finds nothing by itself.

    `project` is the folder that a Request's paths are relative to; `scratch` is a folder of the
    provider's own; `ffmpeg` is the binary's path; `key` is never shown.
    """

    project: Path
    scratch: Path
    ffmpeg: Path
    base_url: str = ""
    key: str = field(default="", repr=False)


class Provider(Protocol):
    """Translate a Request into a provider's words and its answers into a Status."""

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """Hand the work over; may spend money; one billable call. Returns a JSON reference."""
        ...

    async def poll(self, ticket: Ticket) -> Status:
        """Look once; free and repeatable, from any process that holds the ticket."""
        ...

    async def cancel(self, ticket: Ticket) -> None:
        """Ask that the work be stopped; no error when it is already over."""
        ...


def _animatic(session: Session) -> Provider:
    from vidgen.providers.animatic import Animatic

    return Animatic(session)


PROVIDERS: dict[str, Callable[[Session], Provider]] = {
    "animatic": _animatic,
}
"""Every provider that works, by its page's name. Values build one from a Session."""
