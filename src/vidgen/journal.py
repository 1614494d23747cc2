"""The journal: every job's state and every cent, in one SQLite file, each change one transaction.

Never calls a provider and never touches media. What it says after a crash is what happened.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from vidgen.errors import OverBudget, VidgenError
from vidgen.job import Job, JobKey, Ticket, plain
from vidgen.money import Usd

State = Literal["submitting", "submitted", "succeeded", "done", "failed", "cancelled"]
OPEN: tuple[State, ...] = ("submitting", "submitted", "succeeded")
"""States that a later run picks up again."""

SCHEMA = (
    """
    CREATE TABLE job (
        key TEXT PRIMARY KEY, shot TEXT NOT NULL, tier TEXT NOT NULL, take INTEGER NOT NULL,
        provider TEXT NOT NULL, model TEXT NOT NULL, state TEXT NOT NULL,
        attempt INTEGER NOT NULL, request TEXT NOT NULL, ticket TEXT, media TEXT,
        number INTEGER, error TEXT, created TEXT NOT NULL, updated TEXT NOT NULL
    ) STRICT;
    CREATE TABLE take (
        shot TEXT NOT NULL, number INTEGER NOT NULL, job TEXT NOT NULL, path TEXT NOT NULL,
        digest TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (shot, number)
    ) STRICT;
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, job TEXT NOT NULL, attempt INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('reserve', 'charge', 'release')), usd TEXT NOT NULL
    ) STRICT;
    CREATE INDEX ledger_job ON ledger (job, attempt);
    """,
)
"""Migrations in order; `user_version` counts those applied."""


@dataclass(frozen=True, slots=True)
class Row:
    """One job as the journal knows it."""

    key: JobKey
    shot: str
    provider: str
    state: State
    attempt: int
    ticket: Ticket | None
    media: str | None
    number: int | None
    error: str | None


class Journal:
    """An open journal; use as a context manager. Only one process writes: `project` holds the lock."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._migrate(path)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _migrate(self, path: Path) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(SCHEMA):
            message = f"{path.name} was written by a newer vidgen (schema {version})"
            raise VidgenError(message, where=str(path), hint="upgrade vidgen")
        for number, script in enumerate(SCHEMA[version:], start=version + 1):
            self._db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # -- a job's life -----------------------------------------------------------------------

    def begin(self, job: Job, reserve: Usd, ceiling: Usd | None) -> int:
        """Write the intent and reserve its worst price, before anything is sent. Returns the attempt.

        Raises OverBudget, with nothing written, when the reserve would cross the ceiling.
        """
        with self._transaction() as db:
            self._check_ceiling(db, job, reserve, ceiling)
            row = db.execute("SELECT attempt FROM job WHERE key = ?", (job.key,)).fetchone()
            attempt = (row["attempt"] if row else 0) + 1
            now = _now()
            db.execute(
                "INSERT INTO job VALUES (?,?,?,?,?,?,?,?,?,NULL,NULL,NULL,NULL,?,?)"
                " ON CONFLICT (key) DO UPDATE SET state = excluded.state,"
                " attempt = excluded.attempt, request = excluded.request, ticket = NULL,"
                " media = NULL, number = NULL, error = NULL, updated = excluded.updated",
                (
                    job.key, job.shot, job.tier, job.take, job.request.provider,
                    job.request.model, "submitting", attempt,
                    json.dumps(plain(job.request), ensure_ascii=False), now, now,
                ),
            )  # fmt: skip
            self._book(db, job.key, attempt, "reserve", reserve)
        return attempt

    def _check_ceiling(
        self, db: sqlite3.Connection, job: Job, reserve: Usd, ceiling: Usd | None
    ) -> None:
        if ceiling is None or reserve == 0:
            return
        spent, reserved = _sums(db)
        if spent + reserved + reserve > ceiling:
            raise OverBudget(
                f"{job.name} would cost up to ${reserve}; ${ceiling - spent - reserved} is left",
                hint="raise the budget, or see the ways out of `vidgen plan`",
            )

    def submitted(self, key: JobKey, ticket: Ticket) -> None:
        """The provider took the work; committed before the first poll."""
        self._set(key, "submitted", ticket=json.dumps(ticket))

    def succeeded(self, key: JobKey, media: str, number: int) -> None:
        """The clip exists at `media`, and will become take `number`."""
        self._set(key, "succeeded", media=media, number=number)

    def done(self, job: Job, attempt: int, number: int, path: str, digest: str, usd: Usd) -> None:
        """The take is in place: record it and settle the money in the same transaction."""
        with self._transaction() as db:
            now = _now()
            db.execute("UPDATE job SET state='done', updated=? WHERE key=?", (now, job.key))
            db.execute(
                "INSERT OR REPLACE INTO take VALUES (?,?,?,?,?,?)",
                (job.shot, number, job.key, path, digest, now),
            )
            self._settle(db, job.key, attempt, usd)

    def failed(self, key: JobKey, attempt: int, reason: str, *, charge: Usd) -> None:
        """The job ended without a clip; `charge` is what it cost all the same."""
        self._end(key, attempt, "failed", reason, charge)

    def cancelled(self, key: JobKey, attempt: int) -> None:
        """The job was called off before it cost anything."""
        self._end(key, attempt, "cancelled", "called off", Decimal(0))

    def _end(self, key: JobKey, attempt: int, state: State, reason: str, charge: Usd) -> None:
        with self._transaction() as db:
            db.execute(
                "UPDATE job SET state=?, error=?, updated=? WHERE key=?",
                (state, reason, _now(), key),
            )
            self._settle(db, key, attempt, charge)

    def _set(self, key: JobKey, state: State, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        with self._transaction() as db:
            db.execute(
                f"UPDATE job SET state = ?, updated = ?, {names} WHERE key = ?",  # noqa: S608
                (state, _now(), *values.values(), key),
            )

    def _book(self, db: sqlite3.Connection, key: str, attempt: int, kind: str, usd: Usd) -> None:
        db.execute(
            "INSERT INTO ledger (at, job, attempt, kind, usd) VALUES (?,?,?,?,?)",
            (_now(), key, attempt, kind, str(usd)),
        )

    def _settle(self, db: sqlite3.Connection, key: str, attempt: int, usd: Usd) -> None:
        if usd:
            self._book(db, key, attempt, "charge", usd)
        self._book(db, key, attempt, "release", Decimal(0))

    # -- reading ----------------------------------------------------------------------------

    def row(self, key: JobKey) -> Row | None:
        """What is known of one job."""
        found = self._db.execute("SELECT * FROM job WHERE key = ?", (key,)).fetchone()
        return _row(found) if found else None

    def next_number(self, shot: str) -> int:
        """The number after the highest that was ever given to a take of this shot."""
        highest = self._db.execute("SELECT max(number) FROM job WHERE shot = ?", (shot,))
        return int(highest.fetchone()[0] or 0) + 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a plan needs of the journal: open and failed jobs, and the money so far."""

    open_jobs: dict[JobKey, str]
    failed_jobs: dict[JobKey, str]
    spent: Usd
    reserved: Usd


EMPTY = Snapshot({}, {}, Decimal(0), Decimal(0))


def snapshot(path: Path) -> Snapshot:
    """Read a journal without writing; a project that has none yet has an empty history."""
    if not path.exists():
        return EMPTY
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=10)) as db:
        db.row_factory = sqlite3.Row
        rows = [_row(row) for row in db.execute("SELECT * FROM job ORDER BY created, key")]
        spent, reserved = _sums(db)
    return Snapshot(
        {row.key: row.state for row in rows if row.state in OPEN},
        {row.key: row.error or "" for row in rows if row.state == "failed"},
        spent,
        reserved,
    )


def health(path: Path) -> str:
    """`ok`, `none yet`, or what SQLite's own check finds wrong with a journal."""
    if not path.exists():
        return "none yet"
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=10)) as db:
            return str(db.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)


@contextmanager
def run_lock(path: Path) -> Iterator[bool]:
    """Hold a lock that the system frees when the process dies; yields whether it was free."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as db:
        try:
            db.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            yield False
            return
        yield True
        db.execute("ROLLBACK")


def _sums(db: sqlite3.Connection) -> tuple[Usd, Usd]:
    """Charged, and reserved by attempts not yet settled; summed as exact decimals."""
    rows = db.execute("SELECT job, attempt, kind, usd FROM ledger").fetchall()
    charged = sum((Decimal(row["usd"]) for row in rows if row["kind"] == "charge"), Decimal(0))
    settled = {(row["job"], row["attempt"]) for row in rows if row["kind"] == "release"}
    held = (
        Decimal(row["usd"])
        for row in rows
        if row["kind"] == "reserve" and (row["job"], row["attempt"]) not in settled
    )
    return charged, sum(held, Decimal(0))


def _row(row: sqlite3.Row) -> Row:
    ticket = json.loads(row["ticket"]) if row["ticket"] else None
    return Row(
        JobKey(row["key"]), row["shot"], row["provider"], row["state"], row["attempt"],
        ticket, row["media"], row["number"], row["error"],
    )  # fmt: skip


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
