"""Our calls beside those of the maker's own server for assistants, at one server of ours.

MiniMax publishes no client library for Python. `minimax-mcp` is its own code that calls its API: it
knows the older models and stills. Of the sound libraries that it brings nothing is loaded here.
"""

import asyncio
import importlib
import warnings
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes.minimax import LINK, TAPE, TASK
from tests.providers.test_minimax_bodies import STILL, v1
from vidgen.errors import ProviderError
from vidgen.job import Input, Running, Succeeded
from vidgen.providers import Session
from vidgen.providers.minimax import MiniMax
from vidgen.providers.wire import clients

pytest.importorskip("minimax_mcp", reason="the maker's own code is not installed")
pytest.importorskip("mcp", reason="what the maker's own code needs is not installed")

KEY = "sk-api-one2three"
PHOTO = Input("stills/a.jpg", "a" * 64)

NOT_COMPARED = (
    "H3 and everything else under /v2 (orders, looks, taking back): it has no call for them",
    "two stills, subject reference and uploads for clips: it has no fields for them",
    "`prompt_optimizer` of clips: it leaves the maker's default, which rewrites; ours says false",
    "of stills the shape and the rewriting: it sends `aspect_ratio` and true, ours width, height "
    "and false; and `response_format`, where ours names the default",
    "the type of a picture in a body: it calls every one a JPEG",
    "its own header `MM-API-Source`, and a content type on calls without a body",
)

CLIP = v1("MiniMax-Hailuo-2.3", resolution="1080p")


@pytest.fixture(scope="module")
def theirs():
    """The maker's code, which wants a key and a host before it is loaded."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own making
        patch.setenv("MINIMAX_API_KEY", KEY)
        patch.setenv("MINIMAX_API_HOST", "http://127.0.0.1:9")
        return importlib.import_module("minimax_mcp.server")


def shown(call):
    """What of a call has to be the same."""
    kind = call.headers.get("content-type") if call.body else None
    return call.method, call.path, call.query, call.headers["authorization"], kind, call.json()


def both(theirs, folder, look, mine, other):
    """The calls of ours and of theirs, and what each came to."""

    def answer(call):
        return TAPE.accepts(call) if call.method == "POST" else look(call)

    async def run():
        async with Loopback(answer) as server:
            http = clients()
            at = Session(folder, folder, folder, base_url=server.url, key=KEY, http=http)
            found = await mine(MiniMax(at))
            ours = [shown(call) for call in server.calls]
            del server.calls[:]
            theirs.api_client = theirs.MinimaxAPIClient(KEY, server.url)
            told = await asyncio.to_thread(other)
            await http.aclose()
            return found, ours, told.text, [shown(call) for call in server.calls]

    return asyncio.run(run())


def without(call, *names):
    """A call without some fields of its body."""
    kept = {name: value for name, value in call[-1].items() if name not in names}
    return (*call[:-1], kept)


def ordering(request):
    return lambda provider: provider.submit(request, idempotency="j2:one.1")


def test_a_clip_from_words_is_ordered_alike(theirs, tmp_path):
    def other():
        return theirs.generate_video(
            "MiniMax-Hailuo-2.3", CLIP.prompt, None, 6, "1080P", async_mode=True
        )

    found, (mine,), told, (call,) = both(theirs, tmp_path, TAPE.done, ordering(CLIP), other)
    assert without(mine, "prompt_optimizer") == call
    assert mine[-1]["prompt_optimizer"] is False
    assert found == {"api": "v1", "id": TASK}
    assert TASK in told


def test_a_clip_from_a_still_is_ordered_alike(theirs, tmp_path):
    path = tmp_path / PHOTO.path
    path.parent.mkdir()
    path.write_bytes(b"\xff\xd8\xff and more")
    asked = replace(CLIP, first_frame=PHOTO, resolution="768p", duration=Decimal(10))

    def other():
        return theirs.generate_video(
            "MiniMax-Hailuo-2.3", CLIP.prompt, str(path), 10, "768P", async_mode=True
        )

    _, (mine,), _, (call,) = both(theirs, tmp_path, TAPE.done, ordering(asked), other)
    assert without(mine, "prompt_optimizer") == call


@pytest.mark.parametrize(
    ("look", "status", "words"),
    [
        (TAPE.done, Succeeded(LINK), LINK),
        (TAPE.running, Running(), "still processing"),
    ],
    ids=["done", "running"],
)
def test_a_task_and_its_file_are_looked_up_alike(theirs, tmp_path, look, status, words):
    found, ours, told, others = both(
        theirs,
        tmp_path,
        look,
        lambda provider: provider.poll({"api": "v1", "id": TASK}),
        lambda: theirs.query_video_generation(TASK),
    )
    assert ours == others
    assert found == status
    assert words in told


def test_a_still_is_ordered_at_the_same_place(theirs, tmp_path):
    def other():
        return theirs.text_to_image("image-01", STILL.prompt, "16:9")

    found, (mine,), told, (call,) = both(theirs, tmp_path, TAPE.done, ordering(STILL), other)
    ours = ("width", "height", "response_format", "prompt_optimizer")
    assert without(mine, *ours) == without(call, "aspect_ratio", "prompt_optimizer")
    assert found["media"] in told


@pytest.mark.parametrize("code", [1004, 1008, 2038])
def test_both_take_the_same_answers_for_refusals(theirs, tmp_path, code):
    refusal = {"base_resp": {"status_code": code, "status_msg": "no"}}

    async def mine(provider):
        with pytest.raises(ProviderError, match=f"code {code}"):
            await provider.poll({"api": "v1", "id": TASK})

    _, ours, told, others = both(
        theirs,
        tmp_path,
        lambda call: Reply(200, refusal),
        mine,
        lambda: theirs.query_video_generation(TASK),
    )
    assert ours == others
    assert told.startswith("Failed")
