"""Where the templates of `vidgen init` are: in the wheel, or in an editable install's checkout."""

from __future__ import annotations

from pathlib import Path

from vidgen.errors import UnknownName

PLACES = (Path(__file__).parent / "templates", Path(__file__).parents[2] / "templates")


def folder() -> Path:
    """The folder that holds one folder a template."""
    return next((place for place in PLACES if place.is_dir()), PLACES[0])


def names() -> tuple[str, ...]:
    """Every template, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in folder().glob("*/storyboard.yaml")))


def template(name: str) -> Path:
    """The folder of one template; UnknownName when there is none of that name."""
    if name not in names():
        known = ", ".join(names())
        raise UnknownName(f"no template is called `{name}`", hint=f"there are: {known}")
    return folder() / name
