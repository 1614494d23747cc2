"""The books: nothing is billed twice, no more run at once than may, and nothing depends on when
somebody looks."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rehearsal.stage import Clock
from vidgen.rehearsal.books import Books
from vidgen.rehearsal.order import Entry
from vidgen.rehearsal.works import NoRehearsal


def entry(number=0, *, work="w", client=None, seconds=10.0, usd="0.40", ending="done"):
    price = None if usd is None else Decimal(usd)
    return Entry("fal", work, number, "a/b", client, "digest", seconds, price, ending)


OPEN = []


@pytest.fixture(autouse=True)
def closed():
    yield
    while OPEN:
        OPEN.pop().close()


def books(clock, at_once=2, path=None):
    OPEN.append(Books.open(path, clock))
    OPEN[-1].allow("fal", at_once)
    return OPEN[-1]


def killed(path):
    """The file as a kill leaves it at this moment, under another name."""
    left = path.with_name(f"{path.name}.left")
    return Path(shutil.copy(path, left))


def place(kept, *entries):
    return [kept.place(one)[0].id for one in entries]


def test_a_job_is_billed_when_it_ends_and_not_before():
    clock = Clock()
    kept = books(clock)
    (name,) = place(kept, entry())
    kept.drawn(name)
    assert kept.order(name).state == "running"
    clock.at += 9.9
    assert (kept.order(name).state, kept.billed()) == ("running", 0)
    clock.at += 0.2
    assert (kept.order(name).state, kept.billed()) == ("done", Decimal("0.40"))


def test_money_is_told_without_anybody_having_looked_at_the_job():
    clock = Clock()
    kept = books(clock)
    kept.drawn(*place(kept, entry()))
    clock.at += 1000
    assert kept.billed() == Decimal("0.40")


def test_a_job_whose_time_has_passed_waits_for_its_clip():
    clock = Clock()
    kept = books(clock)
    (name,) = place(kept, entry())
    clock.at += 60
    assert (kept.order(name).state, kept.billed()) == ("running", 0)
    kept.drawn(name)
    order = kept.order(name)
    assert (order.state, order.ended) == ("done", clock.at)


def test_what_waits_begins_when_there_is_room_and_in_turn():
    clock = Clock()
    kept = books(clock, at_once=1)
    names = place(kept, entry(0), entry(1), entry(2))
    for name in names:
        kept.drawn(name)
    assert [kept.position(order) for order in kept.orders()] == [0, 0, 1]
    assert [order.state for order in kept.orders()] == ["running", "queued", "queued"]
    clock.at += 25
    assert [order.state for order in kept.orders()] == ["done", "done", "running"]
    began = [order.began - 1_000_000 for order in kept.orders()]
    assert began == [0, 10, 20]


@pytest.mark.parametrize(
    ("ending", "usd"), [("failed", "0"), ("moderated", "0"), ("failed-billed", "0.40")]
)
def test_a_job_that_fails_needs_no_clip_and_costs_what_its_ending_says(ending, usd):
    clock = Clock()
    kept = books(clock)
    (name,) = place(kept, entry(ending=ending))
    clock.at += 11
    assert kept.order(name).state == "failed"
    assert kept.order(name).reason
    assert kept.billed() == Decimal(usd)


def test_a_price_that_nobody_knows_is_told_apart_from_nothing():
    clock = Clock()
    kept = books(clock)
    (name,) = place(kept, entry(usd=None))
    kept.drawn(name)
    assert kept.unpriced() == ()
    clock.at += 11
    assert [order.id for order in kept.unpriced()] == [name]
    assert kept.order(name).usd is None


def test_a_clients_id_is_taken_once():
    kept = books(Clock())
    first, new = kept.place(entry(client="mine"))
    again, twice = kept.place(entry(1, client="mine"))
    assert (new, twice, again.id) == (True, False, first.id)
    assert len(kept.orders()) == 1
    assert kept.of_client("kling", "mine") is None


def test_a_waiting_job_can_be_stopped_and_a_running_one_is_paid():
    clock = Clock()
    kept = books(clock, at_once=1)
    runs, waits = place(kept, entry(0), entry(1))
    kept.cancel(runs)
    kept.cancel(waits)
    kept.drawn(runs)
    kept.drawn(waits)
    clock.at += 100
    assert [order.state for order in kept.orders()] == ["done", "cancelled"]
    assert kept.billed() == Decimal("0.40")


def test_a_job_that_cannot_be_carried_out_costs_nothing_and_makes_room():
    clock = Clock()
    kept = books(clock, at_once=1)
    first, second = place(kept, entry(0), entry(1))
    kept.broke(first, "the picture cannot be read")
    assert [order.state for order in kept.orders()] == ["failed", "running"]
    kept.drawn(second)
    clock.at += 100
    assert kept.billed() == Decimal("0.40")


def test_a_clock_that_goes_back_takes_nothing_back():
    clock = Clock()
    kept = books(clock)
    (name,) = place(kept, entry())
    kept.drawn(name)
    clock.at += 11
    kept.settle()
    clock.at -= 1000
    assert kept.order(name).state == "done"
    assert kept.place(entry(1))[0].placed >= 1_000_011


def test_books_in_a_file_go_on_where_they_were_killed(tmp_path):
    path, clock = tmp_path / "books.jsonl", Clock()
    kept = books(clock, 1, path)
    first, second = place(kept, entry(0, client="a"), entry(1))
    kept.refuse("fal", "w", "overload")
    kept.drawn(first)
    clock.at += 11
    kept.relink(kept.order(first).id)
    again = books(clock, 1, left := killed(path))
    assert again.orders() == kept.orders()
    assert again.of_client("fal", "a").id == first
    assert (again.ordered("fal", "w"), again.tries("fal", "w")) == (2, 1)
    assert again.refused() == {"overload": 1}
    again.drawn(second)
    clock.at += 11
    assert again.billed() == Decimal("0.80")
    assert books(clock, 1, killed(left)).billed() == Decimal("0.80")


def test_a_line_that_was_half_written_is_dropped(tmp_path):
    path, clock = tmp_path / "books.jsonl", Clock()
    kept = books(clock, 1, path)
    place(kept, entry())
    kept.close()
    with path.open("ab") as file:
        file.write(b'{"what": "drawn", "id": "')
    again = books(clock, 1, path)
    assert len(again.orders()) == 1
    place(again, entry(1))
    again.close()
    assert len(books(clock, 1, path).orders()) == 2


@pytest.mark.parametrize("text", ["{}\n", "a title\n", '{"what": "drawn", "id": "none"}\n'])
def test_a_file_that_is_no_books_is_refused_with_its_line(tmp_path, text):
    path = tmp_path / "books.jsonl"
    path.write_text(text)
    with pytest.raises(NoRehearsal) as caught:
        Books.open(path)
    assert caught.value.where == f"{path}:1"
    assert path.read_text() == text


def test_ids_of_another_rehearsal_are_others():
    clock = Clock()
    first = place(books(clock), entry())
    clock.at += 1
    assert place(books(clock), entry()) != first


Step = st.tuples(
    st.sampled_from(["place", "drawn", "wait", "cancel", "broke", "look"]),
    st.integers(0, 20),
    st.floats(0.0, 15.0),
    st.sampled_from(["done", "done", "failed", "failed-billed", "moderated"]),
)


def gone_through(kept, clock, steps, *, look=False, cut=None, path=None):
    """Every order after some steps and a long time; killed and opened again before one of them."""
    names = []
    for number, (what, which, seconds, ending) in enumerate(steps):
        if number == cut:
            kept = books(clock, 2, killed(path))
        if what == "place":
            one = entry(len(names), work=f"w{which}", seconds=seconds, ending=ending)
            names += place(kept, one)
        elif what == "wait":
            clock.at += seconds
        elif what in ("drawn", "cancel") and names:
            getattr(kept, what)(names[which % len(names)])
        elif what == "broke" and names:
            kept.broke(names[which % len(names)], "why not")
        if look:
            kept.orders()
    clock.at += 10_000
    return kept.orders()


@settings(deadline=None, max_examples=60)
@given(st.lists(Step, max_size=40), st.integers(1, 4))
def test_what_happens_does_not_depend_on_who_looks_and_limits_hold(steps, at_once):
    ends = []
    for look in (False, True):
        clock = Clock()
        ends.append(gone_through(books(clock, at_once), clock, steps, look=look))
    assert ends[0] == ends[1]
    begun = [order for order in ends[0] if order.began is not None]
    for one in begun:
        running = [
            other
            for other in begun
            if other.began <= one.began and (other.ended is None or other.ended > one.began)
        ]
        assert len(running) <= at_once
    for order in ends[0]:
        paid = order.over and (order.state == "done" or order.ending == "failed-billed")
        assert order.usd == (Decimal("0.40") if paid else 0)


@settings(deadline=None, max_examples=40)
@given(steps=st.lists(Step, max_size=30), cut=st.integers(0, 30))
def test_books_that_were_killed_anywhere_end_as_if_they_had_not(tmp_path_factory, steps, cut):
    path, clock = tmp_path_factory.mktemp("books") / "books.jsonl", Clock()
    straight = gone_through(books(one := Clock()), one, steps)
    assert gone_through(books(clock, 2, path), clock, steps, cut=cut, path=path) == straight
