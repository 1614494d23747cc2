"""Follow soft dots through the frames of a move, against where they ought to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from PIL import Image

from vidgen.camera import parse
from vidgen.providers.animatic.geometry import Stage, View, stage_for
from vidgen.providers.animatic.moves import Shooting, views
from vidgen.providers.animatic.still import Sight

Point = tuple[float, float]
DOT = 2.5  # the radius of a dot, in pixels
GREY, LIGHT = 64, 170


def dots(size: tuple[int, int]) -> tuple[Image.Image, list[Point]]:
    """Soft dots on grey, and where they are; on grey, so that no resampling is cut off at black."""
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]] + 0.5
    picture = np.full((size[1], size[0]), float(GREY))
    places = []
    aside = np.random.default_rng(7)
    for down in (0.3, 0.5, 0.7):
        for across in (0.3, 0.5, 0.7):
            x = across * size[0] + aside.uniform(-1, 1)
            y = down * size[1] + aside.uniform(-1, 1)
            picture += LIGHT * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * DOT**2))
            places.append((x, y))
    levels = np.clip(picture, 0, 255).round().astype("uint8")
    return Image.fromarray(levels).convert("RGB"), places


def seen_at(view: View, place: Point, stage: Stage) -> Point:
    """Where in the frame a point of the picture is seen, in pixels from the upper left."""
    matrix = np.linalg.inv(np.array(view).reshape(3, 3))
    point = np.array([place[0] - stage.across / 2, place[1] - stage.down / 2, 1])
    x, y, depth = matrix @ point
    return x / depth + stage.width / 2, y / depth + stage.height / 2


def jitter(frame: Callable[[int], np.ndarray], ideal: Sequence[Sequence[Point]]) -> float:
    """The root mean square error of the dots' steps from frame to frame, in pixels.

    `frame(n)` is frame n in grey; `ideal[n]` is where each dot should be in it.
    """
    errors = []
    for index, points in enumerate(ideal):
        picture = frame(index)
        errors.append([np.subtract(_centre(picture, point), point) for point in points])
    steps = np.diff(np.array(errors), axis=0)
    return float(np.sqrt((steps**2).sum(-1).mean()))


def jitter_of(words: str | None, size: tuple[int, int], frames: int) -> float:
    """The jitter of a move of the animatic over a still of the frame's own size."""
    picture, places = dots(size)
    stage = stage_for(*size, picture.size)
    camera = parse(words) if words else None
    found = views(camera, Shooting(frames, Fraction(24), stage, "free", "sip"))
    sight = Sight(picture, stage, found)
    ideal = [[seen_at(view, place, stage) for place in places] for view in found]
    return jitter(lambda index: np.asarray(sight.frame(index).convert("L"), float), ideal)


def _centre(frame: np.ndarray, around: Point, reach: int = 13) -> Point:
    """The centre of the dot near a point."""
    column, row = int(around[0]), int(around[1])
    patch = frame[row - reach : row + reach + 1, column - reach : column + reach + 1] - GREY
    rows, columns = np.mgrid[row - reach : row + reach + 1, column - reach : column + reach + 1]
    weight = patch.sum()
    return (patch * (columns + 0.5)).sum() / weight, (patch * (rows + 0.5)).sum() / weight
