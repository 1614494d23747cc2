"""Every input that the page can lead to, held against the schemas of Replicate's models.

As other projects took them from the pages of the models between 2026-06-04 and 2026-10-06; of what
a model takes, only what is of use here. Replicate refuses a name or a value that a schema has not.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.catalogue_rows import clean, label, routes, sold
from tests.providers.asked import GIVEN, bought_as, turned
from vidgen.catalogue import Ask, Route
from vidgen.job import Input, Request
from vidgen.providers.fields import Seen, body, files_of

LINK = "https://x.test/file"
ROWS = [route for route in routes() if route.provider.provider == "replicate"]

Takes = dict[str, set[Any] | type]

SWITCH = {True, False}
VEO_SHAPES = {"16:9", "9:16"}
THREE = {"16:9", "9:16", "1:1"}
FIVE = THREE | {"4:3", "3:4"}
SEVEN = FIVE | {"3:2", "2:3"}
SEEDANCE_SHAPES = FIVE | {"21:9", "9:21"}
GEMINI_SHAPES = SEVEN | {"4:5", "5:4", "21:9"}
FLUX_SHAPES = SEVEN | {"4:5", "5:4"}
HD = {"720p", "1080p"}
LOW = {"480p", "720p"}
EVERY = {"480p", "720p", "1080p"}
FIVE_TEN = {5, 10}


def up_to(first: int, last: int) -> set[int]:
    return set(range(first, last + 1))


VEO: Takes = {
    "aspect_ratio": VEO_SHAPES,
    "resolution": HD,
    "duration": {4, 6, 8},
    "image": str,
    "last_frame": str,
    "seed": int,
}
SOUND_VEO = VEO | {"generate_audio": SWITCH, "negative_prompt": str}
SORA: Takes = {
    "aspect_ratio": {"portrait", "landscape"},
    "seconds": {4, 8, 12},
    "input_reference": str,
}
KLING: Takes = {"aspect_ratio": THREE, "duration": FIVE_TEN, "start_image": str}
KLING_WARNED = KLING | {"negative_prompt": str}
KLING_3: Takes = KLING | {
    "mode": {"standard", "pro", "4k"},
    "duration": up_to(3, 15),
    "end_image": str,
    "generate_audio": SWITCH,
    "multi_prompt": str,
}
SEEDANCE_1: Takes = {
    "aspect_ratio": SEEDANCE_SHAPES,
    "resolution": EVERY,
    "duration": up_to(2, 12),
    "image": str,
    "seed": int,
}
SEEDANCE_2 = SEEDANCE_1 | {
    "aspect_ratio": SEEDANCE_SHAPES | {"adaptive"},
    "resolution": LOW,
    "duration": up_to(4, 15),
    "last_frame_image": str,
    "generate_audio": SWITCH,
    "reference_images": list,
}
HAILUO: Takes = {
    "resolution": {"768p", "1080p"},
    "duration": {6, 10},
    "first_frame_image": str,
    "prompt_optimizer": SWITCH,
}
WAN: Takes = {"duration": int, "seed": int, "negative_prompt": str}
WAN_HD = WAN | {"resolution": HD, "duration": up_to(2, 15)}
EXPANDED: Takes = {"enable_prompt_expansion": SWITCH}
WAN_3 = (
    WAN
    | EXPANDED
    | {"aspect_ratio": FIVE, "resolution": EVERY, "duration": up_to(2, 30), "image": str}
)
WAN_22: Takes = {
    "num_frames": up_to(81, 121),
    "frames_per_second": up_to(5, 30),
    "resolution": LOW,
    "interpolate_output": SWITCH,
    "seed": int,
}
WAN_SIZES = {"1280*720", "720*1280", "1920*1080", "1080*1920"}
RAY_2: Takes = {
    "aspect_ratio": SEEDANCE_SHAPES,
    "duration": {5, 9},
    "start_image": str,
    "end_image": str,
}
PIXVERSE: Takes = {
    "aspect_ratio": THREE,
    "quality": {"360p", "540p", "720p", "1080p"},
    "duration": {5, 8},
    "image": str,
    "last_frame_image": str,
    "negative_prompt": str,
    "seed": int,
}
VIDU: Takes = {
    "aspect_ratio": FIVE,
    "resolution": {"540p", "720p", "1080p"},
    "duration": up_to(1, 16),
    "start_image": str,
    "end_image": str,
    "audio": SWITCH,
    "seed": int,
}
GROK: Takes = {
    "aspect_ratio": SEVEN | {"auto"},
    "resolution": LOW,
    "duration": up_to(1, 15),
    "image": str,
}
HORSE: Takes = {
    "aspect_ratio": FIVE,
    "resolution": HD,
    "duration": up_to(3, 15),
    "seed": int,
}
RUNWAY: Takes = {
    "aspect_ratio": FIVE | {"21:9"},
    "duration": FIVE_TEN,
    "image": str,
    "seed": int,
}
AVATAR: Takes = {"image": str, "audio": str, "mode": {"std", "pro"}}
LIP_SYNC: Takes = {"video": str, "audio": str}
FLUX_2: Takes = {"aspect_ratio": FLUX_SHAPES, "input_images": list, "seed": int}
GPT_IMAGE: Takes = {"aspect_ratio": {"1:1", "3:2", "2:3"}, "input_images": list}

TABLE: dict[str, Takes] = {
    "google/veo-3.1": SOUND_VEO | {"reference_images": list},
    "google/veo-3.1-fast": SOUND_VEO,
    "google/veo-3.1-lite": VEO,
    "openai/sora-2": SORA,
    "openai/sora-2-pro": SORA | {"resolution": {"standard", "high"}},
    "kwaivgi/kling-v3-video": KLING_3 | {"negative_prompt": str},
    "kwaivgi/kling-v3-omni-video": KLING_3 | {"reference_images": list},
    "kwaivgi/kling-v3-motion-control": {
        "image": str,
        "video": str,
        "mode": {"std", "pro"},
        "character_orientation": {"image", "video"},
        "keep_original_sound": SWITCH,
    },
    "kwaivgi/kling-o1": KLING
    | {
        "mode": {"std", "pro"},
        "duration": up_to(3, 10),
        "end_image": str,
        "reference_images": list,
        "reference_video": str,
        "video_reference_type": {"feature", "base"},
        "keep_original_sound": SWITCH,
    },
    "kwaivgi/kling-v2.6": KLING_WARNED | {"generate_audio": SWITCH},
    "kwaivgi/kling-v2.5-turbo-pro": KLING_WARNED | {"end_image": str},
    "kwaivgi/kling-v2.1-master": KLING_WARNED,
    "kwaivgi/kling-v2.1": {
        "mode": {"standard", "pro"},
        "duration": FIVE_TEN,
        "start_image": str,
        "end_image": str,
        "negative_prompt": str,
    },
    "kwaivgi/kling-lip-sync": {"video_url": str, "audio_file": str},
    "kwaivgi/kling-avatar-v2": AVATAR,
    "bytedance/seedance-2.5": SEEDANCE_2
    | {"aspect_ratio": FIVE | {"21:9", "adaptive"}, "duration": up_to(4, 30)},
    "bytedance/seedance-2.0": SEEDANCE_2 | {"resolution": EVERY | {"4k"}},
    "bytedance/seedance-2.0-fast": SEEDANCE_2,
    "bytedance/seedance-2.0-mini": SEEDANCE_2,
    "bytedance/seedance-1.5-pro": SEEDANCE_1 | {"last_frame_image": str, "generate_audio": SWITCH},
    "bytedance/seedance-1-pro": SEEDANCE_1 | {"last_frame_image": str},
    "bytedance/seedance-1-pro-fast": SEEDANCE_1,
    "bytedance/seedance-1-lite": SEEDANCE_1 | {"last_frame_image": str, "reference_images": list},
    "minimax/hailuo-2.3": HAILUO,
    "minimax/hailuo-2.3-fast": HAILUO,
    "minimax/hailuo-02": HAILUO
    | {"resolution": {"512p", "768p", "1080p"}, "last_frame_image": str},
    "alibaba/wan-3": WAN_3,
    "alibaba/wan-3-prime": WAN_3,
    "wan-video/wan-2.7-t2v": WAN_HD | EXPANDED | {"aspect_ratio": FIVE, "audio": str},
    "wan-video/wan-2.7-i2v": WAN_HD
    | EXPANDED
    | {"first_frame": str, "last_frame": str, "audio": str},
    "wan-video/wan-2.7-r2v": WAN_HD
    | {
        "aspect_ratio": FIVE,
        "duration": up_to(2, 10),
        "reference_images": list,
        "shot_type": {"single", "multi"},
    },
    "wan-video/wan-2.7-videoedit": {
        "video": str,
        "aspect_ratio": FIVE | {"auto"},
        "resolution": HD,
        "duration": up_to(2, 10),
        "seed": int,
    },
    "wan-video/wan-2.6-i2v": WAN
    | EXPANDED
    | {"image": str, "audio": str, "resolution": HD, "duration": {5, 10, 15}},
    "wan-video/wan-2.6-t2v": WAN
    | EXPANDED
    | {"audio": str, "size": WAN_SIZES, "duration": {5, 10, 15}},
    "wan-video/wan-2.5-i2v": WAN
    | EXPANDED
    | {"image": str, "audio": str, "resolution": EVERY, "duration": FIVE_TEN},
    "wan-video/wan-2.5-t2v": WAN
    | EXPANDED
    | {"audio": str, "size": WAN_SIZES | {"832*480", "480*832"}, "duration": FIVE_TEN},
    "wan-video/wan-2.2-i2v-fast": WAN_22 | {"image": str, "last_image": str},
    "wan-video/wan-2.2-t2v-fast": WAN_22 | {"aspect_ratio": VEO_SHAPES},
    "alibaba/happyhorse-1.1": HORSE | {"images": list},
    "alibaba/happyhorse-1.0": HORSE | {"image": str},
    "runwayml/gen-4.5": RUNWAY,
    "runwayml/gen4-turbo": RUNWAY,
    "luma/ray-3.2": RAY_2
    | {
        "aspect_ratio": FIVE | {"21:9"},
        "resolution": {"540p", "720p", "1080p"},
        "duration": FIVE_TEN,
    },
    "luma/ray-2-720p": RAY_2,
    "luma/ray-2-540p": RAY_2,
    "luma/ray-flash-2-720p": RAY_2,
    "luma/ray-flash-2-540p": RAY_2,
    "pixverse/pixverse-v6": PIXVERSE
    | {"duration": {5, 8, 10, 15}, "generate_audio_switch": SWITCH},
    "pixverse/pixverse-v5.6": PIXVERSE | {"duration": {5, 8, 10}, "generate_audio_switch": SWITCH},
    "pixverse/pixverse-v5": PIXVERSE,
    "pixverse/pixverse-v4.5": PIXVERSE,
    "pixverse/pixverse-v4": PIXVERSE,
    "vidu/q3-pro": VIDU,
    "vidu/q3-turbo": VIDU,
    "xai/grok-imagine-video": GROK,
    "xai/grok-imagine-video-1.5": GROK,
    "tencent/hunyuan-video": {
        "width": int, "height": int, "video_length": int, "fps": int, "seed": int,
    },
    "genmoai/mochi-1": {"num_frames": int, "guidance_scale": float, "fps": int, "seed": int},
    "cuuupid/cogvideox-5b": {"guidance": float, "extend_prompt": SWITCH, "seed": int},
    "topazlabs/video-upscale": {
        "video": str,
        "target_resolution": HD | {"4k"},
        "target_fps": up_to(15, 60),
    },
    "zsxkib/film-frame-interpolation-for-large-motion": {
        "mp4": str,
        "playback_frames_per_second": int,
        "num_interpolation_steps": int,
    },
    "sync/lipsync-2": LIP_SYNC,
    "sync/lipsync-2-pro": LIP_SYNC,
    "google/nano-banana-pro": {
        "aspect_ratio": GEMINI_SHAPES, "resolution": {"1K", "2K", "4K"}, "image_input": list,
    },
    "google/nano-banana-2": {
        "aspect_ratio": GEMINI_SHAPES, "resolution": {"1K", "2K", "4K"}, "image_input": list,
    },
    "google/imagen-4": {"aspect_ratio": FIVE, "image_size": {"1K", "2K"}},
    "bytedance/seedream-4.5": {
        "aspect_ratio": GEMINI_SHAPES | {"9:21"}, "size": {"2K", "4K"}, "image_input": list,
    },
    "black-forest-labs/flux-2-pro": FLUX_2 | {"prompt_upsampling": SWITCH, "resolution": {"1 MP"}},
    "black-forest-labs/flux-2-flex": FLUX_2 | {"prompt_upsampling": SWITCH, "resolution": {"1 MP"}},
    "black-forest-labs/flux-2-dev": FLUX_2,
    "black-forest-labs/flux-kontext-pro": {
        "aspect_ratio": FLUX_SHAPES | {"21:9", "9:21", "2:1", "1:2"},
        "input_image": str,
        "prompt_upsampling": SWITCH,
        "seed": int,
    },
    "ideogram-ai/ideogram-v3-balanced": {
        "aspect_ratio": FLUX_SHAPES,
        "magic_prompt_option": {"Auto", "On", "Off"},
        "seed": int,
    },
    "openai/gpt-image-1.5": GPT_IMAGE,
    "openai/gpt-image-2": GPT_IMAGE | {"aspect_ratio": SEVEN},
    "prunaai/z-image-turbo": {"width": int, "height": int, "seed": int},
}  # fmt: skip


def seen(_: Input) -> Seen:
    return Seen(720, Fraction(24))


def _asked(route: Route) -> Iterator[Request]:
    """Everything on sale, and every capability turned."""
    for ask in sold(route):
        wide, high = route.size(ask.resolution, ask.aspect) if ":" in ask.aspect else (0, 0)
        yield bought_as(route, ask, **GIVEN[ask.mode] | {"width": wide, "height": high})
    if "size" not in route.offer.fields:
        for _, one, other in turned(route):
            yield from (one, other)


def _fits(value: Any, takes: set[Any] | type) -> bool:
    if isinstance(takes, set):
        return value in takes and type(value) in {type(one) for one in takes}
    return type(value) is takes or (takes is float and type(value) is int)


@pytest.mark.parametrize("name", TABLE)
def test_a_model_is_sent_only_what_its_schema_has(name):
    takes = TABLE[name] | {"prompt": str}
    faults = set()
    for route in (one for one in ROWS if one.offer.name == name):
        for request in _asked(route):
            links = dict.fromkeys(files_of(request, route.offer.fields), LINK)
            for field, value in body(request, route.offer.fields, links, look=seen).items():
                if field not in takes or not _fits(value, takes[field]):
                    faults.add(f"{label(route)} in {request.mode}: {field} = {value!r}"[:160])
    clean(sorted(faults))


def test_every_model_on_the_page_has_its_schema_here_and_every_schema_its_model():
    assert set(TABLE) == {route.offer.name for route in ROWS}


def route_of(model: str) -> Route:
    return next(route for route in ROWS if route.model.id == model)


@pytest.mark.parametrize(
    ("model", "resolution", "audio", "usd"),
    [
        ("kling-3.0", "720p", False, "0.168"),
        ("kling-3.0", "720p", True, "0.252"),
        ("kling-3.0", "1080p", False, "0.224"),
        ("kling-3.0", "1080p", True, "0.336"),
        ("kling-3.0", "4k", True, "0.42"),
        ("kling-3.0-omni", "1080p", True, "0.28"),
        ("kling-2.6", "1080p", True, "0.14"),
        ("veo-3.1", "1080p", True, "0.40"),
        ("veo-3.1", "1080p", False, "0.20"),
        ("seedance-2.0", "1080p", True, "0.45"),
        ("seedance-2.5", "720p", True, "0.2312"),
        ("wan-3.0", "1080p", True, "0.20"),
        ("grok-imagine-video-1.5", "720p", True, "0.14"),
        ("nano-banana-pro", "4k", None, "0.30"),
        ("gpt-image-1.5", "1k", None, "0.136"),
    ],
)
def test_a_price_is_the_highest_that_was_read_on_the_models_page(model, resolution, audio, usd):
    route = route_of(model)
    mode = next(iter(route.offer.modes))
    rule = route.price(Ask(mode, resolution, "16:9", Decimal(5), audio))
    assert rule is not None
    assert rule.usd == Decimal(usd)


@pytest.mark.parametrize("mode", ["first_frame", "first_last"])
def test_at_seedance_25_a_still_decides_the_shape(mode):
    route = route_of("seedance-2.5")
    request = next(bought_as(route, ask, **GIVEN[mode]) for ask in sold(route) if ask.mode == mode)
    links = dict.fromkeys(files_of(request, route.offer.fields), LINK)
    assert body(request, route.offer.fields, links)["aspect_ratio"] == "adaptive"


@pytest.mark.parametrize(("model", "most"), [("seedance-2.5", 30), ("nano-banana-2", 14)])
def test_as_many_references_go_along_as_the_model_takes(model, most):
    route = route_of(model)
    given = tuple(Input(f"stills/{n}.png", f"{n:064}") for n in range(most))
    ask = next(one for one in sold(route) if one.mode == "references")
    request = bought_as(route, ask, references=given)
    assert len(files_of(request, route.offer.fields)) == most


def test_seedance_lite_takes_no_references_at_1080p():
    route = route_of("seedance-1.0-lite")
    assert not route.sells(Ask("references", "1080p", "16:9", Decimal(5)))
    assert route.sells(Ask("references", "720p", "16:9", Decimal(5)))
    assert route.sells(Ask("first_frame", "1080p", "16:9", Decimal(5)))


def test_imagen_is_not_sold_any_more():
    assert not route_of("imagen-4").live
