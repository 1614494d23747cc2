"""What pydantic found wrong with a file's data, in the language of the person who wrote it.

Pure: takes the error, the model and the data; knows nothing of files or lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

Loc = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """One mistake at a path of the data; `on_key` where the key itself is what is wrong."""

    loc: Loc
    code: str
    message: str
    hint: str = ""
    on_key: bool = False


def misfits(error: ValidationError, model: type[BaseModel], value: Any) -> tuple[Misfit, ...]:
    """Every mistake once, with follow-on complaints left out."""
    return tuple(Misfit(item["loc"], item["type"], item["msg"]) for item in error.errors())
