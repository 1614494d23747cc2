"""Faults as plain text, as a terminal and a golden file show them. Pure; adds no colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from vidgen.errors import Fault

Severity = Literal["error", "warning", "note"]
MAX_SHOWN = 50


def render_faults(
    faults: Iterable[Fault], severity: Severity = "error", *, limit: int = MAX_SHOWN
) -> str:
    """Faults one under the other; the first `limit` in full, and how many more there are."""
    every = tuple(faults)
    shown = [render_fault(fault, severity) for fault in every[:limit]]
    left = len(every) - len(shown)
    if left:
        shown.append(f"... and {left:,} more\n")
    return "\n".join(shown)


def render_fault(fault: Fault, severity: Severity = "error") -> str:
    """One fault: what it is, where it is and what it says, and the way out."""
    lines = [f"{severity}: {fault.code}", f"  {fault.where}  {fault.message}"]
    if fault.hint:
        lines.append(f"  hint: {fault.hint}")
    return "\n".join(lines) + "\n"
