"""The pages of docs/, the script that runs them, and how their tables are read."""

import importlib.util
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def script(name):
    """A script of docs/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


captures = script("captures")
PAGES = captures.PAGES
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in PAGES}
RUN = [
    name for name, text in TEXTS.items() if any(b.language == "sh" for b in captures.blocks(text))
]


def table(page, head):
    """The rows of the table of a page whose first row begins with `head`, as lists of cells."""
    found, inside = [], False
    for line in TEXTS[page].splitlines():
        if line.startswith(f"| {head} |"):
            inside = True
        elif inside and line.startswith("|"):
            found.append([cell.strip() for cell in line.strip("| ").split(" | ")])
        elif inside:
            break
    assert found, f"{page} has no table that begins with {head}"
    return [row for row in found if not set(row[0]) <= set("-|")]


def quoted(words):
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", words)


def tables(page, head):
    """Every table of a page that begins with `head`."""
    parts = TEXTS[page].split(f"\n| {head} |")[1:]
    found = []
    for part in parts:
        lines = part.splitlines()[2:]
        rows = lines[: next((i for i, line in enumerate(lines) if not line.startswith("|")), None)]
        found.append([[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows])
    return found


def anchors(text):
    """The names that headings of a page can be linked by."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}
