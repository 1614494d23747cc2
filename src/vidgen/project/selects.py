"""selects.yaml: the takes chosen by hand, by shot, a line each: `sip: v002`.

Written line by line, so that what a person wrote around them stays.
"""

from __future__ import annotations

import re
from pathlib import Path

from vidgen.errors import TakeUnreadable
from vidgen.project.sidecar import write_text


def read_selects(path: Path) -> dict[str, int]:
    """The number of the chosen take by shot. Raises TakeUnreadable for what names no take."""
    if not path.exists():
        return {}
    from vidgen import yamlfile

    value = yamlfile.plain(path) or {}
    chosen = {}
    for shot, name in value.items() if isinstance(value, dict) else ():
        match = re.fullmatch(r"v0*([1-9][0-9]*)", str(name))
        if not match:
            raise TakeUnreadable(
                f"select of shot `{shot}` is `{name}`; a take is named like v001", where=str(path)
            )
        chosen[str(shot)] = int(match[1])
    return chosen


LINE = re.compile(r"""(["']?)(?P<shot>[\w.-]+)\1:\s+v[0-9]+(?P<comment>\s+\#.*|\s*)""")
"""A choice on a line of its own, and what a person wrote behind it."""

ASIDE = re.compile(r"\s*(#.*)?|---")
"""A line that chooses nothing."""


def write_select(path: Path, shot: str, number: int | None) -> None:
    """Choose a take of a shot, or with None take the choice back.

    Raises TakeUnreadable or StoryboardInvalid, with nothing written, where the file cannot be read.
    """
    chosen = read_selects(path)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if not all(ASIDE.fullmatch(line) or LINE.fullmatch(line) for line in lines):
        comments = [line for line in lines if line.lstrip().startswith("#")]
        lines = comments + [_line(name, take) for name, take in chosen.items()]
    kept, wanted = [], None if number is None else _line(shot, number)
    for line in lines:
        found = LINE.fullmatch(line)
        if found is None or found["shot"] != shot:
            kept.append(line)
        elif wanted is not None:
            kept.append(wanted + found["comment"].rstrip())
            wanted = None
    if wanted is not None:
        kept.append(wanted)
    write_text(path, "".join(f"{line}\n" for line in kept))


def _line(shot: str, number: int) -> str:
    """A choice; a shot that YAML would read as a number or a truth is put in quotes."""
    quoted = shot[0].isdigit() or shot in ("true", "false", "null")
    return f'"{shot}": v{number:03d}' if quoted else f"{shot}: v{number:03d}"
