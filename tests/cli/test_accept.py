import json
from decimal import Decimal

import pytest

from tests.cli.conftest import TINY
from tests.cli.given import NO, journal_of, put, step_of
from tests.cli.test_select import STILL
from vidgen.cli.choice import planned
from vidgen.cli.desk import open_project
from vidgen.errors import Exit
from vidgen.plan.standing import standing

CHAIN = TINY.replace("prompt: Steam rises}", "chain: one, prompt: Steam rises}")


@pytest.fixture
def stale(tiny):
    """Both shots have a take, and the first shot's words have changed since."""
    folder = tiny()
    for shot in ("one", "two"):
        put(folder, step_of(folder, shot))
    tiny(TINY.replace("A cup of coffee", "A cup of tea"))
    return folder


def test_a_stale_take_counts_as_what_is_asked(vidgen, stale):
    assert step_of(stale, "one").action == "stale"
    said = vidgen("accept", "one", "--project", stale)
    assert (said.code, said.out) == (0, "")
    assert said.err == "one: v001 is accepted as what is asked\n"
    step = step_of(stale, "one")
    assert (step.action, step.reason) == ("reuse", "v001 is what is asked")


def test_it_holds_until_the_shot_changes_again(vidgen, stale, tiny):
    vidgen("accept", "one", "--project", stale)
    tiny(TINY.replace("A cup of coffee", "A cup of water"))
    assert step_of(stale, "one").action == "stale"
    tiny(TINY)
    assert step_of(stale, "one").action == "reuse"


def test_what_is_asked_already_is_said_and_nothing_is_written(vidgen, stale):
    sidecar = stale / "takes/two/v001.json"
    before = sidecar.read_bytes()
    said = vidgen("accept", "two", "--project", stale)
    assert (said.code, said.err) == (0, "two: v001 is what is asked\n")
    assert vidgen("accept", "two", "v1", "--project", stale).err == said.err
    assert sidecar.read_bytes() == before


def test_without_a_take_there_is_nothing_to_accept(vidgen, tiny):
    folder = tiny()
    said = vidgen("accept", "one", "--project", folder)
    assert said.code == Exit.USAGE
    assert "`one` has no take yet" in said.err
    assert "`one` has no draft take yet" in vidgen(
        "accept", "one", "--draft", "--project", folder
    ).err  # fmt: skip
    everything = vidgen("accept", "--all", "--project", folder)
    assert (everything.code, everything.err) == (0, "nothing is stale\n")


def test_a_retake_that_is_under_way_is_collected_first(vidgen, stale):
    with journal_of(stale) as journal:
        journal.begin(step_of(stale, "one").job, Decimal(1), NO)
    said = vidgen("accept", "one", "--project", stale)
    assert said.code == Exit.USAGE
    assert "one.t1 is under way" in said.err


def test_a_take_is_accepted_by_name_and_the_cut_told(vidgen, stale):
    put(stale, step_of(stale, "one"))
    said = vidgen("accept", "one", "v001", "--project", stale)
    assert "one: v001 is accepted as what is asked" in said.err
    assert "`vidgen select one v001` takes this one" in said.err
    vidgen("select", "one", "v001", "--project", stale)
    step = step_of(stale, "one")
    assert (step.action, step.take.number) == ("reuse", 1)


def test_a_chain_is_accepted_with_what_it_starts_from_now(vidgen, tiny):
    folder = tiny(CHAIN)
    first = put(folder, step_of(folder, "one"))
    put(folder, step_of(folder, "two"), started_from={"first_frame": first.digest})
    assert step_of(folder, "two").action == "reuse"
    again = put(folder, step_of(folder, "one"))
    assert step_of(folder, "two").action == "stale"
    assert vidgen("accept", "two", "--project", folder).code == 0
    assert step_of(folder, "two").action == "reuse"
    sidecar = json.loads((folder / "takes/two/v001.json").read_bytes())
    assert sidecar["accepted"][0]["started_from"] == {"first_frame": again.digest}
    put(folder, step_of(folder, "one"))
    assert step_of(folder, "two").action == "stale"


def test_what_starts_from_a_take_that_is_still_to_be_made_waits(vidgen, tiny):
    folder = tiny(CHAIN)
    put(folder, step_of(folder, "two"))
    tiny(CHAIN.replace("Steam rises", "Steam falls"))
    said = vidgen("accept", "two", "--project", folder)
    assert said.code == Exit.USAGE
    assert "`one`, which it starts from, is made first" in said.err
    assert "accepted" not in json.loads((folder / "takes/two/v001.json").read_bytes())
    assert "which it starts from" in vidgen("accept", "two", "1", "--project", folder).err


def test_everything_stale_is_accepted_along_a_chain(vidgen, tiny):
    folder = tiny(CHAIN)
    first = put(folder, step_of(folder, "one"))
    put(folder, step_of(folder, "two"), started_from={"first_frame": first.digest})
    tiny(CHAIN.replace("Steam rises", "Steam falls").replace("A cup of coffee", "A cup of tea"))
    said = vidgen("accept", "--all", "--project", folder, "--json")
    assert (said.code, said.json["schema"]) == (0, "vidgen.accept/1")
    assert [(item["shot"], item["take"]) for item in said.json["accepted"]] == [
        ("one", "v001"), ("two", "v001"),
    ]  # fmt: skip
    assert said.json["left"] == []
    assert [step_of(folder, shot).action for shot in ("one", "two")] == ["reuse", "reuse"]


def test_a_still_is_accepted(vidgen, tiny):
    folder = tiny(STILL)
    put(folder, step_of(folder, "sip.still"))
    tiny(STILL.replace("A barista", "A cook"))
    assert step_of(folder, "sip.still").action == "stale"
    assert vidgen("accept", "sip.still", "--project", folder).code == 0
    assert step_of(folder, "sip.still").action == "reuse"


def test_a_still_is_accepted_for_what_is_written_also_while_another_is_selected(vidgen, tiny):
    folder = tiny(STILL)
    for _ in range(2):
        put(folder, step_of(folder, "sip.still"))
    vidgen("select", "sip.still", "1", "--project", folder)
    tiny(STILL.replace("A barista", "A cook"))
    assert vidgen("accept", "sip.still", "2", "--project", folder).code == 0
    vidgen("select", "sip.still", "--none", "--project", folder)
    step = step_of(folder, "sip.still")
    assert (step.action, step.take.number) == ("reuse", 2)


def test_a_take_that_would_be_made_again_for_nothing_is_kept_once_it_is_accepted(vidgen, tiny):
    folder = tiny()
    put(folder, step_of(folder, "one", tier="animatic"))
    tiny(TINY.replace("A cup of coffee", "A cup of tea"))
    assert step_of(folder, "one", tier="animatic").action == "redo"
    assert vidgen("accept", "one", "v001", "--project", folder).code == 0
    assert step_of(folder, "one", tier="animatic").action == "reuse"


@pytest.mark.parametrize("words", [[], ["one", "--all"]])
def test_one_shot_or_all(vidgen, tiny, words):
    said = vidgen("accept", *words, "--project", tiny())
    assert said.code == Exit.USAGE
    assert "name a shot, or accept every stale take with --all" in " ".join(said.err.split())


def test_how_takes_stand_is_what_the_plan_says_of_them(stale):
    project = open_project(stale)
    found = standing([planned(project, "final")])
    told = {take.shot: found.stale(take) for take in project.project.takes()}
    assert told == {"one": True, "two": False}
