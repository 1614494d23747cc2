"""Every expected failure: a code, a message, where it is, and the way out.

Never renders anything: `present` turns these into text, and only the top of the CLI catches them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class Exit(IntEnum):
    """Process exit codes, as documented in docs/exit-codes.md."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    OVER_BUDGET = 4
    MISSING_TOOL = 5
    PARTIAL = 6
    PLAN_STALE = 7
    AMBIGUOUS = 8
    INTERRUPTED = 130


class VidgenError(Exception):
    """An expected failure; `where` is `file:line:column` or a name, `hint` is the way out."""

    exit_code: Exit = Exit.FAILED

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    @property
    def code(self) -> str:
        """The kebab-case name of this class, stable for scripts: `MediaError` -> `media-error`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", type(self).__name__).lower()


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a file people write: code, text, place (1-based), and the way out."""

    code: str
    message: str
    file: str
    line: int
    column: int
    hint: str = ""

    @property
    def where(self) -> str:
        """`file:line:column`, the form editors and terminals make clickable."""
        return f"{self.file}:{self.line}:{self.column}"


class StoryboardInvalid(VidgenError):
    """The storyboard (or a page of the user's) has faults; all of them are listed at once."""

    exit_code = Exit.INVALID

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        noun = "fault" if len(faults) == 1 else "faults"
        super().__init__(f"{len(faults)} {noun}", where=faults[0].where if faults else "")
        self.faults = faults


class ProjectNotFound(VidgenError):
    """No storyboard where one was looked for."""

    exit_code = Exit.INVALID


class ProjectBusy(VidgenError):
    """Another vidgen run holds this project's lock."""


class LedgerError(VidgenError):
    """The ledger is damaged, written by a newer version, or cannot be written."""


class TakeUnreadable(VidgenError):
    """A take's sidecar, or the file of selects, does not say what it should."""


class FolderNotEmpty(VidgenError):
    """A new project would be made where something is already."""


class FileTrouble(VidgenError):
    """The system would not let a file be read or written: permission, space, names."""


class MediaError(VidgenError):
    """ffmpeg or PyAV could not do what was asked; the message ends with its last words."""


class ToolMissing(VidgenError):
    """A tool, a font or a key that this work needs is not on this machine."""

    exit_code = Exit.MISSING_TOOL


class KeyMissing(ToolMissing):
    """A provider's key is not in the environment; the message names the variable, never a value."""


class OverBudget(VidgenError):
    """The work would cost more than the ceiling."""

    exit_code = Exit.OVER_BUDGET


class NothingToStitch(VidgenError):
    """A shot has no take that could go into the cut."""


Trouble = Literal[
    "moderation",
    "input",
    "credit",
    "key",
    "limit",
    "overload",
    "provider",
    "unsent",
    "gone",
    "ambiguous",
]
"""What went wrong with one call to a provider. `limit` and `overload` are temporary; `unsent` means
that it never left this machine; `gone` that the provider knows no such work; `ambiguous` that it
may or may not have been accepted. Of a submit, every other kind says for certain: not accepted."""


class ProviderError(VidgenError):
    """A call to a provider went wrong; `retry_after` is how many seconds it asks us to wait.

    `charged` is what a refusal cost: False nothing, None where nobody says.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: Trouble = "provider",
        retry_after: float | None = None,
        charged: bool | None = False,
        where: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.kind = kind
        self.retry_after = retry_after
        self.charged = charged


class UnknownName(VidgenError):
    """A model, shot, template or provider name that does not exist."""

    exit_code = Exit.USAGE
