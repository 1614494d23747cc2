"""Files on their way to fal: inside the body while they are few and small, else by its storage.

Facts: @fal-ai/client 1.10.1 and fal.ai/docs, 2026.
"""

from __future__ import annotations

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session, files
from vidgen.providers.fal.answers import trouble, words
from vidgen.providers.fal.platform import server
from vidgen.providers.files import File, Room
from vidgen.providers.reading import text
from vidgen.providers.wire import as_json, call, refused

STORAGE = "https://rest.fal.ai"

ROOM = Room("fal", inside=3_000_000, largest=90_000_000)
"""fal takes a few megabytes as data URIs, and wants a larger file in parts, which is not done."""


async def links_of(inputs: tuple[Input, ...], session: Session) -> dict[Input, str]:
    """Each file as what stands for it in a body: a data URI, or the link of its upload.

    Raises ProviderError, of every kind but `ambiguous`.
    """

    async def upload(file: File, content: bytes) -> str:
        place, link = await _place(file, session)
        answer = await call(
            session.http,
            "PUT",
            place,
            key=session.key,
            headers={"Content-Type": file.media},  # and no key: the place may be anyone's
            content=content,
        )
        files.refuse_unstored(answer, file, "fal's storage", session.key)
        return link

    return await files.links_of(inputs, session, ROOM, upload)


async def _place(file: File, session: Session) -> tuple[str, str]:
    """Where to put a file, and the link that it will have."""
    answer = await call(
        session.http,
        "POST",
        f"{server(session, STORAGE)}/storage/upload/initiate?storage_type=fal-cdn-v3",
        key=session.key,
        headers={"Authorization": f"Key {session.key}"},
        body={"content_type": file.media, "file_name": file.path.name},
    )
    if not answer.is_success:
        message = f"fal's storage (HTTP {answer.status_code}): {words(answer)}"
        raise refused(answer, message, trouble(answer, missing="provider"), key=session.key)
    told = as_json(answer)
    place, link = text(told.get("upload_url")), text(told.get("file_url"))
    if not (place and link):
        raise ProviderError("fal's storage names no place for a file", kind="provider")
    return place, link
