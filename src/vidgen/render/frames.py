"""The exact frame that a chained shot starts from, taken once and kept by the take's digest."""

from __future__ import annotations

import os
import threading
from decimal import Decimal
from fractions import Fraction

from vidgen.job import Input, Take
from vidgen.plan import Step
from vidgen.project import Project
from vidgen.render.arrival import file_digest


def chain_frame(project: Project, upstream: Take, step: Step) -> Input:
    """The frame that a chained shot starts from, as a PNG in the project's cache.

    It is the take's last frame, unless the take is longer than its shot: then the frame on which
    the cut leaves it. Raises MediaError when the take cannot be decoded. Safe in several threads.
    """
    from vidgen.media.frames import frame_at, last_frame

    index = last_index(step.job.starts_at, upstream)
    path = project.frame(upstream.digest, "last" if index is None else str(index))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.stem}.{os.getpid()}-{threading.get_ident()}.part")
        take = project.root / upstream.path
        picture = last_frame(take) if index is None else frame_at(take, index)
        picture.save(part, format="PNG", compress_level=3)
        part.replace(path)
    return Input(path.relative_to(project.root).as_posix(), file_digest(path))


def last_index(leaves_at: Decimal | None, take: Take) -> int | None:
    """The frame (from 0) on which the cut leaves a take; None where that is its last."""
    if leaves_at is None:
        return None
    index = round(Fraction(leaves_at) * take.rate) - 1
    return index if 0 <= index < take.frames - 1 else None
