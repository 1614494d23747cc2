"""Our calls beside those of Runway's own client, at one server; where that client is installed.

Every body that the page can ask for is besides held against the client's own types.
"""

import asyncio
import importlib
import types
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Required, Union, get_args, get_origin, get_type_hints

import pytest

from tests.catalogue_rows import clean, label, routes, sold
from tests.providers.asked import GIVEN, bought_as
from tests.providers.at_work import hosted
from tests.providers.beside import both, headers_of
from tests.providers.loopback import Loopback
from tests.providers.tapes import Reply
from tests.providers.tapes.runway import LINK, NAMED, TASK
from tests.providers.test_runway import asked, large, route
from vidgen.job import Failed, Running, Succeeded
from vidgen.providers.fields import body, files_of
from vidgen.providers.runway import Runway, answers

runwayml = pytest.importorskip("runwayml", reason="Runway's own client is not installed")
organization = importlib.import_module("runwayml.types.organization_retrieve_response")
tasks = importlib.import_module("runwayml.types.task_retrieve_response")

KEY = "key_one2three"

NOT_COMPARED = (
    "how often the client asks again and how long it waits: here each call is made once",
    "the client's own headers (its name, version and platform), which the API does not need",
    "the form's boundary and the type that the client gives the file in a form: it names none",
    "the content type of a DELETE: the client names JSON there, and sends no body",
    "positions in `promptImage` of hailuo3, wan3, wan3_prime: the client has no type for an item",
    "whether a number is in the bounds that only the server knows (most lengths of others' models)",
)

ROWS = [one for one in routes() if one.provider.provider == "runway"]


# The same calls


def served(server):
    """Runway on this machine: every task runs, and the store is at the same server."""

    def answer(call):
        if call.path == "/v1/uploads":
            fields = {"key": "one", "policy": "signed"}
            place = f"{server.url}/store"
            return Reply(200, {"uploadUrl": place, "fields": fields, "runwayUri": NAMED})
        if call.method == "POST":
            return Reply(200, {"id": TASK, "estimatedCost": {"credits": 60}})
        if call.method == "DELETE":
            return Reply(204, b"")
        if call.path == "/v1/organization":
            tier = {"maxMonthlyCreditSpend": 10000, "models": {}}
            return Reply(200, {"creditBalance": 500, "tier": tier, "usage": {"models": {}}})
        running = {"id": TASK, "createdAt": "2026-11-20T10:00:00Z", "status": "RUNNING"}
        return Reply(200, running | {"progress": 0.5, "estimatedCost": {"credits": 60}})

    return answer


def shown(call):
    """What of a call has to be the same."""
    headers = headers_of(call, "authorization", "x-runway-version", "content-type")
    form = call.form()
    if form is not None or not call.body:
        headers.pop("content-type", None)
    if form is None:
        return call.method, call.path, headers, call.json()
    return call.method, call.path, headers, form | {"file": form["file"].partition(",")[2]}


def compared(at, ours, theirs):
    """The calls of both, ours first; `theirs` is given the client and the body that we sent."""

    async def run():
        async with Loopback(lambda call: Reply(500)) as server:
            server.answer = served(server)

            async def other(mine):
                async with runwayml.AsyncRunwayML(
                    api_key=KEY, base_url=server.url, max_retries=0
                ) as client:
                    await theirs(client, shown(mine[-1])[3])

            here = replace(hosted("runway", at.project), base_url=server.url, key=KEY)
            found = await both(server, lambda session: ours(Runway(session)), other, here)
            return tuple([shown(call) for call in calls] for calls in found)

    return asyncio.run(run())


WORDS = {"promptText": "prompt_text", "promptImage": "prompt_image", "videoUri": "video_uri"} | {
    "targetAspectRatio": "target_aspect_ratio", "negativePrompt": "negative_prompt",
    "referenceImages": "reference_images", "providerSettings": "provider_settings",
    "promptVideo": "prompt_video", "cfgScale": "cfg_scale",
}  # fmt: skip
"""Their words for a field by the API's own: what the client turns back is what is compared."""

RESOURCES = {
    "text": "text_to_video",
    "references": "text_to_video",
    "first_frame": "image_to_video",
    "first_last": "image_to_video",
    "edit": "video_to_video",
    "motion": "character_performance",
}


@pytest.mark.parametrize(
    ("offer", "mode", "more"),
    [
        ("gen4.5", "text", {"seed": 7}),
        ("veo3.1", "text", {"negative_prompt": "text on screen"}),
        ("gen4_turbo", "first_frame", {}),
        ("kling3.0_pro", "first_last", {"guidance_scale": Decimal("0.5")}),
        ("seedance2", "references", {}),
        ("aleph2", "edit", {"seed": 7}),
        ("klingO3_pro (edit)", "edit", {}),
        ("act_two", "motion", {}),
    ],
)
def test_ours_and_theirs_order_the_same(at, offer, mode, more):
    request = asked(offer, mode, **more)

    async def ours(runway):
        assert await runway.submit(request, idempotency="j1:one.1") == {"id": TASK}

    async def theirs(client, sent):
        resource = getattr(client, RESOURCES[mode])
        job = await resource.create(**{WORDS.get(name, name): sent[name] for name in sent})
        assert job.id == TASK

    mine, others = compared(at, ours, theirs)
    assert len(mine) == 1
    assert mine == others


def test_ours_and_theirs_make_a_still_of_references_alike(at):
    async def ours(runway):
        await runway.submit(asked("gen4_image", "references"), idempotency="j1:one.1")

    async def theirs(client, sent):
        uris = [one["uri"] for one in sent["referenceImages"]]
        tagged = [{"uri": uri, "tag": f"image{n}"} for n, uri in enumerate(uris, start=1)]
        await client.text_to_image.create(
            model="gen4_image", prompt_text="coffee", ratio="1280:720", reference_images=tagged
        )

    mine, others = compared(at, ours, theirs)
    assert mine == others


def test_ours_and_theirs_look_and_delete_alike(at):
    async def ours(runway):
        ticket = {"id": TASK}
        assert await runway.poll(ticket) == Running(0.5)
        await runway.cancel(ticket)
        assert await runway.check_key() == "balance $5.00"

    async def theirs(client, sent):
        assert (await client.tasks.retrieve(TASK)).status == "RUNNING"
        await client.tasks.retrieve(TASK)  # ours looks before it deletes
        await client.tasks.delete(TASK)
        assert (await client.organization.retrieve()).credit_balance == 500

    mine, others = compared(at, ours, theirs)
    assert mine == others


def test_ours_and_theirs_upload_alike(at):
    still = large(at, "big.png")

    async def ours(runway):
        request = asked("gen4_turbo", "first_frame", first_frame=still)
        await runway.submit(request, idempotency="j1:one.1")

    async def theirs(client, sent):
        (first,) = sent["promptImage"]
        upload = await client.uploads.create_ephemeral(file=at.project / still.path)
        assert upload.uri == first["uri"]

    mine, others = compared(at, ours, theirs)
    assert [call[1] for call in mine] == ["/v1/uploads", "/store", "/v1/image_to_video"]
    assert mine[:2] == others


# The same answers


@pytest.mark.parametrize(
    ("model", "more", "expected"),
    [
        (tasks.Pending, {"estimatedCost": {"credits": 60}}, Running()),
        (tasks.Throttled, {"estimatedCost": {"credits": 60}}, Running()),
        (tasks.Running, {"estimatedCost": {"credits": 60}, "progress": 0.25}, Running(0.25)),
        (
            tasks.Succeeded,
            {"cost": {"credits": 60}, "output": [LINK]},
            Succeeded(LINK, Decimal("0.60")),
        ),
        (
            tasks.Failed,
            {"cost": {"credits": 0}, "failure": "blocked", "failureCode": "SAFETY.INPUT.TEXT"},
            Failed("blocked (SAFETY.INPUT.TEXT)", "moderation", charged=False),
        ),
        (
            tasks.Failed,
            {"cost": {"credits": 5}, "failure": "broken"},
            Failed("broken", "provider", charged=True),
        ),
        (
            tasks.Cancelled,
            {"cost": {"credits": 0}},
            Failed("it was cancelled", "provider", charged=False),
        ),
    ],
)
def test_an_answer_as_their_models_write_it_is_read(model, more, expected):
    told = {"id": TASK, "createdAt": "2026-11-20T10:00:00Z", "status": model.__name__.upper()}
    written = model.model_validate(told | more).model_dump(by_alias=True, mode="json")
    assert answers.status(written, key=KEY) == expected


def test_every_state_that_they_know_is_known():
    (states, *_) = get_args(tasks.TaskRetrieveResponse)
    words = {one.model_fields["status"].annotation.__args__[0] for one in get_args(states)}
    for word in words:
        status = answers.status({"status": word}, key=KEY)
        assert "not documented" not in getattr(status, "reason", "")


def test_an_account_as_their_model_writes_it_is_read():
    tier = {"maxMonthlyCreditSpend": 10000, "models": {}}
    told = {"creditBalance": 1230, "tier": tier, "usage": {"models": {}}}
    found = organization.OrganizationRetrieveResponse.model_validate(told)
    assert answers.balance(found.model_dump(by_alias=True)) == "balance $12.30"


# Every body by their types


@cache
def variants(path: str) -> dict[str, Any]:
    """By the model's name: the client's type of a body at a path."""
    name = path.removeprefix("v1/")
    module = importlib.import_module(f"runwayml.types.{name}_create_params")
    whole = getattr(module, "".join(map(str.capitalize, name.split("_"))) + "CreateParams")
    found = {}
    for one in get_args(whole) or (whole,):
        (model,) = get_args(plain(get_type_hints(one, include_extras=True)["model"])[0])
        found[model] = one
    return found


def plain(hint: Any) -> tuple[Any, str | None]:
    """A hint without what is written around it, and the name that the API has for it."""
    alias = None
    while get_origin(hint) in (Annotated, Required):
        if get_origin(hint) is Annotated:
            alias = next((note.alias for note in hint.__metadata__ if note.alias), alias)
        hint = get_args(hint)[0]
    return hint, alias


def misfits(value: Any, hint: Any, where: str) -> list[str]:
    """Where a value is not what a hint says."""
    hint, _ = plain(hint)
    origin = get_origin(hint)
    if hasattr(hint, "__required_keys__"):
        return misfits_of_object(value, hint, where)
    if origin in (Union, types.UnionType):
        tries = [misfits(value, one, where) for one in get_args(hint)]
        return [] if [] in tries else tries[-1]
    if origin is Literal:
        return [] if value in get_args(hint) else [f"{where}: {value!r} is not sold there"]
    if origin is not None:  # lists of one kind are all that is left
        if not isinstance(value, list):
            return [f"{where}: no list"]
        return [fault for one in value for fault in misfits(one, get_args(hint)[0], where)]
    number = hint is float and type(value) is int
    fits = hint is object or type(value) is hint or number
    return [] if fits else [f"{where}: {value!r} is no {hint.__name__}"]


def misfits_of_object(value: Any, hint: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: no object"]
    known = {}
    for name, one in get_type_hints(hint, include_extras=True).items():
        known[plain(one)[1] or name] = (one, get_origin(one) is Required)
    faults = [f"{where}: has no {name}" for name in set(value) - set(known)]
    faults += [f"{where}: lacks {name}" for name in known if known[name][1] and name not in value]
    for name in set(value) & set(known):
        faults += misfits(value[name], known[name][0], f"{where}.{name}")
    return faults


def distinct(one):
    """What is on sale, with the shortest and the longest length alone."""
    asks = list(sold(one))
    lengths = sorted({ask.duration for ask in asks if ask.duration is not None})
    ends = {None, *lengths[:1], *lengths[-1:]}
    return [ask for ask in asks if ask.duration in ends]


@pytest.mark.parametrize("one", ROWS, ids=label)
def test_every_body_on_sale_is_one_by_their_types(one):
    faults = []
    for ask in distinct(one):
        request = bought_as(one, ask, **GIVEN[ask.mode])
        if ":" in ask.aspect and ask.resolution != "source":
            width, height = one.size(ask.resolution, ask.aspect)
            request = replace(request, width=width, height=height)
        turned = {"seed": 7, "negative_prompt": "text", "guidance_scale": Decimal("0.5")}
        able = {name: turned[name] for name in turned if name in one.capabilities}
        request = replace(request, **able)
        links = dict.fromkeys(files_of(request, one.offer.fields), "runway://one")
        path, _, model = request.endpoint.partition("?model=")
        written = {"model": model, **body(request, one.offer.fields, links)}
        hint = variants(path).get(model)
        if hint is None:
            faults.append(f"{path}: no model is called {model}")
        else:
            faults += misfits(written, hint, f"{ask.mode} {ask.resolution} {ask.aspect}")
    clean(sorted(set(faults)))


def test_a_body_that_is_none_by_their_types_is_found_out():
    hint = variants("v1/text_to_video")["gen4.5"]
    body = {"model": "gen4.5", "promptText": "tea", "ratio": "960:960", "seed": "7", "fps": 24}
    assert sorted(misfits(body, hint, "it")) == [
        "it.ratio: '960:960' is not sold there",
        "it.seed: '7' is no int",
        "it: has no fps",
        "it: lacks duration",
    ]
    assert route("gen4.5").offer.modes["text"] == "v1/text_to_video?model=gen4.5"


def test_what_is_not_compared_is_said():
    assert all(isinstance(reason, str) and len(reason) > 20 for reason in NOT_COMPARED)
