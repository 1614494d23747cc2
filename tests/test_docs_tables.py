"""The tables of the pages are what the program has: codes, keys, prices, words."""

import re
import tomllib
from dataclasses import fields
from decimal import Decimal
from typing import get_args

import typer.main

from tests.conftest import still
from tests.docs_pages import ROOT, TEXTS, captures, quoted, table, tables
from vidgen.camera import parse
from vidgen.camera.words import AMOUNTS, DIRECTIONS, HEADS, USUAL
from vidgen.catalogue import load
from vidgen.cli import app
from vidgen.cli.commands import register
from vidgen.cut import TransitionKind
from vidgen.errors import Exit, VidgenError
from vidgen.job import CAPABILITIES, Camera, History
from vidgen.money import Per
from vidgen.plan import Options, plan
from vidgen.plan.values import SIGNS, Verdict
from vidgen.present import plan_json
from vidgen.render.values import Event, EventKind
from vidgen.stitch.preset import PRESETS, preset


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
        {name for row in rows for name in quoted(row[0])} for rows in tables("plan.md", "key")
    ]
    assert outer == set(found)
    assert inner == set(found["steps"][0])
    told = next(row for row in table("plan.md", "key") if quoted(row[0]) == ["totals"])
    assert set(found["totals"]) <= set(quoted(told[1]))
    price = next(row for row in tables("plan.md", "key")[1] if quoted(row[0]) == ["price"])
    assert set(quoted(price[1])) == set(found["steps"][0]["price"])


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
    told = {word: row for row in tables("animatic.md", "words")[1] for word in quoted(row[0])}
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
    told = tables("render.md", "key")
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
    told = {name for row in tables("render.md", "key")[0] for name in quoted(row[0])}
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
