"""A Request in Ark's words. Pure: what a file holds is told by whoever asks.

The endpoint of a clip's offer is the model's id there; a still's is `images/generations` with the
model after the `?`. Size, shape, length and seed are fields of the body, which Ark checks, and
never commands in the prompt. Facts: volcengine.com/docs/82379/1520757 and its BytePlus twin, as
copied in June and September 2026; byteplus-python-sdk-v2 3.0.63.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vidgen.errors import ProviderError
from vidgen.job import Input, Request
from vidgen.providers.files import media_type

Read = Callable[[Input], str]
"""What a file holds, as base64 without a `data:` prefix."""

STILLS = "images/generations"

ORDER = re.compile(
    r"(?:^|\s)(--(?:resolution|rs|ratio|rt|duration|dur|frames|framespersecond|fps|seed"
    r"|camerafixed|cf|watermark|wm))(?=\s|$)",
    re.IGNORECASE,
)
"""How a prompt could order what the body does, and so buy what was not planned."""

VERSION = re.compile(r"seedance-(\d+)-(\d+)")
SHAPED_BY_ITS_FRAME = (2, 5)
"""From this version on a first frame decides the shape, and another one is refused."""

SOUND_ALONE = (2, 5)
"""From this version on a voice sample may come without a picture."""

SOUNDS = {".wav": "wav", ".mp3": "mp3"}
"""By ending: the format of a sound, as its `data:` URI must name it."""

NOT_CARRIED = {
    "source_video": "Ark takes a video by public link only, and has no upload for a file",
    "motion_video": "Ark takes a video by public link only, and has no upload for a file",
    "audio_file": "Ark takes sound as the sample of a voice only",
    "negative_prompt": "Ark has no field for a negative prompt",
    "guidance_scale": "Ark has no field for a guidance scale",
}
"""Fields of a Request that Ark has no way to be given, and why."""


def body(request: Request, *, read: Read) -> dict[str, Any]:
    """The body of the billable call; it always asks for the picture that the clip ends on.

    Raises ProviderError `input` for what Ark has no way to be given.
    """
    _possible(request)
    sent: dict[str, Any] = {"model": request.endpoint, "content": _content(request, read)}
    if request.resolution != "source":
        sent["resolution"] = request.resolution
    if request.aspect != "source" and not _decided_by_a_frame(request):
        sent["ratio"] = request.aspect
    if request.duration is not None:
        sent["duration"] = int(request.duration)
    if request.audio is not None:
        sent["generate_audio"] = request.audio
    if request.seed is not None:
        sent["seed"] = request.seed
    return sent | {"watermark": False, "return_last_frame": True}


def still(request: Request, *, read: Read) -> dict[str, Any]:
    """The body of the billable call for one picture; Ark would put its mark on it unless told.

    Raises ProviderError `input` for what Ark has no way to be given.
    """
    _carried(request)
    for name in ("seed", "first_frame", "last_frame", "voice"):
        if getattr(request, name) is not None:
            raise ProviderError(f"a still at Ark takes no {name}", kind="input")
    sent: dict[str, Any] = {
        "model": request.endpoint.partition("?model=")[2],
        "prompt": request.prompt,
        "size": f"{request.width}x{request.height}",
        "response_format": "url",
        "watermark": False,
    }
    if request.references:
        sent["image"] = [_uri(image, read) for image in request.references]
    return sent


def _content(request: Request, read: Read) -> list[dict[str, Any]]:
    """The prompt, then each file under its role."""
    content: list[dict[str, Any]] = []
    if request.prompt:
        content.append({"type": "text", "text": request.prompt})
    if request.first_frame:
        content.append(_image(request.first_frame, "first_frame", read))
    if request.last_frame:
        content.append(_image(request.last_frame, "last_frame", read))
    content += [_image(image, "reference_image", read) for image in request.references]
    if request.voice:
        content.append(_sound(request.voice, read))
    return content


def _image(given: Input, role: str, read: Read) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": _uri(given, read)}, "role": role}


def _uri(given: Input, read: Read) -> str:
    return f"data:{media_type(Path(given.path))};base64,{read(given)}"


def _sound(given: Input, read: Read) -> dict[str, Any]:
    path = Path(given.path)
    kind = SOUNDS.get(path.suffix.lower())
    if kind is None:
        message = f"Ark takes a voice sample as wav or mp3, and {path.name} is neither"
        raise ProviderError(message, kind="input", where=given.path)
    url = f"data:audio/{kind};base64,{read(given)}"
    return {"type": "audio_url", "audio_url": {"url": url}, "role": "reference_audio"}


def _carried(request: Request) -> None:
    """Raise ProviderError `input` for what has no place in any body.

    A camera's axes are no fault: a route without camera control has its words in the prompt.
    """
    for name, why in NOT_CARRIED.items():
        if getattr(request, name) is not None:
            raise ProviderError(why, kind="input")


def _possible(request: Request) -> None:
    """Raise ProviderError `input` for what a task cannot be ordered with, before a file is read."""
    _carried(request)
    framed = request.first_frame or request.last_frame
    if framed and (request.references or request.voice):
        raise ProviderError(
            "Ark takes a first and last frame, or references and a voice, and never both at once",
            kind="input",
            hint="leave the still out, and name the picture that opens the shot as a reference",
        )
    if request.last_frame and not request.first_frame:
        raise ProviderError("Ark takes a last frame beside a first one only", kind="input")
    if request.voice and not request.references and _version(request) < SOUND_ALONE:
        raise ProviderError("Ark takes a voice beside reference images only", kind="input")
    found = ORDER.search(request.prompt)
    if found:
        raise ProviderError(
            f"Ark reads `{found[1]}` in a prompt as an order, which may change what is paid",
            kind="input",
            hint="say it in the shot's own fields, and take it out of the prompt",
        )


def _decided_by_a_frame(request: Request) -> bool:
    return request.first_frame is not None and _version(request) >= SHAPED_BY_ITS_FRAME


def _version(request: Request) -> tuple[int, int]:
    """Of `dreamina-seedance-2-5-260628` (2, 5); of a name without one (0, 0)."""
    found = VERSION.search(request.endpoint)
    return (int(found[1]), int(found[2])) if found else (0, 0)
