"""Several runs at once never spend more than the budget, and never order the same twice.

Fifty seeds are `benchmarks/budget.py`.
"""

import pytest

from tests.sweep.crowd import RUNS, rush
from vidgen.errors import Exit
from vidgen.rehearsal.faults import Faults


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_eight_runs_at_once_stay_within_one_budget(seed, nursery, tmp_path):
    faults = Faults("rush", {"rate-limit": 1, "lost-reply": 0.2}) if seed == 3 else None
    found = rush(seed, tmp_path / "film", nursery, faults)
    print(f"\n{found}")
    assert not found.broken
    assert found.most <= found.budget
    assert found.billed <= found.budget
    refused = found.stopped + found.codes[Exit.OVER_BUDGET]
    assert refused, "the budget was never in the way of any run"
    assert sum(found.codes.values()) == RUNS * found.rounds
