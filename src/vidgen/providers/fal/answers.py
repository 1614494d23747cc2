"""What fal's answers mean: where the media is, why a call was refused, how a job failed. Pure.

A model's error is a list of `{loc, msg, type}` under `detail`; an error of fal's own machines has
`error_type` beside a `detail` in words; a few models put words where the list should be; the
platform's own API has `error` with a `message`.
Facts: fal.ai/docs/model-apis/errors and its faq, read in 2026.
"""

from __future__ import annotations

from typing import Any

import httpx

from vidgen.errors import Trouble
from vidgen.job import FailureKind
from vidgen.providers.reading import link, object_in, record, records, text

POLICY = "content_policy_violation"

NOT_THE_INPUT = {
    "no_media_generated",
    "internal_server_error",
    "generation_timeout",
    "downstream_service_error",
    "downstream_service_unavailable",
}
"""Types of a model's error that are not about what it was given; all others are."""

ABOUT_THE_INPUT = (400, 413, 415, 422)


def media(told: dict[str, Any]) -> str | None:
    """The link in a result: of `video` (an object, or at one model the bare link) or an image."""
    images = told.get("images")
    found = told.get("video") or (images[0] if isinstance(images, list) and images else None)
    return link(found.get("url") if isinstance(found, dict) else found)


def words(answer: httpx.Response) -> str:
    """An answer's own words, each with the field that it is about: `image_url: too small`."""
    told = object_in(answer)
    detail = told.get("detail")
    if isinstance(detail, list):
        return "; ".join(map(_line, records(detail)))
    return text(record(told.get("error")).get("message")) or text(detail) or "without a word of why"


def trouble(answer: httpx.Response, *, missing: Trouble) -> Trouble:
    """What an answer that is no success says of the call; `missing` is what a 404 means there."""
    match answer.status_code:
        case 401:
            return "key"
        case 402:
            return "credit"
        case 403:
            return "credit" if "User is locked" in words(answer) else "key"
        case 404:
            return missing
        case 429:
            return "limit"
        case 503:
            return "overload"
        case status if status in ABOUT_THE_INPUT:
            return "moderation" if POLICY in _types(answer) else "input"
        case status if 400 <= status < 500 and status != 408:
            return "provider"
    return "ambiguous"


def unfinished(answer: httpx.Response) -> bool:
    """Whether a result is refused only because the work still goes on."""
    return answer.status_code == 400 and "still in progress" in words(answer)


def failure(answer: httpx.Response, state: dict[str, Any]) -> FailureKind | None:
    """How a job failed, by the answer in its result's place; None where that says nothing of it.

    The `state` before it speaks of an error where a job failed: a 5xx that is not the model's own
    may as well be fal's gate that stumbles, by whatever type it calls that, while a paid clip lies
    there.
    """
    status, types = answer.status_code, _types(answer)
    if POLICY in types:
        return "moderation"
    if status in ABOUT_THE_INPUT and not types & NOT_THE_INPUT:
        return "input"
    if types and status not in (401, 403, 404, 429) and (status < 500 or _of_the_model(answer)):
        return "provider"
    told = state.get("error") or state.get("error_type")
    return "provider" if told and status >= 500 else None


def charged(answer: httpx.Response, state: dict[str, Any]) -> bool | None:
    """What a failed job cost: nothing with a 5xx that is its own, by the model's words or by the
    type that its state told. With a 4xx nobody says, it may have run; and a 5xx of fal's gate
    stands before an answer that was not seen.
    """
    own = _of_the_model(answer) or state.get("error_type") in _types(answer)
    return False if answer.status_code >= 500 and own else None


def _types(answer: httpx.Response) -> set[str]:
    """The types of error that an answer names."""
    told = object_in(answer)
    found = [item.get("type") for item in records(told.get("detail"))]
    found += [told.get("error_type"), answer.headers.get("x-fal-error-type")]
    return {text(name) for name in found} - {""}


def _of_the_model(answer: httpx.Response) -> bool:
    """Whether an error is a model's own: a list under `detail`, each with its type."""
    return any(item.get("type") for item in records(object_in(answer).get("detail")))


def _line(item: dict[str, Any]) -> str:
    """One item of a model's error: the last part of where, and what."""
    where = item.get("loc")
    names = [str(part) for part in where if part != "body"] if isinstance(where, list) else []
    said = str(item.get("msg") or item.get("type") or "")
    return f"{'.'.join(names)}: {said}" if names else said
