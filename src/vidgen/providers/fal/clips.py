"""What a given clip is, where that decides how it is to be worked on. Opens the clip.

Facts: fal's endpoint types of 2026-08-02 (rife/video, film/video), and of a client of FILM how many
frames it makes at most.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from pathlib import Path

from vidgen.errors import MediaError, ProviderError
from vidgen.job import Input
from vidgen.media.probe import Picture, probe

MOST_BETWEEN = 4
"""How many frames fal makes between two."""


def height(clip: Input, project: Path) -> int:
    """The height of a clip in pixels, as a viewer sees it.

    Raises ProviderError `input` for what is no clip.
    """
    picture = _picture(clip, project)
    return picture.height if picture.rotation % 180 == 0 else picture.width


def between(clip: Input, project: Path, asked: Fraction) -> int:
    """How many frames to make between two of a clip, so that it has `asked` a second at least.

    Both of fal's models that make frames count them so. Told a rate instead, they would play what
    they made at that rate, and 24 a second asked as 60 would come back as a clip of four fifths of
    its length. Raises ProviderError `input` for what is no clip.
    """
    rate = _picture(clip, project).rate
    times = ceil(asked / rate) if rate else 2
    return min(max(times - 1, 1), MOST_BETWEEN)


def _picture(clip: Input, project: Path) -> Picture:
    try:
        picture = probe(project / clip.path).picture
    except MediaError as error:
        raise ProviderError(error.message, kind="input", where=clip.path) from None
    if picture is None:
        raise ProviderError("it has no picture to work on", kind="input", where=clip.path)
    return picture
