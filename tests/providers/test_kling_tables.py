"""Every body that the page can lead to, held against the request tables of the maker's pages.

Read at kling.ai/document-api on 2026-09-20; what only the older models have, in the 1.x reference.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.catalogue_rows import clean, label, routes, sold
from tests.providers.asked import GIVEN, bought_as, turned
from vidgen.catalogue import Route
from vidgen.job import Request
from vidgen.providers.kling import lips
from vidgen.providers.kling.bodies import address, body

SHAPES = {"16:9", "9:16", "1:1"}
HD, UHD = {"720p", "1080p"}, {"720p", "1080p", "4k"}
SOUND = {"native", "off"}
SWITCH = {True, False}
LONG, TEN, TWO = set(range(3, 16)), set(range(3, 11)), {5, 10}

# path -> the types that `contents` may have (none: a prompt on its own), and the settings
NEWER: dict[str, tuple[set[str], dict[str, set[Any]]]] = {
    "text-to-video/kling-3.0-turbo": (
        set(),
        {"resolution": HD, "aspect_ratio": SHAPES, "duration": LONG},
    ),
    "image-to-video/kling-3.0-turbo": (
        {"prompt", "first_frame"},
        {"resolution": HD, "duration": LONG},
    ),
    "text-to-video/kling-3.0": (
        set(),
        {
            "multi_shot": SWITCH,
            "audio": SOUND,
            "resolution": UHD,
            "aspect_ratio": SHAPES,
            "duration": LONG,
        },
    ),
    "image-to-video/kling-3.0": (
        {"prompt", "first_frame", "last_frame", "element"},
        {"multi_shot": SWITCH, "audio": SOUND, "resolution": UHD, "duration": LONG},
    ),
    "omni-video/kling-3.0-omni": (
        {"prompt", "first_frame", "last_frame", "refer_image", "element"},
        {
            "multi_shot": SWITCH,
            "audio": SOUND,
            "resolution": UHD,
            "aspect_ratio": SHAPES,
            "duration": LONG,
        },
    ),
    "omni-video/kling-o1": (
        {"prompt", "first_frame", "last_frame", "refer_image", "element"},
        {"audio": {"off"}, "resolution": HD, "aspect_ratio": SHAPES, "duration": TEN},
    ),
    "text-to-video/kling-2.6": (
        set(),
        {"audio": SOUND, "resolution": HD, "aspect_ratio": SHAPES, "duration": TWO},
    ),
    "image-to-video/kling-2.6": (
        {"prompt", "first_frame", "last_frame", "voice"},
        {"audio": SOUND, "resolution": HD, "duration": TWO},
    ),
    "text-to-video/kling-2.5-turbo": (
        set(),
        {"resolution": HD, "aspect_ratio": SHAPES, "duration": TWO},
    ),
    "image-to-video/kling-2.5-turbo": (
        {"prompt", "first_frame", "last_frame"},
        {"resolution": HD, "duration": TWO},
    ),
}

VIDEO = {"model_name", "prompt", "negative_prompt", "mode", "duration", "cfg_scale"}
ALWAYS = {"external_task_id"}
STILLS = {"16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "auto"}

# path -> the fields of the older API
OLDER: dict[str, set[str]] = {
    "v1/videos/text2video": VIDEO | {"aspect_ratio", "camera_control"},
    "v1/videos/image2video": VIDEO | {"image", "image_tail", "camera_control"},
    "v1/videos/multi-image2video": (VIDEO - {"cfg_scale"}) | {"image_list", "aspect_ratio"},
    "v1/videos/avatar/image2video": {"image", "sound_file", "prompt", "mode"},
    "v1/images/omni-image": {
        "model_name",
        "prompt",
        "image_list",
        "resolution",
        "n",
        "aspect_ratio",
    },
    "v1/videos/advanced-lip-sync": {"session_id", "face_choose"},
}
SPOKEN = {
    "face_id", "sound_file", "sound_start_time", "sound_end_time", "sound_insert_time",
    "sound_volume", "original_audio_volume",
}  # fmt: skip
VALUES: dict[str, set[Any]] = {
    "mode": {"std", "pro"},
    "duration": {"5", "10"},
    "resolution": {"1k", "2k", "4k"},
    "n": {1},
    "aspect_ratio": STILLS,
}

ROWS = [route for route in routes() if route.provider.provider == "kling" and route.live]


def asked_for(route: Route) -> Iterator[Request]:
    """Everything on sale, and every capability turned."""
    for ask in sold(route):
        yield bought_as(route, ask, **GIVEN[ask.mode])
    for _, _, turn in turned(route):
        yield turn


def faults(request: Request) -> Iterator[str]:
    """What of a body the maker's table does not have."""
    at = address(request.endpoint)
    if at.path == lips.PATH:
        sent = lips.body(lips.Face("s", "0", 0, 5000), lips.Sound("UklGRg==", 3000), "n")
        yield from sorted(set(sent["face_choose"][0]) ^ SPOKEN)
    else:
        sent = body(request, name="n", read=lambda given: given.path)
    if at.older:
        yield from sorted(set(sent) - OLDER[at.path] - ALWAYS)
        for name, values in VALUES.items():
            if name in sent and sent[name] not in values:
                yield f"{name} is {sent[name]!r}"
        return
    types, settings = NEWER[at.path]
    parts = {"contents"} if types else {"prompt"}
    yield from sorted(set(sent) ^ (parts | {"settings", "options"}))
    yield from sorted({one["type"] for one in sent.get("contents", [])} - types)
    for name, value in sent["settings"].items():
        if name not in settings:
            yield f"settings.{name}"
        elif value not in settings[name] or (type(value) is bool) is not (name == "multi_shot"):
            yield f"settings.{name} is {value!r}"


@pytest.mark.parametrize("route", ROWS, ids=label)
def test_nothing_is_sent_that_the_makers_table_does_not_have(route):
    seen = list(asked_for(route))
    assert seen
    clean(sorted({f"{one.mode}: {fault}" for one in seen for fault in faults(one)}))


def test_what_needs_a_shape_is_told_one():
    lacking = [
        f"{label(route)}: {request.mode}"
        for route in ROWS
        for request in asked_for(route)
        if request.endpoint.startswith("omni-video/")
        and not request.first_frame
        and "aspect_ratio" not in body(request, name="n", read=lambda _: "x")["settings"]
    ]
    clean(lacking)


def test_every_path_of_the_page_has_its_table():
    paths = {address(name).path for route in ROWS for name in route.offer.modes.values()}
    assert paths == set(NEWER) | set(OLDER)
