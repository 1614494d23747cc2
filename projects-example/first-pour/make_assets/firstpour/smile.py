"""Shot 5: closer, the barista smiles over the cup."""

from __future__ import annotations

from PIL import Image

from .barista import front_body, front_sleeves
from .cafe import cafe
from .canvas import Canvas
from .faces import front
from .geometry import place
from .hands import grip
from .props import bokeh, cup, motes, shaft, wisp


def paint(width: int, height: int) -> Image.Image:
    """Paint the shot's still."""
    canvas = Canvas(width, height)
    with canvas.moved(place(-120, -260, size=1.3)):
        cafe(canvas, blur=14)
    bokeh(canvas, 14, (700, 60, 1080, 1150), seed=2)
    front_body(canvas)
    with canvas.moved(place(514, 800, turn=-3.5, size=1.72)):
        front(canvas, smile=True)
    with canvas.moved(place(516, 1372, size=0.86)):
        cup(canvas, handle=False)
    with canvas.moved(place(606, 1462, turn=28, size=0.86)):
        grip(canvas, (640, 330), width=220, light=0.5)
    with canvas.moved(place(426, 1462, turn=-28, size=0.86, flip=True)):
        grip(canvas, (640, 330), width=220)
    front_sleeves(canvas)
    wisp(
        canvas,
        [(470, 1370), (400, 1300), (330, 1200), (350, 1090), (270, 980), (200, 870), (220, 740)],
        62,
        opacity=0.5,
    )
    wisp(canvas, [(560, 1370), (610, 1300), (580, 1220), (640, 1150)], 44, opacity=0.35)
    shaft(canvas, [(-80, 300), (200, 60), (1200, 1500), (700, 1900)], opacity=0.22, blur=60)
    motes(canvas, 26, (20, 200, 230, 1300), seed=13)
    motes(canvas, 22, (800, 200, 1060, 1300), seed=14)
    return canvas.finished(seed=51)
