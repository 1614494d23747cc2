"""Results of which a link is all that there is: the provider keeps no record to look at."""

from __future__ import annotations

from vidgen.job import Failed, Running, Status, Succeeded
from vidgen.providers import Session
from vidgen.providers.wire import call, repeatable

LARGEST = 50_000_000
"""Bytes that may come where one was asked for."""


async def standing(session: Session, link: str) -> Status:
    """How a still at an https link stands, by asking for one byte of it, without the key.

    A link that is past its day has failed, and was paid for.
    """
    with repeatable():
        answer = await call(
            session.http,
            "GET",
            link,
            key=session.key,
            headers={"range": "bytes=0-0"},  # and no key: it lies at a host of its own
            longest=LARGEST,
        )
    if answer.is_success:
        return Succeeded(link)
    if answer.status_code == 429 or answer.status_code >= 500:
        return Running()  # where it lies is not ready to hand it out
    words = f"the still's link answers HTTP {answer.status_code}: it is good for a day"
    return Failed(f"{words}, and there is no other", "provider", charged=True)
