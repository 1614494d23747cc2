"""A storyboard on disk, read and checked as far as it can be without a catalogue.

Reads the storyboard and the files it names; writes nothing. Everything wrong is raised at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from vidgen import yamlfile
from vidgen.errors import Fault, ProjectNotFound, StoryboardInvalid
from vidgen.job import Input
from vidgen.source.inputs import find_inputs
from vidgen.source.rules import rule_faults
from vidgen.storyboard import LANGUAGE, Storyboard
from vidgen.yamlfile import Document, Loc, Misfit, nearest

STORYBOARD = "storyboard.yaml"


@dataclass(frozen=True)
class Source:
    """A storyboard that holds together, with every file it names.

    `inputs`, `sizes` (width and height of pictures, in pixels) and `lengths` (seconds of the clips
    and sounds that shots are made of) go by the path as written.
    """

    board: Storyboard
    document: Document
    root: Path
    file: Path
    inputs: dict[str, Input] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    lengths: dict[str, Decimal] = field(default_factory=dict)

    def fault(self, loc: Loc, code: str, message: str, hint: str = "") -> Fault:
        """A fault at a path of the storyboard, such as `("shots", 2, "model")`."""
        return self.document.fault(loc, code, message, hint)


def load_source(path: Path, *, name: str | None = None) -> Source:
    """The storyboard in a folder, or the file itself; messages call it `name`.

    Raises ProjectNotFound where there is none, and StoryboardInvalid with every fault: of the
    YAML, of the shape, of the rules between the parts, and of the files that are named.
    """
    file = find_storyboard(path)
    document = yamlfile.read(file, name=name or file.as_posix())
    board, misfits = document.attempt(Storyboard)
    if board is None:
        raise StoryboardInvalid(document.told(misfits, _further(document, misfits, file.parent)))
    found = find_inputs(board, document, file.parent)
    faults = [*rule_faults(board, document), *found.faults]
    if faults or document.faults:
        raise StoryboardInvalid(document.told((), faults))
    return Source(board, document, file.parent, file, found.inputs, found.sizes, found.lengths)


def _further(document: Document, misfits: tuple[Misfit, ...], root: Path) -> list[Fault]:
    """What else is wrong with a storyboard whose shape is not right, as far as that can be told.

    Files are looked for and rules tried on what is left without the misfits; complaints that
    might only follow from what was left out are not made.
    """
    board = document.remainder(Storyboard, misfits, _stand_in)
    if board is None:
        return []
    faults = find_inputs(board, document, root).faults
    if not any(_shifts_the_ground(misfit) for misfit in misfits):
        rules = rule_faults(board, document)
        faults += [fault for fault in rules if fault.code not in FOLLOW_FROM_ABSENCE]
    return faults


FOLLOW_FROM_ABSENCE = frozenset(
    {"no-start", "silent-portrait", "trimmed-away", "transition-too-long", "broken-group"}
    | {"lone-group", "empty-value"}
)


def _stand_in(loc: Loc) -> Any:
    match loc:
        case ("shots", int(index), "id"):
            return f"unnamed-{index + 1}"
        case ("vidgen",):
            return LANGUAGE
        case ("title",):
            return "untitled"
    return None


def _shifts_the_ground(misfit: Misfit) -> bool:
    """Whether names that other parts refer to may be missing because of a misfit."""
    if misfit.meant in ("rotation", "cast", "defaults", "shots", "variants"):
        return len(misfit.loc) == 1
    match misfit.loc:
        case ("rotation" | "defaults" | "variants", *_) | ("cast",) | ("cast", _):
            return True
        case ("format",) | ("format", "aspect"):
            return True
    return False


def find_storyboard(path: Path) -> Path:
    """The storyboard that `path` means: a file, or `storyboard.yaml` in a folder."""
    if path.is_file():
        return path
    if path.is_dir():
        file = path / STORYBOARD
        if file.is_file():
            return file
        others = sorted(other.name for other in path.glob("*.y*ml"))
        hint = f"name the file: `{(path / others[0]).as_posix()}`" if others else NEW
        raise ProjectNotFound(f"there is no {STORYBOARD} here", where=path.as_posix(), hint=hint)
    names = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    near = nearest(path.name, names)
    hint = f"did you mean `{(path.parent / near).as_posix()}`?" if near else NEW
    raise ProjectNotFound("there is no such file or folder", where=path.as_posix(), hint=hint)


NEW = "`vidgen init` makes a project to start from"
