"""A film with a line in sync, by Kling's key alone: planned, rehearsed, and nothing done twice."""

import json

import pytest

from tests.clips import hum
from tests.processes import inside
from vidgen import catalogue
from vidgen.errors import StoryboardInvalid
from vidgen.job import History
from vidgen.plan import Options, plan
from vidgen.source import load_source

FILM = """\
vidgen: 1
title: One line
format: {aspect: "9:16", resolution: 720p, fps: 24}
budget: {usd: 5}
PROVIDERS
shots:
  - {id: line, model: kling-2.5-turbo, prompt: He speaks into the telephone, lip_sync: line.wav}
"""


@pytest.fixture
def project(tmp_path):
    """A project of one shot that speaks, with other wishes for providers where they are given."""

    def make(providers="", shot=""):
        hum(tmp_path / "line.wav", seconds=3)
        text = FILM.replace("PROVIDERS", providers).replace(", lip_sync", f"{shot}, lip_sync")
        (tmp_path / "storyboard.yaml").write_text(text)
        return tmp_path

    return make


def routes(folder, **options):
    found = plan(
        load_source(folder / "storyboard.yaml"), catalogue.load(), History(), Options(**options)
    )
    return [step.route for step in found.steps]


def test_with_klings_key_alone_the_line_is_spoken_there_once(project):
    folder = project("providers: {prefer: [kling]}")
    words = ("render", str(folder), "--rehearse", "--speed", "2000", "--json")
    first, second = inside(*words), inside(*words)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    report, again = (json.loads(done.stdout.splitlines()[-1]) for done in (first, second))
    assert [one["shot"] for one in report["made"]] == ["line", "line.lip-sync"]
    assert again["made"] == []
    orders = (folder / ".vidgen" / "rehearsal" / "provider" / "books.jsonl").read_text()
    placed = [json.loads(line) for line in orders.splitlines() if '"placed"' in line]
    assert [one["path"] for one in placed] == [
        "text-to-video/kling-2.5-turbo",
        "v1/videos/advanced-lip-sync",
    ]


def test_the_line_is_spoken_where_the_take_was_made_or_anywhere_that_takes_a_file(project):
    only = {"keys": frozenset({"kling"})}
    assert routes(project(), **only) == ["kling:kling-2.5-turbo", "kling:kling-lip-sync"]
    elsewhere = project("providers: {prefer: [kling]}", ", provider: fal")
    made, spoken = routes(elsewhere)
    assert made == "fal:kling-2.5-turbo"
    assert not spoken.startswith("kling:")


def test_where_only_kling_is_left_for_a_take_made_elsewhere_the_plan_says_why_it_cannot(project):
    folder = project("providers: {avoid: [fal, replicate, scenario]}", ", provider: runway")
    with pytest.raises(StoryboardInvalid) as caught:
        routes(folder)
    assert "it takes only clips that were made there (kling)" in caught.value.faults[0].message
