"""Real films from real clips: exact, reused by content, whole or not there."""

import json
import os
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

import numpy
import pytest

from tests.stitch.conftest import SMALL
from vidgen.cut import Cut, Music
from vidgen.errors import MediaError, NothingToStitch
from vidgen.media import frames
from vidgen.media.boxes import read_boxes
from vidgen.media.probe import probe
from vidgen.stitch import Preset, ShotTooShort
from vidgen.stitch.film import index_bytes

BEEP = "aevalsrc='if(lt(t,0.25),0.5*sin(2*PI*1000*t),0)':s=48000:d=2"


@pytest.fixture
def bed(ffmpeg_run, tmp_path):
    """A second of steady music: much shorter than the films."""
    path = tmp_path / "bed.wav"
    ffmpeg_run("-f", "lavfi", "-i", "sine=f=300:d=1:sample_rate=44100,volume=6dB", path)
    return Music(path, sha256(path.read_bytes()).hexdigest(), Decimal("-6"), Decimal("0.5"))


@pytest.fixture
def heard(ffmpeg_run):
    """The left side of a film's sound, as a player gives it out."""

    def decode(path):
        raw = ffmpeg_run("-i", path, "-f", "s16le", "-ac", 2, "-ar", 48_000, "-")
        return numpy.frombuffer(raw, "<i2")[::2].astype(float)

    return decode


def level(samples):
    return float(numpy.sqrt((samples**2).mean()))


def as_asked(path, count, rate=24, size=(96, 160)):
    """All that a platform looks at."""
    found = probe(path)
    picture, sound = found.picture, found.sound
    assert found.faststart
    assert (picture.frames, picture.rate, picture.start) == (count, Fraction(rate), 0)
    assert picture.duration == count / Fraction(rate)
    assert frames.count_frames(path) == count
    assert (picture.codec, picture.profile, picture.pix_fmt) == ("h264", "High", "yuv420p")
    assert (picture.width, picture.height, picture.pixel_aspect) == (*size, 1)
    tags = (picture.primaries, picture.transfer, picture.matrix, picture.range)
    assert tags == ("bt709", "bt709", "bt709", "tv")
    assert (sound.codec, sound.sample_rate, sound.channels) == ("aac", 48_000, 2)
    assert abs(sound.duration - picture.duration) <= 1 / Fraction(rate)
    return found


def test_clips_of_every_kind_become_one_film(shot, film, bed):
    clips = [
        shot(frames=20, start=2, sound="sine=d=1:sample_rate=44100"),
        shot(frames=20, over="dissolve:6", size="160x90", rate=25, tags=""),
        shot(frames=20, over="fade-black:5", size="128x128", rate=30, sound="sine=d=0.4"),
        shot(frames=20, over="wipe-left:1", size="90x160", rate="24000/1001", sound="sine=d=3"),
        shot(frames=18, over="fade-white:4", name="a.mkv", rate=16, seconds=2),
        shot(frames=1),
    ]
    made = film(clips, music=bed)
    assert made.frames == 20 * 4 + 18 + 1 - 6 - 5 - 1 - 4 == 83
    assert made.seconds == Fraction(83, 24)
    assert (made.encoded, made.reused, made.sound_reused, made.unchanged) == (10, 0, False, False)
    as_asked(made.path, 83)
    assert [path.name for path in made.path.parent.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize("rate", [Fraction(30000, 1001), Fraction(25), Fraction(60), Fraction(12)])
def test_rates(shot, film, rate):
    clips = [shot(frames=frames, start=at, over="dissolve:2" if at else "") for at, frames in
             enumerate((11, 7, 5, 9))]  # fmt: skip
    made = film(clips, rate=rate)
    as_asked(made.path, 26, rate)


@pytest.mark.parametrize(
    "kind", ["dissolve", "fade-black", "fade-white", "wipe-left", "wipe-right"]
)
@pytest.mark.parametrize("length", [1, 2, 3, 7, 12])
def test_transitions_of_every_kind_and_length_are_exact(shot, film, kind, length):
    made = film([shot(frames=15), shot(frames=15, over=f"{kind}:{length}", pattern="smptebars")])
    as_asked(made.path, 30 - length)


def test_segments_of_a_frame_or_two_keep_the_films_time(shot, film, ffmpeg_run):
    made = film([shot(frames=count, start=count) for count in (1, 2, 1, 3, 1, 1, 5, 2)])
    as_asked(made.path, 16)
    stamps = ffmpeg_run(
        *("-i", made.path, "-map", "0:v", "-c", "copy", "-f", "framecrc", "-"),
    ).decode()
    rows = [line.split(",") for line in stamps.splitlines() if not line.startswith("#")]
    decoded = [int(row[1]) for row in rows]
    assert decoded == [decoded[0] + 1000 * at for at in range(16)]
    assert sorted(int(row[2]) for row in rows) == [1000 * at for at in range(16)]


def test_the_film_shows_the_frames_asked_for(shot, film):
    one, two = shot(frames=9, start=5), shot(frames=6, start=11, pattern="mandelbrot")
    made = film([one, two], preset=replace(SMALL, crf=4, ceiling=0))
    for at, (clip, index) in enumerate([(one, 5 + at) for at in range(9)] + [(two, 11), (two, 12)]):
        shown, meant = frames.frame_at(made.path, at), frames.frame_at(clip.path, index)
        away = numpy.abs(numpy.asarray(shown, float) - numpy.asarray(meant, float)).mean()
        assert away < 2, (at, away)


def test_a_dissolve_goes_from_one_picture_to_the_other(shot, film):
    red, blue = (shot(frames=20, pattern=f"color=0x{one}") for one in ("C02020", "2020C0"))
    made = film([red, replace(blue, transition=shot(over="dissolve:10").transition)])
    shown = [frames.frame_at(made.path, at).getpixel((48, 80)) for at in range(8, 23)]
    reds, blues = [one[0] for one in shown], [one[2] for one in shown]
    assert reds == sorted(reds, reverse=True) and blues == sorted(blues)
    assert abs(reds[0] - 192) < 4 and abs(blues[-1] - 192) < 4
    assert abs(shown[7][0] - 112) < 8 and abs(shown[7][2] - 112) < 8


@pytest.mark.parametrize(("kind", "ends"), [("fade-black", 16), ("fade-white", 235)])
def test_a_dip_is_even_and_stays_within_legal_levels(shot, film, ffmpeg_run, kind, ends):
    grey = shot(frames=20, pattern="color=0x808080")
    made = film([grey, replace(grey, start=1, transition=shot(over=f"{kind}:12").transition)])
    raw = ffmpeg_run(
        "-i", made.path, "-f", "rawvideo", "-pix_fmt", "gray", "-vf", "extractplanes=y", "-"
    )
    luma = numpy.frombuffer(raw, "u1").reshape(28, -1).mean(axis=1)
    assert abs(luma[14] - ends) < 2
    assert luma.min() >= 15 and luma.max() <= 236
    down, up = luma[8:14], luma[14:20]
    assert abs(luma[7] - luma[21]) < 2
    assert all(abs(step) > 5 for step in numpy.diff(down)) and all(
        abs(step) > 5 for step in numpy.diff(up)
    )


def test_picture_and_sound_stay_together_across_the_film(shot, film, heard):
    """A beep at the head of every clip is heard where it begins, at the first as at the last."""
    clips, starts, at = [], [], 0
    for count in (17, 24, 11, 30, 19, 24, 13, 29, 23, 12) * 3:
        clips.append(shot(frames=count, seconds=2, sound=BEEP))
        starts.append(2000 * at)
        at += count
    made = film(clips)
    samples = heard(made.path)
    assert len(samples) == at * 2000
    late = []
    for start in starts:
        assert start == 0 or level(samples[start - 900 : start - 100]) < 300
        late.append(int(numpy.argmax(numpy.abs(samples[start:]) > 4000)))
    assert max(late) < 96, "two milliseconds, of which the soft edge takes most"
    assert max(late) - min(late) <= 4


@pytest.mark.parametrize("rate", [24, 30, 25, "60000/1001"])
def test_a_stretch_late_in_a_long_take_is_the_same_as_by_decoding_all(shot, film, rate):
    take = {"rate": rate, "seconds": 6, "codec": ("-c:v", "libx264", "-bf", "3", "-g", "37")}
    sharp = replace(SMALL, crf=4, ceiling=0)
    late = film([shot(start=110, frames=8, **take)], preset=sharp)
    shown = [frames.frame_at(late.path, at) for at in range(8)]
    whole = film([shot(frames=118, **take)], preset=sharp)
    for at, one in enumerate(shown):
        other = frames.frame_at(whole.path, 110 + at)
        assert numpy.abs(numpy.asarray(one, float) - numpy.asarray(other, float)).mean() < 1, at


def test_silence_where_a_clip_has_no_sound_or_none_left(shot, film, heard):
    tone = "sine=f=500:d={}:sample_rate=48000,volume=12dB"
    made = film(
        [
            shot(sound=tone.format(1)),
            shot(),
            shot(sound=tone.format(0.5)),
            shot(sound=tone.format(3)),
            shot(start=12, frames=12, sound=tone.format(0.3)),
        ]
    )
    samples = heard(made.path)
    for first, last, loud in [
        (0.1, 0.9, True),
        (1.1, 1.9, False),
        (2.1, 2.4, True),
        (2.6, 2.9, False),
        (3.1, 3.9, True),
        (4.1, 4.4, False),
    ]:
        stretch = samples[int(first * 48_000) : int(last * 48_000)]
        assert (level(stretch) > 3000) == loud, (first, level(stretch))
        assert loud or level(stretch) < 5


def test_mono_is_heard_on_both_sides_at_full_level(shot, film, heard):
    tone = "sine=f=500:d=1:sample_rate=48000,volume=12dB"
    mono, stereo = (film([shot(sound=f"{tone},aformat=channel_layouts={one}")]) for one in
                    ("mono", "stereo"))  # fmt: skip
    assert abs(level(heard(mono.path)) - level(heard(stereo.path))) < 50


def test_music_is_repeated_faded_and_turned_down(shot, film, bed, heard):
    """A bed of one second under three: rises over half a second, falls over half a second."""
    bed = replace(bed, fade_out=Decimal("0.5"))
    clips = [shot(), shot(start=1, frames=23), shot()]
    samples = heard(film(clips, music=bed).path)
    rise = [level(samples[at : at + 2400]) for at in (0, 12_000, 30_000, 60_000, 110_000, 140_000)]
    assert rise[0] < rise[1] < rise[2]
    assert abs(rise[2] / rise[3] - 1) < 0.02 and abs(rise[3] / rise[4] - 1) < 0.02
    assert rise[5] < rise[4] / 4
    louder = heard(film(clips, music=replace(bed, gain=Decimal(0))).path)
    assert abs(level(louder[60_000:62_400]) / rise[3] - 2) < 0.02


def test_loud_music_over_loud_sound_does_not_clip(shot, film, ffmpeg_run, tmp_path, heard):
    path = tmp_path / "loud.wav"
    ffmpeg_run("-f", "lavfi", "-i", "sine=f=310:d=3,volume=18dB", path)
    loud = Music(path, "loud", Decimal(0), fade_out=Decimal(0))
    clip = shot(frames=48, seconds=2, sound="sine=f=300:d=2,volume=18dB")
    samples = heard(film([clip], music=loud).path)
    assert numpy.abs(samples).max() < 32_700


def test_other_shapes_are_framed_never_stretched(shot, film):
    white = "color=white"
    wide, tall = shot(size="160x90", pattern=white), shot(size="40x160", pattern=white)
    made = film([wide, tall])
    first = numpy.asarray(frames.frame_at(made.path, 5).convert("L"))
    assert first[80, 48] > 240 and first[10, 48] < 20 and first[150, 48] < 20
    assert abs((first[:, 48] > 128).sum() - 54) <= 2
    later = numpy.asarray(frames.frame_at(made.path, 30).convert("L"))
    assert later[80, 48] > 240 and later[80, 10] < 20 and later[80, 90] < 20
    full = film([wide, tall], preset=replace(SMALL, fit="cover"), out=made.path.with_name("c.mp4"))
    assert numpy.asarray(frames.frame_at(full.path, 5).convert("L")).min() > 240


def test_a_turned_take_stands_upright(shot, film, make_clip, ffmpeg_run, tmp_path):
    path = tmp_path / "turned.mp4"
    ffmpeg_run("-display_rotation", 90, "-i", make_clip(size="160x96"), "-c", "copy", path)
    made = film([shot(path=path)], preset=replace(SMALL, crf=6))
    away = numpy.asarray(frames.first_frame(made.path), float) - numpy.asarray(
        frames.first_frame(path), float
    )
    assert numpy.abs(away).mean() < 3


def test_untagged_colours_come_out_as_they_went_in(shot, film):
    """A small clip without tags means bt601; the film is bt709 and looks the same."""
    clip = shot(pattern="color=0xC83C1E", tags="", codec=("-c:v", "libx264", "-qp", "1"))
    shown = frames.frame_at(film([clip]).path, 3).getpixel((48, 80))
    assert all(abs(a - b) <= 4 for a, b in zip(shown, (200, 60, 30), strict=True)), shown


def test_nothing_changed_is_no_work(shot, film):
    clips = [shot(frames=10), shot(frames=10, start=5)]
    first = film(clips)
    stamp = first.path.stat().st_mtime_ns
    again = film(clips)
    assert (again.unchanged, again.encoded, again.reused) == (True, 0, 2)
    assert again.path.stat().st_mtime_ns == stamp


def test_a_film_that_is_gone_or_touched_is_joined_again_from_the_cache(shot, film):
    clips = [shot(frames=10), shot(frames=10, start=5)]
    first = film(clips)
    content = first.path.read_bytes()
    for spoil in (first.path.unlink, lambda: first.path.write_bytes(b"edited")):
        spoil()
        again = film(clips)
        assert (again.unchanged, again.encoded, again.reused) == (False, 0, 2)
        assert again.sound_reused
        assert again.path.read_bytes() == content


def test_only_the_changed_shot_is_encoded_again(shot, film):
    clips = [shot(frames=10, start=at) for at in range(6)]
    film(clips)
    changed = [*clips[:2], shot(frames=10, pattern="smptebars"), *clips[3:]]
    made = film(changed)
    assert (made.encoded, made.reused) == (1, 5)
    back = film(clips)
    assert (back.encoded, back.reused) == (0, 6)


def test_with_dissolves_a_changed_shot_brings_its_two_transitions(shot, film):
    clips = [shot(frames=12, start=at, over="dissolve:3" if at else "") for at in range(6)]
    assert film(clips).encoded == 11
    new = shot(frames=12, pattern="smptebars", over="dissolve:3")
    made = film([*clips[:2], new, *clips[3:]])
    assert (made.encoded, made.reused) == (3, 8)


def test_another_order_encodes_nothing(shot, film):
    clips = [shot(frames=10, start=at) for at in range(4)]
    film(clips)
    assert film(clips[::-1]).encoded == 0


def test_the_same_stretch_twice_is_encoded_once(shot, film):
    clip = shot(frames=10)
    made = film([clip, replace(clip, shot="again")])
    assert (made.encoded, made.reused) == (1, 1)
    as_asked(made.path, 20)


def test_a_changed_bed_encodes_no_picture(shot, film, bed):
    clips = [shot(frames=10), shot(frames=10, start=5)]
    film(clips, music=bed)
    made = film(clips, music=replace(bed, gain=Decimal("-20")))
    assert (made.encoded, made.sound_reused) == (0, False)


def test_what_asks_for_other_bytes_is_another_segment(shot, film, ffmpeg):
    clips = [shot(frames=10)]
    assert film(clips).encoded == 1
    assert film(clips, preset=replace(SMALL, crf=30)).encoded == 1
    assert film(clips, ffmpeg=replace(ffmpeg, version="9.9")).encoded == 1
    assert film(clips, rate=25).encoded == 1
    assert film([replace(clips[0], start=1)]).encoded == 1
    assert film([replace(clips[0], digest="another take")]).encoded == 1
    assert film(clips).encoded == 0


def test_where_a_take_lies_does_not_matter(shot, film, tmp_path):
    clip = shot(frames=10)
    film([clip])
    moved = tmp_path / "elsewhere.mp4"
    moved.write_bytes(clip.path.read_bytes())
    assert film([replace(clip, path=moved)]).encoded == 0


def test_a_damaged_segment_is_made_again(shot, film, tmp_path):
    clips = [shot(frames=10), shot(frames=10, start=5)]
    made = film(clips)
    victim = sorted((tmp_path / "cache" / "segments").glob("*.mp4"))[0]
    victim.write_bytes(victim.read_bytes()[:500])
    (programme,) = (tmp_path / "cache" / "sound").glob("*.m4a")
    programme.write_bytes(programme.read_bytes()[:200])
    made.path.unlink()
    again = film(clips)
    assert (again.encoded, again.sound_reused) == (1, False)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_may_not_be_written(shot, film, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(MediaError, match="could not write the film: Permission denied"):
        film([shot(frames=5)], out=closed / "film.mp4")


def test_a_file_where_a_folder_should_be(shot, film, tmp_path):
    (tmp_path / "deliver").write_text("a file")
    with pytest.raises(MediaError, match="could not write the film") as caught:
        film([shot(frames=5)])
    assert caught.value.where.endswith("deliver")


def test_leftovers_of_a_killed_run_are_swept(shot, film, tmp_path):
    clips = [shot(frames=10)]
    film(clips)
    for folder in ("segments", "sound", "films"):
        (tmp_path / "cache" / folder / "dead.mp4.part").write_bytes(b"half")
    film(clips, title="Another title")
    assert not list((tmp_path / "cache").rglob("*.part"))


def test_the_title_is_in_the_film_and_nothing_else_of_the_takes(shot, film, make_clip):
    path = make_clip("secret.mp4", extra=("-metadata", "comment=the prompt"))
    title = "First: Pour = [a];b'c\""
    content = film([shot(path=path)], title=title).path.read_bytes()
    assert title.encode() in content
    assert b"the prompt" not in content


@pytest.mark.parametrize("name", ["-dash.mp4", "we ird:100%[a],b;c'd.mp4", "x%03d.mp4", "h:e.mp4"])
def test_names_are_only_names(shot, film, tmp_path, name):
    folder = tmp_path / "o'dd %d [x],"
    folder.mkdir()
    take = folder / name
    take.write_bytes(shot(sound="sine=d=1").path.read_bytes())
    made = film(
        [shot(path=take, frames=10), shot(path=take, frames=10, start=3, over="dissolve:2")],
        music=Music(take, "music", Decimal(-6)),
        out=folder / f"film{name}",
        cache=folder / "ca'che",
    )
    as_asked(made.path, 18)


def test_progress_counts_frames_of_the_film(shot, film):
    seen = []
    film([shot(frames=20), shot(frames=10, start=2)], on_progress=seen.append)
    assert [one.frames for one in seen] == sorted(one.frames for one in seen)
    assert {one.total for one in seen} == {30}
    assert (seen[-1].frames, seen[-1].stage) == (30, "join")


def test_a_cut_that_cannot_be(shot, film, tmp_path):
    with pytest.raises(NothingToStitch):
        film([])
    with pytest.raises(
        ShotTooShort, match="frames 20 to 49 of shot `sip`; its take has 24 at 24 fps"
    ):
        film([shot("sip", start=20, frames=30)])
    with pytest.raises(MediaError, match="no such file"):
        film([replace(shot(), path=tmp_path / "absent.mp4")])
    assert not (tmp_path / "deliver").exists()


def test_the_last_frame_is_held_for_a_frame_or_two(shot, film):
    made = film([shot(frames=26)])
    as_asked(made.path, 26)
    held, last = frames.frame_at(made.path, 25), frames.frame_at(made.path, 23)
    assert numpy.abs(numpy.asarray(held, float) - numpy.asarray(last, float)).mean() < 1


def test_hdr_is_refused_in_words(shot, film):
    tags = "setparams=range=tv:color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc"
    with pytest.raises(MediaError, match=r"the take of shot `sky` is HDR \(PQ\)"):
        film([shot("sky", tags=tags)])


def test_a_take_that_cannot_be_decoded_names_its_shot_and_spares_the_others(
    shot, film, tmp_path, make_clip
):
    whole = make_clip().read_bytes()
    broken = tmp_path / "broken.mp4"
    at = whole.index(b"mdat") + 4
    broken.write_bytes(
        whole[:at]
        + bytes(len(whole[at : whole.index(b"moov") - 4]))
        + whole[whole.index(b"moov") - 4 :]
    )
    good = shot(frames=10)
    with pytest.raises(MediaError, match="ffmpeg could not conform shot sip"):
        film([good, shot("sip", path=broken), shot(frames=9)], workers=1)
    assert not (tmp_path / "deliver" / "film.mp4").exists()
    assert not list((tmp_path / "cache").rglob("*.part"))


def test_music_without_sound(shot, film):
    with pytest.raises(MediaError, match="the music has no sound in it"):
        film([shot()], music=Music(shot().path, "d"))


def test_the_record_beside_the_cache_is_small_and_plain(shot, film, tmp_path):
    made = film([shot(frames=5)])
    (record,) = (tmp_path / "cache" / "films").iterdir()
    told = json.loads(record.read_text())
    assert told == {"bytes": made.path.stat().st_size, "changed": made.path.stat().st_mtime_ns}


def test_the_room_for_the_index_is_enough_and_not_wasteful(shot, film, ffmpeg_run):
    made = film([shot(frames=46, seconds=2, start=at % 3, sound="sine=d=2") for at in range(24)])
    assert read_boxes(made.path).order[:2] == ("ftyp", "moov")
    content = made.path.read_bytes()
    room = index_bytes(Cut("t", Fraction(24), (shot(frames=46 * 24),)))
    used = int.from_bytes(content[content.index(b"moov") - 4 :][:4], "big")
    assert room / 4 < used < room


def test_too_little_room_for_the_index_costs_a_second_pass_and_nothing_else(
    shot, film, monkeypatch
):
    monkeypatch.setattr("vidgen.stitch.film.index_bytes", lambda cut: 100)
    as_asked(film([shot(frames=20)]).path, 20)


def test_a_preset_of_another_size(shot, film):
    made = film([shot(frames=10)], preset=Preset("wide", 160, 96, speed="superfast"))
    as_asked(made.path, 10, size=(160, 96))
