"""A rehearsal put together: the plan's works, a server here, and desks that reach no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.cli import desk
from vidgen.cli.app import environment
from vidgen.cli.desks import adapter_of, desk_of, find_ffmpeg, session_of
from vidgen.cli.progress import clock

if TYPE_CHECKING:
    from vidgen.job import Request
    from vidgen.plan import Plan
    from vidgen.providers.wire import Http
    from vidgen.rehearsal.faults import Faults as FaultsPlayed
    from vidgen.rehearsal.play import Played
    from vidgen.rehearsal.server import Server
    from vidgen.render.values import Desk

Rehearse = Annotated[
    bool,
    typer.Option(
        "--rehearse",
        help="Play every provider on this machine: nothing is sent or paid; takes and ledger are"
        " kept apart.",
    ),
]
Speed = Annotated[
    float | None,
    typer.Option(
        "--speed",
        metavar="N",
        min=0.1,
        max=10_000,
        help="How much faster than the world a rehearsal runs; else 60 times.",
        show_default=False,
    ),
]
Faults = Annotated[
    str | None,
    typer.Option(
        "--faults",
        metavar="WHAT",
        help="What goes wrong in a rehearsal: a share of everything (0.3), or a rate for each fault"
        " (lost-reply=0.2,moderation=1).",
        show_default=False,
    ),
]
SeedOf = Annotated[
    str | None,
    typer.Option(
        "--seed",
        metavar="TEXT",
        help="What a rehearsal's times and faults are drawn from: the same, the same again.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a rehearsal is held: how fast, how much goes wrong, and the seed of it."""

    speed: float
    faults: str
    seed: str


SPEED = 60.0


def terms_of(
    *, rehearse: bool, speed: float | None, faults: str | None, seed: str | None
) -> Terms | None:
    """The terms of a rehearsal; None where none is held, and then none of them may be given."""
    if rehearse:
        terms = Terms(speed or SPEED, faults or "0", seed or "")
        _faults(terms)  # a fault that is none is told before anything is planned
        return terms
    given = {"--speed": speed, "--faults": faults, "--seed": seed}
    for name, value in given.items():
        if value is not None:
            raise typer.BadParameter(f"{name} is for a rehearsal: it needs --rehearse")
    return None


PATIENCE = 900.0
"""Seconds of this machine that a clip may take: it has to be drawn, however fast time runs."""


def _faults(terms: Terms) -> FaultsPlayed:
    """The faults that were asked for: `0.3`, or `lost-reply=0.2,moderation=1`."""
    from vidgen.rehearsal.faults import Faults
    from vidgen.rehearsal.works import NoRehearsal

    pairs = [pair.partition("=") for pair in terms.faults.split(",")]
    try:
        if len(pairs) == 1 and not pairs[0][1]:
            return Faults.mixed(float(terms.faults), terms.seed)
        rates = {name.strip(): float(rate) for name, _, rate in pairs}
        return Faults(terms.seed, rates)  # type: ignore[arg-type]  # it refuses unknown names
    except ValueError:
        raise typer.BadParameter(f"--faults takes 0.3 or NAME=RATE, not `{terms.faults}`") from None
    except NoRehearsal as error:
        raise typer.BadParameter(f"{error.message}; {error.hint}") from None


@dataclass(frozen=True, slots=True)
class Stage:
    """A rehearsal that is being held: its desks, and the server where it is one of ours."""

    desks: dict[str, Desk]
    server: Server | None = None


@contextmanager
def played(project: desk.Desk, plan: Plan, terms: Terms) -> Iterator[Stage]:
    """Desks for a plan's providers, each of which reaches the rehearsal's server and nothing else.

    `VIDGEN_SIMULATOR` names a server that is there already.
    """
    from vidgen.providers.wire import clients

    names = {step.job.request.provider for step in plan.steps}
    hosted = {name for name in names if project.catalogue.providers[name].over_http}
    with ExitStack() as stack:
        at, server = environment("VIDGEN_SIMULATOR"), None
        if at is None and hosted:
            server = stack.enter_context(_served(project, plan, terms))
            at = server.url
        http = clients(at) if hosted else None
        yield Stage({name: _desk(project, name, terms, http) for name in sorted(names)}, server)


@contextmanager
def _served(project: desk.Desk, plan: Plan, terms: Terms) -> Iterator[Server]:
    from vidgen.rehearsal.books import Books
    from vidgen.rehearsal.clips import Drawn
    from vidgen.rehearsal.server import Server, start_thread

    folder = project.project.state.absolute() / "provider"
    ffmpeg = find_ffmpeg()

    def make(books: Books) -> Server:
        return Server(
            works_of(project, plan),
            folder=folder,
            books=books,
            faults=_faults(terms),
            clips=Drawn(folder, ffmpeg),
            speed=terms.speed,
        )

    with project.project.locked("rehearsal"):  # two servers would not know of each other's orders
        folder.mkdir(parents=True, exist_ok=True)
        with (
            closing(Books.open(folder / "books.jsonl")) as books,
            start_thread(partial(make, books)) as server,
        ):
            yield server


def works_of(project: desk.Desk, plan: Plan) -> list[Played]:
    """What each hosted provider would be ordered, as the plan has it."""
    from vidgen.providers import PROVIDERS
    from vidgen.rehearsal.play import Played
    from vidgen.rehearsal.works import Work
    from vidgen.render.pace import usual_seconds

    works: dict[str, list[Work]] = {}
    for step in plan.steps:
        seconds = usual_seconds(step)
        for job in (step.job, *step.alternates):
            request, still = _as_ordered(job.request), job.request.kind == "image"
            work = Work(request, step.quote.usd, seconds, still, step.quote.tokens, job.shot)
            works.setdefault(request.provider, []).append(work)
    found = []
    for name, ordered in sorted(works.items()):
        page = project.catalogue.providers[name]
        if page.over_http:
            resend = page.resend if name in PROVIDERS else "never"
            found.append(
                Played(name, page.base_url, tuple(ordered), page.in_flight, resend, page.local)
            )
    return found


def _as_ordered(request: Request) -> Request:
    """A request as its order comes in: a stand-in does not write what the endpoint fixes in a body,
    `text2video?model=q3`, since only an adapter knows where that goes.
    """
    from vidgen.providers import PROVIDERS

    if request.provider in PROVIDERS:
        return request
    return replace(request, endpoint=request.endpoint.partition("?")[0])


def _desk(project: desk.Desk, name: str, terms: Terms, http: Http | None) -> Desk:
    """A provider's desk in a rehearsal; one that has no adapter yet is stood in for by a queue."""
    from vidgen.providers import PROVIDERS

    page = project.catalogue.providers[name]
    session = session_of(project, page, http, rehearsal=True)
    adapter = adapter_of(name, session, rehearsal=True)
    assert adapter is not None, "in a rehearsal every provider has one"
    if not page.over_http:
        return desk_of(page, adapter, None)
    found = desk_of(page, adapter, http, terms.speed)
    return replace(
        found,
        resend=found.resend if name in PROVIDERS else "never",
        give_up_seconds=max(found.give_up_seconds, PATIENCE * terms.speed),
    )


def real_cost(plan: Plan) -> str:
    """What all that a plan has would cost, every take of it, also what was rehearsed before."""
    from vidgen.present import credits_words

    prices = (step.quote.usd for step in plan.steps)
    known = sum((usd for usd in prices if usd is not None), Decimal(0))
    cost, unpriced = credits_words(known, plan.per_usd), ", ".join(plan.totals.unpriced)
    return f"{cost} and what {unpriced} costs, which is not known" if unpriced else cost


def lesson(project: desk.Desk, plan: Plan, stage: Stage) -> str:
    """What a rehearsal has shown: the money and the time of the real thing, and whether the books
    of the provider that was played agree with the ledger.
    """
    from vidgen.journal import snapshot
    from vidgen.present import credits_words
    from vidgen.render.forecast import forecast
    from vidgen.render.pace import usual_seconds

    rooms = {name: page.in_flight for name, page in project.catalogue.providers.items()}
    seconds = forecast(plan.steps, rooms, usual_seconds)
    words = (
        "rehearsed: nothing was sent or paid."
        f" The real thing: {real_cost(plan)}, about {clock(seconds)}"
    )
    if stage.server is None:
        return words
    stage.server.books.settle()
    billed, money = stage.server.books.billed(), snapshot(project.project.journal).money
    said = f"the played providers billed {credits_words(billed, plan.per_usd)}"
    if billed == money.charged:
        return f"{words}\n{said}, as the ledger says{_in_doubt(project, plan.per_usd)}"
    told = credits_words(money.charged, plan.per_usd)
    open_words = credits_words(money.reserved + money.unknown, plan.per_usd)
    return f"{words}\n{said}; the ledger says {told}, and {open_words} reserved or unknown"


def _in_doubt(project: desk.Desk, per_usd: Decimal) -> str:
    """What is neither billed nor given back for certain, in words; empty where there is none."""
    from vidgen.journal import entries, rows
    from vidgen.journal.doubts import doubts
    from vidgen.present import credits_words

    path = project.project.journal
    open_ones = [one for one in doubts(rows(path), entries(path)) if one.question != "none"]
    if not open_ones:
        return ""
    held = sum((one.reserved for one in open_ones), Decimal(0))
    names = ", ".join(dict.fromkeys(one.row.shot for one in open_ones))
    return f"; {credits_words(held, per_usd)} of {names} stand in doubt"
