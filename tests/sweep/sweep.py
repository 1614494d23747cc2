"""The machine: one case is a film, faults, and moments at which its runs are killed.

It is run until nothing changes any more, with a person who answers what is asked; after each run,
and at the end, everything is held against the books.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tests.sweep import person
from tests.sweep.audit import AT_THE_END, broken, seen
from tests.sweep.nursery import Nursery
from tests.sweep.stage import ALL_AROUND, EVERY_WAY, Stage, stage
from vidgen.errors import Exit
from vidgen.failpoints import NAMES
from vidgen.rehearsal.faults import MEANINGS, Fault, Faults

MOST_RUNS = 16
"""Runs until a case is taken for one that never comes to an end."""

CALLED_OFF = "called off"
"""In place of a failpoint: the run is told to end, so many moments after it began."""

MOMENT = 0.05
STOPPED = (-9, -15, int(Exit.INTERRUPTED))
"""Killed, told to end before it listened to that, and called off in good order."""

POINTS = (*NAMES, CALLED_OFF)
ENDINGS = (Exit.DONE, Exit.PARTIAL, Exit.FAILED, Exit.OVER_BUDGET, Exit.AMBIGUOUS)

NEEDED: dict[str, Fault] = {
    "unsent-written": "rate-limit",
    "doubt-written": "lost-reply",
    "link-written": "expired-link",
    "failure-unwritten": "provider-failure",
    "failure-written": "provider-failure",
}
"""What must go wrong for a failpoint to be passed at all."""

Kill = tuple[str, int]
"""A failpoint, and the how manieth time it is passed."""


@dataclass(frozen=True)
class Case:
    """One combination; `kills` are of one run each, in turn."""

    name: str
    kills: tuple[Kill, ...]
    faults: Faults = field(default_factory=Faults)
    budget: str = "40"
    shots: str = EVERY_WAY


@dataclass
class Found:
    """What became of a case."""

    case: Case
    reached: list[bool] = field(default_factory=list)
    """Of each kill, whether its run got that far."""
    runs: int = 0
    answers: int = 0
    orders: int = 0
    takes: int = 0
    billed: Decimal = Decimal(0)
    endings: Counter[str] = field(default_factory=Counter)
    """Why jobs have no take in the end, in a word."""
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kills = " ".join(
            f"{name}:{nth}{'' if there else ' (not reached)'}"
            for (name, nth), there in zip(self.case.kills, self.reached, strict=False)
        )
        well = "; ".join(self.broken) or "ok"
        return (
            f"{self.case.name:>6} {self.runs:5} {self.answers:8} {self.orders:7} {self.takes:6}"
            f" {self.billed:9} {well:4} {kills}"
        )


HEAD = "  case  runs  answers  orders  takes    billed well killed at"


def play(case: Case, folder: Path, nursery: Nursery) -> Found:
    """Run a case to its end."""
    found = Found(case)
    with stage(folder, nursery, case.faults, shots=case.shots, budget=case.budget) as here:
        _to_the_end(here, found)
        found.broken += broken(here, end=True)
        now = seen(here)
        found.orders, found.takes = len(now.orders), len(now.takes)
        found.billed = here.server.books.billed()
    if found.broken:
        (folder / "said.txt").write_text("\n".join(here.said), encoding="utf-8")
    return found


def _to_the_end(here: Stage, found: Found) -> None:
    kills = list(found.case.kills)
    before: object = None
    while found.runs < MOST_RUNS:
        kill = kills.pop(0) if kills else None
        done = _run(here, kill)
        found.runs += 1
        stopped = kill is not None and done.returncode in STOPPED
        if kill is not None:
            found.reached.append(stopped)
        found.broken += broken(here, end=False)
        if found.broken:
            return
        if stopped:
            continue
        if done.returncode not in [int(code) for code in ENDINGS]:
            found.broken.append(f"ends: with {done.returncode}: {done.stderr[-600:]}")
            return
        answers = person.answer(here)
        found.answers += answers
        now = seen(here)
        state = [(row.key, row.state, row.attempt) for row in now.rows], len(now.orders)
        if not kills and not answers and (done.returncode == 0 or state == before):
            found.endings = _endings(here, done.stdout, done.returncode)
            return
        before = state
    found.broken.append(f"ends: not after {found.runs} runs")


def _run(here: Stage, kill: Kill | None) -> subprocess.CompletedProcess[str]:
    if kill is None:
        return here.render()
    name, nth = kill
    if name == CALLED_OFF:
        return here.render(told_to_end=nth * MOMENT)
    return here.render(f"{name}:{nth}")


def _endings(here: Stage, said: str, code: int) -> Counter[str]:
    """Why jobs have no take: every one is named, and explained in words."""
    if code == Exit.OVER_BUDGET and not said.rstrip().endswith('"}'):
        return Counter({"refused: over budget": 1})
    report = json.loads(said.splitlines()[-1])
    missing = [
        one for name in ("left", "in_doubt", "failed", "held") for one in report.get(name, ())
    ]
    for one in missing:
        assert one["ending"] and one["reason"], f"{one['job']} ends without a word"
    there = len(report["made"]) + len(report["kept"])
    assert there + len(missing) == len(here.plan.steps), "a job is neither made nor missing"
    failed = {row.name: row.kind or "" for row in seen(here).rows if row.state == "failed"}
    return Counter(_why(one["ending"], failed.get(one["job"])) for one in missing)


def _why(ending: str, kind: str | None) -> str:
    """In a word why a job has no take: where it is held, how it failed, or that it never began."""
    if ending != "held":
        return ending
    if kind is None:
        return "starts from what failed"
    return "failed and may have cost money" if kind == "provider" else kind


# -- which cases -------------------------------------------------------------------------------


def drawn(seed: int) -> Case:
    """A case by chance, the same at every call: where, how often passed, and what goes wrong."""
    dice = random.Random(f"case {seed}")
    first = POINTS[seed % len(POINTS)]
    kills = [(first, dice.randint(3, 24) if first == CALLED_OFF else dice.choice((1, 1, 2, 3, 5)))]
    if first == "claim-written":  # there is nothing to claim but what a dead run had in hand
        kills.insert(0, (dice.choice(NAMES[:-1]), dice.choice((2, 3, 4))))
    while dice.random() < 0.4:
        kills.append((dice.choice(NAMES), dice.choice((1, 2, 3))))
    rates: dict[Fault, float] = {}
    kind = dice.random()
    if kind < 0.5:
        rates = dict(Faults.mixed(dice.choice((0.3, 0.6, 1.0))).rates)
    elif kind < 0.8:
        rates = {name: dice.choice((0.3, 0.6)) for name in dice.sample(sorted(MEANINGS), 3)}
    if first in NEEDED and dice.random() < 0.9:
        rates[NEEDED[first]] = 0.8
    film = dice.choice((EVERY_WAY, ALL_AROUND))
    tight = ("3", "2") if film == EVERY_WAY else ("6", "4")  # they cost 1.79 and 4.06
    budget = dice.choice(("40", "40", *tight))
    return Case(f"{seed:03}", tuple(kills), Faults(f"faults {seed}", rates), budget, film)


def matrix(every: Iterable[Found]) -> str:
    """By failpoint: how often it was to kill, did, and what came of it."""
    checks = ["ends", *AT_THE_END]
    head = f"{'failpoint':18} {'armed':>5} {'killed':>6} {'runs':>5} {'asked':>5} {'orders':>6}"
    lines = [head + "".join(f" {name:>10}" for name in checks)]
    all_found = list(every)
    for point in POINTS:
        hit = [
            (found, there)
            for found in all_found
            for (name, _), there in zip(found.case.kills, found.reached, strict=False)
            if name == point
        ]
        cases = list({id(found): found for found, _ in hit}.values())
        faults = Counter(words.partition(":")[0] for found in cases for words in found.broken)
        sums = (len(hit), sum(there for _, there in hit), sum(one.runs for one in cases))
        told = f"{point:18} {sums[0]:5} {sums[1]:6} {sums[2]:5}"
        told += f" {sum(one.answers for one in cases):5} {sum(one.orders for one in cases):6}"
        told += "".join(f" {faults[name] or 'ok':>10}" for name in checks)
        lines.append(told if sums[1] else f"{told}   not reached")
    return "\n".join(lines)
