"""What is to be done about a job, given what happened before: the action and its reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vidgen.job import History, Job, JobKey, Take, digest_parts
from vidgen.plan.values import Action, Options, Quote


@dataclass(frozen=True, slots=True)
class Anchor:
    """What shots chained to this one start from: key, take if it is kept, and where in it."""

    shot: str
    seconds: Decimal
    key: JobKey
    take: Take | None
    remade: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """An action, why, and the take it is about."""

    action: Action
    reason: str
    take: Take | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """The history, read with the eyes of one plan's options."""

    history: History
    options: Options

    def decide(self, job: Job, quote: Quote, upstream: Anchor | None) -> Decision:
        """What to do about a job: the cheapest true answer first."""
        if job.key in self.history.open_jobs:
            return Decision("resume", "already sent; it is collected, not sent again")
        if quote.usd is None and not self.options.allow_unpriced:
            return Decision("blocked", "its price is not known")
        takes = self.history.of(job.shot, job.tier)
        exact = next((take for take in reversed(takes) if take.key == job.key), None)
        if exact and not _outdated(exact, upstream):
            if "all" in self.options.rerun and self._is_named(job.shot):
                return Decision("redo", "asked for by --rerun all", exact)
            return Decision("reuse", f"{exact.name} is what is asked", exact)
        if upstream and upstream.take is None and not self._is_named(upstream.shot):
            return Decision("blocked", "the shot it starts from has no take; name that shot too")
        former = exact or next((take for take in reversed(takes) if take.take == job.take), None)
        if former is None:
            failed = self.history.failed_jobs.get(job.key)
            return Decision("new", f"failed before: {failed}" if failed else "no take yet")
        return self._changed(job, quote, former, upstream)

    def _changed(self, job: Job, quote: Quote, former: Take, upstream: Anchor | None) -> Decision:
        """A take that no longer matches: made again where that is free or asked for, else kept."""
        reason = what_changed(job, former, upstream)
        wanted = quote.usd == 0 or {"changed", "all"} & self.options.rerun
        if wanted and self._is_named(job.shot):
            return Decision("redo", reason, former)
        kept = f"{reason}; {former.name} is kept (--rerun changed makes it again)"
        return Decision("stale", kept, former)

    def _is_named(self, shot: str) -> bool:
        return not self.options.shots or shot.partition(".")[0] in self.options.shots


def _outdated(take: Take, upstream: Anchor | None) -> bool:
    """Whether what a take started from has changed, or will have."""
    if upstream is None:
        return False
    if upstream.remade or upstream.take is None:
        return True
    return take.started_from is not None and take.started_from != upstream.take.digest


def what_changed(job: Job, former: Take, upstream: Anchor | None) -> str:
    """Why a take no longer is what its shot asks, in words."""
    parts = digest_parts(job.request)
    names = sorted({*parts, *former.parts})
    changed = [name for name in names if parts.get(name) != former.parts.get(name)]
    if changed:
        said = [PART_WORDS.get(name, name.replace("_", " ")) for name in changed]
        return f"changed: {', '.join(dict.fromkeys(said))}"
    if upstream is not None:
        return "the shot it starts from is made anew"
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
