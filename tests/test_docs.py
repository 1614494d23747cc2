"""The pages say what is so: commands run, tables are compared, links lead somewhere.

`python docs/captures.py` writes what the commands say anew; run it when a page is out of date.
"""

import importlib.util
import re
import shlex
import sys
import tomllib
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
import typer.main

from tests.conftest import still
from vidgen import yamlfile
from vidgen.camera import parse
from vidgen.camera.words import AMOUNTS, DIRECTIONS, HEADS, USUAL
from vidgen.catalogue import load
from vidgen.cli import app
from vidgen.cli.commands import COMMANDS, register
from vidgen.cut import TransitionKind
from vidgen.errors import Exit, VidgenError
from vidgen.job import CAPABILITIES, Camera, History
from vidgen.money import Per
from vidgen.plan import Options, plan
from vidgen.plan.values import SIGNS, Verdict
from vidgen.present import plan_json
from vidgen.render.values import Event, EventKind
from vidgen.source import load_source
from vidgen.stitch.preset import PRESETS, preset
from vidgen.storyboard import Storyboard

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def script(name):
    """A script of docs/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


captures = script("captures")
PAGES = captures.PAGES
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in PAGES}
RUN = [
    name for name, text in TEXTS.items() if any(b.language == "sh" for b in captures.blocks(text))
]


def table(page, head):
    """The rows of the table of a page whose first row begins with `head`, as lists of cells."""
    found, inside = [], False
    for line in TEXTS[page].splitlines():
        if line.startswith(f"| {head} |"):
            inside = True
        elif inside and line.startswith("|"):
            found.append([cell.strip() for cell in line.strip("| ").split(" | ")])
        elif inside:
            break
    assert found, f"{page} has no table that begins with {head}"
    return [row for row in found if not set(row[0]) <= set("-|")]


def quoted(words):
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", words)


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


# -- the README --------------------------------------------------------------------------------


def test_the_readme_begins_with_the_two_commands():
    first, second = [block.text for block in captures.blocks(README) if block.language == "sh"][:2]
    assert first.split(" && ") == [
        "python3 -m venv .venv",
        ".venv/bin/pip install .",
        ".venv/bin/vidgen make projects-example/first-pour --animatic",
    ]
    assert second.split(" && ") == [
        "python3 -m venv .venv",
        ".venv/bin/pip install -e '.[test,vertex,clients]'",
        ".venv/bin/python -m pytest -n auto",
    ]
    deliver = load_source(ROOT / "projects-example" / "first-pour").board.deliver
    assert f"first-pour/deliver/{deliver[0].name}.mp4`" in README


def test_the_readme_lists_every_command():
    assert [quoted(row[0])[0] for row in table("README.md", "command")] == list(COMMANDS)
    assert re.findall(r"^## (\w+)$", TEXTS["commands.md"], re.MULTILINE)[:-1] == list(COMMANDS)


def test_the_readme_names_commands_that_are_still_to_come_and_none_that_is_there():
    missing = next(row[1] for row in table("README.md", "works") if "`review`" in row[1])
    assert not set(quoted(missing)) & set(COMMANDS)


def test_no_cell_of_what_works_is_empty():
    for row in table("README.md", "works"):
        assert len(row) == 2 and all(row), row


def test_the_readme_names_every_exit_code():
    for code in Exit:
        assert re.search(rf"\b{code.value} [a-z]", README), code


def test_the_readme_tells_which_commands_have_data_for_scripts():
    register(None)
    commands = typer.main.get_command(app).commands
    silent = {
        name for name in COMMANDS if not any("--json" in p.opts for p in commands[name].params)
    }
    assert silent == {"init", "schema"}
    assert "every command but `init` and `schema` takes `--json`" in " ".join(README.split())


def test_the_readme_leads_to_every_page():
    linked = set(re.findall(r"\]\(docs/([\w-]+\.md)\)", README))
    assert linked == {path.name for path in DOCS.glob("*.md")}


def made_at():
    """The pages of all providers that work, but for the one that is this machine."""
    from vidgen.providers import PROVIDERS

    pages = load().providers
    return {name: pages[name] for name in sorted(PROVIDERS) if name != "animatic"}


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("README.md", r"Rendering at (.*?), held against"),
        ("render.md", r"In this version (.*?) have adapters"),
        ("models.md", r"This version renders at (.*?); everything else"),
    ],
)
def test_the_pages_name_the_providers_that_have_adapters(page, said):
    found = re.search(said, " ".join(TEXTS[page].split()))
    assert set(quoted(found[1])) - {"animatic"} == set(made_at())


def test_the_page_of_providers_has_a_row_and_a_section_for_each():
    rows = {quoted(row[0])[0]: row for row in table("providers.md", "provider")}
    assert set(rows) == set(made_at())
    for name, page in made_at().items():
        keys = [key.env for key in page.keys]
        assert quoted(rows[name][1]) == keys, name
        assert rows[name][3] == LOST[page.resend], name
        assert rows[name][4] == LIVES[page.link_seconds], name
        section = _section("providers.md", re.search(r"\(#([\w-]+)\)", rows[name][0])[1])
        names = {one.env for one in (*page.keys, *page.settings)}
        names |= {alias for one in (*page.keys, *page.settings) for alias in one.aliases}
        assert names <= set(re.findall(r"[A-Z][A-Z_]+", section)), name
        if page.compared_with:
            client, _, version = page.compared_with.partition(" ")
            assert f"`{client}` {version}" in section, name


def test_it_is_said_plainly_that_nothing_was_tried_live():
    told = "None of these adapters was ever run against the real service"
    tried = [name for name, page in made_at().items() if page.tried_live]
    assert (told in TEXTS["providers.md"]) == (not tried)


LOST = {"lookup": "looked up", "never": "held"}
LIVES = {
    None: "not told", 3600: "1 hour", 86400: "1 day", 172800: "2 days", 604800: "7 days",
    2592000: "30 days",
}  # fmt: skip


def _section(page, anchor):
    """The part of a page under the heading that is linked by `anchor`."""
    parts = re.split(r"^## (.+)$", TEXTS[page], flags=re.MULTILINE)
    found = {
        anchors(f"## {head}").pop(): text
        for head, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    return " ".join(found[anchor].split())


def test_the_page_of_providers_names_those_that_have_pages_alone():
    told = " ".join(TEXTS["providers.md"].split())
    named = re.search(r"is \[free\]\([\w.]+\)\. (.*?) have pages and no adapters", told)[1]
    without = {name for name in load().providers if name not in made_at()} - {"animatic"}
    assert set(re.split(r", | and ", named)) == without


def test_the_faults_of_a_rehearsal():
    from vidgen.rehearsal.faults import MEANINGS

    assert {row[0].strip("`"): row[1] for row in table("rehearse.md", "fault")} == MEANINGS


# -- tables ------------------------------------------------------------------------------------


def test_exit_codes():
    rows = {int(row[0]): row[1] for row in table("exit-codes.md", "code")}
    assert rows == EXIT_NAMES
    assert set(EXIT_NAMES) == {code.value for code in Exit}


EXIT_NAMES = {
    Exit.DONE: "done",
    Exit.FAILED: "failed",
    Exit.USAGE: "usage",
    Exit.INVALID: "invalid",
    Exit.OVER_BUDGET: "over-budget",
    Exit.MISSING_TOOL: "missing-tool",
    Exit.PARTIAL: "partial",
    Exit.PLAN_STALE: "plan-stale",
    Exit.AMBIGUOUS: "ambiguous",
    Exit.INTERRUPTED: "interrupted",
}


def test_signs_of_a_plan():
    assert {quoted(row[0])[0] for row in table("plan.md", "sign")} == set(SIGNS.values())


def test_verdicts():
    rows = {quoted(row[0])[0]: row[-1] for row in table("plan.md", "verdict")}
    free = {"free", "fits", "no-ceiling"}
    assert rows == {name: "yes" if name in free else "no" for name in get_args(Verdict)}


def test_the_shape_of_a_plan(film, shop):
    source = film("shots: [{id: a, model: plain, prompt: A}]")
    found = plan_json(plan(source, shop, History(), Options()))
    outer, inner = [
        {name for row in rows for name in quoted(row[0])} for rows in _tables("plan.md", "key")
    ]
    assert outer == set(found)
    assert inner == set(found["steps"][0])
    told = next(row for row in table("plan.md", "key") if quoted(row[0]) == ["totals"])
    assert set(found["totals"]) <= set(quoted(told[1]))
    price = next(row for row in _tables("plan.md", "key")[1] if quoted(row[0]) == ["price"])
    assert set(quoted(price[1])) == set(found["steps"][0]["price"])


def _tables(page, head):
    """Every table of a page that begins with `head`."""
    parts = TEXTS[page].split(f"\n| {head} |")[1:]
    found = []
    for part in parts:
        lines = part.splitlines()[2:]
        rows = lines[: next((i for i, line in enumerate(lines) if not line.startswith("|")), None)]
        found.append([[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows])
    return found


def test_presets():
    known = {
        one.name: [f"{one.width}x{one.height}", str(one.crf), f"{one.ceiling // 1000} Mbit/s"]
        for one in (*PRESETS, preset("master", width=0, height=0))
    }
    known["master"][0] = "the film's own"
    rows = {quoted(row[0])[0]: row[1:4] for row in table("stitch.md", "preset")}
    assert rows == known


def test_transitions():
    named = [name for row in table("stitch.md", "kind") for name in quoted(row[0])]
    assert set(named) == {"cut", *get_args(TransitionKind)}


def test_price_units():
    assert [quoted(row[0])[0] for row in table("catalogue.md", "`per`")] == list(get_args(Per))


def test_filters_of_models():
    register(None)
    taken = {
        option
        for one in typer.main.get_command(app).commands["models"].params
        for option in one.opts
    }
    assert {quoted(row[0])[0].split()[0] for row in table("catalogue.md", "option")} <= taken


def test_camera_words():
    for words, numbers, *_ in table("animatic.md", "words"):
        for phrase in quoted(words):
            camera = parse(phrase)
            assert camera is not None, phrase
            moved = {name: getattr(camera, name) for name in Camera.AXES if getattr(camera, name)}
            told = ", ".join(quoted(numbers))
            said = {
                axis: Decimal(amount) for axis, amount in re.findall(r"(\w+): (-?[\d.]+)", told)
            }
            assert moved == said, phrase


def test_every_camera_word():
    told = {word: row for row in _tables("animatic.md", "words")[1] for word in quoted(row[0])}
    assert set(told) == set(HEADS)
    for word, (_, toward, amount, _) in told.items():
        head = HEADS[word]
        assert (head.toward, str(head.amount or "")) == (toward, amount), word


def test_camera_directions():
    rows = table("animatic.md", "where to")
    assert {word: row[0] for row in rows for word in quoted(row[1])} == DIRECTIONS


def test_camera_amounts():
    rows = table("animatic.md", "how much")
    assert {word: Decimal(row[1]) for row in rows for word in quoted(row[0])} == AMOUNTS
    assert Decimal(5) == USUAL


def test_camera_axes():
    assert [quoted(row[0])[0] for row in table("animatic.md", "axis")] == list(Camera.AXES)


def test_events():
    named = [name for row in table("render.md", "key") for name in quoted(row[0])]
    told = _tables("render.md", "key")
    names = [{name for row in rows for name in quoted(row[0])} for rows in told]
    assert {"schema", *(item.name for item in fields(Event))} in names
    kinds = next(row for rows in told for row in rows if quoted(row[0]) == ["kind"])
    assert set(quoted(kinds[1])) == set(get_args(EventKind))
    assert named


def test_sidecars(tmp_path):
    import json

    still(tmp_path / "a.png")
    text = """\
vidgen: 1
title: A
format: {resolution: 360p}
defaults: {duration: 0.25s}
shots:
  - {id: a, still: a.png, prompt: A}
  - {id: b, chain: a, prompt: B}
"""
    (tmp_path / "storyboard.yaml").write_text(text, encoding="utf-8")
    said, code = captures.vidgen(["render", "--animatic"], tmp_path, 96)
    assert code == 0, said
    record = json.loads((tmp_path / "takes" / "b" / "v001.json").read_bytes())
    told = {name for row in _tables("render.md", "key")[0] for name in quoted(row[0])}
    sometimes = {"seed", "flags", "accepted"}  # where there is one
    assert set(record) <= told <= set(record) | sometimes


def test_shapes_of_json():
    told = {name for row in table("commands.md", "shape") for name in quoted(row[0])}
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    assert told == set(re.findall(r'"(vidgen\.[a-z]+/\d)"', code))


def test_third_parties():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[><=\[]", name)[0] for name in project["dependencies"]}
    assert {quoted(row[0])[0] for row in table("third-party.md", "package")} == needed


def test_error_codes_are_codes():
    register(None)
    known = {kind("").code for kind in _kinds(VidgenError) if kind.__name__ != "StoryboardInvalid"}
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    for row in table("troubleshooting.md", "it says"):
        for name in quoted(row[0]):
            assert name in known or f'"{name}"' in code, name


def _kinds(kind):
    import vidgen.cli.consent
    import vidgen.render.fetch
    import vidgen.stitch  # noqa: F401  every kind of error is known then

    return {found for one in kind.__subclasses__() for found in (one, *_kinds(one))}


def test_models_that_pages_name_are_in_the_catalogue():
    catalogue = load()
    prose = "".join(text for name, text in TEXTS.items() if name != "models.md")
    written = "\n".join(
        block.text
        for text in TEXTS.values()
        for block in captures.blocks(text)
        if block.language == "yaml"
    )
    for name in set(re.findall(r"\bmodel: ([a-z][\w.-]+)", written)) - {"house-style-1"}:
        assert catalogue.find(name), name
    for names in re.findall(r"--needs ([a-z0-9_,]+)", prose):
        assert all(one in CAPABILITIES or one in ("4k",) for one in names.split(",")), names


# -- links, pictures, and what must not be in a page -------------------------------------------


def anchors(text):
    """The names that headings of a page can be linked by."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}


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
