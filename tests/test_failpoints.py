"""The named moments: all are there, none is unknown, and an armed process ends at its moment."""

import ast
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from vidgen import failpoints
from vidgen.failpoints import NAMES, arm, passed

SRC = Path(failpoints.__file__).parent


@pytest.fixture(autouse=True)
def disarmed(monkeypatch):
    monkeypatch.setattr(failpoints, "_armed", None)


def marked():
    """What is given to `passed` everywhere in the package, with its file."""
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func if isinstance(node, ast.Call) else None
            if isinstance(name, ast.Name | ast.Attribute):
                called = name.id if isinstance(name, ast.Name) else name.attr
                if called == "passed":
                    yield path.relative_to(SRC).as_posix(), node


def test_every_moment_is_marked_by_a_plain_name():
    for path, call in marked():
        words = call.args
        plain = len(words) == 1 and isinstance(words[0], ast.Constant) and not call.keywords
        assert plain, f"{path}:{call.lineno}"


def test_every_name_is_passed_once_in_the_source_and_no_other_name_is():
    found = Counter(call.args[0].value for _, call in marked())
    assert set(found) - set(NAMES) == set()
    assert set(NAMES) - set(found) == set()
    assert [name for name, count in found.items() if count > 1] == []
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("spec", ["", "no-such-moment", "intent-written:often", ":2", "intent"])
def test_what_names_no_moment_is_refused(spec):
    with pytest.raises(ValueError, match=r"no failpoint|invalid literal"):
        arm(spec)
    assert failpoints._armed is None


def test_nothing_happens_at_any_moment_while_nothing_is_armed():
    for name in NAMES:
        passed(name)


COUNTING = """
import sys
from vidgen.failpoints import NAMES, arm, passed
arm(sys.argv[1])
for turn in range(1, 5):
    for name in NAMES:
        passed(name)
        print(turn, name, flush=True)
"""


@pytest.mark.parametrize(
    ("spec", "turn"), [("submit-answered", 1), ("submit-answered:1", 1), ("submit-answered:3", 3)]
)
def test_an_armed_process_is_killed_when_it_passes_its_moment_that_often(spec, turn):
    done = subprocess.run(
        [sys.executable, "-c", COUNTING, spec], capture_output=True, text=True, check=False
    )
    said = done.stdout.splitlines()
    before = NAMES.index("submit-answered")
    assert len(said) == (turn - 1) * len(NAMES) + before
    assert said[-1] == f"{turn} {NAMES[before - 1]}"
    if sys.platform != "win32":
        assert done.returncode == -signal.SIGKILL


def test_a_process_armed_for_a_time_that_never_comes_goes_on():
    done = subprocess.run(
        [sys.executable, "-c", COUNTING, "submit-answered:9"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 4 * len(NAMES)
