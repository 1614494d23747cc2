"""Files on their way to Replicate: inside the body while they are small, else uploaded before.

Uploads are free, so trouble here is never ambiguous: nothing that costs money has been sent yet.
An uploaded file is deleted by Replicate after a day or so. Facts: Replicate's OpenAPI description
(data URLs up to 256 kB, files below 100 MB), read in 2026.
"""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session
from vidgen.providers.replicate.answers import trouble, words
from vidgen.providers.wire import as_json, call, media_type, read, refused

INLINE = 256_000
"""Bytes of all the files that go inside one body as data URIs."""

LARGEST = 100_000_000
"""Bytes that one file must stay below."""


async def links_of(inputs: tuple[Input, ...], session: Session, base: str) -> dict[Input, str]:
    """Each file as what stands for it in a body: a data URI, or the address of its upload.

    Raises ProviderError, of every kind but `ambiguous`; nothing is sent before all were read.
    """
    paths = {one: session.project / one.path for one in inputs}
    contents = {one: await asyncio.to_thread(read, path) for one, path in paths.items()}
    for one, content in contents.items():
        if len(content) >= LARGEST:
            size = f"{len(content) / 1_000_000:.0f} MB"
            message = f"{paths[one].name} has {size}, and Replicate takes less than 100"
            raise ProviderError(message, kind="input", where=str(paths[one]))
    links, inside = {}, 0
    for one, content in contents.items():
        if inside + len(content) <= INLINE:
            inside += len(content)
            packed = base64.b64encode(content).decode("ascii")
            links[one] = f"data:{media_type(paths[one])};base64,{packed}"
        else:
            links[one] = await _upload(paths[one], content, session, base)
    return links


async def _upload(path: Path, content: bytes, session: Session, base: str) -> str:
    """Put one file there, and return the address by which an order names it."""
    try:
        answer = await call(
            session.http,
            "POST",
            f"{base}/files",
            key=session.key,
            headers={"Authorization": f"Bearer {session.key}"},
            form=(("content", (path.name, content, media_type(path))),),
        )
        told = as_json(answer) if answer.is_success else {}
    except ProviderError as error:
        if error.kind == "ambiguous":
            error.kind, error.charged = "unsent", False
        raise
    if not answer.is_success:
        message = f"Replicate does not take {path.name} (HTTP {answer.status_code}): "
        kind = trouble(answer, missing="provider", broken="overload")
        raise refused(answer, message + words(answer), kind, key=session.key)
    urls = told.get("urls")
    link = urls.get("get") if isinstance(urls, dict) else None
    if not (isinstance(link, str) and link.startswith(("https:", "http:"))):
        raise ProviderError(f"Replicate names no address for {path.name}", kind="provider")
    return link
