"""Every broken storyboard says what is wrong, where, and what to do; goldens hold the words.

After a change that is meant: `python -m tests.test_broken_storyboards` writes them anew.
"""

import re
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.broken_storyboards import GOLDEN, OF_THE_PLAN, build, names
from tests.conftest import model, offer, provider
from vidgen.catalogue import Catalogue
from vidgen.cli import app, register
from vidgen.errors import Exit, StoryboardInvalid
from vidgen.fault_text import render_faults
from vidgen.job import History
from vidgen.named import model_faults
from vidgen.plan import Options, plan
from vidgen.source import load_source

TOLD = names()


def shelf():
    """A catalogue with the few models that the broken storyboards name."""
    models = [
        model("veo-3.1"),
        model("seedance-2.0"),
        model("nano-banana-pro", kind="image", durations=None),
    ]
    offers = [offer("veo-3.1", Decimal("0.40")), offer("seedance-2.0", Decimal("0.15"))]
    sold = provider("one", *offers)
    return Catalogue({item.id: item for item in models}, {"one": sold})


def faults_of(name, folder):
    """What loading a broken storyboard tells, or the catalogue says of it, or the plan."""
    file = build(name, folder)
    try:
        source = load_source(file, name=file.name)
        if name in OF_THE_PLAN:
            plan(source, shelf(), History(), Options())
        return model_faults(source, shelf())
    except StoryboardInvalid as error:
        assert error.exit_code == Exit.INVALID
        return error.faults


def rendered(name, folder):
    return render_faults(faults_of(name, folder)) + "\n"


def test_there_are_many():
    assert len(TOLD) >= 45


@pytest.mark.parametrize("name", TOLD)
def test_a_broken_storyboard_tells_what_is_wrong(name, tmp_path):
    told = rendered(name, tmp_path / "film")
    assert told == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TOLD)
def test_the_command_leaves_with_3_and_no_traceback(name, tmp_path):
    file = build(name, tmp_path / "film")
    register(None)
    done = CliRunner().invoke(app, ["plan", str(file)])
    assert done.exit_code == Exit.INVALID, done.output
    assert done.stderr.startswith("error: ")
    assert f"{file.name}:" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("name", TOLD)
def test_every_place_is_in_the_file(name, tmp_path):
    faults = faults_of(name, tmp_path / "film")
    assert faults
    file = tmp_path / "film" / f"{name}.yaml"
    text = "" if name == "huge" else file.read_text("utf-8", errors="replace")
    lines = text.splitlines() or [""]
    for fault in faults:
        assert fault.file == file.name
        assert 1 <= fault.line <= len(lines)
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.code)
        assert not fault.message.endswith(".")


@pytest.mark.parametrize("name", [name for name in TOLD if name != "many-at-once"])
def test_one_mistake_is_told_once(name, tmp_path):
    several = {"nearly-a-format": 2}
    assert len(faults_of(name, tmp_path / "film")) == several.get(name, 1)


def test_many_mistakes_are_told_together(tmp_path):
    assert len(faults_of("many-at-once", tmp_path / "film")) == 15


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for broken in TOLD:
        with tempfile.TemporaryDirectory() as folder:
            text = rendered(broken, Path(folder) / "film")
        (GOLDEN / f"{broken}.txt").write_text(text, encoding="utf-8")
