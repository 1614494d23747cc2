"""Several runs at once never spend more than the budget, and never order the same twice.

Fifty seeds are `benchmarks/budget.py`.
"""

import pytest

from tests.sweep import person
from tests.sweep.crowd import RUNS, rush
from tests.sweep.stage import stage
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


def test_what_was_sent_is_collected_though_the_budget_has_become_too_small(nursery, tmp_path):
    with stage(tmp_path / "film", nursery) as here:
        here.render("ticket-written:4")
        sent = len(here.server.books.orders())
        board = here.folder / "storyboard.yaml"
        board.write_text(board.read_text().replace("usd: 40", "usd: 0.5"))
        said = here.render()
        assert said.returncode == Exit.PARTIAL
        assert "what was sent before is collected" in said.stderr
        while person.answer(here):
            here.render()
        assert len(here.project.takes()) == len(here.server.books.orders())
        assert sent <= len(here.project.takes()) <= sent + 1  # one more was on its way
        assert here.render().returncode == Exit.OVER_BUDGET
