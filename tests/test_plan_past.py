"""A plan against what was made, sent and refused before."""

from dataclasses import replace

import pytest

from tests.planning import made, only, planned, starts
from vidgen.errors import UnknownName
from vidgen.job import Acceptance, Failure, History, JobKey

# -- against the past -----------------------------------------------------------------------------


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
        "it starts from `a`, which has no take; name `a` too",
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


def test_another_take_is_new_beside_the_one_there_is(film, shop):
    source = film("shots: [{id: a, prompt: p, model: plain}]")
    past = History(takes=(made(only(planned(source, shop))),))
    again = planned(source, shop, past, takes=2)
    assert [step.action for step in again.steps] == ["reuse", "new"]


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


def test_a_reroll_that_may_have_cost_money_is_not_sent_again_by_itself(film, shop):
    source = film(REROLLED)
    step = only(planned(source, shop))
    one = replace(made(step), flags=("black",))
    past = History(takes=(one,), failed_jobs={step.job.key: refused("provider", paid=True)})
    again = only(planned(source, shop, past))
    assert (again.action, again.take) == ("reuse", one)
    assert "its re-roll failed" in again.reason
    assert only(planned(source, shop, past, rerun=frozenset({"failed"}))).action == "redo"


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
