"""Several runs of one project in the same moment, with a budget for a third of its work."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tests.sweep import person
from tests.sweep.audit import attempts_of, broken, running, seen
from tests.sweep.nursery import Nursery
from tests.sweep.stage import Stage, many, stage
from vidgen.errors import Exit
from vidgen.rehearsal.faults import Faults

RUNS = 8
SHOTS = 24
LEFT_BEHIND = ("unsent-written", "submit-unsent", "submit-answered", "ticket-written")
ROUNDS = 6
"""How often the crowd comes back until everything is collected."""


@dataclass
class Rush:
    """What a crowd has left: exit codes, what was held at most and billed, and what is wrong."""

    seed: int
    budget: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    billed: Decimal = Decimal(0)
    orders: int = 0
    rounds: int = 0
    stopped: int = 0
    """Jobs that were not begun because of the budget."""
    codes: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        codes = " ".join(f"{code}x{count}" for code, count in sorted(self.codes.items()))
        well = "; ".join(self.broken) or "ok"
        return (
            f"{self.seed:4} {self.rounds:6} {self.orders:6} {self.stopped:7} {self.budget:9}"
            f" {self.most:9} {self.billed:9} {well:4} {codes}"
        )


HEAD = "seed rounds orders stopped    budget held most    billed well exits"


def rush(seed: int, folder: Path, nursery: Nursery, faults: Faults | None = None) -> Rush:
    """Eight runs of a film at once, each for as much as would fit its budget alone.

    Four of them ask for the same, the others for what overlaps. Where there are `faults`, a run
    that died at some moment has left jobs that all of them find.
    """
    dice, found = random.Random(f"rush {seed}"), Rush(seed)
    found.budget = _third(folder / "priced", nursery)
    with stage(folder, nursery, faults, shots=many(SHOTS), budget=f"{found.budget}") as here:
        parts = [_part(here, found.budget, dice) for _ in range(1 + RUNS // 2)]
        parts += [parts[0]] * (RUNS - len(parts))
        if faults is not None:
            _die(here, parts[0], dice.choice(LEFT_BEHIND), nursery)
        while found.rounds < ROUNDS:
            _round(here, parts, found, nursery)
            answers = person.answer(here)
            if found.broken or not (answers or any(row.open for row in seen(here).rows)):
                break
        found.broken += broken(here, end=True)
        now = seen(here)
        found.orders, found.billed = len(now.orders), here.server.books.billed()
        found.most = max((held for _, held in running(now.lines)), default=Decimal(0))
        if faults is None:
            works = Counter((order.entry.provider, order.entry.work) for order in now.orders)
            found.broken += [f"{work} was ordered {n} times" for work, n in works.items() if n > 1]
            twice = Counter(key for key, _ in attempts_of(now.lines))
            found.broken += [f"{key} was begun {n} times" for key, n in twice.items() if n > 1]
    if found.broken:
        (folder / "said.txt").write_text("\n".join(here.said), encoding="utf-8")
    return found


def _third(folder: Path, nursery: Nursery) -> Decimal:
    """A third of what the whole film costs."""
    with stage(folder, nursery, shots=many(SHOTS)) as here:
        return round(here.plan.totals.run / 3, 2)


def _part(here: Stage, budget: Decimal, dice: random.Random) -> list[str]:
    """The words of a run of some shots, by chance, that fit the budget as long as nobody else is
    there.
    """
    words, left = [], budget
    for step in dice.sample(here.plan.steps, len(here.plan.steps)):
        if step.quote.usd is not None and step.quote.usd <= left and len(words) < SHOTS:
            left -= step.quote.usd
            words += ["--shot", step.job.shot]
    return here.words(*words)


def _die(here: Stage, words: list[str], failpoint: str, nursery: Nursery) -> None:
    done = nursery.run(words, here.environment(f"{failpoint}:2"), here.folder, 300)
    here.said += [done.stdout, done.stderr]


def _round(here: Stage, parts: list[list[str]], found: Rush, nursery: Nursery) -> None:
    found.rounds += 1
    for done in nursery.run_all(parts, here.environment(), here.folder, 300):
        here.said += [done.stdout, done.stderr]
        found.codes[done.returncode] += 1
        if done.returncode not in [int(code) for code in Exit if code != Exit.INTERRUPTED]:
            found.broken.append(f"ends: with {done.returncode}: {done.stderr[-400:]}")
        for line in done.stdout.splitlines():
            if line.startswith('{"schema":"vidgen.report'):
                held = json.loads(line)["held"]
                found.stopped += sum(one["ending"] == "budget" for one in held)
    found.broken += broken(here, end=False)
