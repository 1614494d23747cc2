"""`vidgen stitch`: what it is asked to deliver."""

import pytest
from typer.testing import CliRunner

from vidgen.cli import app, register
from vidgen.cli.stitch import file_name

FILM = "vidgen: 1\ntitle: Film\nshots: [{id: a, prompt: p}]\n"


def told(tmp_path, *words):
    register(None)
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    return CliRunner().invoke(app, ["stitch", str(tmp_path), *words])


def test_a_preset_that_is_none_is_told_with_the_nearest(tmp_path):
    done = told(tmp_path, "--preset", "social-vertcal")
    assert done.exit_code == 2
    assert "no preset `social-vertcal`" in done.stderr
    assert "did you mean `social-vertical`?" in done.stderr


def test_missing_takes_are_named_with_a_way_out(tmp_path):
    done = told(tmp_path)
    assert done.exit_code == 1
    assert "no take of: a" in done.stderr
    assert "--animatic" in done.stderr


@pytest.mark.parametrize(
    ("folder", "name"),
    [("my-film", "my-film"), ("mein Film é", "mein-Film"), ("日本", "film"), ("a" * 99, "a" * 60)],
)
def test_any_folder_makes_a_file_name(folder, name):
    assert file_name(folder) == name
