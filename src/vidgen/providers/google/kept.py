"""Clips and pictures that come inside an answer, as files of the provider's own folder."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from vidgen.errors import FileTrouble
from vidgen.providers import Session

ENDINGS = {"video": "mp4", "image": "png"}


def file_of(session: Session, identifier: str, kind: str) -> Path:
    """Where what a job made is kept; the name holds nothing from outside."""
    name = hashlib.sha256(identifier.encode()).hexdigest()[:32]
    return session.scratch / f"{name}.{ENDINGS[kind]}"


def keep(path: Path, data: str) -> str:
    """Bytes that came as base64, in a file here, whole or not at all: its absolute path.

    Raises ValueError for text that is none, and FileTrouble where the system would not.
    """
    content = base64.b64decode(data, validate=True)
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise FileTrouble(
            f"a clip cannot be kept: {(error.strerror or 'the system would not').lower()}",
            where=str(path),
            hint="see to the disk, then run again",
        ) from error
    return str(path.absolute())
