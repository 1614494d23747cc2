"""From a finished clip to a take: expired links, clips that are cut, every moment to die."""

import asyncio
import base64
import io
import json
import shutil
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from PIL import Image

from tests.conftest import offer, provider, still
from tests.render.fetch_server import Turn
from tests.render.stage import ALONE, CHAINED, PAIR, PRICE, endings, failures, lost, shots, trouble
from vidgen.failpoints import NAMES
from vidgen.job import Failed, Running, Succeeded
from vidgen.journal import Journal, Limits
from vidgen.media.frames import frame_at, last_frame
from vidgen.providers import PROVIDERS, Session
from vidgen.render.arrive import FETCHES
from vidgen.render.run import Run
from vidgen.render.values import Desk

OTHER_LINK = "/clips/one.mp4?sig=FRESH"


def sidecar(stage, name):
    return json.loads((stage.project.root / f"takes/{name}.json").read_text())


def downloads(stage):
    folder = stage.project.state / "downloads"
    return sorted(path.suffix for path in folder.iterdir()) if folder.is_dir() else []


def scene(stage, play, **server):
    """Play against a server that lasts for several runs."""

    async def whole():
        async with stage.serving(**server) as there:
            return await play(there)

    return asyncio.run(whole())


# -- fetched ------------------------------------------------------------------------------------


def test_a_clip_is_fetched_and_nothing_is_left_of_the_download(stage):
    async def play(server):
        report = await stage.run(stage.plan(ALONE))
        assert [outcome.take.path for outcome in report.made] == ["takes/a/v001.mp4"]
        return len(server.asked)

    assert scene(stage, play) == 1
    assert (stage.project.root / "takes/a/v001.mp4").read_bytes() == stage.clip.read_bytes()
    assert downloads(stage) == []
    assert "SECRET" not in json.dumps(sidecar(stage, "a/v001"))


def test_a_clip_inside_the_answer_is_kept_as_well(stage):
    packed = base64.b64encode(stage.clip.read_bytes()).decode()
    stage.provider.link = f"data:video/mp4;base64,{packed}"

    async def play(server):
        stage.provider.link = f"data:video/mp4;base64,{packed}"
        return await stage.run(stage.plan(ALONE))

    assert len(scene(stage, play).made) == 1
    assert downloads(stage) == []


def test_an_expired_link_is_asked_for_again(stage):
    async def play(server):
        def fresh():
            stage.provider.link = server.link(OTHER_LINK)
            return "clip"

        stage.provider.looks["A."] = ["clip", fresh]
        server.turns = [Turn(status=403)]
        report = await stage.run(stage.plan(ALONE))
        assert len(report.made) == 1
        assert [one["path"][-5:] for one in server.asked] == ["ECRET", "FRESH"]

    scene(stage, play)
    assert len(stage.provider.polled) == 2


def test_a_link_that_stays_expired_is_left_and_fetched_by_the_next_run(stage):
    async def play(server):
        server.turns = [Turn(status=410) for _ in range(FETCHES)]
        report = await stage.run(stage.plan(ALONE))
        assert endings(report) == {"a": "left"}
        assert "its link has expired" in failures(report)["a"]
        assert (stage.states, stage.money) == ({"a.t1": "succeeded"}, (0, PRICE, 0))
        return await stage.run(stage.plan())

    assert len(scene(stage, play).made) == 1
    assert (stage.provider.sent, stage.money) == (["A."], (PRICE, 0, 0))


def test_a_provider_that_has_no_fresh_link_now_is_no_reason_to_give_the_clip_up(stage):
    async def play(server):
        stage.provider.looks["A."] = ["clip", trouble("overload"), Running(0.9), "clip"]
        server.turns = [Turn(status=403), Turn(status=403), Turn(status=403)]
        return await stage.run(stage.plan(ALONE))

    assert len(scene(stage, play).made) == 1


def test_a_clip_that_does_not_decode_is_fetched_anew(stage):
    async def play(server):
        server.turns = [Turn(body=b"no film" * 200, say={"ETag": None})]
        return await stage.run(stage.plan(ALONE))

    assert len(scene(stage, play).made) == 1
    assert (stage.project.root / "takes/a/v001.mp4").read_bytes() == stage.clip.read_bytes()


def test_a_clip_that_never_decodes_is_left_with_its_link_and_fetched_by_the_next_run(stage):
    async def play(server):
        good, server.clip = server.clip, b"no film" * 200
        report = await stage.run(stage.plan(ALONE))
        assert endings(report) == {"a": "left"}
        assert "paid, but did not arrive whole" in failures(report)["a"]
        assert len(server.asked) == FETCHES
        assert stage.states == {"a.t1": "succeeded"}
        assert list(stage.project.root.glob("takes/**/*")) == []
        server.clip, server.etag = good, '"two"'
        assert stage.plan().steps[0].action == "resume"
        return await stage.run(stage.plan())

    assert len(scene(stage, play).made) == 1
    assert (stage.provider.sent, stage.money) == (["A."], (PRICE, 0, 0))


def test_a_server_that_is_down_leaves_the_clip_and_what_came_of_it(stage):
    async def play(server):
        server.turns = [Turn(cut=2000), *[Turn(status=503) for _ in range(20)]]
        report = await stage.run(stage.plan(ALONE))
        assert endings(report) == {"a": "left"}
        assert "SECRET" not in failures(report)["a"]
        assert downloads(stage) == [".json", ".part"]
        server.turns = []
        report = await stage.run(stage.plan())
        assert server.offsets[-1] == 2000
        return report

    assert len(scene(stage, play).made) == 1
    assert downloads(stage) == []


def test_a_link_that_nobody_should_follow_is_left(stage):
    async def play(server):
        stage.provider.link = "ftp://127.0.0.1/clip.mp4"
        return await stage.run(stage.plan(ALONE))

    report = scene(stage, play)
    assert endings(report) == {"a": "left"}
    assert stage.states == {"a.t1": "succeeded"}


def test_a_disk_that_cannot_be_written_leaves_the_clip_and_stops_nothing_else(stage):
    async def play(server):
        (stage.project.state / "downloads").parent.mkdir(exist_ok=True)
        (stage.project.state / "downloads").write_text("in the way")
        report = await stage.run(stage.plan(PAIR))
        assert endings(report) == {"a": "left", "b": "left"}
        (stage.project.state / "downloads").unlink()
        return await stage.run(stage.plan())

    assert len(scene(stage, play).made) == 2
    assert stage.money == (2 * PRICE, 0, 0)


def test_a_clip_that_only_has_to_be_fetched_takes_nobodys_place(stage):
    async def play(server):
        server.turns = [Turn(status=410) for _ in range(FETCHES)]
        await stage.run(stage.plan(ALONE))
        stage.provider.looks["B."] = [
            lambda: "clip" if "done" in stage.kinds("a.t1") else Running()
        ]
        return await stage.run(stage.plan(PAIR), in_flight=1)

    assert len(scene(stage, play).made) == 2


# -- what it is, and what it cost ----------------------------------------------------------------


def test_a_finished_take_is_charged_what_was_planned(stage):
    report = stage.go(ALONE)
    assert report.cost_usd == Decimal("0.32")
    assert stage.project.takes()[0].cost_usd == Decimal("0.32")
    assert stage.lines == [("reserve", "0.32"), ("charge", "0.32")]


@pytest.mark.parametrize("told", ["0.25", "0.40", "0"])
def test_what_the_provider_says_it_cost_is_what_counts(stage, told):
    stage.provider.cost, stage.provider.seed = Decimal(told), 77
    report = stage.go(ALONE)
    assert report.cost_usd == stage.project.takes()[0].cost_usd == Decimal(told)
    assert stage.lines == [("reserve", "0.32"), ("charge", told)]
    assert stage.project.takes()[0].seed == 77


def test_tokens_that_the_provider_counted_are_charged_at_their_price(stage):
    by_tokens(stage)
    stage.provider.tokens = 102_960  # what is planned with is 24 * 4 * 1080 * 1920 / 1024
    report = stage.go(ALONE)
    assert report.cost_usd == stage.project.takes()[0].cost_usd == Decimal("0.72072")
    assert stage.lines == [("reserve", "1.3608"), ("charge", "0.72072")]


def test_a_cost_that_is_told_comes_before_tokens(stage):
    by_tokens(stage)
    stage.provider.tokens, stage.provider.cost = 102_960, Decimal("0.70")
    assert stage.go(ALONE).cost_usd == Decimal("0.70")


def test_tokens_say_nothing_of_a_price_by_the_second(stage):
    stage.provider.tokens = 102_960
    assert stage.go(ALONE).cost_usd == Decimal("0.32")


def by_tokens(stage):
    """Have the shop sell its plain model by tokens alone, at 7 dollars a million."""
    prices = [{"per": "million-tokens", "usd": Decimal(7)}]
    pages = {"two": provider("two", offer("plain", None, prices=prices))}
    stage.shop = replace(stage.shop, providers=pages)


def test_a_clip_other_than_asked_is_kept_and_flagged(stage):
    report = stage.go(ALONE)
    found = sidecar(stage, "a/v001")
    assert {"code": "size", "words": "1080x1920 was asked, 64x112 delivered"} in found["qc"]
    assert {"size", "short"} <= set(report.made[0].take.flags)
    assert stage.events[-1].message.startswith("1080x1920 was asked")


def test_a_sidecar_tells_what_was_sent_and_under_which_attempt(stage):
    stage.provider.looks["A."] = [Failed("it broke", "provider"), "clip"]
    stage.go(ALONE)
    found = sidecar(stage, "a/v001")
    assert (found["request"]["prompt"], found["attempt"]) == ("A.", 2)
    assert found["seconds_to_make"] >= 0
    assert found["made"].endswith("+00:00")


PAINTED = shots("id: a, prompt: A, still: {prompt: Cup, model: painter}")


@pytest.mark.parametrize(("form", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_a_still_is_named_by_what_it_is_whatever_its_link_says(stage, tmp_path, form, ending):
    picture = tmp_path / "picture.bin"
    Image.open(still(tmp_path / "drawn.png")).save(picture, format=form)

    async def play(server):
        return await stage.run(stage.plan(PAINTED, stills=True))

    report = scene(stage, play, clip=picture)
    assert [outcome.take.path for outcome in report.made] == [f"takes/a.still/v001.{ending}"]


def test_a_film_is_no_still(stage):
    assert endings(stage.go(PAINTED)) == {"a.still": "left", "a": "held"}


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


# -- the provider's own last frame ----------------------------------------------------------------


def last_frame_given(stage, colour=(7, 8, 9), size=None):
    """A chain whose provider links to a picture of the last frame; the frame that b starts from."""
    shape = size or frame_at(stage.clip, 0).size
    picture = Image.new("RGB", shape, colour)
    packed = io.BytesIO()
    picture.save(packed, "PNG")

    async def play(server):
        stage.provider.last_frame = (
            "data:image/png;base64," + base64.b64encode(packed.getvalue()).decode()
        )
        return await stage.run(stage.plan(CHAINED))

    assert len(scene(stage, play).made) == 2
    sent = next(one for one in stage.provider.taken.values() if one.prompt == "B.")
    return Image.open(stage.project.root / sent.first_frame.path).convert("RGB")


def test_a_chain_starts_from_the_providers_own_picture_of_the_last_frame(stage):
    assert last_frame_given(stage).getpixel((1, 1)) == (7, 8, 9)
    assert downloads(stage) == []


def test_a_last_frame_of_another_size_is_left_alone(stage):
    found = last_frame_given(stage, size=(8, 8))
    assert found.tobytes() == last_frame(stage.clip).tobytes()


def test_a_last_frame_that_cannot_be_had_costs_nothing(stage):
    async def play(server):
        stage.provider.last_frame = server.link("/gone.png?sig=SECRET")
        stage.provider.link = server.link("/clips/one.mp4?sig=SECRET")
        server.turns = [Turn(), Turn(status=404), Turn(), Turn(status=404)]
        return await stage.run(stage.plan(CHAINED))

    assert len(scene(stage, play).made) == 2
    assert downloads(stage) == []


# -- a clip that came inside an answer, in a file of the provider's -------------------------------


def test_a_file_that_a_killed_run_lost_is_brought_again_by_another_look(stage):
    gone = stage.project.root / "scratch-gone.mp4"

    async def play(server):
        stage.provider.looks["A."] = [Succeeded(str(gone)), "clip"]
        stage.provider.link = None
        return await stage.run(stage.plan(ALONE))

    assert len(scene(stage, play).made) == 1
    assert len(stage.provider.polled) == 2
