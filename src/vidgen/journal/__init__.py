"""The journal: every job's state and every cent, in one SQLite file, each change one transaction.

Several runs may share it. Never calls a provider and never touches media. What it says after a
crash is what happened.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from vidgen.errors import LedgerError
from vidgen.failpoints import passed
from vidgen.job import Failure, FailureKind, Job, JobKey, Ticket, plain
from vidgen.journal.booking import Booking, now
from vidgen.journal.lock import run_lock
from vidgen.journal.reading import (
    EMPTY,
    Snapshot,
    balances,
    entries,
    failure_of,
    health,
    row_of,
    rows,
    snapshot,
    sums,
    unreadable,
)
from vidgen.journal.schema import SCHEMA, statements
from vidgen.journal.values import OPEN, Entry, EntryKind, Limits, Row, State, Sums
from vidgen.money import Usd

__all__ = [
    "EMPTY",
    "OPEN",
    "SCHEMA",
    "Entry",
    "Journal",
    "Limits",
    "Moved",
    "Row",
    "Snapshot",
    "State",
    "Sums",
    "entries",
    "health",
    "rows",
    "run_lock",
    "snapshot",
]

BUSY_SECONDS = 60
"""How long a write waits for another run's."""


class Moved(Exception):
    """A job is no longer as it was when it was looked at: another run has it in hand, or had."""


class Journal:
    """An open journal, a context manager; `run` names the run whose work is written down."""

    def __init__(self, path: Path, run: str = "") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.run = run
        self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
        self._db.row_factory = sqlite3.Row
        try:
            _with_a_log(self._db)
            self._db.execute("PRAGMA synchronous = FULL")
            self._migrate(path)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise unreadable(path, error) from error
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _migrate(self, path: Path) -> None:
        if self._version() == len(SCHEMA):
            return
        with self._transaction() as db:
            version = self._version()  # another run may have just done it
            if version > len(SCHEMA):
                message = f"{path.name} was written by a newer vidgen (schema {version})"
                raise LedgerError(message, where=str(path), hint="upgrade vidgen")
            for script in SCHEMA[version:]:
                for statement in statements(script):
                    db.execute(statement)
            for scope, held in balances(db).items():
                db.execute("INSERT OR REPLACE INTO balance VALUES (?, ?)", (scope, str(held)))
            db.execute(f"PRAGMA user_version = {len(SCHEMA)}")

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise LedgerError(f"the ledger cannot be written: {error}") from error
            raise

    # -- a job's life -----------------------------------------------------------------------

    def begin(self, job: Job, reserve: Usd, limits: Limits, *, seen: int | None = None) -> int:
        """Write the intent and reserve its worst price, before anything is sent: the attempt.

        Raises OverBudget, with nothing written, when the reserve would cross a ceiling, and Moved
        when the job is open already or has had other attempts than the `seen` ones.
        """
        at = now()
        with self._transaction() as db:
            row = db.execute("SELECT * FROM job WHERE key = ?", (job.key,)).fetchone()
            former = row["attempt"] if row else 0
            if (row and row["state"] in OPEN) or (seen is not None and seen != former):
                raise Moved(job.name)
            db.execute(
                "INSERT INTO job (key, shot, tier, take, provider, model, state, attempt, request,"
                " owner, created, updated) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
                " ON CONFLICT (key) DO UPDATE SET state = excluded.state,"
                " attempt = excluded.attempt, request = excluded.request, ticket = NULL,"
                " media = NULL, number = NULL, error = NULL, kind = NULL, cost = NULL,"
                " seed = NULL, owner = excluded.owner, updated = excluded.updated",
                (
                    job.key, job.shot, job.tier, job.take, job.request.provider,
                    job.request.model, "submitting", former + 1,
                    json.dumps(plain(job.request), ensure_ascii=False), self.run, at, at,
                ),
            )  # fmt: skip
            Booking(db, self.run).reserve(job, former + 1, reserve, limits)
            passed("intent-unwritten")
        passed("intent-written")
        return int(former) + 1

    def sending(self, key: JobKey) -> None:
        """It is being sent again: of a job that was `unsent`, under the same attempt."""
        self._set(key, "submitting", error=None)

    def unsent(self, key: JobKey, reason: str) -> None:
        """The provider has not got it, for certain; its reserve stays."""
        self._set(key, "unsent", error=reason)
        passed("unsent-written")

    def in_doubt(self, key: JobKey, reason: str) -> None:
        """It may have been taken, and neither we nor the provider can tell."""
        self._set(key, "unknown", error=reason)
        passed("doubt-written")

    def submitted(self, key: JobKey, ticket: Ticket) -> None:
        """The provider took the work; committed before the first poll."""
        self._set(key, "submitted", ticket=json.dumps(ticket), error=None)
        passed("ticket-written")

    def note(self, key: JobKey, reason: str) -> None:
        """Keep in words why an open job was left as it is."""
        with self._transaction() as db:
            db.execute("UPDATE job SET error=?, updated=? WHERE key=?", (reason, now(), key))

    def succeeded(
        self,
        key: JobKey,
        media: str,
        cost: Usd | None,
        *,
        seed: int | None = None,
        least: int = 1,
        anew: bool = False,
    ) -> int:
        """The clip exists at `media` and cost that much: the number of the take it will become.

        A cost of None is one that nobody knows. A number is given once, at least `least`, unless
        `anew` asks for another.
        """
        with self._transaction() as db:
            row = db.execute("SELECT shot, number FROM job WHERE key=?", (key,)).fetchone()
            number = None if anew else row["number"]
            if number is None:
                number = max(least, _highest(db, row["shot"]) + 1)
            db.execute(
                "UPDATE job SET state='succeeded', media=?, cost=?, seed=?, number=?, updated=?"
                " WHERE key=?",
                (media, None if cost is None else str(cost), seed, number, now(), key),
            )
            passed("success-unwritten")
        passed("success-written")
        return int(number)

    def relinked(self, key: JobKey, media: str) -> None:
        """The same clip, at a fresh link."""
        self._set(key, "succeeded", media=media)
        passed("link-written")

    def done(
        self, job: Job, attempt: int, number: int, path: str, digest: str, usd: Usd | None
    ) -> None:
        """The take is in place: record it and settle the money in the same transaction.

        `usd` is what it cost; of None the ledger says that nobody knows.
        """
        with self._transaction() as db:
            at = now()
            db.execute("UPDATE job SET state='done', updated=? WHERE key=?", (at, job.key))
            db.execute(
                "INSERT OR REPLACE INTO take VALUES (?,?,?,?,?,?)",
                (job.shot, number, job.key, path, digest, at),
            )
            if usd is None:
                Booking(db, self.run).settle(job.key, attempt, "unknown", Decimal(0))
            else:
                Booking(db, self.run).settle(job.key, attempt, "charge", usd)
            passed("done-unwritten")
        passed("done-written")

    def imported(
        self, shot: str, key: JobKey, digest: str, path_of: Callable[[int], str], *, least: int = 1
    ) -> int:
        """Give a number, at least `least`, to a clip that a person brings, and record it as a take.

        `path_of` tells the take's file by its number. There is no job and no money to it.
        """
        with self._transaction() as db:
            number = max(least, _highest(db, shot) + 1)
            db.execute(
                "INSERT INTO take VALUES (?,?,?,?,?,?)",
                (shot, number, key, path_of(number), digest, now()),
            )
        return number

    def failed(
        self,
        key: JobKey,
        attempt: int,
        reason: str,
        kind: FailureKind = "provider",
        *,
        charged: bool | None = False,
        usd: Usd | None = Decimal(0),
        taken: bool = True,
    ) -> None:
        """The job ended without a clip: it cost `usd`, or nothing, or (None) nobody says.

        What cost nothing is given back where the provider had `taken` it, else merely let go.
        Where it cost something and `usd` is None, nobody knows what: that is never booked as zero.
        """
        told = None if charged and usd is None else charged
        free: EntryKind = "refund" if taken else "release"
        settled: EntryKind = "unknown" if told is None else "charge" if told else free
        self._end(key, attempt, "failed", reason, kind, settled, usd or Decimal(0))

    def cancelled(self, key: JobKey, attempt: int, reason: str = "called off") -> None:
        """The job was called off before a provider took it."""
        self._end(key, attempt, "cancelled", reason, None, "release", Decimal(0))

    def _end(
        self,
        key: JobKey,
        attempt: int,
        state: State,
        reason: str,
        kind: FailureKind | None,
        settled: EntryKind,
        usd: Usd,
    ) -> None:
        with self._transaction() as db:
            db.execute(
                "UPDATE job SET state=?, error=?, kind=?, updated=? WHERE key=?",
                (state, reason, kind, now(), key),
            )
            Booking(db, self.run).settle(key, attempt, settled, usd)
            passed("failure-unwritten")
        passed("failure-written")

    def claim(self, key: JobKey, of: str) -> bool:
        """Take an open job over from a run that has ended; False when another was quicker."""
        with self._transaction() as db:
            changed = db.execute(
                "UPDATE job SET owner=?, updated=? WHERE key=? AND owner=?",
                (self.run, now(), key, of),
            )
            found = changed.rowcount == 1
        passed("claim-written")
        return found

    def leave(self, key: JobKey) -> None:
        """Put a job down as it is, so that another run may take it over while this one goes on."""
        with self._transaction() as db:
            db.execute("UPDATE job SET owner='' WHERE key=? AND owner=?", (key, self.run))

    def resolved(
        self, key: JobKey, kind: EntryKind, usd: Usd, *, attempt: int | None = None
    ) -> None:
        """A person says what an attempt of unknown cost (the last, or that one) did cost.

        `charge` or `refund`. Raises Moved where that is known already.
        """
        with self._transaction() as db:
            row = db.execute("SELECT attempt FROM job WHERE key=?", (key,)).fetchone()
            number = row["attempt"] if attempt is None else attempt
            if not Booking(db, self.run).resolve(key, number, kind, usd):
                raise Moved(key)

    def _set(self, key: JobKey, state: State, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        with self._transaction() as db:
            db.execute(
                f"UPDATE job SET state = ?, updated = ?, {names} WHERE key = ?",  # noqa: S608
                (state, now(), *values.values(), key),
            )

    # -- reading ----------------------------------------------------------------------------

    def row(self, key: JobKey) -> Row | None:
        """What is known of one job."""
        found = self._db.execute("SELECT * FROM job WHERE key = ?", (key,)).fetchone()
        return row_of(found) if found else None

    def failure(self, key: JobKey) -> Failure | None:
        """Why a job failed the last time; None where it did not fail."""
        row = self._db.execute(
            "SELECT * FROM job WHERE key = ? AND state = 'failed'", (key,)
        ).fetchone()
        if row is None:
            return None
        lines = self._db.execute("SELECT * FROM ledger WHERE job = ? ORDER BY id", (key,))
        return failure_of(row, lines.fetchall())

    def open_rows(self, provider: str | None = None) -> tuple[Row, ...]:
        """Every job (of one provider) that a later run picks up again, oldest first."""
        marks = ", ".join("?" for _ in OPEN)
        found = self._db.execute(
            f"SELECT * FROM job WHERE state IN ({marks}) ORDER BY created, key",  # noqa: S608
            OPEN,
        )
        rows = (row_of(row) for row in found)
        return tuple(row for row in rows if provider in (None, row.provider))

    def sums(self) -> Sums:
        """The money so far."""
        return sums(self._db.execute("SELECT job, attempt, kind, usd FROM ledger"))


def _with_a_log(db: sqlite3.Connection) -> None:
    """Turn write-ahead logging on; SQLite does not wait for others there, so we do."""
    for _ in range(BUSY_SECONDS * 20):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(0.05)
    db.execute("PRAGMA journal_mode = WAL")


def _highest(db: sqlite3.Connection, shot: str) -> int:
    """The highest number that was ever given to a take of a shot."""
    found = db.execute(
        "SELECT max(number) FROM (SELECT number FROM job WHERE shot = ?1"
        " UNION ALL SELECT number FROM take WHERE shot = ?1)",
        (shot,),
    ).fetchone()
    return int(found[0] or 0)
