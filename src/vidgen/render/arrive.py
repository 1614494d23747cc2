"""From a finished clip to a take: fetched whole, checked, named, settled; safe to repeat."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from vidgen.errors import FileTrouble, MediaError, ProviderError, VidgenError
from vidgen.failpoints import passed
from vidgen.job import Job, Request, Succeeded, Take, digest_parts, plain
from vidgen.journal import Row
from vidgen.providers import Keyed
from vidgen.render.arrival import Facts, ending_of, inspect, inspect_still
from vidgen.render.fetch import DownloadFailed, LinkGone, fetch, is_local
from vidgen.render.floor import NEXT, Floor, Stop, Task
from vidgen.render.frames import keep_last
from vidgen.render.part import discard, note_path
from vidgen.render.watch import look

FETCHES = 4
"""How often a clip is fetched anew in one run: its link had expired, or it does not decode."""


@dataclass(frozen=True, slots=True)
class Here:
    """A clip on this machine, with what was measured of it."""

    path: Path
    facts: Facts


async def arrive(floor: Floor, task: Task, row: Row, status: Succeeded) -> Take | Stop:
    """Make a finished clip a take. What is paid for stays open until it is one."""
    row, cost = _noted(floor, task, row, status)
    floor.say("arriving", task.step, elapsed=floor.elapsed(task))
    try:
        here = await _brought(floor, task, row)
    except (DownloadFailed, FileTrouble, MediaError) as error:
        return _not_whole(floor, task, row, error)
    if floor.project.take_file(task.job.shot, row.number or 0) not in (None, here.path):
        row = _renumbered(floor, task, row, cost)  # somebody's own file has taken that name
    take = _take(floor, task, row, here, cost)
    facts = {
        "request": row.request,
        "attempt": row.attempt,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds_to_make": round(floor.elapsed(task), 3),
        "qc": [plain(flag) for flag in here.facts.flags],
    }
    await asyncio.to_thread(floor.project.promote, here.path, take, facts)
    floor.journal.done(task.job, row.attempt, take.number, take.path, take.digest, cost)
    await _last_frame(floor, task, row, status, take)
    _tidy(floor, row)
    words = "; ".join(flag.words for flag in here.facts.flags)
    floor.say("done", task.step, words, path=take.path, elapsed=floor.elapsed(task), cost=cost)
    return take


def _noted(floor: Floor, task: Task, row: Row, status: Succeeded) -> tuple[Row, Decimal | None]:
    """The row with where the clip is and what number it will have, written before it is fetched."""
    cost = _cost(task, status)
    if row.state != "succeeded" or row.media != status.media:
        least = floor.project.next_number(task.job.shot) if row.number is None else 1
        floor.journal.succeeded(row.key, status.media, cost, seed=status.seed, least=least)
    return _row(floor, row), cost


def _cost(task: Task, status: Succeeded) -> Decimal | None:
    """What it cost: as the provider says, or its tokens at their price; else as was planned."""
    if status.cost_usd is not None:
        return status.cost_usd
    counted = None if status.tokens is None else task.step.quote.of_tokens(status.tokens)
    return task.usd if counted is None else counted


def _renumbered(floor: Floor, task: Task, row: Row, cost: Decimal | None) -> Row:
    least = floor.project.next_number(task.job.shot)
    floor.journal.succeeded(row.key, row.media or "", cost, seed=row.seed, least=least, anew=True)
    return _row(floor, row)


def _row(floor: Floor, row: Row) -> Row:
    found = floor.journal.row(row.key)
    assert found is not None, "a job that was begun has a row"
    return found


async def _brought(floor: Floor, task: Task, row: Row) -> Here:
    """The clip, whole and checked: here already under its final name, or fetched.

    Raises DownloadFailed, MediaError or FileTrouble when it cannot be had whole.
    """
    source = _source(floor, row)
    named = _named(floor, task, row, source)
    if named is not None:
        return Here(named, await asyncio.to_thread(_inspected, task, floor, named))
    for tries in range(1, FETCHES + 1):
        try:
            if not is_local(row.media or ""):
                await _fetched(floor, task, row, source)
            return Here(source, await asyncio.to_thread(_inspected, task, floor, source))
        except (LinkGone, MediaError) as error:
            if tries == FETCHES or task.desk.local:
                if isinstance(error, LinkGone):
                    raise DownloadFailed("its link has expired, and there is no other") from None
                raise
            if isinstance(error, MediaError) and not is_local(row.media or ""):
                discard(source)
            row = await _relinked(floor, task, row)
            source = _source(floor, row)
    raise DownloadFailed("it could not be fetched")


async def _last_frame(floor: Floor, task: Task, row: Row, status: Succeeded, take: Take) -> None:
    """Bring a provider's own picture of the last frame, where another shot starts from it.

    Where that fails nothing is lost: the frame is taken out of the clip.
    """
    if status.last_frame is None or take.shot not in floor.followed or task.desk.http is None:
        return
    part = floor.project.download(f"{row.key}.last", row.attempt)

    async def sleep(seconds: float) -> None:
        await floor.sleep(task.desk, seconds)

    try:
        async with task.desk.http.downloads:
            await fetch(task.desk.http.kept, status.last_frame, part, sleep=sleep, tries=2)
        await asyncio.to_thread(keep_last, floor.project, take, part)
    except (LinkGone, DownloadFailed, FileTrouble):
        return
    finally:
        with suppress(FileTrouble):
            discard(part)


def _named(floor: Floor, task: Task, row: Row, source: Path) -> Path | None:
    """The clip under its take's name, where a run that died had got that far.

    Of a download its note is still there then; without one the file is somebody else's.
    """
    begun = is_local(row.media or "") or note_path(source).exists()
    if source.exists() or not begun:
        return None
    return floor.project.take_file(task.job.shot, row.number or 0)


def _source(floor: Floor, row: Row) -> Path:
    media = row.media or ""
    return Path(media) if is_local(media) else floor.project.download(row.key, row.attempt)


async def _fetched(floor: Floor, task: Task, row: Row, part: Path) -> None:
    assert task.desk.http is not None, "a hosted provider's desk has clients"
    passed("fetch-begun")

    async def sleep(seconds: float) -> None:
        await floor.sleep(task.desk, seconds)

    link = row.media or ""
    headers = await _headers(task, link)
    async with task.desk.http.downloads:
        await fetch(task.desk.http.kept, link, part, sleep=sleep, headers=headers)
    passed("fetch-ended")


async def _headers(task: Task, link: str) -> Mapping[str, str]:
    """What a download must carry where a provider keeps its results behind its key."""
    if link[:5].lower() == "data:" or not isinstance(task.desk.provider, Keyed):
        return {}
    try:
        return await task.desk.provider.download_headers(link)
    except ProviderError as error:
        raise DownloadFailed(error.message) from None


async def _relinked(floor: Floor, task: Task, row: Row) -> Row:
    """Ask for the clip's link again; as it was where the provider does not give another now."""
    if row.ticket is None:
        return row
    await floor.sleep(task.desk, 1.0)
    await floor.turn(task)
    status, _ = await look(task, row.ticket)
    if isinstance(status, Succeeded):
        floor.journal.relinked(row.key, status.media)
        return _row(floor, row)
    return row


def _inspected(task: Task, floor: Floor, path: Path) -> Facts:
    request = task.job.request
    if request.kind == "image":
        return inspect_still(path, request)
    # Who is given another's motion begins in that pose, and not in the still's.
    first = request.first_frame if request.mode != "motion" else None
    given = floor.project.root / first.path if first else None
    chained = any(need.at is not None for need in task.job.needs if need.field == "first_frame")
    found = inspect(path, request, **({"seam": given} if chained else {"first": given}))
    passed("clip-checked")
    return found


def _not_whole(floor: Floor, task: Task, row: Row, error: VidgenError) -> Stop:
    """What is free failed; what was paid for stays with its link, to be fetched again."""
    row = _row(floor, row)
    if task.desk.local:
        floor.journal.failed(row.key, row.attempt, error.message)
        return Stop("provider", error.message, NEXT["provider"], again=True)
    reason = f"it is finished and paid, but did not arrive whole: {error.message}"
    floor.journal.note(row.key, reason)
    return Stop("left", reason, "run the same command again: it is fetched, not made again")


def _take(floor: Floor, task: Task, row: Row, here: Here, cost: Decimal | None) -> Take:
    """The take as its sidecar has it; `started_from` never names a take that it did not see."""
    job, number = task.job, row.number or 1
    ending = ending_of(here.path) if job.request.kind == "image" else "mp4"
    path = floor.project.take_path(job.shot, number, ending)
    return Take(
        shot=job.shot,
        number=number,
        tier=job.tier,
        key=job.key,
        path=path.relative_to(floor.project.root).as_posix(),
        digest=here.facts.digest,
        model=job.request.model,
        provider=job.request.provider,
        started_from=_started_from(task, row),
        frames=here.facts.frames,
        rate=here.facts.rate,
        cost_usd=cost,
        parts=digest_parts(_as_planned(job)),
        take=job.take,
        seed=row.seed if row.seed is not None else job.request.seed,
        flags=tuple(flag.code for flag in here.facts.flags),
        begins=_begins(task, here.facts),
    )


def _begins(task: Task, facts: Facts) -> int:
    """The frame at which a shot begins in its clip. Some models give what goes on from a clip back
    together with that clip: then what was bought is the end of it. A second more is no such thing.
    What is made of a take begins where that does.
    """
    request, worked_on = task.job.request, task.upstreams.get("source_video")
    if worked_on is not None:
        return round(worked_on.begins / worked_on.rate * facts.rate)
    if request.mode != "extend" or request.duration is None:
        return 0
    before = facts.frames - round(Fraction(request.duration) * facts.rate)
    return before if before > facts.rate else 0


def _started_from(task: Task, row: Row) -> dict[str, str]:
    found: dict[str, str] = {}
    for need in task.job.needs:
        sent = row.request.get(need.field, {}).get("digest", "")
        given = getattr(task.job.request, need.field)
        same = given is not None and given.digest == sent
        found[need.field] = task.upstreams[need.field].digest if same else str(sent)
    return found


def _as_planned(job: Job) -> Request:
    """The request as the plan names it: another take's picture is known to it only by its job."""
    return job.request.starting(dict.fromkeys(need.field for need in job.needs))


def _tidy(floor: Floor, row: Row) -> None:
    """Nothing is left of a download once it is a take; where that fails, it is one all the same."""
    if not is_local(row.media or ""):
        with suppress(FileTrouble):
            discard(floor.project.download(row.key, row.attempt))
