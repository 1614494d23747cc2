import json

import pytest

from tests.cli.conftest import tree
from vidgen import templates_folder
from vidgen.errors import Exit


def test_the_templates_are_listed(vidgen):
    said = vidgen("init", "--list")
    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()] == list(templates_folder.names())
    assert vidgen("init").code == Exit.USAGE


@pytest.mark.parametrize("name", templates_folder.names())
def test_a_project_from_each_template_checks_and_plans_as_it_is(vidgen, name, tmp_path):
    folder = tmp_path / f"my {name}"
    said = vidgen("init", folder, "--template", name)
    assert (said.code, said.out) == (0, "")
    assert f'vidgen plan "{folder}"' in said.err
    assert vidgen("check", folder).code == 0
    assert vidgen("plan", folder).code == 0
    assert vidgen("plan", folder, "--animatic").code == 0
    assert not (folder / ".vidgen").exists()
    assert json.loads((folder / "schema.json").read_text(encoding="utf-8"))["title"]
    assert ".env" in (folder / ".gitignore").read_text().split()


def test_nothing_is_written_over(vidgen, tiny):
    folder = tiny()
    before = tree(folder)
    said = vidgen("init", folder)
    assert (said.code, tree(folder)) == (Exit.FAILED, before)
    assert "folder-not-empty" in said.err


def test_an_empty_folder_will_do(vidgen, tmp_path):
    (tmp_path / "new").mkdir()
    assert vidgen("init", "new").code == 0
