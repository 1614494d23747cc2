"""Keep the pages true: run the commands that they show, and write what was said under them.

    python docs/captures.py             every page: half a minute
    python docs/captures.py plan.md     one page

A page is a session in an empty folder. A `yaml` block whose first line is `# name.yaml` is written
there; an `sh` block is run line by line; a `text` block right under it is what it said. Comments
above a block say what is out of the ordinary:

    <!-- example NAME -->    copy projects-example/NAME into the session
    <!-- still ONE TWO -->   put stills of first-pour's there, as stills/ONE.jpg and so on
    <!-- shown -->           not run: it leaves vidgen, or needs what a test has not
    <!-- slow -->            run by this script alone; the tests read it and run nothing
    <!-- exit 4 -->          the last command ends with this code
    <!-- first 12 -->        only so many lines of what was said are shown; `last 12` likewise
    <!-- columns 140 -->     the width it is run at
    <!-- edit FILE: OLD => NEW -->    change a file first, as the words around it say

`tests/test_docs.py` runs the same sessions and compares. Never goes through a shell.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PAGES = (ROOT / "README.md", *sorted(DOCS.glob("*.md")))
COLUMNS = 96
ELLIPSIS = "…"


@dataclass
class Block:
    """A fenced block: its language, its lines, where it stands, and the comments above it."""

    language: str
    lines: list[str]
    first: int
    last: int
    orders: dict[str, str] = field(default_factory=dict)
    edits: list[tuple[str, str, str]] = field(default_factory=list)
    adjoins: bool = False

    @property
    def text(self) -> str:
        """What stands between the fences."""
        return "\n".join(self.lines)


def blocks(page: str) -> list[Block]:
    """Every fenced block of a page, in order, with the comments that stand above it."""
    found: list[Block] = []
    orders: dict[str, str] = {}
    edits: list[tuple[str, str, str]] = []
    inside: Block | None = None
    quiet = True
    for number, line in enumerate(page.splitlines()):
        fence = re.match(r"```(\w*)\s*$", line)
        if inside is not None:
            if line.startswith("```"):
                inside.last = number
                found.append(inside)
                inside, quiet = None, True
            else:
                inside.lines.append(line)
        elif fence:
            inside = Block(fence[1], [], number, number, orders, edits, adjoins=quiet)
            orders, edits = {}, []
        elif comment := re.match(r"<!-- (\w+) ?(.*?) -->$", line):
            if comment[1] == "edit":
                name, _, change = comment[2].partition(": ")
                old, _, new = change.partition(" => ")
                edits.append((name, old, new))
            elif comment[1] in ORDERS:
                orders[comment[1]] = comment[2]
        elif line.strip():
            quiet = False
    return found


ORDERS = {"example", "still", "shown", "slow", "exit", "first", "last", "columns"}


def commands(block: Block) -> Iterator[list[str]]:
    """The command lines of an `sh` block as words, comments and line ends taken out."""
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words


@dataclass
class Session:
    """One page being run in a folder of its own; what is made there may carry its name."""

    folder: Path
    slow: bool = False
    place: Path = Path()

    def run(self, page: str) -> Iterator[tuple[Block, Block | None, str, int]]:
        """Run a page; for each `sh` block run: it, the block that shows its words, those words,
        and the exit code of its last command."""
        self.folder.mkdir(exist_ok=True)
        found = blocks(page)
        for block, after in zip(found, [*found[1:], None][: len(found)], strict=True):
            self._prepare(block)
            if block.language == "sh" and "shown" not in block.orders:
                if "slow" in block.orders and not self.slow:
                    continue
                said, code = self._run(block)
                shown = after if after and after.language == "text" and after.adjoins else None
                yield block, shown, said, code

    def _prepare(self, block: Block) -> None:
        if name := block.orders.get("example"):
            skipped = shutil.ignore_patterns("takes", "deliver", ".vidgen", "make_assets")
            source = ROOT / "projects-example" / name
            shutil.copytree(source, self.folder / "projects-example" / name, ignore=skipped)
        for name in block.orders.get("still", "").split():
            path = self.folder / self.place / "stills" / f"{name}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "projects-example" / "first-pour" / "stills" / path.name, path)
        title = re.match(r"# ([\w./-]+\.yaml)", block.text)
        if block.language == "yaml" and title and "shown" not in block.orders:
            path = self.folder / self.place / title[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text + "\n", encoding="utf-8")
        for name, old, new in block.edits:
            path = self.folder / self.place / name
            text = path.read_text(encoding="utf-8")
            if text.count(old) != 1:
                raise ValueError(f"{name} has `{old}` {text.count(old)} times, not once")
            path.write_text(text.replace(old, new), encoding="utf-8")

    def _run(self, block: Block) -> tuple[str, int]:
        said, code = "", 0
        for words in commands(block):
            if words[0] == "cd":
                self.place = Path(os.path.normpath(self.place / words[1]))
            elif words[:2] == ["cp", "-r"]:
                here = self.folder / self.place
                shutil.copytree(here / words[2], here / words[3])
            elif words[0] == "vidgen":
                width = int(block.orders.get("columns", COLUMNS))
                output, code = vidgen(words[1:], self.folder / self.place, width)
                said += output
            else:
                raise ValueError(f"`{words[0]}` is no command of a session; say `<!-- shown -->`")
        return said, code


def vidgen(words: list[str], folder: Path, width: int) -> tuple[str, int]:
    """Run one command in `folder` as on a screen `width` wide; what it said, and its exit code."""
    from typer.testing import CliRunner

    from vidgen.cli import app
    from vidgen.cli.commands import register

    register(None)
    target = None
    if ">" in words:
        target = words[words.index(">") + 1]
        words = words[: words.index(">")]
    plain = {"COLUMNS": str(width), "NO_COLOR": "1", "TERM": "dumb"}
    with contextlib.chdir(folder):
        result = CliRunner().invoke(app, words, env=plain, prog_name="vidgen")
    if target is not None:
        (folder / target).write_text(result.stdout, encoding="utf-8")
    return result.stderr if target is not None else result.output, result.exit_code


def shown(said: str, block: Block, folder: Path) -> str:
    """What a command said, as a page shows it: tidy ends, no folder of this machine, shortened."""
    text = said.replace(f"{folder.resolve().as_posix()}/", "")
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    first = int(block.orders.get("first", len(lines)))
    last = int(block.orders.get("last", len(lines)))
    if len(lines) > last:
        return "\n".join([ELLIPSIS, *lines[-last:]])
    return "\n".join(lines[:first] + ([ELLIPSIS] if len(lines) > first else []))


def alike(text: str) -> list[str]:
    """Words without what differs from run to run: times, sizes, widths, the order of jobs."""
    text = re.sub(r"in \d+(\.\d+)?s", "in Ns", text)
    text = re.sub(r"\d+\.\d MB", "N MB", text)
    text = re.sub(r'"seconds":\d+\.\d+', '"seconds":N', text)
    text = re.sub(r"─+", "─", text)
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    several = any(line.endswith(": started") or line.startswith('{"') for line in lines)
    return sorted(lines) if several else lines


def retold(page: str, folder: Path) -> tuple[str, list[str]]:
    """The page with what is no longer said put right, and what went otherwise than it says."""
    lines = page.splitlines()
    wrong = []
    told: list[tuple[Block, str]] = []
    for block, under, said, code in Session(folder, slow=True).run(page):
        wanted = int(block.orders.get("exit", 0))
        if code != wanted:
            wrong.append(f"line {block.first + 1}: exit code {code}, not {wanted}\n{said}")
        text = shown(said, block, folder)
        if under is not None and alike(under.text) != alike(text):
            told.append((under, text))
    for under, text in reversed(told):
        lines[under.first + 1 : under.last] = text.splitlines()
    return "\n".join(lines) + "\n", wrong


def main(names: list[str]) -> int:
    """Write the pages anew; the exit status is 1 where one went otherwise than it says."""
    failed = 0
    for path in PAGES:
        if names and path.name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            page = path.read_text(encoding="utf-8")
            after, wrong = retold(page, Path(folder) / "film")
        if after != page:
            path.write_text(after, encoding="utf-8")
        state = "changed" if after != page else "as it was"
        sys.stdout.write(f"{path.name}: {state}\n" + "".join(f"  {line}\n" for line in wrong))
        failed += len(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
