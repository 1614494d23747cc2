"""Runs killed at every named moment: nothing is paid twice, and nothing paid is lost.

The whole sweep, with 500 combinations by chance, is `benchmarks/crash_sweep.py`.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sweep.stage import ALL_AROUND, AROUND
from tests.sweep.sweep import HEAD, Case, drawn, matrix, play
from vidgen.failpoints import NAMES
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.shapes import SHAPES


def case(name, *kills, **rates):
    """Runs that are killed there, one after the other, then as many as it takes."""
    return Case(name, kills, Faults(name, {word.replace("_", "-"): 1 for word in rates}))


CASES = (
    case(
        "sent", ("intent-unwritten", 1), ("intent-written", 2), ("submit-unsent", 2),
        ("submit-answered", 2), ("claim-written", 1), ("ticket-written", 1),
    ),
    case(
        "fetched", ("poll-answered", 2), ("success-unwritten", 1), ("success-written", 2),
        ("fetch-begun", 1), ("fetch-ended", 1),
    ),
    case(
        "named", ("clip-checked", 1), ("clip-named", 2), ("sidecar-written", 1),
        ("done-unwritten", 1), ("done-written", 1),
    ),
    case("later", ("unsent-written", 2), ("link-written", 1), rate_limit=1, expired_link=1),
    case("doubt", ("doubt-written", 1), ("doubt-written", 1), lost_reply=1),
    case("gate", ("ticket-written", 2), ("ticket-written", 2), ("poll-answered", 1), poll_error=1),
    case("torn", ("fetch-ended", 2), ("clip-checked", 1), corrupt=1),
    case("broken", ("failure-unwritten", 2), ("failure-written", 1), provider_failure=1),
    Case("around", (("submit-answered", 6), ("poll-answered", 4)), shots=ALL_AROUND),
    *(drawn(seed) for seed in (5, 20, 21)),
)  # fmt: skip


@pytest.fixture(scope="module")
def found(nurseries, tmp_path_factory):
    """What became of every case, by its name."""
    folder = tmp_path_factory.mktemp("sweep")

    def some(place):
        nursery, here = nurseries[place], CASES[place :: len(nurseries)]
        return [play(one, folder / one.name, nursery) for one in here]

    with ThreadPoolExecutor(len(nurseries)) as pool:
        every = [one for ended in pool.map(some, range(len(nurseries))) for one in ended]
    print("\n" + "\n".join([HEAD, *map(str, every), matrix(every)]))
    return {one.case.name: one for one in every}


@pytest.mark.parametrize("name", [one.name for one in CASES])
def test_nothing_is_paid_twice_and_nothing_paid_is_lost(found, name):
    assert not found[name].broken


@pytest.mark.parametrize("name", [one.name for one in CASES if not one.name.isdigit()])
def test_every_kill_that_was_meant_has_happened(found, name):
    assert all(found[name].reached)


def test_every_named_moment_has_killed_a_run():
    assert {name for one in CASES for name, _ in one.kills} >= set(NAMES)


def test_without_faults_every_take_of_the_film_is_there_once(found):
    for name in ("sent", "fetched", "named"):
        assert (found[name].orders, found[name].takes) == (8, 8)
        assert not found[name].endings


def test_at_every_wire_shape_there_is_every_take_is_there_once(found):
    assert set(AROUND) == {name for name in SHAPES if name != "volcengine"}  # it is byteplus's
    assert (found["around"].orders, found["around"].takes) == (13, 13)
