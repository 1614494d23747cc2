"""Model Studio (DashScope) on the wire: tasks, their list, and a storage that takes forms."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.providers.tapes import Answer, Call, Failure, Refusal, Reply, Tape
from vidgen.catalogue import Route
from vidgen.job import Mode

LINK = "https://dashscope-a717.oss-accelerate.aliyuncs.com/1d/made.mp4?Expires=1795271999"
TASK = "0385dc79-5ff8-4d82-bcb6-7c1a9f2e4d60"
STORAGE = "dashscope-file-sgp.oss-ap-southeast-1.aliyuncs.com"
TIMES = {"submit_time": "2026-11-20 15:03:25.848", "scheduled_time": "2026-11-20 15:03:25.884"}


def pays(call: Call) -> bool:
    return call.method == "POST" and "/services/aigc/" in call.path


def looks(call: Call) -> bool:
    """At a task, or at the list of tasks; a place for a file is asked for by a GET too."""
    return call.method == "GET" and "/tasks" in call.path


def told(output: dict[str, Any], **more: Any) -> Reply:
    return Reply(200, {"request_id": "7574ee8f", "output": output, **more})


def no(status: int, code: str, message: str = "words for people") -> Reply:
    return Reply(status, {"code": code, "message": message, "request_id": "7574ee8f"})


def accepts(call: Call) -> Reply:
    return told({"task_id": TASK, "task_status": "PENDING"})


def serves(call: Call) -> Reply:
    if call.path.endswith("/uploads"):
        place = {
            "policy": "eyJleHBpcmF0aW9uIjoiMjAyNiJ9",
            "signature": "eWy0",
            "upload_dir": "dashscope-instant/52af/2026-11-20/7c1a",
            "upload_host": f"https://{STORAGE}",
            "expire_in_seconds": 300,
            "max_file_size_mb": 100,
            "oss_access_key_id": "LTAI-of-the-vendor",
            "x_oss_object_acl": "private",
            "x_oss_forbid_overwrite": "true",
        }
        return Reply(200, {"request_id": "7574ee8f", "data": place})
    if call.path.endswith("/cancel"):
        return Reply(200, {"request_id": "7574ee8f"})
    return Reply(200, b"")


def task(word: str, **more: Any) -> Answer:
    return lambda call: told({"task_id": TASK, "task_status": word, **TIMES, **more})


def done(call: Call) -> Reply:
    words = {"orig_prompt": "coffee", "video_url": LINK, "end_time": "2026-11-20 15:04:05.882"}
    output = {"task_id": TASK, "task_status": "SUCCEEDED", **TIMES, **words}
    seconds = {"duration": 5, "input_video_duration": 0, "output_video_duration": 5}
    return told(output, usage={**seconds, "video_count": 1, "SR": 720, "ratio": "9:16"})


def failed(code: str, **more: Any) -> Answer:
    output = {"task_id": TASK, "task_status": "FAILED", "code": code, "message": "words"}
    return lambda call: told(output, **more)


def failed_at_the_top(call: Call) -> Reply:
    output = {"task_id": TASK, "task_status": "FAILED"}
    return told(output, code="DataInspectionFailed", message="Output data may be inappropriate")


def leaves(route: Route, mode: Mode) -> Set[str]:
    """What a model has no parameter for: by the tables of its API reference."""
    name = route.offer.modes[mode]
    if name.startswith("wan2.2-t2i"):
        return {"duration", "rate", "audio"}
    if name == "wan2.7-videoedit":
        return {"aspect", "duration", "rate", "audio"}
    left = {"rate"}
    if "i2v" in name or "kf2v" in name:
        left |= {"aspect"}
    if "kf2v" in name:
        left |= {"duration"}
    return left


TAPE = Tape(
    provider="dashscope",
    source=(
        "written_from: dashscope SDK 2.0.2 (calls, states, storage), Model Studio's error codes, "
        "its asynchronous task page and copies of its API references, as of 2026-11-20; no call "
        "of ours was recorded"
    ),
    pays=pays,
    accepts=accepts,
    serves=serves,
    queued=task("PENDING"),
    running=task("RUNNING"),
    done=done,
    strange=task("PAUSED_FOR_REVIEW"),
    missing=lambda call: told({"task_id": TASK, "task_status": "UNKNOWN"}),
    media=LINK,
    looks=looks,
    refusals=(
        Refusal("wrong key", no(401, "InvalidApiKey", "Invalid API-key provided."), "key"),
        Refusal("wrong key, as others say it", no(401, "invalid_api_key"), "key"),
        Refusal("no access", no(403, "AccessDenied"), "key"),
        Refusal("not activated", no(403, "AccessDenied.Unpurchased"), "key"),
        Refusal("not this workspace", no(403, "Workspace.AccessDenied"), "key"),
        Refusal("not this model", no(403, "Model.AccessDenied"), "key"),
        Refusal("in arrears", no(400, "Arrearage", "Access denied, good standing"), "credit"),
        Refusal("free quota used up", no(403, "AllocationQuota.FreeTierOnly"), "credit"),
        Refusal("quota used up", no(429, "Throttling.AllocationQuota"), "credit"),
        Refusal("a bill is due", no(429, "PostpaidBillOverdue"), "credit"),
        Refusal("bad value", no(400, "InvalidParameter", "size is not in"), "input", says="size"),
        Refusal("a file that cannot be had", no(400, "InvalidParameter.FileDownload"), "input"),
        Refusal("a file that does not fit", no(400, "InvalidFile.Duration"), "input"),
        Refusal("a bad link", no(400, "InvalidURL"), "input"),
        Refusal("no such model", no(404, "ModelNotFound"), "input"),
        Refusal("no such model, in older words", no(404, "Model.NotExist"), "input"),
        Refusal("body too large", Reply(413, b"<html>413</html>"), "input"),
        Refusal("policy", no(400, "DataInspectionFailed"), "moderation"),
        Refusal("someone's rights", no(400, "IPInfringementSuspect"), "moderation"),
        Refusal("policy with 200", no(200, "DataInspectionFailed"), "moderation"),
        Refusal("bad value with 200", no(200, "InvalidParameter"), "input"),
        Refusal("too fast", no(429, "Throttling.RateQuota"), "limit"),
        Refusal("too many at once", no(429, "Throttling"), "limit"),
        Refusal(
            "asked to wait",
            Reply(429, {"code": "Throttling", "message": "slow"}, {"retry-after": "7"}),
            "limit",
            retry_after=7.0,
        ),
        Refusal("inside fault", no(500, "InternalError"), "ambiguous"),
        Refusal("inside fault of the model", no(500, "InternalError.Algo"), "ambiguous"),
        Refusal("inside fault with 200", no(200, "InternalError.Timeout"), "ambiguous"),
        Refusal("maintenance", no(503, "ServiceUnavailable"), "ambiguous"),
        Refusal("backlog", no(504, "GatewayTimeout"), "ambiguous"),
        Refusal("a code not known", no(400, "SomethingNew"), "provider", says="SomethingNew"),
        Refusal("a code not known, with 200", no(200, "SomethingNew"), "ambiguous"),
        Refusal("no task named", told({"task_status": "PENDING"}), "ambiguous"),
        Refusal("a task that is a path", told({"task_id": "../x"}), "ambiguous"),
        Refusal("nothing at all", Reply(200, {}), "ambiguous"),
        Refusal("sent elsewhere", Reply(307, {}, {"location": "https://x.test/"}), "ambiguous"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "ambiguous"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "ambiguous"),
    ),
    troubles=(
        Refusal("wrong key", no(401, "InvalidApiKey"), "key"),
        Refusal("in arrears", no(400, "Arrearage"), "credit"),
        Refusal("too fast", no(429, "Throttling.RateQuota"), "limit"),
        Refusal("too fast with 200", no(200, "Throttling"), "limit"),
        Refusal("inside fault", no(500, "InternalError"), "overload"),
        Refusal("backlog", no(504, "GatewayTimeout"), "overload"),
        Refusal("no such address", Reply(404, {"message": "not found"}), "gone"),
        Refusal("a code not known", no(400, "SomethingNew"), "overload"),
        Refusal("no task in it", told({}), "overload"),
        Refusal("a gateway's page", Reply(502, b"<html>bad gateway</html>"), "overload"),
        Refusal("a page with 200", Reply(200, b"<html>welcome</html>"), "overload"),
    ),
    failures=(
        Failure("policy", failed("DataInspectionFailed"), "moderation", charged=False),
        Failure("policy, at the top", failed_at_the_top, "moderation", charged=False),
        Failure("someone's rights", failed("IPInfringementSuspect"), "moderation", charged=False),
        Failure("a bad still", failed("InvalidParameter.FileDownload"), "input", charged=False),
        Failure("in arrears", failed("Arrearage"), "credit", charged=False),
        Failure("model broke", failed("InternalError.Algo"), "provider", charged=False),
        Failure("a code not known", failed("SomethingNew"), "provider", charged=False),
        Failure("cancelled", task("CANCELED"), "provider", charged=False),
        Failure(
            "counted all the same",
            failed("InternalError", usage={"video_count": 1, "duration": 5}),
            "provider",
            None,
        ),
        Failure("no media in it", task("SUCCEEDED"), "unknown", None),
    ),
    leaves=leaves,
)
