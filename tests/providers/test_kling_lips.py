"""Lip-sync at Kling: of a clip made there, for the one face in it, which is paid for only once."""

import base64
import json
from dataclasses import replace

import pytest

from tests.catalogue_rows import routes
from tests.clips import hum
from tests.providers.asked import SOUND, ordered
from tests.providers.at_work import refusal, staged
from tests.providers.loopback import RESET
from tests.providers.tapes import Reply
from tests.providers.tapes.kling import (
    EARLIER,
    FACES,
    TASK,
    accepts,
    face,
    faces,
    no,
    older,
    serves,
    yes,
)
from vidgen.job import Input
from vidgen.providers.kling import lips

ROUTE = next(route for route in routes() if route.name == "kling:kling-lip-sync")
ASKED = ordered(ROUTE, "lip_sync")
PATH = "/v1/videos/advanced-lip-sync"


def at_kling(at, work, *, found=None, order=accepts, look=None):
    """Work at Kling, whose look for faces and at the clip are answered so: what came of it, and
    the paths that were called."""

    async def run(stage):
        real = stage.answer

        def answer(call):
            if call.path == FACES and found is not None:
                return found
            if look is not None and call.method == "GET":
                return look
            return real(call)

        stage.server.answer = answer
        stage.paid = order
        return await work(stage), list(stage.calls)

    return staged("kling", at, run)


def submitting(asked=ASKED, *, idempotency="j2:one.1", times=1):
    async def work(stage):
        for _ in range(times - 1):
            await stage.provider.submit(asked, idempotency=idempotency)
        return await stage.provider.submit(asked, idempotency=idempotency)

    return work


def failing(asked=ASKED, *, idempotency="j2:one.1"):
    async def work(stage):
        return await refusal(stage.provider.submit(asked, idempotency=idempotency))

    return work


def paths(calls):
    return [call.path for call in calls]


@pytest.mark.parametrize("earlier", EARLIER, ids=lambda ticket: ticket["api"])
def test_a_clip_made_there_is_named_by_its_own_id_and_its_one_face_speaks(at, earlier):
    ticket, calls = at_kling(at, submitting(replace(ASKED, made_there=earlier)))
    assert ticket == {"id": TASK, "api": "1.x", "path": PATH.strip("/")}
    look, found, order = calls
    assert look.method == "GET"
    assert (found.path, found.json()) == (FACES, {"video_id": f"clip-of-{earlier['id']}"})
    assert order.path == PATH
    sent = order.json()
    assert sent["session_id"] == f"session-of-clip-of-{earlier['id']}"
    assert sent["external_task_id"].startswith("vidgen-")
    (said,) = sent["face_choose"]
    assert base64.b64decode(said.pop("sound_file")) == (at.project / SOUND.path).read_bytes()
    assert said == {
        "face_id": "0",
        "sound_start_time": 0,
        "sound_end_time": 3000,
        "sound_insert_time": 0,
        "sound_volume": 1,
        "original_audio_volume": 0,
    }


@pytest.mark.parametrize(
    ("seen", "insert", "end"),
    [
        ([face(start=1200, end=5100)], 1200, 3000),
        ([face(start=1200, end=3900)], 1200, 2700),
        ([face(end=2000)], 0, 2000),
        ([face(end=1000), face(start=1500, end=4000)], 1500, 2500),
    ],
)
def test_it_speaks_from_when_the_face_is_seen_and_no_longer_than_that(at, seen, insert, end):
    _, calls = at_kling(at, submitting(), found=faces(*seen))
    (said,) = calls[-1].json()["face_choose"]
    assert (said["sound_insert_time"], said["sound_end_time"]) == (insert, end)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (faces(), "no face"),
        (faces(face("0"), face("1"), face("2")), "3 faces"),
        (faces(face(start=500, end=2400)), "in view for 1.9 s"),
        (faces(face() | {"end_time": None}), "in view for 0 s"),
    ],
)
def test_none_or_several_faces_are_told_and_were_paid_for(at, found, words):
    error, calls = at_kling(at, failing(), found=found)
    assert (error.kind, error.charged) == ("input", None)
    assert words in error.message
    assert PATH not in paths(calls)


def test_a_clip_that_kling_did_not_make_is_refused_before_anything_is_sent(at):
    error, calls = at_kling(at, failing(replace(ASKED, made_there=None)))
    assert (error.kind, error.charged, calls) == ("input", False, [])
    assert "made itself" in error.message
    assert error.hint


@pytest.mark.parametrize(
    "made", [None, [], [{"type": "video"}], [{"type": "image", "id": "1"}]], ids=repr
)
def test_a_clip_that_is_no_longer_kept_is_told_before_the_face_is_looked_for(at, made):
    task = {"id": "earlier-1", "status": "succeeded", "outputs": made}
    error, calls = at_kling(at, failing(), look=yes([] if made is None else [task]))
    assert (error.kind, error.charged) == ("input", False)
    assert "30 days" in error.message
    assert FACES not in paths(calls)


def test_trouble_with_the_look_at_the_clip_is_tried_again(at):
    error, calls = at_kling(at, failing(), look=no(500, 5000, "fault"))
    assert error.kind == "overload"
    assert FACES not in paths(calls)


@pytest.mark.parametrize(
    ("name", "seconds", "words"),
    [
        ("short.wav", 1.9, "1.9 s of sound"),
        ("long.wav", 60.5, "60.5 s of sound"),
        ("other.ogg", 3, ".mp3, .wav, .m4a, .aac"),
        ("large.wav", 700, "5.6 MB"),
        ("lost.wav", None, "cannot be heard"),
    ],
)
def test_a_sound_that_kling_would_not_take_is_refused_before_anything_is_sent(
    at, name, seconds, words
):
    if seconds is not None:
        hum(at.project / "sounds" / name, seconds=seconds)
    request = replace(ASKED, audio_file=Input(f"sounds/{name}", "9" * 64))
    error, calls = at_kling(at, failing(request))
    assert (error.kind, error.charged, calls) == ("input", False, [])
    assert words in error.message


def test_lip_sync_without_a_sound_is_refused(at):
    error, calls = at_kling(at, failing(replace(ASKED, audio_file=None)))
    assert (error.kind, calls) == ("input", [])


def test_the_same_submit_looks_for_the_face_once(at):
    _, calls = at_kling(at, submitting(times=3))
    assert paths(calls).count(FACES) == 1
    assert paths(calls).count(PATH) == 3
    bodies = [call.json() for call in calls if call.path == PATH]
    assert bodies[0] == bodies[1] == bodies[2]


OTHERS = {
    "another name": {"idempotency": "j2:two.1"},
    "another take, selected meanwhile": {"asked": replace(ASKED, made_there=EARLIER[1])},
}


@pytest.mark.parametrize("more", OTHERS.values(), ids=OTHERS)
def test_another_submit_looks_for_the_face_in_its_own_clip(at, more):
    at_kling(at, submitting())
    _, calls = at_kling(at, submitting(**more))
    assert FACES in paths(calls)


def test_what_was_found_is_known_to_a_later_run_for_as_long_as_the_session_lives(at, monkeypatch):
    at_kling(at, submitting())
    _, calls = at_kling(at, submitting())
    assert FACES not in paths(calls)
    monkeypatch.setattr(lips, "SESSION_SECONDS", -1)
    _, calls = at_kling(at, submitting())
    assert FACES in paths(calls)


@pytest.mark.parametrize(
    "answer",
    [
        RESET,
        no(500, 5000, "fault"),
        no(503, 5001, "maintenance"),
        Reply(502, b"<html>bad gateway</html>"),
        Reply(200, {"code": 4711, "message": "new"}),
        yes({"face_data": [face()]}),
        yes(None),
    ],
    ids=repr,
)
def test_a_look_for_faces_that_may_have_been_paid_ends_the_job_and_is_not_repeated(at, answer):
    error, calls = at_kling(at, failing(), found=answer)
    assert (error.kind, error.charged) == ("provider", None)
    assert PATH not in paths(calls)
    again, calls = at_kling(at, failing())
    assert (again.kind, again.charged) == ("provider", None)
    assert FACES not in paths(calls)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (no(401, 1002, "Authorization is invalid"), "key"),
        (no(429, 1102, "Account balance not enough"), "credit"),
        (no(429, 1302, "Too many requests"), "limit"),
        (no(400, 1201, "video_id is invalid"), "input"),
        (no(400, 1301, "content security policy"), "moderation"),
    ],
)
def test_a_refused_look_for_faces_cost_nothing_and_may_be_asked_again(at, answer, kind):
    error, _ = at_kling(at, failing(), found=answer)
    assert (error.kind, error.charged) == (kind, False)
    _, calls = at_kling(at, submitting())
    assert paths(calls)[-2:] == [FACES, PATH]


def test_a_file_that_says_nothing_counts_as_a_look_that_was_begun(at):
    at_kling(at, submitting())
    (kept,) = at.scratch.glob("*.json")
    assert set(json.loads(kept.read_text())) == {"asked", "told"}
    kept.write_text("{")
    error, calls = at_kling(at, failing())
    assert (error.kind, error.charged) == ("provider", None)
    assert FACES not in paths(calls)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (no(429, 1102, "Account balance not enough"), "credit"),
        (no(400, 1301, "content security policy"), "moderation"),
        (no(500, 5000, "fault"), "ambiguous"),
    ],
)
def test_an_order_that_is_refused_has_cost_the_look_for_the_face(at, answer, kind):
    error, _ = at_kling(at, failing(), order=lambda call: answer)
    assert (error.kind, error.charged) == (kind, None)


def test_our_id_refused_as_taken_is_found_at_its_own_path(at):
    taken = no(400, 1201, "External_task_id already exists")

    def look(call):
        found = {"task_id": TASK, "task_status": "processing"}
        return yes(found) if older(call) and "vidgen-" in call.path else serves(call)

    async def work(stage):
        stage.paid = lambda call: taken
        stage.look = look
        return await stage.provider.submit(ASKED, idempotency="j2:one.1")

    assert staged("kling", at, work)["id"] == TASK
