"""What every hosted provider owes, over a server here that answers as its tape says."""

import asyncio
import json
import logging
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from tests.providers.asked import (
    asked,
    ordered,
)
from tests.providers.at_work import HOSTED, KEY, ROWS, beyond, each, hosted, refusal, staged
from tests.providers.loopback import RESET
from tests.providers.tapes import Reply, tape
from vidgen.job import Failed, Input, Running, Succeeded
from vidgen.providers import PROVIDERS, Adopter, Finder, KeyChecker, Session
from vidgen.providers.wire import clients

BARE = Session(Path(), Path(), Path())
TAPES = [tape(name) for name in HOSTED]
REFUSALS = [(at, one) for at in TAPES for one in at.refusals]
TROUBLES = [(at, one) for at in TAPES for one in at.troubles]
FAILURES = [(at, one) for at in TAPES for one in at.failures]


def named(pairs):
    return [pytest.param(at, one, id=f"{at.provider}-{one.name}") for at, one in pairs]


def usual(name):
    """A request for the first row of a provider; a still may come with the answer to its order."""
    rows = [route for route in ROWS if route.provider.provider == name]
    return asked(next((route for route in rows if route.model.kind != "image"), rows[0]))


async def submitted(stage, request=None, *, idempotency="j1:one.1"):
    request = request or usual(stage.tape.provider)
    return await stage.provider.submit(request, idempotency=idempotency)


@pytest.mark.parametrize("at", TAPES, ids=lambda at: at.provider)
def test_a_tape_says_where_it_is_from(at):
    assert at.source.startswith(("written_from: ", "recorded: "))
    assert at.refusals
    assert at.troubles
    assert at.failures


@each(ROWS)
def test_a_call_goes_to_the_providers_own_address_and_has_the_key_in_its_headers_alone(route, at):
    name = route.provider.provider

    async def work(stage):
        await submitted(stage, asked(route))
        return stage.bought

    if beyond(tape(name), asked(route)):
        pytest.skip("it is given a file that cannot be handed over")
    (call,) = staged(name, at, work)
    assert call.host == host_of(name)
    assert KEY.encode() not in call.body
    assert KEY not in call.path + repr(call.query)
    assert any(KEY in value for value in call.headers.values()) is bool(route.provider.keys)


@pytest.mark.parametrize("name", HOSTED)
def test_a_result_that_names_a_file_of_this_machine_is_not_taken(name, at):
    async def work(stage):
        ticket = await submitted(stage)
        link = stage.tape.media

        def look(call):
            told = json.dumps(stage.tape.done(call).body)
            return Reply(200, json.loads(told.replace(json.dumps(link), '"/etc/passwd"')))

        stage.look = look
        return await stage.provider.poll(ticket)

    if isinstance(tape(name).media, bytes):
        pytest.skip("the clip comes inside the answer")
    status = staged(name, at, work)
    assert not (isinstance(status, Succeeded) and Path(status.media).is_absolute())


AWAY = Reply(307, {}, {"location": "https://thief.test/"})


@pytest.mark.parametrize("name", HOSTED)
def test_an_answer_that_points_elsewhere_is_not_followed_with_the_key(name, at):
    async def work(stage):
        ticket = await submitted(stage)
        stage.paid = stage.look = lambda call: AWAY
        refused = await refusal(submitted(stage)), await refusal(stage.provider.poll(ticket))
        return refused, {call.host for call in stage.calls}

    (order, _), hosts = staged(name, at, work)
    assert (order.kind, order.charged) == ("ambiguous", None)
    assert hosts == {host_of(name)}


@pytest.mark.parametrize("name", HOSTED)
def test_an_order_on_whose_way_a_gateway_ran_out_of_time_may_have_been_accepted(name, at):
    async def work(stage):
        stage.paid = lambda call: Reply(408, b"<html>Request Timeout</html>")
        stage.look = stage.tape.missing
        return await refusal(submitted(stage))

    error = staged(name, at, work)
    assert (error.kind, error.charged) == ("ambiguous", None)


@pytest.mark.parametrize("name", HOSTED)
def test_a_ticket_survives_json_and_is_all_that_polling_needs(name, at):
    async def work(stage):
        ticket = await submitted(stage)
        again = json.loads(json.dumps(ticket))
        assert again == ticket
        seen = []
        for look in (stage.tape.queued, stage.tape.running, stage.tape.done):
            stage.look = look
            seen.append(await stage.provider.poll(again))
        return seen, stage.bought

    (queued, running, done), bought = staged(name, at, work)
    assert isinstance(queued, Running)
    assert isinstance(running, Running)
    assert isinstance(done, Succeeded)
    media = tape(name).media
    found = Path(done.media).read_bytes() if isinstance(media, bytes) else done.media
    assert found == media
    assert len(bought) == 1


@pytest.mark.parametrize("name", HOSTED)
def test_a_state_of_which_nobody_has_heard_is_never_taken_for_waiting(name, at):
    async def work(stage):
        ticket = await submitted(stage)
        stage.look = stage.tape.strange
        return await stage.provider.poll(ticket)

    status = staged(name, at, work)
    assert isinstance(status, Failed)
    assert (status.kind, status.charged) == ("unknown", None)


@pytest.mark.parametrize("name", HOSTED)
def test_work_that_the_provider_does_not_know_is_gone(name, at):
    async def work(stage):
        ticket = await submitted(stage)
        stage.look = stage.tape.missing
        return await refusal(stage.provider.poll(ticket))

    assert staged(name, at, work).kind == "gone"


GARBAGE = [
    {},
    {"id": None},
    {"id": 7, "status_url": 7, "response_url": 7, "cancel_url": 7},
    {"status_url": "https://thief.test/s", "response_url": "https://thief.test/r"},
    {"cancel_url": "https://thief.test/c"},
    {"status_url": "file:///etc/passwd", "response_url": "file:///etc/passwd"},
    {"id": "../../up", "api": "1.x", "path": "https://thief.test"},
    {"status_url": "https://queue.fal.run@thief.test/s", "response_url": "a\x00b"},
]


@pytest.mark.parametrize("name", HOSTED)
@pytest.mark.parametrize("ticket", GARBAGE, ids=repr)
def test_a_ticket_that_is_none_of_its_own_is_gone_and_leads_nowhere(name, ticket, at):
    async def work(stage):
        stage.look = stage.tape.missing
        await stage.provider.cancel(ticket)
        return await refusal(stage.provider.poll(ticket)), stage.calls

    error, calls = staged(name, at, work)
    assert error.kind == "gone"
    assert {call.host for call in calls} <= {host_of(name)}


def host_of(name):
    page = next(route.provider for route in ROWS if route.provider.provider == name)
    return page.base_url.partition("://")[2].partition("/")[0]


@pytest.mark.parametrize(("tape", "one"), named(REFUSALS))
def test_a_refused_submit_is_told_by_the_providers_own_words(tape, one, at):
    async def work(stage):
        stage.paid = lambda call: one.reply
        stage.look = stage.tape.missing
        return await refusal(submitted(stage)), stage.bought

    error, bought = staged(tape.provider, at, work)
    assert error.kind == one.kind
    assert error.charged is (None if one.kind == "ambiguous" else one.charged)
    assert error.retry_after == one.retry_after
    assert one.says in error.message
    assert len(bought) == 1


@pytest.mark.parametrize(("tape", "one"), named(TROUBLES))
def test_a_look_that_goes_wrong_says_nothing_of_the_work(tape, one, at):
    async def work(stage):
        ticket = await submitted(stage)
        stage.look = lambda call: one.reply
        return await refusal(stage.provider.poll(ticket))

    error = staged(tape.provider, at, work)
    assert error.kind == one.kind
    assert one.says in error.message


@pytest.mark.parametrize(("tape", "one"), named(FAILURES))
def test_a_failed_job_says_why_and_what_it_cost(tape, one, at):
    async def work(stage):
        ticket = await submitted(stage)
        stage.look = one.look
        return await stage.provider.poll(ticket)

    status = staged(tape.provider, at, work)
    assert isinstance(status, Failed)
    assert (status.kind, status.charged) == (one.kind, one.charged)
    assert status.reason


@pytest.mark.parametrize("name", HOSTED)
def test_a_submit_whose_answer_never_comes_may_have_been_accepted(name, at):
    async def work(stage):
        stage.paid = lambda call: RESET
        stage.look = stage.tape.missing
        return await refusal(submitted(stage)), stage.bought

    error, bought = staged(name, at, work)
    assert error.kind == "ambiguous"
    assert len(bought) == 1


@pytest.mark.parametrize("name", HOSTED)
def test_a_look_whose_answer_never_comes_is_an_error_of_the_call(name, at):
    async def work(stage):
        ticket = await submitted(stage)
        stage.look = lambda call: RESET
        return await refusal(stage.provider.poll(ticket))

    assert staged(name, at, work).kind == "overload"


@pytest.mark.parametrize("name", HOSTED)
def test_where_nobody_listens_nothing_was_sent(name, at):
    async def work():
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and never listened to
            http = clients(f"http://127.0.0.1:{taken.getsockname()[1]}")
            provider = PROVIDERS[name](replace(hosted(name, at.project), http=http))
            try:
                return await refusal(provider.submit(usual(name), idempotency="j1:one.1"))
            finally:
                await http.aclose()

    error = asyncio.run(work())
    assert (error.kind, error.charged) == ("unsent", False)


@pytest.mark.parametrize("name", HOSTED)
def test_a_file_that_is_not_there_is_bad_input_and_nothing_is_bought(name, at):
    route = next(
        route
        for route in ROWS
        if route.provider.provider == name and "first_frame" in route.offer.modes
    )
    request = ordered(route, "first_frame", first_frame=Input("stills/lost.png", "d" * 64))

    async def work(stage):
        return await refusal(submitted(stage, request)), stage.bought

    error, bought = staged(name, at, work)
    assert (error.kind, error.charged) == ("input", False)
    assert "lost.png" in error.message
    assert not bought


@pytest.mark.parametrize("name", HOSTED)
def test_work_can_be_asked_to_stop_whether_it_runs_or_is_over(name, at):
    async def work(stage):
        ticket = await submitted(stage)
        await stage.provider.cancel(ticket)
        stage.look = stage.tape.done
        await stage.provider.poll(ticket)
        await stage.provider.cancel(ticket)
        return stage.bought

    assert len(staged(name, at, work)) == 1


@pytest.mark.parametrize("name", HOSTED)
def test_an_id_of_ours_goes_out_where_the_page_counts_on_it(name, at):
    resend = next(route for route in ROWS if route.provider.provider == name).provider.resend

    async def work(stage):
        for one in ("j1:one.1", "j1:one.1", "j1:two.1"):
            await submitted(stage, idempotency=one)
        return [stage.tape.named(call) for call in stage.bought]

    first, same, other = staged(name, at, work)
    assert first == same
    if resend == "never":
        assert first is None
    else:
        assert first
        assert first != other


@pytest.mark.parametrize("name", HOSTED)
def test_a_lost_submit_is_looked_up_where_the_page_says_so(name, at):
    resend = next(route for route in ROWS if route.provider.provider == name).provider.resend

    async def work(stage):
        provider, request = stage.provider, usual(name)
        assert isinstance(provider, Finder) is (resend == "lookup")
        if resend != "lookup":
            return
        stage.look = stage.tape.unfound
        assert await provider.find(request, idempotency="j1:one.1") is None
        stage.look = stage.tape.found
        found = await provider.find(request, idempotency="j1:one.1")
        assert not stage.bought
        stage.look = stage.tape.done
        assert isinstance(await stage.provider.poll(json.loads(json.dumps(found))), Succeeded)

    staged(name, at, work)


@pytest.mark.parametrize("name", HOSTED)
def test_work_that_a_person_found_is_taken_over_by_its_name(name, at):
    async def work(stage):
        sent = await submitted(stage)
        identifier = sent.get("request_id") or sent.get("id")
        assert isinstance(stage.provider, Adopter)
        ticket = stage.provider.adopt(usual(name), identifier)
        assert ticket == sent
        stage.look = stage.tape.done
        return await stage.provider.poll(ticket)

    assert isinstance(staged(name, at, work), Succeeded)


@pytest.mark.parametrize("name", HOSTED)
def test_the_key_is_never_seen_again(name, at, caplog):
    caplog.set_level(logging.DEBUG)
    echo = Reply(422, {"code": 1201, "message": f"no {KEY}", "detail": f"no {KEY}"})

    async def work(stage):
        provider = stage.provider
        ticket = await submitted(stage)
        seen = [provider, stage.session, ticket, vars(provider)]
        for look in (stage.tape.done, stage.tape.strange, *(one.look for one in FAILING[name])):
            stage.look = look
            seen.append(await provider.poll(ticket))
        stage.paid = lambda call: echo
        stage.look = stage.tape.missing
        error = await refusal(submitted(stage))
        return [*seen, error, error.message, error.hint, error.where, error.__cause__]

    said = " ".join(map(repr, staged(name, at, work)))
    assert KEY not in said
    assert KEY not in caplog.text
    assert all(KEY.encode() not in path.read_bytes() for path in at.project.rglob("*.*"))


FAILING = {at.provider: at.failures for at in TAPES}


KEY_CHECKERS = [name for name in HOSTED if isinstance(PROVIDERS[name](BARE), KeyChecker)]


@pytest.mark.parametrize("name", KEY_CHECKERS)
def test_a_key_is_checked_by_a_call_that_costs_nothing(name, at):
    wrong = next(one for one in tape(name).refusals if one.name == "wrong key")

    async def work(stage):
        stage.look = lambda call: wrong.reply
        error = await refusal(stage.provider.check_key())
        return error, list(stage.calls)

    error, calls = staged(name, at, work)
    assert error.kind == "key"
    assert KEY not in error.message
    assert [call.method for call in calls] == ["GET"]
