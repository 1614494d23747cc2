"""Exact frames, against a full decode by the ffmpeg program; colours by tag; contact sheets."""

import shutil
from fractions import Fraction
from itertools import pairwise

import numpy
import pytest
from PIL import Image

from vidgen.errors import MediaError
from vidgen.media import frames

SIZE = (96, 160)
H264 = ("-c:v", "libx264", "-preset", "fast", "-crf", "12")


def apart(one, other):
    """Mean difference of two pictures, in levels of 255."""
    return float(numpy.abs(numpy.asarray(one, int) - numpy.asarray(other, int)).mean())


@pytest.fixture
def truth(ffmpeg_run):
    """Every frame shown, by a full decode, as RGB pictures."""

    def decode(path, size=SIZE):
        scale = "scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
        raw = ffmpeg_run(
            *("-i", f"file:{path}", "-map", "0:v:0", "-vf", scale, "-fps_mode", "passthrough"),
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
        )
        each = size[0] * size[1] * 3
        return [
            Image.frombytes("RGB", size, raw[at : at + each]) for at in range(0, len(raw), each)
        ]

    return decode


def codec(name, *options):
    return ("-c:v", name, *options)


CLIPS = {
    "b-frames, one gop": {"codec": (*H264, "-bf", "3", "-g", "250")},
    "open gop": {"codec": (*H264, "-bf", "3", "-g", "12", "-x264-params", "open-gop=1")},
    "one frame": {"seconds": 1 / 24},
    "sound three seconds longer": {"sound": "sine=d=4"},
    "sound shorter": {"sound": "sine=d=0.3"},
    "odd rate": {"rate": "30000/1001"},
    "fragments": {"extra": ("-movflags", "frag_keyframe+empty_moov")},
    "matroska": {"name": "a.mkv"},
    "transport stream, one key frame": {"name": "a.ts", "codec": (*H264, "-g", "250")},
    "hevc": {"codec": codec("libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")},
    "vp9": {"name": "a.webm", "codec": codec("libvpx-vp9", "-deadline", "realtime")},
    "av1": {"codec": codec("libsvtav1", "-preset", "12")},
    "prores": {"name": "a.mov", "codec": codec("prores_ks")},
}


@pytest.mark.parametrize("kind", CLIPS)
def test_the_last_frame_is_the_last_one_shown(make_clip, truth, kind):
    path = make_clip(**CLIPS[kind])
    shown = truth(path)
    last = frames.last_frame(path)
    assert apart(last, shown[-1]) < 0.5
    if len(shown) > 1:
        assert apart(last, shown[-2]) > 2 * apart(last, shown[-1]) + 0.1
    assert frames.count_frames(path) == len(shown)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("a last frame held for two seconds", ("-vf", "setpts='if(eq(N,23),71,N)/24/TB'")),
        ("a gap in the middle", ("-vf", "setpts='if(gt(N,12),N+3,N)/24/TB'")),
    ],
)
def test_clips_of_uneven_rate(make_clip, ffmpeg_run, truth, tmp_path, kind, words):
    path = tmp_path / "uneven.mp4"
    ffmpeg_run("-i", make_clip(), *words, *H264, "-fps_mode", "vfr", path)
    shown = truth(path)
    assert len(shown) == 24
    assert apart(frames.last_frame(path), shown[-1]) < 0.5


def test_a_cut_made_by_copying_hides_its_first_frames(make_clip, ffmpeg_run, truth, tmp_path):
    path = tmp_path / "cut.mp4"
    ffmpeg_run("-ss", 0.5, "-i", make_clip(seconds=2), "-c", "copy", path)
    shown = truth(path)
    assert frames.count_frames(path) == len(shown) == 36
    assert apart(frames.first_frame(path), shown[0]) < 0.5
    assert apart(frames.last_frame(path), shown[-1]) < 0.5


def test_any_frame_by_its_number(make_clip, truth):
    path = make_clip()
    for index, picture in enumerate(truth(path)):
        if index % 5 == 0:
            assert apart(frames.frame_at(path, index), picture) < 0.5
    with pytest.raises(MediaError, match="it has no frame 24: it ends after 24"):
        frames.frame_at(path, 24)


def test_frames_by_time(make_clip, truth):
    path, shown = make_clip(), truth(make_clip())
    found = frames.frames_at(path, [Fraction(0), Fraction(1, 2), Fraction(23, 24), Fraction(9)])
    for picture, index in zip(found, (0, 12, 23, 23), strict=True):
        assert apart(picture, shown[index]) < 0.5


@pytest.mark.parametrize("turn", [90, -90, 180])
def test_a_turned_clip_gives_upright_frames(make_clip, ffmpeg_run, truth, tmp_path, turn):
    path = tmp_path / "turned.mp4"
    ffmpeg_run("-display_rotation", turn, "-i", make_clip(), "-c", "copy", path)
    shown = truth(path, SIZE if turn == 180 else SIZE[::-1])  # the program turns by itself
    last = frames.last_frame(path)
    assert last.size == shown[-1].size
    assert apart(last, shown[-1]) < 0.5


@pytest.mark.parametrize(
    ("kind", "size", "filters", "tags"),
    [
        ("tagged 709", "96x160", "scale=out_color_matrix=bt709", "colorspace=bt709:range=tv"),
        ("tagged 601", "96x160", "scale=out_color_matrix=bt601", "colorspace=smpte170m:range=tv"),
        ("full range", "96x160", "scale=out_color_matrix=bt709:out_range=pc", "range=pc"),
        ("small, untagged: 601", "96x160", "scale=out_color_matrix=bt601", "colorspace=unknown"),
        ("large, untagged: 709", "720x1280", "scale=out_color_matrix=bt709", "colorspace=unknown"),
    ],
)  # fmt: skip
def test_colours_are_read_as_the_clip_means_them(ffmpeg_run, tmp_path, kind, size, filters, tags):
    path = tmp_path / "patch.mp4"
    ffmpeg_run(
        *("-f", "lavfi", "-i", f"color=0xC83C1E:s={size}:d=0.2,format=gbrp"),
        *("-vf", f"{filters},format=yuv420p,setparams={tags}", "-c:v", "libx264", "-qp", 1, path),
    )
    red, green, blue = frames.last_frame(path).getpixel((40, 80))
    assert abs(red - 200) <= 2 and abs(green - 60) <= 2 and abs(blue - 30) <= 2, kind


def test_a_contact_sheet(make_clip):
    sheet = frames.contact_sheet(make_clip(seconds=2), columns=4, rows=2, width=48)
    assert sheet.size == (8 + 4 * 56, 8 + 2 * 88)
    cells = [sheet.crop((8 + 56 * at, 8, 56 + 56 * at, 88)) for at in range(4)]
    assert all(apart(one, other) > 1 for one, other in pairwise(cells))


def test_a_labelled_grid():
    cells = [Image.new("RGB", (90, 160), (50 * at, 80, 120)) for at in range(3)]
    sheet = frames.tile(cells, columns=2, width=90, labels=["one", "two", "three"])
    assert sheet.size == (8 + 2 * 98, 8 + 2 * (160 + 9 + 8))
    under = sheet.crop((8, 168, 98, 177))
    assert under.convert("L").getextrema()[1] > 150


def test_what_has_no_frames_says_so(make_clip, ffmpeg_run, tmp_path):
    bed = tmp_path / "bed.wav"
    ffmpeg_run("-f", "lavfi", "-i", "sine=d=1", bed)
    for look in (frames.last_frame, frames.first_frame, frames.count_frames, frames.contact_sheet):
        with pytest.raises(MediaError, match="it has no picture"):
            look(bed)
        with pytest.raises(MediaError, match="no such file"):
            look(tmp_path / "absent.mp4")


def test_a_damaged_end_gives_the_last_frame_that_decodes(make_clip, truth, tmp_path):
    path = tmp_path / "damaged.mkv"
    shutil.copy(make_clip("a.mkv", codec=(*H264, "-g", "6")), path)
    whole = truth(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    last = frames.last_frame(path)
    assert min(apart(last, picture) for picture in whole[8:20]) < 2


@pytest.mark.parametrize("kind", ["b-frames, one gop", "odd rate", "matroska", "vp9", "fragments"])
def test_a_clip_is_played_at_its_own_rate_frame_by_frame(make_clip, truth, kind):
    path = make_clip(**CLIPS[kind])
    shown = truth(path)
    rate = Fraction(CLIPS[kind].get("rate", 24))
    found = list(frames.played(path, rate, len(shown), hold=False))
    assert len(found) == len(shown)
    assert max(apart(one, other) for one, other in zip(found, shown, strict=True)) < 0.5


@pytest.mark.parametrize(("rate", "each"), [(48, Fraction(1, 2)), (12, 2), (60, Fraction(2, 5))])
def test_at_another_rate_each_frame_is_the_one_shown_then(make_clip, truth, rate, each):
    path = make_clip()
    shown = truth(path)
    found = list(frames.played(path, Fraction(rate), rate, hold=False))
    assert len(found) == rate
    for index, picture in enumerate(found):
        assert apart(picture, shown[int(index * each)]) < 0.5


def test_a_clip_that_ends_too_soon_stands_still_or_is_over(make_clip, truth):
    path = make_clip()
    last = truth(path)[-1]
    held = list(frames.played(path, Fraction(24), 30, hold=True))
    assert len(held) == 30
    assert all(one is held[23] for one in held[24:])
    assert apart(held[-1], last) < 0.5
    assert len(list(frames.played(path, Fraction(24), 30, hold=False))) == 24


def test_a_clip_is_played_no_longer_than_is_asked(make_clip):
    assert len(list(frames.played(make_clip(seconds=2), Fraction(24), 5, hold=True))) == 5


def test_a_frame_that_is_shown_for_long_is_one_picture(make_clip, ffmpeg_run, truth, tmp_path):
    path = tmp_path / "gap.mp4"
    later = "setpts='if(gt(N,12),N+3,N)/24/TB'"
    ffmpeg_run("-i", make_clip(), "-vf", later, *H264, "-fps_mode", "vfr", path)
    found = list(frames.played(path, Fraction(24), 27, hold=False))
    assert len(found) == 27
    assert found[12] is found[13] is found[15]
    assert found[15] is not found[16]
    assert apart(found[16], truth(path)[13]) < 0.5


def test_what_cannot_be_played_says_so(make_clip, ffmpeg_run, tmp_path):
    bed = tmp_path / "bed.wav"
    ffmpeg_run("-f", "lavfi", "-i", "sine=d=1", bed)
    with pytest.raises(MediaError, match="it has no picture"):
        list(frames.played(bed, Fraction(24), 5, hold=True))
