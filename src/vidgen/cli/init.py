"""`vidgen init`: a new project from a template, ready for `vidgen make --animatic`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from vidgen.cli.app import command, talk
from vidgen.errors import VidgenError


@command("init")
def init(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder to make.", show_default=False)
    ] = None,
    template: Annotated[
        str, typer.Option("--template", "-t", help="Which template to start from.")
    ] = "vertical-ad",
    show: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
) -> None:
    """Start a project: a storyboard that plans and renders as it is."""
    from vidgen import templates_folder
    from vidgen.language_docs import storyboard_schema

    if show or folder is None:
        for name in templates_folder.names():
            typer.echo(f"{name:22} {_title(templates_folder.template(name))}")
        if not show:
            talk("name a folder to make one: vidgen init my-film --template NAME")
            raise typer.Exit(2)
        return
    source = templates_folder.template(template)
    if folder.exists() and any(folder.iterdir() if folder.is_dir() else [folder]):
        raise VidgenError(
            "the folder is not empty; nothing was written",
            where=str(folder),
            hint="name a new folder",
        )
    shutil.copytree(source, folder, dirs_exist_ok=True)
    schema = json.dumps(storyboard_schema(), ensure_ascii=False, indent=2)
    (folder / "schema.json").write_text(schema + "\n", encoding="utf-8")
    talk(f"made {folder} from {template}")
    talk(f"next: vidgen plan {folder}   then: vidgen make {folder} --animatic")


def _title(folder: Path) -> str:
    from vidgen.source import load_source

    board = load_source(folder).board
    return board.description or board.title
