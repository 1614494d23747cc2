"""What jobs are given of others' takes: an exact frame, taken once, a still, or the whole clip."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from vidgen.errors import MediaError
from vidgen.job import Input, Need, Take
from vidgen.project import Project
from vidgen.render.arrival import file_digest

STILLS = (".png", ".jpg", ".jpeg", ".webp")


def given_of(project: Project, upstream: Take, need: Need) -> Input:
    """The file that a job is given from another's take.

    A still, and a clip to work on, is the take's own file. The frame of a clip is its last, unless
    the take is longer than its shot: then the one on which the cut leaves it, as a PNG in the
    project's cache. Raises MediaError when the take cannot be decoded. Safe in several threads.
    """
    if need.field == "source_video" or Path(upstream.path).suffix in STILLS:
        return Input(upstream.path, upstream.digest)
    return _frame(project, upstream, last_index(need.at, upstream))


def _frame(project: Project, upstream: Take, index: int | None) -> Input:
    from vidgen.media.frames import frame_at, last_frame, save

    path = project.frame(upstream.digest, "last" if index is None else str(index))
    if not path.exists():
        take = project.root / upstream.path
        save(last_frame(take) if index is None else frame_at(take, index), path)
    return Input(path.relative_to(project.root).as_posix(), file_digest(path))


def keep_last(project: Project, take: Take, picture: Path) -> None:
    """Use a provider's own picture of a take's last frame where it is needed: it has not been
    through the clip's compression. One that cannot be read, or has another size, is left alone.
    """
    from vidgen.media.frames import last_frame, save
    from vidgen.media.likeness import whole_still

    path = project.frame(take.digest, "last")
    try:
        given, found = whole_still(picture), last_frame(project.root / take.path)
    except MediaError:
        return
    if given.size == found.size and not path.exists():
        save(given, path)


def last_index(leaves_at: Decimal | None, take: Take) -> int | None:
    """The frame (from 0) on which the cut leaves a take; None where that is its last."""
    if leaves_at is None:
        return None
    index = take.begins + round(Fraction(leaves_at) * take.rate) - 1
    return index if 0 <= index < take.frames - 1 else None
