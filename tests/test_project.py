import json
from decimal import Decimal
from fractions import Fraction

import pytest

from vidgen.errors import ProjectBusy, StoryboardInvalid, VidgenError
from vidgen.job import JobKey, Take
from vidgen.project import Project, write_json


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def take(number=1, shot="sip"):
    return Take(
        shot=shot,
        number=number,
        tier="animatic",
        key=JobKey(f"j1:{number}"),
        path=f"takes/{shot}/v{number:03d}.mp4",
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
