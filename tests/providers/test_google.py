"""What is the Gemini API's own: roles in the prompt, files, pictures in the answer, tokens."""

import base64
import binascii
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import CLIP, FIRST, LAST, OTHER, ordered
from tests.providers.at_work import KEY, staged
from tests.providers.tapes import Reply
from tests.providers.tapes import google as tape
from vidgen.errors import FileTrouble, ProviderError
from vidgen.job import Failed, Input, Running, Succeeded
from vidgen.providers.google import answers, interactions
from vidgen.providers.google.bodies import body
from vidgen.providers.google.kept import keep

OMNI = next(route for route in routes() if route.name == "google:gemini-omni-1.1-flash")
NANO = next(route for route in routes() if route.name == "google:nano-banana-pro")
FILE = f"{tape.API}/v1beta/files/made-1"
MADE = b"what was made"
INSIDE = base64.b64encode(MADE).decode()


def bytes_at(path):
    return Path(path).read_bytes()


def read(given):
    return given.path, "video/quicktime" if given.path.endswith("mov") else "image/png"


def said(request):
    """The text of an order, and the files in the order in which they are sent."""
    (turn,) = body(request, read)["input"]
    *files, text = turn["content"]
    return text["text"], [file["data"] for file in files]


# What is for what


def test_a_loop_names_its_one_picture_twice():
    text, files = said(ordered(OMNI, "first_last", first_frame=FIRST, last_frame=FIRST))
    assert files == [FIRST.path]
    assert text.startswith("[# Sources <FIRST_FRAME>@Image1 <LAST_FRAME>@Image1] coffee ")


def test_references_keep_the_numbers_that_the_author_gives_them():
    request = ordered(OMNI, "references", references=(OTHER, LAST), first_frame=FIRST)
    text, files = said(request)
    assert files == [OTHER.path, LAST.path, FIRST.path]
    assert "<FIRST_FRAME>@Image3" in text
    assert "<IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2" in text


def test_a_given_clip_that_is_gone_on_with_is_not_called_the_one_of_a_turn_before():
    text, _ = said(ordered(OMNI, "extend"))
    assert text == "Extend this video: coffee"
    text, files = said(ordered(OMNI, "extend", references=(OTHER,)))
    assert text.startswith("[# References <IMAGE_REF_0>@Image1] Extend this video: coffee ")
    assert files == [CLIP.path, OTHER.path]


@pytest.mark.parametrize(
    "prompt",
    ["<FIRST_FRAME> a cup", "[# Sources <FIRST_FRAME>@Image1] a cup", "like <IMAGE_REF_0>"],
)
def test_an_author_who_writes_the_tags_is_left_alone(prompt):
    assert said(ordered(OMNI, "first_frame", prompt=prompt))[0] == prompt


def test_angle_brackets_that_are_no_tag_are_words_like_others():
    prompt = "a sign that says <OPEN> [# 4]"
    assert prompt.replace(" [# 4]", "") in said(ordered(OMNI, "first_frame", prompt=prompt))[0]
    assert prompt in said(ordered(OMNI, "text", prompt=prompt))[0]


def test_a_still_is_asked_for_in_the_authors_words_alone():
    request = ordered(NANO, "references", references=(OTHER,), resolution="4k")
    assert said(request) == ("coffee", [OTHER.path])
    assert body(request, read)["response_format"]["image_size"] == "4K"


def test_a_length_is_digits_with_an_s_and_a_mov_has_googles_name():
    half = ordered(OMNI, "extend", duration=Decimal("4.50"), source_video=Input("a.mov", "d" * 64))
    sent = body(half, read)
    assert sent["response_format"]["duration"] == "4.5s"
    assert sent["input"][0]["content"][0]["mime_type"] == "video/mov"
    assert body(ordered(OMNI, "text", duration=Decimal(10)), read)["response_format"][
        "duration"
    ] == ("10s")


def test_files_too_large_for_one_call_are_refused_before_it(at, monkeypatch):
    monkeypatch.setattr(interactions, "LARGEST_INPUT", 1000)

    async def work(stage):
        with pytest.raises(ProviderError) as caught:
            await stage.provider.submit(ordered(OMNI, "edit"), idempotency="j1:one.1")
        return caught.value, stage.calls

    error, calls = staged("google", at, work)
    assert (error.kind, calls) == ("input", [])
    assert error.where.endswith(CLIP.path)


def test_a_refusal_of_a_clip_of_ones_own_says_where_google_works_on_none(at):
    words = "Input blocked: The prompt contains sensitive words."

    async def work(stage):
        stage.paid = lambda call: tape.worded(400, "content_blocked", words)
        with pytest.raises(ProviderError) as caught:
            await stage.provider.submit(ordered(OMNI, "edit"), idempotency="j1:one.1")
        return caught.value

    error = staged("google", at, work)
    assert error.kind == "moderation"
    assert "Switzerland" in error.hint


# Clips as links


def polled(at, *, link=tape.LINK, state=None, **more):
    """The Status of a finished interaction; `state` answers the look at its file."""
    clip = {"type": "video", "mime_type": "video/mp4", "uri": link}

    def look(call):
        if call.path.startswith("/v1beta/files/"):
            return state or Reply(200, {"state": "ACTIVE"})
        return tape.record("completed", tape.put_out(clip), **more)

    async def work(stage):
        stage.look = look
        status = await stage.provider.poll(
            stage.provider.adopt(ordered(OMNI, "text"), tape.INTERACTION)
        )
        return status, [call.path for call in stage.calls]

    return staged("google", at, work)


@pytest.mark.parametrize("link", [tape.LINK, FILE, "files/made-1"])
def test_a_file_of_googles_is_fetched_where_its_bytes_are(at, link):
    status, paths = polled(at, link=link)
    assert status == Succeeded(tape.LINK)
    assert paths[1:] == ["/v1beta/files/made-1"]


def test_a_file_that_is_not_ready_is_waited_for_and_one_that_failed_is_a_failure(at):
    assert polled(at, state=Reply(200, {"state": "PROCESSING"}))[0] == Running()
    failed, _ = polled(at, state=Reply(200, {"state": "FAILED"}))
    assert isinstance(failed, Failed)
    assert (failed.kind, failed.charged) == ("provider", None)


@pytest.mark.parametrize("state", [Reply(404), Reply(500), Reply(200, b"<html>"), Reply(200, {})])
def test_a_file_of_which_nothing_is_told_is_tried(at, state):
    assert polled(at, state=state)[0] == Succeeded(tape.LINK)


def test_a_link_elsewhere_stays_as_it_is_and_is_sent_no_key(at):
    link = "https://elsewhere.test/v1beta/files/made-1"
    status, paths = polled(at, link=link)
    assert status == Succeeded(link)
    assert len(paths) == 1

    async def headers(stage):
        return [await stage.provider.download_headers(one) for one in (link, tape.LINK)]

    assert staged("google", at, headers) == [{}, {"x-goog-api-key": KEY}]


# Clips and pictures in the answer


def test_a_clip_in_the_answer_is_a_file_here_and_again_when_it_is_gone(at):
    clip = {"type": "video", "mime_type": "video/mp4", "data": INSIDE}

    async def work(stage):
        stage.look = lambda call: tape.record("completed", tape.put_out(clip))
        ticket = stage.provider.adopt(ordered(OMNI, "text"), tape.INTERACTION)
        first = await stage.provider.poll(ticket)
        (stage.session.scratch / first.media).unlink()
        second = await stage.provider.poll(ticket)
        return first, second

    first, second = staged("google", at, work)
    assert first == second
    assert bytes_at(second.media) == MADE
    assert [path.name for path in at.scratch.iterdir()] == [Path(second.media).name]


PICTURE = {"type": "image", "mime_type": "image/jpeg", "data": INSIDE}
FORGOTTEN = tape.record("completed", tape.put_out({"type": "text", "text": "a cup"}))


@pytest.mark.parametrize(
    ("look", "counted"),
    [
        (tape.missing, False),
        (lambda call: FORGOTTEN, False),
        (
            lambda call: tape.record("completed", tape.put_out(PICTURE), **tape.usage(image=1120)),
            True,
        ),
    ],
    ids=["not known any more", "without its picture", "whole"],
)
def test_a_picture_that_came_once_is_never_lost(at, look, counted):
    fields = {(NANO.model.id, NANO.offer.name): NANO.offer.fields}

    async def work(stage):
        stage.session = replace(stage.session, fields=fields)
        stage.paid = lambda call: tape.record("completed", tape.put_out(PICTURE))
        ticket = await stage.provider.submit(ordered(NANO, "text"), idempotency="j1:one.1")
        stage.look = look
        return await stage.provider.poll(ticket)

    status = staged("google", at, work)
    assert isinstance(status, Succeeded)
    assert bytes_at(status.media) == MADE
    assert status.cost_usd == (Decimal("0.1346") if counted else None)


@pytest.mark.parametrize("data", [INSIDE, "no base64!", "ü"], ids=["no room", "garbled", "odd"])
def test_a_paid_picture_that_cannot_be_kept_at_once_still_has_its_ticket(at, data):
    whole = tape.record("completed", tape.put_out(PICTURE))
    garbled = tape.record("completed", tape.put_out(PICTURE | {"data": data}))

    async def work(stage):
        stage.session.scratch.write_bytes(b"in the way")
        stage.paid = lambda call: garbled
        ticket = await stage.provider.submit(ordered(NANO, "text"), idempotency="j1:one.1")
        stage.look = lambda call: whole
        with pytest.raises(FileTrouble):
            await stage.provider.poll(ticket)
        stage.session.scratch.unlink()
        return await stage.provider.poll(ticket)

    status = staged("google", at, work)
    assert isinstance(status, Succeeded)
    assert bytes_at(status.media) == MADE


def test_a_picture_is_waited_for_in_the_call_itself():
    sent = body(ordered(NANO, "text"), read)
    assert "background" not in sent
    assert sent["store"] is True


def test_what_is_no_id_is_not_taken_over(at):
    async def work(stage):
        with pytest.raises(ProviderError) as caught:
            stage.provider.adopt(ordered(OMNI, "text"), "../v1_x")
        return caught.value.kind

    assert staged("google", at, work) == "input"


# Money


PRICES = {"input": "1.50", "text": "9", "video": "17.50"}


def record(given=100, thought=0, **made):
    usage = tape.usage(**made)["usage"]
    return {"usage": usage | {"total_input_tokens": given, "total_thought_tokens": thought}}


@pytest.mark.parametrize(
    ("told", "prices", "usd"),
    [
        (record(given=0, video=28_960), PRICES, "0.5068"),
        (record(given=1000, thought=100, video=28_960, text=10), PRICES, "0.50929"),
        (record(video=28_960), None, None),
        (record(video=28_960, audio=5), PRICES, None),
        (record(given="many", video=28_960), PRICES, None),
        ({"usage": {"total_input_tokens": 100, "total_output_tokens": 7}}, PRICES, None),
        ({}, PRICES, None),
    ],
)
def test_a_cost_is_told_only_where_every_token_has_a_price(told, prices, usd):
    assert answers.cost(told, prices) == (None if usd is None else Decimal(usd))


def test_the_page_prices_the_tokens_of_every_model_whose_list_is_known():
    priced = {route.model.id for route in routes() if route.offer.fields.get("tokens")}
    stills = {"nano-banana-pro", "nano-banana-2.1", "nano-banana-2-lite"}
    assert priced == {"gemini-omni-1.1-flash", *stills}


def test_a_key_is_shown_in_one_call_that_costs_nothing(at):
    async def work(stage):
        stage.look = lambda call: Reply(200, {"models": []})
        return await stage.provider.check_key(), stage.calls

    said_of_it, (call,) = staged("google", at, work)
    assert said_of_it == ""
    assert (call.method, call.path, call.query) == ("GET", "/v1beta/models", {"pageSize": "1"})


def test_a_part_of_a_file_is_never_taken_for_it(tmp_path):
    path = tmp_path / "scratch" / "a.mp4"
    assert bytes_at(keep(path, INSIDE)) == MADE
    with pytest.raises(binascii.Error):
        keep(path, "no base64!")
    assert bytes_at(path) == MADE
    assert list(path.parent.iterdir()) == [path]
