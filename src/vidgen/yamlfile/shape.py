"""What a pydantic model takes at a path of its data: the keys, their descriptions, other words."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing a value may be: the keys of a mapping (none for others) and the field's words."""

    description: str = ""
    keys: tuple[str, ...] = ()
    other_words: dict[str, str] = field(default_factory=dict)


def shapes_at(model: type[BaseModel], loc: tuple[Any, ...]) -> tuple[Shape, ...]:
    """Every shape that the value at `loc` may have; none where the model knows no such path."""
    kinds: list[tuple[Any, str]] = [(model, "")]
    for step in loc:
        kinds = [inner for kind, _ in kinds for inner in _under(kind, step)]
    found = []
    for kind, description in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            words = getattr(kind, "other_words", {})
            found.append(Shape(description, tuple(fields(kind)), words))
        else:
            found.append(Shape(description))
    return tuple(found)


def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """A model's fields by the name that is written in the file."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def home_of(model: type[BaseModel], name: str) -> str:
    """Where in a file a key called `name` belongs, in words; empty where it is no key at all."""
    if name in fields(model):
        return "at the top of the file"
    waiting: list[tuple[type[BaseModel], tuple[str, ...], str]] = [(model, (), "")]
    seen = {model}
    while waiting:
        kind, path, item_of = waiting.pop(0)
        known = fields(kind)
        if name in known:
            return f"in an item of `{item_of}`" if item_of else f"under `{'.'.join(path)}`"
        for key, info in known.items():
            for inner, many in _models(info.annotation):
                if inner not in seen:
                    seen.add(inner)
                    listed = item_of or (".".join((*path, key)) if many else "")
                    waiting.append((inner, (*path, key), listed))
    return ""


def _models(annotation: Any) -> Iterator[tuple[type[BaseModel], bool]]:
    """The models that a field may hold, each with whether it holds many of them."""
    for branch in branches(annotation):
        if isinstance(branch, type) and issubclass(branch, BaseModel):
            yield branch, False
        elif get_origin(branch) in (tuple, list, dict):
            for held in get_args(branch):
                if held is not Ellipsis:
                    yield from ((inner, True) for inner, _ in _models(held))


def branches(annotation: Any) -> Iterator[Any]:
    """The types that a value of this annotation may have, without `Annotated` and `None`."""
    if get_origin(annotation) is Annotated:
        yield from branches(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for branch in get_args(annotation):
            yield from branches(branch)
    elif annotation is not type(None):
        yield annotation


def _under(kind: Any, step: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        info = fields(kind).get(str(step))
        if info is not None:
            yield from ((inner, info.description or "") for inner in branches(info.annotation))
        return
    held = get_args(kind)
    if get_origin(kind) is dict:
        yield from ((inner, "") for inner in branches(held[1]))
    elif get_origin(kind) in (tuple, list) and held:
        yield from ((inner, "") for inner in branches(held[0]))
