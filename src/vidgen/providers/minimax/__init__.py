"""MiniMax's own API: H3 under /v2, the older Hailuo models under /v1, and stills.

No id of ours is taken anywhere, so a submit whose answer was lost cannot be looked up. Of a task
its id and its API are kept; a still comes with the answer, so that its link is the ticket. Facts:
platform.minimax.io/docs/api-reference, read on 2026-10-08.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from vidgen.errors import ProviderError
from vidgen.job import Failed, Request, Status, Succeeded, Ticket
from vidgen.providers import Session, bearer, tickets
from vidgen.providers.links import standing
from vidgen.providers.minimax import answers
from vidgen.providers.minimax.bodies import address, body, files_of, refuse
from vidgen.providers.minimax.uploads import links_of
from vidgen.providers.reading import link, object_in, record, said, text
from vidgen.providers.wire import is_at, repeatable

WHO = "MiniMax"

INTERNATIONAL = "https://api.minimax.io"

PLAN_KEY = "sk-cp-"
"""How keys of a subscription begin. They have an allowance, and no balance."""


class MiniMax:
    """Videos and stills at MiniMax."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """One task, or one still. What does not fit into a body is uploaded first."""
        at = address(request.endpoint)
        refuse(request, at)
        links = await links_of(files_of(request), self._session, uploads=at.api == "v2")
        answer = await self._call("POST", at.path, body(request, at, links))
        found = answers.content(answer, key=self._session.key, submitting=True)
        if at.api == "image":
            return {"api": "image", "id": answers.name_of(found, "id"), "media": _still(found)}
        named = {"id": answers.name_of(found, "task_id")}
        return {"api": at.api, "id": tickets.accepted(named, WHO)}

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a task that MiniMax showed a person.

        Raises ProviderError `input` for what is no task's id, and for stills, which have no task.
        """
        at, hint = address(request.endpoint), "copy the id of a video's task"
        if at.api == "image":
            raise ProviderError(f"{WHO} keeps no record of stills", kind="input", hint=hint)
        return {"api": at.api, "id": tickets.adopted(identifier, WHO, hint)}

    async def poll(self, ticket: Ticket) -> Status:
        """One look: one call, and for a finished clip of /v1 one more, for its link.

        Links live for an hour; each look brings a fresh one, but for stills: one whose link is
        past its day has failed, and was paid for. Raises ProviderError `gone` where MiniMax knows
        no such task.
        """
        if ticket.get("api") == "image":
            return await self._kept(ticket)
        identifier = _identifier(ticket)
        if identifier is None:
            raise tickets.foreign(WHO)
        if ticket["api"] == "v2":
            found = await self._look(f"v2/query/video_generation/{identifier}")
            return answers.newer(found, key=self._session.key)
        try:
            return await self._older(identifier)
        except ProviderError as error:
            if error.kind != "moderation":
                raise
            return Failed(error.message, "moderation", charged=None)  # of the clip, not of a look

    async def cancel(self, ticket: Ticket) -> None:
        """Take back a task of /v2 that still waits; nothing else can be.

        The same call deletes the record of a finished task, and its clip with it: so it is only
        made of one that was seen waiting.
        """
        identifier = _identifier(ticket)
        if identifier is None or ticket["api"] != "v2":
            return
        try:
            found = await self._look(f"v2/query/video_generation/{identifier}")
        except ProviderError as error:
            if error.kind == "gone":
                return
            raise
        if not answers.waits(found):
            return
        with repeatable():
            answer = await self._call("DELETE", f"v2/video_generation/{identifier}")
        if answer.status_code != 400:  # it began meanwhile, and goes on
            answers.content(answer, key=self._session.key, submitting=False)

    async def check_key(self) -> str:
        """What the account holds. Raises ProviderError: `key` for a key that is refused."""
        if self._session.key.startswith(PLAN_KEY):
            await self._look("v1/token_plan/remains")
            return "a plan's key; H3 wants a pay-as-you-go one"
        found = await self._look("account/query_balance")
        amount = said(text(found.get("available_amount")), self._session.key)
        sign = "$" if is_at(self._session.base_url, INTERNATIONAL) else ""  # elsewhere it is yuan
        return f"balance {sign}{amount}" if amount else ""

    async def _older(self, identifier: str) -> Status:
        """A task of /v1: how it stands, and once it is done the link of its file."""
        key = self._session.key
        answer = await self._get(f"v1/query/video_generation?task_id={identifier}")
        told = object_in(answer)
        if told.get("status") == "Fail":  # with a code that says why, where a look has its own
            state = answers.older(told, key=key)
        else:
            state = answers.older(answers.content(answer, key=key, submitting=False), key=key)
        if not isinstance(state, str):
            return state
        found = await self._look(f"v1/files/retrieve?file_id={quote(state, safe='')}")
        media = link(record(found.get("file")).get("download_url"))
        if media is not None:
            return Succeeded(media)
        return Failed("finished without a link to what was made", "unknown", charged=None)

    async def _kept(self, ticket: Ticket) -> Status:
        """A still, of which its link is all that there is: one byte of it is asked for."""
        media = text(ticket.get("media"))
        if not media.startswith("https://"):
            raise tickets.foreign(WHO)
        return await standing(self._session, media)

    async def _look(self, path: str) -> dict[str, Any]:
        """The answer to a look."""
        answer = await self._get(path)
        return answers.content(answer, key=self._session.key, submitting=False)

    async def _get(self, path: str) -> httpx.Response:
        with repeatable():
            return await self._call("GET", path)

    async def _call(self, method: str, path: str, sent: Any = None) -> httpx.Response:
        return await bearer.called(self._session, method, path, body=sent)


def _still(found: dict[str, Any]) -> str:
    """The link of the one still in an answer.

    Raises ProviderError: `moderation` where MiniMax held it back, `provider` where none is there.
    """
    links = record(found.get("data")).get("image_urls")
    still = text(links[0]) if isinstance(links, list) and links else ""
    if still.startswith("https://"):
        return still
    held = record(found.get("metadata")).get("failed_count")
    if str(held) not in ("None", "0", ""):
        message = "MiniMax held the picture back: it counts one against its rules"
        raise ProviderError(message, kind="moderation", charged=None)
    raise ProviderError("MiniMax answered without a picture", kind="provider", charged=None)


def _identifier(ticket: Ticket) -> str | None:
    """The id of a video's task; None where a ticket is not one of ours."""
    return tickets.id_in(ticket) if ticket.get("api") in ("v1", "v2") else None
