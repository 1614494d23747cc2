"""`vidgen doctor --online`: providers are asked whether they take the keys that are set.

By calls that cost nothing, to all of them at once. No part of a key is in what it says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from textwrap import shorten
from typing import TYPE_CHECKING

from vidgen.cli import keys
from vidgen.cli.app import environment
from vidgen.cli.desks import adapter_of, keyed_session
from vidgen.cli.finding import Finding
from vidgen.errors import ProviderError

if TYPE_CHECKING:
    from vidgen.catalogue.page import Provider as Page
    from vidgen.cli.accounts import Account
    from vidgen.providers.wire import Http

PATIENCE = 10.0
"""Seconds that a provider may take to answer."""

LONGEST = 300
"""Letters of what a provider says that are shown."""

QUOTED = 4
"""Letters in a row that are taken for a part of a key; providers show that many of its end."""

NO_FREE_CALL = "it has no call that costs nothing"


def asked(accounts: Sequence[Account]) -> Iterator[Finding]:
    """The findings of the accounts, with what the providers say of those that can be asked.

    `VIDGEN_SIMULATOR` names a server that is asked in the place of all of them.
    """
    simulator = environment("VIDGEN_SIMULATOR")
    if simulator:
        words = "set: keys were shown to the server that it names, and to no provider"
        yield Finding("machine", "VIDGEN_SIMULATOR", "note", words)
    yield from asyncio.run(_all(accounts, simulator))


async def _all(accounts: Sequence[Account], simulator: str | None) -> list[Finding]:
    from vidgen.providers.wire import clients

    http = clients(simulator)
    try:
        return await asyncio.gather(
            *(_finding(account, http, rehearsal=simulator is not None) for account in accounts)
        )
    finally:
        await http.aclose()


async def _finding(account: Account, http: Http, *, rehearsal: bool) -> Finding:
    """One provider's finding, with its answer where there is something to ask about."""
    from vidgen.providers import KeyChecker

    finding, page = account.finding, account.page
    if not account.askable:
        return finding
    provider = adapter_of(page.provider, keyed_session(page, http, rehearsal=rehearsal))
    if not isinstance(provider, KeyChecker):
        why = NO_FREE_CALL if provider else "this version cannot render there yet"
        return finding if page.local else _unchecked(account, why)
    try:
        async with asyncio.timeout(PATIENCE):
            said = _shown(await provider.check_key(), page)
    except TimeoutError:
        return _unchecked(account, f"no answer in {PATIENCE:g} s")
    except ProviderError as error:
        return _trouble(account, error)
    accepted = "" if page.local else "accepted"
    words = ": ".join(filter(None, (accepted, said)))
    return replace(finding, state="ok", found="; ".join(filter(None, (account.has, words))))


def _trouble(account: Account, error: ProviderError) -> Finding:
    """What is wrong with the account, or why nothing is known of it."""
    words, hint = _shown(error.message, account.page), _shown(error.hint, account.page)
    if error.kind == "key" and (account.keys or not account.page.local):
        subject = " and ".join(account.keys) or f"{account.has};"
        found = f"{subject} refused: {words}"
        mend = hint or "make a new key in the account, and set that"
        return replace(account.finding, state="missing", found=found, mend=mend)
    if error.kind == "credit":
        return replace(account.finding, state="note", found=f"{account.has}; no credit: {words}")
    return _unchecked(account, ": ".join(filter(None, (words, hint))))


def _unchecked(account: Account, why: str) -> Finding:
    return replace(account.finding, state="note", found=f"{account.has}; not checked: {why}")


def _shown(words: str, page: Page) -> str:
    """Words from outside as one line of letters that can be printed, without any part of a key."""
    line = "".join(letter if letter.isprintable() else " " for letter in words[: 2 * LONGEST])
    for key in page.keys:
        line = _without(line, keys.value_of(key))
    return shorten(line, LONGEST, placeholder=" …")


def _without(words: str, key: str) -> str:
    """Words with every run of letters cut out that is a part of a key: some providers quote it."""
    alike = SequenceMatcher(None, "", key, autojunk=False)
    while True:
        alike.set_seq1(words)
        run = alike.find_longest_match()
        if run.size < QUOTED:
            return words
        words = f"{words[: run.a]}•••{words[run.a + run.size :]}"
