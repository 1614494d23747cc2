"""Keys shown to providers, each of which is a server on this machine: nothing else can be reached.

`VIDGEN_SIMULATOR` names that server, as in rehearsals; where a test starts none, nobody listens
there, and no name of a host is ever looked up.
"""

import asyncio
import socket
from types import SimpleNamespace

import pytest

from tests.cli.test_doctor import DISK, findings, forget_variables, refused
from tests.providers.loopback import RESET, Loopback
from tests.providers.tapes import Reply
from vidgen.catalogue import load
from vidgen.cli import online
from vidgen.errors import Exit
from vidgen.providers import PROVIDERS
from vidgen.rehearsal.server import start_thread

reach = socket.create_connection
KEY = "k3Y-of-nobody-98765"


@pytest.fixture(autouse=True)
def nobody(monkeypatch):
    """No setting of whoever runs this, no server, and no way to ask for a host's address."""
    forget_variables(monkeypatch)
    look_up = socket.getaddrinfo

    def here(host, *more, **named):
        assert host in ("127.0.0.1", "localhost"), f"a test asked where {host} is"
        return look_up(host, *more, **named)

    monkeypatch.setattr("socket.getaddrinfo", here)
    monkeypatch.setattr("socket.create_connection", refused)
    monkeypatch.setattr("vidgen.cli.doctor._machine", lambda: iter(()))
    monkeypatch.setattr("shutil.disk_usage", lambda path: DISK)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and not listening
        monkeypatch.setenv("VIDGEN_SIMULATOR", f"http://127.0.0.1:{closed.getsockname()[1]}")
        yield


@pytest.fixture
def asked(vidgen, tiny, monkeypatch):
    """Run doctor with keys set and a server that answers: `asked(answer, "FAL_KEY")`.

    `setting` names the variable that holds the server's address.
    """

    def run(answer, *names, words=("--online", "--json"), setting="VIDGEN_SIMULATOR", **values):
        monkeypatch.delenv("VIDGEN_SIMULATOR")
        for name, value in (dict.fromkeys(names, KEY) | values).items():
            monkeypatch.setenv(name, value)
        with start_thread(lambda: Loopback(answer)) as server:
            monkeypatch.setenv(setting, server.url)
            said = vidgen("doctor", tiny(), *words)
        assert KEY not in said.out + said.err
        return SimpleNamespace(said=said, calls=server.calls)

    return run


def always(status, body):
    return lambda call: Reply(status, body)


def of(run, provider, section="keys"):
    found = findings(run.said)[section, provider]
    return found["state"], found["found"]


BY_HOST = {
    "api.dev.runwayml.com": lambda call: Reply(200, {"creditBalance": 1230}),
    "api.fal.ai": lambda call: Reply(401, {"detail": f"No user found for Key {KEY}"}),
    "api-singapore.klingai.com": lambda call: RESET,
    "api.replicate.com": lambda call: Reply(200, {"username": "me"}),
    "generativelanguage.googleapis.com": lambda call: Reply(200, {"models": []}),
}


def test_it_says_of_each_key_what_its_provider_says(asked, golden):
    names = ("RUNWAYML_API_SECRET", "FAL_KEY", "KLINGAI_API_KEY")
    more = ("REPLICATE_API_TOKEN", "GEMINI_API_KEY", "LUMA_AGENTS_API_KEY")
    run = asked(lambda call: BY_HOST[call.host](call), *names, *more, words=["--online"])
    golden("cli/doctor-online.txt", run.said.out)
    assert run.said.code == Exit.MISSING_TOOL
    assert run.said.err == "not usable: fal\n"
    assert {call.host for call in run.calls} == set(BY_HOST)
    assert {call.method for call in run.calls} == {"GET"}


def test_a_key_that_is_taken_ends_with_0(asked):
    run = asked(always(200, {"username": "me"}), "REPLICATE_API_TOKEN")
    assert (run.said.code, run.said.err) == (0, "everything is here; keys taken by replicate\n")
    assert of(run, "replicate") == ("ok", "REPLICATE_API_TOKEN set; accepted: account me")
    assert of(run, "fal") == ("note", "FAL_KEY not set")
    assert [call.headers["authorization"] for call in run.calls] == [f"Bearer {KEY}"]


def test_all_are_asked_at_once(asked):
    """None is answered before all three have asked."""
    together = asyncio.Barrier(3)

    async def answer(call):
        await together.wait()
        return Reply(200, {})

    run = asked(answer, "REPLICATE_API_TOKEN", "FAL_KEY", "GEMINI_API_KEY")
    for provider in ("replicate", "fal", "google"):
        assert of(run, provider)[0] == "ok"


def test_a_provider_that_says_nothing_is_not_waited_for(asked, monkeypatch):
    async def never(call):
        await asyncio.Event().wait()

    monkeypatch.setattr(online, "PATIENCE", 0.2)
    run = asked(never, "FAL_KEY")
    assert of(run, "fal") == ("note", "FAL_KEY set; not checked: no answer in 0.2 s")
    assert (run.said.code, len(run.calls)) == (0, 1)


def test_a_provider_without_a_free_call_is_not_asked(asked, monkeypatch):
    monkeypatch.setitem(PROVIDERS, "fal", PROVIDERS["animatic"])
    run = asked(always(200, {}), "FAL_KEY")
    told = "FAL_KEY set; not checked: it has no call that costs nothing"
    assert (run.calls, of(run, "fal")) == ([], ("note", told))


def test_without_the_option_nobody_is_asked(asked):
    run = asked(always(200, {}), "FAL_KEY", words=["--json"], SGLANG_URL="https://gpu.invalid/v1")
    assert run.calls == []
    assert of(run, "fal") == ("ok", "FAL_KEY set")
    elsewhere = "at SGLANG_URL, not on this machine: `--online` asks there"
    assert of(run, "sglang", "local servers") == ("note", elsewhere)


def test_who_has_no_key_is_not_asked(asked):
    run = asked(always(200, {}), OPENAI_BASE_URL="https://gw.invalid/v1")
    assert run.calls == []
    told = "OPENAI_API_KEY not set; OPENAI_BASE_URL set"
    assert of(run, "openai-compatible") == ("note", told)
    assert "no provider has taken a key" in run.said.err


def test_nobody_there_is_no_fault_of_the_key(vidgen, tiny, monkeypatch):
    monkeypatch.setenv("FAL_KEY", KEY)
    said = vidgen("doctor", tiny(), "--online", "--json")
    state, found = of(SimpleNamespace(said=said), "fal")
    assert (said.code, state) == (0, "note")
    assert found.startswith("FAL_KEY set; not checked: no connection")


def test_no_part_of_a_key_that_a_provider_quotes_is_shown(asked):
    quoted = {"detail": f"Bad key {KEY[:7]}***{KEY[-4:]}\x1b[31m\nfor \x07{KEY.upper()}"}
    run = asked(always(401, quoted), "FAL_KEY")
    state, found = of(run, "fal")
    assert (run.said.code, state) == (Exit.MISSING_TOOL, "missing")
    assert found.startswith("FAL_KEY refused: ")
    assert "Bad key" in found
    for part in (KEY[:7], KEY[:4], KEY[-4:], "\x1b", "\x07", "\n"):
        assert part not in found


def test_a_name_that_holds_a_key_is_shown_without_it(asked):
    run = asked(always(200, {"username": f"me-{KEY}"}), "REPLICATE_API_TOKEN")
    assert of(run, "replicate") == ("ok", "REPLICATE_API_TOKEN set; accepted: account me-•••")


@pytest.mark.parametrize("value", [f"{KEY}\n", f"“{KEY}”", f"Bearer {KEY}"])
def test_a_key_that_no_call_can_carry_is_told_and_not_sent(asked, value):
    run = asked(always(200, {}), FAL_KEY=value)
    assert (run.calls, run.said.code) == ([], Exit.MISSING_TOOL)
    assert of(run, "fal")[0] == "missing"
    assert run.said.err == "not usable: fal\n"


def test_an_account_without_credit_is_no_refused_key(asked):
    run = asked(
        always(200, {"base_resp": {"status_code": 1008, "status_msg": "x"}}), "MINIMAX_API_KEY"
    )
    state, found = of(run, "minimax")
    assert (run.said.code, state) == (0, "note")
    assert found.startswith("MINIMAX_API_KEY set; no credit: ")


def test_what_a_provider_can_do_without_is_asked_where_anything_else_is_set(asked):
    run = asked(always(200, {}), GOOGLE_CLOUD_PROJECT="my-film")
    state, found = of(run, "vertex")
    assert state == "ok"
    assert found.startswith(
        "GOOGLE_CLOUD_PROJECT set, and no key, which it can do without; accepted"
    )


@pytest.fixture
def servers_here(monkeypatch):
    """Somebody listens wherever a local server should be."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        monkeypatch.setattr(
            "socket.create_connection", lambda *_, **__: reach(server.getsockname())
        )
        yield


def test_a_local_server_says_what_it_serves(asked, servers_here):
    run = asked(always(200, {"data": [{"id": "wan"}]}))
    at = "answers at http://127.0.0.1:30000"
    assert of(run, "sglang", "local servers") == ("ok", f"{at}; serves wan")
    assert of(run, "comfyui", "local servers") == ("ok", "answers at http://127.0.0.1:8188")
    assert {call.host for call in run.calls} == {"127.0.0.1:30000", "127.0.0.1:8000"}


def test_outside_rehearsals_a_server_is_asked_where_its_setting_says(asked, monkeypatch):
    monkeypatch.setattr("socket.create_connection", reach)
    served = always(200, {"data": [{"id": "wan"}]})
    run = asked(served, "SGLANG_API_KEY", setting="SGLANG_URL")
    told = "answers at SGLANG_URL; SGLANG_API_KEY set; serves wan"
    assert of(run, "sglang", "local servers") == ("ok", told)
    assert [call.headers["authorization"] for call in run.calls] == [f"Bearer {KEY}"]


def test_where_an_adapter_cannot_ask_the_way_out_is_told(asked):
    run = asked(always(200, {}), SGLANG_URL="http://gpu.invalid:30000", setting="VLLM_OMNI_URL")
    state, found = of(run, "sglang", "local servers")
    assert (run.said.code, state, run.calls) == (0, "note", [])
    assert found.startswith("at SGLANG_URL; not checked: ")
    assert "set SGLANG_URL to an https:// address" in found


def test_another_server_at_a_local_address_is_no_trouble(asked, servers_here):
    run = asked(always(401, {"error": "who are you?"}))
    state, found = of(run, "vllm-omni", "local servers")
    assert (run.said.code, state) == (0, "note")
    assert "not checked: " in found


def test_a_local_server_that_refuses_a_key_that_is_set(asked, servers_here):
    run = asked(always(401, {"error": "no"}), "SGLANG_API_KEY")
    assert run.said.code == Exit.MISSING_TOOL
    state, found = of(run, "sglang", "local servers")
    assert state == "missing"
    assert found.startswith("SGLANG_API_KEY refused: ")


ODD = [None, [], 5, "x", {}, {"data": [[]]}, {"models": 1, "total": {}}, b"\xff<html>"]


@pytest.mark.parametrize("body", ODD, ids=repr)
def test_whatever_is_answered_no_provider_breaks_it(asked, servers_here, body):
    live = [page for page in load().providers.values() if page.life.state == "live"]
    run = asked(always(200, body), *(key.env for page in live for key in page.keys))
    assert run.said.code in (0, Exit.MISSING_TOOL)
    assert "bug" not in run.said.err
