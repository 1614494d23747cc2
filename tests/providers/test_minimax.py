"""What only MiniMax does: refusals inside HTTP 200, a file behind a clip, stills, taking back."""

import json

import pytest

from tests.providers.at_work import refused, visited
from tests.providers.loopback import RESET
from tests.providers.tapes import Reply
from tests.providers.tapes.minimax import (
    FILE,
    LINK,
    STILL,
    TAPE,
    TASK,
    base,
    missing,
    no,
    record,
    task,
    wrong,
)
from tests.providers.test_minimax_bodies import ASKED, v1
from tests.providers.test_minimax_bodies import STILL as PICTURE
from vidgen.errors import ProviderError
from vidgen.job import Failed, Running, Succeeded
from vidgen.providers import Session
from vidgen.providers.minimax import MiniMax

KEY = "sk-api-that-nobody-may-see"
HOST = "api.minimax.io"
NEW = {"api": "v2", "id": TASK}
OLD = {"api": "v1", "id": TASK}
HAILUO = v1("MiniMax-Hailuo-2.3")


def house(folder, key=KEY, base_url=f"https://{HOST}/"):
    """A session at MiniMax's own address, with a slash at its end as people write it."""
    return Session(folder, folder, folder, base_url=base_url, key=key)


def at_work(answer, work, folder=None, **more):
    return visited(MiniMax, house(folder, **more), answer, work)


def failing(answer, work, folder=None, **more):
    return refused(MiniMax, house(folder, **more), answer, work)


def submitting(request=ASKED):
    return lambda provider: provider.submit(request, idempotency="j2:one.1")


def polling(ticket=NEW):
    return lambda provider: provider.poll(ticket)


def always(reply):
    return lambda call: reply


def everything(call):
    """All is well: orders, uploads, looks."""
    if TAPE.pays(call):
        return TAPE.accepts(call)
    return TAPE.done(call) if call.method == "GET" else TAPE.serves(call)


@pytest.mark.parametrize(("request_", "path"), [(ASKED, "/v2"), (HAILUO, "/v1")])
def test_an_order_is_one_post_and_its_ticket_names_its_generation(request_, path):
    found, (call,) = at_work(TAPE.accepts, submitting(request_))
    assert found == {"api": path[1:], "id": TASK} == json.loads(json.dumps(found))
    assert (call.method, call.path) == ("POST", f"{path}/video_generation")
    assert (call.host, call.headers["authorization"]) == (HOST, f"Bearer {KEY}")
    assert call.query == {}


def test_a_task_named_by_a_number_is_a_task():
    found, _ = at_work(always(Reply(200, {"task_id": int(TASK), **base()})), submitting(HAILUO))
    assert found == OLD


def test_a_key_of_china_is_sent_to_china():
    _, (call,) = at_work(TAPE.accepts, submitting(), base_url="https://api.minimaxi.com")
    assert call.host == "api.minimaxi.com"


# A clip of /v1: task, file, link


@pytest.mark.parametrize("file", [FILE, int(FILE)])
def test_a_finished_clip_is_looked_up_by_its_file(file):
    def answer(call):
        done = record("Success", file_id=file)
        return done if call.path == "/v1/query/video_generation" else TAPE.done(call)

    found, calls = at_work(answer, polling(OLD))
    assert found == Succeeded(LINK)
    assert [(call.method, call.path, call.query) for call in calls] == [
        ("GET", "/v1/query/video_generation", {"task_id": TASK}),
        ("GET", "/v1/files/retrieve", {"file_id": FILE}),
    ]


@pytest.mark.parametrize("word", ["Preparing", "Queueing", "Processing"])
def test_a_task_of_the_older_api_that_is_not_over_is_looked_at_once(word):
    found, calls = at_work(always(record(word)), polling(OLD))
    assert found == Running()
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (record("Fail"), "provider", "does not say why"),
        (record("Fail", 1000, "unknown error"), "provider", "unknown error (code 1000)"),
        (record("Fail", 1026, "input new_sensitive"), "moderation", "(code 1026)"),
        (record("Fail", 1027, "output new_sensitive"), "moderation", "output"),
        (no(1027, "output new_sensitive"), "moderation", "output"),
        (record("Success"), "unknown", "without a file"),
    ],
)
def test_a_clip_of_the_older_api_that_came_to_nothing(reply, kind, says):
    found, _ = at_work(always(reply), polling(OLD))
    assert isinstance(found, Failed)
    assert (found.kind, found.charged) == (kind, None)
    assert says in found.reason


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (no(1002, "rate limit"), "limit"),
        (no(1013, "internal service error"), "overload"),
        (no(2013, "invalid params, file_id"), "gone"),
        (RESET, "overload"),
    ],
)
def test_a_file_that_cannot_be_looked_up_says_nothing_of_the_task(reply, kind):
    def answer(call):
        return reply if call.path == "/v1/files/retrieve" else TAPE.done(call)

    assert failing(answer, polling(OLD))[0].kind == kind


def test_a_file_without_a_link_is_no_clip():
    def answer(call):
        bare = Reply(200, {"file": {"file_id": FILE}, **base()})
        return bare if call.path == "/v1/files/retrieve" else TAPE.done(call)

    found, _ = at_work(answer, polling(OLD))
    assert isinstance(found, Failed)
    assert found.kind == "unknown"


# Refusals


@pytest.mark.parametrize("request_", [ASKED, HAILUO, PICTURE], ids=["v2", "v1", "still"])
def test_the_same_code_means_the_same_everywhere(request_):
    cases = {1008: "credit", 1004: "key", 1026: "moderation", 1039: "limit", 1001: "ambiguous"}
    for code, kind in cases.items():
        error, calls = failing(always(no(code, f"because of {code}")), submitting(request_))
        assert (error.kind, len(calls)) == (kind, 1)
        assert f"because of {code}" in error.message


def test_a_refusal_says_its_code_once_and_its_request_and_what_to_do():
    refusal = wrong(402, "insufficient_balance_error", "insufficient balance (1008)")
    error, _ = failing(always(refusal), submitting())
    assert error.message.count("1008") == 1
    assert "r-1" in error.message
    assert "credit" in error.hint
    error, _ = failing(always(no(2061, "not in your plan")), submitting())
    assert "(code 2061)" in error.message
    assert "pay-as-you-go" in error.hint


def test_the_key_is_cut_out_of_what_comes_back():
    told = f"the key {KEY} is wrong"
    assert KEY not in failing(always(no(1004, told)), submitting())[0].message
    found, _ = at_work(always(task("failed", error={"message": told})), polling())
    assert "the key" in found.reason
    assert KEY not in found.reason


# Stills


def test_a_still_is_its_tickets_own_link_and_a_look_asks_for_a_byte_of_it():
    async def work(provider):
        ticket = await provider.submit(PICTURE, idempotency="j2:one.1")
        return ticket, await provider.poll(json.loads(json.dumps(ticket)))

    (ticket, found), (_, look) = at_work(everything, work)
    assert ticket == {"api": "image", "id": "i-1", "media": STILL}
    assert found == Succeeded(STILL)
    assert f"https://{look.host}{look.path}" == STILL
    assert look.headers["range"] == "bytes=0-0"
    assert KEY not in repr(look.headers)


@pytest.mark.parametrize("status", [403, 404])
def test_a_still_is_lost_with_its_link_and_was_paid_for(status):
    lost = always(Reply(status, b"expired"))
    found, _ = at_work(lost, polling({"api": "image", "media": STILL}))
    assert isinstance(found, Failed)
    assert (found.kind, found.charged) == ("provider", True)


def test_a_still_whose_place_does_not_answer_is_not_lost():
    error, _ = failing(always(RESET), polling({"api": "image", "media": STILL}))
    assert error.kind == "overload"


def test_a_still_whose_place_is_busy_is_waited_for():
    found, _ = at_work(always(Reply(503, b"busy")), polling({"api": "image", "media": STILL}))
    assert found == Running()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"data": {"image_urls": []}, "metadata": {"failed_count": "1"}}, "moderation"),
        ({"data": {"image_urls": ["/etc/passwd"]}}, "provider"),
        ({"data": {}, "metadata": {"failed_count": 1}}, "moderation"),
        ({"data": {}, "metadata": {"failed_count": "0"}}, "provider"),
        ({}, "provider"),
    ],
)
def test_an_answer_without_a_still_is_none_and_what_it_cost_is_not_known(body, kind):
    error, _ = failing(always(Reply(200, {**body, **base()})), submitting(PICTURE))
    assert (error.kind, error.charged) == (kind, None)


@pytest.mark.parametrize("media", [None, 7, "file:///etc/passwd", "http://thief.test/a.png"])
def test_a_ticket_of_a_still_that_leads_elsewhere_is_none(media):
    error, calls = failing(everything, polling({"api": "image", "media": media}))
    assert (error.kind, calls) == ("gone", [])


# Taking back, taking over, and the key


def test_only_a_task_that_was_seen_waiting_is_taken_back():
    def cancel(provider):
        return provider.cancel(NEW)

    def looked(look):
        return lambda call: look(call) if call.method == "GET" else TAPE.serves(call)

    for look in (TAPE.running, TAPE.done, TAPE.strange, missing):
        _, calls = at_work(looked(look), cancel)
        assert [call.method for call in calls] == ["GET"]
    _, (look, gone) = at_work(looked(TAPE.queued), cancel)
    assert (gone.method, gone.path) == ("DELETE", f"/v2/video_generation/{TASK}")
    assert look.path == f"/v2/query/video_generation/{TASK}"


def test_a_task_that_begins_as_it_is_taken_back_goes_on():
    def answer(call):
        late = wrong(400, "bad_request_error", "a running task cannot be cancelled (2013)")
        return TAPE.queued(call) if call.method == "GET" else late

    at_work(answer, lambda provider: provider.cancel(NEW))


@pytest.mark.parametrize("ticket", [OLD, {"api": "image", "media": STILL}, {"api": "v2"}, {}])
def test_nothing_else_can_be_taken_back_and_nobody_is_asked(ticket):
    _, calls = at_work(everything, lambda provider: provider.cancel(ticket))
    assert calls == []


def test_a_task_that_a_person_found_is_taken_over_by_its_endpoint():
    provider = MiniMax(Session(None, None, None))
    assert provider.adopt(ASKED, f" {TASK}\n") == NEW
    assert provider.adopt(HAILUO, TASK) == OLD
    for request, name in ((PICTURE, "i-1"), (ASKED, "../up"), (ASKED, "")):
        with pytest.raises(ProviderError) as caught:
            provider.adopt(request, name)
        assert caught.value.kind == "input"


@pytest.mark.parametrize(
    ("key", "base_url", "path", "words"),
    [
        (KEY, f"https://{HOST}", "/account/query_balance", "balance $98.00"),
        (KEY, "https://api.minimaxi.com", "/account/query_balance", "balance 98.00"),
        ("sk-cp-one", f"https://{HOST}", "/v1/token_plan/remains", "pay-as-you-go"),
    ],
)
def test_a_key_is_checked_by_what_its_account_holds(key, base_url, path, words):
    told = always(Reply(200, {"available_amount": "98.00", **base()}))
    checking = MiniMax.check_key
    found, (call,) = at_work(told, checking, key=key, base_url=base_url)
    assert words in found
    assert (call.method, call.path) == ("GET", path)
    error, _ = failing(always(no(1004, "login fail")), checking, key=key, base_url=base_url)
    assert error.kind == "key"
    assert "region" in error.hint


def test_an_account_that_says_nothing_is_told_as_nothing():
    found, _ = at_work(always(Reply(200, base())), MiniMax.check_key)
    assert found == ""
