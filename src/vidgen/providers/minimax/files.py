"""Files on their way to MiniMax: inside the body while they fit, else by its upload.

An upload is free and kept for seven days, so trouble here is never ambiguous: nothing that costs
money has been sent yet. Only /v2 takes what was uploaded. Sizes and forms from the maker's pages
on uploads and on video generation as read on 2026-10-08.
"""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session
from vidgen.providers.minimax.answers import content, name_of
from vidgen.providers.wire import call, read

TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mp3": "audio/mp3",
    ".wav": "audio/wav",
}
"""By ending: what MiniMax takes, and how it wants it called. MP3 is `audio/mp3` here."""

INLINE = 45_000_000
"""Bytes of files that go inside one body: it takes 64 MB, and base64 makes a third more of them."""

UPLOADED = (".mov",)
"""Endings that a body may not carry: as `data:` only MP4 is documented."""


async def links_of(
    inputs: tuple[Input, ...], session: Session, *, uploads: bool
) -> dict[Input, str]:
    """Each file as what stands for it in a body: a data URI, or the id of its upload.

    Without `uploads` every file goes inside. Raises ProviderError, of every kind but `ambiguous`.
    """
    links, inside = {}, 0
    for one in inputs:
        path = session.project / one.path
        media = _type(path)
        data = await asyncio.to_thread(read, path)
        apart = path.suffix.lower() in UPLOADED or inside + len(data) > INLINE
        if uploads and apart:
            links[one] = f"mm_file://{await _upload(path, media, data, session)}"
        else:
            inside += len(data)
            links[one] = f"data:{media};base64,{base64.b64encode(data).decode('ascii')}"
    return links


async def _upload(path: Path, media: str, data: bytes, session: Session) -> str:
    """Hand a file over, and return its id."""
    try:
        answer = await call(
            session.http,
            "POST",
            f"{session.base_url.rstrip('/')}/v1/files/upload",
            key=session.key,
            headers={"authorization": f"Bearer {session.key}"},
            form=(("purpose", "video_generation_input"), ("file", (path.name, data, media))),
        )
        told = content(answer, key=session.key, submitting=True).get("file")
    except ProviderError as error:
        if error.kind == "ambiguous":
            error.kind, error.charged = "unsent", False
        raise
    name = name_of(told, "file_id") if isinstance(told, dict) else ""
    if not name:
        raise ProviderError(f"MiniMax took {path.name}, and named no file", kind="provider")
    return name


def _type(path: Path) -> str:
    """The media type of a file by its name. Raises ProviderError `input` for what is not taken."""
    found = TYPES.get(path.suffix.lower())
    if found is None:
        message = f"MiniMax takes no {path.suffix or 'file without an ending'}: {path.name}"
        hint = "pictures as JPEG, PNG or WebP, sound as MP3 or WAV, clips as MP4 or MOV"
        raise ProviderError(message, kind="input", where=str(path), hint=hint)
    return found
