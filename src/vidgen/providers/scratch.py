"""Files of a provider's own folder: named by a hash, and there whole or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from vidgen.errors import FileTrouble
from vidgen.providers import Session


def file_of(session: Session, identifier: str, ending: str) -> Path:
    """Where something is kept; the name holds nothing from outside."""
    name = hashlib.sha256(identifier.encode()).hexdigest()[:32]
    return session.scratch / f"{name}.{ending}"


def write(path: Path, content: bytes, what: str) -> None:
    """Put bytes into a file, which has all of them or is as it was before.

    Raises FileTrouble where the system would not; `what` is what people call the content.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise FileTrouble(
            f"{what} cannot be kept: {(error.strerror or 'the system would not').lower()}",
            where=str(path),
            hint="see to the disk, then run again",
        ) from error
