"""Clips of runs that died, at every moment at which one can."""

import asyncio
import json
import shutil
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.render.arriving import scene
from tests.render.fetch_server import Turn
from tests.render.stage import ALONE, CHAINED, PRICE, endings, lost, trouble
from vidgen.failpoints import NAMES
from vidgen.job import Failed, Running
from vidgen.journal import Journal, Limits
from vidgen.providers import PROVIDERS, Session
from vidgen.render.arrive import FETCHES
from vidgen.render.run import Run
from vidgen.render.values import Desk

# -- picked up again ----------------------------------------------------------------------------


def test_a_clip_that_was_seen_is_kept_with_its_number_and_cost(stage, tmp_path):
    media = tmp_path / "seen.mp4"
    shutil.copy(stage.clip, media)
    stage.begun(ALONE, state="succeeded", media=media)
    report = stage.go()
    assert report.made[0].take.path == "takes/a/v001.mp4"
    assert report.cost_usd == Decimal("0.30")
    assert not media.exists()


def test_a_clip_that_was_moved_before_the_run_died_is_kept(stage, tmp_path):
    stage.begun(ALONE, state="succeeded", media=tmp_path / "gone.mp4")
    (tmp_path / "takes/a").mkdir(parents=True)
    shutil.copy(stage.clip, tmp_path / "takes/a/v001.mp4")
    report = stage.go()
    assert report.made[0].take.path == "takes/a/v001.mp4"
    assert stage.provider.sent == ["A."]


def test_somebodys_file_under_the_takes_name_is_left_alone(stage, tmp_path):
    media = tmp_path / "seen.mp4"
    shutil.copy(stage.clip, media)
    stage.begun(ALONE, state="succeeded", media=media)
    (tmp_path / "takes/a").mkdir(parents=True)
    (tmp_path / "takes/a/v001.mp4").write_bytes(b"mine")
    report = stage.go()
    assert report.made[0].take.path == "takes/a/v002.mp4"
    assert (tmp_path / "takes/a/v001.mp4").read_bytes() == b"mine"


@pytest.mark.parametrize("with_sidecar", [True, False])
def test_somebodys_clip_is_not_taken_for_one_that_was_not_fetched_yet(
    stage, make_clip, with_sidecar
):
    theirs = make_clip(size="64x112", pattern="smptebars")

    async def play(server):
        server.turns = [Turn(status=410) for _ in range(FETCHES)]
        await stage.run(stage.plan(ALONE))
        folder = stage.project.root / "takes/a"
        folder.mkdir(parents=True)
        shutil.copy(theirs, folder / "v001.mp4")
        if with_sidecar:
            facts = {"shot": "a", "number": 1, "tier": "final", "key": "j2:x", "digest": "d",
                     "model": "m", "provider": "p", "frames": 24, "rate": "24"}  # fmt: skip
            (folder / "v001.json").write_text(json.dumps(facts))
        return await stage.run(stage.plan())

    report = scene(stage, play)
    assert [outcome.take.path for outcome in report.made] == ["takes/a/v002.mp4"]
    takes = stage.project.root / "takes/a"
    assert (takes / "v001.mp4").read_bytes() == theirs.read_bytes()
    assert (takes / "v002.mp4").read_bytes() == stage.clip.read_bytes()


def test_a_clip_that_is_lost_is_made_again_where_that_is_free(stage, tmp_path):
    stage.begun(ALONE, state="succeeded", media=tmp_path / "gone.mp4")
    report = stage.go(local=True)
    assert len(report.made) == 1
    assert stage.kinds("a.t1") == ["retry", "started", "done"]


def test_a_free_clip_that_does_not_decode_is_no_take(stage, tmp_path):
    stage.provider.clip = tmp_path / "bad.mp4"
    stage.provider.clip.write_bytes(b"not a film" * 50)
    report = stage.go(ALONE, local=True)
    assert len(report.failed) == 1
    assert not list(tmp_path.glob("takes/**/*"))


def begin_second(stage):
    """Leave the second shot as a run that died would have, begun with no frame at all."""
    step = stage.plan().steps[1]
    with Journal(stage.project.journal) as journal:
        journal.begin(step.job, Decimal(0), Limits())
        journal.submitted(step.job.key, {"id": "old", "prompt": "B."})


def test_free_work_begun_from_another_frame_is_made_anew(stage):
    stage.go(CHAINED, options={"shots": ("a",)}, local=True)
    begin_second(stage)
    report = stage.go(local=True)
    assert len(report.made) == 1
    assert (stage.provider.stopped, stage.provider.sent) == (["B."], ["A.", "B."])


def test_paid_work_begun_from_another_frame_is_kept_and_is_stale(stage):
    stage.go(CHAINED, options={"shots": ("a",)})
    begin_second(stage)
    assert len(stage.go().made) == 1
    assert stage.plan().steps[1].action == "stale"


# -- every moment at which a run can die ---------------------------------------------------------


class Killed(BaseException):
    """Nothing after this happens in the run; what the journal has not committed is undone."""


@pytest.fixture
def die(monkeypatch):
    """Have the run end at the n-th time that it passes a moment; tells what was passed."""
    import vidgen.failpoints

    passed = []

    def at(name, count):
        def look(moment):
            passed.append(moment)
            if moment == name and passed.count(name) == count:
                raise Killed(name)

        monkeypatch.setattr(vidgen.failpoints, "_armed", (name, count))
        monkeypatch.setattr(vidgen.failpoints, "_count_down", look)
        return passed

    return at


def eventful(stage, server):
    """A job of a dead run that is put off, breaks, is sent anew, and whose link has expired."""
    provider = stage.searchable()
    provider.link = server.link()
    stage.begun(ALONE, state="unsent")
    provider.submits["A."] = [trouble("limit")]
    provider.looks["A."] = [Failed("it broke", "provider"), Running(0.5), "clip"]
    server.turns = [Turn(status=403)]
    return provider


MOMENTS = [name for name in NAMES if name != "doubt-written"]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("moment", MOMENTS)
def test_whenever_a_run_dies_the_next_finishes_and_nothing_is_paid_twice(stage, die, moment, count):
    """A run's end by an exception leaves on disk and in the journal what a kill would."""

    async def play(server):
        provider = eventful(stage, server)
        passed = die(moment, count)
        try:
            await stage.run(stage.plan(), resend="lookup")
        except Killed:
            await stage.run(stage.plan(), resend="lookup")
        else:
            assert 0 < passed.count(moment) < count, f"{moment} was never passed"
        return provider

    provider = scene(stage, play)
    assert [take.path for take in stage.project.takes()] == ["takes/a/v001.mp4"]
    assert len(provider.taken) == len({name for name in provider.names if name in provider.taken})
    assert [kind for kind, _ in stage.lines].count("charge") == 1
    assert (stage.money, stage.states) == ((PRICE, 0, 0), {"a.t1": "done"})
    assert stage.plan().steps[0].action == "reuse"
    assert len(provider.taken) <= 2  # the one that broke, and the one that was charged
    assert not [path for path in stage.project.root.rglob("*.part") if "takes" in path.parts]


def test_a_run_that_dies_in_doubt_leaves_the_doubt_to_the_next(stage, die):
    die("doubt-written", 1)
    stage.provider.submits["A."] = [lost()]
    with pytest.raises(Killed):
        stage.go(ALONE)
    assert endings(stage.go()) == {"a": "ambiguous"}
    assert (stage.provider.sent, stage.money) == (["A."], (0, PRICE, 0))


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


def real_run(stage, ffmpeg):
    found = stage.plan(tier="animatic")
    with Journal(stage.project.journal) as journal:
        desks = real_desks(stage.project, ffmpeg)
        return asyncio.run(Run(found, stage.project, journal, desks, stage.hear).go())


def test_the_free_provider_makes_exact_takes_and_leaves_nothing_behind(stage, film, ffmpeg):
    stage.source = film(SLATES)
    report = real_run(stage, ffmpeg)
    assert [(take.frames, take.rate) for take in stage.project.takes()] == [(24, Fraction(24))] * 2
    assert report.cost_usd == 0
    assert list(stage.project.scratch("animatic").iterdir()) == []


def test_a_worker_that_died_with_its_run_is_made_good(stage, film, ffmpeg):
    stage.source = film(SLATES)
    job = stage.plan(tier="animatic").steps[0].job
    provider = real_desks(stage.project, ffmpeg)["animatic"].provider

    async def begin_and_die():
        with Journal(stage.project.journal) as journal:
            attempt = journal.begin(job, Decimal(0), Limits())
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
            attempt = journal.begin(job, Decimal(0), Limits())
            ticket = await provider.submit(job.request, idempotency=f"{job.key}.{attempt}")
            journal.submitted(job.key, ticket)

    asyncio.run(begin())
    report = real_run(stage, ffmpeg)
    assert len(report.made) == 2
    assert stage.kinds("a.t1") == ["done"]
