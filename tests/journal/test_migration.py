"""Journals of older versions with rows in them, and processes that meet at one journal."""

import multiprocessing
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.journal.jobs import KEY, NO, job
from tests.processes import until
from vidgen.errors import OverBudget
from vidgen.job import JobKey
from vidgen.journal import SCHEMA, Journal, Limits, entries, health, rows, snapshot
from vidgen.journal.schema import statements

NOW = datetime.now(UTC).isoformat(timespec="milliseconds")


def former(path, version=1):
    """A journal as an earlier version left it: a take, an open job, a failed one."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as db, db:
        for script in SCHEMA[:version]:
            for statement in statements(script):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {version}")
        jobs = (
            ("j1:a", "sip", "submitted", '{"id": "x"}', None, None),
            ("j1:b", "pour", "done", '{"id": "y"}', "https://a/b", 3),
            ("j1:c", "logo", "failed", None, None, None),
        )
        for key, shot, state, ticket, media, number in jobs:
            db.execute(
                "INSERT INTO job (key, shot, tier, take, provider, model, state, attempt, request,"
                " ticket, media, number, error, created, updated)"
                " VALUES (?, ?, 'final', 1, 'fal', 'm', ?, 1, '{}', ?, ?, ?, ?, ?, ?)",
                (key, shot, state, ticket, media, number, "no" * (state == "failed"), NOW, NOW),
            )
        db.execute("INSERT INTO take VALUES ('pour', 3, 'j1:b', 'p', 'd', ?)", (NOW,))
        for key, kind, usd in (
            ("j1:a", "reserve", "0.84"),
            ("j1:b", "reserve", "0.50"), ("j1:b", "charge", "0.40"),
            ("j1:c", "reserve", "0.30"), ("j1:c", "release", "0.30"),
        ):  # fmt: skip
            db.execute(
                "INSERT INTO ledger (at, job, attempt, kind, usd) VALUES (?, ?, 1, ?, ?)",
                (NOW, key, kind, usd),
            )


VERSIONS = range(1, len(SCHEMA))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_former_journal_is_read_without_being_changed(path, version):
    former(path, version)
    before = path.read_bytes()
    past = snapshot(path)
    assert past.open_jobs == {"j1:a": "submitted"}
    assert past.failed_jobs["j1:c"].reason == "no"
    assert (past.money.charged, past.money.reserved) == (Decimal("0.40"), Decimal("0.84"))
    assert (health(path), rows(path), entries(path)) == ("ok", (), ())
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", VERSIONS)
def test_a_former_journal_keeps_every_row_and_cent(path, version):
    former(path, version)
    past = snapshot(path)
    with Journal(path, "one"):
        pass
    assert snapshot(path) == past
    assert [(row.key, row.state, row.owner) for row in rows(path)] == [
        ("j1:a", "submitted", ""), ("j1:b", "done", ""), ("j1:c", "failed", ""),
    ]  # fmt: skip
    assert [(line.key, line.kind, str(line.usd)) for line in entries(path)] == [
        ("j1:a", "reserve", "0.84"),
        ("j1:b", "reserve", "0.50"), ("j1:b", "charge", "0.40"),
        ("j1:c", "reserve", "0.30"), ("j1:c", "release", "0.30"),
    ]  # fmt: skip
    assert health(path) == "ok"


@pytest.mark.parametrize("version", VERSIONS)
def test_an_open_job_of_a_former_version_is_claimed_and_finished(path, version):
    former(path, version)
    with Journal(path, "one") as journal:
        assert journal.row(KEY).ticket == {"id": "x"}
        assert journal.claim(KEY, "")
        assert journal.succeeded(KEY, "clip.mp4", Decimal("0.80"), seed=5) == 1
        journal.done(job(), 1, 1, "takes/sip/v001.mp4", "d" * 64, Decimal("0.80"))
        assert journal.sums().charged == Decimal("1.20")
        assert journal.begin(job("pour", "j1:d"), Decimal(0), NO) == 1
        assert journal.succeeded(JobKey("j1:d"), "clip.mp4", None) == 4
    assert health(path) == "ok"


@pytest.mark.parametrize(
    "limits",
    [Limits(film=Decimal(2)), Limits(day=Decimal(2)), Limits(providers={"fal": Decimal(2)})],
    ids=["film", "day", "provider"],
)
def test_what_a_former_version_spent_today_counts_against_every_ceiling(path, limits):
    former(path)
    with Journal(path, "one") as journal:
        with pytest.raises(OverBudget, match=r"\$0\.76 is left"):
            journal.begin(job(key="j1:d"), Decimal("0.77"), limits)
        journal.failed(KEY, 1, "no")
        with pytest.raises(OverBudget, match=r"\$1\.60 is left"):
            journal.begin(job(key="j1:d"), Decimal("1.61"), limits)
        journal.begin(job(key="j1:d"), Decimal("1.60"), limits)


# -- processes that meet -------------------------------------------------------------------------

EACH = 40


def spend(path, run, ready, go, done):
    """One process: opens the journal when the others do, and reserves until nothing is left."""
    ready.release()
    go.wait()
    begun = 0
    with Journal(path, run) as journal:
        for number in range(EACH):
            one = job(f"s{number}", f"j1:{run}-{number}")
            try:
                attempt = journal.begin(one, Decimal("0.05"), Limits(film=Decimal(4)))
            except OverBudget:
                continue
            begun += 1
            journal.submitted(one.key, {"id": run})
            if number % 2:
                number_given = journal.succeeded(one.key, "clip.mp4", None)
                journal.done(one, attempt, number_given, f"{run}{number}", "d", Decimal("0.05"))
    done.put((run, begun))


@pytest.mark.parametrize("older", [True, False])
def test_processes_bring_a_journal_up_to_date_and_write_at_once(path, older):
    if older:
        former(path)
    process = multiprocessing.get_context("spawn")
    ready, go, done = process.Semaphore(0), process.Event(), process.Queue()
    runs = [
        process.Process(target=spend, args=(path, name, ready, go, done)) for name in ("one", "two")
    ]
    for run in runs:
        run.start()
    for _ in runs:
        assert ready.acquire(timeout=60)
    go.set()
    begun = dict(done.get(timeout=60) for _ in runs)
    for run in runs:
        run.join(60)
        assert run.exitcode == 0
    before = Decimal("1.24") if older else Decimal(0)
    room = int((4 - before) / Decimal("0.05"))
    assert sum(begun.values()) == min(room, 2 * EACH)
    held = snapshot(path).money.held
    assert held == before + sum(begun.values()) * Decimal("0.05") <= 4
    assert health(path) == "ok"
    with closing(sqlite3.connect(path)) as db:
        takes = db.execute("SELECT shot, number FROM take").fetchall()
    assert len(takes) == len(set(takes))


def test_a_process_that_is_killed_while_it_writes_leaves_a_whole_journal(path):
    process = multiprocessing.get_context("spawn")
    ready, go, done = process.Semaphore(0), process.Event(), process.Queue()
    with Journal(path, "watching") as journal:
        run = process.Process(target=spend, args=(path, "one", ready, go, done))
        run.start()
        assert ready.acquire(timeout=60)
        go.set()
        assert until(journal.open_rows)
        run.kill()
        run.join(60)
        assert health(path) == "ok"
        # What the dead process was writing when it died counts or not; it was told neither.
        begun = {row.key for row in journal.open_rows()}
        journal.begin(job(), Decimal(1), NO)
    assert {row.key for row in rows(path)} >= {*begun, job().key}
    assert health(path) == "ok"
