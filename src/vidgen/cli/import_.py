"""`vidgen import`: a clip or a still of the user's own becomes a take."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidgen.chosen import shown, used
from vidgen.cli import desk
from vidgen.cli.app import AsJson, command, talk, write_json
from vidgen.cli.choice import OfProject, Place, check_place, group_around, step_for
from vidgen.errors import FileTrouble, MediaError
from vidgen.places import is_still, shot_of, word_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidgen.job import Request, Take, Tier
    from vidgen.journal import Journal
    from vidgen.plan import Step
    from vidgen.render.arrival import Facts

IMPORT_SCHEMA = "vidgen.import/1"

CLIPS = ("mp4", "mov", "webm", "mkv")
PICTURES = ("png", "jpg", "jpeg", "webp")

LARGEST = 8 * 2**30
"""Bytes of a file that is taken: as many as of one that is fetched."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that is a take now: what was measured, whether the cut uses it, and what to know.

    `instead_of` is the place of a group's take, of which the shot would be shown else.
    """

    take: Take
    facts: Facts
    used: bool
    words: tuple[str, ...]
    instead_of: str | None = None


@command("import")
def import_(
    shot: Place,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="mp4, mov, webm, mkv; of a still png, jpg, webp.",
            show_default=False,
        ),
    ],
    still: Annotated[
        bool, typer.Option("--still", help="The shot's still: as SHOT.still.")
    ] = False,
    end_still: Annotated[
        bool, typer.Option("--end-still", help="The shot's end still: as SHOT.end-still.")
    ] = False,
    take: Annotated[
        int,
        typer.Option(
            "--take", metavar="N", min=1, max=20, help="Which of the takes asked for it stands for."
        ),
    ] = 1,
    draft: desk.Draft = False,
    storyboard: OfProject = Path(),
    rehearsal: desk.Rehearsal = False,
    as_json: AsJson = False,
) -> None:
    """Make a clip or a still of your own a take. The file is copied, and decoded to its end."""
    place = _place(shot, still=still, end_still=end_still)
    project = desk.open_project(storyboard, rehearsal=rehearsal)
    check_place(project, place)
    ending = _ending(place, file)
    tier: Tier = "draft" if draft and not is_still(place) else "final"
    found = _bring(project, _step(project, place, tier, take), file, ending)
    if as_json:
        write_json(_as_json(found))
    else:
        _tell(found)


def _place(shot: str, *, still: bool, end_still: bool) -> str:
    if still and end_still:
        raise typer.BadParameter("--still and --end-still are two different pictures; choose one")
    named = "still" if still else "end-still" if end_still else ""
    base, _, told = shot.partition(".")
    if named and told not in ("", named):
        raise typer.BadParameter(f"`{shot}` and --{named} name different pictures")
    return f"{base}.{named}" if named else shot


def _step(project: desk.Desk, place: str, tier: Tier, take: int) -> Step:
    """The step that a file stands for; of a shot in a group, the one that it would be by itself."""
    from vidgen.plan.standing import by_themselves

    group = None if word_of(place) else group_around(project, place)
    if group is None:
        return step_for(project, place, tier, take)[1]
    _, whole = step_for(project, group.place, tier, take)
    alone = next(job for job in by_themselves(whole) if job.shot == place)
    return replace(whole, job=alone)


def _ending(place: str, file: Path) -> str:
    """What the file is by its name. Raises FileTrouble where it is no file of the right kind."""
    ending = file.suffix.lower().removeprefix(".")
    still = is_still(place)
    wanted = PICTURES if still else CLIPS
    if not file.exists():
        raise FileTrouble("there is no such file", where=str(file))
    if not file.is_file():
        raise FileTrouble("it is no file", where=str(file))
    if file.stat().st_size > LARGEST:
        raise FileTrouble(f"it is larger than {LARGEST // 2**30} GiB", where=str(file))
    if ending in wanted:
        return ending
    hint = f"these are taken: {', '.join(wanted)}"
    if not still and ending in PICTURES:
        hint = f"a still is brought with `vidgen import {place}.still {file.name}`"
    if still and ending in CLIPS:
        hint = f"a clip is brought with `vidgen import {shot_of(place)} {file.name}`"
    what = "a still" if still else "a clip"
    raise FileTrouble(f"`{file.suffix or file.name}` is not {what}", where=str(file), hint=hint)


def _bring(project: desk.Desk, step: Step, file: Path, ending: str) -> Brought:
    """Copy, look at the copy, give it a number, and name it; all of it or nothing."""
    from vidgen.journal import Journal
    from vidgen.render.arrival import ending_of

    home = project.project
    folder = home.state / "imports"
    with home.locked("import"), home.running() as run:
        shutil.rmtree(folder, ignore_errors=True)  # what an import that died has left
        folder.mkdir(parents=True)
        try:
            copy = folder / f"brought.{ending}"
            shutil.copyfile(file, copy)
            facts = _measured(copy, step.job.request, file)
            if is_still(step.job.shot):
                ending = ending_of(copy)
            with Journal(home.journal, run) as journal:
                take = _take(project, step, facts, journal, ending)
            home.promote(copy, take, _facts(step, facts, file))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    words = tuple(_remarks(project, step, facts))
    group = None if word_of(take.shot) else group_around(project, take.shot)
    if group is None:
        return Brought(take, facts, used(home.history(), take.shot, take.tier) == take, words)
    now = _in_place_of_its_group(project, take)
    return Brought(take, facts, now == take, words, group.place)


def _in_place_of_its_group(project: desk.Desk, take: Take) -> Take | None:
    """Choose a take of a shot in a group, unless a person chose another; the one that is shown.

    Unchosen it would lie there unseen, since the film shows what a group's take has of the shot.
    """
    home, board = project.project, project.source.board
    with home.locked("select"):
        if take.shot not in home.history().selects:
            home.select(take.shot, take.number)
    return shown(board, home.history(), board.shot(take.shot), take.tier)


def _measured(copy: Path, request: Request, file: Path) -> Facts:
    """What there is in the copy. Raises MediaError of the user's own file."""
    from vidgen.media.probe import probe
    from vidgen.render.arrival import inspect, inspect_still
    from vidgen.stitch.takes import HDR

    try:
        if request.kind == "image":
            return inspect_still(copy, request)
        picture = probe(copy).picture
        if picture is not None and picture.transfer in HDR:
            raise MediaError(
                f"it is HDR ({HDR[picture.transfer]}); films are SDR",
                hint="convert it to bt709 and import that",
            )
        return inspect(copy, request)
    except MediaError as error:
        message = error.message.replace(str(copy), file.name)
        raise MediaError(message, where=str(file), hint=error.hint) from error


def _take(project: desk.Desk, step: Step, facts: Facts, journal: Journal, ending: str) -> Take:
    """The take, with a number that no render under way was given.

    Whoever brings a clip has judged it: it counts as accepted, and is never re-rolled.
    """
    from vidgen.job import Acceptance, Take, digest_parts

    job, home = step.job, project.project

    def path_of(number: int) -> str:
        return home.take_path(job.shot, number, ending).relative_to(home.root).as_posix()

    least = home.next_number(job.shot)
    number = journal.imported(job.shot, job.key, facts.digest, path_of, least=least)
    return Take(
        shot=job.shot,
        number=number,
        tier=job.tier,
        key=job.key,
        path=path_of(number),
        digest=facts.digest,
        model="import",
        provider="own",
        frames=facts.frames,
        rate=facts.rate,
        parts=digest_parts(job.request),
        take=job.take,
        flags=tuple(flag.code for flag in facts.flags),
        accepted=(Acceptance(job.key),),
    )


def _facts(step: Step, facts: Facts, file: Path) -> dict[str, object]:
    """What else the sidecar says; of the file only its name, since where it lay is nobody's."""
    from vidgen.job import plain

    return {
        "request": plain(step.job.request),
        "file": file.name,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "qc": [plain(flag) for flag in facts.flags],
    }


def _remarks(project: desk.Desk, step: Step, facts: Facts) -> Iterator[str]:
    """What differs from what the shot asks, in words."""
    from vidgen.cut import rate_of, slots
    from vidgen.stitch.takes import HELD

    yield from (flag.words for flag in facts.flags)
    if shot_of(step.job.shot) != step.job.shot:
        return
    rate = rate_of(project.source.board)
    slot = next(slot for slot in slots(project.source.board) if slot.shot == step.job.shot)
    needed = Fraction(slot.start + slot.frames, 1) / rate
    if facts.seconds + HELD / rate < needed:
        has, wanted = float(facts.seconds), float(needed)
        yield f"the cut wants {wanted:.2f}s of it and it has {has:.2f}s: shorten or trim the shot"


def _tell(found: Brought) -> None:
    take, facts = found.take, found.facts
    size = f"{facts.width}x{facts.height}"
    if facts.seconds:
        sound = "with sound" if facts.sound else "no sound"
        size += f", {float(facts.seconds):.2f}s at {float(facts.rate):.5g} fps, {sound}"
    talk(f"{take.shot}: {take.path}, {size}")
    for words in found.words:
        talk(f"  {words}")
    if not found.used:
        talk(f"  another take is selected: `vidgen select {take.shot} {take.name}` uses this one")
    elif found.instead_of:
        talk(
            f"  it is selected: the cut shows {take.shot} from it, and not from {found.instead_of};"
            f" `vidgen select {take.shot} --none` takes that back"
        )


def _as_json(found: Brought) -> dict[str, object]:
    take, facts = found.take, found.facts
    return {
        "schema": IMPORT_SCHEMA,
        "shot": take.shot,
        "take": take.name,
        "tier": take.tier,
        "path": take.path,
        "digest": take.digest,
        "width": facts.width,
        "height": facts.height,
        "frames": facts.frames,
        "rate": str(facts.rate),
        "seconds": f"{float(facts.seconds):.3f}",
        "sound": facts.sound,
        "flags": list(take.flags),
        "remarks": list(found.words),
        "used": found.used,
        "instead_of": found.instead_of if found.used else None,
    }
