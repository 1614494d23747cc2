"""The free provider on this machine: stills become camera moves, shots without one become cards,
and a clip that is given is shown as it is.

Each clip is drawn by a process of its own, in a spool under the session's scratch folder; any
process may look at it there. Sends nothing anywhere, asks no key, and costs nothing.
"""

from __future__ import annotations

import hashlib
import re
import weakref
from decimal import Decimal
from typing import IO, Any

from vidgen.job import Failed, FailureKind, Request, Running, Status, Succeeded, Ticket
from vidgen.media.worker import Worker, held, locked, start
from vidgen.providers import Session
from vidgen.providers.animatic.brief import as_data, brief_of
from vidgen.providers.animatic.spool import Spool

EDITION = 1
"""Raised when the same request would look different, so that no older clip stands in for it."""

_PREFIX = "animatic-"


class Animatic:
    """Three methods over a folder of spools; see `vidgen.providers.Provider`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._workers: dict[str, Worker] = {}
        self._starting: dict[str, IO[bytes] | None] = {}
        weakref.finalize(self, _stop_all, self._workers, self._starting)

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """Start a worker on the clip; under an id that is known, the work there is stands."""
        name = (
            _PREFIX
            + hashlib.blake2b(f"{EDITION}/{idempotency}".encode(), digest_size=12).hexdigest()
        )
        spool = Spool(self._session.scratch / name)
        under_way = self._runs(name) or (spool.result is None and held(spool.lock))
        if not (under_way or spool.finished):
            brief = brief_of(request, self._session.project.absolute(), self._session.ffmpeg)
            spool.prepare(as_data(brief))
            self._starting[name] = locked(spool.starter)
            self._workers[name] = start("vidgen.providers.animatic.worker", spool.folder, spool.log)
        return {"spool": name}

    async def poll(self, ticket: Ticket) -> Status:
        """Look into the spool once."""
        spool = self._spool(ticket)
        if spool is None or not spool.folder.is_dir():
            return Failed("there is no such work on this machine", "provider", charged=False)
        lives = self._runs(spool.folder.name) or held(spool.lock) or held(spool.starter)
        result = spool.result  # after asking whether it lives, or its last act could be missed
        if result is not None:
            return _ended(result, spool)
        if lives:
            return Running(spool.progress)
        if spool.cancelled:
            return Failed("cancelled", "provider", charged=False)
        words = spool.last_words() or "its process ended without a word"
        return Failed(f"the animatic's worker stopped: {words}", "provider", charged=False)

    async def cancel(self, ticket: Ticket) -> None:
        """Stop the worker, whoever started it."""
        spool = self._spool(ticket)
        if spool is None or spool.result is not None:
            return
        spool.cancel()
        self._let_go(spool.folder.name)

    def _runs(self, name: str) -> bool:
        """Whether a worker of ours is at it; one that has ended is let go."""
        worker = self._workers.get(name)
        if worker is None:
            return False
        if worker.runs:
            return True
        self._let_go(name)
        return False

    def _let_go(self, name: str) -> None:
        worker, starter = self._workers.pop(name, None), self._starting.pop(name, None)
        if worker is not None:
            worker.stop()
        if starter is not None:
            starter.close()

    def _spool(self, ticket: Ticket) -> Spool | None:
        """The spool that a ticket names, if it is one of ours."""
        name = ticket.get("spool") if isinstance(ticket, dict) else None
        if isinstance(name, str) and re.fullmatch(_PREFIX + "[0-9a-f]{24}", name):
            return Spool(self._session.scratch / name)
        return None


def _ended(result: dict[str, Any], spool: Spool) -> Status:
    if result.get("done"):
        if spool.clip.is_file():
            return Succeeded(str(spool.clip), cost_usd=Decimal(0))
        return Failed("the clip was made and is no longer there", "provider", charged=False)
    kind: FailureKind = "input" if result.get("kind") == "input" else "provider"
    return Failed(str(result.get("reason", "no reason given")), kind, charged=False)


def _stop_all(workers: dict[str, Worker], starting: dict[str, IO[bytes] | None]) -> None:
    for worker in workers.values():
        worker.stop()
    for starter in starting.values():
        if starter is not None:
            starter.close()
