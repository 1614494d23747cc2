"""From a cut to a film: conform each clip once, make each transition once, join by copying.

Cut -> segments (pure) -> segments on disk, kept by content -> join with the sound -> Deliverable

Only what changed is encoded again. Never chooses takes, never touches one, never asks a provider.
"""

from __future__ import annotations

from vidgen.stitch.film import Deliverable, Progress, stitch
from vidgen.stitch.preset import PRESETS, Preset, preset
from vidgen.stitch.segments import ShotTooShort

__all__ = ["PRESETS", "Deliverable", "Preset", "Progress", "ShotTooShort", "preset", "stitch"]
