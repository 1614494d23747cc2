"""Plays the providers: calls in, answers out, with the faults that were decided beforehand.

Says what happens, where a shape says how it is worded, the books what is true, and the clips what
comes of it. Opens no connection.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter as Count
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from vidgen.rehearsal.books import Books
from vidgen.rehearsal.carried import Carried, carried, first_of
from vidgen.rehearsal.clips import Clips, Wanted
from vidgen.rehearsal.exchange import (
    Announce,
    Answer,
    Ask,
    Bring,
    Counter,
    Ending,
    Fetch,
    Keep,
    Look,
    Refusal,
    Refuse,
    Seen,
    Shape,
    Stop,
    Submit,
    as_json,
)
from vidgen.rehearsal.faults import Fate, Fault, Faults
from vidgen.rehearsal.order import Entry, Order
from vidgen.rehearsal.results import Results
from vidgen.rehearsal.shapes import shape_of
from vidgen.rehearsal.shelf import FILES, Shelf, link_of
from vidgen.rehearsal.works import NoRehearsal, Slip, Work, recognised

_ENDINGS: dict[Fault | None, Ending] = {
    "moderation-late": "moderated",
    "provider-failure": "failed",
    "failure-billed": "failed-billed",
}
_REFUSALS: dict[Fault, Refusal] = {
    "rate-limit": "rate-limit",
    "overload": "overload",
    "server-error": "server-error",
    "no-credit": "no-credit",
    "moderation": "moderation",
    "bad-input": "bad-input",
}


@dataclass(frozen=True, slots=True)
class Played:
    """One provider as it is played: its page's name, address and limits, and what is ordered there.

    `in_flight` is jobs at once; `resend` is what its page says of a submit that is sent again; a
    server of one's `own` bills nobody for what fails.
    """

    provider: str
    base_url: str
    works: tuple[Work, ...]
    in_flight: int = 2
    resend: Literal["idempotent", "lookup", "never"] = "never"
    own: bool = False

    @property
    def counter(self) -> Counter:
        """Where it is reached."""
        url = urlsplit(self.base_url or f"https://{self.provider}.{FILES}")
        return Counter(self.provider, url.netloc, url.path.rstrip("/"), url.scheme)

    @property
    def shape(self) -> Shape:
        """How it is spoken with."""
        return shape_of(self.provider, self.resend)


class Play:
    """Every provider of a rehearsal. `speed` divides how long jobs take."""

    def __init__(
        self,
        played: Sequence[Played],
        *,
        books: Books,
        faults: Faults,
        clips: Clips,
        folder: Path,
        speed: float,
    ) -> None:
        self.books = books
        self._faults = faults
        self._shelf = Shelf(folder)
        self._speed = speed
        self._hosts = _hosts(played)
        self._works = {(one.provider, work.name): work for one in played for work in one.works}
        self._copies = Count((one.provider, work.name) for one in played for work in one.works)
        self._looks: Count[str] = Count()
        self.results = Results(books, clips, self._shelf, self._wanted, self._fate_of)

    async def answer(self, ask: Ask) -> Answer:
        """What is answered to a call."""
        if ask.host.endswith(f".{FILES}") and ask.host.startswith("files."):
            return await self.results.fetched(ask)
        one = self._hosts.get(ask.host)
        if one is None:
            return as_json({"detail": f"nobody is rehearsed at {ask.host or 'no host'}"}, 421)
        intent = one.shape.read(ask, one.counter)
        match intent:
            case Submit():
                return await self._submit(one, intent, ask)
            case Look():
                return await self._look(one, intent, ask)
            case Fetch(name):
                order = self._known(one, name)
                if order is None or order.state != "done":
                    return one.shape.refused("no-such-job", ask, 0.0)
                return await self.results.handed(order, ask)
            case Stop(name):
                order = self._known(one, name)
                if order is None:
                    return one.shape.refused("no-such-job", ask, 0.0)
                return one.shape.stopped(self._seen(self.books.cancel(order.id)))
            case Announce(name):
                token = self._shelf.announce(name)
                return one.shape.announced(token, link_of(one.provider, token))
            case Bring(token, data):
                there = self._shelf.bring(token, ask.body if data is None else data)
                return Answer(200) if there else Answer(403, body=b"nobody announced this file")
            case Keep(name, data):
                token = self._shelf.announce(name)
                self._shelf.bring(token, data)
                return one.shape.announced(token, link_of(one.provider, token))
            case Refuse(why):
                return one.shape.refused(why, ask, 0.0)

    # -- orders ---------------------------------------------------------------------------------

    async def _submit(self, one: Played, submit: Submit, ask: Ask) -> Answer:
        known = self.books.of_client(one.provider, submit.client) if submit.client else None
        if known is not None:
            again = one.resend == "idempotent"
            return self._taken(one, known) if again else one.shape.refused("duplicate", ask, 0.0)
        files = carried(submit.body, self._shelf.uploaded)
        files += await self._worked_on(one, submit)
        slip = Slip(submit.path, submit.body, frozenset(file.digest for file in files))
        work = recognised(one.works, slip, lambda name: self.books.ordered(one.provider, name))
        if work is None:
            return one.shape.refused("unplanned", ask, 0.0)
        always = self._faults.always(one.provider, work.name)
        number = self.books.ordered(one.provider, work.name)
        fate = self._fate(one.provider, work.name, number)
        tries = self.books.tries(one.provider, work.name)
        refused = fate.before[tries] if tries < len(fate.before) else None
        refused = always if always in ("moderation", "bad-input") else refused
        if refused is not None:
            self.books.refuse(one.provider, work.name, refused)
            if refused == "reset-before":
                return Answer(how="reset")
            return one.shape.refused(_REFUSALS[refused], ask, fate.chance)
        entry = self._entry(one, work, submit, ask, number, files)
        order, _ = self.books.place(entry)
        self.results.draw(order)
        if fate.reply == "lost-reply":
            return Answer(how="close")
        if fate.reply == "server-error-created":
            return one.shape.refused("server-error-created", ask, fate.chance)
        return self._taken(one, order)

    async def _worked_on(self, one: Played, submit: Submit) -> list[Carried]:
        """The clip of a job that an order names in place of a file."""
        upon = self._known(one, submit.upon)
        if upon is None or upon.state != "done":
            return []
        path = await self.results.file(upon)
        return [Carried("other", await asyncio.to_thread(path.read_bytes))]

    def _entry(
        self,
        one: Played,
        work: Work,
        submit: Submit,
        ask: Ask,
        number: int,
        files: Sequence[Carried],
    ) -> Entry:
        fate = self._fate(one.provider, work.name, number)
        always = self._faults.always(one.provider, work.name)
        fault = always if always == "moderation-late" else fate.end
        fault = "provider-failure" if fault == "failure-billed" and one.own else fault
        shown = work.request.mode in ("first_frame", "first_last", "avatar")
        driven = work.request.audio_file is not None
        return Entry(
            provider=one.provider,
            work=work.name,
            number=number,
            path=submit.path,
            client=submit.client,
            body=hashlib.sha256(ask.body).hexdigest(),
            seconds=work.seconds * fate.pace / self._speed,
            usd=work.usd,
            ending=_ENDINGS.get(fault, "done"),
            variant=fate.result or "",
            first=self._shelf.keep(first_of(files, "picture", "first")) if shown else None,
            last=self._shelf.keep(first_of(files, "picture", "last")) if shown else None,
            clip=self._shelf.keep(first_of(files, "clip")),
            sound=self._shelf.keep(first_of(files, "sound")) if driven else None,
        )

    def _taken(self, one: Played, order: Order) -> Answer:
        return one.shape.taken(self._seen(order), one.counter)

    # -- looks ----------------------------------------------------------------------------------

    async def _look(self, one: Played, look: Look, ask: Ask) -> Answer:
        found = [order for name in look.names if (order := self._known(one, name, look.by))]
        words: dict[str, str] = {}
        for order in found:
            fate = self._fate_of(order)
            fault = fate.looks.get(self._looks[order.id])
            self._looks[order.id] += 1
            if fault == "poll-error":
                if fate.chance < 0.5:
                    return Answer(how="reset")
                return one.shape.refused("poll-error", ask, fate.chance)
            if fault == "unknown-word":
                words[order.id] = "under_review"
            self.results.renew(order)
        fresh = [order for name in look.names if (order := self._known(one, name, look.by))]
        files = {}
        if look.whole:
            done = [order for order in fresh if order.state == "done"]
            files = {order.id: await self.results.file(order) for order in done}
        seen = tuple(self._seen(order, words.get(order.id), files.get(order.id)) for order in fresh)
        return one.shape.told(look, seen, one.counter)

    def _known(self, one: Played, name: str, by: str = "id") -> Order | None:
        """A job of this provider's, by its own id or the client's; none of a work long gone."""
        order = self.books.order(name) if by != "client" else None
        if order is None and by != "id":
            order = self.books.of_client(one.provider, name)
        if order is None or order.entry.provider != one.provider or self._wanted(order) is None:
            return None
        return order

    def _seen(self, order: Order, word: str | None = None, file: Path | None = None) -> Seen:
        entry, wanted = order.entry, self._wanted(order)
        assert wanted is not None, "only jobs of works that are rehearsed are told of"
        work, (width, height) = wanted.work, wanted.size
        drawn_by_chance = int(entry.body[:8], 16) % 1_000_000
        return Seen(
            id=order.id,
            path=entry.path,
            client=entry.client,
            state=order.state,
            ending=order.ending,
            reason=order.reason,
            progress=order.progress(self.books.now),
            position=self.books.position(order),
            placed=order.placed,
            changed=next(at for at in (order.ended, order.began, order.placed) if at is not None),
            link=self.results.link(order),
            bytes=self.results.size(order),
            still=work.still,
            width=width,
            height=height,
            seconds=wanted.seconds if not work.still else Decimal(0),
            seed=work.request.seed if work.request.seed is not None else drawn_by_chance,
            billed=order.billed,
            usd=order.usd,
            tokens=work.tokens,
            word=word,
            file=file,
        )

    # -- what both need -------------------------------------------------------------------------

    def _wanted(self, order: Order) -> Wanted | None:
        """What an order is to bring; None for work that is not rehearsed any more."""
        entry, kept = order.entry, self._shelf.kept
        work = self._works.get((entry.provider, entry.work))
        if work is None:
            return None
        given = [kept(digest) for digest in (entry.first, entry.last, entry.clip, entry.sound)]
        return Wanted(work, entry.variant, *given)

    def _fate_of(self, order: Order) -> Fate:
        return self._fate(order.entry.provider, order.entry.work, order.entry.number)

    def _fate(self, provider: str, work: str, number: int) -> Fate:
        return self._faults.fate(provider, work, number, max(1, self._copies[provider, work]))


def _hosts(played: Sequence[Played]) -> dict[str, Played]:
    """Who is meant by which host. Raises NoRehearsal where two providers share one."""
    found: dict[str, Played] = {}
    for one in played:
        host = one.counter.host
        if host in found:
            words = f"`{found[host].provider}` and `{one.provider}` are both reached at {host}"
            raise NoRehearsal(words, hint="rehearse one of them at a time")
        found[host] = one
    for one in played:
        for host in one.shape.HOSTS:
            found.setdefault(host, one)
    return found
