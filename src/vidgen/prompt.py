"""A prompt as a model likes to read it: the author's parts in the order of the model's recipe.

Adds nothing that the author did not write or the recipe does not name; `vidgen plan --prompts`
shows the result word for word. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vidgen.catalogue.page import Recipe
from vidgen.job import Part
from vidgen.storyboard import CameraAxes, CastMember, Line, Prompt, Shot

JOINERS = {"sentences": " ", "commas": ", ", "lines": "\n"}

AXIS_WORDS = {
    "horizontal": ("truck left", "truck right"),
    "vertical": ("crane down", "crane up"),
    "dolly": ("dolly out", "dolly in"),
    "pan": ("pan left", "pan right"),
    "tilt": ("tilt down", "tilt up"),
    "roll": ("roll counter-clockwise", "roll clockwise"),
    "zoom": ("zoom out", "zoom in"),
    "orbit": ("orbit left", "orbit right"),
    "handheld": ("", "handheld"),
}


@dataclass(frozen=True, slots=True)
class Composed:
    """What is sent: the prompt, the negative prompt where it has a field, and remarks."""

    text: str
    negative: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a prompt is composed from, besides the recipe."""

    shot: Shot
    cast: Mapping[str, CastMember]
    seconds: Decimal
    negative: str | None = None
    references: tuple[str, ...] = ()
    camera_is_sent: bool = False
    negative_has_field: bool = True


def compose(scene: Scene, recipe: Recipe) -> Composed:
    """The prompt of a shot in the words and order of `recipe`."""
    parts = _parts(scene, recipe)
    order = recipe.order if isinstance(scene.shot.prompt, Prompt) else ("text",)
    texts = [parts[name] for name in order if parts.get(name)]
    texts += [text for name, text in parts.items() if name not in order and text]
    if scene.references and recipe.reference:
        texts.append(_references(scene.references, recipe.reference))
    negative, inline = _negative(scene, recipe)
    if inline:
        texts.append(inline)
    if recipe.suffix:
        texts.append(recipe.suffix)
    text = _joined(texts, recipe)
    return Composed(text, negative, _remarks(text, scene, recipe))


def in_one_call(shots: Sequence[Part], recipe: Recipe) -> str:
    """Several shots as one prompt, in the model's notation for them."""
    template = recipe.shots or recipe.at or "Shot {n}, {from_s} to {to_s}s: {text}"
    pieces, start = [], Decimal(0)
    for number, shot in enumerate(shots, start=1):
        end = start + shot.seconds
        pieces.append(
            _filled(
                template,
                n=str(number),
                text=shot.text,
                seconds=_short(shot.seconds),
                **{"from": _clock(start), "to": _clock(end)},
                from_s=_short(start),
                to_s=_short(end),
            )
        )
        start = end
    return "\n".join(pieces)


def _parts(scene: Scene, recipe: Recipe) -> dict[str, str]:
    prompt = scene.shot.prompt
    if not isinstance(prompt, Prompt):
        parts = {"text": prompt or "", "camera": _camera(scene, None, recipe)}
        if parts["camera"] and parts["camera"].lower() in parts["text"].lower():
            parts["camera"] = ""
        parts["looks"] = _looks(scene)
        return parts
    return {
        "shot": prompt.shot or "",
        "camera": _camera(scene, prompt.camera, recipe),
        "subject": _subject(prompt.subject or "", scene.cast),
        "action": prompt.action or "",
        "setting": prompt.setting or "",
        "lighting": prompt.lighting or "",
        "style": prompt.style or "",
        "at": _moments(prompt, scene.seconds, recipe),
        "dialogue": " ".join(_line(line, scene.cast, recipe) for line in prompt.dialogue),
        "sound": prompt.sound or "",
        "text": prompt.text or "",
        "looks": _looks(scene, besides=(prompt.subject or "")),
    }


def _subject(subject: str, cast: Mapping[str, CastMember]) -> str:
    member = cast.get(subject)
    return f"{subject}, {member.look}" if member and member.look else subject


def _looks(scene: Scene, besides: str = "") -> str:
    names = [name for name in scene.shot.cast if name != besides]
    known = [(name, scene.cast[name].look) for name in names if name in scene.cast]
    return ". ".join(f"{name[:1].upper()}{name[1:]}: {look}" for name, look in known if look)


def _camera(scene: Scene, words: str | None, recipe: Recipe) -> str:
    if scene.camera_is_sent:
        return ""
    asked = scene.shot.camera
    if isinstance(asked, CameraAxes):
        words = axes_in_words(asked)
    elif asked:
        words = asked
    if not words:
        return ""
    return _filled(recipe.camera, text=words) if recipe.camera else words


def axes_in_words(axes: CameraAxes) -> str:
    """Numeric axes as the trade's words, the strongest first: `slow pan right, crane up`."""
    found = []
    for axis, (less, more) in AXIS_WORDS.items():
        value: Decimal = getattr(axes, axis)
        if value:
            pace = "slow " if abs(value) <= 3 else "fast " if abs(value) > 7 else ""
            found.append((abs(value), pace + (more if value > 0 else less)))
    return ", ".join(words for _, words in sorted(found, key=lambda pair: -pair[0]))


def _moments(prompt: Prompt, seconds: Decimal, recipe: Recipe) -> str:
    starts = sorted(prompt.at)
    ends = [*starts[1:], max(seconds, *starts)] if starts else []
    template = recipe.at or "At {from_s}s: {text}"
    pieces = [
        _filled(
            template,
            text=prompt.at[start],
            **{"from": _clock(start), "to": _clock(end)},
            from_s=_short(start),
            to_s=_short(end),
        )
        for start, end in zip(starts, ends, strict=True)
    ]
    return " ".join(piece if piece.endswith((".", "]", ";")) else f"{piece}." for piece in pieces)


def _line(line: Line, cast: Mapping[str, CastMember], recipe: Recipe) -> str:
    template = recipe.dialogue or '{by} says: "{says}"'
    speaker = line.by or "A voice"
    if line.tone:
        speaker += f", {line.tone}" + ("," if "{by} " in template else "")
    return _filled(template, by=speaker, says=line.says)


def _references(names: tuple[str, ...], template: str) -> str:
    tags: dict[str, list[str]] = {}
    for number, name in enumerate(names, start=1):
        tags.setdefault(name, []).append(_filled(template, n=str(number), name=name))
    return ". ".join(f"{name} is {' and '.join(found)}" for name, found in tags.items())


def _negative(scene: Scene, recipe: Recipe) -> tuple[str | None, str]:
    if not scene.negative or not _takes_negatives(scene, recipe):
        return None, ""
    if recipe.negative == "field":
        return scene.negative, ""
    return None, f"Avoid: {scene.negative}"


def _takes_negatives(scene: Scene, recipe: Recipe) -> bool:
    """Whether the model, on this route, has any way to be told what must not be seen."""
    return recipe.negative == "inline" or (recipe.negative == "field" and scene.negative_has_field)


def _joined(texts: list[str], recipe: Recipe) -> str:
    if recipe.joiner != "sentences":
        return JOINERS[recipe.joiner].join(text.strip().rstrip(".") for text in texts)
    return " ".join(_sentence(text) for text in texts)


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in '.!?]"”;…>' else f"{text}."


def overlong(text: str, recipe: Recipe) -> tuple[str, ...]:
    """What to know of a whole prompt that is longer than its model reads, or is advised."""
    found = []
    if recipe.max_chars and len(text) > recipe.max_chars:
        found.append(f"the prompt has {len(text)} characters; the model reads {recipe.max_chars}")
    if recipe.max_words and len(text.split()) > recipe.max_words:
        found.append(f"the prompt has {len(text.split())} words; {recipe.max_words} is advised")
    return tuple(found)


def _remarks(text: str, scene: Scene, recipe: Recipe) -> tuple[str, ...]:
    found = [*overlong(text, recipe)]
    if scene.negative and not _takes_negatives(scene, recipe):
        found.append("no negative prompt is taken there; it is not sent")
    return tuple(found)


def _filled(template: str, **values: str) -> str:
    """`template` with its named places filled in one pass; the author's own braces stay."""
    return re.sub(r"\{(\w+)\}", lambda place: values.get(place[1], place[0]), template)


def _clock(seconds: Decimal) -> str:
    minutes, rest = divmod(seconds, 60)
    whole = rest == rest.to_integral_value()
    return f"{int(minutes):02d}:{int(rest):02d}" if whole else f"{int(minutes):02d}:{rest:04.1f}"


def _short(seconds: Decimal) -> str:
    return f"{seconds.normalize():f}"
