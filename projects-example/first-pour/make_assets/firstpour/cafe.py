"""The cafe at dawn behind the people and the close-ups: window, shelves, lamps, plants."""

from __future__ import annotations

import random

from . import palette as p
from .canvas import Canvas, Linear
from .geometry import Path, box, ellipse, outline, place, spline
from .props import CUP_BODY, leaf

_WALL = [(0.0, p.colour("#b5683f")), (0.38, p.colour("#864429")), (1.0, p.colour("#3a1a15"))]
_SKY = [(0.0, p.colour("#e79a63")), (0.45, p.colour("#ffc97e")), (0.85, p.SUN), (1.0, p.MILK)]


def window(canvas: Canvas, left: float, right: float, top: float, bottom: float) -> None:
    """Open a tall window onto the dawn, sun low in it."""
    pane = box(left, top, right, bottom, 18)
    height = bottom - top
    canvas.fill(box(left - 26, top - 26, right + 26, bottom + 40, 24), p.colour("#5b2c1e"))
    canvas.fill(pane, Linear((0, top), (0, bottom), _SKY))
    with canvas.clip(pane):
        sun = (left + (right - left) * 0.5, top + height * 0.62)
        canvas.fill(ellipse(*sun, 90), p.MILK)
        canvas.glow(sun, 420, 420, p.MILK, opacity=0.7, mode="screen")
        for share, tone in [(0.74, 0.3), (0.84, 0.6), (0.92, 0.9)]:
            y = top + height * share
            ridge = spline([(left - 60, y + 30), (left + 90, y - 24), ((left + right) / 2, y + 18),
                            (right - 60, y - 20), (right + 60, y + 20)])  # fmt: skip
            hill = p.mix(p.colour("#f6bd7b"), p.CLAY, tone)
            canvas.fill([*ridge, (right + 60, bottom + 9), (left - 60, bottom + 9)], hill)
    middle = (left + right) / 2
    for bar in (
        box(middle - 8, top, middle + 8, bottom),
        box(left, top + height * 0.32, right, top + height * 0.32 + 15),
    ):
        canvas.fill(bar, p.colour("#5b2c1e"))


def shelf(canvas: Canvas, left: float, right: float, y: float, *, seed: int) -> None:
    """Hang a plank with jars, bags and cups, lit from the window on the left."""
    source = random.Random(seed)
    x = left + 30
    while x < right:
        wide, tall = source.uniform(62, 100), source.uniform(90, 170)
        kind = source.choice(["jar", "bag", "cup", "jar"])
        tone = source.choice([p.CREAM, p.TERRACOTTA, p.GREEN, p.COFFEE, p.SAND, p.CLAY])
        shade = Linear(
            (x, 0),
            (x + wide, 0),
            [
                (0, p.mix(tone, p.SUN, 0.35)),
                (0.35, p.mix(tone, p.ROAST, 0.3)),
                (1, p.mix(tone, p.ESPRESSO, 0.7)),
            ],
        )
        if kind == "cup":
            with canvas.moved(place(x + wide / 2, y - 66, size=wide / 380)):
                canvas.fill(
                    CUP_BODY,
                    Linear((-190, 0), (190, 0), [(0, p.SUN), (0.3, p.SAND), (1, p.COFFEE)]),
                )
                canvas.fill(ellipse(0, 0, 190, 44), p.COFFEE)
        elif kind == "bag":
            canvas.fill(
                outline(
                    f"M {x} {y} L {x + 5} {y - tall} L {x + wide - 5} {y - tall} L {x + wide} {y}"
                ),
                shade,
            )
            canvas.fill(
                box(x + 14, y - tall * 0.6, x + wide - 14, y - tall * 0.25, 4), p.SAND, opacity=0.7
            )
        else:
            canvas.fill(box(x, y - tall * 0.8, x + wide, y, 14), shade)
            canvas.fill(
                box(x + 8, y - tall * 0.8 - 16, x + wide - 8, y - tall * 0.8 + 4, 5), p.ROAST
            )
        x += wide + source.uniform(16, 60)
    plank = box(left, y, right + 20, y + 22)
    canvas.shadow(plank, away=(0, 30), blur=16, opacity=0.6)
    canvas.fill(
        plank, Linear((left, 0), (right, 0), [(0, p.HONEY), (0.4, p.COFFEE), (1, p.ESPRESSO)])
    )


def lamp(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Hang a lit lamp by its cord."""
    canvas.fill(box(x - 3, -20, x + 3, y), p.INK)
    canvas.glow((x, y + 90 * size), 330 * size, 300 * size, p.GOLD, opacity=0.7, mode="screen")
    canvas.fill(ellipse(x, y + 96 * size, 66 * size, 20 * size), p.MILK)
    with canvas.moved(place(x, y, size=size)):
        shade: Path = outline(
            "M -24 0 C -30 40 -110 60 -118 100 C -60 84 60 84 118 100 C 110 60 30 40 24 0"
        )
        canvas.fill(shade, Linear((-118, 0), (118, 0), [(0, p.LEAF), (0.4, p.GREEN), (1, p.PINE)]))


def _plant(canvas: Canvas) -> None:
    """Stand a plant in its clay pot on the counter."""
    for base, tip, wide in [
        ((150, 1300), (60, 1010), 52),
        ((155, 1300), (200, 960), 50),
        ((160, 1300), (300, 1090), 50),
        ((150, 1300), (-20, 1130), 46),
        ((155, 1300), (120, 930), 46),
    ]:
        leaf(canvas, base, tip, wide, lit=0.8)
    pot = outline("M 74 1290 L 236 1290 L 214 1444 L 96 1444")
    canvas.fill(pot, Linear((74, 0), (236, 0), [(0, p.BLUSH), (0.4, p.TERRACOTTA), (1, p.CLAY)]))
    canvas.fill(
        box(64, 1276, 246, 1314, 8),
        Linear((64, 0), (246, 0), [(0, p.SUN), (0.3, p.TERRACOTTA), (1, p.CLAY)]),
    )


def cafe(canvas: Canvas, *, blur: float) -> None:
    """Paint the room and throw it out of focus by `blur` units."""
    canvas.fill(canvas.page, Linear((0, 500), (1080, 700), _WALL))
    canvas.brush(canvas.page, strength=0.18, turn=80)
    shelf(canvas, 600, 1120, 470, seed=5)
    shelf(canvas, 600, 1120, 800, seed=9)
    window(canvas, -40, 440, 110, 1240)
    lamp(canvas, 620, 110, 0.9)
    lamp(canvas, 930, 60, 0.75)
    sill = box(-40, 1262, 500, 1296)
    canvas.fill(sill, Linear((0, 1262), (0, 1296), [(0, p.SUN), (1, p.CARAMEL)]))
    counter = box(-20, 1440, 1100, 1960)
    canvas.fill(
        counter, Linear((0, 1440), (1080, 1700), [(0, p.CARAMEL), (0.5, p.COFFEE), (1, p.ESPRESSO)])
    )
    canvas.fill(
        box(-20, 1440, 1100, 1476),
        Linear((0, 0), (1080, 0), [(0, p.SUN), (0.5, p.HONEY), (1, p.COFFEE)]),
    )
    _plant(canvas)
    canvas.soften(blur)
    canvas.glow((200, 800), 760, 900, p.GOLD, opacity=0.4, mode="screen")
