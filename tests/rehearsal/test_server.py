"""The server over real connections: orders through both shapes, links, ranges, cuts and resets."""

import asyncio
import hashlib
import json
import socket
from decimal import Decimal

import httpx
import pytest

from tests.rehearsal.stage import (
    BODY,
    ENDPOINT,
    FAL,
    KEY,
    KLING,
    TASKS,
    Clock,
    House,
    Never,
    Premade,
    client,
    fal,
    house,
    kling,
    rehearsal,
    work,
)
from vidgen.rehearsal.books import Books
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.play import Played
from vidgen.rehearsal.server import Server, start_thread
from vidgen.rehearsal.works import NoRehearsal


async def finished(at: House):
    """An order that has come through: the submit's words and the result's link."""
    told = (await at.order()).json()
    await at.passed()
    result = await at.http.get(told["response_url"], headers=FAL)
    return told, result.json()["video"]["url"]


@rehearsal
async def test_a_file_comes_whole_or_in_ranges(tmp_path):
    async with house(tmp_path) as at:
        _, link = await finished(at)
        assert link.startswith("https://files.fal.rehearsal.invalid/")
        whole = await at.http.get(link)
        data = at.clips.path.read_bytes()
        assert (whole.status_code, whole.content) == (200, data)
        assert whole.headers["accept-ranges"] == "bytes"
        tag = whole.headers["etag"]
        cases = {"bytes=10-19": (10, 20), "bytes=99990-": (99_990, 100_000), "bytes=-5": (-5, None)}
        for asked, (start, end) in cases.items():
            part = await at.http.get(link, headers={"range": asked, "if-range": tag})
            assert (part.status_code, part.content) == (206, data[start:end])
        assert part.headers["content-range"] == "bytes 99995-99999/100000"
        other = await at.http.get(link, headers={"range": "bytes=10-", "if-range": '"x"'})
        assert (other.status_code, other.content) == (200, data)
        beyond = await at.http.get(link, headers={"range": "bytes=100000-"})
        assert beyond.status_code == 416
        assert beyond.headers["content-range"] == "bytes */100000"


@rehearsal
async def test_a_download_that_is_cut_can_be_gone_on_with(tmp_path):
    async with house(tmp_path, faults=Faults("s", {"truncated": 1.0})) as at:
        _, link = await finished(at)
        read = b""
        for _ in range(3):
            try:
                async with at.http.stream(
                    "GET", link, headers={"range": f"bytes={len(read)}-"}
                ) as a:
                    async for piece in a.aiter_raw():
                        read += piece
            except httpx.RemoteProtocolError:
                assert 0 < len(read) < 100_000
        assert read == at.clips.path.read_bytes()


@rehearsal
async def test_a_corrupt_download_has_the_right_length_and_is_right_the_second_time(tmp_path):
    async with house(tmp_path, faults=Faults("s", {"corrupt": 1.0})) as at:
        _, link = await finished(at)
        data = at.clips.path.read_bytes()
        first, second = await at.http.get(link), await at.http.get(link)
        assert len(first.content) == len(data)
        assert first.content[:64] != data[:64]
        assert first.content[64:] == data[64:]
        assert second.content == data


@rehearsal
async def test_an_expired_link_is_answered_403_until_a_look_brings_another(tmp_path):
    async with house(tmp_path, faults=Faults("s", {"expired-link": 1.0})) as at:
        told, link = await finished(at)
        assert (await at.http.get(link)).status_code == 403
        assert (await at.http.get(link)).status_code == 403
        result = await at.http.get(told["response_url"], headers=FAL)
        fresh = result.json()["video"]["url"]
        assert fresh != link
        assert (await at.http.get(fresh)).status_code == 200
        assert (await at.http.get(link)).status_code == 403


@rehearsal
async def test_a_download_that_errs_comes_in_the_end(tmp_path):
    async with house(tmp_path, faults=Faults("s", {"download-error": 1.0})) as at:
        _, link = await finished(at)
        assert (await at.http.get(link)).status_code == 500
        for _ in range(2):
            try:
                last = await at.http.get(link)
            except httpx.ReadError:
                continue
        assert last.content == at.clips.path.read_bytes()


@rehearsal
async def test_a_key_that_is_sent_for_a_file_is_noticed(tmp_path):
    async with house(tmp_path) as at:
        _, link = await finished(at)
        await at.http.get(link)
        assert at.server.play.results.leaks == []
        await at.http.get(link, headers=FAL)
        assert len(at.server.play.results.leaks) == 1


@rehearsal
async def test_a_reply_that_is_lost_leaves_a_job_that_is_billed_once(tmp_path):
    async with house(tmp_path, faults=Faults("s", {"lost-reply": 1.0})) as at:
        with pytest.raises(httpx.RemoteProtocolError):
            await at.order()
        await at.passed()
        assert len(at.books.orders()) == 1
        assert at.books.billed() == Decimal("0.40")


@rehearsal
async def test_a_reset_comes_before_there_is_a_job(tmp_path):
    async with house(tmp_path, faults=Faults("s", {"reset-before": 1.0})) as at:
        while True:
            try:
                assert (await at.order()).status_code == 200
                break
            except httpx.ReadError:
                assert at.books.orders() == ()
        assert at.books.refused()["reset-before"] in (1, 2)
        assert len(at.books.orders()) == 1


@pytest.mark.parametrize("fault", ["rate-limit", "overload", "server-error", "no-credit"])
def test_a_refusal_that_passes_makes_no_job_and_patience_is_rewarded(tmp_path, fault):
    async def run():
        async with house(tmp_path, faults=Faults("s", {fault: 1.0})) as at:
            for _ in range(3):
                answer = await at.order()
                if answer.status_code == 200:
                    break
                assert at.books.orders() == ()
            assert answer.status_code == 200
            assert at.books.refused()[fault] in (1, 2)

    asyncio.run(run())


@rehearsal
async def test_an_error_may_hide_a_job_that_was_made(tmp_path):
    async with house(tmp_path, faults=Faults("s", {"server-error-created": 1.0})) as at:
        assert (await at.order()).status_code in (500, 502)
        assert len(at.books.orders()) == 1


@rehearsal
async def test_looks_may_fail_and_tell_states_that_nobody_knows(tmp_path):
    for name in ("poll-error", "unknown-word"):
        async with house(tmp_path, faults=Faults("s", {name: 1.0})) as at:
            told, seen = (await at.order()).json(), []
            for _ in range(5):
                try:
                    look = await at.http.get(told["status_url"], headers=FAL)
                    seen.append(look.json().get("status", look.status_code))
                except httpx.ReadError:
                    seen.append("reset")
            odd = [word for word in seen if word not in ("IN_QUEUE", "IN_PROGRESS")]
            assert 1 <= len(odd) <= 2
            assert seen[-1] == "IN_PROGRESS"


@rehearsal
async def test_what_a_clip_is_made_as_follows_the_fault(tmp_path):
    for name in ("short", "small", "mute"):
        async with house(tmp_path, faults=Faults("s", {name: 1.0})) as at:
            await at.order()
            await at.passed()
            (wanted,) = at.clips.wanted
            assert wanted.variant == name
            assert wanted.seconds == (Decimal("2.4") if name == "short" else 4)
            assert wanted.size == ((36, 64) if name == "small" else (72, 128))


@rehearsal
async def test_everything_goes_on_with_the_same_books_after_a_kill(tmp_path):
    clock, path = Clock(), tmp_path / "books.jsonl"
    works = (work(), work("Two", seconds=1000))
    books = Books.open(path, clock)
    async with house(tmp_path, fal(*works, in_flight=1), books=books, clock=clock) as at:
        one = (await at.order()).json()
        two = (await at.order(body={"prompt": "Two"})).json()
        await at.passed()
        assert (await at.http.get(one["status_url"], headers=FAL)).json()["status"] == "COMPLETED"
    left = tmp_path / "left.jsonl"
    left.write_bytes(path.read_bytes())
    books = Books.open(left, clock)
    async with house(tmp_path, fal(*works, in_flight=1), books=books, clock=clock) as at:
        assert (await at.http.get(two["status_url"], headers=FAL)).json()["status"] == "IN_PROGRESS"
        await at.passed(2000)
        for told in (one, two):
            result = (await at.http.get(told["response_url"], headers=FAL)).json()
            file = await at.http.get(result["video"]["url"])
            assert file.content == at.clips.path.read_bytes()
        assert at.books.billed() == Decimal("0.80")


@rehearsal
async def test_work_that_is_not_rehearsed_any_more_gives_its_place_to_others(tmp_path):
    clock, path = Clock(), tmp_path / "books.jsonl"
    old, new = fal(work("Old", seconds=100), in_flight=1), fal(work(), in_flight=1)
    books = Books.open(path, clock)
    async with house(tmp_path, old, books=books, clock=clock, clips=Never()) as at:
        told = (await at.order(body={"prompt": "Old"})).json()
    async with house(tmp_path, new, books=Books.open(path, clock), clock=clock) as at:
        assert (await at.http.get(told["status_url"], headers=FAL)).status_code == 404
        await at.order()
        await at.passed()
        states = [(order.state, order.usd) for order in at.books.orders()]
        assert states == [("failed", 0), ("done", Decimal("0.40"))]


@rehearsal
async def test_a_host_that_nobody_plays_is_told_so(tmp_path):
    async with house(tmp_path) as at:
        answer = await at.http.post("https://api.elsewhere.example/x", json=BODY, headers=FAL)
        assert answer.status_code == 421
        async with httpx.AsyncClient() as plain:
            direct = await plain.post(f"{at.server.url}/fal-ai/veo3.1/fast", json=BODY, headers=FAL)
        assert direct.status_code == 421
        assert at.books.orders() == ()


@rehearsal
async def test_what_is_no_http_is_refused_and_a_connection_may_end_anywhere(tmp_path):
    async with house(tmp_path) as at:
        port = int(at.server.url.rpartition(":")[2])
        for sent in (b"\x00\x01 nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nhost: x\r\ncontent-le"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            writer.write_eof()
            answer = await reader.read()
            assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
            writer.close()
            await writer.wait_closed()
        assert (await at.order()).status_code == 200


@rehearsal
async def test_one_connection_carries_many_calls(tmp_path):
    async with house(tmp_path) as at:
        told = (await at.order()).json()
        for _ in range(3):
            look = await at.http.get(told["status_url"], headers=FAL)
        assert look.status_code == 202
        pool = at.http._transport._inner._pool
        assert len(pool.connections) == 1


@rehearsal
async def test_a_thousand_jobs_run_side_by_side(tmp_path):
    works = [work(f"Number {number:04d}.") for number in range(1000)]
    async with house(tmp_path, fal(*works, in_flight=1000)) as at:
        room = asyncio.Semaphore(20)  # a client's own queue grows slow when it is long

        async def ordered(prompt):
            async with room:
                return (await at.order(body={"prompt": prompt})).json()

        async def looked(told):
            async with room:
                return (await at.http.get(told["status_url"], headers=FAL)).json()["status"]

        told = await asyncio.gather(*(ordered(one.request.prompt) for one in works))
        assert len({answer["request_id"] for answer in told}) == 1000
        assert {order.state for order in at.books.orders()} == {"running"}
        await at.passed()
        assert set(await asyncio.gather(*map(looked, told[::5]))) == {"COMPLETED"}
        assert at.books.billed() == Decimal("400.00")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", ""])
def test_an_address_that_others_can_reach_is_refused(tmp_path, host):
    with pytest.raises(NoRehearsal):
        Server((fal(work()),), folder=tmp_path, host=host, clips=Premade(tmp_path))


def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        async def run():
            async with Server((fal(work()),), folder=tmp_path, port=port, clips=Premade(tmp_path)):
                raise AssertionError("it started")

        with pytest.raises(NoRehearsal, match="does not start"):
            asyncio.run(run())


def test_two_providers_at_one_host_are_refused(tmp_path):
    twins = [Played(name, "http://127.0.0.1:8188", (work(),)) for name in ("comfyui", "sglang")]
    with pytest.raises(NoRehearsal, match="both reached at"):
        Server(twins, folder=tmp_path, clips=Premade(tmp_path))


def test_a_server_in_a_thread_serves_a_program_with_a_loop_of_its_own(tmp_path):
    clips = Premade(tmp_path)

    async def run(url):
        async with client(url) as http:
            return await http.post(ENDPOINT, json=BODY, headers=FAL)

    with start_thread(lambda: Server((fal(work()),), folder=tmp_path, clips=clips)) as server:
        assert asyncio.run(run(server.url)).status_code == 200
        assert len(server.books.orders()) == 1


def test_a_server_in_a_thread_that_does_not_start_says_why(tmp_path):
    def make():
        return Server((fal(work()),), folder=tmp_path, host="0.0.0.0", clips=Premade(tmp_path))

    with pytest.raises(NoRehearsal), start_thread(make):
        raise AssertionError("it started")


async def through(at: House, prompts):
    """Order some works until each is taken, and what became of each by its prompt."""
    for prompt in prompts:
        for _ in range(6):
            try:
                answer = await at.order(body={"prompt": prompt})
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                break
    await at.passed(10_000)
    return {
        order.entry.work: (order.ending, order.entry.variant, order.usd, order.entry.seconds)
        for order in at.books.orders()
        if order.entry.number == 0
    }


def test_a_seed_replays_whatever_the_order_of_arrival(tmp_path):
    works = [work(f"Number {number:02d}.") for number in range(40)]
    prompts = [one.request.prompt for one in works]

    async def run(order):
        async with house(tmp_path, fal(*works), faults=Faults.mixed(0.9, "seed")) as at:
            return await through(at, order)

    ends = asyncio.run(run(prompts))
    assert len({end for end, *_ in ends.values()}) > 1
    assert asyncio.run(run(prompts[::-1])) == ends


def test_kling_and_fal_are_played_side_by_side(tmp_path):
    clip = work(endpoint="text-to-video/kling-3.0", provider="kling", usd="0.84")

    async def run():
        async with house(tmp_path, fal(work()), kling(clip)) as at:
            await at.order()
            body = {"prompt": clip.request.prompt, "options": {"external_task_id": "mine"}}
            assert (await at.order(f"{TASKS}/text-to-video/kling-3.0", body, KLING)).json()["data"]
            await at.passed()
            assert (at.books.billed("fal"), at.books.billed("kling")) == (
                Decimal("0.40"),
                Decimal("0.84"),
            )
            assert at.books.billed() == Decimal("1.24")

    asyncio.run(run())


@pytest.mark.parametrize("fault", ["rate-limit", "overload", "server-error", "bad-input"])
def test_errors_quote_the_key_so_that_clients_must_cut_it_out(tmp_path, fault):
    clip = work(endpoint="text-to-video/kling-3.0", provider="kling")

    async def run():
        faults = Faults("seed-3", {fault: 1.0})
        async with house(tmp_path, fal(work()), kling(clip), faults=faults) as at:
            answers = [await at.order()]
            url = f"{TASKS}/text-to-video/kling-3.0"
            answers.append(await at.order(url, {"prompt": clip.request.prompt}, KLING))
            assert any(KEY in json.dumps(answer.json()) for answer in answers)
            assert all(answer.status_code >= 400 for answer in answers)

    asyncio.run(run())


def test_a_clip_keeps_its_bytes_between_looks(tmp_path):
    digest = hashlib.sha256(Premade(tmp_path).path.read_bytes()).hexdigest()

    async def run():
        async with house(tmp_path) as at:
            _, link = await finished(at)
            for _ in range(2):
                got = await at.http.get(link)
                assert hashlib.sha256(got.content).hexdigest() == digest

    asyncio.run(run())
