"""fal's own books: what a quantity that a result was billed costs, and whether a key is known.

Free calls, to another host than the queue's. Facts: fal.ai/docs/platform-apis (pricing) and what
its users measured of `x-fal-billable-units`, read in November 2026.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

import httpx

from vidgen.providers import Session
from vidgen.providers.wire import call, is_here

PLATFORM = "https://api.fal.ai"

UNITS = "x-fal-billable-units"
"""The header of a result that says what quantity was billed, by resolution and sound already."""


def server(session: Session, usual: str) -> str:
    """One of fal's hosts; a stand-in on this machine is all of them."""
    return session.base_url.rstrip("/") if is_here(session.base_url) else usual


async def prices(session: Session, endpoint: str) -> httpx.Response:
    """fal's answer to what a unit of an endpoint costs; it takes any valid key, and no other."""
    return await call(
        session.http,
        "GET",
        f"{server(session, PLATFORM)}/v1/models/pricing?endpoint_id={quote(endpoint)}",
        key=session.key,
        headers={"Authorization": f"Key {session.key}"},
    )


def price(answer: httpx.Response, endpoint: str) -> Decimal | None:
    """US dollars of one unit, by such an answer; None where it does not say."""
    for one in _listed(answer) if answer.is_success else []:
        if isinstance(one, dict) and one.get("endpoint_id") == endpoint:
            usd = str(one.get("currency", "")).upper() == "USD"
            return _above_zero(one.get("unit_price")) if usd else None
    return None


def units(answer: httpx.Response) -> Decimal | None:
    """The quantity that a result was billed; None where nothing, or nothing sensible, is said."""
    return _above_zero(answer.headers.get(UNITS))


def _listed(answer: httpx.Response) -> list[Any]:
    try:
        told = json.loads(answer.content, parse_float=Decimal)
    except ValueError:
        return []
    found = told.get("prices") if isinstance(told, dict) else None
    return found if isinstance(found, list) else []


def _above_zero(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None
