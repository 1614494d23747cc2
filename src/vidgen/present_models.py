"""The catalogue as people and scripts read it: a list by price, or one model in full."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vidgen.catalogue import Catalogue, Route
from vidgen.catalogue.page import Life, Model, Price
from vidgen.catalogue.search import Listing, Sample, on_sale
from vidgen.grid import Column, grid
from vidgen.job import CAPABILITIES
from vidgen.plan.route import read_at, read_on
from vidgen.present import UNITS

LISTING_SCHEMA = "vidgen.models/1"
MODEL_SCHEMA = "vidgen.model/1"


def listing_view(found: tuple[Listing, ...], width: int) -> RenderableType:
    """Models by price, one a line; 80 columns are enough, more show what each is good for."""
    wide = width >= WIDE
    columns = [
        Column("model", least=18),
        *([Column("kind")] if width >= KIND_TOO else []),
        Column("from", right=True),
        Column("at", least=10),
        Column("seconds"),
        Column("sizes"),
        Column("audio"),
        *([Column("good for", least=10)] if wide else []),
    ]
    rows = [_listing_cells(item, width) for item in found]
    return grid(columns, rows, width, ["" if item.best else "dim" for item in found], gap=1)


KIND_TOO = 100
WIDE = 120
AUDIO = {"never": "none", "optional": "on/off", "always": "always"}


def _listing_cells(item: Listing, width: int) -> list[str]:
    model = item.model
    if item.best:
        route, sample = item.best
        more = len({pair[0].provider.provider for pair in item.routes}) - 1
        at = route.provider.provider + (f" +{more}" if more else "")
        cells = [price_text(sample), at, *_limits(route)]
    else:
        cells = ["—", state_text(model.life), "", "", ""]
    kind = [model.kind] if width >= KIND_TOO else []
    last = ["; ".join(model.good_for)] if width >= WIDE else []
    return [model.id, *kind, *cells, *last]


def _limits(route: Route) -> tuple[str, str, str]:
    return lengths_text(route.durations), sizes_text(route.resolutions), AUDIO[route.audio]


def price_text(sample: Sample | None) -> str:
    """`$0.084/s`; `?` where no price is known."""
    if sample is None or sample.usd is None:
        return "?"
    if sample.usd == 0:
        return "free"
    return f"${_short(sample.usd)}{UNITS.get(sample.unit, '')}"


def _short(usd: Decimal) -> str:
    return f"{usd.quantize(Decimal('0.0001')).normalize():f}"


def lengths_text(lengths: tuple[Decimal, ...]) -> str:
    """`5, 10` or `3 to 15`."""
    if not lengths:
        return "given"
    words = [f"{length.normalize():f}" for length in lengths]
    return f"{words[0]} to {words[-1]}" if len(words) > 2 and _even(lengths) else ", ".join(words)


def _even(lengths: tuple[Decimal, ...]) -> bool:
    return len({after - before for before, after in pairwise(lengths)}) == 1 or len(lengths) > 3


def sizes_text(resolutions: tuple[str, ...]) -> str:
    """`720p` or `480p–4k`."""
    if len(resolutions) > 1:
        return f"{resolutions[0]}–{resolutions[-1]}"
    return "".join(resolutions) or "given"


def state_text(life: Life) -> str:
    """`live`, `retired 2026-09-24`, or `no API`."""
    if life.state == "live":
        return f"live until {life.retires}" if life.retires else "live"
    if life.state == "never":
        return "no API"
    return f"retired {life.since}" if life.since else "retired"


def model_view(catalogue: Catalogue, model: Model, width: int) -> RenderableType:
    """One model in full: what it is, can do, costs, and how to prompt it."""
    head = Text.assemble((model.name, "bold"), f"  {model.id} · {model.kind} · {model.developer}")
    parts: list[RenderableType] = [head, _life_line(catalogue, model)]
    parts += [Padding(line, (0, 0, 0, 2)) for line in _facts(model)]
    routes = catalogue.routes(model.id)
    if routes:
        parts += [Text(), _routes_table(routes, width)]
    else:
        parts += [Text(), Text("nobody sells it by API, as far as the catalogue knows", "yellow")]
    parts += [Text(), Text("prompt recipe", "bold")]
    parts += [Padding(line, (0, 0, 0, 2)) for line in _recipe(model)]
    return Group(*parts)


def _life_line(catalogue: Catalogue, model: Model) -> Text:
    life = model.life
    words = state_text(life)
    if life.note:
        words += f"; {life.note}"
    if life.successor:
        heir = catalogue.models.get(life.successor)
        live = [route.provider.provider for route in catalogue.routes(life.successor) if route.live]
        where = f", at {', '.join(dict.fromkeys(live))}" if live else ""
        words += f"; successor: {heir.id if heir else life.successor}{where}"
    return Text(words, style="green" if life.state == "live" else "yellow")


def _facts(model: Model) -> list[Text]:
    able = ", ".join(model.capabilities or ()) or "none declared"
    lines = [
        ("aliases", ", ".join(model.aliases)),
        ("good for", "; ".join(model.good_for)),
        ("weak at", "; ".join(model.weak_at)),
        ("can", able),
        ("seconds", lengths_text(_model_lengths(model))),
        ("sizes", ", ".join(model.resolutions or ())),
        ("aspects", ", ".join(model.aspects or ())),
        ("audio", model.audio or "never"),
        ("notes", model.notes),
        *(("source", f"{item.source} ({item.as_of}) {item.says}".rstrip()) for item in model.sources),
    ]
    return [Text.assemble((f"{name}: ", "cyan"), words) for name, words in lines if words]


def _model_lengths(model: Model) -> tuple[Decimal, ...]:
    from vidgen.catalogue import lengths

    return lengths(model.durations)


def _routes_table(routes: tuple[Route, ...], width: int) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    table.add_column("at", no_wrap=True)
    table.add_column("modes", overflow="fold")
    table.add_column("seconds", no_wrap=True)
    table.add_column("sizes", overflow="fold")
    table.add_column("price, where and when it was read", overflow="fold")
    for route in routes:
        words = _prices(route)
        if not route.live:
            words = f"{state_text(route.life)} {route.life.note}".strip()
        table.add_row(
            route.provider.provider,
            ", ".join(route.offer.modes),
            lengths_text(route.durations),
            ", ".join(route.resolutions) or "as given",
            words,
            style="" if route.live else "dim",
        )
    return table


def _prices(route: Route) -> str:
    lines = [rule_text(rule) for rule in route.offer.prices]
    rule = route.offer.prices[0]
    return "\n".join([*lines, f"({rule.basis}, {read_on(route, rule)}, {read_at(route, rule)})"])


def rule_text(rule: Price) -> str:
    """`$0.168/s at 1080p with audio`."""
    if rule.per == "free":
        amount = "free"
    elif rule.usd is None:
        amount = "unknown" if rule.per == "unknown" else f"your rate{UNITS[rule.per]}"
    else:
        amount = f"${rule.usd}{UNITS[rule.per]}"
    if rule.minimum_usd is not None:
        amount += f", at least ${rule.minimum_usd}"
    condition = rule.when.words
    note = f" ({rule.note})" if rule.note else ""
    return f"{amount}{' ' + condition if condition else ''}{note}"


def _recipe(model: Model) -> list[Text]:
    recipe = model.recipe
    lines = [
        ("order", " · ".join(recipe.order)),
        ("at most", f"{recipe.max_chars} characters" if recipe.max_chars else ""),
        ("advised", f"{recipe.max_words} words" if recipe.max_words else ""),
        ("dialogue", recipe.dialogue or ""),
        ("moments", recipe.at or ""),
        ("references", recipe.reference or ""),
        ("camera", recipe.camera or ""),
        ("negative prompt", {"field": "its own field", "inline": "written into the prompt"}.get(
            recipe.negative, "not taken")),
        *(("advice", words) for words in recipe.advice),
    ]  # fmt: skip
    return [Text.assemble((f"{name}: ", "cyan"), words) for name, words in lines if words]


# -- JSON -------------------------------------------------------------------------------------


def listing_json(found: tuple[Listing, ...]) -> dict[str, Any]:
    """The list of models as one documented shape."""
    return {
        "schema": LISTING_SCHEMA,
        "models": [
            {
                "id": item.model.id,
                "name": item.model.name,
                "kind": item.model.kind,
                "developer": item.model.developer,
                "state": item.model.life.state,
                "routes": [
                    {"provider": route.provider.provider, "from": _sample_json(sample)}
                    for route, sample in item.routes
                ],
            }
            for item in found
        ],
    }


def _sample_json(sample: Sample | None) -> dict[str, str] | None:
    if sample is None or sample.usd is None:
        return None
    return {"usd": f"{sample.usd.normalize():f}", "per": sample.unit}


def model_json(catalogue: Catalogue, model: Model) -> dict[str, Any]:
    """One model with every route and price, dated and sourced."""
    return {
        "schema": MODEL_SCHEMA,
        **model.model_dump(mode="json", exclude_none=True, by_alias=True),
        "capability_meanings": {
            name: CAPABILITIES[name].meaning for name in model.capabilities or ()
        },
        "routes": [_route_json(route) for route in catalogue.routes(model.id)],
    }


def _route_json(route: Route) -> dict[str, Any]:
    return {
        "provider": route.provider.provider,
        "live": route.live,
        "life": route.life.model_dump(mode="json", exclude_none=True),
        "modes": route.offer.modes,
        "durations": [f"{length.normalize():f}" for length in route.durations],
        "resolutions": route.resolutions,
        "aspects": route.aspects,
        "audio": route.audio,
        "capabilities": sorted(route.capabilities),
        "prices": [
            {
                **rule.model_dump(mode="json", exclude_none=True),
                "as_of": read_on(route, rule).isoformat(),
                "source": read_at(route, rule),
            }
            for rule in route.offer.prices
        ],
        "from": [
            _sample_json(sample)
            for sample in _cheapest(on_sale(route))
        ],
    }


def _cheapest(samples: Iterable[Sample]) -> list[Sample]:
    priced = [sample for sample in samples if sample.usd is not None]
    return [min(priced, key=lambda sample: sample.usd or Decimal(0))] if priced else []
