"""Our calls beside those of fal's own client, at one server; where that client is installed."""

import asyncio
from dataclasses import asdict, replace

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import FIRST, LAST, OTHER, ordered
from tests.providers.beside import headers_of
from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes.fal import REQUEST
from vidgen.errors import ProviderError
from vidgen.job import Failed, Input, Running, Succeeded
from vidgen.providers.fal import Fal
from vidgen.providers.wire import clients

fal_client = pytest.importorskip("fal_client", reason="fal's own client is not installed")

NOT_COMPARED = (
    "the price of a unit and the check of a key: the client has no call for them",
    "the kind of storage in the query of an upload: this client names an older one than fal's for "
    "JavaScript, which ours follows",
    "the key in the header of what is put into the storage: this client sends it to whatever "
    "address it was told, and ours does not",
    "`logs=false` in the query of a look, which the client says and fal does without being told",
    "uploads in parts, for more than 90 MB: ours refuses them",
)

KEY = "0f1e:2d3c"
AT = f"fal-ai/veo3.1/requests/{REQUEST}"
LINK = "https://v3.fal.media/a.mp4"


def veo(mode):
    return next(
        route for route in routes() if route.name == "fal:veo-3.1" and mode in route.offer.modes
    )


def served(server, *, states=(), result=None):
    """A queue and a storage on this machine: what it says of a job, look by look, then its end."""
    told = list(states)

    def answer(call):
        at = f"{server.url}/{AT}"
        if call.path.startswith("/storage/"):
            return Reply(200, {"upload_url": f"{server.url}/put", "file_url": f"{server.url}/got"})
        if call.path == "/put":
            return Reply(200)
        if call.method == "POST":
            addresses = {"status_url": f"{at}/status", "cancel_url": f"{at}/cancel"}
            return Reply(200, {"request_id": REQUEST, "response_url": at, **addresses})
        if call.path.endswith("/status"):
            return told.pop(0) if told else Reply(200, {"status": "COMPLETED", "logs": None})
        if call.method == "PUT":
            return Reply(400, {"status": "ALREADY_COMPLETED"})
        return result or Reply(200, {"video": {"url": LINK}})

    return answer


def shown(call):
    """What of a call has to be the same."""
    headers = headers_of(call, "authorization", "content-type")
    return call.method, call.path, headers, call.json()


def ours(at, server, request=None):
    """Our adapter at a server here; the fields of its offer are those of the request."""
    fields = {}
    if request is not None:
        offer = veo(request.mode).offer
        fields = {(request.model, request.endpoint): offer.fields}
    return Fal(replace(at, base_url=server.url, key=KEY, http=clients(), fields=fields))


async def closed(adapter):
    await adapter._session.http.aclose()


def compared(at, monkeypatch, mine, theirs, **serving):
    """What each of two ways of doing one thing came to, and the calls that it made."""

    async def run():
        async with Loopback(lambda call: Reply(500)) as server:
            monkeypatch.setattr(fal_client.client, "QUEUE_URL_FORMAT", f"{server.url}/")
            monkeypatch.setattr(fal_client.client, "REST_URL", server.url)
            client = fal_client.AsyncClient(key=KEY)
            seen = []
            for work in (mine(server), theirs(client)):
                server.answer = served(server, **serving)
                del server.calls[:]
                seen.append((await work, list(server.calls)))
            await (await client._client).aclose()
            return seen

    return asyncio.run(run())


def arguments(folder, mode):
    """The model's input as fal documents it for the mode, its pictures packed by the client."""

    def packed(one):
        return fal_client.encode_file(folder / one.path)

    plain = {
        "prompt": "coffee",
        "aspect_ratio": "16:9",
        "resolution": "720p",
        "duration": "8s" if mode == "references" else "4s",
        "generate_audio": False,
        "auto_fix": False,
    }
    given = {
        "text": {},
        "first_frame": {"image_url": FIRST},
        "first_last": {"first_frame_url": FIRST, "last_frame_url": LAST},
        "references": {"image_urls": [OTHER, LAST]},
    }[mode]
    return plain | {
        name: [packed(one) for one in what] if isinstance(what, list) else packed(what)
        for name, what in given.items()
    }


@pytest.mark.parametrize("mode", ["text", "first_frame", "first_last", "references"])
def test_ours_and_theirs_ask_the_same_things(mode, at, monkeypatch):
    request = ordered(veo(mode), mode, audio=False)

    async def mine(server):
        fal = ours(at, server, request)
        ticket = await fal.submit(request, idempotency="j1:one.1")
        await fal.poll(ticket)
        await fal.cancel(ticket)
        await closed(fal)
        adopted = fal.adopt(request, REQUEST)
        return [adopted[name] for name in ("status_url", "response_url", "cancel_url")]

    async def theirs(client):
        job = await client.submit(request.endpoint, arguments(at.project, mode))
        await job.get()
        with pytest.raises(fal_client.FalClientHTTPError):
            await job.cancel()
        again = await client.get_handle(request.endpoint, job.request_id)
        return [again.status_url, again.response_url, again.cancel_url]

    (addresses, calls), (others, others_calls) = compared(at, monkeypatch, mine, theirs)
    assert addresses == others
    assert [shown(call) for call in calls] == [shown(call) for call in others_calls]
    assert [call.method for call in calls] == ["POST", "GET", "GET", "PUT"]


def test_ours_and_theirs_upload_a_file_alike(at, monkeypatch):
    content = bytes(3_000_001)
    (at.project / "stills" / "big.png").write_bytes(content)
    request = ordered(
        veo("first_frame"), "first_frame", first_frame=Input("stills/big.png", "9" * 64)
    )

    async def mine(server):
        fal = ours(at, server, request)
        await fal.submit(request, idempotency="j1:one.1")
        await closed(fal)

    async def theirs(client):
        return await client.upload(content, "image/png", "big.png", repository="fal")

    (_, (initiate, put, paid)), (link, (initiated, they_put)) = compared(
        at, monkeypatch, mine, theirs
    )
    for one, other in ((initiate, initiated), (put, they_put)):
        assert (one.method, one.path) == (other.method, other.path)
        assert one.headers["content-type"] == other.headers["content-type"]
    assert initiate.json() == initiated.json()
    assert initiate.headers["authorization"] == initiated.headers["authorization"]
    assert put.body == they_put.body
    assert paid.json()["image_url"] == link
    assert "authorization" not in put.headers


def told(word, status):
    """A state of the client's own as it stands in an answer."""
    body = {"status": word, **asdict(status)}
    if "position" in body:
        body["queue_position"] = body.pop("position")
    return Reply(200 if word == "COMPLETED" else 202, body)


STATES = [
    told("IN_QUEUE", fal_client.Queued(position=3)),
    told("IN_PROGRESS", fal_client.InProgress(logs=None)),
    told("COMPLETED", fal_client.Completed(logs=None, metrics={"inference_time": 1.5})),
]


def looking(at, request):
    """Look at a job until it is over: what each look says."""

    async def mine(server):
        fal = ours(at, server)
        ticket, seen = fal.adopt(request, REQUEST), []
        while not seen or isinstance(seen[-1], Running):
            seen.append(await fal.poll(ticket))
        await closed(fal)
        return seen

    return mine


def test_states_are_read_as_the_client_reads_them(at, monkeypatch):
    request = ordered(veo("text"), "text")

    async def theirs(client):
        job = await client.get_handle(request.endpoint, REQUEST)
        seen = [type(event) async for event in job.iter_events(interval=0.001)]
        return seen, await job.get()

    (mine, _), ((kinds, result), _) = compared(
        at, monkeypatch, looking(at, request), theirs, states=STATES
    )
    assert kinds == [fal_client.Queued, fal_client.InProgress, fal_client.Completed]
    assert mine == [Running(), Running(), Succeeded(LINK)]
    assert result["video"]["url"] == LINK


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(422, {"detail": "bad aspect"}), "input"),
        (Reply(500, {"detail": "it broke", "error_type": "internal_error"}), "provider"),
        (
            Reply(503, {"detail": "lost"}, {"x-fal-error-type": "runner_disconnected"}),
            "provider",
        ),
    ],
)
def test_a_failed_job_is_one_to_the_client_too_and_for_the_same_words(reply, kind, at, monkeypatch):
    request = ordered(veo("text"), "text")
    over = fal_client.Completed(logs=None, metrics={}, error="x", error_type="y")
    reply = replace(reply, headers=reply.headers | {"x-fal-request-id": REQUEST})

    async def theirs(client):
        job = await client.get_handle(request.endpoint, REQUEST)
        with pytest.raises(fal_client.FalClientHTTPError) as caught:
            await job.get()
        return caught.value

    ((status,), _), (error, _) = compared(
        at,
        monkeypatch,
        looking(at, request),
        theirs,
        states=[told("COMPLETED", over)],
        result=reply,
    )
    assert isinstance(status, Failed)
    assert (status.reason, status.kind) == (error.message, kind)


def test_a_state_that_the_client_does_not_know_is_unknown_to_us(at, monkeypatch):
    request = ordered(veo("text"), "text")

    async def theirs(client):
        job = await client.get_handle(request.endpoint, REQUEST)
        with pytest.raises(ValueError, match="PAUSED"):
            await job.status()

    strange = Reply(200, {"status": "PAUSED"})
    ((status,), _), _ = compared(at, monkeypatch, looking(at, request), theirs, states=[strange])
    assert (status.kind, status.charged) == ("unknown", None)


def test_a_refused_order_is_refused_by_both_in_the_same_words(at, monkeypatch):
    request = ordered(veo("text"), "text", audio=False)
    locked = "User is locked. Reason: Exhausted balance."

    async def mine(server):
        server.answer = lambda call: Reply(403, {"detail": locked})
        fal = ours(at, server, request)
        with pytest.raises(ProviderError) as caught:
            await fal.submit(request, idempotency="j1:one.1")
        await closed(fal)
        return caught.value

    async def theirs(client):
        with pytest.raises(fal_client.FalClientHTTPError) as caught:
            await client.submit(request.endpoint, {})
        return caught.value

    async def run():
        async with Loopback(lambda call: Reply(403, {"detail": locked})) as server:
            monkeypatch.setattr(fal_client.client, "QUEUE_URL_FORMAT", f"{server.url}/")
            client = fal_client.AsyncClient(key=KEY)
            found = await mine(server), await theirs(client)
            await (await client._client).aclose()
            return found

    error, theirs_error = asyncio.run(run())
    assert error.kind == "credit"
    assert theirs_error.message in error.message
