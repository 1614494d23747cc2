"""The sidecar beside each take: everything a plan and a person want to know of it, as JSON."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from vidgen.errors import TakeUnreadable
from vidgen.job import Acceptance, JobKey, StartedFrom, Take, plain

SIDECAR = "vidgen.take/2"


def write_sidecar(path: Path, take: Take, facts: dict[str, Any]) -> None:
    """Write a take's sidecar; `facts` are what else is known of how it came about."""
    write_json(path, {"schema": SIDECAR, **plain(take), **facts})


def read_facts(path: Path) -> dict[str, Any]:
    """A sidecar as it stands. Raises TakeUnreadable."""
    try:
        facts = json.loads(path.read_bytes())
        if not isinstance(facts, dict):
            raise TypeError("it is no mapping")
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable(path, error) from error
    return facts


def take_of(path: Path, clip: str) -> Take:
    """The take that a sidecar describes; `clip` is its file in the project."""
    facts = read_facts(path)
    try:
        return Take(
            shot=facts["shot"],
            number=facts["number"],
            tier=facts["tier"],
            key=JobKey(facts["key"]),
            path=clip,
            digest=facts["digest"],
            model=facts["model"],
            provider=facts["provider"],
            started_from=_started_from(facts.get("started_from")),
            frames=facts["frames"],
            rate=Fraction(facts["rate"]),
            cost_usd=None if facts.get("cost_usd") is None else Decimal(facts["cost_usd"]),
            parts=facts.get("parts", {}),
            take=facts.get("take", 1),
            seed=facts.get("seed"),
            flags=tuple(facts.get("flags", ())),
            begins=int(facts.get("begins", 0)),
            accepted=tuple(
                Acceptance(JobKey(word["key"]), dict(word.get("started_from", {})))
                for word in facts.get("accepted", ())
            ),
        )
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise _unreadable(path, error) from error


def _started_from(told: Any) -> StartedFrom:
    """What a take started from; the first version of sidecars knew chains only."""
    if isinstance(told, str):
        return {"first_frame": told}
    return {str(name): str(digest) for name, digest in (told or {}).items()}


def _unreadable(path: Path, error: Exception) -> TakeUnreadable:
    return TakeUnreadable(
        f"the sidecar of take {path.stem} cannot be read: {error}",
        where=str(path),
        hint="restore it from version control, or delete it with its clip",
    )


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that the file is whole or absent, also when the machine stops."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text so that the file is whole or as it was, also when the machine stops."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    sync(part)
    part.replace(path)
    _sync_folder(path.parent)


def sync(path: Path) -> None:
    """See that a file's bytes survive the machine stopping."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """See that a new name survives the machine stopping, where a folder can be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
