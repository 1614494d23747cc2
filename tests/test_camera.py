from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen.camera import parse, spoken_in, unrecognised
from vidgen.camera.words import AMOUNTS, DIRECTIONS, HEADS, KINDS, OPPOSITE
from vidgen.job import Camera


def axes(words: str) -> dict[str, float] | None:
    camera = parse(words)
    if camera is None:
        return None
    return {axis: float(getattr(camera, axis)) for axis in Camera.AXES if getattr(camera, axis)}


MOVES = {
    "push in": {"dolly": 5},
    "slow push in": {"dolly": 3},
    "slow push-in on the cup and saucer": {"dolly": 3},
    "the camera pushes in quickly on her face": {"dolly": 8},
    "push in, slowly": {"dolly": 3},
    "slow, gentle push in": {"dolly": 3},
    "slow push in with a slight pan left": {"dolly": 3, "pan": -2},
    "dolly out": {"dolly": -5},
    "dolly left": {"horizontal": -5},
    "reverse dolly": {"dolly": -5},
    "very fast dolly in": {"dolly": 10},
    "extremely slow push in": {"dolly": 2},
    "pull back": {"dolly": -5},
    "pull back to reveal the cafe": {"dolly": -5},
    "slowly pulls out": {"dolly": -3},
    "moving closer": {"dolly": 5},
    "zoom in": {"zoom": 5},
    "crash zoom": {"zoom": 10},
    "slow zoom out, fast pan left": {"zoom": -3, "pan": -8},
    "Ken Burns": {"zoom": 3},
    "dolly zoom": {"dolly": 5, "zoom": -5},
    "pan left": {"pan": -5},
    "slow left pan": {"pan": -3},
    "whip pan right": {"pan": 10},
    "pan from left to right": {"pan": 5},
    "pan up": {"tilt": 5},
    "as she turns left the camera pans right": {"pan": 5},
    "tilt up": {"tilt": 5},
    "slow tilt from her face down to the shoes": {"tilt": -3},
    "tilts down over the shelf": {"tilt": -5},
    "push in and tilt down slightly": {"dolly": 5, "tilt": -2},
    "roll clockwise": {"roll": 5},
    "roll counter-clockwise": {"roll": -5},
    "dutch angle": {"roll": 5},
    "truck left": {"horizontal": -5},
    "tracking left": {"horizontal": -5},
    "left to right tracking": {"horizontal": 5},
    "tracking backwards": {"dolly": -5},
    "handheld tracking shot following the barista": {"horizontal": 5, "handheld": 5},
    "drifts left": {"horizontal": -3},
    "very slow drift to the right": {"horizontal": 1},
    "gentle float up": {"vertical": 2},
    "pedestal down": {"vertical": -5},
    "the camera slowly rises": {"vertical": 3},
    "crane up": {"vertical": 5, "tilt": -2},
    "crane up and left": {"vertical": 5, "tilt": -2, "horizontal": -5},
    "crane up, tilt up": {"vertical": 5, "tilt": 5},
    "crane shot rising over the roofs": {"vertical": 5, "tilt": -2},
    "moves forward and up": {"dolly": 5, "vertical": 5},
    "FPV drone flies through the window": {"dolly": 5},
    "orbit": {"orbit": 5},
    "arc right": {"orbit": 5},
    "circling left slowly": {"orbit": -3},
    "slow orbit left around the cup, handheld feel": {"orbit": -3, "handheld": 5},
    "orbit 180 degrees counterclockwise": {"orbit": 5},
    "camera rotates around the cup": {"orbit": 5},
    "handheld": {"handheld": 5},
    "hand-held": {"handheld": 5},
    "slight handheld sway": {"handheld": 3},
    "shaky cam": {"handheld": 8},
    "push in without any pan": {"dolly": 5},
    "low angle, slow 85mm dolly-in": {"dolly": 3},
    "static": {},
    "locked-off tripod": {},
    "no camera movement": {},
    "no zoom, static": {},
    "the camera holds": {},
}


@pytest.mark.parametrize(("words", "expected"), MOVES.items())
def test_the_crafts_words_become_axes(words: str, expected: dict[str, float]) -> None:
    assert axes(words) == expected
    assert unrecognised(words) == ()


@pytest.mark.parametrize(
    "words", ["", "   ", "!!!", "teleport", "rack focus to the cup", "медленно"]
)
def test_words_that_name_no_move_are_none(words: str) -> None:
    assert parse(words) is None


def test_the_authors_words_travel_on() -> None:
    camera = parse("  Slow Push-In  ")
    assert camera is not None
    assert camera.words == "Slow Push-In"


def test_static_is_a_move_that_stands_still() -> None:
    camera = parse("static")
    assert camera == Camera(words="static")
    assert not camera.moves


@pytest.mark.parametrize(
    ("words", "phrases"),
    [
        ("teleport", ("teleport",)),
        ("push in, rack focus", ("rack focus",)),
        ("slow motion push in", ("slow motion",)),
        ("pan left then right", ("then right",)),
        ("push in, then a wormhole, pan left, hyperlapse", ("hyperlapse",)),
    ],
)
def test_what_the_animatic_does_not_know_is_said(words: str, phrases: tuple[str, ...]) -> None:
    assert set(phrases) <= set(unrecognised(words))


def test_left_then_right_keeps_the_first() -> None:
    assert axes("pan left then right") == {"pan": -5}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("The logo catches the light, slow orbit", {"orbit": 3}),
        ("She holds the cup, still. The camera slowly pushes in.", {"dolly": 3}),
        ("Slow push in on the barista as she smiles", {"dolly": 3}),
        ("Wide shot, handheld, rain on the lens", {"handheld": 5}),
    ],
)
def test_a_move_named_in_a_clause_of_a_prompt_is_found(
    prompt: str, expected: dict[str, float]
) -> None:
    camera = spoken_in(prompt)
    assert camera is not None
    found = {axis: float(getattr(camera, axis)) for axis in Camera.AXES if getattr(camera, axis)}
    assert found == expected


@pytest.mark.parametrize(
    "prompt",
    [
        "Close-up of hands grinding coffee beans, beans tumble, warm window light",
        "The espresso starts to pour, crema rises",
        "Steam rises up, pull the lever down",
        "static on the radio, she falls",
        "She lifts the cup, then drops it",
        "A crane lifts the container",
        "",
    ],
)
def test_what_moves_in_the_picture_moves_no_camera(prompt: str) -> None:
    assert spoken_in(prompt) is None


directed = [
    (word, toward)
    for word, head in HEADS.items()
    for toward in KINDS[head.kind]
    if toward in OPPOSITE
]
levels = st.sampled_from(["", *(word for word in AMOUNTS if word != "barely")])


def one_word_for(toward: str) -> str:
    return next(word for word, meaning in DIRECTIONS.items() if meaning == toward)


@given(move=st.sampled_from(directed), level=levels, after=st.booleans())
def test_mirrored_words_negate_the_axes(move: tuple[str, str], level: str, after: bool) -> None:
    word, toward = move

    def sentence(direction: str) -> str:
        parts = [word, one_word_for(direction)]
        return " ".join([*parts, level] if after else [level, *parts])

    there, back = axes(sentence(toward)), axes(sentence(OPPOSITE[toward]))
    assert there
    assert back == {axis: -amount for axis, amount in there.items()}


@given(move=st.sampled_from(directed), level=levels)
def test_axes_stay_in_range_and_in_half_steps(move: tuple[str, str], level: str) -> None:
    camera = parse(f"{level} {move[0]} {one_word_for(move[1])}")
    assert camera is not None
    for axis in Camera.AXES:
        amount = getattr(camera, axis)
        assert isinstance(amount, Decimal)
        assert -10 <= amount <= 10
        assert (amount * 10) % 1 == 0


@given(move=st.sampled_from(directed))
def test_slow_moves_less_than_fast(move: tuple[str, str]) -> None:
    words = f"{move[0]} {one_word_for(move[1])}"
    slow, usual, fast = (axes(f"{level} {words}") or {} for level in ("slow", "", "fast"))
    for axis, amount in usual.items():
        assert abs(slow[axis]) < abs(amount) < abs(fast[axis])


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(words: str) -> None:
    parse(words)
    unrecognised(words)
    spoken_in(words)


@given(st.lists(st.sampled_from([*HEADS, *DIRECTIONS, *AMOUNTS, "and", ",", "the", "no"])))
def test_any_order_of_known_words_stays_in_range(words: list[str]) -> None:
    camera = parse(" ".join(words))
    if camera is not None:
        assert all(-10 <= getattr(camera, axis) <= 10 for axis in Camera.AXES)
