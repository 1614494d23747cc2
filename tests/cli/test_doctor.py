import socket
import sqlite3
from types import SimpleNamespace

import pytest

from vidgen.catalogue import load
from vidgen.errors import Exit, ToolMissing

DISK = SimpleNamespace(free=50 * 1024**3)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    """No setting of whoever runs the tests."""
    forget_variables(monkeypatch)


def forget_variables(monkeypatch):
    """Unset what the providers' pages name."""
    for page in load().providers.values():
        for variable in (*page.keys, *page.settings):
            for name in (variable.env, *variable.aliases):
                monkeypatch.delenv(name, raising=False)


def findings(said):
    return {(item["section"], item["name"]): item for item in said.json["findings"]}


def test_what_is_here(vidgen, tiny):
    said = vidgen("doctor", tiny(), "--json")
    found = findings(said)
    assert (said.code, said.json["schema"]) == (0, "vidgen.doctor/1")
    for name in ("python", "ffmpeg", "ffmpeg self-test", "PyAV"):
        assert found["machine", name]["state"] == "ok", name
    assert found["project", "ledger"]["found"] == "none yet"
    assert "GiB free" in found["project", "disk"]["found"]
    assert ("local servers", "comfyui") in found


def test_what_it_says_reads_well(vidgen, tiny, golden, monkeypatch):
    monkeypatch.setattr("vidgen.cli.doctor._machine", lambda: iter(()))
    monkeypatch.setattr("shutil.disk_usage", lambda path: DISK)
    monkeypatch.setattr("socket.create_connection", refused)
    monkeypatch.setenv("FAL_KEY", "xyzzy")
    said = vidgen("doctor", tiny())
    golden("cli/doctor.txt", said.out)
    assert "xyzzy" not in said.out + said.err
    assert said.err == "everything is here; keys for fal\n"
    assert max(map(len, vidgen("doctor", tiny(), columns=40).out.splitlines())) <= 40


def refused(*_, **__):
    raise ConnectionRefusedError


def test_keys_by_the_name_of_their_variable(vidgen, tiny, monkeypatch):
    monkeypatch.setenv("KLINGAI_API_KEY", "xyzzy")
    monkeypatch.setenv("SCENARIO_SDK_API_KEY", "xyzzy")
    said = vidgen("doctor", tiny(), "--json")
    keys = [item for item in said.json["findings"] if item["section"] == "keys"]
    assert keys[0]["name"] == "kling"
    assert keys[0]["found"] == "KLINGAI_API_KEY set"
    scenario = next(item for item in keys if item["name"] == "scenario")
    assert scenario["found"] == "SCENARIO_SDK_API_SECRET not set; SCENARIO_SDK_API_KEY set"
    assert "xyzzy" not in said.out


def test_an_address_that_only_the_user_knows_is_needed_as_a_key_is(vidgen, tiny, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "xyzzy")
    item = findings(vidgen("doctor", tiny(), "--json"))["keys", "openai-compatible"]
    told = "OPENAI_BASE_URL not set; OPENAI_API_KEY set"
    assert (item["state"], item["found"]) == ("note", told)


def test_what_a_provider_can_do_without_is_not_called_lacking(vidgen, tiny, monkeypatch):
    def said_of_vertex():
        item = findings(vidgen("doctor", tiny(), "--json"))["keys", "vertex"]
        return item["state"], item["found"]

    told = "CLOUDSDK_AUTH_ACCESS_TOKEN would do, or another way in"
    assert said_of_vertex() == ("note", told)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "my-film")
    told = "GOOGLE_CLOUD_PROJECT set, and no key, which it can do without"
    assert said_of_vertex() == ("note", told)
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", "xyzzy")
    told = "GOOGLE_OAUTH_ACCESS_TOKEN and GOOGLE_CLOUD_PROJECT set"
    assert said_of_vertex() == ("ok", told)


def test_a_local_server_has_one_line_and_needs_no_key(vidgen, tiny, monkeypatch):
    monkeypatch.setattr("socket.create_connection", refused)
    monkeypatch.setenv("SGLANG_API_KEY", "xyzzy")
    monkeypatch.setenv("VLLM_OMNI_URL", "http://localhost:8123/v1")
    found = findings(vidgen("doctor", tiny(), "--json"))
    assert not {("keys", "sglang"), ("keys", "vllm-omni")} & set(found)
    told = "nobody answers at http://127.0.0.1:30000; SGLANG_API_KEY set"
    assert found["local servers", "sglang"]["found"] == told
    assert found["local servers", "vllm-omni"]["found"] == "nobody answers at VLLM_OMNI_URL"


@pytest.mark.parametrize("address", ["http://[::1", "http://localhost:port", "gpu"])
@pytest.mark.parametrize(
    ("name", "at"),
    [("SGLANG_URL", ("local servers", "sglang")), ("MINIMAX_API_HOST", ("keys", "minimax"))],
)
def test_a_setting_that_is_no_address_ends_with_5(vidgen, tiny, monkeypatch, address, name, at):
    monkeypatch.setenv(name, address)
    said = vidgen("doctor", tiny(), "--json")
    found = findings(said)[at]
    assert (said.code, said.err) == (Exit.MISSING_TOOL, f"not usable: {at[1]}\n")
    assert (found["state"], found["found"]) == ("missing", f"{name} set, but not to an address")
    assert found["mend"].startswith(f"set {name} to one such as http")


def test_a_missing_ffmpeg_ends_with_5_and_the_way_out(vidgen, tiny, monkeypatch):
    def gone(_):
        raise ToolMissing("no ffmpeg", hint="pip install imageio-ffmpeg")

    monkeypatch.setattr("vidgen.media.binary.find", gone)
    said = vidgen("doctor", tiny())
    assert said.code == Exit.MISSING_TOOL
    assert "pip install imageio-ffmpeg" in said.out
    assert said.err == "missing: ffmpeg\n"


def test_a_damaged_ledger(vidgen, tiny):
    folder = tiny()
    (folder / ".vidgen").mkdir()
    path = folder / ".vidgen/ledger.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE other (x)")
    db.close()
    found = findings(vidgen("doctor", folder, "--json"))
    assert found["project", "ledger"]["state"] == "missing"
    assert "no such table" in found["project", "ledger"]["found"]


def test_a_server_that_answers(vidgen, tiny, monkeypatch):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        reach = socket.create_connection
        monkeypatch.setattr(
            "socket.create_connection", lambda address, **more: reach(("127.0.0.1", port), **more)
        )
        found = findings(vidgen("doctor", tiny(), "--json"))
    assert found["local servers", "comfyui"]["state"] == "ok"


@pytest.mark.parametrize("where", ["nowhere", "nowhere/storyboard.yaml"])
def test_a_project_that_is_not_there(vidgen, where):
    assert vidgen("doctor", where, "--json").code == 0
