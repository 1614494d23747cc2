"""What is sold at fal, and for how much, where a row was once missing or said something else."""

from decimal import Decimal
from fractions import Fraction

import pytest

from tests.catalogue_rows import routes, sold
from tests.providers.asked import ordered
from tests.providers.at_work import ordered_at
from tests.test_catalogue_prices import usd_of
from vidgen.catalogue import Ask

AT_FAL = [route for route in routes() if route.provider.provider == "fal"]


def at_endpoint(endpoint):
    """The route of an endpoint, and the modes that it serves there."""
    for route in AT_FAL:
        modes = [mode for mode, at in route.offer.modes.items() if at == endpoint]
        if modes:
            return route, modes
    raise AssertionError(f"{endpoint} is not sold")


@pytest.mark.parametrize(
    ("endpoint", "ask", "usd"),
    [
        ("fal-ai/nano-banana-2/edit", Ask("references", "4k", "16:9"), "0.16"),
        ("alibaba/happy-horse/text-to-video", Ask("text", "720p", "16:9", Decimal(5), True), "0.7"),
        (
            "alibaba/happy-horse/reference-to-video",
            Ask("references", "1080p", "9:16", Decimal(5), True),
            "1.4",
        ),
        (
            "fal-ai/vidu/q3/text-to-video",
            Ask("text", "1080p", "16:9", Decimal(5), True),
            "0.77",
        ),
        (
            "fal-ai/vidu/q3/text-to-video/turbo",
            Ask("text", "540p", "16:9", Decimal(5), True),
            "0.175",
        ),
        (
            "fal-ai/vidu/q3/image-to-video/turbo",
            Ask("first_last", "720p", "9:16", Decimal(5), False),
            "0.385",
        ),
        (
            "xai/grok-imagine-video/v1.5/image-to-video",
            Ask("first_frame", "1080p", "source", Decimal(4), True),
            "1.02",
        ),
        (
            "minimax/h3-max/text-to-video",
            Ask("text", "1080p", "16:9", Decimal(5), True),
            "0.8",
        ),
        (
            "fal-ai/kling-video/v2/master/image-to-video",
            Ask("first_frame", "720p", "16:9", Decimal(5)),
            "1.4",
        ),
        (
            "fal-ai/kling-video/v1.6/pro/image-to-video",
            Ask("first_last", "1080p", "16:9", Decimal(5)),
            "0.49",
        ),
        (
            "fal-ai/kling-video/v1.6/pro/text-to-video",
            Ask("text", "1080p", "16:9", Decimal(5)),
            "0.49",
        ),
    ],
)
def test_what_fal_sells_is_on_the_page_at_its_price(endpoint, ask, usd):
    route, modes = at_endpoint(endpoint)
    assert ask.mode in modes
    assert ask in set(sold(route))
    assert usd_of(route, ask) == Decimal(usd)


@pytest.mark.parametrize(
    ("endpoint", "ask"),
    [
        ("fal-ai/vidu/q3/image-to-video", Ask("first_last", "360p", "16:9", Decimal(5), True)),
        ("fal-ai/bytedance/omnihuman/v1.5", Ask("avatar", "1080p", "source", Decimal(30), True)),
        ("fal-ai/bytedance/omnihuman/v1.5", Ask("avatar", "720p", "source", Decimal(60), True)),
    ],
)
def test_what_an_endpoint_refuses_is_not_sold(endpoint, ask):
    route, _ = at_endpoint(endpoint)
    assert not route.sells(ask)


@pytest.mark.parametrize(
    ("endpoint", "most"),
    [
        ("xai/grok-imagine-video/reference-to-video", 7),
        ("fal-ai/nano-banana-2/edit", 14),
        ("alibaba/happy-horse/reference-to-video", 9),
    ],
)
def test_as_many_references_are_taken_as_the_endpoint_says(endpoint, most):
    assert at_endpoint(endpoint)[0].max_references == most


def test_one_shot_is_not_cut_into_several_by_wan(at):
    route, _ = at_endpoint("fal-ai/wan/v2.7/reference-to-video")
    (call,), _ = ordered_at("fal", at, ordered(route, "references"))
    assert call.json()["multi_shots"] is False
    assert "multi_shot" not in route.capabilities


@pytest.mark.parametrize("endpoint", ["fal-ai/rife/video", "fal-ai/film/video"])
@pytest.mark.parametrize(
    ("rate", "between"),
    [(24, 1), (25, 1), (48, 1), (50, 2), (60, 2), (72, 2), (96, 3), (120, 4)],
)
def test_frames_in_between_keep_a_clip_as_long_as_it_is(at, endpoint, rate, between):
    """The clip has 24 frames a second; played at another rate than it is made for, it would be
    shorter or longer."""
    route, _ = at_endpoint(endpoint)
    request = ordered(route, "interpolate", rate=Fraction(rate))
    (call,), _ = ordered_at("fal", at, request)
    sent = call.json()
    assert sent.pop("video_url").startswith("data:video/mp4;base64,")
    assert sent == {"num_frames": between, "use_calculated_fps": True}
