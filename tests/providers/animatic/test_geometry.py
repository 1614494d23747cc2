from math import isclose, radians, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen.providers.animatic.geometry import FULL, Pose, Stage, View, stage_for, view_of

STAGE = Stage(1080, 1920, 1080, 1920)

poses = st.builds(
    Pose,
    right=st.floats(-150, 150),
    down=st.floats(-150, 150),
    pan=st.floats(-0.15, 0.15),
    tilt=st.floats(-0.15, 0.15),
    roll=st.floats(-0.3, 0.3),
    orbit=st.floats(-0.2, 0.2),
    zoom=st.floats(1, 2),
    dolly=st.floats(1, 2),
)


def corners(stage):
    return [
        (x * stage.width / 2, y * stage.height / 2) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]


def near(point, other, within=1e-6):
    return all(isclose(a, b, abs_tol=within) for a, b in zip(point, other, strict=True))


def test_a_camera_at_rest_sees_the_frame_as_it_is():
    assert view_of(Pose(), STAGE) == FULL


def test_a_pan_looks_where_a_lens_would():
    view = view_of(Pose(pan=radians(5)), STAGE)
    assert near(view.at(0, 0), (STAGE.lens * tan(radians(5)), 0))


@pytest.mark.parametrize(
    ("pose", "point"),
    [
        (Pose(right=10), (10, 0)),
        (Pose(down=10), (0, 10)),
        (Pose(zoom=2), (0, 0)),
        (Pose(roll=0.2), (0, 0)),
    ],
)
def test_the_middle_of_the_frame(pose, point):
    assert near(view_of(pose, STAGE).at(0, 0), point)


def test_signs():
    middle = {
        "pan": view_of(Pose(pan=0.1), STAGE).at(0, 0),
        "tilt": view_of(Pose(tilt=0.1), STAGE).at(0, 0),
        "orbit": view_of(Pose(orbit=0.1), STAGE).at(0, 0),
    }
    assert middle["pan"][0] > 0
    assert middle["tilt"][1] < 0
    assert middle["orbit"][0] > 0
    above = view_of(Pose(roll=0.1), STAGE).at(0, -100)
    assert above[0] > 0  # a camera that leans to its right has its top to the right


def test_a_dolly_brings_the_ground_nearer_than_the_sky():
    view = view_of(Pose(dolly=1.4), STAGE)
    top = view.at(500, -960)[0] - view.at(-500, -960)[0]
    bottom = view.at(500, 960)[0] - view.at(-500, 960)[0]
    assert bottom < top  # less of the picture is seen at the bottom: it is larger
    assert isclose(view.at(500, 0)[0], 500 / 1.4)


def test_only_shifts_and_zooms_are_upright():
    assert view_of(Pose(right=3, down=-4, zoom=1.2), STAGE).is_box
    for pose in (Pose(roll=0.1), Pose(pan=0.1), Pose(tilt=0.1), Pose(orbit=0.1), Pose(dolly=1.1)):
        assert not view_of(pose, STAGE).is_box


@given(poses, st.floats(0, 800), st.floats(0, 800))
def test_a_lens_as_long_as_the_room_allows_shows_no_edge(pose, aside, above):
    stage = Stage(1080, 1920, 1080 + aside, 1920 + above)
    view = view_of(pose, stage)
    room = stage.room(view)
    tight = view.tighter(1 / room)
    seen = [tight.at(x, y) for x, y in corners(stage)]
    assert all(abs(x) <= stage.across / 2 + 1e-6 for x, _ in seen)
    assert all(abs(y) <= stage.down / 2 + 1e-6 for _, y in seen)
    # and no shorter lens would do: some corner lies on an edge
    assert any(
        isclose(abs(x), stage.across / 2, abs_tol=1e-3)
        or isclose(abs(y), stage.down / 2, abs_tol=1e-3)
        for x, y in seen
    )


@given(poses, poses, st.floats(-500, 500), st.floats(-900, 900))
def test_one_view_after_another(first, then, x, y):
    a, b = view_of(first, STAGE), view_of(then, STAGE)
    assert near(b.after(a).at(x, y), b.at(*a.at(x, y)), within=1e-5)


@pytest.mark.parametrize(
    ("picture", "spans"),
    [
        ((1080, 1920), (1080, 1920)),
        ((2160, 3840), (1080, 1920)),
        ((2400, 1600), (2880, 1920)),
        ((1000, 3000), (1080, 3240)),
        ((1081, 1920), (1080, 1920)),
        ((720, 1280), (1080, 1920)),
    ],
)
def test_a_picture_covers_the_frame_and_keeps_its_shape(picture, spans):
    stage = stage_for(1080, 1920, picture)
    assert near((stage.across, stage.down), spans, within=2.1)
    assert stage.across >= 1080
    assert stage.down >= 1920


def test_a_view_is_nine_numbers():
    assert len(View(*range(9))) == 9
