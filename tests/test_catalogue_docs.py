from pathlib import Path
from typing import get_args

from vidgen import catalogue
from vidgen.catalogue_docs import TITLES, models_page
from vidgen.job import Kind

PAGE = Path(__file__).parents[1] / "docs" / "models.md"


def rows(page):
    """The cells of every row of the page's tables, heads left out."""
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_page_is_up_to_date():
    page = models_page(catalogue.load())
    assert PAGE.read_text(encoding="utf-8") == page, (
        "run: python -m vidgen.catalogue_docs > docs/models.md"
    )


def test_every_model_has_one_row():
    page = models_page(catalogue.load())
    named = sorted(row[0].split("`")[1] for row in rows(page))
    assert named == sorted(catalogue.load().models)


def test_every_kind_has_a_title():
    assert set(TITLES) == set(get_args(Kind))


def test_a_price_has_its_day_and_an_unknown_one_none(shop):
    cells = {row[0]: row for row in rows(models_page(shop))}
    assert cells["`plain`"][2:5] == ["two, one", "$0.08/s", "2026-10-01 list"]
    assert cells["`painter`"][3] == "$0.04/image"
    assert cells["`animatic`"][3] == "free"


def test_what_is_retired_names_its_successor_and_where_that_is_sold(shop):
    cells = {row[0]: row for row in rows(models_page(shop))}
    assert cells["`old`"][3:5] == ["retired 2026-09-24", "`dear`, $0.40/s at two"]


def test_a_pipe_in_a_note_stays_in_its_cell(shop):
    model = shop.models["old"]
    life = model.life.model_copy(update={"note": "this | that"})
    models = {**shop.models, "old": model.model_copy(update={"life": life})}
    page = models_page(catalogue.Catalogue(models, shop.providers))
    assert r"this \| that" in page
