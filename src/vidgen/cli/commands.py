"""Importing this registers every command, in the order that `vidgen --help` lists them."""

from vidgen.cli import (  # noqa: F401
    init,
    check,
    plan,
    render,
    stitch,
    make,
    takes,
    models,
    doctor,
    schema,
)
