"""ffmpeg command lines as pure functions: values in, argv out. Built with ffmpeg-python's graph,
never run by it.

Every filter argument is passed by keyword (positional ones are escaped twice), every path as
`file:` plus an absolute path, every input under the closed lists of `allowed`. Text of a user's
gets into no filter. What comes back starts after the program's name and global flags, which `run`
puts in front.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import ffmpeg

from vidgen.media.allowed import FORMATS, MAX_PIXELS, PROTOCOLS
from vidgen.media.colour import ACCURATE, Colour
from vidgen.media.framing import Framing

SAMPLE_RATE = 48_000
B_FRAMES = 2
Blend = Literal["fade", "wipeleft", "wiperight", "black", "white"]
# The same stream under two names: a take that runs into itself would else be one node used twice.
_SIDES = ("v", "v:0")
DIPS = ("black", "white")

_TAGS = {
    "color_primaries": "bt709",
    "color_trc": "bt709",
    "colorspace": "bt709",
    "color_range": "tv",
}
_SETPARAMS = {
    "range": "tv",
    "color_primaries": "bt709",
    "color_trc": "bt709",
    "colorspace": "bt709",
}
_AAC = {"c:a": "aac", "b:a": "192k", "ar": SAMPLE_RATE, "ac": 2, "flags:a": "+bitexact"}
_CLEAN = {"fflags": "+bitexact", "map_metadata": -1}
_STEREO = {"sample_rates": SAMPLE_RATE, "channel_layouts": "stereo"}


@dataclass(frozen=True, slots=True)
class H264:
    """Encoder settings; one thread, so that the same input gives the same bytes.

    `gop` in frames; `ceiling` in kbit/s, 0 for none; `chroma` moves the quantizer of colours alone.
    """

    crf: int
    speed: str
    gop: int
    ceiling: int = 0
    chroma: int = 0

    def options(self) -> dict[str, Any]:
        """The output options, as ffmpeg-python takes them."""
        colours = f":chroma-qp-offset={self.chroma}" if self.chroma else ""
        capped = {"maxrate": f"{self.ceiling}k", "bufsize": f"{self.ceiling * 3 // 2}k"}
        return {
            "c:v": "libx264",
            "preset": self.speed,
            "profile:v": "high",
            "crf": self.crf,
            **(capped if self.ceiling else {}),
            "g": self.gop,
            "keyint_min": max(1, self.gop // 2),
            "bf": B_FRAMES,
            # stitchable: the same headers whatever the content, so that segments join by copying.
            "x264-params": f"open-gop=0:stitchable=1{colours}",
            "threads": 1,
            "flags:v": "+bitexact",
            "pix_fmt": "yuv420p",
            **_TAGS,
        }


@dataclass(frozen=True, slots=True)
class Source:
    """A stretch of a take: `start` and `frames` count at `rate`, once the take runs at it.

    `begins` is where the take's first frame stands in its file, in seconds.
    """

    path: Path
    start: int
    frames: int
    rate: Fraction
    framing: Framing
    colour: Colour
    pix_fmt: str
    size: tuple[int, int]
    begins: Fraction = Fraction(0)


def timescale(rate: Fraction) -> int:
    """Ticks a second in which every frame lasts a whole number of ticks."""
    ticks = rate.numerator
    while ticks < 10_000:
        ticks *= 10
    return ticks


def file_url(path: Path) -> str:
    """A path that no name can turn into a protocol, an option or a pattern."""
    return f"file:{path.absolute()}"


def take_from_frames(
    size: tuple[int, int], rate: Fraction, encoder: H264, output: Path
) -> tuple[str, ...]:
    """RGB24 frames on stdin to an MP4 with bt709 colours, no sound."""
    frames = ffmpeg.input(
        "pipe:0",
        f="rawvideo",
        pix_fmt="rgb24",
        video_size=size,
        framerate=_ratio(rate),
        protocol_whitelist="pipe",
    )
    picture = frames.video.filter(
        "scale", out_color_matrix="bt709", out_range="tv", flags=f"bicubic+{ACCURATE}"
    )
    return _argv([_tagged(picture)], output, {**encoder.options(), **_mp4(rate)})


def conform(
    source: Source, raster: tuple[int, int], encoder: H264, output: Path
) -> tuple[str, ...]:
    """One stretch of a take as a segment: exactly its frames, the raster, bt709, no sound."""
    picture = _tagged(_framed(source, raster))
    held = picture.filter("tpad", stop_mode="clone", stop=source.frames)
    options = {**encoder.options(), **_mp4(source.rate), "frames:v": source.frames}
    return _argv([held], output, options)


def transition(
    leaving: Source,
    coming: Source,
    kind: Blend,
    raster: tuple[int, int],
    encoder: H264,
    output: Path,
) -> tuple[str, ...]:
    """The overlap of two takes as a segment; both sources are as long as the transition."""
    blend = _dip if kind in DIPS else _crossed
    picture = _tagged(blend(leaving, coming, kind, raster))
    options = {**encoder.options(), **_mp4(coming.rate), "frames:v": coming.frames}
    return _argv([picture], output, options)


def _crossed(leaving: Source, coming: Source, kind: str, raster: tuple[int, int]) -> Any:
    """Both pictures at once. xfade blends planes of one size, so chroma is brought up and back."""
    frames, rate = coming.frames, coming.rate
    sides = [
        _framed(side, raster, pick)
        .filter("scale", flags=f"bicubic+{ACCURATE}")
        .filter("format", pix_fmts="yuv444p")
        .filter("setparams", **_SETPARAMS)
        .filter("tpad", stop_mode="clone", stop=frames)
        .filter("trim", end_frame=frames)
        for side, pick in zip((leaving, coming), _SIDES, strict=True)
    ]
    length = f"{frames * rate.denominator * 1_000_000 // rate.numerator}us"
    blended = ffmpeg.filter(sides, "xfade", transition=kind, duration=length, offset=0)
    return blended.filter("scale", flags=f"bicubic+{ACCURATE}")


def _dip(leaving: Source, coming: Source, kind: str, raster: tuple[int, int]) -> Any:
    """Out to a colour, then in from it, half and half. (xfade's own goes below legal black.)"""
    frames = coming.frames
    half = frames // 2
    out = _tagged(_framed(leaving, raster, _SIDES[0])).filter(
        "tpad", stop_mode="clone", stop=frames
    )
    out = out.filter("trim", end_frame=half).filter(
        "fade", type="out", start_frame=0, nb_frames=half, color=kind
    )
    back = _tagged(_framed(coming, raster, _SIDES[1])).filter(
        "tpad", stop_mode="clone", stop=frames
    )
    back = (
        back.filter("trim", start_frame=half, end_frame=frames)
        .filter("setpts", expr="PTS-STARTPTS")
        .filter("fade", type="in", start_frame=0, nb_frames=frames - half, color=kind)
    )
    return ffmpeg.filter([out, back], "concat", n=2, v=1, a=0) if half else back


def sound_of(
    path: Path, channels: int, first_sample: int, samples: int, output: Path
) -> tuple[str, ...]:
    """A stretch of a take's sound as 16 bit 48 kHz stereo WAV, silent where the take has ended."""
    sound = _heard(path, channels, first_sample, samples, "s16")
    return _argv([sound], output, {"c:a": "pcm_s16le", "f": "wav", **_CLEAN})


def dubbed(clip: Path, sound: Path, channels: int, samples: int, output: Path) -> tuple[str, ...]:
    """A clip's picture as it is, in MP4, with so many samples of another file's sound under it."""
    heard = _heard(sound, channels, 0, samples, "fltp")
    options = {"c:v": "copy", **_AAC, "f": "mp4", **_CLEAN}
    return _argv([_input(clip).video, heard], output, options)


@dataclass(frozen=True, slots=True)
class Bed:
    """Music under a programme: gain in dB, fades in samples; repeated to the programme's end."""

    path: Path
    channels: int
    gain: Decimal
    fade_in: int
    fade_out: int


def programme(pcm: Path, samples: int, bed: Bed | None, output: Path) -> tuple[str, ...]:
    """The film's whole sound, once, as AAC in MP4: raw 16 bit 48 kHz stereo, and music under it."""
    said = ffmpeg.input(
        file_url(pcm), f="s16le", ar=SAMPLE_RATE, ch_layout="stereo", protocol_whitelist="file"
    ).audio
    if bed is not None:
        said = ffmpeg.filter(
            [said.filter("aformat", sample_fmts="fltp", **_STEREO), _bed(bed, samples)],
            "amix",
            inputs=2,
            duration="first",
            normalize=0,
        ).filter("alimiter", limit=0.891, level=0, attack=5, release=50, latency=1)
    whole = said.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
    return _argv([whole], output, {**_AAC, "f": "mp4", **_CLEAN})


def join(
    listing: Path,
    sound: Path,
    rate: Fraction,
    title: str,
    index_bytes: int,
    output: Path,
) -> tuple[str, ...]:
    """Segments named in an ffconcat list, and the programme's sound, copied into one MP4.

    `index_bytes` are kept free at the front for the index, so that it comes first without a second
    pass over the film; 0 asks for that second pass.
    """
    picture = ffmpeg.input(
        file_url(listing),
        f="concat",
        protocol_whitelist="file",
        format_whitelist="concat,mov,mp4,m4a,3gp,3g2,mj2",
    ).video
    front: dict[str, Any] = (
        {"moov_size": index_bytes} if index_bytes else {"movflags": "+faststart"}
    )
    options = {
        "c": "copy",
        # Every frame in its own tick: a segment of one or two frames has no room for B-frames, and
        # the encoder dates it differently. B_FRAMES deep, the first frame is decoded that early.
        "bsf:v": f"setts=pts=PTS:dts=(N-{B_FRAMES})*{rate.denominator}/{rate.numerator}/TB",
        "f": "mp4",
        "video_track_timescale": timescale(rate),
        **front,
        **_CLEAN,
        **({"metadata": f"title={title}"} if title else {}),
    }
    return _argv([picture, _input(sound).audio], output, options)


def _bed(bed: Bed, samples: int) -> Any:
    fade_out = min(bed.fade_out, samples)
    music = (
        _both_ears(_input(bed.path, stream_loop=-1).audio, bed.channels)
        .filter("aresample", osr=SAMPLE_RATE)
        .filter("aformat", sample_fmts="fltp", **_STEREO)
        .filter("atrim", end_sample=samples)
        .filter("asetpts", expr="PTS-STARTPTS")
        .filter("volume", volume=f"{bed.gain:f}dB")
    )
    if bed.fade_in:
        music = music.filter("afade", type="in", start_sample=0, nb_samples=bed.fade_in)
    if fade_out:
        music = music.filter(
            "afade", type="out", start_sample=samples - fade_out, nb_samples=fade_out
        )
    return music


def _framed(source: Source, raster: tuple[int, int], pick: str = "v") -> Any:
    """The stretch at the cut's rate, put into the raster; colours bt709, not yet a pixel format."""
    skip = _skipped(source)
    first = source.start - skip
    picture = (
        _at_rate(source, skip, pick)
        .filter("trim", start_frame=first, end_frame=first + source.frames)
        .filter("setpts", expr="PTS-STARTPTS")
    )
    framing = source.framing
    same = source.size == (framing.width, framing.height) and source.pix_fmt == "yuv420p"
    if not (same and (source.colour.matrix, source.colour.range) == ("bt709", "tv")):
        picture = picture.filter(
            "scale",
            w=framing.width,
            h=framing.height,
            in_color_matrix=source.colour.matrix,
            in_range=source.colour.range,
            out_color_matrix="bt709",
            out_range="tv",
            flags=f"lanczos+{ACCURATE}",
        )
    width, height = raster
    if framing.how == "crop":
        picture = picture.filter("crop", w=width, h=height, x=framing.x, y=framing.y)
    elif framing.how == "pad":
        picture = picture.filter("pad", w=width, h=height, x=framing.x, y=framing.y, color="black")
    return picture.filter("setsar", sar=1)


def _heard(path: Path, channels: int, first_sample: int, samples: int, form: str) -> Any:
    """A stretch of a file's sound at 48 kHz, silent where that has ended."""
    return (
        _both_ears(_input(path).audio, channels)
        .filter("aresample", osr=SAMPLE_RATE, **{"async": 1, "first_pts": 0})
        .filter("aformat", sample_fmts=form, **_STEREO)
        .filter("atrim", start_sample=first_sample, end_sample=first_sample + samples)
        .filter("asetpts", expr="PTS-STARTPTS")
        .filter("apad", whole_len=samples)
        .filter("atrim", end_sample=samples)
    )


def _both_ears(sound: Any, channels: int) -> Any:
    """Mono goes to both sides at full level; left to itself ffmpeg makes it 3 dB quieter."""
    return sound.filter("pan", args="stereo|c0=c0|c1=c0") if channels == 1 else sound


def _at_rate(source: Source, skip: int, pick: str) -> Any:
    """The take at the cut's rate; its frames land on the same grid with and without skipping."""
    rate = _ratio(source.rate)
    if not skip:
        whole = _input(source.path)[pick].filter("setpts", expr="PTS-STARTPTS")
        return whole.filter("fps", fps=rate, round="near")
    later = _input(source.path, ss=_seconds(skip / source.rate + source.begins))
    return later[pick].filter("fps", fps=rate, round="near", start_time=0)


def _skipped(source: Source) -> int:
    """Frames of a long take that need not be decoded: all but a second before the stretch."""
    second = math.ceil(source.rate)
    return source.start - second if source.start > 4 * second else 0


def _tagged(picture: Any) -> Any:
    return picture.filter("format", pix_fmts="yuv420p").filter("setparams", **_SETPARAMS)


def _input(path: Path, **options: Any) -> Any:
    return ffmpeg.input(
        file_url(path),
        protocol_whitelist=PROTOCOLS,
        format_whitelist=FORMATS,
        max_pixels=MAX_PIXELS,
        **options,
    )


def _mp4(rate: Fraction) -> dict[str, Any]:
    return {"f": "mp4", "video_track_timescale": timescale(rate), **_CLEAN}


def _ratio(rate: Fraction) -> str:
    return f"{rate.numerator}/{rate.denominator}"


def _seconds(seconds: Fraction) -> str:
    """Decimal seconds, to the microsecond."""
    micros = round(seconds * 1_000_000)
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def _argv(streams: list[Any], output: Path, options: dict[str, Any]) -> tuple[str, ...]:
    return tuple(ffmpeg.get_args(ffmpeg.output(*streams, file_url(output), **options)))
