import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from tests.providers.animatic.pictures import given, request
from vidgen.job import Camera, Slate
from vidgen.providers.animatic.brief import as_data, brief_of, from_data

PROJECT, FFMPEG = Path("/project"), Path("/tools/ffmpeg")


def brief(**more):
    return brief_of(request(**more), PROJECT, FFMPEG)


def test_stills_are_found_in_the_project():
    found = brief(first_frame=given("stills/a.png"), last_frame=given("stills/b.png"))
    assert found.first == Path("/project/stills/a.png").absolute()
    assert found.last == Path("/project/stills/b.png").absolute()


@pytest.mark.parametrize(
    ("path", "chained"),
    [
        ("stills/a.png", False),
        ("a.png", False),
        ("stills/takes/a.png", False),
        (".vidgen/cache/frames/0a1b.png", True),
        ("takes/sip/v001.png", True),
    ],
)
def test_a_frame_of_vidgens_own_is_a_chains(path, chained):
    assert brief(first_frame=given(path)).chained is chained


def test_a_clip_and_a_sound_are_found_in_the_project():
    found = brief(source_video=given("clips/hall.mp4"), audio_file=given("line.wav"))
    assert found.clip == Path("/project/clips/hall.mp4").absolute()
    assert found.sound == Path("/project/line.wav").absolute()


@pytest.mark.parametrize(
    ("mode", "held"),
    [
        ("text", True),
        ("edit", True),
        ("lip_sync", True),
        ("upscale", False),
        ("interpolate", False),
    ],
)
def test_what_is_only_made_larger_or_smoother_is_as_long_as_it_was(mode, held):
    assert brief(mode=mode).held is held


def test_what_stands_for_anothers_work_is_marked():
    assert brief(model="aleph-2").marked
    assert not brief().marked


def test_a_card_is_never_chained():
    assert not brief().chained


@pytest.mark.parametrize(
    ("duration", "rate", "frames"),
    [
        ("5", Fraction(24), 120),
        ("4.5", Fraction(24), 108),
        ("0.01", Fraction(24), 1),
        ("5", Fraction(24000, 1001), 120),
        ("2.345", Fraction(30), 70),
        ("10", Fraction(60000, 1001), 599),
    ],
)
def test_exact_in_frames(duration, rate, frames):
    assert brief(duration=Decimal(duration), rate=rate).frames == frames


def test_a_request_without_a_length_or_a_card_has_both():
    found = brief(duration=None, slate=None)
    assert found.frames == 120
    assert found.slate == Slate("", "animatic", "a cup of coffee", Decimal(5))


def test_a_seed_comes_before_the_shots_name():
    assert brief().seed == "sip"
    assert brief(seed=0).seed == "0"


texts = st.text(max_size=30)
amounts = st.decimals(-10, 10, places=1)


@forall(
    st.builds(Camera, words=texts, **dict.fromkeys(Camera.AXES, amounts)) | st.none(),
    st.builds(
        Slate, texts, texts, texts, st.decimals("0.5", 60, places=2), st.lists(texts).map(tuple)
    ),
    st.booleans(),
)
def test_a_brief_survives_json(camera, slate, still):
    more = {"first_frame": given("a b/ü.png")} if still else {}
    more |= {} if still else {"source_video": given("a.mp4"), "audio_file": given("ü.wav")}
    found = brief(camera=camera, slate=slate, rate=Fraction(24000, 1001), **more)
    assert from_data(json.loads(json.dumps(as_data(found)))) == found


@pytest.mark.parametrize("data", [{}, {"camera": None}, {"camera": 3, "slate": {}}])
def test_what_is_no_brief_is_an_error(data):
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_data(data)
