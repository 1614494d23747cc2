"""How a hosted provider behaves on the wire: one module a provider, read by the contract suite.

`tapes/<provider>.py` holds one value, `TAPE`. The suite runs the adapter against a server on this
machine that answers by it, and asks what every provider owes. Nothing here knows an adapter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from vidgen.catalogue import Route
from vidgen.errors import Trouble
from vidgen.job import FailureKind, Mode, Ticket
from vidgen.rehearsal.exchange import Ask, form_of


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached the server; `host` is the host that was meant, not this machine.

    `path` starts with a slash and has no query; header names are in lower case.
    """

    method: str
    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON; None where there is none."""
        return json.loads(self.body) if self.body else None

    def form(self) -> dict[str, Any] | None:
        """The fields of a form, its files as `data:` URIs; None where it is none."""
        return form_of(Ask(self.method, self.host, self.path, self.query, self.headers, self.body))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the provider answers: bytes go as they are, everything else as JSON."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A documented answer that is no acceptance (or no status), and what it has to be taken for.

    `says` is a text that the error's message must hold, such as the name of the field at fault.
    """

    name: str
    reply: Reply
    kind: Trouble
    charged: bool | None = False
    says: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Accepted work that ended without a clip; `look` answers every GET of one look at it."""

    name: str
    look: Answer
    kind: FailureKind
    charged: bool | None


def nothing_left(route: Route, mode: Mode) -> Set[str]:
    """An endpoint that takes everything that can be chosen."""
    return frozenset()


def got(call: Call) -> bool:
    """A look is a GET."""
    return call.method == "GET"


def unnamed(call: Call) -> str | None:
    """A provider that takes no name of ours for a piece of work."""
    return None


@dataclass(frozen=True, slots=True)
class Tape:
    """One hosted provider.

    `source` says `written_from: …` or `recorded: …`, with a date. `pays` tells the one billable
    call from all others. `accepts` answers it; `serves` answers whatever is no look and costs
    nothing (uploads, cancelling); `looks` tells a look from it. `queued`, `running`, `done`,
    `strange` (a status word of which nobody has heard) and `missing` (work that the provider does
    not know: `gone`) answer every call of one look. `media` is the link that `done` leads to; bytes
    are a clip that came inside the answer, and must be in a file of this machine then.
    `settings` are what the environment says under the names of the provider's page.

    `refusals` are answers to the billable call, `troubles` answers to a look, `failures` ends.
    `leaves` names the fields of a Request among aspect, resolution, duration, rate and audio that
    an endpoint does not take in a mode, by its documentation: turning them must change nothing,
    and the suite says which of them may be left at all.
    `cannot` names capabilities that are sold there and that no file of a project can be handed over
    for: refused as `input` before anything is sent.
    `made_there` are tickets of two clips that were made there before, for work on those alone.
    `named` finds the id of ours in the billable call (pages that say `lookup` or `idempotent`);
    `found` answers a look-up of it, `unfound` one of an id that never came.
    """

    provider: str
    source: str
    pays: Callable[[Call], bool]
    accepts: Answer
    serves: Answer
    queued: Answer
    running: Answer
    done: Answer
    strange: Answer
    missing: Answer
    media: str | bytes
    refusals: tuple[Refusal, ...]
    troubles: tuple[Refusal, ...]
    failures: tuple[Failure, ...]
    leaves: Callable[[Route, Mode], Set[str]] = nothing_left
    cannot: Set[str] = frozenset()
    made_there: tuple[Ticket, ...] = ()
    named: Callable[[Call], str | None] = unnamed
    found: Answer | None = None
    unfound: Answer | None = None
    looks: Callable[[Call], bool] = got
    settings: Mapping[str, str] = field(default_factory=dict)


def tape(provider: str) -> Tape:
    """The tape of a hosted provider."""
    found = import_module(f"{__name__}.{provider.replace('-', '_')}").TAPE
    assert isinstance(found, Tape)
    return found
