"""MiniMax's two generations and its stills as its pages have them, by raw calls."""

import base64
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.rehearsal.stage import KEY, house, rehearsal, work
from vidgen.rehearsal.exchange import Ask, Counter, Refuse, Submit
from vidgen.rehearsal.play import Played
from vidgen.rehearsal.shapes import minimax

HOST = "https://api.minimax.io"
BEARER = {"authorization": f"Bearer {KEY}"}
WORDS = "A cup on a table"

H3 = work(
    endpoint="v2/video_generation?model=MiniMax-H3",
    provider="minimax",
    resolution="768p",
    aspect="16:9",
    duration=Decimal(5),
    usd="0.40",
)
HAILUO = work(
    endpoint="v1/video_generation?model=MiniMax-Hailuo-2.3",
    provider="minimax",
    resolution="768p",
    duration=Decimal(6),
    usd="0.28",
)
STILL = work(
    endpoint="v1/image_generation?model=image-01",
    provider="minimax",
    kind="image",
    width=720,
    height=1280,
    usd="0.0035",
    still=True,
)

TEXT = {"type": "text", "text": WORDS}
H3_BODY = {
    "model": "MiniMax-H3",
    "content": [TEXT],
    "resolution": "768P",
    "duration": 5,
    "ratio": "16:9",
}
V1_BODY = {"model": "MiniMax-Hailuo-2.3", "prompt": WORDS, "duration": 6, "resolution": "768P"}
STILL_BODY = {"model": "image-01", "prompt": WORDS, "width": 720, "height": 1280}
PNG = f"data:image/png;base64,{base64.b64encode(b'picture').decode()}"


def played(*works, in_flight=5):
    return Played("minimax", HOST, works, in_flight)


async def sent(at, path, body):
    return await at.http.post(f"{HOST}/{path}", json=body, headers=BEARER)


async def got(at, path):
    return await at.http.get(f"{HOST}/{path}", headers=BEARER)


def code(answer):
    """The HTTP status, and the code as either generation says it."""
    told = answer.json()
    if "base_resp" in told:
        return answer.status_code, told["base_resp"]["status_code"]
    return answer.status_code, int(told["error"]["message"].rpartition("(")[2].rstrip(")"))


@rehearsal
async def test_a_task_of_h3_is_told_with_its_link_and_the_seconds_that_were_billed(tmp_path):
    slow = replace(H3, request=replace(H3.request, prompt="Another"), seconds=30)
    async with house(tmp_path, played(H3, slow, in_flight=1)) as at:
        name = (await sent(at, "v2/video_generation", H3_BODY)).json()["task_id"]
        other = {**H3_BODY, "content": [{**TEXT, "text": "Another"}]}
        behind = (await sent(at, "v2/video_generation", other)).json()["task_id"]
        look = f"v2/query/video_generation/{name}"
        task = (await got(at, look)).json()["task"]
        assert (task["status"], task["usage"]) == ("running", {})
        waits = (await got(at, f"v2/query/video_generation/{behind}")).json()["task"]
        assert waits["status"] == "queued"
        await at.passed()
        task = (await got(at, look)).json()["task"]
        assert (task["status"], task["duration"]) == ("succeeded", 5)
        assert task["usage"] == {"total_seconds": 5, "input_seconds": 0, "output_seconds": 5}
        clip = await at.http.get(task["content"]["url"])
        assert clip.content == at.clips.path.read_bytes()


@rehearsal
async def test_a_clip_of_the_older_api_is_a_file_whose_link_is_asked_for_apart(tmp_path):
    async with house(tmp_path, played(HAILUO)) as at:
        told = (await sent(at, "v1/video_generation", V1_BODY)).json()
        assert told["base_resp"] == {"status_code": 0, "status_msg": "success"}
        look = f"v1/query/video_generation?task_id={told['task_id']}"
        assert (await got(at, look)).json()["status"] == "Processing"
        assert code(await got(at, f"v1/files/retrieve?file_id={told['task_id']}")) == (200, 2013)
        await at.passed()
        record = (await got(at, look)).json()
        assert record["status"] == "Success"
        file = (await got(at, f"v1/files/retrieve?file_id={record['file_id']}")).json()["file"]
        clip = await at.http.get(file["download_url"])
        assert clip.content == at.clips.path.read_bytes()


@rehearsal
async def test_a_still_comes_with_the_answer_and_its_file_once_it_is_drawn(tmp_path):
    async with house(tmp_path, played(STILL)) as at:
        told = (await sent(at, "v1/image_generation", STILL_BODY)).json()
        (link,) = told["data"]["image_urls"]
        assert (await at.http.get(link)).status_code == 503
        await at.passed()
        assert (await at.http.get(link)).content == at.clips.path.read_bytes()


@rehearsal
async def test_a_task_of_one_generation_is_unknown_to_the_other(tmp_path):
    async with house(tmp_path, played(H3, HAILUO)) as at:
        newer = (await sent(at, "v2/video_generation", H3_BODY)).json()["task_id"]
        older = (await sent(at, "v1/video_generation", V1_BODY)).json()["task_id"]
        assert code(await got(at, f"v2/query/video_generation/{older}")) == (400, 2013)
        assert code(await got(at, f"v1/query/video_generation?task_id={newer}")) == (200, 2013)
        assert code(await got(at, "v2/query/video_generation/none")) == (400, 2013)


@rehearsal
async def test_only_a_task_that_waits_is_taken_back(tmp_path):
    other = replace(H3, request=replace(H3.request, prompt="Another"))
    async with house(tmp_path, played(H3, other, in_flight=1)) as at:
        runs = (await sent(at, "v2/video_generation", H3_BODY)).json()["task_id"]
        body = {**H3_BODY, "content": [{**TEXT, "text": "Another"}]}
        waits = (await sent(at, "v2/video_generation", body)).json()["task_id"]
        url = f"{HOST}/v2/video_generation"
        assert code(await at.http.delete(f"{url}/{runs}", headers=BEARER)) == (400, 2013)
        told = (await at.http.delete(f"{url}/{waits}", headers=BEARER)).json()
        assert (told["action"], told["status"]) == ("cancelled", "cancelled")
        task = (await got(at, f"v2/query/video_generation/{waits}")).json()["task"]
        assert task["status"] == "cancelled"


@rehearsal
async def test_a_key_is_wanted_and_each_generation_says_so_in_its_own_way(tmp_path):
    async with house(tmp_path, played(H3, HAILUO)) as at:
        for headers in ({}, {"authorization": f"Key {KEY}"}):
            first = await at.http.post(f"{HOST}/v2/video_generation", json={}, headers=headers)
            assert code(first) == (401, 1004)
            again = await at.http.post(f"{HOST}/v1/video_generation", json={}, headers=headers)
            assert code(again) == (200, 1004)
        assert (await got(at, "v3/anything")).status_code == 404
        told = (await got(at, "account/query_balance")).json()
        assert told["available_amount"] == "98.00"


FRAME = {"type": "image_url", "image_url": {"url": PNG}, "role": "first_frame"}
LAST = {**FRAME, "role": "last_frame"}
SEEN = {**FRAME, "role": "reference_image"}
HEARD = {"type": "audio_url", "audio_url": {"url": "data:audio/mp3;base64,AA"}, "role": ""}
VOICE = {**HEARD, "role": "reference_audio"}

WRONG_H3 = {
    "no words": {"content": []},
    "two prompts": {"content": [TEXT, TEXT]},
    "a length as text": {"duration": "5"},
    "a length in parts": {"duration": 5.5},
    "too short": {"duration": 3},
    "a size of the others": {"resolution": "1080P"},
    "a size in small letters": {"resolution": "768p"},
    "no shape to go by": {"ratio": "adaptive"},
    "a shape nobody knows": {"ratio": "5:4"},
    "frames and references": {"content": [TEXT, FRAME, SEEN]},
    "a last frame alone": {"content": [TEXT, LAST]},
    "a voice alone": {"content": [TEXT, VOICE]},
    "ten pictures": {"content": [TEXT, *[SEEN] * 10]},
    "a picture that is none": {"content": [TEXT, {**FRAME, "image_url": {"url": "a.png"}}]},
    "a role of another": {"content": [TEXT, {**VOICE, "role": "first_frame"}]},
    "a seed": {"seed": 1},
    "an extra that it has not": {"extra": {"prompt_expansion_mode": "disabled"}},
}


@pytest.mark.parametrize("name", WRONG_H3)
def test_a_body_that_h3_would_refuse_is_refused(name):
    assert minimax.bodies.newer(H3_BODY)
    assert minimax.bodies.newer({**H3_BODY, "content": [TEXT, FRAME, LAST], "ratio": "adaptive"})
    assert minimax.bodies.newer({**H3_BODY, "content": [TEXT, SEEN, VOICE]})
    assert not minimax.bodies.newer({**H3_BODY, **WRONG_H3[name]})


WRONG_V1 = {
    "no words": {"prompt": ""},
    "a length it does not make": {"duration": 8},
    "ten seconds at the largest": {"resolution": "1080P", "duration": 10},
    "the smallest from words": {"model": "MiniMax-Hailuo-02", "resolution": "512P"},
    "a fast one without a still": {"model": "MiniMax-Hailuo-2.3-Fast"},
    "an end it does not take": {"first_frame_image": PNG, "last_frame_image": PNG},
    "an end alone": {"model": "MiniMax-Hailuo-02", "last_frame_image": PNG},
    "a still that is none": {"first_frame_image": "a.png"},
    "a switch as text": {"prompt_optimizer": "false"},
    "a shape": {"aspect_ratio": "9:16"},
    "a person": {"subject_reference": [{"type": "character", "image": [PNG]}]},
}


@pytest.mark.parametrize("name", WRONG_V1)
def test_a_body_that_the_older_api_would_refuse_is_refused(name):
    subject = {"subject_reference": [{"type": "character", "image": [PNG]}]}
    assert minimax.bodies.older(V1_BODY)
    assert minimax.bodies.older({"model": "S2V-01", "prompt": WORDS, **subject})
    assert not minimax.bodies.older({**V1_BODY, **WRONG_V1[name]})


WRONG_STILL = {
    "one side": {"height": 1280, "width": None},
    "a side that no eight divides": {"width": 724},
    "too large": {"width": 2056},
    "a seed as text": {"seed": "1"},
    "two people": {"subject_reference": [{"type": "character", "image_file": PNG}] * 2},
}


@pytest.mark.parametrize("name", WRONG_STILL)
def test_a_still_that_would_be_refused_is_refused(name):
    subject = {"subject_reference": [{"type": "character", "image_file": PNG}]}
    assert minimax.bodies.still({**STILL_BODY, **subject, "seed": 1, "n": 1})
    asked = {**STILL_BODY, **WRONG_STILL[name]}
    body = {name: value for name, value in asked.items() if value is not None}
    assert not minimax.bodies.still(body)


def test_an_upload_is_named_in_an_order_by_its_id():
    heads = {**BEARER, "content-type": "application/json"}
    image = {**FRAME, "image_url": {"url": f"mm_file://{'a' * 32}"}}
    body = {**H3_BODY, "content": [TEXT, image]}
    packed = Ask("POST", "host", "/v2/video_generation", {}, heads, json.dumps(body).encode())
    found = minimax.read(packed, Counter("minimax", "host"))
    assert isinstance(found, Submit)
    (_, shown) = found.body["content"]
    link = f"https://files.minimax.rehearsal.invalid/uploads/{'a' * 32}"
    assert shown == {"type": "first_frame", "image_url": {"url": link}}
    form = Ask("POST", "host", "/v1/files/upload", {}, BEARER, b"no form")
    assert minimax.read(form, Counter("minimax", "host")) == Refuse("bad-input")
