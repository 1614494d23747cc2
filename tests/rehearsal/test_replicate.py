"""Replicate's predictions as its clients know them: by raw calls, and by our adapter."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.rehearsal.stage import KEY, house, rehearsal, work
from vidgen.catalogue import read_pages
from vidgen.job import Failed, Input
from vidgen.providers import Session
from vidgen.providers.replicate import Replicate
from vidgen.providers.wire import clients
from vidgen.rehearsal.exchange import Ask, Counter, Refuse, Submit
from vidgen.rehearsal.play import Played
from vidgen.rehearsal.shapes import replicate

API = "https://api.replicate.com/v1"
BEARER = {"authorization": f"Bearer {KEY}"}
MODEL = "google/veo-3.1"
VERSION = f"genmoai/mochi-1:{'0a' * 32}"
ORDERS = f"{API}/models/{MODEL}/predictions"
VEO = work(endpoint=MODEL, provider="replicate")
BODY = {"input": {"prompt": VEO.request.prompt, "duration": 4}}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(300_000)
PAGE = next(page for page in read_pages().providers if page.provider == "replicate")
FIELDS = next(offer.fields for offer in PAGE.offers if offer.model == "veo-3.1")


def played(*works, in_flight=2):
    return Played("replicate", API, works or (VEO,), in_flight)


async def ordered(at, body=BODY, url=ORDERS, headers=BEARER):
    return await at.http.post(url, json=body, headers=headers)


async def looked(at, name):
    return (await at.http.get(f"{API}/predictions/{name}", headers=BEARER)).json()


@rehearsal
async def test_a_prediction_goes_from_its_order_to_its_clip(tmp_path):
    behind = work("Another", seconds=30, endpoint=MODEL)
    async with house(tmp_path, played(VEO, behind, in_flight=1)) as at:
        answer = await ordered(at)
        assert answer.status_code == 201
        told = answer.json()
        assert (told["model"], told["version"]) == (MODEL, "hidden")
        waits = (await ordered(at, {"input": {"prompt": "Another"}})).json()
        now = await looked(at, told["id"])
        assert (now["status"], now["output"]) == ("processing", None)
        assert now["started_at"]
        later = await looked(at, waits["id"])
        assert (later["status"], later["started_at"]) == ("starting", None)
        await at.passed()
        ended = await looked(at, told["id"])
        assert (ended["status"], ended["error"]) == ("succeeded", None)
        assert ended["metrics"]["predict_time"] > 0
        assert (await at.http.get(ended["output"])).content == at.clips.path.read_bytes()


@rehearsal
async def test_a_communitys_model_is_ordered_by_its_version(tmp_path):
    async with house(tmp_path, played(work(endpoint=VERSION, provider="replicate"))) as at:
        told = (await ordered(at, {"version": VERSION, **BODY}, f"{API}/predictions")).json()
        assert (told["model"], told["version"]) == tuple(VERSION.split(":"))
        for version in (None, MODEL, "0a" * 32):
            answer = await ordered(at, {"version": version, **BODY}, f"{API}/predictions")
            assert answer.status_code == 422


@rehearsal
async def test_a_still_comes_as_a_list(tmp_path):
    still = work(still=True, endpoint=MODEL, provider="replicate", duration=None)
    async with house(tmp_path, played(still)) as at:
        told = (await ordered(at)).json()
        await at.passed()
        (link,) = (await looked(at, told["id"]))["output"]
        assert link.endswith(".png")


@rehearsal
async def test_a_key_is_wanted_before_anything_else(tmp_path):
    async with house(tmp_path, played()) as at:
        for headers in ({}, {"authorization": f"Key {KEY}"}, {"authorization": "Bearer"}):
            answer = await ordered(at, headers=headers)
            assert (answer.status_code, answer.json()["title"]) == (401, "Unauthenticated")
        assert at.books.orders() == ()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"prompt": "A cup on a table"}, "no input"),
        ({**BODY, "external_id": "mine"}, "an unknown key"),
        ({"input": {**BODY["input"], "duration": "4"}}, "a number as text"),
        ({"input": {**BODY["input"], "generate_audio": "true"}}, "a switch as text"),
        ({"input": {**BODY["input"], "input_image": ["data:image/png;base64,AAAA"]}}, "a list"),
        ({"input": {**BODY["input"], "image_input": "data:image/png;base64,AAAA"}}, "no list"),
        ({"input": {"prompt": "Nobody planned this"}}, "nobody's order"),
    ],
)
def test_an_order_that_the_api_would_not_take_is_refused(tmp_path, wrong, reason):
    async def run():
        async with house(tmp_path, played()) as at:
            answer = await ordered(at, wrong)
            assert answer.status_code == 422, reason
            assert at.books.orders() == ()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"models/{MODEL}/predictions"), ("DELETE", "predictions/abc"), ("POST", "models/x")],
)
def test_what_is_no_call_of_this_api_is_found_nowhere(method, path):
    counter = Counter("replicate", "api.replicate.com", "/v1")
    ask = Ask(method, counter.host, f"/v1/{path}", {}, BEARER, b"{}")
    assert replicate.read(ask, counter) == Refuse("nowhere")


def test_an_upload_is_found_under_the_address_that_it_was_given():
    counter = Counter("replicate", "api.replicate.com", "/v1")
    given = b'{"input": {"reference_images": ["https://api.replicate.com/v1/files/0a"]}}'
    ask = Ask("POST", counter.host, f"/v1/models/{MODEL}/predictions", {}, BEARER, given)
    link = "https://files.replicate.rehearsal.invalid/uploads/0a"
    assert replicate.read(ask, counter) == Submit(MODEL, {"reference_images": [link]})


@asynccontextmanager
async def adapter(at, project):
    """Our adapter, whose calls reach the rehearsal."""
    http = clients(at.server.url)
    fields = {("veo-3.1", MODEL): FIELDS}
    session = Session(project, project, project, base_url=API, key=KEY, http=http, fields=fields)
    try:
        yield Replicate(session)
    finally:
        await http.aclose()


@rehearsal
async def test_a_file_that_our_adapter_uploads_is_the_still_that_the_clip_starts_from(tmp_path):
    (tmp_path / "cup.png").write_bytes(PNG)
    still = replace(VEO.request, mode="first_frame", first_frame=Input("cup.png", "d" * 64))
    async with house(tmp_path, played(replace(VEO, request=still))) as at:
        async with adapter(at, tmp_path) as ours:
            await ours.submit(still, idempotency="j1:one.1")
        await at.passed()
        (wanted,) = at.clips.wanted
        assert wanted.first.read_bytes() == PNG


@rehearsal
async def test_what_waits_is_cancelled_and_costs_nothing(tmp_path):
    behind = work("Another", endpoint=MODEL, provider="replicate")
    one = played(VEO, behind, in_flight=1)
    async with house(tmp_path, one) as at, adapter(at, tmp_path) as ours:
        await ours.submit(VEO.request, idempotency="j1:one.1")
        ticket = await ours.submit(behind.request, idempotency="j1:two.1")
        await ours.cancel(ticket)
        status = await ours.poll(ticket)
        assert isinstance(status, Failed)
        assert (status.kind, status.charged) == ("provider", False)
        await ours.cancel({"id": "nobodysprediction"})
