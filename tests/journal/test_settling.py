"""How attempts end in money: charge, release, refund, unknown; and sums that agree."""

import sqlite3
from decimal import Decimal

import pytest

from tests.journal.jobs import KEY, NO, job
from vidgen.errors import OverBudget
from vidgen.job import Failure, JobKey
from vidgen.journal import Journal, Limits, entries, health, snapshot


def lines(path):
    return [(line.kind, str(line.usd)) for line in entries(path)]


def money(path):
    found = snapshot(path).money
    return found.charged, found.reserved, found.unknown


@pytest.mark.parametrize(
    ("charged", "usd", "line"),
    [
        (False, "0.84", ("refund", "0.84")),
        (True, "0.30", ("charge", "0.30")),
        (None, "0.84", ("unknown", "0.84")),
        (True, None, ("unknown", "0")),
        (None, None, ("unknown", "0")),
    ],
)
def test_a_failure_ends_its_reserve_in_one_line(path, charged, usd, line):
    with Journal(path) as journal:
        journal.begin(job(), Decimal("0.84"), NO)
        journal.failed(KEY, 1, "no", charged=charged, usd=None if usd is None else Decimal(usd))
    assert lines(path) == [("reserve", "0.84"), line]
    assert money(path)[1] == 0
    assert health(path) == "ok"


def test_what_was_called_off_before_it_was_taken_is_released(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal("0.84"), NO)
        journal.cancelled(KEY, 1)
        assert journal.row(KEY).error == "called off"
    assert lines(path) == [("reserve", "0.84"), ("release", "0.84")]
    assert money(path) == (0, 0, 0)


@pytest.mark.parametrize("usd", ["0.84", "0.10", "2.00", "0"])
def test_a_take_costs_what_the_provider_says(path, usd):
    with Journal(path) as journal:
        journal.begin(job(), Decimal("0.84"), NO)
        journal.done(job(), 1, 1, "takes/sip/v001.mp4", "d" * 64, Decimal(usd))
    assert lines(path)[1] == ("charge", usd)
    assert money(path) == (Decimal(usd), 0, 0)
    assert health(path) == "ok"


def test_a_take_of_unknown_cost_is_never_a_charge_of_nothing(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal(0), NO)
        journal.done(job(), 1, 1, "takes/sip/v001.mp4", "d" * 64, None)
    assert lines(path) == [("reserve", "0"), ("unknown", "0")]


@pytest.mark.parametrize(
    ("kind", "usd", "left", "paid"),
    [("charge", "0.50", "0.50", True), ("refund", "0", "0", False), ("charge", "0", "0", False)],
)
def test_a_person_settles_what_nobody_said(path, kind, usd, left, paid):
    limits = Limits(film=Decimal(1))
    with Journal(path, "one") as one:
        one.begin(job(), Decimal("0.84"), limits)
        one.failed(KEY, 1, "lost", charged=None, usd=Decimal("0.84"))
        assert snapshot(path).failed_jobs == {KEY: Failure("lost", "provider", paid=True)}
        with pytest.raises(OverBudget):
            one.begin(job(key="j1:b"), Decimal("0.5"), limits)
    with Journal(path, "a person's") as person:
        person.resolved(KEY, kind, Decimal(usd))
    assert money(path) == (Decimal(left), 0, 0)
    assert snapshot(path).failed_jobs == {KEY: Failure("lost", "provider", paid=paid)}
    assert health(path) == "ok"
    with Journal(path, "one") as one:
        one.begin(job(key="j1:b"), Decimal("0.5"), limits)


def test_a_persons_word_counts_for_the_run_and_day_of_the_reserve_whoever_settled_it(path):
    limits = Limits(run=Decimal(1))
    with Journal(path, "one") as one:
        one.begin(job(), Decimal(1), limits)
    with Journal(path, "two") as two:
        two.claim(KEY, "one")
        two.failed(KEY, 1, "lost", charged=None, usd=Decimal(1))
        two.resolved(KEY, "refund", Decimal(0))
        two.begin(job(key="j1:b"), Decimal(1), limits)
    assert health(path) == "ok"
    with Journal(path, "one") as one:
        one.begin(job(key="j1:c"), Decimal(1), limits)
    assert health(path) == "ok"


def test_many_endings_add_up_by_film_run_day_and_provider(path):
    endings = (
        lambda one, key: one.failed(key, 1, "no", charged=True, usd=Decimal("0.11")),
        lambda one, key: one.failed(key, 1, "no", charged=None, usd=Decimal("0.23")),
        lambda one, key: one.failed(key, 1, "no"),
        lambda one, key: one.cancelled(key, 1),
        lambda one, key: one.done(job(key=key), 1, int(key[3:]) + 1, "p", "d", Decimal("0.29")),
        lambda one, key: one.submitted(key, {"id": "x"}),
    )
    with Journal(path, "one") as one, Journal(path, "two") as two:
        for number in range(24):
            run, key = (one, two)[number % 2], JobKey(f"j1:{number}")
            provider = "fal" if number % 3 else "kling"
            run.begin(job(key=key, provider=provider), Decimal("0.31"), NO)
            endings[number % len(endings)]((two, one)[number % 2], key)
            assert health(path) == "ok"
    assert money(path) == (4 * Decimal("0.40"), 4 * Decimal("0.31"), 4 * Decimal("0.23"))


@pytest.mark.parametrize("scope", ["film", "run:one", "day:2020-01-01"])
def test_a_balance_that_does_not_agree_with_its_lines_is_told(path, scope):
    with Journal(path, "one") as journal:
        journal.begin(job(), Decimal("0.84"), NO)
    with sqlite3.connect(path) as db:
        db.execute("INSERT OR REPLACE INTO balance VALUES (?, '0.50')", (scope,))
    db.close()
    told = health(path)
    assert told.startswith(f"its balance of {scope} says $0.50, its lines add up to $")


@pytest.mark.parametrize(("taken", "kind"), [(True, "refund"), (False, "release")])
def test_what_was_never_taken_is_let_go_and_not_refunded(path, taken, kind):
    with Journal(path) as journal:
        attempt = journal.begin(job(), Decimal(1), NO)
        journal.failed(KEY, attempt, "refused", "input", taken=taken)
    assert [entry.kind for entry in entries(path)] == ["reserve", kind]
    assert money(path) == (0, 0, 0)
