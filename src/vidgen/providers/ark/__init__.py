"""Ark, where ByteDance sells Seedance and Seedream: as BytePlus ModelArk, in China as Volcengine.

Two pages and one adapter: address, key and model names are theirs, all else is the same. Ark takes
no id of ours and its list of tasks shows none, so that a lost submit cannot be looked up there.
A clip is a task; a still comes with the answer to its order, so that its link is the ticket.
Facts: volcengine.com/docs/82379, its BytePlus twin and byteplus-python-sdk-v2 3.0.63, read in 2026.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx

from vidgen.errors import ProviderError
from vidgen.job import Input, Request, Status, Ticket
from vidgen.providers import Session, bearer, links, tickets
from vidgen.providers.ark import answers
from vidgen.providers.ark.bodies import STILLS, body, still
from vidgen.providers.files import base64_of
from vidgen.providers.wire import as_json, repeatable

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
        return {"id": tickets.accepted(await self._ordered(TASKS, sent), "Ark", form=IDENTIFIER)}

    async def poll(self, ticket: Ticket) -> Status:
        """One look at a task, or at a still's link.

        Raises ProviderError `gone` where Ark knows no such task.
        """
        made = answers.link(ticket.get("still"))
        if made is not None:
            return await links.standing(self._session, made)
        identifier = tickets.kept(ticket, "Ark", form=IDENTIFIER)
        return answers.status(await self._look(f"{TASKS}/{identifier}"), key=self._session.key)

    async def cancel(self, ticket: Ticket) -> None:
        """Stop a task that still waits; one that runs goes on, and is paid.

        It is looked at first: to delete a task that is over would remove its record, and the link.
        """
        identifier = tickets.id_in(ticket, form=IDENTIFIER)
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
        with repeatable():
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
        hint = "copy it from Ark's list of tasks, as in cgt-2026…"
        return {"id": tickets.adopted(identifier, "Ark", hint, form=IDENTIFIER)}

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
        """The answer to a look."""
        with repeatable():
            answer = await self._call("GET", path)
            if answer.is_success:
                return as_json(answer)
        raise answers.refusal(answer, key=self._session.key, submitting=False)

    async def _call(self, method: str, path: str, sent: Any = None) -> httpx.Response:
        return await bearer.called(self._session, method, path, body=sent)

    def _read(self, given: Input) -> str:
        return base64_of(self._session.project / given.path)
