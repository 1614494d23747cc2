"""The values that travel between plan, render, providers and the journal.

Frozen and provider-neutral; no files, no clock, no network. Durations are Decimal seconds.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NewType

JobKey = NewType("JobKey", str)

Kind = Literal[
    "video",
    "image",
    "avatar",
    "lip-sync",
    "motion-transfer",
    "edit",
    "upscale",
    "interpolate",
]

Mode = Literal[
    "text",
    "first_frame",
    "first_last",
    "references",
    "edit",
    "extend",
    "motion",
    "avatar",
    "lip_sync",
    "upscale",
    "interpolate",
]
"""What a call is given besides its prompt; providers often sell each mode at its own address."""

FOLLOWING: tuple[Mode, ...] = (
    "edit", "motion", "avatar", "lip_sync", "upscale", "interpolate",
)  # fmt: skip
"""Modes in which what is given may say how long a clip is; else the order does."""

Tier = Literal["final", "draft", "animatic"]


@dataclass(frozen=True, slots=True)
class Capability:
    """Something a model can be asked for: what it means, and the Request field that carries it."""

    meaning: str
    carried_by: str


CAPABILITIES: dict[str, Capability] = {
    "text": Capability("works from a prompt alone", "prompt"),
    "first_frame": Capability("starts from a still", "first_frame"),
    "last_frame": Capability("ends on a still", "last_frame"),
    "references": Capability("holds identity from reference images", "references"),
    "voice": Capability("speaks in the voice of a sample", "voice"),
    "source_video": Capability("edits or restyles a given video", "source_video"),
    "motion_video": Capability("transfers the motion of a given video", "motion_video"),
    "audio": Capability("makes sound with the picture", "audio"),
    "audio_file": Capability("is driven by a given sound file", "audio_file"),
    "lip_sync": Capability("speaks the dialogue in sync", "prompt"),
    "multi_shot": Capability("cuts between several shots in one call", "prompt"),
    "seed": Capability("takes a seed", "seed"),
    "negative_prompt": Capability("takes a negative prompt", "negative_prompt"),
    "guidance_scale": Capability("takes a guidance scale", "guidance_scale"),
    "camera_control": Capability("takes numeric camera axes", "camera"),
    "extend": Capability("continues a given video", "source_video"),
    "loop": Capability("ends where it starts", "last_frame"),
}
"""Every capability a page may declare: nothing that a Request cannot carry."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file a job is given: path relative to the project folder, and the sha256 of its bytes."""

    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera move: the author's words, and each axis from -10 to +10 (0 is still).

    horizontal is a truck to the right, vertical a pedestal up, dolly forward, pan to the right,
    tilt up, roll clockwise, zoom in, orbit to the right; handheld runs from 0 to 10.
    """

    words: str = ""
    horizontal: Decimal = Decimal(0)
    vertical: Decimal = Decimal(0)
    dolly: Decimal = Decimal(0)
    pan: Decimal = Decimal(0)
    tilt: Decimal = Decimal(0)
    roll: Decimal = Decimal(0)
    zoom: Decimal = Decimal(0)
    orbit: Decimal = Decimal(0)
    handheld: Decimal = Decimal(0)

    AXES = (
        "horizontal",
        "vertical",
        "dolly",
        "pan",
        "tilt",
        "roll",
        "zoom",
        "orbit",
        "handheld",
    )

    @property
    def moves(self) -> bool:
        """Whether any axis is other than still."""
        return any(getattr(self, axis) for axis in self.AXES)


@dataclass(frozen=True, slots=True)
class Slate:
    """What a card that stands for a shot says: the shot, the model it stands for, the words."""

    shot: str
    model: str
    prompt: str
    seconds: Decimal
    dialogue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One of several shots in a call: its own prompt, and how long it lasts in seconds."""

    text: str
    seconds: Decimal


@dataclass(frozen=True, slots=True)
class Request:
    """One call, provider-neutral and already checked: an adapter translates, and never validates.

    `duration` is what is bought, in seconds; `width` and `height` are pixels of the asked picture;
    `rate` is frames a second. A field that is None (or empty) is not sent at all. Several `shots`
    in a call stand in the prompt as well, in the model's own notation. `made_there` is the ticket
    by which `source_video` was made, where that was at the same provider.
    """

    kind: Kind
    mode: Mode
    model: str
    provider: str
    endpoint: str
    prompt: str
    aspect: str
    resolution: str
    width: int
    height: int
    rate: Fraction
    duration: Decimal | None = None
    negative_prompt: str | None = None
    audio: bool | None = None
    seed: int | None = None
    guidance_scale: Decimal | None = None
    first_frame: Input | None = None
    last_frame: Input | None = None
    references: tuple[Input, ...] = ()
    voice: Input | None = None
    source_video: Input | None = None
    motion_video: Input | None = None
    audio_file: Input | None = None
    camera: Camera | None = None
    slate: Slate | None = None
    shots: tuple[Part, ...] = ()
    made_there: Ticket | None = None

    def starting(
        self, files: Mapping[str, Input | None], made_there: Ticket | None = None
    ) -> Request:
        """The same with other files to start from, end on or work on, by field."""
        given: dict[str, Any] = dict(files)  # its names are those of a Need
        return replace(self, **given, made_there=made_there)


GivenField = Literal["first_frame", "last_frame", "source_video"]
"""The fields of a Request that can be given from another job's take."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a job is given from another job's take, as one field of its request.

    As a frame it is, of a clip, the one at `at` seconds, where the cut leaves it (None: its last);
    of a still the still itself. As `source_video` it is the whole clip. `shot` is the place of that
    take.
    """

    field: GivenField
    shot: str
    key: JobKey
    at: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One take to be made, and the pictures it waits for."""

    key: JobKey
    shot: str
    tier: Tier
    take: int
    request: Request
    needs: tuple[Need, ...] = ()

    @property
    def name(self) -> str:
        """`sip.t2`: shot and take, for people."""
        return f"{self.shot}.t{self.take}"


Ticket = dict[str, Any]
"""A provider's reference to accepted work: JSON, enough to poll from another process."""

FailureKind = Literal["moderation", "input", "credit", "provider", "unknown"]


@dataclass(frozen=True, slots=True)
class Running:
    """Accepted and not finished; progress from 0 to 1 where the provider tells it."""

    progress: float | None = None


@dataclass(frozen=True, slots=True)
class Succeeded:
    """Finished: where the media is (a local path, an https link or a data URI).

    `cost_usd` is the actual cost, `seed` the seed that was used and `last_frame` a link to the
    picture that the clip ends on, each where the provider says. One that bills by tokens may tell
    how many it counted, as `tokens`, and leave it to whoever knows their price what that comes to.
    """

    media: str
    cost_usd: Decimal | None = None
    seed: int | None = None
    last_frame: str | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Finished without a clip; `charged` is None where the provider does not say."""

    reason: str
    kind: FailureKind
    charged: bool | None = False


Status = Running | Succeeded | Failed


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed the last time, of what sort that was, and whether it may have cost money."""

    reason: str
    kind: FailureKind = "provider"
    paid: bool = False

    @property
    def final(self) -> bool:
        """Whether the same request would only fail again, or cost again: a person must decide."""
        return self.paid or self.kind in ("moderation", "input")


StartedFrom = dict[str, str]
"""By field of the Request: the digest of the take whose picture it was given."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A person's word that a take is what a job asks: the job's key, and what it would start from.

    A take accepted so is no longer stale, until the job changes again.
    """

    key: JobKey
    started_from: StartedFrom = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Take:
    """One finished attempt at a shot, as its sidecar records it; `path` is in the project.

    `number` names the file (v001); `take` says which of the takes asked for it was made as;
    `flags` are the codes of what was found wrong with it on arrival; a `cost_usd` of None is not
    known. `begins` is the frame (from 0) at which its shot begins, where a clip that was gone on
    from came back with it.
    """

    shot: str
    number: int
    tier: Tier
    key: JobKey
    path: str
    digest: str
    model: str
    provider: str
    started_from: StartedFrom = field(default_factory=dict)
    frames: int = 0
    rate: Fraction = Fraction(24)
    cost_usd: Decimal | None = Decimal(0)
    parts: dict[str, str] = field(default_factory=dict)
    take: int = 1
    seed: int | None = None
    flags: tuple[str, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    begins: int = 0

    @property
    def name(self) -> str:
        """`v001`, the take's name inside its shot."""
        return f"v{self.number:03d}"


NTSC = {
    "23.976": Fraction(24000, 1001),
    "29.97": Fraction(30000, 1001),
    "59.94": Fraction(60000, 1001),
}


@functools.cache
def exact_rate(fps: Decimal | int | str) -> Fraction:
    """Frames a second as an exact fraction; the trade's 23.976 is 24000/1001."""
    return NTSC.get(str(fps)) or Fraction(fps)


def plain(value: Any) -> Any:
    """A value of this room as JSON-ready data: Decimals and Fractions as text, None left out."""
    if isinstance(value, Decimal | Fraction):
        return str(value)
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    slots = getattr(type(value), "__dataclass_fields__", None)
    if slots is None:
        return value
    pairs = ((name, getattr(value, name)) for name in slots)
    return {name: plain(item) for name, item in pairs if item is not None and item != ()}


def digest_parts(request: Request) -> dict[str, str]:
    """Each field of a request with a short hash of it: what `plan` compares to say what changed."""
    parts = plain(request)
    parts.pop("slate", None)
    return {name: _digest(_without_paths(item))[:16] for name, item in sorted(parts.items())}


def job_key(
    request: Request, *, shot: str, tier: Tier, take: int, upstream: JobKey | None
) -> JobKey:
    """The name of a job: a tagged hash over whose shot, what is asked, which take, and from what.

    File names do not count, their contents do; so a renamed still is the same job.
    """
    material = {
        "request": _without_paths(plain(request)),
        "shot": shot,
        "tier": tier,
        "take": take,
        "upstream": upstream,
    }
    return JobKey(f"j2:{_digest(material)}")


def _without_paths(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"path", "digest"}:
            return value["digest"]
        return {name: _without_paths(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_paths(item) for item in value]
    return value


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


@dataclass(frozen=True, slots=True)
class History:
    """What happened before, as one snapshot: takes on disk, selects, open jobs, and money.

    `spent_usd` counts what was possibly charged (`unknown_usd`) as charged.
    """

    takes: tuple[Take, ...] = ()
    selects: dict[str, int] = field(default_factory=dict)
    open_jobs: dict[JobKey, str] = field(default_factory=dict)
    failed_jobs: dict[JobKey, Failure] = field(default_factory=dict)
    spent_usd: Decimal = Decimal(0)
    unknown_usd: Decimal = Decimal(0)
    reserved_usd: Decimal = Decimal(0)

    def of(self, shot: str, tier: Tier) -> tuple[Take, ...]:
        """The takes of a shot at one tier, oldest first."""
        return tuple(take for take in self.takes if take.shot == shot and take.tier == tier)


GIVEN = (
    "first_frame",
    "last_frame",
    "voice",
    "source_video",
    "motion_video",
    "audio_file",
)
"""The fields of a Request that hold one file."""


def request_from(data: Mapping[str, Any]) -> Request:
    """The Request that `plain` made such data of, also after JSON.

    Raises TypeError, KeyError, ValueError or ArithmeticError for what is none.
    """
    told: dict[str, Any] = {**data, "rate": Fraction(data["rate"])}
    for name in ("duration", "guidance_scale"):
        if name in told:
            told[name] = Decimal(told[name])
    for name in GIVEN:
        if name in told:
            told[name] = Input(**told[name])
    told["references"] = tuple(Input(**given) for given in told.get("references", ()))
    told["shots"] = tuple(
        Part(one["text"], Decimal(one["seconds"])) for one in told.get("shots", ())
    )
    if "camera" in told:
        camera = told["camera"]
        axes = {axis: Decimal(camera[axis]) for axis in Camera.AXES if axis in camera}
        told["camera"] = Camera(words=camera.get("words", ""), **axes)
    if "slate" in told:
        slate = told["slate"]
        dialogue = tuple(slate.get("dialogue", ()))
        seconds = Decimal(slate["seconds"])
        told["slate"] = Slate(slate["shot"], slate["model"], slate["prompt"], seconds, dialogue)
    return Request(**told)
