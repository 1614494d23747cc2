"""What a rehearsal brings is real: it decodes, is as long and as large as asked, and starts on the
picture that the order carried."""

import asyncio
import base64
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.conftest import still
from tests.rehearsal.stage import ENDPOINT, FAL, client, fal, work
from vidgen.media.frames import count_frames, first_frame
from vidgen.media.probe import probe
from vidgen.media.worker import held
from vidgen.rehearsal.clips import ClipFailed, Drawn, Wanted
from vidgen.rehearsal.server import Server


def made(folder: Path, ffmpeg, *wanted: Wanted) -> list[Path]:
    async def run():
        clips = Drawn(folder, ffmpeg)
        return await asyncio.gather(*(clips.make(one) for one in wanted))

    return asyncio.run(run())


def shot(**more):
    return work(**{"width": 72, "height": 128, "duration": Decimal(1), **more})


def test_a_clip_is_as_asked_and_each_fault_is_in_it(tmp_path, ffmpeg):
    heard = shot(audio=True)
    kinds = ("", "short", "small", "mute")
    paths = made(tmp_path, ffmpeg, *(Wanted(heard, kind) for kind in kinds))
    found = dict(zip(kinds, map(probe, paths), strict=True))
    frames = [count_frames(path) for path in paths]
    assert frames == [24, 14, 24, 24]
    sizes = [(one.picture.width, one.picture.height) for one in found.values()]
    assert sizes == [(72, 128), (72, 128), (36, 64), (72, 128)]
    assert [one.sound is not None for one in found.values()] == [True, True, True, False]
    assert abs(found[""].sound.duration - 1) < Decimal("0.1")


def test_a_silent_shot_has_no_sound(tmp_path, ffmpeg):
    (path,) = made(tmp_path, ffmpeg, Wanted(shot()))
    assert probe(path).sound is None


def test_a_clip_starts_on_the_picture_that_was_sent(tmp_path, ffmpeg):
    sent = still(tmp_path / "takes" / "a-digest.png", (72, 128)).rename(tmp_path / "takes" / "abc")
    (path,) = made(tmp_path, ffmpeg, Wanted(shot(mode="first_frame"), first=sent))
    change = ImageChops.difference(first_frame(path), Image.open(sent).convert("RGB"))
    assert max(ImageStat.Stat(change).mean) < 4


def test_a_still_is_a_picture_of_its_size(tmp_path, ffmpeg):
    (path,) = made(tmp_path, ffmpeg, Wanted(work(still=True, width=90, height=160, duration=None)))
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (90, 160))


def test_a_clip_is_drawn_once_and_found_again(tmp_path, ffmpeg):
    wanted = Wanted(shot())
    one, two = made(tmp_path, ffmpeg, wanted, wanted)
    assert one == two
    changed = one.stat().st_mtime_ns
    assert made(tmp_path, ffmpeg, wanted) == [one]
    assert one.stat().st_mtime_ns == changed


def test_a_picture_that_cannot_be_read_is_told(tmp_path, ffmpeg):
    sent = tmp_path / "takes" / "abc"
    sent.parent.mkdir()
    sent.write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    with pytest.raises(ClipFailed, match="could not be drawn"):
        made(tmp_path, ffmpeg, Wanted(shot(mode="first_frame"), first=sent))


def test_drawing_stops_when_nobody_waits_for_it(tmp_path, ffmpeg):
    async def run():
        clips = Drawn(tmp_path, ffmpeg)
        long = Wanted(shot(width=720, height=1280, duration=Decimal(60)))
        making = asyncio.create_task(clips.make(long))
        for _ in range(2000):
            if list(tmp_path.glob("spool/*/brief.json")):
                break
            await asyncio.sleep(0.01)
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)

    asyncio.run(run())
    (spool,) = tmp_path.glob("spool/*")
    assert (spool / "cancelled").exists()
    assert not held(spool / "lock")


async def ended(http, told):
    for _ in range(2000):
        look = await http.get(told["status_url"], headers=FAL)
        if look.json()["status"] == "COMPLETED":
            return await http.get(told["response_url"], headers=FAL)
        await asyncio.sleep(0.01)
    raise AssertionError("it never ended")


def test_an_order_with_a_picture_brings_a_clip_that_plays_over_the_wire(tmp_path):
    one = shot(mode="first_frame", audio=True, seconds=0.01)
    picture = still(tmp_path / "cup.png", (72, 128))
    packed = base64.b64encode(picture.read_bytes()).decode()
    body = {"prompt": one.request.prompt, "image_url": f"data:image/png;base64,{packed}"}

    async def run():
        server = Server((fal(one),), folder=tmp_path / "rehearsal")
        async with server, client(server.url) as http:
            told = (await http.post(ENDPOINT, json=body, headers=FAL)).json()
            result = await ended(http, told)
            return (await http.get(result.json()["video"]["url"])).content

    path = tmp_path / "fetched.mp4"
    path.write_bytes(asyncio.run(run()))
    assert count_frames(path) == 24
    assert probe(path).sound is not None
    change = ImageChops.difference(first_frame(path), Image.open(picture).convert("RGB"))
    assert max(ImageStat.Stat(change).mean) < 4


def test_an_order_with_a_broken_picture_fails_and_is_not_billed(tmp_path):
    one = shot(mode="first_frame", seconds=0.01)
    packed = base64.b64encode(b"\x89PNG\r\n\x1a\n and then nothing").decode()
    body = {"prompt": one.request.prompt, "image_url": f"data:image/png;base64,{packed}"}

    async def run():
        server = Server((fal(one),), folder=tmp_path / "rehearsal")
        async with server, client(server.url) as http:
            told = (await http.post(ENDPOINT, json=body, headers=FAL)).json()
            result = await ended(http, told)
            assert result.status_code == 422
            assert result.json()["detail"][0]["type"] == "image_load_error"
            assert server.books.billed() == 0

    asyncio.run(run())
