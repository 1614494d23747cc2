import pytest

from tests.cli.conftest import TINY
from tests.cli.given import put, step_of, steps
from tests.cli.test_select import GROUP, STILL

MANY = """\
vidgen: 1
title: Many
format: {aspect: "9:16", resolution: 720p}
defaults: {duration: 4s, trim: {head: 0s, tail: 0s}, model: plain}
draft: {model: silent, resolution: 480p}
shots:
  - {id: sip, still: {prompt: A barista, model: painter}, prompt: She sips}
  - {id: grind, prompt: Beans tumble, takes: 2}
"""


@pytest.fixture
def many(tiny, small_shop):
    """Takes of every kind: a still, finals, a draft; stale, accepted, flagged, of unknown cost."""
    folder = tiny(MANY)
    put(folder, step_of(folder, "sip.still"), cost="0.04")
    put(folder, step_of(folder, "sip"), cost="0.32", flags=("short", "size"), seed=4218)
    put(folder, step_of(folder, "sip"), cost=None)
    put(folder, step_of(folder, "grind"), cost="0.32")
    put(folder, step_of(folder, "grind", tier="draft"), cost="0.10")
    tiny(MANY.replace("Beans tumble", "Beans fall"))
    put(folder, step_of(folder, "grind"), cost="0.32")
    (folder / "selects.yaml").write_text("sip: v001\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_takes_read_well(vidgen, many, golden, columns):
    said = vidgen("takes", many, columns=columns)
    assert (said.code, said.err) == (0, "")
    assert max(len(row.rstrip()) for row in said.out.splitlines()) <= columns
    golden(f"listed-takes/many-{columns}.txt", said.out)


def test_off_a_terminal_no_line_of_a_table_ends_in_blanks(vidgen, many):
    for words in (["takes", many], ["plan", many], ["ledger", many], ["models"]):
        lines = vidgen(*words).out.splitlines()
        assert lines == [line.rstrip() for line in lines]


def test_takes_stand_in_the_order_of_the_film_with_how_they_stand(vidgen, many):
    found = vidgen("takes", many, "--json").json
    assert found["schema"] == "vidgen.takes/1"
    told = [
        (take["shot"], take["name"], take["selected"], take["by_hand"], take["stale"])
        for take in found["takes"]
    ]
    assert told == [
        ("sip.still", "v001", True, False, False),
        ("sip", "v001", True, True, False),
        ("sip", "v002", False, False, False),
        ("grind", "v001", False, False, True),
        ("grind", "v002", True, False, True),
        ("grind", "v003", True, False, False),
    ]
    by_name = {(take["shot"], take["name"]): take for take in found["takes"]}
    assert by_name["sip", "v001"]["flags"] == ["short", "size"]
    assert by_name["sip", "v001"]["cost"] == {"usd": "0.32", "credits": "32"}
    assert (by_name["sip", "v001"]["seed"], by_name["sip", "v002"]["seed"]) == (4218, None)
    assert (by_name["sip", "v002"]["cost_usd"], by_name["sip", "v002"]["cost"]) == (None, None)
    assert by_name["sip", "v002"]["flags"] == []


def test_one_shot_is_listed_with_its_stills(vidgen, many):
    found = vidgen("takes", many, "--shot", "sip", "--json").json["takes"]
    assert [take["shot"] for take in found] == ["sip.still", "sip", "sip"]
    stills = vidgen("takes", many, "--shot", "sip.still", "--json").json["takes"]
    assert [take["shot"] for take in stills] == ["sip.still"]


def test_an_accepted_take_is_not_stale(vidgen, many):
    vidgen("accept", "grind", "v001", "--project", many)
    found = vidgen("takes", many, "--shot", "grind", "--json").json["takes"]
    assert (found[0]["name"], found[0]["stale"]) == ("v001", False)
    assert "v001  final  plain" in vidgen("takes", many).out
    row = next(line for line in vidgen("takes", many).out.splitlines() if "grind      v001" in line)
    assert row.rstrip().endswith("accepted")


def test_more_takes_than_are_written_are_not_stale_for_that(vidgen, tiny):
    folder = tiny()
    for step in steps(folder, takes=3):
        if step.job.shot == "one":
            put(folder, step)
    found = vidgen("takes", folder, "--json").json["takes"]
    assert [(take["take"], take["stale"]) for take in found] == [(1, False), (2, False), (3, False)]


def test_a_chained_take_of_another_start_is_stale(vidgen, tiny):
    folder = tiny(TINY.replace("prompt: Steam rises", "chain: one, prompt: Steam rises"))
    first = put(folder, step_of(folder, "one"))
    put(folder, step_of(folder, "two"), started_from={"first_frame": first.digest})
    put(folder, step_of(folder, "one"))
    found = vidgen("takes", folder, "--json").json["takes"]
    assert [(take["shot"], take["stale"]) for take in found] == [
        ("one", False), ("one", False), ("two", True),
    ]  # fmt: skip
    (folder / "selects.yaml").write_text("one: v001\n", encoding="utf-8")
    assert vidgen("takes", folder, "--json").json["takes"][-1]["stale"] is False


def test_stills_are_held_against_what_is_written_also_while_one_is_selected(vidgen, tiny):
    folder = tiny(STILL)
    put(folder, step_of(folder, "sip.still"))
    tiny(STILL.replace("A barista", "A cook"))
    put(folder, step_of(folder, "sip.still", rerun=["changed"]))
    (folder / "selects.yaml").write_text("sip.still: v001\n", encoding="utf-8")
    found = vidgen("takes", folder, "--json").json["takes"]
    assert [take["stale"] for take in found] == [True, False]


def test_without_a_plan_takes_are_listed_all_the_same(vidgen, tiny):
    folder = tiny()
    put(folder, step_of(folder, "one"))
    tiny(TINY.replace("veo-3.1", "no-such-model"))
    said = vidgen("takes", folder, "--json")
    assert (said.code, said.json["takes"][0]["stale"]) == (0, None)
    assert "v001" in vidgen("takes", folder).out


def test_takes_of_a_shot_that_is_gone_are_listed_last(vidgen, tiny):
    folder = tiny()
    put(folder, step_of(folder, "one"))
    put(folder, step_of(folder, "two"))
    tiny(TINY.replace("id: one", "id: three"))
    found = vidgen("takes", folder, "--json").json["takes"]
    assert [(take["shot"], take["stale"]) for take in found] == [("two", False), ("one", True)]


def test_a_rehearsal_has_takes_of_its_own(vidgen, tiny):
    folder = tiny()
    put(folder, step_of(folder, "one"), rehearsal=True)
    assert vidgen("takes", folder, "--json").json["takes"] == []
    (take,) = vidgen("takes", folder, "--rehearsal", "--json").json["takes"]
    assert take["path"] == ".vidgen/rehearsal/takes/one/v001.mp4"


def test_a_members_own_take_is_starred_only_once_it_stands_for_its_groups(vidgen, tiny):
    folder = tiny(GROUP)
    own = step_of(tiny(GROUP.replace("group: bakery, ", "")), "tip")
    put(folder, own)
    tiny(GROUP)
    put(folder, step_of(folder, "oven.group"))

    def starred():
        return {take["shot"]: take["selected"] for take in
                vidgen("takes", folder, "--json").json["takes"]}  # fmt: skip

    assert starred() == {"oven.group": True, "tip": False}
    vidgen("select", "tip", "1", "--project", folder)
    assert starred() == {"oven.group": True, "tip": True}


def test_the_take_of_a_group_says_which_shots_it_holds_and_where(vidgen, tiny):
    folder = tiny(GROUP.replace("Steam rises", "Steam rises, duration: 4s"))
    put(folder, step_of(folder, "oven.group"))
    put(folder, step_of(folder, "door"))
    assert "oven 0-3s, tip 3-7s" in vidgen("takes", folder, columns=120).out
    (take,) = vidgen("takes", folder, "--shot", "tip", "--json").json["takes"]
    assert (take["shot"], take["stale"]) == ("oven.group", False)
    assert take["holds"] == [
        {"shot": "oven", "from": "0", "to": "3"}, {"shot": "tip", "from": "3", "to": "7"},
    ]  # fmt: skip


def test_more_takes_of_a_group_than_are_written_are_not_stale_for_that(vidgen, tiny):
    folder = tiny(GROUP)
    for step in steps(folder, takes=2):
        if step.job.shot == "oven.group":
            put(folder, step)
    found = vidgen("takes", folder, "--json").json["takes"]
    assert [(take["take"], take["stale"]) for take in found] == [(1, False), (2, False)]
