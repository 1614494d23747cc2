"""Files in an order: seen by how they begin, kept once by what they hold."""

import base64

import pytest

from vidgen.rehearsal.carried import Carried, carried, first_of
from vidgen.rehearsal.shelf import Shelf, link_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
CLIP = b"\0\0\0\x20ftypisom" + bytes(60)
LINE = b"RIFF\0\0\0\0WAVEfmt " + bytes(60)


def packed(data, media="application/octet-stream"):
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "picture"),
        (b"\xff\xd8\xff\xe0 JPEG", "picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "picture"),
        (CLIP, "clip"),
        (b"\0\0\0\x14ftypqt  ", "clip"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "clip"),
        (b"\x1aE\xdf\xa3 WebM", "clip"),
        (b"RIFF\0\0\0\0AVI LIST", "clip"),
        (LINE, "sound"),
        (b"ID3\x04 MP3", "sound"),
        (b"\xff\xfb\x90\0 MP3", "sound"),
        (b"OggS", "sound"),
        (b"fLaC", "sound"),
        (b"\0\0\0\x20ftypM4A ", "sound"),
        (b"\0\0\0\x20ftypavif", None),
        (b"RIFF\0\0\0\0ACON", None),
        (b"words", None),
        (b"", None),
    ],
)
def test_a_file_is_what_it_begins_as(data, kind):
    assert Carried("other", data).kind == kind


@pytest.mark.parametrize("data", [PNG, CLIP, LINE])
def test_a_file_may_be_a_uri_or_bare_or_uploaded(data, tmp_path):
    shelf = Shelf(tmp_path)
    token = shelf.announce("it")
    shelf.bring(token, data)
    bare = base64.b64encode(data).decode()
    for text in (packed(data), bare, link_of("fal", token)):
        (file,) = carried({"input": [{"video_url": text}]}, shelf.uploaded)
        assert file.data == data


def test_no_word_of_a_prompt_is_a_file(tmp_path):
    body = {"prompt": "A cup " * 40, "seed": "A" * 200, "link": "https://example.org/a.mp4"}
    assert carried(body, Shelf(tmp_path).uploaded) == []


def test_the_first_of_a_kind_is_taken_and_pictures_by_their_place(tmp_path):
    other = PNG + b"another"
    body = {
        "reference_images": [packed(PNG)],
        "end_image": packed(other),
        "image_url": packed(PNG),
        "video_url": packed(CLIP),
        "audio_url": packed(LINE),
    }
    files = carried(body, Shelf(tmp_path).uploaded)
    assert first_of(files, "picture", "first").place == "first"
    assert first_of(files, "picture", "last").data == other
    assert first_of(files, "clip").data == CLIP
    assert first_of(files, "sound").data == LINE
    assert first_of(files[:1], "clip") is None


def test_a_file_is_kept_once_by_what_it_holds(tmp_path):
    shelf, file = Shelf(tmp_path), Carried("other", CLIP)
    assert shelf.keep(None) is None
    assert shelf.kept(None) is None
    digest = shelf.keep(file)
    assert shelf.kept(digest).read_bytes() == CLIP
    assert shelf.keep(Carried("first", CLIP)) == digest
    assert Shelf(tmp_path).kept(digest).read_bytes() == CLIP
    assert [path.name for path in (tmp_path / "takes").iterdir()] == [digest]
