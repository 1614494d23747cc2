"""A title card: the author's words, large and in the middle, and nothing else.

It stands still. Words shrink until they fit, never break inside where that can be helped, and end
in `…` where nothing else does. Never shows a word that was not written.
"""

from __future__ import annotations

from PIL import Image, ImageDraw

from vidgen.job import Slate
from vidgen.providers.animatic.lettering import draw, drawable, length, shortened, wrapped
from vidgen.providers.animatic.slate import PAPER, inks

_STEPS = (0.17, 0.15, 0.13, 0.115, 0.1, 0.09, 0.08, 0.07, 0.06, 0.052, 0.045, 0.04)
"""Sizes of the words, largest first, as shares of the frame's shorter side."""

_LITTLE_SMALLER = 0.7
_LEADING = 1.22
_WIDE, _TALL = 0.78, 0.72
"""The share of the frame that words may take."""


class Title:
    """The words of a slate on a card of one size."""

    def __init__(self, slate: Slate, size: tuple[int, int]) -> None:
        self.ground, _ = inks(slate.shot)
        self.picture = Image.new("RGB", size, self.ground)
        lines = [drawable(line).words for line in slate.prompt.splitlines()]
        self._set([line for line in lines if line])

    def frame(self, index: int) -> Image.Image:
        """The card, which is the same at every frame."""
        return self.picture

    def _set(self, written: list[str]) -> None:
        """Draw the lines that the author wrote, each broken where it has to be."""
        pen, (width, height) = ImageDraw.Draw(self.picture), self.picture.size
        size, lines = _fitted(written, min(width, height), _WIDE * width, _TALL * height)
        top = (height - len(lines) * size * _LEADING) / 2
        for row, line in enumerate(lines):
            left = (width - length(line, "SemiBold", size)) / 2
            # Capitals stand in the middle of their line: theirs is 0.73 of the size.
            base = top + (row + 0.5) * size * _LEADING + 0.365 * size
            draw(pen, (left, base), line, weight="SemiBold", size=size, fill=PAPER)


def _fitted(written: list[str], unit: int, width: float, height: float) -> tuple[int, list[str]]:
    """The size at which all words fit, and the lines at that size.

    That is the largest, unless one that is little smaller needs fewer lines: a title is read at a
    glance, and a line of one word is a stumble.
    """
    fitting: list[tuple[int, list[str]]] = []
    for share in _STEPS:
        size = max(8, round(share * unit))
        if fitting and size < fitting[0][0] * _LITTLE_SMALLER:
            break
        lines = [part for line in written for part in _even(line, size, width)]
        if _widest(written, size) <= width and len(lines) * size * _LEADING <= height:
            fitting.append((size, lines))
    if fitting:
        return min(fitting, key=lambda found: len(found[1]))
    return _cut(written, size, width, height)


def _cut(written: list[str], size: int, width: float, height: float) -> tuple[int, list[str]]:
    """What fits at the smallest size, with `…` where it ends."""
    lines = [part for line in written for part in wrapped(line, "SemiBold", size, width)]
    fits = max(1, int(height // (size * _LEADING)))
    if len(lines) > fits:
        lines = [*lines[: fits - 1], shortened(lines[fits - 1], "SemiBold", size, width)]
    return size, lines


def _even(line: str, size: int, width: float) -> list[str]:
    """A line broken into as few parts as fit, which are as even as they can be."""
    best, widest = wrapped(line, "SemiBold", size, width), _widest([line], size)
    for share in range(95, 30, -5):
        tried = wrapped(line, "SemiBold", size, width * share / 100)
        if len(tried) > len(best) or widest > width * share / 100:
            break
        best = tried
    return best


def _widest(written: list[str], size: int) -> float:
    """The width of the longest word, in pixels."""
    words = [word for line in written for word in line.split()]
    return max((length(word, "SemiBold", size) for word in words), default=0.0)
