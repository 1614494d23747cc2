"""The craft's known mistakes: what is allowed, and will be regretted. Each is told once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vidgen.catalogue import Catalogue, pixels
from vidgen.catalogue.page import Life, Model
from vidgen.errors import Fault
from vidgen.named import named_models
from vidgen.places import group_of
from vidgen.source import Source
from vidgen.storyboard import Prompt, Shot, Storyboard

LONGEST_CHAIN = 3
SHAPE_TOLERANCE = Decimal("0.01")


@dataclass(frozen=True)
class Desk:
    """A source with the catalogue that its names are looked up in."""

    source: Source
    catalogue: Catalogue

    @property
    def board(self) -> Storyboard:
        """The storyboard."""
        return self.source.board

    def model(self, shot: Shot) -> Model | None:
        """The model that a shot names or gets by its role; None where the plan will pick one."""
        board = self.board
        name = shot.model or board.rotation.get(shot.role or "")
        if name is None and not shot.needs:
            name = board.defaults.model or board.rotation.get(board.defaults.role or "")
        return self.catalogue.find(name) if name else None


def warnings(source: Source, catalogue: Catalogue) -> tuple[Fault, ...]:
    """Every known mistake of the craft in a storyboard, in the order of the file."""
    desk = Desk(source, catalogue)
    found = [fault for look in CRAFT for fault in look(desk)]
    return tuple(sorted(dict.fromkeys(found), key=lambda fault: (fault.line, fault.column)))


# -- pictures -----------------------------------------------------------------------------------


def _words_alone(it: Desk) -> Iterator[Fault]:
    bare = [index for index, shot in enumerate(it.board.shots) if _starts_from_nothing(it, shot)]
    if bare:
        names = _listed([it.board.shots[index].id for index in bare])
        message = f"{names} from words alone: what it looks like is left to the model"
        hint = (
            "`still: FILE`, or `still: {prompt: ...}`, shows the picture before motion is paid for"
        )
        yield it.source.fault(("shots", bare[0], "id"), "text-to-video", message, hint)


def _starts_from_nothing(it: Desk, shot: Shot) -> bool:
    """Whether nothing says what a shot looks like. Of a group that is for its first shot to say:
    no other may have a still.
    """
    group = group_of(it.board, shot)
    if group is not None and group.shots[0] is not shot:
        return False
    held = (shot.still, shot.chain, shot.source, shot.motion, shot.portrait, *shot.references)
    pictured = any(it.board.cast[name].images for name in shot.cast if name in it.board.cast)
    return not any(held) and not pictured and "text" not in shot.needs


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:4])
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return f"shot {shown} starts" if len(names) == 1 else f"shots {shown}{more} start"


def _still_sizes(it: Desk) -> Iterator[Fault]:
    for index, shot in enumerate(it.board.shots):
        aspect = shot.aspect or it.board.format.aspect
        wanted = pixels(it.board.format.resolution, aspect)
        for key in ("still", "end_still", "portrait"):
            path = getattr(shot, key)
            size = it.source.sizes.get(path) if isinstance(path, str) else None
            if size:
                yield from _one_size(it, ("shots", index, key), path, size, aspect, wanted)


def _one_size(
    it: Desk,
    loc: tuple[Any, ...],
    path: str,
    size: tuple[int, int],
    aspect: str,
    wanted: tuple[int, int],
) -> Iterator[Fault]:
    across, down = size
    least = f"{wanted[0]}x{wanted[1]}"
    ratio = Decimal(across * wanted[1]) / Decimal(down * wanted[0])
    if abs(ratio - 1) > SHAPE_TOLERANCE:
        message = (
            f"`{path}` is {across}x{down}, and the shot is {aspect}: its edges will be cut off"
        )
        hint = f"crop it to {aspect} yourself, at least {least}"
        yield it.source.fault(loc, "still-of-another-shape", message, hint)
    elif across < wanted[0] or down < wanted[1]:
        message = f"`{path}` is {across}x{down}; {it.board.format.resolution} wants {least}"
        hint = "a model cannot put in what the still does not show: give it the full size"
        yield it.source.fault(loc, "small-still", message, hint)


def _aspects(it: Desk) -> Iterator[Fault]:
    film = it.board.format.aspect
    for index, shot in enumerate(it.board.shots):
        if shot.aspect and shot.aspect != film:
            message = f"shot `{shot.id}` is {shot.aspect} in a film of {film}"
            hint = "leave `aspect` out; another shape of the whole film is a deliverable"
            yield it.source.fault(("shots", index, "aspect"), "mixed-aspects", message, hint)


def _chains(it: Desk) -> Iterator[Fault]:
    hops: dict[str, tuple[str, ...]] = {}
    for index, shot in enumerate(it.board.shots):
        start = it.board.upstream(shot)
        hops[shot.id] = (*hops[start], start) if start in hops else ()
        if len(hops[shot.id]) == LONGEST_CHAIN + 1:
            names = " -> ".join(f"`{name}`" for name in (*hops[shot.id], shot.id))
            message = f"a chain of more than {LONGEST_CHAIN} hops: {names}"
            hint = "faces and light drift with every hop; start again from a still"
            yield it.source.fault(("shots", index, "chain"), "long-chain", message, hint)


# -- words and sound ----------------------------------------------------------------------------


def _prompts(it: Desk) -> Iterator[Fault]:
    for index, shot in enumerate(it.board.shots):
        if shot.prompt is None or shot.prompt == Prompt():
            message = f"shot `{shot.id}` has no prompt: the model is told nothing"
            hint = "say what moves, and how the camera does"
            yield it.source.fault(("shots", index, "id"), "no-prompt", message, hint)


def _silence(it: Desk) -> Iterator[Fault]:
    sound = it.board.sound
    if sound.music or sound.voiceover or any(_sounds(it, shot) for shot in it.board.shots):
        return
    message = "nothing in this film makes a sound"
    hint = "add `sound: {music: {file: ...}}`, or `audio: true` where the model can"
    yield it.source.fault(("shots",), "no-sound", message, hint)


def _sounds(it: Desk, shot: Shot) -> bool:
    asked = it.board.defaults.audio if shot.audio is None else shot.audio
    if asked or shot.lip_sync or {"audio", "lip_sync"} & set(shot.needs):
        return True
    prompt = shot.prompt if asked is None and isinstance(shot.prompt, Prompt) else Prompt()
    model = it.model(shot)
    return bool(prompt.dialogue or prompt.sound) or (model is not None and model.audio == "always")


def _cast(it: Desk) -> Iterator[Fault]:
    for name, member in it.board.cast.items():
        if not member.look and not member.images:
            message = f"cast member `{name}` has neither a look nor images"
            hint = "nothing then holds them the same from shot to shot"
            yield it.source.fault(("cast", name), "faceless-cast", message, hint)


# -- money and models ---------------------------------------------------------------------------


def _untested(it: Desk) -> Iterator[Fault]:
    if it.board.draft:
        return
    shots: dict[str, list[int]] = {}
    for index, shot in enumerate(it.board.shots):
        model = it.model(shot)
        if model and model.tier == "premium" and shot.draft is None:
            shots.setdefault(model.id, []).append(index)
    for name, indexes in shots.items():
        first = it.board.shots[indexes[0]].id
        whose = f"shot `{first}`" + (f" and {len(indexes) - 1} more" if len(indexes) > 1 else "")
        goes = "goes" if len(indexes) == 1 else "go"
        message = f"{whose} {goes} to `{name}`, a premium model, with no draft to try first"
        hint = "`draft: {model: ..., resolution: 480p}` finds mistakes for a tenth of the price"
        yield it.source.fault(("shots", indexes[0], "id"), "untested-premium", message, hint)


def _rerolls(it: Desk) -> Iterator[Fault]:
    budget = it.board.budget
    if budget is None or budget.rerolls is None:
        message = "no allowance for re-rolls: the plan counts every shot as right the first time"
        hint = "`budget: {rerolls: 2.5}` reserves for takes that have to be made again"
        yield it.source.fault(("budget",), "no-rerolls", message, hint)


def _retired(it: Desk) -> Iterator[Fault]:
    for named in named_models(it.board):
        model = it.catalogue.find(named.name)
        if model is None:
            continue
        routes = [route for route in it.catalogue.routes(model.id) if route.live]
        ending = _ending(model.life, sold=bool(routes))
        if ending:
            instead = _instead(it, model.life.successor, routes)
            yield it.source.fault(named.loc, "retired-model", f"`{model.id}` {ending}", instead)


def _ending(life: Life, *, sold: bool) -> str:
    """How a model's life has ended or will; empty where it goes on."""
    if life.state == "never":
        return "cannot be had by API" + (f": {life.note}" if life.note else "")
    if life.state == "retired":
        return "was retired" + (f" on {life.since}" if life.since else "")
    if life.retires:
        return f"is to be retired on {life.retires}"
    return "" if sold else "is sold by nobody that the catalogue knows"


def _instead(it: Desk, successor: str | None, routes: list[Any]) -> str:
    """The successor with who sells it, and where the model itself can still be had."""
    parts = []
    if successor:
        sellers = _sellers([route for route in it.catalogue.routes(successor) if route.live])
        parts.append(f"its successor is `{successor}`" + (f" ({sellers})" if sellers else ""))
    if routes:
        parts.append(f"still live at {_sellers(routes)}")
    return "; ".join(parts) or "`vidgen models` lists what is live"


def _sellers(routes: list[Any]) -> str:
    names = list(dict.fromkeys(route.provider.provider for route in routes))
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


# -- the file -----------------------------------------------------------------------------------


def _leftovers(it: Desk) -> Iterator[Fault]:
    for loc, value in it.source.document.walk():
        if value is None and loc:
            message = f"{_called(it, loc)} is empty, and counts as not written"
            yield it.source.fault(loc, "empty-value", message, "give it a value, or take it out")
        elif isinstance(value, str) and "${" in value:
            message = f"{_called(it, loc)} has `${{...}}` in it, which stays as it stands"
            hint = "substitution comes with variants; write the words out until then"
            yield it.source.fault(loc, "not-substituted", message, hint)


def _called(it: Desk, loc: tuple[Any, ...]) -> str:
    shot = loc[0] == "shots" and len(loc) > 1
    name = ".".join(str(step) for step in loc[2 * shot :] if isinstance(step, str))
    return f"`{name}`" + (f" of shot `{it.board.shots[loc[1]].id}`" if shot else "")


CRAFT: tuple[Callable[[Desk], Iterator[Fault]], ...] = (
    _words_alone,
    _still_sizes,
    _aspects,
    _chains,
    _prompts,
    _silence,
    _cast,
    _untested,
    _rerolls,
    _retired,
    _leftovers,
)
