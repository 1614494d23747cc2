"""Downloads from a server whose answer is no clip, or is not what it says."""

import pytest

from tests.render.fetch_server import Server, Turn
from tests.render.fetching import CLIP, Slept, bring, fails
from vidgen.render.fetch import DownloadFailed, LinkGone

# -- answers that bring no clip -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "told", "pause"),
    [
        (429, "7", 7),
        (503, "0", 0),
        (429, "4000", 60),
        (503, "Wed, 21 Oct 2015 07:28:00 GMT", 0),
        (503, "Wed, 21 Oct 2999 07:28:00 GMT", 60),
        (503, "soon", 0.5),
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
