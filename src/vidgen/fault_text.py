"""Faults as plain text, as a terminal and a golden file show them. Pure; adds no colour."""

from __future__ import annotations

from collections.abc import Iterable

from vidgen.errors import Fault

MAX_SHOWN = 50


def render_faults(faults: Iterable[Fault], word: str = "error", *, limit: int = MAX_SHOWN) -> str:
    """Faults one under the other, with no line break at the end.

    `word` is `error`, `warning` or `note`; after the first `limit` only the number left is told.
    """
    every = tuple(faults)
    told = [render_fault(fault, word) for fault in every[:limit]]
    left = len(every) - len(told)
    if left:
        told.append(f"... and {left:,} more")
    return "\n\n".join(told)


def render_fault(fault: Fault, word: str = "error") -> str:
    """One fault: what it is, where it is and what it says, and the way out."""
    lines = [f"{word}: {fault.code}", f"  {fault.where}  {fault.message}"]
    if fault.hint:
        lines.append(f"  hint: {fault.hint}")
    return "\n".join(lines)
