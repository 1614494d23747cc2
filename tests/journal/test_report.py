from decimal import Decimal
from fractions import Fraction
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tests.journal.jobs import NO, job
from vidgen.job import JobKey
from vidgen.journal import Journal, entries
from vidgen.journal.reading import sums
from vidgen.journal.report import By, Money, Shown, report
from vidgen.journal.values import Entry

AMOUNTS = st.decimals(0, 50, places=6)
ENDS = st.sampled_from(["open", "charge", "release", "refund", "unknown", "told", "forgiven"])
ATTEMPT = st.tuples(
    st.sampled_from(["sip", "pour", "sip.still"]),
    st.sampled_from(["final", "draft"]),
    st.sampled_from(["fal", "kling"]),
    st.sampled_from(["veo-3.1", "kling-3.0"]),
    st.sampled_from(["2026-10-01", "2026-10-02"]),
    AMOUNTS,
    AMOUNTS,
    ENDS,
)


def line(kind, usd, *, shot="sip", tier="final", provider="fal", model="veo-3.1",
         day="2026-10-01", key="k", attempt=1):  # fmt: skip
    return Entry(
        f"{day}T10:00:00.000+00:00", day, "run", JobKey(key), attempt, kind, usd, shot, tier, 1,
        provider, model,
    )  # fmt: skip


def lines_of(attempts):
    """The lines that such attempts leave, as the journal writes them."""
    found = []
    for number, (shot, tier, provider, model, day, reserve, usd, end) in enumerate(attempts):
        facts = {
            "shot": shot, "tier": tier, "provider": provider, "model": model, "day": day,
            "key": f"k{number}",
        }  # fmt: skip
        found.append(line("reserve", reserve, **facts))
        if end in ("charge", "unknown"):
            found.append(line(end, usd, **facts))
        elif end in ("release", "refund"):
            found.append(line(end, reserve, **facts))
        elif end != "open":
            found += [line("unknown", usd, **facts), line("unknown", -usd, **facts)]
            found.append(line("charge" if end == "told" else "refund", reserve, **facts))
    return found


def as_rows(lines):
    return [{"job": x.key, "attempt": x.attempt, "kind": x.kind, "usd": str(x.usd)} for x in lines]


@given(st.lists(ATTEMPT, max_size=12))
def test_every_grouping_adds_up_to_what_the_journal_says(attempts):
    lines = lines_of(attempts)
    found, known = report(lines), sums(as_rows(lines))
    total = found.total
    assert (total.charged, total.reserved, total.unknown) == (
        known.charged, known.reserved, known.unknown,
    )  # fmt: skip
    assert total.held == known.held
    assert total.attempts == len(attempts)
    for by in get_args(By):
        groups = found.by[by]
        assert sum((group.money for group in groups), Money()) == total
        assert {group.name for group in groups} == {getattr(one, by) for one in lines}


@given(st.lists(ATTEMPT, max_size=12))
def test_the_shots_of_a_cut_cost_what_was_charged_for_them_at_their_tier(attempts):
    lines = lines_of(attempts)
    cut = [Shown("sip", "v001", "final", Fraction(3)), Shown("pour", "v002", "draft", Fraction(5))]
    sip, pour = report(lines, cut).cut
    charges = [one for one in lines if one.kind == "charge"]
    still_and_shot = ("sip", "sip.still")
    assert sip.charged == sum(
        one.usd for one in charges if one.shot in still_and_shot and one.tier == "final"
    )
    assert pour.charged == sum(
        one.usd for one in charges if one.shot == "pour" and one.tier == "draft"
    )
    assert sip.per_second == sip.charged / 3


def test_an_attempt_is_estimated_by_its_reserve_and_only_once_it_is_charged():
    lines = [
        line("reserve", Decimal("0.50"), key="a"), line("charge", Decimal("0.42"), key="a"),
        line("reserve", Decimal("9"), key="b"), line("refund", Decimal("9"), key="b"),
        line("reserve", Decimal("7"), key="c"),
    ]  # fmt: skip
    found = report(lines).total
    assert (found.estimated, found.charged) == (Decimal("0.50"), Decimal("0.42"))
    assert (found.refunded, found.reserved, found.released) == (Decimal(9), Decimal(7), 0)


def test_a_cost_that_nobody_knows_is_counted_until_a_person_tells_it():
    lines = [line("reserve", Decimal(0)), line("unknown", Decimal(0))]
    assert report(lines).total.doubts == 1
    told = [*lines, line("unknown", -Decimal(0)), line("charge", Decimal("0.3"))]
    assert (report(told).total.doubts, report(told).total.charged) == (0, Decimal("0.3"))


def test_a_cut_without_takes_costs_nothing_a_second():
    found = report([line("reserve", Decimal(1)), line("charge", Decimal(1))])
    assert (found.cut, found.cut_seconds, found.cut_per_second) == ((), 0, None)


def test_days_stand_in_order_and_the_dearest_first():
    lines = [
        *(line(kind, Decimal(1), day="2026-10-02", key="a") for kind in ("reserve", "charge")),
        *(line(kind, Decimal(5), shot="pour", key="b") for kind in ("reserve", "charge")),
    ]
    found = report(lines).by
    assert [group.name for group in found["day"]] == ["2026-10-01", "2026-10-02"]
    assert [group.name for group in found["shot"]] == ["pour", "sip"]


def test_what_a_real_journal_holds_is_reported_to_the_cent(tmp_path):
    path = tmp_path / "ledger.db"
    with Journal(path, "run") as journal:
        for place, end in enumerate(("charge", "refund", "unknown", "open", "told")):
            key, reserve = JobKey(f"j:{place}"), Decimal("0.123456") * (place + 1)
            attempt = journal.begin(job(f"shot-{place}", key), reserve, NO)
            charged = {"charge": True, "refund": False}.get(end)
            if end != "open":
                journal.failed(key, attempt, "x", charged=charged, usd=Decimal("0.1"))
            if end == "told":
                journal.resolved(key, "charge", Decimal("0.07"))
        known = journal.sums()
    found = report(entries(path)).total
    assert (found.charged, found.reserved, found.unknown) == (
        known.charged, known.reserved, known.unknown,
    )  # fmt: skip
    assert (found.attempts, found.doubts) == (5, 1)
