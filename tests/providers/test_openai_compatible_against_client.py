"""Our calls beside those of OpenAI's own client, at one server; where that client is installed.

In openai 3.54 the videos are still there: each method warns that the API was to be shut down.
"""

import asyncio
import hashlib
import warnings
from dataclasses import replace

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import ordered
from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from vidgen.errors import ProviderError
from vidgen.job import Failed, Running, Succeeded
from vidgen.providers.openai_compatible import gateway
from vidgen.providers.sglang import sglang
from vidgen.providers.vllm_omni import vllm_omni
from vidgen.providers.wire import clients

openai = pytest.importorskip("openai", reason="OpenAI's own client is not installed")

NOT_COMPARED = (
    "first and last frame, references: the shape has no field for them",
    "upload: the one file goes along with the order",
    "cancel of a gateway's job: there is none; `videos.delete` is what vLLM-Omni stops by",
    "edits, extensions, remixes and characters: no page declares them",
    "the key's check against an account: the client has none; its list of models is what is asked",
)
"""What the client cannot do, or the adapter does not."""

KEY = "sk-0f1e2d3c"
VIDEO = "video_68f1c9a2b0d88190a1"
OMNI = next(route for route in routes() if route.name == "openai-compatible:gemini-omni-1.1-flash")
CLIP = b"\x00\x00\x00\x18ftypmp42"


def made(**more):
    """A record, built by the client's own model of it."""
    found = openai.types.Video.construct(
        id=VIDEO, object="video", model="sora-2", status="queued", progress=0,
        created_at=1781080778, seconds="4", size="1280x720",
    )  # fmt: skip
    return found.model_copy(update=more).model_dump(mode="json")


def served(call):
    if call.method == "DELETE":
        reply = openai.types.VideoDeleteResponse(id=VIDEO, deleted=True, object="video.deleted")
        return Reply(200, reply.model_dump())
    if call.path.endswith("/content"):
        return Reply(200, CLIP, {"content-type": "video/mp4"})
    if call.path.endswith("/models"):
        return Reply(200, {"object": "list", "data": []})
    return Reply(200, made())


def shown(call):
    """What of a call has to be the same: of a form's type not its boundary, which is chance, and
    no type where there is no body (the client names one then too)."""
    kind = call.headers.get("content-type", "").partition(";")[0] if call.body else ""
    body = call.form() if kind == "multipart/form-data" else call.body
    return call.method, call.path, call.query, call.headers.get("authorization"), kind, body


async def theirs(url, work):
    """What the client does; its warning that the API is shut down is no news."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        async with openai.AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0) as client:
            return await work(client)


def both(at, ours_does, theirs_does, *, build=gateway, answer=served):
    """What was asked by us and by the client at one server, and what each made of the answers."""

    async def run():
        async with Loopback(answer) as server:
            url, http = f"{server.url}/v1", clients()
            own = replace(at, base_url=url, key=KEY, http=http, settings={"OPENAI_BASE_URL": url})
            try:
                ours = await ours_does(build(own))
                mine = [shown(call) for call in server.calls]
                del server.calls[:]
                other = await theirs(url, theirs_does)
                return mine, [shown(call) for call in server.calls], ours, other
            finally:
                await http.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["text", "first_frame"])
def test_an_order_is_the_same_form(at, mode):
    request = ordered(OMNI, mode)
    still = {}
    if mode == "first_frame":
        data = (at.project / request.first_frame.path).read_bytes()
        still = {"input_reference": ("a.png", data, "image/png")}

    async def theirs_does(client):
        return await client.videos.create(
            model=request.endpoint, prompt=request.prompt, seconds=str(request.duration),
            size=f"{request.width}x{request.height}", **still,
        )  # fmt: skip

    mine, others, ticket, video = both(
        at, lambda one: one.submit(request, idempotency="j.1"), theirs_does
    )
    assert mine == others
    assert mine[0][4] == "multipart/form-data"
    assert ticket["id"] == video.id


def test_a_look_the_list_of_models_and_a_download_are_the_same_calls(at):
    async def ours_does(one):
        await one.poll({"id": VIDEO})
        await one.check_key()

    async def theirs_does(client):
        await client.videos.retrieve(VIDEO)
        await client.models.list()
        return (await client.videos.download_content(VIDEO)).content

    mine, others, _, content = both(at, ours_does, theirs_does)
    assert mine == others[:2]
    assert hashlib.sha256(content).digest() == hashlib.sha256(CLIP).digest()

    async def linked(one):
        status = await one.poll({"id": VIDEO})
        return status.media, await one.download_headers(status.media)

    done = made(status="completed", progress=100)
    _, _, (link, headers), _ = both(at, linked, theirs_does, answer=lambda call: _done(call, done))
    method, path, query, authorization, *_ = others[2]
    assert (method, query) == ("GET", {})
    assert link.endswith(path)
    assert headers == {"Authorization": authorization}


def _done(call, record):
    return served(call) if call.path.endswith(("/content", "/models")) else Reply(200, record)


def test_what_stops_a_job_is_the_same_call(at):
    mine, others, _, gone = both(
        at,
        lambda one: one.cancel({"id": VIDEO}),
        lambda client: client.videos.delete(VIDEO),
        build=vllm_omni,
    )
    assert mine[1:] == others  # ours looks first whether it still runs
    assert gone.deleted


@pytest.mark.parametrize("build", [gateway, sglang, vllm_omni])
def test_records_of_the_clients_own_model_are_understood(at, build):
    error = openai.types.VideoCreateError(code="moderation_blocked", message="no")
    records = [
        made(),
        made(status="in_progress", progress=45),
        made(status="completed", progress=100, completed_at=1781080868, expires_at=1781084468),
        made(status="failed", error=error),
    ]

    async def ours_does(one):
        return [await one.poll({"id": VIDEO}) for _ in records]

    async def theirs_does(client):
        return [(await client.videos.retrieve(VIDEO)).status for _ in records]

    turn = iter(records * 2)
    _, _, seen, words = both(
        at, ours_does, theirs_does, build=build, answer=lambda call: Reply(200, next(turn))
    )
    assert words == ["queued", "in_progress", "completed", "failed"]
    queued, running, done, failed = seen
    assert (queued, running) == (Running(0.0), Running(0.45))
    assert isinstance(done, Succeeded)
    assert isinstance(failed, Failed)
    assert failed.kind == "moderation"


@pytest.mark.parametrize(
    ("status", "code", "theirs_is", "kind"),
    [
        (400, "invalid_value", "BadRequestError", "input"),
        (401, "invalid_api_key", "AuthenticationError", "key"),
        (404, "model_not_found", "NotFoundError", "input"),
        (429, "insufficient_quota", "RateLimitError", "credit"),
        (429, "rate_limit_exceeded", "RateLimitError", "limit"),
        (500, None, "InternalServerError", "ambiguous"),
    ],
)
def test_a_refusal_that_the_client_raises_is_told_apart_by_its_code(
    at, status, code, theirs_is, kind
):
    body = {"error": {"message": "words", "type": "x", "param": None, "code": code}}
    request = ordered(OMNI, "text")

    async def ours_does(one):
        with pytest.raises(ProviderError) as caught:
            await one.submit(request, idempotency="j.1")
        return caught.value

    async def theirs_does(client):
        with pytest.raises(openai.APIStatusError) as caught:
            await client.videos.create(prompt="coffee")
        return caught.value

    _, _, mine, other = both(at, ours_does, theirs_does, answer=lambda call: Reply(status, body))
    assert (type(other).__name__, other.code) == (theirs_is, code)
    assert mine.kind == kind
