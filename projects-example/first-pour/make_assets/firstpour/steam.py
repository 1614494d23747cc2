"""Shot 3: steam curls above the cup, back-lit by the arched window at dawn."""

from __future__ import annotations

from PIL import Image

from . import palette as p
from .canvas import Canvas, Linear
from .geometry import Path, arc, box, ellipse, outline, place, spline
from .props import cup, leaf, motes, saucer, scatter, shaft, wisp

SUN_AT = (650.0, 780.0)


def _arch(inset: float) -> Path:
    """Outline the window, drawn in by `inset`."""
    return [
        (112 + inset, 1210.0),
        *arc(540, 560, 428 - inset, 428 - inset, 180, 360),
        (968 - inset, 1210.0),
    ]


def _outside(canvas: Canvas) -> None:
    """Paint the morning behind the glass."""
    sky = [
        (0.0, p.colour("#b9603f")),
        (0.35, p.colour("#e38f52")),
        (0.7, p.colour("#fbbd6c")),
        (1.0, p.colour("#ffd891")),
    ]
    canvas.fill(_arch(0), Linear((540, 130), (600, 1000), sky))
    canvas.glow(SUN_AT, 620, 620, p.SUN, opacity=0.55, mode="screen")
    canvas.fill(ellipse(*SUN_AT, 190), p.SUN, opacity=0.35, blur=2)
    canvas.fill(ellipse(*SUN_AT, 132), p.MILK, blur=1.5)
    with canvas.clip(_arch(0)):
        _hills(canvas)
    canvas.glow(SUN_AT, 360, 360, p.SUN, opacity=0.35, mode="screen")


def _hills(canvas: Canvas) -> None:
    """Layer the land under the sun, the near hills darkest."""
    for band, (y, tone) in enumerate([(880, 0.3), (965, 0.6), (1065, 0.95)]):
        ridge = spline([(60, y + 40 - 30 * band), (240, y - 34), (420, y + 22), (610, y + 6 * band),
                        (780, y - 40 + 20 * band), (1020, y + 10)])  # fmt: skip
        hill = [*ridge, (1020.0, 1240.0), (60.0, 1240.0)]
        top = p.mix(p.colour("#f2b878"), p.CLAY, tone)
        canvas.fill(
            hill, Linear((0, y - 40), (0, y + 190), [(0, top), (1, p.mix(top, p.SUN, 0.5))])
        )


def _frame(canvas: Canvas) -> None:
    """Build the window's bars and the wall around it."""
    bars = p.colour("#4b2418")
    for bar in (box(532, 100, 548, 1220), box(100, 552, 980, 568), box(100, 884, 980, 898)):
        with canvas.clip(_arch(0)):
            canvas.fill(bar, bars)
            canvas.fill([(x - 3, y) for x, y in bar], p.GOLD, opacity=0.12, blur=6, mode="screen")
    with canvas.clip(_arch(0)):
        canvas.edge(_arch(0), bars, away=(16, 12), opacity=1)
        canvas.edge(_arch(0), bars, away=(-16, 12), opacity=1)
        canvas.edge(_arch(0), p.INK, away=(22, 20), blur=8, opacity=0.35)
        canvas.edge(_arch(0), p.INK, away=(-22, 20), blur=8, opacity=0.35)


def _plant(canvas: Canvas) -> None:
    """Stand a plant in a clay pot at the left, its leaves letting the light through."""
    for base, tip, wide, lit in [
        ((60, 1190), (10, 830), 62, 0.4),
        ((70, 1190), (196, 860), 60, 0.95),
        ((60, 1200), (-60, 930), 60, 0.2),
        ((80, 1200), (268, 1010), 52, 0.85),
        ((70, 1200), (112, 770), 54, 0.75),
        ((70, 1200), (-10, 1040), 50, 0.3),
    ]:
        leaf(canvas, base, tip, wide, lit=lit)
    pot = outline("M -30 1180 L 176 1180 L 146 1392 C 110 1404 40 1404 0 1392")
    canvas.shadow(pot, away=(-30, 34), blur=26, opacity=0.6)
    canvas.fill(
        pot,
        Linear((-30, 0), (180, 30), [(0, p.CLAY), (0.55, p.colour("#7a3524")), (1, p.TERRACOTTA)]),
    )
    canvas.brush(pot, strength=0.3, turn=0, seed=5)
    canvas.edge(pot, p.GOLD, away=(-7, 2), blur=4, opacity=0.8)
    lip = box(-40, 1166, 190, 1216, 12)
    canvas.shadow(lip, away=(0, 12), blur=8, opacity=0.5)
    canvas.fill(
        lip, Linear((-40, 0), (190, 0), [(0, p.CLAY), (0.6, p.colour("#8c402b")), (1, p.BLUSH)])
    )
    canvas.edge(lip, p.SUN, away=(-6, 5), blur=3, opacity=0.8)


def paint(width: int, height: int) -> Image.Image:
    """Paint the shot's still."""
    canvas = Canvas(width, height)
    wall = Linear(
        (0, 0),
        (0, 1300),
        [(0, p.colour("#2a1412")), (0.6, p.colour("#4a231a")), (1, p.colour("#6b3423"))],
    )
    canvas.fill(canvas.page, wall)
    canvas.brush(canvas.page, strength=0.2, turn=86)
    canvas.fill(_arch(-26), p.colour("#7a3b27"))
    canvas.edge(_arch(-26), p.BLUSH, away=(0, 8), blur=5, opacity=0.35)
    canvas.fill(_arch(-14), p.colour("#3c1c15"))
    _outside(canvas)
    _frame(canvas)
    table = outline("M -20 1196 L 1100 1196 L 1100 1960 L -20 1960")
    canvas.fill(
        table,
        Linear(
            (0, 1196),
            (0, 1920),
            [(0, p.colour("#c8804a")), (0.16, p.colour("#8a4a2c")), (1, p.colour("#3d1c13"))],
        ),
    )
    canvas.brush(table, strength=0.35, turn=0, seed=3)
    with canvas.clip(table):
        canvas.glow((600, 1200), 560, 200, p.SUN, opacity=0.85, mode="screen")
        canvas.glow((600, 1330), 330, 330, p.GOLD, opacity=0.4, mode="screen")
        shade = outline(
            "M 250 1480 C 250 1440 800 1440 820 1480 C 860 1640 900 1800 940 1960 L 60 1960"
            " C 140 1800 210 1640 250 1480"
        )
        canvas.fill(shade, p.ESPRESSO, opacity=0.5, blur=60, mode="multiply")
    canvas.fill(box(-20, 1190, 1100, 1199), p.SUN, opacity=0.55, blur=2, mode="screen")
    with canvas.moved(place(530, 1216)):
        saucer(canvas, back=0.75)
        cup(canvas, back=0.75)
    for spine, wide, strength in [
        (
            [
                (500, 1208),
                (420, 1100),
                (500, 970),
                (590, 840),
                (520, 700),
                (420, 570),
                (480, 430),
                (560, 320),
            ],
            120,
            0.9,
        ),
        (
            [
                (580, 1208),
                (660, 1110),
                (610, 990),
                (530, 880),
                (600, 760),
                (700, 650),
                (670, 520),
                (610, 430),
            ],
            92,
            0.7,
        ),
        ([(540, 1204), (560, 1120), (490, 1030), (400, 930), (400, 820), (330, 710)], 60, 0.5),
    ]:
        wisp(canvas, spine, wide, opacity=strength)
    _plant(canvas)
    scatter(
        canvas,
        [(860, 1490, 74), (930, 1452, 62), (800, 1560, 84), (170, 1560, 80)],
        seed=4,
        tone=0.6,
    )
    shaft(canvas, [(400, 500), (760, 500), (1250, 1960), (560, 1960)], opacity=0.10, blur=60)
    motes(canvas, 60, (130, 300, 960, 1120), seed=8)
    return canvas.finished(seed=31)
