"""Command lines, as golden files: what ffmpeg is told, word for word.

After a change that is meant: `python -m tests.media.test_graph` writes them anew.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from vidgen.media import graph
from vidgen.media.allowed import FORMATS
from vidgen.media.colour import Colour
from vidgen.media.encode import INTERMEDIATE
from vidgen.media.framing import frame_into

GOLDEN = Path(__file__).parents[1] / "golden" / "graphs"
OUT = Path("made.mp4")
VERTICAL = (1080, 1920)
ENCODER = graph.H264(crf=18, speed="faster", gop=48, ceiling=20_000)
MATCHING = graph.Source(
    path=Path("take.mp4"),
    start=6,
    frames=108,
    rate=Fraction(24),
    framing=frame_into(Fraction(9, 16), *VERTICAL),
    colour=Colour("bt709", "tv"),
    pix_fmt="yuv420p",
    size=VERTICAL,
)
WIDE = replace(
    MATCHING,
    path=Path("wide.mp4"),
    framing=frame_into(Fraction(16, 9), *VERTICAL),
    colour=Colour("bt601", "pc", guessed=True),
    size=(640, 360),
)
HEAD = replace(MATCHING, start=0, frames=12)


def graphs():
    """Every kind of command line, by name."""
    music = graph.Bed(Path("bed.wav"), 2, Decimal("-10"), 48_000, 96_000)
    cover = replace(WIDE, framing=frame_into(Fraction(16, 9), *VERTICAL, "cover"))
    late = replace(MATCHING, start=1000, rate=Fraction(30000, 1001))
    yield "take", graph.take_from_frames(VERTICAL, Fraction(24), INTERMEDIATE, OUT)
    yield "conform-matching", graph.conform(MATCHING, VERTICAL, ENCODER, OUT)
    yield "conform-padded", graph.conform(WIDE, VERTICAL, ENCODER, OUT)
    yield "conform-cropped", graph.conform(cover, VERTICAL, ENCODER, OUT)
    yield "conform-late", graph.conform(late, VERTICAL, ENCODER, OUT)
    for kind in ("fade", "black"):
        tail = replace(HEAD, path=Path("before.mp4"), start=90)
        made = graph.transition(tail, HEAD, kind, VERTICAL, ENCODER, OUT)
        yield f"transition-{kind}", made
    yield "sound", graph.sound_of(Path("take.mp4"), 2, 12_000, 216_000, Path("s.wav"))
    yield "sound-mono", graph.sound_of(Path("take.mp4"), 1, 0, 216_000, Path("s.wav"))
    yield "dubbed", graph.dubbed(Path("take.mp4"), Path("line.wav"), 1, 96_000, OUT)
    yield "programme", graph.programme(Path("p.pcm"), 240_000, None, Path("p.m4a"))
    yield "programme-music", graph.programme(Path("p.pcm"), 240_000, music, Path("p.m4a"))
    for room in (65_536, 0):
        made = graph.join(Path("l.ffconcat"), Path("p.m4a"), Fraction(24), "First: Pour", room, OUT)
        yield f"join-{'room' if room else 'second-pass'}", made


each = pytest.mark.parametrize(
    ("name", "arguments"), list(graphs()), ids=[name for name, _ in graphs()]
)


def text_of(arguments):
    """One option a line, one filter chain a line, paths without this machine's folder."""
    here, lines = f"file:{Path().absolute()}/", []
    words = [
        word.replace("\\", "/").replace(here.replace("\\", "/"), "file:") for word in arguments
    ]
    for word in words:
        takes_a_value = lines and lines[-1].startswith("-") and " " not in lines[-1]
        if takes_a_value and not (word.startswith("-") and not word[1:].isdigit()):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines).replace(";[", ";\n    [") + "\n"


@each
def test_the_command_line_is_the_golden_one(name, arguments):
    assert text_of(arguments) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_no_golden_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {name for name, _ in graphs()}


@each
def test_every_input_is_under_closed_lists(name, arguments):
    """Each -i comes after its own protocol list, and a file from outside after its format list."""
    since = []
    for word in arguments:
        since.append(word)
        if since[-2:-1] == ["-i"]:
            assert "-protocol_whitelist" in since
            assert word.startswith("file:") or word == "pipe:0"
            if word.endswith((".mp4", ".wav")):
                assert FORMATS in since
                assert "-max_pixels" in since
            since = []
    assert since[-1].startswith("file:")


@pytest.mark.parametrize(
    ("rate", "ticks"),
    [(Fraction(24), 24_000), (Fraction(30000, 1001), 30_000), (Fraction(8), 80_000)],
)
def test_every_frame_lasts_whole_ticks(rate, ticks):
    assert graph.timescale(rate) == ticks
    assert (ticks / rate).denominator == 1


def test_no_name_gets_into_a_filter():
    name = Path("we ird:100%[a],b;c'd.mp4")
    arguments = graph.conform(replace(MATCHING, path=name), VERTICAL, ENCODER, OUT)
    assert [word for word in arguments if "ird" in word] == [f"file:{name.absolute()}"]


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for golden in GOLDEN.glob("*.txt"):
        golden.unlink()
    for one, words in graphs():
        (GOLDEN / f"{one}.txt").write_text(text_of(words), encoding="utf-8")
