"""What a shape reads and writes: a call as plain values, what it means, and the answer.

Values and one protocol. A shape is a module with the functions of `Shape`, all of them pure; it
translates between a provider's own words and what the books know, and decides nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: `host` is the one that was meant, header names are in lower case."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def authorization(self) -> str:
        """What was sent as a key, whole: answers that fail quote it, as some providers do."""
        return self.headers.get("authorization", "")

    def json(self) -> dict[str, Any] | None:
        """The object in the body; None where there is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


def form_of(ask: Ask) -> dict[str, Any] | None:
    """The fields of a form (multipart/form-data), its files as `data:` URIs; None for no form.

    A name that comes several times is a list.
    """
    kind = ask.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return None
    head = f"content-type: {kind}\r\n\r\n".encode("latin-1")
    found: dict[str, Any] = {}
    for part in message_from_bytes(head + ask.body, policy=HTTP).iter_parts():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(data, bytes):
            return None
        if part.get_filename() is None:
            value = data.decode("utf-8", "replace")
        else:
            packed = base64.b64encode(data).decode("ascii")
            value = f"data:{part.get_content_type()};base64,{packed}"
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of a file, from `start` up to `end`; `garbled` ones are wrong where the file begins."""

    path: Path
    start: int
    end: int
    garbled: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `how` is what becomes of it: sent whole, cut half-way through its body, closed
    without a word, or the connection reset.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Stretch = b""
    how: Literal["whole", "cut", "close", "reset"] = "whole"

    def json(self) -> Any:
        """What the body says."""
        assert isinstance(self.body, bytes)
        return json.loads(self.body)


def as_json(body: Any, status: int = 200, *headers: tuple[str, str]) -> Answer:
    """An answer of JSON."""
    packed = json.dumps(body, ensure_ascii=False).encode()
    return Answer(status, (("content-type", "application/json"), *headers), packed)


Refusal = Literal[
    "key",
    "nowhere",
    "no-such-job",
    "duplicate",
    "rate-limit",
    "overload",
    "server-error",
    "server-error-created",
    "no-credit",
    "moderation",
    "bad-input",
    "poll-error",
    "unplanned",
]
"""Why a call is refused. `unplanned` is an order that no work of the rehearsal is like."""


@dataclass(frozen=True, slots=True)
class Submit:
    """An order: the path it was sent to under the provider's address, and the client's own id.

    `upon` is the job whose clip is to be worked on, where that is named and not carried.
    """

    path: str
    body: dict[str, Any]
    client: str | None = None
    upon: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A look at jobs by their ids or the client's; `part` is for a shape that has several looks.

    `whole` asks for the clip inside the answer.
    """

    names: tuple[str, ...]
    by: Literal["id", "client", "either"] = "id"
    part: str = "status"
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Fetch:
    """A finished job's clip itself, asked for where its provider is."""

    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A wish that a job be stopped."""

    name: str


@dataclass(frozen=True, slots=True)
class Announce:
    """A file is about to be uploaded."""

    name: str


@dataclass(frozen=True, slots=True)
class Bring:
    """A file's bytes, under the token that its announcement was answered with.

    They are the call's body, unless `data` has them.
    """

    token: str
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """A file that is uploaded in one call."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Refuse:
    """A call that is refused as it is."""

    why: Refusal


Intent = Submit | Look | Fetch | Stop | Announce | Bring | Keep | Refuse

State = Literal["queued", "running", "done", "failed", "cancelled"]
Ending = Literal["done", "failed", "failed-billed", "moderated", "unreadable"]
"""How a job ends. `unreadable`: a picture that came with the order cannot be read."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A job as its provider would tell of it. Times are seconds since 1970, `seconds` the clip's.

    `link` is set once it is done, `file` only where a look asked for the whole clip; `bytes` is 0
    where its file was not looked at yet; `usd` is what was billed, None where nobody knows the
    price, and `tokens` what a price by tokens counted. `word` is a state that nobody has heard of,
    said instead of the true one.
    """

    id: str
    path: str
    client: str | None
    state: State
    ending: Ending
    reason: str
    progress: float
    position: int
    placed: float
    changed: float
    link: str
    bytes: int
    still: bool
    width: int
    height: int
    seconds: Decimal
    seed: int
    billed: bool
    usd: Decimal | None
    tokens: int | None = None
    word: str | None = None
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """The address at which a provider is played: `prefix` is what its paths begin with.

    `host` has its port where that is not the usual one.
    """

    provider: str
    host: str
    prefix: str = ""
    scheme: str = "https"

    @property
    def url(self) -> str:
        """Where its paths hang."""
        return f"{self.scheme}://{self.host}{self.prefix}"

    def under(self, path: str) -> str | None:
        """A path below the prefix, without slashes around it; None where it is elsewhere."""
        inside = path == self.prefix or path.startswith(f"{self.prefix}/")
        return path[len(self.prefix) :].strip("/") if inside else None


class Shape(Protocol):
    """How one kind of provider is spoken with."""

    @property
    def HOSTS(self) -> tuple[str, ...]:
        """Hosts besides the provider's own that calls of this shape go to."""
        ...

    def read(self, ask: Ask, counter: Counter) -> Intent:
        """What a call means."""
        ...

    def taken(self, seen: Seen, counter: Counter) -> Answer:
        """The answer to an order that was taken."""
        ...

    def told(self, look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
        """The answer to a look; `seen` is empty where nothing was found."""
        ...

    def stopped(self, seen: Seen) -> Answer:
        """The answer to a wish to stop, with the job as it was before."""
        ...

    def announced(self, upload: str, link: str) -> Answer:
        """The answer to an announced file: where it is to be put, and where it will be."""
        ...

    def refused(self, why: Refusal, ask: Ask, chance: float) -> Answer:
        """The answer to a call that is refused; `chance` settles what has several ways."""
        ...
