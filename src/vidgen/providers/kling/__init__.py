"""Kling's own API, both generations: submit, poll, look a lost submit up, adopt.

Nothing can be cancelled there. What is kept of a task is its id, which API it is of, and its path.
Facts: kling.ai/document-api, read on 2026-09-20, and what was measured there.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any
from urllib.parse import quote

import httpx

from vidgen.errors import ProviderError
from vidgen.job import Input, Request, Status, Ticket
from vidgen.providers import Session, bearer, scratch, tickets
from vidgen.providers.files import base64_of
from vidgen.providers.kling import answers, lips
from vidgen.providers.kling.bodies import Address, address, body, client_id
from vidgen.providers.reading import record, records, said
from vidgen.providers.wire import repeatable

IDENTIFIER = re.compile(r"\S{1,200}")
"""Of ids no form is documented; each is quoted where it goes into an address."""

OLDER_PATH = re.compile(r"v1/[a-z0-9-]+(?:/[a-z0-9-]+)*")

PACKS_OF = 400 * 24 * 3600 * 1000
"""Milliseconds back for which packs are asked for, by when they were bought: a year's are in it."""


class Kling:
    """Kling's API 2.0, and 1.x for the models and tasks that only it has."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """One task. An id of ours that is refused as taken means that it was accepted before."""
        at = address(request.endpoint)
        name = client_id(idempotency)
        if at.path == lips.PATH:
            sent = await self._speaking(request, name)
            with lips.face_paid():
                return await self._ordered(at, name, sent)
        sent = await asyncio.to_thread(body, request, name=name, read=self._read)
        return await self._ordered(at, name, sent)

    async def _ordered(self, at: Address, name: str, sent: dict[str, Any]) -> Ticket:
        """The billable call."""
        answer = await self._call("POST", at.path, sent)
        if answers.code_of(answer) == answers.BAD_PARAMETER:
            # as measured on 2026-09-20: `External_task_id … already exists`
            earlier = await self._earlier(at, name, answers.says(answer, "external_task_id"))
            if earlier is not None:
                return earlier
        found = answers.content(answer, key=self._session.key, submitting=True)
        data, name_there = record(found.get("data")), "task_id" if at.older else "id"
        return _ticket(at, tickets.accepted(data, "Kling", name=name_there, form=IDENTIFIER))

    async def poll(self, ticket: Ticket) -> Status:
        """One look at a task. Raises ProviderError `gone` where Kling knows no such task."""
        return answers.status(await self._task(ticket), key=self._session.key)

    async def cancel(self, ticket: Ticket) -> None:
        """Nothing: Kling documents no way, and a task goes on and is paid for."""

    async def find(self, request: Request, *, idempotency: str) -> Ticket | None:
        """The task that was sent under that id, looked up by the id of ours that it carries.

        2.0 is asked for it at `/tasks`; 1.x takes it in place of the task's own id.
        """
        return await self._found(address(request.endpoint), client_id(idempotency))

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a task whose id Kling showed a person.

        Raises ProviderError `input` for what is none.
        """
        hint = "copy it from Kling's list of tasks"
        found = tickets.adopted(identifier, "Kling", hint, form=IDENTIFIER)
        return _ticket(address(request.endpoint), found)

    async def check_key(self) -> str:
        """What is left in the account's packs, as Kling tells it, up to twelve hours late."""
        now = round(time.time() * 1000)
        asked = f"account/costs?start_time={now - PACKS_OF}&end_time={now}"
        return said(answers.packs(await self._look(asked)), self._session.key)

    async def _speaking(self, request: Request, name: str) -> dict[str, Any]:
        """The order of a lip-sync: nothing is sent for what is missing, or unfit, from the start.

        Raises ProviderError `input` for it.
        """
        if request.made_there is None:
            raise ProviderError(
                "Kling moves the lips of clips that it made itself, and this one it did not",
                kind="input",
                hint="name another model or provider for the lip-sync, or make the shot at Kling",
            )
        sound = await asyncio.to_thread(lips.sound_of, request, self._session)
        clip = await self._clip(request.made_there)
        kept = scratch.file_of(self._session, f"the face in {clip} for {name}", "json")
        return lips.body(await lips.face_of(kept, clip, self._looked_for_faces), sound, name)

    async def _clip(self, ticket: Ticket) -> str:
        """The id of the clip that a task made, by a look that costs nothing."""
        try:
            clip = (await self._task(ticket)).clip
        except ProviderError as error:
            if error.kind != "gone":
                raise
            clip = ""
        if not clip:
            raise ProviderError(
                "Kling no longer has the clip to work on: it keeps clips for 30 days",
                kind="input",
                hint="make another take of the shot, or have the lips moved by another provider",
            )
        return clip

    async def _looked_for_faces(self, clip: dict[str, str]) -> dict[str, Any]:
        """The paid call that finds the faces in a clip: what Kling tells of them."""
        answer = await self._call("POST", lips.FACES, clip)
        found = answers.content(answer, key=self._session.key, submitting=True)
        return record(found.get("data"))

    async def _task(self, ticket: Ticket) -> answers.Task:
        """A task as it stands. Raises ProviderError `gone` where Kling knows no such task."""
        identifier, path = _parts(ticket)
        if ticket["api"] == "1.x":
            task = await self._older(path, identifier)
        else:
            task = await self._newer("task_ids", identifier)
        if task is None:
            raise tickets.gone("Kling knows no such task; what it makes is kept for 30 days")
        return task

    async def _earlier(self, at: Address, name: str, taken: bool) -> Ticket | None:
        """The task that has our id already, where a refusal may have meant that.

        Raises ProviderError `ambiguous` where Kling says that it is taken and shows no such task.
        """
        try:
            found = await self._found(at, name)
        except ProviderError:
            found = None
        if taken and found is None:
            raise ProviderError(
                f"Kling has a task `{name}` already, and did not show it",
                kind="ambiguous",
                charged=None,
            )
        return found

    async def _found(self, at: Address, name: str) -> Ticket | None:
        look = self._older(at.path, name) if at.older else self._newer("external_task_ids", name)
        task = await look
        return _ticket(at, task.id) if task and task.id else None

    async def _newer(self, by: str, identifier: str) -> answers.Task | None:
        """A task of API 2.0; one that is not known is an empty list."""
        data = await self._look(f"tasks?{by}={quote(identifier, safe='')}")
        field = "id" if by == "task_ids" else "external_id"
        found = (one for one in records(data) if one.get(field) == identifier)
        return next(map(answers.newer, found), None)

    async def _older(self, path: str, identifier: str) -> answers.Task | None:
        """A task of API 1.x, by either id; one that is not known is a refusal."""
        try:
            data = await self._look(f"{path}/{quote(identifier, safe='')}")
        except ProviderError as error:
            if error.kind == "gone":
                return None
            raise
        return answers.older(data) if isinstance(data, dict) else None

    async def _look(self, path: str) -> Any:
        """The `data` of a look."""
        with repeatable():
            answer = await self._call("GET", path)
        if _unknown(answer):
            raise tickets.gone("Kling knows no such task")
        return answers.content(answer, key=self._session.key, submitting=False).get("data")

    async def _call(self, method: str, path: str, sent: Any = None) -> httpx.Response:
        return await bearer.called(self._session, method, path, body=sent)

    def _read(self, given: Input) -> str:
        return base64_of(self._session.project / given.path)


def _unknown(answer: httpx.Response) -> bool:
    """Whether an answer to a look says that there is no such task.

    As measured in 2026, 1.x says 1201 `Task not found by id/external id: …`; 1203 is documented.
    """
    code = answers.code_of(answer)
    return code == 1203 or (code == answers.BAD_PARAMETER and answers.says(answer, "not found"))


def _ticket(at: Address, identifier: str) -> Ticket:
    return {"id": identifier, "api": "1.x" if at.older else "2.0", "path": at.path}


def _parts(ticket: Ticket) -> tuple[str, str]:
    """The id and path in a ticket. Raises ProviderError `gone` where it is not one of ours."""
    identifier = tickets.kept(ticket, "Kling", form=IDENTIFIER)
    api, path = ticket.get("api"), ticket.get("path")
    if isinstance(path, str) and (api == "2.0" or (api == "1.x" and OLDER_PATH.fullmatch(path))):
        return identifier, path
    raise tickets.foreign("Kling")
