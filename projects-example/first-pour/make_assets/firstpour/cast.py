"""The barista's reference pictures: from the front and from the side, on plain paper."""

from __future__ import annotations

from PIL import Image

from . import palette as p
from .barista import front_body, side_arm_down, side_body
from .canvas import Canvas, Radial
from .faces import front, profile
from .geometry import place


def _sheet(width: int, height: int) -> Canvas:
    """Lay out plain paper, a little lighter on the window's side."""
    canvas = Canvas(width, height)
    paper = [(0.0, p.MILK), (0.45, p.CREAM), (1.0, p.HONEY)]
    canvas.fill(canvas.page, Radial((360, 560), 1180, 1300, paper))
    canvas.brush(canvas.page, strength=0.08, turn=78)
    return canvas


def paint_front(width: int, height: int) -> Image.Image:
    """Paint her from the front, three to four."""
    canvas = _sheet(width, height)
    with canvas.moved(place(24, -104, size=0.98)):
        front_body(canvas)
        with canvas.moved(place(520, 806, size=1.62)):
            front(canvas, smile=False)
    return canvas.finished(seed=71, vignette=0.15)


def paint_side(width: int, height: int) -> Image.Image:
    """Paint her from the side, facing the window on the left, three to four."""
    canvas = _sheet(width, height)
    with canvas.moved(place(-70, -60, size=0.98)):
        with canvas.moved(place(640, 660, size=1.18)):
            profile(canvas, eyes="open")
        side_body(canvas)
        side_arm_down(canvas)
    return canvas.finished(seed=72, vignette=0.15)
