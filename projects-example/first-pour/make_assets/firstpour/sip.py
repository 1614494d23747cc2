"""Shot 4: the barista lifts the cup, the dawn on her face."""

from __future__ import annotations

from PIL import Image

from .barista import side_body, side_sleeve
from .cafe import cafe
from .canvas import Canvas
from .faces import profile
from .geometry import place
from .hands import grip
from .props import cup, motes, shaft, wisp


def paint(width: int, height: int) -> Image.Image:
    """Paint the shot's still."""
    canvas = Canvas(width, height)
    cafe(canvas, blur=9)
    with canvas.moved(place(640, 660, size=1.18)):
        profile(canvas)
    side_body(canvas)
    with canvas.moved(place(258, 742, turn=16, size=0.62)):
        cup(canvas, back=0.3)
    with canvas.moved(place(300, 815, turn=42, size=0.72)):
        grip(canvas, (760, 250), width=200)
    side_sleeve(canvas)
    wisp(canvas, [(250, 720), (200, 640), (262, 540), (210, 430), (250, 330)], 60, opacity=0.7)
    wisp(canvas, [(290, 720), (320, 650), (250, 570), (170, 490)], 40, opacity=0.5)
    shaft(canvas, [(-80, 300), (200, 60), (1200, 1500), (700, 1900)], opacity=0.28, blur=50)
    motes(canvas, 46, (40, 200, 400, 1300), seed=3)
    return canvas.finished(seed=41)
