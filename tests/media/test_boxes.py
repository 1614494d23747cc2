"""The MP4 box reader: what it finds, and that no damage brings an error of another kind."""

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from vidgen.errors import MediaError
from vidgen.media.boxes import read_boxes


def box(kind, body=b"", length=None):
    return struct.pack(">I4s", 8 + len(body) if length is None else length, kind) + body


def test_order_brand_and_samples(make_clip):
    plain = read_boxes(make_clip(sound="sine=d=1"))
    assert plain.brand == "isom"
    assert plain.order == ("ftyp", "free", "mdat", "moov")
    assert not plain.faststart
    assert (plain.samples("vide"), plain.samples("text")) == (24, None)
    assert plain.samples("soun") > 40


def test_faststart(make_clip):
    assert read_boxes(make_clip(extra=("-movflags", "+faststart"))).faststart


def test_fragments(make_clip):
    found = read_boxes(make_clip(extra=("-movflags", "frag_keyframe+empty_moov")))
    assert found.fragmented
    assert found.samples("vide") == 0


def test_a_box_of_64_bit_length_and_one_to_the_end(tmp_path):
    path = tmp_path / "a.mp4"
    wide = struct.pack(">I4sQ", 1, b"wide", 24) + bytes(8)
    path.write_bytes(box(b"ftyp", b"mp42") + wide + box(b"moov") + box(b"mdat", bytes(9), length=0))
    assert read_boxes(path).order == ("ftyp", "wide", "moov", "mdat")
    assert read_boxes(path).faststart


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it has no index"),
        (box(b"ftyp", b"isom"), "it has no index"),
        (box(b"ftyp", b"isom") + box(b"mdat", length=5000), "a box of 5000 bytes where 8 are left"),
        (box(b"moov", length=4), "a box of 4 bytes"),
        (box(b"moov", box(b"trak", length=99)), "a box of 99 bytes where 8 are left"),
        (struct.pack(">I4sQ", 1, b"moov", 1 << 62), "bytes where 16 are left"),
    ],
)
def test_damage_is_told(tmp_path, content, words):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=words) as caught:
        read_boxes(path)
    assert caught.value.where == str(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(MediaError, match="not a readable MP4"):
        read_boxes(tmp_path / "absent.mp4")


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    cuts=some.lists(some.tuples(some.floats(0, 1), some.binary(min_size=1, max_size=9)), max_size=4)
)
def test_no_damage_brings_another_error(make_clip, tmp_path, cuts):
    whole = bytearray(make_clip(extra=("-movflags", "+faststart"), seconds=0.25).read_bytes())
    front = len(whole) - len(whole.partition(b"mdat")[2])
    for place, change in cuts:
        at = int(place * front)
        whole[at : at + len(change)] = change
    path = tmp_path / "damaged.mp4"
    path.write_bytes(whole)
    try:
        found = read_boxes(path)
    except MediaError:
        return
    assert "moov" in found.order
