"""The language reference and the JSON Schema, made from the models.

Pure; `python -m vidgen.language_docs` writes the page docs/language.md to standard output.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from vidgen.job import CAPABILITIES
from vidgen.quantity import Quantity, Spelled, Whole
from vidgen.scalars import FileName, Moment, ProjectPath, ShotId, Switch
from vidgen.storyboard import LANGUAGE, RESOLUTIONS, Storyboard

SCHEMA_ID = f"urn:vidgen:storyboard:{LANGUAGE}"

_NAMED: tuple[tuple[Any, str], ...] = (
    (ProjectPath, "a file of the project"),
    (Moment, "a shot's id, or a time such as `2.5s`"),
    (Switch, "`true` or `false`"),
    (ShotId, "a name: lower-case letters, digits, `-`, `_`"),
    (FileName, "a name: letters, digits, `.`, `-`, `_`"),
)


# -- the JSON Schema ----------------------------------------------------------------------------


def storyboard_schema() -> dict[str, Any]:
    """The language as a JSON Schema (draft 2020-12), for editors to complete and check with."""
    made = _tidy(Storyboard.model_json_schema())
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": f"vidgen storyboard, version {LANGUAGE}",
    }
    return {**head, **{name: part for name, part in made.items() if name != "title"}}


def _tidy(part: Any, *, named: bool = False) -> Any:
    """A schema without what only clutters an editor: titles of fields, nulls, defaults of parts."""
    if isinstance(part, list):
        return [_tidy(item) for item in part]
    if not isinstance(part, dict):
        return part
    if named:  # the keys are names of the language, not words of JSON Schema
        return {name: _tidy(item) for name, item in part.items()}
    found = {
        name: _tidy(item, named=name in ("properties", "$defs"))
        for name, item in part.items()
        if name != "title" and not (name == "default" and isinstance(item, dict | list | None))
    }
    if "default" in found:
        found["default"] = _number(found["default"])
    choices = [choice for choice in found.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del found["anyOf"]
        return {**choices[0], **found}
    return found | {"anyOf": choices} if choices else found


def _number(value: Any) -> Any:
    """A default as JSON writes it: a Decimal comes as text."""
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except ArithmeticError:
        return value
    if number is None:
        return value
    return int(number) if number == number.to_integral_value() else float(number)


# -- the page -----------------------------------------------------------------------------------

EXAMPLE = """\
vidgen: 1
title: First Pour
format: {aspect: "9:16", resolution: 1080p, fps: 24}
budget: {credits: 1500, rerolls: 2.5}        # a ceiling; 2.5 takes expected per usable shot
defaults: {role: workhorse, duration: 5s, trim: {head: 250ms, tail: 250ms}}
rotation: {hero: veo-3.1, workhorse: seedance-2.0, broll: hailuo-02}
draft: {model: seedance-2.0-mini, resolution: 480p}
cast:
  barista: {look: "woman in her thirties, green apron", images: [cast/barista-front.png]}
shots:
  - id: grind
    role: broll
    prompt: Close-up of hands grinding coffee beans, warm window light
    still: stills/grind.png
    end_still: stills/grind-end.png          # first and last frame, where the model can
    camera: slow push in
  - id: pour
    chain: grind                             # starts from grind's last frame
    prompt: The espresso starts to pour, crema rises
  - id: sip
    role: hero
    cast: [barista]
    still: {prompt: "Barista raises the cup, 85mm", model: nano-banana-pro}
    prompt:                                  # in parts: each model gets them in its own order
      camera: slow dolly in
      subject: barista
      action: takes the first sip and smiles
      dialogue: [{by: barista, says: "That's the one."}]
      at: {2s: she lifts the cup, 4s: she smiles}
    duration: 6s
    takes: 2
  - id: logo
    needs: [first_frame, 4k]                 # no model named: the cheapest that can
    still: stills/logo.png
    prompt: The logo catches the light
    transition: {kind: dissolve, duration: 0.5s}
sound:
  music: {file: audio/bed.wav, gain: -10dB}
deliver:
  - {name: reels, preset: social-vertical}
"""

HEAD = f"""\
# The language

<!-- Made by `python -m vidgen.language_docs` from the models; edit those, not this page. -->

A film is one YAML file, `storyboard.yaml`, in a folder of its own. `vidgen check` reads it and
tells everything that is wrong at once, each with file, line and column; `vidgen schema` prints the
JSON Schema that editors complete and check with.

```yaml
{EXAMPLE}```

## How it is read

- YAML 1.2: `9:16` is text, and so are `yes`, `no`, `on` and `off`; truth is `true` and `false`.
  A number with a leading zero, such as `010`, is text as well, so shots may be numbered that way.
- Strict: an unknown key, a repeated key or a wrong type is an error, and nothing is spent.
- Paths are relative to the storyboard, use `/`, and never leave the project folder, not even by a
  link. Addresses are no paths: download what you need.
- Times are `5`, `5s`, `2.5s` or `250ms`; gains are `-10dB` or `-10`. Numbers are exact.
- One file holds one document, of at most a megabyte. Anchors and aliases work; merge keys (`<<`)
  do not, since YAML 1.2 has none: what shots share goes under `defaults`.
- Some parts are read and checked, and have no effect yet; `vidgen check` names those you use.
"""


def language_page() -> str:
    """The language reference as Markdown: a table for every model."""
    sections = [_section(model, homes) for model, homes in _models().items()]
    return "\n".join([HEAD, *sections, _needs()])


def _models() -> dict[type[BaseModel], list[str]]:
    """Every model of the language in the order of mention, with the paths it stands at."""
    found: dict[type[BaseModel], list[str]] = {Storyboard: []}
    waiting: list[tuple[type[BaseModel], str]] = [(Storyboard, "")]
    for model, path in waiting:
        for name, hint in get_type_hints(model, include_extras=True).items():
            for inner, many in _inside(hint):
                here = f"{path}{name}{many}"
                found.setdefault(inner, []).append(here)
                waiting.append((inner, f"{here}."))
    return found


def _inside(kind: Any, many: str = "") -> Iterator[tuple[type[BaseModel], str]]:
    """The models in an annotation, with `[]` for an item of a list and `.NAME` for a mapping's."""
    origin = get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind, many
    elif origin is not Literal:
        for inner in get_args(kind):
            yield from _inside(inner, {tuple: "[]", dict: ".NAME"}.get(origin, many))


def _section(model: type[BaseModel], homes: list[str]) -> str:
    hints = get_type_hints(model, include_extras=True)
    rows = [
        f"| `{name}` | {_words(hints[name])} | {_default(info)} | {info.description or ''} |"
        for name, info in model.model_fields.items()
    ]
    head = ["| key | takes | without it | |", "|---|---|---|---|"]
    about = " ".join((model.__doc__ or "").split())
    shown = ", ".join(f"`{home}`" for home in homes[:4]) + (", ..." if len(homes) > 4 else "")
    where = [f"At {shown}.", ""] if homes else []
    return "\n".join([f"## {model.__name__}", "", about, "", *where, *head, *rows, ""])


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**needed**"
    value = info.default
    if isinstance(value, BaseModel | tuple | dict | None):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _words(kind: Any) -> str:
    """What a value of this annotation may be, in words."""
    for known, words in _NAMED:
        if kind == known:
            return words
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        for mark in inside[1:]:
            if isinstance(mark, Quantity):
                return mark.expected
            if isinstance(mark, Whole):
                return f"a whole number from {mark.lowest} to {mark.highest}"
            if isinstance(mark, Spelled):
                return mark.words
        return _words(inside[0])
    if origin in (Union, types.UnionType):
        return " or ".join(_words(part) for part in inside if part is not type(None))
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in inside)
    if origin is tuple:
        return f"a list, each {_words(inside[0])}"
    if origin is dict:
        return f"a mapping from {_words(inside[0])} to {_words(inside[1])}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    return {str: "text", int: "a whole number"}[kind]


def _needs() -> str:
    rows = [f"| `{name}` | {item.meaning} |" for name, item in CAPABILITIES.items()]
    sizes = ", ".join(f"`{name}`" for name in RESOLUTIONS)
    about = f"What `needs` may ask of a model; besides these, a resolution: {sizes}."
    return "\n".join(
        ["## Capabilities", "", about, "", "| need | the model |", "|---|---|", *rows, ""]
    )


if __name__ == "__main__":
    sys.stdout.write(language_page())
