"""Ids of work: in an answer, in a ticket, and from a person. Pure.

An id becomes a part of addresses, so that only what cannot lead elsewhere is one.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from vidgen.errors import ProviderError
from vidgen.job import Running, Status, Ticket

PLAIN = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""How most providers' ids are written."""


def id_in(
    told: Mapping[str, Any], name: str = "id", *, form: re.Pattern[str] = PLAIN
) -> str | None:
    """The id under a name of an answer or a ticket; None where there is none."""
    found = told.get(name)
    return found if isinstance(found, str) and form.fullmatch(found) else None


def accepted(
    told: Mapping[str, Any], who: str, *, name: str = "id", form: re.Pattern[str] = PLAIN
) -> str:
    """The id of what was ordered, in the answer to the paid call.

    Raises ProviderError `ambiguous` where it names none: the work may go on, unseen.
    """
    found = id_in(told, name, form=form)
    if found is None:
        message = f"{who} accepted, and named no job"
        raise ProviderError(message, kind="ambiguous", charged=None)
    return found


def adopted(identifier: str, who: str, hint: str, *, form: re.Pattern[str] = PLAIN) -> str:
    """An id that a person found, without the spaces that come with copying.

    Raises ProviderError `input` for what is none.
    """
    found = identifier.strip()
    if not form.fullmatch(found):
        raise ProviderError(f"{who} has no job with an id like that", kind="input", hint=hint)
    return found


def kept(ticket: Ticket, who: str, *, form: re.Pattern[str] = PLAIN) -> str:
    """The id in a ticket. Raises ProviderError `gone` where it is not one of theirs."""
    found = id_in(ticket, form=form)
    if found is None:
        raise foreign(who)
    return found


def foreign(who: str) -> ProviderError:
    """The error of a ticket that a provider cannot have given."""
    return gone(f"the ticket names no job at {who}")


def gone(message: str) -> ProviderError:
    """The error of work that is not known; what became of it, nobody says."""
    return ProviderError(message, kind="gone", charged=None)


async def runs(poll: Callable[[Ticket], Awaitable[Status]], ticket: Ticket) -> bool:
    """Whether work is not over, by one look; what is not known does not run.

    For providers where the call that stops work would throw a finished clip away.
    """
    try:
        return isinstance(await poll(ticket), Running)
    except ProviderError as error:
        if error.kind == "gone":
            return False
        raise
