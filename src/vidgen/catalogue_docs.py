"""Every model of the catalogue as one page of tables, made from the catalogue's own pages.

Pure; `python -m vidgen.catalogue_docs` writes docs/models.md to standard output. Says what a model
is sold for at the least and on which day that was read; never asks anyone for a price.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal

from vidgen.catalogue import Catalogue, Route, load
from vidgen.catalogue.page import Model
from vidgen.catalogue.search import Filter, Listing, Sample, search
from vidgen.job import Kind
from vidgen.plan.route import read_on, short_side
from vidgen.present import UNITS
from vidgen.present_models import AUDIO, lengths_text, sizes_text, state_text

TITLES: dict[Kind, str] = {
    "video": "Video",
    "image": "Images, for stills",
    "avatar": "Talking portraits",
    "lip-sync": "Lip-sync",
    "motion-transfer": "Motion transfer",
    "edit": "Editing video",
    "upscale": "Scaling up",
    "interpolate": "Frames in between",
}

HEAD = """\
# Models

<!-- Made by `python -m vidgen.catalogue_docs` from the catalogue; edit its pages, not this one. -->

{models} models of {kinds} kinds, with {routes} live routes at {providers} providers.

`vidgen models` lists them, `vidgen models NAME` shows one in full: every route, every price with
its source, and how to prompt it. [The catalogue](catalogue.md) explains what a page says and how to
add to it.

Please read this first:

- **These are dated facts, not quotes.** Nobody is asked for a price; `read` is the day on which
  somebody looked, and how: `list` is the seller's own price list, `second-hand` is a survey or a
  reseller's page, `estimate` is worked out. `prices.yaml` in your project overrides any of them.
- **No route was tried against the real service.** This version renders at `animatic`, `fal`,
  `replicate`, `runway`, `kling`, `byteplus`, `volcengine`, `minimax`, `dashscope`, `google`,
  `vertex`, `openai-compatible`, `sglang` and `vllm-omni`; everything else is planned, priced and
  rehearsed, and not made yet. [Providers](providers.md) says what each of them is given.
- `sold at` names the cheapest first. `from` is the cheapest thing that is sold of the model, per
  second of video, per clip or per image; sharper, longer or with sound it costs more, and `vidgen
  plan` says how much. `?` is a price that nobody has found, and it is never taken for nothing.
- `seconds`, `sizes` and `audio` are what can be had at one live route or another; `given` means
  as the still or the clip that goes in.
"""

ENDED = """\
## Retired, or never sold by API

They have pages because people ask for them by name: a storyboard that does is told what became of
the model, and what to take instead.
"""


def models_page(catalogue: Catalogue) -> str:
    """The page docs/models.md: what is on sale, kind by kind, and what no longer is."""
    sold = {item.model.id: item for item in search(catalogue, Filter())}
    parts = [_head(catalogue)]
    for kind, title in TITLES.items():
        found = [item for item in sold.values() if item.model.kind == kind]
        if found:
            parts += [f"## {title}\n", table(LIVE, [_row(item) for item in found]), ""]
    ended = [model for model in catalogue.models.values() if model.id not in sold]
    parts += [ENDED, table(GONE, [_ending(model, sold) for model in ended]), ""]
    return "\n".join(parts)


LIVE = ("model", "by", "sold at", "from", "read", "seconds", "sizes", "audio")
GONE = ("model", "by", "kind", "state", "instead", "what became of it")


def _head(catalogue: Catalogue) -> str:
    routes = [route for route in catalogue.all_routes() if route.live]
    return HEAD.format(
        models=len(catalogue.models),
        kinds=len({model.kind for model in catalogue.models.values()}),
        routes=len(routes),
        providers=len({route.provider.provider for route in routes}),
    )


def _row(item: Listing) -> tuple[str, ...]:
    routes = [route for route, _ in item.routes]
    life = f" ({state_text(item.model.life)})" if item.model.life.retires else ""
    return (
        f"`{item.model.id}`{life}",
        item.model.developer,
        ", ".join(dict.fromkeys(route.provider.provider for route in routes)),
        *_price(item),
        lengths_text(tuple(sorted({length for route in routes for length in route.durations}))),
        sizes_text(_sizes(routes)),
        _audio(routes),
    )


def _price(item: Listing) -> tuple[str, str]:
    """The cheapest price of a model, and when and how it was read."""
    route, sample = item.best or (None, None)
    if route is None or sample is None or sample.usd is None:
        return "?", ""
    return _amount(sample), f"{read_on(route, sample.rule)} {sample.rule.basis}"


def _amount(sample: Sample) -> str:
    """`$0.084/s`, or `$0.04/s, $0.20/clip of 5s` where it is sold by the clip."""
    if not sample.usd:
        return "free" if sample.usd is not None else "?"
    unit = f"{_usd(sample.usd)}{UNITS.get(sample.unit, '')}"
    second, length = sample.price("second"), sample.ask.duration
    if sample.unit != "clip" or second is None or length is None:
        return unit
    return f"{_usd(second)}/s, {unit} of {length.normalize():f}s"


def _usd(amount: Decimal) -> str:
    """US dollars with two to four decimals."""
    cents = amount.quantize(Decimal("0.0001")).normalize()
    return f"${cents:.{max(2, -int(cents.as_tuple().exponent))}f}"


def _sizes(routes: Iterable[Route]) -> tuple[str, ...]:
    names = {name for route in routes for name in route.resolutions if name != "source"}
    return tuple(sorted(names, key=lambda name: (short_side(name), name)))


def _audio(routes: Iterable[Route]) -> str:
    kinds = {AUDIO[route.audio] for route in routes}
    return next((words for words in ("on/off", "always") if words in kinds), "none")


def _ending(model: Model, sold: Mapping[str, Listing]) -> tuple[str, ...]:
    life = model.life
    state = "sold by nobody" if life.state == "live" else state_text(life)
    heir = f"`{life.successor}`" if life.successor else ""
    listed = sold.get(life.successor or "")
    if listed and (best := listed.best):
        price = f", {_amount(best[1])}" if best[1] and best[1].usd is not None else ""
        heir += f"{price} at {best[0].provider.provider}"
    return f"`{model.id}`", model.developer, model.kind, state, heir, life.note


def table(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of markdown; a pipe in a cell stays in it."""
    lines = [names, tuple("---" for _ in names), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(words: str) -> str:
    return " ".join(words.replace("|", r"\|").split())


if __name__ == "__main__":
    sys.stdout.write(models_page(load()))
