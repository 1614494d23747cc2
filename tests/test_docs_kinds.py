"""docs/kinds-of-work.md: its storyboards are planned, and its table is what the catalogue has."""

import re
from pathlib import Path

import pytest

from tests.clips import footage, hum
from tests.conftest import still
from tests.docs_pages import captures, quoted, table
from vidgen.catalogue import load
from vidgen.errors import StoryboardInvalid
from vidgen.job import History
from vidgen.plan import Options, plan
from vidgen.providers import PROVIDERS
from vidgen.source import load_source

PAGE = Path(__file__).parents[1] / "docs" / "kinds-of-work.md"
HEAD = "vidgen: 1\ntitle: Film\n"
FILES = re.compile(r"[\w/-]+\.(?:png|jpg|wav|mp3|mp4)")
BLOCKS = [
    block for block in captures.blocks(PAGE.read_text(encoding="utf-8")) if block.language == "yaml"
]

ROUTES = [
    route
    for route in load().all_routes()
    if route.live and route.provider.provider in set(PROVIDERS) - {"animatic"}
]


def planned(text, folder):
    """The steps of a storyboard of the page, by place; the files that it names are made first."""
    for name in FILES.findall(text):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in (".png", ".jpg"):
            still(path, size=(1080, 1920))
        elif path.suffix == ".mp4":
            footage(path, seconds=8)
        else:
            hum(path, seconds=8)
    head = "" if text.startswith("# storyboard.yaml") else HEAD
    (folder / "storyboard.yaml").write_text(head + text, encoding="utf-8")
    found = plan(load_source(folder), load(), History(), Options())
    return {step.job.shot: step for step in found.steps}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"line {block.first + 1}")
def test_every_storyboard_of_the_page_is_planned_where_it_can_be_made(block, tmp_path):
    for place, step in planned(block.text, tmp_path).items():
        assert step.job.request.provider in PROVIDERS, place


def test_a_storyboard_that_nobody_can_make_would_be_noticed(tmp_path):
    text = BLOCKS[0].text.replace("hailuo-02", "gen-4.5")
    assert text != BLOCKS[0].text
    with pytest.raises(StoryboardInvalid):
        planned(text, tmp_path)


def test_every_mode_that_is_made_somewhere_is_shown(tmp_path):
    shown = set()
    for number, block in enumerate(BLOCKS):
        folder = tmp_path / str(number)
        folder.mkdir()
        shown |= {step.job.request.mode for step in planned(block.text, folder).values()}
    assert shown == {mode for route in ROUTES for mode in route.offer.modes}


def of_kind(kind):
    return lambda route: route.model.kind == kind


def in_mode(mode):
    return lambda route: mode in route.offer.modes


def clip_with(capability):
    return lambda route: route.model.kind == "video" and capability in route.capabilities


def speaks(route):
    return clip_with("lip_sync")(route) and "first_frame" in route.offer.modes


def clip_in(mode):
    return lambda route: route.model.kind == "video" and mode in route.offer.modes


ASKED = {
    "a generated still": of_kind("image"),
    "from a still or a chain": clip_in("first_frame"),
    "between two stills": clip_in("first_last"),
    "identity": clip_in("references"),
    "a voice": clip_with("voice"),
    "several shots in one call": clip_with("multi_shot"),
    "editing": in_mode("edit"),
    "going on from a clip": in_mode("extend"),
    "motion transfer": in_mode("motion"),
    "a talking portrait": in_mode("avatar"),
    "a portrait that speaks lines": speaks,
    "driven by sound": clip_with("audio_file"),
    "lip-sync": in_mode("lip_sync"),
    "scaling up": in_mode("upscale"),
    "frames in between": in_mode("interpolate"),
}


def test_the_table_names_everyone_who_sells_a_kind_and_has_an_adapter():
    told = {row[0]: row[2].split(", ") for row in table("kinds-of-work.md", "kind")}
    assert told == {
        kind: sorted({route.provider.provider for route in ROUTES if asked(route)})
        for kind, asked in ASKED.items()
    }


def test_the_table_writes_keys_of_the_language():
    from vidgen.storyboard import CastMember, Enhance, Prompt, Shot

    known = {*Shot.model_fields, *CastMember.model_fields, *Enhance.model_fields}
    known |= {*Prompt.model_fields, "NAME"}
    for row in table("kinds-of-work.md", "kind"):
        for words in quoted(row[1]):
            assert set(re.findall(r"(\w+):", words)) <= known, words
