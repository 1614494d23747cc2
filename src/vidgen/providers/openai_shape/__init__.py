"""OpenAI's videos shape: one form that orders a clip, a record to look at, and the clip itself.

OpenAI closed its own on 2026-09-24; gateways and two servers of one's own still speak it. What
differs between them is a Dialect. There is no idempotency key and no id of ours: jobs can be listed
at most places, but nothing in the list says whose they are, so a lost submit is not looked up.
Facts: the OpenAPI description of 2026-08-21, openai 3.54, and the servers' own sources.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

import httpx

from vidgen.errors import ProviderError
from vidgen.job import Input, Request, Status, Ticket
from vidgen.providers import Session, bearer, tickets
from vidgen.providers.files import media_type, read
from vidgen.providers.openai_shape import answers
from vidgen.providers.openai_shape.dialect import FIELDS, Dialect
from vidgen.providers.openai_shape.forms import File, form
from vidgen.providers.reading import object_in, records, said
from vidgen.providers.wire import Form, as_json, is_at, is_here, refused, repeatable

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}")
"""`video_…`, `video_gen_…`, a UUID, or `sora-2:task_…` of some gateways."""


class Videos:
    """Works through a server that speaks OpenAI's videos shape, in one of its dialects."""

    def __init__(self, session: Session, dialect: Dialect) -> None:
        self._dialect = dialect
        self._root = dialect.root(session.base_url)
        self._session = replace(session, base_url=self._root)

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """Order one clip; no id of ours can go along.

        Raises ProviderError `input`, before anything is sent, where no server is named.
        """
        self._refuse_unnamed()
        fields = self._session.fields.get((request.model, request.endpoint)) or FIELDS
        written = await asyncio.to_thread(
            form, request, fields, read=self._read, frames=self._dialect.frames
        )
        answer = await self._call("POST", "videos", written)
        if not answer.is_success:
            raise self._refused(answer, looking=False)
        return {"id": tickets.accepted(as_json(answer), self._dialect.name, form=IDENTIFIER)}

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a job whose id a person found. Raises ProviderError `input` for no id."""
        name, hint = self._dialect.name, "copy it from the server's list of videos"
        return {"id": tickets.adopted(identifier, name, hint, form=IDENTIFIER)}

    async def poll(self, ticket: Ticket) -> Status:
        """One look at a job. Raises ProviderError `gone` where the server knows no such one."""
        identifier = tickets.kept(ticket, self._dialect.name, form=IDENTIFIER)
        path = f"videos/{quote(identifier, safe=':')}"
        with repeatable():
            answer = await self._call("GET", path)
        record = answers.record_in(answer, identifier)
        if record is None:
            raise self._refused(answer, looking=True)
        at = f"{self._root}/{path}/content"  # without `variant=video`: SGLang knows numbers alone
        return answers.status(record, content=at, own=self._dialect.own, key=self._session.key)

    async def cancel(self, ticket: Ticket) -> None:
        """Stop what runs, where the server can; nothing where it could only throw away a clip.

        A finished job is left alone everywhere: to delete it would delete what was paid for.
        """
        if not self._dialect.stops:
            return
        if not await tickets.runs(self.poll, ticket):
            return
        with repeatable():
            answer = await self._call("DELETE", f"videos/{quote(ticket['id'], safe=':')}")
        over_or_stopping = answer.status_code in (404, 409)
        if not (answer.is_success or over_or_stopping):
            raise self._refused(answer, looking=True)

    async def download_headers(self, link: str) -> Mapping[str, str]:
        """The key for the server's own links; nothing for links that a record gave to others."""
        return bearer.token(self._session) if is_at(link, self._root) else {}

    async def check_key(self) -> str:
        """List the models, which costs nothing: those that one's own server has, in words.

        Raises ProviderError `key` for a refused key, `input` where no server is named.
        """
        self._refuse_unnamed()
        with repeatable():
            answer = await self._call("GET", "models")
            if not answer.is_success:
                raise self._refused(answer, looking=True)
            names = [str(one.get("id")) for one in records(as_json(answer).get("data"))]
        if not self._dialect.own:
            return f"{len(names)} model{'s' * (len(names) > 1)}" if names else ""
        return f"serves {said(', '.join(names), self._session.key)}" if names else ""

    def _refuse_unnamed(self) -> None:
        """Raise where there is nobody to send an order to, or no way to fetch what comes of it."""
        setting, name = self._dialect.setting, self._dialect.name
        if self._dialect.required and not self._session.settings.get(setting):
            raise ProviderError(
                f"nobody says where {name} is: {setting} is not set",
                kind="input",
                hint=f"put its address into {setting}, such as https://api.example.com/v1",
            )
        if not (self._root.startswith("https://") or _is_plain_here(self._root)):
            raise ProviderError(
                f"{name} cannot be used at {self._root}: clips are fetched over https, or from"
                " this machine",
                kind="input",
                hint=f"set {setting} to an https:// address, or to a tunnel's end on this machine,"
                " such as http://127.0.0.1:8000",
            )
        reason = self._dialect.closed.get(httpx.URL(self._root).host)
        if reason:
            hint = f"name a gateway that has it in {setting}, or choose another model"
            raise ProviderError(reason, kind="input", hint=hint)

    async def _call(self, method: str, path: str, written: Form | None = None) -> httpx.Response:
        return await bearer.called(self._session, method, path, form=written)

    def _refused(self, answer: httpx.Response, *, looking: bool) -> ProviderError:
        """The error of an answer that is neither a success nor a record."""
        fault = answers.fault(object_in(answer))
        kind = answers.trouble(answer, fault, looking=looking, own=self._dialect.own)
        words = fault.words or "without a word of why"
        message = f"{self._dialect.name} (HTTP {answer.status_code}): {words}"
        charged = None if kind == "gone" else False
        return refused(answer, message, kind, key=self._session.key, charged=charged)

    def _read(self, given: Input) -> File:
        path = self._session.project / given.path
        return path.name, read(path), media_type(path)


def _is_plain_here(url: str) -> bool:
    """Whether it is plain HTTP to this machine."""
    return url.startswith("http://") and is_here(url)
