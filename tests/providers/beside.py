"""Our calls beside those of a vendor's own client, at one server on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from tests.providers.loopback import Loopback
from tests.providers.tapes import Call
from vidgen.providers import Session
from vidgen.providers.wire import clients


async def both(
    server: Loopback,
    ours: Callable[[Session], Awaitable[object]],
    theirs: Callable[[list[Call]], Awaitable[object]],
    at: Session,
) -> tuple[list[Call], list[Call]]:
    """The calls that ours makes, and then theirs, which is told of ours.

    `ours` is given the session with clients of its own, which are closed after it.
    """
    http = clients()
    try:
        await ours(replace(at, http=http))
    finally:
        await http.aclose()
    mine = list(server.calls)
    del server.calls[:]
    await theirs(mine)
    return mine, list(server.calls)


def headers_of(call: Call, *names: str) -> dict[str, str]:
    """Those headers of a call that have to be the same, where it has them."""
    return {name: call.headers[name] for name in names if name in call.headers}
