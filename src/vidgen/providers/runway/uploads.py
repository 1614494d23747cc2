"""Files on their way to Runway: inside the body while they are small, else by its uploads.

An upload lives for a day and is named `runway://…`. Facts: docs.dev.runwayml.com/assets (inputs,
uploads) and runwayml 5.24.0, read in 2026.
"""

from __future__ import annotations

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session, files
from vidgen.providers.files import File, Room
from vidgen.providers.reading import record, text
from vidgen.providers.runway.answers import trouble, words
from vidgen.providers.runway.calls import called
from vidgen.providers.wire import Form, as_json, call, refused

ROOM = Room("Runway", inside=3_700_000, largest=200_000_000)
"""Runway takes 5 MB each, as base64, of a picture; of a clip the pages disagree (5 or 16 MB), and
of a whole body nobody says."""


async def links_of(inputs: tuple[Input, ...], session: Session) -> dict[Input, str]:
    """Each file as what stands for it in a body: a data URI, or the name of its upload.

    Raises ProviderError, of every kind but `ambiguous`.
    """

    async def upload(file: File, content: bytes) -> str:
        place, fields, name = await _place(file, session)
        whole = (file.path.name, content, file.media)
        form: Form = [*fields.items(), ("file", whole)]  # after the file a store reads nothing more
        # without the key: the place is a store's, not Runway's own
        answer = await call(session.http, "POST", place, key=session.key, headers={}, form=form)
        files.refuse_unstored(answer, file, "Runway's store", session.key)
        return name

    return await files.links_of(inputs, session, ROOM, upload)


async def _place(file: File, session: Session) -> tuple[str, dict[str, str], str]:
    """Where to put a file, the fields of the form to send it with, and its name in a body."""
    asked = {"filename": file.path.name, "type": "ephemeral"}
    answer = await called(session, "POST", "v1/uploads", asked)
    if not answer.is_success:
        message = f"Runway's uploads (HTTP {answer.status_code}): {words(answer)}"
        kind = trouble(answer, missing="provider")
        raise refused(answer, message, kind, key=session.key)
    told = as_json(answer)
    place, name = text(told.get("uploadUrl")), text(told.get("runwayUri"))
    if not (place and name.startswith("runway://")):
        raise ProviderError("Runway names no place for a file", kind="provider")
    fields = {part: str(value) for part, value in record(told.get("fields")).items()}
    return place, fields, name
