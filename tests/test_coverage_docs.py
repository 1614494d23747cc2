"""What the guides name is on the page docs/coverage.md, and what the page says is so."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from tests.conftest import offer, provider
from vidgen import catalogue
from vidgen.coverage_docs import GUIDES, NONE, PASSING, WORKS, coverage_page
from vidgen.job import CAPABILITIES, Mode
from vidgen.providers import PROVIDERS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "coverage.md"
COMPARED = sorted((ROOT / "tests" / "providers").rglob("test_*against_client.py"))

NAMED = {
    "how-i-make-ai-video": {
        "Sora 2": "sora-2",
        "Sora 2 Pro": "sora-2-pro",
        "Veo 3.1": "veo-3.1",
        "Kling 3.0": "kling-3.0",
        "Seedance 2.0 Pro": "seedance-2.0",
        "Seedance Lite": "seedance-2.0-fast",
        "Seedance 2.0 Fast": "seedance-2.0-fast",
        "Hailuo 02": "hailuo-02",
        "Hailuo 2.3": "hailuo-2.3",
        "Wan 2.6": "wan-2.6",
        "Runway Gen-4": "gen-4",
        "Gen-3 Alpha": "gen-3-alpha",
        "Luma Ray 2": "ray-2",
        "Dream Machine": "ray-2",
        "PixVerse v4": "pixverse-v4",
        "Pika 2.x": "pika-2.5",
        "LTX Video": "ltx-video",
        "Midjourney": "midjourney",
        "Flux": "flux-2",
        "Imagen": "imagen-4",
        "Ideogram": "ideogram-v3",
    },
    "kling-essentials": {
        "Kling V3": "kling-3.0",
        "Kling V3 Standard": "kling-3.0",
        "Kling V3 Pro": "kling-3.0",
        "Kling 2.6": "kling-2.6",
        "Kling 2.6 Pro": "kling-2.6",
        "Kling 2.6 Motion Control": "kling-2.6-motion-control",
        "Kling O1": "kling-o1",
        "Kling O1 I2V": "kling-o1",
        "Kling O1 Reference Video": "kling-o1",
        "Kling O1 Video Editing": "kling-o1-edit",
        "Kling 2.5": "kling-2.5-turbo",
        "Kling 2.5 Pro": "kling-2.5-turbo",
        "Kling 2.5 Standard": "kling-2.5-turbo",
        "Kling 2.1": "kling-2.1-standard",
        "Kling 2.1 Master": "kling-2.1-master",
        "Kling 2.1 Pro": "kling-2.1-pro",
        "Kling 2.0": "kling-2.0",
        "Kling 1.6": "kling-1.6",
        "Kling 1.6 Pro": "kling-1.6",
        "Kling 1.5": "kling-1.5",
        "Kling 1.0": "kling-1.0",
        "Kling AI Avatar Pro": "kling-avatar-2.0-pro",
        "Kling Lipsync": "kling-lip-sync",
    },
    "models-guide-v5": {
        "Veo 3.1": "veo-3.1",
        "Sora 2": "sora-2",
        "Kling O1 Edit": "kling-o1-edit",
        "Kling Motion Control": "kling-2.6-motion-control",
        "Wan 2.6": "wan-2.6",
        "Minimax Hailuo 02": "hailuo-02",
        "Kling Avatars 2.0": "kling-avatar-2.0",
        "Higgsfield Platform": "higgsfield-presets",
        "Cinema Studio v1.5": "higgsfield-cinema-studio-1.5",
        "Nano Banana Pro": "nano-banana-pro",
        "Kling 2.6": "kling-2.6",
        "Kling 2.5": "kling-2.5-turbo",
        "Runway Gen-4.5": "gen-4.5",
        "Seedance 1.5 Pro": "seedance-1.5-pro",
        "Seedream 4.5": "seedream-4.5",
        "Topaz": "topaz-video",
        "Z-Image": "z-image",
        "Wan 2.2 Image": "wan-2.2-image",
        "Kling O1 Image": "kling-o1-image",
        "Kling 2.6 Image": "kling-2.6-image",
        "GPT Image 1.5": "gpt-image-1.5",
        "Midjourney v6.1": "midjourney",
    },
    "prompting-guide-five-models": {
        "Higgsfield Cinema Studio v1.5": "higgsfield-cinema-studio-1.5",
        "Higgsfield": "higgsfield-presets",
        "Higgsfield Soul": "higgsfield-soul",
        "Veo 3.1": "veo-3.1",
        "Kling 2.6": "kling-2.6",
        "Kling 2.5": "kling-2.5-turbo",
        "Runway Gen-4.5": "gen-4.5",
        "Seedance 1.5 Pro": "seedance-1.5-pro",
        "Nano Banana Pro": "nano-banana-pro",
        "Sora 2": "sora-2",
        "Beeble AI": "beeble",
    },
    "video-generation-practical-guide": {
        "Sora 2": "sora-2",
        "Sora 2 Pro": "sora-2-pro",
        "Veo 3.1": "veo-3.1",
        "Veo 3.1 Fast": "veo-3.1-fast",
        "Runway Gen-4": "gen-4",
        "Runway Gen-3": "gen-3-alpha",
        "Gen-4 Turbo": "gen-4-turbo",
        "Kling 2.5": "kling-2.5-turbo",
        "Kling 2.0": "kling-2.0",
        "Hailuo 02": "hailuo-02",
        "Pika 2.0": "pika-2",
        "Wan 2.5": "wan-2.5",
        "HunyuanVideo": "hunyuan-video",
        "LTX-Video": "ltx-video",
        "Mochi 1": "mochi-1",
        "CogVideoX-5B": "cogvideox-5b",
        "Topaz Video AI": "topaz-video",
        "SeedVR2": "seedvr2",
        "RIFE": "rife",
        "Practical-RIFE": "rife",
    },
}
"""By guide: every model that it names, as it writes it, and the row that stands for it."""

PLATFORMS = {
    "how-i-make-ai-video": {"easemate", "luma-dream-machine", "midjourney"},
    "kling-essentials": {"scenario"},
    "models-guide-v5": {
        "google", "vertex", "openai-compatible", "kling", "dashscope", "minimax", "higgsfield",
        "midjourney", "topaz",
    },
    "prompting-guide-five-models": {
        "higgsfield", "google", "vertex", "kling", "runway", "byteplus", "beeble",
    },
    "video-generation-practical-guide": {
        "openai-compatible", "google", "vertex", "runway", "kling", "minimax", "pika", "fal",
        "replicate", "comfyui", "diffusers", "topaz",
    },
}  # fmt: skip
"""By guide: every platform, API and vendor to which it sends people, as the row for it."""


@pytest.fixture(scope="module")
def shipped():
    return catalogue.load()


@pytest.fixture(scope="module")
def tables(shipped):
    """The rows of each table of the page: by the table's first head, then by their first name."""
    found, rows = {}, None
    for line in coverage_page(shipped).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not line.startswith("|"):
            rows = None
        elif rows is None:
            heads, rows = cells, found.setdefault(cells[0], {})
        elif set(cells[0]) != {"-"}:
            name = cells[0].split("`")[1] if "`" in cells[0] else cells[0]
            rows[name] = dict(zip(heads, cells, strict=True))
    return found


def test_the_page_is_up_to_date(shipped):
    assert PAGE.read_text(encoding="utf-8") == coverage_page(shipped), (
        "run: python -m vidgen.coverage_docs > docs/coverage.md"
    )


def test_the_page_does_not_hang_on_the_order_of_registration(shipped, monkeypatch):
    first = next(iter(PROVIDERS))
    monkeypatch.delitem(PROVIDERS, first)
    monkeypatch.setitem(PROVIDERS, first, PROVIDERS["fal"])
    assert next(iter(PROVIDERS)) != first
    assert coverage_page(shipped) == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("guide", GUIDES)
def test_every_name_that_a_guide_uses_has_a_row_that_says_so(guide, shipped, tables):
    letter = GUIDES[guide][0]
    for written, model in NAMED[guide].items():
        row = tables["model"][model]
        assert letter in row["named in"].split(), f"{written}: {model} is named in {guide}"
        assert shipped.find(written).id == model, written
    for platform in PLATFORMS[guide]:
        assert letter in tables["provider"][platform]["named in"].split(), platform


def test_nothing_is_said_to_be_named_that_is_not():
    """Rows that a guide's name may mean as well as the one that answers to it are told here."""
    meant = {
        "how-i-make-ai-video": {"hailuo-2.3-fast", "pika-2.2", "flux-2-pro"},
        "models-guide-v5": {"kling-o1", "z-image-turbo", "kling-avatar-2.0-pro"},
    }
    pages = catalogue.load()
    for guide in GUIDES:
        models = {one.id for one in pages.models.values() if guide in one.named_in}
        assert models - set(NAMED[guide].values()) == meant.get(guide, set())
        sellers = {one.provider for one in pages.providers.values() if guide in one.named_in}
        assert sellers == PLATFORMS[guide]


def test_what_is_named_in_passing_is_no_model_of_the_catalogue(shipped):
    letters = {letter for letter, _ in GUIDES.values()}
    assert all(set(named.split()) <= letters for _, named, _ in PASSING)
    assert all(shipped.find(name) is None for name in ("Sora 1", "Runway Gen-2"))


def test_a_model_is_made_where_an_adapter_sells_it(tables, shipped):
    for name, row in tables["model"].items():
        live = [route for route in shipped.routes(name) if route.live]
        sellers = {route.provider.provider for route in live}
        made = set() if row["made at"] == NONE else set(row["made at"].split(", "))
        assert made == sellers & set(PROVIDERS)
        assert (row["planned"] == "yes") is bool(live)


def test_a_price_that_nobody_found_is_counted_as_none(shop):
    named = {"named_in": ("kling-essentials",)}
    models = {name: model.model_copy(update=named) for name, model in shop.models.items()}
    dearer = provider("three", offer("plain", None), offer("dear", None))
    pages = {**shop.providers, "three": dearer}
    page = coverage_page(catalogue.Catalogue(models, pages)).partition("## Who sells")[0]
    rows = {line.split("`")[1]: line.split(" | ") for line in page.splitlines() if "| `" in line}
    assert rows["plain"][3] == "2 of 3"
    assert rows["dear"][3] == "1 of 2"
    assert rows["animatic"][3] == "1 of 1"
    assert rows["old"][2:5] == ["retired 2026-09-24; take `dear`", NONE, NONE]


def test_nothing_is_said_to_be_tried_that_is_not(tables, shipped):
    tried = {one.provider for one in shipped.providers.values() if one.tried_live}
    assert tried <= set(PROVIDERS)
    for row in tables["provider"].values():
        assert row["tried live"] == "no" or row["adapter"] == "yes"


def compared():
    """The providers whose calls a test holds beside a client, by where that test lies."""
    names = {"ark": "byteplus"}  # the same adapter's other half, Volcengine, is not compared
    for path in COMPARED:
        named = path.stem.removeprefix("test_").removesuffix("against_client").strip("_")
        name = (named or path.parent.name).replace("_", "-")
        yield names.get(name, name)


def test_a_client_is_named_just_where_a_test_compares_with_it(shipped):
    named = {one.provider for one in shipped.providers.values() if one.compared_with}
    assert named == set(compared())
    assert named <= set(PROVIDERS)


def test_the_version_that_is_named_is_the_one_installed(shipped):
    for page in shipped.providers.values():
        if page.compared_with:
            client, _, named = page.compared_with.partition(" ")
            try:
                assert version(client) == named, page.provider
            except PackageNotFoundError:
                assert named, page.provider


def test_the_share_of_own_clients_is_said_in_few_words(tables, shipped):
    for name, row in tables["model"].items():
        made = [] if row["made at"] == NONE else row["made at"].split(", ")
        those = [one for one in made if shipped.providers[one].compared_with]
        left = [one for one in made if one not in those]
        said = row["own client"]
        if said == "all":
            assert not left, name
        elif said.startswith("all but "):
            assert said.removeprefix("all but ").split(", ") == left, name
        else:
            assert said == (", ".join(those) or NONE), name


def test_every_adapter_and_every_kind_of_work_is_in_the_table(tables, shipped):
    assert list(tables["adapter"]) == sorted(PROVIDERS)
    for work in WORKS:
        sold = {
            route.provider.provider
            for route in shipped.all_routes()
            if route.live and route.provider.provider in PROVIDERS and work.sold_by(route)
        }
        assert {name for name, row in tables["adapter"].items() if row[work.head]} == sold


def test_every_mode_is_a_kind_of_work(shipped):
    for mode in Mode.__args__:
        live = [route for route in shipped.all_routes() if route.live and mode in route.offer.modes]
        assert all(any(work.sold_by(route) for work in WORKS) for route in live), mode
    assert "voice" in CAPABILITIES
