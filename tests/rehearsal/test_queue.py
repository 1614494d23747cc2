"""fal's queue as its clients know it, by raw calls."""

import asyncio
from decimal import Decimal

import pytest

from tests.rehearsal.stage import BODY, ENDPOINT, FAL, KEY, QUEUE, fal, house, rehearsal, work
from vidgen.job import Running, Succeeded
from vidgen.providers import Session
from vidgen.providers.fal import Fal
from vidgen.providers.wire import clients
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.play import Played

INITIATE = "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3"
PRICES = "https://api.fal.ai/v1/models/pricing"


async def state(at, told):
    answer = await at.http.get(told["status_url"], headers=FAL)
    return answer.json()


@rehearsal
async def test_an_order_goes_through_the_queue_to_its_clip(tmp_path):
    slow = work("Another", seconds=30)
    async with house(tmp_path, fal(work(seed=7), slow, in_flight=1)) as at:
        told = (await at.order()).json()
        behind = (await at.order(body={"prompt": "Another"})).json()
        name = told["request_id"]
        # only the first two parts of the endpoint's path
        assert told["status_url"] == f"{QUEUE}/fal-ai/veo3.1/requests/{name}/status"
        assert told["response_url"] == f"{QUEUE}/fal-ai/veo3.1/requests/{name}"
        assert told["cancel_url"] == f"{QUEUE}/fal-ai/veo3.1/requests/{name}/cancel"
        assert (await state(at, told))["status"] == "IN_PROGRESS"
        waits = await state(at, behind)
        assert (waits["status"], waits["queue_position"]) == ("IN_QUEUE", 0)
        early = await at.http.get(told["response_url"], headers=FAL)
        assert (early.status_code, early.json()["detail"]) == (400, "Request is still in progress")
        await at.passed()
        ended = await state(at, told)
        assert ended["status"] == "COMPLETED"
        assert "error" not in ended
        result = await at.http.get(told["response_url"], headers=FAL)
        assert result.headers["x-fal-billable-units"] == "8"  # of 0.05, for 0.40
        video = result.json()["video"]
        assert (video["content_type"], video["file_size"]) == ("video/mp4", 100_000)
        assert result.json()["seed"] == 7


@rehearsal
async def test_an_address_in_a_space_of_many_keeps_three_parts(tmp_path):
    async with house(tmp_path, fal(work(endpoint="workflows/me/film/fast"))) as at:
        told = (await at.order(f"{QUEUE}/workflows/me/film/fast")).json()
        assert told["status_url"].startswith(f"{QUEUE}/workflows/me/film/requests/")
        assert (await state(at, told))["status"] == "IN_PROGRESS"


@rehearsal
async def test_a_still_comes_as_a_list_of_pictures(tmp_path):
    async with house(tmp_path, fal(work(still=True, duration=None))) as at:
        told = (await at.order()).json()
        await at.passed()
        result = await at.http.get(told["response_url"], headers=FAL)
        (picture,) = result.json()["images"]
        assert picture["url"].endswith(".png")
        assert (picture["width"], picture["height"]) == (72, 128)
        assert result.headers["x-fal-billable-units"] == "8"


@pytest.mark.parametrize("usd", ["0.40", "0.2025", "0.0875", "3.99", "0.00013"])
def test_what_was_billed_is_a_quantity_of_units_whose_price_another_host_tells(tmp_path, usd):
    async def run():
        async with house(tmp_path, fal(work(usd=usd))) as at:
            told = (await at.order()).json()
            await at.passed()
            result = await at.http.get(told["response_url"], headers=FAL)
            asked = f"{PRICES}?endpoint_id=fal-ai/veo3.1/fast,fal-ai/film"
            prices = (await at.http.get(asked, headers=FAL)).json()["prices"]
            assert [one["endpoint_id"] for one in prices] == ["fal-ai/veo3.1/fast", "fal-ai/film"]
            assert {one["currency"] for one in prices} == {"USD"}
            price = Decimal(str(prices[0]["unit_price"]))
            assert Decimal(result.headers["x-fal-billable-units"]) * price == at.books.billed()
            assert at.books.billed() == Decimal(usd)

    asyncio.run(run())


@rehearsal
async def test_the_adapter_reads_back_what_the_books_say_was_billed(tmp_path):
    one = work(usd="0.2025")
    async with house(tmp_path, fal(one)) as at:
        http = clients(at.server.url)
        adapter = Fal(Session(tmp_path, tmp_path, tmp_path, base_url=QUEUE, key=KEY, http=http))
        assert await adapter.check_key() == ""
        ticket = await adapter.submit(one.request, idempotency="j1:one.1")
        assert await adapter.poll(ticket) == Running()
        await at.passed()
        status = await adapter.poll(ticket)
        await http.aclose()
        assert isinstance(status, Succeeded)
        assert status.cost_usd == at.books.billed() == Decimal("0.2025")


@rehearsal
async def test_a_price_that_nobody_knows_is_no_quantity(tmp_path):
    async with house(tmp_path, fal(work(usd=None))) as at:
        told = (await at.order()).json()
        await at.passed()
        result = await at.http.get(told["response_url"], headers=FAL)
        assert result.is_success
        assert "x-fal-billable-units" not in result.headers
        assert len(at.books.unpriced()) == 1


@rehearsal
async def test_prices_are_told_for_a_key_and_up_to_fifty_endpoints(tmp_path):
    async with house(tmp_path) as at:
        assert (await at.http.get(f"{PRICES}?endpoint_id=fal-ai/film")).status_code == 401
        for query, status in (
            ("", 422),
            ("?endpoint_id=", 422),
            (f"?endpoint_id={','.join(['fal-ai/film'] * 51)}", 422),
            ("?endpoint_id=fal-ai/film", 200),
        ):
            answer = await at.http.get(f"{PRICES}{query}", headers=FAL)
            assert answer.status_code == status
        posted = await at.http.post(PRICES, json={}, headers=FAL)
        assert posted.status_code == 404


@rehearsal
async def test_a_key_is_wanted_and_the_right_word_before_it(tmp_path):
    async with house(tmp_path) as at:
        for headers in ({}, {"authorization": "Bearer sk-some-key"}, {"authorization": "Key"}):
            assert (await at.order(headers=headers)).status_code == 401
        assert at.books.orders() == ()


@rehearsal
async def test_an_order_that_nobody_planned_is_bad_input(tmp_path):
    async with house(tmp_path) as at:
        answer = await at.order(body={"prompt": "Something else"})
        assert answer.status_code == 422
        (detail,) = answer.json()["detail"]
        assert set(detail) >= {"loc", "msg", "type"}
        assert (await at.http.get(f"{QUEUE}/fal-ai/x/requests/no/status", headers=FAL)).is_error
        assert (await at.http.post(ENDPOINT, content=b"no json", headers=FAL)).status_code == 422
        assert (await at.http.delete(ENDPOINT, headers=FAL)).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"prompt": 7},
        {"image_url": ["https://x.test/a.png"]},
        {"image_url": {"url": "https://x.test/a.png"}},
        {"image_urls": "https://x.test/a.png"},
        {"image_urls": [7]},
    ],
    ids=repr,
)
def test_a_body_that_no_model_would_take_is_not_taken(tmp_path, sent):
    async def run():
        async with house(tmp_path) as at:
            answer = await at.order(body={**BODY, **sent})
            assert (answer.status_code, at.books.orders()) == (422, ())

    asyncio.run(run())


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("moderation", 422, "content_policy_violation"),
        ("bad-input", 422, "literal_error"),
    ],
)
def test_a_refused_work_says_its_type_and_stays_refused(tmp_path, fault, status, kind):
    async def run():
        async with house(tmp_path, faults=Faults("s", {fault: 1.0})) as at:
            for _ in range(5):
                answer = await at.order()
                assert answer.status_code == status
                assert answer.json()["detail"][0]["type"] == kind
            assert at.books.orders() == ()
            assert at.books.refused() == {fault: 5}

    asyncio.run(run())


@rehearsal
async def test_an_empty_account_is_a_locked_user(tmp_path):
    async with house(tmp_path, faults=Faults("s", {"no-credit": 1.0})) as at:
        answer = await at.order()
        assert answer.status_code == 403
        assert answer.json()["detail"].startswith("User is locked")


@pytest.mark.parametrize(
    ("fault", "status", "kind", "units"),
    [
        ("provider-failure", 500, "internal_server_error", "0"),
        ("failure-billed", 422, "no_media_generated", "8"),
        ("moderation-late", 422, "content_policy_violation", "0"),
    ],
)
def test_a_failed_job_is_completed_and_its_result_says_why(tmp_path, fault, status, kind, units):
    async def run():
        async with house(tmp_path, faults=Faults("s", {fault: 1.0})) as at:
            told = (await at.order()).json()
            await at.passed()
            ended = await state(at, told)
            assert (ended["status"], ended["error_type"]) == ("COMPLETED", kind)
            result = await at.http.get(told["response_url"], headers=FAL)
            assert result.status_code == status
            assert result.json()["detail"][0]["type"] == kind
            assert result.headers["x-fal-billable-units"] == units
            assert bool(at.books.billed()) == (units == "8")

    asyncio.run(run())


@rehearsal
async def test_a_waiting_job_is_cancelled_and_a_running_one_only_told(tmp_path):
    async with house(tmp_path, fal(work(), work("Another"), in_flight=1)) as at:
        told = (await at.order()).json()
        behind = (await at.order(body={"prompt": "Another"})).json()
        for one in (told, behind):
            answer = await at.http.put(one["cancel_url"], headers=FAL)
            assert (answer.status_code, answer.json()["status"]) == (202, "CANCELLATION_REQUESTED")
        assert (await at.http.get(behind["status_url"], headers=FAL)).status_code == 404
        again = await at.http.put(behind["cancel_url"], headers=FAL)
        assert (again.status_code, again.json()["status"]) == (404, "NOT_FOUND")
        await at.passed()
        late = await at.http.put(told["cancel_url"], headers=FAL)
        assert (late.status_code, late.json()["status"]) == (400, "ALREADY_COMPLETED")
        assert [order.state for order in at.books.orders()] == ["done", "cancelled"]
        other = told["cancel_url"].replace(told["request_id"], "no-such-id")
        assert (await at.http.put(other, headers=FAL)).status_code == 404


@rehearsal
async def test_a_file_is_announced_put_and_used(tmp_path):
    still = work(mode="first_frame")
    png = b"\x89PNG\r\n\x1a\n" + bytes(100)
    async with house(tmp_path, fal(still)) as at:
        words = {"content_type": "image/png", "file_name": "cup.png"}
        told = (await at.http.post(INITIATE, json=words, headers=FAL)).json()
        put = await at.http.put(told["upload_url"], content=png)
        assert put.status_code == 200
        assert (await at.http.get(told["file_url"])).content == png
        await at.order(body={**BODY, "image_url": told["file_url"]})
        await at.passed()
        (wanted,) = at.clips.wanted
        assert wanted.first.read_bytes() == png
        assert wanted.last is None
        other = told["upload_url"][:-4] + "beef"
        assert (await at.http.put(other, content=png)).status_code == 403
        assert (await at.http.post(INITIATE, json=words)).status_code == 401


@rehearsal
async def test_two_files_of_one_name_have_two_links(tmp_path):
    async with house(tmp_path) as at:
        words = {"content_type": "image/png", "file_name": "cup.png"}
        told = [(await at.http.post(INITIATE, json=words, headers=FAL)).json() for _ in range(2)]
        assert told[0]["file_url"] != told[1]["file_url"]


@rehearsal
async def test_a_provider_under_a_path_is_played_by_the_stand_in(tmp_path):
    one = Played("luma", "https://agents.example.test/v1", (work(endpoint="ray"),))
    async with house(tmp_path, one) as at:
        told = (await at.order("https://agents.example.test/v1/ray")).json()
        assert told["status_url"].startswith("https://agents.example.test/v1/ray/requests/")
        assert (await state(at, told))["status"] == "IN_PROGRESS"
        assert (await at.order("https://agents.example.test/ray")).status_code == 404
