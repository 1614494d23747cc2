"""Make the pictures of the README and of these pages, with the tool itself.

    python docs/make_images.py            all of them: a minute or two
    python docs/make_images.py moves      one: film, moves or slate

Films are made in a temporary folder from the example and from small storyboards written here. The
pictures go to docs/images/. Never touches the example's own takes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

from PIL import Image
from typer.testing import CliRunner

from vidgen.cli import app
from vidgen.cli.commands import register
from vidgen.cut import rate_of, slots
from vidgen.media import binary
from vidgen.media.frames import first_frame, frames_at, last_frame, tile
from vidgen.plan import want
from vidgen.source import load_source

DOCS = Path(__file__).resolve().parent
EXAMPLE = DOCS.parent / "projects-example" / "first-pour"
IMAGES = DOCS / "images"
FILM_WIDTH, FILM_EVERY, FILM_QUALITY = 240, 2, 46
SHEET_QUALITY = 84

MOVES = (
    ("push in", "slow push in"),
    ("pull out", "pull back"),
    ("pan right", "pan right"),
    ("tilt up", "tilt up"),
    ("truck right", "truck right"),
    ("crane up", "crane up"),
    ("orbit right", "orbit right"),
    ("roll", "roll clockwise"),
)
MOVES_BOARD = """\
vidgen: 1
title: Moves
format: {{aspect: "9:16", resolution: 480p, fps: 24}}
defaults: {{duration: 4s}}
shots:
{shots}
"""
SLATE_BOARD = """\
vidgen: 1
title: Slates
format: {aspect: "16:9", resolution: 720p, fps: 24}
defaults: {duration: 4s}
rotation: {hero: veo-3.1, scene: seedance-2.0}
cast:
  mara: {look: "woman in her forties, grey wool coat"}
shots:
  - id: platform
    role: scene
    camera: slow crane up
    prompt: An empty railway platform at night, wet concrete, one sodium lamp
  - id: answer
    role: hero
    prompt:
      shot: close-up
      subject: mara
      action: looks up and almost smiles
      dialogue: [{by: mara, says: I know. I was on it.}]
"""


def vidgen(*words: str) -> None:
    """Run one command of the tool; what it says is told when it fails."""
    register(None)
    result = CliRunner().invoke(app, list(words))
    if result.exit_code:
        raise SystemExit(f"vidgen {' '.join(words)}\n{result.output}")


def film(folder: Path) -> None:
    """The finished example: a moving picture, and a sheet of how each shot begins and ends."""
    project = folder / "first-pour"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("takes", "deliver", ".vidgen"))
    vidgen("make", str(project), "--animatic")
    made = project / "deliver" / "first-pour.mp4"
    board = load_source(project).board
    rate, at, places = rate_of(board), 0, []
    for slot in slots(board):
        at -= slot.transition.frames if slot.transition else 0
        places.append((at, at + slot.frames))
        at += slot.frames
    margin = 14
    early = frames_at(made, [(start + margin) / rate for start, _ in places])
    late = frames_at(made, [(end - margin) / rate for _, end in places])
    wants = [want.want_of(board, index, "final") for index in range(len(board.shots))]
    labels = [shot.id for shot in board.shots] + [str(one.model) for one in wants]
    sheet = tile([*early, *late], columns=len(places), width=160, labels=labels)
    save(sheet, "first-pour.jpg")
    moving(made, rate, folder / "frames")


def moving(made: Path, rate: Fraction, folder: Path) -> None:
    """The whole film as a small moving picture, every second frame of it."""
    folder.mkdir()
    fps, size = rate / FILM_EVERY, f"{FILM_WIDTH}:{FILM_WIDTH * 16 // 9}"
    graph = f"fps={fps},scale={size}:flags=lanczos+accurate_rnd+full_chroma_int"
    command = [binary.find().path, "-v", "error", "-i", made, "-vf", graph, folder / "%04d.png"]
    subprocess.run([str(word) for word in command], check=True)  # noqa: S603  our own words
    shown = [Image.open(path) for path in sorted(folder.glob("*.png"))]
    path = IMAGES / "first-pour.webp"
    shown[0].save(
        path,
        save_all=True,
        append_images=shown[1:],
        duration=round(1000 / fps),
        loop=0,
        quality=FILM_QUALITY,
        method=5,
    )
    tell(path)


def moves(folder: Path) -> None:
    """How each camera move begins and ends, over one still."""
    (folder / "stills").mkdir()
    shutil.copy(EXAMPLE / "stills" / "steam.jpg", folder / "stills" / "still.jpg")
    shots = "\n".join(
        f"  - {{id: m{number}, still: stills/still.jpg, camera: {words}, prompt: a move}}"
        for number, (_, words) in enumerate(MOVES)
    )
    (folder / "storyboard.yaml").write_text(MOVES_BOARD.format(shots=shots), encoding="utf-8")
    vidgen("render", str(folder), "--animatic")
    takes = [folder / "takes" / f"m{number}" / "v001.mp4" for number in range(len(MOVES))]
    cells = [first_frame(take) for take in takes] + [last_frame(take) for take in takes]
    labels = [f"{name}: first" for name, _ in MOVES] + ["last"] * len(MOVES)
    save(tile(cells, columns=len(MOVES), width=130, labels=labels), "moves.jpg")


def slate(folder: Path) -> None:
    """Two cards that stand for shots without a still."""
    (folder / "storyboard.yaml").write_text(SLATE_BOARD, encoding="utf-8")
    vidgen("render", str(folder), "--animatic")
    found = [
        frames_at(folder / "takes" / name / "v001.mp4", [Fraction(5, 2)])[0]
        for name in ("platform", "answer")
    ]
    save(tile(found, columns=2, width=480), "slates.jpg")


def save(picture: Image.Image, name: str) -> None:
    """Write one picture as JPEG."""
    path = IMAGES / name
    picture.save(path, quality=SHEET_QUALITY, optimize=True, progressive=True)
    tell(path)


def tell(path: Path) -> None:
    """Say what was made and how large it is."""
    sys.stdout.write(f"{path.name}: {path.stat().st_size / 1000:.0f} kB\n")


PICTURES: dict[str, Callable[[Path], None]] = {"film": film, "moves": moves, "slate": slate}


def main(names: Sequence[str]) -> None:
    """Make the pictures named, or all."""
    IMAGES.mkdir(exist_ok=True)
    for name in names or PICTURES:
        with tempfile.TemporaryDirectory() as folder:
            PICTURES[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
