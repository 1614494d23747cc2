"""Takes and ledgers put in place without rendering: what a command finds when it is called."""

from decimal import Decimal

from vidgen.cli.desk import open_project, options_of
from vidgen.job import Take, digest_parts
from vidgen.journal import Journal, Limits

NO = Limits()


def steps(folder, *, rehearsal=False, **options):
    """The steps that a plan of the project has now."""
    project = open_project(folder, rehearsal=rehearsal)
    return project.plan(options_of(**{"tier": "final", "allow_unpriced": True, **options})).steps


def step_of(folder, shot, **options):
    """The first step of a shot."""
    return next(step for step in steps(folder, **options) if step.job.shot == shot)


def put(folder, step, *, cost="0.40", rehearsal=False, ending=None, started_from=None, **more):
    """A take of a step on disk, its clip a few bytes; the take."""
    home = open_project(folder, rehearsal=rehearsal).project
    shot = step.job.shot
    number = more.pop("number", None) or home.next_number(shot)
    ending = ending or ("png" if step.what != "shot" else "mp4")
    path = home.take_path(shot, number, ending)
    take = Take(
        shot=shot, number=number, tier=step.job.tier, key=step.job.key,
        path=path.relative_to(home.root).as_posix(), digest=f"{shot}-{number}".ljust(64, "0"),
        model=step.job.request.model, provider=step.job.request.provider,
        started_from=started_from or {}, frames=24,
        cost_usd=None if cost is None else Decimal(cost), parts=digest_parts(step.job.request),
        take=step.job.take, **more,
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"clip")
    home.promote(path, take, {})
    return take


def journal_of(folder, *, rehearsal=False, run="run"):
    """The project's journal, open."""
    return Journal(open_project(folder, rehearsal=rehearsal).project.journal, run)


def paid(folder, step, cost="0.40", reserve=None, *, rehearsal=False, **more):
    """A take of a step with its lines in the ledger; the take."""
    take = put(folder, step, cost=cost, rehearsal=rehearsal, **more)
    usd = None if cost is None else Decimal(cost)
    with journal_of(folder, rehearsal=rehearsal) as journal:
        attempt = journal.begin(step.job, Decimal(reserve or cost or 0), NO)
        journal.submitted(step.job.key, {"id": "1"})
        journal.succeeded(step.job.key, "clip.mp4", usd)
        journal.done(step.job, attempt, take.number, take.path, take.digest, usd)
    return take


def failed(folder, step, reserve="0.50", *, charged=None, usd="0.50", kind="provider"):
    """An attempt that failed, of a cost that nobody told unless `charged` says."""
    with journal_of(folder) as journal:
        attempt = journal.begin(step.job, Decimal(reserve), NO)
        journal.submitted(step.job.key, {"id": "1"})
        journal.failed(
            step.job.key, attempt, "it went wrong there", kind, charged=charged, usd=Decimal(usd)
        )


def in_doubt(folder, step, reserve="0.84", *, run="run"):
    """A submit whose answer was lost."""
    with journal_of(folder, run=run) as journal:
        journal.begin(step.job, Decimal(reserve), NO)
        journal.in_doubt(step.job.key, "its answer was lost: it may have been taken")
