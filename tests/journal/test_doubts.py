from decimal import Decimal

import pytest

from tests.journal.jobs import KEY, NO, job
from vidgen.job import JobKey
from vidgen.journal import Journal, Moved, entries, health, rows
from vidgen.journal.doubts import doubts


def asked(path):
    found = doubts(rows(path), entries(path))
    return [(doubt.row.name, doubt.attempt, doubt.question) for doubt in found]


def failed(journal, charged=None, usd="0.5"):
    attempt = journal.begin(job(), Decimal("0.84"), NO)
    journal.failed(KEY, attempt, "lost", charged=charged, usd=Decimal(usd))


def test_a_submit_of_which_nobody_knows_asks_whether_it_exists(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal("0.84"), NO)
        assert asked(path) == []
        journal.in_doubt(KEY, "its answer was lost")
    (doubt,) = doubts(rows(path), entries(path))
    assert (doubt.question, doubt.reserved) == ("exists", Decimal("0.84"))
    assert doubt.sent == next(line.at for line in entries(path))


def test_work_left_open_with_a_note_asks_nothing(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal(1), NO)
        journal.submitted(KEY, {"id": "1"})
        journal.note(KEY, "not finished after 3600s")
    assert asked(path) == [("sip.t1", 1, "none")]


def test_every_attempt_of_unknown_cost_asks_for_it_until_it_is_told(path):
    with Journal(path) as journal:
        failed(journal)
        failed(journal)
        failed(journal, charged=False)
        assert asked(path) == [("sip.t1", 1, "cost"), ("sip.t1", 2, "cost")]
        journal.resolved(KEY, "charge", Decimal("0.30"), attempt=1)
        assert asked(path) == [("sip.t1", 2, "cost")]
        journal.resolved(KEY, "refund", Decimal(0), attempt=2)
        assert asked(path) == []
        found = journal.sums()
        assert (found.charged, found.unknown, found.reserved) == (Decimal("0.30"), 0, 0)
    assert health(path) == "ok"


def test_what_a_person_told_is_not_told_twice(path):
    with Journal(path) as journal:
        failed(journal)
        journal.resolved(KEY, "charge", Decimal("0.30"))
        with pytest.raises(Moved):
            journal.resolved(KEY, "charge", Decimal("0.30"))
        assert journal.sums().charged == Decimal("0.30")


def test_a_cost_that_is_known_cannot_be_told_again(path):
    with Journal(path) as journal:
        failed(journal, charged=True)
        with pytest.raises(Moved):
            journal.resolved(KEY, "refund", Decimal(0))
        assert journal.sums().charged == Decimal("0.5")


def test_a_take_of_no_known_cost_asks_for_it_as_well(path):
    with Journal(path) as journal:
        attempt = journal.begin(job(), Decimal(0), NO)
        journal.done(job(), attempt, 1, "takes/sip/v001.mp4", "d", None)
        assert asked(path) == [("sip.t1", 1, "cost")]
        journal.resolved(KEY, "charge", Decimal("0.2"))
        assert (asked(path), journal.sums().charged) == ([], Decimal("0.2"))


def test_questions_come_first_and_doubts_before_costs(path):
    with Journal(path) as journal:
        for place, key in enumerate(("a", "b", "c")):
            journal.begin(job(f"s{place}", JobKey(f"j:{key}")), Decimal(1), NO)
        journal.note(JobKey("j:a"), "left")
        journal.failed(JobKey("j:b"), 1, "lost", charged=None, usd=Decimal(1))
        journal.in_doubt(JobKey("j:c"), "lost")
    assert asked(path) == [("s2.t1", 1, "exists"), ("s1.t1", 1, "cost"), ("s0.t1", 1, "none")]


def test_a_clip_that_is_brought_gets_a_number_of_its_own(path):
    def name(number):
        return f"takes/sip/v{number:03d}.mp4"

    with Journal(path) as journal:
        journal.begin(job(), Decimal(0), NO)
        assert journal.succeeded(KEY, "clip.mp4", None, least=3) == 3
        assert journal.imported("sip", KEY, "d" * 64, name) == 4
        assert journal.imported("sip", KEY, "d" * 64, name, least=9) == 9
        assert journal.imported("pour", KEY, "d" * 64, name) == 1
        assert journal.succeeded(KEY, "clip.mp4", None, anew=True) == 10
