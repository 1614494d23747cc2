"""The language: what the author wrote, nothing derived.

Strict and frozen; every field's description is the language reference (docs/language.md is made
from these models). Reads no file: `project` checks that the paths named here exist.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

LANGUAGE = 1
MAX_SHOTS = 2000

RESOLUTIONS = ("360p", "480p", "540p", "720p", "768p", "1080p", "1440p", "2k", "4k")
ASPECTS = ("9:16", "16:9", "1:1", "4:5", "5:4", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21")

ShotId = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,47}$",
        description="lower-case letters, digits, `-` and `_`; at most 48",
    ),
]
ProjectPath = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        description="a file of the project, relative to the storyboard",
        json_schema_extra={"format": "project-path"},
    ),
]
Aspect = Literal["9:16", "16:9", "1:1", "4:5", "5:4", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21"]
Resolution = Literal["360p", "480p", "540p", "720p", "768p", "1080p", "1440p", "2k", "4k"]


def _quantity(units: dict[str, Decimal], example: str) -> Any:
    pattern = re.compile(rf"^\s*([-+]?[0-9]*\.?[0-9]+)\s*({'|'.join(units)})?\s*$", re.IGNORECASE)

    def read(value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError(f"needs a number such as `{example}`")
        if isinstance(value, int | Decimal):
            return Decimal(value)
        match = pattern.match(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(f"needs a number such as `{example}`")
        try:
            scale = {name.lower(): unit for name, unit in units.items()}[(match[2] or "").lower()]
            return Decimal(match[1]) * scale
        except InvalidOperation as error:  # pragma: no cover - the pattern admits only numbers
            raise ValueError(f"needs a number such as `{example}`") from error

    return BeforeValidator(read)


def _as_number_or_text(pattern: str) -> Any:
    return WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": pattern}]})


Seconds = Annotated[
    Decimal,
    _quantity({"": Decimal(1), "s": Decimal(1), "ms": Decimal("0.001")}, "5s"),
    _as_number_or_text(r"^[0-9]*\.?[0-9]+\s*(s|ms)?$"),
    Field(ge=0, le=3600, description="seconds: `5`, `5s`, `2.5s` or `250ms`"),
]
Length = Annotated[
    Decimal,
    _quantity({"": Decimal(1), "s": Decimal(1), "ms": Decimal("0.001")}, "5s"),
    _as_number_or_text(r"^[0-9]*\.?[0-9]+\s*(s|ms)?$"),
    Field(gt=0, le=600, description="a length above zero: `5`, `5s` or `2.5s`"),
]
Decibels = Annotated[
    Decimal,
    _quantity({"": Decimal(1), "dB": Decimal(1)}, "-10dB"),
    _as_number_or_text(r"^[-+]?[0-9]*\.?[0-9]+\s*(dB)?$"),
    Field(ge=-60, le=24, description="decibels: `-10dB` or `-10`"),
]
Number = Annotated[
    Decimal, _quantity({"": Decimal(1)}, "2.5"), WithJsonSchema({"type": "number"})
]
Axis = Annotated[Number, Field(ge=-10, le=10)]
Whole = Annotated[int, Field(strict=True)]


class Language(BaseModel):
    """Every part of the language: strict, frozen, no key unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Format(Language):
    """The shape of the film, picked once; every shot must match."""

    aspect: Aspect = Field("9:16", description="width to height of the film")
    resolution: Resolution = Field("1080p", description="named by the short side of the picture")
    fps: Literal[24, 25, 30, 48, 50, 60, "23.976", "29.97", "59.94"] = Field(
        24, description="frames a second of the film (write `\"23.976\"` in quotes)"
    )


class Budget(Language):
    """The ceiling; where both are given, both hold."""

    credits: Annotated[Number, Field(gt=0)] | None = Field(None, description="ceiling in credits")
    usd: Annotated[Number, Field(gt=0)] | None = Field(None, description="ceiling in US dollars")
    rerolls: Annotated[Number, Field(ge=1, le=20)] | None = Field(
        None, description="expected takes per usable shot: 2.5 reserves one and a half re-rolls"
    )


class CreditRate(Language):
    """What a credit of your pool is worth."""

    per_usd: Annotated[Number, Field(gt=0)] = Field(
        Decimal(100), description="credits for one US dollar"
    )


class Trim(Language):
    """What is cut off a take before it goes into the film."""

    head: Seconds | None = Field(None, description="cut off the start")
    tail: Seconds | None = Field(None, description="cut off the end")


class CameraAxes(Language):
    """A camera move in numbers, each axis from -10 to +10."""

    horizontal: Axis = Field(Decimal(0), description="truck: negative left, positive right")
    vertical: Axis = Field(Decimal(0), description="crane: negative down, positive up")
    dolly: Axis = Field(Decimal(0), description="negative out, positive in")
    pan: Axis = Field(Decimal(0), description="turn: negative left, positive right")
    tilt: Axis = Field(Decimal(0), description="negative down, positive up")
    roll: Axis = Field(Decimal(0), description="negative counter-clockwise, positive clockwise")
    zoom: Axis = Field(Decimal(0), description="negative out, positive in")
    orbit: Axis = Field(Decimal(0), description="around the subject: negative left, positive right")
    handheld: Annotated[Number, Field(ge=0, le=10)] = Field(
        Decimal(0), description="how unsteady the camera is"
    )


class Line(Language):
    """A line of dialogue."""

    by: str | None = Field(None, min_length=1, description="who speaks; a name of the cast")
    says: str = Field(min_length=1, max_length=2000, description="the words")
    tone: str | None = Field(None, description="how they are spoken: `whispering`, `brightly`")


class Prompt(Language):
    """A prompt in parts; each model's recipe puts them in the order that it wants."""

    shot: str | None = Field(None, description="shot size or type: `close-up`")
    camera: str | None = Field(None, description="the move: `slow dolly in`")
    subject: str | None = Field(None, description="who or what; a name of the cast is described")
    action: str | None = Field(None, description="what happens")
    setting: str | None = Field(None, description="where and when")
    lighting: str | None = Field(None, description="the light")
    style: str | None = Field(None, description="the look")
    dialogue: tuple[Line, ...] = Field((), description="who says what")
    sound: str | None = Field(None, description="what is heard besides the words")
    at: dict[Seconds, str] = Field({}, description="what happens when: `{2s: she lifts the cup}`")
    text: str | None = Field(None, description="anything else, in plain words")


class Still(Language):
    """A still to be generated before the shot."""

    prompt: str | Prompt = Field(description="what the still shows")
    model: str | None = Field(None, description="an image model of the catalogue")
    provider: str | None = Field(None, description="who runs it")
    references: tuple[ProjectPath, ...] = Field((), description="reference images")
    seed: Whole | None = Field(None, ge=0, description="the seed, where the model takes one")


class DraftOf(Language):
    """What `--draft` substitutes."""

    model: str | None = Field(None, description="the model drafts are made with")
    provider: str | None = Field(None, description="who runs it")
    resolution: Resolution | None = Field(None, description="the resolution drafts are made at")


class Transition(Language):
    """How a shot comes in over the one before it."""

    kind: Literal["cut", "dissolve", "fade-black", "fade-white", "wipe-left", "wipe-right"] = Field(
        "dissolve", description="`cut` is the default of the language"
    )
    duration: Annotated[Length, Field(le=5)] = Field(Decimal("0.5"), description="the overlap")


class Quality(Language):
    """When a take is made again by itself, inside the reserve."""

    reroll_on: tuple[
        Literal["black", "frozen", "silent", "short", "size", "first-frame", "seam"], ...
    ] = Field((), description="faults that ask for another take")
    max: Annotated[Whole, Field(ge=0, le=10)] = Field(1, description="re-rolls at most")


class Enhance(Language):
    """Work on a finished take."""

    upscale: Resolution | None = Field(None, description="the size to scale up to")
    interpolate: Annotated[Whole, Field(ge=24, le=120)] | None = Field(
        None, description="the frame rate to interpolate to"
    )
    model: str | None = Field(None, description="an upscale or interpolate model of the catalogue")


class Defaults(Language):
    """What shots that say nothing do."""

    role: str | None = Field(None, description="a role of the rotation")
    model: str | None = Field(None, description="a model of the catalogue")
    duration: Length | None = Field(None, description="length of a take as asked for")
    trim: Trim = Field(Trim(), description="what is cut off a take")
    takes: Annotated[Whole, Field(ge=1, le=20)] | None = Field(None, description="takes a shot")
    audio: bool | None = Field(None, description="whether models make sound with the picture")
    negative_prompt: str | None = Field(None, description="what must not be seen")
    transition: Transition | Literal["cut", "dissolve"] | None = Field(
        None, description="how shots come in"
    )
    still_model: str | None = Field(None, description="the image model for generated stills")
    qc: Quality | None = Field(None, description="when a take is made again by itself")


class Providers(Language):
    """Which routes to take first, and which never."""

    prefer: tuple[str, ...] = Field((), description="providers to take first, in this order")
    avoid: tuple[str, ...] = Field((), description="providers never to use")


class CastMember(Language):
    """A character, product or place whose identity is held by reference images."""

    look: str | None = Field(None, description="how they look, put into prompts that name them")
    images: tuple[ProjectPath, ...] = Field((), description="reference images")
    voice: ProjectPath | None = Field(None, description="a sample of the voice")


class Shot(Language):
    """One camera, one continuous action."""

    id: ShotId = Field(description="the shot's name, unique in the storyboard")
    role: str | None = Field(None, description="a role of the rotation; `hero` is protected")
    model: str | None = Field(None, description="a model of the catalogue, instead of a role's")
    provider: str | None = Field(None, description="who runs it, instead of the cheapest live one")
    needs: tuple[str, ...] = Field(
        (), description="what the model must be able to do: capabilities and resolutions"
    )
    prompt: str | Prompt | None = Field(None, description="words, or parts for the model's recipe")
    negative_prompt: str | None = Field(None, description="what must not be seen")
    camera: str | CameraAxes | None = Field(
        None, description="the camera move in words (`slow push in`) or numbers"
    )
    still: ProjectPath | Still | None = Field(
        None, description="the image the shot starts from: a file, or one to generate first"
    )
    end_still: ProjectPath | Still | None = Field(
        None, description="the image it ends on; `same` loops back to the start"
    )
    chain: str | None = Field(
        None, description="start from the last frame of this shot; `previous` is the one before"
    )
    cast: tuple[str, ...] = Field((), description="who is in it, by name")
    references: tuple[ProjectPath, ...] = Field((), description="more reference images")
    source: ProjectPath | None = Field(None, description="a video to edit or restyle")
    motion: ProjectPath | None = Field(None, description="a video whose motion is transferred")
    portrait: ProjectPath | None = Field(None, description="the face of a talking avatar")
    audio: bool | ProjectPath | None = Field(
        None, description="sound from the model on or off; or the file that drives avatar and lips"
    )
    lip_sync: ProjectPath | None = Field(
        None, description="sound that the finished take is lip-synced to"
    )
    duration: Length | None = Field(None, description="length of a take as asked for")
    aspect: Aspect | None = Field(None, description="only to differ from the film; warned of")
    trim: Trim | None = Field(None, description="what is cut off, over the defaults")
    transition: Transition | Literal["cut", "dissolve"] | None = Field(
        None, description="how the shot comes in over the one before"
    )
    takes: Annotated[Whole, Field(ge=1, le=20)] | None = Field(None, description="takes to make")
    seed: Annotated[Whole, Field(ge=0, le=2**32 - 1)] | None = Field(
        None, description="seed of the first take; take n uses seed + n - 1"
    )
    guidance_scale: Annotated[Number, Field(ge=0, le=50)] | None = Field(
        None, description="how closely the prompt is followed"
    )
    group: str | None = Field(None, description="shots of one group are rendered in one call")
    draft: DraftOf | None = Field(None, description="what `--draft` substitutes here")
    alternate: tuple[str | Prompt, ...] = Field(
        (), description="prompts to try when the first is refused by moderation"
    )
    enhance: Enhance | None = Field(None, description="work on the finished take")
    qc: Quality | None = Field(None, description="when a take is made again by itself")
    note: str | None = Field(None, description="for people; never sent")


class MusicBed(Language):
    """Music under the whole film."""

    file: ProjectPath = Field(description="the music")
    gain: Decibels = Field(Decimal(0), description="how loud")
    duck: Decibels | None = Field(None, description="how far it steps back under a voice")
    fade_in: Seconds = Field(Decimal(0), description="fade at the start")
    fade_out: Seconds = Field(Decimal(2), description="fade at the end")


class Voiceover(Language):
    """A spoken line laid over the film."""

    file: ProjectPath = Field(description="the recording")
    at: str | Seconds = Field(description="a shot's id, or seconds from the start of the film")
    offset: Seconds = Field(Decimal(0), description="delay after `at`")
    gain: Decibels = Field(Decimal(0), description="how loud")


class Sound(Language):
    """Everything heard besides the takes' own sound."""

    music: MusicBed | None = Field(None, description="a bed under the whole film")
    voiceover: tuple[Voiceover, ...] = Field((), description="spoken lines")
    loudness: Annotated[Number, Field(ge=-36, le=-5)] | None = Field(
        None, description="target in LUFS; -14 suits the web"
    )


class Captions(Language):
    """Words on the picture."""

    file: ProjectPath = Field(description="an .srt or .vtt file")
    burn: bool = Field(True, description="draw them into the picture")
    font: ProjectPath | None = Field(None, description="a font file")


class Look(Language):
    """One look over every shot."""

    lut: ProjectPath | None = Field(None, description="a .cube colour table")
    strength: Annotated[Number, Field(ge=0, le=1)] = Field(Decimal(1), description="0 to 1")


class EndCard(Language):
    """A card after the last shot."""

    still: ProjectPath = Field(description="the picture")
    duration: Length = Field(Decimal(2), description="how long it stands")


class Deliverable(Language):
    """One file that leaves the house."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = Field(
        description="the file's name, without its ending"
    )
    preset: str = Field("social-vertical", description="a delivery preset")
    fit: Literal["contain", "cover"] = Field(
        "contain", description="bars, or a crop, where the film's shape differs from the preset's"
    )


class Variants(Language):
    """One storyboard, many films."""

    axes: dict[str, tuple[str, ...]] = Field(description="what varies: `{language: [en, es]}`")
    exclude: tuple[dict[str, str], ...] = Field((), description="combinations not wanted")


class Storyboard(Language):
    """A whole film."""

    vidgen: Literal[1] = Field(description="the version of this language: 1")
    title: str = Field(min_length=1, max_length=200, description="the film's title")
    description: str | None = Field(None, description="for people; never sent")
    format: Format = Field(Format(), description="the shape of the film")
    budget: Budget | None = Field(None, description="the ceiling")
    credits: CreditRate = Field(CreditRate(), description="what a credit is worth")
    defaults: Defaults = Field(Defaults(), description="what shots that say nothing do")
    rotation: dict[str, str] = Field({}, description="each role's model")
    providers: Providers = Field(Providers(), description="routes to take first, or never")
    draft: DraftOf | None = Field(None, description="what `--draft` substitutes")
    cast: dict[str, CastMember] = Field({}, description="characters, products and places")
    shots: tuple[Shot, ...] = Field(min_length=1, max_length=MAX_SHOTS, description="in order")
    sound: Sound = Field(Sound(), description="music, voiceover, loudness")
    captions: Captions | None = Field(None, description="words on the picture")
    look: Look | None = Field(None, description="one look over every shot")
    end_card: EndCard | None = Field(None, description="a card after the last shot")
    deliver: tuple[Deliverable, ...] = Field((), description="what leaves the house")
    variants: Variants | None = Field(None, description="one storyboard, many films")
    include: tuple[ProjectPath, ...] = Field((), description="files whose blocks are shared")

    def upstream(self, shot: Shot) -> str | None:
        """The id of the shot that `shot` starts from, with `previous` resolved."""
        if shot.chain != "previous":
            return shot.chain
        index = next(place for place, other in enumerate(self.shots) if other is shot)
        return self.shots[index - 1].id if index else None
