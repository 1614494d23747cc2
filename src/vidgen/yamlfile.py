"""YAML 1.2 text to plain data that knows where each value stands.

The only importer of yaml. Scalars follow the 1.2 core schema, with two differences that favour the
author: a number with a leading zero (`010`) stays text, and a number with a point becomes an exact
Decimal, never a float. Nothing here runs a tag, follows a merge key, or expands aliases without a
bound; hostile files end in a Fault, never in a hang or a crash.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from vidgen.errors import Fault, StoryboardInvalid
from vidgen.misfit import Loc, misfits

MAX_BYTES = 1_000_000
"""A storyboard's size at most: 2,000 rich shots are about half of it."""
MAX_PAGE_BYTES = 8_000_000
MAX_DEPTH = 32
MAX_SIZE = 400_000
"""Values in a file at most, with every alias counted in full; long text counts for more."""
MAX_DIGITS = 40

T = TypeVar("T", bound=BaseModel)

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset({_CORE + name for name in ("str", "int", "float", "bool", "null")})
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_POINT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMBER_STARTS = frozenset("0123456789+-.")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OLD_BREAKS = ("\x85", "\u2028", "\u2029")


class _Node:
    """A value, where it stands (1-based), and what is under it."""

    __slots__ = ("children", "column", "line", "places", "size", "value")

    def __init__(self, line: int, column: int, value: Any, size: int = 1) -> None:
        self.line = line
        self.column = column
        self.value = value
        self.size = size
        self.children: dict[Any, _Node] | list[_Node] | None = None
        self.places: dict[Any, tuple[int, int]] | None = None


class Document:
    """A file's data with the place of every value; `name` is what messages call the file."""

    def __init__(self, name: str, root: _Node, faults: tuple[Fault, ...] = ()) -> None:
        self.name = name
        self.faults = faults
        self._root = root

    @property
    def value(self) -> Any:
        """The data: dicts, lists, text, ints, Decimals, bools, None; raises if it is faulty."""
        if self.faults:
            raise StoryboardInvalid(self.faults)
        return self._root.value

    def place(self, loc: Loc, *, key: bool = False) -> tuple[int, int]:
        """Line and column of the value at `loc` (or of its key), else of its nearest ancestor."""
        node = self._root
        spot = (node.line, node.column)
        for step in loc:
            child = _child(node, step)
            if child is None:
                return spot
            spot = (child.line, child.column)
            if key and node.places is not None:
                spot = node.places[_key(node, step)]
            node = child
        return spot

    def fault(
        self, loc: Loc, code: str, message: str, hint: str = "", *, key: bool = False
    ) -> Fault:
        """A Fault at `loc` of this file (at its key where `key` is set)."""
        line, column = self.place(loc, key=key)
        return Fault(code, message, self.name, line, column, hint)

    def validate(self, model: type[T]) -> T:
        """The data as `model`; raises StoryboardInvalid with every fault at once, in file order."""
        found = list(self.faults)
        try:
            made = model.model_validate(self._root.value)
        except ValidationError as error:
            found.extend(
                self.fault(misfit.loc, misfit.code, misfit.message, misfit.hint, key=misfit.on_key)
                for misfit in misfits(error, model, self._root.value)
            )
        if found:
            raise StoryboardInvalid(in_order(found))
        return made


def in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """Faults by line and column, each once."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.column)))


def plain(path: Path) -> Any:
    """The data of a page that ships with the tool; StoryboardInvalid where the page is faulty."""
    return read(path, limit=MAX_PAGE_BYTES).value


def read(path: Path, *, name: str | None = None, limit: int = MAX_BYTES) -> Document:
    """A file of at most `limit` bytes as a Document; StoryboardInvalid where it is not YAML."""
    shown = name or path.name
    return parse(_text(path, shown, limit), name=shown)


def parse(text: str, *, name: str) -> Document:
    """YAML text as a Document; StoryboardInvalid where it is not YAML."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_unprintable(text, name)
    text, stand_in = _hide_old_breaks(text)
    parser = None
    composer = _Composer(name, text, stand_in)
    try:
        parser = _Parser(text)
        root = composer.document(parser.get_event)
    except yaml.MarkedYAMLError as error:
        raise StoryboardInvalid(in_order([*composer.faults, _syntax(error, text, name)])) from None
    finally:
        if parser is not None:
            parser.dispose()
    return Document(name, root, in_order(composer.faults))


class _Composer:
    """Builds nodes from parser events: bounded in depth and size, with repeated keys refused."""

    def __init__(self, name: str, text: str, stand_in: str) -> None:
        self.name = name
        self.text = text
        self.stand_in = stand_in
        self.faults: list[Fault] = []
        self.anchors: dict[str, _Node | None] = {}
        self.size = 0

    def document(self, events: Callable[[], Any]) -> _Node:
        self.events = events
        events()  # the stream starts
        event = events()
        if type(event) is yaml.StreamEndEvent:
            return _Node(1, 1, None)
        root = self.node(events(), 0)
        events()  # the document ends
        event = events()
        if type(event) is not yaml.StreamEndEvent:
            self.refuse(
                event,
                "two-documents",
                "a second document starts here, and a file holds one",
                "take out the `---`, or put what follows into a file of its own",
            )
        return root

    def refuse(self, event: Any, code: str, message: str, hint: str = "") -> None:
        raise StoryboardInvalid(in_order([*self.faults, self.fault(event, code, message, hint)]))

    def fault(self, event: Any, code: str, message: str, hint: str = "") -> Fault:
        line, column = _within(self.text, event.start_mark.line, event.start_mark.column)
        return Fault(code, message, self.name, line, column, hint)

    def node(self, event: Any, depth: int) -> _Node:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            made = self.scalar(event)
        elif kind is yaml.AliasEvent:
            return self.alias(event)
        else:
            if depth >= MAX_DEPTH:
                self.refuse(event, "too-deep", f"nested more than {MAX_DEPTH} levels deep")
            if event.anchor:
                self.anchors[event.anchor] = None
            is_map = kind is yaml.MappingStartEvent
            self.check_tag(event, "map" if is_map else "seq")
            made = (self.mapping if is_map else self.sequence)(event, depth + 1)
        if event.anchor:
            self.anchors[event.anchor] = made
        return made

    def alias(self, event: Any) -> _Node:
        if event.anchor not in self.anchors:
            self.refuse(event, "unknown-alias", f"`*{event.anchor}` names no anchor above it")
        target = self.anchors[event.anchor]
        if target is None:
            self.refuse(event, "alias-loop", f"`*{event.anchor}` stands inside itself")
        assert target is not None
        self.grow(event, target.size)
        mark = event.start_mark
        made = _Node(mark.line + 1, mark.column + 1, target.value, target.size)
        made.children, made.places = target.children, target.places
        return made

    def grow(self, event: Any, size: int) -> None:
        self.size += size
        if self.size > MAX_SIZE:
            self.refuse(
                event,
                "too-large",
                f"grows past {MAX_SIZE:,} values here",
                "aliases that repeat aliases multiply; write the values out",
            )

    def sequence(self, event: Any, depth: int) -> _Node:
        made = _Node(event.start_mark.line + 1, event.start_mark.column + 1, [])
        self.grow(event, 1)
        children = []
        item = self.events()
        while type(item) is not yaml.SequenceEndEvent:
            child = self.node(item, depth)
            children.append(child)
            made.size += child.size
            item = self.events()
        made.children = children
        made.value = [child.value for child in children]
        return made

    def mapping(self, event: Any, depth: int) -> _Node:
        made = _Node(event.start_mark.line + 1, event.start_mark.column + 1, {})
        self.grow(event, 1)
        children: dict[Any, _Node] = {}
        places: dict[Any, tuple[int, int]] = {}
        key_event = self.events()
        while type(key_event) is not yaml.MappingEndEvent:
            key = self.key(key_event, depth)
            where = (key_event.start_mark.line + 1, key_event.start_mark.column + 1)
            value_event = self.events()
            child = self.node(value_event, depth)
            if child.value is None and value_event.start_mark.index == value_event.end_mark.index:
                child.line, child.column = where  # nothing is written: point at the key
            made.size += 1 + child.size
            if key in children:
                self.repeated(key_event, key, places[key])
            else:
                children[key], places[key] = child, where
            key_event = self.events()
        made.children, made.places = children, places
        made.value = {key: child.value for key, child in children.items()}
        return made

    def key(self, event: Any, depth: int) -> Any:
        node = self.node(event, depth)
        value = node.value
        if value == "<<" and type(event) is yaml.ScalarEvent and not event.style:
            self.faults.append(
                self.fault(
                    event,
                    "merge-key",
                    "merge keys (`<<`) are not part of YAML 1.2",
                    "write the keys out, or put what shots share under `defaults`",
                )
            )
        elif value is None or isinstance(value, bool | dict | list):
            shown = "a list or a mapping" if isinstance(value, dict | list) else f"`{event.value}`"
            self.faults.append(
                self.fault(event, "bad-key", f"{shown} cannot be a key; keys are text")
            )
            return f"\0{len(self.faults)}"  # a key of its own, so that the rest is still read
        return value

    def repeated(self, event: Any, key: Any, first: tuple[int, int]) -> None:
        self.faults.append(
            self.fault(
                event,
                "repeated-key",
                f"the key `{key}` stands twice in one mapping; it is first on line {first[0]}",
                "keep one of them",
            )
        )

    def check_tag(self, event: Any, expected: str) -> None:
        if event.tag and event.tag not in ("!", _CORE + expected):
            shown = event.tag.replace(_CORE, "!!")
            self.faults.append(
                self.fault(
                    event,
                    "unknown-tag",
                    f"the tag `{shown}` means nothing here",
                    "leave it out: plain text, numbers, lists and mappings are all there is",
                )
            )

    def scalar(self, event: Any) -> _Node:
        mark = event.start_mark
        text = event.value
        if self.stand_in:
            for old, new in zip(_OLD_BREAKS, self.stand_in, strict=True):
                text = text.replace(new, old)
        size = 1 + (len(text) >> 6)
        self.grow(event, size)
        tag = event.tag
        if tag and tag not in _SCALAR_TAGS:
            self.check_tag(event, "str")
        value = text
        if not event.style and (not tag or tag != _CORE + "str"):
            value = self.plain_scalar(event, text)
        return _Node(mark.line + 1, mark.column + 1, value, size)

    def plain_scalar(self, event: Any, text: str) -> Any:
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _NUMBER_STARTS:
            return text
        if _NO_NUMBER.fullmatch(text):
            self.faults.append(self.fault(event, "not-a-number", f"`{text}` is no number to use"))
            return text
        whole = _WHOLE.fullmatch(text)
        if not (whole or _POINT.fullmatch(text) or _BASED.fullmatch(text)):
            return text
        if len(text) > MAX_DIGITS or abs((number := _number(text)).adjusted()) > MAX_DIGITS:
            self.faults.append(
                self.fault(event, "number-too-long", f"`{text[:20]}...` is too long a number")
            )
            return 0
        return int(number) if whole or text[1:2] in ("o", "x") else number


def _number(text: str) -> Decimal:
    return Decimal(int(text, 0)) if text[1:2] in ("o", "x") else Decimal(text)


def _child(node: _Node, step: Any) -> _Node | None:
    if isinstance(node.children, dict):
        return node.children.get(_key(node, step))
    if isinstance(node.children, list) and isinstance(step, int) and 0 <= step < len(node.children):
        return node.children[step]
    return None


def _key(node: _Node, step: Any) -> Any:
    """The key that `step` means: pydantic names a key that is a number by its text."""
    assert isinstance(node.children, dict)
    if step in node.children:
        return step
    return next((key for key in node.children if str(key) == str(step)), step)


def _text(path: Path, name: str, limit: int) -> str:
    def refuse(code: str, message: str, hint: str = "", line: int = 1, column: int = 1) -> None:
        raise StoryboardInvalid((Fault(code, message, name, line, column, hint),))

    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            refuse("not-a-file", f"`{name}` is not a file")
        if facts.st_size <= limit:
            with path.open("rb") as file:
                data = file.read(limit + 1)
        if facts.st_size > limit or len(data) > limit:
            refuse(
                "file-too-large",
                f"the file has {max(facts.st_size, limit + 1):,} bytes; at most {limit:,} are read",
            )
    except OSError as error:
        refuse("unreadable", f"`{name}` cannot be read: {error.strerror or error}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        refuse(
            "not-utf-8",
            f"the byte 0x{data[error.start]:02x} is not UTF-8 text",
            "save the file as UTF-8",
            line,
            column,
        )
        raise


def _refuse_unprintable(text: str, name: str) -> None:
    found = _UNPRINTABLE.search(text)
    if found is None:
        return
    before = text[: found.start()]
    line, column = before.count("\n") + 1, found.start() - before.rfind("\n")
    message = f"the character U+{ord(found[0]):04X} cannot be printed and may not stand here"
    raise StoryboardInvalid((Fault("bad-character", message, name, line, column),))


def _hide_old_breaks(text: str) -> tuple[str, str]:
    """YAML 1.1's extra line breaks, which 1.2 reads as text, swapped for letters nobody uses."""
    if not any(sign in text for sign in _OLD_BREAKS):
        return text, ""
    unused = (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
    stand_in = "".join(next(unused) for _ in _OLD_BREAKS)
    for old, new in zip(_OLD_BREAKS, stand_in, strict=True):
        text = text.replace(old, new)
    return text, stand_in


def _within(text: str, line: int, column: int) -> tuple[int, int]:
    """A parser's 0-based mark as 1-based, never past the last line that has anything on it."""
    lines = text.rstrip("\n").split("\n")
    if line < len(lines):
        return line + 1, column + 1
    return len(lines), len(lines[-1]) + 1


def _syntax(error: yaml.MarkedYAMLError, text: str, name: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    line, column = _within(text, mark.line, mark.column) if mark else (1, 1)
    return Fault("bad-yaml", str(error.problem), name, line, column)
