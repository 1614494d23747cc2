"""A Request in Model Studio's words. Pure: whoever calls brings what stands for each file.

An endpoint of the page is a model's name, and the name tells the form: Wan up to 2.6 has a field of
`input` for each kind of file, later models one list `media`; models for first and last frames, and
those for stills, have paths of their own. Read in the dashscope SDK 2.0.2, Model Studio's API
references of 2026 (wan2.7, HappyHorse, by copies of their tables) and, for wan3.0, in its guide and
in clients.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from vidgen.errors import ProviderError
from vidgen.job import Input, Request
from vidgen.providers.fields import refuse_unplaced

VIDEO = "services/aigc/video-generation/video-synthesis"
FRAMES = "services/aigc/image2video/video-synthesis"
STILL = "services/aigc/text2image/image-synthesis"

ENTRY = "media "
"""What stands before the type of an entry in `input.media`."""

SHOWN: dict[str, tuple[str, ...]] = {
    "text": (),
    "first_frame": ("first_frame",),
    "first_last": ("first_frame", "last_frame"),
    "references": ("references",),
    "extend": ("source_video",),
    "edit": ("source_video", "references"),
}
"""By mode: the pictures and clips that an order is about. Frames and references exclude each other
in most models, and what a mode is not about is refused."""

PICTURES = ("first_frame", "last_frame", "references")

BESIDES = ("audio_file", "voice", "motion_video", "negative_prompt", "seed", "guidance_scale")
"""Fields of a Request that may come with any mode, and that some models have no place for."""

SEVERAL_SHOTS = re.compile(r"\bmulti-?shot\b|\bshot 2\b", re.IGNORECASE)
"""How a prompt asks for several shots; the vendor's own examples number them `Shot 1`, `Shot 2`."""


@dataclass(frozen=True, slots=True)
class Family:
    """How models with such a name are asked.

    `takes` says where fields of a Request go: a field of `input`, or the type of an entry in its
    `media`. `asks` are the `parameters` that are sent.
    """

    names: str
    takes: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    sound: Literal["never", "switch", "always"] = "always"
    path: str = VIDEO


_WORDS = {"negative_prompt": "negative_prompt"}
_SOUND = {"audio_file": "audio_url"}
_STILLS = {"first_frame": f"{ENTRY}first_frame", "last_frame": f"{ENTRY}last_frame"}
_PEOPLE = {"references": f"{ENTRY}reference_image"}
_USUAL = ("duration", "seed", "prompt_extend")
_OLDER = ("duration", "audio", "seed", "prompt_extend")

FAMILIES = (
    Family(r"wanx?2\.[1-5]-t2v", _WORDS | _SOUND, ("size", *_OLDER), "switch"),
    Family(r"wan2\.6-t2v", _WORDS | _SOUND, ("size", *_OLDER, "shot_type"), "switch"),
    Family(
        r"wanx?2\.[1-5]-i2v",
        _WORDS | _SOUND | {"first_frame": "img_url"},
        ("resolution", *_OLDER),
        "switch",
    ),
    Family(
        r"wan2\.6-i2v",
        _WORDS | _SOUND | {"first_frame": "img_url"},
        ("resolution", *_OLDER, "shot_type"),
        "switch",
    ),
    Family(
        r"wan2\.6-r2v",
        _WORDS | {"references": "reference_urls"},
        ("size", "duration", "audio", "seed", "shot_type"),
        "switch",
    ),
    Family(
        r"wanx?2\.[12]-kf2v",
        _WORDS | {"first_frame": "first_frame_url", "last_frame": "last_frame_url"},
        ("resolution", "seed", "prompt_extend"),  # always 5 s
        "never",
        FRAMES,
    ),
    Family(r"wan2\.7-t2v", _WORDS | _SOUND, ("resolution", "ratio", *_USUAL)),
    Family(
        r"wan2\.7-i2v",
        _WORDS
        | _STILLS
        | {"audio_file": f"{ENTRY}driving_audio", "source_video": f"{ENTRY}first_clip"},
        ("resolution", *_USUAL),
    ),
    Family(
        r"wan2\.7-r2v",
        _WORDS | _PEOPLE,
        ("resolution", "ratio", *_USUAL),
    ),
    Family(
        r"wan2\.7-videoedit",
        _WORDS | _PEOPLE | {"source_video": f"{ENTRY}video"},
        ("resolution", "seed", "prompt_extend"),  # shape and length are the given clip's
    ),
    Family(
        r"wan3\.0-video",
        _STILLS | _PEOPLE,
        ("resolution", "ratio", "audio", *_USUAL),
        "switch",
    ),
    Family(r"happyhorse-1\.\d-t2v", {}, ("resolution", "ratio", "duration", "seed")),
    Family(
        r"happyhorse-1\.\d-i2v",
        {"first_frame": f"{ENTRY}first_frame"},
        ("resolution", "duration", "seed"),
    ),
    Family(r"happyhorse-1\.\d-r2v", _PEOPLE, ("resolution", "ratio", "duration", "seed")),
    Family(r"wan2\.[25]-t2i", _WORDS, ("size", "n", "seed", "prompt_extend"), "never", STILL),
)
"""By the beginning of a model's name: what follows is a variant or a date."""


def family_of(request: Request) -> Family:
    """The family of the model that is asked, which has a place for everything that is given.

    Raises ProviderError `input` for a model of no family, and for what has no place there.
    """
    found = next((one for one in FAMILIES if re.match(one.names, request.endpoint)), None)
    if found is None or request.mode not in SHOWN:
        raise _unfit(request, "nobody here knows in what form it is asked")
    given = _given(request)
    refuse_unplaced(request, [name for name in given if name in (*found.takes, *found.asks)])
    if found.sound == "always" and request.audio is False:
        raise _unfit(request, "it always makes sound")
    if found.sound == "never" and request.audio:
        raise _unfit(request, "it makes no sound")
    return found


def files_of(request: Request, family: Family) -> dict[Input, bool]:
    """Every file that goes along, and whether it may stand in the body as a `data:` URI.

    Sounds and clips are documented as links, and so are the references of wan2.6.
    """
    found: dict[Input, bool] = {}
    for name in _given(request):
        may_be_inside = name in PICTURES and family.takes.get(name) != "reference_urls"
        for one in _inputs(getattr(request, name)):
            found[one] = found.get(one, True) and may_be_inside
    return found


def body(request: Request, family: Family, links: Mapping[Input, str]) -> dict[str, Any]:
    """The body of the billable call; `links` has every file of `files_of`."""
    told: dict[str, Any] = {"prompt": request.prompt} if request.prompt else {}
    media: list[dict[str, str]] = []
    for name in _given(request):
        place, value = family.takes.get(name), getattr(request, name)
        if place is None:
            continue  # it is one of the parameters
        if place.startswith(ENTRY):
            kind = place.removeprefix(ENTRY)
            media += [{"type": kind, "url": links[one]} for one in _inputs(value)]
        elif isinstance(value, tuple):
            told[place] = [links[one] for one in value]
        else:
            told[place] = links[value] if isinstance(value, Input) else value
    told |= {"media": media} if media else {}
    return {"model": request.endpoint, "input": told, "parameters": _parameters(request, family)}


def _given(request: Request) -> list[str]:
    """The fields that an order of this mode has to carry, in the order of `media`."""
    names = (*SHOWN[request.mode], *BESIDES)
    return [name for name in names if getattr(request, name) not in (None, (), "")]


def _parameters(request: Request, family: Family) -> dict[str, Any]:
    """What is sent besides: no mark on the picture, and the prompt as it is written.

    Only where several shots are asked for may wan2.6 rewrite it: it cuts in no other way.
    """
    several = "shot_type" in family.asks and SEVERAL_SHOTS.search(request.prompt) is not None
    values = {
        "size": f"{request.width}*{request.height}",
        "resolution": request.resolution.upper() if request.resolution != "source" else None,
        "ratio": request.aspect if request.aspect != "source" else None,
        "duration": None if request.duration is None else int(request.duration),
        "audio": request.audio,
        "seed": request.seed,
        "prompt_extend": several,
        "shot_type": "multi" if several else "single",
        "n": 1,
        "watermark": False,
    }
    return {name: values[name] for name in (*family.asks, "watermark") if values[name] is not None}


def _inputs(value: Any) -> tuple[Input, ...]:
    """The files in a field of a Request."""
    values = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in values if isinstance(one, Input))


def _unfit(request: Request, words: str) -> ProviderError:
    where = f"{request.provider}: {request.model} at {request.endpoint}"
    return ProviderError(
        f"{request.endpoint} cannot be asked so: {words}", kind="input", where=where
    )
