import csv
import io
from decimal import Decimal

import pytest

from tests.cli.conftest import tree
from tests.cli.given import failed, in_doubt, paid, put, step_of
from vidgen.errors import Exit
from vidgen.journal import SCHEMA, entries


@pytest.fixture
def spent(tiny):
    """A project with a final of one shot, tried twice, and a failure of unknown cost."""
    folder = tiny()
    paid(folder, step_of(folder, "one"), "0.30", reserve="0.40")
    paid(folder, step_of(folder, "one"), "0.50", reserve="0.40")
    failed(folder, step_of(folder, "two"), "0.40", usd="0.40")
    return folder


def test_an_empty_ledger_says_so_and_is_left_alone(vidgen, tiny):
    folder = tiny()
    before = tree(folder)
    said = vidgen("ledger", folder)
    assert (said.code, said.out) == (0, "")
    assert said.err == "the ledger is empty: nothing was sent, and nothing was paid\n"
    assert tree(folder) == before
    assert vidgen("ledger", folder, "--json").json["total"]["attempts"] == 0


def test_the_totals_and_the_seconds_in_the_cut(vidgen, spent):
    said = vidgen("ledger", spent)
    assert (said.code, said.err) == (0, "")
    assert "spent 80.00 cr $0.80 possibly spent 40.00 cr $0.40" in " ".join(said.out.split())
    assert "1 attempt of unknown cost: see `vidgen recover`" in said.out
    assert "80.00 cr for each second in the cut (1.00s of film)" in said.out
    found = vidgen("ledger", spent, "--json").json
    assert found["schema"] == "vidgen.ledger/1"
    assert found["total"]["charged"] == {"usd": "0.8", "credits": "80"}
    assert found["total"]["estimated"] == {"usd": "0.8", "credits": "80"}
    (shot,) = found["cut"]["shots"]
    assert (shot["shot"], shot["take"], shot["seconds"]) == ("one", "v002", "1.000")
    assert shot["per_second"] == {"usd": "0.8", "credits": "80"}


def test_reading_the_ledger_leaves_no_trace(vidgen, spent):
    before = tree(spent)
    vidgen("ledger", spent)
    vidgen("ledger", spent, "--csv")
    assert tree(spent) == before


def test_the_cut_is_of_the_best_tier_there_is_and_of_the_take_selected(vidgen, tiny):
    folder = tiny()
    paid(folder, step_of(folder, "one", tier="draft"), "0.10")
    paid(folder, step_of(folder, "one"), "0.40")
    paid(folder, step_of(folder, "two", tier="draft"), "0.05")
    (folder / "selects.yaml").write_text("one: v002\n", encoding="utf-8")
    one, two = vidgen("ledger", folder, "--json").json["cut"]["shots"]
    assert (one["tier"], one["charged"]["usd"]) == ("final", "0.4")
    assert (two["tier"], two["charged"]["usd"]) == ("draft", "0.05")


def test_a_transition_is_shown_once_so_the_seconds_are_those_of_the_film(vidgen, tiny):
    from tests.cli.conftest import TINY

    folder = tiny(TINY.replace("prompt: Steam rises", "prompt: Steam rises, transition: dissolve"))
    for shot in ("one", "two"):
        put(folder, step_of(folder, shot))
    frames = vidgen("plan", folder, "--json").json["film_frames"]
    seconds = vidgen("ledger", folder, "--json").json["cut"]["seconds"]
    assert seconds == f"{frames / 24:.3f}" != "2.000"


def test_a_group_counts_once_under_its_first_shot_with_the_seconds_of_all(vidgen, tiny):
    from tests.cli.test_select import GROUP

    folder = tiny(GROUP)
    paid(folder, step_of(folder, "oven.group"), "0.60")
    paid(folder, step_of(folder, "oven.group"), "0.60")
    paid(folder, step_of(folder, "door"), "0.30")
    found = vidgen("ledger", folder, "--json").json["cut"]
    assert found["seconds"] == "9.000"
    assert [(one["shot"], one["take"], one["seconds"], one["charged"]["usd"])
            for one in found["shots"]] == [
        ("oven", "v002", "6.000", "1.2"), ("door", "v001", "3.000", "0.3"),
    ]  # fmt: skip


def test_by_one_thing_only(vidgen, spent):
    said = vidgen("ledger", spent, "--by", "provider")
    assert "by provider" in said.out and "by shot" not in said.out
    assert set(vidgen("ledger", spent, "--by", "shot", "--json").json["by"]) == {"shot"}
    assert "in the cut" in vidgen("ledger", spent, "--by", "shot").out


def test_every_line_as_csv_with_exact_amounts(vidgen, spent):
    said = vidgen("ledger", spent, "--csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert (said.code, said.err) == (0, "")
    lines = entries(spent / ".vidgen/ledger.db")
    assert [(row["kind"], Decimal(row["usd"])) for row in rows] == [
        (line.kind, line.usd) for line in lines
    ]
    assert all(Decimal(row["credits"]) == Decimal(row["usd"]) * 100 for row in rows)
    assert (rows[0]["shot"], rows[0]["take"], rows[0]["tier"]) == ("one", "1", "final")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--by", "week"], "--by knows day, provider, model, shot; not week"),
        (["--csv", "--json"], "--csv has every line"),
        (["--csv", "--by", "day"], "--csv has every line"),
    ],
)
def test_wrong_words_are_told(vidgen, spent, words, told):
    said = vidgen("ledger", spent, *words)
    assert (said.code, said.out) == (Exit.USAGE, "")
    assert told in " ".join(said.err.split())


def test_the_rehearsal_has_a_ledger_of_its_own(vidgen, spent):
    step = step_of(spent, "two", rehearsal=True)
    paid(spent, step, "9", rehearsal=True)
    played = vidgen("ledger", spent, "--rehearsal", "--json").json
    assert (played["rehearsal"], played["total"]["charged"]["usd"]) == (True, "9")
    assert vidgen("ledger", spent, "--json").json["total"]["charged"]["usd"] == "0.8"


def test_what_is_in_doubt_counts_as_reserved(vidgen, tiny):
    folder = tiny()
    in_doubt(folder, step_of(folder, "one"), "0.84")
    assert vidgen("ledger", folder, "--json").json["total"]["reserved"]["usd"] == "0.84"


def test_a_ledger_of_an_older_version_is_not_said_to_be_empty(vidgen, spent):
    import sqlite3

    path = spent / ".vidgen/ledger.db"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(SCHEMA) - 1}")
    db.close()
    assert "of an older vidgen" in vidgen("ledger", spent).err
