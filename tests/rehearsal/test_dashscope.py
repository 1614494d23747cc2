"""Model Studio as its SDK has it: by raw calls, and by the adapter through every fault."""

import asyncio
import hashlib
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.rehearsal.stage import KLING, house, rehearsal, work
from vidgen.job import Input
from vidgen.providers import Session
from vidgen.providers.dashscope import DashScope
from vidgen.providers.wire import clients
from vidgen.rehearsal.exchange import Ask, Counter, Refuse
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.play import Played
from vidgen.rehearsal.shapes import SHAPES, dashscope

BASE = "https://dashscope-intl.aliyuncs.com/api/v1"
VIDEO = f"{BASE}/services/aigc/video-generation/video-synthesis"
HEADERS = {**KLING, "x-dashscope-async": "enable"}
WORK = work(endpoint="wan2.7-t2v", provider="dashscope", model="wan-2.7", audio=True, usd="0.40")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def played(*works):
    return Played("dashscope", BASE, works or (WORK,), 2, "never")


def body(prompt=WORK.request.prompt, model="wan2.7-t2v", **more):
    parameters = {"resolution": "720P", "ratio": "9:16", "duration": 4, "watermark": False}
    return {"model": model, "input": {"prompt": prompt, **more}, "parameters": parameters}


async def ordered(at, sent=None, headers=HEADERS, url=VIDEO):
    return await at.order(url, sent or body(), headers)


async def looked(at, identifier):
    return (await at.http.get(f"{BASE}/tasks/{identifier}", headers=KLING)).json()


def code(answer):
    return answer.status_code, answer.json().get("code")


def test_model_studio_has_a_shape_of_its_own():
    assert SHAPES["dashscope"] is dashscope


@rehearsal
async def test_a_task_waits_runs_and_ends_with_a_link_and_its_seconds(tmp_path):
    async with house(tmp_path, played()) as at:
        told = (await ordered(at)).json()["output"]
        assert told["task_status"] == "PENDING"
        assert (await looked(at, told["task_id"]))["output"]["task_status"] == "RUNNING"
        await at.passed()
        found = await looked(at, told["task_id"])
        assert found["output"]["task_status"] == "SUCCEEDED"
        assert found["usage"]["duration"] == 4
        link = found["output"]["video_url"]
        assert (await at.http.get(link)).content == at.clips.path.read_bytes()


@rehearsal
async def test_an_id_that_is_not_known_is_unknown_and_no_error(tmp_path):
    async with house(tmp_path, played()) as at:
        found = await looked(at, "no-such-task")
        assert found["output"] == {"task_id": "no-such-task", "task_status": "UNKNOWN"}
        answer = await at.http.get(f"{BASE}/tasks?page_no=1&page_size=1", headers=KLING)
        assert (answer.status_code, answer.json()["data"]) == (200, [])


@rehearsal
async def test_only_what_waits_is_cancelled(tmp_path):
    others = [replace(WORK, request=replace(WORK.request, prompt=words)) for words in ("B", "C")]
    async with house(tmp_path, played(WORK, *others)) as at:
        sent = [await ordered(at, body(one)) for one in (WORK.request.prompt, "B", "C")]
        first, _, last = (one.json()["output"]["task_id"] for one in sent)
        stop = await at.http.post(f"{BASE}/tasks/{last}/cancel", headers=KLING)
        assert stop.status_code == 200
        assert (await looked(at, last))["output"]["task_status"] == "CANCELED"
        for identifier in (first, "no-such-task"):
            stop = await at.http.post(f"{BASE}/tasks/{identifier}/cancel", headers=KLING)
            assert code(stop) == (400, "UnsupportedOperation")


WRONG = {
    "no object": ["prompt"],
    "no model": {"input": {"prompt": "x"}},
    "a length in words": body() | {"parameters": {"duration": "5"}},
    "a tier in small letters": body() | {"parameters": {"resolution": "720p"}},
    "a parameter nobody knows": body() | {"parameters": {"aspect_ratio": "9:16"}},
    "a size for a newer model": body() | {"parameters": {"size": "720*1280"}},
    "a shape for an older one": body(model="wan2.6-t2v"),
    "an older field for a newer model": body(model="wan2.7-i2v", img_url="https://x.test/a.png"),
    "a list for an older one": body(model="wan2.6-i2v", media=[{"type": "first_frame", "url": "a"}])
    | {"parameters": {}},
    "an entry without a file": body(model="wan2.7-i2v", media=[{"type": "first_frame"}]),
    "two first frames": body(
        model="wan2.7-i2v", media=[{"type": "first_frame", "url": one} for one in "ab"]
    ),
    "frames beside references": body(
        model="wan3.0-video",
        media=[{"type": kind, "url": "a"} for kind in ("first_frame", "reference_image")],
    ),
    "a shape beside HappyHorse's first frame": body(
        model="happyhorse-1.1-i2v", media=[{"type": "first_frame", "url": "a"}]
    ),
    "an upload without its header": body(audio_url="oss://dashscope-instant/ab/c.mp3"),
    "another path's model": body(model="wan2.2-kf2v-flash") | {"parameters": {}},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_real_one_would_refuse_is_refused(tmp_path, name):
    async def run():
        async with house(tmp_path, played()) as at:
            assert code(await ordered(at, WRONG[name])) == (400, "InvalidParameter")
            assert at.books.orders() == ()

    asyncio.run(run())


@rehearsal
async def test_calls_that_are_none_are_refused(tmp_path):
    async with house(tmp_path, played()) as at:
        assert code(await ordered(at, headers=KLING)) == (400, "InvalidParameter")  # it would wait
        assert code(await ordered(at, headers={})) == (401, "InvalidApiKey")
        assert code(await ordered(at, url=f"{BASE}/services/aigc/other")) == (404, "NotFound")
        assert code(await ordered(at, body("nobody planned this"))) == (400, "InvalidParameter")
        answer = await at.http.get(f"{BASE}/uploads?action=getPolicy", headers=KLING)
        assert code(answer) == (400, "InvalidParameter")


def test_a_form_under_a_name_that_was_not_given_is_refused():
    ask = Ask("POST", dashscope.STORAGE, "/", {}, {}, b"no form")
    assert dashscope.read(ask, Counter("dashscope", "x.test")) == Refuse("bad-input")


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ("rate-limit", {(429, "Throttling.RateQuota")}),
        ("overload", {(503, "ServiceUnavailable")}),
        ("server-error", {(500, "InternalError")}),
        ("no-credit", {(400, "Arrearage")}),
        ("moderation", {(200, "DataInspectionFailed"), (400, "DataInspectionFailed")}),
        ("bad-input", {(200, "InvalidParameter"), (400, "InvalidParameter")}),
    ],
)
def test_a_refusal_has_its_code_and_sometimes_the_status_of_success(tmp_path, fault, codes):
    seen = set()

    async def run(seed):
        async with house(tmp_path, played(), faults=Faults(seed, {fault: 1.0})) as at:
            seen.add(code(await ordered(at)))
            assert at.books.orders() == ()

    for seed in range(12):
        asyncio.run(run(str(seed)))
    assert seen == codes


# -- the adapter ---------------------------------------------------------------------------------


def studio(at, folder):
    """The adapter, and the clients that lead it to a rehearsal's server."""
    http = clients(at.server.url)
    session = Session(folder, folder, folder, base_url=BASE, key="sk-some-key", http=http)
    return DashScope(session), http


@rehearsal
async def test_a_file_that_is_uploaded_first_is_known_as_the_one_that_was_planned(tmp_path):
    (tmp_path / "cup.png").write_bytes(PNG)
    digest = hashlib.sha256(PNG).hexdigest()
    plain = replace(
        WORK.request,
        mode="references",
        endpoint="wan2.6-r2v",
        model="wan-2.6",
        rate=Fraction(24),
        duration=Decimal(5),
    )
    others = [
        replace(WORK, request=replace(plain, references=(Input("cup.png", one),)))
        for one in ("f" * 64, digest)
    ]
    async with house(tmp_path, played(*others)) as at:
        adapter, http = studio(at, tmp_path)
        await adapter.submit(others[1].request, idempotency="j.1")
        await http.aclose()
        (order,) = at.books.orders()
        assert order.entry.work == others[1].name
