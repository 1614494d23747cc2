"""Things that stand in more than one shot: cup, beans, steam, plants, lamps, light."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from . import palette as p
from .canvas import Canvas, Linear, Radial
from .geometry import (
    Path,
    Point,
    bezier,
    ellipse,
    outline,
    place,
    ribbon,
    spline,
    taper,
)


def bean(canvas: Canvas, x: float, y: float, size: float, turn: float, tone: float = 0.5) -> None:
    """Lay one roasted bean; `tone` 0 is dark roast in shade, 1 catches the window."""
    dark = p.mix(p.ESPRESSO, p.ROAST, tone)
    light = p.mix(p.COFFEE, p.colour("#b8703f"), min(1.0, tone))
    body = outline("M -50 2 C -50 -26 -24 -37 2 -37 C 30 -37 50 -22 50 0 C 50 24 26 37 -2 37"
                   " C -28 37 -50 24 -50 2")  # fmt: skip
    with canvas.moved(place(x, y, turn=turn, size=size / 100)):
        canvas.fill(body, Linear((-20, -36), (22, 38), [(0, light), (0.55, dark), (1, p.INK)]))
        with canvas.clip(body):
            canvas.fill(ellipse(-8, -24, 30, 9, turn=-8), p.SUN, opacity=0.1 + 0.22 * tone, blur=5)
            crease = bezier((-52, 6), (-20, -18), (14, 22), (52, -4))
            canvas.fill(ribbon(crease, taper(9, start=3, end=3)), p.INK)
            canvas.fill(
                ribbon([(px, py + 5) for px, py in crease], taper(4)), light, opacity=0.55, blur=1.5
            )


def scatter(
    canvas: Canvas, spots: Sequence[tuple[float, float, float]], *, seed: int, tone: float
) -> None:
    """Lay beans on a table, each spot an x, a y and a size, with their soft shadows."""
    source = random.Random(seed)
    for x, y, size in spots:
        canvas.shadow(
            ellipse(x, y, size * 0.5, size * 0.3), away=(size * 0.16, size * 0.2),
            blur=size * 0.1, opacity=0.55,
        )  # fmt: skip
        bean(canvas, x, y, size, source.uniform(0, 360), tone * source.uniform(0.7, 1.15))


def wisp(
    canvas: Canvas,
    spine: Sequence[Point],
    width: float,
    *,
    opacity: float,
    paint: p.Colour = p.MILK,
) -> None:
    """Let one ribbon of steam rise along a spine: a soft body with one clear edge."""
    line = spline(spine, steps=40)
    body = ribbon(line, taper(width, start=width * 0.12, end=width * 0.5))
    canvas.fill(body, paint, opacity=opacity * 0.55, blur=width * 0.32, mode="screen")
    core = ribbon(line, taper(width * 0.62, start=width * 0.05, end=0))
    canvas.fill(core, paint, opacity=opacity * 0.6, blur=width * 0.07, mode="screen")
    edge = [(x + width * 0.2, y) for x, y in line]
    canvas.fill(
        ribbon(edge, taper(width * 0.13)), paint, opacity=opacity * 0.7, blur=1.2, mode="screen"
    )


CUP_BODY = outline(
    "M -190 0 C -188 118 -152 232 -96 254 C -60 268 60 268 96 254 C 152 232 188 118 190 0"
    " C 150 52 -150 52 -190 0"
)
_HANDLE = outline(
    "M 168 48 C 236 20 290 52 280 112 C 272 162 208 190 138 186 L 146 158 C 196 158 238 140 244 106"
    " C 250 70 214 62 164 82"
)


def cup(
    canvas: Canvas,
    *,
    glaze: p.Colour = p.CREAM,
    shade: p.Colour = p.CARAMEL,
    back: float = 0.0,
    handle: bool = True,
) -> None:
    """Set a cup, rim centre at the origin, lit from the left, or from behind as `back` nears 1."""
    mid = p.mix(glaze, shade, 0.45 + 0.25 * back)
    low = p.mix(shade, p.ROAST, 0.35 + 0.3 * back)
    if handle:
        canvas.fill(_HANDLE, Linear((150, 40), (270, 190), [(0, mid), (1, low)]))
        canvas.edge(_HANDLE, p.SUN, away=(-7, 6), blur=3, opacity=0.35 + 0.5 * back)
    wall = CUP_BODY
    side = Linear(
        (-190, 0),
        (190, 40),
        [(0, p.mix(glaze, p.SUN, 0.3)), (0.16, p.mix(glaze, mid, back)), (0.5, mid), (1, low)],
    )
    canvas.fill(wall, side)
    with canvas.clip(wall):
        canvas.fill(ellipse(40, 290, 240, 90), p.ROAST, opacity=0.5, blur=40, mode="multiply")
        canvas.fill(
            ellipse(-110, 110, 26, 110, turn=10), p.MILK, opacity=0.55 * (1 - back), blur=16
        )
    canvas.edge(wall, p.SUN, away=(-9, 0), blur=5, opacity=0.25 + 0.65 * back)
    canvas.edge(wall, p.SUN, away=(10, 0), blur=5, opacity=0.35 + 0.55 * back)
    lip(canvas, glaze)


def lip(canvas: Canvas, glaze: p.Colour) -> None:
    """Draw the mouth of the cup with coffee in it, crema at the edge."""
    canvas.fill(ellipse(0, 0, 191, 48), Linear((-190, 0), (190, 0), [(0, p.MILK), (1, glaze)]))
    canvas.fill(ellipse(0, 3, 176, 39), p.mix(glaze, p.COFFEE, 0.55))
    with canvas.clip(ellipse(0, 3, 176, 39)):
        canvas.fill(
            ellipse(0, 20, 172, 38),
            Radial(
                (0, 14),
                175,
                40,
                [(0, p.ESPRESSO), (0.55, p.ROAST), (0.86, p.CARAMEL), (1, p.HONEY)],
            ),
        )
        canvas.fill(ellipse(-60, 6, 80, 9, turn=-3), p.SUN, opacity=0.5, blur=7, mode="screen")


def saucer(
    canvas: Canvas, *, glaze: p.Colour = p.CREAM, shade: p.Colour = p.CARAMEL, back: float = 0.0
) -> None:
    """Set the saucer under the cup, in the cup's own units."""
    plate = ellipse(0, 262, 318, 62)
    canvas.fill(ellipse(0, 274, 316, 60), p.mix(shade, p.ROAST, 0.6))
    canvas.fill(
        plate,
        Linear(
            (-318, 230),
            (318, 300),
            [
                (0, p.mix(glaze, p.SUN, 0.3)),
                (0.5, p.mix(glaze, shade, 0.3 + 0.3 * back)),
                (1, p.mix(shade, p.COFFEE, 0.3)),
            ],
        ),
    )
    canvas.fill(ellipse(0, 262, 190, 34), p.mix(shade, p.COFFEE, 0.3), opacity=0.5, blur=5)
    canvas.fill(ellipse(30, 268, 150, 30), p.ESPRESSO, opacity=0.55, blur=14, mode="multiply")
    canvas.edge(plate, p.SUN, away=(0, 5), blur=2, opacity=0.9)


def leaf(canvas: Canvas, base: Point, tip: Point, width: float, *, lit: float) -> None:
    """Grow one pointed leaf from base to tip; `lit` 1 lets the light through."""
    length = math.dist(base, tip)
    turn = math.degrees(math.atan2(tip[1] - base[1], tip[0] - base[0]))
    blade = outline(
        f"M 0 0 C {length * 0.25} {-width} {length * 0.7} {-width * 0.8} {length} 0"
        f" C {length * 0.75} {width * 0.55} {length * 0.25} {width * 0.8} 0 0"
    )
    with canvas.moved(place(*base, turn=turn)):
        light = p.mix(p.LEAF, p.GOLD, 0.45 * lit)
        canvas.fill(
            blade, Linear((0, 0), (length, 0), [(0, p.PINE), (1, p.mix(p.GREEN, light, lit))])
        )
        half: Path = outline(
            f"M 0 0 C {length * 0.25} {-width} {length * 0.7} {-width * 0.8} {length} 0"
            f" C {length * 0.7} {-width * 0.15} {length * 0.3} {-width * 0.12} 0 0"
        )
        canvas.fill(half, light, opacity=0.55 * lit)
        canvas.fill(
            ribbon(bezier((0, 0), (length * 0.5, -width * 0.2), (length, 0)), taper(3)),
            light,
            opacity=0.6,
        )


def shaft(canvas: Canvas, corners: Path, *, opacity: float, blur: float = 26) -> None:
    """Let a beam fall from its first edge to the far one, fading on the way.

    `corners` go along the near edge, then back along the far edge.
    """
    start = ((corners[0][0] + corners[1][0]) / 2, (corners[0][1] + corners[1][1]) / 2)
    end = ((corners[2][0] + corners[3][0]) / 2, (corners[2][1] + corners[3][1]) / 2)
    black = (0, 0, 0)
    fade = Linear(
        start, end, [(0, black), (0.18, p.GOLD), (0.5, p.mix(p.GOLD, black, 0.35)), (1, black)]
    )
    canvas.fill(corners, fade, opacity=opacity, blur=blur, mode="screen")


def motes(
    canvas: Canvas, count: int, area: tuple[float, float, float, float], *, seed: int
) -> None:
    """Float dust in the light."""
    source = random.Random(seed)
    for _ in range(count):
        x, y = source.uniform(area[0], area[2]), source.uniform(area[1], area[3])
        size = source.uniform(1.2, 4.2)
        canvas.fill(
            ellipse(x, y, size),
            p.SUN,
            opacity=source.uniform(0.15, 0.6),
            blur=size * 0.4,
            mode="screen",
        )


def bokeh(
    canvas: Canvas, count: int, area: tuple[float, float, float, float], *, seed: int
) -> None:
    """Hang far lights, thrown out of focus into discs."""
    source = random.Random(seed)
    for _ in range(count):
        x, y = source.uniform(area[0], area[2]), source.uniform(area[1], area[3])
        size = source.uniform(14, 46)
        tone = source.choice([p.GOLD, p.HONEY, p.SUN, p.BLUSH])
        strength = source.uniform(0.06, 0.2)
        canvas.fill(ellipse(x, y, size), tone, opacity=strength, blur=2.5, mode="screen")
        ring = ellipse(x, y, size)
        canvas.fill(
            ring,
            tone,
            opacity=strength * 0.7,
            blur=1.5,
            mode="screen",
            holes=[ellipse(x, y, size - 4)],
        )
