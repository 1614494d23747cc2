"""Vertex AI as a client knows it: Veo's operations, Omni's interactions; by raw calls and ours."""

import asyncio
import base64
from contextlib import asynccontextmanager

import pytest

from tests.rehearsal.stage import KEY, house, rehearsal, work
from vidgen.job import Failed, Running
from vidgen.providers import Session
from vidgen.providers.vertex import Vertex
from vidgen.providers.wire import clients
from vidgen.rehearsal.play import Played

API = "https://aiplatform.googleapis.com"
PROJECT = f"{API}/v1/projects/my-film/locations/global"
BEARER = {"authorization": f"Bearer {KEY}"}
VEO, OMNI = "veo-3.1-lite-generate-001", "gemini-omni-1.1-flash"
MODEL = f"{PROJECT}/publishers/google/models/{VEO}"
CUP = work(endpoint=VEO, provider="vertex", model="veo-3.1-lite", audio=True, usd="0.20")
TEA = work(endpoint=OMNI, provider="vertex", model=OMNI, audio=True, usd="0.51")
INSTANCE = {"prompt": CUP.request.prompt}
TOLD = {"sampleCount": 1, "durationSeconds": 4, "aspectRatio": "9:16", "generateAudio": True}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(3000)
FILE = {"bytesBase64Encoded": base64.b64encode(PNG).decode(), "mimeType": "image/png"}


def played(*works, in_flight=2):
    return Played("vertex", API, works or (CUP,), in_flight)


async def ordered(at, one=INSTANCE, told=TOLD, headers=BEARER):
    body = {"instances": [one], "parameters": told}
    return await at.http.post(f"{MODEL}:predictLongRunning", json=body, headers=headers)


async def looked(at, name):
    body = {"operationName": name}
    return await at.http.post(f"{MODEL}:fetchPredictOperation", json=body, headers=BEARER)


@rehearsal
async def test_an_operation_goes_from_its_order_to_the_clip_in_its_answer(tmp_path):
    async with house(tmp_path, played()) as at:
        told = (await ordered(at)).json()
        assert set(told) == {"name"}
        assert "done" not in (await looked(at, told["name"])).json()
        await at.passed()
        ended = (await looked(at, told["name"])).json()
        (video,) = ended["response"]["videos"]
        assert base64.b64decode(video["bytesBase64Encoded"]) == at.clips.path.read_bytes()


@rehearsal
async def test_a_token_is_wanted_and_calls_that_are_none_are_refused(tmp_path):
    async with house(tmp_path, played()) as at:
        for headers in ({}, {"x-goog-api-key": KEY}, {"authorization": f"Key {KEY}"}):
            assert (await ordered(at, headers=headers)).status_code == 401
        for method, url in (("GET", MODEL), ("POST", f"{MODEL}:predict"), ("POST", PROJECT)):
            assert (await at.http.request(method, url, headers=BEARER)).status_code == 404
        name = f"projects/p/locations/global/publishers/google/models/{VEO}/operations/none"
        assert (await looked(at, name)).status_code == 404
        assert (await looked(at, "operations/none")).status_code == 400
        assert at.books.orders() == ()


@pytest.mark.parametrize(
    ("one", "told", "reason"),
    [
        ({}, TOLD, "no prompt"),
        (INSTANCE | {"last_frame": FILE}, TOLD, "another API's name"),
        (INSTANCE | {"lastFrame": FILE}, TOLD, "a last frame alone"),
        (INSTANCE | {"image": {"uri": "gs://x/y"}}, TOLD, "no file in it"),
        (INSTANCE | {"referenceImages": [{"image": FILE}]}, TOLD, "a reference of no kind"),
        (
            INSTANCE
            | {"image": FILE, "referenceImages": [{"image": FILE, "referenceType": "asset"}]},
            TOLD,
            "a frame beside references",
        ),
        (INSTANCE, TOLD | {"durationSeconds": "4"}, "a number as text"),
        (INSTANCE, TOLD | {"durationSeconds": 5}, "a length that is not sold"),
        (INSTANCE, TOLD | {"durationSeconds": 7}, "a length of what is gone on with"),
        (INSTANCE | {"video": FILE}, TOLD, "another length of what is gone on with"),
        (INSTANCE | {"video": FILE}, {"sampleCount": 1}, "no length, which means eight seconds"),
        (INSTANCE, TOLD | {"generateAudio": "true"}, "a switch as text"),
        (INSTANCE, TOLD | {"aspectRatio": "1:1"}, "no such shape"),
        (INSTANCE, TOLD | {"storageUri": "s3://x"}, "no bucket of Google's"),
        (INSTANCE, TOLD | {"aspect_ratio": "9:16"}, "no such name"),
        ({"prompt": "Nobody planned this"}, TOLD, "nobody's order"),
    ],
)
def test_an_order_that_the_api_would_not_take_is_refused(tmp_path, one, told, reason):
    async def run():
        async with house(tmp_path, played()) as at:
            assert (await ordered(at, one, told)).status_code == 400, reason
            assert at.books.orders() == ()

    asyncio.run(run())


@asynccontextmanager
async def adapter(at, project, **settings):
    """Our adapter, whose calls reach the rehearsal; the key stands for an access token."""
    http = clients(at.server.url)
    told = {"GOOGLE_CLOUD_PROJECT": "my-film"} | settings
    try:
        yield Vertex(
            Session(project, project / "scratch", project, API, KEY, settings=told, http=http)
        )
    finally:
        await http.aclose()


@rehearsal
async def test_our_calls_to_a_region_of_its_own_are_played_too(tmp_path):
    async with (
        house(tmp_path, played()) as at,
        adapter(at, tmp_path, GOOGLE_CLOUD_LOCATION="us-central1") as ours,
    ):
        await ours.submit(CUP.request, idempotency="j1:one.1")
        assert len(at.books.orders()) == 1
        assert await ours.check_key() == "project my-film"


@rehearsal
async def test_our_cancel_stops_an_interaction_that_waits_and_no_operation(tmp_path):
    works = played(CUP, TEA, in_flight=1)
    async with house(tmp_path, works) as at, adapter(at, tmp_path) as ours:
        for one, stopped in ((CUP.request, False), (TEA.request, True), (CUP.request, False)):
            ticket = await ours.submit(one, idempotency="j1:one.1")
            await ours.cancel(ticket)
            assert isinstance(await ours.poll(ticket), Failed if stopped else Running)
