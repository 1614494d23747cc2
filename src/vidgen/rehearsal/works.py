"""What a storyboard's plan would order, and which of it an order that comes in is.

Pure. An order names no shot, so it is known by where it is sent and by the prompt in its body;
works that share both are told apart by what else is in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from vidgen.errors import VidgenError
from vidgen.job import GIVEN, Request, plain

PROMPTS = ("prompt", "text")
"""Words in the names under which an order says its prompt."""

LONGEST_PROMPT = 50_000
"""Characters of a text in which a prompt is looked for."""


class NoRehearsal(VidgenError):
    """A rehearsal was asked for that cannot be held: its works, faults, books or address."""


@dataclass(frozen=True)
class Work:
    """One call that a plan would make: the request, its price in US dollars, and what comes of it.

    `usd` is None where nobody knows the price; `seconds` is how long it usually takes; `still` says
    that a picture comes of it, not a clip. `tokens` are what is paid for, where that is by tokens;
    `shot` is the place that it is for, as cards say it.
    """

    request: Request
    usd: Decimal | None
    seconds: float
    still: bool
    tokens: int | None = None
    shot: str = ""

    @cached_property
    def name(self) -> str:
        """A name that the same work has in every rehearsal; takes of one shot share it."""
        told = json.dumps(plain(self.request), sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(told.encode(), digest_size=10).hexdigest()

    @cached_property
    def path(self) -> str:
        """The path it is ordered at, under the provider's address."""
        return self.request.endpoint.partition("?")[0].strip("/")

    @cached_property
    def fixed(self) -> dict[str, str]:
        """What its endpoint says stands in the body: `v1/videos/text2video?model_name=kling-v1`."""
        pairs = self.request.endpoint.partition("?")[2].split("&")
        return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


@dataclass(frozen=True, slots=True)
class Slip:
    """What an order says: where it was sent, its body, and the sha256 of each file it carries."""

    path: str
    body: Mapping[str, Any]
    files: frozenset[str] = frozenset()


def recognised(
    works: Sequence[Work], slip: Slip, ordered: Callable[[str], int] = lambda name: 0
) -> Work | None:
    """The work that an order is of; None where it is of none.

    The longest prompt that stands in the body wins, where the body has any; then the work that most
    of the rest agrees with; then the one least `ordered` so far, by its name.
    """
    path = slip.path.strip("/")
    # A file written as text is no prompt, and searching it for every work's would take long.
    texts = [text for text in strings(slip.body) if len(text) < LONGEST_PROMPT]
    found = [
        work
        for work in works
        if work.path == path
        and all(str(slip.body.get(name)) == value for name, value in work.fixed.items())
    ]
    if any(True for _ in _under(slip.body, PROMPTS)):  # some endpoints take none
        found = [work for work in found if _is_said(work.request, texts)]
    if not found:
        return None
    longest = max(len(work.request.prompt) for work in found)
    found = [work for work in found if len(work.request.prompt) == longest]
    best = max(_agreement(slip, work) for work in found)
    names: dict[str, list[Work]] = {}
    for work in found:
        if _agreement(slip, work) == best:
            names.setdefault(work.name, []).append(work)
    name = min(names, key=lambda name: ordered(name) // len(names[name]))
    return names[name][0]


def _is_said(request: Request, texts: Sequence[str]) -> bool:
    """Whether a prompt is among some texts: whole, or each of its shots by itself."""
    said = any(request.prompt in text for text in texts)
    shots = [any(part.text in text for text in texts) for part in request.shots]
    return said or (bool(shots) and all(shots))


def strings(value: Any) -> Iterator[str]:
    """Every text in JSON data, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def _agreement(slip: Slip, work: Work) -> int:
    """How much of a body, besides the prompt, is as the work has it."""
    request = work.request
    seconds = {_number(value) for value in _under(slip.body, ("duration", "seconds"))}
    seeds = {_number(value) for value in _under(slip.body, ("seed",))}
    texts = {text.lower() for text in strings(slip.body) if len(text) < LONGEST_PROMPT}
    single = (getattr(request, name) for name in GIVEN)
    given = (*single, *request.references)
    return sum(
        (
            4 * (request.seed is not None and Decimal(request.seed) in seeds),
            4 * sum(file is not None and file.digest in slip.files for file in given),
            2 * (request.duration is not None and request.duration in seconds),
            request.aspect.lower() in texts,
            request.resolution.lower() in texts,
            request.negative_prompt is not None and request.negative_prompt.lower() in texts,
        )
    )


def _under(value: Any, words: tuple[str, ...]) -> Iterator[Any]:
    """Every plain value whose name holds one of some words, at any depth."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if any(word in name.lower() for word in words) and not isinstance(item, dict | list):
                yield item
            yield from _under(item, words)
    elif isinstance(value, list):
        for item in value:
            yield from _under(item, words)


def _number(value: Any) -> Decimal | None:
    """5, "5" and "5s" as 5."""
    try:
        number = Decimal(str(value).removesuffix("s"))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
