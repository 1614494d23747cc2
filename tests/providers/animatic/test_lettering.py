import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from vidgen.providers.animatic import lettering
from vidgen.providers.animatic.lettering import draw, drawable, length, shortened, wrapped


@pytest.fixture(autouse=True)
def no_font_of_this_machine(monkeypatch):
    """Only the shipped font, so that these tests say the same everywhere."""
    caches = (lettering._east_asian, lettering._east_asian_has, lettering._script_lacking)
    monkeypatch.setattr(lettering, "_EAST_ASIAN", ())
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize(
    "words",
    [
        "Barista takes the first sip.",
        "Größe, naïveté, Ærøskøbing, Łódź, İstanbul",
        "Бариста наливает эспрессо",
        "Ο καφές χύνεται",
        "Tiếng Việt: cà phê sữa đá",
        "“That's the one.” — 4.5 s · 20 % → €3",
    ],
)
def test_what_the_font_has_is_drawn_as_written(words):
    assert drawable(words).words == words
    assert not drawable(words).lacking


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("hot กาแฟร้อน coffee", "hot [Thai] coffee"),
        ("قهوة, please", "[Arabic], please"),
        ("咖啡 and コーヒー", "[Han] and [Katakana]"),
        ("a ☕ to go", "a [hot beverage] to go"),
        ("👩‍🍳 pours", "[woman] [cooking] pours"),
        ("👋🏽 hello", "[waving hand sign] hello"),
        ("\U000e1234", "[U+E1234]"),
    ],
)
def test_what_the_font_lacks_is_named(written, drawn):
    assert drawable(written).words == drawn
    assert drawable(written).lacking


def test_letters_in_parts_are_put_together():
    assert drawable("cafe\u0301").words == "café"


def test_control_signs_and_line_breaks_are_spaces():
    assert drawable("one\ntwo\tthree\x07\x1b[31mfour\u200b\u202e").words == "one two three [31mfour"


@given(st.text(max_size=80))
def test_any_text_can_be_drawn(text):
    words = drawable(text).words
    assert not drawable(words).lacking
    assert "\n" not in words


@given(st.text("ab cdeé ", max_size=200), st.integers(40, 400))
def test_no_line_is_wider_than_its_column_and_no_word_is_lost(text, width):
    lines = wrapped(text, "Regular", 20, width)
    assert all(length(line, "Regular", 20) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(text.split())


def test_a_word_too_long_for_a_line_is_broken():
    lines = wrapped("Donaudampfschifffahrtsgesellschaft", "Regular", 20, 100)
    assert len(lines) > 2
    assert "".join(lines) == "Donaudampfschifffahrtsgesellschaft"


def test_east_asian_words_break_between_letters(monkeypatch):
    assert lettering._pieces("咖啡店 café", "Regular", 20, 400) == ["咖", "啡", "店 ", "café "]


def test_a_short_line_ends_at_a_word():
    line = shortened("the crema rises and settles in the cup", "Regular", 20, 200)
    assert line.endswith("…")
    assert length(line, "Regular", 20) <= 200
    assert line[:-1] in "the crema rises and settles in the cup"
    assert not line[:-1].endswith((" ", ","))


def test_words_are_drawn_where_they_are_measured():
    picture = Image.new("L", (300, 60))
    pen = ImageDraw.Draw(picture)
    draw(pen, (10, 40), "HHH", weight="SemiBold", size=30, fill=(255, 255, 255)[0])
    left, top, right, bottom = picture.getbbox()
    assert 10 <= left < 16
    assert abs(right - 10 - length("HHH", "SemiBold", 30)) < 6
    assert bottom <= 41
    assert top > 10
