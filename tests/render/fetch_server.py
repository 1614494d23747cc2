"""A server on this machine that keeps a clip, and can be as bad as any server ever was."""

import asyncio
import re
import socket
import struct
from dataclasses import dataclass, field

REASONS = {200: "OK", 206: "Partial Content"}


@dataclass
class Turn:
    """How one request is answered; without any of these, as it should be.

    `cut` ends the connection after so many bytes of the body, `reset` does it rudely, `stall` goes
    silent instead; `say` replaces headers (None leaves one out), `body` what is sent.
    """

    cut: int | None = None
    reset: bool = False
    stall: bool = False
    status: int | None = None
    say: dict[str, str | None] = field(default_factory=dict)
    body: bytes | None = None
    drop: bool = False


@dataclass
class Server:
    """Serves `clip` under every path; takes its turns in order, then behaves."""

    clip: bytes
    etag: str | None = '"one"'
    modified: str | None = None
    ranges: bool = True
    chunked: bool = False
    turns: list[Turn] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    _listening: asyncio.Server | None = None

    async def __aenter__(self):
        self._listening = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]
        self._open = set()
        return self

    async def __aexit__(self, *_):
        self._listening.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._listening.wait_closed()

    def link(self, rest="/clips/one.mp4?sig=SECRET"):
        return f"http://127.0.0.1:{self.port}{rest}"

    @property
    def offsets(self):
        """The first byte that each request asked for."""
        return [int(re.findall(r"\d+", one.get("range", "0"))[0]) for one in self.asked]

    async def _talk(self, reader, writer):
        task = asyncio.current_task()
        self._open.add(task)
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        said = {"path": head[0].split(" ")[1]}
        said |= {k.lower(): v for k, v in (line.split(": ", 1) for line in head[1:] if line)}
        self.asked.append(said)
        self.sent.append(0)
        turn = self.turns.pop(0) if self.turns else Turn()
        if turn.drop:
            return False
        status, headers, body = self._honest(said)
        if turn.status is not None:
            status, body = turn.status, b""
            headers = {"Content-Length": "0"}
        if turn.body is not None:
            body = turn.body
            headers["Content-Length"] = str(len(body))
        chunked = self.chunked and status in (200, 206)
        if chunked:
            headers |= {"Content-Length": None, "Transfer-Encoding": "chunked"}
        headers |= turn.say
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'So')}"]
        lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        cut = len(body) if turn.cut is None else min(turn.cut, len(body))
        await self._send(writer, body[:cut], chunked)
        if turn.stall:
            await asyncio.Event().wait()
        if turn.reset:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if turn.cut is not None:
            return False
        if chunked:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return headers.get("Content-Length") is not None or chunked

    async def _send(self, writer, body, chunked):
        for start in range(0, len(body), 1000):
            piece = body[start : start + 1000]
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            await writer.drain()
            self.sent[-1] += len(piece)

    def _honest(self, said):
        """The status, headers and body that this request deserves."""
        size = len(self.clip)
        headers = {"ETag": self.etag, "Last-Modified": self.modified}
        wanted = re.fullmatch(r"bytes=(\d+)-", said.get("range", "")) if self.ranges else None
        if said.get("if-range", self.etag) not in (self.etag, self.modified):
            wanted = None
        start = int(wanted[1]) if wanted else 0
        if wanted and start >= size:
            return 416, {"Content-Length": "0", "Content-Range": f"bytes */{size}"}, b""
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        headers["Content-Length"] = str(size - start)
        return (206 if wanted else 200), headers, self.clip[start:]
