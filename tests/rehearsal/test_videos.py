"""OpenAI's videos shape by raw calls: a gateway's, SGLang's and vLLM-Omni's."""

import asyncio

import pytest

from tests.rehearsal.stage import KEY, house, rehearsal, work
from vidgen.job import Running, Succeeded
from vidgen.providers import PROVIDERS, Session
from vidgen.providers.wire import clients
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.play import Played

BEARER = {"authorization": f"Bearer {KEY}"}
GATEWAY = "https://your-gateway.invalid/v1"
SGLANG = "http://127.0.0.1:30000"
VLLM = "http://127.0.0.1:8000"
MODEL = "sora-2"
PLAIN = {"model": MODEL, "prompt": "A cup on a table", "seconds": "4", "size": "72x128"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def served(name, address, *works):
    return Played(name, address, works or (work(endpoint=MODEL, provider=name),))


def gateway(*works):
    return served("openai-compatible", GATEWAY, *works)


def form(**more):
    return [(name, (None, value)) for name, value in {**PLAIN, **more}.items() if value is not None]


async def ordered(at, url=f"{GATEWAY}/videos", headers=BEARER, still=None, **more):
    parts = form(**more) + ([("input_reference", still)] if still else [])
    return await at.http.post(url, files=parts, headers=headers)


def error(answer):
    return answer.status_code, answer.json()["error"]["code"]


@rehearsal
async def test_an_order_goes_from_its_form_to_its_clip_behind_the_key(tmp_path):
    async with house(tmp_path, gateway()) as at:
        told = (await ordered(at)).json()
        assert (told["object"], told["status"], told["model"]) == ("video", "queued", MODEL)
        job = f"{GATEWAY}/videos/{told['id']}"
        record = (await at.http.get(job, headers=BEARER)).json()
        assert (record["status"], record["size"], record["seconds"]) == (
            "in_progress",
            "72x128",
            "4",
        )
        assert (await at.http.get(f"{job}/content", headers=BEARER)).status_code == 404
        await at.passed()
        record = (await at.http.get(job, headers=BEARER)).json()
        assert (record["status"], record["progress"]) == ("completed", 100)
        assert record["expires_at"] == record["completed_at"] + 3600
        assert error(await at.http.get(f"{job}/content")) == (401, "invalid_api_key")
        content = await at.http.get(f"{job}/content", headers=BEARER)
        assert content.content == at.clips.path.read_bytes()


@rehearsal
async def test_a_first_frame_is_what_the_clip_starts_from(tmp_path):
    still = work(endpoint=MODEL, provider="openai-compatible", mode="first_frame")
    async with house(tmp_path, gateway(still)) as at:
        assert (await ordered(at, still=("cup.png", PNG, "image/png"))).status_code == 200
        await at.passed()
        (wanted,) = at.clips.wanted
        assert wanted.first.read_bytes() == PNG


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt": None},
        {"model": None},
        {"seconds": "4s"},
        {"size": "720p"},
        {"prompt": "Something else"},
        {"model": "sora-9"},
    ],
    ids=str,
)
def test_an_order_that_cannot_be_read_or_was_not_planned_is_refused(tmp_path, wrong):
    async def run():
        async with house(tmp_path, gateway()) as at:
            assert error(await ordered(at, **wrong)) == (400, "invalid_value")
            assert at.books.orders() == ()

    asyncio.run(run())


@rehearsal
async def test_a_key_is_wanted_by_a_gateway_alone(tmp_path):
    async with house(tmp_path, gateway(), served("sglang", SGLANG)) as at:
        for headers in ({}, {"authorization": f"Key {KEY}"}):
            assert error(await ordered(at, headers=headers)) == (401, "invalid_api_key")
        assert (await ordered(at, f"{SGLANG}/v1/videos", headers={})).status_code == 200
        models = await at.http.get(f"{GATEWAY}/models", headers=BEARER)
        assert models.json()["object"] == "list"


@rehearsal
async def test_sglang_speaks_of_details_and_knows_clips_by_number(tmp_path):
    async with house(tmp_path, served("sglang", SGLANG)) as at:
        told = (await ordered(at, f"{SGLANG}/v1/videos", headers={}, fps="16")).json()
        job = f"{SGLANG}/v1/videos/{told['id']}"
        await at.passed()
        assert (await at.http.get(f"{job}/content?variant=video")).status_code == 404
        assert (await at.http.get(f"{job}/content?variant=0")).status_code == 200
        for answer in (
            await at.http.get(f"{SGLANG}/v1/videos/none"),
            await at.http.get(f"{SGLANG}/videos/{told['id']}"),
            await at.http.delete(job),
        ):
            assert answer.status_code == 404
            assert set(answer.json()) == {"detail"}


@rehearsal
async def test_vllm_omni_takes_forms_alone_and_stops_what_waits(tmp_path):
    works = [work(f"cup {n}", endpoint=MODEL, provider="vllm-omni") for n in "ab"]
    async with house(tmp_path, Played("vllm-omni", VLLM, tuple(works), in_flight=1)) as at:
        url = f"{VLLM}/v1/videos"
        assert (await at.http.post(url, json=PLAIN)).status_code == 400
        runs, waits = [
            (await ordered(at, url, headers={}, prompt=f"cup {n}")).json()["id"] for n in "ab"
        ]
        assert (await at.http.delete(f"{url}/{runs}")).status_code == 409
        gone = await at.http.delete(f"{url}/{waits}")
        assert gone.json() == {"id": waits, "object": "video.deleted", "deleted": True}
        assert (await at.http.get(f"{url}/{waits}")).status_code == 404


@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        ("rate-limit", {(429, "rate_limit_exceeded")}),
        ("overload", {(503, "overloaded")}),
        ("server-error", {(500, "server_error")}),
        ("moderation", {(400, "moderation_blocked")}),
        ("bad-input", {(400, "invalid_value")}),
    ],
)
def test_a_refusal_has_its_code(tmp_path, fault, answers):
    async def run():
        async with house(tmp_path, gateway(), faults=Faults("s", {fault: 1.0})) as at:
            assert error(await ordered(at)) in answers
            assert at.books.orders() == ()

    asyncio.run(run())


def test_an_empty_account_is_told_in_two_ways(tmp_path):
    seen = set()

    async def run(seed):
        async with house(tmp_path, gateway(), faults=Faults(seed, {"no-credit": 1.0})) as at:
            answer = await ordered(at)
            body = answer.json()
            seen.add((answer.status_code, body.get("error", body)["code"]))

    for seed in range(8):
        asyncio.run(run(str(seed)))
    assert seen == {(429, "insufficient_quota"), (403, "insufficient_user_quota")}


@pytest.mark.parametrize(
    ("name", "address", "fault", "status", "told"),
    [
        ("openai-compatible", GATEWAY, "moderation-late", 200, "moderation_blocked"),
        ("openai-compatible", GATEWAY, "provider-failure", 200, "server_error"),
        ("sglang", SGLANG, "provider-failure", 200, None),
        ("vllm-omni", VLLM, "moderation-late", 400, 400),
        ("vllm-omni", VLLM, "provider-failure", 500, 500),
    ],
)
def test_a_failed_job_says_why(tmp_path, name, address, fault, status, told):
    async def run():
        async with house(tmp_path, served(name, address), faults=Faults("s", {fault: 1.0})) as at:
            url = f"{address.removesuffix('/v1')}/v1/videos"
            job = (await ordered(at, url)).json()["id"]
            await at.passed()
            answer = await at.http.get(f"{url}/{job}", headers=BEARER)
            record = answer.json()
            assert (answer.status_code, record["status"]) == (status, "failed")
            assert record["error"].get("code") == told
            assert record["error"]["message"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "address"),
    [("openai-compatible", GATEWAY), ("sglang", SGLANG), ("vllm-omni", VLLM)],
)
def test_our_own_adapter_is_understood_and_brings_the_clip(tmp_path, name, address):
    planned = work(endpoint=MODEL, provider=name)

    async def run():
        async with house(tmp_path, served(name, address, planned)) as at:
            http = clients(at.server.url)
            session = Session(
                tmp_path, tmp_path, tmp_path, base_url=address, key=KEY, http=http,
                settings={"OPENAI_BASE_URL": address},
            )  # fmt: skip
            provider = PROVIDERS[name](session)
            ticket = await provider.submit(planned.request, idempotency="j.1")
            assert isinstance(await provider.poll(ticket), Running)
            await at.passed()
            done = await provider.poll(ticket)
            assert isinstance(done, Succeeded)
            headers = await provider.download_headers(done.media)
            clip = await at.http.get(done.media, headers=headers)
            assert clip.content == at.clips.path.read_bytes()
            assert await provider.check_key() == ""
            await http.aclose()

    asyncio.run(run())
