"""`vidgen init`: a new project from a template, ready for `vidgen make --animatic`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from vidgen.cli.app import command, talk
from vidgen.errors import Exit, FolderNotEmpty


@command("init")
def init(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="The folder to make.", show_default=False),
    ] = None,
    template: Annotated[
        str, typer.Option("--template", "-t", metavar="NAME", help="The template to start from.")
    ] = "vertical-ad",
    show: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
) -> None:
    """Start a project: a storyboard that plans and renders as it is."""
    from vidgen import templates_folder
    from vidgen.language_docs import storyboard_schema

    if show or folder is None:
        for name in templates_folder.names():
            typer.echo(f"{name:20} {_title(templates_folder.template(name))}")
        if not show:
            talk("name a folder to start a project in: vidgen init my-film --template NAME")
            raise typer.Exit(int(Exit.USAGE))
        return
    source = templates_folder.template(template)
    if folder.exists() and any(folder.iterdir() if folder.is_dir() else [folder]):
        raise FolderNotEmpty(
            "the folder is not empty; nothing was written",
            where=str(folder),
            hint="name a new folder",
        )
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
    schema = json.dumps(storyboard_schema(), ensure_ascii=False, indent=2)
    (folder / "schema.json").write_text(schema + "\n", encoding="utf-8")
    talk(f"made {folder} from {template}")
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text(".env\n.vidgen/\n", encoding="utf-8")
    named = f'"{folder}"' if " " in str(folder) else str(folder)
    talk(f"what it would cost: vidgen plan {named}")
    talk(f"the film, free:     vidgen make {named} --animatic")


NOT_COPIED = (".vidgen", "takes", "deliver", "__pycache__", ".env")


def _title(folder: Path) -> str:
    from vidgen.source import load_source

    board = load_source(folder).board
    return board.description or board.title
