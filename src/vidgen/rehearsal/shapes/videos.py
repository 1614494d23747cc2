"""OpenAI's videos shape: a form orders a clip, a record tells of it, and its server hands it out.

Pure. One shape in three dialects, as OpenAI's description of 2026-08-21 has it, and as the sources
of SGLang-Diffusion 0.5.23 and vLLM-Omni 0.30.0 do: they differ in what they are told by, in the
words of their errors, and in what becomes of a job that failed or is deleted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from vidgen.rehearsal.alike import GATEWAYS_PAGE, has_bearer, later
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
    Submit,
    as_json,
    form_of,
)

LIFE = 3600
"""Seconds for which a gateway keeps a clip."""

_WORDS = {"queued": "queued", "running": "in_progress", "done": "completed", "failed": "failed"}
_WHOLE = ("seconds", "fps", "num_frames", "seed", "width", "height")
_FORMS = {
    "size": re.compile(r"[1-9]\d*x[1-9]\d*"),
    "guidance_scale": re.compile(r"\d+(\.\d+)?"),
    **dict.fromkeys(_WHOLE, re.compile(r"\d+")),
}
"""How a field of the order must be written: forms hold texts alone, and so does OpenAI's JSON."""

_JOB = re.compile(r"videos/(?P<id>[^/]+)(?P<content>/content)?")


@dataclass(frozen=True, slots=True)
class Videos:
    """The shape in one dialect: a gateway's, SGLang's or vLLM-Omni's."""

    of: Literal["gateway", "sglang", "vllm-omni"]

    HOSTS: ClassVar[tuple[str, ...]] = ()

    def read(self, ask: Ask, counter: Counter) -> Intent:
        """What a call means."""
        if self.of == "gateway" and not has_bearer(ask):
            return Refuse("key")
        path = counter.under(ask.path)
        if path is None or (self.of != "gateway" and not path.startswith("v1/")):
            return Refuse("nowhere")
        path = path.removeprefix("v1/")
        if path == "videos" and ask.method == "POST":
            return self._ordered(ask)
        if path == "models" and ask.method == "GET":
            return Look((), part="models")
        job = _JOB.fullmatch(path)
        if job and ask.method == "GET":
            if not job["content"]:
                return Look((job["id"],))
            # SGLang knows its outputs by number: OpenAI's own word for the clip leads nowhere.
            odd = self.of == "sglang" and not ask.query.get("variant", "0").isdecimal()
            return Refuse("nowhere") if odd else Fetch(job["id"])
        if job and ask.method == "DELETE" and self.of == "vllm-omni" and not job["content"]:
            return Stop(job["id"])  # elsewhere a DELETE only throws away what is there
        return Refuse("nowhere")

    def taken(self, seen: Seen, counter: Counter) -> Answer:
        """The answer to an order: the job, as it stands."""
        return as_json(_record(seen) | {"status": "queued", "progress": 0})

    def told(self, look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
        """A job's record. vLLM-Omni tells of a failed one with the status of what went wrong."""
        if look.part == "models":
            return as_json({"object": "list", "data": []})
        job = next(iter(seen), None)
        if job is None or job.state == "cancelled":
            return self._wrong(404, "not_found", "Video not found")
        record = _record(job)
        if self.of == "gateway" and job.state == "done":
            record["expires_at"] = round(job.changed) + LIFE
        if job.state != "failed" or job.word:
            return as_json(record)
        status = 400 if job.ending in ("moderated", "unreadable") else 500
        record["error"] = self._failure(job, status)
        return as_json(record, status if self.of == "vllm-omni" else 200)

    def stopped(self, seen: Seen) -> Answer:
        """What waits is gone with its record; what runs could not be stopped in time, and ends."""
        if seen.state == "running":
            words = "Cancellation in progress. Please try again later."
            return self._wrong(409, "conflict", words)
        return as_json({"id": seen.id, "object": "video.deleted", "deleted": True})

    def announced(self, upload: str, link: str) -> Answer:
        """Files come with the order here; no call means this."""
        return self._wrong(404, "not_found", "Not Found")

    def refused(self, why: Refusal, ask: Ask, chance: float) -> Answer:
        """The answer to a call that is refused."""
        sent = f"(sent with {ask.authorization})" if ask.authorization else ""
        match why:
            case "key":
                return self._wrong(401, "invalid_api_key", f"Incorrect API key provided {sent}")
            case "nowhere":
                return self._wrong(404, "not_found", "Not Found")
            case "no-such-job":
                return self._wrong(404, "not_found", "Video not found")
            case "rate-limit":
                words = f"Rate limit {sent}"
                return self._wrong(429, "rate_limit_exceeded", words, *later(chance))
            case "overload":
                return self._wrong(503, "overloaded", f"The engine is overloaded {sent}")
            case "no-credit" if chance < 0.5:
                return self._wrong(429, "insufficient_quota", "You exceeded your current quota")
            case "no-credit":  # as gateways say it that are made with New API
                told = {"code": "insufficient_user_quota", "message": "quota is not enough"}
                return as_json(told, 403)
            case "moderation":
                words = "Your request was blocked by our moderation system"
                return self._wrong(400, "moderation_blocked", words)
            case "bad-input":
                return self._wrong(400, "invalid_value", f"a field has a wrong value {sent}")
            case "unplanned":
                words = "no work of this rehearsal has this prompt and this model"
                return self._wrong(400, "invalid_value", words)
            case "server-error-created" if chance < 0.5:
                return GATEWAYS_PAGE
            case _:
                return self._wrong(500, "server_error", f"The server had an error {sent}")

    def _ordered(self, ask: Ask) -> Intent:
        """An order, its model in the path's place: all are sent to one address."""
        form = form_of(ask)
        body = form if form is not None or self.of == "vllm-omni" else ask.json()
        if body is None or not _fits(body):
            return Refuse("bad-input")
        still = body.pop("input_reference", None)
        if still is not None:
            body["first_frame"] = still  # what it is: by its name alone it could be any reference
        return Submit(str(body["model"]), body)

    def _failure(self, job: Seen, status: int) -> dict[str, Any]:
        """Why a job failed: by a code, by a status, or (SGLang) by words alone."""
        if self.of == "sglang":
            prefix = "content safety: " if job.ending == "moderated" else ""
            return {"message": f"{prefix}{job.reason}"}
        if self.of == "vllm-omni":
            prefix = "safety check: " if job.ending == "moderated" else ""
            return {"code": status, "message": f"{prefix}{job.reason}"}
        codes = {"moderated": "moderation_blocked", "unreadable": "invalid_image"}
        return {"code": codes.get(job.ending, "server_error"), "message": job.reason}

    def _wrong(self, status: int, code: str, words: str, *headers: tuple[str, str]) -> Answer:
        """An error in the words of the dialect; only what a gateway says has a code."""
        if self.of == "sglang":
            return as_json({"detail": words}, status, *headers)
        kind = "invalid_request_error" if status < 500 else "server_error"
        told = code if self.of == "gateway" else status
        error = {"message": words, "type": kind, "param": None, "code": told}
        return as_json({"error": error}, status, *headers)


GATEWAY, SGLANG, VLLM_OMNI = Videos("gateway"), Videos("sglang"), Videos("vllm-omni")


def _fits(body: Mapping[str, Any]) -> bool:
    """Whether an order can be read: a model, a prompt, and every field as it must be written."""
    if not all(isinstance(body.get(name), str) and body[name] for name in ("model", "prompt")):
        return False
    return all(
        isinstance(body[name], str) and form.fullmatch(body[name]) is not None
        for name, form in _FORMS.items()
        if name in body
    )


def _record(job: Seen) -> dict[str, Any]:
    over = job.state in ("done", "failed")
    return {
        "id": job.id,
        "object": "video",
        "model": job.path,
        "status": job.word or _WORDS.get(job.state, "failed"),
        "progress": 100 if job.state == "done" else min(99, round(job.progress * 100)),
        "created_at": round(job.placed),
        "completed_at": round(job.changed) if over else None,
        "seconds": f"{job.seconds.normalize():f}",
        "size": f"{job.width}x{job.height}",
        "error": None,
    }
