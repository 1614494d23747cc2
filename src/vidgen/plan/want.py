"""What one shot asks of whoever makes it, with defaults, roles and the tier applied. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vidgen.camera import parse as parse_camera
from vidgen.job import CAPABILITIES, Camera, Kind, Mode, Tier
from vidgen.storyboard import CameraAxes, DraftOf, Prompt, Shot, Still, Storyboard

DEFAULT_SECONDS = Decimal(5)


@dataclass(frozen=True, slots=True)
class Want:
    """A shot's wishes, resolved. `model` is None where the planner is to choose.

    `why` says where the model was named; `capabilities` must all be offered; `loc` is the place in
    the storyboard that a fault about this wish points at.
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
    loc: tuple[str | int, ...]
    source_video: bool = False
    references: int = 0
    negative_is_own: bool = False
    seconds_are_exact: bool = False


def want_of(board: Storyboard, index: int, tier: Tier) -> Want:
    """What shot number `index` wants at `tier`."""
    shot = board.shots[index]
    model, why = _model(board, shot, tier)
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
        source_video=shot.source is not None,
        references=len(reference_paths(board, shot)) if mode == "references" else 0,
        negative_is_own=shot.negative_prompt is not None,
        seconds_are_exact=tier == "animatic",
    )


def _model(board: Storyboard, shot: Shot, tier: Tier) -> tuple[str | None, str]:
    if tier == "animatic":
        return "animatic", "the animatic"
    if tier == "draft":
        for draft, where in ((shot.draft, "the shot's draft"), (board.draft, "the draft tier")):
            if draft and draft.model:
                return draft.model, where
    if shot.model:
        return shot.model, "named by the shot"
    if shot.role and shot.role in board.rotation:
        return board.rotation[shot.role], f"role {shot.role}"
    if shot.needs:
        return None, f"cheapest live model with {', '.join(shot.needs)}"
    if board.defaults.model:
        return board.defaults.model, "the default model"
    if board.defaults.role and board.defaults.role in board.rotation:
        return board.rotation[board.defaults.role], f"role {board.defaults.role}, by default"
    return None, "cheapest live model that can"


def _provider(board: Storyboard, shot: Shot, tier: Tier) -> str | None:
    if tier == "animatic":
        return "animatic"
    if tier == "draft":
        draft = shot.draft or board.draft or DraftOf()
        return draft.provider
    return shot.provider


def mode_of(board: Storyboard, shot: Shot, tier: Tier) -> Mode:
    """What the call is given besides its prompt."""
    if tier != "animatic":
        if shot.source:
            return "edit"
        if shot.motion:
            return "motion"
        if shot.portrait:
            return "avatar"
    starts = shot.chain is not None or shot.still is not None or shot.portrait is not None
    if starts:
        return "first_last" if shot.end_still is not None else "first_frame"
    if tier != "animatic" and reference_paths(board, shot):
        return "references"
    return "text"


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


def seconds_of(board: Storyboard, shot: Shot) -> Decimal:
    """The length of a take as asked for, in seconds."""
    return shot.duration or board.defaults.duration or DEFAULT_SECONDS


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
    """Whether the model is to make sound: as written, else on where the prompt has words or sound."""
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
        "motion": ("motion_video",),
        "avatar": ("audio_file",),
    }
    wanted.update(by_mode.get(mode, ()))
    if shot.seed is not None:
        wanted.add("seed")
    if shot.guidance_scale is not None:
        wanted.add("guidance_scale")
    if shot.negative_prompt:
        wanted.add("negative_prompt")
    if audio_of(board, shot):
        wanted.add("audio")
    return frozenset(wanted)


def camera_of(shot: Shot) -> Camera | None:
    """The shot's camera move in axes, where its words or numbers say one."""
    asked = shot.camera
    if isinstance(asked, CameraAxes):
        return Camera(words="", **{axis: getattr(asked, axis) for axis in Camera.AXES})
    words = asked
    if words is None and isinstance(shot.prompt, Prompt):
        words = shot.prompt.camera
    return parse_camera(words) if words else None


def generated(still: object) -> Still | None:
    """The still, where it is one to generate."""
    return still if isinstance(still, Still) else None
