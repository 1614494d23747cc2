"""Rehearsals: a server on this machine that plays any provider, and keeps books of its own.

A whole storyboard goes through the hosted path for nothing, its clips drawn by the animatic; and
the books prove that nothing was paid twice. Import the part you need (`vidgen.rehearsal.server`);
this face stays empty so that nobody pays for the rest. Never reaches beyond this machine.
"""
