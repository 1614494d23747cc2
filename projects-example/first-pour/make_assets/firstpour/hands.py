"""Hands as a few clean shapes: fingers wrapped round something upright, wrist, cuff."""

from __future__ import annotations

import math

from . import palette as p
from .canvas import Canvas, Linear
from .geometry import Path, Point, bezier, capsule, ellipse, outline, ribbon, spline, taper

_FINGERS: list[tuple[Point, Point, float, float]] = [
    ((96, 74), (-28, 78), 46, 38),
    ((104, 32), (-54, 38), 52, 44),
    ((104, -14), (-62, -6), 54, 46),
    ((94, -60), (-46, -50), 52, 45),
]


def _finger(canvas: Canvas, start: Point, end: Point, width: float, tip: float) -> None:
    """Lay one finger over what is below it: shadow, skin, light along the top, nail."""
    shape = capsule(start, end, width, tip)
    canvas.shadow(shape, away=(-3, 11), blur=7, opacity=0.5, paint=p.SKIN_DEEP)
    top, bottom = (end[0], end[1] - tip / 2), (end[0] + 4, end[1] + tip / 2 + 6)
    canvas.fill(shape, Linear(top, bottom, [(0, p.SKIN_LIGHT), (0.45, p.SKIN), (1, p.SKIN_SHADE)]))
    with canvas.clip(shape):
        canvas.fill(
            [(start[0] - 30, -200), (300, -200), (300, 200), (start[0] - 30, 200)],
            p.SKIN_SHADE, opacity=0.55, blur=34,
        )  # fmt: skip
        x, y = end
        nail = outline(
            f"M {x - 20} {y - 9} C {x - 12} {y - 15} {x + 8} {y - 14} {x + 14} {y - 9}"
            f" C {x + 18} {y - 2} {x + 17} {y + 4} {x + 12} {y + 8}"
            f" C {x + 4} {y + 12} {x - 12} {y + 11} {x - 20} {y + 6}"
        )
        canvas.fill(
            nail, Linear((x, y - 14), (x, y + 14), [(0, p.MILK), (1, p.BLUSH)]), opacity=0.55
        )
    canvas.edge(shape, p.SUN, away=(2, 5), blur=3, opacity=0.55)
    bend = (start[0] + (end[0] - start[0]) * 0.42, start[1] + (end[1] - start[1]) * 0.42)
    for shift in (-5, 5):
        crease = spline(
            [
                (bend[0] + shift, bend[1] - 12),
                (bend[0] + shift - 4, bend[1]),
                (bend[0] + shift, bend[1] + 10),
            ]
        )
        canvas.fill(ribbon(crease, taper(3.4)), p.SKIN_DEEP, opacity=0.35, blur=0.8)


def _arm(elbow: Point, width: float) -> Path:
    """Outline the back of the hand, the wrist and the forearm as far as the elbow."""
    x, y = elbow
    length = math.dist((220, 30), elbow)
    nx, ny = -(y - 30) / length * width / 2, (x - 220) / length * width / 2
    ux, uy = (x - 220) / length * length * 0.45, (y - 30) / length * length * 0.45
    top, bottom = (x - nx, y - ny), (x + nx, y + ny)
    return [
        *outline("M 44 92 C 20 40 16 -50 40 -88 C 76 -112 130 -104 170 -72"),
        *bezier(
            (170, -72),
            (196, -50),
            (240 - nx * 0.3, -20 - ny * 0.3),
            (250 - nx * 0.5, 40 - ny * 0.75),
            (top[0] - ux, top[1] - uy),
            top,
        ),
        *bezier(
            bottom,
            (bottom[0] - ux, bottom[1] - uy),
            (260 + nx * 0.5, 40 + ny * 0.95),
            (190, 132),
            (130, 128),
        ),
        *bezier((130, 128), (90, 124), (60, 110), (44, 92)),
    ]


def grip(
    canvas: Canvas, elbow: Point, *, width: float = 170.0, light: float = 1.0, thumb: bool = False
) -> None:
    """Close a hand, come from the right, round an upright bar at the origin.

    The forearm runs to `elbow`, `width` broad there; the thumb lies over it or is hidden.
    """
    arm = _arm(elbow, width)
    turn = math.atan2(elbow[1] - 30, elbow[0] - 220)
    nx, ny = -math.sin(turn) * 100, math.cos(turn) * 100
    canvas.shadow(arm, away=(10, 26), blur=20, opacity=0.5)
    across = Linear(
        (150 - nx, 20 - ny),
        (150 + nx, 20 + ny),
        [(0, p.SKIN_LIGHT), (0.45, p.SKIN), (1, p.SKIN_DEEP)],
    )
    canvas.fill(arm, across)
    canvas.edge(arm, p.SUN, away=(-nx * 0.02, 7), blur=5, opacity=0.6 * light)
    if thumb:
        _finger(canvas, (128, -88), (4, -100), 58, 48)
    for start, end, wide, tip in _FINGERS:
        _finger(canvas, start, end, wide, tip)
    with canvas.clip(arm):
        canvas.fill([(118, -260), (2000, -260), (2000, 900), (92, 900)], across, blur=17)
        for start, _, _, _ in _FINGERS:
            gap = [(92.0, start[1] + 24), (128.0, start[1] + 27)]
            canvas.fill(ribbon(gap, taper(9)), p.SKIN_DEEP, opacity=0.22, blur=6)
            canvas.fill(ellipse(start[0] + 12, start[1] - 6, 22, 12), p.SUN, opacity=0.2, blur=9)
