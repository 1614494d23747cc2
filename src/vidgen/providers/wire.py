"""HTTP to a provider: one call, its answer as JSON, and what went wrong said in one vocabulary.

Never retries and never waits. A key is sent in a header only, and cut out of every text that comes
back. In a rehearsal the client sends everything to this machine, whatever host is asked for.
"""

from __future__ import annotations

import asyncio
import importlib.util
import ipaddress
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from ssl import SSLContext
from typing import Any

import httpx

from vidgen.errors import ProviderError, Trouble

TIMEOUT = httpx.Timeout(60.0, connect=10.0, pool=None)
"""Seconds for a look or a download to say something more; connecting may take less."""

ORDER_TIMEOUT = httpx.Timeout(300.0, connect=10.0, pool=None)
"""Seconds for an order: where a still comes in the answer itself, a 4k one takes a minute and more,
and whoever hangs up before has paid for what he never gets.
"""

LONGEST_REPLY = 4_000_000
"""Bytes of JSON that are read of one answer."""

REHEARSED_HOST = "x-rehearsed-host"
"""The header by which a rehearsal's server is told which host was meant."""


Form = Sequence[tuple[str, str | tuple[str, bytes, str]]]
"""The fields of a form in order: a text, or a file as its name, its bytes and its media type."""


class Rehearsed(httpx.AsyncBaseTransport):
    """Sends every request to one server on this machine, and says which host was meant."""

    def __init__(self, at: str, limits: httpx.Limits) -> None:
        self._at = httpx.URL(at)
        # It speaks plain HTTP alone, so it needs no certificates, and reading them is slow.
        self._inner = httpx.AsyncHTTPTransport(limits=limits, verify=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request out there; nothing is ever looked up in the world's names."""
        request.headers[REHEARSED_HOST] = request.url.netloc.decode("ascii")
        request.url = request.url.copy_with(scheme="http", host=self._at.host, port=self._at.port)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Let the connections go."""
        await self._inner.aclose()


CALLS, DOWNLOADS = 40, 10
"""How many calls and how many downloads go on at once. The rest waits with us: a pool of
connections goes through all that wait in it whenever one ends, with a thousand of them for minutes.
"""

KEPT = 10
"""How many idle connections are kept: each is looked at again at every call, for 0.05 ms."""


@dataclass(frozen=True, slots=True)
class Http:
    """The clients of one run.

    `kept` reuses its connections: looks and downloads. `fresh` never does: on a reused connection a
    server that had just closed it cannot be told from one that took a paid order and died. Whoever
    calls holds one of `calls` meanwhile, whoever downloads one of `downloads`, so that long
    downloads keep nobody from looking.
    """

    kept: httpx.AsyncClient
    fresh: httpx.AsyncClient
    calls: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CALLS))
    downloads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DOWNLOADS))

    async def aclose(self) -> None:
        """Let the connections go."""
        await self.kept.aclose()
        await self.fresh.aclose()


def clients(rehearsed_at: str | None = None) -> Http:
    """The clients of one run; with `rehearsed_at`, a server's address here, they reach no other.

    Redirects are not followed: an answer that points elsewhere must not be sent a key.
    """
    _know_missing("sniffio")
    # Reading the machine's certificates takes longer than all the rest: once is enough.
    trust = httpx.create_ssl_context() if rehearsed_at is None else None
    return Http(
        kept=_client(KEPT, TIMEOUT, rehearsed_at, trust),
        fresh=_client(0, ORDER_TIMEOUT, rehearsed_at, trust),
    )


def _know_missing(module: str) -> None:
    """Where a module is not installed, let Python know that once and for all.

    httpcore tries to import sniffio several times a call, and goes on without it. To find it
    missing, Python would search every folder each time: a third of what a look costs.
    """
    if importlib.util.find_spec(module) is None:
        sys.modules[module] = None  # type: ignore[assignment]  # the documented way to say so


def _client(
    kept: int, timeout: httpx.Timeout, rehearsed_at: str | None, trust: SSLContext | None
) -> httpx.AsyncClient:
    """A client that keeps that many idle connections."""
    limits = httpx.Limits(max_connections=CALLS + DOWNLOADS, max_keepalive_connections=kept)
    if rehearsed_at is not None:
        return httpx.AsyncClient(timeout=timeout, transport=Rehearsed(rehearsed_at, limits))
    return httpx.AsyncClient(timeout=timeout, limits=limits, verify=trust or True)


async def call(
    http: Http | None,
    method: str,
    url: str,
    *,
    key: str,
    headers: Mapping[str, str],
    body: Any = None,
    content: bytes | None = None,
    form: Form | None = None,
    longest: int = LONGEST_REPLY,
) -> httpx.Response:
    """One request, its answer read whole, up to `longest` bytes.

    `body` goes as JSON, `content` as it is, `form` as multipart/form-data. Raises ProviderError:
    `unsent` where it never left, `input` where it cannot be written, `ambiguous` where it may have
    arrived and no answer came. An answer of any status is returned.
    """
    assert http is not None, "a hosted provider is given clients"
    line = http.kept if method == "GET" else http.fresh
    files = [(name, part if isinstance(part, tuple) else (None, part)) for name, part in form or ()]
    try:
        async with (
            http.calls,
            line.stream(
                method, url, headers=dict(headers), json=body, content=content, files=files or None
            ) as answer,
        ):
            read = bytearray()
            async for piece in answer.aiter_bytes():
                read += piece
                if len(read) > longest:
                    raise ProviderError(
                        "the answer is far too long", kind="ambiguous", charged=None
                    )
            return httpx.Response(
                answer.status_code,
                headers=_told(answer.headers),
                content=bytes(read),
                request=answer.request,
            )
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ProviderError(f"no connection: {hidden(str(error), key)}", kind="unsent") from None
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise ProviderError(f"not an address: {hidden(str(error), key)}", kind="unsent") from None
    except (httpx.LocalProtocolError, UnicodeEncodeError):
        # in words of our own: theirs quote the header at fault, which may be the key's
        message = "what was to be sent cannot be written as HTTP"
        hint = "see whether the key has spaces, line ends, or letters that are not ASCII"
        raise ProviderError(message, kind="input", hint=hint) from None
    except httpx.HTTPError as error:
        words = hidden(str(error), key) or type(error).__name__
        message = f"no answer came: {words}"
        raise ProviderError(message, kind="ambiguous", charged=None) from None


def _told(headers: httpx.Headers) -> dict[str, str]:
    """The headers of an answer whose body is read, and no longer packed."""
    unpacked = ("content-encoding", "content-length", "transfer-encoding")
    return {name: value for name, value in headers.items() if name not in unpacked}


@contextmanager
def repeatable() -> Iterator[None]:
    """Around calls that cost nothing: where the answer is lost, the same can simply be asked again.

    Then `overload` is raised in the place of `ambiguous`.
    """
    try:
        yield
    except ProviderError as error:
        if error.kind == "ambiguous":
            error.kind, error.charged = "overload", False
        raise


def as_json(answer: httpx.Response) -> dict[str, Any]:
    """The object in an answer.

    Raises ProviderError `ambiguous` where there is none: whoever answered was not the provider, or
    it broke off.
    """
    try:
        found = json.loads(answer.content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = f"HTTP {answer.status_code} without a readable answer"
        raise ProviderError(message, kind="ambiguous", charged=None)
    return found


def retry_after(answer: httpx.Response) -> float | None:
    """The seconds that an answer asks us to wait: told as a number, or as the moment of its end.

    A moment is counted from the server's own clock where the answer tells it; one that is past is
    no wait at all. Whoever waits sets the bound.
    """
    text = answer.headers.get("retry-after", "")
    if text.isdecimal():
        return float(text)
    until = _moment(text)
    if until is None:
        return None
    now = _moment(answer.headers.get("date", "")) or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


def _moment(text: str) -> datetime | None:
    """A date as HTTP writes it, which is always in UTC; None for what is none."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def refused(
    answer: httpx.Response, message: str, kind: Trouble, *, key: str, charged: bool | None = False
) -> ProviderError:
    """An answer of a provider that refuses a call, as the error to raise; the key is cut out.

    What an `ambiguous` one cost is never known.
    """
    charged = None if kind == "ambiguous" else charged
    return ProviderError(
        hidden(message, key)[:600], kind=kind, retry_after=retry_after(answer), charged=charged
    )


def hidden(text: str, key: str) -> str:
    """A text that came from outside, with the key cut out of it."""
    return text.replace(key, "•••") if len(key) >= 4 else text


def is_at(url: object, *servers: str) -> bool:
    """Whether a text from outside is an address at one of these servers: same scheme, host, port.

    A key goes nowhere else. An address with a name or a password in it is none.
    """
    if not isinstance(url, str):
        return False
    try:
        found = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return not found.userinfo and _origin(found) in map(_server, servers)


Origin = tuple[str, str, int | None]


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host, url.port


@cache
def _server(url: str) -> Origin:
    """Where a server of ours is; there are few, and they are asked about at every look."""
    return _origin(httpx.URL(url))


def is_here(url: str | httpx.URL) -> bool:
    """Whether a server runs on this machine: localhost, 127.0.0.0/8 or ::1."""
    host = httpx.URL(url).host
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
