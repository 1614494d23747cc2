"""The logo's lettering: geometric capitals drawn as shapes, the I pouring into the O."""

from __future__ import annotations

from . import palette as p
from .canvas import Canvas, Paint
from .geometry import Path, arc, bezier, box, ellipse, moved, outline, ribbon

Glyph = tuple[list[tuple[Path, list[Path]]], float]

HEIGHT = 150.0
_WEIGHT = 34.0
_GAP = 30.0


def _bowl(left: float, height: float, width: float) -> tuple[Path, list[Path]]:
    """Draw the bowl of a P or an R on a stem."""
    r = height / 2
    outer = [(left, 0.0), *arc(width - r, r, r, r, -90, 90), (left, height)]
    w = _WEIGHT
    inner = [(left + w, w), *arc(width - r, r, r - w, r - w, -90, 90), (left + w, height - w)]
    return outer, [inner]


def _letter(name: str) -> Glyph:
    """Return a capital as outlines with holes, and its width."""
    w, h = _WEIGHT, HEIGHT
    if name == "F":
        return [(box(0, 0, w, h), []), (box(0, 0, 100, w), []), (box(0, 60, 86, 60 + w), [])], 100
    if name == "I":
        return [(box(0, 0, w, h), [])], w
    if name == "P":
        return [(_bowl(0, 96, 112)), (box(0, 0, w, h), [])], 112
    if name == "R":
        leg = [(40.0, 80.0), (80.0, 80.0), (120.0, h), (80.0, h)]
        return [_bowl(0, 94, 112), (box(0, 0, w, h), []), (leg, [])], 118
    if name == "T":
        return [(box(0, 0, 116, w), []), (box(58 - w / 2, 0, 58 + w / 2, h), [])], 116
    if name == "O":
        return [(ellipse(78, h / 2, 78), [ellipse(78, h / 2, 78 - w)])], 156
    if name == "U":
        spine = [(w / 2, 0.0), *arc(59, h - 59, 59 - w / 2, 59 - w / 2, 180, 0), (118 - w / 2, 0.0)]
        return [(ribbon(spine, w), [])], 118
    middle = h / 2
    top = arc(57, (w / 2 + middle) / 2, 39, (middle - w / 2) / 2, -24, -270)
    foot = arc(57, (h - w / 2 + middle) / 2, 40, (middle - w / 2) / 2, -90, 156)
    spine = [*top[:-1], *foot]
    return [(ribbon(spine, w), [])], 114


def word(text: str) -> Glyph:
    """Set a word: its pieces, and its width."""
    pieces: list[tuple[Path, list[Path]]] = []
    x = 0.0
    for name in text:
        shapes, width = _letter(name)
        pieces += [
            (moved(path, x, 0), [moved(hole, x, 0) for hole in holes]) for path, holes in shapes
        ]
        x += width + _GAP
    return pieces, x - _GAP


def wordmark(canvas: Canvas, ink: Paint, coffee: p.Colour = p.CARAMEL) -> None:
    """Draw both words, FIRST above, from the origin; 675 wide and 340 tall."""
    first, _ = word("FIRST")
    pour, _ = word("POUR")
    drop = 190.0
    shift = 112 + _GAP + 78 - (100 + _GAP + _WEIGHT / 2)
    for pieces, x, y in ((first, shift, 0.0), (pour, 0.0, drop)):
        for path, holes in pieces:
            canvas.fill(moved(path, x, y), ink, holes=[moved(hole, x, y) for hole in holes])
    centre = 112 + _GAP + 78
    bowl = ellipse(centre, drop + HEIGHT / 2, 78 - _WEIGHT + 1)
    with canvas.clip(bowl):
        level = drop + 76
        wave = outline(
            f"M {centre - 60} {level}"
            f" C {centre - 24} {level - 12} {centre + 20} {level + 12} {centre + 60} {level}"
            f" L {centre + 60} {level + 90} L {centre - 60} {level + 90}"
        )
        canvas.fill(wave, coffee)
    stream = ribbon(
        bezier((centre, HEIGHT - 1), (centre, drop), (centre, drop + 60), (centre, drop + 84)),
        lambda t: 15 - 4 * t,
    )
    canvas.fill(stream, coffee)


def emblem(canvas: Canvas, ink: Paint, paper: Paint) -> None:
    """Draw the house's sign, a drop inside the sun, 120 across round the origin."""
    canvas.fill(ellipse(0, 0, 60), ink)
    drop = outline(
        "M 0 -44 C 8 -24 26 -8 26 12 C 26 28 14 38 0 38 C -14 38 -26 28 -26 12"
        " C -26 -8 -8 -24 0 -44"
    )
    canvas.fill(drop, paper)
