"""The files a storyboard names: each inside the project, there, of the right kind, and hashed.

Reads files, writes none, opens no address. A picture is looked at no further than its header.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import posixpath
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Literal

from vidgen.errors import Fault, MediaError
from vidgen.job import Input
from vidgen.storyboard import Shot, Still, Storyboard
from vidgen.yamlfile import Document, Loc, shortened

Use = Literal["picture", "sound", "video", "captions", "font", "colour table", "storyboard part"]

ENDINGS: dict[Use, tuple[str, ...]] = {
    "picture": (".png", ".jpg", ".jpeg", ".webp"),
    "sound": (".wav", ".mp3", ".m4a", ".aac", ".flac", ".ogg"),
    "video": (".mp4", ".mov", ".m4v", ".webm", ".mkv"),
    "captions": (".srt", ".vtt"),
    "font": (".ttf", ".otf", ".ttc"),
    "colour table": (".cube",),
    "storyboard part": (".yaml", ".yml"),
}
PICTURE_FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 50_000_000
MAX_SEARCHED = 5_000
_ROTATED = (5, 6, 7, 8)
"""EXIF orientations in which a photograph's width and height change places."""


@dataclass(frozen=True, slots=True)
class Named:
    """A project path as it is written in a storyboard: where, and what it is used as."""

    loc: Loc
    path: str
    use: Use


@dataclass
class Found:
    """What was found on disk, by the path as written; sizes are width and height in pixels, lengths
    are seconds.
    """

    inputs: dict[str, Input] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    lengths: dict[str, Decimal] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    good: set[tuple[str, Use]] = field(default_factory=set)
    _files: list[PurePosixPath] = field(default_factory=list)

    def files(self, root: Path) -> list[PurePosixPath]:
        """The project's files, listed once: they are looked at only where one is missing."""
        self._files = self._files or _project_files(root)
        return self._files


def named_files(board: Storyboard) -> Iterator[Named]:
    """Every project path of a storyboard, in the order of the language."""
    for name, member in board.cast.items():
        for index, path in enumerate(member.images):
            yield Named(("cast", name, "images", index), path, "picture")
        yield from _one(("cast", name, "voice"), member.voice, "sound")
    for index, shot in enumerate(board.shots):
        yield from _of_shot(("shots", index), shot)
    if board.sound.music:
        yield Named(("sound", "music", "file"), board.sound.music.file, "sound")
    for index, line in enumerate(board.sound.voiceover):
        yield Named(("sound", "voiceover", index, "file"), line.file, "sound")
    if board.captions:
        yield Named(("captions", "file"), board.captions.file, "captions")
        yield from _one(("captions", "font"), board.captions.font, "font")
    if board.look:
        yield from _one(("look", "lut"), board.look.lut, "colour table")
    if board.end_card:
        yield Named(("end_card", "still"), board.end_card.still, "picture")
    for index, path in enumerate(board.include):
        yield Named(("include", index), path, "storyboard part")


def _of_shot(loc: Loc, shot: Shot) -> Iterator[Named]:
    for key in ("still", "end_still"):
        still = getattr(shot, key)
        if isinstance(still, Still):
            for index, path in enumerate(still.references):
                yield Named((*loc, key, "references", index), path, "picture")
        elif not (key == "end_still" and still == "same"):
            yield from _one((*loc, key), still, "picture")
    for index, path in enumerate(shot.references):
        yield Named((*loc, "references", index), path, "picture")
    yield from _one((*loc, "source"), shot.source, "video")
    yield from _one((*loc, "motion"), shot.motion, "video")
    yield from _one((*loc, "portrait"), shot.portrait, "picture")
    yield from _one((*loc, "audio"), shot.audio, "sound")
    yield from _one((*loc, "lip_sync"), shot.lip_sync, "sound")


def _one(loc: Loc, path: object, use: Use) -> Iterator[Named]:
    if isinstance(path, str):
        yield Named(loc, path, use)


def find_inputs(board: Storyboard, document: Document, root: Path) -> Found:
    """Every named file, checked and hashed once; what is wrong with them is in `faults`."""
    found = Found()
    home = root.resolve()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of size; `MAX_PIXELS` refuses
        for named in named_files(board):
            problem = _check(named, root, home, found)
            if problem:
                found.faults.append(document.fault(named.loc, *problem))
    return found


_Problem = tuple[str, str, str]
"""Code, message and hint of a fault."""


def _check(named: Named, root: Path, home: Path, found: Found) -> _Problem | None:
    if (named.path, named.use) in found.good:
        return None
    problem = _badly_written(named, home)
    if problem:
        return problem
    path = root / named.path
    shown = f"`{named.path}`"
    try:
        real = path.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        return "missing-file", f"there is no file {shown}", _way_out(named, found.files(root))
    except (OSError, RuntimeError) as error:
        return "unreadable", f"{shown} cannot be reached: {_why(error)}", ""
    if not real.is_relative_to(home):
        way = "copy the file into the project folder"
        return "outside-project", f"{shown} leads outside the project folder", way
    if not real.is_file():
        kind = "a folder" if real.is_dir() else "no ordinary file"
        return "not-a-file", f"{shown} is {kind}; a {named.use} is a file", ""
    problem = _read(named, real, found)
    if problem is None:
        found.good.add((named.path, named.use))
    return problem


def _read(named: Named, real: Path, found: Found) -> _Problem | None:
    try:
        if named.use == "picture" and named.path not in found.sizes:
            size = _picture_size(real)
            if isinstance(size, str):
                return "not-a-picture", f"`{named.path}` {size}", "export it again as PNG or JPEG"
            found.sizes[named.path] = size
        if _sets_a_length(named) and named.path not in found.lengths:
            seconds = _seconds(real, named.use)
            if seconds is None:
                message = f"`{named.path}` cannot be read as a {named.use}"
                return f"not-a-{named.use}", message, "play it, and export it again"
            found.lengths[named.path] = seconds
        if named.path not in found.inputs:
            with real.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            name = PurePosixPath(posixpath.normpath(named.path)).as_posix()
            found.inputs[named.path] = Input(name, digest)
    except OSError as error:
        return "unreadable", f"`{named.path}` cannot be read: {_why(error)}", ""
    return None


def _sets_a_length(named: Named) -> bool:
    """Whether what is made may be as long as a file is: one that a shot works on or speaks."""
    return named.loc[0] == "shots" and named.use in ("video", "sound")


def _seconds(path: Path, use: Use) -> Decimal | None:
    """How long a clip or sound lasts, to the hundredth; None where it is none."""
    from vidgen.media.probe import probe  # which loads libraries that few storyboards need

    try:
        found = probe(path)
    except MediaError:
        return None
    part = found.picture if use == "video" else found.sound
    if part is None:
        return None
    length = part.duration or found.duration
    return round(Decimal(length.numerator) / length.denominator, 2) if length > 0 else None


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "its links go in a circle"


def _badly_written(named: Named, home: Path) -> _Problem | None:
    path, shown = named.path, f"`{shortened(named.path, 80)}`"
    if not path.isprintable():
        return "not-a-path", f"{shown} holds characters that no file name should have", ""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", path):
        way = "download the file into the project folder, and name it there"
        return (
            "not-a-path",
            f"{shown} is an address, and only files of the project can be used",
            way,
        )
    if path.startswith(("/", "~", "\\\\")) or re.match(r"[A-Za-z]:", path):
        inside = Path(path).is_absolute() and Path(path).is_relative_to(home)
        near = Path(path).relative_to(home).as_posix() if inside else ""
        way = f"did you mean `{near}`?" if near else "copy the file into the project folder"
        message = f"{shown} is not relative to the storyboard; no path may leave the project folder"
        return "outside-project", message, way
    if "\\" in path:
        way = f"did you mean `{path.replace(chr(92), '/')}`?"
        return "not-a-path", f"{shown} has backslashes; folders are separated by `/`", way
    if ".." in PurePosixPath(path).parts and not _stays_inside(path):
        way = "copy the file into the project folder"
        return "outside-project", f"{shown} leads outside the project folder", way
    return _wrong_ending(named)


def _stays_inside(path: str) -> bool:
    return not posixpath.normpath(path).startswith("..")


def _wrong_ending(named: Named) -> _Problem | None:
    endings = ENDINGS[named.use]
    ending = PurePosixPath(named.path).suffix.lower()
    if ending in endings:
        return None
    if named.loc[-1] == "audio" and named.path.lower() in ("yes", "on", "no", "off"):
        meant = "true" if named.path.lower() in ("yes", "on") else "false"
        return "bad-value", f"`{named.path}` is text here, not a switch", f"did you mean `{meant}`?"
    listed = f"{', '.join(endings[:-1])} or {endings[-1]}" if len(endings) > 1 else endings[0]
    message = f"`{named.path}` is no {named.use} that can be used here"
    return "wrong-kind-of-file", message, f"its name ends in {listed}"


def _picture_size(path: Path) -> tuple[int, int] | str:
    """Width and height as shown (a photograph may be stored lying down), or what is wrong."""
    from PIL import Image, UnidentifiedImageError  # slow to import, and not every film has stills

    try:
        with Image.open(path, formats=PICTURE_FORMATS) as picture:
            width, height = picture.size
            if picture.format == "JPEG" and picture.getexif().get(0x0112) in _ROTATED:
                width, height = height, width
    except Image.DecompressionBombError:
        return f"has more than {MAX_PIXELS // 1_000_000} million pixels"
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return "is no PNG, JPEG or WebP picture, whatever its name says"
    if width * height > MAX_PIXELS:
        return f"is {width}x{height}; at most {MAX_PIXELS // 1_000_000} million pixels are read"
    return width, height


def _way_out(named: Named, there: list[PurePosixPath]) -> str:
    if "${" in named.path:
        return "`${...}` has no effect yet: write the file's name out"
    near = _nearest_file(named, there)
    return f"did you mean `{near}`?" if near else "paths are relative to the storyboard's folder"


def _nearest_file(named: Named, files: list[PurePosixPath]) -> str | None:
    """The file of the project whose name is most like the one written, the same folder first."""
    written = PurePosixPath(posixpath.normpath(named.path))
    there = [path for path in files if _fits(path, named.use)]
    same_name = [path for path in there if path.name.lower() == written.name.lower()]
    if same_name:
        return min(same_name, key=lambda path: len(path.parts)).as_posix()
    beside = [path.name for path in there if path.parent == written.parent]
    close = difflib.get_close_matches(written.name, beside, n=1, cutoff=0.6)
    if close:
        return (written.parent / close[0]).as_posix()
    whole = [path.as_posix() for path in there]
    found = difflib.get_close_matches(written.as_posix(), whole, n=1, cutoff=0.75)
    return found[0] if found else None


def _fits(path: PurePosixPath, use: Use) -> bool:
    return path.suffix.lower() in ENDINGS[use]


def _project_files(root: Path) -> list[PurePosixPath]:
    """Files of the project, outside takes, deliverables and hidden folders; a bounded number."""
    files: list[PurePosixPath] = []
    for folder, folders, names in os.walk(root):
        inside = PurePosixPath(Path(folder).relative_to(root).as_posix())
        skipped = ("takes", "deliver") if inside == PurePosixPath() else ()
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n not in skipped)
        files += [inside / name for name in sorted(names)]
        if len(files) > MAX_SEARCHED:
            break
    return files
