"""Alibaba's Model Studio (DashScope): submit, poll, cancel what waits, adopt, look at the key.

An order cannot be looked up by a name of ours. A key and a task belong to one region: a ticket says
at which address it was made, and is looked at there alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from vidgen.errors import ProviderError
from vidgen.job import Request, Status, Ticket
from vidgen.providers import Session
from vidgen.providers.dashscope import answers
from vidgen.providers.dashscope.bodies import body, family_of, files_of
from vidgen.providers.dashscope.storage import OURS, links_of
from vidgen.providers.wire import call, hidden

IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,128}")


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
        identifier = told["output"].get("task_id")
        if not isinstance(identifier, str) or not IDENTIFIER.fullmatch(identifier):
            message = "Model Studio accepted, and named no task"
            raise ProviderError(message, kind="ambiguous", charged=None)
        return self._ticket(identifier)

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a task whose id a person found. Raises ProviderError `input` for none."""
        if not IDENTIFIER.fullmatch(identifier.strip()):
            message = "the id of a task at Model Studio has letters, digits and dashes only"
            raise ProviderError(message, kind="input", hint="copy its task_id")
        return self._ticket(identifier.strip())

    async def poll(self, ticket: Ticket) -> Status:
        """One look. Raises ProviderError `gone` where the task is UNKNOWN.

        With HTTP 200 that is said of an id that was never given, and of a task a day after its end.
        """
        found = await self._look(f"tasks/{self._identifier(ticket)}")
        if answers.task_of(found) == "UNKNOWN":
            message = "Model Studio knows no such task; it forgets them 24 hours after their end"
            raise ProviderError(message, kind="gone", charged=None)
        if not answers.task_of(found):
            raise ProviderError("Model Studio tells of no task", kind="overload")
        return answers.status(found, key=self._session.key)

    async def cancel(self, ticket: Ticket) -> None:
        """Take a task back that still waits; one that runs goes on, and is paid for."""
        try:
            path = f"tasks/{self._identifier(ticket)}/cancel"
        except ProviderError:
            return
        answer = await self._call("POST", path)
        if answer.status_code not in (400, 404, 409):  # it runs, is over, or is not known
            answers.content(answer, key=self._session.key, submitting=False)

    async def check_key(self) -> str:
        """Shows the key by asking for the list of tasks; of money nothing is told there."""
        await self._look("tasks?page_no=1&page_size=1")
        return ""

    async def _look(self, path: str) -> dict[str, Any]:
        """The answer to a look; what went wrong on the way can always be tried again."""
        try:
            answer = await self._call("GET", path)
        except ProviderError as error:
            if error.kind != "ambiguous":
                raise
            raise ProviderError(error.message, kind="overload") from None
        return answers.content(answer, key=self._session.key, submitting=False)

    async def _call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, sent: Any = None
    ) -> httpx.Response:
        """One call that carries the key."""
        key = self._session.key
        carried = {"Authorization": f"Bearer {key}", **(headers or {})}
        url = f"{self._base}/{path}"
        return await call(self._session.http, method, url, key=key, headers=carried, body=sent)

    def _ticket(self, identifier: str) -> Ticket:
        return {"id": identifier, "at": self._base}

    def _identifier(self, ticket: Ticket) -> str:
        """The id in a ticket. Raises ProviderError `gone` where it is none, or made elsewhere."""
        identifier, at = ticket.get("id"), ticket.get("at")
        if isinstance(identifier, str) and IDENTIFIER.fullmatch(identifier):
            if at == self._base:
                return identifier
            if isinstance(at, str):
                raise ProviderError(
                    f"this task was made at {hidden(at, self._session.key)[:200]}, and looks go to "
                    f"{self._base}",
                    kind="gone",
                    charged=None,
                    hint="set DASHSCOPE_HTTP_BASE_URL, and the key, as they were then",
                )
        raise ProviderError("this ticket is not one of Model Studio's", kind="gone", charged=None)
