"""The animatic's plan: what it costs, what its cards say, and what it shows as it is."""

from decimal import Decimal

import pytest

from tests.clips import footage, hum
from tests.planning import only, planned, starts
from vidgen.job import Slate


def test_the_animatic_costs_nothing_and_says_what_it_stands_for(film, shop):
    source = film("shots: [{id: a, prompt: p, model: dear, duration: 4.5s}]")
    found = planned(source, shop, tier="animatic")
    request = only(found).job.request
    assert (found.verdict, request.duration, request.slate.model) == (
        "free",
        Decimal("4.5"),
        "Dear",
    )


def test_a_card_is_never_moved_over_but_says_what_it_goes_on_from(film, shop):
    source = film(
        """
        defaults: {model: dear}
        shots:
          - {id: a, prompt: p}
          - {id: b, prompt: q, chain: a}
          - {id: c, prompt: r, still: stills/c.png}
          - {id: d, prompt: s, chain: c}
          - {id: e, prompt: t, still: {prompt: u, model: painter}}
        """,
        stills=["stills/c.png"],
    )
    steps = planned(source, shop, tier="animatic").steps
    modes = [step.job.request.mode for step in steps]
    assert modes == ["text", "text", "first_frame", "first_frame", "text"]
    assert [starts(step) for step in steps] == [None, None, None, steps[2].job.key, None]
    assert steps[1].job.request.slate.prompt == "Goes on from a. Q."


def test_every_card_of_a_group_says_the_model_that_makes_the_group(film, shop):
    source = film("""
        shots:
          - {id: a, prompt: p, group: g, model: dear}
          - {id: b, prompt: q, group: g}
    """)
    steps = planned(source, shop, tier="animatic").steps
    assert [step.job.request.slate.model for step in steps] == ["Dear", "Dear"]


TITLED = """
    defaults: {model: dear, duration: 5s}
    draft: {model: plain}
    shots:
      - {id: title, model: animatic, duration: 2s, prompt: "One day,\\nten desks"}
      - {id: b, prompt: q}
    """


@pytest.mark.parametrize("tier", ["final", "animatic"])
def test_a_shot_that_the_animatic_makes_itself_is_a_title(film, shop, tier):
    title, other = planned(film(TITLED), shop, tier=tier).steps
    assert title.job.request.slate == Slate("title", "", "One day,\nten desks", Decimal(2))
    slate = other.job.request.slate
    assert slate is None if tier == "final" else slate.model == "Dear"


def test_a_draft_by_the_animatic_says_what_it_stands_for(film, shop):
    source = film(
        "draft: {model: animatic}\nshots: [{id: a, prompt: p, model: dear, duration: 5s}]"
    )
    slate = only(planned(source, shop, tier="draft")).job.request.slate
    assert (slate.shot, slate.model, slate.prompt) == ("a", "Dear", "P.")


def test_the_animatic_shows_a_given_clip_and_goes_on_from_it(film, shop, tmp_path):
    footage(tmp_path / "hall.mp4")
    source = film(
        """
        defaults: {model: dear}
        shots:
          - {id: a, source: hall.mp4, prompt: p}
          - {id: b, chain: a, prompt: q}
        """
    )
    one, two = planned(source, shop, tier="animatic").steps
    assert one.job.request.source_video.path == "hall.mp4"
    assert (one.job.request.mode, two.job.request.mode) == ("text", "first_frame")
    assert starts(two) == one.job.key


@pytest.mark.parametrize("written", ["portrait: face.png, audio: line.wav", "lip_sync: line.wav"])
def test_the_animatic_lets_what_is_spoken_to_be_heard(film, shop, tmp_path, written):
    hum(tmp_path / "line.wav")
    source = film(f"shots: [{{id: a, prompt: p, model: dear, {written}}}]", stills=["face.png"])
    request = only(planned(source, shop, tier="animatic")).job.request
    assert request.audio_file.path == "line.wav"
    assert request.motion_video is None


def test_the_words_of_a_card_name_who_speaks(film, shop):
    source = film(
        """
        cast: {jon: {look: tall}}
        defaults: {model: dear}
        shots: [{id: a, prompt: {subject: jon, dialogue: [{by: jon, says: Go}, {says: No}]}}]
        """
    )
    slate = only(planned(source, shop, tier="animatic")).job.request.slate
    assert slate.dialogue == ("“Go” — jon", "“No”")


def test_the_animatic_hears_the_move_in_a_free_prompt(film, shop):
    source = film("shots: [{id: a, prompt: 'A cup, warm light, slow push in', model: dear}]")
    assert only(planned(source, shop, tier="animatic")).job.request.camera.dolly > 0
