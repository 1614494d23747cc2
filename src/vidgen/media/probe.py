"""What a media file holds: picture, sound, container, colour tags. Reads headers, decodes next to
nothing.

Never judges (that is `check` and QC) and never guesses: a missing tag is "unknown".
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from vidgen.errors import MediaError
from vidgen.media import colour
from vidgen.media.boxes import Boxes, read_boxes, starts_as_mp4
from vidgen.media.opened import opened, picture_of


@dataclass(frozen=True, slots=True)
class Picture:
    """The video stream. `width` and `height` are as stored; `rotation` is degrees clockwise.

    `frames` are the frames shown, where the file's index tells (MP4, MOV). `start` is seconds from
    the file's beginning to the first frame.
    """

    codec: str
    profile: str
    width: int
    height: int
    rotation: int
    pixel_aspect: Fraction
    pix_fmt: str
    rate: Fraction
    frames: int | None
    start: Fraction
    duration: Fraction
    primaries: str
    transfer: str
    matrix: str
    range: str

    @property
    def aspect(self) -> Fraction:
        """Width over height as a viewer sees it: pixel shape and rotation taken in."""
        stored = self.width * self.pixel_aspect / self.height
        return stored if self.rotation % 180 == 0 else 1 / stored


@dataclass(frozen=True, slots=True)
class Sound:
    """The first audio stream; `start` and `duration` in seconds."""

    codec: str
    sample_rate: int
    channels: int
    layout: str
    start: Fraction
    duration: Fraction


@dataclass(frozen=True, slots=True)
class Probe:
    """One media file. `brand` and `faststart` are of MP4 and MOV files only; seconds are exact."""

    path: Path
    container: str
    brand: str
    faststart: bool | None
    bytes: int
    duration: Fraction
    picture: Picture | None
    sound: Sound | None


def probe(path: Path) -> Probe:
    """Look at a media file. Raises MediaError when it is not one that vidgen opens."""
    if not starts_as_mp4(path):
        return _probe(path, headers=False)
    found = _probe(path, headers=True)
    vague = found.picture is not None and found.picture.pix_fmt == colour.UNKNOWN
    return _probe(path, headers=False) if vague else found


def _probe(path: Path, *, headers: bool) -> Probe:
    with opened(path, headers=headers) as container:
        boxes = read_boxes(path) if "mp4" in container.format.name.split(",") else None
        start = Fraction(container.start_time or 0, 1_000_000)
        video = picture_of(container)
        audio = next(iter(container.streams.audio), None)
        if video is None and audio is None:
            raise MediaError("it holds neither picture nor sound", where=str(path))
        return Probe(
            path=path,
            container=container.format.name,
            brand=boxes.brand if boxes else "",
            faststart=boxes.faststart if boxes else None,
            bytes=container.size,
            duration=Fraction(container.duration or 0, 1_000_000),
            picture=_picture(container, video, boxes, start) if video is not None else None,
            sound=_sound(container, audio, start) if audio is not None else None,
        )


def _picture(
    container: InputContainer, stream: VideoStream, boxes: Boxes | None, start: Fraction
) -> Picture:
    context = stream.codec_context
    rate = stream.average_rate or stream.guessed_rate or Fraction(0)
    frames = None
    if boxes is not None and not boxes.fragmented:
        frames = sum(1 for entry in stream.index_entries if not entry.is_discard)
    first, duration = _times(container, stream, start)
    return Picture(
        codec=context.name,
        profile=context.profile or "",
        width=context.width,
        height=context.height,
        rotation=_rotation(container, stream, boxes),
        pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
        pix_fmt=context.pix_fmt or colour.UNKNOWN,
        rate=Fraction(rate),
        frames=frames,
        start=first,
        duration=duration,
        primaries=colour.PRIMARIES.get(context.color_primaries, colour.UNKNOWN),
        transfer=colour.TRANSFERS.get(context.color_trc, colour.UNKNOWN),
        matrix=colour.MATRICES.get(context.colorspace, colour.UNKNOWN),
        range=colour.RANGES.get(context.color_range, colour.UNKNOWN),
    )


def _sound(container: InputContainer, stream: AudioStream, start: Fraction) -> Sound:
    first, duration = _times(container, stream, start)
    return Sound(
        codec=stream.codec_context.name,
        sample_rate=stream.rate or 0,
        channels=stream.channels,
        layout=stream.layout.name,
        start=first,
        duration=duration,
    )


def _times(
    container: InputContainer, stream: VideoStream | AudioStream, start: Fraction
) -> tuple[Fraction, Fraction]:
    """First frame after the file's start, and length, in seconds; the file's own where untold."""
    base = stream.time_base or Fraction(0)
    first = stream.start_time * base - start if stream.start_time is not None else Fraction(0)
    if stream.duration is not None:
        return first, stream.duration * base
    return first, max(Fraction(container.duration or 0, 1_000_000) - first, Fraction(0))


def _rotation(container: InputContainer, stream: VideoStream, boxes: Boxes | None) -> int:
    """Degrees clockwise; from the index of an MP4, else from the first frame."""
    if boxes is not None:
        tracks = (track.rotation for track in boxes.tracks if track.handler == "vide")
        return next(tracks, 0)
    first = next(container.decode(stream), None)
    return -first.rotation % 360 if first is not None else 0
