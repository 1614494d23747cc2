"""Parts of the language that are read and checked, and do nothing yet in this version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vidgen.camera import unrecognised
from vidgen.errors import Fault
from vidgen.source import Source
from vidgen.storyboard import Prompt, Storyboard


@dataclass(frozen=True, slots=True)
class Idle:
    """A part without effect: where it is first written, its name, and what happens instead."""

    loc: tuple[Any, ...]
    part: str
    instead: str


def no_effect(source: Source) -> tuple[Fault, ...]:
    """A note for each part that has no effect yet, at the first place where it is written."""
    first: dict[str, Idle] = {}
    for idle in _of_film(source.board):
        first.setdefault(idle.part, idle)
    notes = [
        source.fault(idle.loc, "no-effect", f"`{idle.part}` has no effect yet: {idle.instead}")
        for idle in first.values()
    ]
    notes += _unknown_moves(source)
    return tuple(sorted(notes, key=lambda note: (note.line, note.column)))


def _unknown_moves(source: Source) -> Iterator[Fault]:
    """Camera words that the animatic makes no move of; a hosted model may well know them."""
    for index, shot in enumerate(source.board.shots):
        loc: tuple[Any, ...] = ("shots", index, "camera")
        words = shot.camera
        if words is None and isinstance(shot.prompt, Prompt):
            loc, words = ("shots", index, "prompt", "camera"), shot.prompt.camera
        if isinstance(words, str):
            for phrase in unrecognised(words):
                message = f"the animatic makes no move of `{phrase}`; it is sent as it is"
                yield source.fault(loc, "unknown-camera-move", message, KNOWN_MOVES)


KNOWN_MOVES = "docs/animatic.md lists the words it knows"


def _of_film(board: Storyboard) -> Iterator[Idle]:
    if board.captions:
        yield Idle(("captions",), "captions", "no words are put on the picture")
    if board.look:
        yield Idle(("look",), "look", "the film keeps the colours of its takes")
    if board.end_card:
        yield Idle(("end_card",), "end_card", "the film ends with its last shot")
    if board.variants:
        yield Idle(("variants",), "variants", "one film is made, as it is written")
    if board.include:
        yield Idle(("include",), "include", "the files are found, and not read")
    sound = board.sound
    if sound.voiceover:
        yield Idle(("sound", "voiceover"), "sound.voiceover", "no voice is laid over the film")
    if sound.loudness is not None:
        yield Idle(("sound", "loudness"), "sound.loudness", "the sound keeps its level")
    if sound.music and sound.music.duck is not None:
        loc = ("sound", "music", "duck")
        yield Idle(loc, "sound.music.duck", "the music keeps its level under voices")
