import json
import shutil
import signal
import sys

import pytest

from tests.cli.conftest import TINY
from tests.processes import running, until, workers
from vidgen.errors import Exit
from vidgen.journal import health
from vidgen.media.frames import count_frames


def test_takes_are_made_and_kept(vidgen, tiny):
    folder = tiny()
    said = vidgen("render", folder, "--animatic")
    assert (said.code, said.out) == (0, "")
    assert said.err.splitlines()[:2] == ["one: started", "two: started"]
    assert "2 made, in " in said.err
    again = vidgen("render", folder, "--animatic")
    assert (again.code, again.out, again.err) == (0, "", "2 kept\n")


def test_only_one_shot_and_once_more(vidgen, tiny):
    folder = tiny()
    vidgen("render", folder, "--animatic", "--shot", "two")
    assert [path.name for path in (folder / "takes").iterdir()] == ["two"]
    vidgen("render", folder, "--animatic", "--shot", "two", "--rerun", "all")
    assert sorted(path.name for path in (folder / "takes/two").glob("*.mp4")) == [
        "v001.mp4", "v002.mp4",
    ]  # fmt: skip
    said = vidgen("render", folder, "--animatic", "--shot", "one", "--takes", "3", "--json")
    assert len(said.lines[-1]["made"]) == 3


def test_only_a_changed_shot_is_made_again(vidgen, tiny):
    folder = tiny()
    vidgen("render", folder, "--animatic")
    kept = (folder / "takes/one/v001.mp4").stat()
    tiny(TINY.replace("Steam rises", "Steam falls"))
    said = vidgen("render", folder, "--animatic")
    assert "1 made, 1 kept, in " in said.err
    assert (folder / "takes/one/v001.mp4").stat().st_mtime_ns == kept.st_mtime_ns
    assert (folder / "takes/two/v002.mp4").exists()


def test_events_are_one_object_a_line(vidgen, tiny):
    said = vidgen("render", tiny(), "--animatic", "--json")
    *events, report = said.lines
    assert {event["schema"] for event in events} == {"vidgen.event/1"}
    assert next(event["kind"] for event in events if event["job"] == "one.t1") == "started"
    done = [event for event in events if event["kind"] == "done"]
    assert sorted(event["path"] for event in done) == ["takes/one/v001.mp4", "takes/two/v001.mp4"]
    assert all(event["cost_usd"] == "0" and event["elapsed"] > 0 for event in done)
    assert report["schema"] == "vidgen.report/2"
    assert (len(report["made"]), report["failed"], report["held"]) == (2, [], [])
    assert "started" not in said.err


def test_too_dear_is_refused_before_anything_is_sent(vidgen, tiny):
    said = vidgen("render", tiny(), "--max-credits", "1")
    assert (said.code, said.out) == (Exit.OVER_BUDGET, "")
    assert vidgen("make", tiny(), "--max-credits", "1").code == Exit.OVER_BUDGET
    assert vidgen("render", tiny(), "--animatic", "--max-credits", "0").code == 0


def with_a_bad_still(tiny):
    """Two shots that can be made, one whose still turns out to be no picture, one chained to it."""
    from tests.conftest import still

    text = TINY.replace(
        "deliver:",
        "  - {id: bad, prompt: x, still: bad.png}\n"
        "  - {id: after, prompt: y, still: bad.png, needs: []}\ndeliver:",
    ).replace("still: bad.png, needs: []", "chain: bad")
    folder = tiny(text)
    still(folder / "bad.png", size=(360, 640))
    data = (folder / "bad.png").read_bytes()
    (folder / "bad.png").write_bytes(data[: len(data) // 2])
    return folder


def test_a_failed_shot_ends_with_6_and_holds_only_what_starts_from_it(vidgen, tiny):
    folder = with_a_bad_still(tiny)
    said = vidgen("render", folder, "--animatic", "--json")
    report = said.lines[-1]
    assert said.code == Exit.PARTIAL
    assert sorted(take["shot"] for take in report["made"]) == ["one", "two"]
    assert [item["shot"] for item in report["failed"]] == ["bad"]
    assert "bad.png" in report["failed"][0]["reason"]
    (held,) = report["held"]
    assert (held["job"], held["shot"], held["ending"]) == ("after.t1", "after", "held")
    assert held["reason"] == "bad, which it starts from, has no take"
    assert vidgen("make", folder, "--animatic").code == Exit.PARTIAL
    assert not (folder / "deliver").exists()
    alone = vidgen("render", folder, "--animatic", "--shot", "bad")
    assert alone.code == Exit.FAILED
    assert "change what the message names" in alone.err


def test_two_stitches_do_not_work_on_one_project(vidgen, tiny):
    from vidgen.project import Project

    folder = tiny()
    vidgen("render", folder, "--animatic")
    with Project(folder).locked("stitch"):
        said = vidgen("stitch", folder, "--animatic")
    assert (said.code, said.err.splitlines()[0]) == (Exit.FAILED, "error: project-busy")


# -- make, stitch, takes ------------------------------------------------------------------------


def test_a_film_is_made_and_made_again_for_nothing(vidgen, tiny):
    folder = tiny()
    said = vidgen("make", folder, "--animatic")
    assert said.code == 0
    assert said.out == f"{folder.as_posix()}/deliver/tiny.mp4\n"
    assert said.err.startswith("Tiny · animatic · 2 shots · 2 to make · a film of 2.0s (48 frames)")
    assert "tiny: 360x640, 2.00s (48 frames at 24 fps)" in said.err
    assert count_frames(folder / "deliver/tiny.mp4") == 48
    again = vidgen("make", folder, "--animatic")
    assert again.out == said.out
    assert again.err.rstrip().endswith("; unchanged")


def test_making_for_scripts_is_one_object_a_line(vidgen, tiny):
    said = vidgen("make", tiny(), "--animatic", "--json")
    assert said.code == 0
    assert [line["schema"] for line in said.lines[-2:]] == ["vidgen.report/2", "vidgen.stitch/1"]
    (film,) = said.lines[-1]["deliverables"]
    assert (film["frames"], film["width"], film["height"]) == (48, 360, 640)


def test_what_is_missing_is_not_stitched_unless_watchable(vidgen, tiny):
    folder = tiny()
    vidgen("render", folder, "--animatic", "--shot", "one")
    short = vidgen("stitch", folder, "--animatic")
    assert (short.code, short.out) == (Exit.FAILED, "")
    assert "no take of: two" in short.err
    vidgen("render", folder, "--animatic")
    finals = vidgen("stitch", folder)
    assert finals.code == Exit.FAILED
    assert "--animatic stitches the animatic's takes" in finals.err
    watchable = vidgen("stitch", folder, "--watchable", "--json")
    assert watchable.code == 0
    assert watchable.json["schema"] == "vidgen.stitch/1"


def test_a_take_that_cannot_be_read_is_named_with_the_way_out(vidgen, tiny):
    folder = tiny()
    vidgen("render", folder, "--animatic")
    take = folder / "takes/two/v001.mp4"
    take.write_bytes(take.read_bytes()[:2000])
    said = vidgen("stitch", folder, "--animatic")
    assert (said.code, said.out) == (Exit.FAILED, "")
    assert said.err.startswith(f"error: media-error\n  {take.as_posix()}  ")
    assert "delete it and takes/two/v001.json" in said.err


def test_takes_are_listed_with_the_one_that_is_chosen(vidgen, tiny):
    folder = tiny()
    assert (
        vidgen("takes", folder).err == "no takes yet; `vidgen render --animatic` makes some free\n"
    )
    assert vidgen("takes", folder, "--json").json == {"schema": "vidgen.takes/1", "takes": []}
    vidgen("render", folder, "--animatic")
    vidgen("render", folder, "--animatic", "--shot", "one", "--rerun", "all")
    (folder / "selects.yaml").write_text("one: v001\n", encoding="utf-8")
    found = vidgen("takes", folder, "--json").json["takes"]
    assert [(take["shot"], take["number"], take["selected"]) for take in found] == [
        ("one", 1, True), ("one", 2, False), ("two", 1, True),
    ]  # fmt: skip
    table = vidgen("takes", folder).out
    assert [line.split()[:3] for line in table.splitlines() if line.startswith("*")] == [
        ["*", "one", "v001"], ["*", "two", "v001"],
    ]  # fmt: skip
    assert max(map(len, vidgen("takes", folder, columns=40).out.splitlines())) <= 40


# -- interrupted --------------------------------------------------------------------------------

LONG = TINY.replace("duration: 1s", "duration: 60s").replace("360p", "720p")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_leaves_nothing_half_made(tiny, vidgen, number):
    folder = tiny(LONG)
    with running("render", folder, "--animatic") as process:
        assert until(lambda: list(folder.glob(".vidgen/scratch/animatic/*/progress")))
        assert workers(folder) or not sys.platform.startswith("linux")
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert process.returncode == Exit.INTERRUPTED
    assert said.splitlines()[-1].startswith("interrupted; run the same command again")
    assert "Traceback" not in said
    assert until(lambda: not workers(folder), 5)
    assert not (folder / "takes").exists()
    assert list((folder / ".vidgen/scratch/animatic").iterdir()) == []
    assert health(folder / ".vidgen/ledger.db") == "ok"
    tiny(LONG.replace("60s", "1s"))
    assert vidgen("render", folder, "--animatic").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
def test_an_interrupted_stitch_leaves_nothing_half_made(tiny, vidgen):
    folder = tiny(TINY.replace("duration: 1s", "duration: 12s"))
    vidgen("render", folder, "--animatic")
    with running("stitch", folder, "--animatic") as process:
        assert until(lambda: list(folder.glob(".vidgen/cache/stitch/**/*part*")))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == Exit.INTERRUPTED
    assert "Traceback" not in said
    assert until(lambda: not workers(folder), 5)
    assert not list(folder.glob("deliver/**/*.mp4"))
    assert vidgen("stitch", folder, "--animatic").code == 0


def test_a_reader_of_events_that_goes_away_stops_the_run(tiny):
    folder = tiny(LONG)
    with running("render", folder, "--animatic", "--json") as process:
        assert json.loads(process.stdout.readline())["kind"] == "started"
        process.stdout.close()
        assert process.wait(timeout=20) == Exit.FAILED
        assert "Traceback" not in process.stderr.read()
    assert until(lambda: not workers(folder), 5)


def test_a_project_that_moved_goes_on(vidgen, tiny, tmp_path):
    folder = tiny()
    vidgen("make", folder, "--animatic")
    shutil.move(folder, tmp_path / "elsewhere")
    said = vidgen("make", tmp_path / "elsewhere", "--animatic")
    assert "2 kept" in said.err
    assert "; 0 segments encoded, 2 kept" in said.err
