"""The barista's body: shirt, green apron, arms."""

from __future__ import annotations

from . import palette as p
from .canvas import Canvas, Linear
from .geometry import bezier, outline, place, ribbon, taper

_LINEN = [(0.0, p.mix(p.MILK, p.SUN, 0.45)), (0.3, p.CREAM), (0.65, p.SAND), (1.0, p.CARAMEL)]


def side_body(canvas: Canvas) -> None:
    """Draw the torso seen from the left, neck at (620, 1000), in page units."""
    torso = outline(
        "M 520 985 C 480 1040 420 1090 404 1190 C 390 1290 410 1420 402 1560"
        " C 396 1700 384 1800 370 1960"
        " L 930 1960 C 916 1800 886 1660 880 1540 C 876 1440 930 1350 940 1240"
        " C 940 1110 860 1030 770 970"
        " C 690 1020 590 1020 520 985"
    )
    canvas.fill(torso, Linear((400, 1200), (960, 1330), _LINEN))
    with canvas.clip(torso):
        canvas.fill(
            outline("M 560 1000 C 660 1060 740 1030 780 980 L 900 1040 L 700 1130"),
            p.ROAST,
            opacity=0.5,
            blur=26,
            mode="multiply",
        )
        canvas.fill(
            outline("M 1020 1100 C 860 1300 880 1600 860 1960 L 1060 1960"),
            p.ROAST,
            opacity=0.55,
            blur=50,
            mode="multiply",
        )
    canvas.brush(torso, strength=0.18, turn=70, seed=5)
    canvas.edge(torso, p.SUN, away=(12, 4), blur=5, opacity=0.9)
    collar = outline(
        "M 506 968 C 560 1010 690 1010 762 934 C 790 950 800 984 786 1010"
        " C 720 1076 570 1078 488 1024"
        " C 488 1004 494 984 506 968"
    )
    canvas.shadow(collar, away=(4, 14), blur=10, opacity=0.5, paint=p.COFFEE)
    canvas.fill(collar, Linear((500, 990), (790, 1060), _LINEN))
    canvas.edge(collar, p.SUN, away=(3, 6), blur=3, opacity=0.8)
    green = Linear((390, 1300), (860, 1500), [(0, p.LEAF), (0.35, p.GREEN), (1, p.PINE)])
    strap = ribbon(bezier((604, 1214), (660, 1130), (700, 1080), (742, 1040)), 40)
    canvas.shadow(strap, away=(8, 10), blur=8, opacity=0.45, paint=p.COFFEE)
    canvas.fill(strap, green)
    bib = outline(
        "M 428 1180 C 500 1200 560 1204 640 1196 C 660 1300 690 1420 770 1500"
        " C 790 1640 800 1800 806 1960 L 372 1960"
        " C 386 1800 394 1690 398 1560 C 408 1420 396 1300 428 1180"
    )
    canvas.shadow(bib, away=(10, 14), blur=14, opacity=0.45, paint=p.COFFEE)
    canvas.fill(bib, green)
    canvas.brush(bib, strength=0.3, turn=84, seed=6)
    canvas.edge(bib, p.SUN, away=(7, 5), blur=4, opacity=0.6)
    tie = outline("M 760 1492 C 810 1500 850 1500 882 1490 L 884 1540 C 850 1552 810 1552 768 1546")
    canvas.fill(tie, Linear((760, 1500), (890, 1540), [(0, p.GREEN), (1, p.PINE)]))


def side_sleeve(canvas: Canvas) -> None:
    """Draw the near sleeve, rolled at an elbow near (590, 1320)."""
    sleeve = outline(
        "M 800 1040 C 900 1090 950 1180 930 1290 C 900 1400 800 1470 680 1480"
        " C 590 1490 520 1430 500 1350"
        " C 490 1310 500 1280 520 1262 C 570 1270 630 1230 650 1200 C 680 1140 720 1080 800 1040"
    )
    canvas.shadow(sleeve, away=(10, 26), blur=24, opacity=0.5)
    canvas.fill(sleeve, Linear((520, 1300), (900, 1440), _LINEN))
    with canvas.clip(sleeve):
        canvas.fill(
            outline("M 960 1150 C 900 1330 760 1420 560 1440 L 560 1520 L 1000 1520"),
            p.ROAST,
            opacity=0.5,
            blur=34,
            mode="multiply",
        )
        for fold in (
            [(640, 1230), (690, 1280), (720, 1340), (720, 1400)],
            [(680, 1170), (760, 1230), (800, 1300), (800, 1360)],
            [(560, 1290), (600, 1340), (620, 1390), (610, 1440)],
        ):
            canvas.fill(ribbon(bezier(*fold), taper(16)), p.CARAMEL, opacity=0.5, blur=5)
    canvas.brush(sleeve, strength=0.18, turn=60, seed=8)
    cuff = outline(
        "M 500 1350 C 484 1310 496 1270 520 1262 C 570 1270 630 1230 650 1200"
        " C 672 1210 684 1240 676 1262 C 650 1310 600 1350 540 1362"
        " C 520 1366 506 1364 500 1350"
    )
    canvas.shadow(cuff, away=(8, 10), blur=8, opacity=0.5, paint=p.COFFEE)
    canvas.fill(cuff, Linear((500, 1300), (680, 1260), _LINEN))
    canvas.edge(sleeve, p.SUN, away=(6, 6), blur=5, opacity=0.6)


def front_body(canvas: Canvas) -> None:
    """Draw neck, shoulders and apron from the front, neck pit at (520, 1290), in page units."""
    torso = outline("M 400 1190 C 330 1260 150 1290 60 1380 C 10 1440 -10 1560 -20 1960"
        " L 1080 1960"
                    " C 1070 1560 1040 1440 980 1380 C 890 1290 710 1260 640 1190")  # fmt: skip
    canvas.fill(torso, Linear((20, 1400), (1040, 1560), _LINEN))
    with canvas.clip(torso):
        canvas.fill(
            outline("M 700 1240 C 760 1400 760 1700 740 1960 L 1100 1960 L 1100 1200"),
            p.ROAST,
            opacity=0.4,
            blur=60,
            mode="multiply",
        )
        canvas.fill(
            outline(
                "M 340 1200 C 420 1330 640 1330 760 1210 L 800 1300 C 640 1420 420 1400 330 1290"
            ),
            p.ROAST,
            opacity=0.4,
            blur=30,
            mode="multiply",
        )
    canvas.brush(torso, strength=0.18, turn=80, seed=5)
    canvas.edge(torso, p.SUN, away=(10, 12), blur=6, opacity=0.9)
    neck = outline(
        "M 408 1010 C 416 1130 410 1190 372 1240 C 440 1350 600 1350 672 1240"
        " C 634 1190 626 1130 632 1010"
    )
    canvas.fill(
        neck, Linear((400, 1150), (650, 1180), [(0, p.SKIN), (0.5, p.SKIN_SHADE), (1, p.SKIN_DEEP)])
    )
    with canvas.clip(neck):
        canvas.fill(
            outline("M 380 1000 L 680 1000 L 690 1150 C 620 1210 520 1220 430 1130 L 380 1060"),
            p.SKIN_DEEP,
            opacity=0.85,
            blur=14,
        )
    canvas.edge(neck, p.SUN, away=(7, 0), blur=4, opacity=0.6)
    collar = outline(
        "M 378 1216 C 404 1324 636 1324 662 1216 C 666 1198 684 1198 692 1216"
        " C 702 1236 706 1250 702 1268"
        " C 660 1400 380 1400 338 1268 C 334 1250 338 1236 348 1216 C 356 1198 374 1198 378 1216"
    )
    canvas.shadow(collar, away=(6, 16), blur=12, opacity=0.5, paint=p.COFFEE)
    canvas.fill(collar, Linear((330, 1240), (720, 1320), _LINEN))
    canvas.edge(collar, p.SUN, away=(4, 6), blur=4, opacity=0.7)
    green = Linear((230, 1500), (820, 1700), [(0, p.LEAF), (0.35, p.GREEN), (1, p.PINE)])
    for strap in (
        ribbon(bezier((300, 1560), (292, 1450), (300, 1360), (330, 1262)), 46),
        ribbon(bezier((742, 1560), (750, 1450), (742, 1360), (712, 1262)), 46),
    ):
        canvas.shadow(strap, away=(8, 10), blur=8, opacity=0.45, paint=p.COFFEE)
        canvas.fill(strap, green)
        canvas.edge(strap, p.SUN, away=(5, 0), blur=3, opacity=0.4)
    bib = outline(
        "M 262 1540 C 420 1560 620 1560 780 1540 C 800 1660 830 1800 850 1960 L 192 1960"
        " C 212 1800 242 1660 262 1540"
    )
    canvas.shadow(bib, away=(10, 14), blur=14, opacity=0.45, paint=p.COFFEE)
    canvas.fill(bib, green)
    canvas.brush(bib, strength=0.3, turn=84, seed=6)
    canvas.edge(bib, p.SUN, away=(6, 6), blur=4, opacity=0.5)


def front_sleeves(canvas: Canvas) -> None:
    """Draw both rolled sleeves at the lower corners, over forearms that come in there."""
    for flip in (False, True):
        with canvas.moved(place(0, 0, flip=flip, about=(516, 0))):
            sleeve = outline(
                "M 796 1870 C 860 1880 950 1830 984 1756 C 1020 1800 1036 1880 1040 1960 L 780 1960"
                " C 780 1930 784 1900 796 1870"
            )
            cuff = outline(
                "M 776 1850 C 776 1826 790 1806 812 1802 C 880 1790 930 1760 962 1706"
                " C 984 1712 998 1738 990 1764"
                " C 950 1830 880 1876 808 1886 C 788 1884 778 1870 776 1850"
            )
            shade = [(0.0, p.SAND), (0.4, p.colour("#c08f62")), (1.0, p.COFFEE)]
            linen = Linear((1040, 1700), (780, 1860), _LINEN)
            linen = linen if flip else Linear((800, 1800), (1040, 1860), shade)
            canvas.shadow(sleeve, away=(-12, 10), blur=20, opacity=0.4)
            canvas.fill(sleeve, linen)
            canvas.brush(sleeve, strength=0.18, turn=60, seed=8)
            canvas.shadow(cuff, away=(-4, 12), blur=10, opacity=0.5, paint=p.COFFEE)
            canvas.fill(cuff, linen)
            canvas.edge(cuff, p.SUN, away=(3, 7), blur=4, opacity=0.6)


def side_arm_down(canvas: Canvas) -> None:
    """Draw the near arm hanging in its sleeve, from the shoulder off the page."""
    sleeve = outline(
        "M 720 1050 C 800 1030 900 1080 926 1190 C 946 1300 936 1500 920 1700"
        " L 640 1700"
        " C 650 1500 640 1330 648 1210 C 654 1130 676 1070 720 1050"
    )
    canvas.shadow(sleeve, away=(-14, 16), blur=22, opacity=0.4)
    canvas.fill(sleeve, Linear((640, 1200), (940, 1260), _LINEN))
    canvas.brush(sleeve, strength=0.18, turn=84, seed=8)
    canvas.edge(sleeve, p.SUN, away=(7, 5), blur=5, opacity=0.6)
