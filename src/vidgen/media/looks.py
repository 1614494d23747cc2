"""What a clip or a still looks and sounds like: black, stillness, sound, likeness.

A clip is decoded once, to its end, and measured on small grey pictures on the way, so that looking
costs little more than decoding. Never judges: what is a fault is for `render` to say. Only damage
is refused here, with MediaError.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from PIL import Image, ImageChops

from vidgen.errors import MediaError
from vidgen.media import colour
from vidgen.media.likeness import best_likeness, grey, whole_still
from vidgen.media.opened import opened, picture_of
from vidgen.media.probe import Picture, probe

PATCH = 15
"""Movement is looked for in patches of this many small pixels a side: often only lips move."""

SIDE = 16 * PATCH
"""The longer side of the small pictures in pixels: an eighth of 1080x1920."""

MOVED = 1.0
"""Mean change of a patch, of 255, from which it has moved.

Measured on clips of 4 s made of the example film's stills: a picture that never moves holds for all
of it at every quality tried (crf 12 to 33). A camera that pushes in by 1 % holds for 0.33 s, by 2 %
for 0.21 s, by 5 % in the night for 0.29 s, a mouth 10 pixels wide for 0.29 s, and a camera that
comes gently to rest for 0.79 s.
"""

REDRAWN = 4.0
"""The same at a key frame, where an encoder draws anew what has not moved: 1 to 3.25 measured."""

DARK = 16
"""The brightest of 255 greys that counts as black: what a fade and an encoder leave of it."""

BLACK_SHARE = 0.995
"""The share of a picture that is dark where all is black: a small light in the night is more."""

HEARD = 33
"""The peak of 16-bit samples from which something can be heard: -60 dB of full scale."""

SEAM_FRAMES = 8
"""How many first frames a seam is looked for in: models repeat or skip some as they begin."""

_FINE = 4
_FINER = [min(255, _FINE * grey) for grey in range(256)]
"""Changes times four, since the mean of a patch is rounded to a whole number."""
_LOST = Fraction(3, 4)
"""Frames that may be missing at the end by the container's clock, which some round."""
_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}
_Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a clip, in seconds from its first frame."""

    start: Fraction
    end: Fraction

    @property
    def seconds(self) -> Fraction:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Looks:
    """A clip that decodes to its end.

    `width` and `height` are as a viewer sees it: turned, with pixels made square. `seconds` is
    frames over rate. In each of `still` (a frame or more, black left out) nothing moves. `heard` is
    False where there is no sound or it is silent throughout. `likeness` is that of the first frame
    to the picture it was given, `seam` that of the most alike of the first eight frames to the
    frame before them: 1 is the same picture, None is nothing that could be compared with.
    """

    width: int
    height: int
    frames: int
    rate: Fraction
    seconds: Fraction
    black: tuple[Span, ...]
    still: tuple[Span, ...]
    has_sound: bool
    heard: bool
    likeness: float | None = None
    seam: float | None = None


@dataclass(frozen=True, slots=True)
class StillLooks:
    """A still that decodes wholly; `width` and `height` as a viewer sees it."""

    width: int
    height: int
    black: bool


def look(path: Path, *, first: Path | None = None, seam: Path | None = None) -> Looks:
    """Decode a clip to its end and measure it; `first` and `seam` are stills to compare it with.

    Raises MediaError when it has no picture, is cut off, or is damaged anywhere. A still that
    cannot be read is not compared with: that is no fault of the clip.
    """
    found = probe(path)
    picture = found.picture
    if picture is None:
        raise MediaError("the clip has no picture", where=str(path))
    if not picture.rate:
        raise MediaError("the clip does not tell its frame rate", where=str(path))
    watched = _Watched(picture)
    _watch(path, watched)
    if not watched.times:
        raise MediaError("the clip has no frame that decodes", where=str(path))
    if watched.broken:
        places = "one place" if watched.broken == 1 else f"{watched.broken} places"
        raise MediaError(f"the clip is damaged in {places}", where=str(path))
    if watched.cut_off:
        words = f"it ends after {len(watched.times)} frames, {float(watched.end):.2f}s"
        raise MediaError(f"the clip is cut off: {words}", where=str(path))
    width, height = _shown(picture)
    opening, aspect = watched.opening, Fraction(width, height)
    return Looks(
        width=width,
        height=height,
        frames=len(watched.times),
        rate=picture.rate,
        seconds=len(watched.times) / picture.rate,
        black=watched.spans(watched.black, before=0),
        still=watched.spans(watched.held, before=1),
        has_sound=found.sound is not None,
        heard=watched.heard,
        likeness=_compared(opening[:1], first, watched.matrix, aspect),
        seam=_compared(opening, seam, watched.matrix, aspect),
    )


def look_at_still(path: Path) -> StillLooks:
    """Decode a PNG, JPEG or WebP wholly. Raises MediaError when it is another thing or damaged."""
    picture = whole_still(path)
    dark = picture.convert("L").reduce(max(1, max(picture.size) // SIDE))
    return StillLooks(picture.width, picture.height, _is_black(dark))


# -- one pass -----------------------------------------------------------------------------------


@dataclass
class _Watched:
    """What a decode pass has seen so far."""

    picture: Picture
    times: list[Fraction] = field(default_factory=list)
    black: list[bool] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    opening: list[Image.Image] = field(default_factory=list)
    end: Fraction = Fraction(0)
    broken: int = 0
    heard: bool = False
    cut_off: bool = False
    matrix: str = "bt709"
    _started: int = 0
    _reference: Image.Image | None = None
    _scaler: VideoReformatter = field(default_factory=VideoReformatter)

    def see(self, frame: VideoFrame) -> None:
        """Measure one frame, in the order shown."""
        small = self._small(frame)
        if len(self.opening) < SEAM_FRAMES:
            self.opening.append(_upright(small, frame))
        self._clock(frame)
        dark = _is_black(small)
        change = 0.0 if self._reference is None else _change(small, self._reference)
        held = not dark and self._reference is not None
        held = held and change < (REDRAWN if frame.key_frame else MOVED)
        # Held against where the stillness began, so that slow movement adds up.
        if not held or change >= MOVED:
            self._reference = None if dark else small
        self.black.append(dark)
        self.held.append(held)

    def hear(self, frame: AudioFrame) -> None:
        """Listen until something is heard; each channel by itself, as a mix can cancel out."""
        if self.heard:
            return
        for heard in AudioResampler(format="s16").resample(frame):
            size = heard.samples * len(heard.layout.channels) * 2
            samples = memoryview(bytes(heard.planes[0]))[:size].cast("h")
            self.heard = self.heard or _peak(samples) >= HEARD

    def spans(self, marks: Sequence[bool], *, before: int) -> tuple[Span, ...]:
        """Runs of marked frames as stretches of time, with `before` frames more at their start."""
        edges = [*self.times, self.end]
        found, at = [], 0
        for marked, run in groupby(marks):
            count = len(list(run))
            if marked:
                found.append(Span(edges[at - before], edges[at + count]))
            at += count
        return tuple(found)

    def _clock(self, frame: VideoFrame) -> None:
        each = 1 / self.picture.rate
        if frame.pts is None or frame.time_base is None:
            self.times.append(self.end)
            self.end += each
            return
        if not self.times:
            self._started = frame.pts
        at = (frame.pts - self._started) * frame.time_base
        self.times.append(at)
        self.end = at + (frame.duration * frame.time_base if frame.duration else each)

    def _small(self, frame: VideoFrame) -> Image.Image:
        if not self.times:
            as_ = colour.read_as(
                (frame.width, frame.height),
                frame.format.name,
                colour.MATRICES.get(int(frame.colorspace), colour.UNKNOWN),
                colour.RANGES.get(int(frame.color_range), colour.UNKNOWN),
            )
            self.matrix = as_.matrix
        stored = Fraction(frame.width, frame.height) * self.picture.pixel_aspect
        width, height = _patches(stored)
        grey = self._scaler.reformat(frame, width, height, "gray", interpolation="AREA")
        plane = grey.planes[0]
        return Image.frombuffer("L", (width, height), bytes(plane), "raw", "L", plane.line_size, 1)


def _watch(path: Path, watched: _Watched) -> None:
    """Decode everything; what fails is counted, since the rest must be known to tell how bad."""
    with opened(path, doing="decode it") as container:
        stream = picture_of(container)
        if stream is None:
            raise MediaError("the clip has no picture", where=str(path))
        stream.thread_type = "AUTO"
        for packet in container.demux(stream, *container.streams.audio[:1]):
            watched.broken += packet.is_corrupt
            try:
                frames = packet.decode()
            except av.FFmpegError:
                watched.broken += 1
                continue
            for frame in frames:
                if isinstance(frame, VideoFrame):
                    watched.broken += frame.is_corrupt
                    watched.see(frame)
                elif isinstance(frame, AudioFrame):
                    watched.broken += frame.is_corrupt
                    watched.hear(frame)
        watched.cut_off = _cut_off(stream, watched)


def _cut_off(stream: VideoStream, watched: _Watched) -> bool:
    """Whether there is less than the index or the container's clock says."""
    indexed = watched.picture.frames
    if indexed is not None:
        return len(watched.times) < indexed
    told = _told(stream)
    return told is not None and told - watched.end > _LOST / watched.picture.rate


def _told(stream: VideoStream) -> Fraction | None:
    """The picture's length by the container: Matroska has it as a tag, as `00:00:02.000000000`."""
    tag = re.fullmatch(r"(\d\d):(\d\d):(\d\d\.\d{1,9})", stream.metadata.get("DURATION", ""))
    if tag is not None:
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + Fraction(tag[3])
    if stream.duration is not None and stream.time_base is not None:
        return stream.duration * stream.time_base
    return None


# -- small pictures -----------------------------------------------------------------------------


def _patches(aspect: Fraction) -> _Size:
    """The size of the small pictures: whole patches, so that none at the edge is a sliver."""
    short = max(1, round(SIDE * min(aspect, 1 / aspect) / PATCH)) * PATCH
    return (SIDE, short) if aspect >= 1 else (short, SIDE)


def _shown(picture: Picture) -> _Size:
    """Width and height as a viewer sees them: turned, the pixels made square."""
    size = (round(picture.width * picture.pixel_aspect), picture.height)
    return size if picture.rotation % 180 == 0 else size[::-1]


def _upright(small: Image.Image, frame: VideoFrame) -> Image.Image:
    turn = _TURNS.get(frame.rotation % 360)
    return small.transpose(turn) if turn is not None else small


def _is_black(small: Image.Image) -> bool:
    return sum(small.histogram()[: DARK + 1]) >= BLACK_SHARE * small.width * small.height


def _compared(
    frames: Sequence[Image.Image], with_: Path | None, matrix: str, aspect: Fraction
) -> float | None:
    if with_ is None:
        return None
    try:
        return best_likeness(frames, grey(with_, matrix), aspect)
    except MediaError:
        return None


def _peak(samples: Sequence[int]) -> int:
    return max(max(samples, default=0), -min(samples, default=0))


def _change(one: Image.Image, other: Image.Image) -> float:
    """The mean change of the patch that changed most, in greys of 255."""
    change = ImageChops.difference(one, other).point(_FINER).reduce(PATCH)
    return max(change.tobytes()) / _FINE
