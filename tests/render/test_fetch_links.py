"""Where a link may lead, and where it may be led on to."""

import asyncio
import logging

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.fetch_server import Server, Turn
from tests.render.fetching import CLIP, Slept, bring, fails, over, unreached
from vidgen.errors import VidgenError
from vidgen.render.fetch import DownloadFailed, fetch


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


@given(st.one_of(st.text(max_size=40), st.text(max_size=30).map("https://".__add__)))
def test_any_text_is_a_link_or_refused(text):
    from vidgen.render.fetch import _checked

    try:
        url = _checked(text)
    except VidgenError:
        return
    assert url.scheme == "https" or url.host in ("localhost", "127.0.0.1", "::1")


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
