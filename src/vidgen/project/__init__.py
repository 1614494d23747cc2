"""Where things are on disk: takes, sidecars, selects, cache; moves that cannot be half done.

Never renders and never decides; it knows names and puts files under them.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vidgen.errors import ProjectBusy
from vidgen.failpoints import passed
from vidgen.job import Acceptance, History, Take, plain
from vidgen.project.selects import read_selects, write_select
from vidgen.project.sidecar import read_facts, sync, take_of, write_json, write_sidecar

__all__ = ["MEDIA", "Project", "write_json"]

MEDIA = ("mp4", "mov", "webm", "mkv", "png", "jpg", "jpeg", "webp")
"""What a take's file may be: a clip, or a generated still."""

TAKE_NAME = re.compile(rf"v([0-9]{{3,}})\.({'|'.join(MEDIA)}|json)$")


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder, by its root.

    A rehearsal keeps its takes, its ledger and its selects apart from the real ones, so that
    nothing that was only played is ever taken for a paid clip.
    """

    root: Path
    rehearsal: bool = False

    @property
    def state(self) -> Path:
        """The folder of everything that can be made again, and of the journal."""
        state = self.root / ".vidgen"
        return state / "rehearsal" if self.rehearsal else state

    @property
    def takes_folder(self) -> Path:
        """The folder of a folder for each shot."""
        return (self.state if self.rehearsal else self.root) / "takes"

    @property
    def selects_file(self) -> Path:
        """The file of choices; under version control where the team likes."""
        return (self.state if self.rehearsal else self.root) / "selects.yaml"

    @property
    def journal(self) -> Path:
        """The SQLite file with jobs, takes and the ledger."""
        return self.state / "ledger.db"

    @property
    def cache(self) -> Path:
        """Content-addressed intermediates; safe to delete."""
        return self.state / "cache"

    def scratch(self, provider: str) -> Path:
        """A provider's own folder."""
        return self.state / "scratch" / provider

    def frame(self, digest: str, which: str) -> Path:
        """Where a take's extracted frame lives, by the take's digest."""
        return self.cache / "frames" / f"{digest[:32]}-{which}.png"

    def download(self, key: str, attempt: int) -> Path:
        """Where the clip of one attempt arrives, until it is a take."""
        return self.state / "downloads" / f"{key.replace(':', '-')}.{attempt}.part"

    def deliverable(self, name: str, variant: str = "") -> Path:
        """Where a finished film goes."""
        ending = ".rehearsal.mp4" if self.rehearsal else ".mp4"
        return self.root / "deliver" / variant / f"{name}{ending}"

    # -- takes ------------------------------------------------------------------------------

    def take_path(self, shot: str, number: int, ending: str = "mp4") -> Path:
        """The file of one take."""
        return self.takes_folder / shot / f"v{number:03d}.{ending}"

    def take_file(self, shot: str, number: int) -> Path | None:
        """The file that carries a take's name, whatever its kind."""
        return _beside(self.take_path(shot, number, "json"))

    def next_number(self, shot: str) -> int:
        """The number after the highest that any file of this shot carries."""
        folder = self.takes_folder / shot
        names = (TAKE_NAME.match(path.name) for path in folder.glob("v*"))
        return max((int(name[1]) for name in names if name), default=0) + 1

    def promote(self, source: Path, take: Take, facts: dict[str, Any]) -> None:
        """Give a checked clip its final name and its sidecar; each appears whole or not at all."""
        target = self.root / take.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.exists():
            sync(source)
            source.replace(target)
        passed("clip-named")
        write_sidecar(target.with_suffix(".json"), take, facts)
        passed("sidecar-written")

    def takes(self) -> tuple[Take, ...]:
        """Every take whose clip and sidecar are both there, in order of shot and number."""
        found = []
        for sidecar in self.takes_folder.glob("*/v*.json"):
            clip = _beside(sidecar) if TAKE_NAME.match(sidecar.name) else None
            if clip is not None:
                found.append(take_of(sidecar, clip.relative_to(self.root).as_posix()))
        return tuple(sorted(found, key=lambda take: (take.shot, take.number)))

    def accept(self, take: Take, word: Acceptance) -> None:
        """Write a person's word into a take's sidecar: it is what that job asks."""
        sidecar = (self.root / take.path).with_suffix(".json")
        accepted = replace(take, accepted=(*take.accepted, word))
        write_sidecar(
            sidecar, accepted, read_facts(sidecar) | {"accepted": plain(accepted.accepted)}
        )

    def selects(self) -> dict[str, int]:
        """The takes chosen by hand, by shot: `selects.yaml`, `{sip: v002}`."""
        return read_selects(self.selects_file)

    def select(self, shot: str, number: int | None) -> None:
        """Choose a take of a shot for the cut, or with None take the choice back."""
        self.selects_file.parent.mkdir(parents=True, exist_ok=True)
        write_select(self.selects_file, shot, number)

    def history(self) -> History:
        """Everything a plan wants to know of the past, in one read; writes nothing."""
        takes, selects = self.takes(), self.selects()
        if not self.journal.exists():
            return History(takes=takes, selects=selects)
        from vidgen import journal

        past = journal.snapshot(self.journal)
        return History(
            takes=takes,
            selects=selects,
            open_jobs=past.open_jobs,
            failed_jobs=past.failed_jobs,
            spent_usd=past.money.charged + past.money.unknown,
            unknown_usd=past.money.unknown,
            reserved_usd=past.money.reserved,
        )

    # -- housekeeping -----------------------------------------------------------------------

    @contextmanager
    def locked(self, work: str) -> Iterator[None]:
        """Only one process at a time does such work here; the lock dies with its process."""
        from vidgen import journal

        with journal.run_lock(self.state / f"{work}.lock") as free:
            if not free:
                raise ProjectBusy(
                    f"another vidgen {work} is at work in this project",
                    where=str(self.root),
                    hint="wait for it, or end it",
                )
            self._ignore_state()
            yield

    @contextmanager
    def running(self) -> Iterator[str]:
        """The name of a run, which others see alive for as long as this process is."""
        from vidgen import journal

        name = os.urandom(8).hex()
        path = self._run(name)
        with journal.run_lock(path):
            self._ignore_state()
            try:
                yield name
            finally:
                with suppress(OSError):
                    path.unlink()

    def alive(self, run: str) -> bool:
        """Whether the run of that name goes on, in whichever process."""
        from vidgen import journal

        path = self._run(run)
        if not run or not path.exists():
            return False
        with journal.run_lock(path) as free:
            if free:
                with suppress(OSError):  # elsewhere it may be open: then the next one does it
                    path.unlink()
            return not free

    def _run(self, name: str) -> Path:
        return self.state / "runs" / f"{name}.lock"

    def scratches(self) -> tuple[str, ...]:
        """The providers that have a folder of their own here."""
        folder = self.state / "scratch"
        return tuple(path.name for path in folder.iterdir()) if folder.is_dir() else ()

    def tidy(self, provider: str, wanted: Collection[str]) -> None:
        """Empty a provider's own folder, but for what is named in one of the texts `wanted`."""
        folder = self.scratch(provider)
        for path in folder.iterdir() if folder.is_dir() else ():
            if any(path.name in text for text in wanted):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()

    def tidy_downloads(self, wanted: Collection[Path]) -> None:
        """Drop what is left of downloads, but for those at `wanted`, with their notes."""
        folder, stems = self.state / "downloads", {path.stem for path in wanted}
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.stem not in stems:
                with suppress(OSError):
                    path.unlink()

    def _ignore_state(self) -> None:
        ignore = self.root / ".vidgen" / ".gitignore"
        if not ignore.exists():
            ignore.parent.mkdir(parents=True, exist_ok=True)
            ignore.write_text("*\n", encoding="utf-8")


def _beside(sidecar: Path) -> Path | None:
    """The clip or still that a sidecar belongs to."""
    for ending in MEDIA:
        path = sidecar.with_suffix(f".{ending}")
        if path.exists():
            return path
    return None
