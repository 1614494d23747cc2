"""The run loop over a real journal and real clips; a scripted provider stands for hosted ones."""

import asyncio
import json
import shutil
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from vidgen.errors import ProviderError
from vidgen.job import Failed, Running, Succeeded
from vidgen.journal import Journal, health, snapshot
from vidgen.media.frames import frame_at, last_frame
from vidgen.plan import Options, plan
from vidgen.project import Project
from vidgen.providers import PROVIDERS, Session
from vidgen.render import Desk, Run
from vidgen.render.gate import Gate, heights
from vidgen.render.run import AMBIGUOUS


class Scripted:
    """A provider in memory: what becomes of a job is a list of statuses by its prompt."""

    def __init__(self, clip, folder):
        self.clip, self.folder = clip, folder
        self.script = defaultdict(lambda: [Running(0.5), "clip"])
        self.sent, self.stopped, self.asked = [], [], {}
        self.going, self.most = set(), 0
        self.submitting = None

    async def submit(self, request, *, idempotency):
        self.sent.append(request.prompt)
        if self.submitting:
            await self.submitting(request)
        ticket = {"id": idempotency, "prompt": request.prompt}
        self.asked[idempotency] = request
        self.going.add(idempotency)
        self.most = max(self.most, len(self.going))
        return ticket

    async def poll(self, ticket):
        await asyncio.sleep(0)
        script = self.script[ticket["prompt"]]
        said = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(said, Exception):
            raise said
        if isinstance(said, Running):
            return said
        self.going.discard(ticket["id"])
        if said == "clip":
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{ticket['id'].replace(':', '-')}.mp4"
            shutil.copy(self.clip, path)
            return Succeeded(str(path))
        return said

    async def cancel(self, ticket):
        self.stopped.append(ticket["prompt"])
        self.going.discard(ticket["id"])


@pytest.fixture(scope="module")
def clip(make_clip):
    """One second of moving picture, 64x112 at 24 frames a second."""
    return make_clip(size="64x112", seconds=1)


@pytest.fixture
def stage(film, shop, tmp_path, clip):
    """Plan and render films with a scripted provider behind every route of the shop."""

    class Stage:
        project = Project(tmp_path)
        provider = Scripted(clip, tmp_path / ".vidgen/scratch/two")

        def plan(self, text=None, **options):
            source = film(text) if text else self.source
            self.source = source
            return plan(source, shop, self.project.history(), Options(**options))

        def desks(self, *, local=False, in_flight=2, resend="never", provider=None, patience=10.0):
            desk = Desk(provider or self.provider, in_flight, 0.0, patience, local, resend)
            return {"one": desk, "two": desk}

        async def running(self, found, **desk):
            with Journal(self.project.journal) as journal:
                desks = self.desks(**desk)
                return await Run(found, self.project, journal, desks, self.events.append).go()

        def go(self, text=None, options=None, **desk):
            return asyncio.run(self.running(self.plan(text, **(options or {})), **desk))

        def kinds(self, job):
            kinds = [event.kind for event in self.events if event.job == job]
            return [kind for kind in kinds if kind != "progress"]

    stage = Stage()
    stage.events = []
    return stage


def shots(*lines, head=""):
    body = "\n".join(f"  - {{{line}}}" for line in lines)
    return f"{head}\ndefaults: {{model: plain, duration: 4s}}\nshots:\n{body}\n"


ALONE = shots("id: a, prompt: A")
CHAIN = shots(
    "id: z, prompt: Z", "id: y, prompt: Y", "id: a, prompt: A", "id: b, prompt: B, chain: a",
    "id: c, prompt: C, chain: b",
)  # fmt: skip


def failures(report):
    return {outcome.step.job.shot: outcome.failure for outcome in report.missing}


# -- order, limits, chains ----------------------------------------------------------------------


def test_every_shot_becomes_a_take_and_never_too_many_are_under_way(stage):
    report = stage.go(shots(*(f"id: s{n}, prompt: P{n}" for n in range(7))), in_flight=3)
    assert len(report.made) == 7
    assert stage.provider.most == 3
    assert [take.name for take in stage.project.takes()] == ["v001"] * 7
    assert health(stage.project.journal) == "ok"


def test_the_longest_chain_goes_first(stage):
    stage.go(CHAIN, in_flight=1)
    assert stage.provider.sent == ["A.", "Z.", "B.", "Y.", "C."]  # never idle, longest next


def test_heights_count_the_shots_that_wait(stage):
    found = stage.plan(CHAIN)
    heights_by_shot = {step.job.shot: heights(found.steps)[step.job.key] for step in found.steps}
    assert heights_by_shot == {"z": 1, "y": 1, "a": 3, "b": 2, "c": 1}


def test_a_gate_gives_a_place_on_when_who_was_called_has_left():
    async def scene():
        gate = Gate(1)
        went = []

        async def visit(name, height):
            async with gate.turn(height):
                went.append(name)
                await asyncio.sleep(0)

        holder = gate.turn(1)
        await holder.__aenter__()
        low, high = asyncio.create_task(visit("low", 1)), asyncio.create_task(visit("high", 2))
        await asyncio.sleep(0)
        await holder.__aexit__(None, None, None)
        high.cancel()
        await asyncio.gather(low, high, return_exceptions=True)
        await visit("after", 1)
        return went

    assert asyncio.run(scene()) == ["low", "after"]


def test_a_chained_shot_starts_from_the_exact_last_frame(stage):
    stage.go(shots("id: a, prompt: A", "id: b, prompt: B, chain: a"))
    a, b = stage.project.takes()
    assert b.started_from == a.digest
    sent = json.loads((stage.project.root / "takes/b/v001.json").read_text())["request"]
    frame = stage.project.root / sent["first_frame"]["path"]
    assert pixels_of(frame) == last_frame(stage.project.root / a.path).tobytes()
    assert not list(frame.parent.glob("*.part"))


def test_a_take_longer_than_its_shot_is_left_where_the_cut_leaves_it(stage):
    text = shots("id: a, prompt: A, duration: 0.5s", "id: b, prompt: B, chain: a")
    stage.go(text.replace("defaults: {", "defaults: {trim: {head: 0s, tail: 0s}, "))
    sent = json.loads((stage.project.root / "takes/b/v001.json").read_text())["request"]
    take = stage.project.root / "takes/a/v001.mp4"
    frame = stage.project.root / sent["first_frame"]["path"]
    assert pixels_of(frame) == frame_at(take, 11).tobytes() != last_frame(take).tobytes()


def test_two_shots_may_chain_from_one_at_the_same_time(stage):
    report = stage.go(
        shots("id: a, prompt: A", "id: b, prompt: B, chain: a", "id: c, prompt: C, chain: a")
    )
    assert len(report.made) == 3


def test_a_chain_goes_on_from_a_kept_take_of_a_shot_that_is_not_in_the_plan(stage):
    text = shots("id: a, prompt: A", "id: b, prompt: B, chain: a")
    stage.go(text, options={"shots": ("a",)})
    report = stage.go(options={"shots": ("b",)})
    assert [outcome.take.path for outcome in report.made] == ["takes/b/v001.mp4"]
    assert stage.project.takes()[1].started_from == stage.project.takes()[0].digest


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


def test_a_second_run_makes_nothing(stage):
    stage.go(CHAIN)
    report = stage.go()
    assert (len(report.made), len(report.reused)) == (0, 5)
    assert len(stage.provider.sent) == 5


# -- failures -----------------------------------------------------------------------------------


def test_a_failed_shot_holds_only_what_starts_from_it(stage):
    stage.provider.script["B."] = [Failed("flagged", "moderation")]
    report = stage.go(CHAIN)
    assert {outcome.take.shot for outcome in report.made} == {"a", "y", "z"}
    assert failures(report) == {"b": "flagged", "c": "b, which it starts from, has no take"}
    assert [outcome.step.job.shot for outcome in report.held] == ["c"]
    assert snapshot(stage.project.journal).reserved == 0


def test_only_free_work_is_tried_again(stage):
    stage.provider.script["A."] = [Failed("it broke", "provider")]
    assert failures(stage.go(ALONE)) == {"a": "it broke"}
    assert len(stage.provider.sent) == 1
    assert failures(stage.go(local=True)) == {"a": "it broke"}
    assert len(stage.provider.sent) == 3


def test_a_free_job_that_broke_once_is_made(stage):
    stage.provider.script["A."] = [Failed("it broke", "provider"), "clip"]
    assert len(stage.go(ALONE, local=True).made) == 1
    assert stage.kinds("a.t1") == ["started", "retry", "started", "done"]


@pytest.mark.parametrize("kind", ["moderation", "input", "credit"])
def test_what_would_fail_again_is_not_tried_again(stage, kind):
    stage.provider.script["A."] = [Failed("no", kind)]
    stage.go(ALONE, local=True)
    assert len(stage.provider.sent) == 1


@pytest.mark.parametrize(("charged", "spent"), [(False, "0"), (True, "0.32"), (None, "0.32")])
def test_a_failure_that_may_have_been_charged_counts_as_spent(stage, charged, spent):
    stage.provider.script["A."] = [Failed("no", "moderation", charged)]
    stage.go(ALONE)
    past = snapshot(stage.project.journal)
    assert (past.spent, past.reserved) == (Decimal(spent), 0)


def test_a_finished_take_is_charged_what_was_planned(stage):
    report = stage.go(ALONE)
    assert report.cost_usd == snapshot(stage.project.journal).spent == Decimal("0.32")
    assert stage.project.takes()[0].cost_usd == Decimal("0.32")


def test_the_ceiling_holds_whatever_the_plan_said(stage):
    found = stage.plan("budget: {usd: 1}\n" + shots("id: a, prompt: A", "id: b, prompt: B"))
    stage.go(
        "budget: {usd: 1}\n" + shots("id: x, prompt: X", "id: y, prompt: Y", "id: z, prompt: Z")
    )
    report = asyncio.run(stage.running(found))
    assert all("is left" in failure for failure in failures(report).values())
    assert snapshot(stage.project.journal).spent == Decimal("0.96")


def test_a_clip_that_does_not_decode_is_no_take(stage, tmp_path):
    stage.provider.clip = tmp_path / "bad.mp4"
    stage.provider.clip.write_bytes(b"not a film" * 50)
    report = stage.go(ALONE, local=True)
    assert len(report.failed) == 1
    assert not list(tmp_path.glob("takes/**/*"))


def test_a_clip_other_than_asked_is_kept_and_flagged(stage):
    stage.go(ALONE)
    sidecar = json.loads((stage.project.root / "takes/a/v001.json").read_text())
    assert sidecar["qc"] == [
        "1080x1920 was asked, 64x112 delivered",
        "4s was asked, 1.00s delivered",
    ]
    assert stage.events[-1].message.startswith("1080x1920 was asked")


def test_a_route_without_an_adapter_is_held(stage):
    found = stage.plan(ALONE)
    with Journal(stage.project.journal) as journal:
        report = asyncio.run(Run(found, stage.project, journal, {}).go())
    assert failures(report) == {"a": "no adapter for `two` in this version"}


# -- resume -------------------------------------------------------------------------------------


def begun(stage, text=ALONE, *, state, media=None):
    """Leave a job as a run that died would have left it."""
    found = stage.plan(text)
    (step,) = found.steps
    with Journal(stage.project.journal) as journal:
        attempt = journal.begin(step.job, step.quote.usd, None)
        ticket = asyncio.run(
            stage.provider.submit(step.job.request, idempotency=f"{step.job.key}.{attempt}")
        )
        if state != "submitting":
            journal.submitted(step.job.key, ticket)
        if state == "succeeded":
            journal.succeeded(step.job.key, str(media), 1, Decimal("0.30"))
    return step.job


def test_work_that_was_sent_is_collected_and_not_sent_again(stage):
    begun(stage, state="submitted")
    report = stage.go()
    assert (len(report.made), stage.provider.sent) == (1, ["A."])
    assert stage.kinds("a.t1")[0] == "resumed"
    assert snapshot(stage.project.journal).reserved == 0


def test_paid_work_that_may_have_been_taken_is_not_sent_again(stage):
    begun(stage, state="submitting")
    report = stage.go()
    assert failures(report) == {"a": AMBIGUOUS}
    assert report.failed[0].ambiguous
    assert stage.provider.sent == ["A."]
    assert snapshot(stage.project.journal).reserved == Decimal("0.32")


@pytest.mark.parametrize("desk", [{"local": True}, {"resend": "idempotent"}])
def test_work_that_may_be_sent_twice_is_sent_again_under_its_own_name(stage, desk):
    job = begun(stage, state="submitting")
    assert len(stage.go(**desk).made) == 1
    assert set(stage.provider.asked) == {f"{job.key}.1"}


def test_a_clip_that_was_seen_is_kept_with_its_number_and_cost(stage, clip, tmp_path):
    media = tmp_path / "seen.mp4"
    shutil.copy(clip, media)
    begun(stage, state="succeeded", media=media)
    report = stage.go()
    assert report.made[0].take.path == "takes/a/v001.mp4"
    assert report.cost_usd == Decimal("0.30")
    assert not media.exists()


def test_a_clip_that_was_moved_before_the_run_died_is_kept(stage, clip, tmp_path):
    begun(stage, state="succeeded", media=tmp_path / "gone.mp4")
    (tmp_path / "takes/a").mkdir(parents=True)
    shutil.copy(clip, tmp_path / "takes/a/v001.mp4")
    report = stage.go()
    assert report.made[0].take.path == "takes/a/v001.mp4"
    assert stage.provider.sent == ["A."]


def test_somebodys_file_under_the_takes_name_is_left_alone(stage, clip, tmp_path):
    media = tmp_path / "seen.mp4"
    shutil.copy(clip, media)
    begun(stage, state="succeeded", media=media)
    (tmp_path / "takes/a").mkdir(parents=True)
    (tmp_path / "takes/a/v001.mp4").write_bytes(b"mine")
    report = stage.go()
    assert report.made[0].take.path == "takes/a/v002.mp4"
    assert (tmp_path / "takes/a/v001.mp4").read_bytes() == b"mine"


def test_a_clip_that_is_lost_is_made_again_where_that_is_free(stage, tmp_path):
    begun(stage, state="succeeded", media=tmp_path / "gone.mp4")
    report = stage.go(local=True)
    assert len(report.made) == 1
    assert stage.kinds("a.t1") == ["retry", "started", "done"]


def test_free_work_begun_from_another_frame_is_made_anew(stage):
    text = shots("id: a, prompt: A", "id: b, prompt: B, chain: a")
    stage.go(text, options={"shots": ("a",)}, local=True)
    found = stage.plan()
    with Journal(stage.project.journal) as journal:
        journal.begin(found.steps[1].job, Decimal(0), None)  # with no frame at all
        journal.submitted(found.steps[1].job.key, {"id": "old", "prompt": "B."})
    report = stage.go(local=True)
    assert len(report.made) == 1
    assert (stage.provider.stopped, stage.provider.sent) == (["B."], ["A.", "B."])


def test_paid_work_begun_from_another_frame_is_kept_and_is_stale(stage):
    text = shots("id: a, prompt: A", "id: b, prompt: B, chain: a")
    stage.go(text, options={"shots": ("a",)})
    found = stage.plan()
    with Journal(stage.project.journal) as journal:
        journal.begin(found.steps[1].job, Decimal(0), None)
        journal.submitted(found.steps[1].job.key, {"id": "old", "prompt": "B."})
    assert len(stage.go().made) == 1
    assert stage.plan().steps[1].action == "stale"


def test_a_slow_job_is_left_for_a_later_run(stage):
    stage.provider.script["A."] = [Running(0.1)]
    report = stage.go(ALONE, patience=0.0)
    assert failures(report)["a"].endswith("a later run goes on with it")
    assert list(snapshot(stage.project.journal).open_jobs.values()) == ["submitted"]
    stage.provider.script["A."] = ["clip"]
    assert len(stage.go().made) == 1
    assert stage.provider.sent == ["A."]


def test_looks_that_go_wrong_are_repeated_and_never_lose_a_ticket(stage):
    down = ProviderError("nobody answers")
    stage.provider.script["A."] = [down, down, "clip"]
    assert len(stage.go(ALONE).made) == 1
    stage.provider.script["B."] = [down]
    report = stage.go(shots("id: b, prompt: B"))
    assert failures(report) == {"b": "nobody answers; a later run goes on with it"}
    assert list(snapshot(stage.project.journal).open_jobs.values()) == ["submitted"]


def test_a_submit_that_went_wrong_keeps_the_reserve_of_paid_work(stage):
    async def broken(request):
        raise ProviderError("the line broke")

    stage.provider.submitting = broken
    report = stage.go(ALONE)
    assert failures(report) == {"a": "the line broke"}
    assert snapshot(stage.project.journal).reserved == Decimal("0.32")
    assert failures(stage.go()) == {"a": AMBIGUOUS}


# -- called off ---------------------------------------------------------------------------------


async def called_off(stage, text, *, when="progress", **desk):
    """Cancel a run as soon as some job has got that far."""
    far = asyncio.Event()
    listen = stage.events.append

    def hear(event):
        listen(event)
        if event.kind == when:
            far.set()

    found = stage.plan(text)
    with Journal(stage.project.journal) as journal:
        run = asyncio.create_task(
            Run(found, stage.project, journal, stage.desks(**desk), hear).go()
        )
        await far.wait()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run


def test_free_work_is_stopped_and_made_by_the_next_run(stage):
    stage.provider.script["A."] = [Running(0.1)]
    asyncio.run(called_off(stage, ALONE, local=True))
    assert stage.provider.stopped == ["A."]
    assert snapshot(stage.project.journal).open_jobs == {}
    assert stage.kinds("a.t1")[-1] == "cancelled"
    stage.provider.script["A."] = ["clip"]
    assert len(stage.go(local=True).made) == 1


def test_paid_work_goes_on_and_is_collected_by_the_next_run(stage):
    stage.provider.script["A."] = [Running(0.1)]
    asyncio.run(called_off(stage, ALONE))
    assert stage.provider.stopped == []
    stage.provider.script["A."] = ["clip"]
    assert len(stage.go().made) == 1
    assert stage.provider.sent == ["A."]


def test_a_ticket_on_its_way_is_kept(stage):
    async def slow(request):
        await asyncio.sleep(0.05)

    stage.provider.submitting = slow
    asyncio.run(called_off(stage, ALONE, when="started"))
    (row,) = Journal(stage.project.journal).open_rows("two")
    assert (row.state, row.ticket["prompt"]) == ("submitted", "A.")


def test_a_fault_of_our_own_stops_free_work_and_is_told(stage):
    stage.provider.script["A."] = [Running(0.1)]
    stage.provider.script["B."] = [Running(0.1), ZeroDivisionError("ours")]
    with pytest.raises(ZeroDivisionError):
        stage.go(shots("id: a, prompt: A", "id: b, prompt: B"), local=True)
    assert sorted(stage.provider.stopped) == ["A.", "B."]
    assert snapshot(stage.project.journal).open_jobs == {}


def test_a_listener_that_breaks_ends_the_run_cleanly(stage):
    stage.events = type("Closed", (), {"append": staticmethod(broken_pipe)})
    with pytest.raises(BrokenPipeError):
        stage.go(ALONE, local=True)
    assert stage.provider.going == set()


def broken_pipe(event):
    raise BrokenPipeError


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
    with Journal(stage.project.journal) as journal:
        asyncio.run(Run(stage.plan(), stage.project, journal, {}).go())
    assert not scratch.exists()


def test_what_a_later_run_would_collect_is_left(stage):
    mine = begun(stage, state="submitted")
    scratch = stage.project.scratch("two")
    (scratch / f"{mine.key}.1").mkdir(parents=True)
    (scratch / "other").mkdir()
    stage.provider.script["A."] = [Running(0.5)]
    stage.go(shots("id: b, prompt: B"), local=True)
    assert [path.name for path in scratch.iterdir()] == [f"{mine.key}.1"]


def test_free_work_of_a_run_that_died_is_closed_when_nobody_asks_for_it_any_more(stage):
    begun(stage, state="submitting")
    begun(stage, shots("id: c, prompt: C"), state="submitted")
    stage.provider.script["C."] = [Failed("its process is gone", "provider")]
    stage.go(shots("id: b, prompt: B"), local=True)
    assert snapshot(stage.project.journal).open_jobs == {}


# -- the free provider --------------------------------------------------------------------------

SLATES = """
    format: {aspect: "9:16", resolution: 360p, fps: 24}
    shots:
      - {id: a, prompt: A, duration: 1s}
      - {id: b, prompt: B, duration: 1s}
"""


def real_desks(project, ffmpeg):
    session = Session(project.root, project.scratch("animatic"), ffmpeg.path)
    return {"animatic": Desk(PROVIDERS["animatic"](session), 2, 0.02, 60.0, True, "idempotent")}


def real_run(stage, ffmpeg, **options):
    found = stage.plan(tier="animatic", **options)
    with Journal(stage.project.journal) as journal:
        desks = real_desks(stage.project, ffmpeg)
        return asyncio.run(Run(found, stage.project, journal, desks, stage.events.append).go())


def test_the_free_provider_makes_exact_takes_and_leaves_nothing_behind(stage, film, ffmpeg):
    stage.source = film(SLATES)
    report = real_run(stage, ffmpeg)
    assert [(take.frames, take.rate) for take in stage.project.takes()] == [(24, Fraction(24))] * 2
    assert report.cost_usd == 0
    assert list(stage.project.scratch("animatic").iterdir()) == []


def test_a_worker_that_died_with_its_run_is_made_good(stage, film, ffmpeg):
    stage.source = film(SLATES)
    found = stage.plan(tier="animatic")
    job = found.steps[0].job
    provider = real_desks(stage.project, ffmpeg)["animatic"].provider

    async def begin_and_die():
        with Journal(stage.project.journal) as journal:
            attempt = journal.begin(job, Decimal(0), None)
            ticket = await provider.submit(job.request, idempotency=f"{job.key}.{attempt}")
            journal.submitted(job.key, ticket)
            provider._workers[ticket["spool"]]._process.kill()
            provider._workers[ticket["spool"]]._process.wait()
            provider._let_go(ticket["spool"])  # what the system does when a process ends

    asyncio.run(begin_and_die())
    report = real_run(stage, ffmpeg)
    assert len(report.made) == 2
    assert stage.kinds("a.t1")[-1] == "done"


def test_a_worker_that_outlived_its_run_is_collected(stage, film, ffmpeg):
    stage.source = film(SLATES)
    job = stage.plan(tier="animatic").steps[0].job
    provider = real_desks(stage.project, ffmpeg)["animatic"].provider

    async def begin():
        with Journal(stage.project.journal) as journal:
            attempt = journal.begin(job, Decimal(0), None)
            ticket = await provider.submit(job.request, idempotency=f"{job.key}.{attempt}")
            journal.submitted(job.key, ticket)

    asyncio.run(begin())
    report = real_run(stage, ffmpeg)
    assert len(report.made) == 2
    assert stage.kinds("a.t1") == ["done"]


def pixels_of(path: Path) -> bytes:
    from PIL import Image

    with Image.open(path) as picture:
        return picture.tobytes()
