"""The Gemini API: interactions with the key in a header of its own, and files behind that key.

Pure. A clip is at a link of the API's files; a picture is in the answer. Errors of the interactions
have a code in words, those in front of them a number and a status.
"""

from __future__ import annotations

import re
from typing import Any

from vidgen.rehearsal.alike import GATEWAYS_PAGE
from vidgen.rehearsal.exchange import (
    Answer,
    Ask,
    Counter,
    Fetch,
    Intent,
    Look,
    Refusal,
    Refuse,
    Seen,
    Stop,
    as_json,
)
from vidgen.rehearsal.shapes import interactions

HOSTS: tuple[str, ...] = ()

_ONE = re.compile(r"v1(?:beta)?/interactions/(?P<id>[^/]+)(?P<stop>/cancel)?")
_FILE = re.compile(r"v1(?:beta)?/files/(?P<id>[^/:]+)(?P<whole>:download)?")


def read(ask: Ask, counter: Counter) -> Intent:
    """What a call means."""
    if not re.fullmatch(r"\S+", ask.headers.get("x-goog-api-key", "")):
        return Refuse("key")
    path = counter.under(ask.path) or ""
    if ask.method == "POST" and re.fullmatch(r"v1(beta)?/interactions", path):
        return interactions.ordered(ask.json())
    if ask.method == "GET" and re.fullmatch(r"v1(beta)?/models", path):
        return Look((), part="models")
    one, file = _ONE.fullmatch(path), _FILE.fullmatch(path)
    if one and ask.method == ("POST" if one["stop"] else "GET"):
        return Stop(one["id"]) if one["stop"] else Look((one["id"],), whole=True)
    if file and ask.method == "GET" and file["whole"]:
        return Fetch(file["id"]) if ask.query.get("alt") == "media" else Refuse("nowhere")
    return Look((file["id"],), part="file") if file and ask.method == "GET" else Refuse("nowhere")


def taken(seen: Seen, counter: Counter) -> Answer:
    """The answer to an order. One that is not sent to the background is not waited for here."""
    return as_json({**interactions.record(seen), "steps": []})


def told(look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
    """The answer to a look at an interaction, at its file, or at the models there are."""
    job = next(iter(seen), None)
    if look.part == "models":
        return as_json({"models": [{"name": "models/gemini-omni-1.1-flash"}]})
    if job is None:
        return (
            _wrong(404, "NOT_FOUND", "File not found")
            if look.part == "file"
            else interactions.unknown()
        )
    if look.part == "file":
        state = "ACTIVE" if job.state == "done" else "PROCESSING"
        return as_json({"name": f"files/{job.id}", "state": state, "sizeBytes": str(job.bytes)})
    link = f"{counter.url}/v1beta/files/{job.id}:download?alt=media"
    return as_json(interactions.record(job, link))


def stopped(seen: Seen) -> Answer:
    """What waits is cancelled, what runs is only told; what is over cannot be."""
    if seen.state in ("queued", "running"):
        word = "cancelled" if seen.state == "queued" else "in_progress"
        return as_json({"id": seen.id, "status": word})
    return as_json({"error": {"code": "invalid_request", "message": "It is not running"}}, 400)


def announced(upload: str, link: str) -> Answer:
    """Files come inside the order; no call means this."""
    return _wrong(404, "NOT_FOUND", "There is no such method")


def refused(why: Refusal, ask: Ask, chance: float) -> Answer:
    """The answer to a call that is refused."""
    sent = f"(sent with {ask.headers.get('x-goog-api-key', 'no key')})"
    return wording(why, sent, ask.path, chance)


def wording(why: Refusal, sent: str, path: str, chance: float) -> Answer:
    """A refusal in Google's words; `sent` quotes the key."""
    match why:
        case "key":
            return _wrong(401, "UNAUTHENTICATED", f"The credentials are not valid {sent}")
        case "nowhere":
            return _wrong(404, "NOT_FOUND", f"There is no method at {path}")
        case "no-such-job":
            return _wrong(404, "NOT_FOUND", "Requested entity was not found.")
        case "rate-limit":
            retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"}
            later = [retry] if chance < 0.5 else []
            words = f"You exceeded your quota, please check your plan and billing details {sent}"
            return _wrong(429, "RESOURCE_EXHAUSTED", words, later)
        case "overload":
            return _wrong(503, "UNAVAILABLE", f"The model is overloaded. Try again later. {sent}")
        case "no-credit" if chance < 0.5:
            return _wrong(402, "RESOURCE_EXHAUSTED", "The prepaid balance is empty")
        case "no-credit":
            return _wrong(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted")
        case "moderation":
            return _wrong(400, "INVALID_ARGUMENT", "The prompt was blocked by a safety policy")
        case "bad-input":
            return _wrong(400, "INVALID_ARGUMENT", f"duration: Unknown name or value {sent}")
        case "unplanned":
            words = "No work of this rehearsal has this prompt for this model"
            return _wrong(400, "INVALID_ARGUMENT", words)
        case "server-error-created" if chance < 0.5:
            return GATEWAYS_PAGE
        case _:
            return _wrong(500, "INTERNAL", f"An internal error has occurred {sent}")


def _wrong(
    status: int, word: str, words: str, details: list[dict[str, Any]] | None = None
) -> Answer:
    told = {"code": status, "message": words, "status": word}
    return as_json({"error": told | ({"details": details} if details else {})}, status)
