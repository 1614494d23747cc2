"""The files that an order carries: in its body, or uploaded before and named there.

Pure, but for reading an uploaded file. What is neither a `data:` URI, nor raw base64 of a picture,
a clip or a sound, nor the link of an upload is not seen: nothing is ever fetched.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

Place = Literal["first", "last", "other"]
Kind = Literal["picture", "clip", "sound"]

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_MPEG = (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1", b"\xff\xf9")  # MP3 and AAC, bare
_SOUNDS = (b"ID3", b"OggS", b"fLaC", *_MPEG)
_RIFF: dict[bytes, Kind] = {b"WEBP": "picture", b"WAVE": "sound", b"AVI ": "clip"}
_WEBM = b"\x1aE\xdf\xa3"
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
"""What an MP4 or a MOV may begin with, behind four bytes of length."""
_BRANDS: dict[bytes, Kind | None] = {
    b"M4A ": "sound",
    b"M4B ": "sound",
    b"avif": None,
    b"heic": None,
    b"mif1": None,
}
"""Brands of that family that are no clip."""
_LAST_WORDS = ("last", "end", "tail")
_OTHER_WORDS = ("ref", "element", "urls", "list", "mask", "voice", "video", "audio", "motion")
_SHORTEST = 64


@dataclass(frozen=True)
class Carried:
    """One file of an order: its bytes, and what it is there as, by the names around it."""

    place: Place
    data: bytes

    @cached_property
    def digest(self) -> str:
        """The sha256 of its bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def kind(self) -> Kind | None:
        """What it begins as; None for what is neither picture, clip nor sound."""
        return _kind(self.data)


def carried(body: Mapping[str, Any], uploaded: Callable[[str], bytes | None]) -> list[Carried]:
    """Every file in a body; `uploaded` gives the bytes behind a link, or None for another's."""
    return list(_found(body, "", uploaded))


def first_of(files: Sequence[Carried], kind: Kind, place: Place | None = None) -> Carried | None:
    """The first file of a kind, and in a place where one is given; None where there is none."""
    return next((file for file in files if file.kind == kind and place in (None, file.place)), None)


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
    # No word of a prompt may be taken for a file: only what decodes to the start of one counts.
    if len(text) < _SHORTEST or " " in text[:_SHORTEST]:
        return None
    data = _unpacked(text)
    return data if data is not None and _kind(data) else None


def _kind(data: bytes) -> Kind | None:
    if data.startswith(b"RIFF"):
        return _RIFF.get(data[8:12])
    if data.startswith(_PICTURES):
        return "picture"
    if data[4:8] in _BOXES:
        return _BRANDS.get(data[8:12], "clip") if data[4:8] == b"ftyp" else "clip"
    if data.startswith(_WEBM):
        return "clip"
    return "sound" if data.startswith(_SOUNDS) else None


def _unpacked(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
