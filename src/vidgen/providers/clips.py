"""What a given clip is, where that decides how it is to be worked on. Opens the clip."""

from __future__ import annotations

from pathlib import Path

from vidgen.errors import MediaError, ProviderError
from vidgen.job import Input
from vidgen.media.probe import probe
from vidgen.providers.fields import Seen


def seen(project: Path, clip: Input) -> Seen:
    """A clip of a project. Raises ProviderError `input` for what is none."""
    try:
        picture = probe(project / clip.path).picture
    except MediaError as error:
        raise ProviderError(error.message, kind="input", where=clip.path) from None
    if picture is None:
        raise ProviderError("it has no picture to work on", kind="input", where=clip.path)
    upright = picture.rotation % 180 == 0
    return Seen(picture.height if upright else picture.width, picture.rate)
