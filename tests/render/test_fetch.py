"""Downloads of clips that come whole, are too large, or come inside an answer."""

import asyncio
import base64
import json
import os
from pathlib import Path

import httpx
import pytest

from tests.render.fetch_server import Server, Turn
from tests.render.fetching import CLIP, Slept, bring, fails, over, unreached
from vidgen.errors import FileTrouble
from vidgen.render.fetch import DownloadFailed, fetch, is_local
from vidgen.render.part import discard, note_path

# -- whole --------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True])
def test_a_clip_comes_whole_with_one_request(part, chunked):
    server = Server(CLIP, chunked=chunked)
    assert bring(server, part) == []
    assert part.read_bytes() == CLIP
    assert server.sent == [len(CLIP)]


def test_a_link_is_asked_for_as_it_was_written(part):
    rest = "/a%2Fb/c.mp4?X-Sig=ab%2Bc%3d~d&Policy=a_b-c__&e=1%20x&k=/+:@"
    server = Server(CLIP)
    bring(server, part, links=[rest])
    assert server.asked[0]["path"] == rest


def test_what_a_client_carries_is_not_sent_to_strangers(part):
    server = Server(
        CLIP, turns=[Turn(status=302, say={"Location": "/b", "Set-Cookie": "a=SECRET"})]
    )
    client = httpx.AsyncClient(
        headers={"Authorization": "Bearer SECRET", "X-Key": "SECRET", "User-Agent": "vidgen"},
        cookies={"session": "SECRET"},
        auth=("me", "SECRET"),
    )
    bring(server, part, http=client, links=["/a"])
    known = {"path", "host", "accept", "accept-encoding", "user-agent"}
    assert [set(one) for one in server.asked] == [known, known]
    assert server.asked[1]["accept-encoding"] == "identity"
    assert server.asked[1]["user-agent"] == "vidgen"


def test_a_part_that_is_whole_is_not_asked_for_again_even_when_its_link_is_gone(part):
    server = Server(CLIP, turns=[Turn(), Turn(status=403)])
    bring(server, part, links=["/one?sig=a", "/one?sig=a"])
    assert len(server.asked) == 1


def test_a_fresh_link_to_a_part_that_is_whole_brings_no_byte(part):
    server = Server(CLIP)
    bring(server, part, links=["/one?sig=a", "/one?sig=b"])
    assert server.sent == [len(CLIP), 0]
    assert part.read_bytes() == CLIP


def test_a_forgotten_download_is_fetched_anew(part):
    server = Server(CLIP)
    bring(server, part)
    discard(part)
    assert not list(part.parent.iterdir())
    server.sent.clear()
    bring(server, part)
    assert server.sent == [len(CLIP)]


def test_the_note_does_not_keep_the_link(part):
    bring(Server(CLIP), part)
    text = note_path(part).read_text()
    assert "SECRET" not in text
    assert json.loads(text)["place"].endswith("/clips/one.mp4")


@pytest.mark.parametrize("inside", [False, True])
def test_a_clip_is_on_the_disk_itself_before_it_is_called_whole(part, monkeypatch, inside):
    synced, fsync = [], os.fsync

    def told(number):
        synced.append((os.fstat(number).st_ino, os.fstat(number).st_size))
        fsync(number)

    monkeypatch.setattr(os, "fsync", told)
    if inside:
        over(unreached, "data:video/mp4;base64," + base64.b64encode(CLIP).decode(), part)
    else:
        bring(Server(CLIP), part)
    assert synced == [(part.stat().st_ino, len(CLIP))]


# -- too large, no room -------------------------------------------------------------------------


def test_a_clip_said_to_be_too_large_is_not_begun(part):
    server = Server(CLIP)
    assert "larger than 9999 bytes" in fails(DownloadFailed, server, part, max_bytes=9_999)
    assert not part.exists()
    assert len(server.asked) == 1


def test_a_clip_that_turns_out_too_large_is_dropped(part):
    server = Server(CLIP, chunked=True)
    fails(DownloadFailed, server, part, max_bytes=9_999)
    assert not part.exists()
    assert len(server.asked) == 1


def test_a_clip_of_just_the_size_is_taken(part):
    bring(Server(CLIP, chunked=True), part, max_bytes=10_000)
    assert part.read_bytes() == CLIP


def test_a_disk_without_room_keeps_what_came(part):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    server = Server(CLIP)

    async def run():
        async with server, httpx.AsyncClient() as client:
            resource.setrlimit(resource.RLIMIT_FSIZE, (6_500, before[1]))
            try:
                with pytest.raises(FileTrouble, match="file too large") as caught:
                    await fetch(client, server.link(), part, sleep=Slept())
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
            assert caught.value.where == str(part)
            assert part.read_bytes() == CLIP[:6_500]
            await fetch(client, server.link(), part, sleep=Slept())

    asyncio.run(run())
    assert part.read_bytes() == CLIP
    assert server.offsets == [0, 6_500]


def test_a_disk_that_is_full_is_said(part):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no device that is always full")
    from vidgen.render.part import append, opened

    part.parent.mkdir()
    part.symlink_to(full)
    with opened(part) as file, pytest.raises(FileTrouble, match="no space left on device"):
        append(file, b"x", part)


def test_a_folder_that_cannot_be_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileTrouble, match="not a directory"):
        bring(Server(CLIP), tmp_path / "file" / "sip.part")


# -- inside the answer --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: f"data:video/mp4;base64,{text}",
        lambda text: f"DATA:video/mp4;codecs=avc1;BASE64,{text}",
        lambda text: "data:video/mp4;base64," + text.replace("+", "%2B").replace("/", "%2F"),
        lambda text: "data:;base64," + text.rstrip("="),
        lambda text: "data:video/mp4;base64,\n" + text[:76] + "\r\n" + text[76:],
    ],
)
def test_a_clip_inside_the_answer_is_unpacked(part, wrap):
    over(unreached, wrap(base64.b64encode(CLIP).decode()), part)
    assert part.read_bytes() == CLIP


@pytest.mark.parametrize(
    "link",
    [
        "data:video/mp4,SECRET",
        "data:video/mp4;base64",
        "data:video/mp4;base64,",
        "data:video/mp4;base64,SECRET!",
        "data:video/mp4;base64,SECRE",
        "data:video/mp4;base64,SÉCRET",
        "data:",
    ],
)
def test_what_is_no_clip_inside_an_answer_is_refused(part, link):
    with pytest.raises(DownloadFailed) as caught:
        over(unreached, link, part)
    assert "SECRE" not in str(caught.value)
    assert not part.exists()


def test_a_clip_inside_the_answer_may_be_too_large(part):
    async def run(size):
        async with httpx.AsyncClient() as client:
            link = "data:video/mp4;base64," + base64.b64encode(CLIP[:size]).decode()
            await fetch(client, link, part, sleep=Slept(), max_bytes=100)

    asyncio.run(run(100))
    with pytest.raises(DownloadFailed, match="larger"):
        asyncio.run(run(101))


def test_only_an_absolute_path_is_local(tmp_path):
    assert is_local(str(tmp_path / "clip.mp4"))
    for media in ("clip.mp4", "takes/clip.mp4", "https://a/b", "file:///a/b", "data:,a", ""):
        assert not is_local(media)
