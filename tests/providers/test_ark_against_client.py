"""Our calls beside those of BytePlus's own client, at one server; where that client is installed.

Volcengine's client speaks to the same paths in the same words; only BytePlus's is compared.
"""

import asyncio
import warnings
from dataclasses import replace

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import SOUND, ordered
from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes.byteplus import FRAME, LINK, PICTURE, TASK, no
from vidgen.errors import ProviderError
from vidgen.job import Failed, Running, Succeeded
from vidgen.providers.ark import Ark
from vidgen.providers.wire import clients

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what it imports
    byteplus = pytest.importorskip(
        "byteplussdkarkruntime", reason="BytePlus's own client is not installed"
    )
    from byteplussdkarkruntime.types.content_generation.content_generation_task import (
        ContentGenerationTask,
    )
    from byteplussdkarkruntime.types.content_generation.content_generation_task_id import (
        ContentGenerationTaskID,
    )
    from byteplussdkarkruntime.types.images.images import ImagesResponse

KEY = "0f1e-2d3c"

NOT_COMPARED = (
    "the words of a task's state and the codes of errors: the client hands both on as texts",
    "what a field of the body may hold: the client's types are texts and numbers without limits",
    "edit and extension: they take a video by public link, which a file of a project has none of",
)
"""What that client cannot tell of."""


def of(name, mode, **more):
    route = next(
        route
        for route in routes()
        if route.name == f"byteplus:{name}" and mode in route.offer.modes
    )
    return ordered(route, mode, **more)


REQUESTS = [
    of("seedance-2.0", "text"),
    of("seedance-1.5-pro", "text", seed=7, audio=False),
    of("seedance-2.0", "first_frame"),
    of("seedance-2.5", "first_frame"),
    of("seedance-2.0-fast", "first_last"),
    of("seedance-2.5", "references"),
    of("seedance-2.0-mini", "references", voice=SOUND),
]


def task(word, **more):
    """A record as the client's own model writes it."""
    return ContentGenerationTask.construct(id=TASK, model="m", status=word, **more).model_dump(
        exclude_unset=True
    )


def answer(call):
    """A task that waits, whatever is asked."""
    if call.method == "POST":
        return Reply(200, ContentGenerationTaskID(id=TASK).model_dump())
    if call.method == "DELETE":
        return Reply(200, {})
    if call.path.endswith("/tasks"):
        return Reply(200, {"total": 1, "items": [task("queued")]})
    return Reply(200, task("queued"))


def shown(call):
    """What of a call has to be the same; what is null there is not sent at all here."""
    kept = ("authorization", "content-type")
    headers = {name: call.headers[name] for name in kept if name in call.headers}
    if call.method != "POST":
        headers.pop("content-type", None)  # of nothing
    body = call.json() or {}
    sent = {name: value for name, value in body.items() if value is not None}
    return call.method, call.path, call.query, headers, sent


async def ours(at, server, request):
    http = clients()
    ark = Ark(replace(at, base_url=f"{server.url}/api/v3", key=KEY, http=http))
    try:
        ticket = await ark.submit(request, idempotency="j1:one.1")
        await ark.poll(ticket)
        await ark.cancel(ticket)
        await ark.check_key()
    finally:
        await http.aclose()


async def theirs(server, sent):
    client = byteplus.AsyncArk(base_url=f"{server.url}/api/v3", api_key=KEY, max_retries=0)
    tasks = client.content_generation.tasks
    try:
        job = await tasks.create(**sent)
        await tasks.get(task_id=job.id)
        await tasks.get(task_id=job.id)  # ours looks before it cancels
        await tasks.delete(task_id=job.id)
        await tasks.list(page_num=1, page_size=1)
    finally:
        await client.close()


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: f"{one.model}-{one.mode}")
def test_ours_and_theirs_ask_the_same_things(at, request_):
    async def compare():
        async with Loopback(answer) as server:
            await ours(at, server, request_)
            mine = [shown(call) for call in server.calls]
            del server.calls[:]
            await theirs(server, mine[0][4])
            return mine, [shown(call) for call in server.calls]

    mine, others = asyncio.run(compare())
    assert [call[0] for call in mine] == ["POST", "GET", "GET", "DELETE", "GET"]
    assert mine == others


@pytest.mark.parametrize("mode", ["text", "references"])
def test_a_still_is_ordered_as_theirs_orders_it(at, mode):
    request = of("seedream-4.5", mode)

    def made(call):
        data = [{"url": PICTURE, "size": call.json()["size"]}]
        return Reply(200, ImagesResponse.construct(model="m", data=data).model_dump())

    async def compare():
        async with Loopback(made) as server:
            http = clients()
            ark = Ark(replace(at, base_url=f"{server.url}/api/v3", key=KEY, http=http))
            client = byteplus.AsyncArk(base_url=f"{server.url}/api/v3", api_key=KEY, max_retries=0)
            try:
                ticket = await ark.submit(request, idempotency="j1:one.1")
                mine = shown(server.calls[0])
                theirs = await client.images.generate(**mine[4])
                return ticket, theirs.data[0].url, mine, shown(server.calls[1])
            finally:
                await client.close()
                await http.aclose()

    ticket, theirs, mine, others = asyncio.run(compare())
    assert ticket == {"still": theirs}
    assert mine == others


def polled(at, record):
    async def look():
        async with Loopback(lambda call: Reply(200, record)) as server:
            http = clients()
            ark = Ark(replace(at, base_url=f"{server.url}/api/v3", key=KEY, http=http))
            try:
                return await ark.poll({"id": TASK})
            finally:
                await http.aclose()

    return asyncio.run(look())


def test_a_record_of_their_model_reads_as_it_should(at):
    content = {"video_url": LINK, "last_frame_url": FRAME, "file_url": None}
    usage = {"completion_tokens": 108900}
    assert isinstance(polled(at, task("running")), Running)
    made = polled(at, task("succeeded", content=content, usage=usage, seed=7))
    assert made == Succeeded(LINK, seed=7, last_frame=FRAME, tokens=108900)
    without = {"video_url": LINK, "last_frame_url": None, "file_url": None}
    none = {"completion_tokens": 0}
    assert polled(at, task("succeeded", content=without, usage=none)) == Succeeded(LINK)
    error = {"code": "OutputVideoSensitiveContentDetected", "message": "it may be a copy"}
    ended = polled(at, task("failed", error=error))
    assert isinstance(ended, Failed)
    assert (ended.kind, ended.charged) == ("moderation", False)


def test_a_refusal_has_the_code_and_the_words_that_their_client_tells(at):
    reply = no(429, "SetLimitExceeded", "The account has reached the set limit.")

    async def compare():
        async with Loopback(lambda call: reply) as server:
            with pytest.raises(ProviderError) as mine:
                await ours(at, server, REQUESTS[0])
            with pytest.raises(byteplus._exceptions.ArkRateLimitError) as others:
                await theirs(server, {"model": "m", "content": []})
            return mine.value, others.value

    mine, others = asyncio.run(compare())
    assert mine.kind == "credit"
    assert others.code in mine.message
    assert others.body["message"] in mine.message
