"""Ark, where ByteDance sells Seedance and Seedream: as BytePlus ModelArk, in China as Volcengine.

Two pages and one adapter: address, key and model names are theirs, all else is the same. Ark takes
no id of ours and its list of tasks shows none, so that a lost submit cannot be looked up there.
A clip is a task; a still comes with the answer to its order, so that its link is the ticket.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx

from vidgen.errors import ProviderError
from vidgen.job import Input, Request, Status, Ticket
from vidgen.providers import Session, links
from vidgen.providers.ark import answers
from vidgen.providers.ark.bodies import STILLS, body, still
from vidgen.providers.wire import as_json, base64_of, call

TASKS = "contents/generations/tasks"
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


class Ark:
    """Works through Ark's tasks. A task is kept for seven days, the link to its clip for one."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """One task or one still; files go inside it.

        The model must be switched on in the console of the account before. Raises ProviderError,
        `input` for what Ark cannot be given.
        """
        if request.kind == "image":
            sent = await asyncio.to_thread(still, request, read=self._read)
            made = await self._ordered(STILLS, sent)
            return {"still": answers.picture(made, key=self._session.key)}
        sent = await asyncio.to_thread(body, request, read=self._read)
        identifier = (await self._ordered(TASKS, sent)).get("id")
        if not isinstance(identifier, str) or not IDENTIFIER.fullmatch(identifier):
            raise ProviderError("Ark accepted, and named no task", kind="ambiguous", charged=None)
        return {"id": identifier}

    async def poll(self, ticket: Ticket) -> Status:
        """One look at a task, or at a still's link.

        Raises ProviderError `gone` where Ark knows no such task.
        """
        made = answers.link(ticket.get("still"))
        if made is not None:
            return await links.standing(self._session, made)
        identifier = _identifier(ticket)
        if identifier is None:
            raise ProviderError("the ticket names no task of Ark's", kind="gone", charged=None)
        return answers.status(await self._look(f"{TASKS}/{identifier}"), key=self._session.key)

    async def cancel(self, ticket: Ticket) -> None:
        """Stop a task that still waits; one that runs goes on, and is paid.

        It is looked at first: to delete a task that is over would remove its record, and the link.
        """
        identifier = _identifier(ticket)
        if identifier is None:
            return
        try:
            task = await self._look(f"{TASKS}/{identifier}")
        except ProviderError as error:
            if error.kind == "gone":
                return
            raise
        if task.get("status") != "queued":
            return
        answer = await self._call("DELETE", f"{TASKS}/{identifier}")
        began_or_went = answer.status_code in (404, 409)
        if not (answer.is_success or began_or_went):
            raise answers.refusal(answer, key=self._session.key, submitting=False)

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a task whose id Ark's console or list shows.

        Raises ProviderError `input` for what is no task's id, and for stills, which have no task.
        """
        if request.kind == "image":
            raise ProviderError("Ark keeps no record of a still", kind="input")
        found = identifier.strip()
        if not IDENTIFIER.fullmatch(found):
            message = "a task's id at Ark has letters, digits and dashes only, as in cgt-2026…"
            raise ProviderError(message, kind="input", hint="copy it from Ark's list of tasks")
        return {"id": found}

    async def check_key(self) -> str:
        """How many tasks the key can see, by the list of the last seven days, which is free."""
        total = (await self._look(f"{TASKS}?page_num=1&page_size=1")).get("total")
        return f"{total} tasks in seven days" if type(total) is int else ""

    async def _ordered(self, path: str, sent: dict[str, Any]) -> dict[str, Any]:
        """What the one billable call brings."""
        answer = await self._call("POST", path, sent)
        if not answer.is_success:
            raise answers.refusal(answer, key=self._session.key, submitting=True)
        return as_json(answer)

    async def _look(self, path: str) -> dict[str, Any]:
        """What a GET brings; what went wrong on the way can always be tried again."""
        try:
            answer = await self._call("GET", path)
            if answer.is_success:
                return as_json(answer)
        except ProviderError as error:
            if error.kind != "ambiguous":
                raise
            raise ProviderError(error.message, kind="overload") from None
        raise answers.refusal(answer, key=self._session.key, submitting=False)

    async def _call(self, method: str, path: str, sent: Any = None) -> httpx.Response:
        """One call that carries the key; it goes to the address of the page alone."""
        at = self._session
        headers = {"authorization": f"Bearer {at.key}"}
        url = f"{at.base_url.rstrip('/')}/{path}"
        return await call(at.http, method, url, key=at.key, headers=headers, body=sent)

    def _read(self, given: Input) -> str:
        return base64_of(self._session.project / given.path)


def _identifier(ticket: Ticket) -> str | None:
    """The task's id in a ticket; None where it is none of Ark's."""
    found = ticket.get("id")
    return found if isinstance(found, str) and IDENTIFIER.fullmatch(found) else None
