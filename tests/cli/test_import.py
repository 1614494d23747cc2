import hashlib
import json
import os
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import TINY, tree
from tests.cli.given import NO, journal_of, put, step_of
from tests.cli.test_select import GROUP, STILL
from tests.clips import ffmpeg, ffmpeg_run, make_clip  # noqa: F401
from vidgen.errors import Exit
from vidgen.project import Project

LONG = {"size": "180x320", "rate": 24, "seconds": 1}
HDR = "setparams=range=tv:color_primaries=bt2020:color_trc=arib-std-b67:colorspace=bt2020nc"


@pytest.fixture
def clip(make_clip, tmp_path):  # noqa: F811
    """A real clip beside the project: `clip("own.MOV", seconds=2)`."""

    def make(name="own.mp4", **how):
        path = tmp_path / "brought" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(make_clip(name.lower(), **{**LONG, **how}).read_bytes())
        return path

    return make


def picture(path, kind="PNG", size=(768, 1376)):
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", size, (180, 90, 40)).save(path, kind)
    return path


def sidecar(folder, name):
    return json.loads((folder / "takes" / name).with_suffix(".json").read_bytes())


def test_a_clip_of_ones_own_is_the_take_that_was_asked_for(vidgen, tiny, clip):
    folder, file = tiny(), clip()
    before = file.read_bytes()
    said = vidgen("import", "one", file, "--project", folder)
    assert (said.code, said.out) == (0, "")
    assert said.err.splitlines()[0] == (
        "one: takes/one/v001.mp4, 180x320, 1.00s at 24 fps, no sound"
    )
    assert file.read_bytes() == before == (folder / "takes/one/v001.mp4").read_bytes()
    step = step_of(folder, "one")
    assert (step.action, step.reason) == ("reuse", "v001 is what is asked")
    told = sidecar(folder, "one/v001")
    assert (told["model"], told["provider"], told["cost_usd"]) == ("import", "own", "0")
    assert told["digest"] == hashlib.sha256(before).hexdigest()
    assert (told["frames"], told["file"], told["started_from"]) == (24, "own.mp4", {})
    assert str(file.parent) not in json.dumps(told)
    assert vidgen("ledger", folder, "--json").json["total"]["attempts"] == 0


def test_an_edit_of_the_shot_makes_it_stale_and_names_what_changed(vidgen, tiny, clip):
    folder = tiny()
    vidgen("import", "one", clip(), "--project", folder)
    tiny(TINY.replace("A cup of coffee", "A cup of tea"))
    step = step_of(folder, "one")
    assert step.action == "stale"
    assert step.reason.startswith("changed: prompt; v001 is kept")


def test_what_differs_is_told_and_kept(vidgen, tiny, clip):
    folder = tiny()
    said = vidgen("import", "one", clip(size="160x96", seconds=0.5), "--project", folder)
    assert said.code == 0
    for words in ("160x96 delivered", "has another shape", "0.50s delivered"):
        assert words in said.err
    assert "the cut wants 1.00s of it and it has 0.50s: shorten or trim the shot" in said.err
    assert {"size", "aspect", "short"} <= set(sidecar(folder, "one/v001")["flags"])


def test_whoever_brings_a_clip_has_judged_it_so_it_is_never_rolled_again(vidgen, tiny, clip):
    rolled = "duration: 1s, qc: {reroll_on: [short, size], max: 2}"
    folder = tiny(TINY.replace("duration: 1s", rolled))
    vidgen("import", "one", clip(seconds=0.5), "--project", folder)
    assert step_of(folder, "one").action == "reuse"
    put(folder, step_of(folder, "two"), flags=("short",))
    assert step_of(folder, "two").action == "redo"


@pytest.mark.parametrize(
    ("name", "codec"),
    [("own.MOV", ("-c:v", "libx264")), ("own.mkv", ("-c:v", "libx264")),
     ("own.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"))],
)  # fmt: skip
def test_every_kind_of_clip_is_taken_under_a_plain_name(vidgen, tiny, clip, name, codec):
    folder = tiny()
    said = vidgen("import", "one", clip(name, codec=codec), "--project", folder, "--json")
    assert said.json["path"] == f"takes/one/v001.{name.lower().partition('.')[2]}"
    assert step_of(folder, "one").action == "reuse"


def test_the_number_is_one_that_neither_a_file_nor_a_run_was_given(vidgen, tiny, clip):
    folder = tiny()
    put(folder, step_of(folder, "one"), number=4)
    with journal_of(folder) as journal:
        journal.begin(step_of(folder, "one").job, Decimal(1), NO)
        journal.succeeded(step_of(folder, "one").job.key, "x.mp4", Decimal(1), least=7)
    assert vidgen("import", "one", clip(), "--project", folder, "--json").json["take"] == "v008"
    assert vidgen("import", "one", clip(), "--project", folder, "--json").json["take"] == "v009"
    with journal_of(folder) as journal:
        key = step_of(folder, "one").job.key
        assert journal.succeeded(key, "x.mp4", Decimal(1), anew=True) == 10


def test_it_goes_beside_a_run_that_is_under_way(vidgen, tiny, clip):
    folder = tiny()
    with Project(folder).running():
        assert vidgen("import", "one", clip(), "--project", folder).code == 0


def test_a_take_that_is_selected_stays_selected(vidgen, tiny, clip):
    folder = tiny()
    put(folder, step_of(folder, "one"))
    vidgen("select", "one", "1", "--project", folder)
    said = vidgen("import", "one", clip(), "--project", folder)
    assert "another take is selected: `vidgen select one v002` uses this one" in said.err


def test_it_stands_for_the_take_that_is_named(vidgen, tiny, clip):
    folder = tiny(TINY.replace("prompt: Steam rises", "prompt: Steam rises, takes: 2"))
    vidgen("import", "two", clip(), "--take", "2", "--project", folder)
    project = step_of(folder, "two", takes=2)
    assert (project.action, project.job.take) == ("new", 1)
    assert sidecar(folder, "two/v001")["take"] == 2
    draft = vidgen("import", "two", clip(), "--draft", "--project", folder, "--json").json
    assert (draft["tier"], draft["take"]) == ("draft", "v002")
    assert step_of(folder, "two", tier="draft").action == "reuse"


def test_a_chained_shot_takes_a_clip_that_started_from_nothing(vidgen, tiny, clip):
    folder = tiny(TINY.replace("prompt: Steam rises", "chain: one, prompt: Steam rises"))
    put(folder, step_of(folder, "one"))
    vidgen("import", "two", clip(), "--project", folder)
    assert step_of(folder, "two").action == "reuse"


@pytest.mark.parametrize("words", [["sip.still"], ["sip", "--still"], ["sip.still", "--still"]])
def test_a_still_is_what_its_shot_starts_from(vidgen, tiny, tmp_path, words):
    folder = tiny(STILL)
    file = picture(tmp_path / "brought/own.jpg", "JPEG")
    shot, *more = words
    said = vidgen("import", shot, file, *more, "--project", folder)
    assert said.err == "sip.still: takes/sip.still/v001.jpg, 768x1376\n"
    assert step_of(folder, "sip.still").action == "reuse"


def test_a_still_is_named_by_what_it_is(vidgen, tiny, tmp_path):
    file = picture(tmp_path / "brought/own.png", "WEBP")
    said = vidgen("import", "sip.still", file, "--project", tiny(STILL), "--json")
    assert said.json["path"] == "takes/sip.still/v001.webp"


def test_a_still_is_keyed_by_what_is_written_also_while_another_is_selected(
    vidgen, tiny, tmp_path
):  # fmt: skip
    folder = tiny(STILL)
    put(folder, step_of(folder, "sip.still"))
    vidgen("select", "sip.still", "1", "--project", folder)
    tiny(STILL.replace("A barista", "A cook"))
    vidgen("import", "sip.still", picture(tmp_path / "brought/a.png"), "--project", folder)
    vidgen("select", "sip.still", "--none", "--project", folder)
    step = step_of(folder, "sip.still")
    assert (step.action, step.take.number) == ("reuse", 2)


def truncated(clip):
    path = clip("cut.mp4", seconds=2, extra=("-movflags", "+faststart"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def written(path, data):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_clip_for_one_shot_of_a_group_stands_in_the_cut_for_it(vidgen, tiny, clip):
    folder = tiny(GROUP)
    put(folder, step_of(folder, "oven.group"))
    said = vidgen("import", "tip", clip(size="720x1280", seconds=3), "--project", folder)
    assert said.code == 0
    assert said.err == (
        "tip: takes/tip/v001.mp4, 720x1280, 3.00s at 24 fps, no sound\n"
        "  it is selected: the cut shows tip from it, and not from oven.group;"
        " `vidgen select tip --none` takes that back\n"
    )
    told = {take["shot"]: take for take in vidgen("takes", folder, "--json").json["takes"]}
    assert [(name, take["selected"], take["stale"]) for name, take in told.items()] == [
        ("oven.group", True, False), ("tip", True, False),
    ]  # fmt: skip
    assert step_of(folder, "oven.group").action == "reuse"
    tiny(GROUP.replace("Steam rises", "Steam falls"))
    assert [take["stale"] for take in vidgen("takes", folder, "--json").json["takes"]] == [True] * 2


def test_a_chosen_take_of_a_shot_in_a_group_stays_chosen(vidgen, tiny, clip):
    folder = tiny(GROUP)
    first, second = (
        vidgen("import", "oven", clip(seconds=3), "--project", folder, "--json").json for _ in "ab"
    )
    assert [(one["used"], one["instead_of"]) for one in (first, second)] == [
        (True, "oven.group"), (False, None),
    ]  # fmt: skip
    other = vidgen("import", "tip.group", clip(seconds=3), "--project", folder)
    assert (other.code, "the takes of its group are `oven.group`" in other.err) == (2, True)


HOSTILE = {
    "cut off": lambda clip, folder: truncated(clip),
    "noise": lambda clip, folder: written(folder / "noise.mp4", bytes(range(256)) * 40),
    "empty": lambda clip, folder: written(folder / "empty.mp4", b""),
    "a playlist": lambda clip, folder: written(
        folder / "list.mp4", b"#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n"
    ),
    "a list of files": lambda clip, folder: written(
        folder / "list.mkv", b"ffconcat version 1.0\nfile '/etc/hostname'\n"
    ),
    "hdr": lambda clip, folder: clip("hdr.mp4", tags=HDR),
    "no file": lambda clip, folder: folder / "nothing.mp4",
    "a folder": lambda clip, folder: folder,
    "a still": lambda clip, folder: picture(folder / "a.png"),
    "another kind": lambda clip, folder: written(folder / "a.gif", b"GIF89a"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_whole_clip_is_refused_and_leaves_nothing(vidgen, tiny, clip, tmp_path, what):
    folder = tiny()
    file = HOSTILE[what](clip, tmp_path / "brought" if what != "a folder" else tmp_path)
    before = tree(folder)
    said = vidgen("import", "one", file, "--project", folder)
    assert (said.code, said.out) == (Exit.FAILED, "")
    assert said.err.startswith(("error: media-error", "error: file-trouble"))
    assert str(file) in said.err
    after = tree(folder)
    assert {name for name in after if not name.startswith(".vidgen")} == set(before)
    assert not (folder / ".vidgen/imports").exists()


def test_hdr_is_named_with_the_way_out(vidgen, tiny, clip):
    said = vidgen("import", "one", clip("phone.mp4", tags=HDR), "--project", tiny())
    assert "it is HDR (HLG); films are SDR" in said.err
    assert "hint: convert it to bt709 and import that" in said.err


def test_a_damaged_still_is_refused(vidgen, tiny, tmp_path):
    file = picture(tmp_path / "brought/a.png")
    file.write_bytes(file.read_bytes()[:200])
    said = vidgen("import", "sip.still", file, "--project", tiny(STILL))
    assert said.code == Exit.FAILED
    assert str(file) in said.err and ".vidgen" not in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are another thing there")
def test_a_pipe_is_no_file_and_is_not_waited_for(vidgen, tiny, tmp_path):
    path = tmp_path / "pipe.mp4"
    os.mkfifo(path)
    assert "it is no file" in vidgen("import", "one", path, "--project", tiny()).err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nine", "a.mp4"], "no shot is called `nine`"),
        (["one", "a.png", "--still", "--end-still"], "two different pictures"),
        (["one.still", "a.png", "--end-still"], "name different pictures"),
        (["one", "a.png", "--still"], "shot `one` has no still that is generated"),
        (["one"], "Missing argument 'FILE'"),
    ],
)
def test_wrong_words_are_told(vidgen, tiny, words, told, tmp_path):
    folder = tiny()
    picture(Path("a.png"))
    said = vidgen("import", *words, "--project", folder)
    assert (said.code, said.out) == (Exit.USAGE, "")
    assert told in " ".join(said.err.split())


def test_the_right_place_for_a_file_is_named(vidgen, tiny, clip):
    folder = tiny(STILL)
    still = vidgen("import", "sip", picture(Path("a.png")), "--project", folder)
    assert "a still is brought with `vidgen import sip.still a.png`" in still.err
    moving = vidgen("import", "sip.still", clip(), "--project", folder)
    assert "a clip is brought with `vidgen import sip own.mp4`" in moving.err


def test_as_data(vidgen, tiny, clip):
    found = vidgen("import", "one", clip(sound="sine=1000:d=1"), "--project", tiny(), "--json")
    assert (found.json["schema"], found.json["shot"], found.json["take"]) == (
        "vidgen.import/1", "one", "v001",
    )  # fmt: skip
    assert (found.json["width"], found.json["height"], found.json["frames"]) == (180, 320, 24)
    assert (found.json["seconds"], found.json["sound"], found.json["used"]) == ("1.000", True, True)


def test_into_a_rehearsal(vidgen, tiny, clip):
    folder = tiny()
    vidgen("import", "one", clip(), "--project", folder, "--rehearsal")
    assert not (folder / "takes").exists()
    assert step_of(folder, "one", rehearsal=True).action == "reuse"
