"""What `vidgen doctor` says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "missing"]
Section = Literal["machine", "project", "local servers", "keys"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: its state, what was found, and the command that mends it."""

    section: Section
    name: str
    state: State
    found: str
    mend: str = ""
