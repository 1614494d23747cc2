"""Draws the baker of this film: one flat portrait, the same at every run.

python projects-example/ten-desks/make_assets.py
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

SIDE = 768
FINER = 4
"""It is drawn so many times larger and scaled down, for smooth edges."""

WALL, APRON, SHIRT = (232, 214, 190), (244, 240, 232), (104, 128, 150)
SKIN, SHADE, HAIR, DARK = (224, 180, 150), (206, 158, 128), (168, 168, 172), (70, 58, 54)


def portrait() -> Image.Image:
    """A woman in her sixties with a grey braid, in an apron, from the front."""
    side = SIDE * FINER
    picture = Image.new("RGB", (side, side), WALL)
    draw = ImageDraw.Draw(picture)

    def at(*places: float) -> list[float]:
        return [place * side for place in places]

    draw.ellipse(at(0.30, 0.12, 0.70, 0.60), fill=HAIR)
    draw.rounded_rectangle(at(0.16, 0.70, 0.84, 1.20), radius=0.16 * side, fill=SHIRT)
    draw.rectangle(at(0.44, 0.54, 0.56, 0.74), fill=SHADE)
    draw.ellipse(at(0.335, 0.19, 0.665, 0.63), fill=SKIN)
    draw.chord(at(0.32, 0.13, 0.68, 0.47), 185, 355, fill=HAIR)
    draw.rectangle(at(0.33, 0.78, 0.67, 1.00), fill=APRON)
    for left in (0.35, 0.60):
        draw.line(at(left, 0.70, left + 0.05, 0.80), fill=APRON, width=int(0.035 * side))
    for number in range(6):  # the braid, over her left shoulder
        top = 0.50 + 0.065 * number
        draw.ellipse(at(0.655, top, 0.735, top + 0.09), fill=HAIR, outline=DARK, width=6)
    for left in (0.425, 0.545):
        draw.ellipse(at(left, 0.385, left + 0.035, 0.42), fill=DARK)
        draw.arc(at(left - 0.03, 0.33, left + 0.065, 0.41), 200, 340, fill=HAIR, width=24)
        draw.arc(at(left - 0.02, 0.40, left + 0.055, 0.45), 30, 150, fill=SHADE, width=12)
    draw.arc(at(0.47, 0.40, 0.53, 0.49), 20, 160, fill=SHADE, width=20)
    draw.arc(at(0.43, 0.44, 0.57, 0.55), 25, 155, fill=DARK, width=16)
    for left, top in ((0.30, 0.86), (0.52, 0.80), (0.60, 0.92), (0.22, 0.80)):  # flour
        draw.ellipse(at(left, top, left + 0.05, top + 0.02), fill=(250, 248, 244))
    return picture.resize((SIDE, SIDE), Image.Resampling.BOX)


if __name__ == "__main__":
    file = Path(__file__).parent / "cast" / "mara.png"
    file.parent.mkdir(exist_ok=True)
    portrait().save(file, optimize=True)
