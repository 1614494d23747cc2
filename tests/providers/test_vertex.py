"""What is Vertex AI's own: operations, locations and their servers, buckets, what opens them."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import ordered
from tests.providers.at_work import KEY, staged
from tests.providers.tapes import Reply
from tests.providers.tapes import vertex as tape
from vidgen.errors import ProviderError
from vidgen.job import Failed, Running, Succeeded

ROWS = {route.offer.name: route for route in routes() if route.provider.provider == "vertex"}
LITE, OMNI = ROWS["veo-3.1-lite-generate-001"], ROWS["gemini-omni-1.1-flash"]
OPERATION = f"{tape.AT}/publishers/google/models/veo-3.1-lite-generate-001/operations/8f3e-11"


def bytes_at(path):
    return Path(path).read_bytes()


def with_settings(stage, **more):
    """The same provider where the environment says more, or nothing under a name."""
    settings = {name: value for name, value in (tape.TAPE.settings | more).items() if value}
    stage.session = replace(stage.session, settings=settings)
    return stage.provider


def submitted(at, request, **settings):
    """The ticket of an order, and the calls that were made."""

    async def work(stage):
        provider = with_settings(stage, **settings)
        return await provider.submit(request, idempotency="j1:one.1"), list(stage.calls)

    return staged("vertex", at, work)


def polled(at, look, ticket=None):
    async def work(stage):
        stage.look = look
        return await stage.provider.poll(ticket or {"id": OPERATION})

    return staged("vertex", at, work)


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("", "aiplatform.googleapis.com"),
        ("global", "aiplatform.googleapis.com"),
        ("us-central1", "us-central1-aiplatform.googleapis.com"),
        ("eu", "aiplatform.eu.rep.googleapis.com"),
    ],
)
def test_a_location_has_a_server_of_its_own_to_which_looks_go_too(at, location, host):
    request = ordered(LITE, "text")

    async def work(stage):
        ticket = await with_settings(stage, GOOGLE_CLOUD_LOCATION=location).submit(
            request, idempotency="j1:one.1"
        )
        elsewhere = with_settings(stage, GOOGLE_CLOUD_LOCATION="asia-east1")
        assert isinstance(await elsewhere.poll(ticket), Running)
        return stage.calls

    order, look = staged("vertex", at, work)
    assert (order.host, look.host) == (host, host)
    assert f"/locations/{location or 'global'}/" in order.path
    assert look.path == order.path.replace("predictLongRunning", "fetchPredictOperation")


def test_omni_is_always_global(at):
    ticket, (call,) = submitted(at, ordered(OMNI, "text"), GOOGLE_CLOUD_LOCATION="us-central1")
    assert call.host == "aiplatform.googleapis.com"
    assert call.path == f"/v1beta1/{tape.AT}/interactions"
    assert ticket["at"] == tape.AT


def test_a_clip_comes_inside_or_into_the_bucket_that_is_named(at):
    for folder, delivery in (("", {"delivery": "inline"}), ("gs://films/raw/", {})):
        _, (omni,) = submitted(at, ordered(OMNI, "text"), VERTEX_STORAGE_URI=folder)
        expected = delivery or {"delivery": "uri", "gcs_uri": "gs://films/raw"}
        assert expected.items() <= omni.json()["response_format"].items()
        _, (veo,) = submitted(at, ordered(LITE, "text"), VERTEX_STORAGE_URI=folder)
        assert veo.json()["parameters"].get("storageUri", "") == folder.rstrip("/")


@pytest.mark.parametrize(
    "settings",
    [
        {"VERTEX_STORAGE_URI": "s3://films"},
        {"GOOGLE_CLOUD_LOCATION": "evil.test/"},
        {"GOOGLE_CLOUD_PROJECT": "a/../b"},
        {"GOOGLE_CLOUD_PROJECT": ""},
    ],
)
def test_settings_that_lead_nowhere_are_bad_input_before_anything_is_sent(at, settings):
    async def work(stage):
        with pytest.raises(ProviderError) as caught:
            provider = with_settings(stage, **settings)
            await provider.submit(ordered(LITE, "text"), idempotency="j1:one.1")
        return caught.value, stage.calls

    error, calls = staged("vertex", at, work)
    assert (error.kind, error.charged, calls) == ("input", False, [])


@pytest.mark.parametrize("one", tape.VEO_FAILURES, ids=lambda one: one.name)
def test_an_operation_without_a_clip_says_why_and_what_it_cost(at, one):
    status = polled(at, one.look)
    assert isinstance(status, Failed)
    assert (status.kind, status.charged) == (one.kind, one.charged)
    assert status.reason


def test_a_clip_too_large_for_an_answer_says_what_to_set(at):
    words = "Generated video is large, an output storage uri is required."
    status = polled(at, tape.failed(3, words))
    assert isinstance(status, Failed)
    assert status.kind == "input"
    assert "VERTEX_STORAGE_URI" in status.reason


def test_what_goes_on_from_a_clip_is_asked_by_its_one_length(at):
    extended = ROWS["veo-3.1-generate-001, extension"]
    _, (call,) = submitted(at, ordered(extended, "extend"))
    assert call.json()["parameters"]["durationSeconds"] == 7  # without it, eight are meant


@pytest.mark.parametrize("look", [tape.queued, tape.running])
def test_an_operation_that_is_not_done_is_waited_for(at, look):
    assert polled(at, look) == Running()


def test_a_state_of_an_operation_that_nobody_knows_is_never_taken_for_waiting(at):
    status = polled(at, tape.strange)
    assert isinstance(status, Failed)
    assert (status.kind, status.charged) == ("unknown", None)


def test_a_clip_in_an_operation_is_a_file_here_and_again_when_it_is_gone(at):
    first = polled(at, tape.done)
    assert isinstance(first, Succeeded)
    Path(first.media).unlink()
    assert polled(at, tape.done) == first
    assert bytes_at(first.media) == tape.CLIP
    assert len(list(at.scratch.iterdir())) == 1


def test_a_clip_in_a_bucket_is_a_link_that_opens_to_the_token_alone(at):
    link = "https://storage.googleapis.com/films/raw/a%20b.mp4"
    made = tape.made({"gcsUri": "gs://films/raw/a b.mp4", "mimeType": "video/mp4"})
    assert polled(at, tape.ends(**made)) == Succeeded(link)
    clip = {"type": "video", "mime_type": "video/mp4", "uri": "gs://films/raw/a b.mp4"}
    of_omni = tape.gemini.record("completed", tape.gemini.put_out(clip))
    ticket = {"id": "v1_x", "at": tape.AT, "model": "m", "endpoint": "e"}
    assert polled(at, lambda call: of_omni, ticket) == Succeeded(link)

    async def headers(stage):
        others = (link, "https://storage.googleapis.com.thief.test/a", "https://x.test/a")
        return [await stage.provider.download_headers(one) for one in others]

    assert staged("vertex", at, headers) == [{"authorization": f"Bearer {KEY}"}, {}, {}]


@pytest.mark.parametrize(
    "video",
    [
        {"gcsUri": "/etc/passwd"},
        {"gcsUri": 7},
        {"bytesBase64Encoded": "?"},
        {"bytesBase64Encoded": 7},
        {"bytesBase64Encoded": "ü"},
    ],
)
def test_what_is_neither_a_place_in_a_bucket_nor_a_clip_is_left_to_a_person(at, video):
    status = polled(at, tape.ends(**tape.made(video)))
    assert isinstance(status, Failed)
    assert (status.kind, status.charged) == ("unknown", None)


@pytest.mark.parametrize(
    "ticket",
    [
        {"id": OPERATION.replace("global", "evil.test/x")},
        {"id": OPERATION.replace("projects/", "../projects/")},
        {"id": "v1_x", "at": "projects/p/locations/us-central1"},
        {"id": "v1/x", "at": tape.AT},
    ],
)
def test_a_ticket_that_leads_elsewhere_is_gone_and_nothing_is_asked(at, ticket):
    async def work(stage):
        await stage.provider.cancel(ticket)
        with pytest.raises(ProviderError) as caught:
            await stage.provider.poll(ticket)
        return caught.value.kind, stage.calls

    assert staged("vertex", at, work) == ("gone", [])


def test_an_operation_is_taken_over_by_its_whole_name_alone(at):
    request = ordered(LITE, "text")

    async def work(stage):
        with pytest.raises(ProviderError) as caught:
            stage.provider.adopt(request, "8f3e-11")
        return stage.provider.adopt(request, f" {OPERATION}\n"), caught.value.kind

    ticket, kind = staged("vertex", at, work)
    assert (ticket, kind) == (submitted(at, request)[0], "input")


def test_veo_is_never_asked_to_stop(at):
    async def work(stage):
        await stage.provider.cancel({"id": OPERATION})
        return stage.calls

    assert staged("vertex", at, work) == []


def test_an_odd_operation_is_a_submit_of_which_nobody_knows(at):
    async def work(stage):
        stage.paid = lambda call: Reply(200, {"name": "https://x.test/operations/1"})
        with pytest.raises(ProviderError) as caught:
            await stage.provider.submit(ordered(LITE, "text"), idempotency="j1:one.1")
        return caught.value

    error = staged("vertex", at, work)
    assert (error.kind, error.charged) == ("ambiguous", None)


def test_sound_is_always_said_of_veo(at):
    for sound in (True, False):
        _, (call,) = submitted(at, ordered(LITE, "text", audio=sound))
        assert call.json()["parameters"]["generateAudio"] is sound


def test_a_token_is_shown_in_one_call_that_costs_nothing(at):
    async def work(stage):
        stage.look = lambda call: Reply(200, {"name": "publishers/google/models/x"})
        return await stage.provider.check_key(), stage.calls

    words, (call,) = staged("vertex", at, work)
    assert words == f"project {tape.PROJECT}"
    assert call.method == "GET"
