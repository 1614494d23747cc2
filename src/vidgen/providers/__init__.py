"""Who makes clips: one module a provider, three methods each, and the table that names them.

To add a provider: write `providers/<name>.py` with a class that has the three methods below, a
page `catalogue/providers/<name>.yaml`, one line in `PROVIDERS`, and its tape in
`tests/providers/tapes/<name>.py`. The contract suite in `tests/providers/` then runs over it.
A provider translates; it never waits, retries, downloads, journals, prints, or looks for keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from vidgen.job import Request, Status, Ticket

if TYPE_CHECKING:
    from vidgen.providers.wire import Http

Fields = Mapping[tuple[str, str], Mapping[str, Any]]
"""By model and endpoint: how an offer's page says that a Request is written there."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a provider is handed; it finds nothing by itself.

    `project` is the folder that a Request's paths are relative to; `scratch` is a folder of the
    provider's own; `ffmpeg` is the binary's path; `key` is never shown. Hosted providers are given
    the clients `http` and the `fields` of their offers.
    """

    project: Path
    scratch: Path
    ffmpeg: Path
    base_url: str = ""
    key: str = field(default="", repr=False)
    http: Http | None = field(default=None, repr=False)
    fields: Fields = field(default_factory=dict, repr=False)


class Provider(Protocol):
    """Translate a Request into a provider's words and its answers into a Status.

    Every method may raise ProviderError, whose `kind` says what went wrong with the call itself.
    """

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """Hand the work over; may spend money; one billable call. Returns a JSON reference."""
        ...

    async def poll(self, ticket: Ticket) -> Status:
        """Look once; free and repeatable, from any process that holds the ticket."""
        ...

    async def cancel(self, ticket: Ticket) -> None:
        """Ask that the work be stopped; no error when it is already over."""
        ...


@runtime_checkable
class Finder(Protocol):
    """A provider that can look up a submit whose answer was lost."""

    async def find(self, request: Request, *, idempotency: str) -> Ticket | None:
        """The ticket of what was sent under that id; None where the provider knows none."""
        ...


@runtime_checkable
class Adopter(Protocol):
    """A provider whose ticket can be made from the name that it shows people for a job."""

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a job that a person found at the provider."""
        ...


def _animatic(session: Session) -> Provider:
    from vidgen.providers.animatic import Animatic

    return Animatic(session)


def _fal(session: Session) -> Provider:
    from vidgen.providers.fal import Fal

    return Fal(session)


def _kling(session: Session) -> Provider:
    from vidgen.providers.kling import Kling

    return Kling(session)


PROVIDERS: dict[str, Callable[[Session], Provider]] = {
    "animatic": _animatic,
    "fal": _fal,
    "kling": _kling,
}
"""Every provider that works, by its page's name. Values build one from a Session."""
