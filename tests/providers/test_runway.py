"""What Runway alone does: its uploads, its costs, and what it says of an account."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import ordered
from tests.providers.at_work import KEY, looked_at, ordered_at, staged
from tests.providers.loopback import RESET
from tests.providers.tapes import Reply
from tests.providers.tapes.runway import NAMED, TASK, failed, no, record, uploads
from vidgen.errors import ProviderError
from vidgen.job import Failed, Input, Running, Succeeded
from vidgen.providers.runway import uploads as storing

MB = 1_000_000


def route(offer):
    """The route of an offer, by its name at Runway."""
    return next(
        route
        for route in routes()
        if route.provider.provider == "runway" and route.offer.name == offer
    )


def asked(offer, mode, **more):
    """A request with the size that the page has for it."""
    found = route(offer)
    request = ordered(found, mode, **more)
    shape = request.aspect if ":" in request.aspect else "9:16"
    size = request.resolution if request.resolution != "source" else "720p"
    width, height = found.size(size, shape)
    return replace(request, width=width, height=height)


def submit(at, request, **turned):
    return ordered_at("runway", at, request, **turned)


def sent(at, request):
    """The path and body of the one call of a submit, its files cut short."""
    (call,), ticket = submit(at, request)
    assert ticket == {"id": TASK}
    return call.path, cut(call.json())


def cut(value):
    """Data with each `data:` URI as its type alone."""
    if isinstance(value, dict):
        return {name: cut(item) for name, item in value.items()}
    if isinstance(value, list):
        return [cut(item) for item in value]
    return value.partition(";")[0] if isinstance(value, str) else value


def status(at, reply):
    """What one look says where the answer is this."""
    return looked_at("runway", at, {"id": TASK}, reply)


PNG, MP4 = "data:image/png", "data:video/mp4"


@pytest.mark.parametrize(
    ("offer", "mode", "path", "body"),
    [
        (
            "gen4.5",
            "text",
            "/v1/text_to_video",
            {"model": "gen4.5", "promptText": "coffee", "ratio": "1280:720", "duration": 2},
        ),
        (
            "gen4_turbo",
            "first_frame",
            "/v1/image_to_video",
            {
                "model": "gen4_turbo",
                "promptText": "coffee",
                "promptImage": [{"uri": PNG, "position": "first"}],
                "ratio": "1280:720",
                "duration": 5,
            },
        ),
        (
            "wan3",
            "first_last",
            "/v1/image_to_video",
            {
                "model": "wan3",
                "promptText": "coffee",
                "promptImage": [
                    {"uri": PNG, "position": "first"},
                    {"uri": PNG, "position": "last"},
                ],
                "ratio": "auto_480p",
                "duration": 2,
                "audio": True,
            },
        ),
        (
            "seedance2_mini",
            "references",
            "/v1/text_to_video",
            {
                "model": "seedance2_mini",
                "promptText": "coffee",
                "references": [{"uri": PNG}, {"uri": PNG}],
                "ratio": "864:496",
                "duration": 4,
                "audio": True,
            },
        ),
        (
            "aleph2",
            "edit",
            "/v1/video_to_video",
            {
                "model": "aleph2",
                "promptText": "coffee",
                "videoUri": MP4,
                "targetAspectRatio": "16:9",
            },
        ),
        (
            "gemini_omni_flash_1.1",
            "extend",
            "/v1/video_to_video",
            {
                "model": "gemini_omni_flash_1.1",
                "promptText": "coffee",
                "videoUri": MP4,
                "ratio": "640:360",
                "duration": 3,
                "mode": "extend",
            },
        ),
        (
            "seedance2_5 (edit)",
            "edit",
            "/v1/video_to_video",
            {
                "model": "seedance2_5",
                "promptText": "coffee",
                "promptVideo": MP4,
                "audio": True,
                "mode": "edit",
                "duration": "auto",
            },
        ),
        (
            "klingO3_pro (edit)",
            "edit",
            "/v1/video_to_video",
            {
                "model": "klingO3_pro",
                "promptText": "coffee",
                "promptVideo": MP4,
                "providerSettings": {"keepOriginalSound": True},
            },
        ),
        (
            "act_two",
            "motion",
            "/v1/character_performance",
            {
                "model": "act_two",
                "character": {"type": "image", "uri": PNG},
                "reference": {"type": "video", "uri": MP4},
                "ratio": "1280:720",
            },
        ),
        (
            "gen4_image",
            "references",
            "/v1/text_to_image",
            {
                "model": "gen4_image",
                "promptText": "coffee",
                "ratio": "1280:720",
                "referenceImages": [
                    {"uri": PNG, "tag": "image1"},
                    {"uri": PNG, "tag": "image2"},
                ],
            },
        ),
        (
            "enhance_frame_rate",
            "interpolate",
            "/v1/video_upscale",
            {"model": "enhance_frame_rate", "videoUri": MP4, "targetFramerate": "24"},
        ),
    ],
)
def test_each_kind_of_work_has_its_own_path_and_words(at, offer, mode, path, body):
    assert sent(at, asked(offer, mode)) == (path, body)


def test_every_call_says_which_version_of_the_api_is_meant(at):
    async def work(stage):
        ticket = await stage.provider.submit(asked("gen4.5", "text"), idempotency="j1:one.1")
        await stage.provider.cancel(ticket)
        stage.look = lambda call: Reply(200, {"creditBalance": 1})
        await stage.provider.check_key()
        return stage.calls

    calls = staged("runway", at, work)
    assert [call.method for call in calls] == ["POST", "GET", "DELETE", "GET"]
    assert {call.headers["x-runway-version"] for call in calls} == {"2024-11-06"}


def large(at, name, megabytes=4):
    """A file that is too large for a body, given in its folder."""
    path = at.project / "stills" / name
    path.write_bytes(bytes(megabytes * MB))
    return Input(f"stills/{name}", "9" * 64)


def test_what_is_too_large_for_a_body_is_uploaded_first_and_the_store_gets_no_key(at):
    request = asked("veo3.1", "first_last", first_frame=large(at, "big.png"))
    (place, store, order), ticket = submit(at, request)
    assert ticket == {"id": TASK}
    assert (place.path, place.json()) == (
        "/v1/uploads",
        {"filename": "big.png", "type": "ephemeral"},
    )
    assert store.host == "runway-uploads.s3.amazonaws.com"
    assert KEY not in repr(store.headers)
    form = store.form()
    assert list(form) == ["key", "policy", "file"]  # the file last, or the store leaves some out
    assert form["file"].startswith("data:image/png;base64,AAAA")
    first, last = order.json()["promptImage"]
    assert first == {"uri": NAMED, "position": "first"}
    assert last["uri"].startswith("data:image/png;base64,")


def test_small_files_that_are_too_large_together_go_partly_as_uploads(at):
    stills = tuple(large(at, f"{number}.png", 2) for number in range(3))
    many = tuple(replace(still, digest=str(n) * 64) for n, still in enumerate(stills))
    calls, _ = submit(at, asked("seedance2", "references", references=many))
    assert [call.path for call in calls if uploads(call)] == ["/v1/uploads"] * 2
    uris = [one["uri"] for one in calls[-1].json()["references"]]
    assert [uri == NAMED for uri in uris] == [False, True, True]


def test_a_file_that_no_upload_takes_is_bad_input_and_nothing_is_asked(at, monkeypatch):
    monkeypatch.setattr(storing, "ROOM", replace(storing.ROOM, largest=5 * MB))
    calls, error = submit(at, asked("aleph2", "edit", source_video=large(at, "film.mp4", 6)))
    assert (error.kind, error.charged, calls) == ("input", False, [])
    assert error.message == "film.mp4 has 6 MB, and Runway takes 5 at most"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (no(401, "Unauthorized"), "key"),
        (no(400, "You do not have enough credits to upload"), "credit"),
        (no(500, "Internal server error"), "overload"),
        (Reply(200, b"<html>"), "overload"),
        (
            Reply(200, {"uploadUrl": "https://store.test", "runwayUri": "https://x.test"}),
            "provider",
        ),
        (RESET, "overload"),
    ],
)
def test_trouble_with_an_upload_is_never_taken_for_an_order(at, answer, kind):
    async def work(stage):
        stage.tape = replace(stage.tape, serves=lambda call: answer)
        request = asked("gen4_turbo", "first_frame", first_frame=large(at, "big.png"))
        with pytest.raises(ProviderError) as caught:
            await stage.provider.submit(request, idempotency="j1:one.1")
        return caught.value, stage.bought

    error, bought = staged("runway", at, work)
    assert (error.kind, error.charged, bought) == (kind, False, [])


def test_a_store_that_does_not_take_the_file_stops_the_order(at):
    async def work(stage):
        usual = stage.tape.serves
        refuses = lambda call: usual(call) if uploads(call) else Reply(403, b"<Error/>")  # noqa: E731
        stage.tape = replace(stage.tape, serves=refuses)
        request = asked("gen4_turbo", "first_frame", first_frame=large(at, "big.png"))
        with pytest.raises(ProviderError) as caught:
            await stage.provider.submit(request, idempotency="j1:one.1")
        return caught.value, stage.bought

    error, bought = staged("runway", at, work)
    assert (error.kind, bought) == ("provider", [])
    assert "big.png" in error.message


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (record("PENDING", estimatedCost={"credits": 60}), Running()),
        (record("RUNNING", progress=0.4), Running(0.4)),
        (record("RUNNING", progress=40), Running()),
        (record("RUNNING", progress=True), Running()),
        (
            record(
                "SUCCEEDED", output=["https://a.test/1", "https://a.test/2"], cost={"credits": 56}
            ),
            Succeeded("https://a.test/1", Decimal("0.56")),
        ),
        (record("SUCCEEDED", output=["https://a.test/1"]), Succeeded("https://a.test/1")),
        (
            record("SUCCEEDED", output=["https://a.test/1"], cost={"credits": True}),
            Succeeded("https://a.test/1"),
        ),
        (
            record("SUCCEEDED", output=["file:///etc/passwd"], cost={"credits": 56}),
            Failed("finished without a link to what was made", "unknown", charged=True),
        ),
        (
            failed("SAFETY.INPUT.TEXT", 12)(None),
            Failed("An unexpected error occurred. (SAFETY.INPUT.TEXT)", "moderation", charged=True),
        ),
        (
            record("FAILED", cost={"credits": 0}),
            Failed("it failed, and Runway does not say why", "provider", charged=False),
        ),
        (record("CANCELLED"), Failed("it was cancelled", "provider", charged=None)),
    ],
)
def test_a_task_is_told_with_what_it_cost(at, reply, expected):
    assert status(at, reply) == expected


def finished(at, order, **cost):
    """What a look at a finished task says, where the order was answered so."""

    async def work(stage):
        stage.paid = lambda call: Reply(200, {"id": TASK} | order)
        provider = stage.provider
        ticket = await provider.submit(asked("kling3.0_pro", "text"), idempotency="j1:one.1")
        stage.look = lambda call: record("SUCCEEDED", output=["https://a.test/1"], **cost)
        return await provider.poll(ticket)

    return staged("runway", at, work)


@pytest.mark.parametrize(
    ("order", "cost", "usd"),
    [
        ({"estimatedCost": {"credits": 84}}, {"cost": {"credits": 70}}, "0.70"),
        ({"estimatedCost": {"credits": 84}}, {"cost": {"credits": 0}}, "0"),
        ({"estimatedCost": {"credits": 84}}, {}, "0.84"),
        ({"estimatedCost": {"credits": 0}}, {}, None),
        ({"estimatedCost": {"credits": "84"}}, {}, None),
        ({"estimatedCost": None}, {}, None),
        ({}, {}, None),
    ],
)
def test_the_most_that_a_task_can_cost_stands_in_for_a_cost_that_is_not_told(at, order, cost, usd):
    assert finished(at, order, **cost).cost_usd == (usd and Decimal(usd))


@pytest.mark.parametrize("word", ["SUCCEEDED", "FAILED", "CANCELLED"])
def test_a_task_that_is_over_is_not_deleted_with_its_clip(at, word):
    async def work(stage):
        stage.look = lambda call: record(word, output=["https://a.test/1"])
        await stage.provider.cancel({"id": TASK})
        return [call.method for call in stage.calls]

    assert staged("runway", at, work) == ["GET"]


def test_a_task_that_went_away_meanwhile_is_cancelled_already(at):
    async def work(stage):
        stage.tape = replace(stage.tape, serves=lambda call: no(404, "Could not find Task"))
        await stage.provider.cancel({"id": TASK})
        stage.look = stage.tape.missing
        await stage.provider.cancel({"id": TASK})
        return [call.method for call in stage.calls]

    assert staged("runway", at, work) == ["GET", "DELETE", "GET"]


def test_a_refused_deletion_is_an_error(at):
    async def work(stage):
        stage.tape = replace(stage.tape, serves=lambda call: no(503, "Service unavailable"))
        with pytest.raises(ProviderError) as caught:
            await stage.provider.cancel({"id": TASK})
        return caught.value.kind

    assert staged("runway", at, work) == "overload"


@pytest.mark.parametrize(
    ("told", "said"),
    [({"creditBalance": 1230}, "balance $12.30"), ({"creditBalance": None}, ""), ({}, "")],
)
def test_a_key_that_is_taken_brings_the_balance(at, told, said):
    async def work(stage):
        stage.look = lambda call: Reply(200, told)
        found = await stage.provider.check_key()
        return found, stage.calls

    found, (call,) = staged("runway", at, work)
    assert found == said
    assert (call.method, call.path) == ("GET", "/v1/organization")


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (no(400, "You do not have enough credits to run this task."), "buy credits"),
        (no(429, "Daily limit"), "the last 24 hours"),
    ],
)
def test_an_empty_account_and_a_full_day_are_told_with_the_way_out(at, answer, hint):
    _, error = submit(at, asked("gen4.5", "text"), paid=lambda call: answer)
    assert hint in error.hint


@pytest.mark.parametrize("identifier", ["", "../organization", "a b", "a/b", "a?b"])
def test_an_id_that_would_lead_elsewhere_is_not_adopted(at, identifier):
    async def work(stage):
        with pytest.raises(ProviderError) as caught:
            stage.provider.adopt(asked("gen4.5", "text"), identifier)
        return caught.value.kind

    assert staged("runway", at, work) == "input"


def test_a_look_from_another_run_tells_the_most_as_well(at):
    async def work(stage):
        stage.look = lambda call: record("RUNNING", estimatedCost={"credits": 84})
        provider = stage.provider
        assert await provider.poll({"id": TASK}) == Running()
        stage.look = lambda call: record("SUCCEEDED", output=["https://a.test/1"])
        return await provider.poll({"id": TASK})

    assert staged("runway", at, work) == Succeeded("https://a.test/1", Decimal("0.84"))
