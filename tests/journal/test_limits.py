"""Ceilings: held at the moment of reserving, by film, run, day and provider, for all runs alike."""

from decimal import Decimal

import pytest

from tests.journal.jobs import KEY, NO, job
from vidgen.errors import Exit, OverBudget
from vidgen.job import JobKey
from vidgen.journal import Journal, Limits, booking, entries, health


def key(number):
    return f"j1:{number}"


@pytest.fixture
def day(monkeypatch):
    """Turn the calendar: `day("2026-03-02")`."""

    def on(date):
        monkeypatch.setattr(booking, "today", lambda: date)

    on("2026-03-01")
    return on


def fill(journal, limits, usd="0.40", provider="fal", start=0):
    """Begin jobs until a ceiling is reached: how many there were room for."""
    for count in range(20):
        try:
            one = job(key=key(start + count), provider=provider)
            journal.begin(one, Decimal(usd), limits)
        except OverBudget:
            return count
    return None


def test_the_films_ceiling_counts_what_is_spent_and_what_is_reserved(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal("0.60"), Limits(film=Decimal(1)))
        with pytest.raises(OverBudget, match=r"\$0\.40 is left of the storyboard's budget") as told:
            journal.begin(job("pour", "j1:b"), Decimal("0.41"), Limits(film=Decimal(1)))
        assert told.value.exit_code == Exit.OVER_BUDGET
        assert journal.row(JobKey("j1:b")) is None
        journal.begin(job("pour", "j1:b"), Decimal("0.40"), Limits(film=Decimal(1)))
    assert len(entries(path)) == 2


def test_what_ends_without_cost_makes_room_again(path):
    limits = Limits(film=Decimal(1), run=Decimal(1), day=Decimal(1), providers={"fal": Decimal(1)})
    with Journal(path, "one") as journal:
        for attempt, end in enumerate(("cancelled", "failed"), start=1):
            journal.begin(job(), Decimal(1), limits)
            getattr(journal, end)(KEY, attempt, "no")
        journal.begin(job(), Decimal(1), limits)
    assert health(path) == "ok"


@pytest.mark.parametrize("charged", [True, None])
def test_what_was_or_may_have_been_paid_counts_and_no_more_than_that(path, charged):
    limits = Limits(film=Decimal(1), run=Decimal(1), day=Decimal(1), providers={"fal": Decimal(1)})
    with Journal(path, "one") as journal:
        journal.begin(job(), Decimal("0.8"), limits)
        journal.failed(KEY, 1, "no", charged=charged, usd=Decimal("0.5"))
        with pytest.raises(OverBudget, match=r"\$0\.5 is left"):
            journal.begin(job(key=key(2)), Decimal("0.51"), limits)
        journal.begin(job(key=key(2)), Decimal("0.50"), limits)


def test_a_runs_ceiling_is_its_own(path):
    limits = Limits(run=Decimal(1))
    with Journal(path, "one") as one, Journal(path, "two") as two:
        assert fill(one, limits) == 2
        assert fill(two, limits, start=10) == 2
        with pytest.raises(OverBudget, match="what this run may spend"):
            one.begin(job(key=key(30)), Decimal("0.40"), limits)


def test_what_a_run_takes_over_counts_against_the_one_that_reserved_it(path):
    limits = Limits(run=Decimal(1))
    with Journal(path, "one") as one:
        one.begin(job(), Decimal(1), limits)
        one.submitted(KEY, {"id": "x"})
    with Journal(path, "two") as two:
        two.claim(KEY, "one")
        two.succeeded(KEY, "clip.mp4", Decimal(1))
        two.done(job(), 1, 1, "takes/sip/v001.mp4", "d" * 64, Decimal(1))
        two.begin(job(key=key(2)), Decimal(1), limits)
    assert health(path) == "ok"


def test_a_days_ceiling_begins_anew_the_next_day(path, day):
    limits = Limits(day=Decimal(1))
    with Journal(path) as journal:
        assert fill(journal, limits) == 2
        day("2026-03-02")
        assert fill(journal, limits, start=10) == 2
    assert {line.day for line in entries(path)} == {"2026-03-01", "2026-03-02"}


def test_what_ends_after_midnight_counts_for_the_day_on_which_it_was_reserved(path, day):
    limits = Limits(day=Decimal(1))
    with Journal(path) as journal:
        journal.begin(job(), Decimal(1), limits)
        day("2026-03-02")
        journal.failed(KEY, 1, "no", charged=True, usd=Decimal("0.9"))
        journal.begin(job(), Decimal(1), limits)
        day("2026-03-01")
        with pytest.raises(OverBudget, match=r"\$0\.1 is left of today's budget"):
            journal.begin(job(key=key(2)), Decimal("0.2"), limits)
    assert health(path) == "ok"


def test_a_providers_ceiling_is_its_own_and_of_a_day(path, day):
    limits = Limits(providers={"fal": Decimal(1)})
    with Journal(path) as journal:
        assert fill(journal, limits) == 2
        assert fill(journal, limits, provider="kling", start=40) is None
        with pytest.raises(OverBudget, match="today's for fal"):
            journal.begin(job(key=key(30)), Decimal("0.40"), limits)
        day("2026-03-02")
        assert fill(journal, limits, start=10) == 2


def test_the_ceiling_that_leaves_least_is_the_one_that_holds(path):
    limits = Limits(film=Decimal(9), run=Decimal(1), day=Decimal(9))
    with Journal(path, "one") as journal:
        assert fill(journal, limits) == 2
    with Journal(path, "two") as journal:
        assert fill(journal, Limits(film=Decimal(1)), start=10) == 0


def test_what_is_free_passes_every_ceiling(path):
    with Journal(path) as journal:
        journal.begin(job(), Decimal(5), NO)
        journal.begin(job(key=key(2)), Decimal(0), Limits(film=Decimal(1), run=Decimal(0)))


def test_two_runs_that_reserve_in_turn_share_one_ceiling_to_the_cent(path):
    limits = Limits(film=Decimal("1.00"))
    with Journal(path, "one") as one, Journal(path, "two") as two:
        begun = 0
        for number in range(60):
            try:
                (one, two)[number % 2].begin(job(key=key(number)), Decimal("0.03"), limits)
                begun += 1
            except OverBudget:
                continue
        assert begun == 33
        assert one.sums().reserved == two.sums().reserved == Decimal("0.99")
    assert health(path) == "ok"
