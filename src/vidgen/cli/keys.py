"""What the environment says to providers: keys, which are secret, and settings, which are not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vidgen.cli.app import environment

if TYPE_CHECKING:
    from vidgen.catalogue import Catalogue
    from vidgen.catalogue.page import Provider as Page
    from vidgen.catalogue.page import Variable

REHEARSAL_KEY = "rehearsal-key"
"""What a rehearsal uses where the user has no key of that provider."""


def at_hand(catalogue: Catalogue) -> frozenset[str]:
    """The providers whose key is in the environment, and those that need none."""
    return frozenset(
        page.provider
        for page in catalogue.providers.values()
        if page.local or (not missing(page) and settings_of(page))
    )


def missing(page: Page) -> Variable | None:
    """The first of what a provider cannot do without and the environment has not."""
    return next(iter(lacking(page)), None)


def lacking(page: Page) -> tuple[Variable, ...]:
    """The keys that a provider cannot do without and the environment has not; and its address,
    where the page's own only stands for the user's.
    """
    nowhere = (urlsplit(page.base_url).hostname or "").endswith(".invalid")
    address = [one for one in page.settings if nowhere and one.env == page.base_url_from]
    needed = [*(key for key in page.keys if not key.optional), *address]
    return tuple(one for one in needed if not value_of(one))


def key_of(page: Page) -> str:
    """A provider's key from the environment, under the name its own client reads or an alias."""
    return next((value for key in page.keys if (value := value_of(key))), "")


def settings_of(page: Page) -> dict[str, str]:
    """What the environment says under the names of a provider's page; what is not set is absent."""
    found = {one.env: value_of(one) for one in (*page.keys, *page.settings)}
    return {name: value for name, value in found.items() if value}


def rehearsed_settings_of(page: Page) -> dict[str, str]:
    """The same in a rehearsal, where a page may name what stands in for what is not set."""
    stand_ins = {one.env: one.rehearsed for one in (*page.keys, *page.settings) if one.rehearsed}
    return stand_ins | settings_of(page)


def value_of(variable: Variable) -> str:
    """What the environment says under a variable's name, or one of its aliases."""
    return environment(name_of(variable)) or ""


def name_of(variable: Variable) -> str:
    """The name, its own or an alias, under which a variable is set; empty where none is."""
    names = (variable.env, *variable.aliases)
    return next((name for name in names if environment(name)), "")


def sendable(value: str) -> bool:
    """Whether a key could be a header's value: ASCII, without spaces and line ends."""
    return all("!" <= letter <= "~" for letter in value)
