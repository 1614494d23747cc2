"""Calls that show the key as a bearer token, to a path under a provider's own address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from vidgen.providers import Session
from vidgen.providers.wire import Form, call


def token(session: Session) -> dict[str, str]:
    """The header with the key; none where there is no key, as at servers of one's own."""
    return {"Authorization": f"Bearer {session.key}"} if session.key else {}


async def called(
    session: Session,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    form: Form | None = None,
) -> httpx.Response:
    """One call with the key, and with `headers` besides; `body` goes as JSON, `form` as a form.

    Raises ProviderError as `wire.call` does.
    """
    return await call(
        session.http,
        method,
        f"{session.base_url.rstrip('/')}/{path}",
        key=session.key,
        headers={**token(session), **(headers or {})},
        body=body,
        form=form,
    )
