"""The ledger's lines and the balances that ceilings are held against, inside one transaction.

Append-only lines; a balance for each scope (film, run, day, provider by the day) changes with them,
so that a ceiling is one row to read however long the ledger is. Opens no transaction by itself.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from vidgen.errors import OverBudget
from vidgen.job import Job
from vidgen.journal.values import EntryKind, Limits
from vidgen.money import Usd

PAID: tuple[EntryKind, ...] = ("charge", "unknown")
"""Kinds of line that count against a ceiling once an attempt is settled."""


@dataclass(frozen=True, slots=True)
class Booking:
    """Money written down in an open transaction; `run` is whose lines they are."""

    db: sqlite3.Connection
    run: str

    def reserve(self, job: Job, attempt: int, usd: Usd, limits: Limits) -> None:
        """Hold a job's worst price. Raises OverBudget where that would cross a ceiling."""
        day = today()
        self._check(job, usd, limits, day)
        self._line(job.key, attempt, "reserve", usd, day)
        self._weigh(job.request.provider, day, self.run, usd)

    def _check(self, job: Job, usd: Usd, limits: Limits, day: str) -> None:
        if not usd:
            return
        provider = job.request.provider
        ceilings = (
            ("film", limits.film, "the storyboard's budget"),
            (f"run:{self.run}", limits.run, "what this run may spend"),
            (f"day:{day}", limits.day, "today's budget"),
            (f"day:{day}/{provider}", limits.providers.get(provider), f"today's for {provider}"),
        )
        for scope, ceiling, words in ceilings:
            if ceiling is None:
                continue
            left = ceiling - self._balance(scope)
            if usd > left:
                raise OverBudget(
                    f"{job.name} would cost up to ${usd:f}; ${left:f} is left of {words}",
                    hint="raise the ceiling, or see the ways out of `vidgen plan`",
                )

    def settle(self, key: str, attempt: int, kind: EntryKind, usd: Usd) -> None:
        """End an attempt: its reserve is freed, and what it cost counts in its place."""
        line = self.db.execute(
            "SELECT ledger.day, ledger.usd, ledger.run, job.provider FROM ledger"
            " JOIN job ON job.key = ledger.job WHERE job=? AND ledger.attempt=?"
            " AND ledger.kind='reserve'",
            (key, attempt),
        ).fetchone()
        reserve = Decimal(line["usd"])
        held = usd if kind in PAID else Decimal(0)
        self._line(key, attempt, kind, usd if kind in PAID else reserve, line["day"])
        self._weigh(line["provider"], line["day"], line["run"], held - reserve)

    def resolve(self, key: str, attempt: int, kind: EntryKind, usd: Usd) -> bool:
        """Say what an attempt of unknown cost did cost; False where that is known already."""
        lines = self.db.execute(
            "SELECT ledger.day, ledger.run, ledger.kind, ledger.usd, job.provider FROM ledger"
            " JOIN job ON job.key = ledger.job WHERE job=? AND ledger.attempt=? ORDER BY id",
            (key, attempt),
        ).fetchall()
        if {line["kind"] for line in lines} != {"reserve", "unknown"}:
            return False
        told = (Decimal(line["usd"]) for line in lines if line["kind"] == "unknown")
        unknown, day = sum(told, Decimal(0)), lines[0]["day"]
        paid = usd if kind == "charge" else Decimal(0)
        self._line(key, attempt, "unknown", -unknown, day)
        self._line(key, attempt, kind, usd if kind == "charge" else unknown, day)
        self._weigh(lines[0]["provider"], day, lines[0]["run"], paid - unknown)
        return True

    def _line(self, key: str, attempt: int, kind: EntryKind, usd: Usd, day: str) -> None:
        self.db.execute(
            "INSERT INTO ledger (at, day, run, job, attempt, kind, usd) VALUES (?,?,?,?,?,?,?)",
            (now(), day, self.run, key, attempt, kind, str(usd)),
        )

    def _weigh(self, provider: str, day: str, run: str, change: Usd) -> None:
        """Change what counts against each ceiling; `run` and `day` are those of the reserve."""
        if not change:
            return
        for scope in ("film", f"run:{run}", f"day:{day}", f"day:{day}/{provider}"):
            held = self._balance(scope) + change
            self.db.execute("INSERT OR REPLACE INTO balance VALUES (?, ?)", (scope, str(held)))

    def _balance(self, scope: str) -> Usd:
        found = self.db.execute("SELECT usd FROM balance WHERE scope = ?", (scope,)).fetchone()
        return Decimal(found["usd"]) if found else Decimal(0)


def now() -> str:
    """This moment, in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def today() -> str:
    """The date of the local calendar."""
    return datetime.now().astimezone().date().isoformat()
