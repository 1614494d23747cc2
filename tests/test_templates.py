"""Every template of `vidgen init`: sound, within its budget, and renders as it is."""

import pytest

from vidgen import templates_folder
from vidgen.catalogue import load
from vidgen.check import no_effect
from vidgen.cli.desk import open_project
from vidgen.errors import UnknownName
from vidgen.job import History
from vidgen.named import model_faults
from vidgen.plan import Options, plan
from vidgen.source import load_source

NAMES = templates_folder.names()


@pytest.fixture(scope="module")
def catalogue():
    return load()


def test_there_are_three_or_more_and_each_says_what_it_is():
    assert {"vertical-ad", "cinematic-dialogue", "talking-presenter"} <= set(NAMES)
    for name in NAMES:
        assert load_source(templates_folder.template(name)).board.description


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_sound_and_within_its_budget(name, catalogue):
    source = load_source(templates_folder.template(name))
    assert model_faults(source, catalogue) == ()
    assert no_effect(source) == ()
    found = plan(source, catalogue, History(), Options())
    assert found.verdict == "fits"
    for step in found.steps:
        assert step.quote.usd and step.quote.source and step.quote.as_of


@pytest.mark.parametrize("tier", ["draft", "animatic"])
@pytest.mark.parametrize("name", NAMES)
def test_a_template_plans_at_every_tier(name, tier, catalogue):
    source = load_source(templates_folder.template(name))
    assert plan(source, catalogue, History(), Options(tier=tier)).affordable


@pytest.mark.parametrize("name", NAMES)
def test_a_template_carries_the_line_that_editors_read(name):
    text = (templates_folder.template(name) / "storyboard.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")


def test_a_name_that_does_not_exist():
    with pytest.raises(UnknownName, match="no template is called `vlog`"):
        templates_folder.template("vlog")


def test_a_template_renders_as_it_is(tmp_path):
    import shutil

    from tests.processes import run
    from vidgen.media.frames import count_frames

    folder = tmp_path / "ad"
    shutil.copytree(templates_folder.template("vertical-ad"), folder)
    file = folder / "storyboard.yaml"
    text = file.read_text(encoding="utf-8").replace("1080p", "360p").replace("4s", "1.5s")
    file.write_text(text.replace("social-vertical", "master"), encoding="utf-8")
    said = run("make", folder, "--animatic")
    assert said.returncode == 0, said.stderr
    from vidgen.cut import film_frames

    film = folder / "deliver/reels.mp4"
    assert count_frames(film) == film_frames(open_project(folder).source.board)
