"""MiniMax's adapter against its rehearsal: with uploads, with stills, with links that end."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.catalogue_rows import label, routes, sold
from tests.providers.asked import GIVEN, bought_as
from tests.rehearsal.stage import KEY, house
from tests.rehearsal.test_minimax import H3, HAILUO, HOST, STILL, played
from vidgen.job import Input
from vidgen.providers import Session
from vidgen.providers.files import Room
from vidgen.providers.minimax import MiniMax, uploads
from vidgen.providers.minimax.bodies import address, body, files_of, refuse
from vidgen.providers.wire import clients
from vidgen.rehearsal.faults import Faults
from vidgen.rehearsal.shapes import minimax


@asynccontextmanager
async def at_work(folder, *works, faults=None):
    """A rehearsal, and the adapter whose calls all go there."""
    async with house(folder, played(*works), faults=faults) as at:
        http = clients(at.server.url)
        try:
            yield at, MiniMax(Session(folder, folder, folder, base_url=HOST, key=KEY, http=http))
        finally:
            await http.aclose()


@pytest.mark.parametrize("work", [H3, HAILUO], ids=["v2", "v1"])
def test_a_link_that_has_expired_is_a_fresh_one_at_the_next_look(tmp_path, work):
    async def run():
        faults = Faults("s", {"expired-link": 1.0})
        async with at_work(tmp_path, work, faults=faults) as (at, adapter):
            ticket = await adapter.submit(work.request, idempotency="j1:one.1")
            await at.passed()
            codes = []
            for _ in range(2):
                status = await adapter.poll(ticket)
                codes.append((await at.http.get(status.media)).status_code)
            return codes, at.server.play.results.leaks

    assert asyncio.run(run()) == ([403, 200], [])


def test_a_still_and_a_file_that_does_not_fit_come_through(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "ROOM", Room("MiniMax", inside=10))
    (tmp_path / "face.png").write_bytes(b"\x89PNG\r\n\x1a\n and more")
    given = Input("face.png", "f" * 64)
    shown = replace(
        H3, request=replace(H3.request, mode="first_frame", first_frame=given, aspect="source")
    )

    async def run():
        async with at_work(tmp_path, shown, STILL) as (at, adapter):
            await adapter.submit(shown.request, idempotency="j1:one.1")
            ticket = await adapter.submit(STILL.request, idempotency="j1:two.1")
            await at.passed()
            still = await adapter.poll(ticket)
            assert await adapter.check_key() == "balance $98.00"
            first = next(order for order in at.books.orders() if order.entry.first)
            return (await at.http.get(still.media)).status_code, first.entry.work

    status, work = asyncio.run(run())
    assert (status, work) == (200, shown.name)


ROWS = [route for route in routes() if route.provider.provider == "minimax"]


@pytest.mark.parametrize("route", ROWS, ids=label)
def test_whatever_is_on_sale_is_written_as_the_rehearsal_takes_it(route):
    tried = 0
    for ask in sold(route):
        size = {} if ask.aspect == "source" else sized(route, ask)
        request = replace(bought_as(route, ask, **GIVEN[ask.mode]), **size)
        to = address(request.endpoint)
        refuse(request, to)
        links = {one: f"data:{KINDS[one.path[:4]]},AA" for one in files_of(request)}
        assert minimax.ORDERS[to.path](body(request, to, links)), ask
        tried += 1
    assert tried


def sized(route, ask):
    """Width and height as a plan has them."""
    return dict(zip(("width", "height"), route.size(ask.resolution, ask.aspect), strict=True))


KINDS = {"stil": "image/png;base64", "clip": "video/mp4;base64", "soun": "audio/wav;base64"}
"""By the folder of a file: as what it goes along."""
