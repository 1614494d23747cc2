"""What the commands put together: a loaded storyboard, the catalogue, a plan, keys at hand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.job import Tier

if TYPE_CHECKING:
    from vidgen.catalogue import Catalogue
    from vidgen.catalogue.page import PriceBook
    from vidgen.plan import Options, Plan
    from vidgen.project import Project
    from vidgen.source import Source

Draft = Annotated[bool, typer.Option("--draft", help="The cheap tier, beside the finals.")]
Animatic = Annotated[
    bool, typer.Option("--animatic", help="The free tier: camera moves on stills, and slates.")
]
Shots = Annotated[
    list[str] | None,
    typer.Option(
        "--shot",
        "-s",
        metavar="ID",
        help="Only this shot; may be given again.",
        show_default=False,
    ),
]
Takes = Annotated[
    int | None,
    typer.Option(
        "--takes",
        metavar="N",
        min=1,
        max=20,
        help="Takes a shot, instead of what is written.",
        show_default=False,
    ),
]
Rerun = Annotated[
    list[str] | None,
    typer.Option(
        "--rerun",
        metavar="WHAT",
        help="Make again what is changed, missing or failed, or all; may be given again. Without"
        " it, nothing that costs money is made again.",
        show_default=False,
    ),
]
MaxCredits = Annotated[
    str | None,
    typer.Option("--max-credits", metavar="N", help="A ceiling in credits for this run."),
]
Rehearsal = Annotated[
    bool, typer.Option("--rehearsal", help="Of the rehearsal, whose takes are kept apart.")
]
AllowUnpriced = Annotated[
    bool, typer.Option("--allow-unpriced", help="Go on where a price is not known.")
]


@dataclass(frozen=True)
class Desk:
    """A project with everything that a plan is made from."""

    source: Source
    project: Project
    catalogue: Catalogue

    def plan(self, options: Options) -> Plan:
        """Plan this project."""
        from vidgen.plan import plan

        return plan(self.source, self.catalogue, self.project.history(), options)


def open_project(path: Path, *, rehearsal: bool = False) -> Desk:
    """The storyboard at `path` (a folder or a file), and the catalogue with the user's prices.

    With `rehearsal` its takes and its ledger are those of its rehearsals.
    """
    from vidgen.catalogue import load
    from vidgen.project import Project
    from vidgen.source import load_source

    source = load_source(path)
    return Desk(source, Project(source.root, rehearsal), load(own_prices(source.root)))


def own_prices(root: Path) -> PriceBook | None:
    """The user's own models and prices: `prices.yaml` beside the storyboard, if there is one."""
    path = root / "prices.yaml"
    if not path.exists():
        return None
    from vidgen import catalogue, yamlfile
    from vidgen.catalogue.page import PriceBook
    from vidgen.errors import StoryboardInvalid

    document = yamlfile.read(path)
    book = document.validate(PriceBook)
    faults = [
        document.fault(loc, "unknown-name", message, hint)
        for loc, message, hint in catalogue.misnamed(catalogue.load(), book)
    ]
    if faults:
        raise StoryboardInvalid(tuple(faults))
    return book


def tier_of(*, draft: bool, animatic: bool) -> Tier:
    """The tier two flags stand for."""
    if draft and animatic:
        raise typer.BadParameter("--draft and --animatic are two different tiers; choose one")
    return "draft" if draft else "animatic" if animatic else "final"


def options_of(
    *,
    tier: Tier,
    shots: list[str] | None = None,
    takes: int | None = None,
    rerun: list[str] | None = None,
    max_credits: str | None = None,
    allow_unpriced: bool = False,
    keys: frozenset[str] | None = None,
    stills: bool = False,
    alternate: bool = False,
) -> Options:
    """The options of a plan from what was typed."""
    from vidgen.plan import Options

    wanted = frozenset(rerun or ())
    unknown = sorted(wanted - {"changed", "missing", "failed", "all"})
    if unknown:
        raise typer.BadParameter(f"--rerun knows changed, missing, failed, all; not {unknown[0]}")
    return Options(
        tier=tier,
        shots=tuple(shots or ()),
        takes=takes,
        rerun=wanted,  # type: ignore[arg-type]
        keys=keys,
        allow_unpriced=allow_unpriced,
        max_credits=_credits(max_credits),
        stills=stills,
        alternate=alternate,
    )


def _credits(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise typer.BadParameter(f"--max-credits needs a number of credits, not `{text}`")
    return amount
