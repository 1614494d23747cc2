"""The catalogue as people and scripts read it: a list by price, or one model in full."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from vidgen.catalogue import Catalogue, Route
from vidgen.catalogue.page import Life, Model, Price, Source, Typical, When
from vidgen.catalogue.search import Listing, Sample, on_sale
from vidgen.grid import Column, grid, pairs
from vidgen.job import CAPABILITIES, Kind
from vidgen.plan.route import read_at, read_on, short_side
from vidgen.present import UNITS, pedigree_text

LISTING_SCHEMA = "vidgen.models/1"
MODEL_SCHEMA = "vidgen.model/1"


def listing_view(found: tuple[Listing, ...], width: int) -> RenderableType:
    """Models by kind and price, one a line; from 130 columns on also what each is good for."""
    columns = [
        Column("model", least=18),
        Column("from", right=True),
        Column("provider", least=11),
        Column("seconds"),
        Column("sizes"),
        Column("audio"),
        *([Column("good for", least=10)] if width >= WIDE else []),
    ]
    rows: list[list[str | Text]] = []
    styles: list[str] = []
    kinds = list(dict.fromkeys(item.model.kind for item in found))
    for kind in sorted(kinds, key=get_args(Kind).index):
        if len(kinds) > 1:
            rows += [[""] * len(columns)] if rows else []
            rows.append([Text(kind, "bold cyan"), *[""] * (len(columns) - 1)])
        rows += [_listing_cells(item, width) for item in found if item.model.kind == kind]
        best = ["" if item.best else "dim" for item in found if item.model.kind == kind]
        styles += [""] * (len(rows) - len(styles) - len(best)) + best
    return grid(columns, rows, width, styles)


WIDE, MODES_TOO = 130, 100
AUDIO = {"never": "none", "optional": "on/off", "always": "always"}


def _listing_cells(item: Listing, width: int) -> list[str | Text]:
    model = item.model
    if item.best:
        route, sample = item.best
        more = len({pair[0].provider.provider for pair in item.routes}) - 1
        at = route.provider.provider + (f" +{more}" if more else "")
        price = price_text(sample).replace("/image", "/img")
        cells = [price, at, *_limits([pair[0] for pair in item.routes])]
    else:
        cells = ["—", state_text(model.life), "", "", ""]
    last = ["; ".join(model.good_for)] if width >= WIDE else []
    return [model.id, *cells, *last]


def _limits(routes: list[Route]) -> tuple[str, str, str]:
    """Lengths, sizes and sound, as far as any of these routes sells them."""
    lengths = sorted({length for route in routes for length in route.durations})
    sizes = sorted({size for route in routes for size in route.resolutions}, key=short_side)
    sounds = {route.audio for route in routes}
    sound = AUDIO[routes[0].audio] if len(sounds) == 1 else AUDIO["optional"]
    lasts = lengths_text(tuple(lengths)).partition(" by ")[0]
    return lasts, "–".join(sizes[:: max(len(sizes) - 1, 1)]) or AS_GIVEN, sound


def price_text(sample: Sample | None) -> str:
    """`$0.084/s`; `?` where no price is known."""
    if sample is None or sample.usd is None:
        return "?"
    if sample.usd == 0:
        return "free"
    second = sample.price("second")
    if second is not None:
        return f"${_short(second)}/s"
    return f"${_short(sample.usd)}{UNITS.get(sample.unit, '')}"


def _short(usd: Decimal) -> str:
    return f"{usd.quantize(Decimal('0.0001')).normalize():f}"


AS_GIVEN = "given"


def lengths_text(lengths: tuple[Decimal, ...]) -> str:
    """`5, 10`, `3 to 15` where every second is sold, or `6 to 20 by 2`."""
    if not lengths:
        return AS_GIVEN
    words = [f"{length.normalize():f}" for length in lengths]
    steps = {after - before for before, after in pairwise(lengths)}
    if len(words) > 2 and steps == {Decimal(1)}:
        return f"{words[0]} to {words[-1]}"
    if len(words) > MANY:
        by = f" by {min(steps).normalize():f}" if len(steps) == 1 else ""
        return f"{words[0]} to {words[-1]}{by}"
    return ", ".join(words)


MANY = 4


def sizes_text(resolutions: tuple[str, ...]) -> str:
    """`720p`, `720p, 1080p`, or `480p–4k` for more."""
    if len(resolutions) > 2:
        return f"{resolutions[0]}–{resolutions[-1]}"
    return ", ".join(resolutions) or AS_GIVEN


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
    parts: list[RenderableType] = [head, *_life_lines(catalogue, model), Text()]
    routes = catalogue.routes(model.id)
    parts.append(pairs(_facts(model, routes), width, most=FACTS))
    if routes:
        parts += [Text(), _routes_table(routes, width)]
    read = _pedigree(routes)
    if read:
        parts += [Text(), Text("where the prices were read", "bold"), pairs(read, width)]
    if not any(route.live for route in routes):
        parts += [Text(), Text("nobody sells it by API, as far as the catalogue knows", "yellow")]
    parts += [Text(), Text("how to prompt it", "bold")]
    parts.append(pairs(_recipe(model), width, most=FACTS))
    return Group(*parts)


FACTS = 10


def _life_lines(catalogue: Catalogue, model: Model) -> list[Text]:
    """Whether it can be bought, why not, and what to take instead."""
    life = model.life
    lines = [state_text(life), life.note]
    if life.successor:
        heir = catalogue.models.get(life.successor)
        live = [route.provider.provider for route in catalogue.routes(life.successor) if route.live]
        where = f", at {', '.join(dict.fromkeys(live))}" if live else ""
        lines.append(f"successor: {heir.id if heir else life.successor}{where}")
    style = "green" if life.state == "live" else "yellow"
    return [Text(line, style) for line in lines if line]


def _facts(model: Model, routes: tuple[Route, ...]) -> list[tuple[str, str]]:
    able = ", ".join(model.capabilities or ())
    lengths_ = lengths_text(_model_lengths(model))
    rows = [
        ("aliases", ", ".join(model.aliases)),
        ("good for", "; ".join(model.good_for)),
        ("weak at", "; ".join(model.weak_at)),
        ("can", able or "nothing declared"),
        ("lengths", "as given" if lengths_ == AS_GIVEN else f"{lengths_} seconds"),
        ("sizes", ", ".join(model.resolutions or ())),
        ("aspects", ", ".join(model.aspects or ())),
        ("audio", AUDIO[model.audio or "never"]),
        *(("takes", words) for words in _takes(model, routes)),
        *(("only", words) for words in _only(routes)),
        ("notes", model.notes),
        *(("source", _source_text(item)) for item in model.sources),
    ]
    return [(name, words) for name, words in rows if words]


def _takes(model: Model, routes: tuple[Route, ...]) -> list[str]:
    """How long a job usually takes: the model's word first, then that of single providers."""
    general = [typical_text(model.typical)] if model.typical else []
    return general + [
        f"at {route.provider.provider} {typical_text(route.offer.typical)}"
        for route in routes
        if route.live and route.offer.typical
    ]


def _only(routes: tuple[Route, ...]) -> list[str]:
    """What single routes take of what the model can be given."""
    live = [(route.provider.provider, route) for route in routes if route.live]
    told = [f"at {at} clips that were made there" for at, route in live if route.offer.own_clips]
    told += [
        f"at {at} a camera move in numbers along {route.camera.words}"
        for at, route in live
        if route.camera
    ]
    return list(dict.fromkeys(told))


def typical_text(typical: Typical) -> str:
    """`about 85 s, read 2026-05-04: a reseller's page`."""
    return f"about {typical.seconds:f} s, read {typical.as_of}: {typical.source}"


def _source_text(source: Source) -> str:
    return f"{source.source}, read {source.as_of}" + (f": {source.says}" if source.says else "")


def _model_lengths(model: Model) -> tuple[Decimal, ...]:
    from vidgen.catalogue import lengths

    return lengths(model.durations)


def _routes_table(routes: tuple[Route, ...], width: int) -> Table:
    columns = [
        Column("provider", least=8),
        Column("what", least=12, wrap=True),
        *([Column("starts from", least=12, wrap=True)] if width >= MODES_TOO else []),
        Column("seconds"),
        Column("price", least=14, wrap=True),
    ]
    rows: list[list[str]] = []
    styles = []
    at, told = "", [""]
    for route, what, price in _merged(routes):
        name = route.provider.provider
        modes = [_modes_text(route)] if width >= MODES_TOO else []
        cells = [what, *modes, lengths_text(route.durations), price]
        if name == at and cells[1:-1] == told:
            rows.append(["", what, *[""] * (len(cells) - 2), price])
        else:
            rows.append(["" if name == at else name, *cells])
        at, told = name, cells[1:-1]
        styles.append("" if route.live else "dim")
    return grid(columns, rows, width, styles)


def _merged(routes: tuple[Route, ...]) -> list[tuple[Route, str, str]]:
    """Everything on sale, live routes first; sizes without a price of one provider in one line."""
    found: list[tuple[Route, str, str]] = []
    for route in sorted(routes, key=lambda route: not route.live):
        for what, price in _sold(route):
            last = found[-1] if found else None
            if last and price == "unknown" == last[2] and last[0].provider is route.provider:
                found[-1] = (last[0], f"{last[1]}, {what}", price)
            else:
                found.append((route, what, price))
    return found


def _modes_text(route: Route) -> str:
    return ", ".join(mode.replace("_", " ") for mode in route.offer.modes)


def _sold(route: Route) -> list[tuple[str, str]]:
    """Each thing sold at a route, and its price."""
    sizes = sizes_text(route.resolutions)
    if not route.live:
        own = "" if route.life.note == route.model.life.note else route.life.note
        return [(sizes, f"{state_text(route.life)} {own}".strip())]
    samples = list(on_sale(route))
    sold = []
    left = route.resolutions
    for rule in route.offer.prices:
        words = rule.when.words.removeprefix("at ")
        what = words if rule.when.resolution else f"{sizes_text(left)} {words}".strip()
        sold.append((what, f"{amount_text(rule)}{_a_second(rule, samples)}"))
        if rule.when == When(resolution=rule.when.resolution):
            left = tuple(name for name in left if name not in (rule.when.resolution or ()))
    return sold


def _a_second(rule: Price, samples: list[Sample]) -> str:
    """What a price by tokens or pixels comes to for each second."""
    if rule.per not in ("million-tokens", "megapixel", "frame"):
        return ""
    found = [item.usd for item in samples if item.rule is rule and item.usd is not None]
    if not found or any(item.unit != "second" for item in samples if item.rule is rule):
        return ""
    low, high = _short(min(found)), _short(max(found))
    return f", ${low}/s" if low == high else f", ${low} to ${high}/s"


def _pedigree(routes: tuple[Route, ...]) -> list[tuple[str, str]]:
    """Where and when the prices were read, said once for routes that share it."""
    told: dict[str, list[str]] = {}
    for route in routes:
        for rule in route.offer.prices if route.live else ():
            words = pedigree_text(rule.basis, read_on(route, rule), read_at(route, rule))
            told.setdefault(words, []).append(route.provider.provider)
    rows = [(", ".join(dict.fromkeys(names)), words) for words, names in told.items()]
    notes: dict[str, list[str]] = {}
    for route in routes:
        for rule in route.offer.prices if route.live else ():
            if rule.note:
                notes.setdefault(f"{amount_text(rule)}: {rule.note}", []).append(
                    route.provider.provider
                )
    return rows + [(", ".join(dict.fromkeys(names)), words) for words, names in notes.items()]


def amount_text(rule: Price) -> str:
    """`$0.168/s`, without its conditions."""
    if rule.per == "free":
        return "free"
    if rule.usd is None:
        return "unknown" if rule.per == "unknown" else f"your rate{UNITS[rule.per]}"
    least = f", at least ${rule.minimum_usd}" if rule.minimum_usd is not None else ""
    return f"${rule.usd}{UNITS[rule.per]}{least}"


def _recipe(model: Model) -> list[tuple[str, str]]:
    recipe = model.recipe
    negative = {"field": "in a field of its own", "inline": "written into the prompt"}
    rows = [
        ("order", " · ".join(recipe.order)),
        ("at most", f"{recipe.max_chars:,} characters" if recipe.max_chars else ""),
        ("advised", f"{recipe.max_words} words" if recipe.max_words else ""),
        ("dialogue", recipe.dialogue or ""),
        ("moments", recipe.at or ""),
        ("references", recipe.reference or ""),
        ("camera", recipe.camera or ""),
        ("negative", negative.get(recipe.negative, "not taken")),
        *(("advice", words) for words in recipe.advice),
    ]
    return [(name, words) for name, words in rows if words]


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
        "own_clips": route.offer.own_clips,
        "camera": route.camera.model_dump(mode="json") if route.camera else None,
        "typical": route.typical.model_dump(mode="json") if route.typical else None,
        "prices": [
            {
                **rule.model_dump(mode="json", exclude_none=True),
                "as_of": day.isoformat() if (day := read_on(route, rule)) else None,
                "source": read_at(route, rule),
            }
            for rule in route.offer.prices
        ],
        "from": [_sample_json(sample) for sample in _cheapest(on_sale(route))],
    }


def _cheapest(samples: Iterable[Sample]) -> list[Sample]:
    priced = [sample for sample in samples if sample.usd is not None]
    return [min(priced, key=lambda sample: sample.usd or Decimal(0))] if priced else []
