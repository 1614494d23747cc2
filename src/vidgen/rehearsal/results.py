"""What comes of orders: drawn while their time passes, and handed out by links that may go wrong.

Tells the books when a result is there. Knows no provider's words.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter as Count
from collections.abc import Callable
from pathlib import Path

from vidgen.errors import VidgenError
from vidgen.rehearsal.books import Books
from vidgen.rehearsal.clips import Clips, Wanted
from vidgen.rehearsal.exchange import Answer, Ask, as_json
from vidgen.rehearsal.faults import Fate
from vidgen.rehearsal.files import served
from vidgen.rehearsal.order import Order
from vidgen.rehearsal.shelf import FILES, Shelf


class Results:
    """Every result of a rehearsal. `wanted` is what an order is to bring, None for an order of
    work that is not rehearsed any more; `fate` what it meets.
    """

    def __init__(
        self,
        books: Books,
        clips: Clips,
        shelf: Shelf,
        wanted: Callable[[Order], Wanted | None],
        fate: Callable[[Order], Fate],
    ) -> None:
        self.leaks: list[str] = []
        """Paths that were asked for with a key, which is nobody's business there."""
        self._books = books
        self._clips = clips
        self._shelf = shelf
        self._wanted = wanted
        self._fate = fate
        self._fetches: Count[str] = Count()
        self._spent: set[str] = set()
        self._files: dict[str, Path] = {}
        self._drawing: dict[str, asyncio.Task[None]] = {}

    def resume(self) -> None:
        """Go on drawing what the books say is still to be drawn. Within a running loop."""
        for order in self._books.orders():
            if not order.over and order.drawn is None:
                self.draw(order)

    async def aclose(self) -> None:
        """Stop drawing."""
        for task in list(self._drawing.values()):
            task.cancel()
        await asyncio.gather(*self._drawing.values(), return_exceptions=True)

    def draw(self, order: Order) -> None:
        """Have an order's result made, if it is to have one; the books are told when it is."""
        if self._wanted(order) is None:  # else it would hold its place in the queue for ever
            self._books.broke(order.id, "its work is not rehearsed any more")
        elif order.ending == "done" and order.id not in self._drawing:
            task = asyncio.get_running_loop().create_task(self._drawn(order))
            self._drawing[order.id] = task
            task.add_done_callback(lambda _: self._drawing.pop(order.id, None))

    def link(self, order: Order) -> str:
        """Where a finished order's result is; another one once the last has expired."""
        wanted = self._wanted(order)
        if order.state != "done" or wanted is None:
            return ""
        name = f"{wanted.work.name[:8]}.{'png' if wanted.work.still else 'mp4'}"
        return f"https://files.{order.entry.provider}.{FILES}/{order.id}/{order.generation}/{name}"

    def renew(self, order: Order) -> None:
        """Let an expired link be followed by a fresh one, which the next look tells."""
        if order.id in self._spent:
            self._spent.discard(order.id)
            self._books.relink(order.id)

    def size(self, order: Order) -> int:
        """Bytes of an order's result; 0 where it was not made in this rehearsal."""
        path = self._files.get(order.id)
        return path.stat().st_size if path is not None else 0

    async def file(self, order: Order) -> Path:
        """A finished order's result, made again where this rehearsal has not made it yet."""
        wanted = self._wanted(order)
        assert wanted is not None, "only orders of works that are rehearsed are told of"
        path = self._files[order.id] = await self._clips.make(wanted)
        return path

    async def handed(self, order: Order, ask: Ask) -> Answer:
        """A finished order's result where its provider itself hands it out."""
        wanted = self._wanted(order)
        assert wanted is not None, "only orders of works that are rehearsed are told of"
        return await self._result(order, wanted, ask, str(order.generation))

    async def fetched(self, ask: Ask) -> Answer:
        """A result or an upload, by its link; an expired one answers 403."""
        if ask.authorization or "x-goog-api-key" in ask.headers:
            self.leaks.append(ask.path)
        parts = ask.path.strip("/").split("/")
        if parts[0] == "uploads" and len(parts) == 2:
            upload = self._shelf.upload(parts[1]) if ask.method == "GET" else None
            return served(upload, parts[1], ask) if upload is not None else Answer(404)
        order = self._books.order(parts[0]) if len(parts) == 3 and ask.method == "GET" else None
        wanted = self._wanted(order) if order is not None else None
        if order is None or wanted is None or order.state != "done":
            return as_json({"detail": "there is no such file"}, 404)
        return await self._result(order, wanted, ask, parts[1])

    async def _result(self, order: Order, wanted: Wanted, ask: Ask, generation: str) -> Answer:
        fetches = self._fate(order).fetches
        if "expired-link" in fetches and order.generation == 0:
            self._spent.add(order.id)
        if generation != str(order.generation) or order.id in self._spent:
            words = f"the link to {ask.path} has expired"
            return Answer(403, (("content-type", "text/plain"),), words.encode())
        turn = self._fetches[order.id]
        self._fetches[order.id] += 1
        fault = fetches[turn] if turn < len(fetches) else None
        if fault == "download-error":
            return Answer(500, body=b"try again") if turn == 0 else Answer(how="reset")
        path = await self.file(order)
        etag = hashlib.sha256(f"{order.id}|{path.stat().st_size}".encode()).hexdigest()[:32]
        answer = served(path, etag, ask, garbled=fault == "corrupt")
        if fault == "truncated":
            return Answer(answer.status, answer.headers, answer.body, "cut")
        return answer

    async def _drawn(self, order: Order) -> None:
        try:
            await self.file(order)
        except VidgenError as error:
            self._books.broke(order.id, error.message)
        else:
            self._books.drawn(order.id)
