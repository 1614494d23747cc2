"""`vidgen recover`: what was sent and lost from sight, or failed at a cost that nobody told."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.cli import desk
from vidgen.cli.app import AsJson, command, console, talk, write_json
from vidgen.cli.choice import OfProject
from vidgen.errors import Exit, LedgerError, ToolMissing, UnknownName, VidgenError

if TYPE_CHECKING:
    from vidgen.job import Ticket
    from vidgen.journal import Journal, Row
    from vidgen.journal.doubts import Doubt
    from vidgen.journal.values import EntryKind
    from vidgen.money import Usd
    from vidgen.present.recover import Case

ANSWER_SCHEMA = "vidgen.answer/1"

LOST = ("unknown", "submitting", "unsent", "submitted")
"""States of a job that may be elsewhere than we think, or may never have been."""


class NotNow(VidgenError):
    """An answer that does not fit a job as it is, or a job that a run has in hand."""

    exit_code = Exit.USAGE


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of a job; exactly one of these."""

    exists: str | None
    not_there: bool
    charged: str | None
    not_charged: bool

    @property
    def count(self) -> int:
        """How many answers were given."""
        given = (self.exists is not None, self.not_there, self.charged is not None)
        return sum(given) + self.not_charged

    @property
    def of_cost(self) -> bool:
        """Whether it says what something cost, not whether it is there."""
        return self.charged is not None or self.not_charged


@command("recover")
def recover(
    job: Annotated[
        str | None,
        typer.Argument(
            metavar="JOB",
            help="A job as it is listed: sip.t1, or sip where that is enough.",
            show_default=False,
        ),
    ] = None,
    exists: Annotated[
        str | None,
        typer.Option(
            "--exists",
            metavar="ID",
            help="The provider has it, under this id: it is collected.",
            show_default=False,
        ),
    ] = None,
    not_there: Annotated[
        bool, typer.Option("--not-there", help="The provider never took it: its money is free.")
    ] = False,
    charged: Annotated[
        str | None,
        typer.Option(
            "--charged",
            metavar="AMOUNT",
            help="It failed and was billed: 0.84usd, or 84cr.",
            show_default=False,
        ),
    ] = None,
    not_charged: Annotated[
        bool, typer.Option("--not-charged", help="It failed and was not billed.")
    ] = False,
    storyboard: OfProject = Path(),
    rehearsal: desk.Rehearsal = False,
    as_json: AsJson = False,
) -> None:
    """List what needs a person's word, and take it. Without JOB nothing is changed."""
    answer = Answer(exists, not_there, charged, not_charged)
    if answer.count != (job is not None):
        raise typer.BadParameter("name one job and one answer, or nothing to list what there is")
    project = desk.open_project(storyboard, rehearsal=rehearsal)
    if job is None:
        _list(project, _same(storyboard, rehearsal=rehearsal), as_json=as_json)
        return
    with project.project.locked("recover"):
        doubt = _found(project, job, answer)
        said = _answered(project, doubt, answer)
    if as_json:
        write_json({"schema": ANSWER_SCHEMA, "job": doubt.row.name, "key": doubt.row.key, **said})
    else:
        talk(f"{doubt.row.name}: {said['did']}; {said['next']}")


# -- the list ----------------------------------------------------------------------------------


def _same(storyboard: Path, *, rehearsal: bool) -> str:
    """The options that name the same project again, as a shell takes them."""
    options = ["--rehearsal"] if rehearsal else []
    return shlex.join(options + ([] if storyboard == Path() else ["--project", str(storyboard)]))


def _list(project: desk.Desk, same: str, *, as_json: bool) -> None:
    from vidgen.present.recover import recover_json, recover_view

    per_usd = project.source.board.credits.per_usd
    cases = tuple(_case(project, doubt) for doubt in _doubts(project))
    if as_json:
        write_json(recover_json(cases, per_usd))
    elif cases:
        screen = console()
        screen.print(recover_view(cases, per_usd, screen.width, same))
    else:
        talk("nothing needs a person")


def _doubts(project: desk.Desk) -> tuple[Doubt, ...]:
    from vidgen.journal import entries, rows
    from vidgen.journal.doubts import doubts

    path = project.project.journal
    return doubts(rows(path), entries(path))


def _case(project: desk.Desk, doubt: Doubt) -> Case:
    from vidgen.present.recover import Case

    page = project.catalogue.providers.get(doubt.row.provider)
    busy = project.project.alive(doubt.row.owner)
    return Case(doubt, page.site if page else "", _client_id(doubt), busy)


def _client_id(doubt: Doubt) -> str | None:
    """Our own id that a submit carries at its provider; None where none is sent."""
    if doubt.row.provider != "kling":
        return None
    from vidgen.providers.kling.bodies import client_id

    return client_id(f"{doubt.row.key}.{doubt.attempt}")


# -- one answer --------------------------------------------------------------------------------


def _found(project: desk.Desk, word: str, answer: Answer) -> Doubt:
    """The doubt that an answer is about: of a job's attempts of unknown cost the oldest.

    Raises UnknownName where there is none or several jobs are meant, NotNow where the answer does
    not fit or a run has the job in hand.
    """
    named = [doubt for doubt in _doubts(project) if _is_named(doubt.row, word)]
    if not named:
        there = list(dict.fromkeys(doubt.row.name for doubt in _doubts(project)))
        hint = f"these do: {', '.join(there)}" if there else "nothing does; see `vidgen ledger`"
        raise UnknownName(f"no job called `{word}` needs a person", hint=hint)
    fitting = [doubt for doubt in named if (doubt.question == "cost") == answer.of_cost]
    if not fitting:
        ways = "--charged or --not-charged" if not answer.of_cost else "--exists or --not-there"
        raise NotNow(f"{named[0].row.name} is asked something else", hint=f"answer with {ways}")
    if len({doubt.row.key for doubt in fitting}) > 1:
        names = ", ".join(f"{one.row.name} ({one.row.tier}) {one.row.key[:10]}" for one in fitting)
        raise UnknownName(
            f"`{word}` names several jobs", hint=f"name it, or the start of its key: {names}"
        )
    found = fitting[0]
    if project.project.alive(found.row.owner):
        raise NotNow(
            f"a run that is under way has {found.row.name} in hand", hint="wait for it, or end it"
        )
    return found


def _is_named(row: Row, word: str) -> bool:
    by_key = ":" in word and len(word) > 5 and row.key.startswith(word)
    return by_key or word in (row.name, row.shot)


def _answered(project: desk.Desk, doubt: Doubt, answer: Answer) -> dict[str, str]:
    """Write the answer down: what was done, and what happens next."""
    from vidgen.journal import Journal, Moved

    home = project.project
    ticket = None if answer.exists is None else _ticket(project, doubt.row, answer.exists)
    with home.running() as run, Journal(home.journal, run) as journal:
        try:
            if answer.of_cost:
                return _settled(project, journal, doubt, answer)
            return _placed(project, journal, doubt, ticket)
        except Moved:
            raise NotNow(f"{doubt.row.name} has just changed", hint="look again") from None


def _placed(
    project: desk.Desk, journal: Journal, doubt: Doubt, ticket: Ticket | None
) -> dict[str, str]:
    """It is there, under a ticket; or (None) it never was."""
    from vidgen.journal import Moved
    from vidgen.present import credits_words

    row = doubt.row
    if row.state not in LOST:
        way = "`vidgen render` goes on with it"
        raise NotNow(f"{row.name} is {row.state}, and nothing is asked of it", hint=way)
    if not journal.claim(row.key, row.owner):
        raise Moved(row.name)
    if ticket is not None:
        journal.submitted(row.key, ticket)
        done = "it counts as taken"
        return {"state": "submitted", "did": done, "next": "the next `vidgen render` collects it"}
    journal.cancelled(row.key, row.attempt, "a person found that it was never taken")
    free = credits_words(doubt.reserved, project.source.board.credits.per_usd)
    done = f"it was never taken, and {free} are free again"
    return {"state": "cancelled", "did": done, "next": "the next `vidgen render` may send it again"}


def _settled(project: desk.Desk, journal: Journal, doubt: Doubt, answer: Answer) -> dict[str, str]:
    """What an attempt cost, by a person's word."""
    from vidgen.present import credits_words

    row, per_usd = doubt.row, project.source.board.credits.per_usd
    usd = Decimal(0) if answer.charged is None else _usd(answer.charged, per_usd)
    kind: EntryKind = "charge" if answer.charged is not None else "refund"
    journal.resolved(row.key, kind, usd, attempt=doubt.attempt)
    done = f"{credits_words(usd, per_usd)} were charged" if kind == "charge" else "it cost nothing"
    if row.state != "failed":
        then = "nothing else changes"
    elif kind == "charge" or row.kind in ("moderation", "input"):
        then = "`vidgen render --rerun failed` tries it again"
    else:
        then = "the next `vidgen render` tries it again"
    return {"state": row.state, "did": done, "next": then}


AMOUNT = re.compile(r"(\$?)([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(usd|cr|credits)?", re.ASCII)


def _usd(text: str, per_usd: Decimal) -> Usd:
    """US dollars from `$0.84`, `0.84usd` or `84cr`: a bare number could be either."""
    match = AMOUNT.fullmatch(text.strip().lower())
    if match is None or bool(match[1]) == bool(match[3]):
        raise typer.BadParameter(f"--charged is like 0.84usd or 84cr, not `{text}`")
    amount = Decimal(match[2])
    return amount if match[1] or match[3] == "usd" else amount / per_usd


def _ticket(project: desk.Desk, row: Row, identifier: str) -> Ticket:
    """The ticket of what a person found at the provider. Raises ToolMissing, ProviderError."""
    from vidgen.cli.desks import adapter_of, session_of
    from vidgen.job import request_from
    from vidgen.providers import Adopter

    page = project.catalogue.providers.get(row.provider)
    rehearsal = project.project.rehearsal
    session = session_of(project, page, None, rehearsal=rehearsal) if page else None
    provider = adapter_of(row.provider, session, rehearsal=rehearsal) if session else None
    if not isinstance(provider, Adopter):
        raise ToolMissing(
            f"this version cannot take a job of {row.provider} over by its id",
            hint="fetch the clip there, `vidgen import` it, and answer with --not-there",
        )
    try:
        request = request_from(row.request)
    except (TypeError, KeyError, ValueError, ArithmeticError) as error:
        raise LedgerError(f"what was asked of {row.name} cannot be read: {error}") from error
    return provider.adopt(request, identifier)
