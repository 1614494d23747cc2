"""What goes wrong is decided by a seed, a work and a count, and patience ends well."""

from collections import Counter

import pytest

from vidgen.rehearsal.faults import MEANINGS, ROUNDS, Fate, Faults
from vidgen.rehearsal.works import NoRehearsal

PASSING = [name for name in MEANINGS if name not in ("moderation", "bad-input", "moderation-late")]


def met(fate: Fate) -> set[str]:
    once = {fate.reply, fate.end, fate.result} - {None}
    return once | set(fate.before) | set(fate.looks.values()) | set(fate.fetches)


def test_without_rates_nothing_goes_wrong():
    for number in range(50):
        assert met(Faults("seed").fate("fal", "w", number)) == set()
    assert Faults("seed").always("fal", "w") is None


def test_the_same_seed_decides_the_same_and_another_seed_another():
    def all_of(seed):
        faults = Faults.mixed(1.0, seed)
        return [faults.fate("fal", f"w{work}", 0) for work in range(50)]

    assert all_of("one") == all_of("one")
    assert all_of("one") != all_of("two")


def test_works_and_providers_do_not_share_a_fate():
    faults = Faults("seed")
    chances = {
        faults.fate(provider, work, number).chance
        for provider in ("fal", "kling")
        for work in ("a", "b")
        for number in (0, 1)
    }
    assert len(chances) == 8


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_at_full_rate_comes_at_once_and_goes_after_two_orders(name):
    faults = Faults("seed", {name: 1.0})
    for number in range(ROUNDS):
        fate = faults.fate("fal", "w", number)
        assert met(fate) == {name}
        assert max(len(fate.before), len(fate.looks), len(fate.fetches), 1) <= 2
    assert met(faults.fate("fal", "w", ROUNDS)) == set()


def test_takes_that_nobody_can_tell_apart_have_two_rounds_each():
    faults = Faults("seed", {"provider-failure": 1.0})
    ends = [faults.fate("fal", "w", number, copies=3).end for number in range(8)]
    assert ends == ["provider-failure"] * 6 + [None] * 2


@pytest.mark.parametrize("name", ["moderation", "bad-input", "moderation-late"])
def test_a_refusal_of_the_work_itself_stays(name):
    faults = Faults("seed", {name: 0.5})
    works = [f"w{number}" for number in range(100)]
    always = [faults.always("fal", work) for work in works]
    assert set(always) == {name, None}
    assert [faults.always("fal", work) for work in works] == always


def test_mixed_faults_come_as_often_as_asked_and_of_every_kind():
    faults = Faults.mixed(0.6, "seed")
    seen: Counter[str] = Counter()
    for work in range(3000):
        seen.update(met(faults.fate("fal", str(work), 0)))
        seen.update({faults.always("fal", str(work))} - {None})
    assert set(seen) == set(MEANINGS)
    assert 0.5 < seen.total() / 3000 < 0.7


def test_an_order_takes_about_its_usual_time():
    paces = [Faults("seed").fate("fal", str(work), 0).pace for work in range(200)]
    assert 0.7 <= min(paces) < 0.8 < 1.3 < max(paces) <= 1.4


@pytest.mark.parametrize("rates", [{"bad-luck": 0.1}, {"short": 1.5}, {"short": -0.1}])
def test_a_fault_or_a_rate_that_is_none_is_refused(rates):
    with pytest.raises(NoRehearsal):
        Faults("seed", rates)


def test_a_mixed_rate_that_is_none_is_refused():
    with pytest.raises(NoRehearsal):
        Faults.mixed(2.0)
