"""Stitch against one raw ffmpeg call with the same trims, filters and encoder settings.

Run: `python benchmarks/stitch.py` (6 shots of 1080x1920, about two minutes), `--shots 60` for the
large case, `--size 270x480 --seconds 2` for a short one. Builds its own clips; prints seconds and
ratios. Aims: cold at most 1.0 of the raw call, and under 1/15 of cold when one of 60 shots has a
new take.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from vidgen.cut import Clip, Cut
from vidgen.media.binary import Ffmpeg, find
from vidgen.stitch import Preset, stitch

Made = TypeVar("Made")
RATE = Fraction(24)
HANDLE = 6
TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
# Moving pictures of different difficulty: flat, detailed, soft, grainy, busy.
PATTERNS = (
    "testsrc2=size={size}:rate=24",
    "mandelbrot=size={size}:rate=24:end_scale=0.05:end_pts=120",
    "gradients=size={size}:rate=24:speed=0.03:seed=4",
    "testsrc2=size={size}:rate=24,noise=alls=18:allf=t:all_seed=7",
    "life=size={size}:rate=24:ratio=0.1:seed=9:mold=20:life_color=orange:death_color=navy",
    "mandelbrot=size={size}:rate=24:start_scale=0.4:end_scale=0.002:end_pts=200",
)


def main() -> None:
    options = _options()
    ffmpeg = find(options.ffmpeg)
    with tempfile.TemporaryDirectory(prefix="vidgen-bench-", dir=options.folder) as name:
        folder = Path(name)
        clips = _clips(ffmpeg, folder, options)
        width, height = map(int, options.size.split("x"))
        preset = Preset("bench", width, height, speed=options.speed)
        cut = Cut("bench", RATE, clips)
        print(
            f"{len(clips)} shots, {float(cut.seconds):g} s of film, {options.size}, "
            f"{options.speed}, {options.workers} workers, ffmpeg {ffmpeg.version}"
        )
        _compare(cut, preset, ffmpeg, folder, options)


def _compare(
    cut: Cut, preset: Preset, ffmpeg: Ffmpeg, folder: Path, options: argparse.Namespace
) -> None:
    def ours(name: str, this: Cut, cache: Path) -> tuple[float, float]:
        out = folder / "film.mp4"
        work = stitch(this, preset, ffmpeg=ffmpeg, cache=cache, out=out, workers=options.workers)
        wall, cpu, made = _timed(lambda: asyncio.run(work))
        counts = f"{made.encoded} encoded, {made.reused} reused"
        print(f"  {name:<22}{wall:8.2f} s {cpu:8.2f} cpu s   {counts}", flush=True)
        return wall, cpu

    raws, colds, agains = [], [], []
    for turn in range(options.runs):
        wall, cpu, _ = _timed(lambda: _raw(cut, preset, ffmpeg, folder / "raw.mp4"))
        print(f"  {'one raw ffmpeg call':<22}{wall:8.2f} s {cpu:8.2f} cpu s", flush=True)
        raws.append((wall, cpu))
        cache = folder / f"cache{turn}"
        colds.append(ours("stitch, cold", cut, cache))
        middle = len(cut.clips) // 2
        new = replace(cut.clips[middle], digest=f"new take {turn}", start=HANDLE + 1)
        changed = replace(cut, clips=(*cut.clips[:middle], new, *cut.clips[middle + 1 :]))
        agains.append(ours("one shot has a new take", changed, cache))
        ours("nothing changed", changed, cache)
    raw, cold, again = (min(wall for wall, _ in one) for one in (raws, colds, agains))
    effort = min(cpu for _, cpu in colds) / min(cpu for _, cpu in raws)
    print(f"cold / raw            {cold / raw:8.3f}   (cpu {effort:.3f}; aim: at most 1.0)")
    print(f"one changed / cold    {again / cold:8.3f}   = 1/{cold / again:.1f} (at 60 shots: 1/15)")


def _raw(cut: Cut, preset: Preset, ffmpeg: Ffmpeg, out: Path) -> None:
    """What somebody would type: every clip in one filter graph, the encoder as it comes."""
    inputs, chains, joined = [], [], ""
    encoder = preset.encoder(cut.rate)
    for place, clip in enumerate(cut.clips):
        first, last = clip.start, clip.start + clip.frames
        samples = clip.frames * 2000
        inputs += ["-i", str(clip.path)]
        chains.append(
            f"[{place}:v]fps=24,trim=start_frame={first}:end_frame={last},setpts=PTS-STARTPTS,"
            f"scale={preset.width}:{preset.height}:flags=lanczos+accurate_rnd+full_chroma_int:"
            "out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p,"
            f"{TAGS}[v{place}];"
            f"[{place}:a]aresample=48000:async=1:first_pts=0,atrim=start_sample={first * 2000},"
            f"asetpts=PTS-STARTPTS,apad,atrim=end_sample={samples}[a{place}]"
        )
        joined += f"[v{place}][a{place}]"
    graph = ";".join([*chains, f"{joined}concat=n={len(cut.clips)}:v=1:a=1[v][a]"])
    settings = {name: value for name, value in encoder.options().items() if name != "threads"}
    video = [word for name, value in settings.items() for word in (f"-{name}", str(value))]
    command = [*inputs, "-filter_complex", graph, "-map", "[v]", "-map", "[a]", *video]
    sound = ["-c:a", "aac", "-b:a", "192k", "-ar", "48000", "-ac", "2", "-movflags", "+faststart"]
    subprocess.run(
        [str(ffmpeg.path), "-nostdin", "-loglevel", "error", "-y", *command, *sound, str(out)],
        check=True,
    )


def _clips(ffmpeg: Ffmpeg, folder: Path, options: argparse.Namespace) -> tuple[Clip, ...]:
    """As many shots as asked, of at most six files; each has its own digest, so none is shared."""
    frames = int(options.seconds * 24)
    paths = [
        _clip(ffmpeg, folder / f"take{place}.mp4", pattern.format(size=options.size), frames)
        for place, pattern in enumerate(PATTERNS[: options.shots])
    ]
    return tuple(
        Clip(f"s{shot:03}", paths[shot % len(paths)], f"take {shot}", HANDLE, frames - 2 * HANDLE)
        for shot in range(options.shots)
    )


def _clip(ffmpeg: Ffmpeg, path: Path, pattern: str, frames: int) -> Path:
    """A take as a provider sends it: 10 Mbit/s H.264 with AAC."""
    length = str(frames / 24)
    picture = ["-f", "lavfi", "-i", f"{pattern},scale=out_color_matrix=bt709,format=yuv420p,{TAGS}"]
    sound = ["-f", "lavfi", "-i", f"anoisesrc=color=pink:amplitude=0.1:d={length}:r=48000"]
    codecs = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "10M", "-c:a", "aac", "-ac", "2"]
    command = [str(ffmpeg.path), "-nostdin", "-loglevel", "error", "-y", *picture, *sound]
    subprocess.run([*command, *codecs, "-t", length, str(path)], check=True)
    return path


def _timed(work: Callable[[], Made]) -> tuple[float, float, Made]:
    """Wall seconds, processor seconds with all children, and what came out."""
    began, before = time.perf_counter(), _spent()
    made = work()
    return time.perf_counter() - began, _spent() - before, made


def _spent() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(kind)[:2]) for kind in kinds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shots", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each take")
    parser.add_argument("--size", default="1080x1920")
    parser.add_argument("--speed", default="faster", help="x264 preset of both sides")
    parser.add_argument("--runs", type=int, default=1, help="the best of so many is compared")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--ffmpeg", default=None)
    parser.add_argument("--folder", default=None, help="where to work; the system's default")
    return parser.parse_args()


if __name__ == "__main__":
    main()
