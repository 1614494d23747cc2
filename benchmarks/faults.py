"""A hundred shots in which three in ten orders meet a fault: how they end, for --seeds draws.

    python benchmarks/faults.py              # some minutes; not on Windows

The shots go to every provider that there is an adapter for, in turn, and every kind of fault is
mixed evenly. The film is rehearsed again by real processes until nothing changes any more, and a
person answers what is asked by looking into the simulator's books. In the end each job has its take
or a word for why not; ledger, takes and files are held against the books.
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

from tests.sweep.nursery import Nursery
from tests.sweep.stage import many
from tests.sweep.sweep import Case, play
from vidgen import catalogue
from vidgen.rehearsal.faults import Faults


def main() -> int:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="vidgen-faults-"))
    compiled = catalogue.COMPILED = folder / "compiled.bin"
    catalogue.compile_to(compiled)
    endings: Counter[str] = Counter()
    failures = 0
    print(f"{options.shots} shots, every fault mixed at {options.rate:.0%}")
    print("seed  runs  answers  orders  takes    billed  seconds  what has no take")
    with Nursery(compiled) as nursery:
        for seed in range(options.seeds):
            began, own = time.monotonic(), folder / str(seed)
            faults = Faults.mixed(options.rate, f"faults {seed}")
            case = Case(
                str(seed), (), faults, budget="400", shots=many(options.shots, all_around=True)
            )
            found = play(case, own, nursery)
            endings += found.endings + Counter({"take": found.takes})
            failures += bool(found.broken)
            told = ", ".join(f"{count} {word}" for word, count in found.endings.most_common())
            print(
                f"{seed:4} {found.runs:5} {found.answers:8} {found.orders:7} {found.takes:6}"
                f" {found.billed:9} {time.monotonic() - began:8.0f}  {told or 'nothing'}"
                f" {'; '.join(found.broken)}",
                flush=True,
            )
    print("\n".join(f"{count:7} {word}" for word, count in endings.most_common()))
    if failures:
        print(f"{failures} draws failed; they are kept in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--shots", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0.3)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
