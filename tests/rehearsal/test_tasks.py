"""Kling's tasks as its documents have them, by raw calls: API 2.0 and the older one."""

import asyncio
from decimal import Decimal

import pytest

from tests.rehearsal.stage import KLING, TASKS, Premade, house, kling, rehearsal, work
from vidgen.job import Input
from vidgen.rehearsal.exchange import Ask, Counter, Refuse
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.play import Played
from vidgen.rehearsal.shapes import tasks

PATH = "text-to-video/kling-3.0"
OLD = "v1/videos/text2video"
NEW_WORK = work(endpoint=PATH, provider="kling", usd="0.84")
OLD_WORK = work(endpoint=f"{OLD}?model_name=kling-v1-6", provider="kling", usd="0.28")


def body(client=None, prompt=NEW_WORK.request.prompt):
    options = {"options": {"external_task_id": client}} if client else {}
    return {"prompt": prompt, "settings": {"duration": 4}, **options}


async def ordered(at, client=None, **more):
    return await at.order(f"{TASKS}/{PATH}", body(client, **more), KLING)


async def looked(at, **query):
    return await at.http.get(f"{TASKS}/tasks", params=query, headers=KLING)


def wrong(answer):
    return answer.status_code, answer.json()["code"]


@rehearsal
async def test_a_task_is_found_by_either_id_and_told_what_it_cost(tmp_path):
    async with house(tmp_path, kling(NEW_WORK)) as at:
        told = (await ordered(at, "mine")).json()
        assert told["code"] == 0
        task = told["data"]
        assert task["external_id"] == "mine"
        assert task["status"] == "processing"
        for query in ({"task_ids": task["id"]}, {"external_task_ids": "mine"}):
            (record,) = (await looked(at, **query)).json()["data"]
            assert (record["id"], record["outputs"], record["billing"]) == (task["id"], [], [])
        await at.passed()
        (record,) = (await looked(at, task_ids=task["id"])).json()["data"]
        assert record["status"] == "succeeded"
        (output,) = record["outputs"]
        assert (output["type"], output["duration"]) == ("video", "4")
        assert (await at.http.get(output["url"])).content == at.clips.path.read_bytes()
        (paid,) = record["billing"]
        assert (paid["charge_type"], paid["amount"], paid["currency"]) == ("cash", "0.84", "USD")


@rehearsal
async def test_several_tasks_are_looked_up_at_once_and_unknown_ones_left_out(tmp_path):
    async with house(tmp_path, kling(NEW_WORK, NEW_WORK)) as at:
        ids = [(await ordered(at, name)).json()["data"]["id"] for name in ("a", "b")]
        found = (await looked(at, task_ids=",".join([*ids, "none"]))).json()["data"]
        assert [record["id"] for record in found] == ids
        assert (await looked(at, external_task_ids="none")).json()["data"] == []
        assert wrong(await looked(at)) == (400, 1201)
        assert wrong(await looked(at, task_ids=ids[0], external_task_ids="a")) == (400, 1201)
        assert wrong(await looked(at, task_ids=",".join(["x"] * 21))) == (400, 1201)


@rehearsal
async def test_a_clients_id_is_refused_the_second_time(tmp_path):
    async with house(tmp_path, kling(NEW_WORK)) as at:
        await ordered(at, "mine")
        assert wrong(await ordered(at, "mine")) == (400, 1201)
        await at.passed()
        assert wrong(await ordered(at, "mine")) == (400, 1201)
        assert len(at.books.orders()) == 1


@rehearsal
async def test_a_provider_where_repeating_is_safe_tells_the_job_it_has(tmp_path):
    one = Played("pika", "https://api.dev.pika.art", (work(endpoint="generate"),), 2, "idempotent")
    async with house(tmp_path, one) as at:
        url = "https://api.dev.pika.art/generate"
        told = [(await at.order(url, body("mine"), KLING)).json()["data"]["id"] for _ in range(2)]
        assert told[0] == told[1]
        assert len(at.books.orders()) == 1


@rehearsal
async def test_an_order_whose_reply_was_lost_is_found_under_the_clients_id(tmp_path):
    import httpx

    async with house(tmp_path, kling(NEW_WORK), faults=Faults("s", {"lost-reply": 1.0})) as at:
        with pytest.raises(httpx.RemoteProtocolError):
            await ordered(at, "mine")
        (record,) = (await looked(at, external_task_ids="mine")).json()["data"]
        assert record["id"] == at.books.orders()[0].id


@rehearsal
async def test_the_older_api_has_its_own_words(tmp_path):
    async with house(tmp_path, kling(OLD_WORK)) as at:
        old = {"model_name": "kling-v1-6", "prompt": OLD_WORK.request.prompt, "duration": "4"}
        url = f"{TASKS}/{OLD}"
        told = (await at.order(url, {**old, "external_task_id": "mine"}, KLING)).json()["data"]
        assert told["task_status"] == "processing"
        assert told["task_info"] == {"external_task_id": "mine"}
        await at.passed()
        for name in (told["task_id"], "mine"):
            record = (await at.http.get(f"{url}/{name}", headers=KLING)).json()["data"]
            assert record["task_status"] == "succeed"
            (video,) = record["task_result"]["videos"]
            assert video["duration"] == "4"
            assert Decimal(record["final_unit_deduction"]) * Decimal("0.14") == Decimal("0.28")
        assert wrong(await at.http.get(f"{url}/none", headers=KLING)) == (404, 1203)
        assert wrong(await at.order(url, {**old, "external_task_id": "mine"}, KLING)) == (400, 1201)
        other = {**old, "model_name": "kling-v2-1"}
        assert wrong(await at.order(url, other, KLING)) == (400, 1201)


@rehearsal
async def test_an_older_task_that_failed_free_says_that_nothing_was_deducted(tmp_path):
    faults = Faults("s", {"provider-failure": 1.0})
    async with house(tmp_path, kling(OLD_WORK), faults=faults) as at:
        old = {"model_name": "kling-v1-6", "prompt": OLD_WORK.request.prompt}
        told = (await at.order(f"{TASKS}/{OLD}", old, KLING)).json()["data"]
        await at.passed()
        answer = await at.http.get(f"{TASKS}/{OLD}/{told['task_id']}", headers=KLING)
        record = answer.json()["data"]
        assert (record["task_status"], record["final_unit_deduction"]) == ("failed", "0")


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ("rate-limit", {(429, 1302), (429, 1303)}),
        ("overload", {(503, 5001)}),
        ("server-error", {(500, 5000)}),
        ("no-credit", {(429, 1101), (429, 1102)}),
        ("moderation", {(400, 1301)}),
        ("bad-input", {(400, 1201)}),
    ],
)
def test_a_refusal_has_its_code(tmp_path, fault, codes):
    seen = set()

    async def run(seed):
        async with house(tmp_path, kling(NEW_WORK), faults=Faults(seed, {fault: 1.0})) as at:
            seen.add(wrong(await ordered(at, "mine")))
            assert at.books.orders() == ()
            assert (await looked(at, external_task_ids="mine")).json()["data"] == []

    for seed in range(12):
        asyncio.run(run(str(seed)))
    assert seen == codes


@pytest.mark.parametrize(
    ("fault", "words", "usd"),
    [
        ("provider-failure", "broke down", 0),
        ("failure-billed", "nothing came", Decimal("0.84")),
        ("moderation-late", "risk control", 0),
    ],
)
def test_a_failed_task_says_why_in_words_alone(tmp_path, fault, words, usd):
    async def run():
        async with house(tmp_path, kling(NEW_WORK), faults=Faults("s", {fault: 1.0})) as at:
            await ordered(at, "mine")
            await at.passed()
            (record,) = (await looked(at, external_task_ids="mine")).json()["data"]
            assert record["status"] == "failed"
            assert words in record["message"]
            assert record["outputs"] == []
            assert sum(Decimal(line["amount"]) for line in record["billing"]) == usd
            assert at.books.billed() == usd

    asyncio.run(run())


@rehearsal
async def test_a_key_is_wanted_and_calls_that_are_none_are_refused(tmp_path):
    async with house(tmp_path, kling(NEW_WORK)) as at:
        for headers in ({}, {"authorization": "Key sk-some-key"}):
            answer = await at.order(f"{TASKS}/{PATH}", body(), headers)
            assert wrong(answer) == (401, 1002)
        assert wrong(await at.http.delete(f"{TASKS}/{PATH}", headers=KLING)) == (404, 1202)
        assert wrong(await at.http.post(f"{TASKS}/{PATH}", content=b"[]", headers=KLING)) == (
            400,
            1201,
        )


PICTURE = {"type": "first_frame", "url": "iVBORw0KGgo"}
WORDS = {"type": "prompt", "text": NEW_WORK.request.prompt}


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (PATH, {"prompt": 7}),
        (PATH, {}),
        (PATH, {"prompt": "x", "settings": {"duration": "5"}}),
        (PATH, {"prompt": "x", "settings": []}),
        (PATH, {"prompt": "x", "options": "x"}),
        (PATH, {"contents": {"type": "prompt"}}),
        (PATH, {"contents": ["x"]}),
        (PATH, {"contents": [PICTURE]}),
        (PATH, {"contents": [WORDS, WORDS]}),
        (PATH, {"contents": [WORDS, {"type": "first_frame"}]}),
        (PATH, {"contents": [WORDS, PICTURE | {"url": "data:image/png;base64,iVBORw0KGgo"}]}),
        (OLD, {"model_name": "kling-v1-6", "prompt": "x", "duration": 5}),
        (OLD, {"model_name": "kling-v1-6", "prompt": "x", "duration": "5s"}),
        (OLD, {"model_name": "kling-v1-6", "image": "data:image/png;base64,iVBORw0KGgo"}),
        (OLD, {"model_name": "kling-v1-6", "image_list": "x"}),
        (OLD, {"model_name": "kling-v1-6", "image_list": [{"image_url": "iVBORw0KGgo"}]}),
    ],
    ids=repr,
)
def test_a_body_that_kling_would_not_take_is_not_taken(tmp_path, path, sent):
    async def run():
        async with house(tmp_path, kling(NEW_WORK, OLD_WORK)) as at:
            assert wrong(await at.order(f"{TASKS}/{path}", sent, KLING)) == (400, 1201)
            assert at.books.orders() == ()

    asyncio.run(run())


LIPS_WORK = work(
    prompt="", endpoint="v1/videos/advanced-lip-sync", mode="lip_sync", provider="kling",
    source_video=Input("a.mp4", "a" * 64), audio_file=Input("a.wav", "b" * 64),
)  # fmt: skip
WAVE = "UklGRg" + "A" * 80


def spoken(session, **more):
    """An order of lip-sync."""
    said = {
        "face_id": "0", "sound_file": WAVE, "sound_start_time": 0, "sound_end_time": 3000,
        "sound_insert_time": 0,
    }  # fmt: skip
    return {"session_id": session, "face_choose": [said | more], "external_task_id": "mine"}


async def faced(at, clip):
    return await at.order(f"{TASKS}/v1/videos/identify-face", {"video_id": clip}, KLING)


@rehearsal
async def test_the_face_in_a_clip_made_there_speaks_and_the_clip_is_worked_on(tmp_path):
    clips = Premade(tmp_path, b"\x00\x00\x00\x18ftypisom" + bytes(500))
    async with house(tmp_path, kling(NEW_WORK, LIPS_WORK), clips=clips) as at:
        clip = (await ordered(at, "first")).json()["data"]["id"]
        assert wrong(await faced(at, clip)) == (400, 1201)  # it is not finished
        await at.passed()
        found = (await faced(at, clip)).json()["data"]
        assert [face["end_time"] for face in found["face_data"]] == [4000]
        url = f"{TASKS}/v1/videos/advanced-lip-sync"
        told = await at.order(url, spoken(found["session_id"]), KLING)
        await at.passed()
        answer = await at.http.get(f"{url}/{told.json()['data']['task_id']}", headers=KLING)
        assert answer.json()["data"]["task_status"] == "succeed"
        assert at.clips.wanted[-1].clip.read_bytes() == at.clips.path.read_bytes()


@rehearsal
async def test_lip_sync_is_for_what_was_made_there_and_for_a_face_that_was_found(tmp_path):
    async with house(tmp_path, kling(NEW_WORK, LIPS_WORK)) as at:
        clip = (await ordered(at, "first")).json()["data"]["id"]
        await at.passed()
        for body in ({"video_id": "another"}, {"video_url": "https://x.test/a.mp4"}, {}):
            url = f"{TASKS}/v1/videos/identify-face"
            assert wrong(await at.order(url, body, KLING)) == (400, 1201)
        session = (await faced(at, clip)).json()["data"]["session_id"]
        for body in (
            spoken(f"{clip}.0"),
            spoken("x"),
            spoken(session, face_id="1"),
            spoken(session, sound_end_time=1999),
            spoken(session, sound_insert_time=-1),
            spoken(session, sound_start_time="0"),
            spoken(session, sound_file="data:audio/wav;base64,UklGRg"),
            spoken(session) | {"face_choose": []},
        ):
            url = f"{TASKS}/v1/videos/advanced-lip-sync"
            assert wrong(await at.order(url, body, KLING)) == (400, 1201), body
        assert len(at.books.orders()) == 1


@rehearsal
async def test_an_accounts_packs_are_told_for_a_stretch_of_time(tmp_path):
    async with house(tmp_path, kling(NEW_WORK)) as at:
        url = f"{TASKS}/account/costs"
        asked = {"start_time": "0", "end_time": "1792219793736"}
        (pack,) = (await at.http.get(url, params=asked, headers=KLING)).json()["data"][
            "resource_pack_subscribe_infos"
        ]
        assert (pack["status"], pack["remaining_quantity"]) == ("online", 1000.0)
        assert wrong(await at.http.get(url, headers=KLING)) == (400, 1201)
        assert wrong(await at.http.get(url, params=asked)) == (401, 1002)


def test_a_price_that_nobody_knows_is_not_told_as_nothing(tmp_path):
    unpriced = work(endpoint=PATH, provider="kling", usd=None)

    async def run():
        async with house(tmp_path, kling(unpriced)) as at:
            await ordered(at, "mine")
            await at.passed()
            (record,) = (await looked(at, external_task_ids="mine")).json()["data"]
            assert (record["status"], record["billing"]) == ("succeeded", [])
            assert len(at.books.unpriced()) == 1

    asyncio.run(run())


def test_a_path_elsewhere_is_no_order():
    ask = Ask("POST", "host", "/other/x", {}, {"authorization": "Bearer k"}, b"{}")
    assert tasks.read(ask, Counter("kling", "host", "/v9")) == Refuse("nowhere")
