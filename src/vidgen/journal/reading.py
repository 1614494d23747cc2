"""The journal read without a trace: a snapshot for a plan, its health, the ledger's entries.

Never writes: not even SQLite's own side files are left behind.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from vidgen.errors import LedgerError
from vidgen.job import Failure, JobKey
from vidgen.journal.schema import SCHEMA
from vidgen.journal.values import OPEN, Entry, Row, Sums

ENTRIES = (
    "SELECT ledger.*, job.shot, job.tier, job.take, job.provider, job.model"
    " FROM ledger JOIN job ON job.key = ledger.job ORDER BY ledger.id"
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a plan needs of the journal: open and failed jobs, and the money so far."""

    open_jobs: dict[JobKey, str]
    failed_jobs: dict[JobKey, Failure]
    money: Sums


EMPTY = Snapshot({}, {}, Sums())


def snapshot(path: Path) -> Snapshot:
    """Read a journal without writing; a project that has none yet has an empty history.

    Raises LedgerError when it is damaged.
    """
    if not path.exists():
        return EMPTY
    with reading(path) as db:
        if _is_blank(db):
            return EMPTY
        jobs = db.execute("SELECT * FROM job ORDER BY created, key").fetchall()
        lines = db.execute("SELECT job, attempt, kind, usd FROM ledger ORDER BY id").fetchall()
    return Snapshot(
        {JobKey(row["key"]): row["state"] for row in jobs if row["state"] in OPEN},
        {JobKey(row["key"]): failure_of(row, lines) for row in jobs if row["state"] == "failed"},
        sums(lines),
    )


def failure_of(row: sqlite3.Row, lines: Iterable[sqlite3.Row]) -> Failure:
    """Why a job failed, by its row and the ledger's lines: paid where the last one does not say
    that it cost nothing.
    """
    kind = row["kind"] if "kind" in row.keys() else None  # noqa: SIM118  a row, not a mapping
    paid = False
    for line in lines:
        if (line["job"], line["attempt"]) == (row["key"], row["attempt"]):
            charged = line["kind"] == "charge" and Decimal(line["usd"]) != 0
            paid = charged or line["kind"] == "unknown"
    return Failure(row["error"] or "", kind or "provider", paid)


def entries(path: Path) -> tuple[Entry, ...]:
    """Every line of the ledger, oldest first."""
    with _filled(path) as db:
        return () if db is None else tuple(entry_of(row) for row in db.execute(ENTRIES))


def rows(path: Path) -> tuple[Row, ...]:
    """Every job, oldest first."""
    query = "SELECT * FROM job ORDER BY created, key"
    with _filled(path) as db:
        return () if db is None else tuple(row_of(row) for row in db.execute(query))


@contextmanager
def _filled(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A journal of this version's shape; None where there is none yet, or an older one.

    An older one is brought up to date by the next run; until then its lines cannot be told apart.
    """
    if not path.exists():
        yield None
        return
    with reading(path) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        yield None if _is_blank(db) or version < len(SCHEMA) else db


def health(path: Path) -> str:
    """`ok`, `none yet`, or what is wrong with a journal: its file, or sums that do not agree."""
    if not path.exists():
        return "none yet"
    try:
        with reading(path) as db:
            if _is_blank(db):
                return "none yet"
            db.execute("SELECT count(*) FROM job, ledger").fetchone()
            found = str(db.execute("PRAGMA integrity_check").fetchone()[0])
            return found if found != "ok" else _agreement(db)
    except LedgerError as error:
        return error.message


def _agreement(db: sqlite3.Connection) -> str:
    """`ok` where the balance that ceilings are held against is the sum of the ledger's lines."""
    if db.execute("PRAGMA user_version").fetchone()[0] < len(SCHEMA):
        return "ok"
    kept = {row["scope"]: Decimal(row["usd"]) for row in db.execute("SELECT * FROM balance")}
    told = balances(db)
    for scope in sorted({*kept, *told}):
        says, sum_of_lines = kept.get(scope, Decimal(0)), told.get(scope, Decimal(0))
        if says != sum_of_lines:
            return f"its balance of {scope} says ${says}, its lines add up to ${sum_of_lines}"
    return "ok"


def balances(db: sqlite3.Connection) -> dict[str, Decimal]:
    """What counts against each ceiling, by the ledger's lines: of the film, each run, each day."""
    lines: dict[str, list[sqlite3.Row]] = {"film": []}
    query = "SELECT ledger.*, job.provider FROM ledger JOIN job ON job.key = ledger.job ORDER BY id"
    began: dict[tuple[str, int], sqlite3.Row] = {}
    for line in db.execute(query):
        first = began.setdefault((line["job"], line["attempt"]), line)
        day, run = first["day"], first["run"]
        for scope in ("film", f"run:{run}", f"day:{day}", f"day:{day}/{line['provider']}"):
            lines.setdefault(scope, []).append(line)
    return {scope: sums(found).held for scope, found in lines.items()}


def sums(lines: Iterable[sqlite3.Row]) -> Sums:
    """Charged, reserved and unknown, as exact decimals."""
    charged = unknown = Decimal(0)
    reserves: dict[tuple[str, int], Decimal] = {}
    settled: set[tuple[str, int]] = set()
    for line in lines:
        attempt, usd = (line["job"], line["attempt"]), Decimal(line["usd"])
        if line["kind"] == "reserve":
            reserves[attempt] = usd
            continue
        settled.add(attempt)
        charged += usd if line["kind"] == "charge" else 0
        unknown += usd if line["kind"] == "unknown" else 0
    held = (usd for attempt, usd in reserves.items() if attempt not in settled)
    return Sums(charged, sum(held, Decimal(0)), unknown)


def row_of(row: sqlite3.Row) -> Row:
    """A job's row as a value."""
    return Row(
        key=JobKey(row["key"]),
        shot=row["shot"],
        tier=row["tier"],
        take=row["take"],
        provider=row["provider"],
        model=row["model"],
        state=row["state"],
        attempt=row["attempt"],
        request=json.loads(row["request"]),
        ticket=json.loads(row["ticket"]) if row["ticket"] else None,
        media=row["media"],
        number=row["number"],
        error=row["error"],
        kind=row["kind"],
        cost=Decimal(row["cost"]) if row["cost"] else None,
        seed=row["seed"],
        owner=row["owner"],
        created=row["created"],
        updated=row["updated"],
    )


def entry_of(row: sqlite3.Row) -> Entry:
    """A line of the ledger, joined with its job, as a value."""
    return Entry(
        at=row["at"],
        day=row["day"],
        run=row["run"],
        key=JobKey(row["job"]),
        attempt=row["attempt"],
        kind=row["kind"],
        usd=Decimal(row["usd"]),
        shot=row["shot"],
        tier=row["tier"],
        take=row["take"],
        provider=row["provider"],
        model=row["model"],
    )


def _is_blank(db: sqlite3.Connection) -> bool:
    """Whether nothing was ever written: a run died while it made the file."""
    return bool(db.execute("SELECT name FROM sqlite_master").fetchone() is None)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
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
            raise unreadable(path, error) from error


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


def unreadable(path: Path, error: sqlite3.DatabaseError) -> LedgerError:
    """SQLite's complaint about a journal, with the way out."""
    hint = "restore a backup; without one move it away: takes stay, what was spent is forgotten"
    if any(words in str(error) for words in ("unable to open", "readonly", "full", "locked")):
        hint = "the project folder must be writable, and its disk must have room"
    return LedgerError(f"the ledger cannot be used: {error}", where=path.as_posix(), hint=hint)
