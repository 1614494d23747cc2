"""What is to be done about a job, given what happened before: the action and its reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vidgen.job import GivenField, History, Job, JobKey, StartedFrom, Take, digest_parts
from vidgen.places import shot_of
from vidgen.plan.values import Action, Options, Quote
from vidgen.storyboard import Quality


@dataclass(frozen=True, slots=True)
class Anchor:
    """What others start from: key, take if it is kept, and (of a clip) where the cut leaves it."""

    shot: str
    seconds: Decimal | None
    key: JobKey
    take: Take | None
    remade: bool


Starts = tuple[tuple[GivenField, Anchor], ...]
"""What a job starts from, by the field of its Request that it fills."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An action, why, and the take it is about."""

    action: Action
    reason: str
    take: Take | None = None


OPEN_WORDS = {
    "unsent": "its money is reserved, it was not taken yet; it is sent under the same name",
    "unknown": "it may have been taken and nobody knows; see `vidgen recover`",
    "succeeded": "it is finished and paid; it is fetched",
}
COLLECTED = "already sent; it is collected, not sent again"


@dataclass(frozen=True, slots=True)
class Past:
    """The history, read with the eyes of one plan's options."""

    history: History
    options: Options

    def decide(self, job: Job, quote: Quote, starts: Starts, quality: Quality | None) -> Decision:
        """What to do about a job: the cheapest true answer first."""
        state = self.history.open_jobs.get(job.key)
        if state is not None:
            return Decision("resume", OPEN_WORDS.get(state, COLLECTED))
        if quote.usd is None and not self.options.allow_unpriced:
            return Decision("blocked", "its price is not known")
        takes = self.history.of(job.shot, job.tier)
        exact = self._exact(job, takes, starts)
        if exact:
            return self._kept(job, exact, quality)
        for _, anchor in starts:
            if anchor.take is None and not self._is_named(anchor.shot):
                start = shot_of(anchor.shot)
                reason = f"it starts from `{start}`, which has no take; name `{start}` too"
                return Decision("blocked", reason)
        if any(field == "source_video" for field, _ in starts):
            return self._work_on_a_take(job, quote, takes, starts)
        by_key = (take for take in reversed(takes) if take.key == job.key)
        by_place = (take for take in reversed(takes) if take.take == job.take)
        former = next(by_key, None) or next(by_place, None)
        return (
            self._missing(job, quote)
            if former is None
            else self._changed(job, quote, former, starts)
        )

    def _work_on_a_take(
        self, job: Job, quote: Quote, takes: tuple[Take, ...], starts: Starts
    ) -> Decision:
        """What is done to a take belongs to that take: to another one it is done anew."""
        same = next((take for take in reversed(takes) if take.key == job.key), None)
        if same is not None and self._is_named(job.shot):
            return Decision("redo", "the take that it works on is another one now", same)
        of_this = [take for take in takes if not _outdated(take.started_from, starts)]
        if of_this:
            return self._changed(job, quote, of_this[-1], starts)
        return self._missing(job, quote)

    def _exact(self, job: Job, takes: tuple[Take, ...], starts: Starts) -> Take | None:
        """The take that is what the job asks: of several the selected one, else the newest."""
        fitting = [take for take in takes if _fits(take, job, starts)]
        chosen = self.history.selects.get(job.shot)
        return next((take for take in fitting if take.number == chosen), None) or (
            fitting[-1] if fitting else None
        )

    def _kept(self, job: Job, exact: Take, quality: Quality | None) -> Decision:
        if "all" in self.options.rerun and self._is_named(job.shot):
            return Decision("redo", "asked for by --rerun all", exact)
        made = sum(take.key == job.key for take in self.history.of(job.shot, job.tier))
        judged = self.history.selects.get(job.shot) == exact.number or exact.accepted
        wrong = rerolls_on(exact, quality)
        if wrong and not judged and quality and made <= quality.max and self._is_named(job.shot):
            failure = self.history.failed_jobs.get(job.key)
            if failure and failure.final and not self._again(job):
                kept = f"{exact.name} is kept: its re-roll failed: {failure.reason}"
                return Decision("reuse", kept, exact)
            reason = f"{exact.name} is {', '.join(wrong)}; re-roll {made} of {quality.max}"
            return Decision("redo", reason, exact)
        return Decision("reuse", f"{exact.name} is what is asked", exact)

    def _missing(self, job: Job, quote: Quote) -> Decision:
        failure = self.history.failed_jobs.get(job.key)
        if failure is None:
            return Decision("new", "no take yet")
        if failure.final and quote.usd != 0 and not self._again(job):
            cost = " and may have cost money" if failure.paid else ""
            reason = f"failed before{cost}: {failure.reason}; change it, or --rerun failed"
            return Decision("blocked", reason)
        return Decision("new", f"failed before: {failure.reason}")

    def _again(self, job: Job) -> bool:
        return bool({"failed", "all"} & self.options.rerun) and self._is_named(job.shot)

    def _changed(self, job: Job, quote: Quote, former: Take, starts: Starts) -> Decision:
        """A take that no longer matches: made again where that is free or asked for, else kept."""
        reason = what_changed(job, former, starts)
        failure = self.history.failed_jobs.get(job.key)
        if failure and failure.final and quote.usd != 0 and not self._again(job):
            kept = f"its retake failed: {failure.reason}; {former.name} is kept"
            return Decision("stale", kept, former)
        asked = bool({"changed", "all"} & self.options.rerun) or (failure and self._again(job))
        if (quote.usd == 0 or asked) and self._is_named(job.shot):
            return Decision("redo", reason, former)
        kept = f"{reason}; {former.name} is kept (--rerun changed makes it again)"
        return Decision("stale", kept, former)

    def _is_named(self, shot: str) -> bool:
        return not self.options.shots or shot.partition(".")[0] in self.options.shots


def rerolls_on(take: Take, quality: Quality | None) -> list[str]:
    """What is wrong with a take that its shot says asks for another."""
    return [flag for flag in take.flags if quality and flag in quality.reroll_on]


def _fits(take: Take, job: Job, starts: Starts) -> bool:
    """Whether a take is what a job asks, by itself or by a person's word."""
    if take.key == job.key and not _outdated(take.started_from, starts):
        return True
    return any(
        accepted.key == job.key and not _outdated(accepted.started_from, starts)
        for accepted in take.accepted
    )


def _outdated(started_from: StartedFrom, starts: Starts) -> bool:
    """Whether what a take started from has changed, or will have."""
    for field, anchor in starts:
        if anchor.remade or anchor.take is None:
            return True
        if started_from.get(field) not in (None, anchor.take.digest):
            return True
    return False


def what_changed(job: Job, former: Take, starts: Starts) -> str:
    """Why a take no longer is what its shot asks, in words."""
    parts = digest_parts(job.request)
    names = sorted({*parts, *former.parts})
    changed = [name for name in names if parts.get(name) != former.parts.get(name)]
    if changed:
        said = [PART_WORDS.get(name, name.replace("_", " ")) for name in changed]
        return f"changed: {', '.join(dict.fromkeys(said))}"
    if starts:
        stills = all(anchor.seconds is None for _, anchor in starts)
        what = "the still" if stills else "the shot"
        return f"{what} it starts from is made anew"
    return "another take is asked for" if former.key != job.key else "its file changed"


PART_WORDS = {
    "first_frame": "the still",
    "last_frame": "the end still",
    "width": "the size",
    "height": "the size",
    "rate": "the frame rate",
    "endpoint": "the route",
    "provider": "the route",
    "camera": "the camera move",
    "duration": "the duration",
}
