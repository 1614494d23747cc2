"""The language: what the author wrote, nothing derived.

Strict and frozen; every field's description is the language reference (docs/language.md is made
from these models). Reads no file: `source` checks that what is named here exists.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vidgen.quantity import Whole
from vidgen.scalars import (
    ASPECTS,
    RESOLUTIONS,
    Aspect,
    Axis,
    Credits,
    Decibels,
    Dollars,
    FileName,
    FrameRate,
    Length,
    Loudness,
    Moment,
    Overlap,
    PresetName,
    ProjectPath,
    Resolution,
    Seconds,
    Seed,
    ShotId,
    Switch,
    Takes,
    Version,
    between,
)

__all__ = ["ASPECTS", "RESOLUTIONS", "Shot", "Storyboard"]

LANGUAGE = 1
MAX_SHOTS = 2000
DEFAULT_SECONDS = Decimal(5)
"""Length of a take, in seconds, where neither the shot nor the defaults say one."""

Text = Annotated[str, Field(min_length=1, max_length=8000)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class Language(BaseModel):
    """Every part of the language: strict, frozen, no key unknown.

    `other_words` are keys people try, with the key that is meant: hints are made of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    other_words: ClassVar[dict[str, str]] = {}


class Format(Language):
    """The shape of the film, picked once; every shot must match."""

    other_words = {
        "ratio": "aspect",
        "aspect_ratio": "aspect",
        "size": "resolution",
    } | dict.fromkeys(("framerate", "frame_rate", "rate"), "fps")

    aspect: Aspect = Field("9:16", description="width to height of the film")
    resolution: Resolution = Field("1080p", description="named by the short side of the picture")
    fps: FrameRate = Field(24, description="frames a second of the film")


class Budget(Language):
    """The ceiling on what may be spent; where credits and dollars are both given, both hold."""

    credits: Credits | None = Field(None, description="ceiling in credits")
    usd: Dollars | None = Field(None, description="ceiling in US dollars")
    rerolls: Annotated[Decimal, between("1", "20", "2.5")] | None = Field(
        None, description="expected takes per usable shot: 2.5 reserves one and a half re-rolls"
    )


class CreditRate(Language):
    """What a credit of your pool is worth."""

    per_usd: Credits = Field(Decimal(100), description="credits for one US dollar")


class Trim(Language):
    """What is cut off a take before it goes into the film."""

    head: Seconds | None = Field(None, description="cut off the start")
    tail: Seconds | None = Field(None, description="cut off the end")


class CameraAxes(Language):
    """A camera move in numbers, each axis from -10 to +10; 0 is still."""

    horizontal: Axis = Field(Decimal(0), description="truck: negative left, positive right")
    vertical: Axis = Field(Decimal(0), description="crane: negative down, positive up")
    dolly: Axis = Field(Decimal(0), description="negative out, positive in")
    pan: Axis = Field(Decimal(0), description="turn: negative left, positive right")
    tilt: Axis = Field(Decimal(0), description="negative down, positive up")
    roll: Axis = Field(Decimal(0), description="negative counter-clockwise, positive clockwise")
    zoom: Axis = Field(Decimal(0), description="negative out, positive in")
    orbit: Axis = Field(Decimal(0), description="around the subject: negative left, positive right")
    handheld: Annotated[Decimal, between("0", "10", "3")] = Field(
        Decimal(0), description="how unsteady the camera is"
    )


class Line(Language):
    """A line of dialogue."""

    other_words = {"who": "by", "speaker": "by", "text": "says", "line": "says", "say": "says"}

    by: Name | None = Field(None, description="who speaks; a name of the cast")
    says: Annotated[str, Field(min_length=1, max_length=2000)] = Field(description="the words")
    tone: Text | None = Field(None, description="how they are spoken: `whispering`, `brightly`")


class Prompt(Language):
    """A prompt in parts; each model's recipe puts them in the order that it wants."""

    other_words = {
        "framing": "shot", "move": "camera", "movement": "camera", "character": "subject",
        "location": "setting", "scene": "setting", "light": "lighting", "audio": "sound",
        "lines": "dialogue", "timeline": "at", "beats": "at", "description": "text",
    }  # fmt: skip

    shot: Text | None = Field(None, description="shot size or type: `close-up`")
    camera: Text | None = Field(None, description="the move: `slow dolly in`")
    subject: Text | None = Field(None, description="who or what; a name of the cast is described")
    action: Text | None = Field(None, description="what happens")
    setting: Text | None = Field(None, description="where and when")
    lighting: Text | None = Field(None, description="the light")
    style: Text | None = Field(None, description="the look")
    dialogue: tuple[Line, ...] = Field((), description="who says what")
    sound: Text | None = Field(None, description="what is heard besides the words")
    at: dict[Seconds, Text] = Field({}, description="what happens when: `{2s: she lifts the cup}`")
    text: Text | None = Field(None, description="anything else, in plain words")


class Still(Language):
    """A still to be generated before the shot."""

    prompt: Text | Prompt = Field(description="what the still shows")
    model: Name | None = Field(None, description="an image model of the catalogue")
    provider: Name | None = Field(None, description="who runs it")
    references: tuple[ProjectPath, ...] = Field((), description="reference images")
    seed: Seed | None = Field(None, description="the seed, where the model takes one")


class DraftOf(Language):
    """What `--draft` substitutes."""

    model: Name | None = Field(None, description="the model drafts are made with")
    provider: Name | None = Field(None, description="who runs it")
    resolution: Resolution | None = Field(None, description="the resolution drafts are made at")


class Transition(Language):
    """How a shot comes in over the one before it."""

    other_words = {"type": "kind", "length": "duration", "seconds": "duration"}

    kind: Literal["cut", "dissolve", "fade-black", "fade-white", "wipe-left", "wipe-right"] = Field(
        "dissolve", description="a shot that names no transition is cut to"
    )
    duration: Overlap = Field(Decimal("0.5"), description="how long the two shots overlap")


class Quality(Language):
    """When a take is made again by itself, inside the reserve."""

    reroll_on: tuple[
        Literal["black", "frozen", "silent", "short", "size", "first-frame", "seam"], ...
    ] = Field((), description="faults that ask for another take")
    max: Annotated[int, Whole(0, 10)] = Field(1, description="re-rolls at most")


class Enhance(Language):
    """Work on a finished take."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["upscale"]}, {"required": ["interpolate"]}]}
    )

    upscale: Resolution | None = Field(None, description="the size to scale up to")
    interpolate: Annotated[int, Whole(24, 120)] | None = Field(
        None, description="the frame rate to interpolate to"
    )
    model: Name | None = Field(None, description="an upscale or interpolate model of the catalogue")

    @model_validator(mode="after")
    def _some_work(self) -> Enhance:
        if self.upscale is None and self.interpolate is None:
            raise ValueError("it asks for no work; name `upscale`, `interpolate` or both")
        return self


class Defaults(Language):
    """What shots that say nothing do."""

    role: Name | None = Field(None, description="a role of the rotation")
    model: Name | None = Field(None, description="a model of the catalogue")
    duration: Length | None = Field(None, description="length of a take as asked for; else 5s")
    trim: Trim = Field(Trim(), description="what is cut off a take")
    takes: Takes | None = Field(None, description="takes a shot; else 1")
    audio: Switch | None = Field(None, description="whether models make sound with the picture")
    negative_prompt: Text | None = Field(None, description="what must not be seen")
    transition: Transition | Literal["cut", "dissolve"] | None = Field(
        None, description="how shots come in; else a cut"
    )
    still_model: Name | None = Field(None, description="the image model for generated stills")
    qc: Quality | None = Field(None, description="when a take is made again by itself")


class Providers(Language):
    """Which routes to take first, and which never."""

    prefer: tuple[Name, ...] = Field((), description="providers to take first, in this order")
    avoid: tuple[Name, ...] = Field((), description="providers never to use")


class CastMember(Language):
    """A character, product or place whose identity is held by reference images."""

    other_words = {"description": "look", "prompt": "look", "image": "images", "refs": "images"}

    look: Text | None = Field(None, description="how they look, put into prompts that name them")
    images: tuple[ProjectPath, ...] = Field((), description="reference images")
    voice: ProjectPath | None = Field(None, description="a sample of the voice")


class Shot(Language):
    """One camera, one continuous action."""

    other_words = {
        "name": "id", "text": "prompt", "description": "prompt", "words": "prompt",
        "image": "still", "start_image": "still", "first_frame": "still", "start_frame": "still",
        "keyframe": "still", "end_image": "end_still", "last_frame": "end_still",
        "end_frame": "end_still", "length": "duration", "seconds": "duration", "time": "duration",
        "continues": "chain", "from": "chain", "start_from": "chain", "characters": "cast",
        "actors": "cast", "count": "takes", "variations": "takes", "negative": "negative_prompt",
        "images": "references", "refs": "references", "reference_images": "references",
        "cfg": "guidance_scale", "cfg_scale": "guidance_scale", "guidance": "guidance_scale",
        "ratio": "aspect", "aspect_ratio": "aspect", "requires": "needs", "video": "source",
        "camera_move": "camera", "movement": "camera", "sound": "audio", "notes": "note",
    }  # fmt: skip

    id: ShotId = Field(description="the shot's name, unique in the storyboard")
    role: Name | None = Field(None, description="a role of the rotation; `hero` is protected")
    model: Name | None = Field(None, description="a model of the catalogue, instead of a role's")
    provider: Name | None = Field(None, description="who runs it, instead of the cheapest live one")
    needs: tuple[Name, ...] = Field(
        (), description="what the model must be able to do: capabilities and resolutions"
    )
    prompt: Text | Prompt | None = Field(None, description="words, or parts for the model's recipe")
    negative_prompt: Text | None = Field(None, description="what must not be seen")
    camera: Text | CameraAxes | None = Field(
        None, description="the camera move in words (`slow push in`) or numbers"
    )
    still: ProjectPath | Still | None = Field(
        None, description="the image the shot starts from: a file, or one to generate first"
    )
    end_still: ProjectPath | Still | None = Field(
        None, description="the image it ends on; `same` loops back to the start"
    )
    chain: Name | None = Field(
        None, description="start from the last frame of this shot; `previous` is the one before"
    )
    cast: tuple[Name, ...] = Field((), description="who is in it, by name")
    references: tuple[ProjectPath, ...] = Field((), description="more reference images")
    source: ProjectPath | None = Field(
        None, description="a video to edit or restyle; with `needs: [extend]` one to go on from"
    )
    motion: ProjectPath | None = Field(None, description="a video whose motion is transferred")
    portrait: ProjectPath | None = Field(None, description="the face of a talking avatar")
    audio: Switch | ProjectPath | None = Field(
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
    takes: Takes | None = Field(None, description="takes to make")
    seed: Seed | None = Field(None, description="seed of the first take; take n uses seed + n - 1")
    guidance_scale: Annotated[Decimal, between("0", "50", "7.5")] | None = Field(
        None, description="how closely the prompt is followed"
    )
    group: Name | None = Field(None, description="shots of one group are rendered in one call")
    draft: DraftOf | None = Field(None, description="what `--draft` substitutes here")
    alternate: tuple[Text | Prompt, ...] = Field(
        (), description="prompts to try when the first is refused by moderation"
    )
    enhance: Enhance | None = Field(None, description="work on the finished take")
    qc: Quality | None = Field(None, description="when a take is made again by itself")
    note: Text | None = Field(None, description="for people; never sent")


class MusicBed(Language):
    """Music under the whole film."""

    other_words = {"volume": "gain", "path": "file", "fade": "fade_out", "level": "gain"}

    file: ProjectPath = Field(description="the music")
    gain: Decibels = Field(Decimal(0), description="how loud")
    duck: Decibels | None = Field(None, description="how far it steps back under a voice")
    fade_in: Seconds = Field(Decimal(0), description="fade at the start")
    fade_out: Seconds = Field(Decimal(2), description="fade at the end")


class Voiceover(Language):
    """A spoken line laid over the film."""

    other_words = {"volume": "gain", "path": "file", "shot": "at", "delay": "offset"}

    file: ProjectPath = Field(description="the recording")
    at: Moment = Field(description="a shot's id, or seconds from the start of the film")
    offset: Seconds = Field(Decimal(0), description="delay after `at`")
    gain: Decibels = Field(Decimal(0), description="how loud")


class Sound(Language):
    """Everything heard besides the takes' own sound."""

    other_words = {"voice": "voiceover", "voice_over": "voiceover", "lufs": "loudness"}

    music: MusicBed | None = Field(None, description="a bed under the whole film")
    voiceover: tuple[Voiceover, ...] = Field((), description="spoken lines")
    loudness: Loudness | None = Field(None, description="target in LUFS; -14 suits the web")


class Captions(Language):
    """Words on the picture."""

    file: ProjectPath = Field(description="an .srt or .vtt file")
    burn: Switch = Field(True, description="draw them into the picture")
    font: ProjectPath | None = Field(None, description="a font file")


class Look(Language):
    """One look over every shot."""

    lut: ProjectPath | None = Field(None, description="a .cube colour table")
    strength: Annotated[Decimal, between("0", "1", "0.8")] = Field(
        Decimal(1), description="how much of it"
    )


class EndCard(Language):
    """A card after the last shot."""

    still: ProjectPath = Field(description="the picture")
    duration: Length = Field(Decimal(2), description="how long it stands")


class Deliverable(Language):
    """One file that leaves the house."""

    name: FileName = Field(description="the file's name, without its ending")
    preset: PresetName = Field(
        "social-vertical",
        description="1080x1920, 1920x1080, 1080x1080, or `master`: the film's own size, high rate",
    )
    fit: Literal["contain", "cover"] = Field(
        "contain", description="bars, or a crop, where the film's shape differs from the preset's"
    )


class Variants(Language):
    """One storyboard, many films."""

    axes: dict[Name, tuple[Text, ...]] = Field(description="what varies: `{language: [en, es]}`")
    exclude: tuple[dict[Name, Text], ...] = Field((), description="combinations not wanted")


class Storyboard(Language):
    """A whole film."""

    other_words = {
        "scenes": "shots", "clips": "shots", "models": "rotation", "roles": "rotation",
        "name": "title", "characters": "cast", "output": "deliver", "outputs": "deliver",
        "exports": "deliver", "subtitles": "captions", "version": "vidgen", "audio": "sound",
    }  # fmt: skip

    vidgen: Version = Field(
        description="the version of the language; a later one needs a later vidgen"
    )
    title: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="the film's title"
    )
    description: Text | None = Field(None, description="for people; never sent")
    format: Format = Field(Format(), description="the shape of the film")
    budget: Budget | None = Field(None, description="the ceiling")
    credits: CreditRate = Field(CreditRate(), description="what a credit is worth")
    defaults: Defaults = Field(Defaults(), description="what shots that say nothing do")
    rotation: dict[Name, Name] = Field({}, description="each role's model")
    providers: Providers = Field(Providers(), description="routes to take first, or never")
    draft: DraftOf | None = Field(None, description="what `--draft` substitutes")
    cast: dict[Name, CastMember] = Field({}, description="characters, products and places")
    shots: tuple[Shot, ...] = Field(min_length=1, max_length=MAX_SHOTS, description="in order")
    sound: Sound = Field(Sound(), description="music, voiceover, loudness")
    captions: Captions | None = Field(None, description="words on the picture")
    look: Look | None = Field(None, description="one look over every shot")
    end_card: EndCard | None = Field(None, description="a card after the last shot")
    deliver: tuple[Deliverable, ...] = Field((), description="what leaves the house")
    variants: Variants | None = Field(None, description="one storyboard, many films")
    include: tuple[ProjectPath, ...] = Field((), description="files whose blocks are shared")

    @cached_property
    def _before(self) -> dict[str, str]:
        ids = [shot.id for shot in self.shots]
        return dict(zip(ids[1:], ids, strict=False))

    @cached_property
    def _by_id(self) -> dict[str, Shot]:
        return {shot.id: shot for shot in self.shots}

    def shot(self, name: str) -> Shot:
        """The shot of that id."""
        return self._by_id[name]

    def upstream(self, shot: Shot) -> str | None:
        """The id of the shot that `shot` starts from, with `previous` resolved."""
        return self._before.get(shot.id) if shot.chain == "previous" else shot.chain
