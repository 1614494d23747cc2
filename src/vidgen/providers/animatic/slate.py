"""The card that stands for a shot with no still: what it is, who would make it, and time passing.

Drawn once, then only its clock and bar change. Sized for a telephone: it reads at arm's length in
any shape of frame, and long words shrink, then end in `…`. Never shows a word that was not written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction

from PIL import Image, ImageDraw

from vidgen.job import Slate
from vidgen.providers.animatic.lettering import Weight, draw, drawable, length, shortened, wrapped

Colour = tuple[int, int, int]

_INKS: tuple[tuple[Colour, Colour], ...] = (
    ((20, 30, 42), (132, 184, 240)),
    ((32, 26, 46), (188, 164, 246)),
    ((17, 38, 34), (116, 212, 176)),
    ((44, 28, 22), (246, 166, 122)),
    ((30, 37, 20), (190, 212, 112)),
    ((45, 25, 34), (246, 150, 184)),
    ((16, 36, 44), (104, 204, 222)),
    ((40, 34, 20), (238, 200, 106)),
    ((26, 28, 44), (162, 174, 255)),
    ((40, 24, 42), (234, 162, 230)),
)
"""Ground and accent; a shot keeps its pair for as long as it keeps its name."""

PAPER: Colour = (238, 238, 241)
_STEPS = (1.3, 1.15, 1.0, 0.92, 0.85, 0.78, 0.72, 0.66, 0.6, 0.55)
"""Sizes of the words, largest first; the first two are for wide frames, whose lines are long."""
_LEADING = 1.36


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Words of one kind: relative size, colour, the space above, and if a rule stands beside."""

    words: str
    weight: Weight
    scale: float
    fill: Colour
    above: float = 0.0
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class _Area:
    """A rectangle, in pixels."""

    left: float
    top: float
    width: float
    height: float


class Card:
    """A slate of one size; `frame` draws it at a moment. One of no seconds is a still's: it has no
    length, no clock and no bar.
    """

    def __init__(self, slate: Slate, size: tuple[int, int], frames: int, rate: Fraction) -> None:
        self.frames = frames
        self.rate = rate
        self.size = size
        self.wide = size[0] > size[1] * 1.2
        self.timed = slate.seconds > 0
        self.ground, self.accent = inks(slate.shot or slate.model)
        width, height = size
        self.unit: float = min(width, height * 0.82, (width * height) ** 0.5 * 0.78)
        self.edge = round(0.07 * self.unit)
        self.inset = round(0.125 * self.unit)
        self.small = max(8, round(0.042 * self.unit))
        self.base = Image.new("RGB", size, self.ground)
        self._compose(slate)

    def frame(self, index: int) -> Image.Image:
        """The card with its clock and bar at frame `index`, counted from 0."""
        if not self.timed:
            return self.base
        picture = self.base.copy()
        pen = ImageDraw.Draw(picture)
        area = self._foot()
        self._fill_bar(pen, area, (index + 1) / self.frames)
        self._clock(pen, index, area.left, self._mixed(0.85))
        return picture

    def _compose(self, slate: Slate) -> None:
        pen = ImageDraw.Draw(self.base)
        self._corners(pen)
        head, body = self._areas()
        dialogue = [drawable(line) for line in slate.dialogue]
        prompt, shot = drawable(slate.prompt), drawable(slate.shot)
        lacking = any(text.lacking for text in (prompt, shot, *dialogue))
        used = self._head(pen, head, shot.words, slate)
        # In one column the words follow the name; in two they begin where it does.
        used = 0.07 * self.unit if self.wide else used + 0.085 * self.unit
        body = _Area(body.left, body.top + used, body.width, body.height - used)
        words = [_Paragraph(prompt.words, "Regular", 1.0, PAPER)]
        for place, line in enumerate(dialogue):
            spoken = _quoted(line.words)
            above = 0.75 if place == 0 else 0.35
            words.append(_Paragraph(spoken, "SemiBold", 1.0, self.accent, above, ruled=True))
        if lacking:
            said = "[…] names letters that this card has no font for"
            words.append(_Paragraph(said, "Regular", 0.62, self._mixed(0.62), 0.8))
        self._paragraphs(pen, body, [one for one in words if one.words])
        if self.timed:
            self._rail(pen)

    def _areas(self) -> tuple[_Area, _Area]:
        """Where the name goes and where the words go: side by side in a wide frame."""
        (width, height), inset = self.size, self.inset
        top, bottom = inset * 1.1, height - 1.2 * inset - 0.115 * self.unit
        if self.wide:
            gap = 0.09 * self.unit
            room = width - 2 * inset - gap
            head = _Area(inset, top, room * 0.36, bottom - top)
            return head, _Area(inset + head.width + gap, top, room * 0.64, bottom - top)
        lead = max(0.0, (height / width - 1.2)) * 0.11 * width  # a tall frame starts lower
        area = _Area(inset, top + lead, width - 2 * inset, bottom - top - lead)
        return area, area

    def _head(self, pen: ImageDraw.ImageDraw, area: _Area, shot: str, slate: Slate) -> float:
        """`SHOT`, the name, the model and the length; the height that they take."""
        small = round(0.036 * self.unit)
        fact = round((0.058 if self.wide else 0.05) * self.unit)
        y = area.top + small
        draw_spaced(pen, (area.left, y), "SHOT", small, self.accent)
        size, lines = self._name(shot or "—", area)
        for line in lines:
            y += size * 1.12
            draw(pen, (area.left, y), line, weight="SemiBold", size=size, fill=PAPER)
        y += size * 0.42
        for text in self._facts(slate, fact, area.width):
            y += fact * 1.3
            fitted = next(
                (s for s in range(fact, fact // 2, -1) if _fits(text, s, area)), fact // 2
            )
            draw(pen, (area.left, y), text, weight="Regular", size=fitted, fill=self.accent)
        return y - area.top

    def _facts(self, slate: Slate, size: int, width: float) -> list[str]:
        """The model and the length, in one line where they fit."""
        facts = [f"stands for {slate.model}"] if slate.model else []
        facts += [f"{_plain(slate)} s"] if self.timed else []
        together = "  ·  ".join(facts)
        return [together] if length(together, "Regular", size) <= width else facts

    def _name(self, shot: str, area: _Area) -> tuple[int, list[str]]:
        """The shot's name as large as fits; a long one shrinks, and breaks at its dashes."""
        parts = shot.replace("-", "-\u200b").replace("_", "_\u200b").split("\u200b")
        for step, most in ((1.0, 1), (0.85, 1), (0.72, 2), (0.6, 2), (0.5, 3), (0.42, 4)):
            size = round(0.185 * self.unit * step)
            lines = _joined(parts, size, area.width)
            widest = max(length(one, "SemiBold", size) for one in lines)
            if widest <= area.width and len(lines) <= most:
                return size, _balanced(parts, size, widest, len(lines))
        return size, [shortened(shot, "SemiBold", size, area.width)]

    def _paragraphs(self, pen: ImageDraw.ImageDraw, area: _Area, words: list[_Paragraph]) -> None:
        """The words as large as fits; what still does not fit ends in `…`."""
        for step in _STEPS if self.wide else _STEPS[2:]:
            size = round(0.066 * self.unit * step)
            height = sum(self._height(one, size, area.width) for one in words)
            if height <= area.height:
                break
        y, left = area.top, min(height, area.height)
        for place, one in enumerate(words):
            rest = sum(self._height(later, size, area.width) for later in words[place + 1 :])
            room = left - min(rest, left * 0.45)
            used = self._paragraph(pen, _Area(area.left, y, area.width, room), one, size)
            y, left = y + used, left - used

    def _height(self, one: _Paragraph, size: int, width: float) -> float:
        own = max(8, round(size * one.scale))
        lines = wrapped(one.words, one.weight, own, width - self._indent(one, own))
        return one.above * size + len(lines) * own * _LEADING

    def _indent(self, one: _Paragraph, size: int) -> float:
        return 0.6 * size if one.ruled else 0.0

    def _paragraph(
        self, pen: ImageDraw.ImageDraw, area: _Area, one: _Paragraph, size: int
    ) -> float:
        own = max(8, round(size * one.scale))
        indent = self._indent(one, own)
        width = area.width - indent
        lines = wrapped(one.words, one.weight, own, width)
        fits = int((area.height - one.above * size + 0.01) // (own * _LEADING))
        if fits < 1:
            return 0.0
        if len(lines) > fits:
            lines = [*lines[: fits - 1], shortened(lines[fits - 1], one.weight, own, width)]
        top = area.top + one.above * size
        for row, line in enumerate(lines):
            place = (area.left + indent, top + own * (0.98 + row * _LEADING))
            draw(pen, place, line, weight=one.weight, size=own, fill=one.fill)
        height = len(lines) * own * _LEADING
        if one.ruled:
            thick = max(1, round(own * 0.09))
            sides = (round(area.left), round(top + own * 0.12))
            pen.rectangle(
                (*sides, sides[0] + thick - 1, round(top + height - own * 0.2)), self.accent
            )
        return one.above * size + height

    def _corners(self, pen: ImageDraw.ImageDraw) -> None:
        """Marks at the corners of the part that every screen shows."""
        (width, height), edge = self.size, self.edge
        arm, thick = round(0.055 * self.unit), max(1, round(0.0035 * self.unit))
        ink = self._mixed(0.5)
        for x, inward in ((edge, 1), (width - edge, -1)):
            for y, downward in ((edge, 1), (height - edge, -1)):
                _bar(pen, x, y, inward * arm, downward * thick, ink)
                _bar(pen, x, y, inward * thick, downward * arm, ink)

    def _foot(self) -> _Area:
        """The bar that fills as time passes."""
        (width, height), inset = self.size, self.inset
        thick = max(2, round(0.012 * self.unit))
        return _Area(inset, height - 1.2 * inset - thick, width - 2 * inset, thick)

    def _rail(self, pen: ImageDraw.ImageDraw) -> None:
        """The empty bar, with a gap at every second, and when it will be full."""
        area = self._foot()
        self._fill_bar(pen, area, 1.0, ink=self._mixed(0.2))
        clock = sum(self._cell(sign) for sign in "00:00:00")
        self._clock(pen, self.frames, area.left + area.width - clock, self._mixed(0.45))

    def _fill_bar(
        self, pen: ImageDraw.ImageDraw, area: _Area, share: float, ink: Colour | None = None
    ) -> None:
        top, bottom = round(area.top), round(area.top + area.height) - 1
        end = area.left + area.width * share
        whole = int(end)
        if whole > area.left:
            pen.rectangle((area.left, top, whole - 1, bottom), ink or self.accent)
        if whole < area.left + area.width:  # the last pixel in part, so that it glides
            part = 0.2 + 0.8 * (end - whole)
            pen.rectangle((whole, top, whole, bottom), ink or self._mixed(part))
        seconds = self.frames / self.rate
        gap = max(1, round(0.004 * self.unit))
        if seconds <= 60:
            for second in range(1, -(-seconds.numerator // seconds.denominator)):
                x = round(area.left + area.width * float(second / seconds))
                pen.rectangle((x, top, x + gap - 1, bottom), self.ground)

    def _clock(self, pen: ImageDraw.ImageDraw, frame: int, x: float, ink: Colour) -> None:
        """Minutes, seconds and frames from `x` on, each digit in a cell so that none jumps."""
        seconds, part = divmod(frame, round(self.rate))
        size = self.small
        y = self._foot().top - 0.65 * size
        for sign in f"{seconds // 60:02d}:{seconds % 60:02d}:{part:02d}":
            step = self._cell(sign)
            inset = (step - length(sign, "Regular", size)) / 2
            draw(pen, (x + inset, y), sign, weight="Regular", size=size, fill=ink)
            x += step

    def _cell(self, sign: str) -> float:
        widest = length("0", "Regular", self.small)
        return widest if sign.isdigit() else widest * 0.5

    def _mixed(self, share: float) -> Colour:
        """The accent thinned into the ground."""
        red, green, blue = (
            round(below + (above - below) * share)
            for below, above in zip(self.ground, self.accent, strict=True)
        )
        return red, green, blue


def draw_spaced(
    pen: ImageDraw.ImageDraw, place: tuple[float, float], words: str, size: int, fill: Colour
) -> None:
    """Capitals with air between them."""
    x, y = place
    for sign in words:
        draw(pen, (x, y), sign, weight="SemiBold", size=size, fill=fill)
        x += length(sign, "SemiBold", size) + 0.14 * size


def _bar(pen: ImageDraw.ImageDraw, x: int, y: int, across: int, down: int, ink: Colour) -> None:
    """A rectangle from a corner, in either direction."""
    left, right = sorted((x, x + across))
    top, bottom = sorted((y, y + down))
    pen.rectangle((left, top, right - 1, bottom - 1), ink)


def _fits(text: str, size: int, area: _Area) -> bool:
    return length(text, "Regular", size) <= area.width


def _joined(parts: list[str], size: int, width: float) -> list[str]:
    """Parts of a name in as few lines as they fill."""
    lines = [parts[0]]
    for part in parts[1:]:
        if length(lines[-1] + part, "SemiBold", size) > width:
            lines.append(part)
        else:
            lines[-1] += part
    return lines


def _balanced(parts: list[str], size: int, widest: float, count: int) -> list[str]:
    """The same number of lines, as even as they can be."""
    best = _joined(parts, size, widest)
    for share in range(95, 40, -5):
        tried = _joined(parts, size, widest * share / 100)
        if len(tried) > count:
            break
        best = tried
    return best


def inks(name: str) -> tuple[Colour, Colour]:
    """The ground and the accent of a shot's cards, by its name."""
    digest = hashlib.blake2b(name.encode(), digest_size=4).digest()
    return _INKS[int.from_bytes(digest, "big") % len(_INKS)]


def _quoted(words: str) -> str:
    """A spoken line in quotes, once."""
    return words if words[:1] in {"“", "«", "„", "「", '"'} else f"“{words}”"


def _plain(slate: Slate) -> str:
    """Seconds as people write them: `6`, `4.5`."""
    text = f"{slate.seconds:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
