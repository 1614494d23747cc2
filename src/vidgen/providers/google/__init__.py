"""The Gemini API: Omni's clips and Nano Banana's pictures, each one an interaction.

Google takes no id of ours, and lists no interactions: a submit whose answer is lost can be neither
looked up nor repeated. What is stored is found again by its id for 55 days, its files for two.
Facts: ai.google.dev (Omni guide of 2026-09-10) and google-genai 3.4.0.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import httpx

from vidgen.errors import ProviderError
from vidgen.job import Failed, Request, Running, Status, Succeeded, Ticket
from vidgen.providers import Session, tickets
from vidgen.providers.google import answers
from vidgen.providers.google.bodies import body
from vidgen.providers.google.interactions import IDENTIFIER, Interactions, reader
from vidgen.providers.wire import as_json, call, is_at, repeatable

WHO = "the Gemini API"
API = "https://generativelanguage.googleapis.com"
FILE = re.compile(r"(?:/v1(?:beta)?/)?files/([A-Za-z0-9_-]+)(:download)?")
"""The path of a result's file, or its name alone; it may come without the `:download`."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of the Gemini API, which goes into a header of its own."""

    secret: str = field(repr=False)

    async def headers(self) -> Mapping[str, str]:
        """What a call carries."""
        return {"x-goog-api-key": self.secret}


class Google:
    """Works through the Gemini API."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._base = session.base_url.rstrip("/") or API
        url = f"{self._base}/v1beta/interactions"
        self._access = ApiKey(session.key)
        self._interactions = Interactions(session, WHO, url, self._access)

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """One interaction, stored. Of a picture the answer is waited for, and kept here."""
        sent = await asyncio.to_thread(body, request, reader(self._session))
        kind = "image" if request.kind == "image" else "video"
        return self.adopt(request, await self._interactions.begin(sent, kind))

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of an interaction whose id Google showed a person.

        Raises ProviderError `input` for what is no such id.
        """
        return {
            "id": tickets.adopted(identifier, WHO, "it begins with `v1_`", form=IDENTIFIER),
            "makes": "image" if request.kind == "image" else "video",
            "model": request.model,
            "endpoint": request.endpoint,
        }

    async def poll(self, ticket: Ticket) -> Status:
        """One look at an interaction, and at its file where the result is a link."""
        identifier, makes = ticket.get("id"), ticket.get("makes")
        if not isinstance(identifier, str) or makes not in ("image", "video"):
            raise tickets.foreign(WHO)
        fields = self._session.fields.get((ticket.get("model", ""), ticket.get("endpoint", "")), {})
        status = await self._interactions.look(identifier, makes, fields.get("tokens"))
        return await self._opened(status) if isinstance(status, Succeeded) else status

    async def cancel(self, ticket: Ticket) -> None:
        """Ask that an interaction be stopped."""
        identifier = ticket.get("id")
        if isinstance(identifier, str):
            await self._interactions.stop(identifier)

    async def download_headers(self, link: str) -> Mapping[str, str]:
        """The key, for a file of the Gemini API; nothing for any other host."""
        return await self._access.headers() if is_at(link, self._base, API) else {}

    async def check_key(self) -> str:
        """Show the key by asking for one model's name. Google says nothing of the account."""
        with repeatable():
            answer = await self._get(f"{self._base}/v1beta/models?pageSize=1")
        if not answer.is_success:
            raise self._refusal(answer)
        return ""

    async def _opened(self, status: Succeeded) -> Status:
        """The same once its file can be fetched, at the address where that is."""
        link = status.media
        path = httpx.URL(link).path if is_at(link, self._base, API) else link
        file = FILE.fullmatch(path)
        if file is None:
            return status
        match await self._state(f"{self._base}/v1beta/files/{file[1]}"):
            case "PROCESSING":
                return Running()
            case "FAILED":
                return Failed("Google could not put the clip into a file", "provider", None)
        return replace(status, media=f"{self._base}/v1beta/files/{file[1]}:download?alt=media")

    async def _state(self, url: str) -> object:
        """How a file stands; None where that cannot be told, and its download will show."""
        try:
            answer = await self._get(url)
            return as_json(answer).get("state") if answer.is_success else None
        except ProviderError:
            return None

    async def _get(self, url: str) -> httpx.Response:
        at = self._session
        return await call(at.http, "GET", url, key=at.key, headers=await self._access.headers())

    def _refusal(self, answer: httpx.Response) -> ProviderError:
        key = self._session.key
        return answers.refusal(answer, who=WHO, key=key, submitting=False)
