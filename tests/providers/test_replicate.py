"""What Replicate alone does: two kinds of address, files, types of values, shapes of results."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.catalogue_rows import clean, label, routes
from tests.providers.asked import WORDLESS, choices, ordered
from tests.providers.at_work import KEY, ordered_at, staged
from tests.providers.loopback import RESET
from tests.providers.tapes import Reply
from tests.providers.tapes.replicate import FILE, LINK, PREDICTION, prediction, problem, shows
from vidgen.errors import ProviderError
from vidgen.job import Failed, Input, Running, Succeeded
from vidgen.providers.fields import Seen, body, files_of
from vidgen.providers.replicate import Replicate, answers

ROWS = [route for route in routes() if route.provider.provider == "replicate"]
ROUTES = {route.offer.name: route for route in ROWS}
VEO = ROUTES["google/veo-3.1"]
KB = 1_000


def sized(at, name, size):
    (at.project / "stills" / name).write_bytes(bytes(size))
    return Input(f"stills/{name}", name * 8)


def submit(at, request, **turned):
    return ordered_at("replicate", at, request, **turned)


def sent(at, name, mode, **more):
    """The path of an order and its input, its files left out."""
    (call,), _ = submit(at, ordered(ROUTES[name], mode, **more))
    given = call.json()["input"]
    return call.path, {one: value for one, value in given.items() if "data:" not in str(value)}


def looked(at, look):
    async def work(stage):
        ticket = await stage.provider.submit(ordered(VEO, "text"), idempotency="j1:one.1")
        stage.look = look
        return await stage.provider.poll(ticket)

    return staged("replicate", at, work)


def test_an_official_model_has_an_address_of_its_own_and_nothing_waits(at):
    (call,), ticket = submit(at, ordered(VEO, "text", audio=True, seed=7))
    assert (call.method, call.host) == ("POST", "api.replicate.com")
    assert call.path == "/v1/models/google/veo-3.1/predictions"
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert "prefer" not in call.headers
    assert call.json() == {
        "input": {
            "prompt": "coffee", "aspect_ratio": "16:9", "resolution": "720p", "duration": 4,
            "generate_audio": True, "seed": 7,
        },
    }  # fmt: skip
    assert ticket == {"id": PREDICTION, "endpoint": "google/veo-3.1", "model": "veo-3.1"}


def test_a_communitys_model_is_ordered_by_its_version(at):
    (call,), _ = submit(at, ordered(ROUTES["cuuupid/cogvideox-5b"], "text"))
    assert call.path == "/v1/predictions"
    assert re.fullmatch(r"cuuupid/cogvideox-5b:[0-9a-f]{64}", call.json()["version"])
    assert call.json()["input"] == {"prompt": "coffee", "extend_prompt": False}


def test_every_endpoint_is_a_models_name_or_one_with_a_version():
    endpoints = {endpoint for route in ROWS for endpoint in route.offer.modes.values()}
    part = r"[a-z0-9][a-z0-9._-]*"
    assert all(re.fullmatch(rf"{part}/{part}(:[0-9a-f]{{64}})?", one) for one in endpoints)


def test_no_number_goes_as_text_and_no_words_go_where_none_are_taken():
    faults = []
    for route in ROWS:
        plain = [ordered(route, mode) for mode in route.offer.modes]
        for request in (*plain, *(one for pair in choices(route) for one in pair[2:])):
            links = dict.fromkeys(files_of(request, route.offer.fields), "https://x.test/file")
            given = body(request, route.offer.fields, links, look=lambda _: Seen(720, Fraction(24)))
            texts = [value for value in given.values() if isinstance(value, str)]
            if any(re.fullmatch(r"[\d.]+", text) for text in texts) or None in given.values():
                faults.append(f"{label(route)}: {given}")
            if request.mode in WORDLESS and "prompt" in given:
                faults.append(f"{label(route)} is sent a prompt")
    clean(faults)


@pytest.mark.parametrize(
    ("name", "mode", "more", "expected"),
    [
        ("kwaivgi/kling-v3-video", "first_last", {"resolution": "4k"}, {"mode": "4k"}),
        ("kwaivgi/kling-v3-motion-control", "motion", {}, {"character_orientation": "video"}),
        ("wan-video/wan-2.6-t2v", "text", {"width": 720, "height": 1280}, {"size": "720*1280"}),
        ("wan-video/wan-2.2-t2v-fast", "text", {}, {"num_frames": 81, "interpolate_output": False}),
        ("topazlabs/video-upscale", "upscale", {"rate": Fraction(30)}, {"target_fps": 30}),
        ("google/nano-banana-pro", "text", {"resolution": "2k"}, {"resolution": "2K"}),
        ("ideogram-ai/ideogram-v3-balanced", "text", {}, {"magic_prompt_option": "Off"}),
        ("openai/sora-2", "text", {"aspect": "9:16"}, {"aspect_ratio": "portrait", "seconds": 4}),
    ],
)
def test_a_models_own_words_are_used(name, mode, more, expected, at):
    _, given = sent(at, name, mode, **more)
    assert given | expected == given


def test_a_picture_to_edit_is_one_and_references_are_a_list(at):
    (call,), _ = submit(at, ordered(ROUTES["black-forest-labs/flux-kontext-pro"], "references"))
    assert isinstance(call.json()["input"]["input_image"], str)
    (call,), _ = submit(at, ordered(ROUTES["google/nano-banana-pro"], "references"))
    assert len(call.json()["input"]["image_input"]) == 2


def test_small_files_go_inside_and_the_rest_is_uploaded_before_the_paid_call(at):
    first, last = sized(at, "one.png", 200 * KB), sized(at, "two.png", 57 * KB)
    request = ordered(VEO, "first_last", first_frame=first, last_frame=last)
    (upload, paid), ticket = submit(at, request)
    assert (upload.method, upload.host, upload.path) == ("POST", "api.replicate.com", "/v1/files")
    assert upload.headers["authorization"] == f"Bearer {KEY}"
    assert b'name="content"; filename="two.png"' in upload.body
    assert b"image/png" in upload.body
    assert list(upload.form()) == ["content"]
    given = paid.json()["input"]
    assert given["image"].startswith("data:image/png;base64,")
    assert given["last_frame"] == FILE
    assert ticket["id"] == PREDICTION


def test_a_file_too_large_is_refused_before_anything_is_sent(at):
    first, last = sized(at, "one.png", 300 * KB), sized(at, "two.png", 100_000 * KB)
    calls, error = submit(at, ordered(VEO, "first_last", first_frame=first, last_frame=last))
    assert (error.kind, calls) == ("input", [])
    assert "two.png" in error.message


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (problem(401, "no"), "key"),
        (problem(402, "buy some"), "credit"),
        (problem(404, "no"), "provider"),
        (problem(413, "Files must be less than 100MB in size"), "input"),
        (problem(429, "Request was throttled."), "limit"),
        (problem(500, "oh"), "overload"),
        (Reply(200, b"<html>"), "overload"),
        (Reply(201, {"id": "x"}), "provider"),
        (Reply(201, {"id": "x", "urls": {"get": "file:///etc/passwd"}}), "provider"),
        (RESET, "overload"),
    ],
)
def test_an_upload_that_fails_costs_nothing_and_leaves_no_doubt(reply, kind, at):
    request = ordered(VEO, "first_frame", first_frame=sized(at, "one.png", 300 * KB))

    async def work(stage):
        plain = stage.answer
        stage.server.answer = lambda call: reply if call.path == "/v1/files" else plain(call)
        with pytest.raises(ProviderError) as caught:
            await stage.provider.submit(request, idempotency="j1:one.1")
        return caught.value, stage.bought

    error, bought = staged("replicate", at, work)
    assert (error.kind, error.charged) == (kind, False)
    assert KEY not in error.message
    assert not bought


@pytest.mark.parametrize(
    "output",
    [LINK, [LINK, "https://replicate.delivery/2"], {"video": LINK}, {"n": 1, "files": [LINK]},
     [None, LINK], "data:video/mp4;base64,AAAA"],
)  # fmt: skip
def test_the_result_is_found_in_every_shape_of_output(output, at):
    found = looked(at, shows("succeeded", output=output))
    assert found == Succeeded(LINK if output != "data:video/mp4;base64,AAAA" else output)


@pytest.mark.parametrize("output", [None, "", [], {}, "/etc/passwd", "file:///etc/passwd", 7])
def test_a_result_without_a_link_is_left_to_a_person(output, at):
    found = looked(at, shows("succeeded", output=output))
    assert isinstance(found, Failed)
    assert (found.kind, found.charged) == ("unknown", None)


def test_a_result_that_was_deleted_was_paid_and_says_so(at):
    found = looked(at, shows("succeeded", data_removed=True))
    assert (found.kind, found.charged) == ("provider", True)
    assert "an hour" in found.reason


def test_a_prediction_that_was_aborted_is_over_and_free(at):
    found = looked(at, shows("aborted"))
    assert isinstance(found, Failed)
    assert (found.kind, found.charged) == ("provider", False)
    assert "aborted" in found.reason


@pytest.mark.parametrize(
    ("logs", "progress"),
    [
        (None, None),
        ("", None),
        ("50% better prompts", None),
        ("  0%|          | 0/10\n 40%|████      | 4/10", 0.4),
        ("100%|██████████| 10/10 [00:06<00:00]\ndone", 1.0),
        ("999%|x| 9/1", 1.0),
    ],
)
def test_progress_is_the_last_bar_in_the_logs(logs, progress, at):
    assert looked(at, shows("processing", logs=logs)) == Running(progress)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("The input or output was flagged as sensitive. (E005)", "moderation"),
        ("NSFW content detected", "moderation"),
        ("Blocked by the safety filter of its maker", "moderation"),
        ("The output video may be related to copyright restrictions. (1a2B)", "moderation"),
        ("The input was invalid. (E006)", "input"),
        ("cannot identify image file <_io.BytesIO>", "input"),
        ("Service is unavailable due to high demand. (E003)", "provider"),
        ("CUDA out of memory", "provider"),
    ],
)
def test_a_failure_is_told_by_its_words(words, kind):
    found = answers.status(prediction("failed", error=words), key=KEY)
    assert (found.kind, found.charged) == (kind, None)


@pytest.mark.parametrize(
    ("status", "fine"),
    [(200, True), (404, True), (422, True), (409, True), (401, False), (500, False)],
)
def test_stopping_what_is_over_or_unknown_is_no_error(status, fine, at):
    async def work(stage):
        ticket = await stage.provider.submit(ordered(VEO, "text"), idempotency="j1:one.1")
        plain = stage.answer
        stage.server.answer = lambda call: (
            problem(status, "x") if call.path.endswith("/cancel") else plain(call)
        )
        try:
            await stage.provider.cancel(ticket)
        except ProviderError:
            return False, stage.calls
        return True, stage.calls

    went_well, calls = staged("replicate", at, work)
    assert went_well is fine
    assert calls[-1].method == "POST"
    assert calls[-1].path == f"/v1/predictions/{PREDICTION}/cancel"


@pytest.mark.parametrize("identifier", ["", "a b", "../account", "a/b", "short", "x" * 65, "é" * 9])
def test_what_is_no_id_is_not_taken_over(identifier, at):
    with pytest.raises(ProviderError) as caught:
        Replicate(at).adopt(ordered(VEO, "text"), identifier)
    assert caught.value.kind == "input"
    assert caught.value.hint


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://replicate.delivery/xezq/out.mp4", True),
        ("https://pbxt.replicate.delivery/out.mp4", True),
        ("http://replicate.delivery/out.mp4", False),
        ("https://replicate.delivery:8443/out.mp4", False),
        ("https://me:word@replicate.delivery/out.mp4", False),
        ("https://replicate.delivery.thief.test/out.mp4", False),
        ("https://notreplicate.delivery/out.mp4", False),
        ("https://thief.test/replicate.delivery", False),
        ("data:video/mp4;base64,AAAA", False),
        ("https://[broken", False),
    ],
)
def test_the_key_is_shown_to_replicates_own_store_alone(link, shown, at):
    async def work(stage):
        return await stage.provider.download_headers(link)

    found = staged("replicate", at, work)
    assert found == ({"Authorization": f"Bearer {KEY}"} if shown else {})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"type": "user", "username": "me"}, "account me"),
        ({"username": f"x{KEY}"}, "account x•••"),
        ({"username": None}, ""),
        ({}, ""),
    ],
)
def test_a_good_key_says_whose_it_is(told, words, at):
    async def work(stage):
        stage.look = lambda call: Reply(200, told)
        return await stage.provider.check_key(), stage.calls

    found, (call,) = staged("replicate", at, work)
    assert found == words
    assert (call.method, call.path) == ("GET", "/v1/account")


def test_a_server_in_its_place_is_asked_for_everything(at):
    request = ordered(VEO, "first_frame", first_frame=sized(at, "one.png", 300 * KB))

    async def work(stage):
        stage.session = replace(stage.session, base_url="https://proxy.test/v1/")
        ticket = await stage.provider.submit(request, idempotency="j1:one.1")
        await stage.provider.poll(ticket)
        await stage.provider.cancel(ticket)
        return stage.calls

    calls = staged("replicate", at, work)
    assert len(calls) == 4
    assert {call.host for call in calls} == {"proxy.test"}
