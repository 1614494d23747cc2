"""What only Kling does: refusals by code, a submit found by our own id, what a task cost."""

import base64
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.providers.at_work import refused, visited
from tests.providers.loopback import RESET
from tests.providers.tapes import Reply
from tests.providers.tapes.kling import LINK, TAPE, TASK, missing, no, pays, record, yes
from tests.providers.test_kling_bodies import ASKED, FIRST
from vidgen.job import Failed, Running, Succeeded
from vidgen.providers import Adopter, Finder, KeyChecker, Session
from vidgen.providers.kling import Kling
from vidgen.providers.kling.bodies import client_id

KEY = "sk-a-key-that-nobody-may-see"
HOST = "api-singapore.klingai.com"
OLD = replace(ASKED, endpoint="v1/videos/text2video?model_name=kling-v2-1-master")
NEW_TICKET = {"id": TASK, "api": "2.0", "path": "text-to-video/kling-3.0"}
OLD_TICKET = {"id": TASK, "api": "1.x", "path": "v1/videos/text2video"}
BOTH = pytest.mark.parametrize(
    ("asked", "ticket"), [(ASKED, NEW_TICKET), (OLD, OLD_TICKET)], ids=["2.0", "1.x"]
)


def house(project=None):
    """A session at Kling's own address, with a slash at its end as people write it."""
    return Session(project, project, project, base_url=f"https://{HOST}/", key=KEY)


def at_work(answer, work, *, project=None):
    return visited(Kling, house(project), answer, work)


def failing(answer, work):
    return refused(Kling, house(), answer, work)


def submitting(asked=ASKED):
    return lambda kling: kling.submit(asked, idempotency="j2:one.1")


def finding(asked=ASKED):
    return lambda kling: kling.find(asked, idempotency="j2:one.1")


def polling(ticket=NEW_TICKET):
    return lambda kling: kling.poll(ticket)


def always(reply):
    return lambda call: reply


def first_then(refusal, look):
    """The billable call is answered with a refusal, and every look with `look`."""
    return lambda call: refusal if pays(call) else look(call)


@BOTH
def test_a_submit_is_one_post_with_the_key_in_its_header_and_our_name_in_its_body(asked, ticket):
    found, calls = at_work(TAPE.accepts, submitting(asked))
    assert found == ticket == json.loads(json.dumps(found))
    (call,) = calls
    assert (call.method, call.host, call.path) == ("POST", HOST, f"/{ticket['path']}")
    assert call.query == {}
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert TAPE.named(call) == client_id("j2:one.1")


def test_a_still_travels_as_base64_without_a_prefix(tmp_path):
    (tmp_path / "stills").mkdir()
    (tmp_path / FIRST.path).write_bytes(b"\x89PNG and more")
    asked = replace(ASKED, endpoint="image-to-video/kling-3.0", first_frame=FIRST)
    _, (call,) = at_work(TAPE.accepts, submitting(asked), project=tmp_path)
    assert base64.b64decode(call.json()["contents"][1]["url"]) == b"\x89PNG and more"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        *((401, code, "key") for code in (1000, 1001, 1002, 1003, 1004)),
        *((429, code, "credit") for code in (1100, 1101, 1102)),
        *((400, code, "input") for code in (1200, 1201)),
        (403, 1103, "input"),
        *((404, code, "input") for code in (1202, 1203)),
        *((400, code, "moderation") for code in (1300, 1301)),
        *((429, code, "limit") for code in (1302, 1303)),
        (429, 1304, "key"),
        *((500, code, "ambiguous") for code in (5000, 5001, 5002)),
    ],
)
@pytest.mark.parametrize("http", ["as documented", "with 200"])
def test_a_refused_submit_is_told_by_its_code_and_not_by_its_status(status, code, kind, http):
    refusal = no(status if http == "as documented" else 200, code, f"because of {code}")
    error, calls = failing(first_then(refusal, missing), submitting())
    assert error.kind == kind
    assert error.charged is (None if kind == "ambiguous" else False)
    assert f"because of {code}" in error.message
    assert "r-1" in error.message
    assert sum(map(pays, calls)) == 1


@pytest.mark.parametrize(
    ("reply", "submit", "look"),
    [
        (Reply(502, b"<html>bad gateway</html>"), "ambiguous", "overload"),
        (Reply(200, b"<html>welcome</html>"), "ambiguous", "overload"),
        (Reply(302, b"", {"location": "https://elsewhere.test/"}), "ambiguous", "overload"),
        (Reply(413, b"<html>too large</html>"), "input", "input"),
        (Reply(429, b"<html>slow down</html>"), "limit", "limit"),
        (Reply(401, b""), "key", "key"),
        (Reply(403, b"<html>no</html>"), "provider", "overload"),
        (Reply(200, {"code": 4711, "message": "new"}), "ambiguous", "overload"),
        (Reply(400, {"code": 4711, "message": "new"}), "provider", "overload"),
        (Reply(500, {"code": 0, "message": "fine", "data": {"id": TASK}}), "ambiguous", "overload"),
        (Reply(200, {"message": "no code", "data": {"id": TASK}}), "ambiguous", "overload"),
        (RESET, "ambiguous", "overload"),
    ],
    ids=repr,
)
def test_without_a_known_code_a_submit_is_doubted_and_a_look_is_tried_again(reply, submit, look):
    assert failing(always(reply), submitting())[0].kind == submit
    assert failing(always(reply), polling())[0].kind == look


@pytest.mark.parametrize("data", [{}, {"id": 7}, {"id": ""}, [], None, "x"], ids=repr)
def test_an_acceptance_without_a_task_is_no_acceptance(data):
    error, _ = failing(always(yes(data)), submitting())
    assert (error.kind, error.charged) == ("ambiguous", None)


@BOTH
def test_our_id_refused_as_taken_means_that_the_submit_had_been_accepted(asked, ticket):
    taken = no(400, 1201, f"External_task_id {client_id('j2:one.1')} already exists")
    found, calls = at_work(first_then(taken, TAPE.found), submitting(asked))
    assert found == ticket
    assert [call.method for call in calls] == ["POST", "GET"]


def test_a_taken_id_is_found_also_where_kling_words_it_otherwise():
    taken = no(400, 1201, "duplicate value for a unique field")
    found, _ = at_work(first_then(taken, TAPE.found), submitting())
    assert found == NEW_TICKET


@pytest.mark.parametrize("look", [missing, always(no(500, 5000, "fault"))])
def test_a_taken_id_without_its_task_is_doubted_and_never_called_bad_input(look):
    taken = no(400, 1201, f"External_task_id {client_id('j2:one.1')} already exists")
    error, calls = failing(first_then(taken, look), submitting())
    assert error.kind == "ambiguous"
    assert sum(map(pays, calls)) == 1


@BOTH
@pytest.mark.parametrize("look", [missing, always(no(500, 5000, "fault"))])
def test_any_other_bad_parameter_stays_bad_input(asked, ticket, look):
    error, _ = failing(first_then(no(400, 1201, "duration is invalid"), look), submitting(asked))
    assert (error.kind, error.charged) == ("input", False)
    assert "duration is invalid" in error.message


def test_a_lost_submit_of_the_newer_api_is_asked_for_at_tasks():
    found, (call,) = at_work(TAPE.found, finding())
    assert found == NEW_TICKET
    assert (call.method, call.path) == ("GET", "/tasks")
    assert call.query == {"external_task_ids": client_id("j2:one.1")}


def test_a_lost_submit_of_the_older_api_is_asked_for_by_our_id_in_place_of_its_own():
    found, (call,) = at_work(TAPE.found, finding(OLD))
    assert found == OLD_TICKET
    assert (call.method, call.path) == ("GET", f"/v1/videos/text2video/{client_id('j2:one.1')}")


@BOTH
def test_a_submit_that_never_came_is_not_found(asked, ticket):
    assert at_work(missing, finding(asked))[0] is None


def test_another_task_than_ours_is_not_taken_for_ours():
    other = yes([{"id": "1", "status": "processing", "external_id": "somebody-else"}])
    assert at_work(always(other), finding())[0] is None
    assert failing(always(other), polling())[0].kind == "gone"


def test_a_look_up_that_goes_wrong_does_not_say_that_nothing_was_sent():
    assert failing(always(no(500, 5000, "fault")), finding())[0].kind == "overload"
    assert failing(always(no(400, 1201, "bad")), finding(OLD))[0].kind == "input"


def test_kling_can_look_up_and_adopt_and_check_a_key():
    kling = Kling(Session(None, None, None))
    assert isinstance(kling, Finder)
    assert isinstance(kling, KeyChecker)
    assert isinstance(kling, Adopter)
    assert kling.adopt(OLD, f" {TASK}\n") == OLD_TICKET
    assert kling.adopt(ASKED, TASK) == NEW_TICKET


@pytest.mark.parametrize("ticket", [NEW_TICKET, OLD_TICKET], ids=["2.0", "1.x"])
def test_a_task_runs_and_is_done(ticket):
    assert at_work(TAPE.queued, polling(ticket))[0] == Running()
    assert at_work(TAPE.running, polling(ticket))[0] == Running()
    assert at_work(TAPE.done, polling(ticket))[0] == Succeeded(LINK)
    strange = at_work(TAPE.strange, polling(ticket))[0]
    assert (strange.kind, strange.charged) == ("unknown", None)
    assert "hibernating" in strange.reason


@pytest.mark.parametrize("ticket", [NEW_TICKET, OLD_TICKET], ids=["2.0", "1.x"])
def test_a_task_that_kling_does_not_know_is_gone(ticket):
    assert failing(missing, polling(ticket))[0].kind == "gone"


def test_a_task_of_the_older_api_is_gone_by_the_documented_code_too():
    error, _ = failing(always(no(404, 1203, "resource does not exist")), polling(OLD_TICKET))
    assert error.kind == "gone"


@pytest.mark.parametrize(
    "ticket",
    [
        {},
        {"id": TASK},
        {"id": 7, "api": "2.0", "path": "x"},
        {"id": TASK, "api": "3.0", "path": "x"},
        {"id": "", "api": "2.0", "path": "x"},
        {"id": TASK, "api": "1.x", "path": "../tasks"},
        {"id": TASK, "api": "1.x", "path": "v1/videos/../../account/costs?x"},
        {"id": TASK, "api": "1.x", "path": None},
    ],
    ids=repr,
)
def test_a_ticket_of_somebody_else_is_gone_without_a_call(ticket):
    error, calls = failing(missing, polling(ticket))
    assert error.kind == "gone"
    assert calls == []


def test_an_id_cannot_lead_a_look_elsewhere():
    _, (call,) = failing(missing, polling(OLD_TICKET | {"id": "../../account/costs?a=b"}))
    assert call.path.startswith("/v1/videos/text2video/")
    assert call.query == {}


UNITS = {"charge_type": "unit", "amount": "3.0", "package_type": "video"}
CASH = {"charge_type": "cash", "cash_type": "balance", "amount": "0.336", "currency": "USD"}


@pytest.mark.parametrize(
    ("billing", "cost"),
    [
        ([CASH], Decimal("0.336")),
        ([CASH, CASH], Decimal("0.672")),
        ([UNITS], None),
        ([CASH, UNITS], None),
        ([CASH | {"currency": "CNY"}], None),
        ([CASH | {"cash_type": "test_balance"}], None),
        ([CASH | {"amount": "much"}], None),
        ([CASH | {"amount": "NaN"}], None),
        ([], None),
        (None, None),
        ("x", None),
    ],
    ids=repr,
)
def test_only_what_was_paid_in_dollars_is_a_cost(billing, cost):
    made = [{"type": "video", "url": LINK}]
    done = yes([{"id": TASK, "status": "succeeded", "outputs": made, "billing": billing}])
    assert at_work(always(done), polling())[0] == Succeeded(LINK, cost)


@pytest.mark.parametrize(
    ("more", "charged"),
    [
        ({"billing": []}, False),
        ({"billing": [UNITS | {"amount": "0"}]}, False),
        ({"billing": [UNITS]}, True),
        ({"billing": [CASH]}, True),
        ({"billing": [UNITS | {"amount": "some"}]}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_a_failed_task_says_by_its_billing_whether_it_was_paid_for(more, charged):
    failed = yes([{"id": TASK, "status": "failed", "message": "no motion found", **more}])
    found = at_work(always(failed), polling())[0]
    assert found == Failed("no motion found", "provider", charged)


@pytest.mark.parametrize(
    ("more", "charged"),
    [
        ({"final_unit_deduction": "0", "final_balance_deduction": {"quota": "0"}}, False),
        ({"final_unit_deduction": "0", "final_balance_deduction": {"quota": "0.14"}}, True),
        ({"final_unit_deduction": "2.5"}, True),
        ({"final_unit_deduction": ""}, False),
        ({"final_balance_deduction": "x"}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_a_failed_task_of_the_older_api_says_it_by_its_deductions(more, charged):
    failed = yes({"task_id": TASK, "task_status": "failed", "task_status_msg": "broke", **more})
    found = at_work(always(failed), polling(OLD_TICKET))[0]
    assert found == Failed("broke", "provider", charged)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Failure to pass the risk control system", "moderation"),
        ("The prompt triggers the content security policy", "moderation"),
        ("blocked by platform policy", "moderation"),
        ("sensitive information in the image", "moderation"),
        ("the image is at risk of being too dark", "provider"),
        ("", "provider"),
    ],
)
def test_moderation_is_read_from_words_that_mean_nothing_else(message, kind):
    found = at_work(lambda call: record(call, "failed", message=message), polling())[0]
    assert found.kind == kind
    assert found.reason


@pytest.mark.parametrize("outputs", [[], None, [{"type": "audio", "url": LINK}], [{}], "x"])
def test_a_success_without_a_link_is_kept_as_unknown(outputs):
    made = {"id": TASK, "status": "succeeded", "outputs": outputs, "billing": [UNITS]}
    found = at_work(always(yes([made])), polling())[0]
    assert (found.kind, found.charged) == ("unknown", True)


def test_cancelling_asks_nobody():
    found, calls = at_work(missing, lambda kling: kling.cancel(NEW_TICKET))
    assert found is None
    assert calls == []


def pack(**turned):
    """One of an account's packs, as the maker's page shows them."""
    usual = {
        "resource_pack_name": "Video Generation - 10,000 entries",
        "resource_pack_id": "509f3fd3d4ab4a3f9eec5db27aa44f27",
        "resource_pack_type": "decreasing_total",
        "total_quantity": 200.0,
        "remaining_quantity": 118.5,
        "purchase_time": 1726124664368,
        "effective_time": 1726124664368,
        "invalid_time": 1727366400000,
        "status": "online",
    }
    return usual | turned


def account(*packs):
    return yes({"code": 0, "msg": "", "resource_pack_subscribe_infos": list(packs)})


VIDEO = "118.5 of 200 units left of Video Generation - 10,000 entries"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (account(pack()), VIDEO),
        (account(pack(status="expired"), pack(status="runOut"), pack()), VIDEO),
        (
            account(pack(), pack(resource_pack_name="Images", remaining_quantity=8)),
            f"{VIDEO}; 8 of 200 units left of Images",
        ),
        (account(pack(resource_pack_name=None)), "118.5 of 200 units left of a pack"),
        (account(pack(status="expired")), "no resource pack in force"),
        (account(pack(remaining_quantity="many")), "no resource pack in force"),
        (account(), "no resource pack in force"),
        (yes(None), "no resource pack in force"),
    ],
    ids=repr,
)
def test_a_known_key_is_told_what_is_left_in_the_packs_in_force(reply, said):
    found, (call,) = at_work(always(reply), lambda kling: kling.check_key())
    assert found == said
    assert (call.method, call.host, call.path) == ("GET", HOST, "/account/costs")
    begins, ends = int(call.query["start_time"]), int(call.query["end_time"])
    assert ends - begins > 366 * 24 * 3600 * 1000  # packs of a year are in it
    assert begins > 1_700_000_000_000  # milliseconds, not seconds


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (no(401, 1002, "Authorization is invalid"), "key"),
        (no(429, 1304, "IP whitelist policy"), "key"),
        (no(429, 1101, "Account in arrears"), "credit"),
        (no(429, 1302, "Too many requests"), "limit"),
        (no(500, 5000, "fault"), "overload"),
        (RESET, "overload"),
    ],
    ids=repr,
)
def test_a_key_that_is_not_taken_says_why(reply, kind):
    error, _ = failing(always(reply), lambda kling: kling.check_key())
    assert error.kind == kind


def test_the_key_is_cut_out_of_what_comes_back():
    told = f"the key {KEY} is wrong"
    assert KEY not in failing(always(no(401, 1002, told)), submitting())[0].message
    found = at_work(lambda call: record(call, "failed", message=told), polling())[0]
    assert "the key" in found.reason
    assert KEY not in found.reason
    packs = account(pack(resource_pack_name=told))
    assert KEY not in at_work(always(packs), lambda kling: kling.check_key())[0]
