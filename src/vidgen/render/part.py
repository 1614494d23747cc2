"""A download on its way: its bytes, and a note beside them that says what they are a part of.

Never asks anyone for anything. At every moment, also when the process is killed, the bytes that
came are on the file, and a note never stands beside bytes of another clip.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from vidgen.errors import FileTrouble


@dataclass(frozen=True, slots=True)
class Note:
    """What the bytes are a part of: the link without its query, and what was said of the file.

    `link` is the whole link's digest, so that the same link is known again without being kept.
    `total` is the file's length in bytes, None where nobody said.
    """

    place: str
    link: str
    etag: str
    modified: str
    total: int | None

    @property
    def validator(self) -> str:
        """What `If-Range` may carry: a strong ETag or a date (RFC 9110, 13.1.5)."""
        return self.etag if self.etag.startswith('"') else self.modified

    def contradicts(self, etag: str, modified: str) -> bool:
        """Whether an answer's own marks say that it is of another file, or a newer one."""
        if self.etag and etag:
            return etag != self.etag
        return bool(self.modified and modified) and modified != self.modified


def note_path(part: Path) -> Path:
    """Where the note of a part is."""
    return part.with_suffix(".json")


def read_note(part: Path) -> Note | None:
    """The note beside a part; None where there is none, or none that can be read."""
    path = note_path(part)
    with disk(part):
        text = path.read_bytes() if path.exists() else b""
    try:
        note = Note(**json.loads(text))
    except (ValueError, TypeError):
        return None
    texts = (note.place, note.link, note.etag, note.modified)
    sound = all(isinstance(text, str) for text in texts)
    return note if sound and isinstance(note.total, int | None) else None


def begin(part: Path, note: Note) -> None:
    """An empty part and its note, in an order in which no crash can pair the wrong two."""
    discard(part)
    with disk(part):
        part.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
        note_path(part).write_text(json.dumps(asdict(note)), encoding="utf-8")


def discard(part: Path) -> None:
    """Forget a download: its note, and its bytes where they are still there."""
    with disk(part):
        note_path(part).unlink(missing_ok=True)  # first: bytes without a note are never trusted
        part.unlink(missing_ok=True)


def size_of(part: Path) -> int:
    """How many bytes are there."""
    with disk(part):
        return part.stat().st_size if part.exists() else 0


def opened(part: Path) -> BinaryIO:
    """A part to append to, without a buffer: what has come is on the file at every moment."""
    with disk(part):
        return part.open("ab", buffering=0)


def append(file: BinaryIO, data: bytes, part: Path) -> None:
    """Write all of it; without a buffer, the system may take fewer bytes at a time than given."""
    left = memoryview(data)
    with disk(part):
        while left:
            left = left[file.write(left) :]


def settle(part: Path) -> None:
    """Wait until the bytes are on the disk itself."""
    with disk(part), part.open("rb+") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def disk(part: Path) -> Iterator[None]:
    """Raise FileTrouble where the system would not: no space, no permission. Bytes are kept."""
    try:
        yield
    except OSError as error:
        raise FileTrouble(
            f"the clip cannot be kept: {(error.strerror or 'the system would not').lower()}",
            where=str(part),
            hint="see to the disk, then run again: it goes on where it stopped",
        ) from error
