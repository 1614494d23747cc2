"""One call to Runway, with what each carries."""

from __future__ import annotations

from typing import Any

import httpx

from vidgen.providers import Session
from vidgen.providers.wire import call

VERSION = "2024-11-06"
"""Of the API; a call without it is refused."""


async def called(session: Session, method: str, path: str, written: Any = None) -> httpx.Response:
    """A call that carries the key to a path under Runway's address; `written` goes as JSON.

    Raises ProviderError as `wire.call` does.
    """
    key = session.key
    headers = {"Authorization": f"Bearer {key}", "X-Runway-Version": VERSION}
    url = f"{session.base_url.rstrip('/')}/{path}"
    return await call(session.http, method, url, key=key, headers=headers, body=written)
