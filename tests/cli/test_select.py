import pytest

from tests.cli.given import put, step_of
from vidgen.errors import Exit
from vidgen.project import Project

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
