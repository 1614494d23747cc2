"""Eight runs of one project at once, with a budget for a third of the work: 50 draws.

    python benchmarks/budget.py              # some minutes; not on Windows

Each run is a real process that asks for some shots of 24 by chance, for as much as the whole
budget; four ask for the same, and what the others ask for overlaps. In every second draw there are
faults, a run died before and left its jobs to all of them, and the crowd comes back until
everything is collected. Neither the simulator's books nor the ledger's running sum may ever
stand above the budget, by however little, and no work may be ordered by two runs.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.sweep.crowd import HEAD, RUNS, rush
from tests.sweep.nursery import Nursery
from vidgen import catalogue
from vidgen.rehearsal.faults import Faults


def main() -> int:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="vidgen-budget-"))
    compiled = catalogue.COMPILED = folder / "compiled.bin"
    catalogue.compile_to(compiled)
    began, every = time.monotonic(), []
    print(HEAD, flush=True)
    with Nursery(compiled) as nursery:
        for seed in range(options.seeds):
            faults = _faults(seed) if seed % 2 else None
            found = rush(seed, folder / str(seed), nursery, faults)
            every.append(found)
            print(found, flush=True)
            if not found.broken:
                shutil.rmtree(folder / str(seed), ignore_errors=True)
    codes: Counter[int] = sum((found.codes for found in every), Counter())
    failures = sum(bool(found.broken) for found in every)
    closest = min((found.budget - found.most for found in every), default=None)
    print(
        f"{len(every)} draws of {RUNS} runs at once, {sum(codes.values())} runs,"
        f" {sum(found.orders for found in every)} orders,"
        f" {sum(found.stopped for found in every)} jobs stopped by the budget;"
        f" closest to it: ${closest} below; {failures} failed, in {time.monotonic() - began:.0f} s"
    )
    if failures:
        print(f"they are kept in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _faults(seed: int) -> Faults:
    """Every fault now and then; submits are put off again and again."""
    rates = Faults.mixed(0.5).rates | {"rate-limit": 0.6}  # type: ignore[operator]
    return Faults(f"budget {seed}", rates)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
