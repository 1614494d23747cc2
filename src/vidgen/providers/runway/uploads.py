"""Files on their way to Runway: inside the body while they are small, else by its uploads.

An upload is free, lives for a day and is named `runway://…`, so trouble here is never ambiguous:
nothing that costs money has been sent yet. Facts: docs.dev.runwayml.com/assets (inputs, uploads)
and runwayml 5.24.0, read in 2026.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from pathlib import Path

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session
from vidgen.providers.runway.answers import trouble, words
from vidgen.providers.runway.calls import called
from vidgen.providers.wire import Form, as_json, call, media_type, read, refused

INLINE = 5_000_000
"""Characters of `data:` URIs in one body. Runway takes 5 MB each, so written, of a picture; of a
clip the pages disagree (5 or 16 MB), and of a whole body nobody says."""

LARGEST = 200_000_000
"""Bytes of one upload."""


async def links_of(inputs: tuple[Input, ...], session: Session) -> dict[Input, str]:
    """Each file as what stands for it in a body: a data URI, or the name of its upload.

    Raises ProviderError, of every kind but `ambiguous`.
    """
    links, inside = {}, 0
    for one in inputs:
        path = session.project / one.path
        content = await asyncio.to_thread(read, path)
        packed = f"data:{media_type(path)};base64,"
        length = len(packed) + (len(content) + 2) // 3 * 4
        if inside + length <= INLINE:
            inside += length
            links[one] = packed + b64encode(content).decode("ascii")
        else:
            links[one] = await _upload(path, content, session)
    return links


async def _upload(path: Path, content: bytes, session: Session) -> str:
    """Ask for a place, put the file there, and return the name that it has in a body."""
    if len(content) > LARGEST:
        most = LARGEST // 1_000_000
        message = f"{path.name} has {len(content) // 1_000_000} MB, and Runway takes {most} at most"
        raise ProviderError(message, kind="input", where=str(path))
    try:
        place, fields, name = await _place(path, session)
        file = (path.name, content, media_type(path))
        form: Form = [*fields.items(), ("file", file)]  # after the file a store reads nothing more
        # without the key: the place is a store's, not Runway's own
        answer = await call(session.http, "POST", place, key=session.key, headers={}, form=form)
    except ProviderError as error:
        if error.kind == "ambiguous":
            error.kind, error.charged = "overload", False
        raise
    if not answer.is_success:
        later = answer.status_code == 429 or answer.status_code >= 500
        message = f"Runway's store does not take {path.name} (HTTP {answer.status_code})"
        raise refused(answer, message, "overload" if later else "provider", key=session.key)
    return name


async def _place(path: Path, session: Session) -> tuple[str, dict[str, str], str]:
    """Where to put a file, the fields of the form to send it with, and its name in a body."""
    asked = {"filename": path.name, "type": "ephemeral"}
    answer = await called(session, "POST", "v1/uploads", asked)
    if not answer.is_success:
        message = f"Runway's uploads (HTTP {answer.status_code}): {words(answer)}"
        kind = trouble(answer, missing="provider")
        raise refused(answer, message, kind, key=session.key)
    told = as_json(answer)
    place, fields, name = (told.get(part) for part in ("uploadUrl", "fields", "runwayUri"))
    if not (isinstance(place, str) and isinstance(name, str) and name.startswith("runway://")):
        raise ProviderError("Runway names no place for a file", kind="provider")
    given = fields if isinstance(fields, dict) else {}
    return place, {str(part): str(value) for part, value in given.items()}, name
