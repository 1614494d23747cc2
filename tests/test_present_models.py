from decimal import Decimal

import pytest
from rich.console import Console

from tests.conftest import model, offer, provider
from vidgen import present_models as shown
from vidgen.catalogue import Catalogue
from vidgen.catalogue.page import Life, Price
from vidgen.catalogue.search import Filter, search


def drawn(renderable, width=80):
    console = Console(width=width)
    with console.capture() as captured:
        console.print(renderable)
    return [line.rstrip() for line in captured.get().splitlines()]


@pytest.mark.parametrize(
    ("lengths", "words"),
    [
        ("", "given"),
        ("5", "5"),
        ("5 10", "5, 10"),
        ("4 6 8", "4, 6, 8"),
        ("3 4 5", "3 to 5"),
        ("2.5 3.5 4.5", "2.5 to 4.5"),
        ("6 8 10 12 14", "6 to 14 by 2"),
        ("1 2 4 8 16", "1 to 16"),
    ],
)
def test_lengths_never_claim_what_is_not_sold(lengths, words):
    assert shown.lengths_text(tuple(map(Decimal, lengths.split()))) == words


@pytest.mark.parametrize(
    ("sizes", "words"),
    [("", "given"), ("720p", "720p"), ("720p 4k", "720p, 4k"), ("480p 720p 4k", "480p–4k")],
)
def test_sizes(sizes, words):
    assert shown.sizes_text(tuple(sizes.split())) == words


@pytest.mark.parametrize(
    ("life", "words"),
    [
        ({}, "live"),
        ({"retires": "2027-01-01"}, "live until 2027-01-01"),
        ({"state": "retired", "since": "2026-09-24"}, "retired 2026-09-24"),
        ({"state": "retired"}, "retired"),
        ({"state": "never"}, "no API"),
    ],
)
def test_life(life, words):
    assert shown.state_text(Life.model_validate(life)) == words


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ({"per": "free"}, "free"),
        ({"per": "unknown"}, "unknown"),
        ({"per": "second", "usd": Decimal("0.084")}, "$0.084/s"),
        ({"per": "gpu-hour"}, "your rate/GPU h"),
        (
            {"per": "megapixel", "usd": Decimal("0.01"), "minimum_usd": Decimal("0.10")},
            "$0.01/MP, at least $0.10",
        ),
    ],
)
def test_amounts(price, words):
    assert shown.amount_text(Price.model_validate(price)) == words


@pytest.fixture
def shelf():
    """One model with prices by size and sound at one provider, by token at another."""
    by_size = [
        {"per": "second", "usd": Decimal("0.50"), "when": {"resolution": ["4k"]}},
        {"per": "second", "usd": Decimal("0.20"), "when": {"audio": True}},
        {"per": "second", "usd": Decimal("0.10")},
    ]
    by_token = [{"per": "million-tokens", "usd": Decimal("2.0"), "note": "sound is free"}]
    one = model("big", resolutions=["720p", "1080p", "4k"], good_for=["everything", "all else"])
    pages = [
        provider("alpha", offer("big", None, prices=by_size)),
        provider("beta", offer("big", None, prices=by_token)),
        provider("gamma", offer("big", None), offer("big", None, resolutions=["720p"])),
        provider("omega", offer("big", Decimal(1), life={"state": "retired", "note": "gone"})),
    ]
    return Catalogue({"big": one}, {page.provider: page for page in pages})


def test_every_price_has_a_line_and_its_source(shelf):
    lines = drawn(shown.model_view(shelf, shelf.models["big"], 80))
    assert "alpha     4k                      4, 6, 8  $0.50/s" in lines
    assert "          720p, 1080p with audio           $0.20/s" in lines
    assert "          720p, 1080p                      $0.10/s" in lines
    (tokens,) = [line for line in lines if "Mtok, " in line]
    assert tokens.split()[:2] == ["beta", "720p–4k"]
    assert tokens.endswith("/s")
    assert "gamma     720p–4k, 720p           4, 6, 8  unknown" in lines
    assert any(line.startswith("omega") and line.endswith("retired gone") for line in lines)
    assert "  beta                list, read 2026-10-01: a price page" not in lines
    assert any("alpha, beta, gamma" in line and "list, read 2026-10-01" in line for line in lines)
    assert any("$2.0/Mtok: sound is free" in line for line in lines)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140])
def test_it_fits(shelf, width):
    view = shown.model_view(shelf, shelf.models["big"], width)
    assert max(map(len, drawn(view, width))) <= width
    listing = shown.listing_view(search(shelf, Filter()), width)
    assert max(map(len, drawn(listing, width))) <= width


def test_a_list_says_what_each_is_good_for_where_there_is_room(shelf):
    found = search(shelf, Filter())
    assert "everything; all else" in drawn(shown.listing_view(found, 140), 140)[-1]
    assert drawn(shown.listing_view(found, 80))[-1].split() == [
        "big", "$0.0432/s", "beta", "+2", "4,", "6,", "8", "720p–4k", "on/off",
    ]  # fmt: skip


def test_how_long_a_job_takes_is_said_with_its_day_and_source():
    timed = {"seconds": 85, "as_of": "2026-05-04", "source": "a seller's page"}
    big = model("big", typical=timed)
    slow = offer("big", Decimal(1), typical={**timed, "seconds": 120})
    gone = offer("big", Decimal(1), typical=timed, life={"state": "retired"})
    pages = [provider("slow", slow), provider("gone", gone), provider("plain", offer("big", None))]
    shelf = Catalogue({"big": big}, {page.provider: page for page in pages})
    lines = drawn(shown.model_view(shelf, big, 80))
    assert [line.strip() for line in lines if "read 2026-05-04" in line] == [
        "takes     about 85 s, read 2026-05-04: a seller's page",
        "takes     at slow about 120 s, read 2026-05-04: a seller's page",
    ]
    told = [route["typical"]["seconds"] for route in shown.model_json(shelf, big)["routes"]]
    assert told == ["120", "85", "85"]


def test_what_single_routes_take_is_said():
    able = {"capabilities": ["text", "camera_control"]}
    moves = {"axes": ["zoom", "roll"], "at_once": 1, "durations": [5]}
    pages = [
        provider("free", offer("big", Decimal(1))),
        provider("near", offer("big", Decimal(1), camera=moves, own_clips=True, **able)),
    ]
    shelf = Catalogue({"big": model("big")}, {page.provider: page for page in pages})
    lines = drawn(shown.model_view(shelf, shelf.models["big"], 100))
    assert [line.split("only")[1].strip() for line in lines if line.startswith("  only")] == [
        "at near clips that were made there",
        "at near a camera move in numbers along one of zoom or roll, for 5s",
    ]
    told = [
        (route["own_clips"], route["camera"] and route["camera"]["axes"])
        for route in shown.model_json(shelf, shelf.models["big"])["routes"]
    ]
    assert told == [(False, None), (True, ["zoom", "roll"])]


def test_as_data(shelf):
    listed = shown.listing_json(search(shelf, Filter()))
    assert [route["provider"] for route in listed["models"][0]["routes"]][:2] == ["beta", "alpha"]
    full = shown.model_json(shelf, shelf.models["big"])
    assert [route["provider"] for route in full["routes"]].count("gamma") == 2
    assert full["capability_meanings"]["first_frame"] == "starts from a still"
