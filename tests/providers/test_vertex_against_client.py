"""Our calls beside those of google-genai in its Vertex mode, at one server; where it is installed.

NOT_COMPARED:
- Veo's path: the client says `v1beta1` unless told otherwise, Google's own samples `v1`, and so do
  we; the client is told so here. Omni's and the model's page have `v1beta1` at both.
- to stop an operation: the client has no call for it, and Google documents none.
- downloads from a bucket: the client brings none.

How a token is got is held beside google-auth in test_vertex_tokens.
"""

import asyncio
from dataclasses import replace

import httpx
import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import CLIP, FIRST, LAST, OTHER, ordered
from tests.providers.beside import both
from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes import google as gemini
from tests.providers.tapes import vertex as tape
from vidgen.job import Succeeded
from vidgen.providers.vertex import Vertex

genai = pytest.importorskip("google.genai", reason="Google's own client is not installed")
from google.genai import types  # noqa: E402
from google.oauth2.credentials import Credentials  # noqa: E402

TOKEN = "ya29.of-nobody"
ROWS = {route.offer.name: route for route in routes() if route.provider.provider == "vertex"}
VEO = ROWS["veo-3.1-generate-001"]
LONGER = ROWS["veo-3.1-generate-001, extension"]
OMNI = ROWS["gemini-omni-1.1-flash"]
SETTINGS = {"GOOGLE_CLOUD_PROJECT": tape.PROJECT, "GOOGLE_CLOUD_LOCATION": "us-central1"}


def shown(call):
    """What of a call has to be the same."""
    kind = call.headers.get("content-type") if call.body else None
    return call.method, call.path, call.headers["authorization"], kind, call.json()


async def compared(at, answer, ours, theirs, *, version="v1", **settings):
    """Both at one server that answers alike: the calls of each, as far as they have to be alike."""
    told = SETTINGS | settings
    async with Loopback(answer) as server, httpx.AsyncClient() as line:
        options = types.HttpOptions(
            base_url=server.url, api_version=version, httpx_async_client=line
        )
        client = genai.Client(
            vertexai=True,
            project=tape.PROJECT,
            location=told["GOOGLE_CLOUD_LOCATION"],
            credentials=Credentials(TOKEN),
            http_options=options,
        )

        async def other(_):
            async with client.aio as way:
                await theirs(way)

        here = replace(at, base_url=server.url, key=TOKEN, settings=told)
        found = await both(server, lambda session: ours(Vertex(session)), other, here)
        return tuple([shown(call) for call in calls] for calls in found)


def picture(at, given):
    return types.Image(image_bytes=(at.project / given.path).read_bytes(), mime_type="image/png")


def said(**more):
    usual = {
        "number_of_videos": 1,
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "duration_seconds": 8,
        "generate_audio": True,
    }
    return types.GenerateVideosConfig(**usual | more)


def test_ours_and_theirs_order_the_same_clip_of_veo(at):
    full = {"seed": 7, "negative_prompt": "fog"}
    references = [
        types.VideoGenerationReferenceImage(image=picture(at, one), reference_type="ASSET")
        for one in (OTHER, LAST)
    ]
    video = types.Video(video_bytes=(at.project / CLIP.path).read_bytes(), mime_type="video/mp4")
    cases = [
        (ordered(VEO, "text", **full), {"config": said(**full)}),
        (ordered(VEO, "first_frame"), {"image": picture(at, FIRST)}),
        (
            ordered(VEO, "first_last"),
            {"image": picture(at, FIRST), "config": said(last_frame=picture(at, LAST))},
        ),
        (ordered(VEO, "references"), {"config": said(reference_images=references)}),
        (
            ordered(LONGER, "extend"),
            {"video": video, "config": said(aspect_ratio=None, duration_seconds=7)},
        ),
    ]
    alike = {"aspect": "16:9", "resolution": "720p", "audio": True}
    cases = [
        (replace(one, duration=7 if one.source_video else 8, **alike), more) for one, more in cases
    ]

    async def ours(vertex):
        for request, _ in cases:
            await vertex.submit(request, idempotency="j1:one.1")

    async def theirs(client):
        for _, more in cases:
            config = more.pop("config", said())
            source = types.GenerateVideosSource(prompt="coffee", **more)
            await client.models.generate_videos(
                model="veo-3.1-generate-001", source=source, config=config
            )

    mine, others = asyncio.run(compared(at, tape.accepts, ours, theirs))
    assert len(mine) == len(cases)
    assert mine == others


def test_ours_and_theirs_name_the_same_folder_for_a_clip(at):
    async def ours(vertex):
        await vertex.submit(ordered(VEO, "text", audio=True), idempotency="j1:one.1")

    async def theirs(client):
        config = said(output_gcs_uri="gs://films/raw", duration_seconds=4)
        source = types.GenerateVideosSource(prompt="coffee")
        await client.models.generate_videos(
            model="veo-3.1-generate-001", source=source, config=config
        )

    folder = {"VERTEX_STORAGE_URI": "gs://films/raw/"}
    mine, others = asyncio.run(compared(at, tape.accepts, ours, theirs, **folder))
    assert mine[0][4]["parameters"]["storageUri"] == "gs://films/raw"
    assert mine == others


def test_ours_and_theirs_look_at_an_operation_alike(at):
    model = f"projects/{tape.PROJECT}/locations/us-central1/publishers/google/models/veo-3.1-lite"
    name = f"{model}/operations/8f3e-11"

    async def ours(vertex):
        status = await vertex.poll({"id": name})
        assert isinstance(status, Succeeded)

    async def theirs(client):
        operation = types.GenerateVideosOperation(name=name)
        found = await client.operations.get(operation)
        assert found.result.generated_videos[0].video.video_bytes == tape.CLIP

    mine, others = asyncio.run(compared(at, tape.done, ours, theirs))
    assert mine == others


def test_ours_and_theirs_begin_look_at_and_cancel_an_interaction_alike(at):
    request = ordered(OMNI, "text")

    def answer(call):
        if call.method == "POST":
            return tape.accepts(call) if call.body else tape.serves(call)
        if "/interactions/" not in call.path:
            return Reply(200, {"name": "publishers/google/models/gemini-omni-1.1-flash"})
        return tape.done(call)

    async def ours(vertex):
        ticket = await vertex.submit(request, idempotency="j1:one.1")
        await vertex.poll(ticket)
        await vertex.cancel(ticket)
        await vertex.check_key()

    async def theirs(client):
        begun = await client.interactions.create(
            model="gemini-omni-1.1-flash",
            background=True,
            store=True,
            input=[{"type": "text", "text": "coffee"}],
            response_format={
                "type": "video",
                "aspect_ratio": request.aspect,
                "resolution": request.resolution,
                "duration": f"{int(request.duration)}s",
                "delivery": "inline",
            },
            generation_config={"video_config": {"task": "text_to_video"}},
        )
        await client.interactions.get(begun.id)
        await client.interactions.cancel(begun.id)
        await client.models.get(model="gemini-omni-1.1-flash")

    everywhere = {"version": "v1beta1", "GOOGLE_CLOUD_LOCATION": "global"}
    mine, others = asyncio.run(compared(at, answer, ours, theirs, **everywhere))
    assert len(mine) == 4
    assert mine == others
    assert gemini.INTERACTION in mine[1][1]


def test_ours_and_theirs_find_the_same_clip_in_a_bucket(at):
    name = f"{tape.AT}/publishers/google/models/veo-3.1-lite/operations/1"
    told = tape.made({"gcsUri": "gs://films/raw/a b.mp4", "mimeType": "video/mp4"})
    found = []

    async def ours(vertex):
        found.append(await vertex.poll({"id": name}))

    async def theirs(client):
        seen = await client.operations.get(types.GenerateVideosOperation(name=name))
        found.append(seen.result.generated_videos[0].video.uri)

    asyncio.run(compared(at, lambda call: tape.operation(call, **told), ours, theirs))
    link = "https://storage.googleapis.com/films/raw/a%20b.mp4"
    assert found == [Succeeded(link), "gs://films/raw/a b.mp4"]
