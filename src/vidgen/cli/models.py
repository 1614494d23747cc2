"""`vidgen models`: what can be bought, what it can do, and what it costs."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.cli import desk
from vidgen.cli.app import AsJson, command, console, talk, write_json
from vidgen.errors import UnknownName

if TYPE_CHECKING:
    from vidgen.catalogue.search import Filter

PER = {"s": "second", "second": "second", "clip": "clip", "image": "image"}


@command("models")
def models(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="One model, in full.", show_default=False),
    ] = None,
    needs: Annotated[
        str | None,
        typer.Option("--needs", metavar="LIST", help="What it must do: `first_frame,audio,4k`."),
    ] = None,
    max_price: Annotated[
        str | None,
        typer.Option(
            "--max-price", metavar="USD", help="In US dollars: `0.10/s`, `0.50/clip`, `0.05/image`."
        ),
    ] = None,
    aspect: Annotated[
        str | None, typer.Option("--aspect", metavar="W:H", help="Sold in this shape: `9:16`.")
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", metavar="N", min=0.1, help="Makes clips at least this long."),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="video, image, avatar, lip-sync, upscale …"),
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", metavar="NAME", help="Sold by this provider.")
    ] = None,
    retired: Annotated[
        bool, typer.Option("--all", help="Also models that nobody sells by API.")
    ] = False,
    project: Annotated[
        Path,
        typer.Option(
            "--project", metavar="FOLDER", help="With this project's prices.yaml, if it has one."
        ),
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """List models by price, filter them, or show one in full."""
    from vidgen import present_models
    from vidgen.catalogue import load
    from vidgen.catalogue.search import search

    catalogue = load(desk.own_prices(project))
    if name is not None:
        model = catalogue.model(name)
        if as_json:
            write_json(present_models.model_json(catalogue, model))
        else:
            screen = console()
            screen.print(present_models.model_view(catalogue, model, screen.width))
        return
    if provider is not None and provider not in catalogue.providers:
        raise _unknown_provider(provider, list(catalogue.providers))
    wanted = _filter(needs, max_price, aspect, seconds, kind, provider, retired)
    found = search(catalogue, wanted)
    if as_json:
        write_json(present_models.listing_json(found))
    elif found:
        screen = console()
        screen.print(present_models.listing_view(found, screen.width))
    else:
        talk("no live model can do all of that; loosen a filter, or add --all for retired ones")


def _filter(
    needs: str | None,
    max_price: str | None,
    aspect: str | None,
    seconds: float | None,
    kind: str | None,
    provider: str | None,
    retired: bool,
) -> Filter:
    from typing import get_args

    from vidgen.catalogue.search import Filter
    from vidgen.job import CAPABILITIES, Kind
    from vidgen.storyboard import RESOLUTIONS

    wanted = frozenset(word.strip().replace("-", "_") for word in (needs or "").split(",") if word)
    unknown = sorted(wanted - set(CAPABILITIES) - set(RESOLUTIONS))
    if unknown:
        known = ", ".join((*CAPABILITIES, *RESOLUTIONS))
        raise typer.BadParameter(f"--needs does not know `{unknown[0]}`; it knows {known}")
    if kind is not None and kind not in get_args(Kind):
        raise typer.BadParameter(f"--kind is one of {', '.join(get_args(Kind))}")
    if aspect is not None and not re.fullmatch(r"[1-9][0-9]?:[1-9][0-9]?", aspect):
        raise typer.BadParameter(f"--aspect is like 9:16, not `{aspect}`")
    usd, per = _price(max_price)
    return Filter(
        needs=wanted,
        aspect=aspect,
        seconds=None if seconds is None else Decimal(str(seconds)),
        provider=provider,
        kind=kind,  # type: ignore[arg-type]
        max_usd=usd,
        per=per,  # type: ignore[arg-type]
        retired=retired,
    )


def _unknown_provider(name: str, known: list[str]) -> UnknownName:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(sorted(known))}"
    return UnknownName(f"no provider is called `{name}`", hint=hint)


def _price(text: str | None) -> tuple[Decimal | None, str]:
    if text is None:
        return None, "second"
    amount, _, unit = text.removeprefix("$").partition("/")
    try:
        return Decimal(amount.strip()), PER[unit.strip() or "s"]
    except (InvalidOperation, KeyError):
        raise typer.BadParameter(
            f"--max-price is like 0.10/s or 0.05/image, not `{text}`"
        ) from None
