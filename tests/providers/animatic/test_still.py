import io
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.providers.animatic.pictures import busy, saved
from vidgen.camera import parse
from vidgen.providers.animatic import still as room
from vidgen.providers.animatic.geometry import FULL, Pose, stage_for, view_of
from vidgen.providers.animatic.moves import Shooting, views
from vidgen.providers.animatic.still import Sight, StillUnreadable, open_still


def same(one, other):
    return one.size == other.size and one.tobytes() == other.tobytes()


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_a_plain_picture_is_opened_as_it_is(tmp_path, ending):
    picture = busy((90, 160))
    path = tmp_path / f"still.{ending}"
    picture.save(path, lossless=True)
    assert same(open_still(path), picture)


def test_a_photograph_that_was_turned_is_upright(tmp_path):
    picture = Image.new("RGB", (160, 90), (200, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right to see it upright
    picture.save(tmp_path / "turned.jpg", exif=exif)
    assert open_still(tmp_path / "turned.jpg").size == (90, 160)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_any_kind_of_picture_becomes_rgb(tmp_path, mode):
    grey = Image.linear_gradient("L").resize((90, 160))
    if mode == "I;16":
        levels = np.asarray(grey).astype("uint16") * 257
        Image.fromarray(levels).save(tmp_path / "still.png")
    else:
        ending = "jpg" if mode == "CMYK" else "png"
        grey.convert("RGB").convert(mode).save(tmp_path / f"still.{ending}")
    path = next(tmp_path.iterdir())
    opened = open_still(path)
    assert opened.mode == "RGB"
    top, bottom = opened.getpixel((45, 2)), opened.getpixel((45, 157))
    assert max(top) < 30
    assert min(bottom) > 225


@pytest.mark.parametrize(("ink", "ground"), [((20, 20, 20), 255), ((250, 250, 250), 18)])
def test_what_is_seen_through_is_a_ground_that_shows_it(tmp_path, ink, ground):
    logo = Image.new("RGBA", (90, 160), (0, 0, 0, 0))
    logo.paste((*ink, 255), (30, 60, 60, 100))
    opened = open_still(saved(logo, tmp_path / "logo.png"))
    assert opened.getpixel((45, 80)) == ink
    assert abs(opened.getpixel((2, 2))[0] - ground) < 3


def test_a_palette_with_a_hole_in_it(tmp_path):
    picture = Image.new("P", (90, 160), 0)
    picture.putpalette([10, 20, 30, 200, 210, 220])
    picture.paste(1, (0, 0, 90, 80))
    picture.save(tmp_path / "still.png", transparency=0)
    opened = open_still(tmp_path / "still.png")
    assert opened.mode == "RGB"
    assert opened.getpixel((5, 5)) == (200, 210, 220)


def test_a_wide_gamut_is_shown_as_a_screen_shows_it(tmp_path):
    picture = Image.new("RGB", (90, 160), (200, 60, 60))
    picture.save(tmp_path / "plain.png")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture.save(tmp_path / "srgb.png", icc_profile=profile)
    assert same(open_still(tmp_path / "srgb.png"), open_still(tmp_path / "plain.png"))
    picture.save(tmp_path / "broken.png", icc_profile=b"no profile at all")
    assert same(open_still(tmp_path / "broken.png"), picture)


def huge():
    """A file of a few kilobytes that would be 900 megapixels."""
    data = io.BytesIO()
    Image.new("1", (30000, 30000)).save(data, "PNG")
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("words.png", b"this is no picture", "not a PNG, JPEG or WebP"),
        ("empty.png", b"", "not a PNG, JPEG or WebP"),
        ("vector.png", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "not a"),
        ("still.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "not a PNG"),
        ("postscript.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a PNG"),
    ],
)
def test_what_is_no_still_is_refused_by_name(tmp_path, name, data, words):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(StillUnreadable, match=words) as caught:
        open_still(tmp_path / name)
    assert caught.value.where == name
    assert caught.value.hint


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    (tmp_path / "bomb.png").write_bytes(huge())
    with pytest.raises(StillUnreadable):
        open_still(tmp_path / "bomb.png")


def test_more_pixels_than_we_hold_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "MAX_PIXELS", 90 * 160 - 1)
    path = saved(busy((90, 160)), tmp_path / "still.png")
    with pytest.raises(StillUnreadable, match="90x160"):
        open_still(path)


def test_half_a_file_is_refused(tmp_path):
    path = saved(busy((300, 300)), tmp_path / "still.png")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(StillUnreadable):
        open_still(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(StillUnreadable, match=r"it is not there") as caught:
        open_still(tmp_path / "nowhere.png")
    assert caught.value.where == "nowhere.png"


def test_the_whole_of_a_still_of_the_frames_size_is_the_still_to_the_pixel():
    picture = busy((540, 960))
    stage = stage_for(540, 960, picture.size)
    moving = view_of(Pose(pan=0.02, zoom=1.2), stage)
    assert same(Sight(picture, stage, [FULL]).frame(0), picture)
    assert same(Sight(picture, stage, [FULL, moving]).frame(0), picture)


def test_a_homography_at_rest_is_as_sharp_as_the_still():
    picture = busy((540, 960))
    stage = stage_for(540, 960, picture.size)
    almost = view_of(Pose(roll=1e-9), stage)
    drawn = np.asarray(Sight(picture, stage, [almost]).frame(0), float)
    assert np.abs(drawn - np.asarray(picture, float)).mean() < 2.0


@pytest.mark.parametrize("size", [(1080, 1920), (2160, 3840), (3000, 2000), (400, 300), (7, 5)])
def test_every_frame_has_the_clips_size_and_no_edge(size):
    """A white still under every move stays white to the corners."""
    white = Image.new("RGB", size, (255, 255, 255))
    stage = stage_for(90, 160, size)
    for words in ("pan left", "extreme roll", "truck right", "zoom out", "shaky handheld"):
        found = views(parse(words), Shooting(12, Fraction(24), stage))
        sight = Sight(white, stage, found)
        for index in (0, 5, 11):
            frame = sight.frame(index)
            assert frame.size == (90, 160)
            assert frame.getextrema() == ((255, 255),) * 3


def test_a_still_of_another_shape_is_cropped_and_not_stretched():
    circle = Image.new("RGB", (800, 400), (0, 0, 0))
    circle.paste((255, 255, 255), (360, 160, 440, 240))
    stage = stage_for(90, 160, circle.size)
    frame = np.asarray(Sight(circle, stage, [FULL]).frame(0))[:, :, 0]
    rows, columns = np.nonzero(frame > 127)
    assert abs(np.ptp(rows) - np.ptp(columns)) <= 1
    assert abs(rows.mean() - 79.5) < 1
    assert abs(columns.mean() - 44.5) < 1
