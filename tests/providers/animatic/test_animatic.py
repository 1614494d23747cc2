import asyncio
import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.clips import ffmpeg, ffmpeg_run, make_clip  # noqa: F401
from tests.providers.animatic.pictures import busy, given, request, saved
from vidgen.camera import parse
from vidgen.job import Failed, Running, Succeeded
from vidgen.media.frames import count_frames, first_frame, last_frame
from vidgen.media.probe import probe
from vidgen.providers import Session
from vidgen.providers.animatic import Animatic

SRC = Path(__file__).parents[3] / "src"


@pytest.fixture
def session(tmp_path, ffmpeg):  # noqa: F811
    project = tmp_path / "project"
    saved(busy((90, 160), 1), project / "stills" / "a.png")
    saved(busy((90, 160), 2), project / "stills" / "b.png")
    saved(busy((90, 160), 3), project / ".vidgen" / "cache" / "frames" / "c.png")
    return Session(project, tmp_path / "scratch", ffmpeg.path)


STILL = {"mode": "first_frame", "first_frame": given("stills/a.png")}
MOVING = request(**STILL, camera=parse("push in"))
LONG = request(**STILL, camera=parse("pan left"), duration=Decimal(120), width=540, height=960)


async def settled(provider, ticket, seconds=30):
    deadline = time.monotonic() + seconds
    while isinstance(status := await provider.poll(ticket), Running):
        assert time.monotonic() < deadline, "it never ended"
        assert status.progress is not None
        assert 0 <= status.progress <= 1
        await asyncio.sleep(0.02)
    return status


async def under_way(provider, ticket):
    """Poll until the first frames are drawn."""
    for _ in range(1000):
        status = await provider.poll(ticket)
        assert isinstance(status, Running), status
        if status.progress:
            return
        await asyncio.sleep(0.01)


def made(session, asked, name="j1:x.1"):
    """Submit, wait, and give back how it ended."""

    async def run():
        provider = Animatic(session)
        return await settled(provider, await provider.submit(asked, idempotency=name))

    return asyncio.run(run())


def clip(session, asked, name="j1:x.1"):
    status = made(session, asked, name)
    assert isinstance(status, Succeeded), status
    assert status.cost_usd == 0
    return Path(status.media)


def difference(one, other):
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).mean())


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(24000, 1001), Fraction(60)])
@pytest.mark.parametrize("duration", ["0.5", "1.25"])
def test_a_clip_is_what_was_asked(session, rate, duration):
    asked = replace(MOVING, rate=rate, duration=Decimal(duration))
    path = clip(session, asked)
    picture = probe(path).picture
    assert (picture.width, picture.height, picture.rate) == (90, 160, rate)
    assert picture.frames == count_frames(path) == round(Fraction(duration) * rate)
    assert (picture.codec, picture.pix_fmt, picture.range) == ("h264", "yuv420p", "tv")
    assert {picture.matrix, picture.primaries, picture.transfer} == {"bt709"}
    assert probe(path).sound is None


def test_stills_ends_and_chains_are_in_the_file(session):
    a, b, c = (busy((90, 160), seed) for seed in (1, 2, 3))
    path = clip(session, replace(MOVING, mode="first_last", last_frame=given("stills/b.png")))
    assert difference(last_frame(path), b) < 6
    chained = replace(MOVING, first_frame=given(".vidgen/cache/frames/c.png"))
    path = clip(session, chained, "j1:y.1")
    assert difference(first_frame(path), c) < 6
    assert difference(last_frame(path), c) > 12
    assert difference(a, b) > 40


def test_five_links_of_a_chain_keep_their_colour(session):
    frames = session.project / ".vidgen" / "cache" / "frames"
    start = np.asarray(busy((90, 160), 3), float)
    name, still = "c.png", parse("static")
    for link in range(5):
        first = given(f".vidgen/cache/frames/{name}")
        path = clip(session, replace(MOVING, first_frame=first, camera=still), f"j1:{link}.1")
        name = f"link-{link}.png"
        last_frame(path).save(frames / name)
    drift = np.asarray(last_frame(path), float) - start
    assert np.abs(drift.mean((0, 1))).max() < 0.5


def test_a_shot_without_a_still_is_a_card(session):
    first, last = (take(clip(session, request())) for take in (first_frame, last_frame))
    assert difference(first, last) > 0.5


def test_two_at_once(session):
    async def run():
        provider = Animatic(session)
        tickets = [
            await provider.submit(MOVING, idempotency="one"),
            await provider.submit(request(), idempotency="two"),
        ]
        return [await settled(provider, ticket) for ticket in tickets]

    one, two = asyncio.run(run())
    assert one.media != two.media


def spools(session):
    return sorted(path.name for path in session.scratch.iterdir())


def changed(status):
    return Path(status.media).stat().st_mtime_ns


def test_the_same_id_is_the_same_work(session):
    async def run():
        provider = Animatic(session)
        first = await provider.submit(MOVING, idempotency="one")
        again = await provider.submit(MOVING, idempotency="one")
        status = await settled(provider, first)
        before = changed(status)
        late = await Animatic(session).submit(MOVING, idempotency="one")
        assert await Animatic(session).poll(late) == status
        assert changed(status) == before
        return first, again, late

    first, again, late = asyncio.run(run())
    assert first == again == late
    assert len(spools(session)) == 1


def test_a_clip_that_was_taken_away_is_made_again(session):
    clip(session, MOVING).unlink()
    assert clip(session, MOVING).is_file()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("gone.png", None, "gone.png: it is not there"),
        ("words.png", b"no picture", "words.png: it is not a PNG"),
    ],
)
def test_a_still_that_cannot_be_used_is_bad_input(session, name, data, words):
    if data is not None:
        (session.project / "stills" / name).write_bytes(data)
    status = made(session, replace(MOVING, first_frame=given(f"stills/{name}")))
    assert isinstance(status, Failed)
    assert (status.kind, status.charged) == ("input", False)
    assert words in status.reason


def test_a_given_clip_is_shown_and_a_given_sound_is_heard(session, make_clip):  # noqa: F811
    shutil.copy(make_clip(size="90x160"), session.project / "hall.mp4")
    shutil.copy(make_clip(name="line.mp4", sound="sine=d=4"), session.project / "line.mp4")
    path = clip(session, request(source_video=given("hall.mp4"), audio_file=given("line.mp4")))
    assert count_frames(path) == 12
    assert difference(first_frame(path), first_frame(session.project / "hall.mp4")) < 6
    assert abs(probe(path).sound.duration - Fraction(1, 2)) < Fraction(1, 20)
    folder = session.scratch / spools(session)[0]
    assert not list(folder.glob("silent*"))


@pytest.mark.parametrize("field", ["source_video", "audio_file"])
def test_a_clip_or_sound_that_cannot_be_used_is_bad_input(session, field):
    (session.project / "words.mp4").write_bytes(b"no clip and no sound")
    for name in ("words.mp4", "gone.mp4"):
        status = made(session, request(**{field: given(name)}))
        assert isinstance(status, Failed)
        assert (status.kind, status.charged) == ("input", False)
        assert status.reason.startswith(f"{name}: ")


def test_an_ffmpeg_that_is_not_there(session):
    status = made(replace(session, ffmpeg=Path("/nowhere/ffmpeg")), MOVING)
    assert isinstance(status, Failed)
    assert status.kind == "provider"
    assert "does not start" in status.reason


def test_a_failed_clip_may_be_asked_for_again(session):
    still = session.project / "stills" / "late.png"
    asked = replace(MOVING, first_frame=given("stills/late.png"))
    assert isinstance(made(session, asked), Failed)
    saved(busy((90, 160)), still)
    assert clip(session, asked).is_file()


def test_cancelled_work_stops_and_says_so(session):
    async def run():
        provider = Animatic(session)
        ticket = await provider.submit(LONG, idempotency="long")
        await under_way(provider, ticket)
        began = time.monotonic()
        await provider.cancel(ticket)
        await provider.cancel(ticket)
        assert time.monotonic() - began < 4
        return await provider.poll(ticket)

    status = asyncio.run(run())
    assert isinstance(status, Failed)
    assert status.reason == "cancelled"
    folder = session.scratch / spools(session)[0]
    assert not list(folder.glob("out.mp4*"))


def test_another_process_may_cancel(session):
    async def run():
        provider = Animatic(session)
        ticket = await provider.submit(LONG, idempotency="long")
        await under_way(provider, ticket)
        await Animatic(session).cancel(ticket)
        return await settled(provider, ticket)

    assert isinstance(asyncio.run(run()), Failed)


def test_cancelling_what_is_over_changes_nothing(session):
    async def run():
        provider = Animatic(session)
        ticket = await provider.submit(MOVING, idempotency="one")
        status = await settled(provider, ticket)
        await provider.cancel(ticket)
        return status, await provider.poll(ticket)

    before, after = asyncio.run(run())
    assert before == after


def test_a_provider_let_go_takes_its_workers_with_it(session):
    async def run():
        provider = Animatic(session)
        return await provider.submit(LONG, idempotency="long")

    ticket = asyncio.run(run())
    status = asyncio.run(Animatic(session).poll(ticket))
    assert isinstance(status, Failed)


def test_a_worker_whose_run_is_killed_dies_and_the_next_run_makes_the_clip(session):
    script = f"""
        import asyncio, sys
        sys.path[:0] = [{str(SRC)!r}, {str(SRC.parent)!r}]
        from pathlib import Path
        from tests.providers.animatic.test_animatic import LONG, under_way
        from vidgen.providers import Session
        from vidgen.providers.animatic import Animatic
        session = Session(Path({str(session.project)!r}), Path({str(session.scratch)!r}),
                          Path({str(session.ffmpeg)!r}))
        async def run():
            provider = Animatic(session)
            ticket = await provider.submit(LONG, idempotency="long")
            await under_way(provider, ticket)
            print("drawing", flush=True)
            await asyncio.sleep(60)
        asyncio.run(run())
        """
    run = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
    )
    assert run.stdout.readline() == "drawing\n"
    run.kill()
    run.wait()
    run.stdout.close()
    ticket = {"spool": spools(session)[0]}
    deadline = time.monotonic() + 4
    while isinstance(status := asyncio.run(Animatic(session).poll(ticket)), Running):
        assert time.monotonic() < deadline, "the worker outlived its run"
        time.sleep(0.02)
    assert isinstance(status, Failed)
    assert (status.kind, status.charged) == ("provider", False)
    assert not (session.scratch / ticket["spool"] / "out.mp4").exists()
    short = replace(LONG, duration=Decimal("0.25"))
    assert clip(session, short, "long").is_file()


def test_nobody_else_can_be_made_to_look_elsewhere(session, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "result.json").write_text('{"done": true}')
    (outside / "out.mp4").touch()
    for name in ("../outside", str(outside), "animatic-../../outside", "animatic-", "", 3, None):
        status = asyncio.run(Animatic(session).poll({"spool": name}))
        assert isinstance(status, Failed)


@pytest.mark.parametrize("words", ["", "{", "[]", '{"done": 3}', "\x00", '"done"'])
def test_a_damaged_result_is_no_crash(session, words):
    folder = session.scratch / ("animatic-" + "0" * 24)
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(words)
    status = asyncio.run(Animatic(session).poll({"spool": folder.name}))
    assert isinstance(status, Failed)


def test_the_spool_holds_no_more_than_the_picture_needs(session):
    clip(session, MOVING)
    folder = session.scratch / spools(session)[0]
    brief = json.loads((folder / "brief.json").read_text())
    assert brief["first"] == str(session.project / "stills" / "a.png")
    assert not {"prompt", "key"} & set(brief)


@pytest.mark.skipif(os.name == "nt", reason="signals are not sent to a group there")
def test_ctrl_c_is_left_to_the_run(session):
    """A worker is in a session of its own: the terminal's Ctrl-C does not reach it first."""

    async def run():
        provider = Animatic(session)
        await provider.submit(LONG, idempotency="long")
        worker = next(iter(provider._workers.values()))
        return os.getsid(worker._process.pid)

    assert asyncio.run(run()) != os.getsid(0)
