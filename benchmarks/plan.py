"""`vidgen plan` against a bare interpreter importing the same libraries; 6 to 1,000 shots.

    python benchmarks/plan.py            # prints ratios; best of --repeat runs

The bare interpreter imports every module from outside vidgen that `vidgen plan` ends up importing,
and nothing else: what is left is vidgen's own work.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROBE = """
import sys
before = set(sys.modules)
sys.argv = ["vidgen", "plan", {path!r}, "--json"]
from vidgen.cli import main
try:
    main()
except SystemExit:
    pass
names = sorted(name for name in set(sys.modules) - before if not name.startswith("vidgen"))
print("\\n".join(names), file=sys.stderr)
"""

SHOTS = """vidgen: 1
title: Bench
budget: {credits: 1000000, rerolls: 2.5}
defaults: {role: work, duration: 5s}
rotation: {work: seedance-2.0, hero: kling-3.0, broll: hailuo-02}
shots:
"""


def storyboard(folder: Path, count: int) -> Path:
    """A storyboard of `count` shots: roles, chains, needs and structured prompts, mixed."""
    kinds = (
        "  - {{id: s{n}, prompt: The espresso pours into shot {n}, camera: slow push in}}\n",
        "  - {{id: s{n}, chain: previous, prompt: It goes on in shot {n}}}\n",
        "  - {{id: s{n}, role: hero, prompt: {{subject: cup {n}, action: steams, style: warm}}}}\n",
        "  - {{id: s{n}, needs: [audio], prompt: Rain on window {n}}}\n",
        "  - {{id: s{n}, role: work, takes: 2, seed: {n}, prompt: Steam over cup {n}}}\n",
    )
    folder.mkdir(parents=True)
    lines = [kinds[n % len(kinds)].format(n=n) for n in range(count)]
    (folder / "storyboard.yaml").write_text(SHOTS + "".join(lines), encoding="utf-8")
    return folder


def best(command: list[str], repeat: int) -> float:
    """Seconds of the quickest of `repeat` runs."""
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return min(times)


def libraries(folder: Path) -> list[str]:
    """The modules from outside vidgen that a plan imports."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(path=str(folder))],
        check=True, text=True, capture_output=True,
    )  # fmt: skip
    return done.stderr.split()


BARE = """
import importlib
for name in {names!r}:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=7)
    repeat = parser.parse_args().repeat
    with tempfile.TemporaryDirectory() as scratch:
        folders = {count: storyboard(Path(scratch) / str(count), count) for count in (6, 100, 1000)}
        bare_script = Path(scratch) / "bare.py"
        bare_script.write_text(BARE.format(names=libraries(folders[6])), encoding="utf-8")
        empty = best([sys.executable, "-c", "pass"], repeat)
        bare = best([sys.executable, str(bare_script)], repeat)
        print(f"python -c pass            {empty * 1000:7.0f} ms")
        print(f"same libraries, imported  {bare * 1000:7.0f} ms   1.00")
        for count, folder in folders.items():
            command = [str(Path(sys.executable).with_name("vidgen")), "plan", str(folder)]
            took = best(command, repeat)
            print(f"vidgen plan, {count:5} shots {took * 1000:7.0f} ms   {took / bare:.2f}")


if __name__ == "__main__":
    main()
