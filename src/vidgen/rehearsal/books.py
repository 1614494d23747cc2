"""The rehearsal's own truth: what was ordered, what became of it, and what was billed.

Every change is one line of JSON, kept in memory and, where a file is given, appended to it, so that
a rehearsal that was killed goes on with the same books. Jobs move by the clock alone: whoever looks
first has everything written down that has happened since. Knows no HTTP and draws nothing.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import threading
import time
from collections import Counter as Count
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from vidgen.rehearsal.order import Entry, Order, as_data, from_data
from vidgen.rehearsal.works import NoRehearsal

USUAL_LIMIT = 2


@dataclass(slots=True)
class _Line:
    """Who waits and who runs at one provider; `due` holds when running ones end, soonest first."""

    limit: int
    waiting: deque[str] = field(default_factory=deque)
    running: set[str] = field(default_factory=set)
    due: list[tuple[float, str]] = field(default_factory=list)


class Books:
    """Orders and money. May be read from another thread than the one that writes.

    `clock` tells seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._file: IO[bytes] | None = None
        self._salt = ""
        self._now = 0.0
        self._orders: dict[str, Order] = {}
        self._clients: dict[tuple[str, str], str] = {}
        self._lines: dict[str, _Line] = {}
        self._placed: Count[tuple[str, str]] = Count()
        self._tries: Count[tuple[str, str]] = Count()
        self._refused: Count[tuple[str, str]] = Count()

    @classmethod
    def open(cls, path: Path | None = None, clock: Callable[[], float] = time.time) -> Books:
        """The books kept in a file, or new ones; with no file they are gone when they are closed.

        A last line that was only half written is dropped. Raises NoRehearsal for a file that is
        something else, or cannot be written.
        """
        books = cls(clock)
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                file = path.open("a+b")
            except OSError as error:
                words = f"the books cannot be kept: {error.strerror}"
                raise NoRehearsal(words, where=str(path)) from None
            try:
                books._read_back(file, path)
            except BaseException:
                file.close()
                raise
            books._file = file
        if not books._salt:
            books._write({"what": "opened", "salt": repr(clock())})
        return books

    def close(self) -> None:
        """Write down what has happened, and let the file go; what is asked later is still told."""
        with self._lock:
            self.settle()
            if self._file is not None:
                self._file.close()
                self._file = None

    def allow(self, provider: str, at_once: int) -> None:
        """How many jobs run at once at a provider; the rest waits in turn."""
        with self._lock:
            self._line(provider).limit = at_once
            self.settle()

    def place(self, entry: Entry) -> tuple[Order, bool]:
        """Take an order: the order, and whether it is new. A client's id is taken only once."""
        with self._lock:
            self.settle()
            known = self.of_client(entry.provider, entry.client) if entry.client else None
            if known is not None:
                return known, False
            number = len(self._orders)
            told = f"{self._salt}|{entry.provider}|{entry.work}|{entry.number}|{number}"
            name = hashlib.blake2b(told.encode(), digest_size=16).hexdigest()
            self._write({"what": "placed", "id": name, "at": self._now, **as_data(entry)})
            self._fill(entry.provider, self._now)
            return self._orders[name], True

    def refuse(self, provider: str, work: str, fault: str) -> None:
        """Write down that a submit of a work was refused."""
        with self._lock:
            self.settle()
            told = {"what": "refused", "provider": provider, "work": work, "fault": fault}
            self._write(told | {"at": self._now})

    def drawn(self, name: str) -> None:
        """A job's clip is there; the job ends when its time has passed as well."""
        with self._lock:
            self.settle()
            if not self._orders[name].over and self._orders[name].drawn is None:
                self._write({"what": "drawn", "id": name, "at": self._now})
                self.settle()

    def broke(self, name: str, reason: str) -> None:
        """What came with a job cannot be read; it fails and costs nothing."""
        with self._lock:
            self.settle()
            if not self._orders[name].over:
                self._end(self._orders[name], self._now, "failed", "unreadable", reason)

    def cancel(self, name: str) -> Order:
        """Stop a job that waits; one that runs goes on, and is paid. The job as it was before."""
        with self._lock:
            self.settle()
            order = self._orders[name]
            if order.state == "queued":
                self._end(order, self._now, "cancelled", "failed", "cancelled")
            return order

    def relink(self, name: str) -> None:
        """Give a job's result a new link; the one before it is no longer good."""
        with self._lock:
            self._write({"what": "relinked", "id": name})

    def order(self, name: str) -> Order | None:
        """The order of that id, as it stands now."""
        with self._lock:
            self.settle()
            return self._orders.get(name)

    def of_client(self, provider: str, client: str) -> Order | None:
        """The order that a client sent under an id of its own."""
        with self._lock:
            name = self._clients.get((provider, client))
            return self.order(name) if name is not None else None

    def orders(self, provider: str | None = None) -> tuple[Order, ...]:
        """Every order as it stands now, in the order in which they were taken."""
        with self._lock:
            self.settle()
            found = self._orders.values()
            return tuple(o for o in found if provider is None or o.entry.provider == provider)

    def billed(self, provider: str | None = None) -> Decimal:
        """US dollars that were billed, for all that has a known price (see `unpriced`)."""
        return sum((order.usd or Decimal(0) for order in self.orders(provider)), Decimal(0))

    def unpriced(self, provider: str | None = None) -> tuple[Order, ...]:
        """Orders that were billed at a price that nobody knows."""
        return tuple(order for order in self.orders(provider) if order.usd is None)

    def refused(self) -> dict[str, int]:
        """How many submits were refused, by fault."""
        with self._lock:
            totals: Count[str] = Count()
            for (_, fault), count in self._refused.items():
                totals[fault] += count
            return dict(totals)

    def ordered(self, provider: str, work: str) -> int:
        """How many orders of a work were taken."""
        with self._lock:
            return self._placed[provider, work]

    def tries(self, provider: str, work: str) -> int:
        """How many submits of a work were refused since the last that was taken."""
        with self._lock:
            return self._tries[provider, work]

    def position(self, order: Order) -> int:
        """How many wait before it."""
        with self._lock:
            line = self._line(order.entry.provider)
            return line.waiting.index(order.id) if order.id in line.waiting else 0

    @property
    def now(self) -> float:
        """The clock, which never goes back here."""
        with self._lock:
            self._now = max(self._now, self._clock())
            return self._now

    def settle(self) -> None:
        """Write down everything that has happened by now, in the order in which it happened."""
        with self._lock:
            now = self.now
            for provider, line in self._lines.items():
                self._fill(provider, now)
                while line.due and line.due[0][0] <= now:
                    at, name = heapq.heappop(line.due)
                    order = self._orders[name]
                    if name not in line.running or order.due != at:
                        continue  # it ended otherwise
                    failed = order.ending != "done"
                    self._end(order, at, "failed" if failed else "done", order.ending, order.reason)

    def _end(self, order: Order, at: float, state: str, ending: str, reason: str) -> None:
        told = {"state": state, "ending": ending, "reason": reason}
        self._write({"what": "ended", "id": order.id, "at": at, **told})
        self._fill(order.entry.provider, at)

    def _fill(self, provider: str, at: float) -> None:
        """Let those who wait begin, as far as there is room."""
        line = self._line(provider)
        while line.waiting and len(line.running) < line.limit:
            order = self._orders[line.waiting[0]]
            self._write({"what": "began", "id": order.id, "at": max(at, order.placed)})

    def _line(self, provider: str) -> _Line:
        return self._lines.setdefault(provider, _Line(USUAL_LIMIT))

    # -- the lines: written, read back, and what each of them changes ------------------------------

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
        self._take(line)

    def _read_back(self, file: IO[bytes], path: Path) -> None:
        file.seek(0)
        whole = 0
        for number, text in enumerate(file, 1):
            if not text.endswith(b"\n"):
                break
            try:
                self._take(json.loads(text))
            except (ValueError, KeyError, TypeError, ArithmeticError):
                where = f"{path}:{number}"
                hint = "give another file, or remove this one"
                raise NoRehearsal(
                    "these are no rehearsal's books", where=where, hint=hint
                ) from None
            whole += len(text)
        file.truncate(whole)

    def _take(self, line: dict[str, Any]) -> None:
        """Let one line be true. The only place where anything changes."""
        what, at = line["what"], float(line.get("at", self._now))
        self._now = max(self._now, at) if what != "ended" else self._now
        if what == "opened":
            self._salt = line["salt"]
        elif what == "refused":
            self._tries[line["provider"], line["work"]] += 1
            self._refused[line["provider"], line["fault"]] += 1
        elif what == "placed":
            self._take_placed(line, at)
        else:
            self._take_change(self._orders[line["id"]], line, at)

    def _take_placed(self, line: dict[str, Any], at: float) -> None:
        entry = from_data({name: line[name] for name in Entry.__slots__})
        reason = "" if entry.ending == "done" else _REASONS[entry.ending]
        order = Order(line["id"], entry, at, ending=entry.ending, reason=reason)
        self._orders[order.id] = order
        if entry.client:
            self._clients[entry.provider, entry.client] = order.id
        self._placed[entry.provider, entry.work] += 1
        self._tries[entry.provider, entry.work] = 0
        self._line(entry.provider).waiting.append(order.id)

    def _take_change(self, order: Order, line: dict[str, Any], at: float) -> None:
        queue = self._line(order.entry.provider)
        if line["what"] == "began":
            queue.waiting.remove(order.id)
            queue.running.add(order.id)
            order = replace(order, state="running", began=at)
        elif line["what"] == "drawn":
            order = replace(order, drawn=at)
        elif line["what"] == "relinked":
            order = replace(order, generation=order.generation + 1)
        elif line["what"] == "ended":
            queue.running.discard(order.id)
            if order.id in queue.waiting:
                queue.waiting.remove(order.id)
            told = {name: line[name] for name in ("state", "ending", "reason")}
            order = replace(order, ended=at, **told)
        else:
            raise ValueError(line["what"])
        self._orders[order.id] = order
        if order.due is not None and not order.over:
            heapq.heappush(queue.due, (order.due, order.id))


_REASONS = {
    "failed": "the model broke down",
    "failed-billed": "nothing came of it",
    "moderated": "the result was held back by a policy",
}
