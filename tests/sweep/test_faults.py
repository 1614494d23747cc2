"""Every fault at once: a film ends whole, or each job without a take is named and explained.

A hundred shots with ten seeds are `benchmarks/faults.py`.
"""

from tests.sweep.stage import many
from tests.sweep.sweep import Case, play
from vidgen.rehearsal.faults import Faults

SHOTS = 25


def test_a_film_in_which_much_goes_wrong_loses_nothing(nursery, tmp_path):
    faults = Faults.mixed(0.9, "much goes wrong")
    found = play(
        Case("faults", (), faults, shots=many(SHOTS, all_around=True)), tmp_path / "film", nursery
    )
    print(f"\n{found.takes} takes; {dict(found.endings)}; {found.answers} answers of a person")
    assert not found.broken
    assert found.answers, "no fault was played that a person must settle"
    assert found.takes < SHOTS, "no fault was played that is final"
    assert found.takes + sum(found.endings.values()) == SHOTS
    assert set(found.endings) <= {"moderation", "input", "failed and may have cost money"}
