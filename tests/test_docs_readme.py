"""The README and the page of providers name what is there, and nothing else."""

import re

import pytest
import typer.main

from tests.docs_pages import DOCS, README, ROOT, TEXTS, anchors, captures, quoted, table
from vidgen.catalogue import load
from vidgen.cli import app
from vidgen.cli.commands import COMMANDS, register
from vidgen.errors import Exit
from vidgen.source import load_source


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
