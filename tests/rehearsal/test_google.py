"""The Gemini API's interactions as a client knows them: by raw calls, and by our adapter."""

import asyncio
import base64
import json
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from tests.rehearsal.stage import KEY, Premade, house, rehearsal, work
from vidgen.job import Running, Succeeded
from vidgen.providers import Session
from vidgen.providers.google import Google
from vidgen.providers.wire import clients
from vidgen.rehearsal.exchange import Ask, Counter, Fetch, Look, Refuse, Submit
from vidgen.rehearsal.play import Played
from vidgen.rehearsal.shapes import google

API = "https://generativelanguage.googleapis.com"
INTERACTIONS = f"{API}/v1beta/interactions"
HEADERS = {"x-goog-api-key": KEY}
MODEL = "gemini-omni-1.1-flash"
CUP = work(endpoint=MODEL, provider="google", model=MODEL, usd="0.51")
STILL = work(
    endpoint="gemini-3-pro-image", provider="google", kind="image", duration=None, usd="0.135",
    still=True, resolution="2k",
)  # fmt: skip
CLIP = {"type": "video", "aspect_ratio": "9:16", "resolution": "720p", "duration": "4s"}
BODY = {"model": MODEL, "background": True, "input": CUP.request.prompt, "response_format": CLIP}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(3000)
TOKENS = {"tokens": {"input": "1.50", "text": "9", "video": "17.50"}}


def played(*works, in_flight=2):
    return Played("google", API, works or (CUP,), in_flight)


def picture(data=PNG, kind="image/png"):
    return {"type": "image", "mime_type": kind, "data": base64.b64encode(data).decode()}


async def ordered(at, headers=HEADERS, **more):
    return await at.http.post(INTERACTIONS, json=BODY | more, headers=headers)


def bytes_at(path):
    return Path(path).read_bytes()


async def looked(at, name):
    return (await at.http.get(f"{INTERACTIONS}/{name}", headers=HEADERS)).json()


@rehearsal
async def test_an_interaction_goes_from_its_order_to_its_file_behind_the_key(tmp_path):
    behind = work("Another", seconds=30, endpoint=MODEL, provider="google")
    async with house(tmp_path, played(CUP, behind, in_flight=1)) as at:
        told = (await ordered(at)).json()
        waits = (await ordered(at, input="Another")).json()
        assert (told["status"], waits["status"]) == ("in_progress", "queued")
        name = f"{API}/v1beta/files/{told['id']}"
        file = (await at.http.get(name, headers=HEADERS)).json()
        assert file["state"] == "PROCESSING"
        await at.passed()
        ended = await looked(at, told["id"])
        assert ended["status"] == "completed"
        (clip,) = ended["steps"][-1]["content"]
        assert clip["uri"] == f"{name}:download?alt=media"
        assert (await at.http.get(clip["uri"])).status_code == 401
        assert (
            await at.http.get(clip["uri"], headers=HEADERS)
        ).content == at.clips.path.read_bytes()
        assert (await at.http.get(name, headers=HEADERS)).json()["state"] == "ACTIVE"
        (made,) = ended["usage"]["output_tokens_by_modality"]
        given = ended["usage"]["total_input_tokens"]
        assert made["tokens"] * Decimal("17.5") + given * Decimal("1.5") == 510_000


@rehearsal
async def test_a_still_is_in_the_answer(tmp_path):
    told = {"type": "image", "aspect_ratio": "9:16", "image_size": "2K"}
    async with house(tmp_path, played(STILL)) as at:
        order = {"model": "gemini-3-pro-image", "response_format": told}
        name = (await ordered(at, **order)).json()["id"]
        await at.passed()
        (made,) = (await looked(at, name))["steps"][-1]["content"]
        assert base64.b64decode(made["data"]) == at.clips.path.read_bytes()


@rehearsal
async def test_what_waits_is_cancelled_what_runs_only_told_and_what_is_over_is_not(tmp_path):
    async with house(tmp_path, played(in_flight=1)) as at:
        names = [(await ordered(at)).json()["id"] for _ in range(2)]

        async def stopped(name):
            return await at.http.post(f"{INTERACTIONS}/{name}/cancel", headers=HEADERS)

        words = [(await stopped(name)).json()["status"] for name in names]
        assert words == ["in_progress", "cancelled"]
        assert (await looked(at, names[1]))["status"] == "cancelled"
        await at.passed()
        assert (await stopped(names[0])).status_code == 400


@rehearsal
async def test_a_key_is_wanted_and_calls_that_are_none_are_refused(tmp_path):
    async with house(tmp_path, played()) as at:
        for headers in ({}, {"authorization": f"Bearer {KEY}"}):
            answer = await ordered(at, headers)
            assert (answer.status_code, answer.json()["error"]["status"]) == (
                401,
                "UNAUTHENTICATED",
            )
        for method, url in (
            ("PUT", INTERACTIONS),
            ("GET", f"{API}/v1beta/x"),
            ("GET", INTERACTIONS),
        ):
            assert (await at.http.request(method, url, headers=HEADERS)).status_code == 404
        none = await at.http.get(f"{INTERACTIONS}/v1_none", headers=HEADERS)
        assert (none.status_code, none.json()["error"]["code"]) == (400, "invalid_request")
        assert (await at.http.get(f"{API}/v1beta/files/none", headers=HEADERS)).status_code == 404
        assert at.books.orders() == ()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"input": []}, "nothing in it"),
        ({"input": 5}, "no input at all"),
        ({"input": [picture()]}, "no word"),
        (
            {"input": [picture(kind="video/mp4"), {"type": "text", "text": "x"}]},
            "a type not its own",
        ),
        ({"response_format": CLIP | {"duration": 4}}, "a bare number"),
        ({"response_format": CLIP | {"duration": "4"}}, "no unit"),
        ({"response_format": CLIP | {"aspect_ratio": "1:1"}}, "no such shape"),
        ({"response_format": CLIP | {"fps": "24"}}, "no such name"),
        ({"response_format": {"type": "image", "image_size": "2k"}}, "a size in small letters"),
        ({"generation_config": {"video_config": {"task": "first_last"}}}, "no such task"),
        ({"store": False}, "nothing to look at later"),
        ({"prompt": "A cup on a table"}, "another API's name"),
        ({"model": 5}, "no model"),
        ({"input": "Nobody planned this"}, "nobody's order"),
    ],
)
def test_an_order_that_the_api_would_not_take_is_refused(tmp_path, more, reason):
    async def run():
        async with house(tmp_path, played()) as at:
            assert (await ordered(at, **more)).status_code == 400, reason
            assert at.books.orders() == ()

    asyncio.run(run())


def test_what_is_in_an_order_stands_under_the_roles_of_its_tags():
    words = "[# Sources <FIRST_FRAME>@Image2 <LAST_FRAME>@Image1] tea"
    content = [picture(b"one"), picture(b"two"), picture(b"three"), {"type": "text", "text": words}]
    body = json.dumps({"model": MODEL, "input": [{"type": "user_input", "content": content}]})
    counter = Counter("google", "generativelanguage.googleapis.com")
    ask = Ask("POST", counter.host, "/v1beta/interactions", {}, HEADERS, body.encode())
    intent = google.read(ask, counter)
    assert isinstance(intent, Submit)
    assert intent.path == MODEL
    first, last = (intent.body[name].rpartition(",")[2] for name in ("first_frame", "last_frame"))
    assert (base64.b64decode(first), base64.b64decode(last)) == (b"two", b"one")
    (reference,) = intent.body["references"]
    assert base64.b64decode(reference.rpartition(",")[2]) == b"three"


def test_a_file_is_fetched_by_its_whole_address_alone():
    counter = Counter("google", "generativelanguage.googleapis.com")

    def read(path, **query):
        return google.read(Ask("GET", counter.host, path, query, HEADERS), counter)

    assert read("/v1beta/files/a:download", alt="media") == Fetch("a")
    assert read("/v1beta/files/a:download") == Refuse("nowhere")
    assert read("/v1beta/files/a") == Look(("a",), part="file")


@asynccontextmanager
async def adapter(at, project):
    """Our adapter, whose calls reach the rehearsal."""
    http = clients(at.server.url)
    fields = {(MODEL, MODEL): TOKENS}
    try:
        yield Google(
            Session(project, project / "scratch", project, API, KEY, http=http, fields=fields)
        )
    finally:
        await http.aclose()


@rehearsal
async def test_our_cost_is_what_the_books_say_to_the_last_digit(tmp_path):
    async with house(tmp_path, played()) as at, adapter(at, tmp_path) as ours:
        ticket = await ours.submit(CUP.request, idempotency="j1:one.1")
        await at.passed()
        status = await ours.poll(ticket)
        assert isinstance(status, Succeeded)
        assert status.cost_usd == at.books.billed() == Decimal("0.51")
        assert (
            await at.http.get(status.media, headers=await ours.download_headers(status.media))
        ).content == at.clips.path.read_bytes()
        assert await ours.check_key() == ""


@rehearsal
async def test_our_still_is_a_file_here(tmp_path):
    drawn = Premade(tmp_path, PNG)
    async with house(tmp_path, played(STILL), clips=drawn) as at, adapter(at, tmp_path) as ours:
        ticket = await ours.submit(STILL.request, idempotency="j1:one.1")
        assert isinstance(await ours.poll(ticket), Running)
        await at.passed()
        status = await ours.poll(ticket)
        assert isinstance(status, Succeeded)
        assert bytes_at(status.media) == PNG
