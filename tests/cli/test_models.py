from pathlib import Path

import pytest

from vidgen import catalogue
from vidgen.errors import Exit

NAMES = """
sora 2; sora 2 pro; veo 3.1; veo3.1; veo 3.1 fast; kling 1.6; kling 2.0; kling 2.1; kling 2.1 std;
kling 2.1 standard; kling 2.1 pro; kling 2.1 master; kling 2.5; kling 2.6;
kling 2.6 motion control; kling o1; kling o1 edit; kling 3.0; kling 3.0 std; kling 3.0 pro;
kling avatar 2.0; avatar pro; kling lipsync; runway gen-3 alpha; gen-4; gen-4 turbo; gen-4.5;
seedance 1.5 pro; seedance 2.0 pro; seedance 2.0 lite; seedance 2.0 fast; seedance-lite; hailuo 02;
hailuo 2.3; wan 2.5; wan 2.6; luma ray 2; ray 2; pixverse v4; pika 2; pika 2.x; ltx-video;
hunyuanvideo; mochi 1; cogvideox-5b; higgsfield cinema studio v1.5; higgsfield presets;
higgsfield soul; nano banana pro; seedream 4.5; kling o1 image; kling 2.6 image; midjourney; flux;
imagen; ideogram; z-image; wan 2.2 image; gpt image 1.5; topaz; seedvr2; rife; beeble;
kling 3.0 turbo; kling 3.0 omni; seedance 2.5; seedance 2.0 mini; hailuo h3; wan 2.7; wan 3.0;
gemini omni 1.1; gemini omni 1.2; ray 3.2; pixverse v6; pika 2.5; ltx 2.5; vidu q3 pro
"""


@pytest.fixture(scope="module")
def shelf():
    """The shipped catalogue, read once."""
    return catalogue.load()


@pytest.fixture
def read_once(shelf, monkeypatch):
    monkeypatch.setattr("vidgen.catalogue.load", lambda book=None: shelf)


@pytest.mark.parametrize("name", [name.strip() for name in NAMES.replace("\n", " ").split(";")])
def test_every_model_that_people_name_answers(vidgen, read_once, name):
    said = vidgen("models", name)
    assert (said.code, said.err) == (0, ""), said.err
    assert "how to prompt it" in said.out


def test_the_list_of_a_small_shop(vidgen, small_shop, golden):
    golden("models/list-80.txt", vidgen("models", "--all").out)
    golden("models/list-140.txt", vidgen("models", "--all", columns=140).out)


@pytest.mark.parametrize("name", ["dear", "plain", "old", "painter"])
def test_one_model_in_full(vidgen, small_shop, golden, name):
    said = vidgen("models", name)
    assert (said.code, said.err) == (0, "")
    golden(f"models/{name}-80.txt", said.out)


def test_every_model_fits_80_columns(vidgen, read_once):
    for item in vidgen("models", "--all", "--json").json["models"]:
        said = vidgen("models", item["id"])
        assert max(map(len, said.out.splitlines())) <= 80, item["id"]


def test_filters(vidgen):
    said = vidgen(
        "models",
        "--needs",
        "first_frame,audio",
        "--max-price",
        "0.10/s",
        "--aspect",
        "9:16",
        "--json",
    )
    found = said.json["models"]
    assert said.json["schema"] == "vidgen.models/1"
    assert found
    for item in found:
        prices = [route["from"]["usd"] for route in item["routes"]]
        assert all(float(price) <= 0.6 for price in prices)


def test_nothing_found_is_talk_and_no_failure(vidgen):
    said = vidgen("models", "--max-price", "0.0000001/s", "--kind", "avatar")
    assert (said.code, said.out) == (0, "")
    assert "loosen a filter" in said.err
    assert vidgen("models", "--max-price", "0.0000001/s", "--kind", "avatar", "--json").json == {
        "schema": "vidgen.models/1", "models": [],
    }  # fmt: skip


def test_one_model_as_data(vidgen):
    found = vidgen("models", "kling-3.0", "--json").json
    assert (found["schema"], found["id"]) == ("vidgen.model/1", "kling-3.0")
    assert all(
        price["as_of"] and price["source"] for route in found["routes"] for price in route["prices"]
    )


def test_prices_of_ones_own(vidgen, tiny):
    folder = tiny()
    book = "prices: [{model: kling-3.0, provider: fal, per: second, usd: 0.01}]\n"
    (folder / "prices.yaml").write_text(book, encoding="utf-8")
    said = vidgen("models", "kling-3.0", "--project", folder)
    assert "$0.01/s" in said.out
    (folder / "prices.yaml").write_text("prices: [{model: kling-3.0}]\n", encoding="utf-8")
    broken = vidgen("models", "kling-3.0", "--project", folder)
    assert (broken.code, broken.out) == (Exit.INVALID, "")
    assert "prices.yaml:1:" in broken.err


def test_a_project_that_is_not_there(vidgen):
    assert vidgen("models", "--project", Path("nowhere"), "--kind", "upscale").code == 0
