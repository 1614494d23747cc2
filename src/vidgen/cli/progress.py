"""How a run is watched: bars on a terminal, plain lines elsewhere, NDJSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from vidgen.cli.app import console, talk
from vidgen.job import plain

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from vidgen.cut import Cut
    from vidgen.plan import Plan
    from vidgen.render import Event, Listener
    from vidgen.stitch import Progress

EVENT_SCHEMA = "vidgen.event/1"


@contextmanager
def watch(plan: Plan, *, as_json: bool) -> Iterator[Listener]:
    """A listener for one run's events, suited to where they are seen."""
    if as_json:
        yield _as_lines_of_json
        return
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield _as_lines
        return
    with _bars(plan) as listen:
        yield listen


def _as_lines_of_json(event: Event) -> None:
    record = {"schema": EVENT_SCHEMA, **plain(event)}
    typer.echo(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
    sys.stdout.flush()


def _as_lines(event: Event) -> None:
    match event.kind:
        case "started":
            talk(f"{event.job}: started")
        case "done":
            talk(f"{event.job}: done in {event.elapsed:.1f}s -> {event.path}")
        case "reused":
            talk(f"{event.job}: kept, {event.message}")
        case "failed" | "held" | "retry":
            talk(f"{event.job}: {event.kind}: {event.message}")
        case _:
            pass


@contextmanager
def _bars(plan: Plan) -> Iterator[Listener]:
    bars = _progress()
    tasks: dict[str, TaskID] = {}
    working = [step for step in plan.steps if step.works]
    whole = bars.add_task("film", total=len(plan.steps), state=f"0/{len(plan.steps)}")

    def listen(event: Event) -> None:
        _show(bars, tasks, whole, event)

    bars.update(whole, state=f"{len(working)} to make")
    with bars:
        yield listen


def _show(bars: Bars, tasks: dict[str, TaskID], whole: TaskID, event: Event) -> None:
    if event.kind in ("started", "progress") and event.job not in tasks:
        tasks[event.job] = bars.add_task(event.job, total=1.0, state="rendering")
    task = tasks.get(event.job)
    if event.kind == "progress" and task is not None:
        bars.update(task, completed=event.progress or 0.0)
    if event.kind in ("done", "reused", "failed", "held"):
        bars.advance(whole)
        done = int(bars.tasks[0].completed)
        bars.update(whole, state=f"{done}/{int(bars.tasks[0].total or 0)}")
        if task is not None:
            bars.update(task, completed=1.0 if event.kind == "done" else 0.0, state=event.kind)
            bars.stop_task(task)
        elif event.kind in ("failed", "held"):
            bars.console.print(f"{event.job}: {event.kind}: {event.message}", markup=False)


@contextmanager
def showing(cut: Cut, name: str, *, as_json: bool) -> Iterator[Callable[[Progress], None] | None]:
    """One bar for a stitch, on a terminal; nothing elsewhere, since the end is told anyway."""
    screen = console(stderr=True)
    if as_json or not screen.is_terminal:
        yield None
        return
    bars = _progress()
    task = bars.add_task(name, total=cut.frames, state="conform")

    def report(progress: Progress) -> None:
        bars.update(task, completed=progress.frames, state=progress.stage)

    with bars:
        yield report
        bars.update(task, completed=cut.frames, state="done")


def _progress() -> Bars:
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    return Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None, complete_style="cyan", finished_style="green"),
        TextColumn("{task.fields[state]}", markup=False),
        TimeElapsedColumn(),
        console=console(stderr=True),
        expand=True,
    )
