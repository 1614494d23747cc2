"""The frames of one clip, in order: a given clip, a still under a moving camera, or a card.

Draws in a few threads (Pillow lets them run side by side), a little ahead of who takes the frames.
Writes nothing.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from PIL import Image

from vidgen.providers.animatic.brief import Brief
from vidgen.providers.animatic.footage import footage
from vidgen.providers.animatic.geometry import stage_for
from vidgen.providers.animatic.moves import Anchor, Shooting, views
from vidgen.providers.animatic.still import Sight, open_still

_DISSOLVE_SHARE = 0.6
_DISSOLVE_SECONDS = 3.0


class Drawn(Protocol):
    """Anything that has frames, by number."""

    def frame(self, index: int) -> Image.Image:
        """Frame `index`, counted from 0, as RGB of the clip's size."""
        ...


def draw(brief: Brief, threads: int | None = None) -> Iterator[Image.Image]:
    """Every frame of the clip, in order. Raises StillUnreadable before the first.

    A given clip that cannot be read is told with FootageUnreadable, as soon as that is seen.
    """
    if brief.clip is not None:
        return footage(brief, brief.clip)
    opening = _seen(brief, brief.first) if brief.first else _card(brief)
    picture: Callable[[int], Image.Image] = opening.frame
    if brief.last is not None:
        picture = _dissolved(brief, opening, _seen(brief, brief.last))
    return _ahead(picture, brief.frames, threads or min(4, os.cpu_count() or 1))


def dissolve_at(index: int, brief: Brief) -> float:
    """How far the end still has come through at a frame: 0, then eased, and 1 at the last."""
    final = brief.frames - 1
    if index >= final:
        return 1.0
    length = min(_DISSOLVE_SHARE * final, _DISSOLVE_SECONDS * float(brief.rate))
    part = max(0.0, (index - final + length) / length)
    return part * part * (3 - 2 * part)


def _anchor(brief: Brief) -> Anchor:
    """What the camera must show whole. Both stills are always seen through the same camera, so
    that a dissolve between two states of one scene shows only what changes in it."""
    if brief.last is None:
        return "start" if brief.chained else "free"
    return "both" if brief.chained else "end"


def _seen(brief: Brief, path: Path) -> Drawn:
    still = open_still(path)
    stage = stage_for(brief.width, brief.height, still.size)
    shooting = Shooting(brief.frames, brief.rate, stage, _anchor(brief), brief.seed)
    return Sight(still, stage, views(brief.camera, shooting))


def _card(brief: Brief) -> Drawn:
    """A card that stands for a model's work; where it stands for itself, a title."""
    # fonts are loaded only where words are drawn
    from vidgen.providers.animatic.slate import Card
    from vidgen.providers.animatic.title import Title

    if not brief.slate.model:
        return Title(brief.slate, (brief.width, brief.height))
    return Card(brief.slate, (brief.width, brief.height), brief.frames, brief.rate)


def _dissolved(brief: Brief, opening: Drawn, closing: Drawn) -> Callable[[int], Image.Image]:
    def picture(index: int) -> Image.Image:
        share = dissolve_at(index, brief)
        if share == 0:
            return opening.frame(index)
        if share == 1:
            return closing.frame(index)
        return Image.blend(opening.frame(index), closing.frame(index), share)

    return picture


def _ahead(
    picture: Callable[[int], Image.Image], count: int, threads: int
) -> Iterator[Image.Image]:
    """Frames 0 .. count-1 in order, each drawn once, one a thread ahead."""
    waiting: deque[Future[Image.Image]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for index in range(count):
            waiting.append(pool.submit(picture, index))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
