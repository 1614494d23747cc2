"""Paint and play everything the example film starts from: stills, cast pictures, the music bed.

    python projects-example/first-pour/make_assets/build.py            makes all of it
    python projects-example/first-pour/make_assets/build.py pour bed   makes some of it
    python projects-example/first-pour/make_assets/build.py --check    compares with what is there

It needs what vidgen itself needs (Pillow, and the ffmpeg of imageio-ffmpeg for the music). The
same Pillow gives the same bytes; another one may differ by a hair, so the check compares
decoded pixels and samples. It never touches the network or anything outside the example.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firstpour import cast, grind, logo, music, pour, sip, smile, steam
from PIL import Image, ImageChops, ImageStat

ROOT = Path(__file__).resolve().parent.parent
STILL = (1296, 2304)
PORTRAIT = (768, 1024)
BED = ROOT / "audio" / "bed.m4a"

Painter = Callable[[int, int], Image.Image]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: where it goes, who paints it, its size in pixels."""

    path: Path
    paint: Painter
    size: tuple[int, int]


PICTURES: dict[str, Picture] = {
    name: Picture(ROOT / folder / f"{name}.jpg", paint, size)
    for name, folder, paint, size in (
        ("grind", "stills", grind.paint, STILL),
        ("grind-end", "stills", grind.paint_end, STILL),
        ("pour", "stills", pour.paint, STILL),
        ("pour-end", "stills", pour.paint_end, STILL),
        ("steam", "stills", steam.paint, STILL),
        ("sip", "stills", sip.paint, STILL),
        ("smile", "stills", smile.paint, STILL),
        ("logo", "stills", logo.paint, STILL),
        ("barista-front", "cast", cast.paint_front, PORTRAIT),
        ("barista-side", "cast", cast.paint_side, PORTRAIT),
    )
}


def encoded(picture: Picture) -> bytes:
    """Paint a picture and compress it: JPEG, which every provider takes, with full colour."""
    store = io.BytesIO()
    image = picture.paint(*picture.size)
    image.save(store, "JPEG", quality=86, subsampling=0, optimize=True, progressive=True)
    return store.getvalue()


def difference(first: Image.Image, second: Image.Image) -> tuple[float, float]:
    """Return how far two pictures are apart, in levels: the mean, and the worst small patch."""
    if first.size != second.size:
        return 255.0, 255.0
    apart = ImageChops.difference(first.convert("RGB"), second.convert("RGB"))
    patches = apart.reduce(16)
    worst = max(high for _, high in patches.getextrema())  # type: ignore[misc]
    return sum(ImageStat.Stat(apart).mean) / 3, float(worst)


def check_picture(picture: Picture) -> str:
    """Say what is wrong with a committed picture, or nothing."""
    if not picture.path.exists():
        return "missing"
    with Image.open(picture.path) as there:
        mean, worst = difference(there, Image.open(io.BytesIO(encoded(picture))))
    return f"differs: mean {mean:.2f}, worst patch {worst:.0f}" if mean > 2 or worst > 12 else ""


def check_bed() -> str:
    """Say what is wrong with the committed music, or nothing."""
    if not BED.exists():
        return "missing"
    apart = music.difference(BED)
    return f"differs by {apart:.4f} of full scale (RMS)" if apart > 0.01 else ""


def main(arguments: list[str]) -> int:
    """Build or check; 1 when a check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join([*PICTURES, "bed"]))
    parser.add_argument("--check", action="store_true", help="compare with the files there are")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in (*PICTURES, "bed")]:
        parser.error(f"no such asset: {', '.join(unknown)}")
    faults = 0
    for name in options.names or [*PICTURES, "bed"]:
        started = time.monotonic()
        target = BED if name == "bed" else PICTURES[name].path
        if options.check:
            fault = check_bed() if name == "bed" else check_picture(PICTURES[name])
            faults += bool(fault)
            print(f"{name:14} {fault or 'as committed'}")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if name == "bed":
            music.write(target)
        else:
            target.write_bytes(encoded(PICTURES[name]))
        taken = time.monotonic() - started
        print(f"{name:14} {target.stat().st_size / 1000:6.0f} kB  {taken:5.1f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
