"""How small values are read: numbers with units, whole numbers, spelled names, truth.

Each says in one sentence what it takes, both to a person who got it wrong and to an editor through
the JSON Schema. Numbers come out as exact Decimals, never as floats.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MAX_TEXT = 40
_PARTS = re.compile(
    r"\s*(?P<prefix>[$€£]?)(?P<number>[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))\s*(?P<unit>[A-Za-z]*)\s*",
    re.ASCII,
)

LONGER = {
    **dict.fromkeys(("sec", "secs", "second", "seconds"), Decimal(1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), Decimal(60)),
}
"""Units of time that the language does not have, in seconds: only hints are made of them."""

NOT_TAKEN = "not-taken"
"""The type of every error raised here; its context holds `expected` and perhaps `near`."""


def not_taken(expected: str, near: str = "") -> PydanticCustomError:
    """An error that says what is taken, and the nearest right spelling if there is one."""
    return PydanticCustomError(NOT_TAKEN, "takes {expected}", {"expected": expected, "near": near})


@dataclass(frozen=True)
class Quantity:
    """A number, perhaps with a unit after it (or `$` before it), within bounds.

    `units` says what one of each (in lower case) is worth; `lowest` and `highest` are allowed
    themselves, unless `above` is set: then the number must be more than `lowest`.
    """

    what: str
    example: str
    units: tuple[tuple[str, Decimal], ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None
    above: bool = False
    prefix: str = ""

    @property
    def expected(self) -> str:
        """`seconds from 0 to 3600, such as 5s`."""
        return f"{self.what}{self._bounds()}, such as `{self.example}`"

    def _bounds(self) -> str:
        low, high = self.lowest, self.highest
        if low is None:
            return ""
        if self.above:
            return f" above {low}" + ("" if high is None else f", at most {high}")
        return f" of at least {low}" if high is None else f" from {low} to {high}"

    @property
    def pattern(self) -> str:
        """The text form as a regular expression that Python and JavaScript read alike."""
        letters = ("".join(f"[{sign}{sign.upper()}]" for sign in name) for name, _ in self.units)
        unit = f"\\s*({'|'.join(letters)})?" if self.units else ""
        prefix = f"({re.escape(self.prefix)})?" if self.prefix else ""
        return rf"^\s*{prefix}[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+){unit}\s*$"

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "number"}
        if self.lowest is not None:
            number["exclusiveMinimum" if self.above else "minimum"] = _json(self.lowest)
        if self.highest is not None:
            number["maximum"] = _json(self.highest)
        return {"anyOf": [number, {"type": "string", "pattern": self.pattern}]}

    def read(self, value: Any) -> Decimal:
        """The number, exact; a pydantic error where `value` is none or out of bounds."""
        if isinstance(value, str):
            found = self._from_text(value)
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            found = Decimal(value)
        else:
            found = None
        if found is None or not self._holds(found):
            raise not_taken(self.expected, self._nearest(value))
        return found

    def _nearest(self, value: Any) -> str:
        """The same time in seconds, where it is written in a unit that people expect."""
        parts = (
            _PARTS.fullmatch(value) if isinstance(value, str) and len(value) <= MAX_TEXT else None
        )
        worth = LONGER.get(parts["unit"].lower()) if parts else None
        if parts is None or worth is None or not any(name == "s" for name, _ in self.units):
            return ""
        seconds = Decimal(parts["number"]) * worth
        return f"{seconds.normalize():f}s" if self._holds(seconds) else ""

    def _from_text(self, text: str) -> Decimal | None:
        parts = _PARTS.fullmatch(text) if len(text) <= MAX_TEXT else None
        if parts is None or parts["prefix"] not in ("", self.prefix):
            return None
        if not parts["unit"]:
            return Decimal(parts["number"])
        worth = dict(self.units).get(parts["unit"].lower())
        return None if worth is None else Decimal(parts["number"]) * worth

    def _holds(self, number: Decimal) -> bool:
        if self.lowest is not None and (
            number < self.lowest or (self.above and number == self.lowest)
        ):
            return False
        return self.highest is None or number <= self.highest


def _json(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    lowest: int
    highest: int

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.simple_ser_schema("int")
        )

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}

    def read(self, value: Any) -> int:
        """The number; a pydantic error where `value` is none or out of bounds."""
        right = isinstance(value, int) and not isinstance(value, bool)
        if right and self.lowest <= value <= self.highest:
            return int(value)
        expected = f"a whole number from {self.lowest} to {self.highest}"
        near = value if isinstance(value, str) and value.isascii() and value.isdigit() else ""
        raise not_taken(expected, near=near)


@dataclass(frozen=True)
class Spelled:
    """Text of a given pattern; `words` say what the pattern means."""

    pattern: str
    words: str
    suggest: Callable[[str], str] | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        pattern = re.compile(self.pattern)

        def check(value: str) -> str:
            if pattern.fullmatch(value):
                return value
            near = self.suggest(value) if self.suggest else ""
            raise not_taken(self.words, near=near if pattern.fullmatch(near) else "")

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": self.pattern}


def slug(text: str) -> str:
    """Text as a name: lower case, with `-` for whatever a name cannot hold."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")[:48]


def strictly_true_or_false(value: Any) -> bool:
    """YAML 1.2 truth: `yes` and `on` are text, and are told so."""
    if isinstance(value, bool):
        return value
    near = {"yes": "true", "on": "true", "no": "false", "off": "false"}
    raise not_taken("`true` or `false`", near=near.get(str(value).lower(), ""))
