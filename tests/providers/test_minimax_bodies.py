"""What MiniMax is sent, held against the maker's own examples.

There is no client library of the maker's for H3 on the Python registry. So its examples stand here,
written down by hand with words of our own in place of the prompts:
`H3`: github.com/MiniMax-AI/MiniMax-H3, scripts/readme/*-by-directly-calling-open-platform-api.sh,
August 2026. `HAILUO` and `STILLS`: platform.minimax.io/docs/api-reference, pages on video
generation (t2v, i2v, fl2v, s2v) and image generation (t2i, i2i), October 2026.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from vidgen.errors import ProviderError
from vidgen.job import Input, Request
from vidgen.providers.minimax.bodies import address, body, files_of, refuse

FIRST, LAST, FACE = (Input(f"stills/{name}.png", name * 64) for name in "abc")
VOICE = Input("sounds/voice.mp3", "d" * 64)
CLIP = Input("clips/a.mp4", "e" * 64)
H3 = "v2/video_generation?model=MiniMax-H3"
ASKED = Request(
    kind="video",
    mode="text",
    model="hailuo-h3",
    provider="minimax",
    endpoint=H3,
    prompt="the last fleet jumps away",
    aspect="16:9",
    resolution="768p",
    width=1360,
    height=768,
    rate=Fraction(24),
    duration=Decimal(10),
    audio=True,
)
SILENT = replace(ASKED, audio=None, duration=Decimal(6))
STILL = replace(
    SILENT,
    kind="image",
    endpoint="v1/image_generation?model=image-01",
    duration=None,
    width=1280,
    height=720,
)


def v1(model, **more):
    return replace(SILENT, endpoint=f"v1/video_generation?model={model}", **more)


def sent(request):
    """The body, with each file standing as its path."""
    at = address(request.endpoint)
    refuse(request, at)
    return body(request, at, {one: f"data of {one.path}" for one in files_of(request)})


TEXT = {"type": "text", "text": "the last fleet jumps away"}


def image(given, role):
    return {"type": "image_url", "image_url": {"url": f"data of {given.path}"}, "role": role}


H3_EXAMPLES = {
    "words alone want a shape": (
        ASKED,
        {
            "model": "MiniMax-H3",
            "content": [TEXT],
            "resolution": "768P",
            "duration": 10,
            "ratio": "16:9",
        },
    ),
    "a still decides the shape": (
        replace(ASKED, first_frame=FIRST, duration=Decimal(8), aspect="9:16"),
        {
            "model": "MiniMax-H3",
            "content": [TEXT, image(FIRST, "first_frame")],
            "resolution": "768P",
            "duration": 8,
            "ratio": "adaptive",
        },
    ),
    "two stills": (
        replace(ASKED, first_frame=FIRST, last_frame=LAST, resolution="2k"),
        {
            "model": "MiniMax-H3",
            "content": [TEXT, image(FIRST, "first_frame"), image(LAST, "last_frame")],
            "resolution": "2K",
            "duration": 10,
            "ratio": "adaptive",
        },
    ),
    "references and a voice": (
        replace(ASKED, references=(FACE, FIRST), voice=VOICE, aspect="9:16"),
        {
            "model": "MiniMax-H3",
            "content": [
                TEXT,
                image(FACE, "reference_image"),
                image(FIRST, "reference_image"),
                {
                    "type": "audio_url",
                    "audio_url": {"url": "data of sounds/voice.mp3"},
                    "role": "reference_audio",
                },
            ],
            "resolution": "768P",
            "duration": 10,
            "ratio": "9:16",
        },
    ),
    "a clip and a voice, shaped as the clip": (
        replace(ASKED, source_video=CLIP, voice=VOICE, aspect="source", duration=Decimal(5)),
        {
            "model": "MiniMax-H3",
            "content": [
                TEXT,
                {
                    "type": "video_url",
                    "video_url": {"url": "data of clips/a.mp4"},
                    "role": "reference_video",
                },
                {
                    "type": "audio_url",
                    "audio_url": {"url": "data of sounds/voice.mp3"},
                    "role": "reference_audio",
                },
            ],
            "resolution": "768P",
            "duration": 5,
            "ratio": "adaptive",
        },
    ),
    "H3 Max, which would expand the prompt unseen": (
        replace(ASKED, endpoint="v2/video_generation?model=MiniMax-H3-Max", resolution="480p"),
        {
            "model": "MiniMax-H3-Max",
            "content": [TEXT],
            "resolution": "480P",
            "duration": 10,
            "ratio": "16:9",
            "extra": {"prompt_expansion_mode": "disabled"},
        },
    ),
}

PLAIN = {"prompt": "the last fleet jumps away", "prompt_optimizer": False}

V1_EXAMPLES = {
    "words alone": (
        v1("MiniMax-Hailuo-2.3", resolution="1080p"),
        {"model": "MiniMax-Hailuo-2.3", "duration": 6, "resolution": "1080P"},
    ),
    "a still": (
        v1("MiniMax-Hailuo-2.3-Fast", first_frame=FIRST, duration=Decimal(10)),
        {
            "model": "MiniMax-Hailuo-2.3-Fast",
            "first_frame_image": "data of stills/a.png",
            "duration": 10,
            "resolution": "768P",
        },
    ),
    "two stills": (
        v1("MiniMax-Hailuo-02", first_frame=FIRST, last_frame=LAST),
        {
            "model": "MiniMax-Hailuo-02",
            "first_frame_image": "data of stills/a.png",
            "last_frame_image": "data of stills/b.png",
            "duration": 6,
            "resolution": "768P",
        },
    ),
    "a face, whose clip has no length or size to choose": (
        v1("S2V-01", references=(FACE,)),
        {
            "model": "S2V-01",
            "subject_reference": [{"type": "character", "image": ["data of stills/c.png"]}],
        },
    ),
}

STILLS = {
    "words alone": (STILL, {}),
    "a seed": (replace(STILL, seed=0), {"seed": 0}),
    "a face": (
        replace(STILL, references=(FACE,)),
        {"subject_reference": [{"type": "character", "image_file": "data of stills/c.png"}]},
    ),
}


@pytest.mark.parametrize("name", H3_EXAMPLES)
def test_a_body_for_h3_is_what_the_makers_examples_have(name):
    request, expected = H3_EXAMPLES[name]
    assert sent(request) == expected


@pytest.mark.parametrize("name", V1_EXAMPLES)
def test_a_body_for_the_older_models_is_what_the_makers_examples_have(name):
    request, expected = V1_EXAMPLES[name]
    assert sent(request) == PLAIN | expected


@pytest.mark.parametrize("name", STILLS)
def test_a_body_for_a_still_is_what_the_makers_examples_have(name):
    request, expected = STILLS[name]
    fixed = {"model": "image-01", "width": 1280, "height": 720, "n": 1, "response_format": "url"}
    assert sent(request) == PLAIN | fixed | expected


NO_WAY = {
    "frames and references": replace(ASKED, first_frame=FIRST, references=(FACE,)),
    "frames and a clip": replace(ASKED, last_frame=LAST, source_video=CLIP),
    "a voice alone": replace(ASKED, voice=VOICE),
    "a voice and a frame": replace(ASKED, voice=VOICE, first_frame=FIRST),
    "a seed for H3": replace(ASKED, seed=7),
    "a negative prompt": replace(ASKED, negative_prompt="text"),
    "a motion video": replace(ASKED, motion_video=CLIP),
    "a clip for Hailuo": v1("MiniMax-Hailuo-2.3", source_video=CLIP),
    "a voice for Hailuo": v1("MiniMax-Hailuo-2.3", voice=VOICE),
    "two faces": v1("S2V-01", references=(FACE, FIRST)),
    "two faces for a still": replace(STILL, references=(FACE, FIRST)),
    "half a second": replace(ASKED, duration=Decimal("5.5")),
    "no length": replace(ASKED, duration=None),
    "an endpoint that is none": replace(ASKED, endpoint="v3/video?model=MiniMax-H3"),
    "no model": replace(ASKED, endpoint="v2/video_generation"),
}


@pytest.mark.parametrize("name", NO_WAY)
def test_what_there_is_no_way_to_be_given_is_refused_and_not_left_out(name):
    with pytest.raises(ProviderError) as caught:
        sent(NO_WAY[name])
    assert (caught.value.kind, caught.value.charged) == ("input", False)


def test_a_file_that_is_asked_for_twice_is_carried_once():
    assert files_of(replace(ASKED, first_frame=FIRST, last_frame=FIRST)) == (FIRST,)
