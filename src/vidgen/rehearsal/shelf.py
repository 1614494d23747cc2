"""The folder of a rehearsal: files that orders carried, and those that were uploaded for them.

Names are made here; nothing that comes from outside becomes a path.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

from vidgen.rehearsal.carried import Carried

FILES = "rehearsal.invalid"
"""The end of the hosts that files are at; nothing outside answers to it (RFC 2606)."""


class Shelf:
    """What is kept of what clients sent. Uploads are found again by another rehearsal here."""

    def __init__(self, folder: Path) -> None:
        self._uploads = folder / "uploads"
        self._kept = folder / "takes"  # as if from other takes: the animatic shows them whole

    def kept(self, digest: str | None) -> Path | None:
        """A file that an order carried, by its sha256."""
        return self._kept / digest if digest else None

    def keep(self, file: Carried | None) -> str | None:
        """Keep a file that an order carries, for as long as the folder is there: its sha256."""
        if file is None:
            return None
        path = self._kept / file.digest
        if not path.is_file():
            self._kept.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(file.data)
            part.replace(path)  # a rehearsal that is killed here must not leave half of it
        return file.digest

    def announce(self, name: str) -> str:
        """Make room for a file: the token to bring it under. `name` is what the client calls it."""
        self._uploads.mkdir(parents=True, exist_ok=True)
        count = sum(1 for _ in self._uploads.iterdir())
        token = hashlib.sha256(f"{count}|{name}".encode()).hexdigest()[:32]
        (self._uploads / token).touch()
        return token

    def bring(self, token: str, data: bytes) -> bool:
        """Take an announced file's bytes; False where nobody announced it."""
        path = self.upload(token)
        if path is None:
            return False
        path.write_bytes(data)
        return True

    def upload(self, token: str) -> Path | None:
        """The file of an upload; None where there is none."""
        path = self._uploads / token
        return path if re.fullmatch("[0-9a-f]{32}", token) and path.is_file() else None

    def uploaded(self, link: str) -> bytes | None:
        """The bytes behind the link of an upload; None for any other link."""
        url = urlsplit(link)
        head, _, token = url.path.rpartition("/")
        ours = (url.hostname or "").endswith(f".{FILES}") and head == "/uploads"
        path = self.upload(token) if ours else None
        return path.read_bytes() if path is not None else None


def link_of(provider: str, token: str) -> str:
    """The link of an upload to a provider."""
    return f"https://files.{provider}.{FILES}/uploads/{token}"
