"""An error as people and scripts read it. Adds no colour and decides no exit."""

from __future__ import annotations

from typing import Any

from vidgen.errors import StoryboardInvalid, VidgenError
from vidgen.fault_text import render_faults
from vidgen.job import plain


def error_text(error: VidgenError) -> str:
    """`error: code`, then where and what, then the way out."""
    if isinstance(error, StoryboardInvalid):
        return render_faults(error.faults)
    where = f"{error.where}  " if error.where else ""
    lines = [f"error: {error.code}", f"  {where}{error.message}"]
    if error.hint:
        lines.append(f"  hint: {error.hint}")
    return "\n".join(lines)


def error_json(error: VidgenError) -> dict[str, Any]:
    """An error as one documented shape."""
    faults = error.faults if isinstance(error, StoryboardInvalid) else ()
    return {
        "schema": "vidgen.error/1",
        "code": error.code,
        "message": error.message,
        "where": error.where,
        "hint": error.hint,
        "exit_code": int(error.exit_code),
        "faults": [plain(fault) for fault in faults],
    }
