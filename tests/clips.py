"""Real clips and sounds: by the ffmpeg that comes with vidgen, or in one call where any will do."""

import subprocess
import wave
from fractions import Fraction

import av
import numpy as np
import pytest

from vidgen.media.binary import find

BT709 = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
FAST = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-bf", "2")


def hum(path, *, seconds=5, level=b"\x70"):
    """A sound that lasts so long, as a WAV of one channel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(level * round(8000 * seconds))
    return path


def footage(path, seconds=5):
    """A clip of that many whole seconds, 64x112 and one frame a second, all of it grey."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=Fraction(1))
        stream.width, stream.height, stream.pix_fmt = 64, 112, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.full((112, 64, 3), 128, np.uint8), format="rgb24")
        for number in range(seconds):
            picture.pts = number
            file.mux(stream.encode(picture))
        file.mux(stream.encode())
    return path


@pytest.fixture(scope="session")
def ffmpeg():
    return find()


@pytest.fixture(scope="session")
def ffmpeg_run(ffmpeg):
    """Run ffmpeg with the words given, as somebody at a terminal would."""

    def run(*words):
        command = [str(ffmpeg.path), "-nostdin", "-loglevel", "error", "-y", *map(str, words)]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    return run


@pytest.fixture(scope="session")
def make_clip(ffmpeg_run, tmp_path_factory):
    """A real clip, made once: `make_clip("a.mp4", size="96x160", rate=24, seconds=1, …)`."""
    folder, made = tmp_path_factory.mktemp("clips"), {}

    def clip(
        name="clip.mp4",
        *,
        pattern="testsrc2",
        size="96x160",
        rate=24,
        seconds=1,
        sound=None,
        tags=BT709,
        codec=FAST,
        extra=(),
    ):
        wanted = (name, pattern, size, rate, seconds, sound, tags, codec, tuple(extra))
        if wanted in made:
            return made[wanted]
        path = folder / str(len(made)) / name
        path.parent.mkdir()
        matrix = "scale=out_color_matrix=bt709:out_range=tv," if tags == BT709 else ""
        source = f"{pattern}{':' if '=' in pattern else '='}size={size}:rate={rate}"
        chain = f"{source},{matrix}format=yuv420p" + (f",{tags}" if tags else "")
        heard = ["-f", "lavfi", "-i", sound, "-c:a", "aac"] if sound else []
        picture = ["-f", "lavfi", "-t", seconds, "-i", chain]
        ffmpeg_run(*picture, *heard, *codec, *extra, f"file:{path}")
        made[wanted] = path
        return path

    return clip
