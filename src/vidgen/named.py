"""Names that only the catalogue knows: models and providers, wherever a storyboard names them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vidgen.catalogue import Catalogue
from vidgen.errors import Fault
from vidgen.job import Kind
from vidgen.source import Source
from vidgen.storyboard import DraftOf, Shot, Still, Storyboard

SHOTS: frozenset[Kind] = frozenset({"video", "edit", "motion-transfer", "avatar"})
STILLS: frozenset[Kind] = frozenset({"image"})
FINISHING: frozenset[Kind] = frozenset({"upscale", "interpolate"})
_USES = {
    SHOTS: "a shot needs one that makes video",
    STILLS: "a still needs one that makes images",
    FINISHING: "`enhance` needs one that scales up or interpolates",
}
_MAKES: dict[Kind, str] = {
    "video": "makes video",
    "image": "makes images",
    "avatar": "makes a portrait speak",
    "lip-sync": "puts words into a mouth",
    "motion-transfer": "transfers motion",
    "edit": "edits video",
    "upscale": "scales video up",
    "interpolate": "interpolates frames",
}


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model as a storyboard names it: where, and the kinds that would do there."""

    loc: tuple[Any, ...]
    name: str
    kinds: frozenset[Kind]


def model_faults(source: Source, catalogue: Catalogue) -> tuple[Fault, ...]:
    """Every model and provider that nobody knows, and every model of a kind that cannot serve."""
    faults = [
        fault
        for named in named_models(source.board)
        if (fault := _model_fault(source, catalogue, named))
    ]
    faults += [
        fault
        for loc, name in _named_providers(source.board)
        if (fault := _provider_fault(source, catalogue, loc, name))
    ]
    return tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))


def named_models(board: Storyboard) -> Iterator[NamedModel]:
    """Every model that a storyboard names."""
    for role, name in board.rotation.items():
        yield NamedModel(("rotation", role), name, SHOTS)
    yield from _one(("defaults", "model"), board.defaults.model, SHOTS)
    yield from _one(("defaults", "still_model"), board.defaults.still_model, STILLS)
    if board.draft:
        yield from _one(("draft", "model"), board.draft.model, SHOTS)
    for index, shot in enumerate(board.shots):
        loc = ("shots", index)
        yield from _one((*loc, "model"), shot.model, SHOTS)
        if shot.draft:
            yield from _one((*loc, "draft", "model"), shot.draft.model, SHOTS)
        for key, still in _stills(shot):
            yield from _one((*loc, key, "model"), still.model, STILLS)
        if shot.enhance:
            yield from _one((*loc, "enhance", "model"), shot.enhance.model, FINISHING)


def _one(loc: tuple[Any, ...], name: str | None, kinds: frozenset[Kind]) -> Iterator[NamedModel]:
    if name is not None:
        yield NamedModel(loc, name, kinds)


def _stills(shot: Shot) -> Iterator[tuple[str, Still]]:
    for key in ("still", "end_still"):
        still = getattr(shot, key)
        if isinstance(still, Still):
            yield key, still


def serving(kind: Kind) -> frozenset[Kind]:
    """The kinds of model that can serve where `kind` of work is asked."""
    if kind in FINISHING or kind == "lip-sync":
        return frozenset({kind})
    return STILLS if kind == "image" else SHOTS


def _model_fault(source: Source, catalogue: Catalogue, named: NamedModel) -> Fault | None:
    model = catalogue.find(named.name)
    if model is None:
        near = catalogue.nearest(named.name)
        hint = f"did you mean `{near}`?" if near else "`vidgen models` lists them all"
        message = f"no model is called `{named.name}`"
        return source.fault(named.loc, "unknown-model", message, hint)
    if model.kind not in named.kinds:
        message = f"`{model.id}` {_MAKES[model.kind]}; {_USES[named.kinds]}"
        return source.fault(
            named.loc, "wrong-kind-of-model", message, _of_the_right_kind(catalogue, named)
        )
    return None


def _of_the_right_kind(catalogue: Catalogue, named: NamedModel) -> str:
    """Some models that would do where one is named, of those that can be had."""
    routes = (route for route in catalogue.all_routes() if route.live and not route.provider.local)
    fitting = dict.fromkeys(route.model.id for route in routes if route.model.kind in named.kinds)
    some = ", ".join(list(fitting)[:4]) + (" …" if len(fitting) > 4 else "")
    rest = "`vidgen models` tells what each is for"
    return f"these would do: {some}; {rest}" if some else rest


def _named_providers(board: Storyboard) -> Iterator[tuple[tuple[Any, ...], str]]:
    for key in ("prefer", "avoid"):
        for index, name in enumerate(getattr(board.providers, key)):
            yield ("providers", key, index), name
    if board.draft and board.draft.provider:
        yield ("draft", "provider"), board.draft.provider
    for index, shot in enumerate(board.shots):
        loc = ("shots", index)
        holders: list[tuple[tuple[Any, ...], Shot | DraftOf | Still]] = [(loc, shot)]
        if shot.draft:
            holders.append(((*loc, "draft"), shot.draft))
        holders += [((*loc, key), still) for key, still in _stills(shot)]
        for where, holder in holders:
            if holder.provider:
                yield (*where, "provider"), holder.provider


def _provider_fault(
    source: Source, catalogue: Catalogue, loc: tuple[Any, ...], name: str
) -> Fault | None:
    if name in catalogue.providers:
        return None
    close = difflib.get_close_matches(name.lower(), catalogue.providers, n=1, cutoff=0.6)
    hint = f"did you mean `{close[0]}`?" if close else "`vidgen models` names who sells each"
    return source.fault(loc, "unknown-provider", f"no provider is called `{name}`", hint)
