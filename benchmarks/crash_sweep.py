"""Runs killed at every named moment, with every fault, 500 times: nothing paid twice, nothing lost.

    python benchmarks/crash_sweep.py            # about twenty minutes on two cores; not on Windows

Each case is one of two films, rehearsed by real processes against a simulator whose books are the
truth: one with a generated still, a chain over two providers, several takes, other prompts and both
of Kling's APIs; one with a shot at every provider that there is an adapter for.
Its runs are killed, or told to end, at one to four moments, drawn with faults and budget from its
number; a person answers what is asked by looking into the books. After every run, and once nothing
changes any more, ledger, takes and files are held against the books (`tests/sweep/audit.py`). The
matrix tells by failpoint what was killed and what did not hold; a case that fails is kept.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.sweep.nursery import Nursery
from tests.sweep.sweep import HEAD, Found, drawn, matrix, play
from vidgen import catalogue
from vidgen.failpoints import NAMES


@cache
def nursery(compiled: Path) -> Nursery:
    """Of this worker, until it ends."""
    catalogue.COMPILED = compiled
    return Nursery(compiled).__enter__()


def one(seed: int, folder: Path, compiled: Path) -> Found:
    """Play a case in a worker; what was well is cleared away."""
    case, own = drawn(seed), folder / f"{seed:04}"
    try:
        found = play(case, own, nursery(compiled))
    except Exception as error:  # a check that could not even be made is a failure too
        found = Found(case, broken=[f"ends: {type(error).__name__}: {error}"])
    if not found.broken:
        shutil.rmtree(own, ignore_errors=True)
    return found


def main() -> int:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="vidgen-sweep-"))
    compiled = folder / "compiled.bin"
    catalogue.compile_to(compiled)
    seeds = range(options.first, options.first + options.cases)
    began, every = time.monotonic(), []
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.workers, mp_context=spawn) as pool:
        print(HEAD, flush=True)
        for done in as_completed([pool.submit(one, seed, folder, compiled) for seed in seeds]):
            every.append(done.result())
            if every[-1].broken or options.all:
                print(every[-1], flush=True)
    _tell(every, time.monotonic() - began)
    failures = [found for found in every if found.broken]
    missed = set(NAMES) - _killed(every)
    if missed:
        print(f"never reached: {', '.join(sorted(missed))}")
    if failures:
        print(f"{len(failures)} cases failed; they are kept in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failures or missed else 0


def _killed(every: list[Found]) -> set[str]:
    pairs = (pair for found in every for pair in zip(found.case.kills, found.reached, strict=False))
    return {name for (name, _), there in pairs if there}


def _tell(every: list[Found], seconds: float) -> None:
    print(f"\n{matrix(every)}\n")
    kills = sum(sum(found.reached) for found in every)
    print(
        f"{len(every)} cases, {sum(found.runs for found in every)} runs, {kills} of them killed,"
        f" {sum(found.answers for found in every)} answers of a person,"
        f" {sum(found.orders for found in every)} orders,"
        f" ${sum(found.billed for found in every)} billed, in {seconds:.0f} s"
    )
    endings: Counter[str] = sum((found.endings for found in every), Counter())
    takes = sum(found.takes for found in every)
    told = ", ".join(f"{count} {word}" for word, count in endings.most_common())
    print(f"{takes} takes; jobs without one: {told or 'none'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--all", action="store_true", help="print the cases that are well, too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
