"""Files on their way to MiniMax: inside a body, or uploaded before the order."""

from dataclasses import replace

import pytest

from tests.providers.loopback import RESET
from tests.providers.tapes import Reply
from tests.providers.tapes.minimax import FILE, TAPE, base, no, wrong
from tests.providers.test_minimax import NEW, always, at_work, everything, failing, submitting
from tests.providers.test_minimax_bodies import ASKED, CLIP, FACE, FIRST, VOICE, v1
from vidgen.job import Input
from vidgen.providers.files import Room
from vidgen.providers.minimax import uploads

HAILUO = v1("MiniMax-Hailuo-2.3")


def laid(folder, *inputs):
    """Put files of 40 bytes where they are named."""
    for one in inputs:
        path = folder / one.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(40))


def test_small_files_go_inside_in_the_makers_own_words(tmp_path):
    laid(tmp_path, FACE, VOICE)
    asked = replace(ASKED, references=(FACE,), voice=VOICE)
    _, (call,) = at_work(TAPE.accepts, submitting(asked), tmp_path)
    _, face, voice = call.json()["content"]
    assert face["image_url"]["url"].startswith("data:image/png;base64,")
    assert voice["audio_url"]["url"].startswith("data:audio/mp3;base64,")  # never audio/mpeg


def test_what_does_not_fit_into_a_body_is_uploaded_before_the_order(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "ROOM", Room("MiniMax", inside=70))
    laid(tmp_path, FACE, FIRST)
    asked = replace(ASKED, references=(FACE, FIRST))
    found, (upload, order) = at_work(everything, submitting(asked), tmp_path)
    assert found == NEW
    assert (upload.method, upload.path) == ("POST", "/v1/files/upload")
    form = upload.form()
    assert form["purpose"] == "video_generation_input"
    assert form["file"].startswith("data:image/png;base64,")
    urls = [item["image_url"]["url"] for item in order.json()["content"][1:]]
    assert urls[0].startswith("data:")
    assert urls[1] == f"mm_file://{FILE}"


def test_a_clip_in_quicktime_is_always_uploaded_and_one_in_mp4_is_not(tmp_path):
    film = Input("clips/a.mov", "f" * 64)
    laid(tmp_path, film, CLIP)
    for one, count in ((film, 2), (CLIP, 1)):
        asked = replace(ASKED, source_video=one, aspect="source")
        _, calls = at_work(everything, submitting(asked), tmp_path)
        assert len(calls) == count


def test_the_older_api_takes_no_uploads(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "ROOM", Room("MiniMax", inside=0))
    laid(tmp_path, FIRST)
    asked = replace(HAILUO, first_frame=FIRST)
    _, (call,) = at_work(everything, submitting(asked), tmp_path)
    assert call.json()["first_frame_image"].startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (RESET, "overload"),
        (no(1000, "unknown error"), "overload"),
        (Reply(500, b"<html>"), "overload"),
        (wrong(400, "bad_request_error", "the file is too wide (2013)"), "input"),
        (no(1002, "rate limit"), "limit"),
        (Reply(200, {"file": {}, **base()}), "provider"),
    ],
)
def test_an_upload_that_fails_has_bought_nothing(tmp_path, monkeypatch, reply, kind):
    monkeypatch.setattr(uploads, "ROOM", Room("MiniMax", inside=0))
    laid(tmp_path, FIRST)
    asked = replace(ASKED, first_frame=FIRST)
    error, calls = failing(always(reply), submitting(asked), tmp_path)
    assert (error.kind, error.charged) == (kind, False)
    assert [call.path for call in calls] == ["/v1/files/upload"]


@pytest.mark.parametrize("name", ["stills/a.gif", "stills/a.bmp", "stills/a"])
def test_a_file_that_is_not_taken_is_bad_input_and_nothing_is_sent(tmp_path, name):
    given = Input(name, "f" * 64)
    laid(tmp_path, given)
    asked = replace(ASKED, first_frame=given)
    error, calls = failing(everything, submitting(asked), tmp_path)
    assert (error.kind, error.charged, calls) == ("input", False, [])


def test_what_excludes_each_other_is_refused_before_anything_is_uploaded(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "ROOM", Room("MiniMax", inside=0))
    laid(tmp_path, FIRST, FACE)
    asked = replace(ASKED, first_frame=FIRST, references=(FACE,))
    error, calls = failing(everything, submitting(asked), tmp_path)
    assert (error.kind, calls) == ("input", [])
