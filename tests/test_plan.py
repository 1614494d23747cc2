import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen import present
from vidgen.catalogue.page import Typical
from vidgen.errors import StoryboardInvalid, UnknownName
from vidgen.job import Acceptance, Failure, History, JobKey, Slate, Take, digest_parts
from vidgen.money import Quantity, cost
from vidgen.plan import Options, Quote, plan

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


def planned(source, shop, history=None, **options):
    return plan(source, shop, history or History(), Options(**options))


def starts(step):
    return next((need.key for need in step.job.needs), None)


def keys(found):
    return {step.job.shot: step.job.key for step in found.steps}


def only(found):
    (step,) = found.steps
    return step


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
        ("model: dear, provider: one", "`one` was asked for (two)"),
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


# -- money ----------------------------------------------------------------------------------------

PAID = """
    budget: {credits: %s, rerolls: 2.5}
    defaults: {duration: 4s}
    rotation: {hero: dear}
    draft: {model: silent, resolution: 480p}
    shots: [{id: a, prompt: p, model: plain}, {id: b, prompt: p, role: hero, duration: 5s}]
"""


def test_totals_count_every_shot_once_expected_and_at_worst(film, shop):
    totals = planned(film(PAID % 1000), shop).totals
    assert totals.sticker == totals.run == Decimal("2.32")
    assert totals.expected == Decimal("5.80")
    assert totals.worst == Decimal("6.96")
    assert (totals.budget, totals.headroom) == (10, Decimal("4.2"))


@pytest.mark.parametrize(
    ("credits", "verdict"), [(600, "fits"), (500, "over-expected"), (200, "over")]
)
def test_the_verdict(film, shop, credits, verdict):
    found = planned(film(PAID % credits), shop)
    assert found.verdict == verdict
    assert found.affordable == (verdict == "fits")
    assert bool(found.ways_out) == (verdict != "fits")


def test_what_was_spent_counts_against_the_budget(film, shop):
    found = planned(film(PAID % 600), shop, History(spent_usd=Decimal("0.5")))
    assert found.verdict == "over-expected"


def test_ways_out_spare_the_hero_and_name_what_they_save(film, shop):
    source = film(
        """
        budget: {credits: 300, rerolls: 2}
        rotation: {hero: dear, work: dear}
        shots: [{id: a, prompt: p, role: work}, {id: b, prompt: p, role: hero}]
        """
    )
    found = planned(source, shop)
    assert [way.what for way in found.ways_out] == ["shot `a`: plain on two instead of dear"]
    assert found.ways_out[0].saves == (Decimal("2.0") - Decimal("0.48")) * 2


def test_a_ceiling_of_the_run_counts_as_well(film, shop):
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    assert planned(source, shop).verdict == "no-ceiling"
    assert planned(source, shop, max_credits=Decimal(10)).verdict == "over"


def test_an_unknown_price_is_never_zero(film, shop):
    page = shop.providers["two"]
    unpriced = page.offers[0].model_copy(update={"prices": ()})
    page = page.model_copy(update={"offers": (unpriced,)})
    poor = replace(shop, providers={"two": page})
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    found = planned(source, poor)
    assert (only(found).action, found.verdict) == ("blocked", "unpriced")
    assert found.totals.unpriced == ("a",)
    allowed = planned(source, poor, allow_unpriced=True)
    assert (only(allowed).action, allowed.affordable) == ("new", True)


def test_takes_are_priced_each_and_seeds_count_up(film, shop):
    source = film("shots: [{id: a, prompt: p, model: dear, takes: 3, seed: 7}]")
    found = planned(source, shop)
    assert [step.job.request.seed for step in found.steps] == [7, 8, 9]
    assert found.totals.run == 3 * found.totals.sticker
    assert len(keys(found)) == 1
    assert len({step.job.key for step in found.steps}) == 3


def test_generated_stills_are_planned_priced_and_name_their_shot(film, shop):
    text = """
        budget: {credits: 500}
        shots: [{id: a, model: plain, prompt: p, still: {prompt: %s, model: painter}}]
    """
    found = planned(film(text % "cup"), shop)
    still, shot = found.steps
    assert (still.what, still.job.request.kind, still.quote.usd) == (
        "still",
        "image",
        Decimal("0.04"),
    )
    assert shot.job.request.mode == "first_frame"
    other = planned(film(text % "mug"), shop)
    assert other.steps[1].job.key != shot.job.key


# -- against the past -----------------------------------------------------------------------------


def made(step, number=1, digest="d1", started_from=None):
    return Take(
        shot=step.job.shot, number=number, tier=step.job.tier, key=step.job.key,
        path=f"takes/{step.job.shot}/v{number:03d}.mp4", digest=digest, model="m", provider="p",
        started_from={"first_frame": started_from} if started_from else {},
        parts=digest_parts(step.job.request), take=step.job.take,
    )  # fmt: skip


CHAIN = """
    defaults: {model: %s}
    shots: [{id: a, prompt: %s}, {id: b, prompt: q, chain: a}]
"""


def test_a_take_that_is_what_is_asked_is_reused_for_nothing(film, shop):
    source = film(CHAIN % ("plain", "p"))
    a, b = planned(source, shop).steps
    past = History(takes=(made(a), made(b, digest="d2", started_from="d1")))
    found = planned(source, shop, past)
    assert [step.action for step in found.steps] == ["reuse", "reuse"]
    assert found.totals.run == 0


def test_paid_work_that_changed_is_kept_and_said_to_be_stale(film, shop):
    a, b = planned(film(CHAIN % ("plain", "p")), shop).steps
    past = History(takes=(made(a), made(b, digest="d2", started_from="d1")))
    source = film(CHAIN % ("plain", "other words"))
    kept = planned(source, shop, past)
    assert [step.action for step in kept.steps] == ["stale", "reuse"]
    assert kept.steps[0].reason.startswith("changed: prompt; v001 is kept")
    again = planned(source, shop, past, rerun=frozenset({"changed"}))
    assert [step.action for step in again.steps] == ["redo", "redo"]
    assert again.steps[1].reason == "the shot it starts from is made anew"


PICTURED = """
    defaults: {model: plain}
    shots: [{id: a, prompt: %s, still: stills/a.png}, {id: b, prompt: q, chain: a}]
"""


def test_free_work_that_changed_is_made_again(film, shop):
    a, b = planned(film(PICTURED % "p", stills=["stills/a.png"]), shop, tier="animatic").steps
    past = History(takes=(made(a), made(b, digest="d2", started_from="d1")))
    found = planned(film(PICTURED % "other"), shop, past, tier="animatic")
    assert [step.action for step in found.steps] == ["redo", "redo"]


def test_a_chain_is_stale_when_the_frame_it_started_from_is_another(film, shop):
    source = film(PICTURED % "p", stills=["stills/a.png"])
    a, b = planned(source, shop, tier="animatic").steps
    past = History(takes=(made(a, digest="new"), made(b, digest="d2", started_from="d1")))
    found = planned(source, shop, past, tier="animatic")
    assert [step.action for step in found.steps] == ["reuse", "redo"]


def test_a_selected_take_is_what_a_chain_starts_from(film, shop):
    source = film(
        """
        defaults: {model: plain}
        shots: [{id: a, prompt: p, takes: 2}, {id: b, prompt: q, chain: a}]
        """
    )
    first, second, _ = planned(source, shop).steps
    takes = (made(first, 1, "d1"), made(second, 2, "d2"))
    newest = planned(source, shop, History(takes=takes)).steps[2]
    chosen = planned(source, shop, History(takes=takes, selects={"a": 1})).steps[2]
    assert (starts(newest), starts(chosen)) == (second.job.key, first.job.key)


def test_work_already_sent_is_collected(film, shop):
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    key = only(planned(source, shop)).job.key
    step = only(planned(source, shop, History(open_jobs={key: "submitted"})))
    assert (step.action, step.pays) == ("resume", False)


def test_one_shot_is_planned_and_its_missing_start_is_named(film, shop):
    source = film(CHAIN % ("plain", "p"))
    found = planned(source, shop, shots=("b",))
    assert [step.job.shot for step in found.steps] == ["b"]
    assert (only(found).action, only(found).reason) == (
        "blocked",
        "the shot it starts from has no take; name that shot too",
    )
    with pytest.raises(UnknownName, match="no shot is called `c`"):
        planned(source, shop, shots=("c",))


def test_rerun_all_makes_what_is_there_again(film, shop):
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    past = History(takes=(made(only(planned(source, shop))),))
    step = only(planned(source, shop, past, rerun=frozenset({"all"})))
    assert (step.action, step.reason) == ("redo", "asked for by --rerun all")


def test_what_failed_is_tried_again_with_the_reason_it_failed(film, shop):
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    key = only(planned(source, shop)).job.key
    step = only(planned(source, shop, History(failed_jobs={JobKey(key): Failure("flagged")})))
    assert (step.action, step.reason) == ("new", "failed before: flagged")


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
    (tmp_path / "hall.mp4").write_bytes(b"a clip")
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
    (tmp_path / "line.wav").write_bytes(b"a sound")
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


def test_another_take_is_new_beside_the_one_there_is(film, shop):
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    past = History(takes=(made(only(planned(source, shop))),))
    again = planned(source, shop, past, takes=2)
    assert [step.action for step in again.steps] == ["reuse", "new"]


def test_ways_out_never_lose_size(film, shop):
    source = film(
        """
        budget: {credits: 100, rerolls: 2}
        shots: [{id: a, prompt: p, model: dear, needs: [4k]}]
        """
    )
    found = planned(source, shop)
    assert found.verdict == "over"
    assert found.ways_out == ()


def test_a_gpu_hour_is_priced_where_the_page_says_how_long_a_job_takes(film, shop):
    page = shop.providers["two"]
    hours = page.offers[0].prices[0].model_copy(update={"per": "gpu-hour", "usd": Decimal(2)})
    timed = Typical(seconds=Decimal(90), as_of=date(2026, 11, 1), source="a stopwatch")
    offers = [
        page.offers[0].model_copy(update={"prices": (hours,), "typical": typical})
        for typical in (timed, None)
    ]
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    costs = [
        only(
            planned(
                source,
                replace(shop, providers={"two": page.model_copy(update={"offers": (one,)})}),
            )
        ).quote.usd
        for one in offers
    ]
    assert costs == [Decimal("0.05"), None]


# -- generated stills, refusals, re-rolls ---------------------------------------------------------

GENERATED = """
    defaults: {model: dear}
    shots: [{id: a, prompt: p, still: {prompt: u, model: painter}}]
"""


def test_a_shot_waits_for_its_still_which_drafts_and_finals_share(film, shop):
    source = film(GENERATED)
    final, draft = planned(source, shop), planned(source, shop, tier="draft")
    (still, shot), (same, _) = final.steps, draft.steps
    assert (still.what, still.job.shot, still.job.tier) == ("still", "a.still", "final")
    assert still.job.key == same.job.key
    (need,) = shot.job.needs
    assert (need.field, need.shot, need.key, need.at) == (
        "first_frame", "a.still", still.job.key, None,
    )  # fmt: skip


def test_stills_can_be_planned_alone_and_in_several_takes(film, shop):
    source = film(GENERATED)
    steps = planned(source, shop, stills=True, takes=3).steps
    assert [(step.what, step.job.take) for step in steps] == [
        ("still", 1),
        ("still", 2),
        ("still", 3),
    ]
    assert len({step.job.key for step in steps}) == 3


def test_a_selected_still_is_what_the_shot_starts_from(film, shop):
    source = film(GENERATED)
    first, second, _ = planned(source, shop, stills=True, takes=3).steps
    takes = (made(first, 1, "one"), made(second, 2, "two"))
    newest = planned(source, shop, History(takes=takes))
    chosen = planned(source, shop, History(takes=takes, selects={"a.still": 2}))
    assert [step.action for step in newest.steps] == ["reuse", "new"]
    assert starts(newest.steps[1]) == first.job.key
    assert (chosen.steps[0].reason, starts(chosen.steps[1])) == ("v002 is selected", second.job.key)


def test_another_still_makes_the_shot_stale(film, shop):
    source = film(GENERATED)
    still, shot = planned(source, shop).steps
    old = replace(made(shot, 1, "clip"), started_from={"first_frame": "one"})
    past = History(takes=(made(still, 1, "two"), old))
    again = planned(source, shop, past).steps[1]
    assert (again.action, again.take) == ("stale", old)
    assert "the still it starts from is made anew" in again.reason


def test_the_animatic_shows_a_still_that_was_generated(film, shop):
    source = film(GENERATED)
    still, _ = planned(source, shop).steps
    bare = only(planned(source, shop, tier="animatic")).job.request
    past = History(takes=(replace(made(still, 1, "one"), path="takes/a.still/v001.png"),))
    shown = only(planned(source, shop, past, tier="animatic")).job.request
    assert (bare.mode, shown.mode) == ("text", "first_frame")
    assert shown.first_frame.path == "takes/a.still/v001.png"


def refused(kind="moderation", **more):
    return Failure("no", kind, **more)


def test_what_was_refused_or_may_have_cost_money_waits_for_a_person(film, shop):
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    key = only(planned(source, shop)).job.key
    for failure in (refused(), refused("input"), refused("provider", paid=True)):
        past = History(failed_jobs={key: failure})
        assert only(planned(source, shop, past)).action == "blocked"
        again = planned(source, shop, past, rerun=frozenset({"failed"}))
        assert only(again).action == "new"
    passing = History(failed_jobs={key: refused("provider")})
    assert only(planned(source, shop, passing)).action == "new"


def test_a_failed_retake_leaves_the_take_that_is_there(film, shop):
    before = film("shots: [{id: a, prompt: p, model: plain}]")
    old = made(only(planned(before, shop)))
    source = film("shots: [{id: a, prompt: other, model: plain}]")
    key = only(planned(source, shop)).job.key
    past = History(takes=(old,), failed_jobs={key: refused()})
    for rerun in ((), ("changed",)):
        step = only(planned(source, shop, past, rerun=frozenset(rerun)))
        assert (step.action, step.take) == ("stale", old)
    assert only(planned(source, shop, past, rerun=frozenset({"failed"}))).action == "redo"


OTHERS = "shots: [{id: a, prompt: p, model: plain, alternate: [q, r]}]"


def test_other_prompts_are_tried_in_order_and_only_when_that_is_asked_for(film, shop):
    source = film(OTHERS)
    alone, all_of_them = planned(source, shop), planned(source, shop, alternate=True)
    assert only(alone).alternates == ()
    step = only(all_of_them)
    prompts = [job.request.prompt for job in (step.job, *step.alternates)]
    assert [prompt.lower().rstrip(".") for prompt in prompts] == ["p", "q", "r"]
    past = History(failed_jobs={step.job.key: refused()})
    assert only(planned(source, shop, past)).action == "blocked"
    second = only(planned(source, shop, past, alternate=True))
    assert (second.action, second.job.key) == ("new", step.alternates[0].key)
    assert second.alternates == step.alternates[1:]


def test_a_take_made_by_another_prompt_is_the_shots_take(film, shop):
    source = film(OTHERS)
    step = only(planned(source, shop, alternate=True))
    take = replace(made(step), key=step.alternates[0].key)
    past = History(takes=(take,), failed_jobs={step.job.key: refused()})
    again = only(planned(source, shop, past))
    assert (again.action, again.take) == ("reuse", take)


REROLLED = "shots: [{id: a, prompt: p, model: plain, qc: {reroll_on: [black], max: 1}}]"


def test_a_take_with_a_fault_that_asks_for_it_is_made_again_at_most_so_often(film, shop):
    source = film(REROLLED)
    step = only(planned(source, shop))
    one = replace(made(step), flags=("black",))
    again = only(planned(source, shop, History(takes=(one,))))
    assert (again.action, again.reason) == ("redo", "v001 is black; re-roll 1 of 1")
    two = replace(made(step, 2, "d2"), flags=("black",))
    assert only(planned(source, shop, History(takes=(one, two)))).action == "reuse"
    chosen = History(takes=(one,), selects={"a": 1})
    assert only(planned(source, shop, chosen)).action == "reuse"
    other = replace(made(step), flags=("size",))
    assert only(planned(source, shop, History(takes=(other,)))).action == "reuse"


def test_the_worst_case_counts_the_rerolls_that_may_happen_by_themselves(film, shop):
    once = planned(film("shots: [{id: a, prompt: p, model: plain}]"), shop).totals
    twice = planned(film(REROLLED), shop).totals
    assert (once.worst, twice.worst) == (once.run, 2 * twice.run)


def test_a_take_that_was_accepted_is_what_is_asked_until_that_changes(film, shop):
    old = made(only(planned(film("shots: [{id: a, prompt: p, model: plain}]"), shop)))
    source = film("shots: [{id: a, prompt: other, model: plain}]")
    key = only(planned(source, shop)).job.key
    kept = replace(old, accepted=(Acceptance(key),))
    assert only(planned(source, shop, History(takes=(kept,)))).action == "reuse"
    later = film("shots: [{id: a, prompt: another, model: plain}]")
    assert only(planned(later, shop, History(takes=(kept,)))).action == "stale"


def test_the_ceiling_of_a_run_counts_that_run_alone(film, shop):
    source = film("budget: {credits: 1000}\nshots: [{id: a, prompt: p, model: plain}]")
    price = planned(source, shop).totals.run
    past = History(spent_usd=price * 3)
    enough = planned(source, shop, past, max_credits=price * 100)
    assert (enough.verdict, enough.totals.ceiling) == ("fits", price)
    assert planned(source, shop, past, max_credits=price * 99).verdict == "over"


def test_a_reroll_that_may_have_cost_money_is_not_sent_again_by_itself(film, shop):
    source = film(REROLLED)
    step = only(planned(source, shop))
    one = replace(made(step), flags=("black",))
    past = History(takes=(one,), failed_jobs={step.job.key: refused("provider", paid=True)})
    again = only(planned(source, shop, past))
    assert (again.action, again.take) == ("reuse", one)
    assert "its re-roll failed" in again.reason
    assert only(planned(source, shop, past, rerun=frozenset({"failed"}))).action == "redo"


@given(st.integers(100, 4400), st.integers(100, 4400), st.integers(2, 60), st.integers(1, 9999))
def test_the_tokens_of_a_quote_cost_what_it_says_to_the_last_digit(width, height, half, cents):
    price = Decimal(cents) / 100
    work = Quantity(seconds=Decimal(half) / 2, width=width, height=height)
    quote = Quote(cost("million-tokens", price, work), "million-tokens", price, "list", None, "")
    assert quote.of_tokens(quote.tokens) == quote.usd


def test_only_what_is_sold_by_tokens_is_paid_by_them():
    by_second = Quote(Decimal(1), "second", Decimal("0.25"), "list", None, "")
    nobody_knows = Quote(None, "million-tokens", None, "list", None, "")
    for quote in (by_second, nobody_knows):
        assert (quote.tokens, quote.of_tokens(1000)) == (None, None)


def test_what_chains_to_a_shot_does_not_mind_by_which_prompt_it_was_made(film, shop):
    source = film(
        """
        defaults: {model: plain}
        shots: [{id: a, prompt: p, alternate: [q]}, {id: b, prompt: r, chain: a}]
        """
    )
    a, b = planned(source, shop, alternate=True).steps
    other = replace(made(a, digest="d1"), key=a.alternates[0].key)
    after = replace(made(b, digest="d2"), started_from={"first_frame": "d1"})
    past = History(takes=(other, after), failed_jobs={a.job.key: refused()})
    again = planned(source, shop, past)
    assert [step.action for step in again.steps] == ["reuse", "reuse"]
