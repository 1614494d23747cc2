"""The journal: every job's state and every cent, in one SQLite file, each change one transaction.

Never calls a provider and never touches media. What it says after a crash is what happened.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from vidgen.errors import LedgerError, OverBudget
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
    "ALTER TABLE job ADD COLUMN cost TEXT;",
)
"""Migrations in order; `user_version` counts those applied."""


@dataclass(frozen=True, slots=True)
class Row:
    """One job as the journal knows it: `request` as it was sent, `cost` in US dollars once told."""

    key: JobKey
    shot: str
    provider: str
    state: State
    attempt: int
    request: dict[str, Any]
    ticket: Ticket | None
    media: str | None
    number: int | None
    error: str | None
    cost: Usd | None

    @property
    def open(self) -> bool:
        """Whether a later run picks it up again."""
        return self.state in OPEN


class Journal:
    """An open journal, a context manager. Only one process writes: `project` holds the lock."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._db.row_factory = sqlite3.Row
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._migrate(path)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise _unreadable(path, error) from error
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _migrate(self, path: Path) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(SCHEMA):
            message = f"{path.name} was written by a newer vidgen (schema {version})"
            raise LedgerError(message, where=str(path), hint="upgrade vidgen")
        for number, script in enumerate(SCHEMA[version:], start=version + 1):
            counted = f"{script} PRAGMA user_version = {number};"
            self._db.executescript(f"BEGIN IMMEDIATE; {counted} COMMIT;")

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

    def begin(self, job: Job, reserve: Usd, ceiling: Usd | None) -> int:
        """Write the intent and reserve its worst price, before anything is sent: the attempt.

        Raises OverBudget, with nothing written, when the reserve would cross the ceiling.
        """
        with self._transaction() as db:
            self._check_ceiling(db, job, reserve, ceiling)
            row = db.execute("SELECT attempt FROM job WHERE key = ?", (job.key,)).fetchone()
            attempt = (row["attempt"] if row else 0) + 1
            now = _now()
            db.execute(
                "INSERT INTO job (key, shot, tier, take, provider, model, state, attempt, request,"
                " created, updated) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
                " ON CONFLICT (key) DO UPDATE SET shot = excluded.shot, state = excluded.state,"
                " attempt = excluded.attempt, request = excluded.request, ticket = NULL,"
                " media = NULL, number = NULL, error = NULL, cost = NULL,"
                " updated = excluded.updated",
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

    def succeeded(self, key: JobKey, media: str, number: int, cost: Usd = Decimal(0)) -> None:
        """The clip exists at `media`, cost `cost` US dollars, and will become take `number`."""
        self._set(key, "succeeded", media=media, number=number, cost=str(cost))

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

    def open_rows(self, provider: str) -> tuple[Row, ...]:
        """Every job of one provider that a later run picks up again, oldest first."""
        marks = ", ".join("?" for _ in OPEN)
        found = self._db.execute(
            f"SELECT * FROM job WHERE provider = ? AND state IN ({marks}) ORDER BY created, key",  # noqa: S608
            (provider, *OPEN),
        )
        return tuple(_row(row) for row in found)

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
    """Read a journal without writing; a project that has none yet has an empty history.

    Raises LedgerError when it is damaged.
    """
    if not path.exists():
        return EMPTY
    with _reading(path) as db:
        if _is_blank(db):
            return EMPTY
        jobs = db.execute("SELECT key, state, error FROM job ORDER BY created, key").fetchall()
        spent, reserved = _sums(db)
    return Snapshot(
        {JobKey(row["key"]): row["state"] for row in jobs if row["state"] in OPEN},
        {JobKey(row["key"]): row["error"] or "" for row in jobs if row["state"] == "failed"},
        spent,
        reserved,
    )


def health(path: Path) -> str:
    """`ok`, `none yet`, or what SQLite's own check finds wrong with a journal."""
    if not path.exists():
        return "none yet"
    try:
        with _reading(path) as db:
            if _is_blank(db):
                return "none yet"
            db.execute("SELECT count(*) FROM job, ledger").fetchone()
            return str(db.execute("PRAGMA integrity_check").fetchone()[0])
    except LedgerError as error:
        return error.message


def _is_blank(db: sqlite3.Connection) -> bool:
    """Whether nothing was ever written: a run died while it made the file."""
    return bool(db.execute("SELECT name FROM sqlite_master").fetchone() is None)


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A journal open for reading that leaves no trace: SQLite's own side files would be one.

    With no write-ahead log everything is in the file itself. A log that a dead run left is read
    from a copy; where it changes meanwhile, a run is at work and its side files are there.
    """
    with ExitStack() as stack:
        log = path.with_name(f"{path.name}-wal")
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        if log.exists() and log.stat().st_size:
            folder = stack.enter_context(TemporaryDirectory(prefix="vidgen-"))
            still = _copied((path, log), Path(folder))
            uri = (Path(folder) / path.name if still else path.absolute()).as_uri()
            uri += "?mode=rw" if still else "?mode=ro"
        try:
            db = stack.enter_context(closing(sqlite3.connect(uri, uri=True, timeout=10)))
            db.row_factory = sqlite3.Row
            yield db
        except sqlite3.DatabaseError as error:
            raise _unreadable(path, error) from error


def _copied(files: tuple[Path, ...], folder: Path) -> bool:
    """Copy files that belong together; False when they changed meanwhile."""
    before = [_state(file) for file in files]
    for file in files:
        with suppress(FileNotFoundError):
            shutil.copyfile(file, folder / file.name)
    return before == [_state(file) for file in files]


def _state(file: Path) -> tuple[int, int] | None:
    with suppress(FileNotFoundError):
        found = file.stat()
        return found.st_size, found.st_mtime_ns
    return None


def _unreadable(path: Path, error: sqlite3.DatabaseError) -> LedgerError:
    hint = "restore a backup; without one move it away: takes stay, what was spent is forgotten"
    if any(words in str(error) for words in ("unable to open", "readonly", "full", "locked")):
        hint = "the project folder must be writable, and its disk must have room"
    return LedgerError(f"the ledger cannot be used: {error}", where=path.as_posix(), hint=hint)


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
    return Row(
        key=JobKey(row["key"]),
        shot=row["shot"],
        provider=row["provider"],
        state=row["state"],
        attempt=row["attempt"],
        request=json.loads(row["request"]),
        ticket=json.loads(row["ticket"]) if row["ticket"] else None,
        media=row["media"],
        number=row["number"],
        error=row["error"],
        cost=Decimal(row["cost"]) if row["cost"] else None,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
