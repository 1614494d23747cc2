"""What is as long as what is given is paid for as long: clips that are edited, sounds that are
spoken. The files are real, the pages the shipped ones.
"""

from decimal import Decimal

import pytest

from tests.clips import footage, hum
from tests.conftest import still
from vidgen.catalogue import load
from vidgen.errors import StoryboardInvalid
from vidgen.job import History
from vidgen.plan import Options, plan


@pytest.fixture
def planned(film, tmp_path):
    """The steps of one shot, by place, with files of some lengths beside it."""

    def steps(shot, seconds):
        footage(tmp_path / "a.mp4", seconds=round(seconds))
        hum(tmp_path / "a.wav", seconds=seconds)
        still(tmp_path / "face.png", size=(1080, 1920))
        source = film(f"shots: [{{id: a, prompt: x, {shot}}}]")
        found = plan(source, load(), History(), Options())
        return {step.job.shot: step for step in found.steps}

    return steps


EDIT = "model: aleph-2, source: a.mp4"
AVATAR = "model: kling-avatar-2.0, provider: kling, portrait: face.png, audio: a.wav"
MOTION = "model: act-two, motion: a.mp4, still: face.png"


@pytest.mark.parametrize("shot", [EDIT, AVATAR, MOTION], ids=["edit", "avatar", "motion"])
def test_what_follows_a_file_costs_every_second_of_it(planned, shot):
    step = planned(shot, 14)["a"]
    assert step.job.request.duration == 14
    assert step.quote.usd == 14 * step.quote.unit_usd
    assert any("lasts 14s and is paid for whole; 5s asked" in note for note in step.notes)
    same = planned(f"{shot}, duration: 14s", 14)["a"]
    assert (same.quote.usd, same.job.key) == (step.quote.usd, step.job.key)
    assert not any("paid for whole" in note for note in same.notes)


def test_a_second_begun_is_paid_for_and_a_frame_over_is_not(planned):
    assert planned(AVATAR, 14.05)["a"].quote.usd == 14 * Decimal("0.056")
    assert planned(AVATAR, 14.3)["a"].quote.usd == 15 * Decimal("0.056")


def test_the_seconds_of_a_sound_are_the_unit_where_they_are_what_is_sold(planned):
    step = planned(AVATAR.replace("provider: kling", "provider: fal"), 14)["a"]
    assert step.quote.per == "audio-second"
    assert step.quote.usd == 14 * step.quote.unit_usd


def test_the_lips_of_a_clip_are_paid_for_as_long_as_the_longer_of_both(planned):
    found = planned("model: kling-2.5-turbo, provider: kling, duration: 5s, lip_sync: a.wav", 12)
    (step,) = (one for place, one in found.items() if place == "a.lip-sync")
    assert step.quote.usd == 12 * step.quote.unit_usd
    assert "the sound lasts 12s and is paid for whole; 5s asked" in step.notes
    assert step.job.request.duration == 5  # a take of so many is not too short


def told(planned, shot, seconds):
    with pytest.raises(StoryboardInvalid) as caught:
        planned(shot, seconds)
    (fault,) = caught.value.faults
    return fault


def test_what_is_shorter_than_its_shot_is_no_clip_for_it(planned):
    fault = told(planned, AVATAR, 3)
    assert "the sound lasts 3s, and 5s is asked: write `duration: 3s`" in fault.message
    assert planned(f"{AVATAR}, duration: 3s", 3)["a"].quote.usd == 3 * Decimal("0.056")


def test_what_is_longer_than_a_route_takes_is_told(planned):
    fault = told(planned, "model: gemini-omni-1.1-flash, source: a.mp4", 20)
    assert "the clip lasts 20s; it takes 3 to 10s" in fault.message


def test_where_an_order_says_how_long_it_is_to_be_that_is_bought(planned):
    step = planned("model: wan-2.7, provider: fal, source: a.mp4", 9)["a"]
    assert (step.job.request.duration, step.quote.usd) == (5, 5 * step.quote.unit_usd)


def test_a_clip_to_go_on_from_says_nothing_of_how_long_what_comes_is(planned):
    shot = "model: veo-3.1, provider: fal, source: a.mp4, needs: [extend]"
    same, longer = planned(shot, 7)["a"], planned(shot, 9)["a"]
    assert same.job.request.duration == longer.job.request.duration == 7
    assert same.quote.usd == longer.quote.usd
    assert "5s asked, 7s bought (7 sold); trimmed" in same.notes == longer.notes


def test_a_sound_just_below_what_a_route_takes_is_sold(planned):
    shot = "model: omnihuman-1.5, provider: fal, portrait: face.png, audio: a.wav"
    assert planned(shot, 29.85)["a"].quote.usd == 30 * Decimal("0.16")
    assert "over 29.9s" in told(planned, shot, 29.95).message
