"""Probing: every field, every shape of file, and files that mean harm."""

from fractions import Fraction
from pathlib import Path

import pytest

from vidgen.errors import MediaError
from vidgen.media.probe import probe


def test_every_field_of_a_clip(make_clip):
    path = make_clip(sound="sine=d=1:sample_rate=44100", extra=("-movflags", "+faststart"))
    found = probe(path)
    assert found.path == path
    assert found.brand == "isom"
    assert found.faststart is True
    assert found.bytes == path.stat().st_size
    assert found.duration == 1
    picture = found.picture
    assert (picture.codec, picture.profile, picture.pix_fmt) == ("h264", "Main", "yuv420p")
    assert (picture.width, picture.height, picture.aspect) == (96, 160, Fraction(3, 5))
    assert (picture.rate, picture.frames, picture.duration) == (24, 24, 1)
    assert (picture.start, picture.rotation) == (0, 0)
    assert (picture.primaries, picture.transfer, picture.matrix, picture.range) == (
        *("bt709", "bt709", "bt709"),
        "tv",
    )
    sound = found.sound
    assert (sound.codec, sound.sample_rate, sound.channels) == ("aac", 44100, 1)
    assert (sound.start, sound.duration) == (0, 1)


def test_a_clip_without_sound_tags_or_faststart(make_clip):
    found = probe(make_clip(tags=""))
    assert found.sound is None
    assert found.faststart is False
    assert found.picture.primaries == found.picture.matrix == "unknown"


def test_fractional_rates_are_exact(make_clip):
    found = probe(make_clip(rate="30000/1001", seconds=1.001))
    assert found.picture.rate == Fraction(30000, 1001)
    assert found.picture.frames == 30
    assert found.picture.duration == Fraction(1001, 1000)


@pytest.mark.parametrize(("turn", "clockwise"), [(90, 270), (-90, 90), (180, 180)])
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_rotation_turns_the_aspect(make_clip, ffmpeg_run, tmp_path, turn, clockwise, suffix):
    path = tmp_path / f"turned.{suffix}"
    ffmpeg_run("-display_rotation", turn, "-i", make_clip(), "-c", "copy", path)
    picture = probe(path).picture
    assert picture.rotation == clockwise
    assert picture.aspect == (Fraction(3, 5) if turn == 180 else Fraction(5, 3))


def test_pixels_that_are_not_square(make_clip):
    picture = probe(make_clip(size="96x80", tags="setsar=2/1")).picture
    assert picture.pixel_aspect == 2
    assert picture.aspect == Fraction(96 * 2, 80)


def test_frames_hidden_by_an_edit_list_do_not_count(make_clip, ffmpeg_run, tmp_path):
    path = tmp_path / "cut.mp4"
    ffmpeg_run("-ss", 0.5, "-i", make_clip(seconds=2), "-c", "copy", path)
    picture = probe(path).picture
    assert picture.frames == 36
    assert picture.duration == Fraction(3, 2)


@pytest.mark.parametrize("suffix", ["mkv", "ts", "mov"])
def test_other_containers(make_clip, ffmpeg_run, tmp_path, suffix):
    path = tmp_path / f"clip.{suffix}"
    ffmpeg_run("-i", make_clip(sound="sine=d=1"), "-c", "copy", path)
    found = probe(path)
    assert found.picture.rate == 24
    assert abs(found.picture.duration - 1) < Fraction(1, 10)
    assert found.sound.codec == "aac"
    assert found.picture.frames == (24 if suffix == "mov" else None)


@pytest.mark.parametrize("codec", ["libx265", "libvpx-vp9", "libsvtav1", "prores_ks", "ffv1"])
def test_other_codecs_tell_their_pixel_format(make_clip, codec):
    speed = {"libx265": ("-preset", "ultrafast"), "libvpx-vp9": ("-deadline", "realtime")}
    name = "clip.mkv" if codec == "ffv1" else "clip.mov" if codec == "prores_ks" else "clip.mp4"
    quiet = ("-x265-params", "log-level=error") if codec == "libx265" else ()
    path = make_clip(name, codec=("-c:v", codec, *speed.get(codec, ()), *quiet), seconds=0.5)
    picture = probe(path).picture
    assert picture.pix_fmt == ("yuv422p10le" if codec == "prores_ks" else picture.pix_fmt)
    assert picture.pix_fmt.startswith("yuv4")
    assert (picture.width, picture.height) == (96, 160)


def test_sound_alone_and_its_cover_art(ffmpeg_run, tmp_path):
    bed, cover, tagged = tmp_path / "bed.mp3", tmp_path / "cover.png", tmp_path / "tagged.mp3"
    ffmpeg_run("-f", "lavfi", "-i", "sine=d=2:sample_rate=48000", "-ac", 2, bed)
    ffmpeg_run("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-frames:v", 1, "-update", 1, cover)
    ffmpeg_run("-i", bed, "-i", cover, "-map", 0, "-map", 1, "-c", "copy", tagged)
    for path in (bed, tagged):
        found = probe(path)
        assert found.picture is None
        assert (found.sound.channels, found.sound.sample_rate) == (2, 48_000)
        assert abs(found.sound.duration - 2) < Fraction(1, 10)


def hostile(folder, clip):
    """Files that would make a careless reader open something else, or fall over."""
    neighbour = folder / "neighbour.mp4"
    neighbour.write_bytes(clip.read_bytes())
    listed = "file 'neighbour.mp4'\n"
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{neighbour}\n#EXT-X-ENDLIST\n"
    yield "list.mp4", f"ffconcat version 1.0\n{listed}".encode()
    yield "playlist.mp4", playlist.encode()
    yield "playlist.m3u8", playlist.encode()
    yield "drawing.mp4", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    yield "text.mp4", b"hello\n"
    yield "empty.mp4", b""
    yield "zeros.mp4", bytes(4096)
    yield "short.mp4", clip.read_bytes()[: clip.stat().st_size // 2]
    yield "head.mp4", clip.read_bytes()[:64]
    yield "page.mp4", b"<!doctype html><title>402 Payment Required</title>"


def test_files_that_mean_harm_are_refused(make_clip, tmp_path):
    for name, content in hostile(tmp_path, make_clip()):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(MediaError) as caught:
            probe(path)
        assert caught.value.where == str(path), name
        assert caught.value.message.startswith(("could not read it: ", "not a")), name


def test_what_is_not_there_or_not_a_file(tmp_path):
    with pytest.raises(MediaError, match="no such file"):
        probe(tmp_path / "absent.mp4")
    with pytest.raises(MediaError, match="is not a file"):
        probe(tmp_path)


def test_an_address_is_a_file_name_here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("http://127.0.0.1:9/a.mp4", "concat:a.mp4|b.mp4", "file:/etc/passwd"):
        with pytest.raises(MediaError, match="no such file"):
            probe(Path(name))


def test_a_name_is_only_a_name(make_clip, tmp_path):
    for name in ("-dash.mp4", "we ird:100%[a],b;c'd.mp4", "x%03d.mp4", "http:evil.mp4"):
        path = tmp_path / name
        path.write_bytes(make_clip().read_bytes())
        assert probe(path).picture.frames == 24


def test_more_picture_than_vidgen_opens(make_clip):
    path = make_clip(
        pattern="color=black", size="8256x4352", seconds=0.04, codec=("-c:v", "libx264"),
        extra=("-preset", "ultrafast", "-threads", "1"),
    )  # fmt: skip
    with pytest.raises(MediaError, match="8256x4352 is more picture than vidgen opens"):
        probe(path)
