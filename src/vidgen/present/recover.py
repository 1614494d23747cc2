"""What needs a person's word, and what was answered: as people and scripts read it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from vidgen.grid import pairs
from vidgen.money import Usd, credits_of
from vidgen.present.amounts import credits_words, usd_text
from vidgen.present.ledger import plain_amount

if TYPE_CHECKING:
    from vidgen.journal.doubts import Doubt

RECOVER_SCHEMA = "vidgen.recover/1"


@dataclass(frozen=True, slots=True)
class Case:
    """A doubt with what helps to settle it: the provider's page, and our id for the submit there.

    `busy` says that a run which is under way has the job in hand.
    """

    doubt: Doubt
    site: str
    client_id: str | None
    busy: bool = False

    @property
    def usd(self) -> Usd | None:
        """What it may have cost, in US dollars; None where no price was known."""
        return self.doubt.reserved or None


def recover_view(
    cases: tuple[Case, ...], per_usd: Decimal, width: int, same: str = ""
) -> RenderableType:
    """Each case with where to look and what to answer, then what needs no answer.

    `same` are the options of a command line that name the same project again.
    """
    more = f" {same}" if same else ""
    parts: list[RenderableType] = []
    for case in cases:
        if case.doubt.question != "none":
            parts += [_headline(case, per_usd), pairs(_told(case, more), width), Text()]
    open_ = [case for case in cases if case.doubt.question == "none"]
    if open_:
        parts.append(Text("left open; the next `vidgen render` goes on with it", "bold"))
        rows = [(case.doubt.row.name, _open_words(case)) for case in open_]
        parts += [pairs(rows, width), Text()]
    return Group(*parts[:-1])


def _headline(case: Case, per_usd: Decimal) -> Text:
    row, usd = case.doubt.row, case.usd
    cost = "cost not known" if usd is None else f"up to {_amount(usd, per_usd)}"
    words = f"{row.model} on {row.provider}, {row.tier}, {_when(case.doubt.sent)}, {cost}"
    return Text.assemble((row.name, "bold"), "  ", words)


def _amount(usd: Usd, per_usd: Decimal) -> str:
    return f"{credits_words(usd, per_usd)} ({usd_text(usd)})"


def _when(at: str) -> str:
    """`2026-10-08 12:30:11 UTC`."""
    return f"{at[:19].replace('T', ' ')} UTC"


def _told(case: Case, more: str) -> list[tuple[str, str | Text]]:
    """What happened, where to look, and the two answers."""
    row, cost = case.doubt.row, case.doubt.question == "cost"
    happened = "nobody said what it cost"
    if row.error and (not cost or case.doubt.attempt == row.attempt):
        happened = f"{row.error}; {happened}" if cost else row.error
    rows: list[tuple[str, str | Text]] = [("what", happened)]
    if case.busy:
        return [*rows, ("wait", "a run that is under way has it in hand")]
    site = case.site or f"the pages of {row.provider}"
    rows.append(("look", f"{site}, for {case.client_id}" if case.client_id else site))
    orders = (
        (("it was billed", "--charged 0.84usd"), ("it was not", "--not-charged"))
        if cost
        else (("it is there", "--exists ID"), ("it is not", "--not-there"))
    )
    return rows + [(said, f"vidgen recover {row.name} {order}{more}") for said, order in orders]


def _open_words(case: Case) -> str:
    row = case.doubt.row
    busy = "; a run has it in hand now" if case.busy else ""
    return f"{row.state}, {row.model} on {row.provider}: {row.error}{busy}"


def recover_json(cases: tuple[Case, ...], per_usd: Decimal) -> dict[str, Any]:
    """Every case as one documented, versioned shape."""
    return {"schema": RECOVER_SCHEMA, "jobs": [_case(case, per_usd) for case in cases]}


def _case(case: Case, per_usd: Decimal) -> dict[str, Any]:
    row = case.doubt.row
    return {
        "job": row.name,
        "key": row.key,
        "shot": row.shot,
        "tier": row.tier,
        "take": row.take,
        "attempt": case.doubt.attempt,
        "provider": row.provider,
        "model": row.model,
        "state": row.state,
        "question": case.doubt.question,
        "reason": row.error,
        "sent": case.doubt.sent,
        "may_have_cost": _money(case.usd, per_usd),
        "client_id": case.client_id,
        "site": case.site,
        "busy": case.busy,
    }


def _money(usd: Usd | None, per_usd: Decimal) -> dict[str, str] | None:
    if usd is None:
        return None
    return {"usd": plain_amount(usd), "credits": plain_amount(credits_of(usd, per_usd))}
