"""Shot 1: hands turn a small mill; beans go down, grounds heap up, the window is warm."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import Image

from . import palette as p
from .cafe import cafe
from .canvas import Canvas, Linear
from .geometry import Path, Point, arc, bezier, box, capsule, ellipse, outline, place, ribbon, taper
from .hands import grip
from .props import bean, bokeh, motes, scatter, shaft

_BRASS = [
    (0.0, p.SAND),
    (0.1, p.MILK),
    (0.2, p.GOLD),
    (0.45, p.CARAMEL),
    (0.62, p.HONEY),
    (0.8, p.COFFEE),
    (1.0, p.ROAST),
]
_WOOD = [(0.0, p.HONEY), (0.2, p.CARAMEL), (0.55, p.COFFEE), (1.0, p.ESPRESSO)]


@dataclass(frozen=True, slots=True)
class _Moment:
    """Where things are at one instant: crank in degrees, heights in design units."""

    crank: float
    beans: float
    grounds: float
    falling: tuple[tuple[float, float, float, float], ...]


_START = _Moment(
    4, 742, 1372, ((430, 560, 58, 20), (640, 610, 50, 130), (352, 470, 46, 300), (560, 478, 44, 70))
)
_END = _Moment(
    40,
    812,
    1296,
    ((448, 664, 58, 95), (628, 700, 50, 200), (396, 590, 46, 30), (540, 610, 44, 150)),
)


def _jar(canvas: Canvas, moment: _Moment) -> None:
    """Stand the glass jar with the grounds in it."""
    jar = outline(
        "M 392 1100 L 688 1100 L 688 1390 C 688 1424 670 1436 640 1442"
        " C 580 1452 500 1452 440 1442"
        " C 410 1436 392 1424 392 1390"
    )
    canvas.shadow(ellipse(600, 1442, 250, 30), away=(40, 6), blur=22, opacity=0.75)
    canvas.fill(jar, p.SUN, opacity=0.16)
    source = random.Random(5)
    level = moment.grounds
    heap = outline(
        f"M 406 {level + 36} C 450 {level + 24} 500 {level - 26} 540 {level - 34}"
        f" C 580 {level - 26} 630 {level + 24} 674 {level + 36} L 674 1500 L 406 1500"
    )
    inner = outline(
        "M 404 1100 L 676 1100 L 676 1384 C 676 1412 660 1424 634 1429"
        " C 576 1438 504 1438 446 1429"
        " C 420 1424 404 1412 404 1384"
    )
    with canvas.clip(inner):
        for _ in range(190):
            x, y = 540 + source.gauss(0, 20), source.uniform(1100, level - 10)
            canvas.fill(
                ellipse(x, y, source.uniform(1.2, 3.8)),
                source.choice([p.ESPRESSO, p.ROAST, p.COFFEE]),
                opacity=0.9,
            )
        canvas.fill(
            heap,
            Linear(
                (406, level), (660, 1440), [(0, p.colour("#8a5030")), (0.4, p.ROAST), (1, p.INK)]
            ),
        )
        for _ in range(900):
            x, y = source.uniform(400, 680), source.uniform(1230, 1440)
            tone = source.choice([p.CARAMEL, p.COFFEE, p.INK, p.ESPRESSO, p.COFFEE])
            if y > level - 30 + abs(x - 540) * 0.55:
                canvas.fill(
                    ellipse(x, y, source.uniform(1.5, 4.2)), tone, opacity=source.uniform(0.3, 0.75)
                )
        canvas.fill(box(392, 1096, 430, 1440), p.GOLD, opacity=0.4, blur=14, mode="screen")
    canvas.edge(jar, p.MILK, away=(9, 2), blur=3, opacity=0.9)
    canvas.edge(jar, p.MILK, away=(-7, -2), blur=3, opacity=0.55)
    canvas.edge(jar, p.MILK, away=(0, -9), blur=4, opacity=0.5)
    canvas.fill(box(420, 1130, 446, 1390, 13), p.MILK, opacity=0.45, blur=4, mode="screen")
    canvas.fill(box(640, 1150, 650, 1370, 5), p.MILK, opacity=0.35, blur=2, mode="screen")


def _body(canvas: Canvas) -> None:
    """Build the mill's wooden middle with its brass rings."""
    body = outline(
        "M 410 962 C 380 980 372 1000 372 1020 L 372 1106 C 440 1128 640 1128 708 1106"
        " L 708 1020 C 708 1000 700 980 670 962"
    )  # fmt: skip
    canvas.shadow(body, away=(14, 24), blur=16, opacity=0.5)
    canvas.fill(
        body,
        Linear(
            (372, 0),
            (708, 40),
            [(0, p.colour("#8fb28a")), (0.12, p.LEAF), (0.5, p.GREEN), (1, p.PINE)],
        ),
    )
    canvas.brush(body, strength=0.25, turn=0, seed=4)
    canvas.edge(body, p.SUN, away=(7, 3), blur=4, opacity=0.6)
    for y in (950, 1098):
        half = 168 if y > 1000 else 140
        ring = [
            *bezier(
                (540 - half, y),
                (540 - half * 0.5, y + 15),
                (540 + half * 0.5, y + 15),
                (540 + half, y),
            ),
            *bezier(
                (540 + half, y + 22),
                (540 + half * 0.5, y + 38),
                (540 - half * 0.5, y + 38),
                (540 - half, y + 22),
            ),
        ]
        canvas.shadow(ring, away=(3, 9), blur=7, opacity=0.5)
        canvas.fill(ring, Linear((380, 0), (700, 0), _BRASS))


def _hopper(canvas: Canvas, moment: _Moment) -> None:
    """Set the glass funnel with its beans."""
    left, right = (
        bezier((420, 958), (404, 880), (352, 800), (352, 690)),
        bezier((728, 690), (728, 800), (676, 880), (660, 958)),
    )
    wall: Path = [*left, *arc(540, 690, 188, 40, 180, 360), *right]
    canvas.fill(wall, p.SUN, opacity=0.16)
    canvas.fill(ellipse(540, 690, 188, 40), p.MILK, opacity=0.1)
    source = random.Random(3)
    with canvas.clip(wall):
        top = moment.beans
        canvas.fill(box(340, top + 30, 740, 970), p.INK, opacity=0.75, blur=16)
        y = 950.0
        while y > top:
            for column in range(8):
                x = 374 + 48 * column + source.uniform(-14, 14) + (24 if round(y) % 2 else 0)
                edge = top + 30 * (abs(x - 540) / 170) ** 2 + source.uniform(-12, 12)
                turn, tone = source.uniform(0, 360), source.uniform(-0.12, 0.12)
                if y > edge:
                    bean(canvas, x, y, 62, turn, max(0.05, 0.6 - (x - 360) / 600) + tone)
            y -= 29
        canvas.fill(box(352, 690, 390, 960), p.GOLD, opacity=0.25, blur=14, mode="screen")
        canvas.fill(box(660, 690, 740, 960), p.INK, opacity=0.35, blur=20)
    canvas.edge(wall, p.MILK, away=(9, 0), blur=3, opacity=0.9)
    canvas.edge(wall, p.MILK, away=(-7, 0), blur=3, opacity=0.6)
    with canvas.clip(wall):
        canvas.fill(
            [(384, 716), (408, 716), (446, 900), (430, 916)],
            p.MILK,
            opacity=0.3,
            blur=4,
            mode="screen",
        )


def _hopper_rim(canvas: Canvas) -> None:
    """Close the funnel's front lip."""
    ring = ribbon(arc(540, 690, 187, 40, 0, 180), taper(8, start=3, end=3))
    canvas.fill(
        ring, Linear((352, 0), (728, 0), [(0, p.MILK), (0.5, p.SAND), (1, p.MILK)]), opacity=0.9
    )


def _crank(canvas: Canvas, knob: Point) -> None:
    """Mount the axle, the arm and the wooden knob."""
    x, y = knob
    axle = box(528, 556, 552, 960)
    canvas.fill(axle, Linear((526, 0), (554, 0), _BRASS))
    arm = capsule((540, 560), (x, y), 30, 26)
    canvas.shadow(arm, away=(10, 26), blur=14, opacity=0.4)
    canvas.fill(arm, Linear((540, 545), (540, 620), _BRASS))
    canvas.edge(arm, p.MILK, away=(0, 5), blur=2, opacity=0.8)
    canvas.fill(ellipse(540, 556, 36, 26), Linear((504, 0), (576, 0), _BRASS))
    canvas.fill(
        ellipse(540, 546, 18, 12), Linear((520, 0), (560, 0), [(0, p.MILK), (1, p.CARAMEL)])
    )
    handle = outline(
        f"M {x - 18} {y} C {x - 26} {y - 40} {x - 44} {y - 90} {x - 40} {y - 140}"
        f" C {x - 34} {y - 190} {x + 34} {y - 190}"
        f" {x + 40} {y - 140} C {x + 44} {y - 90} {x + 26} {y - 40} {x + 18} {y}"
    )
    canvas.fill(handle, Linear((x - 42, 0), (x + 42, 0), _WOOD))
    canvas.edge(handle, p.SUN, away=(6, 3), blur=3, opacity=0.6)


def _table(canvas: Canvas) -> None:
    """Lay the table and its light."""
    table = outline("M -20 1310 L 1100 1310 L 1100 1960 L -20 1960")
    canvas.fill(
        table,
        Linear(
            (0, 1310),
            (900, 1900),
            [(0, p.colour("#e0a066")), (0.35, p.colour("#a35f37")), (1, p.colour("#3a1b13"))],
        ),
    )
    canvas.brush(table, strength=0.38, turn=-1, seed=3)
    with canvas.clip(table):
        canvas.fill(
            [(60, 1310), (420, 1310), (980, 1700), (500, 1760)],
            p.GOLD,
            opacity=0.38,
            blur=30,
            mode="screen",
        )
        canvas.fill(
            [(460, 1310), (560, 1310), (1100, 1620), (1090, 1700)],
            p.GOLD,
            opacity=0.25,
            blur=26,
            mode="screen",
        )
    canvas.fill(box(-20, 1304, 1100, 1312), p.SUN, opacity=0.4, blur=3, mode="screen")


def _sleeve(canvas: Canvas, at: Point, turn: float, half: float, *, lit: bool) -> None:
    """Roll a linen sleeve at `at` on an arm that runs off along `turn`, `half` its half width."""
    stops = (
        [(0.0, p.MILK), (0.4, p.CREAM), (1.0, p.CARAMEL)]
        if lit
        else [(0.0, p.CREAM), (0.5, p.SAND), (1.0, p.COFFEE)]
    )
    with canvas.moved(place(*at, turn=turn)):
        linen = Linear((0, -half - 40), (0, half + 40), stops)
        sleeve = outline(
            f"M 20 {-half - 8} C 120 {-half - 40} 300 {-half - 60} 560 {-half - 70}"
            f" L 560 {half + 80}"
            f" C 300 {half + 70} 120 {half + 50} 20 {half + 8}"
        )
        cuff = outline(
            f"M -36 {-half} C -30 {-half - 26} 30 {-half - 34} 52 {-half - 12}"
            f" C 72 {-half * 0.4} 72 {half * 0.4} 52 {half + 12}"
            f" C 30 {half + 34} -30 {half + 26} -36 {half}"
            f" C -14 {half * 0.5} -14 {-half * 0.5} -36 {-half}"
        )
        canvas.shadow(sleeve, away=(0, 16), blur=14, opacity=0.45)
        canvas.fill(sleeve, linen)
        canvas.brush(sleeve, strength=0.2, turn=20, seed=8)
        canvas.shadow(cuff, away=(0, 8), blur=9, opacity=0.5, paint=p.COFFEE)
        canvas.fill(cuff, linen)
        canvas.edge(cuff, p.SUN, away=(0, 7), blur=4, opacity=0.7)


def _picture(width: int, height: int, moment: _Moment) -> Image.Image:
    """Paint the mill at one moment."""
    canvas = Canvas(width, height)
    with canvas.moved(place(-60, -40, size=1.2)):
        cafe(canvas, blur=18)
    canvas.fill(canvas.page, p.colour("#b98a6a"), opacity=0.26, mode="multiply")
    canvas.glow((170, 640), 620, 820, p.SUN, opacity=0.5, mode="screen")
    bokeh(canvas, 16, (600, 80, 1080, 1150), seed=6)
    _table(canvas)
    shaft(canvas, [(-80, 330), (60, 180), (940, 1500), (640, 1760)], opacity=0.36, blur=22)
    shaft(canvas, [(120, 150), (300, 30), (1180, 1180), (1020, 1420)], opacity=0.4, blur=22)
    with canvas.moved(place(0, 0, size=1.16, about=(560, 1220))):
        _mill(canvas, moment)
    scatter(
        canvas,
        [
            (120, 1600, 100),
            (226, 1674, 92),
            (70, 1730, 106),
            (850, 1560, 84),
            (940, 1630, 100),
            (800, 1690, 88),
            (330, 1580, 76),
        ],
        seed=4,
        tone=0.8,
    )
    shaft(canvas, [(-80, 330), (60, 180), (940, 1500), (640, 1760)], opacity=0.12, blur=22)
    motes(canvas, 60, (60, 400, 1000, 1400), seed=11)
    return canvas.finished(seed=11)


def _mill(canvas: Canvas, moment: _Moment) -> None:
    """Stand the mill with both hands on it."""
    _jar(canvas, moment)
    _hopper(canvas, moment)
    angle = math.radians(moment.crank)
    knob = (540 + 216 * math.cos(angle), 556 + 74 * math.sin(angle))
    for x, y, size, turn in moment.falling:
        bean(canvas, x, y, size, turn, 0.6)
    _crank(canvas, knob)
    _hopper_rim(canvas)
    _body(canvas)
    with canvas.moved(place(418, 1044, turn=-24, size=0.98, flip=True)):
        grip(canvas, (700, 240), width=220)
    _sleeve(canvas, (92, 1340), 128, 92, lit=True)
    with canvas.moved(place(knob[0], knob[1] - 74, turn=8, size=0.95)):
        grip(canvas, (640, 70), width=200, light=0.7, thumb=True)
    _sleeve(canvas, (knob[0] + 350, knob[1] + 20), 11, 84, lit=False)


def paint(width: int, height: int) -> Image.Image:
    """Paint the first frame."""
    return _picture(width, height, _START)


def paint_end(width: int, height: int) -> Image.Image:
    """Paint the last frame: the crank turned, the beans lower, more grounds."""
    return _picture(width, height, _END)
