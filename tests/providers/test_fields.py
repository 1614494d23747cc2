"""How a Request is written in an endpoint's words."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from vidgen.camera import parse
from vidgen.errors import ProviderError
from vidgen.job import Input, Part, Request, Slate
from vidgen.providers.fields import Seen, body, files_of

STILL, END, CLIP = Input("a.png", "a" * 64), Input("b.png", "b" * 64), Input("c.mp4", "c" * 64)
LINKS = {STILL: "https://files.test/a", END: "https://files.test/b", CLIP: "https://files.test/c"}


def request(**more):
    usual = {
        "kind": "video", "mode": "text", "model": "m", "provider": "fal", "endpoint": "o/m",
        "prompt": "tea", "aspect": "9:16", "resolution": "768p", "width": 720, "height": 1280,
        "rate": Fraction(24), "duration": Decimal("8.0"),
    }  # fmt: skip
    return Request(**(usual | more))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"duration": "duration"}, {"duration": 8}),
        ({"duration": {"duration": "text"}}, {"duration": "8"}),
        ({"duration": {"duration": "seconds"}}, {"duration": "8s"}),
        ({"duration": {"num_frames": {"8": 193}}}, {"num_frames": 193}),
        ({"duration": {"num_frames": {"5": 121}}}, {"num_frames": 8}),
        ({"resolution": {"size": "capitals"}}, {"size": "768P"}),
        ({"resolution": {"mode": {"768p": "std"}}}, {"mode": "std"}),
        ({"rate": "fps"}, {"fps": 24}),
        ({"size": {"image_size": "box"}}, {"image_size": {"width": 720, "height": 1280}}),
        ({"size": {"size": "wxh"}}, {"size": "720x1280"}),
        ({"size": {"size": "star"}}, {"size": "720*1280"}),
        ({"size": {"ratio": "pixels"}}, {"ratio": "720:1280"}),
        ({"size": {"w": "width", "h": "height"}}, {"w": 720, "h": 1280}),
        ({"seed": "seed"}, {}),
        ({"send": {"fix": False}}, {"fix": False}),
    ],
)
def test_a_value_goes_in_the_form_that_the_page_names(fields, expected):
    assert body(request(), fields, {}) == {"prompt": "tea", **expected}


def test_a_switch_that_is_off_and_a_zero_are_sent():
    fields = {"audio": "sound", "seed": "seed", "guidance_scale": "cfg"}
    asked = request(audio=False, seed=0, guidance_scale=Decimal("0.0"))
    assert body(asked, fields, {}) == {"prompt": "tea", "sound": False, "seed": 0, "cfg": 0}


def test_numbers_are_numbers_with_a_fraction_only_where_there_is_one():
    fields = {"duration": "duration", "rate": "fps"}
    asked = request(duration=Decimal("3.50"), rate=Fraction(24000, 1001))
    found = body(asked, fields, {})
    assert found == {"prompt": "tea", "duration": 3.5, "fps": 24000 / 1001}
    text = {"duration": {"duration": "text"}}
    assert body(request(duration=Decimal("3.50")), text, {})["duration"] == "3.5"
    assert type(body(request(), fields, {})["duration"]) is int


def test_files_go_as_links_and_several_as_a_list():
    fields = {"first_frame": {"images": "list"}, "references": "image_urls"}
    asked = request(first_frame=STILL, references=(END, STILL))
    assert body(asked, fields, LINKS) == {
        "prompt": "tea",
        "images": [LINKS[STILL]],
        "image_urls": [LINKS[END], LINKS[STILL]],
    }


def test_files_can_go_as_objects_that_say_what_they_are():
    fields = {
        "first_frame": {"promptImage": "first", "character": "image"},
        "last_frame": {"promptImage": "last"},
        "motion_video": {"reference": "video"},
        "references": {"references": "uris", "referenceImages": "tagged"},
    }
    first, last = (
        {"uri": LINKS[STILL], "position": "first"},
        {"uri": LINKS[END], "position": "last"},
    )
    asked = request(first_frame=STILL, last_frame=END, motion_video=CLIP, references=(END, STILL))
    assert body(asked, fields, LINKS) == {
        "prompt": "tea",
        "promptImage": [first, last],
        "character": {"type": "image", "uri": LINKS[STILL]},
        "reference": {"type": "video", "uri": LINKS[CLIP]},
        "references": [{"uri": LINKS[END]}, {"uri": LINKS[STILL]}],
        "referenceImages": [
            {"uri": LINKS[END], "tag": "image1"},
            {"uri": LINKS[STILL], "tag": "image2"},
        ],
    }
    assert body(request(first_frame=STILL), fields, LINKS)["promptImage"] == [first]


def test_a_mode_lays_its_own_fields_over_the_rest_and_takes_some_away():
    fields = {
        "aspect": "aspect_ratio",
        "first_frame": "image_url",
        "in": {
            "first_last": {
                "first_frame": "first_url",
                "last_frame": "last_url",
                "aspect": None,
                "send": {"tail": True},
            }
        },
        "send": {"fix": False},
    }
    both = {"first_frame": STILL, "last_frame": END}
    assert body(request(mode="first_frame", **both), fields, LINKS) == {
        "prompt": "tea",
        "aspect_ratio": "9:16",
        "image_url": LINKS[STILL],
        "fix": False,
    }
    assert body(request(mode="first_last", **both), fields, LINKS) == {
        "prompt": "tea",
        "first_url": LINKS[STILL],
        "last_url": LINKS[END],
        "fix": False,
        "tail": True,
    }


def test_what_follows_the_given_file_is_not_said():
    fields = {"aspect": "aspect_ratio", "resolution": "resolution"}
    assert body(request(aspect="source", resolution="source"), fields, {}) == {"prompt": "tea"}


def test_an_endpoint_that_takes_no_words_is_sent_none():
    assert body(request(), {"prompt": None, "duration": "duration"}, {}) == {"duration": 8}
    assert body(request(prompt=""), {"duration": "duration"}, {}) == {"duration": 8}


def test_without_fields_all_that_is_set_goes_under_its_own_name():
    slate = Slate("sip", "m", "tea", Decimal(8))
    asked = request(first_frame=STILL, camera=parse("push in"), slate=slate)
    found = body(asked, {}, LINKS)
    assert found.pop("camera")["words"] == "push in"
    assert found == {
        "prompt": "tea", "aspect": "9:16", "resolution": "768p", "width": 720, "height": 1280,
        "rate": 24, "duration": 8, "first_frame": LINKS[STILL],
    }  # fmt: skip


def test_a_clip_is_scaled_from_the_height_that_it_has():
    fields = {"source_video": "video_url", "resolution": {"upscale_factor": "factor"}}
    asked = request(mode="upscale", source_video=CLIP)
    for height, factor in ((640, 2), (720, 1.7778)):
        look = {CLIP: Seen(height, Fraction(24))}.get
        assert body(asked, fields, LINKS, look=look)["upscale_factor"] == factor


@pytest.mark.parametrize(
    ("has", "asked", "steps", "rate"),
    [
        (24, 48, 1, 48),
        (24, 60, 1, 48),  # twice is 96, which is too fast to be played there
        (15, 60, 2, 60),
        (12, 25, 2, 48),
        (30, 60, 1, 60),
        (Fraction(24000, 1001), 48, 1, 48),
        (30, 30, 1, 60),
    ],
)
def test_doubled_frames_keep_a_clip_as_long_as_it_is(has, asked, steps, rate):
    fields = {"rate": {"steps": "doublings", "fps": "doubled"}}
    order = request(mode="interpolate", source_video=CLIP, rate=Fraction(asked))
    found = body(order, fields, LINKS, look={CLIP: Seen(112, Fraction(has))}.get)
    assert (found["steps"], found["fps"]) == (steps, rate)


def test_what_cannot_be_doubled_and_keep_its_length_is_refused():
    order = request(mode="interpolate", source_video=CLIP, rate=Fraction(60))
    with pytest.raises(ProviderError, match="50 frames a second, doubled, is more than 60"):
        body(order, {"rate": {"a": "doubled"}}, LINKS, look={CLIP: Seen(112, Fraction(50))}.get)


def test_a_form_that_does_not_exist_stops_the_call_before_it_is_made():
    with pytest.raises(ProviderError, match="`parsecs`") as caught:
        body(request(), {"duration": {"duration": "parsecs"}}, {})
    assert caught.value.kind == "input"
    assert caught.value.where == "fal: m at o/m"


def test_an_endpoint_that_takes_one_reference_is_sent_no_list():
    fields = {"references": {"image_url": "one"}}
    assert body(request(references=(END,)), fields, LINKS)["image_url"] == LINKS[END]
    with pytest.raises(ProviderError, match="`one`"):
        body(request(references=(END, STILL)), fields, LINKS)


def test_only_files_that_are_sent_are_named_and_each_once():
    asked = request(first_frame=STILL, last_frame=STILL, references=(END, STILL))
    fields = {"first_frame": "a", "last_frame": "b", "references": "c", "source_video": "d"}
    assert files_of(asked, fields) == (STILL, END)
    assert set(files_of(replace(asked, source_video=CLIP), {})) == {STILL, END, CLIP}
    assert files_of(request(), {}) == ()


@pytest.mark.parametrize(
    ("held", "fields"),
    [
        ({"source_video": CLIP}, {"first_frame": "image"}),
        ({"camera": parse("push in")}, {"first_frame": "image"}),
        ({"seed": 0, "negative_prompt": "text"}, {"seed": "seed", "in": {"text": {"seed": None}}}),
    ],
)
def test_what_the_fields_have_no_place_for_is_refused_by_name(held, fields):
    with pytest.raises(ProviderError) as caught:
        files_of(request(**held), fields)
    assert caught.value.kind == "input"
    assert all(name.replace("_", " ") in caught.value.message for name in held)


def test_several_shots_go_as_a_list_in_place_of_the_prompt_where_a_page_says_so():
    shots = (Part("a cup", Decimal("4.0")), Part("a hand", Decimal(3)))
    words = "shot 1, 4, a cup; shot 2, 3, a hand;"
    asked = request(prompt=words, shots=shots)
    assert body(asked, {"shots": {"multi_prompt": "parts"}}, {}) == {
        "multi_prompt": [
            {"prompt": "a cup", "duration": "4"},
            {"prompt": "a hand", "duration": "3"},
        ]
    }
    text = body(asked, {"shots": {"multi_prompt": "parts-text"}}, {})["multi_prompt"]
    assert json.loads(text)[1] == {"prompt": "a hand", "duration": 3}
    assert body(asked, {"duration": "duration"}, {})["prompt"] == asked.prompt
    assert "shots" not in body(asked, {}, {})
    assert body(request(prompt=words), {"shots": {"multi_prompt": "parts"}}, {}) == {
        "prompt": asked.prompt
    }
