"""Frames out of a clip, exactly: the last one, the first, any one, how many, and a contact sheet.

Decodes with PyAV and converts by the accurate path of `colour`, so that a chain of clips keeps
its colours.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageDraw, ImageFont

from vidgen.errors import MediaError
from vidgen.media import colour
from vidgen.media.opened import opened, picture_of

# Seconds before the end to start decoding from: a key frame is nearly always that near. None:
# from the start.
_TAILS = (0, 1, 5, 30, None)
# Seconds that a container's clock may be off: WebM rounds to whole milliseconds.
_CLOCK = Fraction(2, 1000)
_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


def first_frame(path: Path) -> Image.Image:
    """The first frame shown, as RGB. Raises MediaError."""
    return frame_at(path, 0)


def last_frame(path: Path) -> Image.Image:
    """The very last frame shown, as RGB, whatever the index claims. Raises MediaError."""
    for back in _TAILS:
        frame = _last_from(path, back)
        if frame is not None:
            return _rgb(frame)
    raise MediaError("no frame of it can be decoded", where=str(path))


def frame_at(path: Path, index: int) -> Image.Image:
    """Frame `index`, counted from 0 in the order shown, as RGB. Raises MediaError."""
    count = 0
    with opened(path, doing=f"take frame {index} of it") as container:
        for frame in container.decode(_video(container, path)):
            if count == index:
                return _rgb(frame)
            count += 1
    raise MediaError(f"it has no frame {index}: it ends after {count}", where=str(path))


def save(picture: Image.Image, path: Path) -> None:
    """Keep a picture as PNG: whole under its name, or not at all. Safe in several threads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.{os.getpid()}-{threading.get_ident()}.part")
    picture.save(part, format="PNG", compress_level=3)
    part.replace(path)


def count_frames(path: Path) -> int:
    """How many frames really decode: slower than `probe`, and never wrong. Raises MediaError."""
    with opened(path, doing="count its frames") as container:
        return sum(1 for _ in container.decode(_video(container, path)))


def frames_at(path: Path, seconds: Sequence[Fraction]) -> list[Image.Image]:
    """The frames shown at those times (in rising order), by seeking to each. Raises MediaError."""
    with opened(path, doing="take frames of it") as container:
        stream = _video(container, path)
        found = [_shown_at(container, stream, at) for at in seconds]
    if any(frame is None for frame in found):
        raise MediaError("no frame of it can be decoded", where=str(path))
    return [_rgb(frame) for frame in found if frame is not None]


def played(path: Path, rate: Fraction, count: int, *, hold: bool) -> Iterator[Image.Image]:
    """Up to `count` frames at `rate` from the beginning, each the one that is shown then, as RGB.

    A clip that ends before stands on its last frame with `hold`, and is over without. Frames that
    follow each other and are the same are one picture. Raises MediaError.
    """
    given, last = 0, None
    with opened(path, doing="play it") as container:
        for frame, until in _spans(container, _video(container, path)):
            picture = None
            while given < count and given / rate + _CLOCK < until:
                picture = picture if picture is not None else _rgb(frame)
                yield picture
                given += 1
            if given == count:
                return
            last = picture if picture is not None else frame
    if last is None:
        raise MediaError("no frame of it can be decoded", where=str(path))
    still = _rgb(last) if isinstance(last, VideoFrame) else last
    for _ in range(given, count if hold else max(given, 1)):
        yield still


def contact_sheet(path: Path, *, columns: int = 6, rows: int = 2, width: int = 240) -> Image.Image:
    """Evenly spaced frames of a film on one RGB sheet; `width` of a cell in pixels."""
    with opened(path) as container:
        stream = _video(container, path)
        base = stream.time_base or Fraction(1, 1_000_000)
        length = (
            stream.duration * base
            if stream.duration
            else Fraction(container.duration or 0, 1_000_000)
        )
    count = columns * rows
    cells = frames_at(path, [length * (2 * cell + 1) / (2 * count) for cell in range(count)])
    return tile(cells, columns=columns, width=width)


def tile(
    cells: Sequence[Image.Image],
    *,
    columns: int,
    width: int = 240,
    labels: Sequence[str] = (),
    gap: int = 8,
    ground: tuple[int, int, int] = (18, 18, 20),
) -> Image.Image:
    """Pictures of one shape in a grid; `labels`, one a cell, stand under them."""
    height = round(width * cells[0].height / cells[0].width)
    caption = width // 10 if labels else 0
    rows = -(-len(cells) // columns)
    size = (gap + columns * (width + gap), gap + rows * (height + caption + gap))
    sheet = Image.new("RGB", size, ground)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(max(10, round(caption * 0.6)))
    for place, cell in enumerate(cells):
        x = gap + place % columns * (width + gap)
        y = gap + place // columns * (height + caption + gap)
        sheet.paste(cell.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3), (x, y))
        if labels:
            middle = (x + width / 2, y + height + caption / 2)
            pen.text(middle, labels[place], font=font, fill=(225, 225, 228), anchor="mm")
    return sheet


def _video(container: InputContainer, path: Path) -> VideoStream:
    stream = picture_of(container)
    if stream is None:
        raise MediaError("it has no picture", where=str(path))
    stream.thread_type = "AUTO"
    return stream


def _last_from(path: Path, back: int | None) -> VideoFrame | None:
    """The frame with the latest time among those decoded from `back` seconds before the end."""
    with opened(path, doing="take its last frame") as container:
        stream = _video(container, path)
        if back is not None and not _seek(container, stream, _end(container, stream), back):
            return None
        last: VideoFrame | None = None
        for frame in _decoded(container, stream):
            if last is None or frame.pts is None or last.pts is None or frame.pts >= last.pts:
                last = frame
        return last


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Every frame that decodes; a damaged packet is stepped over, as a player does."""
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def _spans(container: InputContainer, stream: VideoStream) -> Iterator[tuple[VideoFrame, Fraction]]:
    """Every frame that decodes, and when it makes way for the next: seconds from the first."""
    base = stream.time_base or Fraction(1, 1_000_000)
    before: tuple[VideoFrame, int] | None = None
    begins = 0
    for frame in _decoded(container, stream):
        if frame.pts is None:
            continue
        if before is None:
            begins = frame.pts
        else:
            yield before[0], (frame.pts - begins) * base
        before = frame, frame.pts
    if before is not None:
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        yield before[0], (before[1] - begins) * base + 1 / Fraction(rate)


def _end(container: InputContainer, stream: VideoStream) -> int | None:
    """The end of the picture in the stream's own ticks."""
    if stream.time_base is None:
        return None
    if stream.duration is not None:
        return (stream.start_time or 0) + stream.duration
    if container.duration is None:
        return None
    return int(((container.start_time or 0) + container.duration) / 1_000_000 / stream.time_base)


def _seek(container: InputContainer, stream: VideoStream, end: int | None, back: int) -> bool:
    if end is None or stream.time_base is None:
        return False
    try:
        container.seek(end - int(back / stream.time_base), stream=stream, backward=True)
    except av.FFmpegError:
        return False
    return True


def _shown_at(container: InputContainer, stream: VideoStream, at: Fraction) -> VideoFrame | None:
    base = stream.time_base or Fraction(1, 1_000_000)
    target = (stream.start_time or 0) + int(at / base)
    container.seek(target, stream=stream, backward=True)
    shown: VideoFrame | None = None
    for frame in container.decode(stream):
        if shown is not None and frame.pts is not None and frame.pts > target:
            break
        shown = frame
    return shown


def _rgb(frame: VideoFrame) -> Image.Image:
    """A decoded frame as an upright RGB picture, by its tags and without the fast path's loss."""
    as_ = colour.read_as(
        (frame.width, frame.height),
        frame.format.name,
        colour.MATRICES.get(int(frame.colorspace), colour.UNKNOWN),
        colour.RANGES.get(int(frame.color_range), colour.UNKNOWN),
    )
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    scale = graph.add(
        "scale", f"flags={colour.TO_RGB}:in_color_matrix={as_.matrix}:in_range={as_.range}"
    )
    rgb, sink = graph.add("format", "pix_fmts=rgb24"), graph.add("buffersink")
    for before, after in ((source, scale), (scale, rgb), (rgb, sink)):
        before.link_to(after)
    graph.configure()
    graph.push(frame)
    converted = graph.pull()
    assert isinstance(converted, VideoFrame)
    picture: Image.Image = converted.to_image()  # type: ignore[no-untyped-call]
    turn = _TURNS.get(frame.rotation % 360)
    return picture.transpose(turn) if turn is not None else picture
