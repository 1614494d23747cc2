"""What Kling is sent, path by path, held against the request tables of the maker's pages."""

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from vidgen.errors import ProviderError
from vidgen.job import Camera, Input, Request
from vidgen.providers.kling.bodies import address, body, client_id

FIRST, LAST, THIRD = (Input(f"stills/{name}.png", name * 64) for name in "abc")
VOICE = Input("sound/voice.mp3", "d" * 64)
ASKED = Request(
    kind="video",
    mode="text",
    model="kling-3.0",
    provider="kling",
    endpoint="text-to-video/kling-3.0",
    prompt="a barista pours milk",
    aspect="9:16",
    resolution="1080p",
    width=1080,
    height=1920,
    rate=Fraction(24),
    duration=Decimal(5),
    audio=False,
)
NAMED = {"options": {"external_task_id": "n"}}


def read(given):
    """A file's content stands as its path, so that a body says where each one went."""
    return f"base64 of {given.path}"


def sent(endpoint, **more):
    return body(replace(ASKED, endpoint=endpoint, **more), name="n", read=read)


def frame(kind, given, **more):
    return {"type": kind, "url": f"base64 of {given.path}", **more}


WORDS = {"type": "prompt", "text": "a barista pours milk"}

NEWER = {
    "text to 3.0": (
        ("text-to-video/kling-3.0", {"audio": True}),
        {
            "prompt": "a barista pours milk",
            "settings": {
                "resolution": "1080p",
                "aspect_ratio": "9:16",
                "duration": 5,
                "audio": "native",
                "multi_shot": False,
            },
        },
    ),
    "text to 3.0 turbo, which always makes sound": (
        ("text-to-video/kling-3.0-turbo", {"audio": True}),
        {
            "prompt": "a barista pours milk",
            "settings": {"resolution": "1080p", "aspect_ratio": "9:16", "duration": 5},
        },
    ),
    "text to 2.6": (
        ("text-to-video/kling-2.6", {}),
        {
            "prompt": "a barista pours milk",
            "settings": {
                "resolution": "1080p",
                "aspect_ratio": "9:16",
                "duration": 5,
                "audio": "off",
            },
        },
    ),
    "text to 2.5 turbo, which is silent": (
        ("text-to-video/kling-2.5-turbo", {"audio": None, "duration": Decimal(10)}),
        {
            "prompt": "a barista pours milk",
            "settings": {"resolution": "1080p", "aspect_ratio": "9:16", "duration": 10},
        },
    ),
    "a still to 3.0, whose shape it decides": (
        ("image-to-video/kling-3.0", {"first_frame": FIRST, "resolution": "4k"}),
        {
            "contents": [WORDS, frame("first_frame", FIRST)],
            "settings": {"resolution": "4k", "duration": 5, "audio": "off", "multi_shot": False},
        },
    ),
    "two stills to 2.6": (
        ("image-to-video/kling-2.6", {"first_frame": FIRST, "last_frame": LAST}),
        {
            "contents": [WORDS, frame("first_frame", FIRST), frame("last_frame", LAST)],
            "settings": {"resolution": "1080p", "duration": 5, "audio": "off"},
        },
    ),
    "a still to 3.0 turbo": (
        ("image-to-video/kling-3.0-turbo", {"first_frame": FIRST, "audio": True}),
        {
            "contents": [WORDS, frame("first_frame", FIRST)],
            "settings": {"resolution": "1080p", "duration": 5},
        },
    ),
    "a prompt alone to omni, which then needs a shape": (
        ("omni-video/kling-3.0-omni", {"audio": True}),
        {
            "contents": [WORDS],
            "settings": {
                "resolution": "1080p",
                "aspect_ratio": "9:16",
                "duration": 5,
                "audio": "native",
                "multi_shot": False,
            },
        },
    ),
    "references to omni, by the names that the prompt gives them": (
        ("omni-video/kling-3.0-omni", {"references": (FIRST, LAST)}),
        {
            "contents": [
                WORDS,
                frame("refer_image", FIRST, id="Image1"),
                frame("refer_image", LAST, id="Image2"),
            ],
            "settings": {
                "resolution": "1080p",
                "aspect_ratio": "9:16",
                "duration": 5,
                "audio": "off",
                "multi_shot": False,
            },
        },
    ),
    "a prompt alone to O1, which then needs a shape": (
        ("omni-video/kling-o1", {"audio": None}),
        {
            "contents": [WORDS],
            "settings": {"resolution": "1080p", "aspect_ratio": "9:16", "duration": 5},
        },
    ),
    "references to O1": (
        ("omni-video/kling-o1", {"references": (THIRD,), "audio": None, "duration": Decimal(3)}),
        {
            "contents": [WORDS, frame("refer_image", THIRD, id="Image1")],
            "settings": {"resolution": "1080p", "aspect_ratio": "9:16", "duration": 3},
        },
    ),
    "two stills to O1, which has no switch for sound": (
        ("omni-video/kling-o1", {"first_frame": FIRST, "last_frame": LAST, "audio": None}),
        {
            "contents": [WORDS, frame("first_frame", FIRST), frame("last_frame", LAST)],
            "settings": {"resolution": "1080p", "duration": 5},
        },
    ),
}


@pytest.mark.parametrize("name", NEWER)
def test_a_body_of_the_newer_api_is_what_its_page_documents(name):
    (endpoint, more), expected = NEWER[name]
    assert sent(endpoint, **more) == expected | NAMED


OLD = {"external_task_id": "n", "prompt": "a barista pours milk"}
PRO = "?model_name=kling-v1-6&mode=pro"

OLDER = {
    "text to 1.6": (
        (
            f"v1/videos/text2video{PRO}",
            {"negative_prompt": "text", "guidance_scale": Decimal("0.5")},
        ),
        {
            "model_name": "kling-v1-6",
            "mode": "pro",
            "negative_prompt": "text",
            "cfg_scale": 0.5,
            "aspect_ratio": "9:16",
            "duration": "5",
        },
    ),
    "text to 2.0, which has no modes": (
        ("v1/videos/text2video?model_name=kling-v2-master", {}),
        {"model_name": "kling-v2-master", "aspect_ratio": "9:16", "duration": "5"},
    ),
    "two stills to 2.1, whose shape the first decides": (
        (
            "v1/videos/image2video?model_name=kling-v2-1&mode=pro",
            {"first_frame": FIRST, "last_frame": LAST, "duration": Decimal(10)},
        ),
        {
            "model_name": "kling-v2-1",
            "mode": "pro",
            "image": "base64 of stills/a.png",
            "image_tail": "base64 of stills/b.png",
            "duration": "10",
        },
    ),
    "several images to 1.6": (
        (f"v1/videos/multi-image2video{PRO}", {"references": (FIRST, THIRD)}),
        {
            "model_name": "kling-v1-6",
            "mode": "pro",
            "image_list": [
                {"image": "base64 of stills/a.png"},
                {"image": "base64 of stills/c.png"},
            ],
            "aspect_ratio": "9:16",
            "duration": "5",
        },
    ),
    "a portrait and a voice, whose length decides": (
        ("v1/videos/avatar/image2video?mode=std", {"first_frame": FIRST, "audio_file": VOICE}),
        {
            "mode": "std",
            "image": "base64 of stills/a.png",
            "sound_file": "base64 of sound/voice.mp3",
        },
    ),
    "a still": (
        (
            "v1/images/omni-image?model_name=kling-image-o1",
            {"kind": "image", "resolution": "2k", "duration": None, "audio": None},
        ),
        {
            "model_name": "kling-image-o1",
            "resolution": "2k",
            "aspect_ratio": "9:16",
            "n": 1,
        },
    ),
    "a still from several": (
        (
            "v1/images/omni-image?model_name=kling-image-o1",
            {
                "kind": "image",
                "resolution": "1k",
                "aspect": "3:2",
                "duration": None,
                "audio": None,
                "references": (FIRST, THIRD),
            },
        ),
        {
            "model_name": "kling-image-o1",
            "image_list": [
                {"image": "base64 of stills/a.png"},
                {"image": "base64 of stills/c.png"},
            ],
            "resolution": "1k",
            "aspect_ratio": "3:2",
            "n": 1,
        },
    ),
}


@pytest.mark.parametrize("name", OLDER)
def test_a_body_of_the_older_api_is_what_its_page_documents(name):
    (endpoint, more), expected = OLDER[name]
    assert sent(endpoint, **more) == expected | OLD


STILL = dict.fromkeys(("horizontal", "vertical", "pan", "tilt", "roll", "zoom"), 0.0)


@pytest.mark.parametrize(
    ("axis", "ours", "theirs"),
    [
        ("horizontal", "-4", -4.0),  # a truck to the left
        ("vertical", "2.5", 2.5),  # a crane up
        ("roll", "10", 10.0),  # clockwise
        ("zoom", "6", -6.0),  # closer: a longer focal length is less there
        ("zoom", "-1", 1.0),
    ],
)
def test_a_camera_move_goes_along_one_axis_with_the_makers_sign(axis, ours, theirs):
    move = Camera(**{axis: Decimal(ours)})
    found = sent("v1/videos/text2video?model_name=kling-v1&mode=std", camera=move)
    assert found["camera_control"] == {"type": "simple", "config": STILL | {axis: theirs}}


@pytest.mark.parametrize(
    "move",
    [
        Camera(),
        Camera(dolly=Decimal(3)),
        Camera(orbit=Decimal(3)),
        Camera(roll=Decimal(3), zoom=Decimal(1)),
    ],
    ids=repr,
)
def test_a_camera_move_that_cannot_be_written_there_is_refused(move):
    with pytest.raises(ProviderError, match="camera move") as refused:
        sent("v1/videos/text2video?model_name=kling-v1&mode=std", camera=move)
    assert (refused.value.kind, refused.value.charged) == ("input", False)


def test_what_a_page_writes_after_the_path_is_no_part_of_the_address():
    at = address("v1/videos/text2video?model_name=kling-v2-1-master")
    assert (at.path, at.older) == ("v1/videos/text2video", True)
    assert not address("omni-video/kling-o1").older


def test_a_still_made_from_references_names_them_as_the_older_api_does():
    found = sent(
        "v1/images/omni-image?model_name=kling-image-o1",
        prompt="Mara is @Image1 and @Image2, never @Image3",
        references=(FIRST, LAST),
    )
    assert found["prompt"] == "Mara is <<<image_1>>> and <<<image_2>>>, never @Image3"


@pytest.mark.parametrize(
    ("prompt", "many"),
    [
        ("shot 1, 3, a hand reaches; shot 2, 2, the cup fills;", True),
        ("Shot 1, 5, a hand reaches.\nAvoid: text", True),
        ("a wide shot, 5 cups on a bar", False),
        ("the first shot 1 of many", False),
    ],
)
def test_several_shots_are_asked_for_by_the_prompt_and_never_by_default(prompt, many):
    found = sent("text-to-video/kling-3.0", prompt=prompt)
    assert found["settings"]["multi_shot"] is many
    assert found["prompt"] == prompt


def test_an_avatar_without_words_is_sent_none():
    found = sent("v1/videos/avatar/image2video?mode=pro", prompt="", first_frame=FIRST)
    assert "prompt" not in found


@pytest.mark.parametrize(
    ("endpoint", "given"),
    [
        ("motion-control/kling-3.0", {"motion_video": FIRST}),
        ("omni-video/kling-3.0-omni", {"source_video": FIRST}),
    ],
)
def test_a_video_is_refused_because_there_is_no_upload(endpoint, given):
    with pytest.raises(ProviderError, match="no upload") as refused:
        sent(endpoint, **given)
    assert (refused.value.kind, refused.value.charged) == ("input", False)


def test_the_name_of_a_submit_follows_from_its_id_and_is_plain_and_short():
    names = {client_id(f"j2:{number}.1 ä/,&") for number in range(50)}
    assert len(names) == 50
    assert all(re.fullmatch(r"[a-z0-9-]{8,64}", name) for name in names)
    assert client_id("j2:one.1") == client_id("j2:one.1")
