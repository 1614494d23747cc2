"""Ids of work: only what cannot lead elsewhere is one."""

import asyncio
import re

import pytest

from vidgen.errors import ProviderError
from vidgen.job import Failed, Running
from vidgen.providers.tickets import accepted, adopted, gone, id_in, kept, runs

ODD = [None, 7, "", "../up", "a/b", "a b", "a\n", "x" * 129]


@pytest.mark.parametrize("odd", ODD)
def test_what_could_lead_elsewhere_is_no_id(odd):
    assert id_in({"id": odd}) is None
    with pytest.raises(ProviderError) as lost:
        accepted({"id": odd}, "Acme")
    assert (lost.value.kind, lost.value.charged) == ("ambiguous", None)
    with pytest.raises(ProviderError) as foreign:
        kept({"id": odd}, "Acme")
    assert (foreign.value.kind, foreign.value.charged) == ("gone", None)


def test_an_id_stands_under_its_name_and_in_its_form():
    assert accepted({"task_id": "t-1"}, "Acme", name="task_id") == "t-1"
    assert kept({"id": "t/1"}, "Acme", form=re.compile("t/1")) == "t/1"


def test_an_id_from_a_person_may_have_spaces_around_it():
    assert adopted(" t-1\n", "Acme", "copy it") == "t-1"
    with pytest.raises(ProviderError) as caught:
        adopted("../up", "Acme", "copy it")
    assert (caught.value.kind, caught.value.hint) == ("input", "copy it")


@pytest.mark.parametrize(
    ("found", "still"),
    [(Running(), True), (Failed("it broke", "provider"), False), (gone("no such job"), False)],
)
def test_only_what_was_seen_running_runs(found, still):
    async def poll(ticket):
        if isinstance(found, ProviderError):
            raise found
        return found

    assert asyncio.run(runs(poll, {"id": "t-1"})) is still


def test_whether_it_runs_is_not_guessed():
    async def poll(ticket):
        raise ProviderError("no room", kind="overload")

    with pytest.raises(ProviderError, match="no room"):
        asyncio.run(runs(poll, {"id": "t-1"}))
