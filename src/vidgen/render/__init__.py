"""Carry a plan out: order, limits, chains, checks, promotion. The only room that waits.

Each job writes its intent before it is sent and its ticket before it is polled, so that a run
that dies is picked up by the next. An expected failure is a value: one failed shot never stops
the shots that do not start from it.
"""

from __future__ import annotations

from vidgen.render.arrival import Facts, inspect
from vidgen.render.frames import last_index, picture_of
from vidgen.render.run import Run
from vidgen.render.values import Desk, Ending, Event, EventKind, Listener, Outcome, Report

__all__ = [
    "Desk",
    "Ending",
    "Event",
    "EventKind",
    "Facts",
    "Listener",
    "Outcome",
    "Report",
    "Run",
    "inspect",
    "last_index",
    "picture_of",
]
