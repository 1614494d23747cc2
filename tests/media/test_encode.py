"""Drawn frames to clips: exact, true in colour along a chain, whole or not there."""

import contextlib
import hashlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from fractions import Fraction

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.media.test_run import gone
from vidgen.errors import MediaError
from vidgen.media.encode import write_frames
from vidgen.media.frames import count_frames, first_frame, last_frame
from vidgen.media.graph import H264
from vidgen.media.probe import probe

SIZE = (96, 160)
RATE = Fraction(24)


def drawn(count, size=SIZE):
    for at in range(count):
        picture = Image.new("RGB", size, (40, 60, 90))
        ImageDraw.Draw(picture).ellipse((at, 2 * at, at + 30, 2 * at + 30), fill=(230, 120, 20))
        yield picture


def photograph(size):
    """Something like a photograph: soft light, saturated patches, fine grain, blacks and whites."""
    width, height = size
    across = numpy.linspace(0, 1, width)[None, :, None]
    down = numpy.linspace(0, 1, height)[:, None, None]
    light = 255 * (0.15 + 0.75 * across * (1 - down) + 0.1 * down) * [1.0, 0.82, 0.6]
    grain = numpy.random.default_rng(3).normal(0, 5, (height, width, 3))
    picture = Image.fromarray(numpy.clip(light + grain, 0, 255).astype("uint8"))
    pen = ImageDraw.Draw(picture)
    patches = [
        (200, 30, 30),
        (20, 160, 60),
        (30, 60, 200),
        (240, 210, 40),
        (250, 250, 250),
        (4, 4, 6),
    ]
    for place, patch in enumerate(patches):
        x = width * place // len(patches)
        pen.ellipse((x, height // 3, x + width // 7, height // 2), fill=patch)
    return picture.filter(ImageFilter.GaussianBlur(0.7))


@pytest.fixture
def write(ffmpeg, tmp_path):
    def make(frames, *, size=SIZE, rate=RATE, name="take.mp4", **more):
        path = tmp_path / "takes" / name
        write_frames(frames, size=size, rate=rate, path=path, ffmpeg=ffmpeg, **more)
        return path

    return make


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001), Fraction(60)])
def test_a_clip_holds_the_frames_that_were_drawn(write, rate):
    path = write(drawn(25), rate=rate)
    found = probe(path)
    picture = found.picture
    assert (picture.frames, picture.rate, picture.duration) == (25, rate, 25 / rate)
    assert (picture.width, picture.height, picture.pix_fmt) == (*SIZE, "yuv420p")
    assert {picture.primaries, picture.transfer, picture.matrix} == {"bt709"}
    assert picture.range == "tv"
    assert found.sound is None
    assert count_frames(path) == 25
    assert [one.name for one in path.parent.iterdir()] == ["take.mp4"]


def test_frames_may_be_bytes_or_of_another_mode(write):
    picture = next(drawn(1))
    paths = [
        write([one] * 3, name=name)
        for name, one in {
            "a.mp4": picture,
            "b.mp4": picture.tobytes(),
            "c.mp4": picture.convert("RGBA"),
        }.items()
    ]
    assert len({path.read_bytes() for path in paths}) == 1


def test_the_same_frames_make_the_same_bytes(write):
    made = {
        hashlib.sha256(write(drawn(30), name=f"{at}.mp4").read_bytes()).hexdigest()
        for at in range(3)
    }
    assert len(made) == 1


def test_five_links_keep_their_colours(write, capsys):
    """still -> clip -> its last frame -> clip …: within half a level of 255 after five links."""
    size = (270, 480)
    still = photograph(size)
    link = still
    for at in range(5):
        path = write([link] * 8, size=size, name=f"{at}.mp4")
        link = last_frame(path)
    first, fifth = (numpy.asarray(one, float) for one in (still, link))
    shift = (fifth - first).mean(axis=(0, 1))
    noise = 10 * numpy.log10(255**2 / ((fifth - first) ** 2).mean())
    with capsys.disabled():
        print(f"\n  five links: mean RGB {shift.round(3)} levels, {noise:.1f} dB")
    assert numpy.abs(shift).max() <= 0.5
    assert noise > 36


def test_five_links_of_a_moving_camera_keep_their_colours(write, capsys):
    """Each link pushes in or pulls out; what it adds to the frames drawn is summed."""
    size = (270, 480)
    link, shift = photograph(size), numpy.zeros(3)
    for at in range(5):
        zooms = numpy.linspace(0, 0.06, 20)[:: -1 if at % 2 else 1]
        boxes = [(135 * z, 240 * z, 270 - 135 * z, 480 - 240 * z) for z in zooms]
        drawn = [link.resize(size, Image.Resampling.BICUBIC, box=box) for box in boxes]
        link = last_frame(write(drawn, size=size, name=f"{at}.mp4"))
        shift += (numpy.asarray(link, float) - numpy.asarray(drawn[-1], float)).mean(axis=(0, 1))
    with capsys.disabled():
        print(f"\n  five moving links: mean RGB {shift.round(3)} levels")
    assert numpy.abs(shift).max() <= 0.5


def test_the_first_frame_is_the_still(write):
    still = photograph((270, 480))
    path = write([still] * 4, size=(270, 480))
    away = numpy.asarray(first_frame(path), float) - numpy.asarray(still, float)
    assert numpy.abs(away.mean(axis=(0, 1))).max() < 0.3


@pytest.mark.parametrize(
    ("frames", "size", "words"),
    [
        ([], SIZE, "there is no frame to write"),
        ([Image.new("RGB", (10, 10))], SIZE, r"a frame of \(10, 10\) in a clip of \(96, 160\)"),
        ([b"short"], SIZE, "a frame of 5 bytes"),
        ([Image.new("RGB", (95, 160))], (95, 160), "wants even sizes"),
    ],
)
def test_frames_that_make_no_clip_are_refused(write, tmp_path, frames, size, words):
    with pytest.raises(MediaError, match=words):
        write(frames, size=size)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_fault_while_drawing_leaves_nothing_behind(write, tmp_path):
    def breaks():
        yield from drawn(30)
        raise ZeroDivisionError

    threads = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        write(breaks())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    until = time.monotonic() + 5
    while threading.active_count() > threads and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() == threads


def test_what_ffmpeg_refuses_is_told_in_its_words(write):
    with pytest.raises(MediaError, match=r"ffmpeg could not write it: .*preset"):
        write(drawn(200), encoder=H264(crf=12, speed="no-such-speed", gop=24))


def draw_for_ever(ffmpeg, path, begun):
    def frames():
        for at, frame in enumerate(drawn(10_000)):
            if at == 30:
                begun.set()
            time.sleep(0.005)
            yield frame

    with contextlib.suppress(MediaError):  # it says that nobody waits for it any more
        write_frames(frames(), size=SIZE, rate=RATE, path=path, ffmpeg=ffmpeg)


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_killed_worker_leaves_no_clip_and_no_ffmpeg(ffmpeg, tmp_path):
    path = tmp_path / "take.mp4"
    spawn = multiprocessing.get_context("spawn")
    begun = spawn.Event()
    worker = spawn.Process(target=draw_for_ever, args=(ffmpeg, path, begun))
    worker.start()
    assert begun.wait(20)
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    assert gone(f"file:{path}")
    assert not path.exists()


def worker_of_a_worker(ffmpeg, path, begun):
    spawn = multiprocessing.get_context("spawn")
    inner = spawn.Process(target=draw_for_ever, args=(ffmpeg, path, begun))
    inner.start()
    inner.join()


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_worker_whose_parent_was_killed_stops(ffmpeg, tmp_path):
    path = tmp_path / "take.mp4"
    spawn = multiprocessing.get_context("spawn")
    begun = spawn.Event()
    parent = spawn.Process(target=worker_of_a_worker, args=(ffmpeg, path, begun))
    parent.start()
    assert begun.wait(30)
    os.kill(parent.pid, signal.SIGKILL)
    parent.join()
    assert gone(f"file:{path}")
    assert not path.exists()
