"""Files on their way to Replicate: inside the body while they are small, else uploaded before.

An uploaded file is deleted by Replicate after a day or so. Facts: Replicate's OpenAPI description
(data URLs up to 256 kB, files below 100 MB), read in 2026.
"""

from __future__ import annotations

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session, files
from vidgen.providers.bearer import called
from vidgen.providers.files import File, Room
from vidgen.providers.reading import record
from vidgen.providers.replicate.answers import trouble, words
from vidgen.providers.wire import as_json, refused

ROOM = Room("Replicate", inside=256_000, largest=100_000_000 - 1)


async def links_of(inputs: tuple[Input, ...], session: Session) -> dict[Input, str]:
    """Each file as what stands for it in a body: a data URI, or the address of its upload.

    Raises ProviderError, of every kind but `ambiguous`.
    """

    async def upload(file: File, content: bytes) -> str:
        form = (("content", (file.path.name, content, file.media)),)
        answer = await called(session, "POST", "files", form=form)
        if not answer.is_success:
            message = f"Replicate does not take {file.path.name} (HTTP {answer.status_code}): "
            kind = trouble(answer, missing="provider")
            raise refused(answer, message + words(answer), kind, key=session.key)
        link = record(as_json(answer).get("urls")).get("get")
        if not (isinstance(link, str) and link.startswith(("https:", "http:"))):
            message = f"Replicate names no address for {file.path.name}"
            raise ProviderError(message, kind="provider")
        return link

    return await files.links_of(inputs, session, ROOM, upload)
