"""What a deliverable is: its raster and how hard it is compressed. Values only."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from fractions import Fraction

from vidgen.cut import Raster
from vidgen.errors import UnknownName
from vidgen.media.framing import Fit
from vidgen.media.graph import H264


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of deliverable: H.264 high, yuv420p bt709, AAC 192k 48 kHz stereo, index first.

    Quality is constant (`crf`) up to `ceiling` kbit/s, so an easy shot stays small and a hard one
    does not starve. `fit` says what happens to a clip of another shape; none is ever stretched.
    """

    name: str
    width: int
    height: int
    crf: int = 18
    ceiling: int = 20_000
    speed: str = "faster"
    fit: Fit = "contain"

    def raster(self, rate: Fraction) -> Raster:
        """The delivery format at the cut's rate."""
        return Raster(self.width, self.height, rate)

    def encoder(self, rate: Fraction) -> H264:
        """Encoder settings: a key frame at least every two seconds."""
        return H264(self.crf, self.speed, gop=max(1, round(2 * rate)), ceiling=self.ceiling)


PRESETS = (
    Preset("social-vertical", 1080, 1920),
    Preset("youtube", 1920, 1080),
    Preset("feed-square", 1080, 1080, ceiling=16_000),
)
_MASTER = Preset("master", 0, 0, crf=12, ceiling=80_000)


def preset(name: str, *, width: int, height: int) -> Preset:
    """The preset of that name. `master` keeps the storyboard's own `width` and `height`.

    Raises UnknownName, with the nearest name that exists.
    """
    known = {one.name: one for one in (*PRESETS, replace(_MASTER, width=width, height=height))}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}"
        raise UnknownName(f"no preset `{name}`", where="deliver", hint=hint)
    return known[name]
