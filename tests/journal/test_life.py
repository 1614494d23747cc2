"""A job's life in the journal, what is read of it, and what becomes of a damaged file."""

import sqlite3
import subprocess
import sys
from decimal import Decimal

import pytest

from tests.journal.jobs import KEY, NO, job
from vidgen.errors import LedgerError, VidgenError
from vidgen.job import Failure, JobKey
from vidgen.journal import EMPTY, Journal, Moved, entries, health, rows, run_lock, snapshot


def test_a_project_without_a_journal_has_an_empty_history_and_gets_no_file(path):
    assert snapshot(path) == EMPTY
    assert not path.exists()
    assert health(path) == "none yet"


def test_a_job_from_intent_to_charge(path):
    with Journal(path) as journal:
        attempt = journal.begin(job(), Decimal("0.84"), NO)
        assert snapshot(path).money.reserved == Decimal("0.84")
        assert snapshot(path).open_jobs == {"j1:a": "submitting"}
        journal.submitted(KEY, {"id": "x"})
        journal.succeeded(KEY, "clip.mp4", Decimal("0.80"))
        journal.done(job(), attempt, 1, "takes/sip/v001.mp4", "d" * 64, Decimal("0.80"))
    past = snapshot(path)
    assert (past.money.charged, past.money.reserved) == (Decimal("0.80"), 0)
    assert past.open_jobs == {}
    assert health(path) == "ok"


def test_a_failure_releases_the_reserve_and_is_remembered(path):
    with Journal(path) as journal:
        attempt = journal.begin(job(), Decimal(1), NO)
        journal.failed(KEY, attempt, "refused")
        assert journal.begin(job(), Decimal(1), NO) == attempt + 1
        journal.cancelled(KEY, attempt + 1)
    past = snapshot(path)
    assert (past.money.charged, past.money.reserved) == (0, 0)


def test_what_a_failure_cost_is_charged(path):
    with Journal(path) as journal:
        attempt = journal.begin(job(), Decimal(1), NO)
        journal.failed(KEY, attempt, "and billed", charged=True, usd=Decimal("0.3"))
    assert snapshot(path).money.charged == Decimal("0.3")
    assert snapshot(path).failed_jobs == {"j1:a": Failure("and billed", "provider", paid=True)}


def test_a_ticket_survives_the_process(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal(0), NO)
        journal.submitted(KEY, {"id": "abc", "url": "http://127.0.0.1/é"})
    with Journal(path) as journal:
        assert journal.row(KEY).ticket == {"id": "abc", "url": "http://127.0.0.1/é"}


def test_numbers_given_to_takes_are_not_given_twice(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal(0), NO)
        assert journal.succeeded(KEY, "clip.mp4", None, least=4) == 4
        assert journal.succeeded(KEY, "clip.mp4", None, least=9) == 4
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


# -- one job, several runs -----------------------------------------------------------------------


def test_a_job_that_is_open_is_not_begun_again(path):
    with Journal(path, "one") as one, Journal(path, "two") as two:
        one.begin(job(), Decimal(1), NO)
        with pytest.raises(Moved):
            two.begin(job(), Decimal(1), NO)
        assert two.row(KEY).owner == "one"
        assert two.sums().reserved == 1


def test_a_job_that_had_another_attempt_meanwhile_is_not_begun(path):
    with Journal(path, "one") as one, Journal(path, "two") as two:
        seen = 0
        one.begin(job(), Decimal(1), NO, seen=seen)
        one.failed(KEY, 1, "it broke")
        with pytest.raises(Moved):
            two.begin(job(), Decimal(1), NO, seen=seen)
        assert two.begin(job(), Decimal(1), NO, seen=1) == 2
        assert [line.run for line in entries(path)] == ["one", "one", "two"]


def test_an_open_job_is_claimed_once(path):
    with Journal(path, "dead") as dead:
        dead.begin(job(), Decimal(1), NO)
    with Journal(path, "one") as one, Journal(path, "two") as two:
        assert one.claim(KEY, "dead")
        assert not two.claim(KEY, "dead")
        assert two.row(KEY).owner == "one"


def test_a_job_that_was_put_down_can_be_claimed_and_only_its_owner_puts_it_down(path):
    with Journal(path, "one") as one, Journal(path, "two") as two:
        one.begin(job(), Decimal(1), NO)
        two.leave(KEY)
        assert one.row(KEY).owner == "one"
        one.leave(KEY)
        assert two.claim(KEY, "")
        assert (two.row(KEY).owner, two.row(KEY).state) == ("two", "submitting")


def test_the_states_in_which_a_job_is_open_keep_its_money(path):
    with Journal(path, "one") as journal:
        journal.begin(job(), Decimal(1), NO)
        seen = [journal.row(KEY).state]
        for step in (
            lambda: journal.unsent(KEY, "busy"),
            lambda: journal.sending(KEY),
            lambda: journal.in_doubt(KEY, "lost"),
            lambda: journal.submitted(KEY, {"id": "x"}),
            lambda: journal.succeeded(KEY, "https://a", Decimal("0.9"), seed=7),
            lambda: journal.relinked(KEY, "https://b"),
        ):
            step()
            row = journal.row(KEY)
            assert row.open
            assert journal.sums().reserved == 1
            seen.append(row.state)
        assert (row.media, row.seed, row.cost, row.number) == ("https://b", 7, Decimal("0.9"), 1)
    assert seen == ["submitting", "unsent", "submitting", "unknown", "submitted", "succeeded",
                    "succeeded"]  # fmt: skip
    (row,) = rows(path)
    assert row.name == "sip.t1"


def test_a_note_says_why_a_job_was_left_and_a_ticket_clears_it(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal(1), NO)
        journal.note(KEY, "nobody answers")
        assert journal.row(KEY).error == "nobody answers"
        journal.submitted(KEY, {"id": "x"})
        assert journal.row(KEY).error is None


def test_a_new_attempt_remembers_nothing_of_the_one_before(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal(1), NO)
        journal.submitted(KEY, {"id": "x"})
        journal.succeeded(KEY, "clip.mp4", Decimal(1), seed=7)
        journal.failed(KEY, 1, "it does not decode", "provider")
        journal.begin(job(), Decimal(1), NO)
        row = journal.row(KEY)
    assert (row.ticket, row.media, row.number, row.error, row.kind, row.cost, row.seed) == (
        (None,) * 7
    )
    assert row.attempt == 2


def test_open_jobs_come_oldest_first_and_by_provider(path):
    with Journal(path) as journal:
        for key in ("j1:b", "j1:a"):
            journal.begin(job(key=key), Decimal(0), NO)
        journal.failed(JobKey("j1:b"), 1, "no")
        assert [row.key for row in journal.open_rows("fal")] == ["j1:a"]
        assert journal.open_rows("other") == ()


def test_why_a_job_failed_is_known_to_the_run_as_to_the_plan(path):
    with Journal(path) as journal:
        assert journal.failure(KEY) is None
        journal.begin(job(), Decimal(1), NO)
        assert journal.failure(KEY) is None
        journal.failed(KEY, 1, "flagged", "moderation", charged=None, usd=Decimal(1))
        assert journal.failure(KEY) == Failure("flagged", "moderation", paid=True)
        assert snapshot(path).failed_jobs == {KEY: journal.failure(KEY)}
