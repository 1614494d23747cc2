"""Files on their way to fal: inside the body while they are few and small, else by its storage.

Uploads are free, so trouble here is never ambiguous: nothing that costs money has been sent yet.
Facts: @fal-ai/client 1.10.1 and fal.ai/docs, 2026.
"""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session
from vidgen.providers.fal.answers import trouble, words
from vidgen.providers.fal.platform import server
from vidgen.providers.wire import as_json, call, media_type, read, refused

STORAGE = "https://rest.fal.ai"

INLINE = 3_000_000
"""Bytes of files that go inside one body as data URIs: fal takes a few megabytes that way."""

LARGEST = 90_000_000
"""Bytes of one upload: above it fal wants the file in parts, which is not done here."""


async def links_of(inputs: tuple[Input, ...], session: Session) -> dict[Input, str]:
    """Each file as what stands for it in a body: a data URI, or the link of its upload.

    Raises ProviderError, of every kind but `ambiguous`.
    """
    links, inside = {}, 0
    for one in inputs:
        path = session.project / one.path
        content = await asyncio.to_thread(read, path)
        if inside + len(content) <= INLINE:
            inside += len(content)
            packed = base64.b64encode(content).decode("ascii")
            links[one] = f"data:{media_type(path)};base64,{packed}"
        else:
            links[one] = await _upload(path, content, session)
    return links


async def _upload(path: Path, content: bytes, session: Session) -> str:
    """Ask for a place, put the file there, and return its link."""
    if len(content) > LARGEST:
        message = f"{path.name} has {len(content) // 1_000_000} MB, and fal takes 90 in one piece"
        raise ProviderError(message, kind="input", where=str(path))
    try:
        place, link = await _place(path, session)
        answer = await call(
            session.http,
            "PUT",
            place,
            key=session.key,
            headers={"Content-Type": media_type(path)},  # and no key: the place may be anyone's
            content=content,
        )
    except ProviderError as error:
        if error.kind == "ambiguous":
            error.kind, error.charged = "unsent", False
        raise
    if not answer.is_success:
        later = answer.status_code == 429 or answer.status_code >= 500
        message = f"fal's storage does not take {path.name} (HTTP {answer.status_code})"
        raise refused(answer, message, "overload" if later else "provider", key=session.key)
    return link


async def _place(path: Path, session: Session) -> tuple[str, str]:
    """Where to put a file, and the link that it will have."""
    answer = await call(
        session.http,
        "POST",
        f"{server(session, STORAGE)}/storage/upload/initiate?storage_type=fal-cdn-v3",
        key=session.key,
        headers={"Authorization": f"Key {session.key}"},
        body={"content_type": media_type(path), "file_name": path.name},
    )
    if not answer.is_success:
        message = f"fal's storage (HTTP {answer.status_code}): {words(answer)}"
        raise refused(answer, message, trouble(answer, missing="provider"), key=session.key)
    told = as_json(answer)
    place, link = told.get("upload_url"), told.get("file_url")
    if not (isinstance(place, str) and isinstance(link, str)):
        raise ProviderError("fal's storage names no place for a file", kind="provider")
    return place, link
