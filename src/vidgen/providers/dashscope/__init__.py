"""Alibaba's Model Studio (DashScope): submit, poll, cancel what waits, adopt, look at the key.

An order cannot be looked up by a name of ours. A key and a task belong to one region: a ticket says
at which address it was made, and is looked at there alone. Facts: Model Studio's pages on
asynchronous tasks and dashscope 2.0.2, read in 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from vidgen.errors import ProviderError
from vidgen.job import Request, Status, Ticket
from vidgen.providers import Session, bearer, tickets
from vidgen.providers.dashscope import answers
from vidgen.providers.dashscope.bodies import body, family_of, files_of
from vidgen.providers.dashscope.storage import OURS, links_of
from vidgen.providers.wire import hidden, repeatable

WHO = "Model Studio"


class DashScope:
    """Works through Model Studio's asynchronous tasks; clips cannot be made in any other way."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._base = session.base_url.rstrip("/")

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """Upload what cannot go along, then one order; Model Studio takes no name of ours."""
        family = family_of(request)
        links = await links_of(files_of(request, family), request.endpoint, self._session)
        headers = {"X-DashScope-Async": "enable"}
        if any(link.startswith(OURS) for link in links.values()):
            headers["X-DashScope-OssResourceResolve"] = "enable"
        answer = await self._call("POST", family.path, headers, body(request, family, links))
        told = answers.content(answer, key=self._session.key, submitting=True)
        return self._ticket(tickets.accepted(told["output"], WHO, name="task_id"))

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a task whose id a person found. Raises ProviderError `input` for none."""
        return self._ticket(tickets.adopted(identifier, WHO, "copy its task_id"))

    async def poll(self, ticket: Ticket) -> Status:
        """One look. Raises ProviderError `gone` where the task is UNKNOWN.

        With HTTP 200 that is said of an id that was never given, and of a task a day after its end.
        """
        found = await self._look(f"tasks/{self._identifier(ticket)}")
        if answers.task_of(found) == "UNKNOWN":
            raise tickets.gone(
                f"{WHO} knows no such task; it forgets them 24 hours after their end"
            )
        if not answers.task_of(found):
            raise ProviderError(f"{WHO} tells of no task", kind="overload")
        return answers.status(found, key=self._session.key)

    async def cancel(self, ticket: Ticket) -> None:
        """Take a task back that still waits; one that runs goes on, and is paid for."""
        try:
            path = f"tasks/{self._identifier(ticket)}/cancel"
        except ProviderError:
            return
        with repeatable():
            answer = await self._call("POST", path)
            if answer.status_code not in (400, 404, 409):  # it runs, is over, or is not known
                answers.content(answer, key=self._session.key, submitting=False)

    async def check_key(self) -> str:
        """Shows the key by asking for the list of tasks; of money nothing is told there."""
        await self._look("tasks?page_no=1&page_size=1")
        return ""

    async def _look(self, path: str) -> dict[str, Any]:
        """The answer to a look."""
        with repeatable():
            answer = await self._call("GET", path)
            return answers.content(answer, key=self._session.key, submitting=False)

    async def _call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, sent: Any = None
    ) -> httpx.Response:
        return await bearer.called(self._session, method, path, headers=headers, body=sent)

    def _ticket(self, identifier: str) -> Ticket:
        return {"id": identifier, "at": self._base}

    def _identifier(self, ticket: Ticket) -> str:
        """The id in a ticket. Raises ProviderError `gone` where it is none, or made elsewhere."""
        identifier, at = tickets.kept(ticket, WHO), ticket.get("at")
        if not isinstance(at, str):
            raise tickets.foreign(WHO)
        if at != self._base:
            there = hidden(at, self._session.key)[:200]
            error = tickets.gone(f"this task was made at {there}, and looks go to {self._base}")
            error.hint = "set DASHSCOPE_HTTP_BASE_URL, and the key, as they were then"
            raise error
        return identifier
