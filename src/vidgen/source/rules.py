"""What must hold between the parts of a storyboard: names exist, chains begin, time suffices.

Pure: the shape of every part is already right. Each rule is a function that yields faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from vidgen.errors import Fault
from vidgen.job import CAPABILITIES
from vidgen.storyboard import (
    DEFAULT_SECONDS,
    RESOLUTIONS,
    Prompt,
    Shot,
    Storyboard,
    Transition,
)
from vidgen.yamlfile import Document, Loc, nearest

WELL_KNOWN_ROLES = frozenset({"hero", "workhorse", "broll"})
RESERVED = ("previous", "same")


@dataclass(frozen=True)
class Board:
    """A storyboard with what the rules look up again and again."""

    board: Storyboard
    document: Document
    order: dict[str, int]

    @property
    def shots(self) -> Iterator[tuple[Loc, Shot]]:
        """Every shot with its path in the file."""
        return ((("shots", index), shot) for index, shot in enumerate(self.board.shots))

    def fault(self, loc: Loc, code: str, message: str, hint: str = "") -> Fault:
        """A fault at a path of the file."""
        return self.document.fault(loc, code, message, hint)

    def line(self, loc: Loc) -> int:
        """The line of a path of the file, 1-based."""
        return self.document.place(loc)[0]


def rule_faults(board: Storyboard, document: Document) -> list[Fault]:
    """Every broken rule of a storyboard whose shape is right."""
    order: dict[str, int] = {}
    for index, shot in enumerate(board.shots):
        order.setdefault(shot.id, index)
    whole = Board(board, document, order)
    return [fault for rule in RULES for fault in rule(whole)]


def _ids(it: Board) -> Iterator[Fault]:
    for loc, shot in it.shots:
        first = it.order[shot.id]
        if first != loc[1]:
            line = it.line(("shots", first, "id"))
            message = f"the id `{shot.id}` is taken by the shot on line {line}"
            yield it.fault(
                (*loc, "id"), "duplicate-id", message, "give each shot a name of its own"
            )
        elif shot.id in RESERVED:
            message = f"`{shot.id}` means something in `chain` and `end_still`"
            yield it.fault((*loc, "id"), "reserved-id", message, "give the shot another name")


# -- chains -------------------------------------------------------------------------------------


def _chains(it: Board) -> Iterator[Fault]:
    starts = {shot.id: _start(it, shot) for _, shot in it.shots}
    loops = _loops(starts)
    for loc, shot in it.shots:
        if shot.chain is None:
            continue
        here = (*loc, "chain")
        loop = loops.get(shot.id)
        start = starts[shot.id]
        if start is None:
            yield _nowhere(it, here, shot)
        elif loop:
            if loop[0] == shot.id:
                yield it.fault(here, "chain-loop", *_loop_words(loop))
        elif it.order[start] > it.order[shot.id]:
            message = f"shot `{shot.id}` starts from `{start}`, which comes after it"
            yield it.fault(here, "chain-to-later", message, f"move `{start}` before `{shot.id}`")
        else:
            yield from _hop(it, loc, shot, it.board.shots[it.order[start]])


def _start(it: Board, shot: Shot) -> str | None:
    start = it.board.upstream(shot)
    return start if start in it.order else None


def _loops(starts: dict[str, str | None]) -> dict[str, tuple[str, ...]]:
    """Each shot that stands in a loop, with the loop, beginning at its first shot in the film."""
    loops: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    for first in starts:
        path: list[str] = []
        here: str | None = first
        while here is not None and here not in seen:
            seen.add(here)
            path.append(here)
            here = starts[here]
        if here in path:
            loop = path[path.index(here) :]
            turn = loop.index(min(loop, key=list(starts).index))
            loop = loop[turn:] + loop[:turn]
            loops.update(dict.fromkeys(loop, tuple(loop)))
    return loops


def _loop_words(loop: tuple[str, ...]) -> tuple[str, str]:
    if len(loop) == 1:
        return f"shot `{loop[0]}` starts from itself", "take `chain` out, or name another shot"
    names = " -> ".join(f"`{name}`" for name in (*loop, loop[0]))
    message = f"these shots start from each other, so none can be first: {names}"
    return message, "take `chain` out of one of them"


def _nowhere(it: Board, here: Loc, shot: Shot) -> Fault:
    if shot.chain == "previous":
        message = f"shot `{shot.id}` is the first, and there is no previous one to start from"
        return it.fault(here, "chain-to-nothing", message, "give it a `still` instead")
    near = nearest(str(shot.chain), (*it.order, "previous"))
    hint = f"did you mean `{near}`?" if near else "name a shot, or `previous`"
    message = f"shot `{shot.id}` starts from `{shot.chain}`, and no shot is called that"
    return it.fault(here, "chain-to-nothing", message, hint)


def _hop(it: Board, loc: Loc, shot: Shot, start: Shot) -> Iterator[Fault]:
    given = [key for key in ("still", "source", "portrait") if getattr(shot, key) is not None]
    for key in given:
        message = f"shot `{shot.id}` has a `{key}` and a `chain`: it cannot start from both"
        yield it.fault((*loc, "chain"), "two-starts", message, "take one of them out")
    film = it.board.format.aspect
    ours, theirs = shot.aspect or film, start.aspect or film
    if ours != theirs:
        message = (
            f"shot `{shot.id}` is {ours} and starts from the last frame of `{start.id}`, "
            f"which is {theirs}"
        )
        hint = "give both the same `aspect`: a frame cannot change its shape on the way"
        yield it.fault((*loc, "chain"), "chain-across-aspects", message, hint)


# -- names --------------------------------------------------------------------------------------


def _roles(it: Board) -> Iterator[Fault]:
    known = it.board.rotation
    default = it.board.defaults.role
    if default is not None and default not in known:
        yield _unknown(it, ("defaults", "role"), "role", default, known, "`rotation`")
    for loc, shot in it.shots:
        role = shot.role
        if role is None or role in known or (shot.model and role in WELL_KNOWN_ROLES):
            continue
        yield _unknown(it, (*loc, "role"), "role", role, known, "`rotation`")


def _needs(it: Board) -> Iterator[Fault]:
    known = (*CAPABILITIES, *RESOLUTIONS)
    for loc, shot in it.shots:
        for index, need in enumerate(shot.needs):
            if need not in known:
                near = nearest(need, known)
                hint = f"did you mean `{near}`?" if near else f"known are {', '.join(CAPABILITIES)}"
                message = f"shot `{shot.id}` needs `{need}`, which is no capability or resolution"
                yield it.fault((*loc, "needs", index), "unknown-need", message, hint)


def _cast(it: Board) -> Iterator[Fault]:
    known = it.board.cast
    for loc, shot in it.shots:
        for index, name in enumerate(shot.cast):
            if name not in known:
                yield _unknown(it, (*loc, "cast", index), "cast member", name, known, "`cast`")
        for at, prompt in _prompts(loc, shot):
            for index, line in enumerate(prompt.dialogue):
                if line.by is not None and line.by not in known:
                    where = (*at, "dialogue", index, "by")
                    yield _unknown(it, where, "cast member", line.by, known, "`cast`")


def _prompts(loc: Loc, shot: Shot) -> Iterator[tuple[Loc, Prompt]]:
    if isinstance(shot.prompt, Prompt):
        yield (*loc, "prompt"), shot.prompt
    for index, prompt in enumerate(shot.alternate):
        if isinstance(prompt, Prompt):
            yield (*loc, "alternate", index), prompt


def _voiceover(it: Board) -> Iterator[Fault]:
    for index, line in enumerate(it.board.sound.voiceover):
        if isinstance(line.at, str) and line.at not in it.order:
            where = ("sound", "voiceover", index, "at")
            yield _unknown(it, where, "shot", line.at, it.order, "`shots`")


def _unknown(it: Board, loc: Loc, kind: str, name: str, known: object, place: str) -> Fault:
    names = [str(word) for word in known] if isinstance(known, dict) else []
    near = nearest(name, names)
    if near:
        hint = f"did you mean `{near}`?"
    elif names:
        listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        hint = f"{place} has {listed}"
    else:
        hint = f"add it to {place}"
    code = f"unknown-{kind.split()[0]}"
    return it.fault(loc, code, f"no {kind} is called `{name}`", hint)


def _deliver(it: Board) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for index, wanted in enumerate(it.board.deliver):
        other = first.setdefault(wanted.name.lower(), index)
        if other != index:
            line = it.line(("deliver", other, "name"))
            message = f"the deliverable on line {line} is called `{wanted.name}` too"
            hint = "each is a file of its own and needs a name of its own"
            yield it.fault(("deliver", index, "name"), "duplicate-name", message, hint)


def _variants(it: Board) -> Iterator[Fault]:
    variants = it.board.variants
    if variants is None:
        return
    for axis, values in variants.axes.items():
        if not values:
            yield it.fault(
                ("variants", "axes", axis), "empty-value", f"the axis `{axis}` has no values", ""
            )
    for index, excluded in enumerate(variants.exclude):
        for axis, value in excluded.items():
            where = ("variants", "exclude", index, axis)
            if axis not in variants.axes:
                yield _unknown(it, where, "axis", axis, variants.axes, "`axes`")
            elif value not in variants.axes[axis]:
                known = dict.fromkeys(variants.axes[axis])
                yield _unknown(it, where, f"value of `{axis}`", value, known, f"`{axis}`")


# -- what a shot is made from -------------------------------------------------------------------


def _media(it: Board) -> Iterator[Fault]:
    for loc, shot in it.shots:
        tools = [key for key in ("source", "motion", "portrait") if getattr(shot, key) is not None]
        if len(tools) > 1:
            named = " and ".join(f"`{key}`" for key in tools)
            message = f"shot `{shot.id}` has {named}: each asks for another kind of model"
            yield it.fault((*loc, tools[1]), "two-kinds", message, "make them separate shots")
            continue
        yield from _one_kind(it, loc, shot)
        first = next((one for one in it.board.shots if one.group == shot.group), shot)
        start = shot if shot.group is None else first
        starts = start.still is not None or start.chain is not None
        if shot.end_still is not None and shot.portrait is None and not starts:
            where = "where it starts" if shot.end_still == "same" else "on a picture"
            message = f"shot `{shot.id}` ends {where}, and it starts from no picture"
            hint = "add the `still` it starts from, or a `chain`"
            yield it.fault((*loc, "end_still"), "no-start", message, hint)


def _one_kind(it: Board, loc: Loc, shot: Shot) -> Iterator[Fault]:
    stills = [key for key in ("still", "end_still") if getattr(shot, key) is not None]
    clash = next((key for key in ("source", "portrait") if getattr(shot, key) is not None), None)
    if clash and stills:
        message = f"shot `{shot.id}` has a `{clash}` and a `{stills[0]}`: it is made from one"
        yield it.fault((*loc, stills[0]), "two-starts", message, "take one of them out")
    speaks = isinstance(shot.audio, str) or (
        isinstance(shot.prompt, Prompt) and bool(shot.prompt.dialogue)
    )
    if shot.portrait is not None and not speaks:
        message = f"shot `{shot.id}` has a `portrait`, and nothing that it says"
        hint = "add `audio: FILE`, or `dialogue` in the prompt"
        yield it.fault((*loc, "portrait"), "silent-portrait", message, hint)
    held = (shot.still, shot.chain, *shot.references, *shot.cast)
    if shot.motion is not None and not any(held):
        message = f"shot `{shot.id}` has a `motion`, and nobody to give it to"
        hint = "add a `still`, `cast` or `references` of who moves"
        yield it.fault((*loc, "motion"), "no-start", message, hint)


def _groups(it: Board) -> Iterator[Fault]:
    members: dict[str, list[int]] = {}
    for index, shot in enumerate(it.board.shots):
        if shot.group is not None:
            members.setdefault(shot.group, []).append(index)
    for name, group in members.items():
        for before, index in pairwise(group):
            where = ("shots", index, "group")
            shot = it.board.shots[index]
            if index != before + 1:
                other = it.board.shots[before + 1].id
                message = f"group `{name}` is broken by shot `{other}`, which is not in it"
                hint = "one call makes shots that follow each other"
                yield it.fault(where, "broken-group", message, hint)
            elif shot.chain is not None:
                message = f"shot `{shot.id}` is in group `{name}`, which goes on by itself"
                yield it.fault(("shots", index, "chain"), "chain-in-group", message, "take it out")
        yield from _one_call(it, name, group)
        if len(group) == 1:
            message = f"group `{name}` has only one shot"
            hint = "give the shots that go with it the same `group`"
            yield it.fault(("shots", group[0], "group"), "lone-group", message, hint)


ALONE = ("source", "motion", "portrait", "lip_sync", "enhance", "alternate")
"""What asks for a call of a shot's own."""

AS_THE_FIRST = (
    "role", "model", "provider", "aspect", "takes", "seed", "guidance_scale", "negative_prompt",
)  # fmt: skip
"""What one call has once, so that the first shot of a group says it for all."""


def _one_call(it: Board, name: str, group: list[int]) -> Iterator[Fault]:
    """What shots cannot have that are rendered in one call."""
    shots = [it.board.shots[index] for index in group]
    for place, (index, shot) in enumerate(zip(group, shots, strict=True)):
        alone = [key for key in ALONE if getattr(shot, key)]
        alone += ["audio"] if isinstance(shot.audio, str) else []
        alone += ["still"] if place and shot.still is not None else []
        alone += ["end_still"] if shot is not shots[-1] and shot.end_still is not None else []
        for key in alone:
            message = f"shot `{shot.id}` has `{key}`, which its group `{name}` has no place for"
            starts = "; a group starts from the first's `still`, and ends on the last's `end_still`"
            hint = "leave it out, or take the shot out of the group"
            hint += starts if key in ("still", "end_still") else ""
            yield it.fault(("shots", index, key), "alone-in-group", message, hint)
        for key in AS_THE_FIRST if place else ():
            theirs, ours = getattr(shots[0], key), getattr(shot, key)
            if ours is not None and ours != theirs:
                message = f"shot `{shot.id}` has another `{key}` than the first of group `{name}`"
                hint = "one call has one; write it at the first shot"
                yield it.fault(("shots", index, key), "unlike-in-group", message, hint)


# -- time ---------------------------------------------------------------------------------------


def _time(it: Board) -> Iterator[Fault]:
    played = [_played(it.board, shot) for shot in it.board.shots]
    overlaps = [_overlap(it.board, index) for index in range(len(played))]
    short: dict[Loc, list[int]] = {}
    first = it.board.shots[0].transition
    if first == "dissolve" or (isinstance(first, Transition) and first.kind != "cut"):
        shot = it.board.shots[0]
        message = f"shot `{shot.id}` is the first, and there is nothing for it to come in over"
        yield it.fault(("shots", 0, "transition"), "transition-at-start", message, "take it out")
    for index in range(len(played)):
        following = overlaps[index + 1] if index + 1 < len(played) else Decimal(0)
        if played[index] <= 0:
            yield _eaten(it, index)
        elif overlaps[index] + following >= played[index]:
            short.setdefault(_transition_place(it.board, index), []).append(index)
    for where, indexes in short.items():
        names = [f"`{it.board.shots[index].id}`" for index in indexes]
        listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        lone = f"plays {_s(played[indexes[0]])} once trimmed, and its transitions take all of it"
        tell = lone if len(names) == 1 else "play for less time than their transitions take"
        message = f"shot{'s' if len(names) > 1 else ''} {listed} {tell}"
        hint = "shorten the transitions, trim less, or ask for longer takes"
        yield it.fault(where, "transition-too-long", message, hint)


def _played(board: Storyboard, shot: Shot) -> Decimal:
    return _asked(board, shot) - sum(_trims(board, shot), Decimal(0))


def _asked(board: Storyboard, shot: Shot) -> Decimal:
    return shot.duration or board.defaults.duration or DEFAULT_SECONDS


def _trims(board: Storyboard, shot: Shot) -> tuple[Decimal, Decimal]:
    """What is cut off head and tail, in seconds: each the shot's own, else the default."""
    own, default = shot.trim, board.defaults.trim
    head = own.head if own and own.head is not None else default.head
    tail = own.tail if own and own.tail is not None else default.tail
    return head or Decimal(0), tail or Decimal(0)


def _overlap(board: Storyboard, index: int) -> Decimal:
    """How long a shot and the one before it overlap, in seconds."""
    wanted = board.shots[index].transition or board.defaults.transition or "cut"
    if index == 0 or wanted == "cut":
        return Decimal(0)
    if isinstance(wanted, Transition):
        return Decimal(0) if wanted.kind == "cut" else wanted.duration
    return Transition().duration


def _eaten(it: Board, index: int) -> Fault:
    shot = it.board.shots[index]
    own = shot.trim is not None
    key = "trim" if own else "duration" if shot.duration else None
    where: Loc = ("shots", index, key) if key else ("defaults", "trim")
    asked, cut = _asked(it.board, shot), sum(_trims(it.board, shot), Decimal(0))
    whose = f"the trim of shot `{shot.id}`" if key else "the default trim"
    message = f"{whose} cuts {_s(cut)} off a take of {_s(asked)}: nothing is left"
    return it.fault(where, "trimmed-away", message, "trim less, or ask for a longer take")


def _transition_place(board: Storyboard, index: int) -> Loc:
    for place in (index, index + 1):
        if place and place < len(board.shots) and board.shots[place].transition is not None:
            return ("shots", place, "transition")
    return ("defaults", "transition")


def _s(seconds: Decimal) -> str:
    return f"{seconds.normalize():f}s"


RULES: tuple[Callable[[Board], Iterator[Fault]], ...] = (
    _ids,
    _chains,
    _roles,
    _needs,
    _cast,
    _voiceover,
    _deliver,
    _variants,
    _media,
    _groups,
    _time,
)
