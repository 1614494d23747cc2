"""A camera move goes in numbers where a route takes it so, else in words; which, the plan says."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from tests.catalogue_rows import shipped
from tests.conftest import model, offer, provider
from vidgen.catalogue import Catalogue
from vidgen.errors import StoryboardInvalid
from vidgen.job import Camera, History
from vidgen.plan import Options, plan

TAKEN = {"axes": ["horizontal", "roll"], "at_once": 1, "durations": [5], "modes": ["text"]}
ABLE = ["text", "first_frame", "last_frame", "camera_control"]


@pytest.fixture
def house(shop):
    """The shop, and a model that takes two axes, one at a time, for 5 s from a prompt alone."""
    steered = model("steered", durations=[5, 10], audio="never", capabilities=ABLE)
    page = provider("three", offer("steered", Decimal("0.5"), capabilities=ABLE, camera=TAKEN))
    return Catalogue(shop.models | {"steered": steered}, shop.providers | {"three": page})


def step_of(film, house, shot, **more):
    source = film(f"shots: [{{id: a, prompt: a cup, {shot}}}]", **more)
    (step,) = plan(source, house, History(), Options()).steps
    return step


@pytest.mark.parametrize(
    ("camera", "axes"),
    [
        ("slow truck right", {"horizontal": 3}),
        ("{roll: -4}", {"roll": -4}),
        ("{horizontal: 2.5}", {"horizontal": Decimal("2.5")}),
    ],
)
def test_a_move_that_a_route_takes_goes_in_numbers_and_not_in_words(film, house, camera, axes):
    step = step_of(film, house, f"model: steered, duration: 5s, camera: {camera}")
    expected = Camera(**{axis: Decimal(value) for axis, value in axes.items()})
    assert step.job.request.camera == expected
    assert step.job.request.prompt == "A cup."
    told = ", ".join(f"{axis} {value}" for axis, value in axes.items())
    assert step.notes[-1] == f"the camera's move goes in numbers, and not in words: {told}"


IN_WORDS = {
    "an axis that is not taken": ("camera: {dolly: 3}", "Slow dolly in."),
    "two axes at once": ("camera: {roll: 8, horizontal: 5}", "Fast roll clockwise, truck right."),
    "words that say more": (
        "camera: truck right then left",
        "Truck right then left.",
    ),
    "words of no move that is known": ("camera: like a heron", "Like a heron."),
    "a camera that stands": ("camera: static", "Static."),
    "a length that is not taken": ("camera: {roll: 5}, duration: 10s", "Roll clockwise."),
    "a mode that is not taken": ("camera: {roll: 5}, still: s.png", "Roll clockwise."),
}


@pytest.mark.parametrize(("shot", "words"), IN_WORDS.values(), ids=IN_WORDS)
def test_a_move_that_a_route_does_not_take_goes_in_words_and_a_note_says_so(
    film, house, shot, words
):
    length = "" if "duration" in shot else "duration: 5s, "
    step = step_of(film, house, f"model: steered, {length}{shot}", stills=["s.png"])
    assert step.job.request.camera is None
    assert step.job.request.prompt == f"A cup. {words}"
    assert step.notes[-1] == (
        "the camera's move goes in words: in numbers it takes one of horizontal or roll, for 5s, "
        "from a prompt alone"
    )


def test_without_a_move_nothing_is_said_of_one(film, house):
    step = step_of(film, house, "model: steered, duration: 5s")
    assert (step.job.request.camera, step.notes) == (None, ())


def test_a_move_alone_leads_to_nobody_else_and_a_need_to_those_who_take_it(film, house):
    plain = step_of(film, house, "duration: 5s")
    moved = step_of(film, house, "duration: 5s, camera: {roll: 5}")
    assert moved.route == plain.route != "three:steered"
    needed = step_of(film, house, "duration: 5s, camera: {roll: 5}, needs: [camera_control]")
    assert needed.route == "three:steered"
    assert needed.job.request.camera.roll == 5


@pytest.mark.parametrize("camera", ["{dolly: 3}", "{roll: 5, horizontal: 5}", "like a heron"])
def test_a_needed_move_that_is_not_taken_is_an_error_at_the_move(film, house, camera):
    with pytest.raises(StoryboardInvalid) as caught:
        step_of(
            film,
            house,
            f"model: steered, duration: 5s, camera: {camera}, needs: [camera_control]",
        )
    (fault,) = caught.value.faults
    assert "of a camera it takes one of horizontal or roll" in fault.message


def test_a_needed_move_that_another_takes_is_told_with_its_name(film, house):
    with pytest.raises(StoryboardInvalid) as caught:
        step_of(
            film, house, "model: plain, duration: 5s, camera: {roll: 5}, needs: [camera_control]"
        )
    (fault,) = caught.value.faults
    assert "no camera control" in fault.message
    assert fault.hint == "these can: steered"


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        ({"axes": ["sideways"], "at_once": 1}, "no axis sideways"),
        ({"axes": [], "at_once": 1}, "at least 1"),
        ({"axes": ["roll"], "at_once": 0}, "greater than or equal to 1"),
    ],
)
def test_what_a_page_says_of_moves_has_to_be_of_a_camera(taken, words):
    with pytest.raises(ValidationError, match=words):
        provider("four", offer("plain", Decimal(1), capabilities=ABLE, camera=taken))


def test_only_a_route_with_camera_control_says_which_moves_it_takes():
    with pytest.raises(ValidationError, match="camera_control"):
        provider("four", offer("plain", Decimal(1), capabilities=["text"], camera=TAKEN))


@pytest.mark.parametrize(
    ("shot", "axes"),
    [
        ("model: kling-1.0, duration: 5s, camera: {zoom: 4}", "zoom"),
        ("model: kling-1.5, duration: 5s, camera: {vertical: -2}, still: s.png", "vertical"),
        ("model: kling-1.5, duration: 5s, camera: pan left, still: s.png", None),
        ("model: kling-1.5, duration: 10s, camera: {zoom: 4}, still: s.png", None),
        ("model: kling-1.0, duration: 5s, camera: {zoom: 4}, still: s.png, end_still: same", None),
    ],
)
def test_the_older_klings_are_steered_along_one_axis(film, shot, axes):
    step = step_of(film, shipped(), shot, stills=["s.png"])
    moved = step.job.request.camera
    assert (moved and next(axis for axis in Camera.AXES if getattr(moved, axis))) == axes
