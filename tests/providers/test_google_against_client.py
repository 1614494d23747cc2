"""Our calls beside those of google-genai, at one server; where that client is installed.

NOT_COMPARED:
- the path's version: the client says `v1` unless told otherwise, the guide's own calls `v1beta`,
  and so do we; the client is told so here.
- `stream=false` in the query of a look, which the client adds and which is the default.
- how a download is read: the client takes the whole file into memory, ours is `render`'s. What is
  asked, and with which key, is compared.
- uploads: our files go inside the order.
"""

import asyncio
import base64
import json
from dataclasses import replace

import httpx
import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import GIVEN, ordered
from tests.providers.at_work import looked_at
from tests.providers.beside import both
from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes import google as tape
from vidgen.job import Failed, Succeeded
from vidgen.providers.google import Google

genai = pytest.importorskip("google.genai", reason="Google's own client is not installed")
from google.genai import interactions, types  # noqa: E402

KEY = "AIza-of-nobody"
MADE = b"a clip"
OMNI = next(route for route in routes() if route.name == "google:gemini-omni-1.1-flash")
NANO = next(route for route in routes() if route.name == "google:nano-banana-pro")


def shown(call):
    """What of a call has to be the same."""
    kind = call.headers.get("content-type") if call.body else None
    return call.method, call.path, call.headers.get("x-goog-api-key"), kind, call.json()


async def compared(at, answer, ours, theirs):
    """Both at one server that answers alike: the calls of each, as far as they have to be alike."""
    async with Loopback(answer) as server, httpx.AsyncClient() as line:
        options = types.HttpOptions(
            base_url=server.url, api_version="v1beta", httpx_async_client=line
        )

        async def other(_):
            async with genai.Client(api_key=KEY, http_options=options).aio as client:
                await theirs(client)

        here = replace(at, base_url=server.url, key=KEY)
        found = await both(server, lambda session: ours(Google(session)), other, here)
        return tuple([shown(call) for call in calls] for calls in found)


def part(at, kind, given, media):
    data = base64.b64encode((at.project / given.path).read_bytes()).decode()
    return {"type": kind, "data": data, "mime_type": media}


def clip(request, *left):
    told = {
        "type": "video",
        "aspect_ratio": request.aspect,
        "resolution": request.resolution,
        "duration": f"{int(request.duration)}s",
        "delivery": "uri",
    }
    return {name: value for name, value in told.items() if name not in left}


SAID = {
    "text": ("text_to_video", "coffee", ()),
    "first_frame": (
        "image_to_video",
        "[# Sources <FIRST_FRAME>@Image1] coffee Start the clip on Image1.",
        (),
    ),
    "first_last": (
        None,
        "[# Sources <FIRST_FRAME>@Image1 <LAST_FRAME>@Image2] coffee"
        " Start the clip on Image1 and end it on Image2.",
        (),
    ),
    "references": (
        "reference_to_video",
        "[# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2] coffee"
        " Image1 to Image2 are references only, not to be shown as the opening frame.",
        (),
    ),
    "edit": ("edit", "[# Sources <VIDEO_0>@Video1] coffee", ("aspect_ratio", "duration")),
    "extend": ("extend", "Extend this video: coffee", ("aspect_ratio",)),
}
"""By mode: the task, the text, and what of a clip is left to what is given."""


@pytest.mark.parametrize("mode", SAID)
def test_ours_and_theirs_order_the_same_clip(at, mode):
    request = ordered(OMNI, mode)
    task, text, left = SAID[mode]
    given = GIVEN[mode]
    clips = [given["source_video"]] if "source_video" in given else []
    images = [given[name] for name in ("first_frame", "last_frame") if name in given]
    images += given.get("references", ())
    content = [part(at, "video", one, "video/mp4") for one in clips]
    content += [part(at, "image", one, "image/png") for one in images]
    config = {"generation_config": {"video_config": {"task": task}}} if task else {}

    async def ours(google):
        await google.submit(request, idempotency="j1:one.1")

    async def theirs(client):
        await client.interactions.create(
            model="gemini-omni-1.1-flash",
            background=True,
            store=True,
            input=[*content, {"type": "text", "text": text}],
            response_format=clip(request, *left),
            **config,
        )

    mine, others = asyncio.run(compared(at, tape.accepts, ours, theirs))
    assert len(mine) == 1
    assert mine == others


def test_ours_and_theirs_order_the_same_still(at):
    request = ordered(NANO, "references", aspect="16:9", resolution="2k")
    images = [part(at, "image", one, "image/png") for one in request.references]

    async def ours(google):
        await google.submit(request, idempotency="j1:one.1")

    async def theirs(client):
        await client.interactions.create(
            model="gemini-3-pro-image",
            store=True,
            input=[*images, {"type": "text", "text": "coffee"}],
            response_format={"type": "image", "aspect_ratio": "16:9", "image_size": "2K"},
        )

    mine, others = asyncio.run(compared(at, tape.accepts, ours, theirs))
    assert mine == others


def test_ours_and_theirs_look_cancel_show_the_key_and_fetch_alike(at):
    fetched = []

    def answer(call):
        if call.path.endswith("/models"):
            return Reply(200, {"models": []})
        if call.path.endswith(":download"):
            assert call.query == {"alt": "media"}
            return Reply(200, MADE)
        return tape.done(call)

    async def ours(google):
        ticket = google.adopt(ordered(OMNI, "text"), tape.INTERACTION)
        status = await google.poll(ticket)
        assert isinstance(status, Succeeded)
        await google.cancel(ticket)
        await google.check_key()
        link = httpx.URL(status.media)
        fetched.append((link.path, dict(link.params), await google.download_headers(status.media)))

    async def theirs(client):
        seen = await client.interactions.get(tape.INTERACTION)
        name = seen.output_video.uri.rpartition("/")[2].partition(":")[0]
        file = await client.files.get(name=f"files/{name}")
        assert file.state == types.FileState.ACTIVE
        await client.interactions.cancel(tape.INTERACTION)
        await client.models.list(config={"page_size": 1})
        assert await client.files.download(file=f"files/{name}") == MADE

    mine, others = asyncio.run(compared(at, answer, ours, theirs))
    assert len(mine) == 4
    *others, (method, path, key, *_) = others
    assert mine == others
    assert method == "GET"
    assert fetched == [(path, {"alt": "media"}, {"x-goog-api-key": key})]


def written(interaction):
    """An interaction of the client's own model as its API would send it."""
    return Reply(200, json.loads(interaction.model_dump_json(exclude_none=True)))


def looked(at, interaction):
    ticket = Google(at).adopt(ordered(OMNI, "text"), "v1_one")
    return looked_at("google", at, ticket, written(interaction))


def made(*content, status="completed", **more):
    step = {"type": "model_output", "content": list(content)}
    told = {"id": "v1_one", "status": status, "steps": [step], **more}
    return interactions.Interaction.model_validate(told)


def test_a_clip_inside_an_interaction_of_theirs_is_a_file_here(at):
    data = base64.b64encode(b"a clip").decode()
    usage = {
        "total_input_tokens": 200,
        "total_thought_tokens": 10,
        "output_tokens_by_modality": [
            {"modality": "video", "tokens": 28960},
            {"modality": "text", "tokens": 90},
        ],
    }
    status = looked(
        at, made({"type": "video", "mime_type": "video/mp4", "data": data}, usage=usage)
    )
    assert isinstance(status, Succeeded)
    assert (at.scratch / status.media).read_bytes() == b"a clip"
    assert str(status.cost_usd) == "0.508"


@pytest.mark.parametrize(
    ("interaction", "kind"),
    [
        (made({"type": "text", "text": "I cannot make this."}), "moderation"),
        (made(status="failed", errors=[{"code": "internal", "message": "it broke"}]), "provider"),
        (made(status="failed", errors=[{"code": "invalid_argument", "message": "odd"}]), "input"),
        (made(status="a word of tomorrow"), "unknown"),
    ],
)
def test_an_interaction_of_theirs_without_a_clip_is_a_failure(at, interaction, kind):
    status = looked(at, interaction)
    assert isinstance(status, Failed)
    assert status.kind == kind
