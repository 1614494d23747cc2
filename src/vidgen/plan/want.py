"""What one shot asks of whoever makes it, with defaults, roles and the tier applied. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from vidgen.job import CAPABILITIES, Camera, Kind, Mode, Tier
from vidgen.places import Group, Stage, group_of, seconds_of
from vidgen.plan.moves import move_of
from vidgen.storyboard import DraftOf, Prompt, Shot, Still, Storyboard

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Footage:
    """A clip that is to be worked on, as it is or will be: its seconds, and frames a second."""

    seconds: Decimal
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Want:
    """A shot's wishes, resolved. `model` is None where the planner is to choose.

    `why` says where the model was named; `capabilities` must all be offered; `loc` and `model_loc`
    are the places in the storyboard that faults about the wish and its model point at. `protected`
    shots are never offered a cheaper model, `sharp` ones never a smaller picture. `maker` is the
    provider of the take to be worked on, and `camera` the move where that must go in numbers.
    `given_seconds` is how long the clip or sound lasts that may set the length of what is made, and
    `upon` the take to be worked on.
    """

    shot: str
    kind: Kind
    mode: Mode
    model: str | None
    why: str
    provider: str | None
    seconds: Decimal
    resolution: str
    aspect: str
    rate: Decimal
    audio: bool | None
    capabilities: frozenset[str]
    loc: Loc
    model_loc: Loc
    source_video: bool = False
    given_seconds: Decimal | None = None
    upon: Footage | None = None
    maker: str = ""
    camera: Camera | None = None
    references: int = 0
    protected: bool = False
    sharp: bool = False


Lengths = Mapping[str, Decimal]
"""Seconds of the clips and sounds that shots name, by path as written."""


def want_of(board: Storyboard, index: int, tier: Tier, lengths: Lengths) -> Want:
    """What shot number `index` wants at `tier`."""
    shot = board.shots[index]
    model, why, named_at = _model(board, index, tier)
    mode = mode_of(board, shot, tier)
    return Want(
        shot=shot.id,
        kind=_kind(mode),
        mode=mode,
        model=model,
        why=why,
        provider=_provider(board, shot, tier),
        seconds=seconds_of(board, shot),
        resolution=_resolution(board, shot, tier),
        aspect=shot.aspect or board.format.aspect,
        rate=Decimal(str(board.format.fps)),
        audio=None if tier == "animatic" else audio_of(board, shot),
        capabilities=frozenset() if tier == "animatic" else _capabilities(board, shot, mode),
        loc=("shots", index),
        model_loc=named_at,
        source_video=shot.source is not None,
        given_seconds=_given_seconds(shot, mode, lengths),
        camera=move_of(shot) if tier != "animatic" and "camera_control" in shot.needs else None,
        references=len(reference_paths(board, shot)) if mode == "references" else 0,
        protected=shot.role == "hero",
        sharp=any(need not in CAPABILITIES for need in shot.needs),
    )


def _given_seconds(shot: Shot, mode: Mode, lengths: Lengths) -> Decimal | None:
    """How long the file lasts that a mode works on or speaks; None where there is none."""
    given = {
        "edit": shot.source,
        "extend": shot.source,
        "motion": shot.motion,
        "avatar": shot.audio,
    }
    path = given.get(mode)
    return lengths.get(path) if isinstance(path, str) else None


def _model(board: Storyboard, index: int, tier: Tier) -> tuple[str | None, str, Loc]:
    """The model's name (None: any that can), why that one, and where it is named."""
    shot = board.shots[index]
    here: Loc = ("shots", index)
    if tier == "animatic":
        return "animatic", "the animatic", here
    if tier == "draft":
        if shot.draft and shot.draft.model:
            return shot.draft.model, "the shot's draft", (*here, "draft", "model")
        if board.draft and board.draft.model:
            return board.draft.model, "the draft tier", ("draft", "model")
    if shot.model:
        return shot.model, "named by the shot", (*here, "model")
    if shot.role and shot.role in board.rotation:
        return board.rotation[shot.role], f"role {shot.role}", ("rotation", shot.role)
    if shot.needs:
        return None, f"cheapest live model with {', '.join(shot.needs)}", here
    if board.defaults.model:
        return board.defaults.model, "the default model", ("defaults", "model")
    role = board.defaults.role
    if role and role in board.rotation:
        return board.rotation[role], f"role {role}, by default", ("rotation", role)
    return None, "cheapest live model that can", here


def _provider(board: Storyboard, shot: Shot, tier: Tier) -> str | None:
    if tier == "animatic":
        return "animatic"
    if tier == "draft":
        draft = shot.draft or board.draft or DraftOf()
        return draft.provider
    return shot.provider


def mode_of(board: Storyboard, shot: Shot, tier: Tier) -> Mode:
    """What the call is given besides its prompt."""
    if tier == "animatic":
        starts = shot.source is None and pictured(board, shot)
        return _framed(shot) if starts else "text"
    if shot.source:
        return "extend" if "extend" in shot.needs else "edit"
    if shot.motion:
        return "motion"
    if shot.portrait:
        # Lines without a recording are spoken by a model that makes its own voice, from the face.
        return "avatar" if isinstance(shot.audio, str) else "first_frame"
    if shot.chain is not None or shot.still is not None:
        return _framed(shot)
    return "references" if reference_paths(board, shot) else "text"


def _framed(shot: Shot) -> Mode:
    return "first_last" if shot.end_still is not None else "first_frame"


def pictured(board: Storyboard, shot: Shot) -> bool:
    """Whether the animatic has a picture to show: the shot's own, or one down its chain.

    A chain that begins with a card is cards all the way: a card zoomed into would only mislead.
    """
    while isinstance(shot.still, Still) or not (shot.still or shot.portrait or shot.source):
        start = board.upstream(shot)
        if start is None:
            return False
        shot = board.shot(start)
    return True


def _kind(mode: Mode) -> Kind:
    kinds: dict[Mode, Kind] = {"edit": "edit", "motion": "motion-transfer", "avatar": "avatar"}
    return kinds.get(mode, "video")


def reference_paths(board: Storyboard, shot: Shot) -> tuple[str, ...]:
    """The images that hold identity in a shot: its cast's, then its own."""
    cast = (board.cast[name].images for name in shot.cast if name in board.cast)
    return (*(path for images in cast for path in images), *shot.references)


def reference_names(board: Storyboard, shot: Shot) -> tuple[str, ...]:
    """Who or what each image of `reference_paths` shows."""
    names = [name for name in shot.cast if name in board.cast for _ in board.cast[name].images]
    return (*names, *("reference" for _ in shot.references))


def takes_of(board: Storyboard, shot: Shot) -> int:
    """How many takes the author asks for."""
    return shot.takes or board.defaults.takes or 1


def _resolution(board: Storyboard, shot: Shot, tier: Tier) -> str:
    if tier == "draft":
        for draft in (shot.draft, board.draft):
            if draft and draft.resolution:
                return draft.resolution
    sharp = [need for need in shot.needs if need not in CAPABILITIES]
    if tier == "final" and sharp:
        return sharp[0]
    return board.format.resolution


def audio_of(board: Storyboard, shot: Shot) -> bool | None:
    """Whether the model makes sound: as written, else where the prompt has words or sound."""
    if isinstance(shot.audio, bool):
        return shot.audio
    if board.defaults.audio is not None:
        return board.defaults.audio
    heard = isinstance(shot.prompt, Prompt) and bool(shot.prompt.dialogue or shot.prompt.sound)
    return True if heard or {"audio", "lip_sync"} & set(shot.needs) else None


def _capabilities(board: Storyboard, shot: Shot, mode: Mode) -> frozenset[str]:
    wanted = {need for need in shot.needs if need in CAPABILITIES}
    by_mode: dict[Mode, tuple[str, ...]] = {
        "first_frame": ("first_frame",),
        "first_last": ("first_frame", "last_frame"),
        "references": ("references",),
        "edit": ("source_video",),
        "extend": ("extend",),
        "motion": ("motion_video",),
    }
    wanted.update(by_mode.get(mode, ()))
    if isinstance(shot.audio, str):
        wanted.add("audio_file")
    elif shot.portrait:
        wanted.add("lip_sync")
    if shot.end_still == "same":
        wanted.add("last_frame")
    if shot.seed is not None:
        wanted.add("seed")
    if shot.guidance_scale is not None:
        wanted.add("guidance_scale")
    if shot.negative_prompt:
        wanted.add("negative_prompt")
    if audio_of(board, shot):
        wanted.add("audio")
    return frozenset(wanted)


def group_want_of(board: Storyboard, group: Group, tier: Tier, lengths: Lengths) -> Want:
    """What a group of shots wants of the one call that makes them all."""
    shots = group.shots
    place = {shot.id: index for index, shot in enumerate(board.shots)}
    wants = [want_of(board, place[shot.id], tier, lengths) for shot in shots]
    first = wants[0]
    mode = first.mode
    if shots[-1].end_still is not None and mode == "first_frame":
        mode = "first_last"
    pictured = [path for shot in shots for path in reference_paths(board, shot)]
    if mode == "text" and pictured:
        mode = "references"
    frames = {"first_last": {"last_frame"}, "references": {"references"}}.get(mode, set())
    able = frozenset({"multi_shot"} | frames).union(*(want.capabilities for want in wants))
    return replace(
        first,
        shot=group.place,
        mode=mode,
        seconds=sum((want.seconds for want in wants), Decimal(0)),
        audio=_any([want.audio for want in wants]),
        capabilities=able if mode == "references" else able - {"references"},
        references=len(set(pictured)) if mode == "references" else 0,
        protected=any(want.protected for want in wants),
        sharp=any(want.sharp for want in wants),
    )


def wants_of(board: Storyboard, tier: Tier, lengths: Lengths) -> dict[str, Want]:
    """What each call wants that makes shots, by its place: one for a shot, or for a group."""
    found = {}
    for index, shot in enumerate(board.shots):
        group = group_of(board, shot)
        if group is None:
            found[shot.id] = want_of(board, index, tier, lengths)
        elif group.shots[0] is shot:
            found[group.place] = group_want_of(board, group, tier, lengths)
    return found


def _any(switches: list[bool | None]) -> bool | None:
    """On where one of them is, off where one is and none is on."""
    return True if True in switches else False if False in switches else None


STAGE_KINDS: dict[Stage, tuple[Kind, Mode]] = {
    "lip-sync": ("lip-sync", "lip_sync"),
    "upscale": ("upscale", "upscale"),
    "interpolate": ("interpolate", "interpolate"),
}


def stage_want_of(
    board: Storyboard, index: int, stage: Stage, made: Want, maker: str, lengths: Lengths
) -> Want:
    """What is asked of whoever works on a finished take; `made` is what the take was asked as, with
    how it is (`upon`), and `maker` the provider that made it.
    """
    shot = board.shots[index]
    enhance, (kind, mode) = shot.enhance, STAGE_KINDS[stage]
    named = enhance.model if enhance and stage != "lip-sync" else None
    field = "lip_sync" if stage == "lip-sync" else "enhance"
    rate = enhance.interpolate if enhance and stage == "interpolate" else None
    size = enhance.upscale if enhance and stage != "lip-sync" else None
    able = {"source_video"} | ({"audio_file"} if stage == "lip-sync" else set())
    return replace(
        made,
        shot=f"{shot.id}.{stage}",
        kind=kind,
        mode=mode,
        model=named,
        why="named by the shot" if named else f"cheapest live model for {stage}",
        provider=None,
        resolution=size or made.resolution,
        rate=made.rate if rate is None else Decimal(rate),
        audio=None,
        capabilities=frozenset(able),
        loc=("shots", index, field),
        model_loc=("shots", index, field, "model") if named else ("shots", index, field),
        source_video=False,
        given_seconds=lengths.get(shot.lip_sync or "") if stage == "lip-sync" else None,
        maker=maker,
        camera=None,
        references=0,
    )


def generated(still: object) -> Still | None:
    """The still, where it is one to generate."""
    return still if isinstance(still, Still) else None
