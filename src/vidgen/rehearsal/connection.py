"""One HTTP/1.1 connection of a rehearsal: reads calls, writes answers, resets and cuts.

What a call means is not known here.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

from vidgen.providers.wire import REHEARSED_HOST
from vidgen.rehearsal.exchange import Answer, Ask, Stretch

LONGEST_CALL = 256 * 2**20
"""Bytes of one call's body: orders may carry several pictures as text."""

_PIECE = 256 * 1024
_GARBLED = 64  # bytes: the part of a file that says what it is


class Connection:
    """One client's connection: calls in turn, until either side has had enough."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer: Callable[[Ask], Awaitable[Answer]],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._answer = answer
        self._http = h11.Connection(h11.SERVER)

    async def run(self) -> None:
        """Answer until the connection is over."""
        while True:
            try:
                head = await self._event()
                if not isinstance(head, h11.Request):
                    return
                body = await self._body()
            except h11.RemoteProtocolError as error:
                await self._refuse(error.error_status_hint)
                return
            answer = await self._answer(_ask(head, body))
            if answer.how == "reset":
                self._reset()
                return
            if answer.how == "close" or not await self._send(answer, head.method == b"HEAD"):
                return
            if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        """What comes next from the client."""
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                assert not isinstance(event, type) or event is h11.PAUSED
                return event
            self._http.receive_data(await self._reader.read(_PIECE))

    async def _body(self) -> bytes:
        read = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            read += event.data
            if len(read) > LONGEST_CALL:
                raise h11.RemoteProtocolError("too long", error_status_hint=413)
        if not isinstance(event, h11.EndOfMessage):
            raise ConnectionResetError
        return bytes(read)

    async def _send(self, answer: Answer, bare: bool) -> bool:
        """Write an answer, and whether all of it was; `bare` is without its body."""
        content = answer.body
        size = len(content) if isinstance(content, bytes) else content.end - content.start
        told = (*answer.headers, ("content-length", str(size)))
        self._write(h11.Response(status_code=answer.status, headers=list(told)))
        left = 0 if bare else size // 2 if answer.how == "cut" else size
        for piece in _pieces(content, left):
            self._write(h11.Data(data=piece))
            await self._writer.drain()
        if answer.how == "cut":
            return False
        self._write(h11.EndOfMessage())
        await self._writer.drain()
        return True

    async def _refuse(self, status: int) -> None:
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._write(h11.Response(status_code=status, headers=[("connection", "close")]))
            self._write(h11.EndOfMessage())
            await self._writer.drain()

    def _write(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)

    def _reset(self) -> None:
        """Close so that the other side is told of a reset, and not of an end."""
        line = self._writer.get_extra_info("socket")
        at_once = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self._writer.transport.abort()


def _ask(head: h11.Request, body: bytes) -> Ask:
    headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
    url = urlsplit(head.target.decode("ascii"))
    host = headers.get(REHEARSED_HOST) or headers.get("host", "").lower()
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    return Ask(head.method.decode("ascii"), host, unquote(url.path), query, headers, body)


def _pieces(content: bytes | Stretch, size: int) -> Iterator[bytes]:
    """The first `size` bytes of what is to be sent, a piece at a time."""
    if isinstance(content, bytes):
        yield content[:size]
        return
    with content.path.open("rb") as file:
        file.seek(content.start)
        at, end = content.start, content.start + size
        while at < end and (piece := file.read(min(_PIECE, end - at))):
            yield _wrong(piece, at) if content.garbled else piece
            at += len(piece)


def _wrong(piece: bytes, at: int) -> bytes:
    """A piece that begins at a place in its file, with the file's first bytes turned around."""
    reach = max(0, _GARBLED - at)
    return bytes(byte ^ 0xFF for byte in piece[:reach]) + piece[reach:]
