"""Other programs on this machine: what they print, and every way in which they do not."""

import asyncio
import sys

import pytest

from vidgen.errors import ToolMissing
from vidgen.media.tool import printed


def said(program, *arguments, seconds=60.0):
    return asyncio.run(printed(program, *arguments, seconds=seconds))


def refused(*words, **more):
    with pytest.raises(ToolMissing) as caught:
        said(*words, **more)
    return caught.value


def test_what_a_program_prints_is_heard_without_the_space_around_it():
    assert said(sys.executable, "-c", "print('  a word  ')") == "a word"


def test_it_goes_through_no_shell_and_is_given_no_input():
    program = "import sys; print(sys.argv[1], repr(sys.stdin.read()))"
    assert said(sys.executable, "-c", program, "$HOME; echo") == "$HOME; echo ''"


def test_a_program_that_is_not_there_is_named():
    assert "`no-such-program`" in refused("no-such-program").message


def test_a_program_that_fails_is_said_to_without_what_it_printed():
    program = "import sys; print('a secret'); print('a secret', file=sys.stderr); sys.exit(3)"
    error = refused(sys.executable, "-c", program)
    assert "failed" in error.message
    assert "a secret" not in error.message.replace(program, "")


def test_a_program_that_takes_too_long_is_ended():
    error = refused(sys.executable, "-c", "import time; time.sleep(600)", seconds=0.2)
    assert "did not answer" in error.message
