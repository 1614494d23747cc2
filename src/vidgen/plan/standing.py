"""How takes stand to a plan: what each job would start from, and which takes are stale. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vidgen.job import Job, JobKey, Need, StartedFrom, Take, job_key
from vidgen.plan.values import Plan, Step


def kept_by(plan: Plan, need: Need) -> Take | None:
    """The take that a picture would come from; None where that take is still to be made."""
    for step in plan.steps:
        kept = step.take if step.action in ("reuse", "stale") else None
        if kept is not None and step.job.shot == need.shot and kept.key == need.key:
            return kept
    return None


def starting_from(plan: Plan, step: Step) -> StartedFrom | None:
    """By field, the digest of each take a step would start from; None where one is not made yet."""
    found: StartedFrom = {}
    for need in step.job.needs:
        take = kept_by(plan, need)
        if take is None:
            return None
        found[need.field] = take.digest
    return found


def by_themselves(step: Step) -> tuple[Job, ...]:
    """The jobs that the shots of a group would be, were each a call of its own: what a clip asks
    that is brought in the place of one of them. None for a step of one shot.
    """
    asked = step.job.request
    jobs = []
    for place, (shot, part) in enumerate(zip(step.covers, asked.shots, strict=True)):
        request = replace(
            asked,
            prompt=part.text,
            duration=part.seconds,
            shots=(),
            first_frame=None if place else asked.first_frame,
            last_frame=asked.last_frame if shot == step.covers[-1] else None,
        )
        key = job_key(request, shot=shot, tier=step.job.tier, take=step.job.take, upstream=None)
        jobs.append(replace(step.job, key=key, shot=shot, request=request, needs=()))
    return tuple(jobs)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the jobs of some plans ask, by key: the digests each of them would start from."""

    asked: dict[JobKey, StartedFrom | None]

    def stale(self, take: Take) -> bool:
        """Whether a take is no longer what any job asks, by itself or by a person's word."""
        words = [(take.key, take.started_from)]
        words += [(word.key, word.started_from) for word in take.accepted]
        return not any(self._holds(key, told) for key, told in words)

    def _holds(self, key: JobKey, started_from: StartedFrom) -> bool:
        if key not in self.asked:
            return False
        wanted = self.asked[key]
        if wanted is None:
            return False
        return all(started_from.get(field) in (None, digest) for field, digest in wanted.items())


def standing(plans: Iterable[Plan]) -> Standing:
    """What the jobs of these plans ask for, their other prompts included."""
    asked: dict[JobKey, StartedFrom | None] = {}
    for plan in plans:
        for step in plan.steps:
            starts = starting_from(plan, step)
            for job in (step.job, *step.alternates):
                asked[job.key] = starts
            asked |= {job.key: {} for job in by_themselves(step)}
    return Standing(asked)
