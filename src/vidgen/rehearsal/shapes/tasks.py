"""Kling's tasks: an order is a POST with a client's id, and tasks are looked up by either id.

Pure. As kling.ai/document-api has API 2.0 (September 2026), and the older one under `v1/`, whose
words differ. Every answer holds a code beside its status; a client's id is taken once and never
again; money is told once a task is over. Nothing can be cancelled. What is left in an account's
packs is told at an address of its own. Lip-sync is of a clip that was made here: the face in it is
asked for first, and every clip has one.
"""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from typing import Any

from vidgen.rehearsal.alike import GATEWAYS_PAGE, has_bearer, later
from vidgen.rehearsal.exchange import (
    Answer,
    Ask,
    Counter,
    Intent,
    Look,
    Refusal,
    Refuse,
    Seen,
    Submit,
    as_json,
)

HOSTS: tuple[str, ...] = ()

MOST_IDS = 20
"""How many tasks one look may name."""

UNIT = Decimal("0.14")
"""US dollars of one unit, at list price."""

_PACK = {
    "resource_pack_name": "A rehearsal's",
    "resource_pack_type": "decreasing_total",
    "total_quantity": 1000.0,
    "remaining_quantity": 1000.0,
    "status": "online",
}
_WORDS = {"queued": "submitted", "running": "processing", "done": "succeeded", "failed": "failed"}
_OLD_WORDS = _WORDS | {"done": "succeed"}
_OLD = re.compile(r"v1/.+")

FACES, LIPS = "v1/videos/identify-face", "v1/videos/advanced-lip-sync"
_TIMES = ("sound_start_time", "sound_end_time", "sound_insert_time")


def read(ask: Ask, counter: Counter) -> Intent:
    """What a call means."""
    if not has_bearer(ask):
        return Refuse("key")
    path = counter.under(ask.path)
    if not path:
        return Refuse("nowhere")
    if ask.method == "GET" and path == "tasks":
        return _looked_up(ask)
    if ask.method == "GET" and path == "account/costs":
        times = all(ask.query.get(name, "").isdecimal() for name in ("start_time", "end_time"))
        return Look((), part="packs") if times else Refuse("bad-input")
    if ask.method == "GET" and _OLD.fullmatch(path):
        return Look((path.rpartition("/")[2],), by="either", part="old")
    if ask.method == "POST" and path == FACES:
        return _face_asked(ask.json())
    if ask.method == "POST" and path != "tasks":
        return _ordered(path, ask.json())
    return Refuse("nowhere")


def taken(seen: Seen, counter: Counter) -> Answer:
    """The answer to an order: the task, as it stands."""
    if _OLD.fullmatch(seen.path):
        return _fine(_old_head(seen))
    return _fine(_head(seen))


def told(look: Look, seen: tuple[Seen, ...], counter: Counter) -> Answer:
    """The tasks that were found; the older API knows one at a time, and says when it knows none."""
    if look.part == "packs":
        return _fine({"code": 0, "msg": "", "resource_pack_subscribe_infos": [_PACK]})
    if look.part == "faces":
        return _faces(seen)
    if look.part != "old":
        return _fine([_record(job) for job in seen])
    return _fine(_old_record(seen[0])) if seen else _wrong(404, 1203, "Task not found")


def stopped(seen: Seen) -> Answer:
    """Nothing can be cancelled here; no call means this."""
    return _wrong(404, 1202, "Method is invalid")


def announced(upload: str, link: str) -> Answer:
    """Files are not taken here; no call means this."""
    return _wrong(404, 1202, "Method is invalid")


def refused(why: Refusal, ask: Ask, chance: float) -> Answer:
    """The answer to a call that is refused."""
    sent = f"(sent with {ask.authorization})"
    match why:
        case "key":
            return _wrong(401, 1002, f"Authorization is invalid {sent}")
        case "nowhere":
            return _wrong(404, 1202, f"No such resource: {ask.path}")
        case "no-such-job":
            return _wrong(404, 1203, "Task not found")
        case "duplicate":
            return _wrong(400, 1201, "External_task_id already exists")
        case "rate-limit":
            return _limited(chance)
        case "overload":
            return _wrong(503, 5001, f"Server is temporarily unavailable {sent}")
        case "no-credit":
            return _wrong(429, 1102 if chance < 0.5 else 1101, "Account balance is not enough")
        case "moderation":
            return _wrong(400, 1301, "The prompt triggered the content safety policy")
        case "bad-input":
            return _wrong(400, 1201, f"settings.duration is invalid {sent}")
        case "unplanned":
            return _wrong(400, 1201, "prompt: no work of this rehearsal has it at this path")
        case "server-error-created" if chance < 0.5:
            return GATEWAYS_PAGE
        case _:
            return _wrong(500, 5000, f"Internal server error {sent}")


def _ordered(path: str, body: dict[str, Any] | None) -> Intent:
    older = _OLD.fullmatch(path) is not None
    if body is None or not (_formed_older(body) if older else _formed(body)):
        return Refuse("bad-input")
    client = (body if older else body.get("options", {})).get("external_task_id")
    upon = _clip_of(body) if path == LIPS else ""
    if upon is None:
        return Refuse("bad-input")
    return Submit(path, body, client if isinstance(client, str) and client else None, upon)


def _face_asked(body: dict[str, Any] | None) -> Intent:
    """A clip is named by its id; a link would do at Kling, and nothing is fetched here."""
    clip = (body or {}).get("video_id")
    return Look((clip,), part="faces") if isinstance(clip, str) and clip else Refuse("bad-input")


def _faces(seen: tuple[Seen, ...]) -> Answer:
    """The face in a clip that was made here, in view from its first frame to its last."""
    if not seen or seen[0].state != "done" or seen[0].still:
        return _wrong(400, 1201, "video_id is invalid: no video of this account")
    end = int(seen[0].seconds * 1000)
    face = {"face_id": "0", "face_image": seen[0].link, "start_time": 0, "end_time": end}
    deducted = {"final_unit_deduction": "0.05", "face_data": [face]}
    return _fine({"session_id": _session(seen[0].id), **deducted})


def _session(clip: str) -> str:
    """The session of a look for the face in a clip, by which the clip is known again."""
    return f"{clip}.{hashlib.blake2b(clip.encode(), digest_size=8, person=b'faces').hexdigest()}"


def _clip_of(body: dict[str, Any]) -> str | None:
    """The clip that an order of lip-sync is for; None for an order that is not taken."""
    session, faces = body.get("session_id"), body.get("face_choose")
    clip = session.rpartition(".")[0] if isinstance(session, str) else ""
    if not clip or session != _session(clip) or not isinstance(faces, list) or len(faces) != 1:
        return None
    face = faces[0] if isinstance(faces[0], dict) else {}
    times = [face[name] for name in _TIMES if type(face.get(name)) is int]
    fits = face.get("face_id") == "0" and _is_file(face.get("sound_file"))
    timed = len(times) == len(_TIMES) and min(times) >= 0 and times[1] - times[0] >= 2000
    return clip if fits and timed else None


def _formed(body: dict[str, Any]) -> bool:
    """Whether a body of 2.0 has its parts, lengths as numbers, and files as they are wanted."""
    settings, options = body.get("settings", {}), body.get("options", {})
    if not (isinstance(settings, dict) and isinstance(options, dict)):
        return False
    contents = body.get("contents", [{"type": "prompt", "text": body.get("prompt")}])
    if not isinstance(contents, list) or not all(isinstance(one, dict) for one in contents):
        return False
    words = [one.get("text") for one in contents if one.get("type") == "prompt"]
    links = [one.get("url") for one in contents if one.get("type") not in ("prompt", "element")]
    return (
        len(words) == 1
        and isinstance(words[0], str)
        and all(_is_file(link) for link in links)
        and type(settings.get("duration", 0)) is int
    )


def _formed_older(body: dict[str, Any]) -> bool:
    """Whether a body of the older API has lengths as text, and files as they are wanted."""
    files = [body[name] for name in ("image", "image_tail", "sound_file") if name in body]
    images = body.get("image_list", [])
    if not isinstance(images, list) or not all(isinstance(one, dict) for one in images):
        return False
    files += [one.get("image") for one in images]
    length = body.get("duration", "0")
    return isinstance(length, str) and length.isdecimal() and all(_is_file(one) for one in files)


def _is_file(value: Any) -> bool:
    """A link, or base64 that stands alone: what has a `data:` before it is refused."""
    return isinstance(value, str) and bool(value) and not value.startswith("data:")


def _looked_up(ask: Ask) -> Intent:
    ids, clients = ask.query.get("task_ids"), ask.query.get("external_task_ids")
    if bool(ids) == bool(clients):
        return Refuse("bad-input")
    names = tuple(name for name in (ids or clients or "").split(",") if name)
    if not 0 < len(names) <= MOST_IDS:
        return Refuse("bad-input")
    return Look(names, by="id" if ids else "client")


def _head(job: Seen) -> dict[str, Any]:
    head = {
        "id": job.id,
        "status": job.word or _WORDS.get(job.state, "failed"),
        "create_time": round(job.placed * 1000),
        "update_time": round(job.changed * 1000),
    }
    return head | ({"external_id": job.client} if job.client else {})


def _record(job: Seen) -> dict[str, Any]:
    record = {**_head(job), "message": _reason(job), "outputs": [], "billing": []}
    if job.state == "done":
        record["outputs"] = [_file(job, "image" if job.still else "video")]
    if job.billed and job.usd is not None:
        cash = {"charge_type": "cash", "amount": _plain(job.usd), "currency": "USD"}
        record["billing"] = [{**cash, "package_type": "", "list_price": _plain(job.usd)}]
    return record


def _old_head(job: Seen) -> dict[str, Any]:
    return {
        "task_id": job.id,
        "task_status": job.word or _OLD_WORDS.get(job.state, "failed"),
        "task_info": {"external_task_id": job.client} if job.client else {},
        "created_at": round(job.placed * 1000),
        "updated_at": round(job.changed * 1000),
    }


def _old_record(job: Seen) -> dict[str, Any]:
    record = {**_old_head(job), "task_status_msg": _reason(job)}
    if job.state == "done":
        found = _file(job, "")
        record["task_result"] = {"images" if job.still else "videos": [found]}
    if job.state in ("done", "failed") and job.usd is not None:
        record["final_unit_deduction"] = _plain(round(job.usd / UNIT, 6))
    return record


def _reason(job: Seen) -> str:
    """Why a task failed, which no code tells here: a policy is known by its words alone."""
    return f"risk control: {job.reason}" if job.ending == "moderated" else job.reason


def _file(job: Seen, kind: str) -> dict[str, Any]:
    length = {} if job.still else {"duration": _plain(job.seconds)}
    return {**({"type": kind} if kind else {}), "id": job.id, "url": job.link, **length}


def _fine(data: Any) -> Answer:
    return as_json({"code": 0, "message": "SUCCEED", "request_id": "rehearsed", "data": data})


def _wrong(status: int, code: int, words: str, *headers: tuple[str, str]) -> Answer:
    body = {"code": code, "message": words, "request_id": "rehearsed"}
    return as_json(body, status, *headers)


def _limited(chance: float) -> Answer:
    if chance < 0.5:
        return _wrong(429, 1302, "Too many requests", *later(chance, below=0.3))
    return _wrong(429, 1303, "parallel task over resource pack limit")


def _plain(number: Decimal) -> str:
    """Digits without an exponent, and no zeros that say nothing."""
    return f"{number.normalize():f}"
