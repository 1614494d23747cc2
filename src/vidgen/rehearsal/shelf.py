"""The folder of a rehearsal: pictures that orders carried, and files that were uploaded for them.

Names are made here; nothing that comes from outside becomes a path.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from vidgen.rehearsal.carried import Carried, Place

FILES = "rehearsal.invalid"
"""The end of the hosts that files are at; nothing outside answers to it (RFC 2606)."""


class Shelf:
    """What is kept of what clients sent. Uploads are found again by another rehearsal here."""

    def __init__(self, folder: Path) -> None:
        self._uploads = folder / "uploads"
        self._pictures = folder / "takes"  # as if from other takes: the animatic shows them whole

    def picture(self, digest: str | None) -> Path | None:
        """The file of a picture that an order carried, by its sha256."""
        return self._pictures / digest if digest else None

    def keep(self, files: Sequence[Carried], place: Place) -> str | None:
        """Keep the first picture that an order carries in a place: its sha256, None for none."""
        for file in files:
            if file.place == place and file.is_picture:
                self._pictures.mkdir(parents=True, exist_ok=True)
                path = self._pictures / file.digest
                if not path.is_file():
                    path.write_bytes(file.data)
                return file.digest
        return None

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
