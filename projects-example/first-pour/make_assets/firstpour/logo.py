"""Shot 6: the bag, the cup and the name, in front of the whole sun."""

from __future__ import annotations

import math
import random

from PIL import Image

from . import palette as p
from .canvas import Canvas, Linear, Radial
from .geometry import bezier, box, ellipse, outline, place, ribbon, taper
from .props import bean, cup, leaf, motes, saucer, scatter, wisp
from .wordmark import emblem, word, wordmark

_SUN_AT = (540.0, 1050.0)


def _backdrop(canvas: Canvas) -> None:
    """Raise the sun behind everything, with rays."""
    dusk = [
        (0.0, p.colour("#f3a45c")),
        (0.3, p.colour("#c05a35")),
        (0.6, p.colour("#6b2b1e")),
        (1.0, p.colour("#2a120f")),
    ]
    canvas.fill(canvas.page, Radial(_SUN_AT, 1180, 1180, dusk))
    for index in range(36):
        angle = math.radians(index * 10 + 3)
        spread = math.radians(2.2)
        far = [
            (540 + 1700 * math.cos(angle + side), 1030 + 1700 * math.sin(angle + side))
            for side in (-spread, spread)
        ]
        canvas.fill([_SUN_AT, *far], p.GOLD, opacity=0.13, blur=3, mode="screen")
    canvas.brush(canvas.page, strength=0.14, turn=70)
    canvas.glow(_SUN_AT, 700, 700, p.GOLD, opacity=0.6, mode="screen")
    disc = ellipse(*_SUN_AT, 382)
    canvas.shadow(disc, away=(0, 0), blur=30, opacity=0.25, paint=p.TERRACOTTA)
    canvas.fill(
        disc, Linear((540, 640), (540, 1400), [(0, p.SUN), (0.5, p.GOLD), (1, p.colour("#f09a4e"))])
    )
    canvas.edge(disc, p.MILK, away=(0, 12), blur=8, opacity=0.7)


def _table(canvas: Canvas) -> None:
    """Lay the table that mirrors the sun."""
    table = outline("M -20 1330 L 1100 1330 L 1100 1960 L -20 1960")
    canvas.fill(
        table,
        Linear(
            (0, 1330),
            (0, 1920),
            [(0, p.colour("#b4633a")), (0.3, p.colour("#6b3523")), (1, p.colour("#34180f"))],
        ),
    )
    canvas.brush(table, strength=0.35, turn=0, seed=3)
    with canvas.clip(table):
        canvas.glow((540, 1330), 620, 220, p.GOLD, opacity=0.8, mode="screen")
        canvas.fill(
            outline("M 330 1390 L 760 1390 L 900 1960 L 190 1960"),
            p.INK,
            opacity=0.4,
            blur=46,
            mode="multiply",
        )
    canvas.fill(box(-20, 1324, 1100, 1332), p.SUN, opacity=0.7, blur=2, mode="screen")


def _bag(canvas: Canvas) -> None:
    """Stand the coffee bag, folded and tied at its top, its foot at (540, 1420)."""
    bag = outline(
        "M 336 800 C 330 980 316 1200 312 1396 C 312 1416 324 1424 344 1426"
        " C 460 1434 620 1434 736 1426"
        " C 756 1424 768 1416 768 1396 C 764 1200 750 980 744 800"
    )
    canvas.shadow(bag, away=(6, 26), blur=34, opacity=0.6)
    canvas.fill(
        bag,
        Linear(
            (312, 900),
            (768, 980),
            [(0, p.colour("#5d9273")), (0.14, p.LEAF), (0.45, p.GREEN), (1, p.PINE)],
        ),
    )
    with canvas.clip(bag):
        _gussets(canvas)
        for crease in (
            [(330, 860), (420, 900), (470, 860), (540, 880)],
            [(750, 850), (660, 900), (610, 856), (560, 876)],
        ):
            canvas.fill(ribbon(bezier(*crease), taper(22)), p.PINE, opacity=0.6, blur=8)
        canvas.fill(ellipse(540, 1440, 260, 40), p.INK, opacity=0.5, blur=24, mode="multiply")
    canvas.brush(bag, strength=0.24, turn=88, seed=6)
    canvas.edge(bag, p.SUN, away=(5, 0), blur=3, opacity=0.7)
    canvas.edge(bag, p.SUN, away=(-4, 0), blur=3, opacity=0.4)
    fold = outline(
        "M 356 712 C 420 704 660 704 724 712 C 738 750 746 790 748 824"
        " C 680 834 400 834 332 824 C 334 790 342 750 356 712"
    )
    canvas.shadow(fold, away=(0, 16), blur=12, opacity=0.55)
    canvas.fill(
        fold,
        Linear(
            (330, 716),
            (750, 824),
            [(0, p.colour("#6fa382")), (0.2, p.LEAF), (0.6, p.GREEN), (1, p.PINE)],
        ),
    )
    canvas.brush(fold, strength=0.24, turn=2, seed=7)
    canvas.edge(fold, p.SUN, away=(0, 7), blur=4, opacity=0.8)
    tie = outline("M 322 756 C 420 746 660 746 758 756 L 760 784 C 660 774 420 774 320 784")
    brass = Linear(
        (306, 0), (774, 0), [(0, p.MILK), (0.2, p.GOLD), (0.6, p.CARAMEL), (1, p.COFFEE)]
    )
    canvas.shadow(tie, away=(0, 6), blur=5, opacity=0.5)
    canvas.fill(tie, brass)
    for x, turn in ((350, 62), (730, 118)):
        with canvas.moved(place(x, 768, turn=turn)):
            tab = box(-16, -13, 54, 13, 4)
            canvas.shadow(tab, away=(5, 0), blur=5, opacity=0.5)
            canvas.fill(tab, Linear((-16, 0), (54, 0), [(0, p.SUN), (0.5, p.GOLD), (1, p.CARAMEL)]))


def _gussets(canvas: Canvas) -> None:
    """Crease the bag's sides, so that it stands as paper and not as a tin."""
    left = outline("M 330 826 L 386 920 L 372 1130 L 384 1300 L 340 1430 L 300 1430 L 316 1100")
    right = [(1080 - x, y) for x, y in left]
    canvas.fill(left, p.SUN, opacity=0.24, mode="screen")
    canvas.fill(right, p.INK, opacity=0.42, mode="multiply")
    for x, way in ((386, 1), (694, -1)):
        line = [
            (x - 56 * way, 826.0),
            (float(x), 920.0),
            (x - 14 * way, 1130.0),
            (x - 2 * way, 1300.0),
            (x - 46 * way, 1430.0),
        ]
        canvas.fill(ribbon(line, 4), p.SUN, opacity=0.35, blur=1.5, mode="screen")
        canvas.fill(
            ribbon([(px + 6, py) for px, py in line], 9),
            p.INK,
            opacity=0.35,
            blur=4,
            mode="multiply",
        )


def _label(canvas: Canvas) -> None:
    """Paste the cream label with the name on the bag."""
    label = outline("M 392 920 C 470 926 610 926 688 920 L 696 1330 C 610 1338 470 1338 384 1330")
    canvas.shadow(label, away=(3, 7), blur=7, opacity=0.5)
    canvas.fill(label, Linear((384, 900), (696, 960), [(0, p.MILK), (0.5, p.CREAM), (1, p.SAND)]))
    canvas.brush(label, strength=0.16, turn=88, seed=2)
    with canvas.moved(place(540, 1006, size=0.78)):
        emblem(canvas, p.TERRACOTTA, p.CREAM)
    with canvas.moved(place(540 - 337 * 0.32, 1092, size=0.32)):
        wordmark(canvas, p.ESPRESSO, p.TERRACOTTA)
    canvas.fill(box(440, 1234, 640, 1238), p.TERRACOTTA)
    for index in range(3):
        bean(canvas, 500 + 40 * index, 1278, 30, -30 + 30 * index, 0.3)


def paint(width: int, height: int) -> Image.Image:
    """Paint the shot's still."""
    canvas = Canvas(width, height)
    _backdrop(canvas)
    _table(canvas)
    source = random.Random(17)
    for x, y, size in [
        (150, 800, 76),
        (236, 1030, 56),
        (120, 1150, 92),
        (910, 790, 88),
        (850, 950, 52),
        (970, 1010, 64),
        (256, 730, 46),
        (60, 960, 50),
        (985, 690, 46),
    ]:
        bean(canvas, x, y, size, source.uniform(0, 360), 0.75)
    _bag(canvas)
    _label(canvas)
    with canvas.moved(place(776, 1286, size=0.64)):
        saucer(canvas, back=0.35)
        cup(canvas, back=0.35)
    wisp(
        canvas,
        [(766, 1280), (726, 1200), (800, 1110), (850, 1020), (800, 930), (820, 850)],
        60,
        opacity=0.6,
    )
    wisp(canvas, [(796, 1280), (836, 1220), (830, 1140), (880, 1070)], 40, opacity=0.5)
    for base, tip, wide in [
        ((300, 1430), (120, 1330), 44),
        ((310, 1430), (180, 1260), 46),
        ((300, 1436), (110, 1420), 40),
    ]:
        leaf(canvas, base, tip, wide, lit=0.8)
    scatter(
        canvas,
        [(250, 1500, 88), (350, 1540, 96), (160, 1560, 80), (460, 1510, 76), (640, 1560, 90)],
        seed=4,
        tone=0.85,
    )
    with canvas.moved(place(540 - 337 * 1.08, 276, size=1.08)):
        for blur, away, opacity in ((16.0, 14.0, 0.6), (4.0, 4.0, 0.5)):
            with canvas.moved(place(away * 0.4, away)):
                _shade(canvas, blur, opacity)
        wordmark(
            canvas, Linear((0, 0), (0, 340), [(0, p.MILK), (1, p.SUN)]), p.mix(p.GOLD, p.HONEY, 0.6)
        )
    motes(canvas, 26, (40, 640, 300, 1400), seed=29)
    motes(canvas, 26, (780, 640, 1040, 1250), seed=30)
    return canvas.finished(seed=61)


def _shade(canvas: Canvas, blur: float, opacity: float) -> None:
    """Drop the lettering's shadow on the sky."""
    for text, x, y in (("FIRST", 73.0, 0.0), ("POUR", 0.0, 190.0)):
        for path, holes in word(text)[0]:
            canvas.fill(
                [(px + x, py + y) for px, py in path],
                p.INK,
                blur=blur,
                opacity=opacity,
                mode="multiply",
                holes=[[(px + x, py + y) for px, py in hole] for hole in holes],
            )
