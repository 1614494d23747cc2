"""Who may import whom, and who may touch the world. The map is complete and has no cycle."""

import ast
from functools import cache
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "vidgen"

# room -> rooms it may import. A room is a top-level module or folder of the package.
MAY_IMPORT = {
    "errors": set(),
    "job": set(),
    "money": set(),
    "quantity": set(),
    "scalars": {"quantity"},
    "fault_text": {"errors"},
    "yamlfile": {"errors"},
    "storyboard": {"scalars", "quantity"},
    "camera": {"job"},
    "catalogue": {"errors", "job", "money", "yamlfile"},
    "source": {"errors", "job", "media", "storyboard", "yamlfile"},
    "named": {"catalogue", "errors", "job", "source", "storyboard"},
    "prompt": {"catalogue", "job", "storyboard"},
    "plan": {"camera", "catalogue", "chosen", "errors", "job", "money", "named", "places", "prompt"}
    | {"source", "storyboard"},
    "check": {"camera", "catalogue", "errors", "job", "named", "places", "source", "storyboard"},
    "places": {"job", "storyboard"},
    "chosen": {"job", "places", "storyboard"},
    "cut": {"errors", "job", "places", "storyboard"},
    "failpoints": set(),
    "config": {"scalars"},
    "journal": {"errors", "failpoints", "job", "money"},
    "project": {"errors", "failpoints", "job", "journal", "yamlfile"},
    "media": {"errors"},
    "providers": {"camera", "errors", "job", "media"},
    "rehearsal": {"errors", "job", "media", "providers"},
    "render": {"errors", "failpoints", "job", "journal", "media", "plan", "project", "providers"},
    "stitch": {"cut", "errors", "media"},
    "language_docs": {"job", "quantity", "scalars", "storyboard", "yamlfile"},
    "grid": set(),
    "present": {"errors", "fault_text", "grid", "job", "journal", "money", "places", "plan"},
    "present_models": {"catalogue", "grid", "job", "plan", "present"},
    "catalogue_docs": {"catalogue", "job", "plan", "present", "present_models"},
    "coverage_docs": {"catalogue", "catalogue_docs", "present_models", "providers"},
    "templates_folder": {"errors"},
    "cli": None,  # the composition root may import everything
}

# what of the outside world -> the only rooms that may import it
ONLY_IN = {
    "sqlite3": {"journal"},
    "subprocess": {"media"},
    "ffmpeg": {"media"},
    "av": {"media", "cli"},
    "imageio_ffmpeg": {"media"},
    "yaml": {"yamlfile"},
    "asyncio": {"render", "providers", "rehearsal", "media", "stitch", "cli"},
    "httpx": {"render", "providers"},
    "h11": {"rehearsal"},
    "socket": {"cli", "rehearsal"},
    "typer": {"cli"},
    "rich": {"grid", "present", "present_models", "cli"},
    "PIL": {"media", "providers", "rehearsal", "source"},
    "requests": set(),
    "torch": set(),
    "random": {"rehearsal"},
}

PURE = {"plan", "prompt", "cut", "money", "job", "camera", "storyboard", "present"}
WORLD = {"os", "pathlib", "time", "random", "socket", "shutil", "tempfile", "sqlite3", "subprocess"}


def modules():
    for path in sorted(SRC.rglob("*.py")):
        relative = path.relative_to(SRC)
        if relative.name == "compile.py" and relative.parts[0] == "catalogue":
            continue  # runs while a wheel is built; not part of the package
        room = relative.parts[0].removesuffix(".py")
        yield "cli" if room in ("__init__", "__main__") else room, path


@cache
def imports(path):
    """Every module a file imports, also inside functions; those under TYPE_CHECKING as well."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "vidgen":
                found |= {f"vidgen.{alias.name}" for alias in node.names}
            else:
                found.add(node.module)
    return found


def ours(path):
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "vidgen" and len(parts) > 1 and parts[1] != "__version__":
            yield parts[1]


def test_every_room_is_on_the_map():
    rooms = {room for room, _ in modules()}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize("room", [room for room in MAY_IMPORT if MAY_IMPORT[room] is not None])
def test_imports_obey_the_map(room):
    for owner, path in modules():
        if owner == room:
            strangers = set(ours(path)) - MAY_IMPORT[room] - {room}
            assert not strangers, f"{path.relative_to(SRC)} imports {strangers}"


def test_the_map_has_no_cycle():
    left = {room: set(allowed or ()) for room, allowed in MAY_IMPORT.items()}
    while left:
        free = [room for room, needs in left.items() if not needs & set(left)]
        assert free, f"a cycle among {sorted(left)}"
        for room in free:
            del left[room]


@pytest.mark.parametrize("outside", ONLY_IN)
def test_the_world_is_touched_only_where_the_map_says(outside):
    for room, path in modules():
        if room not in ONLY_IN[outside]:
            touched = {name.split(".")[0] for name in imports(path)}
            assert outside not in touched, f"{path.relative_to(SRC)} imports {outside}"


@pytest.mark.parametrize("room", sorted(PURE))
def test_pure_rooms_know_no_files_clock_network_or_chance(room):
    allowed = {"cut": {"pathlib"}}.get(room, set())  # a Clip names its file; it is never opened
    for owner, path in modules():
        if owner == room:
            touched = {name.split(".")[0] for name in imports(path)} & WORLD - allowed
            assert not touched, f"{path.relative_to(SRC)} imports {touched}"


def test_only_the_command_line_reads_the_environment():
    for room, path in modules():
        text = path.read_text(encoding="utf-8")
        if room != "cli":
            assert "os.environ" not in text, f"{path.relative_to(SRC)} reads the environment"
            assert "getenv" not in text, f"{path.relative_to(SRC)} reads the environment"


def test_nothing_is_called_utils():
    bad = {"utils", "util", "helpers", "common", "core", "base", "misc"}
    assert not bad & {
        part for _, path in modules() for part in path.relative_to(SRC).with_suffix("").parts
    }
