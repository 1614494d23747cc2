"""`vidgen schema`: the language as a JSON Schema, for editors."""

from __future__ import annotations

from vidgen.cli.app import command, write_json


@command("schema")
def schema() -> None:
    """Print the JSON Schema of the language. Editors complete and check with it."""
    from vidgen.language_docs import storyboard_schema

    write_json(storyboard_schema())
