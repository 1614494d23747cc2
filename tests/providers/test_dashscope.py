"""What only Model Studio does: a form for each family, uploads by form, regions, codes."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.catalogue_rows import routes
from tests.providers.at_work import refused, visited
from tests.providers.loopback import RESET
from tests.providers.tapes import Call, Reply
from tests.providers.tapes.dashscope import STORAGE, TAPE, TASK, failed, no, told
from vidgen.catalogue import Ask
from vidgen.errors import ProviderError
from vidgen.job import Camera, Failed, Input, Request, Succeeded
from vidgen.providers import Session
from vidgen.providers.dashscope import DashScope, storage
from vidgen.providers.dashscope.bodies import FRAMES, STILL, VIDEO, body, family_of, files_of
from vidgen.providers.files import Room

KEY = "sk-a-key-that-nobody-may-see"
BASE = "https://dashscope-intl.aliyuncs.com/api/v1"
FIRST, LAST, THIRD = (Input(f"stills/{name}.png", name * 64) for name in "abc")
SOUND = Input("sounds/Mara's voice.MP3", "d" * 64)
CLIP = Input("clips/a.mp4", "e" * 64)
ASKED = Request(
    kind="video",
    mode="text",
    model="wan-2.7",
    provider="dashscope",
    endpoint="wan2.7-t2v",
    prompt="a barista pours milk",
    aspect="9:16",
    resolution="720p",
    width=720,
    height=1280,
    rate=Fraction(24),
    duration=Decimal(5),
    audio=True,
)
TICKET = {"id": TASK, "at": BASE}


def asked(endpoint, mode="text", **more):
    return replace(ASKED, endpoint=endpoint, mode=mode, **more)


def sent(request):
    """A body, in which every file is named by its path."""
    family = family_of(request)
    return body(request, family, {one: one.path for one in files_of(request, family)})


def entry(kind, given):
    return {"type": kind, "url": given.path}


COMMON = {"duration": 5, "prompt_extend": False, "watermark": False}
TIER = {"resolution": "720P", **COMMON}
SHAPED = {"ratio": "9:16", **TIER}
FRAMED = {"first_frame": FIRST, "last_frame": LAST}
ENDS = [entry("first_frame", FIRST), entry("last_frame", LAST)]
PEOPLE = [entry("reference_image", THIRD), entry("reference_image", FIRST)]

FORMS = {
    "wan2.5, by size": (
        asked("wan2.5-t2v-preview", negative_prompt="blur", seed=3),
        {"negative_prompt": "blur"},
        {"size": "720*1280", "audio": True, "seed": 3, **COMMON},
    ),
    "wan2.6, by size": (
        asked("wan2.6-t2v", audio=False),
        {},
        {"size": "720*1280", "audio": False, "shot_type": "single", **COMMON},
    ),
    "wan2.6 with a sound": (
        asked("wan2.6-t2v", audio_file=SOUND),
        {"audio_url": SOUND.path},
        {"size": "720*1280", "audio": True, "shot_type": "single", **COMMON},
    ),
    "wan2.6 from a still, whose shape it has": (
        asked("wan2.6-i2v-flash", "first_frame", first_frame=FIRST),
        {"img_url": FIRST.path},
        {"audio": True, "shot_type": "single", **TIER},
    ),
    "wan2.6 from references": (
        asked("wan2.6-r2v", "references", references=(THIRD, FIRST)),
        {"reference_urls": [THIRD.path, FIRST.path]},
        {"size": "720*1280", "duration": 5, "audio": True, "shot_type": "single"}
        | {"watermark": False},
    ),
    "wan2.2 between two stills, always 5 s and silent": (
        asked("wan2.2-kf2v-flash", "first_last", audio=None, **FRAMED),
        {"first_frame_url": FIRST.path, "last_frame_url": LAST.path},
        {"resolution": "720P", "prompt_extend": False, "watermark": False},
    ),
    "wan2.7, by ratio": (asked("wan2.7-t2v", audio_file=SOUND), {"audio_url": SOUND.path}, SHAPED),
    "wan2.7 between two stills, to a sound": (
        asked("wan2.7-i2v", "first_last", audio_file=SOUND, **FRAMED),
        {"media": [*ENDS, entry("driving_audio", SOUND)]},
        TIER,
    ),
    "wan2.7 from references": (
        asked("wan2.7-r2v", "references", references=(THIRD, FIRST)),
        {"media": PEOPLE},
        SHAPED,
    ),
    "wan2.7 goes on with a clip": (
        asked("wan2.7-i2v", "extend", source_video=CLIP),
        {"media": [entry("first_clip", CLIP)]},
        TIER,
    ),
    "wan2.7 changes a clip, and keeps its length": (
        asked("wan2.7-videoedit", "edit", source_video=CLIP, references=(FIRST,)),
        {"media": [entry("video", CLIP), entry("reference_image", FIRST)]},
        {"resolution": "720P", "prompt_extend": False, "watermark": False},
    ),
    "wan3.0 from words": (asked("wan3.0-video", audio=False), {}, {"audio": False, **SHAPED}),
    "wan3.0 between two stills": (
        asked("wan3.0-video-prime", "first_last", **FRAMED),
        {"media": ENDS},
        {"audio": True, **SHAPED},
    ),
    "wan3.0 from references": (
        asked("wan3.0-video", "references", references=(THIRD, FIRST)),
        {"media": PEOPLE},
        {"audio": True, **SHAPED},
    ),
    "HappyHorse from words": (
        asked("happyhorse-1.1-t2v", aspect="4:5"),
        {},
        {"resolution": "720P", "ratio": "4:5", "duration": 5, "watermark": False},
    ),
    "HappyHorse from a still, without a shape": (
        asked("happyhorse-1.1-i2v", "first_frame", first_frame=FIRST),
        {"media": [entry("first_frame", FIRST)]},
        {"resolution": "720P", "duration": 5, "watermark": False},
    ),
    "a still": (
        asked("wan2.2-t2i-plus", kind="image", duration=None, audio=None),
        {},
        {"size": "720*1280", "n": 1, "prompt_extend": False, "watermark": False},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_family_has_a_form_of_its_own(name):
    request, given, parameters = FORMS[name]
    words = {"prompt": "a barista pours milk"}
    expected = {"model": request.endpoint, "input": words | given, "parameters": parameters}
    assert sent(request) == expected


@pytest.mark.parametrize(
    ("endpoint", "mode", "path"),
    [
        ("wan2.2-kf2v-flash", "first_last", FRAMES),
        ("wanx2.1-kf2v-plus", "first_last", FRAMES),
        ("wan2.1-kf2v-plus", "first_last", FRAMES),
        ("wan2.2-t2i-plus", "text", STILL),
        ("wan2.7-t2v-2026-04-25", "text", VIDEO),
    ],
)
def test_a_path_follows_from_the_name_of_the_model(endpoint, mode, path):
    assert family_of(asked(endpoint, mode, audio=None)).path == path


def test_two_frames_are_sold_by_the_model_that_singapore_has():
    sold = {
        route.offer.modes["first_last"]
        for route in routes()
        if route.provider.provider == "dashscope"
        and "kf2v" in route.offer.name
        and route.price(Ask("first_last", "720p", "source", Decimal(5))).per != "unknown"
    }
    assert sold == {"wan2.1-kf2v-plus"}


@pytest.mark.parametrize(
    ("prompt", "several"),
    [
        ("Shot 1: a cup. Shot 2: the milk.", True),
        ("a multi-shot film of a cafe", True),
        ("a single shot of 2 cups", False),
        ("the shot 20 times", False),
    ],
)
def test_wan_2_6_rewrites_a_prompt_only_where_it_asks_for_several_shots(prompt, several):
    found = sent(asked("wan2.6-t2v", prompt=prompt))
    assert found["input"]["prompt"] == prompt
    assert found["parameters"]["prompt_extend"] is several
    assert found["parameters"]["shot_type"] == ("multi" if several else "single")
    newer = sent(asked("wan2.7-t2v", prompt=prompt))["parameters"]
    assert newer["prompt_extend"] is False
    assert "shot_type" not in newer


@pytest.mark.parametrize(
    ("asking", "says"),
    [
        (asked("wan3.0-video", negative_prompt="blur"), "negative prompt"),
        (asked("happyhorse-1.1-t2v", audio_file=SOUND), "audio file"),
        (asked("wan2.7-r2v", "references", references=(FIRST,), audio_file=SOUND), "audio file"),
        (asked("wan2.6-i2v", "first_last", **FRAMED), "last frame"),
        (asked("wan2.7-t2v", guidance_scale=Decimal(5)), "guidance scale"),
        (asked("wan2.7-t2v", camera=Camera("push in", dolly=Decimal(5))), "camera"),
        (asked("wan2.7-t2v", audio=False), "always makes sound"),
        (asked("wan2.2-kf2v-flash", "first_last", **FRAMED), "makes no sound"),
        (asked("qwen-video"), "nobody here knows"),
        (asked("wan2.7-i2v", "lip_sync", source_video=CLIP), "nobody here knows"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.endpoint,
)
def test_what_a_model_has_no_place_for_is_refused_before_anything_is_sent(asking, says):
    error, calls = failing(TAPE.serves, lambda studio: studio.submit(asking, idempotency="j"))
    assert (error.kind, error.charged) == ("input", False)
    assert says in error.message
    assert calls == []


# -- files -------------------------------------------------------------------------------------


def house(project=None, base=BASE):
    return Session(project, project, project, base_url=base, key=KEY)


def at_work(answer, work, **more):
    return visited(DashScope, house(**more), answer, work)


def failing(answer, work, **more):
    return refused(DashScope, house(**more), answer, work)


def studio(call):
    """Everything goes well."""
    return TAPE.accepts(call) if TAPE.pays(call) else TAPE.serves(call)


@pytest.fixture
def project(tmp_path):
    for given in (FIRST, SOUND):
        path = tmp_path / given.path
        path.parent.mkdir()
        path.write_bytes(b"\x89PNG and more")
    return tmp_path


HUMMED = asked("wan2.7-t2v", audio_file=SOUND)


def submitting(request):
    return lambda studio: studio.submit(request, idempotency="j1:one.1")


def test_a_sound_is_uploaded_by_a_form_without_the_key_or_the_authors_name(project):
    ticket, calls = at_work(studio, submitting(HUMMED), project=project)
    assert ticket == TICKET == json.loads(json.dumps(ticket))
    asked_for, put, order = calls
    assert asked_for.query == {"action": "getPolicy", "model": "wan2.7-t2v"}
    form = put.form()
    name = f"dashscope-instant/52af/2026-11-20/7c1a/{'d' * 16}.mp3"
    assert (put.host, form["key"], form["success_action_status"]) == (STORAGE, name, "200")
    assert list(form)[-1] == "file"  # what comes after it is not read there
    assert form["file"].startswith("data:audio/mpeg;base64,")
    assert KEY not in repr(put)
    assert b"Mara" not in put.body
    assert order.json()["input"]["audio_url"] == f"oss://{name}"
    assert order.headers["x-dashscope-ossresourceresolve"] == "enable"
    assert order.headers["x-dashscope-async"] == "enable"


def test_a_picture_goes_along_while_it_is_small_and_else_is_uploaded(project, monkeypatch):
    request = asked("wan2.7-i2v", "first_frame", first_frame=FIRST)
    _, (order,) = at_work(studio, submitting(request), project=project)
    assert order.json()["input"]["media"][0]["url"].startswith("data:image/png;base64,")
    assert "x-dashscope-ossresourceresolve" not in order.headers
    monkeypatch.setattr(storage, "ROOM", Room("Model Studio", inside=5))
    _, calls = at_work(studio, submitting(request), project=project)
    assert calls[-1].json()["input"]["media"][0]["url"].startswith("oss://")


PLACE = TAPE.serves(Call("GET", "", "/uploads", {}, {})).body["data"]


def storing(place=None, put=None):
    """A server whose storage answers so."""

    def answer(call):
        if TAPE.pays(call):
            return TAPE.accepts(call)
        if call.path.endswith("/uploads"):
            return place or TAPE.serves(call)
        return put or Reply(200, b"")

    return answer


def placed(**more):
    return Reply(200, {"askingid": "7574ee8f", "data": PLACE | more})


UPLOAD_TROUBLES = {
    "a wrong key": (storing(no(401, "InvalidApiKey")), "key"),
    "too many places asked for": (storing(no(429, "Throttling.RateQuota")), "limit"),
    "no place named": (storing(Reply(200, {"data": {"policy": "x"}})), "provider"),
    "a place that is none": (storing(placed(upload_host=7)), "provider"),
    "a file that is too large there": (storing(placed(max_file_size_mb=0)), "input"),
    "a storage at its limit": (storing(put=Reply(503, b"<Error/>")), "overload"),
    "a storage that says no": (storing(put=Reply(403, b"<Error/>")), "provider"),
    "a storage that breaks off": (storing(put=RESET), "overload"),
    "a gateway's page in place of a place": (storing(Reply(502, b"<html>")), "overload"),
}


@pytest.mark.parametrize("name", UPLOAD_TROUBLES)
def test_trouble_with_an_upload_is_never_in_doubt_and_buys_nothing(project, name):
    answer, kind = UPLOAD_TROUBLES[name]
    error, calls = failing(answer, submitting(HUMMED), project=project)
    assert (error.kind, error.charged) == (kind, False)
    assert not any(TAPE.pays(call) for call in calls)
    assert KEY not in error.message


# -- regions, ends, stopping -------------------------------------------------------------------


def test_a_task_of_another_region_is_not_looked_for_in_this_one():
    there = {"id": TASK, "at": "https://dashscope.aliyuncs.com/api/v1"}
    error, calls = failing(TAPE.done, lambda studio: studio.poll(there))
    assert error.kind == "gone"
    assert "dashscope.aliyuncs.com" in error.message
    assert "DASHSCOPE_HTTP_BASE_URL" in error.hint
    assert calls == []


def test_a_workspace_has_an_address_of_its_own():
    base = "https://ws-1.ap-southeast-1.maas.aliyuncs.com/api/v1/"
    ticket, (order,) = at_work(studio, submitting(ASKED), base=base)
    assert order.host == "ws-1.ap-southeast-1.maas.aliyuncs.com"
    assert order.path == f"/api/v1/{VIDEO}"
    assert ticket["at"] == base.rstrip("/")


def test_a_still_that_failed_alone_says_why():
    results = [{"code": "DataInspectionFailed", "message": "not this"}]
    output = {"task_id": TASK, "task_status": "SUCCEEDED", "results": results}
    status, _ = at_work(lambda call: told(output), lambda studio: studio.poll(TICKET))
    assert status == Failed("not this - DataInspectionFailed", "moderation", charged=False)


def test_seconds_that_were_used_are_no_cost():
    status, _ = at_work(TAPE.done, lambda studio: studio.poll(TICKET))
    assert isinstance(status, Succeeded)
    assert status.cost_usd is None


def test_the_key_is_cut_out_of_what_a_failed_task_says():
    answer = failed("InternalError", message=f"{KEY} is not at the top")
    status, _ = at_work(answer, lambda studio: studio.poll(TICKET))
    assert KEY not in status.reason
    refusal = no(401, "InvalidApiKey", f"no such key: {KEY}")
    error, _ = failing(lambda call: refusal, submitting(ASKED))
    assert KEY not in error.message
    assert "region" in error.hint


@pytest.mark.parametrize("answer", [no(400, "UnsupportedOperation"), no(404, "NotFound"), told({})])
def test_what_cannot_be_cancelled_any_more_is_no_error(answer):
    _, (call,) = at_work(lambda call: answer, lambda studio: studio.cancel(TICKET))
    assert (call.method, call.path) == ("POST", f"/api/v1/tasks/{TASK}/cancel")


def test_a_wish_to_cancel_says_when_the_key_is_wrong():
    error, _ = failing(lambda call: no(401, "InvalidApiKey"), lambda it: it.cancel(TICKET))
    assert error.kind == "key"


def test_a_key_is_shown_by_the_list_of_tasks():
    said, (call,) = at_work(lambda call: told({}), lambda studio: studio.check_key())
    assert said == ""
    assert (call.method, call.path) == ("GET", "/api/v1/tasks")
    assert call.query == {"page_no": "1", "page_size": "1"}


def test_what_is_no_id_is_not_taken_over():
    studio = DashScope(Session(None, None, None, base_url=BASE))
    assert studio.adopt(ASKED, f" {TASK} ") == TICKET
    with pytest.raises(ProviderError, match="no job") as refused:
        studio.adopt(ASKED, "../../other")
    assert refused.value.kind == "input"
