import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.broken_storyboards import BROKEN
from tests.conftest import still
from vidgen import yamlfile
from vidgen.errors import StoryboardInvalid
from vidgen.language_docs import EXAMPLE, language_page, storyboard_schema
from vidgen.source import load_source
from vidgen.storyboard import Storyboard

ROOT = Path(__file__).parents[1]
STORYBOARDS = sorted(
    path
    for folder in ("templates", "projects-example")
    for path in ROOT.glob(f"{folder}/*/storyboard.yaml")
)
SCHEMA = storyboard_schema()


def test_the_page_is_up_to_date():
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    assert page == language_page(), "run: python -m vidgen.language_docs > docs/language.md"


def test_the_page_names_every_key():
    page = language_page()
    for part in (SCHEMA, *SCHEMA["$defs"].values()):
        for key in part["properties"]:
            assert f"| `{key}` |" in page


def test_the_links_of_the_page_lead_somewhere():
    page = language_page()
    titles = {f"#{title.lower()}" for title in re.findall(r"^## (\w+)$", page, re.MULTILINE)}
    assert set(re.findall(r"\]\((#\w+)\)", page)) <= titles


def test_the_worked_example_loads(tmp_path):
    (tmp_path / "storyboard.yaml").write_text(EXAMPLE, encoding="utf-8")
    for name in re.findall(r"[\w/-]+\.png", EXAMPLE):
        still(tmp_path / name)
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "bed.wav").touch()
    assert len(load_source(tmp_path).board.shots) == 4


# -- the schema ---------------------------------------------------------------------------------


def fits(value, schema) -> bool:
    """Whether a value fits a JSON Schema: the words of draft 2020-12 that ours is made of."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return fits(value, SCHEMA["$defs"][name])
    checks = [WORDS[word](value, schema[word], schema) for word in schema if word in WORDS]
    unknown = schema.keys() - WORDS.keys() - NOTES
    assert not unknown, f"the checker of this test does not know {unknown}"
    return all(checks)


def _number(value):
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


KINDS = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": _number,
    "integer": lambda value: _number(value) and value == int(value),
    "boolean": lambda value: isinstance(value, bool),
}
NOTES = {"description", "title", "default", "format", "$schema", "$id", "$defs"}
WORDS = {
    "type": lambda value, kind, _: KINDS[kind](value),
    "anyOf": lambda value, choices, _: any(fits(value, choice) for choice in choices),
    "enum": lambda value, words, _: any(_same(value, word) for word in words),
    "const": lambda value, word, _: _same(value, word),
    "pattern": lambda value, pattern, _: not isinstance(value, str) or re.search(pattern, value),
    "minLength": lambda value, least, _: not isinstance(value, str) or len(value) >= least,
    "maxLength": lambda value, most, _: not isinstance(value, str) or len(value) <= most,
    "minItems": lambda value, least, _: not isinstance(value, list) or len(value) >= least,
    "maxItems": lambda value, most, _: not isinstance(value, list) or len(value) <= most,
    "minimum": lambda value, least, _: not _number(value) or value >= least,
    "maximum": lambda value, most, _: not _number(value) or value <= most,
    "exclusiveMinimum": lambda value, least, _: not _number(value) or value > least,
    "items": lambda value, item, _: (
        not isinstance(value, list) or all(fits(v, item) for v in value)
    ),
    "required": lambda value, keys, _: not isinstance(value, dict) or set(keys) <= set(value),
    "propertyNames": lambda value, rule, _: (
        not isinstance(value, dict) or all(fits(key, rule) for key in value)
    ),
    "properties": lambda value, parts, _: (
        not isinstance(value, dict)
        or all(fits(value[key], part) for key, part in parts.items() if key in value)
    ),
    "additionalProperties": lambda value, rule, schema: (
        not isinstance(value, dict)
        or all(
            rule is not False and fits(value[key], rule)
            for key in value.keys() - schema.get("properties", {}).keys()
        )
    ),
}


def _same(value, word):
    if isinstance(value, bool) or isinstance(word, str) != isinstance(value, str):
        return False
    return value == word or (_number(value) and Decimal(str(word)) == value)


@pytest.mark.parametrize("path", STORYBOARDS, ids=lambda path: path.parent.name)
def test_what_we_ship_fits_the_schema(path):
    assert fits(yamlfile.read(path).value, SCHEMA)


def test_the_worked_example_fits_the_schema():
    assert fits(yamlfile.parse(EXAMPLE, name="example").value, SCHEMA)


def _readable():
    """The broken storyboards that are YAML, at least."""
    for path in sorted(BROKEN.glob("*.yaml")):
        try:
            yield path.stem, yamlfile.read(path).value
        except StoryboardInvalid:
            continue


@pytest.mark.parametrize(("name", "value"), list(_readable()))
def test_the_schema_and_the_tool_agree_on_shapes(name, value):
    """What the tool refuses for its shape an editor marks too, and the other way round."""
    document = yamlfile.read(BROKEN / f"{name}.yaml")
    board, _ = document.attempt(Storyboard)
    empty = [loc for loc, item in document.walk() if item is None]
    assert fits(value, SCHEMA) == (board is not None and not empty)


def test_the_schema_is_json_and_names_no_host():
    text = json.dumps(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"].startswith("urn:")
    assert text.count("://") == 1
    names = re.findall(r'"#/\$defs/(\w+)"', text)
    assert set(names) <= set(SCHEMA["$defs"])


def test_every_key_says_what_it_is():
    for name, part in {**SCHEMA["$defs"], "Storyboard": SCHEMA}.items():
        for key, field in part["properties"].items():
            assert field.get("description"), f"{name}.{key}"
            assert "default" not in field or not isinstance(field["default"], dict | list)
