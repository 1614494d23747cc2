import sqlite3
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest

from vidgen.errors import LedgerError, OverBudget, VidgenError
from vidgen.job import Failure, Job, JobKey, Request
from vidgen.journal import EMPTY, SCHEMA, Journal, Limits, health, run_lock, snapshot

NO = Limits()


def job(name="sip", key="j1:a"):
    request = Request(
        kind="video", mode="text", model="veo-3.1", provider="fal", endpoint="x", prompt="p",
        aspect="9:16", resolution="1080p", width=1080, height=1920, rate=Fraction(24),
    )  # fmt: skip
    return Job(JobKey(key), name, "final", 1, request)


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".vidgen" / "ledger.db"


def test_a_project_without_a_journal_has_an_empty_history_and_gets_no_file(path):
    assert snapshot(path) == EMPTY
    assert not path.exists()
    assert health(path) == "none yet"


def test_a_job_from_intent_to_charge(path):
    with Journal(path) as journal:
        attempt = journal.begin(job(), Decimal("0.84"), NO)
        assert snapshot(path).money.reserved == Decimal("0.84")
        assert snapshot(path).open_jobs == {"j1:a": "submitting"}
        journal.submitted(JobKey("j1:a"), {"id": "x"})
        journal.succeeded(JobKey("j1:a"), "clip.mp4", Decimal("0.80"))
        journal.done(job(), attempt, 1, "takes/sip/v001.mp4", "d" * 64, Decimal("0.80"))
    past = snapshot(path)
    assert (past.money.charged, past.money.reserved, past.open_jobs) == (Decimal("0.80"), Decimal(0), {})
    assert health(path) == "ok"


def test_a_failure_releases_the_reserve_and_is_remembered(path):
    with Journal(path) as journal:
        attempt = journal.begin(job(), Decimal(1), NO)
        journal.failed(JobKey("j1:a"), attempt, "refused")
        assert journal.begin(job(), Decimal(1), NO) == attempt + 1
        journal.cancelled(JobKey("j1:a"), attempt + 1)
    past = snapshot(path)
    assert (past.money.charged, past.money.reserved) == (0, 0)


def test_what_a_failure_cost_is_charged(path):
    with Journal(path) as journal:
        attempt = journal.begin(job(), Decimal(1), NO)
        journal.failed(JobKey("j1:a"), attempt, "refused, and billed", charged=True, usd=Decimal("0.3"))
    assert snapshot(path).money.charged == Decimal("0.3")
    assert snapshot(path).failed_jobs == {
        "j1:a": Failure("refused, and billed", "provider", paid=True)
    }


def test_the_ceiling_counts_what_is_spent_and_what_is_reserved(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal("0.60"), Limits(film=Decimal(1)))
        with pytest.raises(OverBudget, match=r"\$0\.40 is left"):
            journal.begin(job("pour", "j1:b"), Decimal("0.41"), Limits(film=Decimal(1)))
        assert journal.row(JobKey("j1:b")) is None
        journal.begin(job("pour", "j1:b"), Decimal("0.40"), Limits(film=Decimal(1)))


def test_a_ticket_survives_the_process(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal(0), NO)
        journal.submitted(JobKey("j1:a"), {"id": "abc", "url": "http://127.0.0.1/é"})
    with Journal(path) as journal:
        assert journal.row(JobKey("j1:a")).ticket == {"id": "abc", "url": "http://127.0.0.1/é"}


def test_numbers_given_to_takes_are_not_given_twice(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal(0), NO)
        assert journal.succeeded(JobKey("j1:a"), "clip.mp4", None, least=4) == 4
        assert journal.succeeded(JobKey("j1:a"), "clip.mp4", None, least=9) == 4
        journal.begin(job(key="j1:b"), Decimal(0), NO)
        assert journal.succeeded(JobKey("j1:b"), "clip.mp4", None) == 5
        assert journal.succeeded(JobKey("j1:b"), "clip.mp4", None, anew=True) == 6


def test_a_newer_schema_is_refused(path):
    Journal(path).__exit__()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(VidgenError, match="newer vidgen"):
        Journal(path)


def test_the_run_lock_is_freed_by_the_system_when_its_holder_is_killed(tmp_path):
    lock = tmp_path / "lock.db"
    code = (
        "import sys, pathlib, time; from vidgen.journal import run_lock\n"
        "with run_lock(pathlib.Path(sys.argv[1])) as free:\n"
        "    print(free, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline().strip() == "True"
        with run_lock(lock) as free:
            assert not free
        holder.kill()
    with run_lock(lock) as free:
        assert free


def test_a_journal_that_was_never_filled_is_an_empty_one(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
    db.close()
    assert snapshot(path) == EMPTY
    assert health(path) == "none yet"
    with Journal(path) as journal:
        assert journal.begin(job(), Decimal(0), NO) == 1


def test_reading_leaves_no_trace_of_a_journal_in_use_or_left_by_a_crash(path):
    journal = Journal(path)
    journal.begin(job(), Decimal("0.84"), NO)
    names = sorted(file.name for file in path.parent.iterdir())
    assert snapshot(path).money.reserved == Decimal("0.84")
    journal.__exit__()
    assert snapshot(path).money.reserved == Decimal("0.84")
    assert [file.name for file in path.parent.iterdir()] == ["ledger.db"]
    assert names == ["ledger.db", "ledger.db-shm", "ledger.db-wal"]


def test_a_journal_that_is_no_database_is_told_plainly(path):
    path.parent.mkdir()
    path.write_bytes(b"no database" * 100)
    for reading in (snapshot, Journal):
        with pytest.raises(LedgerError, match="cannot be used"):
            reading(path)
    assert health(path).startswith("the ledger cannot be used")


def test_a_journal_of_the_first_version_gains_what_came_later(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.executescript(f"{SCHEMA[0]}; PRAGMA user_version = 1;")
    db.close()
    with Journal(path) as journal:
        journal.begin(job(), Decimal(0), NO)
        journal.submitted(JobKey("j1:a"), {"id": "x"})
        journal.succeeded(JobKey("j1:a"), "clip.mp4", Decimal("0.30"))
        row = journal.row(JobKey("j1:a"))
        assert (row.cost, row.request["prompt"], row.open) == (Decimal("0.30"), "p", True)
        assert journal.open_rows("fal") == (row,)
        assert journal.open_rows("other") == ()
