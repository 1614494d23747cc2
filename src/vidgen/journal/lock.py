"""Locks that the system frees when their process dies, on every platform: a database held open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from vidgen.errors import LedgerError


@contextmanager
def run_lock(path: Path) -> Iterator[bool]:
    """Hold a lock that the system frees when the process dies; yields whether it was free."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as db:
        try:
            db.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                message = f"the project cannot be written: {error}"
                raise LedgerError(message, where=str(path)) from error
            yield False
            return
        yield True
        db.execute("ROLLBACK")
