"""Downloads that are cut and gone on from, or found to be of another file by then."""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.fetch_server import Server, Turn
from tests.render.fetching import CLIP, CUT, Slept, bring, fails
from vidgen.render.fetch import DownloadFailed, LinkGone, fetch
from vidgen.render.part import note_path

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
