"""Clips and pictures that come inside an answer, as files of the provider's own folder."""

from __future__ import annotations

import base64
from pathlib import Path

from vidgen.providers import Session, scratch

ENDINGS = {"video": "mp4", "image": "png"}


def file_of(session: Session, identifier: str, kind: str) -> Path:
    """Where what a job made is kept; the name holds nothing from outside."""
    return scratch.file_of(session, identifier, ENDINGS[kind])


def keep(path: Path, data: str) -> str:
    """Bytes that came as base64, in a file here, whole or not at all: its absolute path.

    Raises ValueError for text that is none, and FileTrouble where the system would not.
    """
    scratch.write(path, base64.b64decode(data, validate=True), "a clip")
    return str(path.absolute())
