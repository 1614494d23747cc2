import json
from decimal import Decimal

import pytest

from tests.clips import footage
from tests.planning import keys, only, planned
from vidgen import present
from vidgen.catalogue import load
from vidgen.errors import StoryboardInvalid

SIX = """
    defaults: {model: plain, duration: 5s}
    shots:
      - {id: one, prompt: a}
      - {id: two, prompt: b, still: stills/b.png}
      - {id: three, prompt: c}
      - {id: four, prompt: d, chain: three}
      - {id: five, prompt: e, chain: previous}
      - {id: six, prompt: f}
"""


# -- purity and names ---------------------------------------------------------------------------


def test_planning_twice_gives_the_same_bytes(film, shop):
    source = film(SIX, stills=["stills/b.png"])
    first, second = (
        json.dumps(present.plan_json(planned(source, shop), 1), sort_keys=False) for _ in range(2)
    )
    assert first == second


def test_planning_writes_nothing(film, shop, tmp_path):
    source = film(SIX, stills=["stills/b.png"])
    before = sorted(tmp_path.rglob("*"))
    planned(source, shop)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_changed_prompt_renames_its_shot_and_what_chains_from_it(film, shop):
    before = keys(planned(film(SIX, stills=["stills/b.png"]), shop))
    after = keys(
        planned(film(SIX.replace("prompt: c", "prompt: C!"), stills=["stills/b.png"]), shop)
    )
    assert {shot for shot in before if before[shot] != after[shot]} == {"three", "four", "five"}


def test_a_still_with_other_contents_renames_its_shot_alone(film, shop, tmp_path):
    from tests.conftest import still

    before = keys(planned(film(SIX, stills=["stills/b.png"]), shop))
    still(tmp_path / "stills/b.png", colour=(1, 2, 3))
    after = keys(planned(film(SIX), shop))
    assert {shot for shot in before if before[shot] != after[shot]} == {"two"}


def test_keys_at_hand_change_nothing_unless_asked(film, shop):
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    assert only(planned(source, shop)).route == "two:plain"
    assert only(planned(source, shop, keys=frozenset({"one"}))).route == "one:plain"


# -- routes ---------------------------------------------------------------------------------------


def test_the_cheapest_live_route_is_taken_and_said(film, shop):
    step = only(planned(film("shots: [{id: a, prompt: p, model: Plain One}]"), shop))
    assert step.route == "two:plain"
    assert step.because == "named by the shot; cheapest of 2 live routes at 1080p"


def test_preferred_avoided_and_named_providers(film, shop):
    base = "shots: [{id: a, prompt: p, model: plain%s}]\n"
    prefer = planned(film(base % "" + "providers: {prefer: [one]}"), shop)
    assert (only(prefer).route, only(prefer).because) == (
        "one:plain",
        "named by the shot; one is preferred",
    )
    assert only(planned(film(base % "" + "providers: {avoid: [two]}"), shop)).route == "one:plain"
    assert only(planned(film(base % ", provider: one"), shop)).route == "one:plain"


def test_a_role_names_the_model(film, shop):
    source = film(
        """
        rotation: {hero: dear, broll: plain}
        defaults: {role: broll}
        shots: [{id: a, prompt: p, role: hero}, {id: b, prompt: p}]
        """
    )
    found = planned(source, shop)
    assert [step.job.request.model for step in found.steps] == ["dear", "plain"]
    assert [step.protected for step in found.steps] == [True, False]
    assert found.steps[1].because.startswith("role broll, by default")


def test_needs_find_the_cheapest_that_can_and_win_over_a_default_role(film, shop):
    source = film(
        """
        rotation: {broll: plain}
        defaults: {role: broll}
        shots: [{id: a, prompt: p, needs: [lip_sync]}, {id: b, prompt: p, needs: [4k]}]
        """
    )
    steps = planned(source, shop).steps
    assert [step.job.request.model for step in steps] == ["dear", "dear"]
    assert [step.job.request.resolution for step in steps] == ["1080p", "4k"]
    assert steps[0].because.startswith("cheapest live model with lip_sync")


def test_asked_length_is_fitted_to_what_is_sold_and_said(film, shop):
    step = only(planned(film("shots: [{id: a, prompt: p, model: plain, duration: 4.5s}]"), shop))
    assert step.job.request.duration == 6
    assert step.quote.usd == Decimal("0.48")
    assert step.notes == ("4.5s asked, 6s bought (4, 6, 8 sold); trimmed",)


def test_size_is_fitted_and_said(film, shop):
    step = only(planned(film("shots: [{id: a, prompt: p, model: silent}]"), shop))
    assert step.job.request.resolution == "480p"
    assert "1080p asked, 480p sold; scaled up when stitched" in step.notes


@pytest.mark.parametrize(
    ("shot", "message"),
    [
        ("model: plain, duration: 12s", "asks for 12s; plain sells 4, 6, 8"),
        ("model: plain, seed: 3", "it has no seed"),
        ("model: plain, negative_prompt: blur", "it has no negative prompt"),
        ("model: silent, audio: true", "it has no audio"),
        ("model: old", "it was retired on 2026-09-24"),
        ("model: dear, provider: one", "`one` does not sell it; others do (two)"),
        ("model: plain, needs: [camera_control]", "it has no camera control"),
    ],
)
def test_what_nobody_sells_is_a_fault_at_the_shots_line(film, shop, shot, message):
    source = film(
        f"shots:\n  - {{id: fine, prompt: p, model: plain}}\n  - {{id: a, prompt: p, {shot}}}"
    )
    with pytest.raises(StoryboardInvalid) as raised:
        planned(source, shop)
    (fault,) = raised.value.faults
    assert (fault.code, fault.line) == ("shot-not-offered", 5)
    assert message in fault.message


def test_names_that_nobody_knows_are_told_once_with_the_nearest(film, shop):
    source = film("shots: [{id: a, prompt: p, model: painter}, {id: b, prompt: p, provider: onee}]")
    with pytest.raises(StoryboardInvalid) as raised:
        planned(source, shop)
    assert [fault.code for fault in raised.value.faults] == [
        "wrong-kind-of-model",
        "unknown-provider",
    ]
    assert raised.value.faults[1].hint == "did you mean `one`?"


def test_every_shot_that_cannot_be_made_is_told_at_once(film, shop):
    source = film("shots: [{id: a, prompt: p, model: plan}, {id: b, prompt: p, model: old}]")
    with pytest.raises(StoryboardInvalid) as raised:
        planned(source, shop)
    assert [fault.code for fault in raised.value.faults] == ["unknown-model", "shot-not-offered"]
    assert raised.value.faults[0].hint == "did you mean `plain`?"
    assert "these can: " in raised.value.faults[1].hint


def test_every_shot_that_the_default_model_cannot_make_is_told(film, shop):
    source = film("""
        defaults: {model: old}
        shots: [{id: a, prompt: p}, {id: b, prompt: p}]
    """)
    with pytest.raises(StoryboardInvalid) as raised:
        planned(source, shop)
    told = [(fault.line, fault.message.partition(" cannot")[0]) for fault in raised.value.faults]
    assert told == [(4, "shot `a`"), (4, "shot `b`")]
    missing = film("defaults: {model: nix}\nshots: [{id: a, prompt: p}, {id: b, prompt: p}]")
    with pytest.raises(StoryboardInvalid) as raised:
        planned(missing, shop)
    assert [fault.message for fault in raised.value.faults] == ["no model is called `nix`"]


def test_a_negative_default_is_sent_where_there_is_a_field_and_said_to_be_left_out_elsewhere(
    film, shop
):
    source = film(
        """
        defaults: {negative_prompt: blur, duration: 4s}
        shots: [{id: a, prompt: p, model: dear}, {id: b, prompt: p, model: plain}]
        """
    )
    with_field, without = planned(source, shop).steps
    assert with_field.job.request.negative_prompt == "blur"
    assert without.notes == ("no negative prompt is taken there; it is not sent",)


def test_sound_is_on_where_words_are_spoken_and_off_where_nothing_is_said(film, shop):
    source = film(
        """
        defaults: {model: plain, duration: 4s}
        shots:
          - {id: a, prompt: p}
          - {id: b, prompt: {subject: s, dialogue: [{says: Go}]}}
          - {id: c, prompt: {subject: s, dialogue: [{says: Go}]}, audio: false}
        """
    )
    assert [step.job.request.audio for step in planned(source, shop).steps] == [False, True, False]


def test_of_what_is_barred_only_what_is_asked_is_told(film):
    source = film("shots: [{id: a, prompt: p, model: hailuo-02, provider: minimax}]")
    with pytest.raises(StoryboardInvalid) as caught:
        planned(source, load())
    (fault,) = caught.value.faults
    assert "it is not sold in 9:16 from a prompt alone (minimax)" in fault.message


def test_what_a_mode_lacks_is_told_once(film, tmp_path):
    footage(tmp_path / "a.mp4")
    source = film("shots: [{id: a, prompt: p, model: kling-2.5-turbo, source: a.mp4}]")
    with pytest.raises(StoryboardInvalid) as caught:
        planned(source, load())
    (fault,) = caught.value.faults
    assert "`kling-2.5-turbo`: it does not work from a source video (" in fault.message
