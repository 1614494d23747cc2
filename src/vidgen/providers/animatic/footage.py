"""The frames of a given clip at a film's size and rate: never stretched, its end held or its own.

Where the clip stands for work that is yet to be done on it, marks at the corners say so. Their
place does not depend on the size, so that a marked clip that is marked again stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from vidgen.errors import MediaError, ProviderError
from vidgen.media.frames import played
from vidgen.media.framing import Framing, frame_into
from vidgen.media.probe import probe
from vidgen.providers.animatic.brief import Brief

_INK = (238, 238, 241)
_SHADE = (18, 18, 20)


class FootageUnreadable(ProviderError):
    """A given clip without a picture that can be decoded, or a given sound that cannot be heard."""

    @classmethod
    def told(cls, error: MediaError, path: Path) -> FootageUnreadable:
        """What was wrong with a file, and what to do about it."""
        hint = "see that a player plays it, and export it again"
        return cls(error.message, where=path.name, hint=hint)


def footage(brief: Brief, clip: Path) -> Iterator[Image.Image]:
    """The frames of `clip` as the brief asks for them, in RGB. Raises FootageUnreadable."""
    size = brief.width, brief.height
    before: tuple[Image.Image, Image.Image] | None = None
    try:
        found = probe(clip).picture
        if found is None:
            raise MediaError("it has no picture")
        framing = frame_into(found.aspect, *size)
        for picture in played(clip, brief.rate, brief.frames, hold=brief.held):
            if before is None or before[0] is not picture:  # what stands still is framed once
                framed = _framed(picture, framing, size)
                before = picture, _marked(framed) if brief.marked else framed
            yield before[1]
    except MediaError as error:
        raise FootageUnreadable.told(error, clip) from error


def _framed(picture: Image.Image, framing: Framing, size: tuple[int, int]) -> Image.Image:
    """A picture scaled, then cropped to `size` or laid on black."""
    scaled = (framing.width, framing.height)
    if picture.size != scaled:
        picture = picture.resize(scaled, Image.Resampling.LANCZOS, reducing_gap=3.0)
    x, y = framing.x, framing.y
    if framing.how == "crop":
        return picture.crop((x, y, x + size[0], y + size[1]))
    if framing.how == "pad":
        ground = Image.new("RGB", size)
        ground.paste(picture, (x, y))
        return ground
    return picture


def _marked(picture: Image.Image) -> Image.Image:
    """The picture with a mark at each corner of the part that every screen shows."""
    marked = picture.copy()
    pen, (width, height) = ImageDraw.Draw(marked), picture.size
    unit = min(width, height)
    edge, arm, thick = round(0.06 * unit), round(0.05 * unit), max(1, round(0.006 * unit))
    for ink, aside in ((_SHADE, thick), (_INK, 0)):
        for x, inward in ((edge, 1), (width - edge, -1)):
            for y, downward in ((edge, 1), (height - edge, -1)):
                corner = (x + aside * inward, y + aside * downward)
                _bar(pen, corner, inward * arm, downward * thick, ink)
                _bar(pen, corner, inward * thick, downward * arm, ink)
    return marked


def _bar(
    pen: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    across: int,
    down: int,
    ink: tuple[int, int, int],
) -> None:
    """A rectangle from a corner, in either direction."""
    left, right = sorted((corner[0], corner[0] + across))
    top, bottom = sorted((corner[1], corner[1] + down))
    pen.rectangle((left, top, right - 1, bottom - 1), ink)
