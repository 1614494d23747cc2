"""YAML events to nodes with places: bounded in depth and size, nothing repeated, nothing run.

The only importer of yaml. Builds from the parser's events itself, because a ready-made loader
resolves scalars by YAML 1.1, lets repeated keys win silently, and expands without a bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any, NoReturn

import yaml

from vidgen.errors import Fault, StoryboardInvalid
from vidgen.yamlfile.syntax import explain, shortened, within, written_lines

MAX_DEPTH = 32
MAX_SIZE = 400_000
"""Values in a file at most, with every alias counted in full; long text counts for more."""
MAX_DIGITS = 40
MAX_FAULTS = 200

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset({"!", *(_CORE + name for name in ("str", "int", "float", "bool", "null"))})
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


class Node:
    """A value, where it stands (1-based), and what is under it.

    `size` counts the values under it with aliases in full; `places` are the places of its keys.
    """

    __slots__ = ("children", "column", "line", "places", "size", "value")

    def __init__(self, line: int, column: int, value: Any, size: int = 1) -> None:
        self.line = line
        self.column = column
        self.value = value
        self.size = size
        self.children: dict[Any, Node] | list[Node] | None = None
        self.places: dict[Any, tuple[int, int]] | None = None

    def child(self, step: Any) -> tuple[Any, Node | None]:
        """The child that `step` means, with its key; pydantic names a number's key by its text."""
        under = self.children
        if isinstance(under, dict):
            key = step if step in under else next((k for k in under if str(k) == str(step)), None)
            return key, under.get(key)
        if isinstance(under, list) and isinstance(step, int) and 0 <= step < len(under):
            return step, under[step]
        return step, None

    def under(self) -> Iterator[tuple[Any, Node]]:
        """Keys or indexes with their children."""
        if isinstance(self.children, dict):
            return iter(self.children.items())
        return iter(enumerate(self.children or ()))


def compose_text(text: str, name: str) -> tuple[Node, list[Fault]]:
    """The text's only document and its faults; raises where it cannot be read at all."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_unprintable(text, name)
    shown, stand_in = _hide_old_breaks(text)
    composer = _Composer(name, shown, stand_in)
    parser = None
    try:
        parser = _Parser(shown)
        return composer.document(parser.get_event), composer.faults
    except yaml.MarkedYAMLError as error:
        raise StoryboardInvalid((*composer.faults, explain(error, text, name))) from None
    finally:
        if parser is not None:
            parser.dispose()


class _Composer:
    """Takes events one by one; small mistakes are gathered, large ones raise."""

    def __init__(self, name: str, text: str, stand_in: str) -> None:
        self.name = name
        self.text = text
        self.stand_in = stand_in
        self.faults: list[Fault] = []
        self.anchors: dict[str, Node | None] = {}
        self.size = 0

    def document(self, events: Callable[[], Any]) -> Node:
        self.events = events
        events()  # the stream starts
        event = events()
        if type(event) is yaml.StreamEndEvent:
            return Node(1, 1, None)
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

    def node(self, event: Any, depth: int) -> Node:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self.alias(event)
        if kind is yaml.ScalarEvent:
            made = self.scalar(event)
        else:
            if depth >= MAX_DEPTH:
                self.refuse(
                    event,
                    "too-deep",
                    f"lists and mappings are nested more than {MAX_DEPTH} deep here",
                )
            if event.anchor:
                self.anchors[event.anchor] = None
            build = self.mapping if kind is yaml.MappingStartEvent else self.sequence
            made = build(event, depth + 1)
        if event.anchor:
            self.anchors[event.anchor] = made
        return made

    def alias(self, event: Any) -> Node:
        name = event.anchor
        if name not in self.anchors:
            self.refuse(
                event,
                "unknown-alias",
                f"`*{shortened(name)}` is an alias, and nothing above is anchored by that name",
                "put text that starts with `*` in quotes",
            )
        target = self.anchors[name]
        if target is None:
            self.refuse(event, "alias-loop", f"the alias `*{shortened(name)}` stands inside itself")
        self.grow(event, target.size)
        made = Node(*self.spot(event), target.value, target.size)
        made.children, made.places = target.children, target.places
        return made

    def grow(self, event: Any, size: int) -> None:
        self.size += size
        if self.size > MAX_SIZE:
            self.refuse(
                event,
                "too-many-values",
                f"the file grows past {MAX_SIZE:,} values here",
                "aliases of aliases multiply: write the values out",
            )

    def sequence(self, event: Any, depth: int) -> Node:
        made = Node(*self.spot(event), [])
        self.check_tag(event, "seq")
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

    def mapping(self, event: Any, depth: int) -> Node:
        made = Node(*self.spot(event), {})
        self.check_tag(event, "map")
        self.grow(event, 1)
        children: dict[Any, Node] = {}
        places: dict[Any, tuple[int, int]] = {}
        key_event = self.events()
        while type(key_event) is not yaml.MappingEndEvent:
            key = self.key(key_event, depth)
            value_event = self.events()
            child = self.node(value_event, depth)
            if value_event.start_mark.index == value_event.end_mark.index:
                # nothing is written, or a block starts below: one looks for it at the key
                child.line, child.column = self.spot(key_event)
            made.size += 1 + child.size
            if key in children:
                self.repeated(key_event, key, places[key][0])
            else:
                children[key], places[key] = child, self.spot(key_event)
            key_event = self.events()
        made.children, made.places = children, places
        made.value = {key: child.value for key, child in children.items()}
        return made

    def key(self, event: Any, depth: int) -> Any:
        node = self.node(event, depth)
        value = node.value
        if value == "<<" and type(event) is yaml.ScalarEvent and not event.style:
            self.complain(
                event,
                "merge-key",
                "merge keys (`<<`) are not part of YAML 1.2",
                "write the keys out; what all shots share goes under `defaults`",
            )
        elif value is None or isinstance(value, bool | dict | list):
            whole = isinstance(value, dict | list)
            shown = "a list or a mapping" if whole else f"`{event.value or '(nothing)'}`"
            self.complain(event, "bad-key", f"{shown} cannot be a key", "keys are text")
        else:
            return value
        return f"\0{len(self.faults)}"  # a key of its own, so that the rest is still read

    def repeated(self, event: Any, key: Any, line: int) -> None:
        self.complain(
            event,
            "repeated-key",
            f"the key `{shortened(str(key))}` is already on line {line} of the same mapping",
            "keep one of the two",
        )

    def check_tag(self, event: Any, expected: str) -> None:
        tag = event.tag
        if not tag or tag == _CORE + expected or (expected == "str" and tag in _SCALAR_TAGS):
            return
        self.complain(
            event,
            "unknown-tag",
            f"the tag `{shortened(tag.replace(_CORE, '!!'))}` means nothing here",
            "leave it out; put text that starts with `!` in quotes",
        )

    def scalar(self, event: Any) -> Node:
        text = event.value
        if self.stand_in:
            for old, new in zip(_OLD_BREAKS, self.stand_in, strict=True):
                text = text.replace(new, old)
        size = 1 + (len(text) >> 6)
        self.grow(event, size)
        self.check_tag(event, "str")
        plain = not event.style and event.tag not in ("!", _CORE + "str")
        return Node(*self.spot(event), self.plain_scalar(event, text) if plain else text, size)

    def plain_scalar(self, event: Any, text: str) -> Any:
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _NUMBER_STARTS:
            return text
        if _NO_NUMBER.fullmatch(text):
            self.complain(event, "not-a-number", f"`{text}` is no number that can be worked with")
            return text
        if _BASED.fullmatch(text):
            return int(text, 0)
        whole = _WHOLE.fullmatch(text)
        if not whole and not _POINT.fullmatch(text):
            return text
        number = Decimal(text) if len(text) <= MAX_DIGITS else None
        if number is None or abs(number.adjusted()) > MAX_DIGITS:
            self.complain(
                event,
                "number-too-long",
                f"`{shortened(text)}` is too long for a number",
                "put it in quotes if it is text",
            )
            return text
        return int(number) if whole else number

    @cached_property
    def lines(self) -> list[str]:
        return written_lines(self.text)

    def spot(self, event: Any) -> tuple[int, int]:
        return event.start_mark.line + 1, event.start_mark.column + 1

    def complain(self, event: Any, code: str, message: str, hint: str = "") -> None:
        self.faults.append(self.fault(event, code, message, hint))
        if len(self.faults) >= MAX_FAULTS:
            raise StoryboardInvalid(tuple(self.faults))

    def refuse(self, event: Any, code: str, message: str, hint: str = "") -> NoReturn:
        raise StoryboardInvalid((*self.faults, self.fault(event, code, message, hint)))

    def fault(self, event: Any, code: str, message: str, hint: str) -> Fault:
        line, column = within(self.lines, event.start_mark.line, event.start_mark.column)
        return Fault(code, message, self.name, line, column, hint)


def _refuse_unprintable(text: str, name: str) -> None:
    found = _UNPRINTABLE.search(text)
    if found is None:
        return
    before = text[: found.start()]
    line, column = before.count("\n") + 1, found.start() - before.rfind("\n")
    message = f"the control character U+{ord(found[0]):04X} stands here"
    hint = "take it out; in double quotes it can be written as an escape"
    raise StoryboardInvalid((Fault("bad-character", message, name, line, column, hint),))


def _hide_old_breaks(text: str) -> tuple[str, str]:
    """YAML 1.1's extra line breaks, which 1.2 reads as text, swapped for letters nobody uses."""
    if not any(sign in text for sign in _OLD_BREAKS):
        return text, ""
    unused = (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
    stand_in = "".join(next(unused) for _ in _OLD_BREAKS)
    for old, new in zip(_OLD_BREAKS, stand_in, strict=True):
        text = text.replace(old, new)
    return text, stand_in
