"""`vidgen render` of a film that is finished, against `vidgen plan` of it.

    python benchmarks/nothing_to_do.py   # about two minutes, nearly all to finish the film first

Finishes a copy of the example film twice, as an animatic and as a rehearsal of the final film, and
then times what is typed again: best of --repeat runs, the two commands in turn. Both read the
storyboard, the catalogue, every take and the ledger; a second render should do no more than that.
(A plan looks at the real takes only, of which a rehearsal makes none.)
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "projects-example" / "first-pour"
WAYS = {
    "animatic": (("render", "--animatic"), ("plan", "--animatic")),
    "rehearsal": (("render", "--rehearse", "--speed", "1000"), ("plan",)),
}
"""How a film is finished, and how it is planned then."""

AIM = 1.5


def typed(command: tuple[str, ...], folder: Path) -> list[str]:
    """A command as it is typed."""
    name, *options = command
    return [str(Path(sys.executable).with_name("vidgen")), name, str(folder), *options]


def seconds(command: list[str]) -> float:
    """Seconds that a command takes; it must succeed."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=9)
    repeat = parser.parse_args().repeat
    with tempfile.TemporaryDirectory(prefix="vidgen-bench-") as name:
        folder = Path(name) / "film"
        shutil.copytree(EXAMPLE, folder)
        print(f"{'':12}{'finished in':>12}{'plan':>10}{'render again':>15}{'ratio':>8}")
        for way, (render, plan) in WAYS.items():
            first = seconds(typed(render, folder))
            plans, renders = [], []
            for _ in range(repeat):
                plans.append(seconds(typed(plan, folder)))
                renders.append(seconds(typed(render, folder)))
            print(
                f"{way:12}{first:10.1f} s{min(plans) * 1000:7.0f} ms{min(renders) * 1000:12.0f} ms"
                f"{min(renders) / min(plans):8.2f}   (aim: under {AIM})",
                flush=True,
            )


if __name__ == "__main__":
    main()
