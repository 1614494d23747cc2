"""What fal alone does: its storage, its addresses, and the shapes of its results."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import ordered
from tests.providers.at_work import KEY, ordered_at, staged
from tests.providers.loopback import RESET, Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes.fal import (
    LINK,
    PLATFORM,
    QUEUE,
    REQUEST,
    accepts,
    done,
    is_state,
    priced,
    state,
)
from vidgen.errors import ProviderError
from vidgen.job import Failed, Input, Running, Succeeded
from vidgen.providers.fal import Fal
from vidgen.providers.wire import clients

VEO = next(route for route in routes() if route.name == "fal:veo-3.1")
MB = 1_000_000


def big(at, name="big.png", size=3 * MB + 1):
    (at.project / "stills" / name).write_bytes(bytes(size))
    return Input(f"stills/{name}", "9" * 64)


def from_still(**more):
    return ordered(VEO, "first_frame", **more)


def submit(at, request, **turned):
    return ordered_at("fal", at, request, **turned)


def outcome(at, reply, **told):
    """What one look says where the result is this."""

    async def work(stage):
        ticket = await stage.provider.submit(from_still(), idempotency="j1:one.1")
        stage.look = lambda call: state("COMPLETED", **told) if is_state(call) else reply
        return await stage.provider.poll(ticket)

    return staged("fal", at, work)


def test_the_body_is_the_models_input_and_nothing_more(at):
    request = from_still(audio=False, negative_prompt="text")
    (call,), _ = submit(at, request)
    assert (call.method, call.host) == ("POST", "queue.fal.run")
    assert call.path == "/fal-ai/veo3.1/image-to-video"
    assert call.headers["authorization"] == f"Key {KEY}"
    assert "x-fal-no-retry" not in call.headers
    found = call.json()
    assert found.pop("image_url").startswith("data:image/png;base64,")
    assert found == {
        "prompt": "coffee", "aspect_ratio": request.aspect, "resolution": "720p",
        "duration": "4s", "generate_audio": False, "negative_prompt": "text", "auto_fix": False,
    }  # fmt: skip


def test_a_large_file_is_uploaded_before_the_paid_call_and_its_place_gets_no_key(at):
    calls, ticket = submit(at, from_still(first_frame=big(at)))
    asked, put, paid = calls
    assert (asked.method, asked.host) == ("POST", "rest.fal.ai")
    assert asked.path == "/storage/upload/initiate"
    assert asked.query == {"storage_type": "fal-cdn-v3"}
    assert asked.json() == {"content_type": "image/png", "file_name": "big.png"}
    assert asked.headers["authorization"] == f"Key {KEY}"
    assert (put.method, put.host) == ("PUT", "v3b.fal.media")
    assert put.headers["content-type"] == "image/png"
    assert len(put.body) == 3 * MB + 1
    assert KEY not in repr(put)
    assert paid.json()["image_url"] == "https://v3b.fal.media/files/b/big.png"
    assert ticket["request_id"] == REQUEST


def test_files_go_inside_the_body_while_all_of_them_are_few_megabytes(at):
    first, last = big(at, "one.png", 2 * MB), big(at, "two.png", 2 * MB)
    request = ordered(VEO, "first_last", first_frame=first, last_frame=last)
    calls, _ = submit(at, request)
    found = calls[-1].json()
    assert found["first_frame_url"].startswith("data:")
    assert found["last_frame_url"] == "https://v3b.fal.media/files/b/two.png"


def test_a_file_too_large_for_one_piece_is_refused_here(at):
    calls, error = submit(at, from_still(first_frame=big(at, size=90 * MB + 1)))
    assert (error.kind, calls) == ("input", [])
    assert "big.png" in error.message


@pytest.mark.parametrize(
    ("method", "reply", "kind"),
    [
        ("POST", Reply(401, {"detail": "no"}), "key"),
        ("POST", Reply(403, {"detail": "User is locked. Reason: TOP_UP"}), "credit"),
        ("POST", Reply(404, {"detail": "Not Found"}), "provider"),
        ("POST", Reply(429, {"detail": "slow down"}), "limit"),
        ("POST", Reply(500, {"detail": "oh"}), "overload"),
        ("POST", Reply(200, b"<html>"), "overload"),
        ("POST", Reply(200, {"file_url": "https://v3b.fal.media/x"}), "provider"),
        ("POST", RESET, "overload"),
        ("PUT", Reply(403, b"<Error/>"), "provider"),
        ("PUT", Reply(503, b"<Error/>"), "overload"),
        ("PUT", RESET, "overload"),
    ],
)
def test_an_upload_that_fails_costs_nothing_and_leaves_no_doubt(method, reply, kind, at):
    async def work(stage):
        plain = stage.answer
        server = stage.server
        server.answer = lambda call: reply if call.method == method else plain(call)
        with pytest.raises(ProviderError) as caught:
            await stage.provider.submit(from_still(first_frame=big(at)), idempotency="j1:one.1")
        return caught.value, stage.bought

    error, bought = staged("fal", at, work)
    assert (error.kind, error.charged) == (kind, False)
    assert not bought


def test_a_stand_in_on_this_machine_is_its_own_storage(at):
    async def work():
        async with Loopback(lambda call: Reply(500)) as server:
            server.answer = lambda call: (
                Reply(200, {"upload_url": f"{server.url}/put", "file_url": f"{server.url}/get"})
                if call.path.startswith("/storage/")
                else Reply(200, {"request_id": "one"})
            )
            http = clients()
            fal = Fal(replace(at, base_url=server.url, http=http))
            ticket = await fal.submit(from_still(first_frame=big(at)), idempotency="j1:one.1")
            await http.aclose()
            return server, ticket

    server, ticket = asyncio.run(work())
    assert [call.path for call in server.calls] == [
        "/storage/upload/initiate", "/put", "/fal-ai/veo3.1/image-to-video",
    ]  # fmt: skip
    assert server.calls[-1].json()["first_frame"] == f"{server.url}/get"
    assert ticket["status_url"] == f"{server.url}/fal-ai/veo3.1/requests/one/status"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://thief.test/status",
        "http://queue.fal.run/status",
        "https://queue.fal.run.thief.test/status",
        "https://queue.fal.run@thief.test/status",
        "https://queue.fal.run:8443/status",
        "https://name:word@queue.fal.run/status",
        "//thief.test/status",
        "",
        None,
        7,
    ],
)
def test_an_address_elsewhere_is_not_taken_over(elsewhere, at):
    def pointing(call):
        reply = accepts(call)
        return replace(reply, body=reply.body | {"status_url": elsewhere, "cancel_url": elsewhere})

    _, ticket = submit(at, from_still(), paid=pointing)
    assert ticket["status_url"] == f"{QUEUE}/fal-ai/veo3.1/requests/{REQUEST}/status"
    assert ticket["cancel_url"] == f"{QUEUE}/fal-ai/veo3.1/requests/{REQUEST}/cancel"


def test_fals_own_addresses_are_kept_as_they_came(at):
    def pointing(call):
        reply = accepts(call)
        return replace(reply, body=reply.body | {"status_url": f"{QUEUE}/elsewhere/status"})

    _, ticket = submit(at, from_still(), paid=pointing)
    assert ticket["status_url"] == f"{QUEUE}/elsewhere/status"


@pytest.mark.parametrize(
    ("endpoint", "owner"),
    [
        ("fal-ai/veo3.1", "fal-ai/veo3.1"),
        ("fal-ai/kling-video/v3/pro/text-to-video", "fal-ai/kling-video"),
        ("workflows/someone/flow", "workflows/someone/flow"),
        ("comfy/someone/graph/run", "comfy/someone/graph"),
    ],
)
def test_a_job_is_found_under_the_first_parts_of_its_endpoint(endpoint, owner, at):
    request = replace(from_still(), endpoint=endpoint)
    ticket = Fal(replace(at, base_url=QUEUE)).adopt(request, "abc-1")
    assert ticket["response_url"] == f"{QUEUE}/{owner}/requests/abc-1"
    assert ticket["cancel_url"] == f"{QUEUE}/{owner}/requests/abc-1/cancel"


@pytest.mark.parametrize("identifier", ["", "a b", "../up", "a/b", "x" * 129, "https://fal.ai/1"])
def test_what_is_no_request_id_is_not_taken_over(identifier, at):
    with pytest.raises(ProviderError) as caught:
        Fal(replace(at, base_url=QUEUE)).adopt(from_still(), identifier)
    assert caught.value.kind == "input"


@pytest.mark.parametrize(
    ("told", "media"),
    [
        ({"video": {"url": LINK}}, LINK),
        ({"video": LINK}, LINK),
        ({"images": [{"url": LINK}, {"url": "https://v3.fal.media/2"}]}, LINK),
        ({"images": [LINK]}, LINK),
        ({"video": {"url": "data:video/mp4;base64,AAAA"}}, "data:video/mp4;base64,AAAA"),
    ],
)
def test_the_media_is_found_in_every_shape_of_result(told, media, at):
    assert outcome(at, Reply(200, told)) == Succeeded(media)


@pytest.mark.parametrize("seed", [0, 7, 2**40])
def test_the_seed_that_was_used_is_told(seed, at):
    assert outcome(at, Reply(200, {"video": LINK, "seed": seed})) == Succeeded(LINK, seed=seed)


@pytest.mark.parametrize(
    "told",
    [{}, {"video": None}, {"video": {}}, {"images": []}, {"images": [None]}, {"video": "/etc/x"},
     {"video": {"url": "file:///etc/passwd"}}, {"video": 7}],
)  # fmt: skip
def test_a_result_without_a_link_is_left_to_a_person(told, at):
    status = outcome(at, Reply(200, told))
    assert isinstance(status, Failed)
    assert (status.kind, status.charged) == ("unknown", None)


def test_words_name_the_field_that_is_at_fault(at):
    detail = [
        {"loc": ["body", "image_url"], "msg": "too small", "type": "image_too_small"},
        {"loc": ["body", "elements", 0, "url"], "msg": "missing", "type": "missing"},
    ]
    status = outcome(at, Reply(422, {"detail": detail}))
    assert status.reason == "image_url: too small; elements.0.url: missing"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, {"detail": "Internal error"}),
        Reply(500, {"detail": "Internal error", "error_type": None}),
        Reply(500, {"detail": "Internal error", "error_type": "internal_error"}),
        Reply(503, {"detail": "no runner"}, {"x-fal-error-type": "runner_connection_error"}),
        Reply(502, b"<html>"),
        Reply(403, {"detail": "User is locked. Reason: TOP_UP"}),
        Reply(404, {"detail": "gone"}),
        Reply(429, {"detail": "slow down", "error_type": "rate_limit"}),
        Reply(200, b"{"),
    ],
)
def test_a_gate_that_stumbles_before_a_result_loses_no_clip(reply, at):
    with pytest.raises(ProviderError):
        outcome(at, reply, error=None)


def test_a_result_that_is_not_there_yet_is_waited_for(at):
    async def work(stage):
        ticket = await stage.provider.submit(from_still(), idempotency="j1:one.1")
        yet = Reply(400, {"detail": "Request is still in progress"})
        stage.look = lambda call: done(call) if is_state(call) else yet
        return await stage.provider.poll(ticket)

    assert isinstance(staged("fal", at, work), Running)


@pytest.mark.parametrize(
    ("status", "fine"), [(202, True), (400, True), (404, True), (401, False), (500, False)]
)
def test_stopping_what_is_over_or_unknown_is_no_error(status, fine, at):
    async def work(stage):
        ticket = await stage.provider.submit(from_still(), idempotency="j1:one.1")
        plain = stage.answer
        stage.server.answer = lambda call: (
            Reply(status, {"status": "X"}) if call.method == "PUT" else plain(call)
        )
        try:
            await stage.provider.cancel(ticket)
        except ProviderError:
            return False, stage.calls
        return True, stage.calls

    went, calls = staged("fal", at, work)
    assert went is fine
    assert calls[-1].path == f"/fal-ai/veo3.1/requests/{REQUEST}/cancel"


def finished(at, units, price, looks=1):
    """What so many looks of one instance at a finished job say, and every call about prices."""
    headers = {} if units is None else {"x-fal-billable-units": units}

    def look(call):
        if call.host == PLATFORM:
            return price(call)
        result = Reply(200, {"video": LINK}, headers)
        return state("COMPLETED") if is_state(call) else result

    async def work(stage):
        ticket = await stage.provider.submit(from_still(), idempotency="j1:one.1")
        stage.look = look
        provider = stage.provider
        found = [await provider.poll(ticket) for _ in range(looks)]
        return found, [call for call in stage.calls if call.host == PLATFORM]

    return staged("fal", at, work)


def test_a_finished_job_costs_its_billed_units_at_the_price_of_its_endpoint(at):
    (first, again), (call,) = finished(at, "5.041", priced, looks=2)
    assert first == again == Succeeded(LINK, Decimal("2.0164"))
    assert (call.method, call.path) == ("GET", "/v1/models/pricing")
    assert call.query == {"endpoint_id": "fal-ai/veo3.1/image-to-video"}
    assert call.headers["authorization"] == f"Key {KEY}"


def listed(**turned):
    """Prices in which something is other than asked for."""
    one = {"endpoint_id": "fal-ai/veo3.1/image-to-video", "unit_price": 0.4, "currency": "USD"}
    return Reply(200, {"prices": [one | turned]})


@pytest.mark.parametrize(
    "reply",
    [
        listed(endpoint_id="fal-ai/veo3.1"),
        listed(currency="EUR"),
        listed(currency=None),
        listed(unit_price=0),
        listed(unit_price=-1),
        listed(unit_price="much"),
        listed(unit_price=None),
        Reply(200, {"prices": ["x"]}),
        Reply(200, {"prices": None}),
        Reply(200, []),
        Reply(200, b"<html>"),
        Reply(401, {"error": {"type": "authorization_error", "message": "no"}}),
        Reply(404, {"error": {"type": "not_found", "message": "no"}}),
        Reply(429, {"error": {"type": "rate_limited", "message": "slow down"}}),
        Reply(500, {"error": {"type": "server_error", "message": "oh"}}),
        RESET,
    ],
    ids=repr,
)
def test_a_price_that_is_not_told_fails_no_job_and_is_asked_for_again(reply, at):
    found, calls = finished(at, "5.041", lambda call: reply, looks=2)
    assert found == [Succeeded(LINK)] * 2
    assert len(calls) == 2


@pytest.mark.parametrize("units", [None, "", "0", "-3", "NaN", "Infinity", "five"])
def test_without_a_billed_quantity_nobody_is_asked_and_no_cost_is_told(units, at):
    assert finished(at, units, priced) == ([Succeeded(LINK)], [])


def test_what_failed_has_no_price_asked_for(at):
    told = Reply(422, {"detail": "bad aspect"}, {"x-fal-billable-units": "5"})

    async def work(stage):
        ticket = await stage.provider.submit(from_still(), idempotency="j1:one.1")
        stage.look = lambda call: state("COMPLETED") if is_state(call) else told
        return await stage.provider.poll(ticket), stage.calls

    status, calls = staged("fal", at, work)
    assert isinstance(status, Failed)
    assert PLATFORM not in {call.host for call in calls}


def checked(at, reply):
    """What the check of a key says or raises, and the calls it made."""

    async def work(stage):
        stage.look = lambda call: reply
        try:
            return await stage.provider.check_key(), stage.calls
        except ProviderError as error:
            return error, stage.calls

    return staged("fal", at, work)


def test_a_key_that_is_told_a_price_is_known(at):
    said, (call,) = checked(at, listed())
    assert said == ""
    assert (call.method, call.host, call.path) == ("GET", PLATFORM, "/v1/models/pricing")


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (Reply(401, {"error": {"message": "Invalid API key"}}), "key", "Invalid API key"),
        (Reply(403, {"detail": "User is locked. Reason: TOP_UP"}), "credit", "TOP_UP"),
        (Reply(429, {"error": {"message": "slow down"}}), "limit", "slow down"),
        (Reply(500, b"<html>"), "overload", "500"),
        (RESET, "overload", "no answer"),
    ],
)
def test_a_key_that_is_told_none_is_refused_in_fals_words(reply, kind, says, at):
    error, _ = checked(at, reply)
    assert error.kind == kind
    assert says in error.message
