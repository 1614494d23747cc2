"""The folder in which one clip is made, and the files by which a run and its worker speak.

`brief.json` in; `progress`, then `out.mp4` and `result.json` out. What another process must not
read by halves is written whole or not at all. Starts nothing and draws nothing.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Spool:
    """One clip's folder."""

    folder: Path

    @property
    def clip(self) -> Path:
        """The finished clip."""
        return self.folder / "out.mp4"

    @property
    def silent(self) -> Path:
        """The clip before a sound is laid under it."""
        return self.folder / "silent.mp4"

    @property
    def lock(self) -> Path:
        """Held by the worker for as long as it lives."""
        return self.folder / "lock"

    @property
    def starter(self) -> Path:
        """Held by who starts the worker, until that is seen to run or to have ended."""
        return self.folder / "starter"

    @property
    def log(self) -> Path:
        """What a worker says when it breaks."""
        return self.folder / "worker.log"

    @property
    def brief(self) -> dict[str, Any] | None:
        """What the worker was told."""
        return self._read("brief.json")

    @property
    def result(self) -> dict[str, Any] | None:
        """How it ended, or None while it has not."""
        return self._read("result.json")

    @property
    def progress(self) -> float:
        """The share of frames drawn, from 0 to 1."""
        with suppress(OSError, ValueError):
            return min(1.0, max(0.0, float((self.folder / "progress").read_text("ascii"))))
        return 0.0

    @property
    def cancelled(self) -> bool:
        """Whether someone asked that the work be stopped."""
        return (self.folder / "cancelled").exists()

    @property
    def finished(self) -> bool:
        """Whether the clip is made and still here."""
        result = self.result
        return bool(result and result.get("done")) and self.clip.is_file()

    def prepare(self, brief: dict[str, Any]) -> None:
        """Clear what an earlier worker left, and write the brief."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("result.json", "progress", "cancelled", "lock", "out.mp4", "worker.log"):
            (self.folder / name).unlink(missing_ok=True)
        self.silent.unlink(missing_ok=True)
        self._write("brief.json", brief)

    def tell(self, share: float) -> None:
        """Note the share of frames drawn."""
        (self.folder / "progress").write_text(f"{share:.4f}", "ascii")

    def done(self, frames: int) -> None:
        """Say that the clip is made."""
        self._write("result.json", {"done": True, "frames": frames})

    def failed(self, reason: str, kind: str) -> None:
        """Say why there is no clip."""
        self._write("result.json", {"done": False, "reason": reason, "kind": kind})

    def cancel(self) -> None:
        """Ask the worker to stop."""
        if self.folder.is_dir():
            (self.folder / "cancelled").touch()

    def last_words(self) -> str:
        """The last line of the worker's log."""
        with suppress(OSError):
            lines = self.log.read_text("utf-8", errors="replace").strip().splitlines()
            return lines[-1][:500] if lines else ""
        return ""

    def _read(self, name: str) -> dict[str, Any] | None:
        with suppress(OSError, ValueError):
            found = json.loads((self.folder / name).read_bytes())
            return found if isinstance(found, dict) else None
        return None

    def _write(self, name: str, data: dict[str, Any]) -> None:
        part = self.folder / f"{name}.part"
        part.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        part.replace(self.folder / name)
