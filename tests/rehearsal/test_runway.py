"""Runway's tasks as its documents and its client have them, by raw calls."""

import asyncio
import json

import pytest

from tests.rehearsal.stage import KEY, house, rehearsal, request, work
from vidgen.job import Input, Succeeded
from vidgen.providers import Session
from vidgen.providers.runway import Runway
from vidgen.providers.wire import clients
from vidgen.rehearsal.exchange import Ask, Counter, Refuse, Submit
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.play import Played
from vidgen.rehearsal.shapes import runway as shape

API = "https://api.dev.runwayml.com"
SENT = {"authorization": f"Bearer {KEY}", "x-runway-version": "2024-11-06"}
TEXT = "v1/text_to_video?model=gen4.5"
BODY = {"model": "gen4.5", "promptText": "A cup on a table", "ratio": "720:1280", "duration": 4}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def runway(*works, in_flight=2):
    works = works or (work(endpoint=TEXT, provider="runway", usd="0.48"),)
    return Played("runway", API, works, in_flight)


async def ordered(at, body=BODY, kind="text_to_video"):
    return await at.order(f"{API}/v1/{kind}", body, SENT)


async def looked(at, name):
    return await at.http.get(f"{API}/v1/tasks/{name}", headers=SENT)


def wrong(answer):
    return answer.status_code, answer.json()["error"].partition(" (")[0]


@rehearsal
async def test_a_task_waits_for_a_place_runs_and_tells_what_it_cost(tmp_path):
    behind = work("Another", endpoint=TEXT, provider="runway", usd="0.48", seconds=30)
    async with house(tmp_path, runway(*runway().works, behind, in_flight=1)) as at:
        told = (await ordered(at)).json()
        waiting = (await ordered(at, {**BODY, "promptText": "Another"})).json()
        assert (await looked(at, told["id"])).json()["status"] == "RUNNING"
        assert (await looked(at, waiting["id"])).json()["status"] == "THROTTLED"
        await at.passed()
        record = (await looked(at, told["id"])).json()
        assert (record["status"], record["cost"]) == ("SUCCEEDED", {"credits": 48})
        (link,) = record["output"]
        assert (await at.http.get(link)).content == at.clips.path.read_bytes()


@rehearsal
async def test_a_key_and_a_version_are_wanted(tmp_path):
    async with house(tmp_path, runway()) as at:
        for headers in ({}, {"authorization": "Key one"}, {"authorization": "Bearer"}):
            answer = await at.order(
                f"{API}/v1/text_to_video", BODY, {**SENT, **headers} if headers else {}
            )
            assert answer.status_code == 401
        for version in ({}, {"x-runway-version": "2023-09-06"}):
            headers = {"authorization": SENT["authorization"], **version}
            answer = await at.order(f"{API}/v1/text_to_video", BODY, headers)
            assert answer.status_code == 400
        assert at.books.orders() == ()


CLIP = {"model": "aleph2", "promptText": "tea", "videoUri": "https://a.test/a.mp4"}
FACE = {"type": "image", "uri": "https://a.test/a.png"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text_to_video", {**BODY, "model": ""}),
        ("text_to_video", {**BODY, "promptText": ""}),
        ("text_to_video", {**BODY, "duration": "4"}),
        ("text_to_video", {**BODY, "seed": "7"}),
        ("text_to_video", {**BODY, "audio": "true"}),
        ("text_to_video", {**BODY, "promptImage": "https://a.test/a.png"}),
        ("text_to_video", {**BODY, "references": ["https://a.test/a.png"]}),
        ("text_to_video", {**BODY, "references": 7}),
        ("text_to_video", {"model": "gen4.5", "promptText": "tea"}),
        ("image_to_video", BODY),
        ("image_to_video", {**BODY, "promptImage": 7}),
        ("image_to_video", {**BODY, "promptImage": [{"uri": "https://a.test/a.png"}]}),
        ("image_to_video", {**BODY, "promptImage": [{**FACE, "position": "last"}]}),
        ("video_to_video", {"model": "aleph2", "promptText": "tea"}),
        ("character_performance", {"model": "act_two", "character": FACE}),
        ("character_performance", {"model": "act_two", "character": FACE, "reference": "a"}),
        ("text_to_image", {"model": "gen4_image", "promptText": "tea"}),
        ("video_upscale", {**CLIP, "videoUri": ""}),
    ],
)
def test_a_body_that_the_api_would_refuse_is_refused(kind, body):
    ask = Ask("POST", "api.dev.runwayml.com", f"/v1/{kind}", {}, SENT, json.dumps(body).encode())
    assert shape.read(ask, Counter("runway", "api.dev.runwayml.com")) == Refuse("bad-input")


def test_frames_and_uploads_are_followed_to_where_they_are():
    name = f"{shape.UPLOAD}{'a' * 32}"
    frames = [{"uri": name, "position": "first"}, {"uri": "data:,b", "position": "last"}]
    body = {**BODY, "promptImage": frames, "references": [{"uri": name}]}
    ask = Ask("POST", "it", "/v1/image_to_video", {}, SENT, json.dumps(body).encode())
    found = shape.read(ask, Counter("runway", "it"))
    link = f"https://files.runway.rehearsal.invalid/uploads/{'a' * 32}"
    assert isinstance(found, Submit)
    assert found.path == "v1/image_to_video"
    assert found.body["promptImage"] == {"first": link, "last": "data:,b"}
    assert found.body["references"] == [{"uri": link}]


@rehearsal
async def test_what_is_not_there_is_404(tmp_path):
    async with house(tmp_path, runway()) as at:
        assert wrong(await looked(at, "no-such-task")) == (404, "Could not find Task")
        assert (await at.http.delete(f"{API}/v1/tasks/no", headers=SENT)).status_code == 404
        assert (await ordered(at, kind="text_to_film")).status_code == 404
        assert (await at.http.put(f"{API}/v1/text_to_video", headers=SENT)).status_code == 404


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("no-credit", (400, "You do not have enough credits to run this task.")),
        ("moderation", (400, "This request was rejected by content moderation.")),
        ("bad-input", (400, "Validation of body failed")),
        ("rate-limit", (429, "Daily task limit reached")),
        ("overload", (503, "Service unavailable")),
        ("server-error", (500, "Internal server error")),
    ],
)
def test_a_refused_order_says_why_in_words(tmp_path, fault, expected):
    async def run():
        async with house(tmp_path, runway(), faults=Faults("s", {fault: 1.0})) as at:
            assert wrong(await ordered(at)) == expected
            assert at.books.orders() == ()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("fault", "code", "credits"),
    [
        ("provider-failure", "INTERNAL", 0),
        ("failure-billed", "INTERNAL.BAD_OUTPUT.CODE01", 48),
        ("moderation-late", "SAFETY.OUTPUT.VIDEO", 0),
    ],
)
def test_a_failed_task_says_its_code_and_what_it_cost(tmp_path, fault, code, credits):
    async def run():
        async with house(tmp_path, runway(), faults=Faults("s", {fault: 1.0})) as at:
            name = (await ordered(at)).json()["id"]
            await at.passed()
            record = (await looked(at, name)).json()
            assert (record["status"], record["failureCode"]) == ("FAILED", code)
            assert record["cost"] == {"credits": credits}
            assert bool(at.books.billed()) == bool(credits)

    asyncio.run(run())


@rehearsal
async def test_a_deleted_task_is_not_known_any_more(tmp_path):
    async with house(tmp_path, runway(in_flight=1)) as at:
        names = [(await ordered(at)).json()["id"] for _ in range(2)]
        gone = await at.http.delete(f"{API}/v1/tasks/{names[1]}", headers=SENT)
        assert (gone.status_code, gone.content) == (204, b"")
        assert wrong(await looked(at, names[1])) == (404, "Could not find Task")
        again = await at.http.delete(f"{API}/v1/tasks/{names[1]}", headers=SENT)
        assert again.status_code == 404
        assert [order.state for order in at.books.orders()] == ["running", "cancelled"]


@rehearsal
async def test_a_file_is_announced_brought_in_a_form_and_used(tmp_path):
    still = work(endpoint="v1/image_to_video?model=gen4.5", provider="runway", mode="first_frame")
    async with house(tmp_path, runway(still)) as at:
        words = {"filename": "cup.png", "type": "ephemeral"}
        told = (await at.http.post(f"{API}/v1/uploads", json=words, headers=SENT)).json()
        file = {"file": ("cup.png", PNG, "image/png")}
        put = await at.http.post(told["uploadUrl"], data=told["fields"], files=file)
        assert put.status_code == 200
        frames = [{"uri": told["runwayUri"], "position": "first"}]
        assert (await ordered(at, {**BODY, "promptImage": frames}, "image_to_video")).is_success
        await at.passed()
        (wanted,) = at.clips.wanted
        assert wanted.first.read_bytes() == PNG
        assert wanted.last is None


@rehearsal
async def test_the_adapter_itself_brings_what_is_too_large_for_a_body(tmp_path):
    endpoint = "v1/image_to_video?model=gen4.5"
    still = work(endpoint=endpoint, provider="runway", mode="first_frame")
    (tmp_path / "cup.png").write_bytes(PNG + bytes(5_000_000))
    fields = {"prompt": "promptText", "first_frame": {"promptImage": "first"}}
    async with house(tmp_path, runway(still)) as at:
        http = clients(at.server.url)
        session = Session(
            tmp_path,
            tmp_path,
            tmp_path,
            base_url=API,
            key=KEY,
            http=http,
            fields={("veo-3.1", endpoint): fields},
        )
        cup = Input("cup.png", "c" * 64)
        asked = request(endpoint=endpoint, mode="first_frame", first_frame=cup)
        ticket = await Runway(session).submit(asked, idempotency="j1:one.1")
        await at.passed()
        assert isinstance(await Runway(session).poll(ticket), Succeeded)
        await http.aclose()
        (wanted,) = at.clips.wanted
        assert wanted.first.stat().st_size == len(PNG) + 5_000_000
        assert not at.server.play.results.leaks


@rehearsal
async def test_a_store_takes_what_it_was_told_of_and_the_file_last(tmp_path):
    async with house(tmp_path, runway()) as at:
        words = {"filename": "cup.png", "type": "ephemeral"}
        told = (await at.http.post(f"{API}/v1/uploads", json=words, headers=SENT)).json()
        place, fields = told["uploadUrl"], told["fields"]
        file = ("file", ("cup.png", PNG, "image/png"))
        late = [file, *((name, (None, text)) for name, text in fields.items())]
        assert (await at.http.post(place, files=late)).is_error
        whole = [*((name, (None, text)) for name, text in fields.items()), file]
        assert (await at.http.post(place, files=whole, headers=SENT)).is_error
        other = [("key", (None, "f" * 32)), ("policy", (None, "p")), file]
        assert (await at.http.post(place, files=other)).status_code == 403
        assert (await at.http.post(f"{API}/v1/uploads", json={}, headers=SENT)).is_error
