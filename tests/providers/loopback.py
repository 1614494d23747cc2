"""A provider's server on this machine: answers as a tape says, and keeps every call it was sent."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

import h11

from tests.providers.tapes import Call, Reply
from vidgen.providers.wire import REHEARSED_HOST

RESET = Reply(0)
"""In an answer's place: the connection is torn down once the call is read, as by a crash."""


class Loopback:
    """One server for one event loop: `async with Loopback(answer) as server`.

    An answer that has to be waited for holds up its own connection alone.
    """

    def __init__(self, answer: Callable[[Call], Reply | Awaitable[Reply]]) -> None:
        self.answer = answer
        self.calls: list[Call] = []
        self.url = ""
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Loopback:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        try:
            await self._talk(reader, writer)
        except (asyncio.CancelledError, ConnectionError):
            pass  # the test is over, or the other end has had enough
        finally:
            self._talks.discard(talk)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the calls of one connection until its other end is done with it."""
        wire = h11.Connection(h11.SERVER)
        while (call := await _heard(wire, reader)) is not None:
            self.calls.append(call)
            reply = self.answer(call)
            if isinstance(reply, Awaitable):
                reply = await reply
            if reply is RESET:
                tear = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, tear
                )
                writer.transport.abort()
                return
            writer.write(_said(wire, reply))
            await writer.drain()
            if wire.our_state is h11.MUST_CLOSE:
                return
            wire.start_next_cycle()


async def _heard(wire: h11.Connection, reader: asyncio.StreamReader) -> Call | None:
    """The next call on a connection; None where no more comes."""
    head, body = None, b""
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            wire.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            return _call(head, body)
        else:
            return None


def _call(head: h11.Request, body: bytes) -> Call:
    headers = {name.decode().lower(): value.decode() for name, value in head.headers}
    at = urlsplit(head.target.decode())
    host = headers.get(REHEARSED_HOST) or headers["host"]
    query = dict(parse_qsl(at.query, keep_blank_values=True))
    return Call(head.method.decode(), host, at.path, query, headers, body)


def _said(wire: h11.Connection, reply: Reply) -> bytes:
    """A reply as it goes over the line."""
    raw = isinstance(reply.body, bytes)
    content = reply.body if raw else json.dumps(reply.body).encode()
    headers = {"content-type": "text/html" if raw else "application/json"} | reply.headers
    headers["content-length"] = str(len(content))
    events = (
        h11.Response(status_code=reply.status, headers=list(headers.items())),
        h11.Data(data=content),
        h11.EndOfMessage(),
    )
    return b"".join(wire.send(event) or b"" for event in events)
