"""What a catalogue page may say: models, offers and prices, each with its date and source.

Values only. Pages are YAML beside this file; `catalogue.load` reads them, a test checks every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vidgen.job import CAPABILITIES, Camera, Kind, Mode
from vidgen.money import Per

Positive = Annotated[Decimal, Field(gt=0)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")]
Resolution = Annotated[str, Field(pattern=r"^([0-9]{3,4}p|[0-9](\.[0-9])?k|source)$")]
Aspect = Annotated[str, Field(pattern=r"^([0-9]{1,2}:[0-9]{1,2}|source)$")]
"""`source` means that the shape or size follows what is given: a still or a clip."""

Audio = Literal["never", "optional", "always"]
Basis = Literal["list", "second-hand", "estimate", "measured", "user"]


class Page(BaseModel):
    """Strict and frozen: a misspelled key in a page is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Span(Page):
    """Durations sold from one length to another, in equal steps, in seconds."""

    from_: Positive = Field(alias="from")
    to: Positive
    step: Positive = Decimal(1)

    @property
    def lengths(self) -> tuple[Decimal, ...]:
        """Every length in the span, shortest first."""
        count = int((self.to - self.from_) / self.step)
        return tuple(self.from_ + self.step * index for index in range(count + 1))


class Life(Page):
    """Whether a model (or a route) can be bought: live, retired on a date, or never by API."""

    state: Literal["live", "retired", "never"] = "live"
    since: date | None = None
    retires: date | None = None
    successor: str | None = None
    note: str = ""
    as_of: date | None = None
    source: str = ""


class Source(Page):
    """Where a fact was read, when, and what it said where sources contradict each other."""

    source: str
    as_of: date
    says: str = ""


class Typical(Page):
    """How long one job usually takes from sending to its result, in seconds, as read on a day.

    For a plain clip of about 5 s at the usual settings (`source` says where it was another), or for
    one image. Where a range was read, its middle.
    """

    seconds: Positive
    as_of: date
    source: str = Field(min_length=1)


class Recipe(Page):
    """How this model likes its prompt: the order of the parts, limits, and its own notations.

    `dialogue`, `at`, `shots` (several in one call), `reference` and `camera` are templates with
    `{by}`, `{says}`, `{from}`, `{to}`, `{from_s}`, `{to_s}`, `{seconds}`, `{text}`, `{n}` and
    `{name}` where they apply; None means that the model has no notation of its own and plain words
    are used. Whole seconds are wanted of shots where their notation has `{seconds}`; of several in
    a call there may be `max_shots`, of `max_shot_chars` each.
    """

    order: tuple[
        Literal[
            "shot", "camera", "subject", "action", "setting", "lighting", "style", "dialogue",
            "sound", "at", "text",
        ],
        ...,
    ] = (
        "shot", "subject", "action", "setting", "camera", "lighting", "style", "at", "dialogue",
        "sound",
    )  # fmt: skip
    joiner: Literal["sentences", "commas", "lines"] = "sentences"
    max_chars: int | None = None
    max_words: int | None = None
    dialogue: str | None = None
    at: str | None = None
    shots: str | None = None
    max_shots: int | None = None
    max_shot_chars: int | None = None
    reference: str | None = None
    camera: str | None = None
    negative: Literal["field", "inline", "none"] = "none"
    suffix: str = ""
    advice: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


class When(Page):
    """The conditions of a price or of something not sold; an unset condition always holds."""

    resolution: tuple[str, ...] | None = None
    aspect: tuple[str, ...] | None = None
    duration: tuple[Decimal, ...] | None = None
    longer_than: Decimal | None = None
    audio: bool | None = None
    mode: tuple[Mode, ...] | None = None
    source_video: bool | None = None

    @property
    def words(self) -> str:
        """The conditions as people say them: `at 1080p for 10s with audio`."""
        words = []
        if self.resolution:
            words.append(f"at {', '.join(self.resolution)}")
        if self.aspect:
            words.append(f"in {', '.join(self.aspect)}")
        if self.duration:
            words.append(f"for {', '.join(f'{length:f}s' for length in self.duration)}")
        if self.longer_than is not None:
            words.append(f"over {self.longer_than}s")
        if self.audio is not None:
            words.append("with audio" if self.audio else "silent")
        if self.mode:
            words.append(f"from {', '.join(MODE_WORDS[mode] for mode in self.mode)}")
        if self.source_video is not None:
            words.append(f"{'with' if self.source_video else 'without'} a source video")
        return " ".join(words)


MODE_WORDS: dict[Mode, str] = {
    "text": "a prompt alone",
    "first_frame": "a first frame",
    "first_last": "a first and a last frame",
    "references": "reference images",
    "edit": "a source video",
    "extend": "a video to extend",
    "motion": "a motion video",
    "avatar": "a portrait and sound",
    "lip_sync": "a video and sound",
    "upscale": "a video to scale up",
    "interpolate": "a video to interpolate",
}


class Rate(Page):
    """US dollars per unit of work, under conditions."""

    per: Per
    usd: Decimal | None = None
    when: When = When()
    note: str = ""

    @model_validator(mode="after")
    def _amount_matches_unit(self) -> Self:
        if self.per in ("free", "unknown"):
            if self.usd is not None:
                raise ValueError(f"a price per `{self.per}` has no amount")
        elif self.usd is not None and self.usd <= 0:
            raise ValueError(
                f"a price per `{self.per}` is above zero; write `per: free` for nothing"
            )
        elif self.usd is None and self.per != "gpu-hour":
            raise ValueError(f"a price per `{self.per}` needs an amount: `usd: 0.10`")
        return self


class Price(Rate):
    """A rate as it was read somewhere. The first of an offer's that holds is the price."""

    minimum_usd: Decimal | None = None
    basis: Basis = "list"
    as_of: date | None = None
    source: str = ""


class Moves(Page):
    """Camera moves that are taken in numbers: which axes, how many of them in one move, and for
    what lengths and modes; None stands for all.
    """

    axes: tuple[str, ...] = Field(min_length=1)
    at_once: int = Field(ge=1)
    durations: tuple[Positive, ...] | None = None
    modes: tuple[Mode, ...] | None = None

    @model_validator(mode="after")
    def _known_axes(self) -> Self:
        unknown = [axis for axis in self.axes if axis not in Camera.AXES]
        if unknown:
            raise ValueError(f"a camera has no axis {', '.join(unknown)}")
        return self

    @property
    def words(self) -> str:
        """What is taken, as people say it: `one of pan or tilt, for 5s, from a first frame`."""
        many = "one" if self.at_once == 1 else f"at most {self.at_once}"
        words = [f"{many} of {_either(self.axes)}"]
        if self.durations:
            words.append(f"for {_either([f'{length:f}s' for length in self.durations])}")
        if self.modes:
            words.append(f"from {_either([MODE_WORDS[mode] for mode in self.modes])}")
        return ", ".join(words)


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


class Sold(Page):
    """What can be asked for. On an offer an unset field means: as the model says.

    `camera` bounds the moves of a route with camera control; without it every axis is taken.
    """

    durations: tuple[Positive, ...] | Span | None = None
    resolutions: tuple[Resolution, ...] | None = None
    aspects: tuple[Aspect, ...] | None = None
    rates: tuple[Positive, ...] | None = None
    sizes: dict[str, dict[str, tuple[int, int]]] | None = None
    audio: Audio | None = None
    capabilities: tuple[str, ...] | None = None
    max_references: int | None = None
    camera: Moves | None = None

    @model_validator(mode="after")
    def _known_capabilities(self) -> Self:
        unknown = [name for name in self.capabilities or () if name not in CAPABILITIES]
        if unknown:
            raise ValueError(f"a Request cannot carry: {', '.join(unknown)}")
        if self.camera and "camera_control" not in (self.capabilities or ()):
            raise ValueError("`camera` is of a route with the capability camera_control")
        return self


class Model(Sold):
    """What a model is: who made it, what it can do at best, its life, and how to prompt it."""

    id: Name
    name: str
    developer: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    life: Life = Life()
    tier: Literal["economy", "standard", "premium"] = "standard"
    typical: Typical | None = None
    good_for: tuple[str, ...] = ()
    weak_at: tuple[str, ...] = ()
    recipe: Recipe = Recipe()
    named_in: tuple[str, ...] = ()
    notes: str = ""
    sources: tuple[Source, ...] = ()


class Family(Page):
    """One file under models/: models that belong together."""

    family: str
    models: tuple[Model, ...]


class Offer(Sold):
    """One model at one provider: its name there, how it narrows the model, and its prices.

    Of an offer with `own_clips` the clip to work on is named by the job that made it, at the same
    provider; it cannot be given as a file. `timed` are modes in which an order says how long what
    comes is to be although a clip or a sound is given; where `fields` name a place for the
    duration they are so without being written down.
    """

    model: str
    name: str
    modes: dict[Mode, str]
    own_clips: bool = False
    timed: tuple[Mode, ...] = ()
    not_sold: tuple[When, ...] = ()
    prices: tuple[Price, ...]
    life: Life = Life()
    fields: dict[str, Any] = {}
    typical: Typical | None = None
    as_of: date | None = None
    source: str = ""
    notes: str = ""


class Variable(Page):
    """An environment variable, and other names people use for the same one.

    An `optional` one is a key that a provider can do without, having other ways. `rehearsed` is
    what stands in for it in a rehearsal where it is not set.
    """

    env: str
    aliases: tuple[str, ...] = ()
    optional: bool = False
    rehearsed: str = ""


class Provider(Page):
    """Who runs models: how to reach it, its limits, and what sending twice would mean there.

    `keys` are secrets, `settings` are not; the setting named by `base_url_from` replaces
    `base_url`. `in_flight` is jobs at once; `poll_seconds` and `give_up_seconds` are seconds;
    `link_seconds` is how long a result's link lives. `resend` says what repeating an unanswered
    submit does: `idempotent` (same job), `lookup` (can be looked up first), or `never` (may be
    billed twice).
    `compared_with` is the vendor's own client, with its version, beside which tests hold the
    adapter's calls; `tried_live` the day on which it was last run against the real service;
    `named_in` the guides that send people there, as on a model.
    """

    provider: Name
    name: str
    site: str = ""
    local: bool = False
    keys: tuple[Variable, ...] = ()
    settings: tuple[Variable, ...] = ()
    base_url: str = ""
    base_url_from: str = ""
    in_flight: int = Field(default=2, gt=0)
    requests_per_minute: int | None = None
    poll_seconds: Positive = Decimal(5)
    give_up_seconds: Positive = Decimal(1800)
    resend: Literal["idempotent", "lookup", "never"] = "never"
    link_seconds: int | None = None
    compared_with: str = ""
    tried_live: date | None = None
    named_in: tuple[str, ...] = ()
    life: Life = Life()
    as_of: date
    source: str
    notes: str = ""
    offers: tuple[Offer, ...] = ()

    @property
    def over_http(self) -> bool:
        """Whether it is spoken with over HTTP; else it works within this program."""
        return bool(self.base_url)


class PriceBook(Page):
    """The user's own pages (prices.yaml): models and providers added, prices that replace ours."""

    models: tuple[Model, ...] = ()
    providers: tuple[Provider, ...] = ()
    prices: tuple[OwnPrice, ...] = ()


class OwnPrice(Rate):
    """A rate of the user's for one route; it comes before every price of the shipped page."""

    model: str
    provider: str


PriceBook.model_rebuild()
