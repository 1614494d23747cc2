"""Carry a plan out: order, limits, chains, checks, promotion. The only room that waits.

Each job writes its intent before it is sent and its ticket before it is polled, so that a run
that dies is picked up by the next. An expected failure is a value: one failed shot never stops
the shots that do not start from it.
"""

from __future__ import annotations

from vidgen.render.arrival import Facts, inspect
from vidgen.render.frames import chain_frame, last_index
from vidgen.render.run import Run
from vidgen.render.values import Desk, Event, EventKind, Listener, Outcome, Report

__all__ = [
    "Desk",
    "Event",
    "EventKind",
    "Facts",
    "Listener",
    "Outcome",
    "Report",
    "Run",
    "chain_frame",
    "inspect",
    "last_index",
]
