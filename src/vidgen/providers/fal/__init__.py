"""fal: a queue in front of other makers' models, one endpoint for each model and mode.

The body is the model's input, written by the offer's `fields`. There is no idempotency key, and no
way to look up a submit whose answer was lost. A failed job is COMPLETED too: an error stands where
its result would. Facts: fal.ai/docs (queue, errors, faq) and fal_client 1.0.3, read in 2026.
"""

from __future__ import annotations

import asyncio
import functools
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx

from vidgen.errors import ProviderError, Trouble
from vidgen.job import Failed, Request, Running, Status, Succeeded, Ticket
from vidgen.providers import Session, tickets
from vidgen.providers.clips import seen
from vidgen.providers.fal import answers, platform
from vidgen.providers.fal.storage import links_of
from vidgen.providers.fields import body, files_of
from vidgen.providers.reading import said, undocumented
from vidgen.providers.wire import as_json, call, is_at, refused, repeatable

QUEUE = "https://queue.fal.run"
ADDRESSES = ("status_url", "response_url", "cancel_url")
SPACES = ("workflows", "comfy")
"""First parts of endpoint names that are no owner: there the address of a job keeps three parts."""

ANY_ENDPOINT = "fal-ai/veo3.1"
"""Whose price is asked to see whether a key is known."""


class Fal:
    """Works through fal's queue.

    `X-Fal-No-Retry` is not sent: fal's own retries happen inside one job that is billed once, and
    a 5xx is never charged, so that they can only help.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._base = session.base_url.rstrip("/") or QUEUE
        self._prices: dict[str, Decimal] = {}

    async def submit(self, request: Request, *, idempotency: str) -> Ticket:
        """Upload what is too large to go along, then queue the work; fal takes no id of ours."""
        fields = self._session.fields.get((request.model, request.endpoint), {})
        links = await links_of(files_of(request, fields), self._session)
        # in a thread, since a clip may have to be looked into
        look = functools.partial(seen, self._session.project)
        written = await asyncio.to_thread(body, request, fields, links, look=look)
        answer = await self._call("POST", f"{self._base}/{request.endpoint}", written)
        if not answer.is_success:
            raise self._refused(answer, missing="input")
        told = as_json(answer)
        identifier = tickets.accepted(told, "fal", name="request_id")
        # An address elsewhere is not taken over: every look at it would be sent the key.
        given = {name: told[name] for name in ADDRESSES if self._is_fals(told.get(name))}
        return self.adopt(request, identifier) | given

    def adopt(self, request: Request, identifier: str) -> Ticket:
        """The ticket of a request id that fal's pages show.

        Addresses hold only the first two parts of an endpoint's name: a job of fal-ai/veo3.1/fast
        is found under fal-ai/veo3.1. Raises ProviderError `input` for what is no request id.
        """
        found = tickets.adopted(identifier, "fal", "copy it from fal's list of requests")
        parts = request.endpoint.split("/")
        owner = "/".join(parts[: 3 if parts[0] in SPACES else 2])
        at = f"{self._base}/{owner}/requests/{found}"
        return {
            "request_id": found,
            "status_url": f"{at}/status",
            "response_url": at,
            "cancel_url": f"{at}/cancel",
            "endpoint": request.endpoint,
            "model": request.model,
        }

    async def poll(self, ticket: Ticket) -> Status:
        """Ask for the state, for the result once there is one, and for what that cost."""
        with repeatable():
            return await self._looked(ticket)

    async def _looked(self, ticket: Ticket) -> Status:
        state_at, result_at = ticket.get("status_url"), ticket.get("response_url")
        if not (self._is_fals(state_at) and self._is_fals(result_at)):
            raise tickets.foreign("fal")
        answer = await self._call("GET", str(state_at))
        if not answer.is_success:
            raise self._refused(answer, missing="gone")
        state = as_json(answer)
        word = state.get("status")
        if word in ("IN_QUEUE", "IN_PROGRESS"):
            return Running()
        if word != "COMPLETED":
            return undocumented("fal", word, self._session.key)
        result = await self._call("GET", str(result_at))
        status = self._outcome(result, state)
        if isinstance(status, Succeeded):
            return replace(status, cost_usd=await self._cost(result, ticket.get("endpoint")))
        return status

    async def cancel(self, ticket: Ticket) -> None:
        """Ask fal to stop: what waits disappears; what runs may still finish, and be billed."""
        address = ticket.get("cancel_url")
        if not self._is_fals(address):
            return
        with repeatable():
            answer = await self._call("PUT", str(address))
            over_or_unknown = answer.status_code in (400, 404)
            if not (answer.is_success or over_or_unknown):
                raise self._refused(answer, missing="gone")

    async def check_key(self) -> str:
        """Whether fal takes the key, which asking for a price shows; it says no balance.

        Balances are told to keys with an administrator's rights alone.
        """
        with repeatable():
            answer = await platform.prices(self._session, ANY_ENDPOINT)
            if not answer.is_success:
                raise self._refused(answer, missing="provider")
        return ""

    async def _cost(self, result: httpx.Response, endpoint: object) -> Decimal | None:
        """US dollars of a finished job: what was billed, at the unit price, asked for once.

        None where fal does not say one of them; a job never fails by that.
        """
        billed = platform.units(result)
        if billed is None or not isinstance(endpoint, str):
            return None
        if endpoint not in self._prices:
            try:
                price = platform.price(await platform.prices(self._session, endpoint), endpoint)
            except ProviderError:
                price = None
            if price is None:
                return None
            self._prices[endpoint] = price
        return billed * self._prices[endpoint]

    def _outcome(self, answer: httpx.Response, state: dict[str, Any]) -> Status:
        """What a result says, but for its cost; `state` was told just before."""
        if answer.is_success:
            told = as_json(answer)
            media, seed = answers.media(told), told.get("seed")
            if media is None:
                reason = "fal finished without a link to a clip or a picture"
                return Failed(reason, kind="unknown", charged=None)
            return Succeeded(media, seed=seed if type(seed) is int else None)
        if answers.unfinished(answer):
            return Running()
        kind = answers.failure(answer, state)
        if kind is None:
            raise self._refused(answer, missing="gone")
        reason = said(answers.words(answer), self._session.key)
        return Failed(reason, kind, answers.charged(answer, state))

    async def _call(self, method: str, url: str, written: Any = None) -> httpx.Response:
        """One call that carries the key."""
        key = self._session.key
        headers = {"Authorization": f"Key {key}"}
        return await call(self._session.http, method, url, key=key, headers=headers, body=written)

    def _is_fals(self, address: object) -> bool:
        """Whether the key may be sent there: fal's queue, or the server named in its place."""
        return is_at(address, self._base, QUEUE)

    def _refused(self, answer: httpx.Response, *, missing: Trouble) -> ProviderError:
        """The error of an answer that is no success; `missing` is what a 404 means there."""
        message = f"fal (HTTP {answer.status_code}): {answers.words(answer)}"
        kind = answers.trouble(answer, missing=missing)
        return refused(answer, message, kind, key=self._session.key)
