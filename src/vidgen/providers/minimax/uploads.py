"""Files on their way to MiniMax: inside the body while they fit, else by its upload.

An upload is kept for seven days; only /v2 takes what was uploaded. Sizes and forms from the maker's
pages on uploads and on video generation as read on 2026-10-08.
"""

from __future__ import annotations

from pathlib import Path

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session, files
from vidgen.providers.bearer import called
from vidgen.providers.files import File, Room
from vidgen.providers.minimax.answers import content, name_of
from vidgen.providers.reading import record

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

ROOM = Room("MiniMax", inside=45_000_000)
"""A body takes 64 MB, and base64 adds a third to a file. Of uploads no bound is told."""

OLDER_ROOM = Room("MiniMax", inside=None, largest=20_000_000)
"""The models of /v1 and stills take no uploads, and pictures below 20 MB."""

UPLOADED = (".mov",)
"""Endings that a body may not carry: as `data:` only MP4 is documented."""

PURPOSE = ("purpose", "video_generation_input")


async def links_of(
    inputs: tuple[Input, ...], session: Session, *, uploads: bool
) -> dict[Input, str]:
    """Each file as what stands for it in a body: a data URI, or the id of its upload.

    Without `uploads` every file goes inside. Raises ProviderError, of every kind but `ambiguous`.
    """

    async def upload(file: File, data: bytes) -> str:
        form = (PURPOSE, ("file", (file.path.name, data, file.media)))
        answer = await called(session, "POST", "v1/files/upload", form=form)
        told = content(answer, key=session.key, submitting=True)
        name = name_of(record(told.get("file")), "file_id")
        if not name:
            message = f"MiniMax took {file.path.name}, and named no file"
            raise ProviderError(message, kind="provider")
        return f"mm_file://{name}"

    room = ROOM if uploads else OLDER_ROOM
    apart = {one for one in inputs if uploads and Path(one.path).suffix.lower() in UPLOADED}
    return await files.links_of(inputs, session, room, upload, apart=apart, type_of=_type)


def _type(path: Path) -> str:
    """The media type of a file by its name. Raises ProviderError `input` for what is not taken."""
    found = TYPES.get(path.suffix.lower())
    if found is None:
        message = f"MiniMax takes no {path.suffix or 'file without an ending'}: {path.name}"
        hint = "pictures as JPEG, PNG or WebP, sound as MP3 or WAV, clips as MP4 or MOV"
        raise ProviderError(message, kind="input", where=str(path), hint=hint)
    return found
