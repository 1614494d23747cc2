from rich.console import Console

from vidgen.grid import Column, grid, pairs, settle


def lines(renderable, width):
    console = Console(width=width)
    with console.capture() as captured:
        console.print(renderable)
    return [line.rstrip() for line in captured.get().splitlines()]


COLUMNS = [Column("name", least=4), Column("words", least=6), Column("sum", right=True)]
ROWS = [["first", "some words about it", "1.00"], ["second", "more", "1,200.00"]]


def test_columns_are_as_wide_as_they_need():
    assert settle(COLUMNS, ROWS, 80, 1) == [6, 19, 8]


def test_the_last_that_may_gives_way_first_and_sums_never_do():
    assert settle(COLUMNS, ROWS, 30, 1) == [6, 12, 8]
    assert settle(COLUMNS, ROWS, 20, 1) == [4, 6, 8]


def test_a_table_with_no_rows_and_one_with_empty_headings():
    assert settle(COLUMNS, [], 80, 1) == [4, 5, 3]
    assert settle([Column("")], [[""]], 80, 1) == [1]


def test_what_is_cut_ends_in_dots():
    table = lines(grid(COLUMNS, ROWS, 30), 30)
    assert table[2] == "first   some words …      1.00"
    assert max(map(len, table)) <= 30


def test_what_may_wrap_goes_on():
    table = lines(
        grid([Column("a"), Column("b", least=6, wrap=True)], [["x", "one two three"]], 12), 12
    )
    assert [line.split() for line in table][-2:] == [["x", "one", "two"], ["three"]]


def test_letters_of_double_width_are_counted():
    assert settle([Column("a")], [["初めて"]], 80, 1) == [6]


def test_pairs_hang():
    table = lines(pairs([("who", "said a thing that takes two lines")], 24), 24)
    assert table[0].startswith("  who  said")
    assert table[1].startswith(" " * 7)
