"""Lip-sync of a clip that was made at Kling: the sound, the one face in the clip, and the order.

Finding faces is paid by itself, at about $0.007 a call, and carries no id of ours by which it could
be looked up. So that it is never paid twice for one submit, it is written down before it is asked,
and its answer after, in the provider's own folder.
Facts: kling.ai/document-api/api/video/lip-sync and its page of face recognition, read on
2026-09-20.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from vidgen.errors import FileTrouble, MediaError, ProviderError
from vidgen.job import Request
from vidgen.media.probe import probe
from vidgen.providers import Session, scratch
from vidgen.providers.fields import refuse_unplaced
from vidgen.providers.files import base64_of
from vidgen.providers.reading import record, records, text

PATH = "v1/videos/advanced-lip-sync"
FACES = "v1/videos/identify-face"

ENDINGS = (".mp3", ".wav", ".m4a", ".aac")
LARGEST = 5_000_000
"""Bytes of a sound."""

SHORTEST, LONGEST = 2000, 60_000
"""Milliseconds of a sound, and the least of it that a face must be in view for."""

OTHER_SOUND = "give a sound that fits, or have the lips moved by another provider"
OTHER_CLIP = "make another take of the shot, or have the lips moved by another provider"

SESSION_SECONDS = 23 * 3600
"""How long a session is used again: it lives for 24 hours, and an order takes a while."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What is to be said: raw base64, and how long it is in whole milliseconds."""

    data: str
    ms: int


@dataclass(frozen=True, slots=True)
class Face:
    """The face in a clip, from when to when it is in view in milliseconds, and the session that
    knows it.
    """

    session: str
    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Looked:
    """A look for faces: when it was begun, in seconds since 1970, and what was told, if known."""

    asked: float
    told: dict[str, Any] | None = None


def sound_of(request: Request, session: Session) -> Sound:
    """The sound of a request, looked at before anything is paid, as finding faces is.

    Raises ProviderError `input` for what Kling does not take.
    """
    refuse_unplaced(request, ("source_video", "audio_file"))
    if request.audio_file is None:
        raise _unfit("lip-sync wants a sound", OTHER_SOUND)
    path = session.project / request.audio_file.path
    if path.suffix.lower() not in ENDINGS:
        raise _unfit(f"{path.name} is none of {', '.join(ENDINGS)}, which Kling takes", OTHER_SOUND)
    try:
        found = probe(path)
    except MediaError as error:
        raise _unfit(f"{path.name} cannot be heard: {error.message}", OTHER_SOUND) from None
    if found.bytes > LARGEST:
        has = f"{path.name} has {found.bytes / 1_000_000:.1f} MB"
        raise _unfit(f"{has}, and Kling takes 5 at most", OTHER_SOUND)
    ms = int(found.sound.duration * 1000) if found.sound else 0
    if not SHORTEST <= ms <= LONGEST:
        has = f"{path.name} has {ms / 1000:g} s of sound"
        raise _unfit(f"{has}, and Kling takes 2 to 60 s", OTHER_SOUND)
    return Sound(base64_of(path), ms)


async def face_of(
    path: Path, clip: str, ask: Callable[[dict[str, str]], Awaitable[dict[str, Any]]]
) -> Face:
    """The one face in a clip, by its id there: as the file at `path` remembers, else asked for.

    `ask` makes the paid call. Raises ProviderError: `input` where there is none or several, and
    `provider` where a call may have been paid for and its answer is lost; FileTrouble before it.
    """
    known = await asyncio.to_thread(_remembered, path)
    if known is not None and known.told is None:
        raise _lost("the face in the clip was asked for, and no answer is kept")
    if known is None or time.time() - known.asked > SESSION_SECONDS:
        known = Looked(time.time())
        await asyncio.to_thread(_remember, path, known)
        try:
            known = replace(known, told=await ask({"video_id": clip}))
        except ProviderError as error:
            if error.kind == "ambiguous":
                raise _lost(error.message) from None
            await asyncio.to_thread(path.unlink)  # it was refused: nothing is paid, ask again
            raise
        with suppress(FileTrouble):  # that it was asked is on the disk: it is not asked again
            await asyncio.to_thread(_remember, path, known)
    return _only(known.told or {})


def body(face: Face, sound: Sound, name: str) -> dict[str, Any]:
    """The order. The sound begins where the face comes into view; what goes past it is left out.

    Raises ProviderError `input` where less than two seconds of both fall together.
    """
    length = min(sound.ms, face.end - face.start)
    if length < SHORTEST:
        seen = (face.end - face.start) / 1000
        words = f"the face in the clip is in view for {seen:g} s, and Kling wants 2 s"
        raise _unfit(words, OTHER_CLIP, charged=None)
    said = {
        "face_id": face.id,
        "sound_file": sound.data,
        "sound_start_time": 0,
        "sound_end_time": length,
        "sound_insert_time": face.start,
        "sound_volume": 1,
        "original_audio_volume": 0,
    }
    return {"session_id": face.session, "face_choose": [said], "external_task_id": name}


@contextmanager
def face_paid() -> Iterator[None]:
    """Around the order: one that is refused has cost the finding of the face all the same."""
    try:
        yield
    except ProviderError as error:
        error.charged = None
        raise


def _only(told: dict[str, Any]) -> Face:
    """The face in an answer. Raises ProviderError where there is not exactly one."""
    session, seen = text(told.get("session_id")), records(told.get("face_data"))
    faces = {str(one["face_id"]) for one in seen if one.get("face_id") is not None}
    if not session:
        raise _lost("Kling looked for the face in the clip, and named no session")
    if len(faces) != 1:
        found = f"{len(faces)} faces" if faces else "no face"
        message = f"Kling finds {found} in the clip, and lip-sync is for exactly one"
        raise _unfit(message, OTHER_CLIP, charged=None)
    spans = [(_ms(one.get("start_time")), _ms(one.get("end_time"))) for one in seen]
    start, end = max(spans, key=lambda span: span[1] - span[0])
    return Face(session, faces.pop(), start, end)


def _ms(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _unfit(message: str, hint: str, *, charged: bool | None = False) -> ProviderError:
    return ProviderError(message, kind="input", charged=charged, hint=hint)


def _lost(message: str) -> ProviderError:
    """The end of a submit whose paid look for faces came to nothing that is known.

    Of kind `provider`, with `charged` unsaid. After `ambiguous`, render would look for a lip-sync
    task that was never ordered, find none, and submit again, which pays for the look once more;
    after `overload` it would do so at once. This one ends the job, holds what it may have cost,
    and is tried again only when a person says so.
    """
    words = f"{message}; looking for the face may have cost about $0.007"
    return ProviderError(words, kind="provider", charged=None)


def _remembered(path: Path) -> Looked | None:
    """What is kept of a look; None where none was begun. A file that says nothing was begun."""
    try:
        found = record(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        found = {}
    asked, told = found.get("asked"), found.get("told")
    if isinstance(asked, int | float) and isinstance(told, dict):
        return Looked(asked, told)
    return Looked(0.0)


def _remember(path: Path, looked: Looked) -> None:
    scratch.write(path, json.dumps(asdict(looked)).encode(), "the face in a clip")
