"""The small values of the language by name: times, money, gains, names, files.

Values only; `quantity` knows how each is read.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from vidgen.quantity import Quantity, Spelled, Whole, not_taken, slug, strictly_true_or_false

Aspect = Literal["9:16", "16:9", "1:1", "4:5", "5:4", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21"]
PresetName = Literal["social-vertical", "youtube", "feed-square", "master"]
"""The delivery presets; a test holds this against what `stitch` can make."""
Resolution = Literal["360p", "480p", "540p", "720p", "768p", "1080p", "1440p", "2k", "4k"]
ASPECTS: tuple[str, ...] = get_args(Aspect)
RESOLUTIONS: tuple[str, ...] = get_args(Resolution)

_ZERO, _ONE = Decimal(0), Decimal(1)
_TIME = (("s", _ONE), ("ms", Decimal("0.001")))


def between(lowest: str, highest: str, example: str) -> Quantity:
    """A plain number within bounds, both allowed."""
    return Quantity("a number", example, lowest=Decimal(lowest), highest=Decimal(highest))


def length(highest: int, example: str) -> Quantity:
    """Seconds above zero."""
    return Quantity("seconds", example, _TIME, lowest=_ZERO, highest=Decimal(highest), above=True)


def amount(what: str, example: str, unit: str, prefix: str = "") -> Quantity:
    """Money above zero."""
    return Quantity(what, example, ((unit, _ONE),), lowest=_ZERO, above=True, prefix=prefix)


def level(what: str, example: str, unit: str, lowest: int, highest: int) -> Quantity:
    """A level on a scale of decibels."""
    return Quantity(
        what, example, ((unit, _ONE),), lowest=Decimal(lowest), highest=Decimal(highest)
    )


_SECONDS = Quantity("seconds", "2.5s", _TIME, lowest=_ZERO, highest=Decimal(3600))

Seconds = Annotated[Decimal, _SECONDS]
Length = Annotated[Decimal, length(600, "5s")]
Overlap = Annotated[Decimal, length(5, "0.5s")]
Decibels = Annotated[Decimal, level("decibels", "-10dB", "db", -60, 24)]
Loudness = Annotated[Decimal, level("a loudness in LUFS", "-14", "lufs", -36, -5)]
Credits = Annotated[Decimal, amount("a number of credits", "1500", "credits")]
Dollars = Annotated[Decimal, amount("US dollars", "15", "usd", prefix="$")]
Axis = Annotated[Decimal, between("-10", "10", "3")]

Switch = Annotated[bool, BeforeValidator(strictly_true_or_false)]
Seed = Annotated[int, Whole(0, 2**32 - 1)]
Takes = Annotated[int, Whole(1, 20)]

_NAME = "lower-case letters, digits, `-` and `_`, at most 48 of them"
_FILE = "letters, digits, `.`, `-` and `_`, at most 64 of them"
ShotId = Annotated[str, Spelled(r"^[a-z0-9][a-z0-9_-]{0,47}$", _NAME, slug)]
FileName = Annotated[str, Spelled(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", _FILE, slug)]


def _a_file(value: Any) -> Any:
    """What is no text names no file, and quotes around it would not make it one."""
    if not isinstance(value, str):
        raise not_taken("a file of the project")
    return value


ProjectPath = Annotated[
    str,
    Field(min_length=1, max_length=500, json_schema_extra={"format": "project-path"}),
    BeforeValidator(_a_file),
]


def _no_truth(value: Any) -> Any:
    """`true` is no 1, although Python says so."""
    return "true" if value is True else value


Version = Annotated[Literal[1], BeforeValidator(_no_truth)]


def _rate(value: Any) -> Any:
    """23.976 and 24.0 as the language names them; whatever else is left for the check."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value


_RATES = (24, 25, 30, 48, 50, 60, 23.976, 29.97, 59.94, "23.976", "29.97", "59.94")
FrameRate = Annotated[
    Literal[24, 25, 30, 48, 50, 60, "23.976", "29.97", "59.94"],
    BeforeValidator(_rate),
    WithJsonSchema({"enum": list(_RATES)}),
]


def _moment(value: Any) -> Any:
    """Seconds where a number or a unit is written; any other text is a shot's id (`010` is one)."""
    if isinstance(value, str) and not value.rstrip().lower().endswith("s"):
        return value
    try:
        return _SECONDS.read(value)
    except PydanticCustomError:
        if isinstance(value, str):
            return value
        raise not_taken("a shot's id, or a time such as `2.5s`") from None


Moment = Annotated[str | Decimal, BeforeValidator(_moment)]
