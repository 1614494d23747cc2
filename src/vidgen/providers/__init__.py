"""Who makes clips: one module a provider, three methods each, and the table that names them.

To add a provider: write `providers/<name>.py` with a class that has the three methods below, a
page `catalogue/providers/<name>.yaml`, one line in `PROVIDERS`, and its tape in
`tests/providers/tapes/<name>.py`. The contract suite in `tests/providers/` then runs over it.
A provider translates; it never waits, retries, downloads, journals, prints, or looks for keys.

What adapters have alike stands here once: `wire` (one call), `bearer` (with the key as a token),
`fields` (a body by its page, and nothing dropped), `files` (a project's files on their way),
`clips` (what a given one is), `tickets` (ids of work), `reading` (what an answer says), `links`
(results that are a link alone), `scratch` (files of an adapter's own folder).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
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
    provider's own; `ffmpeg` is the binary's path; `key` is never shown, nor are the `settings`: by
    name, what the environment says under the names of the provider's page. Hosted providers are
    given the clients `http` and the `fields` of their offers.
    """

    project: Path
    scratch: Path
    ffmpeg: Path
    base_url: str = ""
    key: str = field(default="", repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
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


@runtime_checkable
class Keyed(Protocol):
    """A provider whose results lie behind its key."""

    async def download_headers(self, link: str) -> Mapping[str, str]:
        """What a download of `link` must carry; empty for open links, and for other hosts."""
        ...


@runtime_checkable
class KeyChecker(Protocol):
    """A provider that can be shown a key without buying anything."""

    async def check_key(self) -> str:
        """What it says of the account, in a few words; empty where it says nothing.

        One call that costs nothing. Raises ProviderError: `key` for one that it does not take.
        """
        ...


def _made_by(module: str, name: str) -> Callable[[Session], Provider]:
    """Builds a provider of a class in a module here, which is only then loaded."""

    def make(session: Session) -> Provider:
        found: Provider = getattr(import_module(f"vidgen.providers.{module}"), name)(session)
        return found

    return make


PROVIDERS: dict[str, Callable[[Session], Provider]] = {
    "animatic": _made_by("animatic", "Animatic"),
    "byteplus": _made_by("ark", "Ark"),
    "dashscope": _made_by("dashscope", "DashScope"),
    "fal": _made_by("fal", "Fal"),
    "google": _made_by("google", "Google"),
    "kling": _made_by("kling", "Kling"),
    "minimax": _made_by("minimax", "MiniMax"),
    "openai-compatible": _made_by("openai_compatible", "gateway"),
    "replicate": _made_by("replicate", "Replicate"),
    "runway": _made_by("runway", "Runway"),
    "sglang": _made_by("sglang", "sglang"),
    "vertex": _made_by("vertex", "Vertex"),
    "vllm-omni": _made_by("vllm_omni", "vllm_omni"),
    "volcengine": _made_by("ark", "Ark"),
}
"""Every provider that works, by its page's name. Values build one from a Session."""
