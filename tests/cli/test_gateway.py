"""A real run, no rehearsal: a gateway and a server of one's own, where the user says they are."""

import contextlib
import json
import socket
from dataclasses import replace

import pytest

from tests.sweep.stage import Marked
from vidgen.cli.desk import open_project
from vidgen.cli.rehearsal import works_of
from vidgen.errors import Exit
from vidgen.plan import Options
from vidgen.rehearsal.server import Server, start_thread

FILM = """\
vidgen: 1
title: At home
format: {aspect: "16:9", resolution: 720p, fps: 24}
budget: {usd: 2}
shots:
"""
GATEWAY = """\
  - id: boat
    model: gemini-omni-1.2-flash
    provider: openai-compatible
    duration: 5s
    prompt: A boat
"""
OWN = "  - {id: star, model: wan-2.2, provider: sglang, duration: 3s, prompt: A star falls}\n"
PRICES = """\
prices:
  - {model: gemini-omni-1.2-flash, provider: openai-compatible, per: clip, usd: 0.33}
  - {model: wan-2.2, provider: sglang, per: clip, usd: 0.05}
"""


def project(folder, shots):
    folder.mkdir()
    (folder / "storyboard.yaml").write_text(FILM + shots)
    (folder / "prices.yaml").write_text(PRICES)
    return folder


@contextlib.contextmanager
def played(folder, home, path):
    """A server of that shape on this machine, at an address of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    at = f"http://127.0.0.1:{port}{path}"
    found = open_project(home)
    (one,) = works_of(found, found.plan(Options(allow_unpriced=True)))

    def make():
        place = folder / "played"
        place.mkdir()
        there = replace(one, base_url=at)
        return Server((there,), folder=place, clips=Marked(place), speed=3000, port=port)

    with start_thread(make) as server:
        yield at, server


@pytest.mark.parametrize(
    ("shots", "address", "path", "key", "shot", "usd"),
    [
        (GATEWAY, "OPENAI_BASE_URL", "/v1", {"OPENAI_API_KEY": "sk-of-my-gateway"}, "boat", "0.33"),
        (OWN, "SGLANG_URL", "", {}, "star", "0.05"),
    ],
)
def test_a_clip_is_ordered_looked_at_and_fetched_there(
    vidgen, tmp_path, monkeypatch, shots, address, path, key, shot, usd
):
    home = project(tmp_path / "film", shots)
    with played(tmp_path, home, path) as (at, server):
        monkeypatch.setenv(address, at)
        for name, value in key.items():
            monkeypatch.setenv(name, value)
        said = vidgen("render", home, "--yes", "--json")
        assert said.code == Exit.DONE, said.err
        assert [one["shot"] for one in said.lines[-1]["made"]] == [shot]
        assert len(server.books.orders()) == 1
        assert f"{server.books.billed():f}" == usd
    sidecar = json.loads((home / f"takes/{shot}/v001.json").read_text())
    assert sidecar["cost_usd"] == usd
    assert not any("sk-of-my-gateway" in path.read_text("latin-1") for path in files(home))


def files(home):
    return [path for path in home.rglob("*") if path.is_file()]


def test_a_gateway_without_an_address_is_told_before_anything_is_asked(vidgen, tmp_path):
    said = vidgen("render", project(tmp_path / "film", GATEWAY), "--yes")
    assert said.code == 5
    assert "OPENAI_API_KEY for OpenAI-compatible gateway" in said.err


def test_a_key_without_an_address_is_not_enough(vidgen, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-my-gateway")
    said = vidgen("render", project(tmp_path / "film", GATEWAY), "--yes")
    assert said.code == 5
    assert "OPENAI_BASE_URL for OpenAI-compatible gateway" in said.err
