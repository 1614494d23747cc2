"""Kling on the wire: API 2.0 at the root, and the older API under /v1."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.providers.tapes import Call, Failure, Refusal, Reply, Tape
from vidgen.catalogue import Route
from vidgen.job import Mode, Ticket

LINK = "https://v15-kling.klingai.com/bs2/upload-ylab-stunt/made.mp4"
TASK = "893605946402811985"
MADE_AT = 1781080778802


EARLIER: tuple[Ticket, ...] = (
    {"id": "earlier-1", "api": "2.0", "path": "text-to-video/kling-3.0"},
    {"id": "earlier-2", "api": "1.x", "path": "v1/videos/text2video"},
)
"""Clips that were made there before, one by each API."""

FACES = "/v1/videos/identify-face"


def pays(call: Call) -> bool:
    """Every POST but the list of tasks, and the look for faces, makes a task."""
    return call.method == "POST" and call.path not in ("/tasks", FACES)


def looks(call: Call) -> bool:
    """A look at a task: but for those that an order needs first, at clips made before."""
    return call.method == "GET" and not earlier(call)


def earlier(call: Call) -> str:
    """The clip made before that is looked at; empty where it is none."""
    asked = call.query.get("task_ids") or call.path.rpartition("/")[2]
    return asked if asked in {ticket["id"] for ticket in EARLIER} else ""


def serves(call: Call) -> Reply:
    """What an order of lip-sync needs first: the clip, and the face in it."""
    if call.path == FACES:
        return faces(face(), of=call.json()["video_id"])
    task = earlier(call)
    if task and older(call):
        made = {"videos": [{"id": f"clip-of-{task}", "url": LINK, "duration": "5.1"}]}
        return yes({"task_id": task, "task_status": "succeed", "task_result": made})
    if task:
        made = {"type": "video", "id": f"clip-of-{task}", "url": LINK, "duration": "5.1"}
        return yes([{"id": task, "status": "succeeded", "outputs": [made], "billing": []}])
    return missing(call)


def face(name: str = "0", start: int = 0, end: int = 5100) -> dict[str, Any]:
    """A face in a clip, in view from one millisecond to another."""
    return {"face_id": name, "face_image": LINK, "start_time": start, "end_time": end}


def faces(*found: dict[str, Any], of: str = "clip") -> Reply:
    """What a look for faces finds."""
    told = {"session_id": f"session-of-{of}", "final_unit_deduction": "0.05"}
    return yes({**told, "face_data": list(found)})


def older(call: Call) -> bool:
    return call.path.startswith("/v1/")


def named(call: Call) -> str | None:
    body = call.json()
    return (body if older(call) else body["options"]).get("external_task_id")


def yes(data: Any) -> Reply:
    return Reply(200, {"code": 0, "message": "SUCCEED", "request_id": "r-1", "data": data})


def no(status: int, code: int, message: str) -> Reply:
    return Reply(status, {"code": code, "message": message, "request_id": "r-1"})


def accepts(call: Call) -> Reply:
    stamps = {"created_at": MADE_AT, "updated_at": MADE_AT}
    if older(call):
        info = {"external_task_id": named(call)}
        return yes({"task_id": TASK, "task_status": "submitted", "task_info": info, **stamps})
    stamps = {"create_time": MADE_AT, "update_time": MADE_AT}
    return yes({"id": TASK, "status": "submitted", "external_id": named(call), **stamps})


def record(call: Call, word: str, **more: Any) -> Reply:
    """One look at a task, in the shape of the API that is asked; `more` is of 2.0's record."""
    if not older(call):
        asked = call.query.get("task_ids", TASK)
        ours = call.query.get("external_task_ids", "")
        return yes([{"id": asked, "status": word, "external_id": ours, "message": "", **more}])
    word = "succeed" if word == "succeeded" else word
    data: dict[str, Any] = {"task_id": TASK, "task_status": word, "task_info": {}}
    data["task_status_msg"] = more.get("message", "")
    if "outputs" in more:
        of = "images" if call.path.startswith("/v1/images/") else "videos"
        data["task_result"] = {of: [{"url": output["url"]} for output in more["outputs"]]}
    if "billing" in more:
        data["final_unit_deduction"] = more["billing"][0]["amount"] if more["billing"] else "0"
    return yes(data)


def queued(call: Call) -> Reply:
    return record(call, "submitted")


def running(call: Call) -> Reply:
    return record(call, "processing")


def done(call: Call) -> Reply:
    return record(
        call,
        "succeeded",
        outputs=[{"type": "video", "id": "1", "url": LINK, "duration": "5.041"}],
        billing=[{"charge_type": "unit", "amount": "3.0", "package_type": "video"}],
    )


def strange(call: Call) -> Reply:
    return record(call, "hibernating")


def missing(call: Call) -> Reply:
    if older(call):
        identifier = call.path.rpartition("/")[2]
        return no(400, 1201, f"Task not found by id/external id: {identifier}")
    return yes([])


def risky(call: Call) -> Reply:
    return record(call, "failed", message="Failure to pass the risk control system", billing=[])


def broken(call: Call) -> Reply:
    return record(call, "failed", message="internal inference error", billing=[])


def charged_for(call: Call) -> Reply:
    spent = [{"charge_type": "unit", "amount": "3.0", "package_type": "video"}]
    return record(call, "failed", message="internal inference error", billing=spent)


def silent(call: Call) -> Reply:
    return record(call, "failed")


def leaves(route: Route, mode: Mode) -> Set[str]:
    """What an endpoint has no field for: by the request tables of the maker's pages."""
    path = route.offer.modes[mode].partition("?")[0]
    if path == "v1/videos/avatar/image2video":
        return {"aspect", "resolution", "duration", "rate", "audio"}
    if path == "v1/videos/advanced-lip-sync":
        return {"aspect", "resolution", "duration", "rate", "audio"}
    if path == "v1/images/omni-image":
        return {"duration", "rate", "audio"}
    left = {"rate"}
    if path.startswith("v1/"):
        left |= {"resolution", "audio"}
    elif path.rpartition("/")[2] not in ("kling-3.0", "kling-3.0-omni", "kling-2.6"):
        left |= {"audio"}
    still = mode in ("first_frame", "first_last")
    return left | ({"aspect"} if still else set())


TAPE = Tape(
    provider="kling",
    source=(
        "written_from: kling.ai/document-api as of 2026-09-20 (request tables, answers, error "
        "codes), and what was measured there on 2026-09-20: the words for a taken id and for a "
        "task that is not known"
    ),
    pays=pays,
    accepts=accepts,
    serves=serves,
    looks=looks,
    made_there=EARLIER,
    queued=queued,
    running=running,
    done=done,
    strange=strange,
    missing=missing,
    media=LINK,
    refusals=(
        Refusal("wrong key", no(401, 1002, "Authorization is invalid"), "key"),
        Refusal("no key", no(401, 1001, "Authorization is empty"), "key"),
        Refusal("odd account", no(429, 1100, "Account exception"), "credit"),
        Refusal("in arrears", no(429, 1101, "Account in arrears"), "credit"),
        Refusal("no units", no(429, 1102, "Account balance not enough"), "credit"),
        Refusal("no right", no(403, 1103, "Unauthorized access"), "input", says="Unauthorized"),
        Refusal(
            "bad value",
            no(400, 1201, "duration value 'x' is invalid"),
            "input",
            says="duration value",
        ),
        Refusal("no such model", no(404, 1203, "model is not supported"), "input"),
        Refusal("policy", no(400, 1300, "blocked by platform policy"), "moderation"),
        Refusal("content", no(400, 1301, "content security policy"), "moderation"),
        Refusal("too fast", no(429, 1302, "Too many requests"), "limit"),
        Refusal(
            "too many at once",
            no(429, 1303, "parallel task over resource pack limit"),
            "limit",
            says="parallel task",
        ),
        Refusal(
            "asked to wait",
            Reply(429, {"code": 1302, "message": "slow down"}, {"retry-after": "7"}),
            "limit",
            retry_after=7.0,
        ),
        Refusal("not from here", no(429, 1304, "IP whitelist policy"), "key"),
        Refusal("inside fault", no(500, 5000, "Server internal error"), "ambiguous", None),
        Refusal("maintenance", no(503, 5001, "temporarily unavailable"), "ambiguous", None),
        Refusal("backlog", no(504, 5002, "internal timeout"), "ambiguous", None),
        Refusal("refused with 200", no(200, 1301, "content security policy"), "moderation"),
        Refusal("a code not known", no(200, 7777, "something new"), "ambiguous", None),
        Refusal("no task named", yes({"status": "submitted"}), "ambiguous", None),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "ambiguous", None),
    ),
    troubles=(
        Refusal("wrong key", no(401, 1002, "Authorization is invalid"), "key"),
        Refusal("too fast", no(429, 1302, "Too many requests"), "limit"),
        Refusal("inside fault", no(500, 5000, "Server internal error"), "overload"),
        Refusal("backlog", no(504, 5002, "internal timeout"), "overload"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "overload"),
    ),
    failures=(
        Failure("refused as it was made", risky, "moderation", charged=False),
        Failure("broken as it was made", broken, "provider", charged=False),
        Failure("broken, and paid for", charged_for, "provider", charged=True),
        Failure("no word of money", silent, "provider", charged=None),
    ),
    leaves=leaves,
    cannot=frozenset({"source_video", "motion_video"}),
    named=named,
    found=running,
    unfound=missing,
)
