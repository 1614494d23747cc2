"""The example's artwork and music: there, fit for 1080p vertical, light, made by its scripts."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest
from PIL import Image, ImageChops, ImageStat

FIRST_POUR = Path(__file__).resolve().parent.parent / "projects-example" / "first-pour"
SCRIPTS = FIRST_POUR / "make_assets"
STILLS = ("grind", "grind-end", "pour", "pour-end", "steam", "sip", "smile", "logo")
CAST = ("barista-front", "barista-side")


@pytest.fixture(scope="module")
def build() -> Iterator[ModuleType]:
    """Import the build script as it runs: with its own folder first on the path."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        spec = importlib.util.spec_from_file_location("first_pour_build", SCRIPTS / "build.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(SCRIPTS))


def apart(first: Image.Image, second: Image.Image) -> float:
    """Mean difference of two pictures of one size, in levels."""
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) / 3


def open_small(path: Path, size: tuple[int, int]) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB").resize(size, Image.Resampling.BOX)


@pytest.mark.parametrize("name", STILLS)
def test_a_still_is_a_full_vertical_frame_and_light(name: str) -> None:
    path = FIRST_POUR / "stills" / f"{name}.jpg"
    with Image.open(path) as image:
        image.load()
        assert image.format == "JPEG"
        assert image.mode == "RGB"
        assert image.width >= 1080 and image.height >= 1920
        assert Fraction(image.width, image.height) == Fraction(9, 16)
    assert 100_000 < path.stat().st_size < 520_000


def test_the_artwork_together_is_small_enough_to_carry() -> None:
    assert sum(path.stat().st_size for path in (FIRST_POUR / "stills").iterdir()) < 4_000_000
    folders = [FIRST_POUR / name for name in ("stills", "cast", "audio")]
    everything = [path for folder in folders for path in folder.iterdir()]
    assert sum(path.stat().st_size for path in everything) < 5_000_000


@pytest.mark.parametrize("name", CAST)
def test_a_cast_picture_is_three_to_four(name: str) -> None:
    with Image.open(FIRST_POUR / "cast" / f"{name}.jpg") as image:
        assert image.size == (768, 1024)


@pytest.mark.parametrize("name", ["grind", "pour"])
def test_an_end_still_is_the_same_frame_a_moment_later(name: str) -> None:
    size = (324, 576)
    start = open_small(FIRST_POUR / "stills" / f"{name}.jpg", size)
    end = open_small(FIRST_POUR / "stills" / f"{name}-end.jpg", size)
    assert 1.0 < apart(start, end) < 12.0
    corner = (0, 480, 324, 576)  # the table does not move
    assert apart(start.crop(corner), end.crop(corner)) < 1.0


@pytest.mark.parametrize("name", [*STILLS, *CAST])
def test_each_picture_comes_from_its_painter(build: ModuleType, name: str) -> None:
    picture = build.PICTURES[name]
    size = (picture.size[0] // 4, picture.size[1] // 4)
    painted = picture.paint(*size)
    # Grain and resampling differ at a quarter of the size; shapes, light and colour do not.
    patches = (size[0] // 6, size[1] // 6)
    small = painted.resize(patches, Image.Resampling.BOX)
    assert apart(small, open_small(picture.path, patches)) < 3.0


def test_painting_twice_gives_the_same_bytes(build: ModuleType) -> None:
    paint = build.PICTURES["barista-side"].paint
    assert paint(192, 256).tobytes() == paint(192, 256).tobytes()


def test_the_check_passes_on_what_is_committed(
    build: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.main(["--check", "barista-side"]) == 0
    assert "as committed" in capsys.readouterr().out


def test_the_check_notices_another_picture(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = build.PICTURES["barista-side"]
    other = tmp_path / "other.jpg"
    other.write_bytes((FIRST_POUR / "cast" / "barista-front.jpg").read_bytes())
    wrong = build.Picture(other, picture.paint, picture.size)
    assert build.check_picture(wrong).startswith("differs")
    gone = build.Picture(tmp_path / "gone.jpg", picture.paint, picture.size)
    assert build.check_picture(gone) == "missing"
    monkeypatch.setitem(build.PICTURES, "barista-side", gone)
    assert build.main(["--check", "barista-side"]) == 1


def test_an_unknown_asset_is_refused(build: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build.main(["latte"])
    assert "no such asset: latte" in capsys.readouterr().err


def test_the_bed_is_long_enough_even_and_never_loud() -> None:
    with av.open(str(FIRST_POUR / "audio" / "bed.m4a")) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.layout.name) == (48_000, "stereo")
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], axis=1)
    assert 32.9 <= sound.shape[1] / 48_000 <= 33.2
    assert 0.4 < np.abs(sound).max() < 0.6  # about -6 dBFS
    assert abs(float(sound.mean())) < 0.001
    film = sound[:, : 27 * 48_000].reshape(2, 18, -1)
    level = np.sqrt((film**2).mean(axis=(0, 2)))
    assert level.min() > 0.04  # no hole under six shots of 4.5 s
    assert np.abs(sound[:, -480:]).max() < 0.001
    assert (FIRST_POUR / "audio" / "bed.m4a").stat().st_size < 800_000


def test_the_band_plays_in_tune_and_the_same_each_time(build: ModuleType) -> None:
    instruments = build.music.play
    for play in (instruments.piano, instruments.guitar, instruments.bass):
        note = np.array(play(57, 1.0))
        spectrum = np.abs(np.fft.rfft(note * np.hanning(note.size), 8 * note.size))
        near = spectrum[8 * 200 : 8 * 240]
        assert abs(200 + int(near.argmax()) / 8 - 220.0) < 0.75
        play.cache_clear()
        assert play(57, 1.0) == note.tolist()
