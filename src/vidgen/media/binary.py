"""Find the ffmpeg to use, say which it is, and test it.

Order: the one given, the one in the imageio-ffmpeg wheel, one on PATH of version 6 or newer.
Never downloads anything, never goes through a shell, and does not read VIDGEN_FFMPEG itself: the
caller passes its value.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from vidgen.errors import ToolMissing

Origin = Literal["override", "wheel", "system"]

OLDEST = 6
ENCODERS = ("libx264", "aac", "pcm_s16le")
FILTERS = (
    *("scale", "crop", "pad", "format", "setparams", "setsar", "setpts", "settb", "fps", "trim"),
    *("tpad", "xfade", "ass", "lut3d"),
    *("aresample", "aformat", "asetpts", "atrim", "apad", "afade", "amix", "alimiter", "volume"),
    *("acrossfade", "sidechaincompress", "loudnorm", "ebur128"),
)
MUXERS = ("mp4", "wav", "concat")

_MEND = (
    "run `python -m pip install --force-reinstall imageio-ffmpeg`, "
    f"or set VIDGEN_FFMPEG to the path of an ffmpeg {OLDEST} or newer"
)
_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """One ffmpeg program: where it is, what it calls itself, and how it was found."""

    path: Path
    version: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What one ffmpeg cannot do; `failure` holds its last words when the trial encode failed."""

    missing_encoders: tuple[str, ...]
    missing_filters: tuple[str, ...]
    missing_formats: tuple[str, ...]
    failure: str
    seconds: float

    @property
    def ok(self) -> bool:
        """True when nothing is missing and the trial encode came out."""
        gaps = self.missing_encoders or self.missing_filters or self.missing_formats
        return not gaps and not self.failure


def find(override: str | None = None) -> Ffmpeg:
    """The ffmpeg to use; `override` is a path or a program name. Raises ToolMissing."""
    if override:
        return _chosen(override)
    embedded = _in_wheel()
    if embedded is not None:
        version = _version(embedded)
        if version is not None:
            return Ffmpeg(embedded, version, "wheel")
    return _installed()


def major(version: str) -> int | None:
    """The release number in what ffmpeg calls itself, or None for a build from its main branch."""
    found = re.match(r"n?(\d+)\.\d", version)
    return int(found[1]) if found else None


def self_test(ffmpeg: Ffmpeg) -> SelfTest:
    """Look for every encoder, filter and format used here, then make one real second of film."""
    began = time.monotonic()
    encoders = _listed(ffmpeg.path, "-encoders")
    filters = _listed(ffmpeg.path, "-filters")
    formats = _listed(ffmpeg.path, "-formats")
    return SelfTest(
        missing_encoders=tuple(name for name in ENCODERS if name not in encoders),
        missing_filters=tuple(name for name in FILTERS if name not in filters),
        missing_formats=tuple(name for name in MUXERS if name not in formats),
        failure=_trial(ffmpeg.path),
        seconds=time.monotonic() - began,
    )


def _chosen(override: str) -> Ffmpeg:
    found = shutil.which(override)
    path = Path(found or override).expanduser()
    version = _version(path.absolute()) if path.is_file() else None
    if version is None:
        state = "does not answer as ffmpeg" if path.exists() else "does not exist"
        raise ToolMissing(
            f"VIDGEN_FFMPEG names `{override}`, which {state}",
            where="VIDGEN_FFMPEG",
            hint="unset VIDGEN_FFMPEG to use the ffmpeg that comes with vidgen, or correct it",
        )
    release = major(version)
    if release is not None and release < OLDEST:
        raise ToolMissing(
            f"VIDGEN_FFMPEG names ffmpeg {version}; vidgen needs {OLDEST} or newer",
            where="VIDGEN_FFMPEG",
            hint="unset VIDGEN_FFMPEG to use the ffmpeg that comes with vidgen",
        )
    return Ffmpeg(path.absolute(), version, "override")


def _installed() -> Ffmpeg:
    found = shutil.which("ffmpeg")
    version = _version(Path(found).absolute()) if found else None
    if not found or version is None:
        raise ToolMissing("no ffmpeg on this machine", where="ffmpeg", hint=_MEND)
    release = major(version)
    if release is not None and release < OLDEST:
        raise ToolMissing(
            f"the only ffmpeg here is {version} ({found}); vidgen needs {OLDEST} or newer",
            where="ffmpeg",
            hint=_MEND,
        )
    return Ffmpeg(Path(found).absolute(), version, "system")


def _in_wheel() -> Path | None:
    """The binary that imageio-ffmpeg carries, found without importing that package."""
    spec = importlib.util.find_spec("imageio_ffmpeg")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "binaries"
    return next((path for path in sorted(folder.glob("ffmpeg-*")) if path.is_file()), None)


def _version(path: Path) -> str | None:
    try:
        return _asked_version(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=8)
def _asked_version(path: Path, _changed: int) -> str | None:
    try:
        done = _ask(path, "-version")
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"ffmpeg version (\S+)", done.stdout)
    return found[1] if found else None


def _ask(
    path: Path, *arguments: str, folder: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  a list of our own words, no shell
        [str(path), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=_TIMEOUT,
        cwd=folder,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _listed(path: Path, what: str) -> frozenset[str]:
    """The names in the second column of `ffmpeg -encoders`, `-filters` or `-formats`."""
    try:
        lines = _ask(path, what).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    rows = (line.split() for line in lines)
    return frozenset(name for row in rows if len(row) > 1 for name in row[1].split(","))


_SUBTITLES = """[Script Info]
ScriptType: v4.00+
PlayResX: 128
PlayResY: 128

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Sans,20

[Events]
Format: Start, End, Style, Text
Dialogue: 0:00:00.00,0:00:01.00,Default,ok
"""

_TRIAL_GRAPH = (
    "[0:v]format=yuv420p[a];[1:v]format=yuv420p[b];[a][b]xfade=duration=0.5:offset=0.25,"
    "ass=trial.ass,scale=64:64:out_color_matrix=bt709:out_range=tv,format=yuv420p,"
    "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709[v];"
    "[2:a]loudnorm,aresample=48000[s]"
)


_QUIET = ("-hide_banner", "-nostdin", "-loglevel", "error")


def _trial(path: Path) -> str:
    """Encode a second with every kind of part a film needs; why it failed, or nothing."""
    sources = ["testsrc2=s=128x128:r=24:d=1", "smptebars=s=128x128:r=24:d=1", "sine=d=1"]
    inputs = [word for source in sources for word in ("-f", "lavfi", "-i", source)]
    chosen = ["-filter_complex", _TRIAL_GRAPH, "-map", "[v]", "-map", "[s]", "-t", "1"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-movflags", "+faststart"]
    with tempfile.TemporaryDirectory(prefix="vidgen-") as folder:
        (Path(folder) / "trial.ass").write_text(_SUBTITLES, encoding="utf-8")
        try:
            done = _ask(path, *_QUIET, *inputs, *chosen, *codecs, "trial.mp4", folder=folder)
        except (OSError, subprocess.SubprocessError) as error:
            return str(error)
        said = done.stderr.strip().splitlines()
        if done.returncode == 0 and (Path(folder) / "trial.mp4").is_file():
            return ""
        return said[-1] if said else "it made nothing and said nothing"
