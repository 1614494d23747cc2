"""The tenth provider of docs/adding-a-provider.md: its blocks, put into a copy, pass the suite."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "adding-a-provider.md").read_text(encoding="utf-8")

HEADS = {
    "src/vidgen/providers/__init__.py": (r"^PROVIDERS: .* = \{\n",),
    "src/vidgen/rehearsal/shapes/__init__.py": (
        r"^from vidgen\.rehearsal\.shapes import \(\n",
        r"^SHAPES: .* = \{\n",
    ),
}
"""Where the lines go that are added to a file that is there: under each of these, one."""


def files():
    """What the page adds, by path: the block under the heading that names the file."""
    sections = re.findall(r"^## \d\. [\w ]+: `([^`]+)`$(.*?)(?=^## |\Z)", TEXT, re.M | re.S)
    return {path: fenced(text) for path, text in sections}


def fenced(text):
    return re.search(r"^```\w+\n(.*?)^```$", text, re.M | re.S)[1]


def described():
    """What the tables say that a provider touches, and how, with Lantern's name put in."""
    rows = re.findall(r"^\| `((?:src|tests)/[^`]+)` \|.*\| ([^|]+) \|$", TEXT, re.M)
    return {path.replace("NAME", "lantern"): how for path, how in rows}


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A copy of the program and its tests, with what the page adds to it."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("src", "tests"):
        # what is compiled comes along, but for what is being written at this moment
        unwanted = shutil.ignore_patterns("*.pyc.*", "golden", "compiled.bin")
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for path, block in files().items():
        there = folder / path
        text = block
        if path in HEADS:
            text = with_lines(there.read_text(encoding="utf-8"), block, HEADS[path])
        else:
            assert not there.exists()
        there.write_text(text, encoding="utf-8")
    return folder


def with_lines(text, lines, heads):
    """A module's text with one line put under each head."""
    for line, pattern in zip(lines.splitlines(keepends=True), heads, strict=True):
        head = re.search(pattern, text, re.M)
        text = text[: head.end()] + line + text[head.end() :]
    return text


def run(folder, *words, at=None):
    """Run a module of the copy; how it ended, and what was said."""
    env = {**os.environ, "PYTHONPATH": str(folder / "src")}
    command = [sys.executable, "-m", *words]
    done = subprocess.run(
        command, cwd=at or folder, env=env, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


def suite(folder, *words):
    return run(folder, "pytest", "-q", "-p", "no:cacheprovider", *words)


def test_a_provider_is_a_page_a_module_a_line_and_a_tape():
    assert {path: how for path, how in described().items() if "rehearse" not in how} == {
        "src/vidgen/catalogue/providers/lantern.yaml": "new",
        "src/vidgen/providers/lantern.py": "new",
        "src/vidgen/providers/__init__.py": "one line",
        "tests/providers/tapes/lantern.py": "new",
    }
    assert "**four files, of which three are new**" in TEXT
    assert list(files()) == list(described())
    for path, block in files().items():
        lines = block.count("\n")
        assert (path in HEADS) is not described()[path].startswith("new")
        assert path not in HEADS or lines == len(HEADS[path])


def test_the_contract_suite_takes_it_in_and_its_page_is_whole(grown):
    names = ("providers/test_hosted", "providers/test_hosted_bodies", "providers/test_contract")
    names += ("test_catalogue", "test_catalogue_fields", "test_catalogue_prices")
    wanted = "lantern or test_catalogue"
    code, said = suite(grown, "-vv", "-k", wanted, *(f"tests/{name}.py" for name in names))
    assert code == 0, said[-3000:]
    about = [line for line in said.splitlines() if "lantern" in line and "::" in line]
    assert len(about) >= 49
    assert all(" PASSED" in line for line in about)


def test_the_suite_notices_a_key_that_is_told_and_an_option_that_is_dropped(grown, tmp_path):
    changes = {
        "src/vidgen/providers/lantern.py": (
            'return {"id": tickets.accepted',
            'return {"key": self._session.key, "id": tickets.accepted',
        ),
        "src/vidgen/catalogue/providers/lantern.yaml": ("      seed: seed\n", ""),
    }
    worse = tmp_path / "worse"
    shutil.copytree(grown, worse)
    for path, (old, new) in changes.items():
        text = (worse / path).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (worse / path).write_text(text.replace(old, new), encoding="utf-8")
    wanted = "lantern and (never_seen_again or declared_is_transmitted)"
    names = ("test_hosted", "test_hosted_bodies")
    code, said = suite(worse, "-k", wanted, *(f"tests/providers/{name}.py" for name in names))
    assert code == 1
    assert "2 failed" in said


def test_a_film_is_rehearsed_there_and_an_order_whose_answer_is_lost_is_paid_once(grown, tmp_path):
    film = re.search(r"^```yaml\n(# storyboard\.yaml\n.*?)^```$", TEXT, re.M | re.S)[1]
    (tmp_path / "storyboard.yaml").write_text(film, encoding="utf-8")
    (words,) = re.findall(r"^vidgen (render --rehearse .+)$", TEXT, re.M)
    code, said = run(grown, "vidgen", *words.split(), at=tmp_path)
    assert code == 0, said
    assert "the played providers billed 6.00 cr, as the ledger says" in said
    apart = tmp_path / ".vidgen" / "rehearsal"
    assert (apart / "takes" / "lamp" / "v001.mp4").exists()
    books = (apart / "provider" / "books.jsonl").read_text(encoding="utf-8")
    assert books.count('"placed"') == 1
