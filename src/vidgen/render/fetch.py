"""A finished clip, brought to this machine whole: resumed where it was cut, never lost half-way.

Never polls, never looks into the clip, and sends no key but what it is handed for a link. A link
may be signed and so is a secret: no text that leaves this file holds more of it than its host.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote_to_bytes

import httpx

from vidgen.errors import VidgenError
from vidgen.providers.wire import is_here, retry_after
from vidgen.render.part import Note, append, begin, discard, opened, read_note, settle, size_of

LARGEST = 8 * 2**30
"""Bytes of one clip: far above what any model delivers, and less than would fill most disks."""

TRIES = 6
"""How many requests in a row may bring nothing new."""

FIRST_PAUSE = 0.5
"""Seconds before another try; each that brings nothing doubles it."""

LONGEST_PAUSE = 60.0
"""Seconds: a server that asks for more is asked again all the same."""

HOPS = 5
"""How many redirects are followed."""

MOVED = (301, 302, 303, 307, 308)
GONE = (401, 403, 404, 410)
RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)", re.ASCII)

EXPIRED = re.compile(rb"Expired(Token|Request)")
"""The codes of storages that answer 400 for a signed link past its time: S3, Google's and R2."""

PACKED = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress")

LOGS = ("httpx", "httpcore.http11", "httpcore.http2")
"""Loggers that write whole links, or headers that hold one."""


class LinkGone(Exception):
    """The link is no longer good (401, 403, 404, 410, or told to be expired): poll for a fresh one.

    What came by then is kept, and a fresh link to the same place goes on from it.
    """


class DownloadFailed(VidgenError):
    """A clip could not be fetched whole; what came is kept, unless it was none of this clip."""


class _Again(Exception):
    """One try failed and another may not; `pause` is how many seconds the server asks for."""

    def __init__(self, reason: str, *, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


def is_local(media: str) -> bool:
    """Whether a provider's answer names a file on this machine: only an absolute path does."""
    return Path(media).is_absolute()


async def fetch(
    http: httpx.AsyncClient,
    link: str,
    part: Path,
    *,
    sleep: Callable[[float], Awaitable[None]],
    headers: Mapping[str, str] | None = None,
    max_bytes: int = LARGEST,
    tries: int = TRIES,
) -> None:
    """Bring what an https link or a base64 `data:` URI holds to `part`, whole and safe on disk.

    `headers` go to the server of the link alone, never to one that it redirects to.

    What is there of the same clip is gone on from; nothing is asked when it is whole already. Bytes
    stay when this is called off or fails. `sleep` waits some seconds between tries; `tries` of them
    in a row may bring nothing new. `part` is one clip's own name; beside it, with the suffix
    `.json`, is a note of where it came from (`part.discard` forgets both). Where a server says no
    length and just closes, its end cannot be told from a cut.

    Raises LinkGone, DownloadFailed, and FileTrouble where the disk is full or may not be written.
    """
    if link[:5].lower() == "data:":
        found = _unpacked(link, max_bytes)
        begin(part, Note("data:", "", "", "", None))
        with opened(part) as file:
            append(file, found, part)
    else:
        for name in LOGS:
            logging.getLogger(name).addFilter(_without_query)
        await _fetched(_Clip(http, _checked(link), part, max_bytes, headers or {}), sleep, tries)
    await asyncio.to_thread(settle, part)


async def _fetched(clip: _Clip, sleep: Callable[[float], Awaitable[None]], tries: int) -> None:
    """Try until the clip is whole."""
    furthest, misses = clip.kept(), 0
    while True:
        pause = None
        try:
            await clip.go_on()
            return
        except _Again as trouble:
            reason, pause = str(trouble), trouble.pause
        except httpx.TransportError as trouble:
            reason = _in_words(trouble)
        reached = size_of(clip.part)
        misses = 0 if reached > furthest else misses + 1
        furthest = max(furthest, reached)
        if misses >= tries:
            raise clip.failed(reason, hint="run again: it goes on where it stopped")
        if pause is None:
            pause = FIRST_PAUSE * 2 ** max(misses - 1, 0)
        await sleep(min(pause, LONGEST_PAUSE))


@dataclass(frozen=True, slots=True)
class _Clip:
    """One clip on its way from one link to one part."""

    http: httpx.AsyncClient
    url: httpx.URL
    part: Path
    max_bytes: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def kept(self) -> int:
        """How many bytes of this very clip are there; those of another are dropped."""
        note = read_note(self.part)
        if note is None or not self._may_be_of(note) or size_of(self.part) > self._most(note):
            discard(self.part)
        return size_of(self.part)

    def failed(self, reason: str, *, hint: str = "") -> DownloadFailed:
        """The error that ends it."""
        message = f"the clip could not be fetched from {self.url.host}: {reason}"
        return DownloadFailed(message, hint=hint)

    async def go_on(self) -> None:
        """One request and its body; returns only when the part is whole."""
        note, start = read_note(self.part), size_of(self.part)
        if note and start and note.total == start and note.link == self._digest():
            return
        headers = {"accept": "*/*", "accept-encoding": "identity"}
        if "user-agent" in self.http.headers:
            headers["user-agent"] = self.http.headers["user-agent"]
        if note and start:
            headers["range"] = f"bytes={start}-"
            if note.validator:
                headers["if-range"] = note.validator
        answer = await self._answer(headers)
        try:
            await self._take(answer, note, start)
        finally:
            await answer.aclose()

    async def _answer(self, headers: dict[str, str]) -> httpx.Response:
        """The answer at the end of the redirects, its body not read yet."""
        url = self.url
        for _ in range(HOPS + 1):
            # Built by hand: headers and cookies that the client has are not for strangers.
            timeout = {"timeout": self.http.timeout.as_dict()}
            ours = self.headers if _origin(url) == _origin(self.url) else {}
            request = httpx.Request("GET", url, headers={**headers, **ours}, extensions=timeout)
            answer = await self.http.send(request, auth=None, follow_redirects=False, stream=True)
            if answer.status_code not in MOVED:
                return answer
            await answer.aclose()
            url = _hop(url, answer.headers.get("location", ""))
        raise self.failed(f"more than {HOPS} redirects")

    async def _take(self, answer: httpx.Response, note: Note | None, start: int) -> None:
        """Write what an answer brings; returns only when the part is whole."""
        known = note.total if note else None
        first, end, stated = _range(answer.headers)
        total = known if stated is None else stated
        if answer.status_code == 416 and start:
            if total == start and known in (None, start):
                return
            self._start_over("it ends elsewhere than was said")
        if answer.status_code not in (200, 206):
            await self._refused(answer)
        if answer.headers.get("content-encoding", "").strip().lower() in PACKED:
            raise self.failed("it was sent packed, which was not asked for")
        marks = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
        if answer.status_code == 200:
            start, end = 0, _length(answer.headers)
            total = end
        elif first != start:
            self._start_over("another part was sent than was asked for")
        elif start and note and (note.contradicts(*marks) or known not in (None, total)):
            self._start_over("the file has changed")
        total = end if total is None else total
        if (total or 0) > self.max_bytes:
            self._too_large()
        if not start:
            begin(self.part, Note(self._place(), self._digest(), *marks, total))
        size = await self._write(answer, start, end)
        if size > self.max_bytes:
            self._too_large()
        if end is not None and size > end:
            self._start_over("more was sent than was said")
        if not size or size < (total or 0):
            raise _Again("the answer was cut short")

    async def _write(self, answer: httpx.Response, size: int, end: int | None) -> int:
        """Append a body as it comes; its size then, which is past `end` where too much was sent."""
        most = self.max_bytes if end is None else min(end, self.max_bytes)
        with opened(self.part) as file:
            async for piece in answer.aiter_raw():
                size += len(piece)
                if size > most:
                    break
                append(file, piece, self.part)
        return size

    def _may_be_of(self, note: Note) -> bool:
        """Whether a part may be of this clip; where nothing marks a file, the link itself must."""
        same_place = note.place == self._place()
        return same_place and bool(note.etag or note.modified or note.link == self._digest())

    def _most(self, note: Note) -> int:
        """How many bytes a part with this note may have."""
        return self.max_bytes if note.total is None else min(note.total, self.max_bytes)

    def _place(self) -> str:
        return self.url.netloc.decode("ascii") + self.url.path

    def _digest(self) -> str:
        return hashlib.sha256(str(self.url).encode()).hexdigest()

    def _start_over(self, reason: str) -> NoReturn:
        """Drop what is there, which is not what it should be."""
        discard(self.part)
        raise _Again(reason)

    def _too_large(self) -> NoReturn:
        """Drop what is there: whoever sends without end could fill the disk."""
        discard(self.part)
        raise self.failed(f"it is larger than {self.max_bytes} bytes")

    async def _refused(self, answer: httpx.Response) -> NoReturn:
        """What a status means that brings no clip."""
        status = answer.status_code
        if status in GONE or (status == 400 and EXPIRED.search(await _opening(answer))):
            raise LinkGone(f"{self.url.host} answered {status}: the link is no longer good")
        if status in (408, 429) or status >= 500:
            pause = retry_after(answer) if status in (429, 503) else None
            raise _Again(f"it answered {status}", pause=pause)
        raise self.failed(f"it answered {status}")


def _checked(link: str | httpx.URL) -> httpx.URL:
    """A link that may be fetched: https, or http on this machine, and no name or password in it."""
    try:
        url = httpx.URL(link)
    except httpx.InvalidURL:
        raise DownloadFailed("the link to the clip cannot be read") from None
    if not url.host or not (url.scheme == "https" or (url.scheme == "http" and is_here(url))):
        raise DownloadFailed("the link to the clip is not https, and nothing else is fetched")
    if url.userinfo:
        raise DownloadFailed(f"the link to {url.host} has a name or a password in it")
    return url


def _hop(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads, under the same rules; from elsewhere never to this machine."""
    try:
        to = _checked(url.join(location))
    except httpx.InvalidURL:
        raise DownloadFailed(f"{url.host} redirects to what is no link") from None
    if is_here(to) and not is_here(url):
        raise DownloadFailed(f"{url.host} redirects to this machine, which is not followed")
    return to


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _range(headers: httpx.Headers) -> tuple[int | None, int | None, int | None]:
    """The first byte that is sent, the one after the last, and the length of the whole file.

    None for what is not said, or cannot be.
    """
    found = RANGE.fullmatch(headers.get("content-range", ""))
    if found is None:
        return None, None, None
    total = None if found[3] == "*" else int(found[3])
    if found[1] is None:
        return None, None, total
    first, end = int(found[1]), int(found[2]) + 1
    possible = first < end and (total is None or end <= total)
    return (first, end, total) if possible else (None, None, None)


def _length(headers: httpx.Headers) -> int | None:
    """The length that a body is said to have; in chunks, the chunks say where it ends."""
    said = headers.get("content-length", "")
    return int(said) if said.isdecimal() and "transfer-encoding" not in headers else None


async def _opening(answer: httpx.Response) -> bytes:
    """The first bytes of a refusal, which name its code."""
    async for piece in answer.aiter_raw():
        return piece
    return b""


def _in_words(trouble: httpx.TransportError) -> str:
    """Why a try failed; never in the words of a library, which might quote the link."""
    if isinstance(trouble, httpx.ConnectError | httpx.ConnectTimeout):
        return "no connection"
    if isinstance(trouble, httpx.TimeoutException):
        return "nothing came for too long"
    return "the connection was cut"


def _without_query(record: logging.LogRecord) -> bool:
    """Cut the query out of every link in a line of a log."""
    record.msg, record.args = re.sub(r"\?[^\s'\"]+", "?...", record.getMessage()), ()
    return True


def _unpacked(link: str, max_bytes: int) -> bytes:
    """What a base64 `data:` URI holds."""
    head, _, body = link.partition(",")
    if not head.lower().endswith(";base64"):
        raise DownloadFailed("the clip came inside the answer, but not as base64")
    packed = b"".join(unquote_to_bytes(body).split()).rstrip(b"=")
    if len(packed) * 3 // 4 > max_bytes:
        raise DownloadFailed(f"the clip is larger than {max_bytes} bytes")
    try:
        found = base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        raise DownloadFailed("the clip came inside the answer, but not as whole base64") from None
    if not found:
        raise DownloadFailed("the clip came inside the answer, but it is empty")
    return found
