"""Shot 2: espresso pours from the portafilter into a glass, and the crema rises."""

from __future__ import annotations

import random
from collections.abc import Callable

from PIL import Image

from . import palette as p
from .cafe import cafe
from .canvas import Canvas, Linear, Radial
from .geometry import (
    Path,
    arc,
    bezier,
    box,
    capsule,
    ellipse,
    outline,
    place,
    ribbon,
    spline,
    taper,
)
from .props import bokeh, motes, shaft, wisp

_STEEL = [
    (0.0, p.colour("#c9a27c")),
    (0.07, p.MILK),
    (0.17, p.colour("#e8cfa8")),
    (0.27, p.colour("#8a6450")),
    (0.4, p.colour("#4a2f28")),
    (0.52, p.colour("#8f6b55")),
    (0.6, p.colour("#e2c49c")),
    (0.66, p.colour("#a37d60")),
    (0.8, p.colour("#3b221d")),
    (0.93, p.colour("#54362b")),
    (0.97, p.colour("#b98b66")),
    (1.0, p.colour("#2a1613")),
]
_BRASS = [(0.0, p.MILK), (0.14, p.GOLD), (0.45, p.CARAMEL), (0.8, p.COFFEE), (1.0, p.ROAST)]

_TOP, _BOTTOM = 960.0, 1406.0


def _half(y: float) -> float:
    """Half the glass's width at a height."""
    return 206 - 48 * (y - _TOP) / (_BOTTOM - _TOP)


def _wall(top: float, bottom: float, inset: float = 0.0) -> Path:
    """Outline the glass between two heights, its bottom edge rounded."""
    a, b = _half(top) - inset, _half(bottom) - inset
    low = [
        (540 + x, y)
        for x, y in bezier(
            (b, bottom), (b * 0.96, bottom + 26), (b * 0.5, bottom + 38), (0, bottom + 38)
        )
    ]
    right = [(540 + a, top), *low]
    return right + [(1080 - x, y) for x, y in reversed(right)]


def _machine(canvas: Canvas) -> None:
    """Build the group head above: enamel, brass, steel."""
    body = outline(
        "M 150 -20 L 930 -20 L 930 150 C 930 196 900 220 850 224 L 230 224"
        " C 180 220 150 196 150 150"
    )
    canvas.shadow(body, away=(24, 40), blur=40, opacity=0.6)
    canvas.fill(
        body,
        Linear(
            (150, 0),
            (930, 60),
            [(0, p.colour("#8fb28a")), (0.14, p.LEAF), (0.5, p.GREEN), (1, p.PINE)],
        ),
    )
    canvas.brush(body, strength=0.22, turn=2, seed=4)
    canvas.edge(body, p.INK, away=(0, -60), blur=30, opacity=0.45)
    canvas.edge(body, p.SUN, away=(9, 0), blur=5, opacity=0.7)
    canvas.fill(box(180, 150, 900, 166, 8), Linear((180, 0), (900, 0), _BRASS))
    canvas.fill(ellipse(540, 66, 74), Linear((466, 0), (614, 0), _BRASS))
    canvas.fill(ellipse(540, 66, 60), Linear((480, 20), (600, 110), [(0, p.MILK), (1, p.SAND)]))
    for step in range(9):
        with canvas.moved(place(540, 66, turn=-120 + 30 * step)):
            canvas.fill(box(-1.6, -52, 1.6, -42), p.ROAST)
    with canvas.moved(place(540, 66, turn=38)):
        canvas.fill([(-4, 10), (0, -44), (4, 10)], p.TERRACOTTA)
        canvas.fill(ellipse(0, 0, 8), p.ROAST)
    collar = outline("M 352 220 L 728 220 L 712 318 C 640 338 440 338 368 318")
    canvas.fill(collar, Linear((352, 0), (728, 0), _STEEL))
    canvas.fill(
        outline("M 352 220 L 728 220 L 726 252 C 640 272 440 272 354 252"),
        p.INK,
        opacity=0.55,
        blur=10,
        mode="multiply",
    )


def _portafilter(canvas: Canvas) -> None:
    """Hang the portafilter: handle to the right, basket, twin spout."""
    handle = outline("M 690 352 C 800 352 900 344 1000 352 C 1060 358 1100 362 1160 366 L 1160 462"
                     " C 1080 462 1000 460 920 446 C 840 434 760 430 690 430")  # fmt: skip
    canvas.shadow(handle, away=(10, 50), blur=26, opacity=0.45)
    canvas.fill(
        handle,
        Linear((0, 346), (0, 466), [(0, p.HONEY), (0.2, p.COFFEE), (0.6, p.ROAST), (1, p.INK)]),
    )
    canvas.brush(handle, strength=0.35, turn=2, seed=9)
    ferrule = box(690, 346, 764, 436, 8)
    canvas.fill(ferrule, Linear((0, 346), (0, 436), _BRASS))
    basket = outline(
        "M 350 318 C 440 342 640 342 730 318 L 724 396 C 720 430 690 448 650 452 L 430 452"
        " C 390 448 360 430 356 396"
    )
    canvas.shadow(basket, away=(6, 30), blur=22, opacity=0.5)
    canvas.fill(basket, Linear((350, 0), (730, 0), _STEEL))
    with canvas.clip(basket):
        canvas.fill(
            ribbon(bezier((346, 338), (440, 364), (640, 364), (734, 338)), 9),
            p.MILK,
            opacity=0.55,
            blur=1.5,
        )
        canvas.fill(box(340, 420, 740, 470), p.INK, opacity=0.5, blur=14, mode="multiply")
        canvas.fill(box(384, 330, 410, 450), p.MILK, opacity=0.6, blur=8)
    spout = outline(
        "M 486 448 L 594 448 C 596 480 620 500 646 520 C 656 530 656 560 652 588"
        " L 606 588 C 606 566 600 552 584 544"
        " C 566 536 514 536 496 544 C 480 552 474 566 474 588 L 428 588"
        " C 424 560 424 530 434 520 C 460 500 484 480 486 448"
    )
    canvas.fill(spout, Linear((424, 0), (656, 0), _STEEL))
    canvas.edge(spout, p.MILK, away=(5, 2), blur=2.5, opacity=0.7)
    for x in (451, 629):
        canvas.fill(ellipse(x, 588, 23, 7), p.INK)


def _thread(share: float) -> Callable[[float], float]:
    """Give the width of a falling thread: thick at the spout, drawn thin by its own weight."""
    return lambda t: share * (22 + 16 * (1 - min(1, t * 2.6)) ** 2)


def _streams(canvas: Canvas, surface: float) -> None:
    """Let two threads of espresso fall to the surface, swaying in to the middle."""
    for x, end, sway in [(451, 514, -3), (629, 570, 4)]:
        line = spline(
            [
                (x, 586),
                (x + (end - x) * 0.45, 690),
                (x + (end - x) * 0.86 + sway, 860),
                (end, surface + 6),
            ]
        )
        canvas.fill(ribbon(line, _thread(1)), p.colour("#74381a"))
        lit = [(px - 4, py) for px, py in line]
        canvas.fill(ribbon(lit, _thread(0.6)), p.mix(p.HONEY, p.CARAMEL, 0.45), blur=2.5)
        canvas.fill(
            ribbon([(px - 3, py) for px, py in lit], _thread(0.2)), p.SUN, opacity=0.9, blur=1
        )
        canvas.fill(
            ribbon([(px + 8, py) for px, py in line], _thread(0.2)), p.INK, opacity=0.4, blur=2
        )
        canvas.glow((end, surface + 4), 60, 16, p.SUN, opacity=0.55, mode="screen")


def _coffee(canvas: Canvas, surface: float) -> None:
    """Fill the glass up to a height: espresso below, crema settling above."""
    liquid = _wall(surface, _BOTTOM - 22, inset=15)
    body = [
        (0, p.HONEY),
        (0.14, p.CARAMEL),
        (0.36, p.colour("#7c4122")),
        (0.66, p.colour("#3f1d12")),
        (1, p.colour("#26110c")),
    ]
    canvas.fill(liquid, Linear((0, surface), (0, max(_BOTTOM, surface + 190)), body))
    half = _half(surface) - 15
    source = random.Random(12)
    with canvas.clip(liquid):
        for _ in range(46):
            x = 540 + source.uniform(-half, half)
            start = surface + source.uniform(24, 60)
            line = spline(
                [
                    (x, start),
                    (x + source.uniform(-16, 16), start + 40),
                    (x + source.uniform(-22, 22), start + source.uniform(60, 130)),
                ]
            )
            tone = source.choice([p.HONEY, p.CARAMEL, p.ROAST])
            canvas.fill(
                ribbon(line, taper(source.uniform(8, 20))),
                tone,
                opacity=source.uniform(0.15, 0.4),
                blur=5,
            )
        canvas.fill(
            box(540 - half - 20, surface, 540 - half + 46, 1500),
            p.GOLD,
            opacity=0.5,
            blur=18,
            mode="screen",
        )
        canvas.fill(
            box(540 + half - 60, surface, 540 + half + 20, 1500), p.INK, opacity=0.45, blur=22
        )
    band = [
        *bezier(
            (540 - half, surface),
            (540 - half, surface + 40),
            (540 + half, surface + 40),
            (540 + half, surface),
        )
    ]
    crema = [*band, *[(540 + half + (x - 540 - half) * 1.0, y + 34) for x, y in reversed(band)]]
    canvas.fill(
        crema,
        Linear((540 - half, 0), (540 + half, 0), [(0, p.SUN), (0.25, p.HONEY), (1, p.CARAMEL)]),
        opacity=0.9,
        blur=4,
    )
    top = ellipse(540, surface, half, 30)
    canvas.fill(
        top,
        Radial(
            (540, surface),
            half,
            30,
            [(0, p.HONEY), (0.55, p.colour("#e3ab68")), (0.9, p.CARAMEL), (1, p.COFFEE)],
        ),
    )
    with canvas.clip(top):
        for _ in range(70):
            x, y = 540 + source.uniform(-half, half), surface + source.uniform(-28, 28)
            canvas.fill(
                ellipse(x, y, source.uniform(3, 10), source.uniform(1.5, 3.5)),
                source.choice([p.SUN, p.SUN, p.CARAMEL]),
                opacity=0.35,
                blur=0.8,
            )
        canvas.fill(
            ellipse(540 - half * 0.5, surface - 4, half * 0.4, 10),
            p.SUN,
            opacity=0.6,
            blur=6,
            mode="screen",
        )


def _glass(canvas: Canvas, surface: float) -> None:
    """Stand the glass: back rim, coffee, then the light on the front."""
    whole = [*arc(540, _TOP, 206, 40, 180, 360), *_wall(_TOP, _BOTTOM)]
    canvas.shadow(ellipse(620, 1440, 260, 34), away=(0, 0), blur=20, opacity=0.7)
    canvas.fill(whole, p.SUN, opacity=0.13)
    canvas.fill(ellipse(540, _TOP, 206, 40), p.SUN, opacity=0.16)
    canvas.fill(ribbon(arc(540, _TOP, 204, 40, 180, 360), 5), p.MILK, opacity=0.5)
    _coffee(canvas, surface)
    _streams(canvas, surface)
    base = outline(
        "M 384 1396 C 430 1424 650 1424 696 1396 L 698 1408 C 690 1436 640 1444 540 1444"
        " C 440 1444 390 1436 382 1408"
    )
    canvas.fill(
        base,
        Linear((380, 0), (700, 0), [(0, p.MILK), (0.3, p.SAND), (0.7, p.CARAMEL), (1, p.SUN)]),
        opacity=0.75,
    )
    canvas.edge(whole, p.MILK, away=(10, 0), blur=3, opacity=0.85)
    canvas.edge(whole, p.MILK, away=(-7, 0), blur=2.5, opacity=0.6)
    with canvas.clip(whole):
        sheen = [(540 - 176, _TOP), (540 - 128, _TOP), (540 - 104, 1400), (540 - 138, 1400)]
        canvas.fill(
            sheen,
            Linear((0, _TOP), (0, 1400), [(0, p.MILK), (1, p.HONEY)]),
            opacity=0.4,
            blur=4,
            mode="screen",
        )
        canvas.fill(
            [(540 + 136, _TOP + 40), (540 + 150, _TOP + 40), (540 + 122, 1380), (540 + 112, 1380)],
            p.MILK,
            opacity=0.35,
            blur=3,
            mode="screen",
        )
    rim = ribbon(arc(540, _TOP, 203, 40, 0, 180), taper(9, start=4, end=4))
    canvas.fill(
        rim, Linear((334, 0), (746, 0), [(0, p.MILK), (0.5, p.SAND), (1, p.MILK)]), opacity=0.9
    )


def _counter(canvas: Canvas) -> None:
    """Lay the counter and the steel plate the glass stands on."""
    top = outline("M -60 1340 L 1140 1340 L 1140 1990 L -60 1990")
    canvas.fill(
        top,
        Linear(
            (0, 1340),
            (900, 1900),
            [(0, p.colour("#d8955c")), (0.35, p.colour("#94522f")), (1, p.colour("#32170f"))],
        ),
    )
    canvas.brush(top, strength=0.38, turn=0, seed=3)
    canvas.fill(
        [(-60, 1340), (380, 1340), (900, 1720), (300, 1760)],
        p.GOLD,
        opacity=0.3,
        blur=30,
        mode="screen",
    )
    canvas.fill(box(-60, 1334, 1140, 1342), p.SUN, opacity=0.5, blur=3, mode="screen")
    canvas.shadow(ellipse(600, 1478, 330, 64), away=(20, 14), blur=26, opacity=0.75)
    canvas.fill(ellipse(540, 1462, 330, 66), Linear((210, 0), (870, 0), _STEEL))
    plate = ellipse(540, 1446, 330, 66)
    canvas.fill(
        plate,
        Linear(
            (210, 1400),
            (870, 1480),
            [
                (0, p.MILK),
                (0.3, p.colour("#e0bd93")),
                (0.7, p.colour("#86604b")),
                (1, p.colour("#4a3029")),
            ],
        ),
    )
    with canvas.clip(ellipse(540, 1446, 286, 54)):
        for index in range(-7, 8):
            slot = capsule((540 + index * 40, 1396), (540 + index * 46, 1500), 12, 15)
            canvas.fill(slot, p.INK, opacity=0.8, blur=1)
            canvas.fill([(x + 9, y) for x, y in slot], p.MILK, opacity=0.35, blur=1.5)
    canvas.edge(plate, p.MILK, away=(0, 6), blur=2, opacity=0.8)


def _picture(width: int, height: int, surface: float, seed: int) -> Image.Image:
    """Paint the pour with the coffee up to a height."""
    canvas = Canvas(width, height)
    with canvas.moved(place(-40, -60, size=1.25)):
        cafe(canvas, blur=20)
    canvas.fill(canvas.page, p.colour("#a8714f"), opacity=0.4, mode="multiply")
    canvas.glow((180, 700), 620, 860, p.SUN, opacity=0.4, mode="screen")
    canvas.glow((430, 1010), 560, 700, p.GOLD, opacity=0.5, mode="screen")
    bokeh(canvas, 18, (560, 480, 1080, 1200), seed=4)
    with canvas.moved(place(0, 0, size=1.07, about=(540, 1330))):
        _counter(canvas)
        _machine(canvas)
        _portafilter(canvas)
        _glass(canvas, surface)
        wisp(
            canvas,
            [(420, surface - 20), (350, 900), (410, 780), (330, 650), (250, 540), (290, 430)],
            90,
            opacity=0.5,
        )
        wisp(
            canvas,
            [(660, surface - 20), (720, 930), (690, 830), (760, 740), (740, 650)],
            60,
            opacity=0.35,
        )
    shaft(canvas, [(-80, 420), (240, 160), (1160, 1360), (760, 1760)], opacity=0.34, blur=46)
    motes(canvas, 50, (60, 500, 1000, 1400), seed=21)
    return canvas.finished(seed=seed)


def paint(width: int, height: int) -> Image.Image:
    """Paint the first frame: the pour has begun."""
    return _picture(width, height, 1300, 21)


def paint_end(width: int, height: int) -> Image.Image:
    """Paint the last frame: the glass is nearly full."""
    return _picture(width, height, 1100, 21)
