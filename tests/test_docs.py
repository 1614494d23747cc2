"""The pages say what is so: commands run, tables are compared, links lead somewhere.

`python docs/captures.py` writes what the commands say anew; run it when a page is out of date.
"""

import re
import shlex

import pytest
import typer.main

from tests.docs_pages import DOCS, PAGES, ROOT, RUN, TEXTS, anchors, captures
from vidgen import yamlfile
from vidgen.cli import app
from vidgen.cli.commands import register
from vidgen.storyboard import Storyboard

# -- what pages show is what the program says --------------------------------------------------


@pytest.mark.parametrize("name", RUN)
def test_the_commands_of_a_page_say_what_it_shows(name, tmp_path):
    session = captures.Session(tmp_path / "film")
    for block, under, said, code in session.run(TEXTS[name]):
        assert code == int(block.orders.get("exit", 0)), f"{block.text}\n{said}"
        if under is not None:
            told = captures.shown(said, block, tmp_path / "film")
            assert captures.alike(under.text) == captures.alike(told), (
                f"{name}, line {under.first + 1}: run python docs/captures.py {name}"
            )


def test_what_is_shown_of_slow_commands_is_there():
    for name in RUN:
        for block, after in pairs(captures.blocks(TEXTS[name])):
            if after and after.language == "text" and after.adjoins:
                assert after.lines, (
                    f"{name}, line {after.first + 1}: python docs/captures.py {name}"
                )
            if "slow" in block.orders:
                assert after.adjoins, f"{name}, line {block.first + 1}"


def pairs(found):
    return zip(found, [*found[1:], None][: len(found)], strict=True)


def command_lines():
    """Every `vidgen ...` of every page: in sh blocks, and in running text."""
    for name, text in TEXTS.items():
        for block in captures.blocks(text):
            if block.language == "sh":
                for line in block.text.splitlines():
                    found = re.search(r"(?:^|/)vidgen( .*)", line)
                    if found:
                        yield pytest.param(
                            shlex.split(found[1], comments=True), id=f"{name}:{line}"
                        )
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        for words in re.findall(r"`vidgen ([^`\n]+)`", prose):
            yield pytest.param(shlex.split(words.split(" | ")[0]), id=f"{name}:{words}")


@pytest.mark.parametrize("words", list(command_lines()))
def test_every_command_line_is_one_that_the_program_takes(words):
    register(None)
    if ">" in words:
        words = words[: words.index(">")]
    if "--help" in words or words[0] == "--json":
        return
    command = typer.main.get_command(app).commands[words[0]]
    context = command.make_context(words[0], list(words[1:]), resilient_parsing=False)
    assert context.params is not None


def test_a_wrong_option_would_be_noticed():
    register(None)
    command = typer.main.get_command(app).commands["plan"]
    with pytest.raises(Exception, match="No such option"):
        command.make_context("plan", ["--no-such-thing"])


def yaml_blocks():
    for name, text in TEXTS.items():
        for block in captures.blocks(text):
            if block.language == "yaml":
                yield pytest.param(block, id=f"{name}:{block.first + 1}")


@pytest.mark.parametrize("block", list(yaml_blocks()))
def test_every_yaml_block_is_yaml_of_the_language(block):
    value = yamlfile.parse(block.text, name="block").value
    title = re.match(r"# (?:[\w-]+/)?([\w-]+)\.yaml", block.text)
    known = {"prices": {"prices", "models", "providers"}, "selects": set(value)}
    assert set(value) <= known.get(title[1] if title else "", set(Storyboard.model_fields))


# -- links, pictures, and what must not be in a page -------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md"], ids=str)
def test_links_and_pictures_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r'\]\(([^)\s]+)\)|src="([^"]+)"', prose):
        link = "".join(target)
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), f"{path.name} links to {link}"
        if anchor:
            assert anchor in anchors(found.read_text(encoding="utf-8")), f"{path.name}: {link}"


def test_pictures_are_small_and_all_are_shown():
    shown = "".join(TEXTS.values())
    for path in (DOCS / "images").iterdir():
        assert path.name in shown, f"{path.name} is on no page"
        limit = 1_500_000 if path.suffix == ".webp" else 250_000
        assert path.stat().st_size <= limit, path.name


@pytest.mark.parametrize("name", TEXTS)
def test_pages_name_no_machine_and_no_registry(name):
    text = TEXTS[name]
    places = ["/tmp/", "/home/", "/root/", "/" + "work/", "C:" + r"\\Users"]
    hosts = ["py" + "pi", "python" + "hosted"]  # in pieces, so that this line is not one itself
    for bad in (*places, *hosts):
        assert not re.search(bad, text), f"{name} has {bad}"
    assert not re.search(r"\b(sk|key|fal)-[A-Za-z0-9]{16,}", text)


@pytest.mark.parametrize(
    "name", [name for name in TEXTS if name not in ("models.md", "language.md")]
)
def test_lines_of_prose_are_not_endless(name):
    prose = re.sub(r"^```.*?^```$", "", TEXTS[name], flags=re.MULTILINE | re.DOTALL)
    for line in prose.splitlines():
        if not line.startswith(("|", "  <img", "<img")):
            assert len(line) <= 110, line


# -- the script that writes pages --------------------------------------------------------------


def test_a_page_is_told_anew(tmp_path):
    page = """Words.

```yaml
# storyboard.yaml
vidgen: 1
title: A
format: {resolution: 480p}
shots: [{id: a, model: kling-3.0, prompt: A thing}]
```

<!-- edit storyboard.yaml: title: A => title: B -->
<!-- first 1 -->
```sh
vidgen plan   # a comment
```

```text
old
```

<!-- exit 3 -->
```sh
vidgen check nowhere
```
"""
    after, wrong = captures.retold(page, tmp_path)
    assert not wrong
    assert "\nB · final" in after and "old" not in after and "\n…\n```" in after
    assert captures.retold(after, tmp_path)[0] == after


def test_an_exit_code_that_is_not_as_said_is_told(tmp_path):
    _, wrong = captures.retold("```sh\nvidgen check nowhere\n```\n", tmp_path)
    assert len(wrong) == 1 and "exit code 3, not 0" in wrong[0]


def test_strange_commands_are_not_run(tmp_path):
    with pytest.raises(ValueError, match="no command of a session"):
        captures.retold("```sh\nrm -rf something\n```\n", tmp_path)
