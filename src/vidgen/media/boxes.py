"""The box tree of an MP4 or MOV file: what comes first, the brand, samples and rotation of each
track.

Reads headers only, never samples, never decodes; every length is checked against the file, so a
hostile one ends in MediaError and not in a long read. Box layout: ISO/IEC 14496-12.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vidgen.errors import MediaError

_MOST_BOXES = 10_000
_LARGEST_INDEX = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Track:
    """One track: its handler (`vide`, `soun`), samples, rotation in degrees clockwise."""

    handler: str
    samples: int
    rotation: int


@dataclass(frozen=True, slots=True)
class Boxes:
    """Top-level boxes in file order, the major brand, and the tracks of the index."""

    order: tuple[str, ...]
    brand: str
    tracks: tuple[Track, ...]

    @property
    def faststart(self) -> bool:
        """True when the index comes before the samples, so that a player starts at once."""
        order = self.order
        return "moov" in order and (
            "mdat" not in order or order.index("moov") < order.index("mdat")
        )

    @property
    def fragmented(self) -> bool:
        """True when samples are described in fragments, so that track counts say nothing."""
        return "moof" in self.order

    def samples(self, handler: str) -> int | None:
        """Samples of the first track of that kind, None where there is none."""
        return next((track.samples for track in self.tracks if track.handler == handler), None)


def read_boxes(path: Path) -> Boxes:
    """The boxes of an MP4 or MOV file. Raises MediaError when it is not one or is damaged."""
    try:
        with path.open("rb") as file:
            order, brand, index = _top(file, path.stat().st_size)
        if "moov" not in order:
            raise MediaError("not a finished MP4: it has no index (moov)", where=str(path))
        tracks = tuple(_track(body) for kind, body in _inside(index) if kind == "trak")
    except (OSError, struct.error, ValueError) as error:
        raise MediaError(f"not a readable MP4: {error}", where=str(path)) from error
    return Boxes(tuple(order), brand, tracks)


def starts_as_mp4(path: Path) -> bool:
    """True when the first box is the one that MP4 files begin with."""
    try:
        with path.open("rb") as file:
            return file.read(8)[4:] == b"ftyp"
    except OSError:
        return False


def _top(file: BinaryIO, size: int) -> tuple[list[str], str, bytes]:
    """Names of the top-level boxes, the major brand, and the body of the index."""
    order: list[str] = []
    brand, index, start = "", b"", 0
    while start + 8 <= size and len(order) < _MOST_BOXES:
        file.seek(start)
        kind, header, length = _header(file.read(16), size - start)
        file.seek(start + header)
        if kind == "ftyp":
            brand = file.read(4).decode("latin-1").strip()
        elif kind == "moov":
            if length > _LARGEST_INDEX:
                raise ValueError(f"an index of {length} bytes")
            index = file.read(length - header)
        order.append(kind)
        start += length
    return order, brand, index


def _header(head: bytes, room: int) -> tuple[str, int, int]:
    """Kind, header length and whole length of the box that starts with `head`."""
    length, kind = struct.unpack_from(">I4s", head)
    header = 8
    if length == 1:
        (length,) = struct.unpack_from(">Q", head, 8)
        header = 16
    elif length == 0:  # to the end of what holds it
        length = room
    if not header <= length <= room:
        raise ValueError(f"a box of {length} bytes where {room} are left")
    return kind.decode("latin-1"), header, length


def _inside(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The boxes within a box's body."""
    start = 0
    while start + 8 <= len(body):
        kind, header, length = _header(body[start : start + 16], len(body) - start)
        yield kind, body[start + header : start + length]
        start += length


def _child(body: bytes, *path: str) -> bytes:
    """The body of the box at `path`, empty where there is none."""
    for name in path:
        body = next((inner for kind, inner in _inside(body) if kind == name), b"")
    return body


def _track(body: bytes) -> Track:
    handler = _child(body, "mdia", "hdlr")[8:12].decode("latin-1")
    sizes = _child(body, "mdia", "minf", "stbl", "stsz")
    samples = struct.unpack_from(">I", sizes, 8)[0] if len(sizes) >= 12 else 0
    return Track(handler, samples, _rotation(_child(body, "tkhd")))


def _rotation(header: bytes) -> int:
    """Degrees clockwise that a player turns the picture by, from the track's matrix (16.16)."""
    matrix = 40 if header[:1] == b"\0" else 52  # version 1 has 64 bit times
    if len(header) < matrix + 20:
        return 0
    a, b = struct.unpack_from(">ii", header, matrix)
    turn = ((a > 0) - (a < 0), (b > 0) - (b < 0))
    return {(0, 1): 90, (-1, 0): 180, (0, -1): 270}.get(turn, 0)
