"""Named moments of a job's life at which a test may have this process killed, as a machine would.

In normal runs each costs one look at one variable. Never armed by anything but the environment
variable that the CLI reads (`VIDGEN_FAILPOINT=name` or `name:3` for the third time it is passed).
"""

from __future__ import annotations

import os
import signal

NAMES = (
    "intent-unwritten",
    "intent-written",
    "submit-unsent",
    "submit-answered",
    "unsent-written",
    "doubt-written",
    "ticket-written",
    "poll-answered",
    "success-unwritten",
    "success-written",
    "link-written",
    "fetch-begun",
    "fetch-ended",
    "clip-checked",
    "clip-named",
    "sidecar-written",
    "done-unwritten",
    "done-written",
    "failure-unwritten",
    "failure-written",
    "claim-written",
)
"""Every failpoint, in the order in which a job may pass them."""

_armed: tuple[str, int] | None = None


def arm(spec: str) -> None:
    """Have the process killed when it passes a failpoint: `name`, or `name:3` the third time.

    Raises ValueError for a name that is none.
    """
    global _armed
    name, _, count = spec.partition(":")
    if name not in NAMES:
        raise ValueError(f"no failpoint is called `{name}`")
    _armed = (name, int(count or 1))


def passed(name: str) -> None:
    """Mark a moment; when it is the armed one, nothing after it happens."""
    if _armed is not None:
        _count_down(name)


def _count_down(name: str) -> None:
    global _armed
    if _armed is None or _armed[0] != name:
        return
    left = _armed[1] - 1
    _armed = (name, left)
    if left == 0:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
