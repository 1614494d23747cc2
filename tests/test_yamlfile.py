import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from tests.broken_storyboards import GOOD
from vidgen import yamlfile
from vidgen.errors import StoryboardInvalid

TEMPLATES = Path(__file__).parents[1] / "templates"


def value(text):
    return yamlfile.parse(text, name="t.yaml").value


def faults(text):
    with pytest.raises(StoryboardInvalid) as caught:
        assert value(text) is not Ellipsis
    return caught.value.faults


def told(text):
    """The code and place of a text's only fault."""
    (fault,) = faults(text)
    return fault.code, fault.line, fault.column


# -- scalars ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["9:16", "1:30", "16:9", "yes", "no", "on", "off", "y", "NO", "012", "-007", "00.5", "0b101",
     "1_000", "2026-11-20", "=", "1.2.3", "0x", "0o9", "+", ".", "e5", "1e", "tRue",
     "nULL", "veo-3.1", ".5s", "+-1", "0x1G", "١٢"],
)  # fmt: skip
def test_what_yaml_1_2_has_no_number_for_stays_text(text):
    assert value(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("-12", -12), ("+3", 3), ("0o17", 15), ("0xFf", 255), ("true", True),
     ("False", False), ("~", None), ("Null", None), ("", None), ("2.50", Decimal("2.50")),
     (".5", Decimal("0.5")), ("5.", Decimal(5)), ("-1.5e3", Decimal("-1.5e3")),
     ("0.1", Decimal("0.1")), ("1e-3", Decimal("0.001"))],
)  # fmt: skip
def test_numbers_and_words_are_those_of_the_core_schema(text, expected):
    (found,) = value(f"a: {text}").values()
    assert found == expected
    assert type(found) is type(expected)


@given(st.decimals(-(10**6), 10**6, allow_nan=False, places=3))
def test_a_number_with_a_point_is_exact(number):
    found = value(f"[{number}]")[0]
    assert found == number
    assert str(found) == str(number)


@given(st.integers(-(10**30), 10**30))
def test_a_whole_number_is_itself(number):
    assert value(f"a: {number}") == {"a": number}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=40))
def test_quoted_text_is_itself(text):
    assert value(f"a: {json.dumps(text, ensure_ascii=False)}") == {"a": text}


@given(st.text("0123456789.+-eExo_:abfns ", min_size=1, max_size=12))
def test_nothing_becomes_a_float(text):
    try:
        found = value(f"a: {text}")
    except StoryboardInvalid:
        return
    assert not isinstance(found["a"] if isinstance(found, dict) else found, float)


def test_quotes_and_the_str_tag_make_text():
    assert value("a: \"5\"\nb: '5'\nc: !!str 5\nd: ! 5\ne: |-\n  5\n") == dict.fromkeys(
        "abcde", "5"
    )


def test_line_separators_of_yaml_1_1_are_text_and_do_not_count_as_lines():
    document = yamlfile.parse("a: one\u2028two\u0085three\nb: 2\n", name="t")
    assert document.value["a"] == "one\u2028two\u0085three"
    assert document.place(("b",)) == (2, 4)


def test_line_ends_of_every_system_count_alike():
    for end in ("\n", "\r\n", "\r"):
        assert yamlfile.parse(f"a: 1{end}b: x{end}", name="t").place(("b",)) == (2, 4)


# -- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2", ("repeated-key", 2, 1)),
        ("a: {b: 1, c: 2, b: 3}", ("repeated-key", 1, 17)),
        ("a: 1\n---\nb: 2", ("two-documents", 2, 1)),
        ("a: &x {b: 1}\nc: {<<: *x}", ("merge-key", 2, 5)),
        ("a: !!binary aGk=", ("unknown-tag", 1, 4)),
        ("a: !custom {b: 1}", ("unknown-tag", 1, 4)),
        ("a: !!python/name:os.system ''", ("unknown-tag", 1, 4)),
        ("a: &x [*x]", ("alias-loop", 1, 8)),
        ("a: *x", ("unknown-alias", 1, 4)),
        ("a: .nan", ("not-a-number", 1, 4)),
        ("a: -.inf", ("not-a-number", 1, 4)),
        ("a: " + "9" * 41, ("number-too-long", 1, 4)),
        ("a: 1e99999", ("number-too-long", 1, 4)),
        ("true: 1", ("bad-key", 1, 1)),
        ("? [a, b]\n: 1", ("bad-key", 1, 3)),
        ("a: \x07", ("bad-character", 1, 4)),
        ("a:\n\tb: 1", ("tab", 2, 1)),
        ("a: 1\n  \tb: 2", ("tab", 2, 3)),
        ("a: 'it's'", ("text-after-quote", 1, 8)),
        ('a: "x\nb: 2\n', ("unclosed-quote", 1, 4)),
        ("a: b: c", ("colon-in-text", 1, 5)),
        ("a: [1, 2\nb: 3", ("unclosed-bracket", 1, 4)),
        ("a: {x: 1\nb: 3", ("unclosed-bracket", 1, 4)),
        ("a: [b, c]]", ("stray-bracket", 1, 10)),
        ("a: @x", ("bad-start", 1, 4)),
        ("a: `x`", ("bad-start", 1, 4)),
        ("a: %x", ("bad-start", 1, 4)),
        ("a: |5x\n  b", ("bad-block", 1, 6)),
        ("a: 1\nb", ("no-colon", 2, 1)),
        ("a:\n  b: 1\n c: 2", ("indentation", 3, 2)),
        ("key\n  b: 1", ("indentation", 2, 3)),
        ("- a\nb: c", ("indentation", 2, 1)),
        ('a: "\\q"', ("bad-escape", 1, 5)),
        (": 1", ("no-key", 1, 1)),
        ("a: - b", ("list-on-a-line", 1, 4)),
        ("a: [,]", ("no-value", 1, 5)),
    ],
)
def test_what_is_no_plain_yaml_says_so_at_its_place(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize("parser", ["CSafeLoader", "SafeLoader"])
def test_both_parsers_tell_the_same(parser, monkeypatch):
    monkeypatch.setattr("vidgen.yamlfile.compose._Parser", getattr(yaml, parser))
    plain = "a: [9:16, 012, 2.50]\nb: {c: ~}\n"
    assert value(plain) == {"a": ["9:16", "012", Decimal("2.50")], "b": {"c": None}}
    for text, code in {
        "a: 'b\nc: d": "unclosed-quote", "a: b: c": "colon-in-text", "a:\n\tb: 1": "tab",
        "a: [1\nb: 2": "unclosed-bracket", "a:\n  b: 1\n c: 2": "indentation", "a: @": "bad-start",
    }.items():  # fmt: skip
        assert told(text)[0] == code


def test_small_mistakes_are_told_together():
    assert [fault.code for fault in faults("a: 1\na: 2\nb: !x y\nc: .nan\n")] == [
        "repeated-key",
        "unknown-tag",
        "not-a-number",
    ]


HOSTILE = {
    "brackets": "[" * 900_000,
    "braces": "{" * 900_000,
    "dashes": "- " * 450_000,
    "questions": "? " * 450_000,
    "quotes": '"' * 900_000,
    "one word": "a" * 900_000,
    "one key": "a" * 900_000 + ": b",
    "digits": "9" * 900_000,
    "commas": "[" + "a," * 450_000 + "]",
    "items": "-\n" * 450_000,
    "keys": "".join(f"k{index}: 1\n" for index in range(80_000)),
    "repeated keys": "k: 1\n" * 180_000,
    "anchors": "".join(f"- &a{index} x\n" for index in range(60_000)),
    "long strings": f"a: &a {'x' * 400_000}\nb: [{', '.join(['*a'] * 90_000)}]",
    "bomb": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{here}: &{here} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, here in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "directives": "%A\n" * 300_000,
    "documents": "---\n" * 200_000,
    "comments": "#\n" * 450_000,
    "tags": "!" * 900_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_ends(name):
    try:
        yamlfile.parse(HOSTILE[name], name="t")
    except StoryboardInvalid as error:
        assert all(len(fault.message) < 200 for fault in error.faults)
        assert len(error.faults) <= 201


@settings(max_examples=300, deadline=None)
@given(st.text("ab:-[]{},&*!|>'\"%@`#? \n\t0.~<", max_size=60))
def test_any_text_is_read_or_told_of_within_the_file(text):
    try:
        document = yamlfile.parse(text, name="t")
    except StoryboardInvalid as error:
        found = error.faults
    else:
        found = document.faults
    lines = text.split("\n")
    for fault in found:
        assert 1 <= fault.line <= len(lines)
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
        assert fault.message
        assert "\n" not in fault.message


TALE = (TEMPLATES / "cinematic-dialogue" / "storyboard.yaml").read_text(encoding="utf-8")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(TALE) - 1), st.integers(0, 12), st.text("a:-[]{}\"'\t\n *&!", max_size=3))
def test_a_slip_in_a_storyboard_is_told_within_the_file(where, cut, put):
    from vidgen.storyboard import Storyboard

    text = TALE[:where] + put + TALE[where + cut :]
    try:
        yamlfile.parse(text, name="t").validate(Storyboard)
    except StoryboardInvalid as error:
        lines = text.split("\n")
        for fault in error.faults:
            assert 1 <= fault.line <= len(lines)
            assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1


# -- files --------------------------------------------------------------------------------------


def refused(path, **more):
    with pytest.raises(StoryboardInvalid) as caught:
        yamlfile.read(path, **more)
    (fault,) = caught.value.faults
    return fault


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)
    fault = refused(path)  # reading it would take minutes
    assert (fault.code, fault.where) == ("file-too-large", "big.yaml:1:1")
    assert "50000 MB" in fault.message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refused(tmp_path / "pipe.yaml").code == "not-a-file"


def test_a_folder_and_a_missing_file_are_no_storyboards(tmp_path):
    assert refused(tmp_path).code == "not-a-file"
    assert refused(tmp_path / "none.yaml").code == "unreadable"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    document = yamlfile.read(path)
    assert document.value == {"a": 1}
    assert document.place(("a",)) == (1, 4)


def test_the_place_of_a_bad_byte_counts_characters(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_bytes("a: 1\nb: é ".encode() + b"\xe9\n")
    assert refused(path, name="shown.yaml").where == "shown.yaml:2:6"


def test_plain_gives_the_data_or_the_faults(tmp_path):
    path = tmp_path / "page.yaml"
    path.write_text("models: [{id: x, sizes: {9:16: [720, 1280]}, usd: 0.050}]")
    assert yamlfile.plain(path) == {
        "models": [{"id": "x", "sizes": {"9:16": [720, 1280]}, "usd": Decimal("0.050")}]
    }
    path.write_text("a: 1\na: 2")
    with pytest.raises(StoryboardInvalid):
        yamlfile.plain(path)


# -- places -------------------------------------------------------------------------------------

PLACES = yamlfile.parse(
    "a: 1\nb:\n  - x: {y: [1, two]}\n  - &k\n    z:\nc: *k\n5: five\n", name="t"
)


@pytest.mark.parametrize(
    ("loc", "value_at", "key_at"),
    [
        ((), (1, 1), (1, 1)),
        (("a",), (1, 4), (1, 1)),
        (("b",), (2, 1), (2, 1)),
        (("b", 0), (3, 5), (3, 5)),
        (("b", 0, "x", "y"), (3, 12), (3, 9)),
        (("b", 0, "x", "y", 1), (3, 16), (3, 16)),
        (("b", 1, "z"), (5, 5), (5, 5)),
        (("b", 0, "x", "none", 3), (3, 8), (3, 5)),
        (("b", 9), (2, 1), (2, 1)),
        (("c",), (6, 4), (6, 1)),
        (("c", "z"), (5, 5), (5, 5)),
        (("5",), (7, 4), (7, 1)),
    ],
)
def test_the_place_of_a_value_and_of_its_key(loc, value_at, key_at):
    assert PLACES.place(loc) == value_at
    assert PLACES.place(loc, key=True) == key_at


def test_walking_goes_in_the_order_of_the_file():
    assert list(PLACES.walk()) == [
        (("a",), 1),
        (("b", 0, "x", "y", 0), 1),
        (("b", 0, "x", "y", 1), "two"),
        (("b", 1, "z"), None),
        (("c", "z"), None),
        ((5,), "five"),
    ]


# -- models -------------------------------------------------------------------------------------


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="what it is called")
    size: int | None = None


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    part: Part | str = "none"
    parts: tuple[Part, ...] = ()
    by_name: dict[str, Part] = {}


def misfits(text, model=Whole):
    with pytest.raises(StoryboardInvalid) as caught:
        yamlfile.parse(text, name="t").validate(model)
    return [(fault.line, fault.column, fault.code, fault.message) for fault in caught.value.faults]


def test_a_model_is_made_of_what_fits():
    document = yamlfile.parse("title: x\npart: {name: y}\nparts: [{name: z, size: 3}]", name="t")
    assert document.validate(Whole).parts[0].size == 3


def test_every_misfit_is_told_once_in_file_order():
    text = "part: {nam: y, size: x}\ntitle: 5\nparts:\n  - {size: 1}\n  - {name: [], size: 1.5}\n"
    assert misfits(text) == [
        (1, 8, "unknown-key", "`part` has no key `nam`"),
        (1, 22, "wrong-type", "`part.size` is `x`; it takes a whole number"),
        (2, 8, "wrong-type", "`title` is `5`; it takes text"),
        (4, 5, "missing-key", "part 1 needs `name`"),
        (5, 12, "wrong-type", "`name` of part 2 is a list; it takes text"),
        (5, 22, "wrong-type", "`size` of part 2 is `1.5`; it takes a whole number"),
    ]  # fmt: skip


def test_the_branches_of_a_union_speak_with_one_voice():
    assert misfits("title: x\npart: [1]") == [
        (2, 7, "wrong-type", "`part` is a list; it takes text or a mapping")
    ]


def test_faults_of_the_file_and_of_the_shape_come_together():
    assert [fault[2] for fault in misfits("title: x\ntitle: y\nparts: 3\n")] == [
        "repeated-key",
        "wrong-type",
    ]


def test_a_shape_fault_where_the_file_is_already_faulty_is_left_out():
    assert [fault[2] for fault in misfits("title: !!set {a}\n")] == ["unknown-tag"]


def test_a_thousand_shots_are_read():
    from vidgen.storyboard import Storyboard

    shot = TALE[TALE.index("  - id: question") : TALE.index("  - id: answer")]
    shots = "".join(shot.replace("question", f"s{index}") for index in range(1000))
    text = GOOD + shots
    board = yamlfile.parse(text, name="t").validate(Storyboard)
    assert len(board.shots) == 1001
