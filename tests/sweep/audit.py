"""The project's ledger and takes held against the simulator's books: nothing twice, nothing lost.

An attempt is one line `reserve` of the ledger and what ended it. Orders carry our id at Kling and
none at fal; so orders and attempts are compared by the work that they are of, and at Kling one by
one as well.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from PIL import Image

from tests.sweep.stage import Stage
from vidgen.job import Take
from vidgen.journal import Entry, Row, entries, health, rows
from vidgen.media.frames import count_frames
from vidgen.providers.kling.bodies import client_id
from vidgen.rehearsal.order import Order

ZERO = Decimal(0)
WHOLE = (".mp4", ".png", ".json")
Group = tuple[str, str]
"""A provider and the name of a work there."""


@dataclass
class Attempt:
    """One attempt at a job: what it reserved, and what it ended as; `""` while it is open."""

    key: str
    number: int
    reserved: Decimal
    ended: str = ""
    usd: Decimal = ZERO


@dataclass
class Account:
    """All there is of one work: copies that the film asks for, attempts, orders and takes."""

    copies: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    takes: list[Take] = field(default_factory=list)

    @property
    def billed(self) -> list[Order]:
        """Orders that were paid for."""
        return [order for order in self.orders if order.billed]

    @property
    def charged(self) -> list[Attempt]:
        """Attempts that the ledger says were paid for."""
        return [one for one in self.attempts if one.ended == "charge"]

    @property
    def unknown(self) -> list[Attempt]:
        """Attempts of which the ledger says that nobody knows what they cost."""
        return [one for one in self.attempts if one.ended == "unknown"]

    @property
    def open(self) -> list[Attempt]:
        """Attempts that are not over."""
        return [one for one in self.attempts if not one.ended]


def attempts_of(lines: tuple[Entry, ...]) -> dict[tuple[str, int], Attempt]:
    """Every attempt in the ledger; a person's word about its cost replaces `unknown`."""
    found: dict[tuple[str, int], Attempt] = {}
    for line in lines:
        name = (line.key, line.attempt)
        if line.kind == "reserve":
            assert name not in found, f"{line.shot} attempt {line.attempt} is reserved twice"
            found[name] = Attempt(line.key, line.attempt, line.usd)
        elif line.kind == "unknown" and line.usd < 0:
            assert found[name].ended == "unknown", "what was not unknown is made known"
            found[name].ended = ""
        else:
            assert not found[name].ended, f"{line.shot} attempt {line.attempt} ends twice"
            found[name].ended, found[name].usd = line.kind, line.usd
    return found


@dataclass
class Seen:
    """Everything that is there after a run, read from the disk and the books."""

    stage: Stage
    rows: tuple[Row, ...]
    lines: tuple[Entry, ...]
    takes: tuple[Take, ...]
    orders: tuple[Order, ...]

    def accounts(self) -> dict[Group, Account]:
        """By work."""
        found: defaultdict[Group, Account] = defaultdict(Account)
        where = {key: (work.request.provider, work.name) for key, work in self.stage.works.items()}
        for group in where.values():
            found[group].copies += 1
        for attempt in attempts_of(self.lines).values():
            found[where[attempt.key]].attempts.append(attempt)
        for order in self.orders:
            found[order.entry.provider, order.entry.work].orders.append(order)
        for take in self.takes:
            found[where[take.key]].takes.append(take)
        return dict(found)


def seen(stage: Stage) -> Seen:
    """What is there now."""
    journal = stage.project.journal
    orders = stage.server.books.orders()
    return Seen(stage, rows(journal), entries(journal), stage.project.takes(), orders)


# -- what must hold, each by its name --------------------------------------------------------------


def paid_twice(now: Seen) -> Iterator[str]:
    """Works that were billed more often than the film has takes of them."""
    for (provider, _), account in now.accounts().items():
        if len(account.billed) > account.copies:
            what = account.orders[0].entry.path
            yield f"{provider} billed {what} {len(account.billed)} times for {account.copies}"


def ordered_unwritten(now: Seen) -> Iterator[str]:
    """Orders that no attempt of ours stands for, or that stand for one that was `never taken`."""
    for (provider, work), account in now.accounts().items():
        sent = [one for one in account.attempts if one.ended != "release"]
        if len(account.orders) > len(sent):
            yield f"{provider} has {len(account.orders)} orders of {work}, we know of {len(sent)}"
    ids = {(one.key, one.number): one for one in attempts_of(now.lines).values()}
    ours = {client_id(f"{key}.{number}"): one for (key, number), one in ids.items()}
    for order in now.orders:
        if order.entry.client is not None and ours[order.entry.client].ended == "release":
            yield f"{order.entry.client} was released, and {order.entry.provider} has it"


def paid_and_lost(now: Seen) -> Iterator[str]:
    """Clips that were paid for and are no take; takes with other bytes than were served."""
    for (provider, work), account in now.accounts().items():
        asked = next(w for w in now.stage.works.values() if w.name == work)
        made = [order for order in account.orders if order.state == "done"]
        served = Counter(now.stage.clips.digest(asked, order.entry.variant) for order in made)
        there = Counter(take.digest for take in account.takes)
        if there != served:
            yield f"{provider} made {len(made)} of {asked.request.prompt}, {account.takes} are here"
    for take in now.takes:
        clip = now.stage.folder / take.path
        if hashlib.sha256(clip.read_bytes()).hexdigest() != take.digest:
            yield f"{take.path} is not what its sidecar says"


def ledger_and_books(now: Seen) -> Iterator[str]:
    """Money charged that was not billed, or billed and neither charged nor told to be unknown."""
    for (provider, work), account in now.accounts().items():
        billed = sum((order.usd or ZERO for order in account.billed), ZERO)
        charged = sum((one.usd for one in account.charged), ZERO)
        most = sum((one.usd for one in account.unknown), charged)
        most += sum((one.reserved for one in account.open), ZERO)
        if not charged <= billed <= most:
            yield f"{provider} billed {billed} for {work}; charged {charged}, {most} at most"


def settled(now: Seen) -> Iterator[str]:
    """At the very end: work left open, costs left unknown, orders and cents that differ."""
    for row in now.rows:
        if row.open:
            yield f"{row.name} is left as {row.state}: {row.error}"
    for account in now.accounts().values():
        for attempt in account.unknown:
            yield f"attempt {attempt.number} at {attempt.key} is of unknown cost for ever"
        sent = sum(attempt.ended != "release" for attempt in account.attempts)
        if sent != len(account.orders):
            yield f"{len(account.orders)} orders were taken, the ledger says {sent}"
    billed = sum((order.usd or ZERO for order in now.orders), ZERO)
    charged = sum((line.usd for line in now.lines if line.kind == "charge"), ZERO)
    if billed != charged:
        yield f"the books say {billed}, the ledger {charged}"


def half_files(now: Seen) -> Iterator[str]:
    """Clips that do not decode and sidecars that cannot be read, under their final names."""
    folder = now.stage.project.takes_folder
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if path.suffix == ".json":
            try:
                json.loads(path.read_bytes())
            except ValueError as error:
                yield f"{path.name}: {error}"
        elif path.suffix == ".mp4":
            if count_frames(path) < 1:
                yield f"{path.name} has no frames"
        elif path.suffix == ".png":
            with Image.open(path) as picture:
                picture.load()


def left_over(now: Seen) -> Iterator[str]:
    """Files that are no take, under the takes; bytes of downloads that nothing will finish."""
    for path in sorted(now.stage.project.takes_folder.rglob("*")):
        if path.is_file() and path.suffix not in WHOLE:
            yield f"{path.relative_to(now.stage.folder)} is left over"
    for path in sorted(now.stage.project.state.glob("downloads/*.part")):
        yield f"{path.name} is left over"


def unlike_itself(now: Seen) -> Iterator[str]:
    """A journal whose file or sums are wrong."""
    found = health(now.stage.project.journal)
    if found not in ("ok", "none yet"):
        yield found


def over_budget(now: Seen) -> Iterator[str]:
    """Moments at which more was held than the film may cost, by the ledger's lines in turn."""
    budget = now.stage.plan.totals.budget
    assert budget is not None
    for at, held in running(now.lines):
        if held > budget:
            yield f"${held} were held at line {at}, of ${budget}"
    billed = now.stage.server.books.billed()
    if billed > budget:
        yield f"${billed} were billed, of ${budget}"


def running(lines: tuple[Entry, ...]) -> Iterator[tuple[int, Decimal]]:
    """What counts against the budget after each line of the ledger, in US dollars."""
    held: dict[tuple[str, int], Decimal] = {}
    for at, line in enumerate(lines, 1):
        name = (line.key, line.attempt)
        if line.kind in ("release", "refund"):
            held[name] = ZERO
        elif line.kind == "unknown" and line.usd < 0:
            continue  # the next line says what it was
        else:
            held[name] = line.usd
        yield at, sum(held.values(), ZERO)


Check = Callable[[Seen], Iterator[str]]

ALWAYS: dict[str, Check] = {
    "paid twice": paid_twice,
    "unwritten": ordered_unwritten,
    "ledger": ledger_and_books,
    "half files": half_files,
    "journal": unlike_itself,
    "budget": over_budget,
}
"""What holds after every run, also one that was killed."""

AT_THE_END: dict[str, Check] = {
    **ALWAYS,
    "lost": paid_and_lost,
    "settled": settled,
    "left over": left_over,
}
"""What holds once nothing changes any more and a person has answered."""


def broken(stage: Stage, *, end: bool) -> list[str]:
    """Everything that does not hold, each with the name of what it breaks."""
    now = seen(stage)
    checks = AT_THE_END if end else ALWAYS
    return [f"{name}: {words}" for name, check in checks.items() for words in _told(check, now)]


def _told(check: Check, now: Seen) -> list[str]:
    """What a check finds; a ledger that cannot even be read as attempts is a finding too."""
    try:
        return list(check(now))
    except AssertionError as error:
        return [str(error)]
