"""Downloads from a server on this machine that cuts, lies, forgets and sends people away."""

import asyncio
import base64
import json
import logging
import os
import random
import signal
import sys
import tempfile
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.fetch_server import Server, Turn
from vidgen.errors import FileTrouble, VidgenError
from vidgen.render.fetch import DownloadFailed, LinkGone, fetch, is_local
from vidgen.render.part import discard, note_path

CLIP = random.Random(7).randbytes(10_000)
CUT = Turn(cut=0)


class Slept(list):
    """The pauses that were asked for; nobody waits."""

    async def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def part(tmp_path):
    return tmp_path / "clips" / "sip.part"


def bring(server, part, *, links=None, sleep=None, http=None, **more):
    """Fetch from a server, once for each link; the pauses of all."""
    pauses = Slept() if sleep is None else sleep

    async def run():
        async with server, http or httpx.AsyncClient(timeout=20) as client:
            for rest in links or ["/clips/one.mp4?sig=SECRET"]:
                await fetch(client, server.link(rest), part, sleep=pauses, **more)

    asyncio.run(run())
    return pauses


def fails(kind, server, part, **more):
    """Fetch from a server, which does not work out; the error, which never tells the link."""
    with pytest.raises(kind) as caught:
        bring(server, part, **more)
    told = (
        f"{caught.value} {getattr(caught.value, 'where', '')} {getattr(caught.value, 'hint', '')}"
    )
    assert "SECRET" not in told
    assert "/clips" not in str(caught.value)
    return str(caught.value)


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


# -- cut and resumed ----------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("cut", [0, 1, 999, 1000, 5_000, 9_999, 10_000])
def test_a_cut_clip_goes_on_where_it_stopped(part, cut, chunked):
    server = Server(CLIP, turns=[Turn(cut=cut)], chunked=chunked)
    pauses = bring(server, part)
    assert part.read_bytes() == CLIP
    assert sum(server.sent) == len(CLIP)
    whole = cut == len(CLIP) and not chunked
    assert pauses == ([] if whole else [0.5])
    assert server.offsets == ([0] if whole else [0, cut])


def test_a_clip_cut_many_times_is_never_sent_twice(part):
    server = Server(CLIP, turns=[Turn(cut=700) for _ in range(12)])
    pauses = bring(server, part)
    assert part.read_bytes() == CLIP
    assert sum(server.sent) == len(CLIP)
    assert pauses == [0.5] * 12


def test_a_reset_connection_is_gone_on_from(part):
    server = Server(CLIP, turns=[Turn(cut=4_000, reset=True)])
    bring(server, part)
    assert part.read_bytes() == CLIP
    assert server.offsets[1] <= 4_000


def test_tries_that_bring_nothing_wait_longer_each_time_and_end(part):
    server = Server(CLIP, turns=[Turn(cut=100), *[CUT] * 20])
    pauses = Slept()
    assert "cut" in fails(DownloadFailed, server, part, sleep=pauses)
    assert pauses == [0.5, 0.5, 1, 2, 4, 8]
    assert part.read_bytes() == CLIP[:100]


def test_a_try_that_brings_something_makes_the_others_forgotten(part):
    few = [CUT, CUT, CUT, CUT, CUT]
    server = Server(CLIP, turns=[*few, Turn(cut=1), *few, Turn(cut=1), *few])
    pauses = bring(server, part)
    assert part.read_bytes() == CLIP
    assert pauses == [0.5, 1, 2, 4, 8, 0.5] * 2 + [0.5, 1, 2, 4, 8]


def test_a_failed_download_is_gone_on_from_by_the_next_call(part):
    server = Server(CLIP, turns=[Turn(cut=3_000), *[CUT] * 6])

    async def run():
        async with server, httpx.AsyncClient() as client:
            with pytest.raises(DownloadFailed):
                await fetch(client, server.link("/one?sig=a"), part, sleep=Slept())
            await fetch(client, server.link("/one?sig=b"), part, sleep=Slept())

    asyncio.run(run())
    assert part.read_bytes() == CLIP
    assert sum(server.sent) == len(CLIP)


def test_a_server_that_hangs_up_or_answers_nonsense_is_asked_again(part):
    server = Server(CLIP, turns=[Turn(drop=True), Turn(say={"Content-Length": "many"})])
    assert bring(server, part) == [0.5, 1]
    assert part.read_bytes() == CLIP


def test_nobody_listening_is_said_after_all_tries(part):
    pauses = Slept()

    async def run():
        async with Server(CLIP) as server, httpx.AsyncClient() as client:
            link = server.link()
            await server.__aexit__()
            await fetch(client, link, part, sleep=pauses, tries=3)

    with pytest.raises(DownloadFailed, match=r"from 127\.0\.0\.1: no connection"):
        asyncio.run(run())
    assert pauses == [0.5, 1]


def test_a_silent_server_is_given_up_and_asked_again(part):
    server = Server(CLIP, turns=[Turn(cut=2_000, stall=True)])
    bring(server, part, http=httpx.AsyncClient(timeout=httpx.Timeout(20, read=0.3)))
    assert part.read_bytes() == CLIP
    assert server.offsets == [0, 2_000]


def test_a_download_called_off_leaves_what_came(part):
    async def run():
        server = Server(CLIP, turns=[Turn(cut=6_000, stall=True)])
        async with server, httpx.AsyncClient() as client:
            pauses = Slept()
            task = asyncio.create_task(fetch(client, server.link(), part, sleep=pauses))
            await arrives(part, 6_000)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert part.read_bytes() == CLIP[:6_000]
            await fetch(client, server.link(), part, sleep=pauses)
        return server

    server = asyncio.run(run())
    assert part.read_bytes() == CLIP
    assert sum(server.sent) == len(CLIP)


def test_a_killed_process_leaves_what_came(part):
    script = (
        "import asyncio, sys, httpx\nfrom pathlib import Path\n"
        "from vidgen.render.fetch import fetch\n"
        "async def run():\n    async with httpx.AsyncClient() as http:\n"
        "        await fetch(http, sys.argv[1], Path(sys.argv[2]), sleep=asyncio.sleep)\n"
        "asyncio.run(run())"
    )

    async def run():
        server = Server(CLIP, turns=[Turn(cut=6_000, stall=True)])
        async with server, httpx.AsyncClient() as client:
            words = [sys.executable, "-c", script, server.link(), str(part)]
            process = await asyncio.create_subprocess_exec(*words)
            await arrives(part, 6_000)
            process.kill()
            assert await process.wait() == -signal.SIGKILL
            await fetch(client, server.link("/clips/one.mp4?sig=FRESH"), part, sleep=Slept())
        return server

    server = asyncio.run(run())
    assert part.read_bytes() == CLIP
    assert sum(server.sent) == len(CLIP)
    assert server.offsets == [0, 6_000]


async def arrives(part, size):
    while not part.exists() or part.stat().st_size < size:  # noqa: ASYNC110 another process writes
        await asyncio.sleep(0.01)


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(1, 5_000),
    cuts=st.lists(st.tuples(st.integers(0, 2_000), st.booleans()), max_size=12),
    ranges=st.booleans(),
    chunked=st.booleans(),
    etag=st.sampled_from(['"one"', 'W/"one"', None]),
)
def test_whatever_is_cut_the_clip_is_the_clip_and_every_call_ends(
    size, cuts, ranges, chunked, etag
):
    clip = CLIP[:size]
    turns = [Turn(cut=cut, reset=reset) for cut, reset in cuts]
    server = Server(clip, etag=etag, ranges=ranges, chunked=chunked, turns=turns)

    async def run(part):
        calls = 0
        async with server, httpx.AsyncClient(timeout=20) as client:
            while True:
                calls += 1
                try:
                    return await fetch(client, server.link(), part, sleep=Slept())
                except DownloadFailed:
                    assert calls <= len(cuts)

    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "clip.part"
        asyncio.run(run(part))
        assert part.read_bytes() == clip
    rude = any(reset for _, reset in cuts)
    if ranges and not rude:
        assert sum(server.sent) == size


# -- another file, another server ---------------------------------------------------------------


def test_a_server_that_knows_no_ranges_starts_over(part):
    server = Server(CLIP, ranges=False, turns=[Turn(cut=4_000), Turn(cut=9_000)])
    bring(server, part)
    assert part.read_bytes() == CLIP
    assert server.sent == [4_000, 9_000, 10_000]


def test_a_server_that_starts_over_and_never_gets_further_is_left(part):
    server = Server(CLIP, ranges=False, turns=[Turn(cut=4_000)] * 50)
    fails(DownloadFailed, server, part)
    assert len(server.asked) == 7


class Changing(Server):
    """Has another file from the second request on; `deaf` to If-Range, as some are."""

    deaf = False

    def _honest(self, said):
        if len(self.asked) == 2:
            self.clip, self.etag = CLIP[::-1], self.etag and '"two"'
            self.modified = self.modified and "Tue, 02 Jan 2024 00:00:00 GMT"
        if self.deaf:
            said = {name: value for name, value in said.items() if name != "if-range"}
        return super()._honest(said)


@pytest.mark.parametrize("deaf", [False, True])
@pytest.mark.parametrize(
    ("etag", "modified"), [('"one"', None), (None, "Mon, 01 Jan 2024 00:00:00 GMT")]
)
def test_a_file_that_changes_midway_is_fetched_from_its_start(part, deaf, etag, modified):
    server = Changing(CLIP, etag=etag, modified=modified, turns=[Turn(cut=4_000)])
    server.deaf = deaf
    bring(server, part)
    assert part.read_bytes() == CLIP[::-1]
    assert server.asked[1]["if-range"] == (etag or modified)


def test_a_weak_mark_is_compared_but_never_sent(part):
    server = Server(CLIP, etag='W/"one"', turns=[Turn(cut=4_000)])
    bring(server, part)
    assert "if-range" not in server.asked[1]
    assert server.sent == [4_000, 6_000]
    part2 = part.with_name("other.part")
    server = Server(CLIP, etag='W/"one"', turns=[Turn(cut=4_000), Turn(say={"ETag": 'W/"two"'})])
    bring(server, part2)
    assert server.offsets == [0, 4_000, 0]


@pytest.mark.parametrize(
    ("first", "second", "from_there"),
    [
        ("/one?sig=a", "/one?sig=b", True),
        ("/one?sig=a", "/two?sig=a", False),
    ],
)
def test_a_part_is_gone_on_from_only_by_a_link_to_the_same_place(part, first, second, from_there):
    server = Server(CLIP, turns=[Turn(cut=4_000), Turn(status=404)])

    async def run():
        async with server, httpx.AsyncClient() as client:
            with pytest.raises(LinkGone):
                await fetch(client, server.link(first), part, sleep=Slept())
            assert part.read_bytes() == CLIP[:4_000]
            await fetch(client, server.link(second), part, sleep=Slept())

    asyncio.run(run())
    assert part.read_bytes() == CLIP
    assert server.offsets[2] == (4_000 if from_there else 0)


@pytest.mark.parametrize(("second", "offset"), [("/one?id=a", 4_000), ("/one?id=b", 0)])
def test_where_nothing_marks_a_file_the_whole_link_must_be_the_same(part, second, offset):
    server = Server(CLIP, etag=None, turns=[Turn(cut=4_000), Turn(status=410)])

    async def run():
        async with server, httpx.AsyncClient() as client:
            with pytest.raises(LinkGone):
                await fetch(client, server.link("/one?id=a"), part, sleep=Slept())
            await fetch(client, server.link(second), part, sleep=Slept())

    asyncio.run(run())
    assert server.offsets[2] == offset
    assert part.read_bytes() == CLIP


@pytest.mark.parametrize("note", ["", "{", "[]", '{"place": 1}', '{"total": "x"}', "null"])
def test_bytes_without_a_note_that_can_be_read_are_never_trusted(part, note):
    part.parent.mkdir()
    part.write_bytes(b"x" * 5_000)
    note_path(part).write_text(note)
    server = Server(CLIP)
    bring(server, part)
    assert part.read_bytes() == CLIP
    assert server.offsets == [0]


def test_a_part_longer_than_its_clip_is_fetched_anew(part):
    async def run():
        async with Server(CLIP) as server, httpx.AsyncClient() as client:
            await fetch(client, server.link(), part, sleep=Slept())
            part.write_bytes(CLIP + b"more")
            await fetch(client, server.link(), part, sleep=Slept())
        return server

    assert asyncio.run(run()).offsets == [0, 0]
    assert part.read_bytes() == CLIP


# -- answers that bring no clip -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "told", "pause"),
    [
        (429, "7", 7),
        (503, "0", 0),
        (429, "4000", 60),
        (503, "Wed, 21 Oct 2026 07:28:00 GMT", 0.5),
        (429, None, 0.5),
        (500, None, 0.5),
        (500, "7", 0.5),
        (502, None, 0.5),
        (408, None, 0.5),
    ],
)
def test_a_busy_server_is_asked_again_when_it_wants(part, status, told, pause):
    server = Server(CLIP, turns=[Turn(status=status, say={"Retry-After": told})])
    assert bring(server, part) == [pause]
    assert part.read_bytes() == CLIP


def test_a_server_that_stays_busy_is_left(part):
    pauses = Slept()
    server = Server(CLIP, turns=[Turn(status=429, say={"Retry-After": "5"})] * 10)
    assert "429" in fails(DownloadFailed, server, part, sleep=pauses)
    assert pauses == [5] * 5


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_link_past_its_time_is_told_at_once_and_what_came_is_kept(part, status):
    server = Server(CLIP, turns=[Turn(cut=4_000), Turn(status=status)])
    assert str(status) in fails(LinkGone, server, part)
    assert part.read_bytes() == CLIP[:4_000]


@pytest.mark.parametrize("code", [b"ExpiredToken", b"ExpiredRequest"])
def test_storages_that_answer_400_for_a_link_past_its_time_are_understood(part, code):
    body = b"<Error><Code>" + code + b"</Code></Error>"
    fails(LinkGone, Server(CLIP, turns=[Turn(status=400, body=body)]), part)


@pytest.mark.parametrize("status", [400, 402, 405, 418, 451, 204, 304, 300])
def test_any_other_answer_is_final(part, status):
    server = Server(CLIP, turns=[Turn(status=status)])
    assert str(status) in fails(DownloadFailed, server, part)
    assert len(server.asked) == 1


def test_the_end_asked_for_again_is_the_end(part):
    server = Server(CLIP, chunked=True, turns=[Turn(cut=10_000)])
    bring(server, part)
    assert server.offsets == [0, 10_000]
    assert part.read_bytes() == CLIP


def test_an_end_elsewhere_is_started_over(part):
    lie = Turn(status=416, say={"Content-Range": "bytes */3999"})
    server = Server(CLIP, turns=[Turn(cut=4_000), lie])
    bring(server, part)
    assert server.offsets == [0, 4_000, 0]
    assert part.read_bytes() == CLIP


# -- lies ---------------------------------------------------------------------------------------


def test_a_clip_that_ends_before_its_said_length_is_never_taken_for_whole(part):
    lie = Turn(say={"Content-Length": "12000"}, cut=10_000)
    server = Server(CLIP, ranges=False, turns=[lie] * 30)
    assert "cut" in fails(DownloadFailed, server, part)
    assert len(server.asked) == 7


def test_a_server_whose_parts_end_elsewhere_than_its_whole_is_started_over(part):
    server = Server(CLIP, turns=[Turn(say={"Content-Length": "12000"}, cut=10_000)])
    bring(server, part)  # asked for the rest, it says that there is none: then it says the truth
    assert part.read_bytes() == CLIP
    assert server.offsets == [0, 10_000, 0]


def test_more_than_the_said_length_is_not_written(part):
    server = Server(CLIP, turns=[Turn(body=CLIP + b"more", say={"Content-Length": "10000"})])
    bring(server, part)
    assert part.read_bytes() == CLIP


def test_more_than_the_said_part_is_started_over_before_it_ends(part):
    body = CLIP[4_000:] + b"more"
    lie = Turn(body=body, say={"Content-Length": "99999"}, cut=len(body), stall=True)
    server = Server(CLIP, turns=[Turn(cut=4_000), lie])
    bring(server, part)
    assert server.offsets == [0, 4_000, 0]
    assert part.read_bytes() == CLIP


@pytest.mark.parametrize(
    "said",
    [
        "bytes 3999-9999/10000",
        "bytes 4000-9999/9999",
        "bytes 4000-9999/12000",
        "bytes 9999-4000/10000",
        "bytes */10000",
        "4000-",
        None,
    ],
)
def test_another_part_than_asked_for_is_started_over(part, said):
    server = Server(CLIP, turns=[Turn(cut=4_000), Turn(say={"Content-Range": said})])
    bring(server, part)
    assert server.offsets == [0, 4_000, 0]
    assert part.read_bytes() == CLIP


def test_a_part_that_cannot_be_is_started_over(part):
    lie = Turn(say={"Content-Range": "bytes 4000-9999/9000"})
    server = Server(CLIP, chunked=True, turns=[Turn(cut=4_000), lie])
    bring(server, part)
    assert server.offsets == [0, 4_000, 0]
    assert part.read_bytes() == CLIP


def test_in_chunks_a_said_length_means_nothing(part):
    server = Server(CLIP, chunked=True, turns=[Turn(say={"Content-Length": "5"})])
    bring(server, part)
    assert part.read_bytes() == CLIP
    assert server.sent == [len(CLIP)]


def test_a_server_that_sends_less_than_asked_is_asked_for_the_rest(part):
    some = Turn(say={"Content-Range": "bytes 4000-5999/10000"}, body=CLIP[4_000:6_000])
    server = Server(CLIP, turns=[Turn(cut=4_000), some])
    bring(server, part)
    assert server.sent == [4_000, 2_000, 4_000]
    assert part.read_bytes() == CLIP


def test_a_part_of_a_file_of_unknown_length_is_taken(part):
    some = Turn(say={"Content-Range": "bytes 4000-9999/*"})
    server = Server(CLIP, turns=[Turn(cut=4_000), some])
    bring(server, part)
    assert part.read_bytes() == CLIP


def test_an_empty_clip_is_no_clip(part):
    server = Server(CLIP, turns=[Turn(body=b"")])
    assert bring(server, part) == [0.5]
    assert part.read_bytes() == CLIP


def test_a_packed_body_is_refused(part):
    server = Server(CLIP, turns=[Turn(say={"Content-Encoding": "gzip"})])
    assert "packed" in fails(DownloadFailed, server, part)


def test_a_word_for_packing_that_packs_nothing_is_no_trouble(part):
    bring(Server(CLIP, turns=[Turn(say={"Content-Encoding": "aws-chunked"})]), part)
    assert part.read_bytes() == CLIP


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


# -- links and redirects ------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_gone_on_from(part, status):
    away = Turn(status=status, say={"Location": "/elsewhere?sig=SECRET"})
    server = Server(CLIP, turns=[away, Turn(cut=4_000), away])
    bring(server, part, links=["/one?sig=SECRET"])
    assert part.read_bytes() == CLIP
    assert [one["path"][:5] for one in server.asked] == ["/one?", "/else"] * 2
    assert sum(server.sent) == len(CLIP)


@pytest.mark.parametrize("place", ["/clips/one.mp4?sig=SECRET", None, ""])
def test_a_circle_of_redirects_ends(part, place):
    server = Server(CLIP, turns=[Turn(status=302, say={"Location": place})] * 20)
    if place == "/clips/one.mp4?sig=SECRET":
        assert "redirects" in fails(DownloadFailed, server, part)
        assert len(server.asked) == 6
    else:
        fails(DownloadFailed, server, part)


@pytest.mark.parametrize(
    "place",
    [
        "http://example.com/clip.mp4?sig=SECRET",
        "//example.com/clip.mp4?sig=SECRET",
        "file:///etc/passwd",
        "ftp://127.0.0.1/clip.mp4",
        "http://127.0.0.1.example.com/clip.mp4",
        "https://me:SECRET@127.0.0.1/clip.mp4",
    ],
)
def test_a_redirect_to_where_nothing_is_fetched_is_refused_at_once(part, place):
    server = Server(CLIP, turns=[Turn(status=302, say={"Location": place})])
    fails(DownloadFailed, server, part)
    assert len(server.asked) == 1


@pytest.mark.parametrize("place", ["https://[nowhere/SECRET", "https://x:SECRET/"])
def test_a_redirect_that_is_no_link_ends(part, place):
    server = Server(CLIP, turns=[Turn(status=302, say={"Location": place})] * 20)
    fails(DownloadFailed, server, part)


@pytest.mark.parametrize(
    "link",
    [
        "http://example.com/clip.mp4?SECRET",
        "http://localhost.example.com/clip.mp4?SECRET",
        "http://127.1/SECRET",
        "http://0.0.0.0/SECRET",
        "http://[::2]/SECRET",
        "https:///SECRET",
        "https://me:SECRET@example.com/clip.mp4",
        "https://SECRET@example.com/clip.mp4",
        "https://example.com:SECRET/",
        "https://exa\nmple.com/?SECRET",
        "file:///SECRET",
        "ftp://example.com/SECRET",
        "SECRET.mp4",
        "/SECRET.mp4",
        "",
    ],
)
def test_a_link_that_may_not_be_fetched_is_refused_before_anything_is_sent(part, link):
    async def run():
        async with httpx.AsyncClient(transport=httpx.MockTransport(unreached)) as client:
            await fetch(client, link, part, sleep=Slept())

    with pytest.raises(DownloadFailed) as caught:
        asyncio.run(run())
    assert "SECRET" not in str(caught.value)
    assert not part.exists()


def unreached(request):
    raise AssertionError(f"{request.url.host} was asked")


@given(st.one_of(st.text(max_size=40), st.text(max_size=30).map("https://".__add__)))
def test_any_text_is_a_link_or_refused(text):
    from vidgen.render.fetch import _checked

    try:
        url = _checked(text)
    except VidgenError:
        return
    assert url.scheme == "https" or url.host in ("localhost", "127.0.0.1", "::1")


def over(handler, link, part, **more):
    """Fetch from what stands for the world: hosts that a test may not reach."""

    async def run():
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            await fetch(client, link, part, sleep=Slept(), **more)

    asyncio.run(run())


def test_a_link_of_the_world_is_fetched_over_https(part):
    async def body():
        yield CLIP

    over(lambda request: httpx.Response(200, content=body()), "https://cdn.example/a?s=1", part)
    assert part.read_bytes() == CLIP


def test_what_a_link_must_be_asked_with_goes_to_its_own_server_alone(part):
    asked = []

    async def body():
        yield CLIP

    def answer(request):
        asked.append((request.url.host, request.headers.get("authorization")))
        if request.url.host == "api.example":
            return httpx.Response(302, headers={"Location": "https://cdn.example/a"})
        return httpx.Response(200, content=body())

    over(answer, "https://api.example/v1/clip", part, headers={"authorization": "Bearer SECRET"})
    assert asked == [("api.example", "Bearer SECRET"), ("cdn.example", None)]
    assert part.read_bytes() == CLIP


@pytest.mark.parametrize("here", ["http://127.0.0.1:8188/x", "https://localhost/x", "http://[::1]"])
def test_a_redirect_from_elsewhere_never_leads_to_this_machine(part, here):
    def answer(request):
        assert request.url.host == "cdn.example"
        return httpx.Response(302, headers={"Location": here})

    with pytest.raises(DownloadFailed, match=r"cdn\.example redirects to this machine"):
        over(answer, "https://cdn.example/a.mp4", part)


def test_no_log_tells_the_query_of_a_link(part, caplog):
    server = Server(CLIP, turns=[Turn(status=302, say={"Location": "/b?sig=SECRET2"})])
    with caplog.at_level(logging.DEBUG):
        bring(server, part, links=["/a?sig=SECRET"])
    assert "/a?..." in caplog.text
    assert "SECRET" not in caplog.text


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
