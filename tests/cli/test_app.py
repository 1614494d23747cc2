import os
import subprocess
import sys
from pathlib import Path

import pytest

from vidgen import __version__
from vidgen.cli.commands import COMMANDS
from vidgen.errors import Exit, VidgenError

ROOT = Path(__file__).parents[2]


def run(*words, **more):
    """The real command, as a process of its own."""
    environment = {**os.environ, "COLUMNS": "80", **more.pop("env", {})}
    command = [sys.executable, "-m", "vidgen", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, check=False, timeout=60, **more
    )


def test_help_lists_every_command(golden):
    said = run("--help")
    assert (said.returncode, said.stderr) == (0, "")
    golden("cli/help.txt", said.stdout)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command(vidgen, golden, name):
    said = vidgen(name, "--help")
    assert (said.code, said.err) == (0, "")
    golden(f"cli/help-{name}.txt", said.out)


def test_the_version(vidgen):
    said = vidgen("--version")
    assert (said.code, said.out, said.err) == (0, f"vidgen {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["pln"], "No such command 'pln'. Did you mean 'plan'?"),
        (["plan", "--shto", "a"], "No such option: --shto"),
        (["plan", "one", "two"], "unexpected extra argument"),
        (["plan", "--takes", "none"], "--takes"),
        (["plan", "--draft", "--animatic"], "two different tiers"),
        (["models", "--needs", "wings"], "--needs does not know `wings`"),
        (["models", "--max-price", "cheap"], "--max-price is like 0.10/s"),
        (["models", "--kind", "music"], "--kind is one of video"),
        (["models", "--aspect", "9x16"], "--aspect is like 9:16"),
        (["models", "--provider", "fall"], "did you mean `fal`?"),
        (["takes", "--shot", "three"], "no shot is called `three`"),
        (["render", "--rerun", "some"], "--rerun knows changed, missing, failed, all"),
        (["plan", "--max-credits", "many"], "--max-credits needs a number of credits"),
        (["make", "--animatic", "--preset", "vertical"], "no preset `vertical`"),
    ],
)
def test_wrong_words_are_told_on_stderr_alone(vidgen, tiny, words, told):
    tiny(name=".")
    said = vidgen(*words)
    assert (said.code, said.out) == (Exit.USAGE, "")
    assert told in " ".join(said.err.split())


def test_without_a_word_the_help_is_shown(vidgen):
    said = vidgen()
    assert said.code == Exit.USAGE
    assert "Commands:" in said.out + said.err


ERRORS = {
    "no-such-file": ["plan", "nowhere"],
    "no-such-shot": ["plan", ".", "--shot", "three"],
    "no-such-model": ["models", "kling-30"],
    "no-such-template": ["init", "new", "--template", "vertical"],
    "nothing-to-stitch": ["stitch", "."],
    "not-empty": ["init", "."],
    "cannot-render-there": ["render", "."],
    "over-budget": ["render", ".", "--max-credits", "1"],
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_say_what_and_where_and_the_way_out(vidgen, tiny, golden, name):
    tiny(name=".")
    said = vidgen(*ERRORS[name])
    assert (said.out, said.err.startswith("error: ")) == ("", True)
    golden(f"errors/{name}.txt", f"exit code {said.code}\n\n{said.err}")


def test_an_error_as_data(vidgen):
    said = vidgen("plan", "nowhere", "--json")
    assert said.code == Exit.INVALID
    assert said.json["schema"] == "vidgen.error/1"
    assert (said.json["code"], said.json["exit_code"]) == ("project-not-found", 3)
    assert said.err.startswith("error: project-not-found")


def test_every_error_has_a_code_of_its_own():
    kinds = VidgenError.__subclasses__()
    codes = {
        kind.__name__: kind("m").code for kind in kinds if kind.__name__ != "StoryboardInvalid"
    }
    assert len(set(codes.values())) == len(codes)
    assert all(code == code.lower() and " " not in code for code in codes.values())


# -- as a process of its own --------------------------------------------------------------------


@pytest.mark.parametrize("words", [["models"], ["models", "--json"], ["schema"]])
def test_a_reader_that_goes_away_is_no_trouble(words):
    command = [sys.executable, "-m", "vidgen", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""


def test_signs_that_a_terminal_cannot_show_are_no_trouble():
    plain = {"PYTHONIOENCODING": "ascii"}
    said = run("models", env=plain)
    assert (said.returncode, said.stderr) == (0, "")
    data = run("models", "sora-2", "--json", env=plain)
    assert data.returncode == 0
    assert data.stdout.isascii()


def test_a_bug_is_a_file_and_not_a_traceback(vidgen, tiny, monkeypatch, tmp_path):
    def broken(*_):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("vidgen.plan.plan", broken)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    said = vidgen("plan", tiny())
    assert said.code == Exit.FAILED
    assert said.err.startswith(
        "error: bug\n  ZeroDivisionError: ours\n  hint: this is our fault; see "
    )
    (log,) = tmp_path.glob("vidgen-bug-*.log")
    assert "Traceback" in log.read_text()
    assert f"vidgen {__version__}" in log.read_text()


def test_a_full_disk_is_not_called_our_fault(vidgen, tiny, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "takes/one/v001.mp4")

    monkeypatch.setattr("vidgen.plan.plan", full)
    said = vidgen("plan", tiny())
    assert (said.code, said.err) == (
        Exit.FAILED, "error: file-trouble\n  takes/one/v001.mp4  no space left on device\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("FAL_KEY=abc:def", "abc:def"),
        ("export FAL_KEY = 'a b'", "a b"),
        ("FAL_KEY=abc # the team's", "abc"),
        ("FAL_KEY='abc'  # the team's", "abc"),
        ('FAL_KEY="a # b"', "a # b"),
        ('FAL_KEY="a" # not "b"', "a"),
        ("FAL_KEY=a#b", "a#b"),
        ("\ufeffFAL_KEY=abc", "abc"),
        ("FAL_KEY=", None),
        ("FAL_KEY= # to be filled in", None),
        ("#FAL_KEY=abc", None),
    ],
)
def test_a_line_of_a_dotenv_is_read_as_shells_and_editors_write_it(
    line, key, tmp_path, monkeypatch
):
    from vidgen.cli.app import environment

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAL_KEY", raising=False)
    (tmp_path / ".env").write_text(f"{line}\n", encoding="utf-8")
    assert (environment("FAL_KEY") or None) == key


def test_it_runs_from_any_folder_and_reads_the_dotenv_there(tmp_path):
    (tmp_path / ".env").write_text("export FAL_KEY='xyzzy'\n", encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_KEY")}
    said = subprocess.run(
        [sys.executable, "-m", "vidgen", "doctor", "--json"],
        cwd=tmp_path, env=clean, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert '"FAL_KEY set"' in said.stdout
    assert "xyzzy" not in said.stdout + said.stderr
