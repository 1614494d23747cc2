"""Words set in the font that ships with vidgen: measured, wrapped, drawn.

A letter the font lacks is never a silent box: Chinese, Japanese and Korean are looked for in the
fonts that systems commonly have, and all else is named in brackets: `[Thai]`, `[hot beverage]`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal

from PIL import ImageDraw, ImageFont

import vidgen

Weight = Literal["Regular", "SemiBold"]
Font = ImageFont.FreeTypeFont

_FOLDER = Path(vidgen.__file__).parent / "fonts"
_EAST_ASIAN = (
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/AppleSDGothicNeo.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/YuGothM.ttc",
    "C:/Windows/Fonts/malgun.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
)
_SHAPED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "IDEOGRAPHIC", "BOPOMOFO")
_NAMES = {"CJK": "Han", "ARABIC-INDIC": "Arabic"}
_TRIAL = 24


@lru_cache(maxsize=64)
def font(weight: Weight, size: int) -> Font:
    """The shipped font at `size` pixels."""
    return ImageFont.truetype(_FOLDER / f"Inter-{weight}.otf", size)


@dataclass(frozen=True, slots=True)
class Text:
    """Words that can be drawn, and whether some of them had to be named in brackets."""

    words: str
    lacking: bool = False


def drawable(text: str) -> Text:
    """`text` as it can be drawn: composed, without control signs, unknown letters named."""
    clean = unicodedata.normalize("NFC", text)
    kept = "".join(" " if _blank_space(sign) else sign for sign in clean if not _invisible(sign))
    parts, lacking = [], False
    for script, run in groupby(kept, key=_script_lacking):
        if script is None:
            parts.append("".join(run))
        else:
            parts.append(f" [{script}] ")
            lacking = True
    words = " ".join("".join(parts).split())
    for closing in (",", ".", ";", ":", "!", "?", "”", ")"):
        words = words.replace(f"] {closing}", f"]{closing}")
    return Text(words, lacking)


def length(words: str, weight: Weight, size: int) -> float:
    """The width of one line, in pixels."""
    return sum(one.getlength(run) for one, run in _runs(words, weight, size))


def wrapped(words: str, weight: Weight, size: int, width: float) -> list[str]:
    """`words` in lines no wider than `width` pixels; a word wider than a line is broken."""
    lines, line = [], ""
    for piece in _pieces(words, weight, size, width):
        joined = f"{line}{piece}"
        if line and length(joined.rstrip(), weight, size) > width:
            lines.append(line.rstrip())
            joined = piece.lstrip()
        line = joined
    return [*lines, line.rstrip()] if line.strip() else lines


def shortened(line: str, weight: Weight, size: int, width: float) -> str:
    """A line that ends in `…` and is no wider than `width` pixels."""
    kept = line
    while kept and length(f"{kept}…", weight, size) > width:
        kept = kept[:-1]
    if len(kept) < len(line) and kept.rfind(" ") > len(kept) * 0.6:
        kept = kept[: kept.rfind(" ")]
    return f"{kept.rstrip(' ,;:.-')}…"


def draw(
    pen: ImageDraw.ImageDraw,
    place: tuple[float, float],
    words: str,
    *,
    weight: Weight,
    size: int,
    fill: tuple[int, int, int],
) -> None:
    """One line, its left end and baseline at `place`."""
    x, y = place
    for one, run in _runs(words, weight, size):
        pen.text((x, y), run, font=one, fill=fill, anchor="ls")
        x += one.getlength(run)


def _pieces(words: str, weight: Weight, size: int, width: float) -> list[str]:
    """What a line may be broken after: words with the space behind them, and East Asian letters."""
    pieces: list[str] = []
    for word in words.split():
        if any(_breaks_anywhere(sign) for sign in word):
            pieces += [*word[:-1], f"{word[-1]} "]
            continue
        while length(word, weight, size) > width and len(word) > 1:
            cut = len(word) - 1
            while cut > 1 and length(word[:cut], weight, size) > width:
                cut -= 1
            pieces.append(word[:cut])
            word = word[cut:]
        pieces.append(f"{word} ")
    return pieces


def _runs(words: str, weight: Weight, size: int) -> list[tuple[Font, str]]:
    """The words split by the font that has their letters."""
    other = _east_asian(size)
    if other is None or words.isascii():
        return [(font(weight, size), words)]
    groups = groupby(words, key=lambda sign: _has(sign) or not _east_asian_has(sign))
    return [(font(weight, size) if own else other, "".join(run)) for own, run in groups]


@lru_cache(maxsize=4096)
def _script_lacking(sign: str) -> str | None:
    """None where some font here has the letter, else what to call it."""
    if sign.isspace() or _has(sign) or _east_asian_has(sign):
        return None
    name = unicodedata.name(sign, "")
    if not name:
        return f"U+{ord(sign):04X}"
    if unicodedata.category(sign)[0] in "LMN":
        first = name.split()[0].split("-")[0]
        return _NAMES.get(first, first.title())
    return name.lower()


def _blank_space(sign: str) -> bool:
    """Spaces of every kind, line ends and control signs."""
    return unicodedata.category(sign) in {"Cc", "Zs", "Zl", "Zp"}


def _invisible(sign: str) -> bool:
    """Joiners, selectors and skin tones: marks on other letters with no picture of their own."""
    code = ord(sign)
    return (
        unicodedata.category(sign) in {"Cf", "Cs"}
        or 0xFE00 <= code <= 0xFE0F
        or 0x1F3FB <= code <= 0x1F3FF
    )


def _breaks_anywhere(sign: str) -> bool:
    return ord(sign) >= 0x2E80 and unicodedata.name(sign, "").startswith(_SHAPED)


@lru_cache(maxsize=4096)
def _has(sign: str) -> bool:
    return sign.isspace() or _picture(font("Regular", _TRIAL), sign) != _blank("Regular")


@lru_cache(maxsize=4096)
def _east_asian_has(sign: str) -> bool:
    other = _east_asian(_TRIAL) if _breaks_anywhere(sign) else None
    return other is not None and _picture(other, sign) != _picture(other, "\U0010fffd")


@lru_cache(maxsize=2)
def _blank(weight: Weight) -> tuple[tuple[int, int], bytes]:
    """What this font draws for a letter that it does not have."""
    return _picture(font(weight, _TRIAL), "\U0010fffd")


def _picture(one: Font, sign: str) -> tuple[tuple[int, int], bytes]:
    mask = one.getmask(sign)
    return mask.size, bytes(mask)


@lru_cache(maxsize=64)
def _east_asian(size: int) -> Font | None:
    """A font of this system with East Asian letters, or None."""
    for path in _EAST_ASIAN:
        if Path(path).is_file():
            try:
                return ImageFont.truetype(path, size)
            except OSError:
                continue
    return None
