"""From a storyboard to steps: each shot routed, written, named by its key, and decided on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from vidgen.catalogue import Catalogue
from vidgen.chosen import used
from vidgen.errors import Fault
from vidgen.job import GivenField, History, Job, JobKey, Need, Request, Take, job_key
from vidgen.named import serving
from vidgen.places import (
    FINISHED_TIER,
    GROUP,
    STILL_TIER,
    STILLS,
    Group,
    group_of,
    offset_of,
    place_in,
    seconds_of,
    shot_of,
    stages_of,
    word_of,
)
from vidgen.plan.effect import Picture, arriving, without_effect
from vidgen.plan.length import lengths_in_words
from vidgen.plan.past import Anchor, Decision, Past, Starts
from vidgen.plan.refusal import Refusal, grouped, telling
from vidgen.plan.request import Writer
from vidgen.plan.route import Choice, Router
from vidgen.plan.stills import STILL_PLACES
from vidgen.plan.values import Options, Step, What
from vidgen.plan.want import (
    Footage,
    Loc,
    Want,
    generated,
    group_want_of,
    reference_paths,
    stage_want_of,
    takes_of,
    want_of,
)
from vidgen.source import Source
from vidgen.storyboard import Quality, Shot, Still

STILL_MODEL = "nano-banana-pro"

FILLED: dict[What, GivenField] = {"still": "first_frame", "end-still": "last_frame"}


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
    _first_prompt: dict[JobKey, JobKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._writer = Writer(self.source, self.catalogue, self.options.tier)
        self._past = Past(self.history, self.options)

    def build(self) -> tuple[Step, ...]:
        """Every step, in the storyboard's order; a shot always comes after what it starts from."""
        board = self.source.board
        for index, shot in enumerate(board.shots):
            group = group_of(board, shot) if self.options.tier != "animatic" else None
            if group is None:
                self._shot(index, shot)
            elif group.shots[0] is shot:
                self._group(index, group)
        chosen = set(self.options.shots)
        return tuple(
            step
            for step in self.steps
            if (not chosen or shot_of(step.job.shot) in chosen)
            and (step.what in STILLS or not self.options.stills)
        )

    def _shot(self, index: int, shot: Shot) -> None:
        routed = self._routed(
            want_of(self.source.board, index, self.options.tier, self.source.lengths)
        )
        if routed is None:
            return
        want, choice = routed
        stills = self._stills(index, shot, want)
        start = self._start(shot, want)
        starts = self._starts(start, stills, loops=shot.end_still == "same")
        written = self._writer.shot(index, want, choice)
        chained = (f"starts from the last frame of {start}",) if start else ()
        notes = (*choice.notes, *chained, *written.remarks)
        quality = shot.qc or self.source.board.defaults.qc
        others = self._other_prompts(index, want, choice)
        made = [
            self._step(jobs, "shot", want, choice, notes, starts, quality)
            for jobs in self._jobs(shot.id, shot, [written.request, *others], starts)
        ]
        self.steps += [*(step for steps in stills for step in steps), *made]
        self.anchors[shot.id] = self._anchor(made)
        if self.options.tier == FINISHED_TIER:
            self._finish(index, shot, want, choice, made)

    def _group(self, index: int, group: Group) -> None:
        """Shots rendered in one call: one step, and an anchor for each of them."""
        board, first, last = self.source.board, group.shots[0], group.shots[-1]
        routed = self._routed(group_want_of(board, group, self.options.tier, self.source.lengths))
        if routed is None:
            return
        want, choice = routed
        if self._unfit(group, choice):
            return
        ends = first.model_copy(update={"end_still": last.end_still})
        stills = self._stills(index, ends, want)
        start = self._start(first, want)
        starts = self._starts(start, stills, loops=last.end_still == "same")
        written = self._writer.group(group, want, choice)
        chained = (f"starts from the last frame of {start}",) if start else ()
        notes = (*choice.notes, *chained, *written.remarks)
        quality = first.qc or board.defaults.qc
        made = [
            self._step(jobs, "shot", want, choice, notes, starts, quality)
            for jobs in self._jobs(group.place, first, [written.request], starts)
        ]
        covers = tuple(shot.id for shot in group.shots)
        made = [replace(step, covers=covers) for step in made]
        self.steps += [*(step for steps in stills for step in steps), *made]
        for shot in group.shots:
            self.anchors[shot.id] = self._member(group, shot, made)

    def _member(self, group: Group, shot: Shot, made: list[Step]) -> Anchor:
        """Where a member of a group leaves the take that it is shown from: its own where that was
        selected by hand, else its part of the group's.
        """
        board, tier = self.source.board, self.options.tier
        own = used(self.history, shot.id, tier)
        if own is not None and own.number == self.history.selects.get(shot.id):
            return Anchor(shot.id, seconds_of(board, shot), own.key, own, remade=False)
        whole = self._anchor(made, place_in(group, shot))
        return replace(whole, seconds=offset_of(board, shot) + seconds_of(board, shot))

    def _unfit(self, group: Group, choice: Choice) -> bool:
        """Whether a model's way of writing several shots has no place for these; faults say why."""
        board, model, found = self.source.board, choice.route.model, len(self.faults)
        recipe, place = model.recipe, {shot.id: n for n, shot in enumerate(board.shots)}
        if recipe.max_shots is not None and len(group.shots) > recipe.max_shots:
            shot = group.shots[recipe.max_shots]
            message = (
                f"{model.id} takes {recipe.max_shots} shots in one call; `{shot.id}` is one more"
            )
            hint = "split the group"
            self._fault(("shots", place[shot.id], "group"), "shot-not-offered", message, hint)
        for shot in group.shots:
            seconds = seconds_of(board, shot)
            if seconds % 1 and "{seconds}" in (recipe.shots or ""):
                message = (
                    f"shot `{shot.id}` of a group lasts {seconds:f}s; {model.id} takes whole ones"
                )
                where = ("shots", place[shot.id], "duration")
                self._fault(where, "shot-not-offered", message, "round it, and trim the shot")
        return len(self.faults) > found

    def _sure(self, shot: Shot, choice: Choice, made: list[Step]) -> Picture:
        """What a shot's take will be; of one's own clip, and of one that is kept though the shot
        was changed, nothing is sure.
        """
        take = self.anchors[shot.id].take
        if take and (take.provider == "own" or take.key not in {step.job.key for step in made}):
            return Picture()
        return arriving(choice, Picture())

    def _finish(
        self, index: int, shot: Shot, asked: Want, bought: Choice, steps: list[Step]
    ) -> None:
        """What is to be done to a shot's take, each stage to what the one before made."""
        board, take = self.source.board, self.anchors[shot.id]
        picture = self._sure(shot, bought, steps)
        made = replace(asked, seconds=bought.seconds or asked.seconds)
        footage = _measured(take.take) or Footage(made.seconds, bought.rate)
        for stage in stages_of(shot):
            maker = take.take.provider if take.take else steps[-1].job.request.provider
            made = replace(made, upon=footage)
            wish = stage_want_of(board, index, stage, made, maker, self.source.lengths)
            routed = self._routed(self._fitting(wish, len(stages_of(shot))))
            if routed is None:
                return
            want, choice = routed
            idle = without_effect(shot, stage, choice, picture)
            if idle is not None:
                self._fault(("shots", index, "enhance", stage), "buys-nothing", *idle)
            picture = arriving(choice, picture)
            written = self._writer.stage(shot, stage, want, choice)
            starts: Starts = (("source_video", replace(take, seconds=None)),)
            job = self._named(want.shot, written.request, 1, starts)
            step = self._step([job], stage, want, choice, choice.notes, starts)
            self.steps.append(step)
            take = self._anchor([step])
            lasts = filter(None, (footage.seconds, choice.seconds, want.given_seconds))
            footage = _measured(take.take) or replace(footage, seconds=max(lasts))

    def _fitting(self, want: Want, stages: int) -> Want:
        """Of several stages, a model that is named is for the one that it can do."""
        model = self.catalogue.find(want.model) if want.model else None
        if model is None or stages == 1 or model.kind == want.kind:
            return want
        return replace(want, model=None, why=f"cheapest live model to {want.kind}")

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
                message = f"`{want.model}` cannot make `{want.shot}`"
                self._fault(want.model_loc, code, message, self._way_out(want))
                return None
            want = replace(want, model=model.id)
        choice, refusals = self.router.choose(want)
        if choice is None:
            self._not_offered(want, refusals)
            return None
        return want, choice

    def _starts(self, start: str | None, stills: list[list[Step]], *, loops: bool) -> Starts:
        """The pictures a shot waits for: its chain's, or those of its generated stills.

        A shot that `loops` ends on what it starts from.
        """
        upstream = self.anchors.get(start) if start else None
        found: list[tuple[GivenField, Anchor]] = []
        if upstream is not None:
            found.append(("first_frame", upstream))
        found += [(FILLED[steps[0].what], self._anchor(steps)) for steps in stills]
        if loops:
            found += [("last_frame", anchor) for field, anchor in found if field == "first_frame"]
        return tuple(found)

    def _other_prompts(self, index: int, want: Want, choice: Choice) -> list[Request]:
        """The shot's request with each of the prompts to try where the first is refused."""
        if self.options.tier == "animatic":
            return []
        others = self.source.board.shots[index].alternate
        return [self._writer.shot(index, want, choice, other).request for other in others]

    def _jobs(
        self, place: str, shot: Shot, requests: list[Request], starts: Starts
    ) -> list[list[Job]]:
        """For each take: its job, then one for each other prompt."""
        tier = self.options.tier
        count = takes_of(self.source.board, shot) if tier == "final" else 1
        return [
            [self._job(place, shot, request, take, starts) for request in requests]
            for take in range(1, (self.options.takes or count) + 1)
        ]

    def _job(self, place: str, shot: Shot, request: Request, take: int, starts: Starts) -> Job:
        asked = request if shot.seed is None else replace(request, seed=shot.seed + take - 1)
        return self._named(place, asked, take, starts)

    def _named(self, place: str, asked: Request, take: int, starts: Starts) -> Job:
        """The job of one take at a place, named by what is asked and what it starts from."""
        tier, parent = self.options.tier, self._joined_key(starts)
        key = job_key(asked, shot=place, tier=tier, take=take, upstream=parent)
        needs = tuple(
            Need(field, anchor.shot, anchor.key, anchor.seconds) for field, anchor in starts
        )
        return Job(key, place, tier, take, asked, needs)

    def _joined_key(self, starts: Starts) -> JobKey | None:
        """What a job starts from, as part of its name: whichever prompt a shot was made by, it is
        the same shot.
        """
        keys = [
            f"{field}={self._first_prompt.get(anchor.key, anchor.key)}@{anchor.seconds}"
            for field, anchor in starts
        ]
        return JobKey("|".join(keys)) if keys else None

    def _step(
        self,
        jobs: list[Job],
        what: What,
        want: Want,
        choice: Choice,
        notes: tuple[str, ...],
        starts: Starts = (),
        quality: Quality | None = None,
    ) -> Step:
        self._first_prompt.update((job.key, jobs[0].key) for job in jobs)
        decided = [self._past.decide(job, choice.quote, starts, quality) for job in jobs]
        at = self._first(jobs, decided)
        job, decision = jobs[at], decided[at]
        others = jobs[at + 1 :] if self.options.alternate else []
        typical = choice.route.typical
        said = (*notes, f"by its other prompt {at}") if at else notes
        return Step(
            job=job,
            what=what,
            action=decision.action,
            reason=decision.reason,
            route=choice.route.name,
            because=choice.because,
            quote=choice.quote,
            asked_seconds=want.seconds,
            notes=said,
            take=decision.take,
            protected=want.protected,
            quality=quality,
            alternates=tuple(others),
            typical_seconds=typical.seconds if typical else None,
        )

    def _first(self, jobs: list[Job], decided: list[Decision]) -> int:
        """Which of a shot's prompts is at issue: one that has a take or is under way, else the
        first that was not refused, where the others may be tried.
        """
        for wanted in ("reuse", "redo", "resume"):
            for at, decision in enumerate(decided):
                if decision.action == wanted and (at == 0 or decision.take or wanted == "resume"):
                    return at
        if not self.options.alternate:
            return 0
        refused = self.history.failed_jobs
        for at, job in enumerate(jobs):
            failure = refused.get(job.key)
            if failure is None or failure.kind != "moderation":
                return at
        return 0

    def _anchor(self, made: list[Step], place: str = "") -> Anchor:
        """What others start from: the take selected by hand where it is kept, else the newest.

        One that was selected at `place` comes before the one of the takes' own.
        """
        last = made[-1]
        seconds = last.asked_seconds if last.what == "shot" else None
        kept = [step for step in made if step.take and step.action in ("reuse", "stale")]
        for chosen in map(self.history.selects.get, (place, last.job.shot)):
            for step in kept:
                if step.take and step.take.number == chosen:
                    return Anchor(step.job.shot, seconds, step.take.key, step.take, remade=False)
        take = last.take if last in kept else None
        key = take.key if take else last.job.key
        return Anchor(last.job.shot, seconds, key, take, remade=take is None)

    # -- stills to generate -----------------------------------------------------------------

    def _stills(self, index: int, shot: Shot, want: Want) -> list[list[Step]]:
        """The takes of each still that a shot needs generated."""
        if self.options.tier == "animatic":
            return []
        found = [
            self._still(index, shot, want, still, name, what)
            for name, what in STILL_PLACES
            if (still := generated(getattr(shot, name)))
        ]
        return [steps for steps in found if steps]

    def _still(
        self, index: int, shot: Shot, want: Want, still: Still, name: str, what: What
    ) -> list[Step]:
        routed = self._routed(self._still_wish(index, shot, want, still, name))
        if routed is None:
            return []
        wish, choice = routed
        written = self._writer.still(shot, wish, still, choice)
        place = f"{shot.id}.{what}"
        chosen = self._selected(place)
        if chosen is not None:
            job = Job(chosen.key, place, STILL_TIER, chosen.take, written.request)
            step = self._step([job], what, wish, choice, written.remarks)
            reason = f"{chosen.name} is selected"
            return [replace(step, action="reuse", reason=reason, take=chosen)]
        count = (self.options.takes or 1) if self.options.stills else 1
        jobs = [self._still_job(place, written.request, take) for take in range(1, count + 1)]
        return [self._step([job], what, wish, choice, written.remarks) for job in jobs]

    def _selected(self, place: str) -> Take | None:
        """The still that a person chose: it is used, whatever is written now."""
        if "all" in self.options.rerun and self.options.stills:
            return None
        number = self.history.selects.get(place)
        takes = self.history.of(place, STILL_TIER)
        return next((take for take in takes if take.number == number), None)

    def _still_job(self, place: str, request: Request, take: int) -> Job:
        if request.seed is not None:
            request = replace(request, seed=request.seed + take - 1)
        key = job_key(request, shot=place, tier=STILL_TIER, take=take, upstream=None)
        return Job(key, place, STILL_TIER, take, request)

    def _still_wish(self, index: int, shot: Shot, want: Want, still: Still, name: str) -> Want:
        board = self.source.board
        references = len(still.references or reference_paths(board, shot))
        able = {"references"} if references else set()
        able |= {"seed"} if still.seed is not None else set()
        return replace(
            want,
            kind="image",
            mode="references" if references else "text",
            model=still.model or board.defaults.still_model or STILL_MODEL,
            why="named by the still" if still.model else "the default for stills",
            provider=still.provider,
            seconds=Decimal(0),
            audio=None,
            capabilities=frozenset(able),
            references=references,
            loc=("shots", index, name),
            model_loc=("shots", index, name, "model"),
            source_video=False,
            given_seconds=None,
            camera=None,
        )

    # -- faults -----------------------------------------------------------------------------

    def _fault(self, loc: Loc, code: str, message: str, hint: str = "") -> None:
        self.faults.append(self.source.fault(loc, code, message, hint))

    def _not_offered(self, want: Want, refusals: list[Refusal]) -> None:
        nearest = telling(refusals)
        fields = {reason.field for refusal in nearest for reason in refusal.reasons}
        whose, lasting, shorter = self._whose(want)
        if fields == {"duration"} and want.model:
            lengths = sorted({length for one in nearest for length in one.route.durations})
            sold = lengths_in_words(tuple(lengths))
            message = f"{whose} asks for {want.seconds:f}s; {want.model} sells {sold}"
            hint = f"{shorter}, or see `vidgen models {want.model}`"
            self._fault((*want.loc, lasting), "shot-not-offered", message, hint)
            return
        asked = f"`{want.model}`" if want.model else "any live model"
        message = f"{whose} cannot be made by {asked}: {grouped(nearest)}"
        field = fields.pop() if len(fields) == 1 else ""
        field = lasting if field == "duration" else field
        loc = want.model_loc if field in ("model", "") else (*want.loc, field)
        self._fault(loc, "shot-not-offered", message, self._way_out(want))

    def _whose(self, want: Want) -> tuple[str, str, str]:
        """Who wants something, in words; the field that says how long that lasts; the ways to make
        it shorter. A group is told with the length of each of its shots.
        """
        board = self.source.board
        if word_of(want.shot) != GROUP:
            return f"shot `{want.shot}`", "duration", "shorten it, split it with `chain`"
        shots = [shot for shot in board.shots if shot.group == board.shot(shot_of(want.shot)).group]
        lengths = ", ".join(f"{shot.id} {seconds_of(board, shot):f}s" for shot in shots)
        name = f"group `{shots[0].group}` ({lengths})"
        return name, "group", "split the group, shorten its shots"

    def _way_out(self, want: Want) -> str:
        others, _ = self.router.weigh(replace(want, provider=None), None)
        ids = list(dict.fromkeys(choice.route.model.id for choice in others))
        model = self.catalogue.models.get(want.model) if want.model else None
        heir = model.life.successor if model else None
        first = f"its successor is `{heir}`; " if heir and heir in ids else ""
        if ids and want.model_loc == ("draft", "model"):
            first = f"give the shot a draft of its own, `draft: {{model: {ids[0]}}}`; "
        if ids:
            return f"{first}these can: {', '.join(ids[:4])}" + (" …" if len(ids) > 4 else "")
        return f"see `vidgen models {want.model or ''}`"


def _measured(take: Take | None) -> Footage | None:
    """A take as it is; None where there is none, or nobody has measured it."""
    if take is None or not take.frames:
        return None
    seconds = take.frames / take.rate
    return Footage(round(Decimal(seconds.numerator) / seconds.denominator, 2), take.rate)
