import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from vidgen.errors import ProjectBusy, StoryboardInvalid, VidgenError
from vidgen.job import Acceptance, JobKey, Take
from vidgen.journal import Journal, Limits
from vidgen.project import Project, write_json


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def take(number=1, shot="sip", ending="mp4"):
    return Take(
        shot=shot,
        number=number,
        tier="animatic",
        key=JobKey(f"j1:{number}"),
        path=f"takes/{shot}/v{number:03d}.{ending}",
        digest="d" * 64,
        model="animatic",
        provider="animatic",
        started_from={"first_frame": "e" * 64},
        frames=120,
        rate=Fraction(24000, 1001),
        cost_usd=Decimal("0.84"),
        parts={"prompt": "abc"},
    )


def put(project, *takes):
    for one in takes:
        source = project.root / "clip.mp4"
        source.write_bytes(b"clip")
        project.promote(source, one, {"request": {"prompt": "p"}})


def test_a_promoted_take_is_read_back_whole(project):
    put(project, take())
    assert project.takes() == (take(),)
    assert not (project.root / "clip.mp4").exists()
    sidecar = json.loads((project.root / "takes/sip/v001.json").read_text())
    assert sidecar["schema"] == "vidgen.take/2"
    assert sidecar["request"] == {"prompt": "p"}


def test_promoting_again_after_a_crash_only_writes_the_sidecar(project):
    put(project, take())
    (project.root / "takes/sip/v001.json").unlink()
    assert project.takes() == ()
    project.promote(project.root / "gone.mp4", take(), {})
    assert project.takes() == (take(),)


def test_numbers_follow_whatever_files_there_are(project):
    assert project.next_number("sip") == 1
    put(project, take(3))
    assert project.next_number("sip") == 4
    assert project.next_number("pour") == 1


def test_a_sidecar_without_its_clip_is_no_take(project):
    put(project, take())
    (project.root / "takes/sip/v001.mp4").unlink()
    assert project.takes() == ()


def test_a_broken_sidecar_is_named(project):
    put(project, take())
    (project.root / "takes/sip/v001.json").write_text("{")
    with pytest.raises(VidgenError, match="sidecar of take v001"):
        project.takes()


def test_selects_are_read_and_a_wrong_one_is_named(project):
    assert project.selects() == {}
    path = project.root / "selects.yaml"
    path.write_text("sip: v002\npour: v011\n")
    assert project.selects() == {"sip": 2, "pour": 11}
    path.write_text("sip: second\n")
    with pytest.raises(VidgenError, match="named like v001"):
        project.selects()
    path.write_text("sip: [")
    with pytest.raises(StoryboardInvalid):
        project.selects()


def test_two_runs_do_not_work_on_one_project(project):
    with (
        project.locked("stitch"),
        pytest.raises(ProjectBusy),
        Project(project.root).locked("stitch"),
    ):
        raise AssertionError("the second run got in")
    with project.locked("stitch"):
        assert (project.state / ".gitignore").read_text() == "*\n"


def test_json_is_written_whole(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"é": 1})
    assert json.loads(path.read_text(encoding="utf-8")) == {"é": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_takes_come_in_the_order_of_their_numbers(project):
    put(project, take(1000), take(999), take(2), take(1, shot="pour"))
    assert [(one.shot, one.number) for one in project.takes()] == [
        ("pour", 1), ("sip", 2), ("sip", 999), ("sip", 1000),
    ]  # fmt: skip
    (project.root / "takes/sip/v-notes.json").write_text("not a take")
    assert len(project.takes()) == 4


def test_a_history_of_nothing_writes_nothing(project):
    assert project.history().takes == ()
    assert list(project.root.iterdir()) == []


def test_tidying_keeps_what_is_named(project):
    scratch = project.scratch("animatic")
    for name in ("animatic-1", "animatic-2"):
        (scratch / name).mkdir(parents=True)
        (scratch / name / "out.mp4").write_bytes(b"x")
    (scratch / "stray.part").write_bytes(b"x")
    project.tidy("animatic", ['{"spool": "animatic-2"} None'])
    assert [path.name for path in scratch.iterdir()] == ["animatic-2"]
    project.tidy("nobody", [])


# -- stills -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["png", "jpg", "jpeg", "webp", "mov", "webm", "mkv"])
def test_a_take_may_be_a_still_or_any_kind_of_clip(project, ending):
    put(project, take(1, "sip.still", ending), take(2, "sip.still"))
    assert [one.path for one in project.takes()] == [
        f"takes/sip.still/v001.{ending}", "takes/sip.still/v002.mp4",
    ]  # fmt: skip
    assert project.take_file("sip.still", 1) == project.root / f"takes/sip.still/v001.{ending}"
    assert project.take_file("sip.still", 3) is None
    assert project.next_number("sip.still") == 3


def test_what_is_no_media_is_no_take_and_takes_no_number(project):
    put(project, take())
    folder = project.root / "takes/sip"
    for name in ("v002.txt", "v003.mp4.part", "v4.mp4", "v005.mp4.bak", "xv006.mp4"):
        (folder / name).write_bytes(b"x")
    assert len(project.takes()) == 1
    assert project.next_number("sip") == 2


def test_a_shots_stills_are_not_its_takes(project):
    put(project, take(1, "sip.still", "png"), take(1, "sip"))
    assert [one.shot for one in project.takes()] == ["sip", "sip.still"]
    assert project.next_number("sip") == 2
    assert [one.shot for one in project.history().of("sip", "animatic")] == ["sip"]


# -- a person's word ----------------------------------------------------------------------------


def test_a_word_of_acceptance_is_added_and_everything_else_stays(project):
    put(project, take())
    clip = project.root / "takes/sip/v001.mp4"
    before = json.loads(clip.with_suffix(".json").read_text())
    project.accept(take(), Acceptance(JobKey("j2:new"), {"first_frame": "f" * 64}))
    (found,) = project.takes()
    assert found.accepted == (Acceptance(JobKey("j2:new"), {"first_frame": "f" * 64}),)
    project.accept(found, Acceptance(JobKey("j2:newer")))
    (found,) = project.takes()
    assert [word.key for word in found.accepted] == ["j2:new", "j2:newer"]
    after = json.loads(clip.with_suffix(".json").read_text())
    assert {name: after[name] for name in before} == before
    assert clip.read_bytes() == b"clip"


def test_accepting_a_take_whose_sidecar_is_broken_is_refused(project):
    put(project, take())
    (project.root / "takes/sip/v001.json").write_text("[]")
    with pytest.raises(VidgenError, match="sidecar of take v001"):
        project.accept(take(), Acceptance(JobKey("j2:new")))
    assert (project.root / "takes/sip/v001.json").read_text() == "[]"


WRITTEN = """\
# chosen with the client, Tuesday
sip: v002

sip.still: v001  # the warm one
"pour": v011 # hers
# to be decided: logo
"""


def test_a_choice_changes_its_own_line_and_nothing_else(project):
    path = project.root / "selects.yaml"
    path.write_text(WRITTEN, encoding="utf-8")
    project.select("sip", 3)
    assert path.read_text(encoding="utf-8") == WRITTEN.replace("sip: v002", "sip: v003")
    project.select("logo", 1)
    assert path.read_text(encoding="utf-8").endswith("# to be decided: logo\nlogo: v001\n")
    assert project.selects() == {"sip": 3, "sip.still": 1, "pour": 11, "logo": 1}


def test_a_comment_beside_a_choice_stays_with_it(project):
    path = project.root / "selects.yaml"
    path.write_text(WRITTEN, encoding="utf-8")
    project.select("sip.still", 2)
    project.select("pour", 4)
    text = path.read_text(encoding="utf-8")
    assert "sip.still: v002  # the warm one\n" in text
    assert "pour: v004 # hers\n" in text.replace('"', "")
    assert project.selects() == {"sip": 2, "sip.still": 2, "pour": 4}


def test_a_choice_taken_back_leaves_no_line(project):
    path = project.root / "selects.yaml"
    path.write_text(WRITTEN, encoding="utf-8")
    project.select("sip", None)
    project.select("nobody", None)
    assert project.selects() == {"sip.still": 1, "pour": 11}
    assert path.read_text(encoding="utf-8") == WRITTEN.replace("sip: v002\n", "")


def test_the_first_choice_makes_the_file(project):
    project.select("sip", 2)
    assert (project.root / "selects.yaml").read_text(encoding="utf-8") == "sip: v002\n"


@pytest.mark.parametrize(
    "text", ["{sip: v002, pour: v001}\n", "---\nsip: v002\npour: v001\n", "sip: v002\npour: v001",
             "  sip: v002\n  pour: v001\n", "sip:\n  v002\npour: v001\n"],
)  # fmt: skip
def test_a_choice_is_made_also_in_a_file_of_another_shape(project, text):
    (project.root / "selects.yaml").write_text(text, encoding="utf-8")
    project.select("logo", 7)
    project.select("sip", 3)
    assert project.selects() == {"sip": 3, "pour": 1, "logo": 7}
    project.select("sip", None)
    assert project.selects() == {"pour": 1, "logo": 7}


@pytest.mark.parametrize("shot", ["01", "true", "null", "1e3", "on", "007", "1_0"])
def test_a_shot_may_be_called_what_yaml_would_read_as_something_else(project, shot):
    for number in (2, 3):
        project.select(shot, number)
        assert project.selects() == {shot: number}
    project.select(shot, None)
    assert project.selects() == {}


def test_a_choice_in_a_file_that_cannot_be_read_is_refused_and_changes_nothing(project):
    path = project.root / "selects.yaml"
    path.write_text("sip: second\n", encoding="utf-8")
    with pytest.raises(VidgenError, match="named like v001"):
        project.select("pour", 1)
    assert path.read_text(encoding="utf-8") == "sip: second\n"


# -- a rehearsal --------------------------------------------------------------------------------


def test_a_rehearsal_keeps_everything_apart(project):
    played = Project(project.root, rehearsal=True)
    real = (project.state, project.takes_folder, project.selects_file, project.journal,
            project.cache, project.scratch("fal"), project.frame("d", "last"),
            project.download("j2:a", 1), project.deliverable("film"))  # fmt: skip
    rehearsed = (played.state, played.takes_folder, played.selects_file, played.journal,
                 played.cache, played.scratch("fal"), played.frame("d", "last"),
                 played.download("j2:a", 1), played.deliverable("film"))  # fmt: skip
    assert not set(real) & set(rehearsed)
    for path in rehearsed[:-1]:
        assert path.is_relative_to(project.root / ".vidgen/rehearsal")
    assert rehearsed[-1].name == "film.rehearsal.mp4"


def test_what_was_rehearsed_is_no_history_of_the_real_film(project):
    played = Project(project.root, rehearsal=True)
    one = take()
    source = project.root / "clip.mp4"
    source.write_bytes(b"clip")
    path = played.take_path("sip", 1).relative_to(project.root).as_posix()
    played.promote(source, replace(one, path=path), {})
    played.select("sip", 1)
    with Journal(played.journal):
        pass
    assert [one.path for one in played.takes()] == [path]
    assert (project.takes(), project.selects(), project.journal.exists()) == ((), {}, False)
    assert played.history().selects == {"sip": 1}
    assert project.history().takes == ()


def test_a_history_tells_the_money_and_the_open_jobs(project):
    from tests.journal.jobs import KEY, job

    with Journal(project.journal) as journal:
        journal.begin(job(), Decimal("0.5"), Limits())
        journal.begin(job(key="j1:b"), Decimal("0.3"), Limits())
        journal.failed(JobKey("j1:b"), 1, "no", charged=None, usd=Decimal("0.2"))
    past = project.history()
    assert past.open_jobs == {KEY: "submitting"}
    assert (past.spent_usd, past.unknown_usd, past.reserved_usd) == (
        Decimal("0.2"), Decimal("0.2"), Decimal("0.5"),
    )  # fmt: skip
    assert past.failed_jobs["j1:b"].paid


# -- runs ---------------------------------------------------------------------------------------


def test_a_run_is_alive_for_as_long_as_it_lasts(project):
    with project.running() as one, project.running() as two:
        assert one != two
        assert project.alive(one)
        assert project.alive(two)
        assert (project.root / ".vidgen/.gitignore").exists()
    assert not project.alive(one)
    assert list((project.state / "runs").iterdir()) == []


@pytest.mark.parametrize("name", ["", "never-was"])
def test_a_run_that_never_was_is_not_alive_and_leaves_no_trace(project, name):
    assert not project.alive(name)
    assert list(project.root.iterdir()) == []


def test_a_run_that_breaks_is_not_alive(project):
    names = []
    with pytest.raises(ZeroDivisionError), project.running() as name:
        names.append(name)
        raise ZeroDivisionError
    assert not project.alive(names[0])


HOLDER = """
import pathlib, sys, time
from vidgen.project import Project
with Project(pathlib.Path(sys.argv[1])).running() as name:
    print(name, flush=True)
    time.sleep(60)
"""


def test_a_run_that_is_killed_is_not_alive(project):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(project.root)], stdout=subprocess.PIPE, text=True
    ) as holder:
        try:
            name = holder.stdout.readline().strip()
            assert name
            for _ in range(3):  # asking does not end it
                assert project.alive(name)
        finally:
            holder.kill()
    assert not project.alive(name)
    assert not (project.state / "runs" / f"{name}.lock").exists()


def test_tidying_keeps_the_downloads_that_are_under_way_with_their_notes(project):
    project.tidy_downloads([])
    kept, gone = project.download("j2:abc", 1), project.download("j2:abc", 11)
    kept.parent.mkdir(parents=True)
    for path in (kept, gone):
        path.write_bytes(b"some")
        path.with_suffix(".json").write_text("{}")
    project.tidy_downloads([kept])
    assert sorted(kept.parent.iterdir()) == [kept.with_suffix(".json"), kept]
