"""The ledger on a screen: widths, what is left out, amounts rounded up and never hidden."""

import io
from decimal import Decimal
from fractions import Fraction

import pytest
from rich.console import Console

from tests.journal.test_report import line
from vidgen.journal.report import Shown, report
from vidgen.present.ledger import CSV_COLUMNS, Purse, ledger_json, ledger_rows, ledger_view

PURSE = Purse("First Pour", Decimal(15), Decimal(100))
CUT = [Shown("sip", "v003", "final", Fraction(11, 2)), Shown("pour", "v001", "draft", Fraction(4))]


def settled(key, reserve, kind, usd, **facts):
    return [line("reserve", Decimal(reserve), key=key, **facts),
            line(kind, Decimal(usd), key=key, **facts)]  # fmt: skip


LINES = [
    *settled("a", "1.20", "charge", "1.26", shot="sip"),
    *settled("b", "1.20", "refund", "1.20", shot="sip"),
    *settled("c", "0.168", "charge", "0.168", shot="pour", tier="draft", model="kling-3.0",
             provider="kling", day="2026-10-02"),
    *settled("d", "0.15", "charge", "0.15", shot="sip.still", model="nano-banana-pro"),
    *settled("e", "0.84", "unknown", "0.84", shot="grind", model="kling-3.0", provider="kling",
             day="2026-10-02"),
    line("reserve", Decimal("0.42"), key="f", shot="logo", model="kling-3.0", provider="kling",
         day="2026-10-03"),
]  # fmt: skip


def shown(found, width, by=None, purse=PURSE):
    screen = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
    screen.print(ledger_view(found, purse, width, by))
    return screen.file.getvalue()


@pytest.mark.parametrize("width", [45, 80, 120])
def test_the_ledger_reads_well(golden, width):
    text = shown(report(LINES, CUT), width)
    assert max(len(row.rstrip()) for row in text.splitlines()) <= width
    golden(f"ledger/summary-{width}.txt", text)


def test_one_grouping_is_shown_in_full(golden):
    many = [
        one
        for place in range(9)
        for one in settled(f"k{place}", "0.1", "charge", "0.1", shot=f"shot-{place}")
    ]
    found = report([*LINES, *many], CUT)
    assert "shot-8" not in shown(found, 80)
    assert "8 more: --by shot" in shown(found, 80)
    golden("ledger/by-shot.txt", shown(found, 80, "shot"))


def test_columns_of_which_there_is_nothing_are_left_out():
    text = shown(report(settled("a", "1", "charge", "1")), 80)
    assert "refunded" not in text and "reserved" not in text and "possibly" not in text
    assert "exactly that was paid" in text


def test_a_rehearsal_says_that_nothing_was_paid():
    purse = Purse("First Pour", None, Decimal(100), rehearsal=True)
    assert "rehearsal: nothing was paid" in shown(report(LINES), 80, purse=purse)


def test_the_ledger_as_data(golden):
    import json

    found = ledger_json(report(LINES, CUT), PURSE)
    assert json.loads(json.dumps(found)) == found
    golden("ledger/ledger.json", json.dumps(found, indent=2))
    assert set(ledger_json(report(LINES), PURSE, "day")["by"]) == {"day"}


def test_rows_of_csv_are_exact_and_have_every_column():
    rows = list(ledger_rows(tuple(LINES), Decimal(100)))
    assert len(rows) == len(LINES)
    assert {len(row) for row in rows} == {len(CSV_COLUMNS)}
    assert rows[5][-3:] == ("charge", "0.168", "16.8")
    usd = CSV_COLUMNS.index("usd")
    charged = sum(Decimal(row[usd]) for row in rows if row[-3] == "charge")
    assert charged == report(LINES).total.charged
