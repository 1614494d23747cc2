"""The runner: whole files or none, last words, limits, and no child left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from vidgen.errors import MediaError, ToolMissing
from vidgen.media import run
from vidgen.media.binary import Ffmpeg

ENDLESS = ("-re", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=24")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="uses signals or a script")
HOSTILE = [
    "-dash.mp4",
    "we ird:100%[a],b;c'd.mp4",
    "x%03d.mp4",
    "http:evil.mp4",
    "concat:a|b.mp4",
    "новый ролик 🎬.mp4",
]


def second(output, frames=24):
    source = f"testsrc2=s=64x64:r=24:d={frames / 24}"
    return ("-f", "lavfi", "-i", source, "-f", "mp4", f"file:{output}")


def endless(output):
    return (*ENDLESS, "-f", "mp4", f"file:{output}")


def children_with(word):
    """Processes whose command line holds the word."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if word in (folder / "cmdline").read_text():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def gone(word, within=5.0):
    until = time.monotonic() + within
    while time.monotonic() < until:
        if not children_with(word):
            return True
        time.sleep(0.05)
    return False


def test_a_file_gets_its_name_when_it_is_whole(ffmpeg, tmp_path):
    seen = []

    def looked(part):
        assert part.name == "a.mp4.part"
        assert part.stat().st_size > 0
        assert not (tmp_path / "new" / "a.mp4").exists()

    asyncio.run(
        run.produce(
            ffmpeg,
            lambda part: second(part, 48),
            tmp_path / "new" / "a.mp4",
            doing="make a clip",
            check=looked,
            on_frames=seen.append,
        )
    )
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.mp4"]
    assert seen == sorted(seen)
    assert seen[-1] == 48


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_more_than_a_name(ffmpeg, tmp_path, name):
    if sys.platform == "win32" and set(name) & set(':|"'):
        pytest.skip("not a file name here")
    asyncio.run(run.produce(ffmpeg, second, tmp_path / name, doing="make a clip"))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_failure_says_what_could_not_be_done_and_ffmpegs_last_words(ffmpeg, tmp_path):
    def build(part):
        return ("-i", f"file:{tmp_path / 'absent.mp4'}", "-f", "mp4", f"file:{part}")

    with pytest.raises(MediaError) as caught:
        asyncio.run(run.produce(ffmpeg, build, tmp_path / "a.mp4", doing="conform shot sip"))
    message = caught.value.message
    assert message.startswith("ffmpeg could not conform shot sip: ")
    assert "No such file or directory" in message
    assert "0x" not in message
    assert caught.value.code == "media-error"
    assert "absent.mp4" in caught.value.__notes__[0]
    assert list(tmp_path.iterdir()) == []


def test_a_failed_remake_leaves_the_old_file_as_it_was(ffmpeg, tmp_path):
    old = tmp_path / "a.mp4"
    old.write_bytes(b"old")

    def refuse(part):
        raise MediaError("not what was asked")

    with pytest.raises(MediaError, match="not what was asked"):
        asyncio.run(run.produce(ffmpeg, second, old, doing="make it", check=refuse))
    assert old.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [old]


def test_a_leftover_is_never_continued(ffmpeg, tmp_path):
    output = tmp_path / "a.mp4"
    leftover = run.partial(output)
    leftover.write_bytes(b"half")
    with leftover.open("ab") as dying:  # somebody still writes to it
        asyncio.run(run.produce(ffmpeg, second, output, doing="make it"))
        dying.write(b"x" * 100_000)
    assert b"x" * 1000 not in output.read_bytes()


def test_too_long_in_all(ffmpeg):
    with pytest.raises(MediaError, match=r"could not wait: it was still running after 0\.5 s"):
        asyncio.run(
            run.run(
                ffmpeg,
                (*ENDLESS, "-f", "null", "-"),
                doing="wait",
                patience=run.Patience(total=0.5),
            )
        )


@POSIX
def test_standing_still(tmp_path):
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\nwhile true; do echo frame=7; sleep 0.05; done\n")
    script.chmod(0o755)
    began = time.monotonic()
    with pytest.raises(MediaError, match=r"it stood still for 0\.4 s"):
        asyncio.run(
            run.run(
                Ffmpeg(script, "9", "override"), (), doing="wait", patience=run.Patience(stall=0.4)
            )
        )
    assert 0.3 < time.monotonic() - began < 3
    assert gone(str(script))


@POSIX
def test_a_signal_is_named(tmp_path):
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\nkill -9 $$\n")
    script.chmod(0o755)
    with pytest.raises(MediaError, match="could not work: it was ended by SIGKILL"):
        asyncio.run(run.run(Ffmpeg(script, "9", "override"), (), doing="work"))


def test_a_program_that_does_not_start_is_a_missing_tool(tmp_path):
    with pytest.raises(ToolMissing, match="does not start"):
        asyncio.run(run.run(Ffmpeg(tmp_path / "gone", "9", "override"), (), doing="work"))


def test_cancelling_kills_at_once_and_leaves_nothing(ffmpeg, tmp_path):
    output = tmp_path / "cancelled.mp4"

    async def begin_and_cancel():
        task = asyncio.create_task(run.produce(ffmpeg, endless, output, doing="run on"))
        while not run.partial(output).exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - began

    assert asyncio.run(begin_and_cancel()) < 1
    assert list(tmp_path.iterdir()) == []
    assert gone(str(output))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_ffmpeg_dies_with_a_killed_parent(tmp_path, how):
    output = tmp_path / "orphan.mp4"
    parent = subprocess.Popen([sys.executable, "-c", RUNS_ON, str(output)])
    until = time.monotonic() + 20
    while not children_with(f"file:{output}") and time.monotonic() < until:
        time.sleep(0.05)
    assert children_with(f"file:{output}")
    time.sleep(0.2)
    os.kill(parent.pid, how)
    parent.wait()
    assert gone(f"file:{output}")
    assert not output.exists()


RUNS_ON = textwrap.dedent(
    """
    import asyncio, sys
    from pathlib import Path
    from vidgen.media import binary, run
    words = ("-re", "-f", "lavfi", "-i", "testsrc2=s=64x64", "-f", "mp4")
    build = lambda part: (*words, f"file:{part}")
    asyncio.run(run.produce(binary.find(), build, Path(sys.argv[1]), doing="run on"))
    """
)


def test_last_words_are_the_telling_ones():
    said = [
        "[libx264 @ 0x55fa16b586c0] width not divisible by 2 (5x4)",
        "[vost#0:0/libx264 @ 0x55fa16b57b40] [enc:libx264 @ 0x55fa16b58580] Error while opening it",
        "[fc#0 @ 0x55fa16b50c40] Task finished with error code: -542398533 (Generic error)",
        "[out#0/mp4 @ 0x55fa16b56d40] Nothing was written into output file, because …",
        "Conversion failed!",
        "",
    ]
    assert run.last_words(said, 1) == "Error while opening it"
    assert run.last_words(said) == "width not divisible by 2 (5x4); Error while opening it"
    assert run.last_words(["Conversion failed!"]) == "Conversion failed!"
    assert run.last_words([]) == ""


def test_sweep_takes_what_was_left_half_made_and_nothing_else(tmp_path):
    for name in ("a.mp4", "b.mp4.part", "c.wav.part", "part"):
        (tmp_path / name).write_bytes(b"")
    assert run.sweep(tmp_path) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "part"]
    assert run.sweep(tmp_path / "nowhere") == 0
