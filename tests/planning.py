"""Plans of a film, and takes as if they had been made."""

from vidgen.job import History, Take, digest_parts
from vidgen.plan import Options, plan


def planned(source, shop, history=None, **options):
    return plan(source, shop, history or History(), Options(**options))


def starts(step):
    return next((need.key for need in step.job.needs), None)


def keys(found):
    return {step.job.shot: step.job.key for step in found.steps}


def only(found):
    (step,) = found.steps
    return step


def made(step, number=1, digest="d1", started_from=None):
    return Take(
        shot=step.job.shot, number=number, tier=step.job.tier, key=step.job.key,
        path=f"takes/{step.job.shot}/v{number:03d}.mp4", digest=digest, model="m", provider="p",
        started_from={"first_frame": started_from} if started_from else {},
        parts=digest_parts(step.job.request), take=step.job.take,
    )  # fmt: skip
