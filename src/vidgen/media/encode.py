"""Drawn frames to an H.264 clip with true bt709 colours, at home in a worker process.

Synchronous; drawing (in the caller's thread) and encoding (ffmpeg, fed by a second thread)
overlap. The frames go through a pipe: when this process dies the pipe closes and ffmpeg ends, and
nothing under the final name is partial. Never draws.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import IO

from PIL import Image

from vidgen.errors import MediaError, ToolMissing
from vidgen.media.binary import Ffmpeg
from vidgen.media.boxes import read_boxes
from vidgen.media.graph import H264, take_from_frames
from vidgen.media.run import FRONT, last_words, partial, settle

# A take is cut, scaled and encoded again, so quality counts and size does not. Measured on stills
# with a moving camera, ultrafast is 2.5 times as fast as veryfast at this crf and 2.6 dB better: it
# throws nothing away to save bits. Moving chroma is always rounded up, a tenth of a level a link;
# finer chroma halves that, and five links stay within 0.4 levels on the hardest picture tried.
INTERMEDIATE = H264(crf=12, speed="ultrafast", gop=24, chroma=-6)
_PIPE_BYTES = 1 << 20
_STALL = 120.0


def write_frames(
    frames: Iterable[Image.Image | bytes],
    *,
    size: tuple[int, int],
    rate: Fraction,
    path: Path,
    ffmpeg: Ffmpeg,
    encoder: H264 = INTERMEDIATE,
    ahead: int = 3,
) -> int:
    """Make `path` of RGB frames of one even `size` and return how many there were.

    A frame is a picture or `width * height * 3` bytes. `ahead` frames may wait for
    the encoder. The clip has no sound. Raises MediaError, and then leaves no file.
    """
    if size[0] % 2 or size[1] % 2:
        raise MediaError(f"{size[0]}x{size[1]}: H.264 wants even sizes", where=str(path))
    part = partial(path)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    arguments = take_from_frames(size, rate, encoder, part)
    try:
        with _encoder(ffmpeg, arguments, path) as feed:
            count = _pour(frames, size, feed, ahead, path)
        if not count:
            raise MediaError("there is no frame to write", where=str(path))
        if read_boxes(part).samples("vide") != count:
            raise MediaError("ffmpeg lost a frame on the way", where=str(path))
        settle(part, path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return count


@contextmanager
def _encoder(ffmpeg: Ffmpeg, arguments: tuple[str, ...], path: Path) -> Iterator[IO[bytes]]:
    """ffmpeg with its stdin open; waits for it, speaks up when it fails, kills it on any error."""
    front = [word for word in FRONT if word != "-nostdin"]
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(  # noqa: S603  our own argv, no shell
                [str(ffmpeg.path), *front, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=sys.platform != "win32",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise ToolMissing(
                f"{ffmpeg.path} does not start: {error.strerror or error}",
                where="ffmpeg",
                hint="see `vidgen doctor`",
            ) from error
        assert process.stdin is not None
        try:
            _widen(process.stdin)
            yield process.stdin
            process.stdin.close()
            process.wait(_STALL)
        except (OSError, subprocess.TimeoutExpired) as error:
            process.kill()
            process.wait()
            words = _words(said) or error
            raise MediaError(f"ffmpeg could not write it: {words}", where=str(path)) from error
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            with contextlib.suppress(OSError):
                process.stdin.close()
        if process.returncode:
            raise MediaError(f"ffmpeg could not write it: {_words(said)}", where=str(path))


def _pour(
    frames: Iterable[Image.Image | bytes],
    size: tuple[int, int],
    feed: IO[bytes],
    ahead: int,
    path: Path,
) -> int:
    """Draw here, write in a second thread; how many frames went. OSError when ffmpeg is gone."""
    waiting: queue.Queue[bytes | None] = queue.Queue(ahead)
    failure: list[OSError] = []
    writer = threading.Thread(target=_write, args=(waiting, feed, failure), daemon=True)
    writer.start()
    count = 0
    try:
        for frame in frames:
            data = _raw(frame, size, path)
            _still_wanted(path)
            waiting.put(data, timeout=_STALL)
            if failure:
                break
            count += 1
        waiting.put(None, timeout=_STALL)
    except BaseException as error:
        _abandon(waiting)
        if isinstance(error, queue.Full):
            raise MediaError("ffmpeg stands still", where=str(path)) from None
        raise
    writer.join(_STALL)
    if failure:
        raise failure[0]
    return count


def _abandon(waiting: queue.Queue[bytes | None]) -> None:
    """Let the writer end: nothing more to write."""
    with contextlib.suppress(queue.Empty):
        while True:
            waiting.get_nowait()
    waiting.put(None)


def _write(waiting: queue.Queue[bytes | None], feed: IO[bytes], failure: list[OSError]) -> None:
    """Until the end mark; after a failure, take the rest off the queue so that nobody waits."""
    while (data := waiting.get()) is not None:
        if failure:
            continue
        try:
            feed.write(data)
        except (OSError, ValueError) as error:  # ValueError: closed under us
            failure.append(error if isinstance(error, OSError) else BrokenPipeError())


def _raw(frame: Image.Image | bytes, size: tuple[int, int], path: Path) -> bytes:
    if isinstance(frame, Image.Image):
        if frame.size != size:
            raise MediaError(f"a frame of {frame.size} in a clip of {size}", where=str(path))
        return frame.convert("RGB").tobytes() if frame.mode != "RGB" else frame.tobytes()
    if len(frame) != size[0] * size[1] * 3:
        raise MediaError(f"a frame of {len(frame)} bytes in a clip of {size}", where=str(path))
    return frame


def _still_wanted(path: Path) -> None:
    """A worker whose parent was killed would otherwise go on drawing for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None and not parent.is_alive():
        raise MediaError("the run that asked for it has ended", where=str(path))


def _widen(pipe: IO[bytes]) -> None:
    """A larger pipe than 64 KB, so that a frame is a few writes, where the system lets us."""
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _words(said: IO[bytes]) -> str:
    said.seek(0)
    return last_words(said.read()[-8192:].decode("utf-8", "replace").splitlines())
