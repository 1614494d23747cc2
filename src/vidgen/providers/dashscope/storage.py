"""Files on their way to Model Studio: in the body while they are small pictures, else uploaded.

An upload is free, is bound to one model and the key's account, and lives for 48 hours; so trouble
here is never ambiguous. Facts: dashscope 2.0.2 (`utils/oss_utils.py`) and Model Studio's page on
temporary links, 2026.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vidgen.errors import ProviderError
from vidgen.job import Input
from vidgen.providers import Session
from vidgen.providers.dashscope.answers import content
from vidgen.providers.wire import call, media_type, read, refused

INLINE = 5_000_000
"""Bytes of pictures that go inside one body; a single one may have 10 to 20 MB there."""

OURS = "oss://"
"""How the name of an upload begins; an order with one says so in a header."""


async def links_of(files: Mapping[Input, bool], model: str, session: Session) -> dict[Input, str]:
    """Each file as what stands for it in a body; the value says whether it may be inside.

    Raises ProviderError, of every kind but `ambiguous`.
    """
    links, inside = {}, 0
    for one, may_be_inside in files.items():
        path = session.project / one.path
        data = await asyncio.to_thread(read, path)
        if may_be_inside and inside + len(data) <= INLINE:
            inside += len(data)
            packed = base64.b64encode(data).decode("ascii")
            links[one] = f"data:{media_type(path)};base64,{packed}"
        else:
            links[one] = await _uploaded(one, data, model, session)
    return links


async def _uploaded(one: Input, data: bytes, model: str, session: Session) -> str:
    """Ask for a place, put the file there, and return its name."""
    path = Path(one.path)
    try:
        place = await _place(model, session)
        most = place.get("max_file_size_mb")
        if isinstance(most, int) and len(data) > most * 1_000_000:
            size = len(data) // 1_000_000
            message = f"{path.name} has {size} MB, and {model} takes {most}"
            raise ProviderError(message, kind="input", where=one.path)
        # The author's own name of a file need not be known there, nor fit into an address.
        name = f"{place['upload_dir']}/{one.digest[:16]}{path.suffix.lower()}"
        form = [
            ("OSSAccessKeyId", place["oss_access_key_id"]),
            ("Signature", place["signature"]),
            ("policy", place["policy"]),
            ("key", name),
            ("x-oss-object-acl", place["x_oss_object_acl"]),
            ("x-oss-forbid-overwrite", place["x_oss_forbid_overwrite"]),
            ("success_action_status", "200"),
            ("x-oss-content-type", media_type(path)),
            ("file", (name.rpartition("/")[2], data, media_type(path))),
        ]
        # signed by the form itself: the key stays here
        answer = await call(
            session.http, "POST", place["upload_host"], key=session.key, headers={}, form=form
        )
    except ProviderError as error:
        if error.kind == "ambiguous":
            error.kind, error.charged = "unsent", False
        raise
    if not answer.is_success:
        later = answer.status_code == 429 or answer.status_code >= 500
        message = f"Model Studio's storage does not take {path.name} (HTTP {answer.status_code})"
        raise refused(answer, message, "overload" if later else "provider", key=session.key)
    return f"{OURS}{name}"


PLACE = (
    "upload_host",
    "upload_dir",
    "policy",
    "signature",
    "oss_access_key_id",
    "x_oss_object_acl",
    "x_oss_forbid_overwrite",
)


async def _place(model: str, session: Session) -> dict[str, Any]:
    """Where a file for a model may be put; one place for each, so that no name is taken twice."""
    answer = await call(
        session.http,
        "GET",
        f"{session.base_url.rstrip('/')}/uploads?action=getPolicy&model={model}",
        key=session.key,
        headers={"Authorization": f"Bearer {session.key}"},
    )
    told = content(answer, key=session.key, submitting=False).get("data")
    place = told if isinstance(told, dict) else {}
    if not all(isinstance(place.get(name), str) for name in PLACE):
        raise ProviderError("Model Studio names no place for a file", kind="provider")
    return place
