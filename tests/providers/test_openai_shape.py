"""What only servers of OpenAI's videos shape do: forms, whose server it is, links, dialects."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import FIRST, LAST, OTHER, ordered
from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes.openai_compatible import ROOT, VIDEO, deleted, missing, record, told
from vidgen.errors import ProviderError
from vidgen.job import Failed, Running, Succeeded
from vidgen.providers.openai_compatible import gateway
from vidgen.providers.openai_shape.dialect import FIELDS
from vidgen.providers.openai_shape.forms import form
from vidgen.providers.sglang import sglang
from vidgen.providers.vllm_omni import vllm_omni
from vidgen.providers.wire import clients

KEY = "sk-a-key-that-nobody-may-see"
TICKET = {"id": VIDEO}
SET = {"OPENAI_BASE_URL": ROOT}
WAITS = told("queued")
OMNI = next(route for route in routes() if route.name == "openai-compatible:gemini-omni-1.1-flash")
WAN = next(route for route in routes() if route.name == "sglang:wan-2.2")


def at_work(at, build, base_url, work, *, answer=WAITS, settings=SET, fields=None):
    """Run `work(provider)` against a server that answers so; its outcome and the calls it made."""

    async def run():
        async with Loopback(answer) as server:
            http = clients(server.url)
            session = replace(
                at, base_url=base_url, key=KEY, http=http, settings=settings, fields=fields or {}
            )
            try:
                return await work(build(session)), server.calls
            finally:
                await http.aclose()

    return asyncio.run(run())


def looked(at, answer, build=gateway, base_url=ROOT):
    """What one look says of a job."""
    status, _ = at_work(at, build, base_url, lambda one: one.poll(TICKET), answer=answer)
    return status


def refused(at, work, *, build=gateway, base_url=ROOT, answer=WAITS, **more):
    """The error of some work, and what was sent until then."""
    calls = []

    def noted(call):
        calls.append(call)
        return answer(call)

    with pytest.raises(ProviderError) as caught:
        at_work(at, build, base_url, work, answer=noted, **more)
    return caught.value, calls


def sent(at, request, build, base_url, fields=None):
    """The one order, as the server sees it."""
    of = {(request.model, request.endpoint): fields} if fields else {}
    _, (call,) = at_work(
        at, build, base_url, lambda one: one.submit(request, idempotency="j.1"), fields=of
    )
    return call


# -- orders ---------------------------------------------------------------------------------------


def test_an_order_is_a_form_with_what_openai_had_and_nothing_else(at):
    call = sent(at, ordered(OMNI, "text", duration=Decimal(4)), gateway, ROOT)
    assert (call.method, call.path) == ("POST", "/v1/videos")
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert call.form() == {
        "model": "gemini-omni-1.1-flash",
        "prompt": "coffee",
        "size": "1280x720",
        "seconds": "4",
    }


def test_a_first_frame_goes_along_as_a_file_with_its_name_and_type(at):
    call = sent(at, ordered(OMNI, "first_frame"), gateway, ROOT)
    assert call.form()["input_reference"].startswith("data:image/png;base64,")
    assert b'filename="a.png"' in call.body


def test_ones_own_server_is_told_the_frames_the_rate_and_the_controls(at):
    request = ordered(
        WAN, "text", duration=Decimal(5), seed=7, negative_prompt="blur",
        guidance_scale=Decimal("4.5"),
    )  # fmt: skip
    call = sent(at, request, sglang, "http://127.0.0.1:30000", WAN.offer.fields)
    found = call.form()
    assert call.path == "/v1/videos"
    assert found["model"] == "Wan-AI/Wan2.2-T2V-A14B-Diffusers"
    assert (found["seconds"], found["fps"], found["num_frames"]) == ("5", "16", "81")
    assert (found["seed"], found["negative_prompt"]) == ("7", "blur")
    assert found["guidance_scale"] == "4.5"


@pytest.mark.parametrize(
    ("seconds", "rate", "frames"), [("5", 16, 81), ("1", 24, 25), ("0.5", 24, 13), ("5", 30, 151)]
)
def test_one_frame_more_than_the_seconds_have_is_asked_for(seconds, rate, frames):
    request = ordered(WAN, "text", duration=Decimal(seconds), rate=Fraction(rate))
    found = dict(form(request, WAN.offer.fields, read=lambda given: given, frames=True))
    assert found["num_frames"] == str(frames)
    untold = dict(form(request, FIELDS, read=lambda given: given, frames=True))
    assert "num_frames" not in untold  # at which rate, the server would have to guess


def test_what_a_gateway_adds_to_the_shape_is_written_as_its_page_says(at):
    fields = {
        "duration": {"duration": "text"},
        "aspect": "aspect_ratio",
        "first_frame": "image",
        "last_frame": "last_image",
        "references": "reference",
        "audio": "with_audio",
    }
    request = replace(ordered(OMNI, "first_frame"), last_frame=LAST, references=(OTHER, FIRST))
    found = sent(at, request, gateway, ROOT, fields).form()
    assert found["aspect_ratio"] == request.aspect
    assert found["with_audio"] == "true"
    assert found["image"] != found["last_image"]
    assert found["reference"] == [found["reference"][0], found["image"]]
    assert "size" not in found


@pytest.mark.parametrize("more", [{"last_frame": LAST}, {"references": (OTHER,)}, {"seed": 0}])
def test_what_has_no_field_there_is_refused_before_anything_is_sent(at, more):
    request = replace(ordered(OMNI, "first_frame"), **more)
    error, calls = refused(at, lambda one: one.submit(request, idempotency="j.1"))
    assert (error.kind, calls) == ("input", [])
    assert "no place there for the" in error.message


# -- where ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "base_url", "root"),
    [
        (gateway, "https://api.example.test/openai/v1/", "/openai/v1"),
        (gateway, "https://api.example.test", ""),
        (sglang, "http://127.0.0.1:30000", "/v1"),
        (sglang, "http://localhost:30000/v1", "/v1"),
        (vllm_omni, "https://gpu.example.test/omni", "/omni/v1"),
    ],
)
def test_paths_hang_where_the_address_says(at, build, base_url, root):
    assert sent(at, ordered(OMNI, "text"), build, base_url).path == f"{root}/videos"


@pytest.mark.parametrize(
    ("base_url", "settings", "says"),
    [
        (ROOT, {}, "OPENAI_BASE_URL is not set"),
        ("https://api.openai.com/v1", SET, "closed its Videos API on 2026-09-24"),
        ("http://gateway.example.test/v1", SET, "fetched over https"),
        ("localhost:4000", SET, "cannot be used at localhost:4000"),
    ],
)
def test_where_there_is_no_gateway_nothing_is_sent(at, base_url, settings, says):
    for work in (
        lambda one: one.submit(ordered(OMNI, "text"), idempotency="j.1"),
        lambda one: one.check_key(),
    ):
        error, calls = refused(at, work, base_url=base_url, settings=settings)
        assert (error.kind, error.charged, calls) == ("input", False, [])
        assert says in error.message
        assert error.hint


def test_ones_own_server_needs_no_setting_and_gets_no_key_that_is_not_there(at):
    async def run():
        async with Loopback(told("queued")) as server:
            http = clients(server.url)
            session = replace(at, base_url="http://127.0.0.1:8000", key="", http=http)
            try:
                await vllm_omni(session).submit(ordered(OMNI, "text"), idempotency="j.1")
                return server.calls
            finally:
                await http.aclose()

    (call,) = asyncio.run(run())
    assert "authorization" not in call.headers


def test_a_key_is_shown_to_the_list_of_models(at):
    models = Reply(200, {"object": "list", "data": [{"id": "wan"}, {"id": "other"}]})
    words, (call,) = at_work(
        at, gateway, ROOT, lambda one: one.check_key(), answer=lambda _: models
    )
    assert (words, call.method, call.path) == ("2 models", "GET", "/v1/models")
    lone = Reply(200, {"object": "list", "data": [{"id": "wan"}]})
    words, _ = at_work(at, gateway, ROOT, lambda one: one.check_key(), answer=lambda _: lone)
    assert words == "1 model"
    words, _ = at_work(
        at, sglang, "http://127.0.0.1:30000", lambda one: one.check_key(), answer=lambda _: models
    )
    assert words == "serves wan, other"


# -- looks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    ["queued", "pending", "submitted", "in_progress", "processing", "running", "IN_PROGRESS",
     "unknown"],
)  # fmt: skip
def test_words_of_gateways_that_wait(at, word):
    assert isinstance(looked(at, told(word)), Running)


@pytest.mark.parametrize(
    ("said", "progress"),
    [
        (45, 0.45),
        ("45%", 0.45),
        (None, None),
        ("soon", None),
        (250, 1.0),
        ("nan", None),
        (True, None),
    ],
)
def test_progress_is_a_share_of_one(at, said, progress):
    assert looked(at, told("in_progress", progress=said)) == Running(progress)


OPEN = "https://cdn.example.test/made.mp4"


@pytest.mark.parametrize("word", ["completed", "succeeded", "success"])
@pytest.mark.parametrize(
    ("more", "media"),
    [
        ({}, f"{ROOT}/videos/{VIDEO}/content"),
        ({"url": None, "metadata": None}, f"{ROOT}/videos/{VIDEO}/content"),
        ({"video_url": OPEN}, OPEN),
        ({"url": OPEN}, OPEN),
        ({"content_url": OPEN}, OPEN),
        ({"metadata": {"url": OPEN}}, OPEN),
        ({"video_url": "/files/made.mp4"}, f"{ROOT}/videos/{VIDEO}/content"),
    ],
    ids=str,
)
def test_a_clip_is_where_the_record_says_else_behind_the_key(at, word, more, media):
    assert looked(at, told(word, **more)) == Succeeded(media)


def test_the_key_goes_to_the_servers_own_links_alone(at):
    async def headers(one):
        links = (f"{ROOT}/videos/{VIDEO}/content", OPEN, f"http{ROOT[5:]}/videos/x/content")
        return [await one.download_headers(link) for link in links]

    (own, other, plain), calls = at_work(at, gateway, ROOT, headers)
    assert own == {"Authorization": f"Bearer {KEY}"}
    assert (other, plain, calls) == ({}, {}, [])


def test_a_failed_job_of_vllm_omni_is_told_with_a_status_that_is_no_success(at):
    answer = told("failed", 500, error={"code": 500, "message": "the engine died"})
    status = looked(at, answer, vllm_omni, "http://127.0.0.1:8000")
    assert status == Failed("the engine died", "provider", charged=False)


def test_an_error_that_names_another_job_is_no_record_of_this_one(at):
    def answer(call):
        return Reply(500, record("failed", id="video_other"))

    error, _ = refused(at, lambda one: one.poll(TICKET), answer=answer)
    assert error.kind == "overload"


def test_an_id_with_a_colon_is_looked_up_as_it_is(at):
    name = "sora-2:task_01kbfq03gpe0wr9ge11z09xqrj"
    _, (call,) = at_work(at, gateway, ROOT, lambda one: one.poll({"id": name}))
    assert call.path == f"/v1/videos/{name}"


@pytest.mark.parametrize("identifier", ["", "../x", "a b", "x/content", "é"])
def test_what_is_no_id_is_not_taken_over(at, identifier):
    with pytest.raises(ProviderError) as caught:
        gateway(replace(at, base_url=ROOT)).adopt(ordered(OMNI, "text"), identifier)
    assert caught.value.kind == "input"


# -- stopping -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "state", "methods"),
    [
        (gateway, "queued", []),
        (sglang, "queued", []),
        (vllm_omni, "queued", ["GET", "DELETE"]),
        (vllm_omni, "in_progress", ["GET", "DELETE"]),
        (vllm_omni, "completed", ["GET"]),
        (vllm_omni, "failed", ["GET"]),
    ],
)
def test_only_what_still_runs_is_deleted_and_only_where_that_stops_it(at, build, state, methods):
    def answer(call):
        return deleted(call) if call.method == "DELETE" else Reply(200, record(state))

    _, calls = at_work(
        at, build, "http://127.0.0.1:8000", lambda one: one.cancel(TICKET), answer=answer
    )
    assert [call.method for call in calls] == methods


@pytest.mark.parametrize("status", [404, 409])
def test_work_that_is_gone_or_stopping_is_no_error_of_a_wish_to_stop(at, status):
    def answer(call):
        return Reply(status, {"detail": "no"}) if call.method == "DELETE" else told("queued")(call)

    at_work(at, vllm_omni, "http://127.0.0.1:8000", lambda one: one.cancel(TICKET), answer=answer)
    at_work(at, vllm_omni, "http://127.0.0.1:8000", lambda one: one.cancel(TICKET), answer=missing)
