"""YAML 1.2 text to plain data that knows where each value stands.

Scalars follow the 1.2 core schema, with two differences that favour the author: a number with a
leading zero (`010`) stays text, and a number with a point becomes an exact Decimal, never a float.
Nothing here runs a tag, follows a merge key, or expands aliases without a bound; hostile files end
in a Fault, never in a hang or a crash. Never writes a file.
"""

from __future__ import annotations

import copy
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from vidgen.errors import Fault, StoryboardInvalid
from vidgen.yamlfile.compose import Node, compose_text
from vidgen.yamlfile.misfit import Loc, Misfit, misfits, nearest
from vidgen.yamlfile.syntax import shortened

__all__ = [
    "Document", "Loc", "Misfit", "in_order", "nearest", "parse", "plain", "read", "shortened",
]  # fmt: skip

MAX_BYTES = 1_000_000
"""A storyboard's size at most: 2,000 rich shots are about 800,000 bytes."""
MAX_PAGE_BYTES = 8_000_000
MENDINGS = 3
AS_UTF_8 = "save the file as UTF-8 (in most editors: Save with Encoding)"

T = TypeVar("T", bound=BaseModel)


class Document:
    """A file's data with the place of every value; `name` is what messages call the file.

    `faults` holds what is wrong with the file as YAML although it could be read: repeated keys,
    unknown tags, merge keys. `value` and `validate` raise them.
    """

    def __init__(self, name: str, root: Node, faults: tuple[Fault, ...] = ()) -> None:
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
            name, child = node.child(step)
            if child is None:
                return spot
            spot = (child.line, child.column)
            if key and node.places is not None:
                spot = node.places[name]
            node = child
        return spot

    def walk(self) -> Iterator[tuple[Loc, Any]]:
        """Every value that is no list and no mapping, with its path, in the file's order."""
        waiting: list[tuple[Loc, Node]] = [((), self._root)]
        while waiting:
            loc, node = waiting.pop()
            if node.children is None:
                yield loc, node.value
                continue
            under = [((*loc, step), child) for step, child in node.under()]
            waiting.extend(reversed(under))

    def fault(
        self, loc: Loc, code: str, message: str, hint: str = "", *, key: bool = False
    ) -> Fault:
        """A Fault at `loc` of this file (at its key where `key` is set)."""
        line, column = self.place(loc, key=key)
        return Fault(code, message, self.name, line, column, hint)

    def attempt(self, model: type[T]) -> tuple[T | None, tuple[Misfit, ...]]:
        """The data as `model`, or None and everything that does not fit."""
        try:
            return model.model_validate(self._root.value), ()
        except ValidationError as error:
            return None, misfits(error, model, self._root.value)

    def remainder(
        self, model: type[T], found: Iterable[Misfit], instead: Callable[[Loc], Any]
    ) -> T | None:
        """The data as `model` without what does not fit; None if that is no help.

        `instead` may give a stand-in for the value at a path, or None to leave its key out. Places
        stay right, since items of lists are never taken out.
        """
        data = copy.deepcopy(self._root.value)
        for _ in range(MENDINGS):
            for misfit in found:
                _mend(data, misfit, instead(misfit.loc))
            try:
                return model.model_validate(data)
            except ValidationError as error:
                found = misfits(error, model, data)
        return None

    def validate(self, model: type[T]) -> T:
        """The data as `model`; raises StoryboardInvalid with every fault at once, in file order."""
        made, found = self.attempt(model)
        if made is None or self.faults:
            raise StoryboardInvalid(self.told(found))
        return made

    def told(self, found: Iterable[Misfit], more: Iterable[Fault] = ()) -> tuple[Fault, ...]:
        """What does not fit, with the file's own faults and `more`, each at its line, in order."""
        told = {(fault.line, fault.column) for fault in self.faults}
        at_lines = (
            fault
            for item in found
            if (fault := self._at(item)) and (fault.line, fault.column) not in told
        )
        return in_order((*self.faults, *at_lines, *more))

    def _at(self, item: Misfit) -> Fault:
        return self.fault(item.loc, item.code, item.message, item.hint, key=item.on_key)


def _mend(data: Any, misfit: Misfit, stand_in: Any) -> None:
    """Put `stand_in` there, or the key that was meant; else leave out what does not fit."""
    holders: list[tuple[Any, Any]] = []
    for step in misfit.loc:
        holders.append((data, step))
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
    if holders and isinstance(holders[-1][0], dict):
        holder, step = holders[-1]
        if stand_in is not None:
            holder[step] = stand_in
            return
        if misfit.meant and step in holder:
            holder.setdefault(misfit.meant, holder.pop(step))
            return
    for holder, step in reversed(holders):
        if isinstance(holder, dict) and step in holder:
            del holder[step]
            return


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
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
    root, faults = compose_text(text, name)
    return Document(name, root, in_order(faults))


def _text(path: Path, name: str, limit: int) -> str:
    try:
        data = _bytes(path, name, limit)
    except OSError as error:
        raise _alone("unreadable", f"cannot be read: {error.strerror or error}", name) from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _alone("not-utf-8", "this is UTF-16 text, and UTF-8 is read", name, AS_UTF_8)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        spot = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"the byte 0x{data[error.start]:02x} here is not UTF-8 text"
        raise _alone("not-utf-8", message, name, AS_UTF_8, spot) from None


def _bytes(path: Path, name: str, limit: int) -> bytes:
    """The file's bytes; the size is looked at first, so that a huge file is never read."""
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        kind = "a folder" if stat.S_ISDIR(facts.st_mode) else "no ordinary file"
        raise _alone("not-a-file", f"this is {kind}", name)
    data = b""
    if facts.st_size <= limit:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    size = max(facts.st_size, len(data))
    if size > limit:
        message = f"the file has {_size(size)}, and at most {_size(limit)} is read"
        hint = "pictures and sound stay in files of their own; a storyboard only names them"
        raise _alone("file-too-large", message, name, hint)
    return data


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0") + " MB"


def _alone(
    code: str, message: str, name: str, hint: str = "", spot: tuple[int, int] = (1, 1)
) -> StoryboardInvalid:
    return StoryboardInvalid((Fault(code, message, name, *spot, hint),))
