"""Our calls beside those of Alibaba's own client, at one server; where that client is installed."""

import asyncio
import hashlib
import json
from dataclasses import replace

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import SOUND, ordered
from tests.providers.at_work import hosted, looked_at
from tests.providers.beside import both, headers_of
from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes.dashscope import LINK, TAPE, TASK
from vidgen.job import Failed, Running, Succeeded
from vidgen.providers.dashscope import DashScope

dashscope = pytest.importorskip("dashscope", reason="Alibaba's own client is not installed")

from dashscope.api_entities.dashscope_response import (  # noqa: E402
    ImageSynthesisOutput,
    VideoSynthesisOutput,
    VideoSynthesisUsage,
)

NOT_COMPARED = (
    "`input.extend_prompt` (retired) and `input.function` (a part of the path): this client adds "
    "both to every clip; its own second generation and we do not",
    "pictures: the client uploads every local file, and we only what a body cannot carry; so it is "
    "given our `data:` URIs here, and uploads are compared by those of wan2.6",
    "file names in uploads: the client keeps the author's own, and ours follow from the content",
    "audio/wav, which the client calls as its machine does: audio/x-wav",
    "checking a key: the client has no call for it; the list of tasks is the one we use",
)

ADDED_BY_THEM = ("extend_prompt", "function")
KEY = "sk-0f1e2d3c"
STUDIO = [route for route in routes() if route.provider.provider == "dashscope"]


def asked(mode, endpoint, **more):
    route = next(one for one in STUDIO if one.offer.modes.get(mode) == endpoint)
    return ordered(route, mode, **more)


ORDERS = {
    "text, by size": ("text", "wan2.6-t2v", {"audio": True, "negative_prompt": "blur"}),
    "text, by ratio": ("text", "wan2.7-t2v", {"negative_prompt": "blur"}),
    "text, the newest": ("text", "wan3.0-video", {"seed": 7}),
    "a still in its own field": ("first_frame", "wan2.6-i2v", {}),
    "a still in the list": ("first_frame", "wan2.7-i2v", {}),
    "two stills on their own path": ("first_last", "wan2.2-kf2v-flash", {}),
    "two stills in the list": ("first_last", "wan2.7-i2v", {}),
    "references in the list": ("references", "wan3.0-video", {}),
    "references of HappyHorse": ("references", "happyhorse-1.1-r2v", {}),
    "references that are uploaded": ("references", "wan2.6-r2v", {}),
    "a clip that is uploaded": ("extend", "wan2.7-i2v", {}),
    "a sound that is uploaded": ("text", "wan2.6-t2v", {"audio_file": SOUND}),
}
PLACES = ("img_url", "audio_url", "first_frame_url", "last_frame_url", "reference_urls", "media")


def served(server):
    """Model Studio on this machine, whose storage is here too."""

    def answer(call):
        if TAPE.pays(call):
            return TAPE.accepts(call)
        if TAPE.looks(call):
            return TAPE.done(call)
        reply = TAPE.serves(call)
        if call.path.endswith("/uploads"):
            place = reply.body["data"] | {"upload_host": f"{server.url}/storage"}
            return Reply(200, {"request_id": "7574ee8f", "data": place})
        return reply

    return answer


def shown(call):
    """What of a call has to be the same."""
    kept = ("authorization", "x-dashscope-async", "x-dashscope-ossresourceresolve")
    headers = headers_of(call, *kept)
    form = call.form()
    body = dict(form or call.json() or {})
    if form is None and body:
        headers["content-type"] = call.headers["content-type"].partition(";")[0]
        told = body["input"].items()
        body["input"] = {name: one for name, one in told if name not in ADDED_BY_THEM}
    return call.method, call.path, call.query, headers, _unnamed(body)


def _unnamed(value):
    """The same without the names of uploaded files, and without what is told of their type."""
    if isinstance(value, dict):
        return {name: _unnamed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_unnamed(one) for one in value]
    if isinstance(value, str) and "dashscope-instant/" in value:
        return value.rpartition("/")[0]
    if value == "audio/x-wav":
        return "audio/wav"
    if isinstance(value, str) and value.startswith("data:"):
        return hashlib.sha256(value.partition(",")[2].encode()).hexdigest()
    return value


async def compared(at, ours, theirs, monkeypatch):
    """What each of two sends to one server."""
    async with Loopback(lambda call: Reply(500)) as server:
        server.answer = served(server)
        monkeypatch.setattr(dashscope, "base_http_api_url", f"{server.url}/api/v1")
        here = replace(at, base_url=f"{server.url}/api/v1", key=KEY)
        found = await both(
            server,
            lambda session: ours(DashScope(session)),
            lambda mine: asyncio.to_thread(theirs, mine),
            here,
        )
        return tuple([shown(call) for call in calls] for calls in found)


@pytest.mark.parametrize("name", ORDERS)
def test_ours_and_theirs_order_the_same(at, monkeypatch, name):
    mode, endpoint, more = ORDERS[name]
    request = asked(mode, endpoint, **more)
    single = [one for one in (request.source_video, request.audio_file) if one]
    files = [*request.references, *single]

    def theirs(mine):
        """Their call is told what ours said, with local paths where ours named an upload."""
        body = next(call for call in mine if TAPE.pays(call)).json()
        told, paths = (
            dict(body["input"]),
            iter([f"file://{at.project / one.path}" for one in files]),
        )

        def local(value):
            if isinstance(value, list):
                return [local(one) for one in value]
            if isinstance(value, dict):
                return value | {"url": local(value["url"])}
            return next(paths) if value.startswith("oss://") else value

        given = {place: local(told[place]) for place in PLACES if place in told}
        words = {n: told[n] for n in ("prompt", "negative_prompt") if n in told}
        dashscope.VideoSynthesis.async_call(
            model=body["model"], api_key=KEY, **words, **given, **body["parameters"]
        )

    async def ours(studio):
        await studio.submit(request, idempotency="j1:one.1")

    mine, others = asyncio.run(compared(at, ours, theirs, monkeypatch))
    if any(query for _, _, query, _, _ in mine):  # one place is enough for all files of theirs
        kinds = [{json.dumps(call, sort_keys=True) for call in calls} for calls in (mine, others)]
        assert kinds[0] == kinds[1]
        assert len(kinds[0]) == 2 + len(files)
    else:
        assert mine == others
        assert len(mine) == 1


def test_ours_and_theirs_order_the_same_still(at, monkeypatch):
    request = asked("text", "wan2.2-t2i-plus")

    def theirs(mine):
        body = mine[0].json()
        dashscope.ImageSynthesis.async_call(
            model=body["model"], prompt=body["input"]["prompt"], api_key=KEY, **body["parameters"]
        )

    async def ours(studio):
        await studio.submit(request, idempotency="j1:one.1")

    mine, others = asyncio.run(compared(at, ours, theirs, monkeypatch))
    assert mine == others
    assert mine[0][1].endswith("/services/aigc/text2image/image-synthesis")


def test_ours_and_theirs_look_stop_and_list_alike(at, monkeypatch):
    def theirs(mine):
        dashscope.VideoSynthesis.fetch(TASK, api_key=KEY)
        dashscope.VideoSynthesis.cancel(TASK, api_key=KEY)
        dashscope.VideoSynthesis.list(page_no=1, page_size=1, api_key=KEY)

    async def ours(studio):
        ticket = studio.adopt(asked("text", "wan2.7-t2v"), TASK)
        await studio.poll(ticket)
        await studio.cancel(ticket)
        await studio.check_key()

    mine, others = asyncio.run(compared(at, ours, theirs, monkeypatch))
    assert mine == others
    assert len(mine) == 3


USAGE = VideoSynthesisUsage(video_count=1, video_duration=5, video_ratio="720*1280")
REPLIES = {
    "waiting": (VideoSynthesisOutput(TASK, "PENDING"), Running()),
    "at work": (VideoSynthesisOutput(TASK, "RUNNING"), Running()),
    "held": (VideoSynthesisOutput(TASK, "SUSPENDED"), Running()),
    "a clip": (VideoSynthesisOutput(TASK, "SUCCEEDED", video_url=LINK), Succeeded(LINK)),
    "stills": (
        ImageSynthesisOutput(TASK, "SUCCEEDED", results=[{"url": "https://x.test/a.png"}]),
        Succeeded("https://x.test/a.png"),
    ),
    "failed": (
        VideoSynthesisOutput(TASK, "FAILED", code="DataInspectionFailed", message="no"),
        Failed("no - DataInspectionFailed", "moderation", charged=False),
    ),
}


@pytest.mark.parametrize("name", REPLIES)
def test_what_their_models_say_is_read_as_they_mean_it(at, name):
    output, wanted = REPLIES[name]
    usage = {"usage": dict(USAGE)} if isinstance(wanted, Succeeded) else {}
    reply = Reply(200, {"request_id": "7574ee8f", "output": dict(output), **usage})
    ticket = {"id": TASK, "at": hosted("dashscope", at.project).base_url}
    assert looked_at("dashscope", at, ticket, reply) == wanted
