"""Looking at clips and stills that the real encoder made, whole ones and damaged ones."""

import math
import random
from fractions import Fraction

import pytest
from PIL import Image, ImageDraw, ImageOps

from tests.media.test_frames import CLIPS
from tests.providers.animatic.pictures import busy
from vidgen.errors import MediaError
from vidgen.media import frames
from vidgen.media.encode import write_frames
from vidgen.media.looks import look, look_at_still

SIZE = (90, 160)
BLACK = Image.new("RGB", SIZE)


def seconds(spans):
    return [(float(span.start), float(span.end)) for span in spans]


def pushed(picture, count, share, *, size=SIZE):
    """A camera that pushes into a picture by a share of it, at an even pace."""
    for index in range(count):
        zoom = 1 + share * index / max(1, count - 1)
        yield picture.resize(size, Image.Resampling.BICUBIC, middle(picture.size, zoom))


def middle(size, zoom):
    width, height = size[0] / zoom, size[1] / zoom
    x, y = (size[0] - width) / 2, (size[1] - height) / 2
    return x, y, x + width, y + height


@pytest.fixture
def drawn(ffmpeg, tmp_path):
    """A clip of drawn frames at 24 a second: `drawn(frames)`."""

    def clip(pictures, name="drawn.mp4", size=SIZE):
        path = tmp_path / name
        write_frames(pictures, size=size, rate=Fraction(24), path=path, ffmpeg=ffmpeg)
        return path

    return clip


# -- whole and damaged clips ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", CLIPS)
def test_every_whole_clip_is_accepted_with_all_its_frames(make_clip, kind):
    path = make_clip(**CLIPS[kind])
    found = look(path)
    assert found.frames == frames.count_frames(path)
    assert (found.width, found.height) == (96, 160)
    assert (found.black, found.has_sound) == ((), "sound" in kind)


def test_a_clip_cut_without_encoding_is_whole(make_clip, ffmpeg_run, tmp_path):
    path = tmp_path / "cut.mp4"
    ffmpeg_run("-ss", 0.5, "-i", make_clip(seconds=2), "-c", "copy", path)
    assert look(path).frames == 36


LAYOUTS = {
    "index last": ("a.mp4", ()),
    "index first": ("a.mp4", ("-movflags", "+faststart")),
    "fragments": ("a.mp4", ("-g", "6", "-movflags", "frag_keyframe+empty_moov")),
    "matroska": ("a.mkv", ()),
    "webm": ("a.webm", ()),
}


@pytest.mark.parametrize("share", [0.4, 0.8, 0.95])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_clip_that_is_cut_off_is_refused(make_clip, tmp_path, layout, share):
    name, extra = LAYOUTS[layout]
    codec = {"codec": ("-c:v", "libvpx-vp9", "-deadline", "realtime")} if layout == "webm" else {}
    whole = make_clip(name, seconds=2, extra=extra, **codec)
    path = tmp_path / name
    path.write_bytes(whole.read_bytes()[: round(whole.stat().st_size * share)])
    with pytest.raises(MediaError) as caught:
        look(path)
    assert caught.value.where == str(path)


def test_an_index_that_promises_more_than_there_is_makes_a_clip_cut_off(make_clip, tmp_path):
    content = make_clip(seconds=2, extra=("-movflags", "+faststart")).read_bytes()
    box = content.index(b"mdat") - 4
    kept = content[: box + (len(content) - box) // 2]
    path = tmp_path / "shortened.mp4"  # the box says itself that it is shorter
    path.write_bytes(kept[:box] + (len(kept) - box).to_bytes(4, "big") + kept[box + 4 :])
    with pytest.raises(MediaError, match=r"the clip is (damaged in|cut off: it ends after)"):
        look(path)


@pytest.mark.parametrize("layout", ["index last", "index first", "fragments", "matroska"])
def test_a_clip_with_flipped_bits_is_refused(make_clip, tmp_path, layout):
    name, extra = LAYOUTS[layout]
    content = make_clip(name, seconds=2, extra=extra).read_bytes()
    chance = random.Random(7)
    for _ in range(3):
        flipped = bytearray(content)
        for _ in range(20):
            at = chance.randrange(len(content) // 5, len(content) * 4 // 5)
            flipped[at] ^= 1 << chance.randrange(8)
        path = tmp_path / name
        path.write_bytes(flipped)
        with pytest.raises(MediaError):
            look(path)


def test_what_has_no_picture_is_refused(ffmpeg_run, tmp_path):
    bed, page = tmp_path / "bed.m4a", tmp_path / "page.mp4"
    ffmpeg_run("-f", "lavfi", "-i", "sine=d=1", bed)
    with pytest.raises(MediaError, match="the clip has no picture"):
        look(bed)
    page.write_text("<!doctype html><title>402 Payment Required</title>")
    with pytest.raises(MediaError, match="could not read it"):
        look(page)


def test_a_turned_clip_is_as_a_viewer_sees_it(make_clip, ffmpeg_run, tmp_path):
    path, still = tmp_path / "turned.mp4", tmp_path / "first.png"
    ffmpeg_run("-display_rotation", 90, "-i", make_clip(), "-c", "copy", path)
    frames.first_frame(path).save(still)
    found = look(path, first=still)
    assert (found.width, found.height) == (160, 96)
    assert found.likeness > 0.9


# -- black and stillness --------------------------------------------------------------------------


def test_black_is_found_where_it_is(drawn):
    moving = list(pushed(busy((180, 320)), 36, 0.2))
    found = look(drawn([*moving[:24], *[BLACK] * 12, *moving[24:]]))
    assert seconds(found.black) == [(1.0, 1.5)]
    assert found.still == ()


def test_all_black_is_black_and_not_still(drawn):
    found = look(drawn([BLACK] * 24))
    assert seconds(found.black) == [(0.0, 1.0)]
    assert found.still == ()


def test_a_small_light_in_the_night_is_no_black(drawn):
    night = BLACK.copy()
    night.paste((255, 220, 160), (40, 60, 52, 72))
    assert look(drawn([night] * 12)).black == ()


def test_stillness_is_found_where_it_is(drawn):
    moving = list(pushed(busy((180, 320)), 48, 0.3))
    found = look(drawn([*moving[:24], *[moving[23]] * 24, *moving[24:]]))
    start, end = max(seconds(found.still), key=lambda span: span[1] - span[0])
    assert 23 / 24 <= start < 1.2  # an encoder needs some frames to settle
    assert end == 2


def test_a_still_picture_stays_still_however_it_is_encoded(drawn, ffmpeg_run, tmp_path):
    whole = drawn([busy((180, 320))] * 48, size=(180, 320))
    coarse = tmp_path / "coarse.mp4"
    ffmpeg_run("-i", whole, "-c:v", "libx264", "-preset", "veryfast", "-crf", 28, "-g", 12, coarse)
    for path in (whole, coarse):
        assert max(span.seconds for span in look(path).still) >= Fraction(3, 2)


def test_a_cut_between_two_still_pictures_is_no_stillness(drawn):
    found = look(drawn([*[busy(SIZE)] * 24, *[busy(SIZE, seed=1)] * 24]))  # on a key frame
    assert max(span.end for span in found.still if span.start < 1) <= 1


@pytest.mark.parametrize("share", [0.02, 0.05, 0.2])
def test_a_slow_camera_does_not_stand_still(drawn, share):
    found = look(drawn(pushed(busy((270, 480)), 48, share)))
    assert max((span.seconds for span in found.still), default=0) < Fraction(1, 2)


def test_lips_alone_are_movement(drawn):
    def speaking():
        for index in range(48):
            face = busy(SIZE)
            open_ = abs(5 * math.sin(index / 4))
            ImageDraw.Draw(face).ellipse((39, 78 - open_, 51, 80 + open_), fill=(90, 20, 30))
            yield face

    found = look(drawn(speaking()))
    assert max((span.seconds for span in found.still), default=0) < Fraction(1, 2)


# -- sound ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sound", "heard"),
    [
        ("sine=d=1", True),
        ("anullsrc=d=1", False),
        ("sine=d=1,volume=-50dB", False),
        ("aevalsrc=if(gt(t\\,0.9)\\,0.5*sin(2000*t)\\,0):d=1", True),
        ("aevalsrc=0.3*sin(2000*t)|-0.3*sin(2000*t):d=1", True),
    ],
    ids=["a tone", "silence", "a tone below what is heard", "a late tone", "channels that cancel"],
)
def test_what_can_be_heard(make_clip, sound, heard):
    found = look(make_clip(sound=sound))
    assert (found.has_sound, found.heard) == (True, heard)


def test_a_clip_without_sound(make_clip):
    found = look(make_clip())
    assert (found.has_sound, found.heard) == (False, False)


# -- likeness -------------------------------------------------------------------------------------


@pytest.fixture
def still(tmp_path):
    def save(picture, name="still.png"):
        picture.save(tmp_path / name)
        return tmp_path / name

    return save


def test_a_clip_that_begins_with_its_still_is_alike(drawn, still):
    picture = busy((270, 480))
    path = drawn(pushed(picture, 24, 0.1))
    assert look(path, first=still(picture)).likeness > 0.9
    assert look(path, first=still(busy((270, 480), seed=1), "other.png")).likeness < 0.3


@pytest.mark.parametrize("fit", [ImageOps.fit, ImageOps.pad])
@pytest.mark.parametrize("size", [(300, 300), (480, 270)])
def test_a_still_of_another_shape_is_found_cropped_or_between_bars(drawn, still, fit, size):
    picture = busy(size)
    path = drawn([fit(picture, (180, 320))] * 6, size=(180, 320))
    assert look(path, first=still(picture)).likeness > 0.9


def test_a_seam_is_looked_for_in_the_first_frames(drawn, still):
    moving = list(pushed(busy((270, 480)), 48, 1.0))
    path = drawn([*[BLACK] * 3, *moving[20:44]])
    near = look(path, seam=still(moving[20], "near.png")).seam
    far = look(path, seam=still(moving[0], "far.png")).seam
    assert near > 0.9
    assert far < 0.6


# -- stills ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_a_still_decodes_wholly_or_is_refused(tmp_path, name):
    path = tmp_path / name
    busy((120, 200)).save(path)
    found = look_at_still(path)
    assert (found.width, found.height, found.black) == (120, 200, False)
    content = path.read_bytes()
    for share in (0, 0.01, 0.5, 0.97):
        path.write_bytes(content[: round(len(content) * share)])
        with pytest.raises(MediaError) as caught:
            look_at_still(path)
        assert caught.value.where == str(path)


def test_a_png_whose_bytes_were_changed_is_refused(tmp_path):
    path = tmp_path / "a.png"
    busy((120, 200)).save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.raises(MediaError, match="the picture is damaged"):
        look_at_still(path)


def test_a_photograph_is_measured_upright(tmp_path):
    path, exif = tmp_path / "a.jpg", Image.Exif()
    exif[0x0112] = 6
    busy((200, 120)).save(path, exif=exif)
    found = look_at_still(path)
    assert (found.width, found.height) == (120, 200)


def test_a_black_still_is_seen(tmp_path):
    BLACK.save(tmp_path / "a.png")
    assert look_at_still(tmp_path / "a.png").black


def test_what_is_no_still_is_refused(tmp_path):
    page, drawing = tmp_path / "a.png", tmp_path / "b.png"
    page.write_text("<!doctype html>")
    BLACK.save(drawing, format="GIF")
    for path in (page, drawing):
        with pytest.raises(MediaError, match="no PNG, JPEG or WebP"):
            look_at_still(path)
    with pytest.raises(MediaError, match="no such file"):
        look_at_still(tmp_path / "absent.png")


def test_a_giant_still_is_refused_by_its_header(tmp_path):
    path = tmp_path / "giant.png"
    Image.new("1", (8192, 4352)).save(path)
    with pytest.raises(MediaError, match="8192x4352 is more picture than vidgen opens"):
        look_at_still(path)
