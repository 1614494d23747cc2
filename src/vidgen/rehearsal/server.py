"""A rehearsal's server: HTTP/1.1 on this machine alone, which can also reset, cut and say nothing.

Reads calls and writes answers; what they mean is for `play`. Never binds to an address that another
machine could reach.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from vidgen.errors import VidgenError
from vidgen.media.binary import find
from vidgen.rehearsal.books import Books
from vidgen.rehearsal.clips import Clips, Drawn
from vidgen.rehearsal.connection import Connection
from vidgen.rehearsal.exchange import Answer, Ask
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.play import Play, Played
from vidgen.rehearsal.works import NoRehearsal

_NO_FAULTS = Faults()


class Server:
    """Plays providers at `url`, from `async with` to its end. Jobs that are under way go on later,
    with the same books.

    `folder` keeps clips, pictures and uploads. Without `clips` the animatic draws them; without
    `books` they are kept in memory. At its end the books are closed, and can still be read. Raises
    NoRehearsal for an address that is not this machine's.
    """

    def __init__(
        self,
        played: Sequence[Played],
        *,
        folder: Path,
        books: Books | None = None,
        faults: Faults = _NO_FAULTS,
        clips: Clips | None = None,
        speed: float = 1.0,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if not speed > 0:
            raise NoRehearsal(f"the speed is {speed}", hint="a speed is above 0")
        self.books = books if books is not None else Books.open()
        for one in played:
            self.books.allow(one.provider, one.in_flight)
        self.play = Play(
            played,
            books=self.books,
            faults=faults,
            clips=clips or Drawn(folder, find()),
            folder=folder,
            speed=speed,
        )
        self._address = (_here(host), port)
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._broken: list[Exception] = []
        self.url = ""
        """Where it listens: `http://127.0.0.1:PORT`."""

    async def __aenter__(self) -> Self:
        host, port = self._address
        try:
            self._server = await asyncio.start_server(self._serve, host, port, backlog=1024)
        except OSError as error:
            self.books.close()
            where = f"{host}:{port}"
            raise NoRehearsal(f"the server does not start: {error.strerror}", where=where) from None
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self.play.results.resume()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed is let go in the loop's next turn
        await self.play.results.aclose()
        await self._server.wait_closed()
        self.books.close()
        if self._broken and error is None:  # a bug of ours must not pass for a fault that is played
            raise self._broken[0]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        try:
            await Connection(reader, writer, self._answer).run()
        except ConnectionError:
            pass  # the client has gone
        except asyncio.CancelledError:
            writer.transport.abort()  # the rehearsal is over: nothing more is sent
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            self._lines.discard(line)

    async def _answer(self, ask: Ask) -> Answer:
        try:
            return await self.play.answer(ask)
        except VidgenError as error:
            return Answer(500, (("content-type", "text/plain"),), error.message.encode())
        except Exception as error:
            self._broken.append(error)
            return Answer(500, (("content-type", "text/plain"),), b"the rehearsal broke down")


@contextmanager
def start_thread(make: Callable[[], Server]) -> Iterator[Server]:
    """A server in a thread with a loop of its own, beside a program that has one already.

    `make` is called there. Only the server's `url` and `books` may be used from outside.
    """
    begun: Future[tuple[Server, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    failures: list[BaseException] = []

    async def live() -> None:
        async with make() as server:
            over = asyncio.Event()
            begun.set_result((server, asyncio.get_running_loop(), over))
            await over.wait()

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:
            if begun.done():
                failures.append(error)
            else:
                begun.set_exception(error)

    thread = threading.Thread(target=run, name="rehearsal", daemon=True)
    thread.start()
    server, loop, over = begun.result()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
    if failures:
        raise failures[0]


def _here(host: str) -> str:
    """A host as an address of this machine. Raises NoRehearsal for any other."""
    host = "127.0.0.1" if host == "localhost" else host
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        hint = "it answers to anyone who can reach it; give 127.0.0.1 or ::1"
        raise NoRehearsal(f"`{host}` is not an address of this machine alone", hint=hint)
    return host
