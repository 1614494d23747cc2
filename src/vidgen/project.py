"""Where things are on disk: takes, sidecars, selects, cache; moves that cannot be half done.

Never renders and never decides; it knows names and puts files under them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from vidgen.errors import ProjectBusy, TakeUnreadable
from vidgen.job import History, JobKey, Take, plain

SIDECAR = "vidgen.take/1"
TAKE_NAME = re.compile(r"v([0-9]{3,})\.(mp4|json)$")


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder, by its root."""

    root: Path

    @property
    def state(self) -> Path:
        """The folder of everything that can be made again, and of the journal."""
        return self.root / ".vidgen"

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

    def deliverable(self, name: str, variant: str = "") -> Path:
        """Where a finished film goes."""
        return self.root / "deliver" / variant / f"{name}.mp4"

    # -- takes ------------------------------------------------------------------------------

    def take_path(self, shot: str, number: int) -> Path:
        """The file of one take."""
        return self.root / "takes" / shot / f"v{number:03d}.mp4"

    def next_number(self, shot: str) -> int:
        """The number after the highest that any file of this shot carries."""
        folder = self.root / "takes" / shot
        names = (TAKE_NAME.match(path.name) for path in folder.glob("v*"))
        return max((int(name[1]) for name in names if name), default=0) + 1

    def promote(self, source: Path, take: Take, facts: dict[str, Any]) -> None:
        """Give a checked clip its final name and its sidecar; each appears whole or not at all."""
        target = self.root / take.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.exists():
            _sync(source)
            source.replace(target)
        write_json(target.with_suffix(".json"), {"schema": SIDECAR, **plain(take), **facts})

    def takes(self) -> tuple[Take, ...]:
        """Every take whose clip and sidecar are both there, in order of shot and number."""
        found = (
            self._take(path)
            for path in self.root.glob("takes/*/v*.json")
            if TAKE_NAME.match(path.name)
        )
        takes = (take for take in found if take is not None)
        return tuple(sorted(takes, key=lambda take: (take.shot, take.number)))

    def _take(self, sidecar: Path) -> Take | None:
        clip = sidecar.with_suffix(".mp4")
        if not clip.exists():
            return None
        try:
            facts = json.loads(sidecar.read_bytes())
            return Take(
                shot=facts["shot"],
                number=facts["number"],
                tier=facts["tier"],
                key=JobKey(facts["key"]),
                path=clip.relative_to(self.root).as_posix(),
                digest=facts["digest"],
                model=facts["model"],
                provider=facts["provider"],
                started_from=facts.get("started_from"),
                frames=facts["frames"],
                rate=Fraction(facts["rate"]),
                cost_usd=Decimal(facts["cost_usd"]),
                parts=facts.get("parts", {}),
                take=facts.get("take", 1),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise TakeUnreadable(
                f"the sidecar of take {sidecar.stem} cannot be read: {error}",
                where=str(sidecar),
                hint="restore it from version control, or delete it with its clip",
            ) from error

    def selects(self) -> dict[str, int]:
        """The takes chosen by hand, by shot: `selects.yaml`, `{sip: v002}`."""
        path = self.root / "selects.yaml"
        if not path.exists():
            return {}
        from vidgen import yamlfile

        value = yamlfile.plain(path) or {}
        chosen = {}
        for shot, name in value.items() if isinstance(value, dict) else ():
            match = re.fullmatch(r"v0*([1-9][0-9]*)", str(name))
            if not match:
                raise TakeUnreadable(
                    f"select of shot `{shot}` is `{name}`; a take is named like v001",
                    where=str(path),
                )
            chosen[str(shot)] = int(match[1])
        return chosen

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
            spent_usd=past.spent,
            reserved_usd=past.reserved,
        )

    # -- housekeeping -----------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one run at a time works on a project; the lock dies with its process."""
        from vidgen import journal

        with journal.run_lock(self.state / "lock.db") as free:
            if not free:
                raise ProjectBusy(
                    "another vidgen run is working on this project",
                    where=str(self.root),
                    hint="wait for it, or end it",
                )
            self._ignore_state()
            yield

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

    def _ignore_state(self) -> None:
        ignore = self.state / ".gitignore"
        if not ignore.exists():
            self.state.mkdir(parents=True, exist_ok=True)
            ignore.write_text("*\n", encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that the file is whole or absent, also when the machine stops."""
    part = path.with_name(path.name + ".part")
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    part.write_text(text, encoding="utf-8")
    _sync(part)
    part.replace(path)
    _sync_folder(path.parent)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """See that a new name survives the machine stopping, where a folder can be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
