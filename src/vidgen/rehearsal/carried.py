"""The files that an order carries: in its body, or uploaded before and named there.

Pure, but for reading an uploaded file. What is neither a `data:` URI, nor raw base64 of a picture,
nor the link of an upload is not seen: nothing is ever fetched.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
_LAST_WORDS = ("last", "end", "tail")
_OTHER_WORDS = ("ref", "element", "urls", "list", "mask", "voice", "video", "audio", "motion")
_SHORTEST = 64

Place = Literal["first", "last", "other"]


@dataclass(frozen=True)
class Carried:
    """One file of an order: its bytes, and what it is there as, by the names around it."""

    place: Place
    data: bytes

    @cached_property
    def digest(self) -> str:
        """The sha256 of its bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def is_picture(self) -> bool:
        """Whether it begins as PNG, JPEG or WebP does."""
        return self.data.startswith(_PICTURES)


def carried(body: Mapping[str, Any], uploaded: Callable[[str], bytes | None]) -> list[Carried]:
    """Every file in a body; `uploaded` gives the bytes behind a link, or None for another's."""
    return list(_found(body, "", uploaded))


def _found(value: Any, label: str, uploaded: Callable[[str], bytes | None]) -> Iterator[Carried]:
    if isinstance(value, Mapping):
        kind = value.get("type")
        within = f"{label} {kind}" if isinstance(kind, str) and len(kind) < 64 else label
        for name, item in value.items():
            yield from _found(item, f"{within} {name}", uploaded)
    elif isinstance(value, list):
        for item in value:
            yield from _found(item, label, uploaded)
    elif isinstance(value, str):
        data = _bytes_of(value, uploaded)
        if data is not None:
            yield Carried(_place(label.lower()), data)


def _place(label: str) -> Place:
    if any(word in label for word in _OTHER_WORDS):
        return "other"
    return "last" if any(word in label for word in _LAST_WORDS) else "first"


def _bytes_of(text: str, uploaded: Callable[[str], bytes | None]) -> bytes | None:
    if text[:5].lower() == "data:":
        head, _, packed = text.partition(",")
        return _unpacked(packed) if head.endswith(";base64") else None
    if text.startswith(("http:", "https:")):
        return uploaded(text)
    # No word of a prompt may be taken for a file: only what decodes to a picture's start counts.
    if len(text) < _SHORTEST or " " in text[:_SHORTEST]:
        return None
    data = _unpacked(text)
    return data if data is not None and data.startswith(_PICTURES) else None


def _unpacked(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
