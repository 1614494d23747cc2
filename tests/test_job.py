import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen.job import (
    CAPABILITIES,
    Camera,
    Input,
    JobKey,
    Request,
    Slate,
    digest_parts,
    exact_rate,
    job_key,
    plain,
    request_from,
)

REQUEST = Request(
    kind="video",
    mode="first_frame",
    model="veo-3.1",
    provider="fal",
    endpoint="fal-ai/veo3.1/image-to-video",
    prompt="A cup",
    aspect="9:16",
    resolution="1080p",
    width=1080,
    height=1920,
    rate=Fraction(24),
    duration=Decimal(6),
    audio=False,
    first_frame=Input("stills/cup.png", "a" * 64),
)


def key(request=REQUEST, take=1, upstream=None, tier="final"):
    return job_key(request, shot="sip", tier=tier, take=take, upstream=upstream)


def test_a_key_is_tagged_and_repeats():
    assert key() == key()
    assert key().startswith("j2:")


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "A mug"},
        {"duration": Decimal(8)},
        {"audio": True},
        {"seed": 0},
        {"first_frame": Input("stills/cup.png", "b" * 64)},
        {"camera": Camera(pan=Decimal(3))},
        {"provider": "kling"},
        {"rate": Fraction(30)},
    ],
)
def test_what_is_asked_names_the_job(change):
    assert key(replace(REQUEST, **change)) != key()


def test_take_tier_and_upstream_name_the_job_too():
    names = {key(), key(take=2), key(tier="draft"), key(upstream=JobKey("j1:x"))}
    assert len(names) == 4


def test_a_renamed_still_is_the_same_job():
    moved = replace(REQUEST, first_frame=Input("elsewhere/cup-2.png", "a" * 64))
    assert key(moved) == key()


def test_parts_say_what_changed():
    before, after = digest_parts(REQUEST), digest_parts(replace(REQUEST, prompt="A mug", seed=7))
    assert [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)] == [
        "prompt",
        "seed",
    ]


@given(st.text(max_size=60), st.decimals(1, 60, places=3), st.integers(0, 2**32 - 1))
def test_requests_survive_json(prompt, duration, seed):
    request = replace(REQUEST, prompt=prompt, duration=duration, seed=seed)
    data = plain(request)
    assert json.loads(json.dumps(data)) == data
    assert Decimal(data["duration"]) == duration


INPUTS = st.builds(Input, st.text(min_size=1, max_size=12), st.text("0123456789abcdef", max_size=8))
EXACT = st.decimals(-10, 600, places=3)
CAMERAS = st.builds(Camera, st.text(max_size=9), **dict.fromkeys(Camera.AXES, EXACT))
SLATES = st.builds(
    Slate, st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), EXACT,
    st.lists(st.text(max_size=5), max_size=2).map(tuple),
)  # fmt: skip


@given(
    st.builds(
        replace,
        st.just(REQUEST),
        prompt=st.text(max_size=20),
        rate=st.fractions(1, 120),
        duration=st.none() | EXACT,
        negative_prompt=st.none() | st.text(max_size=5),
        audio=st.none() | st.booleans(),
        seed=st.none() | st.integers(0, 2**32 - 1),
        guidance_scale=st.none() | EXACT,
        first_frame=st.none() | INPUTS,
        last_frame=st.none() | INPUTS,
        references=st.lists(INPUTS, max_size=3).map(tuple),
        voice=st.none() | INPUTS,
        source_video=st.none() | INPUTS,
        motion_video=st.none() | INPUTS,
        audio_file=st.none() | INPUTS,
        camera=st.none() | CAMERAS,
        slate=st.none() | SLATES,
    )
)
def test_a_request_is_read_back_from_what_was_written(request):
    assert request_from(json.loads(json.dumps(plain(request)))) == request


@pytest.mark.parametrize("data", [{}, {"rate": "x"}, {"rate": "24", "wings": 2}])
def test_what_is_no_request_is_refused(data):
    with pytest.raises((TypeError, KeyError, ValueError, ArithmeticError)):
        request_from(data)


def test_seed_zero_is_not_left_out():
    assert plain(replace(REQUEST, seed=0))["seed"] == 0
    assert plain(replace(REQUEST, audio=False))["audio"] is False


def test_every_capability_is_carried_by_a_field_of_a_request():
    fields = set(Request.__dataclass_fields__)
    assert {capability.carried_by for capability in CAPABILITIES.values()} <= fields


def test_rates_of_the_trade_are_exact():
    assert exact_rate("23.976") == Fraction(24000, 1001)
    assert exact_rate(Decimal("29.97")) == Fraction(30000, 1001)
    assert exact_rate(24) == 24
