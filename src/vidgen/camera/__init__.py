"""The craft's words for camera moves, read into numbers: `slow push in with a slight pan left`.

Pure: a sentence in, signed axes out. Knows English words only, never guesses a move from a word it
does not know, and never rewrites what the author said: the words travel on beside the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from vidgen.camera.words import (
    AMOUNTS,
    BEFORE_A_THING,
    BREAKS,
    CAMERA_ONLY,
    CAMERA_WHEN_DIRECTED,
    DIRECTIONS,
    FILLER,
    HEADS,
    KINDS,
    NOT,
    OPPOSITE,
    PHRASES,
    STRONGER,
    USUAL,
    Head,
)
from vidgen.job import Camera

_FULL = Decimal(10)
_HALF = Decimal("0.5")


def parse(words: str) -> Camera | None:
    """The move that `words` name, with the words kept; None where no word of a move is known."""
    moves = _read(words).moves
    if not moves:
        return None
    axes: dict[str, Decimal] = {}
    steps = [step for move in moves for step in move.axes()]
    for axis, weight, amount in sorted(steps, key=lambda step: -abs(step[1])):
        if abs(weight) == 1 or axis not in axes:  # said outright comes before implied
            axes[axis] = max(axes.get(axis, Decimal(0)), weight * amount, key=abs)
    return Camera(words=words.strip(), **{axis: _plain(amount) for axis, amount in axes.items()})


def _plain(amount: Decimal) -> Decimal:
    """An amount as an author would write it: `3`, not `3.0`, so that both make the same job."""
    whole = amount.to_integral_value()
    return whole if whole == amount else amount


def unrecognised(words: str) -> tuple[str, ...]:
    """What the animatic cannot make a move of, phrase by phrase, in the order it was written."""
    return tuple(_read(words).unknown)


def spoken_in(prompt: str) -> Camera | None:
    """The move that a free prompt names in a clause of its own: `…, warm light, slow orbit`.

    Only a clause in which every word is understood counts, and whose verb is the camera's, so that
    neither `crema rises` nor `she pulls the lever down` moves the camera.
    """
    for clause in re.split(r"[.,;:!?\n()]+|\bas\b|\bwhile\b", prompt, flags=re.IGNORECASE):
        reading = _read(clause)
        if reading.moves and not reading.unknown and reading.of_the_camera:
            return parse(clause)
    return None


@dataclass(slots=True)
class _Move:
    """A move being read: the word it was named by, how far, and where to."""

    name: str
    amount: Decimal | None
    directions: list[str] = field(default_factory=list)

    @property
    def head(self) -> Head:
        return HEADS[self.name]

    def takes(self, direction: str) -> bool:
        return direction in KINDS[self.head.kind] and direction not in self.directions

    def axes(self) -> Iterator[tuple[str, Decimal, Decimal]]:
        """Each axis this move sets, the sign or weight on it, and the amount."""
        usual = self.head.amount
        amount = usual
        if self.amount is not None:
            amount = max(self.amount, USUAL) if usual > USUAL else self.amount * usual / USUAL
        amount = (amount / _HALF).to_integral_value() * _HALF
        for direction in self.directions or [self.head.toward]:
            for axis, weight in KINDS[self.head.kind][direction]:
                yield axis, weight, min(amount, _FULL)


@dataclass(slots=True)
class _Reading:
    """What a sentence came to: its moves, the words nobody knew, and whose moves they are."""

    moves: list[_Move] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    things: bool = False
    says_camera: bool = False

    @property
    def of_the_camera(self) -> bool:
        """Whether it is the camera that moves, not something in the picture."""
        if self.says_camera:
            return True
        if all(move.head.kind == "still" for move in self.moves) and self.things:
            return False
        return any(
            move.name in CAMERA_ONLY or (move.name in CAMERA_WHEN_DIRECTED and move.directions)
            for move in self.moves
        )


def _tokens(words: str) -> list[str]:
    """Words in lower case, known phrases made one word, and the signs that break clauses."""
    text = re.sub(r"\s+", " ", re.sub(r"[^a-z0-9,;.:+&/]+", " ", words.lower()))
    for phrase in sorted(PHRASES, key=len, reverse=True):
        text = re.sub(rf"\b{phrase}\b", PHRASES[phrase], text)
    return re.findall(r"[a-z0-9][a-z0-9-]*|[,;.:+&/]", text)


def _stem(word: str) -> str:
    """The plain form of a verb the tables know (`pushes`, `panning`, `tracked`), else the word."""
    if word in HEADS or word in DIRECTIONS or word in AMOUNTS:
        return word
    for ending in ("ing", "ed", "es", "s"):
        if not word.endswith(ending):
            continue
        base = word.removesuffix(ending)
        doubled = base[-1:] == base[-2:-1]
        forms = (base, f"{base}e", base[:-1] if doubled else base, re.sub("i$", "y", base))
        for form in forms:
            if form in HEADS:
                return form
    return word


class _Reader:
    """Walks the words once, left to right; `thing` is set inside words for what is looked at."""

    def __init__(self) -> None:
        self.found = _Reading()
        self.amount: Decimal | None = None
        self.early: str | None = None
        self.stronger = self.denied = self.introduced = self.thing = False
        self.strange: list[str] = []

    def read(self, word: str, following: str) -> None:
        """Take one word, seeing the next."""
        stem = _stem(word)
        if word in BREAKS or not word[0].isalnum():
            self.pause(ends_thing=word not in {"and", "&"})
        elif word in {"camera", "cam"}:
            self.camera()
        elif word in BEFORE_A_THING and (self.found.moves or stem not in HEADS):
            self.introduced = True
        elif stem in HEADS and not (self.thing and stem == word):
            self.head(stem)
        elif self.thing and not (word in DIRECTIONS and following in {"to", "toward", "towards"}):
            return
        else:
            self.detail(word)

    def detail(self, word: str) -> None:
        """A word that says how or where to, or one that nobody knows."""
        if word in NOT:
            self.denied = True
        elif word in STRONGER:
            self.stronger = True
        elif word in DIRECTIONS:
            self.direction(DIRECTIONS[word])
        elif word in AMOUNTS:
            self.level(word)
        elif word in FILLER or re.fullmatch(r"\d+(mm|deg|s)?", word):
            return
        elif self.found.moves and self.introduced:
            self.thing = self.found.things = True
        else:
            self.strange.append(word.replace("-", " "))
            return
        self.flush()

    def camera(self) -> None:
        """`… she turns left, the camera …`: what came before was not about the camera."""
        self.found.says_camera = True
        self.early, self.thing, self.introduced = None, False, False
        if not self.found.moves:
            self.strange.clear()
            self.found.unknown.clear()

    def head(self, name: str) -> None:
        """A word that names a move."""
        self.flush()
        self.thing = self.introduced = False
        if not self.denied:
            move = _Move(name, self.amount)
            if self.early and move.takes(self.early):
                move.directions.append(self.early)
            self.found.moves.append(move)
        self.denied = False
        self.amount = self.early = None

    def direction(self, toward: str) -> None:
        """A word that says where to; one that comes before its move waits for it."""
        self.introduced = False
        if not self.found.moves:
            self.early = toward
            return
        move = self.found.moves[-1]
        if OPPOSITE[toward] in move.directions:  # left, then right: two moves, and this knows one
            self.strange.append(f"then {toward}")
        elif move.takes(toward):
            move.directions.append(toward)

    def level(self, word: str) -> None:
        """A word that says how much: an adverb looks back to a move without one, others ahead."""
        level = AMOUNTS[word]
        if self.stronger:
            level = min(_FULL, level + 2) if level > USUAL else max(Decimal(1), level - 1)
            self.stronger = False
        last = self.found.moves[-1] if self.found.moves else None
        if word.endswith("ly") and last and last.amount is None and self.amount is None:
            last.amount = level
        else:
            self.amount = level

    def pause(self, *, ends_thing: bool) -> None:
        """A clause has ended: an amount left over is the last move's, if that has none."""
        last = self.found.moves[-1] if self.found.moves else None
        if self.amount is not None and last and last.amount is None:
            last.amount, self.amount = self.amount, None
        if ends_thing:
            self.thing = self.introduced = False
            self.flush()

    def flush(self) -> None:
        """Strange words that stood together are one phrase."""
        if self.strange:
            self.found.unknown.append(" ".join(self.strange))
            self.strange = []


def _read(words: str) -> _Reading:
    reader = _Reader()
    for word, following in pairwise([*_tokens(words), ""]):
        reader.read(word, following)
    reader.pause(ends_thing=True)
    return reader.found
