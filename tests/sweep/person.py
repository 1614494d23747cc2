"""Whoever is asked: looks into the provider's books, and answers through `vidgen recover`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

from tests.processes import inside
from tests.sweep.audit import Account, seen
from tests.sweep.stage import Stage
from vidgen.journal import rows
from vidgen.journal.doubts import doubts
from vidgen.rehearsal.order import Order

ONE_AT_A_TIME = threading.Lock()
"""A command inside this process has its streams, so two stages take turns."""


def listed(stage: Stage) -> list[dict[str, Any]]:
    """What `vidgen recover` lists. It must be what the journal says, no more and no less."""
    told = _vidgen(stage, "--json")
    jobs: list[dict[str, Any]] = json.loads(told)["jobs"]
    now = seen(stage)
    names = [(one["key"], one["attempt"], one["question"]) for one in jobs]
    there = [(one.row.key, one.attempt, one.question) for one in doubts(now.rows, now.lines)]
    assert sorted(names) == sorted(there), "recover lists other doubts than there are"
    asked = {name[:2] for name in names if name[2] == "exists"}
    lost = {(row.key, row.attempt) for row in now.rows if row.state == "unknown"}
    assert asked == lost, "a doubtful job is not listed"
    cost = {name[:2] for name in names if name[2] == "cost"}
    unknown = {
        (one.key, one.number) for account in now.accounts().values() for one in account.unknown
    }
    assert cost == unknown, "a cost that nobody knows is not listed"
    return jobs


def answer(stage: Stage) -> int:
    """Answer everything that is asked; how many answers that took."""
    count = 0
    for case in listed(stage):
        if case["question"] == "none":
            continue
        words = _existence(stage, case) if case["question"] == "exists" else _cost(stage, case)
        _vidgen(stage, case["key"], *words)
        count += 1
    return count


def _existence(stage: Stage, case: dict[str, Any]) -> list[str]:
    """An order of that work which no run has ever had the ticket of, if there is one."""
    order = next(_unclaimed(stage, _account(stage, case["key"])), None)
    return ["--not-there"] if order is None else ["--exists", _shown(order)]


def _shown(order: Order) -> str:
    """The name by which a provider's console shows a job: at Vertex AI a path, elsewhere its id."""
    if order.entry.provider != "vertex":
        return order.id
    model = f"projects/one/locations/global/publishers/google/models/{order.entry.path}"
    return f"{model}/operations/{order.id}"


def _unclaimed(stage: Stage, account: Account) -> Iterator[Order]:
    tickets = [json.dumps(row.ticket) for row in rows(stage.project.journal) if row.ticket]
    for order in account.orders:
        if order.id not in stage.looked and not any(order.id in ticket for ticket in tickets):
            yield order


def _cost(stage: Stage, case: dict[str, Any]) -> list[str]:
    """Billed, where the books have more failures that were billed than the ledger has charged."""
    account = _account(stage, case["key"])
    failed = [order for order in account.billed if order.state == "failed"]
    known = len(account.charged) - len(account.takes)
    if len(failed) <= known:
        return ["--not-charged"]
    return ["--charged", f"{failed[0].usd}usd"]


def _account(stage: Stage, key: str) -> Account:
    work = stage.works[key]
    return seen(stage).accounts()[work.request.provider, work.name]


def _vidgen(stage: Stage, *words: str) -> str:
    with ONE_AT_A_TIME:
        done = inside("recover", *words, "--project", stage.folder, "--rehearsal")
    stage.said += [done.stdout, done.stderr]
    assert done.returncode == 0, f"recover {words}: {done.stderr}"
    return done.stdout
