"""How a run is watched: bars on a terminal, plain lines elsewhere, NDJSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING

import typer

from vidgen.cli.app import console, speaks_utf8, talk
from vidgen.job import plain

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from vidgen.cut import Cut
    from vidgen.plan import Plan
    from vidgen.render.values import Event, Listener
    from vidgen.stitch import Progress

EVENT_SCHEMA = "vidgen.event/1"
WIDEST = 100
MOST = 12
"""How many jobs are shown at once; each that ends goes up into a line of its own."""


@contextmanager
def watch(plan: Plan, *, as_json: bool) -> Iterator[Listener]:
    """A listener for one run's events, suited to where they are seen."""
    if as_json:
        yield _as_json
        return
    screen = console(stderr=True)
    if not any(step.works for step in plan.steps) or not _shows_bars(screen):
        yield Lines(plan.per_usd).hear
    else:
        with _live(Work(plan, screen)) as listen:
            yield listen


def _shows_bars(screen: Console) -> bool:
    return screen.is_terminal and not screen.is_dumb_terminal


def write_line(record: dict[str, object]) -> None:
    """One record of NDJSON on stdout, at once."""
    text = json.dumps(record, ensure_ascii=not speaks_utf8(), separators=(",", ":"))
    typer.echo(text)
    sys.stdout.flush()


def _as_json(event: Event) -> None:
    write_line({"schema": EVENT_SCHEMA, **plain(event)})


@dataclass
class Lines:
    """A run told line by line: what begins, what ends, and once for each job that it must wait."""

    per_usd: Decimal
    waiting: set[str] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        """Tell an event, if it is one that is worth a line."""
        if event.kind == "waiting":
            if event.job not in self.waiting:
                talk(f"{shown(event.job)}: waiting, because {event.message}")
            self.waiting.add(event.job)
        elif event.kind == "started":
            talk(f"{shown(event.job)}: started")
        elif words := _ending(event, self.per_usd):
            talk(f"{shown(event.job)}: {words}")


def shown(job: str) -> str:
    """A job's name for people: the first take goes by its shot."""
    return job.removesuffix(".t1")


def _ending(event: Event, per_usd: Decimal) -> str:
    """What is told of an event that stays on the screen; nothing of those that do not."""
    match event.kind:
        case "done":
            from vidgen.present import credits_words

            flags = f" ({event.message})" if event.message else ""
            cost = f", {credits_words(event.cost_usd, per_usd)}" if event.cost_usd else ""
            return f"{event.path} in {clock(event.elapsed)}{cost}{flags}"
        case "stale":
            return event.message
        case "resumed":
            return "goes on with what an earlier run began"
        case "retry":
            return f"again, because {event.message}"
        case "failed":
            return f"failed: {event.message}"
        case "left":
            return f"left: {event.message}"
        case "doubt":
            return f"in doubt: {event.message}"
        case "held":
            return f"held: {event.message}"
        case "cancelled":
            return "stopped"
        case _:
            return ""


def clock(seconds: float) -> str:
    """`0.8s`, `42s`, `3:07` or `1:02:03`."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, left = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


# -- bars -------------------------------------------------------------------------------------

STATES: dict[str, str] = {
    "started": "sending",
    "resumed": "collecting",
    "waiting": "waiting",
    "progress": "rendering",
    "arriving": "arriving",
}
"""What a job is doing, by the last that was heard of it."""

ENDS = ("done", "failed", "left", "doubt", "held", "cancelled")
"""Events after which a job needs no bar."""

MARKS = {
    "done": ("✓", "+", "green"),
    "stale": ("=", "=", "yellow"),
    "resumed": (">", ">", "cyan"),
    "retry": ("~", "~", "yellow"),
    "failed": ("✗", "x", "bold red"),
    "left": (">", ">", "yellow"),
    "doubt": ("?", "?", "bold yellow"),
    "held": ("!", "!", "yellow"),
    "cancelled": ("–", "-", "yellow"),
}


@dataclass(frozen=True, slots=True)
class Doing:
    """What a job is doing: the word for it, since when it is at work, and how far it is."""

    state: str
    since: float
    share: float | None


@dataclass
class Work:
    """What a run's live lines say: each job under way, and the whole."""

    plan: Plan
    screen: Console
    began: float = field(default_factory=lambda: monotonic())
    active: dict[str, Doing] = field(default_factory=dict)
    ended: int = 0
    spent: Decimal = Decimal(0)

    @cached_property
    def total(self) -> int:
        """How many takes this run is to make."""
        return sum(step.works for step in self.plan.steps)

    def hear(self, event: Event) -> None:
        """Take an event in, and leave a line above the bars where it ends something."""
        if event.kind in STATES:
            before = self.active.get(event.job)
            since = monotonic() if before is None else before.since
            self.active[event.job] = Doing(STATES[event.kind], since, event.progress)
        elif event.kind in ENDS or event.kind == "retry":
            self.active.pop(event.job, None)
        if event.kind in ENDS and (event.kind != "held" or self._works(event)):
            self.ended += 1
        self.spent += event.cost_usd or Decimal(0)
        if event.kind in MARKS:
            self.screen.print(self._line(event))

    def _works(self, event: Event) -> bool:
        return any(step.works and step.job.name == event.job for step in self.plan.steps)

    def _line(self, event: Event) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        mark, plain_mark, style = MARKS[event.kind]
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(width=1)
        table.add_column(width=self._names, no_wrap=True, overflow="ellipsis")
        table.add_column(overflow="fold")
        signs = self.screen.encoding.lower().startswith("utf")
        words = Text(
            _ending(event, self.plan.per_usd), "" if event.kind in ("failed", "held") else "dim"
        )
        table.add_row(Text(mark if signs else plain_mark, style), Text(shown(event.job)), words)
        return table

    @cached_property
    def _widest(self) -> int:
        from rich.cells import cell_len

        return max(cell_len(shown(step.job.name)) for step in self.plan.steps)

    @property
    def _names(self) -> int:
        return max(min(self._widest, self.screen.width // 3, 24), 5)

    def __rich__(self) -> RenderableType:
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 1, 0, 0))
        table.width = min(self.screen.width, WIDEST)
        table.add_column(width=1)
        table.add_column(width=self._names, no_wrap=True, overflow="ellipsis")
        table.add_column(ratio=1)
        table.add_column(width=10, justify="right", no_wrap=True)
        table.add_column(width=7, justify="right", no_wrap=True)
        now = monotonic()
        for job, doing in list(self.active.items())[:MOST]:
            told = doing.state if doing.share is None else f"{doing.share:.0%}"
            table.add_row("", Text(shown(job)), _bar(doing.share), told, clock(now - doing.since))
        count = f"{self.ended}/{self.total}"
        elapsed = clock(now - self.began)
        table.add_row("", Text("film", "bold"), _bar(self._share), Text(count, "bold"), elapsed)
        return Group(table, self._foot(now))

    @property
    def _share(self) -> float:
        under_way = sum(doing.share or 0.0 for doing in self.active.values())
        return min((self.ended + under_way) / max(self.total, 1), 1.0)

    def _foot(self, now: float) -> Text:
        """What is spent so far, and how long it may still take once that can be told."""
        from rich.text import Text

        from vidgen.present import credits_words

        free = not self.plan.totals.run and not self.spent
        words = ["free" if free else f"{credits_words(self.spent, self.plan.per_usd)} so far"]
        waiting = self.total - self.ended - len(self.active)
        if waiting > 0:
            words.append(f"{waiting} waiting")
        if self._share > LEAST_SHARE and now - self.began > LEAST_SECONDS:
            left = (now - self.began) * (1 - self._share) / self._share
            words.append(f"about {clock(max(round(left), 1))} left")
        return Text("  " + " · ".join(words), "dim", no_wrap=True, overflow="ellipsis")


LEAST_SHARE, LEAST_SECONDS = 0.05, 3.0
"""From when on a guess at the time left is worth telling."""


def _bar(share: float | None) -> RenderableType:
    from rich.progress_bar import ProgressBar

    return ProgressBar(
        total=1.0,
        completed=share or 0.0,
        pulse=share is None,
        complete_style="cyan",
        finished_style="green",
    )


@contextmanager
def _live(work: Work) -> Iterator[Listener]:
    from rich.live import Live

    with Live(work, console=work.screen, refresh_per_second=8, transient=True):
        yield work.hear


# -- the stitch -------------------------------------------------------------------------------

Report = Callable[["Progress"], None]
STAGES = {"conform": "encoding", "join": "joining"}


@contextmanager
def showing(cut: Cut, name: str, *, as_json: bool) -> Iterator[Report | None]:
    """One bar for a stitch, on a terminal; nothing elsewhere, since the end is told anyway."""
    screen = console(stderr=True)
    if as_json or not _shows_bars(screen):
        yield None
        return
    from rich.live import Live

    joining = Joining(name, cut.frames, screen)
    with Live(joining, console=screen, refresh_per_second=8, transient=True):
        yield joining.hear


@dataclass
class Joining:
    """What a stitch's live line says."""

    name: str
    total: int
    screen: Console
    began: float = field(default_factory=lambda: monotonic())
    frames: int = 0
    stage: str = "encoding"

    def hear(self, progress: Progress) -> None:
        """Take in how far it is."""
        self.frames, self.stage = progress.frames, STAGES.get(progress.stage, progress.stage)

    def __rich__(self) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 1, 0, 0))
        table.width = min(self.screen.width, WIDEST)
        table.add_column(width=1)
        table.add_column(
            max_width=max(self.screen.width // 3, 5), overflow="ellipsis", no_wrap=True
        )
        table.add_column(ratio=1)
        table.add_column(width=4, justify="right", no_wrap=True)
        table.add_column(width=8, no_wrap=True)
        table.add_column(width=7, justify="right", no_wrap=True)
        share = self.frames / max(self.total, 1)
        elapsed = clock(monotonic() - self.began)
        table.add_row("", Text(self.name), _bar(share), f"{share:.0%}", self.stage, elapsed)
        return table
