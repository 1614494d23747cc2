"""Our calls beside those of Replicate's own client, at one server; where that is installed."""

import asyncio
import json
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import ordered
from tests.providers.at_work import hosted, looked_at
from tests.providers.beside import both, headers_of
from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes.replicate import LINK, PREDICTION, accepts, prediction, problem, serves
from vidgen.errors import ProviderError
from vidgen.job import Failed, Input, Running, Succeeded
from vidgen.providers.replicate import Replicate

theirs = pytest.importorskip("replicate", reason="Replicate's own client is not installed")
helpers = pytest.importorskip("replicate.helpers")

NOT_COMPARED = (
    "the state `aborted`, which the client's types do not know (1.0.7)",
    "`Prefer: wait`, which the client sends where it is asked to and we never do",
    "looking up what was sent under an id of ours: Replicate has no such call",
    "tries again, which the client makes by itself (of GET and PUT), and the User-Agent",
)
"""What one of the two does alone."""

KEY = "r8_0f1e2d3c4b5a"
VEO = next(route for route in routes() if route.name == "replicate:veo-3.1")
MOCHI = next(route for route in routes() if route.name == "replicate:mochi-1")
PLAIN = {"prompt": "coffee", "resolution": "720p", "duration": 4, "generate_audio": False}
WIDE = PLAIN | {"aspect_ratio": "16:9"}
FIRST, LAST, OTHER = "stills/a.png", "stills/b.png", "stills/c.png"


def shown(call):
    """What of a call has to be the same."""
    headers = headers_of(call, "authorization", "content-type", "prefer")
    headers["content-type"] = headers.get("content-type", "").partition(";")[0]
    body = call.form() if call.form() is not None else call.json()
    return call.method, call.path, headers, body


async def compared(at, ours, others):
    """What each of the two sends, call by call, to a server that answers as the tape says."""

    def answer(call):
        if call.path == "/v1/account":
            return Reply(200, {"type": "user", "username": "me", "name": "Me", "github_url": None})
        if call.path == "/v1/files":
            whole = {"name": "f", "content_type": "image/png", "size": 1, "etag": "e"}
            rest = {"checksums": {}, "metadata": {}, "created_at": "2026-11-20T10:00:00Z"}
            reply = serves(call)
            return replace(reply, body=whole | rest | reply.body)
        if call.method == "GET":
            return Reply(200, prediction("processing"))
        return accepts(call) if call.path.endswith("/predictions") else serves(call)

    async with Loopback(answer) as server, AsyncExitStack() as stack:
        client = theirs.Client(api_token=KEY, base_url=server.url)
        stack.push_async_callback(client._async_client.aclose)
        own = hosted("replicate", at.project)
        here = replace(own, base_url=f"{server.url}/v1", key=KEY)
        found = await both(
            server, lambda session: ours(Replicate(session)), lambda _: others(client), here
        )
        return tuple([shown(call) for call in calls] for calls in found)


@pytest.mark.parametrize(
    ("mode", "plain", "files"),
    [
        ("text", WIDE, {}),
        ("first_frame", WIDE, {"image": FIRST}),
        ("first_last", WIDE, {"image": FIRST, "last_frame": LAST}),
        ("references", WIDE | {"duration": 8}, {"reference_images": [OTHER, LAST]}),
    ],
)
def test_an_order_is_the_same_with_its_files_inside(mode, plain, files, at):
    request = ordered(VEO, mode, audio=False, aspect="16:9")

    async def ours(provider):
        await provider.submit(request, idempotency="j1:one.1")

    async def others(client):
        with ExitStack() as stack:

            def opened(name):
                return stack.enter_context((at.project / name).open("rb"))

            given = {
                name: [opened(one) for one in value] if isinstance(value, list) else opened(value)
                for name, value in files.items()
            }
            made = await client.models.predictions.async_create(
                VEO.offer.name, input=plain | given, file_encoding_strategy="base64"
            )
        assert made.id == PREDICTION

    mine, others = asyncio.run(compared(at, ours, others))
    assert len(mine) == 1
    assert mine == others


def test_a_large_file_is_uploaded_and_named_the_same_way(at):
    (at.project / "stills" / "big.png").write_bytes(bytes(300_000))
    request = ordered(VEO, "first_frame", audio=False, aspect="16:9")
    request = replace(request, first_frame=Input("stills/big.png", "9" * 64))

    async def ours(provider):
        await provider.submit(request, idempotency="j1:one.1")

    async def others(client):
        with (at.project / "stills" / "big.png").open("rb") as big:
            await client.models.predictions.async_create(
                VEO.offer.name, input=WIDE | {"image": big}
            )

    mine, others = asyncio.run(compared(at, ours, others))
    assert [call[1] for call in mine] == ["/v1/files", "/v1/models/google/veo-3.1/predictions"]
    assert mine == others


def test_a_communitys_model_is_ordered_by_its_version_the_same_way(at):
    request = ordered(MOCHI, "text")

    async def ours(provider):
        await provider.submit(request, idempotency="j1:one.1")

    async def others(client):
        given = {"prompt": "coffee", "num_frames": 151, "fps": 30}
        await client.predictions.async_create(version=request.endpoint, input=given)

    mine, others = asyncio.run(compared(at, ours, others))
    assert mine[0][1] == "/v1/predictions"
    assert mine == others


def test_looks_cancelling_and_the_key_are_asked_about_the_same_way(at):
    ticket = {"id": PREDICTION}

    async def ours(provider):
        assert isinstance(await provider.poll(ticket), Running)
        await provider.cancel(ticket)
        assert await provider.check_key() == "account me"

    async def others(client):
        await client.predictions.async_get(PREDICTION)
        await client.predictions.async_cancel(PREDICTION)
        assert (await client.accounts.async_current()).username == "me"

    mine, others = asyncio.run(compared(at, ours, others))
    assert len(mine) == 3
    assert mine == others


def poll(at, reply):
    """What one look of ours says of an answer."""
    return looked_at("replicate", at, {"id": PREDICTION}, reply)


BAR = "Using seed: 7\n  0%|          | 0/10 [00:00<?]\n 40%|████      | 4/10 [00:04<00:06]\n"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (prediction("starting"), Running()),
        (prediction("processing", logs=BAR), Running(0.4)),
        (prediction("succeeded", output=LINK, logs=BAR), Succeeded(LINK, seed=7)),
        (prediction("succeeded", output=[LINK]), Succeeded(LINK)),
        (prediction("failed", error="it broke"), Failed("it broke", "provider", charged=None)),
    ],
)
def test_what_their_model_of_a_prediction_writes_is_read(told, expected, at):
    model = theirs.prediction.Prediction(**told)
    seen = poll(at, Reply(200, json.loads(model.json())))
    assert seen == expected
    if isinstance(seen, Running):
        bar = model.progress
        assert seen.progress == (bar.percentage if bar else None)
    if isinstance(seen, Succeeded):
        output = helpers.transform_output(told["output"], None)
        assert seen.media == str(output[0] if isinstance(output, list) else output)


def test_their_model_of_an_error_says_the_same_words(at):
    told = {"title": "Insufficient credit", "detail": "Buy some.", "status": 402}
    error = theirs.exceptions.ReplicateError(**told)
    assert problem(402, "Buy some.", "Insufficient credit").body == error.to_dict()
    with pytest.raises(ProviderError) as caught:
        poll(at, Reply(402, error.to_dict()))
    assert caught.value.kind == "credit"
    assert error.detail in caught.value.message
