import json
from dataclasses import replace

import pytest

from tests.cli.given import put, step_of
from vidgen.chosen import chosen
from vidgen.errors import Exit
from vidgen.job import JobKey
from vidgen.project import Project
from vidgen.source import load_source

STILL = """\
vidgen: 1
title: Still
format: {aspect: "9:16", resolution: 720p}
defaults: {duration: 4s, model: kling-3.0}
shots:
  - {id: sip, still: {prompt: A barista}, prompt: She sips}
  - {id: after, chain: sip, prompt: She smiles}
"""


@pytest.fixture
def three(tiny):
    """Three finals and a draft of one shot."""
    folder = tiny()
    for _ in range(3):
        put(folder, step_of(folder, "one"))
    put(folder, step_of(folder, "one", tier="draft"))
    return folder


@pytest.mark.parametrize("word", ["v002", "v2", "2", "V002"])
def test_a_take_is_named_in_any_way(vidgen, three, word):
    said = vidgen("select", "one", word, "--project", three)
    assert (said.code, said.out) == (0, "")
    assert said.err == "one: v002 is selected; the cut uses v002 (veo-3.1)\n"
    assert Project(three).selects() == {"one": 2}


def test_a_choice_is_taken_back(vidgen, three):
    vidgen("select", "one", "1", "--project", three)
    said = vidgen("select", "one", "--none", "--project", three)
    assert said.err == "one: no take is selected; the cut uses v003 (veo-3.1)\n"
    assert Project(three).selects() == {}


def test_what_a_person_wrote_into_the_file_stays(vidgen, three):
    (three / "selects.yaml").write_text("# ours\none: v001  # the smile\n", encoding="utf-8")
    vidgen("select", "one", "3", "--project", three)
    assert (three / "selects.yaml").read_text(encoding="utf-8") == (
        "# ours\none: v003  # the smile\n"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nine", "1"], "no shot is called `nine` hint: there are: one, two"),
        (["one", "9"], "shot `one` has no take v009 hint: there are: v001 (final)"),
        (["one", "best"], "`best` names no take; a take is named like v002"),
        (["one", "v000"], "`v000` names no take"),
        (["two", "1"], "shot `two` has no take v001 hint: it has no take yet"),
        (
            ["one.music", "1"],
            "shot `one` has no `music` hint: there may be one.still, one.end-still",
        ),
        (["one"], "name one take, or take the choice back with --none"),
        (["one", "1", "--none"], "name one take, or take the choice back with --none"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(vidgen, three, words, told):
    said = vidgen("select", *words, "--project", three)
    assert (said.code, said.out) == (Exit.USAGE, "")
    assert told in " ".join(said.err.split())
    assert not (three / "selects.yaml").exists()


GROUP = """\
vidgen: 1
title: Group
format: {aspect: "9:16", resolution: 720p}
defaults: {duration: 3s, model: kling-3.0}
shots:
  - {id: oven, group: bakery, prompt: Loaves glow}
  - {id: tip, group: bakery, prompt: Steam rises}
  - {id: door, prompt: A door opens}
"""


@pytest.fixture
def bakery(tiny):
    """Two takes of a group, and one of a shot that is in none."""
    folder = tiny(GROUP)
    for place in ("oven.group", "oven.group", "door"):
        put(folder, step_of(folder, place))
    return folder


@pytest.mark.parametrize(
    ("words", "told", "hint"),
    [
        (
            ["tip", "v002"],
            "shot `tip` has no take of its own: it is made in the takes of its group",
            "`vidgen select oven.group v002` chooses that for oven, tip; "
            "`vidgen select tip.group v002` for tip alone",
        ),
        (
            ["oven", "v009"],
            "shot `oven` has no take of its own: it is made in the takes of its group",
            "its group `oven.group` has: v001 (final), v002 (final)",
        ),
        (
            ["tip.group", "v009"],
            "shot `oven.group` has no take v009",
            "there are: v001 (final), v002 (final)",
        ),
        (["door.group", "v001"], "shot `door` is in no group", ""),
    ],
)
def test_a_member_of_a_group_is_told_where_its_takes_are(vidgen, bakery, words, told, hint):
    said = vidgen("select", *words, "--project", bakery)
    assert (said.code, said.out) == (Exit.USAGE, "")
    words = " ".join(said.err.split())
    assert told in words and hint in words
    assert not (bakery / "selects.yaml").exists()


def test_a_members_own_take_beside_its_groups_is_named_with_both(vidgen, bakery):
    put(bakery, step_of(bakery, "tip", tier="animatic"))
    said = vidgen("select", "tip", "v002", "--project", bakery)
    words = " ".join(said.err.split())
    assert "shot `tip` has no take v002" in words
    assert "`vidgen select tip.group v002` for tip alone; there are: v001" in words


def test_before_its_group_has_a_take_a_member_is_told_of_the_group(vidgen, tiny):
    folder = tiny(GROUP)
    said = vidgen("select", "tip", "v001", "--project", folder)
    assert "its group `oven.group` has no take yet" in " ".join(said.err.split())


def test_of_a_shot_in_a_group_the_cut_uses_the_groups_take_until_its_own_is_selected(
    vidgen, bakery
):
    own = step_of(bakery, "door")
    put(bakery, replace(own, job=replace(own.job, shot="tip")))
    said = vidgen("select", "tip", "1", "--project", bakery)
    assert said.err == "tip: v001 is selected; the cut uses v001 (kling-3.0)\n"
    back = vidgen("select", "tip", "--none", "--project", bakery)
    assert back.err == "tip: no take is selected; the cut uses oven.group v002 (kling-3.0)\n"


def test_a_member_of_a_group_may_be_shown_from_another_take_than_the_rest(vidgen, bakery):
    said = vidgen("select", "tip.group", "v001", "--project", bakery)
    assert said.err == "tip.group: v001 is selected; the cut uses oven.group v001 (kling-3.0)\n"
    source, history = load_source(bakery), Project(bakery).history()
    found = chosen(source.board, history, ("final",))
    assert {shot: one.take.number for shot, one in found.items()} == {
        "oven": 2,
        "tip": 1,
        "door": 1,
    }
    takes = json.loads(vidgen("takes", bakery, "--json").out)["takes"]
    of_group = [one for one in takes if one["shot"] == "oven.group"]
    assert [(one["selected"], one["by_hand"]) for one in of_group] == [(True, True), (True, False)]
    vidgen("select", "oven.group", "v001", "--project", bakery)
    vidgen("select", "tip.group", "--none", "--project", bakery)
    found = chosen(source.board, Project(bakery).history(), ("final",))
    assert [one.take.number for one in found.values()] == [1, 1, 1]


def test_a_chain_goes_on_from_the_take_that_its_member_is_shown_from(vidgen, bakery):
    file = bakery / "storyboard.yaml"
    file.write_text(file.read_text().replace("id: door,", "id: door, chain: tip,"))
    before = step_of(bakery, "door")
    said = vidgen("select", "tip.group", "v001", "--project", bakery)
    assert "door starts from it" in said.err
    after = step_of(bakery, "door")
    first, second = sorted(
        (take for take in Project(bakery).history().takes if take.shot == "oven.group"),
        key=lambda take: take.number,
    )
    assert [before.job.needs[0].key, after.job.needs[0].key] == [second.key, first.key]
    own = put(bakery, replace(after, job=replace(after.job, shot="tip", key=JobKey("j1:own"))))
    vidgen("select", "tip", own.name, "--project", bakery)
    assert step_of(bakery, "door").job.needs[0].key == own.key


def test_the_cut_uses_what_was_made_of_the_selected_take(vidgen, tiny):
    folder = tiny(GROUP.replace("A door opens", "A door opens, enhance: {upscale: 4k}"))
    door = put(folder, step_of(folder, "door"))
    put(
        folder, step_of(folder, "door.upscale"), ending="mp4",
        started_from={"source_video": door.digest},
    )  # fmt: skip
    said = vidgen("select", "door", "1", "--project", folder)
    assert said.err.startswith(
        "door: v001 is selected; the cut uses what was made of it, door.upscale v001 ("
    )
    assert len(said.err.splitlines()) == 1


def test_a_draft_may_be_selected_with_a_word_on_what_uses_it(vidgen, three):
    said = vidgen("select", "one", "4", "--project", three)
    assert said.code == 0
    assert "the cut uses v003" in said.err
    assert "v004 is a draft: only `vidgen stitch --draft` uses it" in said.err


def test_without_a_final_no_word_is_lost_on_the_tier(vidgen, tiny):
    folder = tiny()
    put(folder, step_of(folder, "two", tier="draft"))
    said = vidgen("select", "two", "1", "--project", folder)
    assert "without a final, `vidgen stitch --draft` uses v001" in said.err
    assert "only" not in said.err


def test_a_still_is_selected_and_its_shot_named(vidgen, tiny):
    folder = tiny(STILL)
    put(folder, step_of(folder, "sip.still"))
    said = vidgen("select", "sip.still", "v1", "--project", folder)
    assert "sip.still: v001 is selected; v001 is what the shot starts from" in said.err
    assert "sip starts from it" in said.err
    step = step_of(folder, "sip.still")
    assert (step.action, step.reason) == ("reuse", "v001 is selected")


def test_shots_that_start_from_it_are_named(vidgen, tiny):
    folder = tiny(STILL)
    put(folder, step_of(folder, "sip"))
    assert "after starts from it" in vidgen("select", "sip", "1", "--project", folder).err


def test_a_choice_as_data(vidgen, three):
    said = vidgen("select", "one", "2", "--project", three, "--json")
    assert (said.err, said.json) == (
        "",
        {
            "schema": "vidgen.select/1",
            "shot": "one",
            "selected": "v002",
            "path": "takes/one/v002.mp4",
            "uses": {
                "final": "takes/one/v002.mp4",
                "draft": "takes/one/v004.mp4",
                "animatic": None,
            },
            "starting_from_it": [],
        },
    )


def test_the_choice_for_a_shot_that_is_gone_can_be_taken_back(vidgen, three):
    (three / "selects.yaml").write_text("gone: v001\n", encoding="utf-8")
    assert vidgen("select", "gone", "--none", "--project", three).code == 0
    assert Project(three).selects() == {}


def test_a_rehearsal_has_choices_of_its_own(vidgen, tiny):
    folder = tiny()
    put(folder, step_of(folder, "one"), rehearsal=True)
    assert vidgen("select", "one", "1", "--project", folder).code == Exit.USAGE
    assert vidgen("select", "one", "1", "--project", folder, "--rehearsal").code == 0
    assert Project(folder, rehearsal=True).selects() == {"one": 1}
    assert Project(folder).selects() == {}
