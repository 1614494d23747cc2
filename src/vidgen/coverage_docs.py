"""What the guides name and what of it works, as one page of tables made from the catalogue.

Pure; `python -m vidgen.coverage_docs` writes docs/coverage.md to standard output. An adapter is a
line in `providers.PROVIDERS`; everything else that the page says is in the catalogue's pages.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vidgen.catalogue import Catalogue, Route, load
from vidgen.catalogue.page import Model, Provider
from vidgen.catalogue_docs import table
from vidgen.present_models import state_text
from vidgen.providers import PROVIDERS

GUIDES: dict[str, tuple[str, str]] = {
    "how-i-make-ai-video": ("H", "How I Actually Make AI Video In 2026"),
    "kling-essentials": ("K", "Kling Video Models - The Essentials"),
    "models-guide-v5": ("M", "AI Video Generation Models Guide, version 5.0"),
    "prompting-guide-five-models": ("P", "a guide to prompting five models, January 2026"),
    "video-generation-practical-guide": ("V", "Video Generation & Image-to-Video, April 2026"),
}
"""By the names in `named_in`: the letter that the page says for a guide, and what it is called."""

PASSING: tuple[tuple[str, str, str], ...] = (
    ("Sora 1", "V", "named as history, without a page; see `sora-2` above"),
    ("Runway Gen-2", "V", "named as history, without a page; take `gen-4.5`"),
    ("Kling, Seedance, Luma, Runway, PixVerse", "H", "families; their members are above"),
    ("Multi-Prompt", "K", "several shots in one call, as `kling-3.0` makes them"),
    ("Elements, Custom Character, Ingredients", "K M P V", "reference images: `refs` above"),
    ("motion brush, Pikaffects", "H V", "of single models; a storyboard has no word for them"),
    ("Runpod, Vast.ai", "V", "rented cards; a server that runs there is spoken with as one here"),
    ("the apps of Sora, Gemini and ChatGPT, Google Vids, YouTube Shorts", "V", "no API"),
    ("CapCut, DaVinci Resolve, Premiere Pro", "H", "editors; `vidgen stitch` makes the film"),
)
"""What the guides name besides models and those who run them: its name, the guides, the way on."""


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work: its head in the table, what it is, and whether a route sells it."""

    head: str
    meaning: str
    sold_by: Callable[[Route], bool]


def _mode(name: str) -> Callable[[Route], bool]:
    """Whether a route to moving pictures has a mode."""
    return lambda route: route.model.kind != "image" and name in route.offer.modes


WORKS: tuple[Work, ...] = (
    Work("text", "a clip from a prompt alone", _mode("text")),
    Work("still", "a clip that starts from a still", _mode("first_frame")),
    Work("ends", "a clip between a first and a last still", _mode("first_last")),
    Work("refs", "a clip with reference images", _mode("references")),
    Work("voice", "speech in a sampled voice", lambda route: "voice" in route.capabilities),
    Work("extend", "a clip continued", _mode("extend")),
    Work("edit", "a clip edited by a prompt", _mode("edit")),
    Work("motion", "a character moved as a given clip moves", _mode("motion")),
    Work("avatar", "a portrait that speaks a sound file", _mode("avatar")),
    Work("lips", "lips in a clip moved to a sound file", _mode("lip_sync")),
    Work("upscale", "a clip scaled up", _mode("upscale")),
    Work("frames", "frames made in between", _mode("interpolate")),
    Work("images", "the stills themselves", lambda route: route.model.kind == "image"),
)
"""The kinds of work, in the order of the table's columns."""

HEAD = """\
# What works

<!-- Made by `python -m vidgen.coverage_docs` from the catalogue; edit its pages, not this one. -->

Every model and every platform that five guides name, and what vidgen does with each. {named} of the
catalogue's {models} models are named there; [Models](models.md) has them all, with prices.

**Nothing here was tried against a real service.** No key was at hand: `tried live` says `no` until
somebody has done it. The adapters were held against what vendors document, and, where the column
says so, call by call against the vendor's own client at a server on the same machine. The first
clip that is paid for is still to come. Only `animatic` is no service: it draws on your machine.

The guides, by the letter that stands for each:

{guides}
"""

MODELS = """\
## Models

- `planned`: it has a page and can be bought, so that `vidgen plan` says who makes it and for how
  much. What cannot be bought says so, with what to take instead; a plan that names it is told.
- `priced`: of how many routes, among those on sale, a price was found. The rest are `?`, never 0.
- `made at`: who sells it that vidgen has an adapter for, so that `vidgen render` can make it there.
- `own client`: at which of these the calls were held against the vendor's own client; said by
  provider, not model by model.
- `–`: there is none.
"""

PLATFORMS = """\
## Who sells and runs them

`models` counts those that are sold there by API, as far as the catalogue knows. `own client` is the
client and the version that the adapter was held against; what it cannot show is listed beside the
comparison in `tests/providers/`, as `NOT_COMPARED`. For Kling, SGLang and vLLM-Omni none could be
installed; Volcengine's speaks as BytePlus's does. A provider without an adapter is planned and
priced, and not rendered at.
"""

KINDS = """\
## Kinds of work, and where they can be had

How many models an adapter can make each kind of work with; empty where none.

{meanings}
"""

REST = """\
## Also named

"""


def coverage_page(catalogue: Catalogue) -> str:
    """The page docs/coverage.md: the guides' models, who runs them, and kinds of work."""
    named = [model for model in catalogue.models.values() if model.named_in]
    guides = "\n".join(f"- **{letter}** {title}" for letter, title in GUIDES.values())
    meanings = "\n".join(f"- `{work.head}`: {work.meaning}" for work in WORKS)
    parts = [
        HEAD.format(named=len(named), models=len(catalogue.models), guides=guides),
        MODELS,
        table(MODEL_HEADS, [_model(catalogue, model) for model in named]),
        "",
        PLATFORMS,
        table(
            PLATFORM_HEADS, [_platform(catalogue, page) for page in catalogue.providers.values()]
        ),
        "",
        KINDS.format(meanings=meanings),
        table(("adapter", *(work.head for work in WORKS)), _works(catalogue)),
        "",
        REST + table(("name", "named in", "what it is here"), PASSING),
    ]
    return "\n".join(parts) + "\n"


MODEL_HEADS = ("model", "named in", "planned", "priced", "made at", "own client", "tried live")
PLATFORM_HEADS = ("provider", "named in", "models", "adapter", "own client", "tried live")

NONE = "–"


def _model(catalogue: Catalogue, model: Model) -> tuple[str, ...]:
    """A row of the first table."""
    live = [route for route in catalogue.routes(model.id) if route.live]
    pages = {route.provider.provider: route.provider for route in live}
    made = [page for name, page in pages.items() if name in PROVIDERS]
    return (
        f"`{model.id}` {model.name}",
        _letters(model.named_in),
        _planned(model, live),
        f"{sum(map(_priced, live))} of {len(live)}" if live else NONE,
        ", ".join(page.provider for page in made) or NONE,
        _share(made, [page for page in made if page.compared_with]),
        ", ".join(page.provider for page in made if page.tried_live) or "no",
    )


def _platform(catalogue: Catalogue, page: Provider) -> tuple[str, ...]:
    """A row of the second table; where nothing can be bought, why."""
    models = {route.model.id for route in _live_at(catalogue, page.provider)}
    return (
        f"`{page.provider}` {page.name}",
        _letters(page.named_in) or NONE,
        str(len(models)) if models else f"none: {page.life.note}",
        "yes" if page.provider in PROVIDERS else "no",
        page.compared_with or NONE,
        page.tried_live.isoformat() if page.tried_live else "no",
    )


def _works(catalogue: Catalogue) -> list[tuple[str, ...]]:
    """The rows of the third table: an adapter, and with how many models it does each work."""
    rows = []
    for name in sorted(PROVIDERS):
        routes = _live_at(catalogue, name)
        counts = [len({one.model.id for one in routes if work.sold_by(one)}) for work in WORKS]
        rows.append((f"`{name}`", *(str(count or "") for count in counts)))
    return rows


def _live_at(catalogue: Catalogue, provider: str) -> list[Route]:
    """What can be bought at a provider."""
    routes = catalogue.all_routes()
    return [route for route in routes if route.live and route.provider.provider == provider]


def _planned(model: Model, live: Sequence[Route]) -> str:
    """Whether it can be planned; else what became of it, and what to take."""
    if live:
        return "yes"
    state = "sold by nobody" if model.life.state == "live" else state_text(model.life)
    return f"{state}; take `{model.life.successor}`" if model.life.successor else state


def _priced(route: Route) -> bool:
    """Whether a price was found of anything that is sold there; nothing is a price too."""
    return any(rule.per == "free" or rule.usd is not None for rule in route.offer.prices)


def _share(of: Sequence[Provider], those: Sequence[Provider]) -> str:
    """Some of the providers in as few words as will do."""
    left = [page.provider for page in of if page not in those]
    if not those:
        return NONE
    if not left:
        return "all"
    named = ", ".join(page.provider for page in those)
    return min(named, f"all but {', '.join(left)}", key=len)


def _letters(guides: Sequence[str]) -> str:
    return " ".join(sorted(GUIDES[name][0] for name in guides))


if __name__ == "__main__":
    sys.stdout.write(coverage_page(load()))
