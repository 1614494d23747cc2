"""The run loop over a real journal and real clips: order, chains, takes, reuse, what is held."""

import json
from decimal import Decimal

import pytest

from tests.render.stage import ALONE, CHAIN, CHAINED, PAIR, PRICE, endings, failures, shots, trouble
from vidgen.job import Acceptance, Failed, Running
from vidgen.journal import Journal, Limits
from vidgen.media.frames import frame_at, last_frame
from vidgen.project import Project


def pixels_of(path):
    from PIL import Image

    with Image.open(path) as picture:
        return picture.tobytes()


def sidecar(stage, name):
    return json.loads((stage.project.root / f"takes/{name}.json").read_text())


# -- order, limits, chains ----------------------------------------------------------------------


def test_every_shot_becomes_a_take_and_never_too_many_are_under_way(stage):
    report = stage.go(shots(*(f"id: s{n}, prompt: P{n}" for n in range(7))), in_flight=3)
    assert len(report.made) == 7
    assert stage.provider.most == 3
    assert [take.name for take in stage.project.takes()] == ["v001"] * 7
    assert stage.money == (7 * PRICE, 0, 0)


def until_b_waits(stage):
    """Looks at a job that ends when shot b has been given its frame and waits for a place."""
    frames = stage.project.cache / "frames"
    after = iter(range(20))  # looks: b is at the gate by then
    return lambda: Running(0.1) if not any(frames.glob("*.png")) or next(after, None) else "clip"


def test_the_longest_chain_goes_first(stage):
    stage.provider.looks["Z."] = [until_b_waits(stage)]
    stage.go(CHAIN, in_flight=1)
    assert stage.provider.sent[:3] == ["A.", "Z.", "B."]  # never idle; then b, though y came first


def test_what_is_under_way_already_has_a_place_before_anything_new_is_sent(stage):
    stage.provider.looks["Z."] = [Running(0.1)]
    stage.go(CHAIN, options={"shots": ("z",)}, patience=0.0)
    stage.provider.looks["Z."] = [Running(0.1)] * 9 + ["clip"]
    report = stage.go(options={"shots": ()}, in_flight=1)
    assert len(report.made) == 5
    assert (stage.provider.most, stage.provider.sent[:2]) == (1, ["Z.", "A."])


def test_a_job_that_waited_long_for_a_place_is_given_its_whole_time(stage, skipping):
    stage.provider.looks.update({f"P{n}.": [*[Running(0.1)] * 8, "clip"] for n in range(4)})
    text = shots(*(f"id: s{n}, prompt: P{n}" for n in range(4)))
    report = stage.go(text, in_flight=1, poll=50.0, patience=600.0, tempo=1.0)  # 400 s each
    assert failures(report) == {}
    last = [event.elapsed for event in stage.events if event.kind == "progress"][-8]
    assert last < 50  # the first look at the last job, by the clock that waits move


def test_a_job_that_was_put_off_for_long_is_given_its_whole_time(stage, skipping):
    stage.provider.submits["A."] = [trouble("overload")] * 6  # a minute altogether
    stage.provider.looks["A."] = [*[Running(0.1)] * 3, "clip"]
    report = stage.go(ALONE, poll=5.0, patience=30.0, tempo=1.0)
    assert failures(report) == {}


def test_a_chained_shot_starts_from_the_exact_last_frame(stage):
    stage.go(CHAINED)
    a, b = stage.project.takes()
    assert b.started_from == {"first_frame": a.digest}
    sent = sidecar(stage, "b/v001")["request"]
    frame = stage.project.root / sent["first_frame"]["path"]
    assert pixels_of(frame) == last_frame(stage.project.root / a.path).tobytes()
    assert not list(frame.parent.glob("*.part"))


def test_a_take_longer_than_its_shot_is_left_where_the_cut_leaves_it(stage):
    text = shots("id: a, prompt: A, duration: 0.5s", "id: b, prompt: B, chain: a")
    stage.go(text.replace("defaults: {", "defaults: {trim: {head: 0s, tail: 0s}, "))
    sent = sidecar(stage, "b/v001")["request"]
    take = stage.project.root / "takes/a/v001.mp4"
    frame = stage.project.root / sent["first_frame"]["path"]
    assert pixels_of(frame) == frame_at(take, 11).tobytes() != last_frame(take).tobytes()


def test_two_shots_may_chain_from_one_at_the_same_time(stage):
    report = stage.go(
        shots("id: a, prompt: A", "id: b, prompt: B, chain: a", "id: c, prompt: C, chain: a")
    )
    assert len(report.made) == 3


def test_a_chain_goes_on_from_a_kept_take_of_a_shot_that_is_not_in_the_plan(stage):
    stage.go(CHAINED, options={"shots": ("a",)})
    report = stage.go(options={"shots": ("b",)})
    assert [outcome.take.path for outcome in report.made] == ["takes/b/v001.mp4"]
    a, b = stage.project.takes()
    assert b.started_from == {"first_frame": a.digest}


def test_a_take_that_cannot_be_read_holds_up_nothing_but_what_starts_from_it(stage):
    stage.go(CHAINED, options={"shots": ("a",)})
    (stage.project.root / "takes/a/v001.mp4").write_bytes(b"no film")
    report = stage.go(CHAINED + "  - {id: c, prompt: C}\n")
    assert endings(report) == {"b": "input"}
    assert [outcome.take.shot for outcome in report.made] == ["c"]


def test_takes_of_one_shot_get_numbers_of_their_own(stage):
    report = stage.go(shots("id: a, prompt: A, takes: 3"), in_flight=3)
    assert sorted(outcome.take.number for outcome in report.made) == [1, 2, 3]
    assert len({take.key for take in stage.project.takes()}) == 3


def test_two_shots_that_ask_for_the_very_same_do_not_get_in_each_others_way(stage):
    report = stage.go(shots("id: a, prompt: P", "id: b, prompt: P"), in_flight=2)
    assert sorted(outcome.take.path for outcome in report.made) == [
        "takes/a/v001.mp4", "takes/b/v001.mp4",
    ]  # fmt: skip
    assert stage.plan().totals.run == 0


# -- what is kept, and what is made again --------------------------------------------------------


def test_a_second_run_makes_nothing(stage):
    stage.go(CHAIN)
    report = stage.go()
    assert (len(report.made), len(report.reused)) == (0, 5)
    assert len(stage.provider.sent) == 5


def test_what_is_asked_for_again_is_made_again_also_beside_a_selected_take(stage):
    again = {"rerun": frozenset({"all"})}
    stage.go(ALONE)
    assert [outcome.take.name for outcome in stage.go(options=again).made] == ["v002"]
    stage.project.select("a", 1)
    assert [outcome.take.name for outcome in stage.go(options=again).made] == ["v003"]


def test_a_changed_shot_that_costs_money_keeps_its_take_until_it_is_asked_for(stage):
    stage.go(ALONE)
    report = stage.go(shots("id: a, prompt: Other"))
    assert [outcome.take.name for outcome in report.reused] == ["v001"]
    assert stage.kinds("a.t1")[-1] == "stale"
    report = stage.go(options={"rerun": frozenset({"changed"})})
    assert [outcome.take.name for outcome in report.made] == ["v002"]
    assert stage.provider.sent == ["A.", "Other."]


def test_a_take_whose_files_were_deleted_is_made_again(stage):
    stage.go(ALONE)
    for path in (stage.project.root / "takes/a").iterdir():
        path.unlink()
    report = stage.go()
    assert [outcome.take.name for outcome in report.made] == ["v002"]
    assert stage.money == (2 * PRICE, 0, 0)


# -- what is not tried --------------------------------------------------------------------------


def test_a_failed_shot_holds_only_what_starts_from_it(stage):
    stage.provider.looks["B."] = [Failed("flagged", "moderation")]
    report = stage.go(CHAIN)
    assert {outcome.take.shot for outcome in report.made} == {"a", "y", "z"}
    assert failures(report) == {"b": "flagged", "c": "b, which it starts from, has no take"}
    assert [outcome.step.job.shot for outcome in report.held] == ["c"]
    assert stage.money == (3 * PRICE, 0, 0)


def test_the_ceiling_holds_whatever_the_plan_said(stage):
    stage.limits = Limits(film=Decimal(1))
    report = stage.go(shots(*(f"id: s{n}, prompt: P{n}" for n in range(5))), in_flight=5)
    assert (len(report.made), set(endings(report).values())) == (3, {"budget"})
    assert all("is left of the storyboard's budget" in words for words in failures(report).values())
    assert len(report.held) == 2
    assert len(stage.provider.sent) == 3
    assert stage.money == (3 * PRICE, 0, 0)


def test_a_route_without_an_adapter_is_held(stage):
    import asyncio

    from vidgen.render.run import Run

    found = stage.plan(ALONE)
    with Journal(stage.project.journal) as journal:
        report = asyncio.run(Run(found, stage.project, journal, {}).go())
    assert failures(report) == {"a": "no adapter for `two` in this version"}


# -- stills -------------------------------------------------------------------------------------

PAINTED = """
    defaults: {model: plain, duration: 4s, still_model: painter}
    shots:
      - {id: a, prompt: A, still: {prompt: Cup}, end_still: {prompt: Empty}}
      - {id: b, prompt: B, still: {prompt: Bean}}
"""


@pytest.fixture
def painted(stage, tmp_path):
    """A stage whose provider paints a PNG when a still is asked for."""
    from tests.conftest import still

    colours = {"Cup.": (90, 20, 20), "Empty.": (20, 90, 20), "Bean.": (20, 20, 90)}
    stage.provider.clips = {
        name: still(tmp_path / f"drawn/{name}png", colour=colour)
        for name, colour in colours.items()
    }
    return stage


def test_stills_are_made_before_the_shots_that_start_from_them(painted):
    report = painted.go(PAINTED)
    assert failures(report) == {}
    place = {name.split(".")[0]: at for at, name in enumerate(painted.provider.sent)}
    assert place["A"] > max(place["Cup"], place["Empty"])
    assert place["B"] > place["Bean"]
    paths = {take.shot: take.path for take in painted.project.takes()}
    assert paths == {
        "a": "takes/a/v001.mp4",
        "a.still": "takes/a.still/v001.png",
        "a.end-still": "takes/a.end-still/v001.png",
        "b": "takes/b/v001.mp4",
        "b.still": "takes/b.still/v001.png",
    }


def test_a_shot_is_given_the_very_files_of_its_stills(painted):
    painted.go(PAINTED)
    sent = sidecar(painted, "a/v001")["request"]
    assert sent["first_frame"]["path"] == "takes/a.still/v001.png"
    assert sent["last_frame"]["path"] == "takes/a.end-still/v001.png"
    takes = {take.shot: take for take in painted.project.takes()}
    assert takes["a"].started_from == {
        "first_frame": takes["a.still"].digest,
        "last_frame": takes["a.end-still"].digest,
    }
    still = painted.project.root / takes["a.still"].path
    assert still.read_bytes() == painted.provider.clips["Cup."].read_bytes()


def test_stills_alone_are_made_and_the_shots_go_on_from_them_later(painted):
    report = painted.go(PAINTED, options={"stills": True})
    assert sorted(outcome.take.shot for outcome in report.made) == [
        "a.end-still", "a.still", "b.still",
    ]  # fmt: skip
    report = painted.go()
    assert [outcome.take.shot for outcome in report.made] == ["a", "b"]
    assert len(painted.provider.sent) == 5


def test_a_shot_starts_from_the_still_that_was_selected(painted):
    painted.go(PAINTED, options={"stills": True, "takes": 2, "shots": ("b",)})
    assert [take.name for take in painted.project.takes()] == ["v001", "v002"]
    painted.project.select("b.still", 1)
    painted.go(options={"shots": ("b",)})
    assert sidecar(painted, "b/v001")["request"]["first_frame"]["path"] == "takes/b.still/v001.png"
    painted.project.select("b.still", 2)
    (step,) = [step for step in painted.plan(shots=("b",)).steps if step.what == "shot"]
    assert step.action == "stale"


def test_a_still_that_is_refused_holds_its_shot_alone(painted):
    painted.provider.submits["Empty."] = [trouble("moderation", "flagged")]
    report = painted.go(PAINTED)
    assert endings(report) == {"a.end-still": "moderation", "a": "held"}
    assert [take.shot for take in painted.project.takes()] == ["a.still", "b", "b.still"]


def test_a_still_that_a_dead_run_left_is_collected_and_the_shot_made(painted):
    painted.provider.looks["Bean."] = [Running(0.1)]
    painted.go(PAINTED, options={"shots": ("b",)}, patience=0.0)
    assert painted.states == {"b.still.t1": "submitted"}
    painted.provider.looks["Bean."] = ["clip"]
    report = painted.go(options={"shots": ("b",)})
    assert [outcome.take.shot for outcome in report.made] == ["b.still", "b"]
    assert painted.provider.sent == ["Bean.", "B."]


# -- made again for what is wrong with it --------------------------------------------------------

ROLLED = shots("id: a, prompt: A, qc: {reroll_on: [short], max: 1}")
"""The scripted clips last one second of the four that are asked for."""


def test_a_flag_that_asks_for_it_makes_another_take_at_most_so_often(stage):
    report = stage.go(shots("id: a, prompt: A, qc: {reroll_on: [short], max: 2}"))
    assert [take.name for take in stage.project.takes()] == ["v001", "v002", "v003"]
    assert len(report.made) == 1
    assert report.made[0].take.name == "v003"
    assert stage.money == (3 * PRICE, 0, 0)
    assert len(stage.go().made) == 0


def test_a_flag_that_does_not_ask_for_it_makes_no_other_take(stage):
    stage.go(shots("id: a, prompt: A, qc: {reroll_on: [black], max: 1}"))
    assert len(stage.project.takes()) == 1


def test_a_good_second_take_ends_the_rolling(stage, make_clip):
    whole = make_clip(size="64x112", seconds=4)

    async def better(request):
        stage.provider.clip = whole if len(stage.provider.sent) == 2 else stage.clip

    stage.provider.submitting = better
    stage.go(shots("id: a, prompt: A, qc: {reroll_on: [short], max: 5}"))
    assert ["short" in take.flags for take in stage.project.takes()] == [True, False]


def test_a_re_roll_stays_inside_the_ceiling_and_keeps_the_first_take(stage):
    stage.limits = Limits(run=Decimal("0.5"))
    report = stage.go(ROLLED)
    assert [outcome.take.name for outcome in report.made] == ["v001"]
    assert stage.money == (PRICE, 0, 0)


def test_a_failed_re_roll_keeps_the_first_take(stage):
    stage.provider.looks["A."] = ["clip", Failed("flagged", "moderation")]
    report = stage.go(ROLLED)
    assert [outcome.take.name for outcome in report.made] == ["v001"]
    assert failures(report) == {}
    assert "v001 is kept: flagged" in [event.message for event in stage.events]


def test_a_run_that_ended_between_a_take_and_its_re_roll_is_gone_on_from(stage):
    stage.limits = Limits(run=Decimal("0.5"))
    stage.go(ROLLED)
    stage.limits = Limits()
    report = stage.go()
    assert [outcome.take.name for outcome in report.made] == ["v002"]
    assert len(stage.go().made) == 0
    assert len(stage.provider.sent) == 2


def test_a_re_roll_that_was_under_way_is_collected_and_is_the_last(stage):
    stage.provider.looks["A."] = ["clip", Running(0.1)]
    stage.go(ROLLED, patience=0.0)
    assert stage.states == {"a.t1": "submitted"}
    stage.provider.looks["A."] = ["clip"]
    report = stage.go()
    assert [outcome.take.name for outcome in report.made] == ["v002"]
    assert len(stage.provider.sent) == 2


@pytest.mark.parametrize("how", ["selected", "accepted"])
def test_a_take_that_a_person_chose_is_not_rolled_again(stage, how):
    stage.limits = Limits(run=Decimal("0.5"))
    stage.go(ROLLED)
    (take,) = stage.project.takes()
    if how == "selected":
        stage.project.select("a", 1)
    else:
        stage.project.accept(take, Acceptance(take.key))
    stage.limits = Limits()
    assert len(stage.go().made) == 0
    assert stage.provider.sent == ["A."]


# -- the provider's own folder ------------------------------------------------------------------


def test_nothing_is_left_in_the_scratch_folder_when_no_job_is_open(stage):
    scratch = stage.project.scratch("two")
    (scratch / "old").mkdir(parents=True)
    (scratch / "old/out.mp4").write_bytes(b"x")
    stage.go(ALONE, local=True)
    assert list(scratch.iterdir()) == []


def test_what_a_killed_run_left_goes_also_when_there_is_nothing_to_do(stage):
    stage.go(ALONE, local=True)
    scratch = stage.project.scratch("two") / "left"
    scratch.mkdir(parents=True)
    stage.go()
    assert not scratch.exists()


def test_what_a_later_run_would_collect_is_left(stage):
    mine = stage.begun(ALONE, state="submitted")
    scratch = stage.project.scratch("two")
    (scratch / f"{mine.key}.1").mkdir(parents=True)
    (scratch / "other").mkdir()
    stage.provider.looks["A."] = [Running(0.5)]
    stage.go(shots("id: b, prompt: B"), local=True)
    assert [path.name for path in scratch.iterdir()] == [f"{mine.key}.1"]


def test_free_work_of_a_run_that_died_is_closed_when_nobody_asks_for_it_any_more(stage):
    stage.begun(ALONE, state="submitting")
    stage.begun(shots("id: c, prompt: C"), state="submitted")
    stage.provider.looks["C."] = [Failed("its process is gone", "provider")]
    stage.go(shots("id: b, prompt: B"), local=True)
    assert stage.states == {"a.t1": "cancelled", "b.t1": "done", "c.t1": "failed"}


def test_a_rehearsal_leaves_no_take_and_no_line_in_the_real_project(stage):
    real = stage.project
    stage.project = Project(real.root, rehearsal=True)
    assert len(stage.go(PAIR).made) == 2
    assert (real.takes(), real.journal.exists()) == ((), False)
    assert [take.shot for take in stage.project.takes()] == ["a", "b"]
