"""Our calls beside those of fal's own client, at one server; where that client is installed."""

import asyncio
from dataclasses import replace

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import ordered
from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes.fal import REQUEST
from vidgen.providers.fal import Fal
from vidgen.providers.wire import clients

fal_client = pytest.importorskip("fal_client", reason="fal's own client is not installed")

KEY = "0f1e:2d3c"
VEO = next(route for route in routes() if route.name == "fal:veo-3.1")


def served(server):
    """A queue on this machine: every job is over at once."""

    def answer(call):
        at = f"{server.url}/fal-ai/veo3.1/requests/{REQUEST}"
        if call.method == "POST":
            addresses = {"status_url": f"{at}/status", "cancel_url": f"{at}/cancel"}
            return Reply(200, {"request_id": REQUEST, "response_url": at, **addresses})
        if call.path.endswith("/status"):
            return Reply(200, {"status": "COMPLETED", "logs": None})
        if call.method == "PUT":
            return Reply(400, {"status": "ALREADY_COMPLETED"})
        return Reply(200, {"video": {"url": "https://v3.fal.media/a.mp4"}})

    return answer


def shown(call):
    """What of a call has to be the same."""
    kept = ("authorization", "content-type")
    headers = {name: call.headers[name] for name in kept if name in call.headers}
    return call.method, call.path, headers, call.json()


def test_ours_and_theirs_ask_the_same_things(at, monkeypatch):
    request = ordered(VEO, "text", audio=False)
    fields = {(request.model, request.endpoint): VEO.offer.fields}

    async def ours(server):
        http = clients()
        fal = Fal(replace(at, base_url=server.url, key=KEY, http=http, fields=fields))
        ticket = await fal.submit(request, idempotency="j1:one.1")
        await fal.poll(ticket)
        await fal.cancel(ticket)
        await http.aclose()

    async def theirs(server, arguments):
        monkeypatch.setattr(fal_client.client, "QUEUE_URL_FORMAT", f"{server.url}/")
        client = fal_client.AsyncClient(key=KEY)
        job = await client.submit(request.endpoint, arguments)
        await job.status()
        await job.get()
        with pytest.raises(fal_client.FalClientHTTPError):
            await job.cancel()
        again = await client.get_handle(request.endpoint, job.request_id)
        adopted = Fal(replace(at, base_url=server.url)).adopt(request, job.request_id)
        assert again.status_url == adopted["status_url"]
        assert again.response_url == adopted["response_url"]
        assert again.cancel_url == adopted["cancel_url"]
        await (await client._client).aclose()

    async def compare():
        async with Loopback(lambda call: Reply(500)) as server:
            server.answer = served(server)
            await ours(server)
            mine = [shown(call) for call in server.calls]
            del server.calls[:]
            await theirs(server, mine[0][3])
            return mine, [shown(call) for call in server.calls]

    mine, others = asyncio.run(compare())
    assert len(mine) == 4
    assert mine == [call for place, call in enumerate(others) if others.index(call) == place]
