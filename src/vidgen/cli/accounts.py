"""What this machine has for each provider: keys and settings by name, servers that run here.

Never says what is in a variable, and reaches no other machine: that is for `online`.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vidgen.cli import keys
from vidgen.cli.finding import Finding, Section, State

if TYPE_CHECKING:
    from vidgen.catalogue import Catalogue
    from vidgen.catalogue.page import Provider as Page
    from vidgen.catalogue.page import Variable

LOCAL_SECONDS = 0.3
"""How long a server on this machine may take to accept a connection."""


@dataclass(frozen=True, slots=True)
class Account:
    """A provider as this machine has it.

    `has` says in words what there is of it; `keys` are the names of its keys that are set. It is
    `askable` where something is set or running, and nothing is known to stand in the way.
    """

    page: Page
    finding: Finding
    has: str
    keys: tuple[str, ...]
    askable: bool


def accounts(catalogue: Catalogue) -> list[Account]:
    """Local servers, then the hosted providers: first those of which something is there."""
    pages = [page for page in catalogue.providers.values() if page.life.state == "live"]
    local = [_local(page) for page in pages if page.local and page.over_http]
    others = sorted((page for page in pages if not page.local), key=lambda page: page.provider)
    hosted = [_hosted(page) for page in others if page.keys]
    return [*local, *sorted(hosted, key=_is_wanting)]


def _is_wanting(account: Account) -> bool:
    return account.finding.state == "note" and not account.askable


def _hosted(page: Page) -> Account:
    """What is set of a provider's variables, what is lacking, or what would do."""
    with_keys, with_settings = _names(page.keys), _names(page.settings)
    lacking = [one.env for one in keys.lacking(page)]
    has = f"{_listed(with_keys + with_settings)} set" if with_keys or with_settings else ""
    state: State = "note"
    if lacking:
        found = "; ".join(filter(None, (f"{_listed(lacking)} not set", has)))
    elif with_keys:
        state, found = "ok", has
    elif has:
        found = has = f"{has}, and no key, which it can do without"
    else:
        found = f"{_listed([key.env for key in page.keys], 'or')} would do, or another way in"
    name = lacking[0] if lacking else page.keys[0].env
    mend = "" if state == "ok" else f"export {name}=… or a line {name}=… in .env"
    damaged = _damaged(page, "keys")
    finding = damaged or Finding("keys", page.provider, state, found, mend)
    return Account(page, finding, has, with_keys, bool(has) and not lacking and not damaged)


def _local(page: Page) -> Account:
    """Whether somebody listens where a local server should be, if that is on this machine."""
    url = _own_address(page)
    at = page.base_url_from if url else page.base_url
    place = _place(url or page.base_url)
    damaged = _damaged(page, "local servers")
    state: State = "note"
    has, askable = f"at {at}", not damaged
    if place is None or not _is_here(place[0]):
        found = f"{has}, not on this machine: `--online` asks there"
    elif _answers(place):
        state, found = "ok", (has := f"answers at {at}")
    else:
        found, askable = f"nobody answers at {at}", False
    is_set = _names(page.keys)
    also = f"; {_listed(is_set)} set" if is_set else ""
    finding = damaged or Finding("local servers", page.provider, state, found + also)
    return Account(page, finding, has + also, is_set, askable)


def _damaged(page: Page, section: Section) -> Finding | None:
    """A key that no call can carry, or a setting that leads nowhere."""
    odd = [keys.name_of(key) for key in page.keys if not keys.sendable(keys.value_of(key))]
    if odd:
        found = f"{_listed(odd)} set, but with a space, a line end or a letter that no key has"
        mend = f"copy {odd[0]} again, and nothing around it"
    elif (url := _own_address(page)) and _place(url) is None:
        found = f"{page.base_url_from} set, but not to an address"
        mend = f"set {page.base_url_from} to one such as {page.base_url}"
    else:
        return None
    return Finding(section, page.provider, "missing", found, mend)


def _own_address(page: Page) -> str | None:
    """The address that the environment gives a provider instead of its page's."""
    return keys.settings_of(page).get(page.base_url_from)


def _names(variables: Iterable[Variable]) -> tuple[str, ...]:
    """The names under which variables are set."""
    return tuple(name for one in variables if (name := keys.name_of(one)))


def _listed(names: Sequence[str], last: str = "and") -> str:
    """`A, B and C`."""
    return f" {last} ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _place(url: str) -> tuple[str, int] | None:
    """The host and the port of an address; None for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname else None


def _is_here(host: str) -> bool:
    """Whether a host is this machine, as far as can be told without asking anybody."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _answers(place: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(place, timeout=LOCAL_SECONDS):
            return True
    except OSError:
        return False
