"""Ark: bodies by model, what it cannot be given, and what a look and a cancel do."""

import base64
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import CLIP, FIRST, LAST, OTHER, SOUND, ordered
from tests.providers.at_work import hosted, staged
from tests.providers.tapes import Reply
from tests.providers.tapes.byteplus import FRAME, LINK, PICTURE, STILLS, TASK, TASKS, no
from vidgen.catalogue import Ask
from vidgen.errors import ProviderError
from vidgen.job import Input, Running, Succeeded
from vidgen.providers.ark import Ark
from vidgen.providers.ark.bodies import body, still


def of(name, mode, **more):
    """A request for a mode of a model, as BytePlus sells it."""
    route = next(
        route
        for route in routes()
        if route.name == f"byteplus:{name}" and mode in route.offer.modes
    )
    return ordered(route, mode, **more)


async def submitted(stage, request=None):
    request = request or of("seedance-2.0", "text")
    return await stage.provider.submit(request, idempotency="j1:one.1")


async def refusal(coroutine):
    with pytest.raises(ProviderError) as caught:
        await coroutine
    return caught.value


def said(request):
    """The body of a request whose files hold nothing but their own names."""
    return body(request, read=lambda given: given.path)


def roles(sent):
    return [item.get("role", item["type"]) for item in sent["content"]]


def test_size_shape_and_length_are_fields_and_the_prompt_is_as_it_was_written():
    sent = said(of("seedance-1.0-pro", "text", prompt="a cup -- and tea", seed=7))
    assert sent.pop("content") == [{"type": "text", "text": "a cup -- and tea"}]
    assert sent == {
        "model": "seedance-1-0-pro-250528",
        "resolution": "480p",
        "ratio": "16:9",
        "duration": 2,
        "seed": 7,
        "watermark": False,
        "return_last_frame": True,
    }


def test_silence_is_ordered_since_sound_is_the_usual():
    assert said(of("seedance-2.0", "text", audio=False))["generate_audio"] is False
    assert "generate_audio" not in said(of("seedance-1.0-pro", "text"))


def test_frames_and_references_have_roles_in_their_order():
    assert roles(said(of("seedance-2.0", "first_last"))) == ["text", "first_frame", "last_frame"]
    sent = said(of("seedance-2.0", "references", voice=SOUND))
    assert roles(sent) == ["text", "reference_image", "reference_image", "reference_audio"]
    assert sent["content"][1]["image_url"] == {"url": f"data:image/png;base64,{OTHER.path}"}
    assert sent["content"][3]["audio_url"] == {"url": f"data:audio/wav;base64,{SOUND.path}"}


def test_a_shot_without_words_carries_its_picture_alone():
    assert roles(said(of("seedance-2.0", "first_frame", prompt=""))) == ["first_frame"]


def test_an_mp3_is_named_as_ark_names_it():
    sent = said(of("seedance-2.0", "references", voice=Input("voices/her.MP3", "a" * 64)))
    assert sent["content"][-1]["audio_url"]["url"].startswith("data:audio/mp3;base64,")


@pytest.mark.parametrize(
    ("model", "mode", "ratio"),
    [
        ("seedance-2.5", "text", True),
        ("seedance-2.5", "references", True),
        ("seedance-2.5", "first_frame", False),
        ("seedance-2.5", "first_last", False),
        ("seedance-2.0", "first_frame", True),
        ("seedance-1.5-pro", "first_last", True),
    ],
)
def test_the_shape_is_ordered_unless_a_first_frame_decides_it(model, mode, ratio):
    assert ("ratio" in said(of(model, mode))) is ratio


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (of("seedance-2.0", "references", first_frame=FIRST), "never both at once"),
        (of("seedance-2.0", "first_frame", references=(OTHER,)), "never both at once"),
        (of("seedance-2.5", "first_frame", voice=SOUND), "never both at once"),
        (of("seedance-2.0", "text", last_frame=LAST), "beside a first one"),
        (of("seedance-2.0", "text", voice=SOUND), "beside reference images"),
        (of("seedance-2.0", "references", source_video=CLIP), "public link"),
        (of("seedance-2.0", "text", negative_prompt="text"), "negative prompt"),
        (of("seedance-2.0", "references", voice=Input("v.m4a", "a" * 64)), "v.m4a is neither"),
        (of("seedance-1.0-pro", "text", prompt="a cup --dur 12"), "--dur"),
        (of("seedance-2.0", "text", prompt="--resolution 4k a cup"), "--resolution"),
    ],
)
def test_what_ark_cannot_be_given_is_refused_before_anything_is_sent(request_, words, at):
    async def work(stage):
        return await refusal(submitted(stage, request_)), stage.calls

    error, calls = staged("byteplus", at, work)
    assert (error.kind, error.charged) == ("input", False)
    assert words in error.message
    assert calls == []


def test_a_voice_may_come_alone_where_the_model_hears_one():
    assert roles(said(of("seedance-2.5", "text", voice=SOUND))) == ["text", "reference_audio"]


def test_the_files_themselves_go_inside_the_order(at):
    async def work(stage):
        await submitted(stage, of("seedance-2.0", "first_frame"))
        return stage.bought[0].json()

    sent = staged("byteplus", at, work)
    packed = sent["content"][1]["image_url"]["url"].partition(",")[2]
    assert base64.b64decode(packed) == (at.project / FIRST.path).read_bytes()


def test_a_finished_task_tells_its_seed_and_the_picture_it_ends_on(at):
    async def work(stage):
        ticket = await submitted(stage)
        assert ticket == {"id": TASK}
        stage.look = stage.tape.done
        return await stage.provider.poll(ticket), stage.calls[-1].path

    made, path = staged("byteplus", at, work)
    assert made == Succeeded(LINK, seed=1276, last_frame=FRAME, tokens=108900)
    assert path == f"{TASKS}/{TASK}"


def cancelled(at, state, reply=None):
    """The methods of the calls that a cancel makes where a task stands so."""

    async def work(stage):
        ticket = await submitted(stage)
        del stage.calls[:]
        stage.look = getattr(stage.tape, state)
        if reply is not None:
            stage.tape = replace(stage.tape, serves=lambda call: reply)
        await Ark(stage.session).cancel(ticket)
        return [call.method for call in stage.calls]

    return staged("byteplus", at, work)


def test_what_waits_is_deleted_and_what_is_over_keeps_its_record(at):
    assert cancelled(at, "queued") == ["GET", "DELETE"]
    assert cancelled(at, "running") == ["GET"]
    assert cancelled(at, "done") == ["GET"]
    assert cancelled(at, "missing") == ["GET"]


def test_one_that_began_between_look_and_cancel_is_no_error(at):
    assert cancelled(at, "queued", no(409, "TaskRunningCannotCancel")) == ["GET", "DELETE"]
    with pytest.raises(ProviderError) as caught:
        cancelled(at, "queued", no(500, "InternalServiceError"))
    assert caught.value.kind == "overload"


def test_a_key_is_shown_by_the_list_of_tasks(at):
    async def work(stage):
        stage.look = lambda call: Reply(200, {"total": 12, "items": []})
        told = await Ark(stage.session).check_key()
        return told, stage.calls[0].path, stage.calls[0].query

    told, path, query = staged("byteplus", at, work)
    assert told == "12 tasks in seven days"
    assert (path, query) == (TASKS, {"page_num": "1", "page_size": "1"})


def test_a_name_that_no_task_has_is_not_adopted(at):
    ark = Ark(hosted("byteplus", at.project))
    assert ark.adopt(of("seedance-2.0", "text"), f" {TASK}\n") == {"id": TASK}
    with pytest.raises(ProviderError) as caught:
        ark.adopt(of("seedance-2.0", "text"), "../tasks")
    assert caught.value.kind == "input"


def test_a_wrong_key_says_which_name_is_whose(at):
    async def work(stage):
        stage.paid = lambda call: no(401, "AuthenticationError")
        return await refusal(submitted(stage))

    hint = staged("volcengine", at, work).hint
    assert "ARK_API_KEY" in hint
    assert "VOLC_ARK_API_KEY" in hint


def test_a_model_that_is_not_switched_on_says_where_to_do_it(at):
    async def work(stage):
        stage.paid = lambda call: no(404, "ModelNotOpen", "Your account has not activated it.")
        return await refusal(submitted(stage))

    error = staged("byteplus", at, work)
    assert "switch the model on" in error.hint


def test_both_pages_are_spoken_with_in_the_same_words(at):
    def at_page(name):
        route = next(
            route
            for route in routes()
            if route.name == f"{name}:seedance-2.0" and "references" in route.offer.modes
        )

        async def work(stage):
            await submitted(stage, ordered(route, "references"))
            call = stage.bought[0]
            return call.host, call.path, call.json()

        return staged(name, at, work)

    (here, path, sent), (there, same_path, same) = at_page("byteplus"), at_page("volcengine")
    assert here == "ark.ap-southeast.bytepluses.com"
    assert there == "ark.cn-beijing.volces.com"
    assert path == same_path == TASKS
    assert sent.pop("model") == "dreamina-seedance-2-0-260128"
    assert same.pop("model") == "doubao-seedance-2-0-260128"
    assert sent == same


def test_a_price_in_yuan_is_counted_in_dollars_and_never_below_it():
    prices = [
        (route.offer.name, price)
        for route in routes()
        if route.provider.provider == "volcengine"
        for price in route.offer.prices
        if price.per != "unknown"
    ]
    for name, price in prices:
        yuan, rate = re.fullmatch(r"([\d.]+) yuan at ([\d.]+) to the dollar", price.note).groups()
        exact = Decimal(yuan) / Decimal(rate)
        assert exact <= price.usd < exact + Decimal("0.01"), name
        assert price.basis == "estimate", name
    assert {name for name, _ in prices} >= {
        "doubao-seedance-2-5-260628",
        "doubao-seedance-1-0-pro-250528",
    }


def test_seedance_2_5_is_dearer_at_1080p_in_china_too():
    route = next(route for route in routes() if route.name == "volcengine:seedance-2.5")
    fine, coarse = (
        route.price(Ask("text", resolution, "16:9", Decimal(5), True)).usd
        for resolution in ("1080p", "720p")
    )
    assert (fine, coarse) == (Decimal("11.85"), Decimal("10.77"))


def test_a_link_that_is_none_is_not_handed_on(at):
    async def work(stage):
        ticket = await submitted(stage)
        task = {"id": TASK, "status": "succeeded", "content": {"video_url": "file:///etc/passwd"}}
        stage.look = lambda call: Reply(200, task)
        return await stage.provider.poll(ticket)

    assert staged("byteplus", at, work).kind == "unknown"


def test_a_still_is_ordered_by_its_pixels_and_without_a_mark():
    request = replace(
        of("seedream-4.5", "references", references=(FIRST,)), width=1440, height=2560
    )
    assert still(request, read=lambda given: given.path) == {
        "model": "seedream-4-5-251128",
        "prompt": "coffee",
        "size": "1440x2560",
        "response_format": "url",
        "watermark": False,
        "image": [f"data:image/png;base64,{FIRST.path}"],
    }
    for more in ({"seed": 7}, {"first_frame": FIRST}, {"voice": SOUND}):
        with pytest.raises(ProviderError) as caught:
            still(replace(request, **more), read=lambda given: given.path)
        assert caught.value.kind == "input"


def test_a_still_comes_with_the_answer_and_its_link_is_the_ticket(at):
    async def work(stage):
        ticket = await submitted(stage, of("seedream-4.5", "text"))
        assert [call.path for call in stage.calls] == [STILLS]
        stage.look = lambda call: Reply(206, b"J")
        made = await stage.provider.poll(ticket)
        asked = stage.calls[-1]
        assert (f"https://{asked.host}{asked.path}", asked.headers["range"]) == (
            PICTURE,
            "bytes=0-0",
        )
        assert "authorization" not in asked.headers
        await stage.provider.cancel(ticket)
        gone = await refusal(stage.provider.poll({"still": "file:///etc/passwd"}))
        return made, gone.kind, len(stage.calls)

    assert staged("byteplus", at, work) == (Succeeded(PICTURE), "gone", 2)


def test_a_still_is_lost_with_its_link_and_was_paid_for(at):
    async def work(stage):
        found = []
        for code in (503, 403):
            stage.look = lambda call, code=code: Reply(code, b"no")
            found.append(await stage.provider.poll({"still": PICTURE}))
        return found

    early, late = staged("byteplus", at, work)
    assert early == Running()
    assert (late.kind, late.charged) == ("provider", True)


@pytest.mark.parametrize(
    ("told", "kind", "charged"),
    [
        (
            {"data": [{"error": {"code": "OutputImageSensitiveContentDetected"}}]},
            "moderation",
            False,
        ),
        ({"data": [], "error": {"code": "InternalServiceError"}}, "provider", False),
        ({"data": []}, "ambiguous", None),
        ({"data": [{"url": "file:///etc/passwd"}]}, "ambiguous", None),
    ],
)
def test_an_answer_without_a_picture_says_what_became_of_it(told, kind, charged, at):
    async def work(stage):
        stage.paid = lambda call: Reply(200, told)
        return await refusal(submitted(stage, of("seedream-4.5", "text")))

    error = staged("byteplus", at, work)
    assert (error.kind, error.charged) == (kind, charged)


def test_a_still_cannot_be_found_again_by_a_name(at):
    with pytest.raises(ProviderError) as caught:
        Ark(hosted("byteplus", at.project)).adopt(of("seedream-4.5", "text"), TASK)
    assert caught.value.kind == "input"
