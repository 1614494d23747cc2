"""Google's Interactions API at one address: begin, look, stop. The Gemini API's and Vertex AI's.

Knows no model and no key of its own. What comes inside an answer is written to a folder here.
Facts: the Omni guide of ai.google.dev (2026-09-10) and google-genai 3.4.0.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from vidgen.errors import FileTrouble, ProviderError
from vidgen.job import Failed, Input, Status, Succeeded
from vidgen.providers import Session, tickets
from vidgen.providers.files import base64_of, media_type
from vidgen.providers.google import answers
from vidgen.providers.google.kept import file_of, keep
from vidgen.providers.reading import text
from vidgen.providers.wire import as_json, call, repeatable

LARGEST_ANSWER = 400_000_000
"""Bytes of one answer: a clip of ten seconds in 4k may stand in it."""

LARGEST_INPUT = 70_000_000
"""Bytes of files in one body: Google takes 100 MB, and base64 adds a third."""

IDENTIFIER = re.compile(r"[A-Za-z0-9_=-]{1,1024}")
LINKS = ("https://", "http://", "gs://", "files/")
"""How a link begins: the last is the name of a file of the Gemini API."""


class Access(Protocol):
    """What opens the API: a key, or tokens."""

    @property
    def secret(self) -> str:
        """What is to be cut out of texts."""
        ...

    async def headers(self) -> Mapping[str, str]:
        """What a call carries."""
        ...


@dataclass(frozen=True, slots=True)
class Interactions:
    """The interactions at `url`; `who` is what the API is called."""

    session: Session
    who: str
    url: str
    access: Access = field(repr=False)

    async def begin(self, sent: dict[str, Any], kind: str) -> str:
        """The one billable call: the id of what was begun.

        A picture is in the answer itself, and is kept here before its id is told to anyone.
        """
        answer = await self._call("POST", self.url, sent)
        if not answer.is_success:
            raise self._refusal(answer, submitting=True)
        record = as_json(answer)
        identifier = tickets.accepted(record, self.who, form=IDENTIFIER)
        made = answers.content(record, kind)
        if made and made.get("data"):
            # It is paid, whatever happens here: a look can bring it again.
            with suppress(ValueError, FileTrouble):
                await asyncio.to_thread(keep, self._file(identifier, kind), text(made["data"]))
        return identifier

    async def look(
        self, identifier: str, kind: str, usd_per_million: Mapping[str, Any] | None = None
    ) -> Status:
        """One look. What stands in the answer is written anew each time, to the same file."""
        if not IDENTIFIER.fullmatch(identifier):
            raise tickets.foreign(self.who)
        at = self._file(identifier, kind)
        try:
            record = await self._looked_up(identifier)
        except ProviderError as error:
            if error.kind == "gone" and at.is_file():
                return Succeeded(str(at))
            raise
        made = answers.content(record, kind)
        brought = made is not None or at.is_file()
        over = answers.ended(record, brought=brought, key=self.access.secret)
        if over is not None:
            return over
        media = await self._media(identifier, kind, made)
        if media is None:
            reason = "what came is no clip and no picture that can be read"
            return Failed(reason, "unknown", charged=None)
        return Succeeded(media, answers.cost(record, usd_per_million))

    async def stop(self, identifier: str) -> None:
        """Ask that it be cancelled; no error where it is over, or not known."""
        if not IDENTIFIER.fullmatch(identifier):
            return
        with repeatable():
            answer = await self._call("POST", f"{self.url}/{quote(identifier, safe='')}/cancel")
        if not (answer.is_success or answer.status_code in (400, 404, 409)):
            raise self._refusal(answer, submitting=False)

    async def _looked_up(self, identifier: str) -> dict[str, Any]:
        """What is told of an interaction."""
        with repeatable():
            answer = await self._call("GET", f"{self.url}/{quote(identifier, safe='')}")
            if not answer.is_success:
                raise self._refusal(answer, submitting=False)
            return as_json(answer)

    async def _media(
        self, identifier: str, kind: str, made: Mapping[str, Any] | None
    ) -> str | None:
        """Where what was made is: a link, or a file here; None for bytes that are none."""
        if made is None:
            return str(self._file(identifier, kind))
        link = made.get("uri")
        if isinstance(link, str) and link:
            return link if link.startswith(LINKS) else None
        try:
            return await asyncio.to_thread(keep, self._file(identifier, kind), text(made["data"]))
        except ValueError:
            return None

    def _file(self, identifier: str, kind: str) -> Path:
        return file_of(self.session, identifier, kind)

    async def _call(self, method: str, url: str, sent: Any = None) -> httpx.Response:
        headers = await self.access.headers()
        key = self.access.secret
        return await call(
            self.session.http,
            method,
            url,
            key=key,
            headers=headers,
            body=sent,
            longest=LARGEST_ANSWER,
        )

    def _refusal(self, answer: httpx.Response, *, submitting: bool) -> ProviderError:
        return answers.refusal(answer, who=self.who, key=self.access.secret, submitting=submitting)


def reader(session: Session) -> Callable[[Input], tuple[str, str]]:
    """What reads a project's files for one body.

    Raises ProviderError `input` for a file that cannot be read, and where they are too large.
    """
    total = 0

    def read(given: Input) -> tuple[str, str]:
        nonlocal total
        path = session.project / given.path
        data = base64_of(path)
        total += len(data) * 3 // 4
        if total > LARGEST_INPUT:
            message = f"the files are larger than the {LARGEST_INPUT // 1_000_000} MB of one call"
            raise ProviderError(message, kind="input", where=str(path))
        return data, media_type(path)

    return read
