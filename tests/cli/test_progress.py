import io
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
from rich.console import Console

from vidgen.cli import progress
from vidgen.cli.progress import Joining, Work, clock, shown, watch
from vidgen.job import History
from vidgen.plan import Options, plan
from vidgen.render.values import Event

FILM = """
    defaults: {model: plain, duration: 4s}
    shots:
      - {id: grind, prompt: a}
      - {id: pour, prompt: b, takes: 2}
      - {id: a-shot-with-a-long-name-that-is-cut, prompt: c}
      - {id: last, prompt: d}
"""


@pytest.fixture
def work(film, shop, monkeypatch):
    """The live lines of a run of five takes, a minute in; `work.at(80)` draws them."""
    found = plan(film(FILM), shop, History(), Options())
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(progress, "monotonic", lambda: now.seconds)

    def make(width=80, **more):
        screen = Console(
            file=io.StringIO(), width=width, force_terminal=True, color_system=None, **more
        )
        made = Work(found, screen)
        now.seconds += 60
        made.clock = now
        return made

    return make


def lines(work):
    with work.screen.capture() as captured:
        work.screen.print(work)
    return [line.rstrip() for line in captured.get().splitlines()]


def event(kind, job="grind.t1", **more):
    return Event(kind, job, job.partition(".")[0], **more)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.84, "0.8s"),
        (9.94, "9.9s"),
        (42.4, "42s"),
        (187, "3:07"),
        (3723, "1:02:03"),
        (59.6, "1:00"),
    ],
)
def test_times(seconds, words):
    assert clock(seconds) == words


def test_the_first_take_goes_by_its_shot():
    assert (shown("sip.t1"), shown("sip.t2"), shown("sip.t11")) == ("sip", "sip.t2", "sip.t11")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_every_line_fits(work, width):
    made = work(width)
    for job in ("grind.t1", "pour.t2", "a-shot-with-a-long-name-that-is-cut.t1"):
        made.hear(event("started", job))
        made.hear(event("progress", job, progress=0.5))
    made.hear(event("failed", "last.t1", message="a long reason " * 12))
    found = lines(made)
    assert max(map(len, found)) <= width
    assert len(found) == 5  # three jobs, the film, what it costs
    said = made.screen.file.getvalue().splitlines()
    assert max(map(len, (line.rstrip() for line in said))) <= width


def test_jobs_come_and_go_and_the_whole_counts(work):
    made = work()
    made.hear(event("started"))
    made.hear(event("progress", progress=0.25))
    made.clock.seconds += 3
    film = lines(made)
    assert film[0].split()[0] == "grind"
    assert film[0].split()[-2:] == ["25%", "3.0s"]
    assert film[1].split()[-2:] == ["0/5", "1:03"]
    made.hear(event("done", path="takes/grind/v001.mp4", elapsed=3.4, cost_usd=Decimal("0.32")))
    film = lines(made)
    assert len(film) == 2
    assert film[0].split()[-2] == "1/5"
    assert film[1].split(" · ")[0].strip() == "32.00 cr so far"
    assert "4 waiting" in film[1]
    assert "left" in film[1]
    assert "✓ grind" in made.screen.file.getvalue()
    assert "takes/grind/v001.mp4 in 3.4s" in made.screen.file.getvalue()


def test_what_is_held_counts_as_ended_and_what_is_kept_is_not_counted(work):
    made = work()
    made.hear(event("held", message="grind, which it starts from, has no take"))
    made.hear(event("reused", "other.t1", path="x"))
    assert made.ended == 1
    assert lines(made)[0].split()[-2] == "1/5"


def test_a_retry_starts_over(work):
    made = work()
    made.hear(event("started"))
    made.hear(event("retry", message="it broke"))
    assert made.active == {}
    assert "again, because it broke" in made.screen.file.getvalue()


def test_only_so_many_are_shown_at_once(work):
    made = work()
    for number in range(40):
        made.hear(event("started", f"s{number}.t1"))
    assert len(lines(made)) == progress.MOST + 2


def test_a_terminal_of_plain_letters_is_shown_plain_marks(work, monkeypatch):
    made = work()
    monkeypatch.setattr(Console, "encoding", "ascii")
    made.hear(event("done", path="takes/grind/v001.mp4"))
    assert "+ grind" in made.screen.file.getvalue()


def test_a_free_run_says_so(film, shop):
    found = plan(film(FILM), shop, History(), Options(tier="animatic"))
    made = Work(found, Console(file=io.StringIO(), width=80))
    assert lines(made)[-1].split(" · ")[0].strip() == "free"


def test_a_stitch_is_one_line():
    made = Joining("first-pour", 100, Console(file=io.StringIO(), width=80))
    made.hear(SimpleNamespace(frames=25, total=100, stage="conform"))
    (line,) = lines(made)
    assert line.split()[0] == "first-pour"
    assert line.split()[-3:-1] == ["25%", "encoding"]


def test_off_a_terminal_each_thing_is_a_line(film, shop, capsys):
    found = plan(film(FILM), shop, History(), Options())
    with watch(found, as_json=False) as listen:
        listen(event("started"))
        listen(event("progress", progress=0.5))
        listen(event("done", path="takes/grind/v001.mp4", elapsed=2.0, message="4s was asked"))
        listen(event("reused", "last.t1"))
        listen(event("stale", "last.t1", message="changed: prompt; v001 is kept"))
        listen(event("failed", "pour.t2", message="flagged"))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "grind: started",
        "grind: takes/grind/v001.mp4 in 2.0s (4s was asked)",
        "last: changed: prompt; v001 is kept",
        "pour.t2: failed: flagged",
    ]


def test_a_terminal_gets_bars_and_a_dumb_one_lines(film, shop, monkeypatch):
    found = plan(film(FILM), shop, History(), Options())
    screens = []

    def screen(*, stderr, dumb):
        made = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
        monkeypatch.setattr(Console, "is_dumb_terminal", dumb)
        screens.append(made)
        return made

    for dumb in (False, True):
        monkeypatch.setattr(
            progress, "console", lambda stderr, dumb=dumb: screen(stderr=stderr, dumb=dumb)
        )
        with watch(found, as_json=False) as listen:
            listen(event("started"))
    assert "film" in screens[0].file.getvalue()
    assert screens[1].file.getvalue() == ""


def test_when_there_is_nothing_to_do_there_are_no_bars(film, shop, monkeypatch):
    found = plan(film(FILM), shop, History(), Options())
    blocked = replace(found, steps=tuple(replace(step, action="blocked") for step in found.steps))
    made = Console(file=io.StringIO(), width=80, force_terminal=True)
    monkeypatch.setattr(progress, "console", lambda stderr: made)
    with watch(blocked, as_json=False):
        pass
    assert made.file.getvalue() == ""
