"""The barista's head, from the side and from the front, as flat confident planes."""

from __future__ import annotations

from . import palette as p
from .canvas import Canvas, Linear, Radial
from .geometry import Point, bezier, capsule, ellipse, outline, place, ribbon, spline, taper

PROFILE = outline(
    "M -112 -220 C -154 -196 -176 -150 -178 -108 C -179 -86 -183 -74 -177 -58"
    " C -178 -38 -206 -4 -219 17 C -226 31 -212 41 -193 43 C -189 51 -197 55 -202 63"
    " C -206 71 -196 74 -184 77 C -196 79 -203 87 -198 97 C -194 105 -184 107 -184 116"
    " C -184 126 -193 134 -189 150 C -184 172 -158 182 -130 174 C -98 166 -70 160 -52 150"
    " C -46 200 -54 250 -84 310 L 120 320 C 96 240 92 160 110 90 L 120 -120 L 20 -230"
)
_SIDE_HAIR = outline(
    "M -146 -176 C -150 -262 -30 -306 70 -276 C 176 -244 226 -140 200 -40 C 188 12 158 60 116 92"
    " C 104 66 92 40 70 22 C 70 -24 44 -52 10 -44 C -14 -38 -26 -24 -34 12 C -46 8 -56 -20 -58 -52"
    " C -62 -110 -100 -150 -146 -176"
)
_BUN = ellipse(206, -196, 96, 90, turn=-20)


def _strands(canvas: Canvas, lines: list[list[Point]], width: float, opacity: float) -> None:
    """Comb light through the hair."""
    for line in lines:
        canvas.fill(ribbon(bezier(*line), taper(width)), p.HAIR_LIGHT, opacity=opacity, blur=1.6)


def side_hair(canvas: Canvas) -> None:
    """Draw the hair seen from the left, gathered in a bun."""
    canvas.fill(
        _BUN, Linear((130, -280), (280, -120), [(0, p.HAIR_LIGHT), (0.35, p.HAIR), (1, p.INK)])
    )
    with canvas.clip(_BUN):
        _strands(
            canvas,
            [
                [(120, -190), (170, -290), (290, -270), (300, -180)],
                [(126, -160), (190, -250), (270, -220), (286, -130)],
                [(130, -140), (200, -190), (250, -180), (262, -110)],
            ],
            11,
            0.6,
        )
    canvas.edge(_BUN, p.HONEY, away=(4, 8), blur=5, opacity=0.75, mode="screen")
    hair = Linear((-150, -260), (180, 60), [(0, p.HAIR_LIGHT), (0.3, p.HAIR), (1, p.INK)])
    canvas.fill(_SIDE_HAIR, hair)
    with canvas.clip(_SIDE_HAIR):
        _strands(canvas, [[(-140, -182), (-60, -250), (80, -250), (190, -190)],
                          [(-120, -168), (-50, -212), (80, -200), (200, -176)],
                          [(-96, -140), (-30, -170), (80, -160), (196, -150)],
                          [(-66, -96), (0, -120), (90, -110), (180, -120)],
                          [(-20, -40), (40, -80), (120, -60), (190, -110)]], 10, 0.55)  # fmt: skip
        canvas.fill(ellipse(150, 40, 120, 110), p.INK, opacity=0.5, blur=40)
    canvas.edge(_SIDE_HAIR, p.HONEY, away=(5, 8), blur=5, opacity=0.75, mode="screen")


def profile(canvas: Canvas, *, eyes: str = "closed", smile: float = 0.3) -> None:
    """Draw the head facing left, ear near the origin, chin 170 below it."""
    canvas.fill(
        PROFILE,
        Linear(
            (-200, -20),
            (110, 60),
            [(0, p.SKIN_LIGHT), (0.4, p.SKIN), (0.85, p.SKIN_SHADE), (1, p.SKIN_DEEP)],
        ),
    )
    with canvas.clip(PROFILE):
        under = outline(
            "M -140 186 C -90 178 -40 168 0 120 C 30 90 60 70 130 60 L 140 340 L -110 340"
            " C -70 280 -74 230 -100 190"
        )
        canvas.fill(under, p.SKIN_DEEP, opacity=0.75, blur=9)
        canvas.fill(ellipse(-96, 60, 56, 42), p.TERRACOTTA, opacity=0.34, blur=24)
        canvas.fill(ellipse(-160, -20, 22, 40), p.SKIN_SHADE, opacity=0.4, blur=14)
        canvas.fill(
            outline("M -193 43 C -180 44 -172 36 -172 24 C -176 32 -184 36 -200 36"),
            p.SKIN_DEEP,
            opacity=0.55,
            blur=2,
        )
        lips = outline(
            "M -216 62 C -206 66 -186 64 -164 72 C -176 78 -184 78 -186 78"
            " C -190 96 -196 100 -216 96"
        )
        canvas.fill(lips, p.CLAY, opacity=0.8, blur=1.5)
        mouth = bezier((-186, 77), (-174, 77), (-164, 75 - 6 * smile), (-152, 70 - 12 * smile))
        canvas.fill(ribbon(mouth, taper(5, start=4, end=2)), p.SKIN_DEEP)
    canvas.edge(PROFILE, p.SUN, away=(8, 3), blur=3.5, opacity=0.9)
    _side_eye(canvas, eyes)
    ear = outline(
        "M 12 -34 C 40 -44 60 -22 52 8 C 46 34 32 52 16 50 C 6 46 8 30 8 14 C 4 -6 4 -26 12 -34"
    )
    canvas.fill(ear, Linear((0, -40), (60, 50), [(0, p.SKIN), (1, p.SKIN_SHADE)]))
    canvas.fill(
        ribbon(bezier((18, -18), (44, -28), (44, 6), (24, 24)), taper(6)),
        p.SKIN_DEEP,
        opacity=0.6,
        blur=1,
    )
    side_hair(canvas)
    canvas.fill(ellipse(20, 62, 9), Radial((17, 58), 10, 10, [(0, p.MILK), (1, p.GOLD)]))
    canvas.fill(ribbon(bezier((-62, -70), (-58, 10), (-66, 70), (-48, 110)), taper(6)), p.HAIR)


def _side_eye(canvas: Canvas, eyes: str) -> None:
    """Draw the eye and brow seen from the side."""
    brow = bezier((-172, -78), (-150, -98), (-124, -100), (-92, -84))
    canvas.fill(ribbon(brow, taper(13, start=5, end=1.5)), p.HAIR, blur=1)
    if eyes == "closed":
        lid = bezier((-166, -22), (-152, -8), (-132, -8), (-108, -24))
        canvas.fill(ribbon(lid, taper(8, start=3, end=3)), p.INK)
        for x0, y0, x1, y1 in [(-160, -17, -172, -4), (-150, -12, -158, 4), (-139, -11, -142, 5)]:
            canvas.fill(ribbon([(x0, y0), (x1, y1)], taper(4, start=3, end=0.5)), p.INK)
        return
    white = outline(
        "M -164 -30 C -156 -44 -132 -46 -108 -28 C -126 -18 -148 -14 -160 -18"
        " C -164 -22 -166 -26 -164 -30"
    )
    canvas.fill(white, p.CREAM)
    with canvas.clip(white):
        canvas.fill(ellipse(-152, -30, 11, 15), p.ROAST)
        canvas.fill(ellipse(-154, -34, 3, 4), p.MILK)
    canvas.fill(
        ribbon(
            bezier((-172, -26), (-158, -48), (-130, -48), (-104, -26)), taper(9, start=4, end=3)
        ),
        p.INK,
    )


FACE = outline(
    "M -147 -60 C -152 0 -150 62 -126 112 C -106 152 -70 186 -38 198 C -14 207 14 207 38 198"
    " C 70 186 106 152 126 112 C 150 62 152 0 147 -60 C 142 -180 74 -236 0 -236"
    " C -74 -236 -142 -180 -147 -60"
)
_FRINGE = outline(
    "M -162 26 C -184 -80 -168 -190 -90 -236 C -34 -268 64 -266 112 -228 C 176 -180 182 -80 162 26"
    " C 158 -6 152 -26 144 -46 C 132 -112 66 -160 -30 -178 C -70 -158 -122 -120 -140 -48"
    " C -150 -26 -158 -6 -162 26"
)


def front(canvas: Canvas, *, smile: bool, eyes: str = "open") -> None:
    """Draw the head from the front: eyes level with the origin, chin 207 below it."""
    bun = ellipse(22, -272, 98, 84)
    canvas.fill(
        bun, Linear((-90, -370), (120, -240), [(0, p.HAIR_LIGHT), (0.45, p.HAIR), (1, p.INK)])
    )
    with canvas.clip(bun):
        _strands(
            canvas,
            [
                [(-84, -270), (-34, -350), (86, -360), (126, -270)],
                [(-74, -250), (-14, -312), (66, -312), (110, -242)],
                [(-54, -232), (-4, -272), (46, -272), (90, -222)],
            ],
            11,
            0.6,
        )
    canvas.edge(bun, p.HONEY, away=(8, 5), blur=5, opacity=0.8, mode="screen")
    back = outline(
        "M -160 40 C -186 -100 -146 -250 0 -254 C 146 -250 186 -100 160 40"
        " C 140 60 120 60 110 40"
        " L -110 40 C -120 60 -140 60 -160 40"
    )
    canvas.fill(back, p.INK)
    for side in (-1, 1):
        ear = ellipse(side * 150, 12, 26, 44, turn=side * 8)
        canvas.fill(ear, p.SKIN if side < 0 else p.SKIN_SHADE)
        canvas.fill(
            ellipse(side * 152, 16, 11, 26, turn=side * 8), p.SKIN_DEEP, opacity=0.5, blur=3
        )
        canvas.fill(
            ellipse(side * 158, 66, 10),
            Radial((side * 158 - 3, 62), 11, 11, [(0, p.MILK), (1, p.GOLD)]),
        )
    canvas.fill(
        FACE, Linear((-150, -40), (160, 60), [(0, p.SKIN_LIGHT), (0.42, p.SKIN), (1, p.SKIN_SHADE)])
    )
    _planes(canvas)
    for side in (-1, 1):
        _front_eye(canvas, side, eyes)
    _nose(canvas)
    if smile:
        _smile(canvas)
    else:
        _lips(canvas)
    canvas.edge(FACE, p.SUN, away=(9, 1), blur=4, opacity=0.75)
    _front_hair(canvas)


def _planes(canvas: Canvas) -> None:
    """Model the face: the shaded side, cheeks and chin."""
    with canvas.clip(FACE):
        shade = outline(
            "M 60 -240 C 84 -150 70 -90 62 -50 C 84 -20 96 20 84 60 C 76 110 60 160 24 220"
            " L 190 220 L 190 -240"
        )
        canvas.fill(shade, p.SKIN_DEEP, opacity=0.32, blur=16)
        canvas.fill(
            outline("M 140 -200 C 128 -60 140 60 100 150 L 60 220 L 200 220 L 200 -200"),
            p.SKIN_DEEP,
            opacity=0.4,
            blur=22,
        )
        for side in (-1, 1):
            canvas.fill(ellipse(side * 88, 66, 50, 38), p.TERRACOTTA, opacity=0.36, blur=22)
            canvas.fill(ellipse(side * 66, -24, 50, 26), p.SKIN_SHADE, opacity=0.34, blur=12)
        canvas.fill(ellipse(-92, 40, 30, 16, turn=-20), p.MILK, opacity=0.35, blur=12)
        canvas.fill(ellipse(0, 224, 80, 26), p.SKIN_DEEP, opacity=0.4, blur=12)
        canvas.fill(
            outline(
                "M -160 -30 C -124 -116 -70 -150 -26 -172 C 80 -150 120 -100 160 -20 L 160 -260"
                " L -160 -260"
            ),
            p.SKIN_DEEP,
            opacity=0.5,
            blur=10,
        )


def _front_eye(canvas: Canvas, side: int, eyes: str) -> None:
    """Draw one eye and its brow; `side` is -1 for the one on the left of the picture."""
    with canvas.moved(place(side * 66, -6, flip=side > 0)):
        brow = bezier((32, -50), (6, -64), (-24, -66), (-54, -46))
        canvas.fill(ribbon(brow, taper(13, start=5, end=1.5)), p.HAIR, blur=1)
        if eyes == "closed":
            canvas.fill(
                ribbon(bezier((34, 6), (18, -16), (-20, -18), (-40, 8)), taper(9, start=3, end=4)),
                p.INK,
            )
            for x0, y0, x1, y1 in [(-34, 0, -50, -2), (-26, -6, -40, -14)]:
                canvas.fill(ribbon([(x0, y0), (x1, y1)], taper(3, start=4, end=0.5)), p.INK)
            return
        white = outline("M 34 9 C 20 -18 -18 -24 -40 2 C -26 13 14 17 34 9")
        canvas.fill(white, p.CREAM)
        with canvas.clip(white):
            iris = Radial((-2, 4), 19, 21, [(0, p.CARAMEL), (0.7, p.COFFEE), (1, p.ESPRESSO)])
            canvas.fill(ellipse(-2, -4, 19, 20), iris)
            canvas.fill(ellipse(-2, -4, 9), p.INK)
            lid = outline("M 44 -34 L -54 -34 L -50 8 C -26 -14 16 -14 42 10")
            canvas.fill(lid, p.INK, opacity=0.45, blur=4)
        canvas.fill(ellipse(-8 if side < 0 else 4, -10, 4.6), p.MILK)
        lash = bezier((36, 11), (20, -21), (-20, -28), (-44, 0))
        canvas.fill(ribbon(lash, taper(10, start=2, end=1)), p.INK)
        flick = bezier((-22, -16), (-38, -8), (-46, -8), (-57, -17))
        canvas.fill(ribbon(flick, taper(5, start=3, end=0.5)), p.INK)
        crease = bezier((22, -26), (8, -34), (-20, -36), (-40, -20))
        canvas.fill(ribbon(crease, taper(3)), p.SKIN_DEEP, opacity=0.6)
        bag = bezier((26, 20), (8, 25), (-16, 22), (-32, 13))
        canvas.fill(ribbon(bag, taper(3)), p.SKIN_DEEP, opacity=0.4, blur=0.6)


def _nose(canvas: Canvas) -> None:
    """Draw the nose as a shade on one side and a light on the other."""
    shade = outline("M 12 -36 C 14 4 20 32 33 54 C 32 70 18 74 4 74 C 14 66 13 30 3 -14")
    canvas.fill(shade, p.SKIN_DEEP, opacity=0.4, blur=4)
    under = outline(
        "M -24 62 C -18 74 -9 68 0 76 C 9 68 18 74 26 62 C 24 80 8 80 0 82 C -8 80 -22 80 -24 62"
    )
    canvas.fill(under, p.SKIN_DEEP, opacity=0.6, blur=1.5)
    canvas.fill(ellipse(-5, 54, 8, 10), p.MILK, opacity=0.5, blur=4.5)
    canvas.fill(capsule((-6, -14), (-5, 38), 8), p.SUN, opacity=0.35, blur=5)


def _smile(canvas: Canvas) -> None:
    """Draw an open smile."""
    lips = outline("M -62 104 C -40 104 -18 98 0 103 C 18 98 40 104 62 104 C 48 140 25 154 0 154"
                   " C -25 154 -48 140 -62 104")  # fmt: skip
    canvas.fill(lips, Linear((0, 98), (0, 160), [(0, p.CLAY), (1, p.TERRACOTTA)]))
    inner = outline(
        "M -55 107 C -30 113 30 113 55 107 C 42 130 22 141 0 141 C -22 141 -42 130 -55 107"
    )
    canvas.fill(inner, p.INK)
    with canvas.clip(inner):
        canvas.fill(
            outline("M -56 104 L 56 104 C 44 130 22 138 0 138 C -22 138 -44 130 -56 104"), p.MILK
        )
        canvas.fill(ellipse(52, 116, 30, 24), p.SKIN_DEEP, opacity=0.5, blur=10)
    canvas.fill(ellipse(-10, 150, 20, 3.5), p.MILK, opacity=0.4, blur=2.5)
    canvas.fill(ellipse(0, 172, 34, 6), p.SKIN_DEEP, opacity=0.3, blur=5)
    for side in (-1, 1):
        dimple = bezier((side * 62, 84), (side * 78, 96), (side * 82, 112), (side * 74, 126))
        canvas.fill(ribbon(dimple, taper(4)), p.SKIN_DEEP, opacity=0.32, blur=1.5)


def _lips(canvas: Canvas) -> None:
    """Draw a quiet mouth with a trace of a smile."""
    upper = outline(
        "M -50 120 C -30 114 -12 104 0 110 C 12 104 30 114 50 120 C 20 128 -20 128 -50 120"
    )
    lower = outline(
        "M -48 121 C -20 128 20 128 48 121 C 36 144 18 150 0 150 C -18 150 -36 144 -48 121"
    )
    canvas.fill(lower, p.TERRACOTTA)
    canvas.fill(upper, p.CLAY)
    canvas.fill(ribbon(bezier((-62, 113), (-26, 130), (26, 130), (62, 113)), taper(5)), p.SKIN_DEEP)
    canvas.fill(ellipse(-8, 138, 18, 4), p.MILK, opacity=0.35, blur=3)


def _front_hair(canvas: Canvas) -> None:
    """Draw the parted hair that frames the face."""
    canvas.shadow(_FRINGE, away=(6, 14), blur=10, opacity=0.0)
    canvas.fill(
        _FRINGE, Linear((-170, -240), (170, -60), [(0, p.HAIR_LIGHT), (0.3, p.HAIR), (1, p.INK)])
    )
    with canvas.clip(_FRINGE):
        _strands(
            canvas,
            [
                [(-28, -182), (-90, -176), (-144, -110), (-158, 0)],
                [(-24, -200), (-104, -200), (-162, -120), (-168, 0)],
                [(-14, -220), (-90, -232), (-146, -176), (-170, -96)],
                [(-24, -182), (56, -174), (126, -124), (154, -10)],
                [(-14, -200), (76, -200), (146, -140), (166, -30)],
                [(-4, -222), (86, -222), (146, -170), (170, -90)],
            ],
            9,
            0.5,
        )
    with canvas.clip_out(ellipse(10, -20, 150, 190)):
        canvas.edge(_FRINGE, p.HONEY, away=(9, 5), blur=6, opacity=0.8, mode="screen")
    strand = spline([(-150, -60), (-160, 10), (-148, 80), (-156, 140)])
    canvas.fill(ribbon(strand, taper(7)), p.HAIR)
