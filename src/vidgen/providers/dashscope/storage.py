"""Files on their way to Model Studio: in the body while they are small pictures, else uploaded.

An upload is bound to one model and the key's account, and lives for 48 hours. Facts: dashscope
2.0.2 (`utils/oss_utils.py`) and Model Studio's page on temporary links, 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session, files
from vidgen.providers.bearer import called
from vidgen.providers.dashscope.answers import content
from vidgen.providers.files import File, Room
from vidgen.providers.reading import record
from vidgen.providers.wire import Form, call

ROOM = Room("Model Studio", inside=5_000_000)
"""A single picture may have 10 to 20 MB in a body; how large an upload may be, its place says."""

OURS = "oss://"
"""How the name of an upload begins; an order with one says so in a header."""

PLACE = (
    "upload_host",
    "upload_dir",
    "policy",
    "signature",
    "oss_access_key_id",
    "x_oss_object_acl",
    "x_oss_forbid_overwrite",
)


async def links_of(inputs: Mapping[Input, bool], model: str, session: Session) -> dict[Input, str]:
    """Each file as what stands for it in a body; the value says whether it may be inside.

    Raises ProviderError, of every kind but `ambiguous`.
    """

    async def upload(file: File, data: bytes) -> str:
        place = await _place(model, session)
        most = place.get("max_file_size_mb")
        if isinstance(most, int):
            files.refuse_larger(file, len(data), model, most * 1_000_000)
        # The author's own name of a file need not be known there, nor fit into an address.
        name = f"{place['upload_dir']}/{file.given.digest[:16]}{file.path.suffix.lower()}"
        # signed by the form itself: the key stays here
        form, key = _form(place, name, file, data), session.key
        answer = await call(
            session.http, "POST", place["upload_host"], key=key, headers={}, form=form
        )
        files.refuse_unstored(answer, file, "Model Studio's storage", key)
        return f"{OURS}{name}"

    apart = {one for one, may_be_inside in inputs.items() if not may_be_inside}
    return await files.links_of(inputs, session, ROOM, upload, apart=apart)


def _form(place: Mapping[str, Any], name: str, file: File, data: bytes) -> Form:
    """What a place is sent; after the file it reads nothing more."""
    return [
        ("OSSAccessKeyId", place["oss_access_key_id"]),
        ("Signature", place["signature"]),
        ("policy", place["policy"]),
        ("key", name),
        ("x-oss-object-acl", place["x_oss_object_acl"]),
        ("x-oss-forbid-overwrite", place["x_oss_forbid_overwrite"]),
        ("success_action_status", "200"),
        ("x-oss-content-type", file.media),
        ("file", (name.rpartition("/")[2], data, file.media)),
    ]


async def _place(model: str, session: Session) -> dict[str, Any]:
    """Where a file for a model may be put; one place for each, so that no name is taken twice."""
    answer = await called(session, "GET", f"uploads?action=getPolicy&model={model}")
    place = record(content(answer, key=session.key, submitting=False).get("data"))
    if not all(isinstance(place.get(name), str) for name in PLACE):
        raise ProviderError("Model Studio names no place for a file", kind="provider")
    return place
