"""Replicate: other makers' models as predictions, official ones by name, a community's by version.

The input of a prediction is written by the offer's `fields`; Replicate refuses what it does not
know. Nothing of ours names a prediction, so that a submit whose answer was lost cannot be looked
up. `Prefer: wait` is never sent: it would hold the submit open for a minute. Facts: Replicate's own
OpenAPI description and pages on predictions, and its client 1.0.7, read in 2026.
"""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Mapping
from typing import Any

import httpx

from vidgen.errors import ProviderError, Trouble
from vidgen.job import Request, Status, Ticket
from vidgen.providers import Session, bearer, tickets
from vidgen.providers.clips import seen
from vidgen.providers.fields import body, files_of
from vidgen.providers.reading import said, text
from vidgen.providers.replicate import answers
from vidgen.providers.replicate.uploads import links_of
from vidgen.providers.wire import as_json, refused, repeatable

WHO = "Replicate"
RESULTS = "replicate.delivery"
"""The host of results, with every host below it: the only other ones that the key may be shown."""

IDENTIFIER = re.compile(r"[A-Za-z0-9]{8,64}")


class Replicate:
    """Works through Replicate's predictions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """Upload what is too large to go along, then order; Replicate takes no id of ours."""
        fields = self._session.fields.get((request.model, request.endpoint), {})
        links = await links_of(files_of(request, fields), self._session)
        look = functools.partial(seen, self._session.project)
        # in a thread, since a clip may have to be looked into
        written = await asyncio.to_thread(body, request, fields, links, look=look)
        path, order = ordered(request.endpoint, written)
        answer = await self._call("POST", path, order)
        if not answer.is_success:
            raise self._refused(answer, missing="input")
        return self.adopt(request, tickets.accepted(as_json(answer), WHO, form=IDENTIFIER))

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a prediction by the id that Replicate's pages show.

        Raises ProviderError `input` for what is none.
        """
        hint = "copy it from the address of the prediction: replicate.com/p/ID"
        found = tickets.adopted(identifier, WHO, hint, form=IDENTIFIER)
        return {"id": found, "endpoint": request.endpoint, "model": request.model}

    async def poll(self, ticket: Ticket) -> Status:
        """Ask for the prediction; its result and its failure stand in it."""
        identifier = tickets.kept(ticket, WHO, form=IDENTIFIER)
        told = await self._look(f"predictions/{identifier}", missing="gone")
        return answers.status(told, key=self._session.key)

    async def cancel(self, ticket: Ticket) -> None:
        """Ask Replicate to stop: what has begun is billed for the time that it ran."""
        identifier = tickets.id_in(ticket, form=IDENTIFIER)
        if identifier is None:
            return
        with repeatable():
            answer = await self._call("POST", f"predictions/{identifier}/cancel")
            over_or_unknown = answer.status_code in (400, 404, 409, 422)
            if not (answer.is_success or over_or_unknown):
                raise self._refused(answer, missing="gone")

    async def check_key(self) -> str:
        """Whose the key is, by Replicate's page of the account; a call that costs nothing."""
        name = text((await self._look("account", missing="provider")).get("username"))
        return f"account {said(name, self._session.key)}" if name else ""

    async def download_headers(self, link: str) -> Mapping[str, str]:
        """The key, for results at Replicate's own hosts, as its documents ask; else nothing."""
        return bearer.token(self._session) if _is_result(link) else {}

    async def _look(self, path: str, *, missing: Trouble) -> dict[str, Any]:
        """The answer to a look."""
        with repeatable():
            answer = await self._call("GET", path)
            if not answer.is_success:
                raise self._refused(answer, missing=missing)
            return as_json(answer)

    async def _call(self, method: str, path: str, written: Any = None) -> httpx.Response:
        return await bearer.called(self._session, method, path, body=written)

    def _refused(self, answer: httpx.Response, *, missing: Trouble) -> ProviderError:
        """The error of an answer that is no success; `missing` is what a 404 means there."""
        message = f"{WHO} (HTTP {answer.status_code}): {answers.words(answer)}"
        kind = answers.trouble(answer, missing=missing)
        error = refused(answer, message, kind, key=self._session.key)
        if error.retry_after is None:
            error.retry_after = answers.wait(answer)
        return error


def ordered(endpoint: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The path and the body of an order: `owner/name` is an official model, which has an address
    of its own, and `owner/name:version` a community's, which has none."""
    if ":" in endpoint:
        return "predictions", {"version": endpoint, "input": given}
    return f"models/{endpoint}/predictions", {"input": given}


def _is_result(link: str) -> bool:
    """Whether a link leads to Replicate's own store of results, on its usual port."""
    try:
        url = httpx.URL(link)
    except httpx.InvalidURL:
        return False
    ours = url.host == RESULTS or url.host.endswith(f".{RESULTS}")
    return ours and url.scheme == "https" and url.port is None and not url.userinfo
