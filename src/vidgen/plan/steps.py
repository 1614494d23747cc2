"""From a storyboard to steps: each shot routed, written, named by its key, and decided on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from vidgen.catalogue import Catalogue
from vidgen.errors import Fault
from vidgen.job import History, Job, JobKey, Request, job_key
from vidgen.named import serving
from vidgen.plan.past import Anchor, Past
from vidgen.plan.request import Writer
from vidgen.plan.route import Choice, Refusal, Router, lengths_in_words
from vidgen.plan.values import Options, Step
from vidgen.plan.want import Loc, Want, generated, reference_paths, takes_of, want_of
from vidgen.source import Source
from vidgen.storyboard import Shot, Still

STILL_MODEL = "nano-banana-pro"

What = Literal["shot", "still", "end-still"]
STILL_FIELDS: tuple[tuple[str, What], ...] = (("still", "still"), ("end_still", "end-still"))


@dataclass
class Builder:
    """Walks the shots in order, collecting steps and faults; lives for one plan."""

    source: Source
    catalogue: Catalogue
    history: History
    options: Options
    router: Router
    steps: list[Step] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    anchors: dict[str, Anchor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._writer = Writer(self.source, self.catalogue, self.options.tier)
        self._past = Past(self.history, self.options)

    def build(self) -> tuple[Step, ...]:
        """Every step, in the storyboard's order; a shot always comes after what it starts from."""
        for index, shot in enumerate(self.source.board.shots):
            self._shot(index, shot)
        chosen = set(self.options.shots)
        return tuple(
            step for step in self.steps if not chosen or step.job.shot.partition(".")[0] in chosen
        )

    def _shot(self, index: int, shot: Shot) -> None:
        routed = self._routed(want_of(self.source.board, index, self.options.tier))
        if routed is None:
            return
        want, choice = routed
        stills = self._stills(index, shot, want)
        start = self._start(shot, want)
        upstream = self.anchors.get(start) if start else None
        written = self._writer.shot(index, want, choice)
        chained = (f"starts from the last frame of {start}",) if start else ()
        notes = (*choice.notes, *chained, *written.remarks)
        parent = _joined_key(upstream, stills)
        made = [
            self._step(job, "shot", want, choice, notes, upstream)
            for job in self._jobs(shot, written.request, upstream, parent)
        ]
        self.steps += [*stills, *made]
        self.anchors[shot.id] = self._anchor(shot, made)

    def _start(self, shot: Shot, want: Want) -> str | None:
        """The shot whose last frame this one starts from; a card starts from none."""
        if self.options.tier == "animatic" and want.mode == "text":
            return None
        return self.source.board.upstream(shot)

    def _routed(self, want: Want) -> tuple[Want, Choice] | None:
        """The wish with its model's true name, and the route for it; None leaves a fault behind."""
        if want.provider is not None and want.provider not in self.catalogue.providers:
            message = f"no provider is called `{want.provider}`"
            self._fault((*want.loc, "provider"), "unknown-provider", message)
            return None
        if want.model is not None:
            model = self.catalogue.find(want.model)
            if model is None or model.kind not in serving(want.kind):
                code = "wrong-kind-of-model" if model else "unknown-model"
                self._fault(want.model_loc, code, f"`{want.model}` cannot make {want.shot}")
                return None
            want = replace(want, model=model.id)
        choice, refusals = self.router.choose(want)
        if choice is None:
            self._not_offered(want, refusals)
            return None
        return want, choice

    def _jobs(
        self, shot: Shot, request: Request, upstream: Anchor | None, parent: JobKey | None
    ) -> list[Job]:
        tier = self.options.tier
        count = takes_of(self.source.board, shot) if tier == "final" else 1
        made = []
        for take in range(1, (self.options.takes or count) + 1):
            asked = request if shot.seed is None else replace(request, seed=shot.seed + take - 1)
            key = job_key(asked, tier=tier, take=take, upstream=parent)
            start = (upstream.key, upstream.seconds) if upstream else (None, None)
            made.append(Job(key, shot.id, tier, take, asked, *start))
        return made

    def _step(
        self,
        job: Job,
        what: What,
        want: Want,
        choice: Choice,
        notes: tuple[str, ...],
        upstream: Anchor | None = None,
    ) -> Step:
        decision = self._past.decide(job, choice.quote, upstream)
        return Step(
            job=job,
            what=what,
            action=decision.action,
            reason=decision.reason,
            route=choice.route.name,
            because=choice.because,
            quote=choice.quote,
            asked_seconds=want.seconds,
            notes=notes,
            take=decision.take,
            protected=want.protected,
        )

    def _anchor(self, shot: Shot, made: list[Step]) -> Anchor:
        """What a chain starts from: the take selected by hand where it is kept, else the newest."""
        chosen = self.history.selects.get(shot.id)
        kept = [step for step in made if step.take and step.action in ("reuse", "stale")]
        for step in kept:
            if step.take and step.take.number == chosen:
                return Anchor(shot.id, step.asked_seconds, step.take.key, step.take, remade=False)
        last = made[-1]
        take = last.take if last in kept else None
        key = take.key if take else last.job.key
        return Anchor(shot.id, last.asked_seconds, key, take, remade=take is None)

    # -- stills to generate -----------------------------------------------------------------

    def _stills(self, index: int, shot: Shot, want: Want) -> list[Step]:
        if self.options.tier == "animatic":
            return []
        found = [
            self._still(index, shot, want, still, name, what)
            for name, what in STILL_FIELDS
            if (still := generated(getattr(shot, name)))
        ]
        return [step for step in found if step is not None]

    def _still(
        self, index: int, shot: Shot, want: Want, still: Still, name: str, what: What
    ) -> Step | None:
        board = self.source.board
        references = len(still.references or reference_paths(board, shot))
        wish = replace(
            want,
            kind="image",
            mode="references" if references else "text",
            model=still.model or board.defaults.still_model or STILL_MODEL,
            why="named by the still" if still.model else "the default for stills",
            provider=still.provider,
            seconds=Decimal(0),
            audio=None,
            capabilities=frozenset({"references"} if references else ()),
            references=references,
            loc=("shots", index, name),
            model_loc=("shots", index, name, "model"),
            source_video=False,
        )
        routed = self._routed(wish)
        if routed is None:
            return None
        wish, choice = routed
        written = self._writer.still(shot, wish, still, choice)
        key = job_key(written.request, tier=self.options.tier, take=1, upstream=None)
        job = Job(key, f"{shot.id}.{what}", self.options.tier, 1, written.request)
        return self._step(job, what, wish, choice, written.remarks)

    # -- faults -----------------------------------------------------------------------------

    def _fault(self, loc: Loc, code: str, message: str, hint: str = "") -> None:
        self.faults.append(self.source.fault(loc, code, message, hint))

    def _not_offered(self, want: Want, refusals: list[Refusal]) -> None:
        telling = _telling(refusals)
        fields = {reason.field for refusal in telling for reason in refusal.reasons}
        if fields == {"duration"} and want.model:
            lengths = sorted({length for one in telling for length in one.route.durations})
            sold = lengths_in_words(tuple(lengths))
            message = f"shot `{want.shot}` asks for {want.seconds:f}s; {want.model} sells {sold}"
            hint = f"shorten it, split it with `chain`, or see `vidgen models {want.model}`"
            self._fault((*want.loc, "duration"), "shot-not-offered", message, hint)
            return
        asked = f"`{want.model}`" if want.model else "any live model"
        message = f"shot `{want.shot}` cannot be made by {asked}: {_grouped(telling)}"
        field = fields.pop() if len(fields) == 1 else ""
        loc = want.model_loc if field in ("model", "") else (*want.loc, field)
        self._fault(loc, "shot-not-offered", message, self._way_out(want))

    def _way_out(self, want: Want) -> str:
        others, _ = self.router.weigh(replace(want, provider=None), None)
        ids = list(dict.fromkeys(choice.route.model.id for choice in others))
        model = self.catalogue.models.get(want.model) if want.model else None
        heir = model.life.successor if model else None
        first = f"its successor is `{heir}`; " if heir and heir in ids else ""
        if ids:
            return f"{first}these can: {', '.join(ids[:4])}" + (" …" if len(ids) > 4 else "")
        return f"see `vidgen models {want.model or ''}`"


def _telling(refusals: list[Refusal]) -> list[Refusal]:
    """The refusals that say most: of live routes, those that come nearest to what is asked."""
    live = [one for one in refusals if one.route.live] or refusals
    fewest = min((len(one.reasons) for one in live), default=0)
    near = [one for one in live if len(one.reasons) == fewest]
    by_length = [one for one in near if one.reasons[0].field == "duration"]
    return by_length or near


def _grouped(refusals: list[Refusal]) -> str:
    if not refusals:
        return "nobody sells it"
    by_reason: dict[str, list[str]] = {}
    for refusal in refusals:
        words = "; ".join(reason.words for reason in refusal.reasons)
        by_reason.setdefault(words, []).append(refusal.route.provider.provider)
    pieces = [f"{why} ({', '.join(dict.fromkeys(names))})" for why, names in by_reason.items()]
    more = len(pieces) - 3
    return "; ".join(pieces[:3]) + (f"; and {more} more" if more > 0 else "")


def _joined_key(upstream: Anchor | None, stills: list[Step]) -> JobKey | None:
    keys = [f"{upstream.key}@{upstream.seconds}"] if upstream else []
    keys += [str(step.job.key) for step in stills]
    return JobKey("|".join(keys)) if keys else None
