import json
import shutil
import sqlite3
import subprocess
import sys

import pytest

from tests.cli.conftest import tree

FILM = """
    budget: {credits: %s, rerolls: 2.5}
    defaults: {duration: 4.5s}
    rotation: {hero: dear, work: plain}
    shots:
      - {id: open, prompt: A cup on a table, role: work, still: stills/cup.png}
      - {id: pour, prompt: Coffee pours, role: work, chain: open, takes: 2}
      - id: smile
        role: hero
        prompt: {subject: a woman, action: smiles, dialogue: [{says: Good.}]}
        negative_prompt: blur
"""


@pytest.fixture
def board(film, small_shop, tmp_path):
    def write(credits=1500):
        film(FILM % credits, stills=["stills/cup.png"])
        return tmp_path

    return write


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_a_plan_reads_well(vidgen, board, golden, columns):
    said = vidgen("plan", board(), columns=columns)
    assert (said.code, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= columns
    golden(f"plan/fits-{columns}.txt", said.out)


@pytest.mark.parametrize("columns", [80, 140])
def test_a_plan_over_budget_names_the_ways_out(vidgen, board, golden, columns):
    said = vidgen("plan", board(600), columns=columns)
    assert said.code == 4
    golden(f"plan/over-{columns}.txt", said.out)


def test_a_plan_as_data(vidgen, board, golden):
    said = vidgen("plan", board(600), "--json")
    assert (said.code, said.json["schema"], said.json["verdict"]) == (
        4,
        "vidgen.plan/2",
        "over-expected",
    )
    assert said.err.startswith("over budget by ")
    golden("plan/over.json", said.out)


def test_the_prompts_word_for_word(vidgen, board, golden):
    said = vidgen("plan", board(), "--prompts")
    assert (said.code, said.err) == (0, "")
    golden("plan/prompts.txt", said.out)
    one = vidgen("plan", board(), "--prompts", "--shot", "smile")
    assert one.out in said.out


def test_a_plan_of_what_is_free(vidgen, board, golden):
    golden("plan/animatic-80.txt", vidgen("plan", board(), "--animatic").out)


def test_a_plan_of_one_shot_says_nothing_of_the_film(vidgen, board):
    said = vidgen("plan", board(), "--shot", "open")
    assert "a film of" not in said.out
    assert said.code == 0


def test_an_unknown_price_promises_nothing(vidgen, film, small_shop, tmp_path):
    offers = small_shop.providers["two"].offers
    unpriced = [offer.model_copy(update={"prices": ()}) for offer in offers]
    small_shop.providers["two"] = small_shop.providers["two"].model_copy(
        update={"offers": tuple(unpriced)}
    )
    film("shots: [{id: a, prompt: p, model: dear, still: s.png}]", stills=["s.png"])
    said = vidgen("plan", tmp_path)
    assert said.code == 4
    assert "no price is known for a" in said.out
    assert vidgen("plan", tmp_path, "--allow-unpriced").code == 0


def test_keys_at_hand_only_where_asked(vidgen, film, small_shop, tmp_path, monkeypatch):
    film("shots: [{id: a, prompt: p, model: plain, still: s.png}]", stills=["s.png"])
    monkeypatch.setenv("ONE_API_KEY", "xyzzy")
    assert vidgen("plan", tmp_path, "--json").json["steps"][0]["route"] == "two:plain"
    asked = vidgen("plan", tmp_path, "--json", "--with-keys")
    assert asked.json["steps"][0]["route"] == "one:plain"
    assert "xyzzy" not in asked.out + asked.err


# -- the example --------------------------------------------------------------------------------


def test_the_example_fits_its_budget_and_every_shot_has_a_dated_price(vidgen, example):
    said = vidgen("plan", example, "--json")
    assert (said.code, said.json["verdict"], said.json["film_frames"]) == (0, "fits", 612)
    for step in said.json["steps"]:
        assert step["price"]["source"] and step["price"]["as_of"] and step["price"]["cost"]


def test_planning_twice_gives_the_same_bytes(vidgen, example):
    assert vidgen("plan", example, "--json").out == vidgen("plan", example, "--json").out


def test_planning_from_elsewhere_gives_the_same_bytes(vidgen, example, monkeypatch):
    here = vidgen("plan", example, "--json").out
    monkeypatch.chdir(example)
    assert vidgen("plan", "--json").out == here
    assert vidgen("plan", example / "storyboard.yaml", "--json").out == here


def test_another_prompt_for_shot_3_renames_its_job_and_what_chains_from_it(vidgen, example):
    file = example / "storyboard.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("  - id: smile\n", "  - id: smile\n    chain: steam\n")
    text = text.replace("    still: stills/smile.jpg\n", "")
    file.write_text(text, encoding="utf-8")
    before = keys(vidgen("plan", example, "--json").json)
    file.write_text(text.replace("Steam curls above", "Steam dances over"), encoding="utf-8")
    after = keys(vidgen("plan", example, "--json").json)
    assert {shot for shot in before if before[shot] != after[shot]} == {"steam", "smile"}


def keys(found):
    return {step["shot"]: step["key"] for step in found["steps"]}


# -- leaves no trace ----------------------------------------------------------------------------


def test_planning_leaves_no_trace(vidgen, example):
    before = tree(example)
    for more in ((), ("--json",), ("--prompts",), ("--animatic",), ("--draft",)):
        vidgen("plan", example, *more)
    assert tree(example) == before


@pytest.mark.parametrize("end", ["db.close()", "os._exit(9)"], ids=["closed", "killed"])
def test_planning_leaves_no_trace_beside_a_ledger(vidgen, example, end):
    script = f"""
import os, pathlib
from decimal import Decimal
from fractions import Fraction
from vidgen.job import Job, JobKey, Request
from vidgen.journal import Journal, Limits
journal = Journal(pathlib.Path({str(example / ".vidgen/ledger.db")!r}))
db = journal._db
job = Job(JobKey("j"), "sip", "final", 1, Request(
    kind="video", mode="text", model="m", provider="p", endpoint="e", prompt="", aspect="9:16",
    resolution="1080p", width=1080, height=1920, rate=Fraction(24),
))
journal.begin(job, Decimal(3), Limits())
journal.failed(job.key, 1, "broke", charged=True, usd=Decimal("2.5"))
{end}
"""
    subprocess.run([sys.executable, "-c", script], check=False)
    assert (example / ".vidgen/ledger.db-wal").exists() == (end != "db.close()")
    before = tree(example)
    said = vidgen("plan", example, "--json")
    assert tree(example) == before
    assert said.json["totals"]["spent"]["usd"] == "2.5"
    assert vidgen("doctor", example, "--json").code == 0
    assert tree(example) == before


def test_a_broken_ledger_is_told_plainly(vidgen, example):
    (example / ".vidgen").mkdir()
    (example / ".vidgen/ledger.db").write_bytes(b"no database" * 100)
    said = vidgen("plan", example)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: ledger-error\n")
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(example / ".vidgen/ledger.db").execute("SELECT * FROM job")


def test_names_with_spaces_and_letters_of_all_kinds(vidgen, example, tmp_path):
    folder = tmp_path / "Première Tasse — 初めて"
    shutil.move(example, folder)
    said = vidgen("plan", folder)
    assert said.code == 0
    assert vidgen("check", folder).code == 0


def test_a_plan_as_json_is_one_object(vidgen, board):
    assert isinstance(json.loads(vidgen("plan", board(), "--json").out), dict)
