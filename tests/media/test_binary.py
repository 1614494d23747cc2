"""Which ffmpeg is taken, what is said when there is none, and what the self-test finds."""

import importlib.util
import sys

import pytest

from vidgen.errors import Exit, ToolMissing
from vidgen.media import binary

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="stands in for ffmpeg with a script")


@pytest.fixture
def stand_in(tmp_path):
    """A program that calls itself ffmpeg of some version and can do nothing."""

    def make(version, name="ffmpeg"):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f"#!/bin/sh\necho asked >> {tmp_path}/asked\necho 'ffmpeg version {version}'\n"
        )
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def no_wheel(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "imageio_ffmpeg" else real(name)
    )


def test_the_wheels_binary_is_found_with_nothing_on_path(monkeypatch):
    monkeypatch.setenv("PATH", "")
    found = binary.find()
    assert found.origin == "wheel"
    assert found.path.is_absolute()
    assert binary.major(found.version) >= binary.OLDEST


def test_the_wheel_comes_before_the_system(monkeypatch, stand_in):
    monkeypatch.setenv("PATH", str(stand_in("7.1").parent))
    assert binary.find().origin == "wheel"


@POSIX
def test_an_override_is_taken(stand_in):
    path = stand_in("8.0-custom")
    assert binary.find(str(path)) == binary.Ffmpeg(path, "8.0-custom", "override")


@POSIX
def test_an_override_may_be_a_program_on_path(monkeypatch, stand_in):
    path = stand_in("7.1", "my-ffmpeg")
    monkeypatch.setenv("PATH", str(path.parent))
    assert binary.find("my-ffmpeg").path == path


@pytest.mark.parametrize("named", ["/nowhere/ffmpeg", "no-such-program"])
def test_an_override_that_is_not_there_is_said_so(named):
    with pytest.raises(ToolMissing, match=f"names `{named}`, which does not exist") as caught:
        binary.find(named)
    assert caught.value.where == "VIDGEN_FFMPEG"
    assert "unset VIDGEN_FFMPEG" in caught.value.hint
    assert caught.value.exit_code is Exit.MISSING_TOOL


def test_an_override_that_is_no_ffmpeg_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    for named in (sys.executable, str(tmp_path / "notes.txt"), str(tmp_path)):
        with pytest.raises(ToolMissing, match="does not answer as ffmpeg"):
            binary.find(named)


@POSIX
def test_an_override_that_is_too_old_is_refused(stand_in):
    with pytest.raises(ToolMissing, match=r"names ffmpeg 5\.1\.9\S*; vidgen needs 6 or newer"):
        binary.find(str(stand_in("5.1.9-0+deb12u1")))


@POSIX
@pytest.mark.parametrize("version", ["6.1.1-3ubuntu5", "n7.1", "N-118000-g0e0d7d2"])
def test_without_the_wheel_the_system_is_asked(monkeypatch, stand_in, no_wheel, version):
    path = stand_in(version)
    monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")
    assert binary.find() == binary.Ffmpeg(path, version, "system")


@POSIX
def test_a_system_ffmpeg_that_is_too_old_does_not_do(monkeypatch, stand_in, no_wheel):
    monkeypatch.setenv("PATH", f"{stand_in('4.4.2').parent}:/usr/bin:/bin")
    with pytest.raises(ToolMissing, match=r"the only ffmpeg here is 4\.4\.2"):
        binary.find()


def test_no_ffmpeg_at_all_names_the_command_that_mends_it(monkeypatch, no_wheel):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ToolMissing, match="no ffmpeg on this machine") as caught:
        binary.find()
    assert "python -m pip install" in caught.value.hint
    assert "VIDGEN_FFMPEG" in caught.value.hint


@POSIX
def test_the_version_is_asked_once(stand_in, tmp_path):
    path = str(stand_in("9.0"))
    assert binary.find(path) == binary.find(path)
    assert (tmp_path / "asked").read_text().count("asked") == 1


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("n9.0.2-17-g2a571b6068-20260930", 9),
        ("6.1.1-3ubuntu5", 6),
        ("10.0", 10),
        ("5.1.9-0+deb12u1", 5),
        ("N-118000-g0e0d7d2", None),
        ("git-2026-01-02-abc", None),
    ],
)
def test_major(version, number):
    assert binary.major(version) == number


def test_the_self_test_passes_with_the_wheels_binary(ffmpeg):
    result = binary.self_test(ffmpeg)
    assert result.ok, result
    assert result.seconds < 20


@POSIX
def test_the_self_test_names_what_is_missing(stand_in):
    result = binary.self_test(binary.find(str(stand_in("8.0"))))
    assert not result.ok
    assert "libx264" in result.missing_encoders
    assert "xfade" in result.missing_filters
    assert "mp4" in result.missing_formats
    assert result.failure


def test_the_self_test_of_a_program_that_went_away(tmp_path):
    result = binary.self_test(binary.Ffmpeg(tmp_path / "gone", "9.0", "system"))
    assert not result.ok
    assert "gone" in result.failure
