"""Ark's tasks as its client knows them: by raw calls, and by our adapter."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.rehearsal.stage import KEY, house, rehearsal, work
from vidgen.job import Failed, Running
from vidgen.providers import Session
from vidgen.providers.ark import Ark
from vidgen.providers.wire import clients
from vidgen.rehearsal.exchange import Ask, Counter, Look, Refuse, Submit
from vidgen.rehearsal.play import Played
from vidgen.rehearsal.shapes import ark

API = "https://ark.ap-southeast.bytepluses.com/api/v3"
TASKS = f"{API}/contents/generations/tasks"
BEARER = {"authorization": f"Bearer {KEY}"}
MODEL = "dreamina-seedance-2-0-260128"
LATER = "dreamina-seedance-2-5-260628"
CUP = work(endpoint=MODEL, provider="byteplus", usd="0.4")
STILLS = f"{API}/images/generations"
SEEDREAM = "seedream-4-5-251128"
STILL = work(
    still=True,
    endpoint=f"images/generations?model={SEEDREAM}",
    provider="byteplus",
    duration=None,
    kind="image",
    width=1440,
    height=2560,
    usd="0.04",
)
PICTURE = {"model": SEEDREAM, "prompt": STILL.request.prompt, "size": "1440x2560"}
WORDS = {"type": "text", "text": CUP.request.prompt}
BODY = {"model": MODEL, "content": [WORDS], "duration": 4, "ratio": "9:16", "resolution": "720p"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(3000)


def played(*works, in_flight=2):
    return Played("byteplus", API, works or (CUP,), in_flight)


def picture(role, url="data:image/png;base64,iVBORw=="):
    return {"type": "image_url", "image_url": {"url": url}, "role": role}


def sound(role="reference_audio", url="data:audio/wav;base64,UklGRg=="):
    return {"type": "audio_url", "audio_url": {"url": url}, "role": role}


async def ordered(at, headers=BEARER, **more):
    return await at.http.post(TASKS, json=BODY | more, headers=headers)


async def looked(at, name):
    return (await at.http.get(f"{TASKS}/{name}", headers=BEARER)).json()


def wrong(answer):
    return answer.status_code, answer.json()["error"]["code"]


@rehearsal
async def test_a_task_goes_from_its_order_to_its_clip_and_tells_its_tokens(tmp_path):
    behind = work("Another", seconds=30, endpoint=MODEL, provider="byteplus")
    async with house(tmp_path, played(CUP, behind, in_flight=1)) as at:
        told = (await ordered(at)).json()
        assert set(told) == {"id"}
        waits = (await ordered(at, content=[{"type": "text", "text": "Another"}])).json()
        now = await looked(at, told["id"])
        assert (now["status"], now["model"]) == ("running", MODEL)
        assert (await looked(at, waits["id"]))["status"] == "queued"
        await at.passed()
        ended = await looked(at, told["id"])
        assert (ended["status"], ended["error"]) == ("succeeded", None)
        assert ended["usage"]["completion_tokens"] == 72 * 128 * 24 * 4 // 1024
        link = ended["content"]["video_url"]
        assert (await at.http.get(link)).content == at.clips.path.read_bytes()


@rehearsal
async def test_the_tokens_are_those_that_were_planned_with(tmp_path):
    planned = replace(CUP, tokens=40_176)
    async with house(tmp_path, played(planned)) as at, adapter(at, tmp_path) as ours:
        ticket = await ours.submit(planned.request, idempotency="j1:one.1")
        await at.passed()
        assert (await ours.poll(ticket)).tokens == 40_176


@rehearsal
async def test_tasks_are_listed_by_their_ids_and_no_other_way(tmp_path):
    async with house(tmp_path, played()) as at:
        name = (await ordered(at)).json()["id"]
        query = {"filter.task_ids": name, "page_size": "1"}
        found = (await at.http.get(TASKS, params=query, headers=BEARER)).json()
        assert (found["total"], found["items"][0]["id"]) == (1, name)
        none = (await at.http.get(TASKS, headers=BEARER)).json()
        assert none == {"total": 0, "items": []}


@rehearsal
async def test_what_waits_is_deleted_and_what_runs_is_not(tmp_path):
    behind = work("Another", endpoint=MODEL, provider="byteplus")
    async with house(tmp_path, played(CUP, behind, in_flight=1)) as at:
        runs = (await ordered(at)).json()["id"]
        waits = (await ordered(at, content=[{"type": "text", "text": "Another"}])).json()["id"]
        answer = await at.http.delete(f"{TASKS}/{runs}", headers=BEARER)
        assert wrong(answer) == (409, "TaskRunningCannotCancel")
        assert (await at.http.delete(f"{TASKS}/{waits}", headers=BEARER)).status_code == 200
        assert (await looked(at, waits))["status"] == "cancelled"
        answer = await at.http.delete(f"{TASKS}/{waits}", headers=BEARER)
        assert answer.status_code == 409
        assert wrong(await at.http.delete(f"{TASKS}/none", headers=BEARER))[0] == 404


@rehearsal
async def test_a_key_is_wanted_and_calls_that_are_none_are_refused(tmp_path):
    async with house(tmp_path, played()) as at:
        for headers in ({}, {"authorization": f"Key {KEY}"}, {"authorization": "Bearer"}):
            assert wrong(await ordered(at, headers)) == (401, "AuthenticationError")
        for method, url in (("PUT", TASKS), ("GET", f"{API}/models"), ("POST", f"{TASKS}/a")):
            answer = await at.http.request(method, url, headers=BEARER)
            assert wrong(answer) == (404, "ResourceNotFound")
        assert at.books.orders() == ()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"content": []}, "nothing in it"),
        ({"content": "A cup on a table"}, "no list"),
        ({"content": [{"type": "text", "text": ""}]}, "no word"),
        ({"content": [WORDS, picture("first")]}, "no such role"),
        ({"content": [WORDS, picture("last_frame")]}, "a last frame alone"),
        ({"content": [WORDS, picture("first_frame"), picture("reference_image")]}, "both ways"),
        ({"content": [WORDS, picture("first_frame"), sound()]}, "a voice beside a frame"),
        ({"content": [WORDS, sound()]}, "a voice alone"),
        ({"content": [WORDS, sound("first_frame"), picture("reference_image")]}, "a sound's role"),
        ({"content": [WORDS, picture("reference_image", "iVBORw==")]}, "raw base64"),
        ({"content": [WORDS, {"type": "image_url", "image_url": "data:x", "role": "x"}]}, "flat"),
        (
            {
                "content": [
                    WORDS,
                    {
                        "type": "video_url",
                        "video_url": {"url": "data:video/mp4;base64,AAAA"},
                        "role": "reference_video",
                    },
                ]
            },
            "a video as data",
        ),
        ({"duration": "4"}, "a number as text"),
        ({"generate_audio": "true"}, "a switch as text"),
        ({"ratio": "2:1"}, "no such shape"),
        ({"resolution": "2k"}, "no such size"),
        ({"seed": 2**32}, "too large a seed"),
        ({"aspect_ratio": "9:16"}, "another API's name"),
        ({"model": LATER, "content": [WORDS, picture("first_frame")]}, "a shape beside a frame"),
        ({"model": "seedance 2.0"}, "no model's id"),
        ({"content": [{"type": "text", "text": "Nobody planned this"}]}, "nobody's order"),
    ],
)
def test_an_order_that_the_api_would_not_take_is_refused(tmp_path, more, reason):
    async def run():
        async with house(tmp_path, played()) as at:
            assert wrong(await ordered(at, **more)) == (400, "InvalidParameter"), reason
            assert at.books.orders() == ()

    asyncio.run(run())


@pytest.mark.parametrize(
    "content",
    [
        [WORDS, picture("first_frame"), picture("last_frame")],
        [picture("first_frame", "https://example.test/a.png")],
        [WORDS, picture("reference_image"), picture("reference_image"), sound()],
    ],
)
def test_what_goes_together_is_an_order_whose_files_stand_under_their_roles(content):
    counter = Counter("byteplus", "ark.ap-southeast.bytepluses.com", "/api/v3")
    body = json.dumps({"model": MODEL, "content": content}).encode()
    path = "/api/v3/contents/generations/tasks"
    intent = ark.read(Ask("POST", counter.host, path, {}, BEARER, body), counter)
    assert isinstance(intent, Submit)
    assert intent.path == MODEL
    shown = [item["type"] for item in intent.body["content"]]
    assert shown == [item.get("role", "text") for item in content]


def test_what_is_no_path_of_its_own_is_found_nowhere():
    counter = Counter("byteplus", "ark.ap-southeast.bytepluses.com", "/api/v3")
    for path in ("/contents/generations/tasks", "/api/v3/contents/generations/tasks/a/b"):
        assert ark.read(Ask("GET", counter.host, path, {}, BEARER), counter) == Refuse("nowhere")
    path = "/api/v3/contents/generations/tasks/cgt-1"
    assert ark.read(Ask("GET", counter.host, path, {}, BEARER), counter) == Look(("cgt-1",))


@rehearsal
async def test_a_still_comes_with_the_answer_to_its_order(tmp_path):
    async with house(tmp_path, played(STILL)) as at:
        answer = await at.http.post(STILLS, json=PICTURE, headers=BEARER)
        (made,) = answer.json()["data"]
        assert made["size"] == "1440x2560"
        early = await at.http.get(made["url"])
        assert early.status_code == 503
        await at.passed()
        assert (await at.http.get(made["url"])).content == at.clips.path.read_bytes()


@pytest.mark.parametrize(
    "more",
    [
        {"prompt": ""},
        {"size": "2K x"},
        {"size": "1024x1024"},
        {"image": "data:image/png;base64,AAAA"},
        {"image": ["iVBORw=="]},
        {"seed": "7"},
        {"response_format": "png"},
        {"prompt": "Nobody planned this"},
        {"model": "seedream-4-0-250828"},
    ],
)
def test_a_still_that_the_api_would_not_take_is_refused(tmp_path, more):
    async def run():
        async with house(tmp_path, played(STILL)) as at:
            answer = await at.http.post(STILLS, json=PICTURE | more, headers=BEARER)
            assert wrong(answer) == (400, "InvalidParameter")

    asyncio.run(run())


@asynccontextmanager
async def adapter(at, project):
    """Our adapter, whose calls reach the rehearsal."""
    http = clients(at.server.url)
    try:
        yield Ark(Session(project, project, project, base_url=API, key=KEY, http=http))
    finally:
        await http.aclose()


@rehearsal
async def test_our_cancel_stops_what_waits_and_it_costs_nothing(tmp_path):
    behind = work("Another", endpoint=MODEL, provider="byteplus")
    async with (
        house(tmp_path, played(CUP, behind, in_flight=1)) as at,
        adapter(at, tmp_path) as ours,
    ):
        runs = await ours.submit(CUP.request, idempotency="j1:one.1")
        ticket = await ours.submit(behind.request, idempotency="j1:two.1")
        await ours.cancel(ticket)
        await ours.cancel(runs)
        status = await ours.poll(ticket)
        assert isinstance(status, Failed)
        assert (status.kind, status.charged) == ("provider", False)
        assert isinstance(await ours.poll(runs), Running)
        assert await ours.check_key() == "0 tasks in seven days"
