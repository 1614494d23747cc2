from decimal import Decimal

import pytest

from tests.conftest import model, offer, provider
from vidgen.catalogue import Catalogue
from vidgen.catalogue.search import Filter, search


def found(catalogue, **wanted):
    return [item.model.id for item in search(catalogue, Filter(**wanted))]


def shelf(*offers, **models):
    pages = provider("one", *offers)
    made = {name: model(name, **more) for name, more in models.items()}
    return Catalogue(made, {"one": pages})


def test_everything_on_sale_by_price(shop):
    assert found(shop) == ["animatic", "silent", "painter", "plain", "dear"]
    assert found(shop, retired=True)[-1] == "old"


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"kind": "image"}, ["painter"]),
        ({"provider": "two"}, ["plain", "dear"]),
        ({"needs": frozenset({"audio"})}, ["plain", "dear"]),
        ({"needs": frozenset({"lip_sync"})}, ["dear"]),
        ({"needs": frozenset({"4k"})}, ["dear"]),
        ({"needs": frozenset({"camera_control"})}, ["animatic"]),
        ({"seconds": Decimal(9), "kind": "video"}, ["animatic", "dear"]),
        ({"aspect": "21:9", "kind": "video"}, ["animatic"]),
        ({"max_usd": Decimal("0.10"), "kind": "video"}, ["animatic", "silent", "plain"]),
        ({"max_usd": Decimal("0.04"), "per": "image", "kind": "image"}, ["painter"]),
        ({"max_usd": Decimal("0.03"), "per": "image", "kind": "image"}, []),
    ],
)
def test_filters(shop, wanted, names):
    assert found(shop, **wanted) == names


def test_the_cheapest_route_comes_first(shop):
    plain = next(item for item in search(shop, Filter()) if item.model.id == "plain")
    route, sample = plain.best
    assert (route.name, sample.usd, sample.unit) == ("two:plain", Decimal("0.08"), "second")
    assert len(plain.routes) == 2


def test_clips_and_seconds_are_compared():
    clips = offer("clips", None, prices=[{"per": "clip", "usd": Decimal("0.24")}])
    catalogue = shelf(
        clips,
        offer("seconds", Decimal("0.05")),
        clips={"durations": [6], "audio": "never"},
        seconds={"durations": [6], "audio": "never"},
    )
    assert found(catalogue) == ["clips", "seconds"]
    assert found(catalogue, max_usd=Decimal("0.04")) == ["clips"]
    assert found(catalogue, max_usd=Decimal("0.30"), per="clip") == ["clips", "seconds"]
    assert found(catalogue, max_usd=Decimal("0.24"), per="clip") == ["clips"]


def test_the_price_of_what_is_needed_counts():
    catalogue = shelf(
        offer(
            "both",
            None,
            prices=[
                {"per": "second", "usd": Decimal("0.20"), "when": {"audio": True}},
                {"per": "second", "usd": Decimal("0.10")},
            ],
        ),
        both={},
    )
    assert found(catalogue, max_usd=Decimal("0.10")) == ["both"]
    assert found(catalogue, max_usd=Decimal("0.10"), needs=frozenset({"audio"})) == []


def test_an_unknown_price_is_listed_last_and_never_within_a_limit():
    catalogue = shelf(offer("priced", Decimal(9)), offer("unpriced", None), priced={}, unpriced={})
    assert found(catalogue) == ["priced", "unpriced"]
    assert found(catalogue, max_usd=Decimal(100)) == ["priced"]


def test_what_is_not_sold_is_not_found():
    catalogue = shelf(
        offer("a", Decimal(1), not_sold=[{"resolution": ["1080p"]}]),
        a={"resolutions": ["720p", "1080p"]},
    )
    assert found(catalogue, needs=frozenset({"720p"})) == ["a"]
    assert found(catalogue, needs=frozenset({"1080p"})) == []
