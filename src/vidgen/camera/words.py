"""The vocabulary of camera moves: which words name a move, where it goes, and how far.

Tables only; `vidgen.camera` reads sentences with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

USUAL = Decimal(5)
"""The amount of a move that is named without one; an axis runs from -10 to +10."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


Turn = tuple[tuple[str, Decimal], ...]
"""What one direction of one kind of move does: axes and the weight on each."""


def _axis(name: str, weight: str = "1") -> Turn:
    return ((name, Decimal(weight)),)


_SIDEWAYS = {"left": _axis("horizontal", "-1"), "right": _axis("horizontal")}
_UPDOWN = {"up": _axis("vertical"), "down": _axis("vertical", "-1")}
_INOUT = {"in": _axis("dolly"), "out": _axis("dolly", "-1")}

KINDS: dict[str, dict[str, Turn]] = {
    "travel": {**_SIDEWAYS, **_UPDOWN, **_INOUT},
    "pan": {
        "left": _axis("pan", "-1"),
        "right": _axis("pan"),
        "up": _axis("tilt"),
        "down": _axis("tilt", "-1"),
    },
    "tilt": {
        "up": _axis("tilt"),
        "down": _axis("tilt", "-1"),
        "left": _axis("roll", "-1"),
        "right": _axis("roll"),
    },
    "crane": {  # a crane keeps its subject in view: it tilts against its own rise
        "up": (("vertical", Decimal(1)), ("tilt", Decimal("-0.4"))),
        "down": (("vertical", Decimal(-1)), ("tilt", Decimal("0.4"))),
        **_SIDEWAYS,
        **_INOUT,
    },
    "zoom": {"in": _axis("zoom"), "out": _axis("zoom", "-1")},
    "roll": {
        "clockwise": _axis("roll"),
        "counterclockwise": _axis("roll", "-1"),
        "right": _axis("roll"),
        "left": _axis("roll", "-1"),
    },
    "orbit": {  # seen from above, a camera that goes round clockwise moves to its own left
        "left": _axis("orbit", "-1"),
        "right": _axis("orbit"),
        "clockwise": _axis("orbit", "-1"),
        "counterclockwise": _axis("orbit"),
        **_UPDOWN,
        **_INOUT,
    },
    "vertigo": {
        "in": (("dolly", Decimal(1)), ("zoom", Decimal(-1))),
        "out": (("dolly", Decimal(-1)), ("zoom", Decimal(1))),
    },
    "unsteady": {"": _axis("handheld")},
    "still": {"": ()},
}
"""Each kind of move, and what it does in each direction that it can take."""


@dataclass(frozen=True, slots=True)
class Head:
    """A word that names a move: its kind, where it goes when nothing else is said, and how far."""

    kind: str
    toward: str
    amount: Decimal = USUAL


def _heads() -> dict[str, Head]:
    table = {
        ("pan", "right", 5): "pan swivel",
        ("tilt", "up", 5): "tilt",
        ("travel", "right", 5): "truck track slide travel move",
        ("travel", "right", 3): "drift float glide",
        ("travel", "in", 5): "dolly push advance approach follow fly",
        ("travel", "in", 3): "creep inch ease",
        ("travel", "out", 5): "pull retreat withdraw",
        ("travel", "up", 5): "pedestal ped rise ascend climb lift elevate",
        ("travel", "down", 5): "descend lower sink fall drop",
        ("crane", "up", 5): "crane jib boom",
        ("zoom", "in", 5): "zoom",
        ("roll", "clockwise", 5): "roll dutch cant rotate spin twist",
        ("orbit", "right", 5): "orbit arc circle encircle revolve swing",
        ("unsteady", "", 5): "handheld",
        ("unsteady", "", 3): "sway breathe wobble",
        ("unsteady", "", 8): "shaky shake",
        ("vertigo", "in", 5): "vertigo",
        ("still", "", 0): "static still stationary motionless locked lock fixed tripod steady hold",
    }
    return {
        word: Head(kind, toward, Decimal(amount))
        for (kind, toward, amount), words in table.items()
        for word in words.split()
    }


HEADS = _heads()

_TOWARD = {
    "left": "left leftward leftwards",
    "right": "right rightward rightwards",
    "up": "up upward upwards",
    "down": "down downward downwards",
    "in": "in inward inwards forward forwards closer nearer",
    "out": "out outward outwards back backward backwards away reverse",
    "clockwise": "clockwise cw",
    "counterclockwise": "counterclockwise anticlockwise ccw",
}
DIRECTIONS = {word: toward for toward, words in _TOWARD.items() for word in words.split()}

_AMOUNTS = {
    "1": "imperceptible imperceptibly barely",
    "2": "slight slightly subtle subtly tiny small faint faintly bit little",
    "3": "slow slowly gentle gently soft softly light lightly gradual gradually calm lazy",
    "5": "medium moderate moderately smooth smoothly normal steadily",
    "8": "fast quick quickly rapid rapidly strong strongly dramatic dramatically big wide sharp "
    "sharply brisk briskly sweeping swift swiftly",
    "10": "whip crash snap extreme full",
}
AMOUNTS = {word: Decimal(level) for level, words in _AMOUNTS.items() for word in words.split()}

OPPOSITE = {
    "left": "right",
    "right": "left",
    "up": "down",
    "down": "up",
    "in": "out",
    "out": "in",
    "clockwise": "counterclockwise",
    "counterclockwise": "clockwise",
}

STRONGER = _set("very really super ultra extremely incredibly")
NOT = _set("no without not never")
BREAKS = _set("and then while with plus as but before after")
BEFORE_A_THING = _set(
    "a an the her his their its my our this that him them on onto to toward towards into "
    "past through over across along alongside behind between from at of under beneath beside near "
    "within inside above below until following around round reveal revealing showing"
)
FILLER = _set(
    "is be it which s t by for any all off only just some shot move movement motion feel look "
    "style camerawork footage steadicam gimbal drone aerial fpv cinematic degree degrees deg side "
    "continuous continuously single take direction lens low high angle eye level pov overhead "
    "close closeup macro insert portrait view frame framing establishing"
)
PHRASES = {
    "hand held": "handheld",
    "counter clockwise": "counterclockwise",
    "anti clockwise": "anticlockwise",
    "dolly zoom": "vertigo",
    "zolly": "vertigo",
    "vertigo effect": "vertigo",
    "contra zoom": "vertigo",
    "bullet time": "orbit",
    "dutch angle": "dutch",
    "dutch tilt": "dutch",
    "locked off": "static",
    "locked down": "static",
    "lock off": "static",
    "no camera movement": "static",
    "no camera motion": "static",
    "no movement": "static",
    "no motion": "static",
    "does not move": "static",
    "doesn t move": "static",
    "holds still": "static",
    "left to right": "rightwards",
    "right to left": "leftwards",
    "top to bottom": "downwards",
    "bottom to top": "upwards",
    "sideways": "rightwards",
    "rotates around": "orbit",
    "rotating around": "orbit",
    "rotate around": "orbit",
    "moves around": "orbit",
    "moving around": "orbit",
    "move around": "orbit",
    "ken burns effect": "zoom slowly",
    "ken burns": "zoom slowly",
    "close up": "closeup",
    "medium shot": "shot",
    "wide shot": "shot",
    "full shot": "shot",
    "wide angle": "angle",
    "slow motion": "slow-motion",
    "slow mo": "slow-motion",
}
CAMERA_ONLY = _set("pan dolly zoom orbit pedestal handheld vertigo static")
CAMERA_WHEN_DIRECTED = _set("push pull track tilt arc truck crane")
