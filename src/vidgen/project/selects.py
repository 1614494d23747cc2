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


def write_select(path: Path, shot: str, number: int | None) -> None:
    """Choose a take of a shot, or with None take the choice back."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    own = re.compile(rf"""["']?{re.escape(shot)}["']?\s*:""")
    wanted = None if number is None else f"{shot}: v{number:03d}"
    kept = []
    for line in lines:
        if not own.match(line):
            kept.append(line)
        elif wanted is not None:
            kept.append(wanted)
            wanted = None
    if wanted is not None:
        kept.append(wanted)
    write_text(path, "".join(f"{line}\n" for line in kept))
