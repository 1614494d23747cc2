"""Broken storyboards: those under tests/broken, and those too odd to keep in a repository.

`build(name, folder)` makes a project folder with the files that good paths would find.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
BROKEN = HERE / "broken"
GOLDEN = HERE / "golden" / "faults"
OF_THE_PLAN = {"twelve-seconds-on-eight"}
"""Broken storyboards that only the plan can refuse."""

GOOD = "vidgen: 1\ntitle: Broken\nshots:\n  - {id: sip, prompt: She sips}\n"
ODD = {
    "huge": lambda path: _sparse(path, 40_000_000),
    "alias-bomb": lambda path: path.write_text(_bomb(), encoding="utf-8"),
    "not-utf-8": lambda path: path.write_bytes(GOOD.replace("She", "Zo\xeb").encode("latin-1")),
    "utf-16": lambda path: path.write_bytes(GOOD.encode("utf-16")),
    "control-character": lambda path: path.write_bytes(GOOD.encode().replace(b"She", b"She\x07")),
    "a-picture": lambda path: Image.new("RGB", (64, 64)).save(path, format="PNG"),
    "deeply-nested": lambda path: path.write_text(GOOD + "description: " + "[" * 5000),
    "endless-number": lambda path: path.write_text(GOOD + "description: " + "9" * 5000),
}


def names() -> list[str]:
    """Every broken storyboard there is."""
    return sorted([*(path.stem for path in BROKEN.glob("*.yaml")), *ODD])


def build(name: str, folder: Path) -> Path:
    """A project folder with one broken storyboard in it; the storyboard's path."""
    (folder / "stills").mkdir(parents=True)
    (folder / "stills" / "sip.png").write_bytes(_picture())
    (folder.parent / "outside.png").write_bytes(_picture())
    (folder / "stills" / "text.png").write_text("no picture at all")
    (folder / "stills" / "folder.wav").mkdir()
    (folder / "stills" / "linked.png").symlink_to(folder.parent / "outside.png")
    file = folder / f"{name}.yaml"
    if name in ODD:
        ODD[name](file)
    else:
        file.write_bytes((BROKEN / f"{name}.yaml").read_bytes())
    return file


@cache
def _picture() -> bytes:
    """A black picture, encoded once."""
    file = BytesIO()
    Image.new("RGB", (1080, 1920)).save(file, format="PNG")
    return file.getvalue()


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.write(GOOD.encode())
        file.truncate(size)


def _bomb() -> str:
    """Nine levels of nine aliases: 387 million values from a few hundred bytes."""
    lines = ["vidgen: 1", "a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    for before, here in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{here}: &{here} [{', '.join([f'*{before}'] * 9)}]")
    return "\n".join(lines) + "\n"
