"""A Request as the form that orders a clip. Pure but for reading the files that it carries.

OpenAI's own client (openai 3.54) sends every order as multipart/form-data, with or without a file,
and so do we: it is what every gateway was tried with, and all that vLLM-Omni takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from vidgen.job import Input, Request
from vidgen.providers.fields import body, files_of
from vidgen.providers.wire import Form

File = tuple[str, bytes, str]
"""A file's name, its bytes and its media type."""


def form(
    request: Request, fields: Mapping[str, Any], *, read: Callable[[Input], File], frames: bool
) -> Form:
    """The fields of one order; `frames` adds how many are wanted, where their rate is told too.

    Raises ProviderError `input` for what the fields have no place for, and as `read` does.
    """
    # No text of a storyboard holds a NUL: what does is a file's place in the form.
    tokens = {file: f"\0{number}" for number, file in enumerate(files_of(request, fields))}
    files = {token: read(file) for file, token in tokens.items()}
    written: dict[str, Any] = {"model": request.endpoint, **body(request, fields, tokens)}
    if frames and request.duration is not None and "rate" in fields:
        written["num_frames"] = int(Fraction(request.duration) * request.rate) + 1
    found: list[tuple[str, str | File]] = []
    for name, value in written.items():
        for one in value if _is_files(value, files) else [value]:
            found.append((name, files[one] if _is_file(one, files) else _text(one)))
    return found


def _is_file(value: Any, files: Mapping[str, File]) -> bool:
    return isinstance(value, str) and value in files


def _is_files(value: Any, files: Mapping[str, File]) -> bool:
    return isinstance(value, list) and all(_is_file(one, files) for one in value)


def _text(value: Any) -> str:
    """A value as a form has it: forms know texts alone."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
