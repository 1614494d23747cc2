"""Carry a plan out: order, limits, chains, checks, promotion. The only room that waits.

Each job writes its intent before it is sent and its ticket before it is polled, so that a run
that dies is picked up by the next. An expected failure is a value: one failed shot never stops
the shots that do not start from it. Import the part you need (`vidgen.render.run`); this face stays
empty, so that a run with nothing to do loads nothing of the rest.
"""
