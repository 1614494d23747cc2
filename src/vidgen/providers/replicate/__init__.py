"""Replicate: other makers' models as predictions, official ones by name, a community's by version.

The input of a prediction is written by the offer's `fields`; Replicate refuses what it does not
know. Nothing of ours names a prediction, so that a submit whose answer was lost cannot be looked
up. `Prefer: wait` is never sent: it would hold the submit open for a minute. Facts: Replicate's own
OpenAPI description and pages on predictions, and its client 1.0.7, read in 2026.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from vidgen.errors import ProviderError, Trouble
from vidgen.job import Failed, Request, Running, Status, Ticket
from vidgen.providers import Session
from vidgen.providers.fields import body, files_of
from vidgen.providers.replicate import answers
from vidgen.providers.replicate.files import links_of
from vidgen.providers.wire import as_json, call, hidden, refused

API = "https://api.replicate.com/v1"
RESULTS = "replicate.delivery"
"""The host of results, with every host below it: the only other ones that the key may be shown."""

IDENTIFIER = re.compile(r"[A-Za-z0-9]{8,64}")


class Replicate:
    """Works through Replicate's predictions."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._base = session.base_url.rstrip("/") or API

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """Upload what is too large to go along, then order; Replicate takes no id of ours."""
        fields = self._session.fields.get((request.model, request.endpoint), {})
        links = await links_of(files_of(request, fields), self._session, self._base)
        path, order = ordered(request.endpoint, body(request, fields, links))
        answer = await self._call("POST", path, order)
        if not answer.is_success:
            raise self._refused(answer, missing="input", broken="ambiguous")
        identifier = as_json(answer).get("id")
        if not _is_one(identifier):
            message = "Replicate answered without a prediction's id"
            raise ProviderError(message, kind="ambiguous", charged=None)
        return self.adopt(request, str(identifier))

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a prediction by the id that Replicate's pages show.

        Raises ProviderError `input` for what is none.
        """
        if not _is_one(identifier):
            message = "a prediction's id has letters and digits only"
            hint = "copy it from the address of the prediction: replicate.com/p/ID"
            raise ProviderError(message, kind="input", hint=hint)
        return {"id": identifier, "endpoint": request.endpoint, "model": request.model}

    async def poll(self, ticket: Ticket) -> Status:
        """Ask for the prediction; its result and its failure stand in it."""
        identifier = ticket.get("id")
        if not _is_one(identifier):
            message = "the ticket names no prediction at Replicate"
            raise ProviderError(message, kind="gone", charged=None)
        answer = await self._call("GET", f"predictions/{identifier}")
        if not answer.is_success:
            raise self._refused(answer, missing="gone", broken="overload")
        return self._outcome(as_json(answer))

    async def cancel(self, ticket: Ticket) -> None:
        """Ask Replicate to stop: what has begun is billed for the time that it ran."""
        identifier = ticket.get("id")
        if not _is_one(identifier):
            return
        answer = await self._call("POST", f"predictions/{identifier}/cancel")
        over_or_unknown = answer.status_code in (400, 404, 409, 422)
        if not (answer.is_success or over_or_unknown):
            raise self._refused(answer, missing="gone", broken="overload")

    async def check_key(self) -> str:
        """Whose the key is, by Replicate's page of the account; a call that costs nothing."""
        answer = await self._call("GET", "account")
        if not answer.is_success:
            raise self._refused(answer, missing="provider", broken="overload")
        name = as_json(answer).get("username")
        return f"account {self._clean(name)}" if isinstance(name, str) and name else ""

    async def download_headers(self, link: str) -> Mapping[str, str]:
        """The key, for results at Replicate's own hosts, as its documents ask; else nothing."""
        return self._headers if _is_result(link) else {}

    def _outcome(self, told: dict[str, Any]) -> Status:
        """What a prediction says of itself. Its cost stays unsaid: Replicate tells no price."""
        word = told.get("status")
        if word in ("starting", "processing"):
            return Running(answers.progress(told))
        if word == "succeeded":
            return answers.result(told)
        if word in answers.ENDED:
            return Failed(self._clean(answers.reason(told)), *answers.failure(told))
        reason = self._clean(f"Replicate reports a state that it has never told of: {word}")
        return Failed(reason, kind="unknown", charged=None)

    async def _call(self, method: str, path: str, written: Any = None) -> httpx.Response:
        """One call to Replicate's own address; it carries the key."""
        return await call(
            self._session.http,
            method,
            f"{self._base}/{path}",
            key=self._session.key,
            headers=self._headers,
            body=written,
        )

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._session.key}"}

    def _refused(
        self, answer: httpx.Response, *, missing: Trouble, broken: Trouble
    ) -> ProviderError:
        """The error of an answer that is no success; `missing` is what a 404 means there, and
        `broken` what an answer means that does not come from Replicate's own judgement."""
        message = f"Replicate (HTTP {answer.status_code}): {answers.words(answer)}"
        kind = answers.trouble(answer, missing=missing, broken=broken)
        error = refused(answer, message, kind, key=self._session.key)
        if error.retry_after is None:
            error.retry_after = answers.wait(answer)
        return error

    def _clean(self, text: str) -> str:
        """Words of Replicate's, short and without the key."""
        return hidden(text, self._session.key)[:600]


def ordered(endpoint: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The path and the body of an order: `owner/name` is an official model, which has an address
    of its own, and `owner/name:version` a community's, which has none."""
    if ":" in endpoint:
        return "predictions", {"version": endpoint, "input": given}
    return f"models/{endpoint}/predictions", {"input": given}


def _is_one(identifier: object) -> bool:
    """Whether it can be a prediction's id: it becomes a part of an address."""
    return isinstance(identifier, str) and IDENTIFIER.fullmatch(identifier) is not None


def _is_result(link: str) -> bool:
    """Whether a link leads to Replicate's own store of results, on its usual port."""
    try:
        url = httpx.URL(link)
    except httpx.InvalidURL:
        return False
    ours = url.host == RESULTS or url.host.endswith(f".{RESULTS}")
    return ours and url.scheme == "https" and url.port is None and not url.userinfo
