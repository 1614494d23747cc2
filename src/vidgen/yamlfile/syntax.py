"""What is wrong with text that is not YAML, in words that say what to do about it.

Pure: takes a parser's complaint (its problem, its context and their marks) and the text.
"""

from __future__ import annotations

from typing import Any

from vidgen.errors import Fault

QUOTE_IT = "put the text in quotes"
LINE_UP = "give the keys of one mapping the same indentation, in spaces"


def shortened(text: str, limit: int = 40) -> str:
    """Text for a message: one line, at most `limit` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 3].rstrip() + "..."


def within(lines: list[str], line: int, column: int) -> tuple[int, int]:
    """A parser's 0-based mark as 1-based, never past the last of `lines`."""
    if line < len(lines):
        return line + 1, min(column, len(lines[line])) + 1
    return len(lines), len(lines[-1]) + 1


def written_lines(text: str) -> list[str]:
    """The lines of a text up to the last that has anything on it; one at least."""
    return text.rstrip("\n").split("\n")


def explain(error: Any, text: str, name: str) -> Fault:
    """A parser's error (anything with problem, context and their marks) as a Fault."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Fault("bad-yaml", f"this is not YAML: {error}", name, 1, 1)
    lines = written_lines(text)
    spot = within(lines, mark.line, mark.column)
    start = error.context_mark
    opened = within(lines, start.line, start.column) if start else spot
    code, message, hint, spot = _reason(_Complaint(error, lines, spot, opened))
    return Fault(code, message, name, *spot, hint)


class _Complaint:
    """A parser's complaint with the text around it; places are 1-based."""

    def __init__(
        self, error: Any, lines: list[str], spot: tuple[int, int], opened: tuple[int, int]
    ) -> None:
        self.problem = str(error.problem or "")
        self.context = str(error.context or "")
        self.spot = spot
        self.opened = opened
        self.lines = lines
        self.line = self.lines[spot[0] - 1]
        self.before = self.line[: spot[1] - 1]
        self.after = self.line[spot[1] - 1 :]
        self.sign = self.after[:1]

    def says(self, *words: str) -> bool:
        return any(word in self.problem for word in words)


_Reason = tuple[str, str, str, tuple[int, int]]


def _reason(it: _Complaint) -> _Reason:
    for explanation in (_quote, _tab, _colon, _bracket, _sign, _after_value, _alignment):
        found = explanation(it)
        if found:
            return found
    return "bad-yaml", f"this is not YAML: {it.problem}", "", it.spot


def _quote(it: _Complaint) -> _Reason | None:
    if it.says("unknown escape character"):
        found = it.after[:2] if it.after.startswith("\\") else "\\" + it.before[-1:]
        return (
            "bad-escape",
            f"`{found}` means nothing in double quotes",
            "write `\\\\` for a backslash, or use single quotes",
            it.spot,
        )
    if it.says("end of stream", "document separator") and "quoted" in it.context:
        return (
            "unclosed-quote",
            "the quote opened here is never closed",
            "close it; in single quotes an apostrophe is written twice: `''`",
            it.opened,
        )
    return None


def _tab(it: _Complaint) -> _Reason | None:
    for row in (it.spot[0], it.opened[0]):
        line = it.lines[row - 1]
        margin = line[: len(line) - len(line.lstrip())]
        if "\t" in margin:
            where = (row, margin.index("\t") + 1)
            return (
                "tab",
                "a tab stands in the indentation, and YAML indents with spaces",
                "replace each tab with two spaces",
                where,
            )
    return None


def _colon(it: _Complaint) -> _Reason | None:
    if it.says("could not find expected ':'"):
        row, column = it.opened
        word = shortened(it.lines[row - 1][column - 1 :])
        return (
            "no-colon",
            f"`{word}` is followed by no `:`",
            "a key is written `key: value`",
            (
                row,
                column,
            ),
        )
    if not it.says("mapping values are not allowed"):
        return None
    if ": " in it.before:
        return (
            "colon-in-text",
            "a second `: ` on this line; the text before it is already a value",
            f'{QUOTE_IT}: `prompt: "Close-up: hands on the beans"`',
            it.spot,
        )
    word = shortened(it.before.strip())
    row = it.spot[0]
    return (
        "indentation",
        f"`{word}` stands where the text of the line above goes on",
        f"{LINE_UP}, or end the line above with `:`",
        (row, len(it.before) - len(it.before.lstrip()) + 1),
    )


def _bracket(it: _Complaint) -> _Reason | None:
    if not it.says("',' or ']'", "',' or '}'"):
        return None
    closing = "]" if it.says("']'") else "}"
    opening = "[" if closing == "]" else "{"
    if it.opened[0] != it.spot[0] or not it.after:
        return (
            "unclosed-bracket",
            f"the `{opening}` opened here is never closed",
            f"close it with `{closing}`, and put commas between what it holds",
            it.opened,
        )
    return (
        "bad-list",
        f"`{shortened(it.after, 20)}` stands where `,` or `{closing}` should be",
        f"separate with commas; {QUOTE_IT} where it holds commas, colons or brackets",
        it.spot,
    )


def _sign(it: _Complaint) -> _Reason | None:
    if it.says("cannot start any token"):
        return "bad-start", f"text cannot start with `{it.sign}`", QUOTE_IT, it.spot
    if it.says("sequence entries"):
        hint = "start the list on the next line, write it as `[a, b]`, or put the text in quotes"
        return "list-on-a-line", "a list with dashes cannot start behind a key", hint, it.spot
    if it.says("alphabetic or numeric"):
        sign = it.before.strip()[-1:] or it.sign
        return "bad-start", f"`{sign}` at the start of a value needs a name", QUOTE_IT, it.spot
    if it.says("directive", "incompatible YAML"):
        return "bad-start", "a line that starts with `%` is an instruction", QUOTE_IT, it.spot
    if it.says("comment or line break"):
        return (
            "bad-block",
            f"`{shortened(it.after, 20)}` stands where the line should end",
            "text after `|` or `>` starts on the next line, indented",
            it.spot,
        )
    return None


def _after_value(it: _Complaint) -> _Reason | None:
    before = it.before.rstrip()
    if it.sign in ("]", "}") and it.sign:
        return "stray-bracket", f"this `{it.sign}` closes nothing", "take it out", it.spot
    if it.says("node content"):
        what = f"`{it.sign}` stands" if it.sign else "the file ends"
        return "no-value", f"{what} where a value should be", "", it.spot
    if before.endswith(("'", '"')) and it.after:
        return (
            "text-after-quote",
            f"`{shortened(it.after, 20)}` follows a closing quote",
            "quote the whole value; in single quotes an apostrophe is written twice: `''`",
            it.spot,
        )
    return None


def _alignment(it: _Complaint) -> _Reason | None:
    if not it.says("expected key", "'-' indicator", "block end", "document start"):
        return None
    if it.sign == ":":
        return "no-key", "a `:` with no key before it", "a key is written `key: value`", it.spot
    own = len(it.line) - len(it.line.lstrip(" "))
    above = _indents(it.lines[it.opened[0] - 1 : it.spot[0] - 1])
    if it.before.strip() == "" and above and own not in above:
        near = min(above, key=lambda indent: (abs(indent - own), -indent))
        message = f"this line is indented by {own}, which lines up with nothing above it"
        return "indentation", message, f"indent it by {near}, as the line it belongs with", it.spot
    if it.says("document start") or it.opened == it.spot:
        return "indentation", "this line belongs to nothing above it", LINE_UP, it.spot
    kind = "list" if "sequence" in it.context or it.says("'-' indicator") else "mapping"
    return (
        "indentation",
        f"this line does not go on with the {kind} that starts on line {it.opened[0]}",
        LINE_UP if kind == "mapping" else "start each item of the list with `- `, in one column",
        it.spot,
    )


def _indents(lines: list[str]) -> set[int]:
    """How far lines are indented; an item of a list counts with its dash and behind it."""
    found = set()
    for line in lines:
        rest = line.lstrip(" ")
        if rest and not rest.startswith("#"):
            found.add(len(line) - len(rest))
            if rest.startswith("- "):
                found.add(len(line) - len(rest[2:].lstrip(" ")))
    return found
