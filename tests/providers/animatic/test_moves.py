import itertools
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen.camera import parse
from vidgen.job import Camera
from vidgen.providers.animatic.geometry import FULL, Stage
from vidgen.providers.animatic.moves import Shooting, eased, views

TALL = Stage(1080, 1920, 1080, 1920)
WIDE = Stage(1080, 1920, 2880, 1920)
SHOOTING = Shooting(frames=120, rate=Fraction(24), stage=TALL, seed="sip")
WORDS = (
    "push in", "dolly out", "zoom in", "zoom out", "truck left", "truck right", "pedestal up",
    "pedestal down", "pan left", "pan right", "tilt up", "tilt down", "crane up", "crane down",
    "roll clockwise", "orbit left", "orbit right", "handheld", "dolly zoom",
    "slow push in with a slight pan left",
)  # fmt: skip

cameras = st.builds(
    Camera,
    **{axis: st.integers(-10, 10).map(Decimal) for axis in Camera.AXES if axis != "handheld"},
    handheld=st.integers(0, 10).map(Decimal),
)
anchors = st.sampled_from(["free", "start", "end", "both"])


def corners(view, stage):
    sides = (-stage.width / 2, stage.width / 2), (-stage.height / 2, stage.height / 2)
    return [view.at(x, y) for x in sides[0] for y in sides[1]]


def inside(view, stage):
    return all(
        abs(x) <= stage.across / 2 + 1e-6 and abs(y) <= stage.down / 2 + 1e-6
        for x, y in corners(view, stage)
    )


@settings(max_examples=60, deadline=None)
@given(cameras, anchors, st.integers(1, 60), st.sampled_from([TALL, WIDE]))
def test_no_move_shows_an_edge(camera, anchor, frames, stage):
    shooting = replace(SHOOTING, frames=frames, anchor=anchor, stage=stage)
    found = views(camera, shooting)
    assert len(found) == frames
    assert all(inside(view, stage) for view in found)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("anchor", ["start", "both"])
def test_a_chained_take_begins_on_the_whole_picture(words, anchor):
    assert views(parse(words), replace(SHOOTING, anchor=anchor))[0] == FULL


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("anchor", ["end", "both"])
def test_a_take_with_an_end_still_ends_on_the_whole_of_it(words, anchor):
    assert views(parse(words), replace(SHOOTING, anchor=anchor))[-1] == FULL


@pytest.mark.parametrize("words", [*WORDS, None])
@pytest.mark.parametrize("anchor", ["free", "start", "end", "both"])
def test_motion_is_smooth(words, anchor):
    """No jump in place, none in speed: a corner's step changes little from frame to frame."""
    shooting = replace(SHOOTING, anchor=anchor)
    found = views(parse(words) if words else None, shooting)
    path = [corners(view, TALL) for view in found]
    steps = [
        [(b[0] - a[0], b[1] - a[1]) for a, b in zip(one, two, strict=True)]
        for one, two in itertools.pairwise(path)
    ]
    jolts = [
        max(abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in zip(one, two, strict=True))
        for one, two in itertools.pairwise(steps)
    ]
    assert max(jolts) < (2.5 if words == "handheld" else 0.7)
    first = max(abs(x) + abs(y) for x, y in steps[0])
    last = max(abs(x) + abs(y) for x, y in steps[-1])
    if words != "handheld":  # a hand is never at rest
        assert first < 0.2
        assert last < 0.2


@pytest.mark.parametrize(
    ("words", "axis", "sign"),
    [
        ("truck left", 0, -1),
        ("truck right", 0, 1),
        ("pan left", 0, -1),
        ("pan right", 0, 1),
        ("orbit right", 0, 1),
        ("pedestal up", 1, -1),
        ("pedestal down", 1, 1),
        ("tilt up", 1, -1),
        ("tilt down", 1, 1),
        ("crane up", 1, -1),
    ],
)
@pytest.mark.parametrize("anchor", ["free", "start", "end"])
def test_the_camera_goes_where_it_is_told(words, axis, sign, anchor):
    found = views(parse(words), replace(SHOOTING, anchor=anchor))
    way = found[-1].at(0, 0)[axis] - found[0].at(0, 0)[axis]
    assert way * sign > 25


@pytest.mark.parametrize(("words", "closer"), [("push in", True), ("pull back", False)])
@pytest.mark.parametrize("kind", ["dolly", "zoom"])
def test_closer_and_further(words, closer, kind):
    words = words if kind == "dolly" else words.replace("push", "zoom").replace("pull", "zoom")
    found = views(parse(words), SHOOTING)
    assert (found[-1].xx < found[0].xx) is closer


def test_a_chained_take_that_should_draw_back_leans_in_first():
    found = views(parse("pull back"), replace(SHOOTING, anchor="start"))
    closest = min(range(120), key=lambda frame: found[frame].xx)
    assert 20 < closest < 60
    assert found[-1].xx > 0.999


def test_amounts_grow_with_the_axis_and_with_the_length():
    def reach(words, frames=120):
        found = views(parse(words), replace(SHOOTING, frames=frames))
        return found[-1].at(0, 0)[0] - found[0].at(0, 0)[0]

    assert 0 < reach("slight truck right") < reach("truck right") < reach("extreme truck right")
    assert reach("truck right", 48) < reach("truck right") < reach("truck right", 240)


def test_a_wide_still_is_travelled_over_without_a_crop():
    found = views(parse("truck right"), replace(SHOOTING, stage=WIDE))
    assert all(view.xx == 1 for view in found)
    tall = views(parse("truck right"), SHOOTING)
    assert found[-1].at(0, 0)[0] > 2 * tall[-1].at(0, 0)[0]


def test_no_camera_breathes_and_static_stands_still():
    breath = views(None, SHOOTING)
    assert breath[0] == FULL
    assert 1.02 < 1 / breath[-1].xx < 1.05
    assert set(views(parse("static"), SHOOTING)) == {FULL}
    assert set(views(Camera(words="something nobody knows"), SHOOTING)) == {FULL}


def test_a_hand_is_its_shots_own():
    camera = parse("handheld")
    assert views(camera, SHOOTING) == views(camera, SHOOTING)
    assert views(camera, SHOOTING) != views(camera, replace(SHOOTING, seed="pour"))


def test_too_much_at_once_moves_less_rather_than_crop_away_the_picture():
    every = Camera(**{axis: Decimal(10) for axis in Camera.AXES if axis not in ("zoom", "dolly")})
    found = views(every, SHOOTING)
    assert max(1 / view.xx for view in found) < 1.9


@given(st.floats(0.01, 0.5), st.floats(0, 1), st.floats(0, 1))
def test_easing_rises_from_nought_to_one(ramp, one, other):
    assert eased(0, ramp) == 0
    assert eased(1, ramp) == 1
    assert eased(min(one, other), ramp) <= eased(max(one, other), ramp) + 1e-12
    assert abs(eased(one, ramp) + eased(1 - one, ramp) - 1) < 1e-9
