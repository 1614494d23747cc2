"""A project's files on their way: measured, then inside the body or uploaded, in their order."""

import asyncio

import pytest

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session
from vidgen.providers.files import Room, links_of, media_type

ONE, TWO, THREE = (Input(f"{name}.png", name * 64) for name in "abc")


def linked(folder, room, *inputs, uploaded=None, **more):
    """What stands for each file, and what was uploaded on the way."""
    seen = []

    async def upload(file, content):
        seen.append((file.path.name, file.media, len(content)))
        if uploaded is not None:
            raise uploaded
        return f"there/{file.path.name}"

    session = Session(folder, folder, folder)
    return asyncio.run(links_of(inputs, session, room, upload, **more)), seen


def laid(folder, *sizes):
    for one, size in zip((ONE, TWO, THREE), sizes, strict=False):
        (folder / one.path).write_bytes(bytes(size))


def test_files_go_inside_while_they_fit_and_the_others_are_uploaded(tmp_path):
    laid(tmp_path, 3, 30, 3)
    links, seen = linked(tmp_path, Room("Acme", inside=10), ONE, TWO, THREE)
    assert links == {
        ONE: "data:image/png;base64,AAAA",
        TWO: "there/b.png",
        THREE: "data:image/png;base64,AAAA",
    }
    assert seen == [("b.png", "image/png", 30)]


def test_what_is_to_be_apart_is_uploaded_however_small_and_without_a_bound_nothing_is(tmp_path):
    laid(tmp_path, 3, 300)
    assert linked(tmp_path, Room("Acme", inside=10), ONE, apart={ONE})[0] == {ONE: "there/a.png"}
    assert linked(tmp_path, Room("Acme", inside=None), ONE, TWO)[1] == []


def test_a_file_that_is_too_large_is_refused_before_any_is_sent(tmp_path):
    laid(tmp_path, 30, 5_000_001)
    lost = ProviderError("uploaded all the same")
    with pytest.raises(ProviderError) as caught:
        linked(tmp_path, Room("Acme", inside=10, largest=5_000_000), ONE, TWO, uploaded=lost)
    assert (caught.value.kind, caught.value.where) == ("input", TWO.path)
    assert caught.value.message == "b.png has 6 MB, and Acme takes 5 at most"


def test_a_file_that_is_not_there_is_bad_input_before_any_is_sent(tmp_path):
    laid(tmp_path, 30)
    lost = ProviderError("uploaded all the same")
    with pytest.raises(ProviderError) as caught:
        linked(tmp_path, Room("Acme", inside=10), ONE, TWO, uploaded=lost)
    assert (caught.value.kind, caught.value.charged) == ("input", False)
    assert "b.png" in caught.value.message


def test_an_upload_whose_answer_is_lost_leaves_no_doubt(tmp_path):
    laid(tmp_path, 30)
    lost = ProviderError("no answer came", kind="ambiguous", charged=None)
    with pytest.raises(ProviderError) as caught:
        linked(tmp_path, Room("Acme", inside=10), ONE, uploaded=lost)
    assert (caught.value.kind, caught.value.charged) == ("overload", False)


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("a.JPG", "image/jpeg"),
        ("a.m4a", "audio/mp4"),
        ("a.mov", "video/quicktime"),
        ("a", "application/octet-stream"),
    ],
)
def test_a_files_type_is_told_by_its_name(tmp_path, name, media):
    assert media_type(tmp_path / name) == media
