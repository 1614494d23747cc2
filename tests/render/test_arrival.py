"""What is flagged of a clip that arrived, on clips that have each fault, and what is not."""

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest
from PIL import Image

from tests.providers.animatic.pictures import busy
from vidgen.errors import MediaError
from vidgen.job import Request
from vidgen.media.encode import write_frames
from vidgen.media.frames import first_frame, last_frame
from vidgen.render.arrival import FlagCode, file_digest, inspect, inspect_still
from vidgen.storyboard import Quality

ASKED = Request(
    kind="video", mode="first_frame", model="plain", provider="two", endpoint="t", prompt="P",
    aspect="9:16", resolution="160p", width=90, height=160, rate=Fraction(24),
    duration=Decimal(2), audio=None,
)  # fmt: skip
DRAWN = replace(ASKED, provider="animatic", model="animatic")
BLACK = Image.new("RGB", (90, 160))


def codes(facts):
    return [flag.code for flag in facts.flags]


def said(facts):
    return {flag.code: flag.words for flag in facts.flags}


def moving(count, *, start=0, size=(90, 160)):
    """A camera that pushes into a picture with detail everywhere."""
    picture = busy((270, 480))
    for index in range(start, start + count):
        side = 1 + index / 100
        width, height = 270 / side, 480 / side
        box = ((270 - width) / 2, (480 - height) / 2, (270 + width) / 2, (480 + height) / 2)
        yield picture.resize(size, Image.Resampling.BICUBIC, box)


@pytest.fixture
def drawn(ffmpeg, tmp_path):
    def clip(pictures, name="clip.mp4", size=(90, 160)):
        path = tmp_path / name
        write_frames(pictures, size=size, rate=Fraction(24), path=path, ffmpeg=ffmpeg)
        return path

    return clip


@pytest.fixture
def still(tmp_path):
    def save(picture, name="still.png"):
        picture.save(tmp_path / name)
        return tmp_path / name

    return save


def test_every_fault_that_a_storyboard_may_name_is_one_that_can_be_flagged():
    field = Quality.model_fields["reroll_on"].annotation
    named = set(get_args(get_args(field)[0]))
    assert set(get_args(FlagCode)) == named | {"aspect"}


def test_a_good_clip_has_no_flag_and_its_facts(drawn, still):
    path = drawn(moving(48))
    facts = inspect(path, ASKED, first=still(busy((270, 480))))
    assert facts.flags == ()
    assert (facts.frames, facts.rate, facts.seconds) == (48, 24, 2)
    assert (facts.width, facts.height, facts.sound) == (90, 160, False)
    assert facts.digest == file_digest(path)


# -- size and shape -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "delivered", "flags"),
    [
        ((1080, 1920), (1088, 1920), []),
        ((1080, 1920), (1072, 1904), []),
        ((720, 1280), (1080, 1920), []),
        ((1080, 1920), (720, 1280), ["size"]),
        ((1080, 1920), (1056, 1872), ["size"]),
        ((720, 1280), (1280, 720), ["aspect"]),
        ((720, 1280), (768, 1280), ["aspect"]),
        ((720, 1280), (640, 640), ["size", "aspect"]),
        ((0, 0), (640, 640), []),
    ],
)
def test_size_and_shape_against_what_was_asked(still, asked, delivered, flags):
    request = replace(ASKED, kind="image", width=asked[0], height=asked[1])
    picture = Image.new("RGB", delivered, (90, 120, 60))
    assert codes(inspect_still(still(picture), request)) == flags


def test_a_clip_is_held_against_its_size_as_a_viewer_sees_it(make_clip, ffmpeg_run, tmp_path):
    upright = replace(ASKED, width=96, height=160, duration=None)
    assert codes(inspect(make_clip(), upright)) == []
    turned = tmp_path / "turned.mp4"
    ffmpeg_run("-display_rotation", 90, "-i", make_clip(), "-c", "copy", turned)
    assert said(inspect(turned, upright)) == {
        "aspect": "96x160 was asked, 160x96 has another shape"
    }
    assert codes(inspect(turned, replace(upright, width=160, height=96))) == []


def test_a_small_clip_says_both_sizes(make_clip):
    request = replace(ASKED, width=1080, height=1920, duration=None)
    found = said(inspect(make_clip(size="90x160"), request))
    assert found == {"size": "1080x1920 was asked, 90x160 delivered"}


def test_nothing_is_asked_where_the_source_says_the_size(make_clip):
    request = replace(ASKED, resolution="source", width=1080, height=1920, duration=None)
    assert codes(inspect(make_clip(), request)) == []


# -- length and sound -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "words"),
    [(60, None), (48, None), (46, None), (45, "2s was asked, 1.88s delivered")],
)
def test_a_clip_may_be_longer_and_hardly_shorter(drawn, count, words):
    assert said(inspect(drawn(moving(count)), ASKED)).get("short") == words


def test_a_clip_of_a_given_sound_may_leave_out_the_second_that_it_begins(drawn):
    for seconds, words in (("2.9", None), ("3.1", "3.1s was asked, 2.00s delivered")):
        asked = replace(ASKED, mode="avatar", duration=Decimal(seconds))
        assert said(inspect(drawn(moving(48)), asked)).get("short") == words


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (None, "sound was asked, none delivered"),
        ("anullsrc=d=1", "sound was asked, it is silent throughout"),
        ("sine=d=1", None),
    ],
)
def test_sound_that_was_asked(make_clip, sound, words):
    request = replace(ASKED, width=96, height=160, duration=Decimal(1))
    path = make_clip(sound=sound)
    facts = inspect(path, replace(request, audio=True))
    assert said(facts).get("silent") == words
    assert facts.sound is (words is None)
    for audio in (None, False):
        assert codes(inspect(path, replace(request, audio=audio))) == []


# -- black and frozen -----------------------------------------------------------------------------


def test_a_black_tail_is_flagged_and_a_black_frame_is_not(drawn):
    tail = drawn([*moving(36), *[BLACK] * 12])
    assert said(inspect(tail, ASKED)) == {"black": "the picture is black from 1.5s to 2s"}
    blink = drawn([*moving(24), *[BLACK] * 4, *moving(20, start=24)])
    assert codes(inspect(blink, ASKED)) == []


@pytest.mark.parametrize(("times", "more"), [(2, "and once more"), (3, "and 2 times more")])
def test_of_several_black_stretches_the_longest_is_told_and_how_many_more(drawn, times, more):
    pictures = [[*moving(8, start=20 * turn), *[BLACK] * 12] for turn in range(times)]
    found = said(inspect(drawn([one for part in pictures for one in part]), ASKED))
    assert found["black"].endswith(more)


def test_all_black_is_one_fault(drawn):
    found = said(inspect(drawn([BLACK] * 48), ASKED))
    assert found == {"black": "the picture is black throughout"}


def test_a_frozen_middle_is_flagged_and_a_held_breath_is_not(drawn):
    def held(count):
        pictures = list(moving(48))
        return drawn([*pictures[:20], *[pictures[19]] * count, *pictures[20 : 48 - count]])

    found = said(inspect(held(23), ASKED))
    assert re.fullmatch(r"the picture stands still from 0\.[789]\d?s to 1\.79s", found["frozen"])
    assert codes(inspect(held(12), ASKED)) == []


def test_a_frozen_tail_is_flagged(drawn):
    pictures = list(moving(18))
    found = said(inspect(drawn([*pictures, *[pictures[-1]] * 30]), ASKED))
    assert re.fullmatch(r"the picture stands still from 0\.[789]\d?s to 2s", found["frozen"])


@pytest.mark.parametrize("count", [8, 48])
def test_a_picture_that_never_moves_is_flagged(drawn, count):
    found = said(inspect(drawn([busy((90, 160))] * count), replace(ASKED, duration=None)))
    assert found == {"frozen": "the picture stands still throughout"}


def test_a_clip_drawn_on_threes_moves(drawn):
    pictures = [picture for picture in moving(16) for _ in range(3)]
    assert codes(inspect(drawn(pictures), ASKED)) == []


def test_cards_of_the_animatic_stand_still_and_may_be_black(drawn, still):
    other = still(busy((90, 160), seed=5))
    for picture in (busy((90, 160)), BLACK):
        path = drawn([picture] * 48)
        assert codes(inspect(path, DRAWN)) == []
        assert codes(inspect(path, DRAWN, first=other)) == []
        assert codes(inspect(path, DRAWN, seam=other)) == []
        assert codes(inspect(path, replace(DRAWN, duration=Decimal(3)))) == ["short"]


# -- what it starts from --------------------------------------------------------------------------


def test_a_clip_that_starts_from_another_picture_is_flagged(drawn, still):
    path = drawn(moving(48))
    facts = inspect(path, ASKED, first=still(busy((270, 480), seed=1)))
    assert codes(facts) == ["first-frame"]
    assert said(facts)["first-frame"].startswith("it does not begin with the still it was given")


def test_a_still_that_the_model_cropped_is_its_own(drawn, still):
    square = busy((480, 480))
    cropped = square.crop((105, 0, 375, 480)).resize((90, 160), Image.Resampling.BOX)
    facts = inspect(drawn([cropped] * 48), ASKED, first=still(square))
    assert "first-frame" not in codes(facts)


def test_a_seam_that_jumps_is_flagged_and_one_that_holds_is_not(drawn, still):
    before = drawn(moving(48), "before.mp4")
    seam = still(last_frame(before))
    on = drawn(moving(48, start=47), "on.mp4")
    assert codes(inspect(on, ASKED, seam=seam)) == []
    late = drawn([first_frame(before), *moving(47, start=45)], "late.mp4")
    assert codes(inspect(late, ASKED, seam=seam)) == []
    jump = drawn(moving(48, start=90), "jump.mp4")
    facts = inspect(jump, ASKED, seam=seam)
    assert codes(facts) == ["seam"]
    assert said(facts)["seam"].startswith("it does not go on from the frame before it")


# -- refused --------------------------------------------------------------------------------------


def test_a_clip_or_still_that_is_cut_off_is_refused(drawn, still, tmp_path):
    for path, look in ((drawn(moving(48)), inspect), (still(busy((90, 160))), inspect_still)):
        part = tmp_path / f"part{path.suffix}"
        part.write_bytes(path.read_bytes()[: path.stat().st_size * 9 // 10])
        with pytest.raises(MediaError):
            look(part, ASKED)


def test_a_still_that_is_gone_is_no_fault_of_the_clip(drawn, tmp_path):
    path, gone = drawn(moving(48)), tmp_path / "absent.png"
    assert inspect(path, ASKED, first=gone).flags == ()
    assert inspect(path, ASKED, seam=gone).flags == ()


def test_a_still_has_one_frame_and_no_seconds(still):
    facts = inspect_still(still(busy((90, 160))), replace(ASKED, kind="image"))
    assert (facts.frames, facts.rate, facts.seconds, facts.flags) == (1, 24, 0, ())
    assert (facts.width, facts.height) == (90, 160)


def test_a_black_still_is_flagged(still):
    assert said(inspect_still(still(BLACK), ASKED)) == {"black": "the picture is black"}
