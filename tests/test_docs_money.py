"""The tables of JSON in docs/commands.md and docs/money.md name exactly the keys that there are."""

import json

import pytest

from tests.cli.given import in_doubt, paid, step_of
from tests.conftest import still
from tests.docs_pages import captures, quoted, tables

FILM = """\
vidgen: 1
title: A
format: {aspect: "9:16", resolution: 720p}
defaults: {duration: 4s, model: kling-3.0}
shots:
  - {id: a, still: {prompt: B}, prompt: A}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    still(tmp_path / "own.png", size=(768, 1376))
    return tmp_path


def keys(page):
    """The keys that each table of a page names."""
    return [{name for row in rows for name in quoted(row[0])} for rows in tables(page, "key")]


def told(page, schema):
    """The keys of the table whose first row names that schema."""
    for found in tables(page, "key"):
        if found[0][0] == "`schema`" and quoted(found[0][1]) == [schema]:
            return {name for row in found for name in quoted(row[0])}
    raise AssertionError(f"{page} has no table of {schema}")


def said(folder, *words):
    text, code = captures.vidgen([*words, "--json"], folder, 96)
    assert code == 0, text
    return json.loads(text)


@pytest.mark.parametrize(
    "words",
    [["select", "a.still", "v001"], ["accept", "--all"], ["import", "a.still", "own.png"]],
    ids=lambda words: words[0],
)
def test_the_shapes_of_commands(folder, words):
    said(folder, "import", "a.still", "own.png")
    found = said(folder, *words)
    assert told("commands.md", found["schema"]) == set(found)


def test_what_takes_says_besides_a_sidecar(folder):
    said(folder, "import", "a.still", "own.png")
    (found,) = said(folder, "takes")["takes"]
    assert {"name", "cost", "selected", "by_hand", "stale", "holds"} in keys("commands.md")
    assert {"name", "cost", "selected", "by_hand", "stale", "holds"} <= set(found)


def test_the_shape_of_a_ledger(folder):
    paid(folder, step_of(folder, "a"))
    found = said(folder, "ledger")
    assert told("money.md", "vidgen.ledger/1") == set(found)
    rows_ = next(rows for rows in tables("money.md", "key") if "vidgen.ledger/1" in rows[0][1])
    words = {quoted(row[0])[0]: set(quoted(row[1])) for row in rows_}
    assert words["total"] == set(found["total"])
    assert words["cut"] == set(found["cut"]) | set(found["cut"]["shots"][0])
    assert words["by"] == {*found["by"], "name"}


def test_the_shape_of_doubts(folder):
    in_doubt(folder, step_of(folder, "a"))
    (found,) = said(folder, "recover")["jobs"]
    assert set(found) in keys("money.md")
