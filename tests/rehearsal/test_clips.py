"""What a rehearsal brings is real: it decodes, is as long and as large as asked, and starts on the
picture that the order carried."""

import asyncio
import base64
import hashlib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.conftest import still
from tests.rehearsal.stage import ENDPOINT, FAL, client, fal, work
from vidgen.job import Slate
from vidgen.media.frames import count_frames, first_frame, frame_at
from vidgen.media.probe import probe
from vidgen.media.worker import held
from vidgen.providers.animatic.slate import Card
from vidgen.rehearsal.books import Books
from vidgen.rehearsal.clips import ClipFailed, Drawn, Wanted
from vidgen.rehearsal.server import Server
from vidgen.rehearsal.works import Work


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


def test_a_stills_card_has_no_seconds_and_names_its_shot(tmp_path, ffmpeg):
    plain = work(still=True, width=90, height=160, duration=None)
    named = Work(plain.request, plain.usd, plain.seconds, still=True, shot="sip.still")
    one, other = made(tmp_path, ffmpeg, Wanted(plain), Wanted(named))
    assert one.read_bytes() != other.read_bytes()
    card = Card(Slate("sip.still", "veo-3.1", "A cup on a table", Decimal(0)), (90, 160), 1, 10)
    change = ImageChops.difference(Image.open(other), card.frame(0))
    assert max(ImageStat.Stat(change).mean) < 2


@pytest.fixture
def given(make_clip, tmp_path):
    """A clip as an order carried it: below the folder, under its digest."""

    def kept(**more):
        data = make_clip(**more).read_bytes()
        path = tmp_path / "takes" / hashlib.sha256(data).hexdigest()
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    return kept


WORKED_ON = {"width": 192, "height": 320, "duration": Decimal(1)}


@pytest.mark.parametrize("mode", ["edit", "extend", "motion", "lip_sync", "upscale"])
def test_a_clip_that_was_given_comes_back_at_the_asked_size(tmp_path, ffmpeg, given, mode):
    clip = given()
    (path,) = made(tmp_path, ffmpeg, Wanted(work(mode=mode, **WORKED_ON), clip=clip))
    assert (count_frames(path), probe(path).picture.rate) == (24, 24)
    before, after = frame_at(clip, 12), frame_at(path, 12).resize((96, 160))
    middle = (20, 40, 76, 120)
    change = ImageChops.difference(before.crop(middle), after.crop(middle))
    assert max(ImageStat.Stat(change).mean) < 12


def test_frames_in_between_come_at_the_asked_rate(tmp_path, ffmpeg, given):
    asked = work(mode="interpolate", rate=Fraction(48), **WORKED_ON)
    (path,) = made(tmp_path, ffmpeg, Wanted(asked, clip=given()))
    assert (count_frames(path), probe(path).picture.rate) == (48, 48)


def test_what_was_too_short_stays_so_when_it_is_made_larger(tmp_path, ffmpeg, given):
    asked = WORKED_ON | {"duration": Decimal(2)}
    larger, edited = made(
        tmp_path,
        ffmpeg,
        *(Wanted(work(mode=mode, **asked), clip=given()) for mode in ("upscale", "edit")),
    )
    assert (count_frames(larger), count_frames(edited)) == (24, 48)


def test_each_fault_is_in_a_clip_that_was_given(tmp_path, ffmpeg, given):
    clip = given(name="heard.mp4", sound="sine=d=1")
    kinds = ("", "short", "small", "mute")
    asked = work(mode="upscale", **WORKED_ON)
    paths = made(tmp_path, ffmpeg, *(Wanted(asked, kind, clip=clip) for kind in kinds))
    assert [count_frames(path) for path in paths] == [24, 14, 24, 24]
    assert [probe(path).picture.width for path in paths] == [192, 192, 96, 192]
    assert [probe(path).sound is not None for path in paths] == [True, True, True, False]


def test_the_sound_is_the_given_one_else_the_clips_else_a_tone(tmp_path, ffmpeg, given):
    silent, heard = given(), given(name="heard.mp4", sound="sine=d=1")
    wanted = {
        "a line under a silent clip": Wanted(shot(mode="lip_sync"), clip=silent, sound=heard),
        "the clip's own": Wanted(shot(mode="edit"), clip=heard),
        "a tone": Wanted(shot(mode="edit", audio=True), clip=silent),
        "none was there": Wanted(shot(mode="edit"), clip=silent),
        "none was asked": Wanted(shot(mode="edit", audio=False), clip=heard),
        "a face that speaks": Wanted(shot(mode="avatar", audio=False), sound=heard),
    }
    paths = made(tmp_path, ffmpeg, *wanted.values())
    sounds = [probe(path).sound is not None for path in paths]
    assert dict(zip(wanted, sounds, strict=True)) == {
        "a line under a silent clip": True,
        "the clip's own": True,
        "a tone": True,
        "none was there": False,
        "none was asked": False,
        "a face that speaks": True,
    }


def test_a_clip_that_cannot_be_played_is_told(tmp_path, ffmpeg):
    clip = tmp_path / "takes" / "abc"
    clip.parent.mkdir()
    clip.write_bytes(b"\0\0\0\x20ftypisom and then nothing")
    for audio in (None, False):
        with pytest.raises(ClipFailed):
            made(tmp_path, ffmpeg, Wanted(shot(mode="edit", audio=audio), clip=clip))


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


def posted(folder, one, body):
    """What an order brings over the wire of fal, as bytes."""

    async def run():
        server = Server((fal(one),), folder=folder)
        async with server, client(server.url) as http:
            told = (await http.post(ENDPOINT, json=body, headers=FAL)).json()
            result = await ended(http, told)
            return (await http.get(result.json()["video"]["url"])).content

    return asyncio.run(run())


def test_the_same_order_brings_the_same_bytes_wherever_it_is_played(tmp_path, make_clip):
    one = work(mode="upscale", seconds=0.01, **WORKED_ON)
    packed = base64.b64encode(make_clip().read_bytes()).decode()
    body = {"prompt": one.request.prompt, "video_url": f"data:video/mp4;base64,{packed}"}
    first = posted(tmp_path / "one", one, body)
    assert first == posted(tmp_path / "one", one, body) == posted(tmp_path / "two", one, body)
    path = tmp_path / "fetched.mp4"
    path.write_bytes(first)
    assert (count_frames(path), probe(path).picture.width) == (24, 192)


def test_a_clip_that_was_carried_is_there_after_a_restart(tmp_path, make_clip):
    """The books name it by its digest, so that a result can be made again without the order."""
    one = work(mode="edit", seconds=0.01, **WORKED_ON)
    packed = base64.b64encode(make_clip().read_bytes()).decode()
    body = {"prompt": one.request.prompt, "video_url": f"data:video/mp4;base64,{packed}"}
    folder, books = tmp_path / "rehearsal", tmp_path / "books.jsonl"

    async def ordered():
        server = Server((fal(one),), folder=folder, books=Books.open(books))
        async with server, client(server.url) as http:
            told = (await http.post(ENDPOINT, json=body, headers=FAL)).json()
            result = await ended(http, told)
            link = result.json()["video"]["url"]
            return told, (await http.get(link)).content

    async def fetched(told):
        server = Server((fal(one),), folder=folder, books=Books.open(books))
        async with server, client(server.url) as http:
            result = await http.get(told["response_url"], headers=FAL)
            return (await http.get(result.json()["video"]["url"])).content

    told, before = asyncio.run(ordered())
    for drawn in folder.glob("*.mp4"):
        drawn.unlink()
    assert asyncio.run(fetched(told)) == before


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
