"""One call to Runway, with what each carries."""

from __future__ import annotations

from typing import Any

import httpx

from vidgen.providers import Session, bearer

VERSION = "2024-11-06"
"""Of the API; a call without it is refused."""


async def called(session: Session, method: str, path: str, written: Any = None) -> httpx.Response:
    """A call with the key to a path under Runway's address; `written` goes as JSON.

    Raises ProviderError as `wire.call` does.
    """
    headers = {"X-Runway-Version": VERSION}
    return await bearer.called(session, method, path, headers=headers, body=written)
