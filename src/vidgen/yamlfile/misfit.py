"""What pydantic found wrong with a file's data, in the language of the person who wrote it.

Pure: takes the error, the model and the data; knows nothing of files or lines. One mistake is told
once: complaints of the branches of a union are joined, and complaints that follow from another are
left out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError

from vidgen.yamlfile.shape import Shape, fields, home_of, shapes_at
from vidgen.yamlfile.syntax import shortened

Loc = tuple[Any, ...]

_EXPECTED = {
    "string_type": "text",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "date_type": "a date such as 2026-11-20",
    "date_from_datetime_parsing": "a date such as 2026-11-20",
    "date_parsing": "a date such as 2026-11-20",
}
_BOUNDS = {
    "greater_than": ("gt", "a number above {}"),
    "greater_than_equal": ("ge", "a number of at least {}"),
    "less_than": ("lt", "a number below {}"),
    "less_than_equal": ("le", "a number of at most {}"),
    "string_too_long": ("max_length", "at most {} characters of text"),
    "string_pattern_mismatch": ("pattern", "text of the form `{}`"),
    "too_long": ("max_length", "at most {} items"),
}
_SHOWN_KEYS = 14
MAX_MISFITS = 500
"""Complaints looked at: a file with more is not one that a person mends line by line."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """One mistake at a path of the data; `on_key` where the key itself is what is wrong.

    `meant` is the key that an unknown one stands for, so that it is not called missing as well.
    """

    loc: Loc
    code: str
    message: str
    hint: str = ""
    on_key: bool = False
    meant: str = ""


@dataclass(frozen=True, slots=True)
class _Complaint:
    """A pydantic error at a path of the data, freed of the names of union branches."""

    loc: Loc
    type: str
    context: dict[str, Any]
    value: Any
    on_key: bool

    @property
    def choices(self) -> list[str]:
        """The words of a literal: pydantic joins them as `'a', 'b' or 3`."""
        if self.type != "literal_error":
            return []
        parts = str(self.context["expected"]).replace(" or ", ", ").split(", ")
        return [part.strip("'") for part in parts]

    @property
    def expected(self) -> list[str]:
        """What is taken, in words that can be joined by `or`."""
        if self.type == "literal_error":
            return self.choices
        if "expected" in self.context:
            return [str(self.context["expected"])]
        if self.type in _BOUNDS:
            name, words = _BOUNDS[self.type]
            return [words.format(self.context.get(name))]
        return [_EXPECTED[self.type]] if self.type in _EXPECTED else []


def misfits(error: ValidationError, model: type[BaseModel], value: Any) -> tuple[Misfit, ...]:
    """Every mistake once (of the first 500), with follow-on complaints left out."""
    raised = error.errors(include_url=False)[:MAX_MISFITS]
    found = [_complaint(item, value) for item in raised]
    found = [item for item in found if not any(_unreadable(step) for step in item.loc)]
    deeper = {item.loc[:length] for item in found for length in range(len(item.loc))}
    by_place: dict[tuple[Loc, bool], list[_Complaint]] = {}
    for item in found:
        if item.loc not in deeper or item.on_key:
            by_place.setdefault((item.loc, item.on_key), []).append(item)
    told = [_told(group, model, value) for group in by_place.values()]
    meant = {(*item.loc[:-1], item.meant) for item in told if item.meant}
    return tuple(item for item in told if not (item.code == "missing-key" and item.loc in meant))


def _unreadable(step: Any) -> bool:
    """A key that the reader has complained about already carries a mark of its own."""
    return isinstance(step, str) and step.startswith("\0")


def _complaint(item: Any, value: Any) -> _Complaint:
    on_key = item["type"] == "extra_forbidden"
    wanted = item["loc"]
    if wanted and wanted[-1] == "[key]":
        wanted, on_key = wanted[:-1], True
    loc: list[Any] = []
    here = value
    for place, step in enumerate(wanted):
        key = _key(here, step)
        if key is not None:
            loc.append(key)
            here = here[key]
        elif item["type"] == "missing" and place == len(wanted) - 1:
            loc.append(step)
    if on_key and item["type"] != "extra_forbidden":
        here = loc[-1] if loc else here
    return _Complaint(tuple(loc), item["type"], item.get("ctx") or {}, here, on_key)


def _key(here: Any, step: Any) -> Any:
    """The key or index of `here` that `step` means; None where it names a branch of a union."""
    if isinstance(here, dict):
        if step in here:
            return step
        return next((key for key in here if str(key) == str(step)), None)
    if isinstance(here, list) and isinstance(step, int) and 0 <= step < len(here):
        return step
    return None


def _told(group: list[_Complaint], model: type[BaseModel], data: Any) -> Misfit:
    first = group[0]
    shapes = shapes_at(model, first.loc)
    if first.type == "missing":
        return _missing(first, model, data)
    if first.type == "extra_forbidden":
        return _unknown_key(first, model, data)
    subject = _subject(first.loc, model, data)
    if first.on_key:
        message = f"a key of {_owner(first.loc[:-1], model, data)} is {_shown(first.value)}"
        message += f"; it takes {_expected(group)}"
        return Misfit(first.loc, "bad-key", message, _value_hint(group, ()), on_key=True)
    if first.type in ("string_too_short", "too_short"):
        return _empty(first, subject)
    expected = _expected(group)
    if not expected:
        words = str(first.context.get("error") or first.type.replace("_", " "))
        return Misfit(first.loc, "bad-value", f"{subject}: {words}")
    code = _code(group, first.value)
    if not first.loc:
        return _not_the_whole(first, subject, model)
    if first.value is None:
        message = f"{subject} is empty; it takes {expected}"
        return Misfit(first.loc, "empty-value", message, "give it a value, or take the line out")
    message = f"{subject} {_is(first)}; it takes {expected}"
    return Misfit(first.loc, code, message, _value_hint(group, shapes))


def _expected(group: list[_Complaint]) -> str:
    words = dict.fromkeys(word for item in group for word in item.expected)
    return _listed(sorted(words, key=lambda word: word == "a mapping"), "or")


def _not_the_whole(item: _Complaint, subject: str, model: type[BaseModel]) -> Misfit:
    needed = [f"`{name}`" for name, info in fields(model).items() if info.is_required()]
    hint = f"it needs {_listed(needed, 'and')}" if needed else ""
    if item.value is None:
        return Misfit((), "empty-file", "there is nothing in this file", hint)
    message = f"{subject} {_is(item)}; it takes a mapping, lines of `key: value`"
    return Misfit((), "wrong-type", message, hint)


def _is(item: _Complaint) -> str:
    if item.type == "too_long":
        return f"holds {item.context.get('actual_length')}"
    if item.type == "string_too_long":
        return f"has {len(item.value):,} characters"
    return f"is {_shown(item.value)}"


def _code(group: list[_Complaint], value: Any) -> str:
    kinds = {item.type for item in group}
    if isinstance(value, dict | list) or kinds <= _EXPECTED.keys():
        return "wrong-type"
    return "bad-value"


def _missing(item: _Complaint, model: type[BaseModel], data: Any) -> Misfit:
    owner, name = item.loc[:-1], item.loc[-1]
    described = [shape.description for shape in shapes_at(model, item.loc) if shape.description]
    hint = f"`{name}`: {described[0]}" if described else ""
    message = f"{_owner(owner, model, data)} needs `{name}`"
    return Misfit(item.loc, "missing-key", message, hint)


def _empty(item: _Complaint, subject: str) -> Misfit:
    needs = "text" if item.type == "string_too_short" else "at least one item"
    return Misfit(item.loc, "empty-value", f"{subject} is empty; it takes {needs}")


def _unknown_key(item: _Complaint, model: type[BaseModel], data: Any) -> Misfit:
    owner, name = item.loc[:-1], str(item.loc[-1])
    message = f"{_owner(owner, model, data)} has no key `{shortened(name)}`"
    shapes = [shape for shape in shapes_at(model, owner) if shape.keys]
    keys = [key for shape in shapes for key in shape.keys]
    meant = next((shape.other_words[name] for shape in shapes if name in shape.other_words), None)
    near = meant or nearest(name, keys)
    home = "" if meant or near_enough(name, near) else home_of(model, name)
    if home:
        hint = f"`{name}` belongs {home}"
    elif near:
        hint = f"did you mean `{near}`?"
    elif len(keys) <= _SHOWN_KEYS or not hasattr(model, "other_words"):
        hint = f"its keys are {_listed([f'`{key}`' for key in keys], 'and')}"
    else:
        hint = "`vidgen schema` and docs/language.md list its keys"
    instead = near if near and not home else ""
    return Misfit(item.loc, "unknown-key", message, hint, on_key=True, meant=instead)


def near_enough(name: str, near: str | None) -> bool:
    """Whether `near` is `name` but for a slip of the finger."""
    return near is not None and difflib.SequenceMatcher(None, name, near).ratio() >= 0.8


def nearest(name: str, among: Iterable[Any]) -> str | None:
    """The word spelled most like `name`, if any is close; case, `-` and `_` do not count."""
    words = {_folded(str(word)): str(word) for word in among}
    longer = [word for word in words if word.startswith(_folded(name)) and len(name) > 2]
    if longer:
        return words[min(longer, key=len)]
    close = difflib.get_close_matches(_folded(name), words, n=1, cutoff=0.6)
    return words[close[0]] if close else None


def _folded(word: str) -> str:
    return word.lower().replace("_", "-").replace(" ", "-")


def _value_hint(group: list[_Complaint], shapes: tuple[Shape, ...]) -> str:
    value = group[0].value
    for item in group:
        if item.context.get("near"):
            near = item.context["near"]
            bare = isinstance(value, str) and near == value
            return f"write {near} without quotes" if bare else f"did you mean `{near}`?"
    choices = [choice for item in group for choice in item.choices]
    if choices and not isinstance(value, dict | list):
        near = nearest(str(value), choices)
        lone = [shape.description for shape in shapes] if len(choices) == 1 else []
        return f"did you mean `{near}`?" if near else "".join(lone[:1])
    takes_text = any(item.type == "string_type" for item in group)
    if takes_text and isinstance(value, bool | int | Decimal):
        return f'put it in quotes if it is text: "{_shown_text(value)}"'
    if any(item.type in ("tuple_type", "list_type") for item in group) and isinstance(value, str):
        return f"write it as a list: `[{shortened(value, 30)}]`"
    keys = [key for shape in shapes for key in shape.keys]
    if keys and len(keys) <= _SHOWN_KEYS and any(item.type == "model_type" for item in group):
        return f"its keys are {_listed([f'`{key}`' for key in keys], 'and')}"
    return ""


def _listed(words: list[str], last: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"`{_shown_text(value)}`"


def _shown_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return shortened(str(value))


def _owner(loc: Loc, model: type[BaseModel], data: Any) -> str:
    """What holds a key: `the storyboard`, ``shot `sip` ``, `` `format` ``."""
    if not loc:
        words = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in model.__name__)
        return f"the{words}"
    return _subject(loc, model, data)


def _subject(loc: Loc, model: type[BaseModel], data: Any) -> str:
    """What a value is called: `` `still.prompt` of shot `sip` ``, ``item 2 of `references` ``..."""
    if not loc:
        return _owner(loc, model, data)
    entity = ""
    if len(loc) >= 2 and isinstance(loc[0], str) and isinstance(loc[1], int):
        entity = _entity(loc[0], loc[1], data)
        loc = loc[2:]
        if not loc:
            return entity
    path = ".".join(str(step) for step in loc if not isinstance(step, int))
    item = f"item {loc[-1] + 1} of " if isinstance(loc[-1], int) else ""
    if not path:
        return f"{item}{entity}"
    return f"{item}`{shortened(path, 60)}`" + (f" of {entity}" if entity else "")


def _entity(kind: str, index: int, data: Any) -> str:
    """An item of a list by its name: ``shot `sip` ``, `shot 3` where it has none."""
    item = data[kind][index]
    name = (
        next((item[key] for key in ("id", "name") if key in item), None)
        if (isinstance(item, dict))
        else None
    )
    one = kind.removesuffix("s") if kind != "deliver" else "deliverable"
    return f"{one} `{shortened(name)}`" if isinstance(name, str) and name else f"{one} {index + 1}"
