"""Every adapter of ours at the rehearsal of its provider, through every fault there is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.catalogue_rows import routes
from tests.providers.asked import FIRST, LAST, ordered
from tests.providers.at_work import HOSTED, KEY, hosted
from tests.rehearsal.stage import house
from vidgen.errors import ProviderError
from vidgen.job import Failed, Running, Succeeded
from vidgen.providers import PROVIDERS, Keyed
from vidgen.providers.wire import clients
from vidgen.rehearsal.faults import MEANINGS, Faults
from vidgen.rehearsal.play import Played
from vidgen.rehearsal.works import Work

SUBMITS = {
    "rate-limit": "limit",
    "overload": "overload",
    "server-error": "ambiguous",
    "reset-before": "ambiguous",
    "no-credit": "credit",
    "server-error-created": "ambiguous",
    "lost-reply": "ambiguous",
    "moderation": "moderation",
    "bad-input": "input",
}
"""What a submit is told under a fault; under every other it is taken."""

LOOKS = {"poll-error": {"overload"}, "unknown-word": {"unknown"}}
"""What is met while it is looked at."""

PNG = b"\x89PNG\r\n\x1a\n" + bytes(3000)

FREE, PAID, UNSAID = False, True, None


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of work at a provider, by the name of its offer where that matters.

    `failed` and `wasted` are what a failure is said to have cost that was free, and one that was
    billed; `refused` is what was refused late.
    """

    provider: str
    offer: str = ""
    submits: Mapping[str, str] = field(default_factory=dict)
    failed: bool | None = FREE
    wasted: bool | None = PAID
    refused: bool | None = FREE
    usd: str = "0.51"

    @property
    def name(self) -> str:
        """For the names of tests."""
        return f"{self.provider} {self.offer}".strip()


DOUBT = {"overload": "ambiguous"}
"""A 503 of which nobody says that the order was not taken."""

CONNECTIONS = {"overload": "limit"}
"""MiniMax counts connections."""

NO_ACCOUNT = {"no-credit": "limit"}
"""A server of one's own has nothing to pay, and knows no such refusal."""

ROWS = (
    Row("byteplus"),
    Row("dashscope", submits=DOUBT, wasted=UNSAID),
    Row("fal", wasted=UNSAID, refused=UNSAID),
    Row("google"),
    Row("kling", submits=DOUBT),
    Row("minimax", "MiniMax-H3", CONNECTIONS),
    Row("minimax", "MiniMax-Hailuo-2.3", CONNECTIONS, UNSAID, UNSAID, UNSAID),
    Row("openai-compatible", "", DOUBT, UNSAID, UNSAID, UNSAID),
    Row("replicate", submits=DOUBT, wasted=UNSAID),
    Row("runway"),
    Row("sglang", submits=NO_ACCOUNT, wasted=FREE, usd="0"),
    Row("vertex", "veo-3.1-lite-generate-001", failed=UNSAID, wasted=UNSAID),
    Row("vertex", "gemini-omni-1.1-flash"),
    Row("vllm-omni", submits=NO_ACCOUNT, wasted=FREE, usd="0"),
    Row("volcengine"),
)


def test_every_provider_has_a_row():
    assert {row.provider for row in ROWS} == set(HOSTED)


def planned(row, mode="text"):
    """A clip that a row sells in a mode, and the address where it is bought."""
    route = next(route for route in routes() if sells(route, row, mode))
    work = Work(ordered(route, mode), Decimal(row.usd), 10.0, still=False)
    return work, Played(row.provider, route.provider.base_url, (work,), 2)


def sells(route, row, mode):
    """Whether a route is of a row, and makes clips in a mode."""
    named = route.provider.provider == row.provider and row.offer in ("", route.offer.name)
    return named and route.model.kind == "video" and mode in route.offer.modes


@asynccontextmanager
async def adapter(row, at, folder):
    """Our adapter, whose calls reach the rehearsal."""
    http = clients(at.server.url)
    try:
        yield PROVIDERS[row.provider](replace(hosted(row.provider, folder), http=http))
    finally:
        await http.aclose()


async def submitted(ours, request):
    """The kinds of errors before it was taken, and the ticket."""
    told = set()
    for _ in range(8):
        try:
            return told, await ours.submit(request, idempotency="j1:one.1")
        except ProviderError as error:
            assert KEY not in error.message
            told.add(error.kind)
    return told, None


async def watched(at, ours, ticket):
    """What was met on the way that passes, and how it ended."""
    odd, last = set(), Running()
    for _ in range(8):
        try:
            last = await ours.poll(ticket)
        except ProviderError as error:
            assert KEY not in error.message
            odd.add(error.kind)
            continue
        if isinstance(last, Failed) and last.kind == "unknown":
            odd.add(last.kind)
            continue
        if not isinstance(last, Running):
            break
        await at.passed()
    return odd, last


async def brought(at, ours, media):
    """What a result holds: a file here, or what its link brings."""
    file = Path(media)
    if file.is_absolute():
        return await asyncio.to_thread(file.read_bytes)
    headers = await ours.download_headers(media) if isinstance(ours, Keyed) else {}
    return (await at.http.get(media, headers=headers)).content


FRAMED = [
    (row, mode)
    for row in ROWS
    for mode in ("first_frame", "first_last")
    if any(sells(route, row, mode) for route in routes())
]


@pytest.mark.parametrize(("row", "mode"), FRAMED, ids=lambda one: getattr(one, "name", one))
def test_our_frames_are_those_that_the_clip_starts_from_and_ends_on(tmp_path, row, mode):
    (tmp_path / "stills").mkdir()
    for still in (FIRST, LAST):
        (tmp_path / still.path).write_bytes(PNG + still.path.encode())
    work, played = planned(row, mode)

    async def run():
        async with house(tmp_path, played) as at:
            async with adapter(row, at, tmp_path) as ours:
                await ours.submit(work.request, idempotency="j1:one.1")
            await at.passed()
            (wanted,) = at.clips.wanted
            stills = [FIRST, LAST] if mode == "first_last" else [FIRST, None]
            seen = [still and still.read_bytes() for still in (wanted.first, wanted.last)]
            assert seen == [one and PNG + one.path.encode() for one in stills]

    asyncio.run(run())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("fault", [None, *MEANINGS])
def test_our_adapter_says_of_every_fault_what_it_is(tmp_path, fault, row):
    work, played = planned(row)
    kind = {**SUBMITS, **row.submits}.get(fault)
    ends = {
        "moderation-late": ("moderation", row.refused),
        "provider-failure": ("provider", row.failed),
        "failure-billed": ("provider", row.wasted),
    }

    async def run():
        faults = Faults("s", {fault: 1.0} if fault else {})
        async with (
            house(tmp_path, played, faults=faults) as at,
            adapter(row, at, tmp_path) as ours,
        ):
            told, ticket = await submitted(ours, work.request)
            assert told == ({kind} if kind else set())
            assert (ticket is None) is (fault in ("moderation", "bad-input"))
            if ticket is None:
                return
            odd, last = await watched(at, ours, ticket)
            assert odd == LOOKS.get(fault, set())
            assert KEY not in repr(last)
            if fault in ends:
                assert isinstance(last, Failed)
                assert (last.kind, last.charged) == ends[fault]
                assert last.charged in (UNSAID, bool(at.books.billed()))
                return
            assert isinstance(last, Succeeded)
            if fault is None:
                assert await brought(at, ours, last.media) == at.clips.path.read_bytes()

    asyncio.run(run())
