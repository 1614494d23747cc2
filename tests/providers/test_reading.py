"""What comes from outside may be of any type, or missing."""

import httpx
import pytest

from vidgen.providers.reading import (
    LONGEST_WORDS,
    link,
    object_in,
    record,
    records,
    said,
    text,
    undocumented,
)

KEY = "sk-a-key"


@pytest.mark.parametrize("content", [b"", b"<html>", b"[1]", b"null", b'"a"', b"\xff"])
def test_an_answer_without_an_object_has_an_empty_one(content):
    assert object_in(httpx.Response(200, content=content)) == {}


def test_values_of_another_type_are_empty():
    assert (record([1]), records({"a": 1}), text(7)) == ({}, [], "")
    assert records([{"a": 1}, None, "b", {}]) == [{"a": 1}, {}]


@pytest.mark.parametrize("odd", [None, 7, "", "/etc/passwd", "file:///etc/passwd", "C:\\clip.mp4"])
def test_what_could_name_a_file_of_this_machine_is_no_link(odd):
    assert link(odd) is None


def test_links_stay_as_they_are():
    for one in ("https://a.test/clip.mp4?x=1", "http://127.0.0.1:1/a", "data:video/mp4;base64,AA"):
        assert link(one) == one


def test_words_from_outside_are_short_and_without_the_key():
    assert said(f"no {KEY} " + "x" * 1000, KEY) == ("no ••• " + "x" * 1000)[:LONGEST_WORDS]
    status = undocumented("Acme", f"{KEY} hibernating", KEY)
    assert (status.kind, status.charged) == ("unknown", None)
    assert status.reason == "Acme says `••• hibernating`, a word that is not documented"
