"""How fast the animatic draws against real time, and how smoothly, against ffmpeg's zoompan.

Run: `python benchmarks/animatic.py` (about a minute). Draws with the real provider, workers and
encoder: clips of five seconds at 1080x1920 and 24 frames a second, one at a time and two at once.
A ratio above 1 is faster than real time. Jitter is the root mean square error of the step that
dots make from frame to frame, in pixels; zoompan is given the same still and nearly the same zoom.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.providers.animatic.pictures import busy, given, saved
from tests.providers.animatic.tracking import dots, jitter, jitter_of
from vidgen.camera import parse
from vidgen.job import Request, Running, Slate, Status, Succeeded, Ticket
from vidgen.media.binary import Ffmpeg, find
from vidgen.providers import Session
from vidgen.providers.animatic import Animatic

RATE = Fraction(24)
KINDS = {
    "upright (zoom in)": {"camera": "zoom in"},
    "in perspective (push in)": {"camera": "push in"},
    "dissolve (truck right, end still)": {"camera": "truck right", "last": "b.png"},
    "card (no still)": {},
}
MOVES = (
    "zoom in", "zoom out", "truck left", "pedestal up", None, "push in", "pan left", "tilt up",
    "crane up", "roll clockwise", "orbit right", "handheld",
)  # fmt: skip
ZOOM = 0.15


def main() -> None:
    options = _options()
    ffmpeg = find(options.ffmpeg)
    width, height = map(int, options.size.split("x"))
    with tempfile.TemporaryDirectory(prefix="vidgen-bench-") as name:
        folder = Path(name)
        for seed, still in enumerate(("a.png", "b.png")):
            saved(busy((width * 6 // 5, height * 6 // 5), seed), folder / still)
        print(
            f"{options.size}, {float(RATE):g} frames a second, {options.seconds:g} s a clip, "
            f"{os.cpu_count()} cores, ffmpeg {ffmpeg.version}\n"
        )
        _speed(Session(folder, folder / "scratch", ffmpeg.path), (width, height), options)
        if not options.no_jitter:
            _smoothness(ffmpeg, folder)


def _speed(session: Session, size: tuple[int, int], options: argparse.Namespace) -> None:
    print(f"{'':36}{'seconds':>9}{'x real time':>13}{'CPU s':>8}{'CPU ms a frame':>16}")
    for name, kind in KINDS.items():
        for clips in (1, 2):
            asked = [_asked(kind, size, options.seconds) for _ in range(clips)]
            wall, cpu = asyncio.run(_made(session, asked, f"{name} {clips}"))
            film = clips * options.seconds
            frames = float(film * float(RATE))
            label = name if clips == 1 else "  two at once"
            print(
                f"{label:36}{wall:9.2f}{film / wall:13.2f}{cpu:8.2f}{cpu / frames * 1000:16.1f}",
                flush=True,
            )


def _asked(kind: dict[str, str], size: tuple[int, int], seconds: float) -> Request:
    still = "camera" in kind
    return Request(
        kind="video",
        mode="first_frame" if still else "text",
        model="animatic",
        provider="animatic",
        endpoint="",
        prompt="",
        aspect="",
        resolution="",
        width=size[0],
        height=size[1],
        rate=RATE,
        duration=Decimal(str(seconds)),
        first_frame=given("a.png") if still else None,
        last_frame=given(kind["last"]) if "last" in kind else None,
        camera=parse(kind["camera"]) if still else None,
        slate=Slate("sip", "veo-3.1", "A barista takes the first sip.", Decimal(str(seconds))),
    )


async def _made(session: Session, asked: list[Request], name: str) -> tuple[float, float]:
    """Seconds by the clock and of processors, for clips asked for at once."""
    provider = Animatic(session)
    began, spent = time.perf_counter(), _children()
    tickets = [
        await provider.submit(request, idempotency=f"{name} {number}")
        for number, request in enumerate(asked)
    ]
    for ticket in tickets:
        status = await _settled(provider, ticket)
        assert isinstance(status, Succeeded), status
    wall = time.perf_counter() - began
    del provider  # its workers end, and their time is told
    return wall, _children() - spent


async def _settled(provider: Animatic, ticket: Ticket) -> Status:
    while True:
        status = await provider.poll(ticket)
        if not isinstance(status, Running):
            return status
        await asyncio.sleep(0.01)


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _smoothness(ffmpeg: Ffmpeg, folder: Path) -> None:
    size, frames = (540, 960), 72
    theirs = _zoompan(ffmpeg, folder, size, frames)
    print(f"\n{'jitter, pixels (540x960, 3 s)':36}{'rms':>9}{'of zoompan':>13}")
    print(f"{'ffmpeg zoompan':36}{theirs:9.3f}{1:13.2f}")
    for words in MOVES:
        ours = jitter_of(words, size, frames)
        print(f"{words or '(no camera)':36}{ours:9.3f}{ours / theirs:13.2f}", flush=True)


def _zoompan(ffmpeg: Ffmpeg, folder: Path, size: tuple[int, int], frames: int) -> float:
    """The jitter of the zoom that everyone writes first."""
    picture, places = dots(size)
    still = folder / "dots.png"
    picture.save(still)
    width, height = size
    zoompan = (
        f"zoompan=z=1+{ZOOM}*on/{frames - 1}:x=iw/2-iw/zoom/2:y=ih/2-ih/zoom/2"
        f":d={frames}:s={width}x{height}:fps=24,format=gray"
    )
    command = [
        str(ffmpeg.path), "-nostdin", "-loglevel", "error", "-i", str(still), "-vf", zoompan,
        "-frames:v", str(frames), "-f", "rawvideo", "-",
    ]  # fmt: skip
    data = subprocess.run(command, capture_output=True, check=True).stdout
    film = np.frombuffer(data, "uint8").reshape(frames, height, width).astype(float)
    ideal = []
    for frame in range(frames):
        zoom = 1 + ZOOM * frame / (frames - 1)
        ideal.append(
            [
                ((x - width / 2) * zoom + width / 2, (y - height / 2) * zoom + height / 2)
                for x, y in places
            ]
        )
    return jitter(lambda index: film[index], ideal)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1080x1920")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--ffmpeg", help="another ffmpeg than the one vidgen finds")
    parser.add_argument("--no-jitter", action="store_true", help="speed alone")
    return parser.parse_args()


if __name__ == "__main__":
    main()
