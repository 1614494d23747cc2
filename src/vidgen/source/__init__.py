"""A storyboard on disk, read and checked as far as it can be without a catalogue.

Reads the storyboard and the files it names; writes nothing. Everything wrong is raised at once.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from vidgen import yamlfile
from vidgen.errors import Fault, ProjectNotFound, StoryboardInvalid
from vidgen.job import Input
from vidgen.source.inputs import find_inputs
from vidgen.source.rules import rule_faults
from vidgen.storyboard import Storyboard
from vidgen.yamlfile import Document, Loc, Misfit, nearest

STORYBOARD = "storyboard.yaml"


@dataclass(frozen=True)
class Source:
    """A storyboard that holds together, with every file it names.

    `inputs` and `sizes` (width and height of pictures, in pixels) go by the path as written.
    """

    board: Storyboard
    document: Document
    root: Path
    file: Path
    inputs: dict[str, Input] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)

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
    return Source(board, document, file.parent, file, found.inputs, found.sizes)


def _further(document: Document, misfits: tuple[Misfit, ...], root: Path) -> list[Fault]:
    """What else is wrong with a storyboard whose shape is not right, where that can be told.

    Files are looked for as far as the rest makes sense. Rules are tried only where every misfit
    lies inside a shot, and not on those shots, so that no complaint follows from another.
    """
    board = document.remainder(Storyboard, misfits)
    if board is None:
        return []
    faults = find_inputs(board, document, root).faults
    if all(len(misfit.loc) > 2 and misfit.loc[0] == "shots" for misfit in misfits):
        bad = {misfit.loc[1] for misfit in misfits}
        starts = [document.place(("shots", index)) for index in range(len(board.shots))]
        for fault in rule_faults(board, document):
            if bisect_right(starts, (fault.line, fault.column)) - 1 not in bad:
                faults.append(fault)
    return faults


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
