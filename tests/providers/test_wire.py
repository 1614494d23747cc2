"""How many calls are out at once, what they carry and bring, and whose an address is."""

import asyncio
import importlib.util
import sys

import httpx
import pytest

from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from vidgen.errors import ProviderError
from vidgen.providers import wire
from vidgen.providers.wire import (
    CALLS,
    DOWNLOADS,
    Http,
    call,
    clients,
    is_at,
    is_here,
    repeatable,
    retry_after,
)


class Slow:
    """A server that keeps everybody waiting until it is told to answer, and counts them."""

    def __init__(self):
        self.here, self.most, self.answered = 0, 0, 0
        self.go, self.some, self.crowd = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0, backlog=1024)
        host, port = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await self._server.wait_closed()

    async def _talk(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        self.here += 1
        self.some.set()
        self.most = max(self.most, self.here)
        if self.here == CALLS:
            self.crowd.set()
        await self.go.wait()
        self.here -= 1
        self.answered += 1
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()


def look(http, url):
    return call(http, "GET", url, key="", headers={})


def test_of_many_calls_only_so_many_are_out_at_once_and_all_are_answered():
    async def scene():
        async with Slow() as server:
            http = clients(server.url)
            calls = [asyncio.create_task(look(http, server.url)) for _ in range(3 * CALLS)]
            await server.crowd.wait()
            server.go.set()
            answers = await asyncio.gather(*calls)
            await http.aclose()
            return server, answers

    server, answers = asyncio.run(scene())
    assert {answer.status_code for answer in answers} == {200}
    assert server.most == CALLS


def test_downloads_that_take_their_time_hold_up_no_look():
    async def scene():
        async with Slow() as server:
            http = clients(server.url)
            for _ in range(DOWNLOADS):
                await http.downloads.acquire()
            assert http.downloads.locked()
            server.go.set()
            answer = await look(http, server.url)
            await http.aclose()
            return answer.status_code

    assert asyncio.run(scene()) == 200


def test_a_call_that_is_called_off_leaves_its_place_to_others():
    async def scene():
        async with Slow() as server:
            http = clients(server.url)
            calls = [asyncio.create_task(look(http, server.url)) for _ in range(2 * CALLS)]
            await server.crowd.wait()
            for task in calls:
                task.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            server.go.set()
            answer = await look(http, server.url)
            await http.aclose()
            return answer.status_code

    assert asyncio.run(scene()) == 200


def test_an_order_is_waited_for_when_a_look_would_long_be_given_up(monkeypatch):
    monkeypatch.setattr(wire, "TIMEOUT", httpx.Timeout(0.05))

    async def scene():
        async with Slow() as server:
            http = clients(server.url)
            order = asyncio.create_task(call(http, "POST", server.url, key="", headers={}))
            await server.some.wait()
            with pytest.raises(ProviderError, match="no answer came"):
                await look(http, server.url)
            server.go.set()
            answer = await order
            await http.aclose()
            return answer.status_code

    assert asyncio.run(scene()) == 200


def test_clients_have_a_module_that_is_not_installed_known_as_missing(monkeypatch):
    installed = importlib.util.find_spec("sniffio") is not None
    monkeypatch.delitem(sys.modules, "sniffio", raising=False)
    clients("http://127.0.0.1:1")
    assert installed or sys.modules["sniffio"] is None
    assert (importlib.util.find_spec("sniffio") is not None) == installed


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("https://a.example/x", True),
        ("https://a.example:443/x", True),
        ("http://a.example/x", False),
        ("https://a.example:444/x", False),
        ("https://a.example.evil/x", False),
        ("https://me:word@a.example/x", False),
        ("https://a.example\x00/x", False),
        (None, False),
    ],
)
def test_an_address_is_a_servers_when_scheme_host_and_port_are(url, theirs):
    assert is_at(url, "https://b.example", "https://a.example/api") is theirs


def test_each_run_has_places_of_its_own():
    line = httpx.AsyncClient(verify=False)
    assert Http(line, line).calls is not Http(line, line).calls


def test_a_form_goes_as_parts_and_files_keep_their_names_and_types():
    async def sent():
        async with Loopback(lambda call: Reply(200, {})) as server:
            http = clients()
            form = [("prompt", "tea"), ("still", ("a.png", b"\x89PNG", "image/png"))]
            await call(http, "POST", server.url, key="", headers={}, form=form)
            await http.aclose()
            return server.calls[0]

    posted = asyncio.run(sent())
    assert posted.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="still"; filename="a.png"' in posted.body
    assert posted.form() == {"prompt": "tea", "still": "data:image/png;base64,iVBORw=="}


def test_an_answer_may_be_as_long_as_the_caller_says():
    async def asked(longest):
        async with Loopback(lambda call: Reply(200, {"video": "x" * 100})) as server:
            http = clients()
            try:
                return await call(http, "GET", server.url, key="", headers={}, longest=longest)
            finally:
                await http.aclose()

    assert asyncio.run(asked(200)).status_code == 200
    with pytest.raises(ProviderError, match="far too long"):
        asyncio.run(asked(50))


def test_a_rehearsed_host_is_told_with_its_port():
    async def sent():
        async with Loopback(lambda call: Reply(200, {})) as server:
            http = clients(server.url)
            await call(http, "GET", "http://127.0.0.1:30000/v1", key="", headers={})
            await http.aclose()
            return server.calls[0].host

    assert asyncio.run(sent()) == "127.0.0.1:30000"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:30000", "127.8.8.8", "[::1]"])
def test_this_machine_is_known_by_its_address(host):
    assert is_here(f"http://{host}/v1")


@pytest.mark.parametrize("host", ["127.0.0.1.example.test", "localhost.test", "10.0.0.1", ""])
def test_what_only_looks_like_this_machine_is_not(host):
    assert not is_here(f"http://{host}/v1")


@pytest.mark.parametrize(
    ("url", "key", "kind"),
    [
        ("no address at all", "a-key", "unsent"),
        ("https://a.test/\x00", "a-key", "unsent"),
        ("{here}", "two\nlines", "input"),
        ("{here}", "two lïnes", "input"),
    ],
)
def test_what_cannot_be_sent_was_not_sent_and_the_key_is_not_told(url, key, kind):
    async def sent():
        async with Loopback(lambda call: Reply(200, {})) as server:
            http = clients()
            try:
                at = url.replace("{here}", server.url)
                headers = {"authorization": f"Bearer {key}"}
                await call(http, "POST", at, key=key, headers=headers, body={})
            finally:
                await http.aclose()

    with pytest.raises(ProviderError) as caught:
        asyncio.run(sent())
    assert (caught.value.kind, caught.value.charged) == (kind, False)
    assert not any(part in caught.value.message for part in ("lines", "lïnes"))


def asks_to_wait(text, **more):
    return retry_after(httpx.Response(429, headers={"retry-after": text, **more}))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wednesday, 21-Oct-15 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_how_long_an_answer_asks_us_to_wait(text, seconds):
    assert asks_to_wait(text) == seconds


def test_a_moment_at_which_to_come_back_is_counted_from_the_servers_clock():
    now = "Wed, 21 Oct 2015 07:28:00 GMT"
    assert asks_to_wait("Wed, 21 Oct 2015 07:30:00 GMT", date=now) == 120
    assert asks_to_wait("Wed, 21 Oct 2015 07:30:00 -0000", date=now) == 120
    assert asks_to_wait("Wed, 21 Oct 2015 07:27:00 GMT", date=now) == 0
    assert asks_to_wait("Thu, 21 Oct 2999 07:28:00 GMT", date="no date") > 86400


def test_a_free_call_without_an_answer_can_simply_be_repeated():
    with pytest.raises(ProviderError) as caught, repeatable():
        raise ProviderError("no answer came", kind="ambiguous", charged=None)
    assert (caught.value.kind, caught.value.charged) == ("overload", False)
    with pytest.raises(ProviderError) as other, repeatable():
        raise ProviderError("no", kind="key")
    assert other.value.kind == "key"
