"""Vertex AI: Veo by long-running operations, Omni by interactions, both under a project's name.

Without a bucket (VERTEX_STORAGE_URI) a clip comes inside the answer. Neither takes an id of ours,
so that a submit whose answer is lost can be neither looked up nor repeated. Facts:
docs.cloud.google.com (Veo and Omni on Vertex AI, 2026) and google-genai 3.4.0.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx

from vidgen.errors import ProviderError
from vidgen.job import Failed, Request, Status, Succeeded, Ticket
from vidgen.providers import Session, tickets
from vidgen.providers.google import answers, bodies
from vidgen.providers.google.interactions import (
    IDENTIFIER,
    LARGEST_ANSWER,
    Interactions,
    reader,
)
from vidgen.providers.google.kept import file_of, keep
from vidgen.providers.reading import text
from vidgen.providers.vertex import veo
from vidgen.providers.vertex.tokens import Tokens
from vidgen.providers.wire import as_json, call, is_at, repeatable

WHO = "Vertex AI"
GLOBAL = "https://aiplatform.googleapis.com"
STORAGE = "https://storage.googleapis.com"
EVERYWHERE = "global"
LOCATION = re.compile(r"[a-z0-9-]+")
OMNI_AT = re.compile(r"projects/[a-z0-9:.-]+/locations/global")
"""Omni is served at the global location only."""


class Vertex:
    """Works through Vertex AI, in the project and at the location that are set."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tokens = Tokens(session)
        self._folder = session.settings.get("VERTEX_STORAGE_URI", "").rstrip("/")

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """One operation, or one interaction."""
        self._checked()
        if not _is_veo(request):
            sent = await asyncio.to_thread(
                bodies.body, request, reader(self._session), folder=self._folder
            )
            at = f"projects/{self._tokens.project()}/locations/{EVERYWHERE}"
            return _omni(request, at, await self._interactions(at).begin(sent, "video"))
        sent = await asyncio.to_thread(
            veo.body, request, reader(self._session), folder=self._folder
        )
        location = self._location()
        model = f"{self._place(location)}/publishers/google/models/{request.endpoint}"
        url = f"{self._host(location)}/v1/{model}:predictLongRunning"
        answer = await self._call("POST", url, sent)
        if not answer.is_success:
            raise self._refusal(answer, submitting=True)
        told = as_json(answer)
        return {"id": tickets.accepted(told, WHO, name="name", form=veo.OPERATION)}

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of an operation by its whole name, or of an interaction by its id.

        Raises ProviderError `input` for what is neither.
        """
        if _is_veo(request):
            hint = "a job of Veo's is named by the operation's whole name, `projects/…`"
            return {"id": tickets.adopted(identifier, WHO, hint, form=veo.OPERATION)}
        found = tickets.adopted(identifier, WHO, "copy the interaction's id", form=IDENTIFIER)
        return _omni(request, f"projects/{self._tokens.project()}/locations/{EVERYWHERE}", found)

    async def poll(self, ticket: Ticket) -> Status:
        """One look. A clip inside the answer is written to a file here, anew each time."""
        name, at = ticket.get("id"), ticket.get("at")
        if isinstance(name, str) and isinstance(at, str) and OMNI_AT.fullmatch(at):
            prices = self._session.fields.get(
                (ticket.get("model", ""), ticket.get("endpoint", "")), {}
            )
            status = await self._interactions(at).look(name, "video", prices.get("tokens"))
            return _linked(status)
        operation = veo.OPERATION.fullmatch(name) if isinstance(name, str) else None
        if operation is None:
            raise tickets.foreign(WHO)
        record = await self._fetched(operation)
        over = veo.ended(record, key=self._tokens.secret)
        return over if over is not None else await self._made(operation[0], record)

    async def cancel(self, ticket: Ticket) -> None:
        """Ask that an interaction be stopped. No way to stop Veo is documented: it goes on."""
        name, at = ticket.get("id"), ticket.get("at")
        if isinstance(name, str) and isinstance(at, str) and OMNI_AT.fullmatch(at):
            await self._interactions(at).stop(name)

    async def download_headers(self, link: str) -> Mapping[str, str]:
        """A token, for a clip in a bucket; nothing for any other host."""
        return await self._tokens.headers() if is_at(link, STORAGE) else {}

    async def check_key(self) -> str:
        """Show a token by asking for one model's page, and say in whose name that was."""
        url = f"{self._host(EVERYWHERE)}/v1beta1/publishers/google/models/gemini-omni-1.1-flash"
        with repeatable():
            answer = await self._call("GET", url)
        if not answer.is_success:
            raise self._refusal(answer, submitting=False)
        return f"project {self._tokens.project()}"

    async def _fetched(self, operation: re.Match[str]) -> dict[str, Any]:
        """What is told of an operation."""
        url = f"{self._host(operation['location'])}/v1/{operation['model']}:fetchPredictOperation"
        with repeatable():
            answer = await self._call("POST", url, {"operationName": operation[0]})
            if not answer.is_success:
                raise self._refusal(answer, submitting=False)
            return as_json(answer)

    async def _made(self, name: str, record: Mapping[str, Any]) -> Status:
        made = veo.video(record)
        assert made is not None, "what has ended well has a video"
        place, data = text(made.get("gcsUri")), text(made.get("bytesBase64Encoded"))
        if place.startswith("gs://"):
            return _linked(Succeeded(place))
        path = file_of(self._session, name, "video")
        with suppress(ValueError):
            if data:
                return Succeeded(await asyncio.to_thread(keep, path, data))
        return Failed("what came is no clip that can be read", "unknown", charged=None)

    def _checked(self) -> None:
        if self._folder and not self._folder.startswith("gs://"):
            message = "VERTEX_STORAGE_URI is no folder on Cloud Storage"
            raise ProviderError(message, kind="input", hint="write it as gs://bucket/folder")

    def _interactions(self, at: str) -> Interactions:
        url = f"{self._host(EVERYWHERE)}/v1beta1/{at}/interactions"
        return Interactions(self._session, WHO, url, self._tokens)

    def _location(self) -> str:
        found = self._session.settings.get("GOOGLE_CLOUD_LOCATION", "") or EVERYWHERE
        if not LOCATION.fullmatch(found):
            raise ProviderError(f"`{found}` is no location of Google Cloud", kind="input")
        return found

    def _place(self, location: str) -> str:
        return f"projects/{self._tokens.project()}/locations/{location}"

    def _host(self, location: str) -> str:
        """The server of a location; one that was put in the page's place serves them all."""
        base = self._session.base_url.rstrip("/") or GLOBAL
        if base != GLOBAL or location == EVERYWHERE:
            return base
        if location in ("us", "eu"):
            return f"https://aiplatform.{location}.rep.googleapis.com"
        return f"https://{location}-aiplatform.googleapis.com"

    async def _call(self, method: str, url: str, sent: Any = None) -> httpx.Response:
        headers = await self._tokens.headers()
        key, http = self._tokens.secret, self._session.http
        return await call(
            http, method, url, key=key, headers=headers, body=sent, longest=LARGEST_ANSWER
        )

    def _refusal(self, answer: httpx.Response, *, submitting: bool) -> ProviderError:
        key = self._tokens.secret
        return answers.refusal(answer, who=WHO, key=key, submitting=submitting)


def _is_veo(request: Request) -> bool:
    return request.endpoint.startswith("veo-")


def _omni(request: Request, at: str, identifier: str) -> Ticket:
    return {
        "id": identifier,
        "at": at,
        "model": request.model,
        "endpoint": request.endpoint,
    }


def _linked(status: Status) -> Status:
    """The same with a link in the place of a name on Cloud Storage (`gs://bucket/clip.mp4`)."""
    if not isinstance(status, Succeeded) or not status.media.startswith("gs://"):
        return status
    return replace(status, media=f"{STORAGE}/{quote(status.media.removeprefix('gs://'))}")
