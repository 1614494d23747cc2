"""The pictures that jobs start from: a clip's exact frame, taken once, or a generated still."""

from __future__ import annotations

import os
import threading
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from vidgen.errors import MediaError
from vidgen.job import Input, Need, Take
from vidgen.project import Project
from vidgen.render.arrival import file_digest

if TYPE_CHECKING:
    from PIL.Image import Image

STILLS = (".png", ".jpg", ".jpeg", ".webp")


def picture_of(project: Project, upstream: Take, need: Need) -> Input:
    """The picture that a job is given from another's take.

    Of a still it is the file itself. Of a clip it is its last frame, unless the take is longer than
    its shot: then the frame on which the cut leaves it, as a PNG in the project's cache. Raises
    MediaError when the take cannot be decoded. Safe in several threads.
    """
    if Path(upstream.path).suffix in STILLS:
        return Input(upstream.path, upstream.digest)
    return _frame(project, upstream, last_index(need.at, upstream))


def _frame(project: Project, upstream: Take, index: int | None) -> Input:
    from vidgen.media.frames import frame_at, last_frame

    path = project.frame(upstream.digest, "last" if index is None else str(index))
    if not path.exists():
        take = project.root / upstream.path
        _saved(last_frame(take) if index is None else frame_at(take, index), path)
    return Input(path.relative_to(project.root).as_posix(), file_digest(path))


def _saved(picture: Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.{os.getpid()}-{threading.get_ident()}.part")
    picture.save(part, format="PNG", compress_level=3)
    part.replace(path)


def keep_last(project: Project, take: Take, picture: Path) -> None:
    """Use a provider's own picture of a take's last frame where it is needed: it has not been
    through the clip's compression. One that cannot be read, or has another size, is left alone.
    """
    from vidgen.media.frames import last_frame
    from vidgen.media.likeness import whole_still

    path = project.frame(take.digest, "last")
    try:
        given, found = whole_still(picture), last_frame(project.root / take.path)
    except MediaError:
        return
    if given.size == found.size and not path.exists():
        _saved(given, path)


def last_index(leaves_at: Decimal | None, take: Take) -> int | None:
    """The frame (from 0) on which the cut leaves a take; None where that is its last."""
    if leaves_at is None:
        return None
    index = round(Fraction(leaves_at) * take.rate) - 1
    return index if 0 <= index < take.frames - 1 else None
