"""A finished file as an answer: whole or a range of it (RFC 9110, section 14), with its ETag."""

from __future__ import annotations

import re
from pathlib import Path

from vidgen.rehearsal.exchange import Answer, Ask, Stretch

_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")
_TYPES = {".mp4": "video/mp4", ".png": "image/png"}


def served(path: Path, etag: str, ask: Ask, *, garbled: bool = False) -> Answer:
    """The file, or the range of it that was asked for. `etag` is without its quotes."""
    size = path.stat().st_size
    quoted = f'"{etag}"'
    headers = (
        ("content-type", _TYPES.get(path.suffix, "application/octet-stream")),
        ("accept-ranges", "bytes"),
        ("etag", quoted),
    )
    asked = ask.headers.get("range") if ask.headers.get("if-range", quoted) == quoted else None
    if asked is None or not _RANGE.fullmatch(asked):
        return Answer(200, headers, Stretch(path, 0, size, garbled))
    start, end = _stretch(asked, size)
    if start >= end:
        return Answer(416, (*headers, ("content-range", f"bytes */{size}")))
    told = ("content-range", f"bytes {start}-{end - 1}/{size}")
    return Answer(206, (*headers, told), Stretch(path, start, end, garbled))


def _stretch(asked: str, size: int) -> tuple[int, int]:
    """From where and up to where; the same twice, or less, where there is nothing."""
    found = _RANGE.fullmatch(asked)
    assert found is not None
    first, last, tail = found.groups()
    if tail is not None:
        return max(0, size - int(tail)), size
    return int(first), min(size, int(last) + 1) if last else size
