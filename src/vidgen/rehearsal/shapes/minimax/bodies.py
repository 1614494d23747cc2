"""What MiniMax would take as an order, by the request tables of its pages (2026-10-08).

Pure. The maker does not say that it refuses fields it does not know; a rehearsal does, so that a
misspelled one is found.
"""

from __future__ import annotations

from typing import Any

from vidgen.rehearsal.alike import typed

SIZES = {"MiniMax-H3": ("768P", "2K"), "MiniMax-H3-Max": ("480P", "768P")}
"""The models of /v2, and what each makes."""

SHORTEST = {"MiniMax-H3": 4, "MiniMax-H3-Max": 5}
LONGEST = 15

RATIOS = ("adaptive", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16")

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "image_url": ("image", ("first_frame", "last_frame", "reference_image")),
    "video_url": ("video", ("reference_video",)),
    "audio_url": ("audio", ("reference_audio",)),
}
"""By the type of an item: what its `data:` URI begins with, and the roles that it may have."""

MOST = {
    "first_frame": 1,
    "last_frame": 1,
    "reference_image": 9,
    "reference_video": 3,
    "reference_audio": 3,
}

NEWER: dict[str, type] = {
    "model": str,
    "content": list,
    "resolution": str,
    "duration": int,
    "ratio": str,
    "extra": dict,
}
OLDER: dict[str, type] = {
    "model": str,
    "prompt": str,
    "prompt_optimizer": bool,
    "duration": int,
    "resolution": str,
    "first_frame_image": str,
    "last_frame_image": str,
    "subject_reference": list,
}
STILL: dict[str, type] = {
    "model": str,
    "prompt": str,
    "prompt_optimizer": bool,
    "aspect_ratio": str,
    "width": int,
    "height": int,
    "seed": int,
    "n": int,
    "response_format": str,
    "subject_reference": list,
}

HAILUO = {
    "MiniMax-Hailuo-2.3": ("text", "first"),
    "MiniMax-Hailuo-2.3-Fast": ("first",),
    "MiniMax-Hailuo-02": ("text", "first", "last"),
    "T2V-01": ("text",),
    "T2V-01-Director": ("text",),
    "I2V-01": ("first",),
    "I2V-01-live": ("first",),
    "I2V-01-Director": ("first",),
    "S2V-01": ("subject",),
}
"""The models of /v1, and what each works from."""


def newer(body: dict[str, Any]) -> bool:
    """Whether /v2 would take this."""
    model, content = body.get("model"), body.get("content")
    if not typed(body, NEWER) or model not in SIZES or not content:
        return False
    if body.get("resolution") not in SIZES[model] or "duration" not in body:
        return False
    if not SHORTEST[model] <= body["duration"] <= LONGEST or not _extra(body, model):
        return False
    if not all(map(_item, content)) or [one["type"] for one in content].count("text") != 1:
        return False
    return _together(body, [one["role"] for one in content if one["type"] != "text"])


def older(body: dict[str, Any]) -> bool:
    """Whether /v1 would take this for a clip."""
    model = body.get("model")
    if not typed(body, OLDER) or model not in HAILUO or not _worded(body, 2000):
        return False
    given = {
        "first": "first_frame_image" in body,
        "last": "last_frame_image" in body,
        "subject": "subject_reference" in body,
    }
    of = "last" if given["last"] else "first" if given["first"] else "text"
    if (given["subject"] and of != "text") or (given["last"] and not given["first"]):
        return False
    if given["subject"]:
        fixed = "duration" in body or "resolution" in body
        return model == "S2V-01" and not fixed and _subject(body, "image")
    return of in HAILUO[model] and _files(body) and _sized(body, model, of)


def still(body: dict[str, Any]) -> bool:
    """Whether /v1 would take this for a still."""
    if not typed(body, STILL) or body.get("model") != "image-01" or not _worded(body, 1500):
        return False
    if ("width" in body) != ("height" in body):
        return False
    sides = (body.get("width", 512), body.get("height", 512))
    if not all(512 <= side <= 2048 and side % 8 == 0 for side in sides):
        return False
    known = body.get("response_format", "url") in ("url", "base64")
    one = "subject_reference" not in body or _subject(body, "image_file")
    return known and one and 1 <= body.get("n", 1) <= 9


def _worded(body: dict[str, Any], longest: int) -> bool:
    return 0 < len(body.get("prompt", "")) <= longest


def _extra(body: dict[str, Any], model: str) -> bool:
    """Whether the extra is what is known of it: how prompts are expanded, and H3 Max alone has it.

    What H3 itself does with one is not said.
    """
    if "extra" not in body:
        return True
    modes = ("disabled", "balanced", "quality")
    extra = body["extra"]
    known = list(extra) == ["prompt_expansion_mode"] and extra["prompt_expansion_mode"] in modes
    return model == "MiniMax-H3-Max" and known


def _item(item: Any) -> bool:
    """Whether an item is a text, or a file in a role that such a file may have."""
    if not isinstance(item, dict):
        return False
    kind = item.get("type")
    if kind == "text":
        words = item.get("text")
        return isinstance(words, str) and 0 < len(words) <= 7000 and "role" not in item
    if kind not in KINDS:
        return False
    begins, roles = KINDS[kind]
    named = item.get(kind)
    url = named.get("url") if isinstance(named, dict) else None
    return item.get("role") in roles and _file(url, begins, "mm_file://")


def _file(url: object, begins: str, *others: str) -> bool:
    """Whether a text is a file: at a public address, inside the body, or under another scheme."""
    inside = f"data:{begins}/"
    return isinstance(url, str) and url.startswith(("https://", "http://", inside, *others))


def _together(body: dict[str, Any], roles: list[str]) -> bool:
    """Whether the roles go together, and the ratio with them."""
    frames = {"first_frame", "last_frame"} & set(roles)
    references = [role for role in roles if role not in frames]
    if (frames and references) or any(roles.count(role) > MOST[role] for role in set(roles)):
        return False
    if "last_frame" in frames and "first_frame" not in frames:
        return False  # here the maker's own pages contradict each other
    if references and set(references) == {"reference_audio"}:
        return False
    ratio = body.get("ratio", "adaptive")
    return ratio in RATIOS and (bool(roles) or ratio != "adaptive")


def _subject(body: dict[str, Any], field: str) -> bool:
    """Whether there is one person and one picture of them."""
    given = body["subject_reference"]
    if len(given) != 1 or not isinstance(given[0], dict) or given[0].get("type") != "character":
        return False
    image = given[0].get(field)
    if field == "image":
        image = image[0] if isinstance(image, list) and len(image) == 1 else None
    return _file(image, "image")


def _files(body: dict[str, Any]) -> bool:
    named = ("first_frame_image", "last_frame_image")
    return all(_file(body[name], "image") for name in named if name in body)


def _sized(body: dict[str, Any], model: str, of: str) -> bool:
    """Whether the size and length are sold together."""
    modern = model.startswith("MiniMax-Hailuo")
    size = body.get("resolution", "768P" if modern else "720P")
    length = body.get("duration", 6)
    if not modern:
        return (size, length) == ("720P", 6)
    if size == "512P":
        return model == "MiniMax-Hailuo-02" and of == "first" and length in (6, 10)
    return (size == "768P" and length in (6, 10)) or (size == "1080P" and length == 6)
