"""Names by content: a segment's key is a hash of the command line that makes it and of what that
reads.

The command line is built with each path replaced by its file's digest, so whatever changes the
command changes the key, and moving the project changes none. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

_LENGTH = 40


def key_of(*parts: str | int | Sequence[str]) -> str:
    """A name for content made of those parts, in that order."""
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def stand_in(digest: str) -> Path:
    """The path that stands for a file in a command line that is only hashed."""
    return Path("/") / digest
