"""Look at a finished film before it gets its name: is it what was asked, to the frame?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vidgen.cut import Cut
from vidgen.errors import MediaError
from vidgen.media.probe import Picture, Sound, probe
from vidgen.stitch.preset import Preset


def verify(made: Path, cut: Cut, preset: Preset) -> None:
    """Raise MediaError, naming everything that is not as the cut and the preset say."""
    found = probe(made)
    faults = [] if found.faststart else ["its index does not come first"]
    faults += _picture_faults(found.picture, cut, preset)
    faults += _sound_faults(found.sound, cut)
    if faults:
        raise MediaError(
            f"the finished film is not what was asked: {'; '.join(faults)}",
            where=str(made),
            hint="this is a fault of vidgen or of this ffmpeg; see `vidgen doctor`",
        )


def _picture_faults(picture: Picture | None, cut: Cut, preset: Preset) -> list[str]:
    if picture is None:
        return ["it has no picture"]
    tags = (picture.primaries, picture.transfer, picture.matrix, picture.range)
    asked = {
        "frames": (picture.frames, cut.frames),
        "length": (picture.duration, cut.seconds),
        "size": ((picture.width, picture.height), (preset.width, preset.height)),
        "codec": ((picture.codec, picture.pix_fmt), ("h264", "yuv420p")),
        "colours": (tags, ("bt709", "bt709", "bt709", "tv")),
    }
    return _differences(asked)


def _sound_faults(sound: Sound | None, cut: Cut) -> list[str]:
    if sound is None:
        return ["it has no sound"]
    apart = sound.duration - cut.seconds
    faults = (
        [] if abs(apart) <= 1 / cut.rate else [f"sound and picture are {float(apart):+.3f} s apart"]
    )
    asked = {"sound": ((sound.codec, sound.sample_rate, sound.channels), ("aac", 48_000, 2))}
    return faults + _differences(asked)


def _differences(asked: Mapping[str, tuple[object, object]]) -> list[str]:
    return [
        f"{name}: {found} instead of {wanted}"
        for name, (found, wanted) in asked.items()
        if found != wanted
    ]
