"""Runway: its own models and other makers', all as tasks of one API.

An endpoint of the page is a path and the model: `v1/image_to_video?model=gen4.5`. The body is
written by the offer's `fields`. There is no idempotency key and no list of tasks, so a submit whose
answer was lost cannot be looked up. Facts: docs.dev.runwayml.com and runwayml 5.24.0, read in 2026.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import httpx

from vidgen.errors import ProviderError, Trouble
from vidgen.job import Request, Status, Succeeded, Ticket
from vidgen.providers import Session, tickets
from vidgen.providers.fields import body, files_of
from vidgen.providers.runway import answers
from vidgen.providers.runway.calls import called
from vidgen.providers.runway.uploads import links_of
from vidgen.providers.wire import as_json, refused, repeatable

WHO = "Runway"


class Runway:
    """Works through Runway's tasks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._most: dict[str, Decimal] = {}
        """US dollars that a task can cost at most, by its id: told until it is over."""

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """Upload what is too large to go along, then order; Runway takes no id of ours."""
        path, _, fixed = request.endpoint.partition("?")
        fields = self._session.fields.get((request.model, request.endpoint), {})
        links = await links_of(files_of(request, fields), self._session)
        written = {**dict(parse_qsl(fixed)), **body(request, fields, links)}
        answer = await called(self._session, "POST", path, written)
        if not answer.is_success:
            raise self._refused(answer, missing="input")
        told = as_json(answer)
        identifier = tickets.accepted(told, WHO)
        self._remember(identifier, told)
        return {"id": identifier}

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a task whose id Runway showed a person.

        Raises ProviderError `input` for what is none.
        """
        return {"id": tickets.adopted(identifier, WHO, "copy it from Runway's usage page")}

    async def poll(self, ticket: Ticket) -> Status:
        """One look at a task; a finished one brings fresh links at every look."""
        identifier = tickets.kept(ticket, WHO)
        told = await self._look(f"v1/tasks/{identifier}", missing="gone")
        self._remember(identifier, told)
        status = answers.status(told, key=self._session.key)
        if isinstance(status, Succeeded) and status.cost_usd is None:
            return replace(status, cost_usd=self._most.get(identifier))
        return status

    async def cancel(self, ticket: Ticket) -> None:
        """Delete a task that is not over; its credits come back only if it had not begun.

        One that is over is left alone: to delete it would take a paid clip away.
        """
        if not await tickets.runs(self.poll, ticket):
            return
        with repeatable():
            answer = await called(self._session, "DELETE", f"v1/tasks/{ticket['id']}")
            if not answer.is_success and answer.status_code != 404:
                raise self._refused(answer, missing="gone")

    async def check_key(self) -> str:
        """Show the key, and say what the account has left."""
        return answers.balance(await self._look("v1/organization", missing="provider"))

    def _remember(self, identifier: str, told: dict[str, Any]) -> None:
        """Keep what an answer says that a task can cost, for one that is over and says no cost."""
        most = answers.estimate(told)
        if most is not None:
            self._most[identifier] = most

    async def _look(self, path: str, *, missing: Trouble) -> dict[str, Any]:
        """The answer to a look."""
        with repeatable():
            answer = await called(self._session, "GET", path)
            if not answer.is_success:
                raise self._refused(answer, missing=missing)
            return as_json(answer)

    def _refused(self, answer: httpx.Response, *, missing: Trouble) -> ProviderError:
        """The error of an answer that is no success; `missing` is what a 404 means there."""
        message = f"{WHO} (HTTP {answer.status_code}): {answers.words(answer)}"
        kind = answers.trouble(answer, missing=missing)
        error = refused(answer, message, kind, key=self._session.key)
        error.hint = answers.HINTS.get(kind, "")
        return error
