"""From a storyboard to steps: each take named by its key, compared with what there already is. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from decimal import Decimal

from vidgen.catalogue import Catalogue
from vidgen.errors import Fault
from vidgen.job import (
    CAPABILITIES,
    History,
    Input,
    Job,
    JobKey,
    Request,
    Slate,
    Take,
    digest_parts,
    job_key,
)
from vidgen.plan.route import Choice, Refusal, Router
from vidgen.plan.values import Action, Options, Step
from vidgen.plan.want import (
    Want,
    camera_of,
    generated,
    reference_names,
    reference_paths,
    seconds_of,
    takes_of,
    want_of,
)
from vidgen.prompt import Composed, Scene, compose
from vidgen.source import Source
from vidgen.storyboard import Prompt, Shot, Still

STILL_MODEL = "nano-banana-pro"


@dataclass
class _Anchor:
    """What shots chained to this one start from: the key, the take if it is kept, and where in it."""

    shot: str
    seconds: Decimal
    key: JobKey
    take: Take | None
    remade: bool


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
    anchors: dict[str, _Anchor] = field(default_factory=dict)

    def build(self) -> tuple[Step, ...]:
        """Every step, in the storyboard's order; a shot always comes after what it starts from."""
        for index, shot in enumerate(self.source.board.shots):
            self._shot(index, shot)
        chosen = set(self.options.shots)
        return tuple(
            step for step in self.steps if not chosen or step.job.shot.partition(".")[0] in chosen
        )

    def _shot(self, index: int, shot: Shot) -> None:
        want = want_of(self.source.board, index, self.options.tier)
        named = self._known_model(want)
        if not named:
            return
        want = replace(want, model=named if want.model else None)
        choice, refusals = self.router.choose(want)
        if choice is None:
            self.faults.append(self._not_offered(want, refusals))
            return
        stills = self._stills(index, shot, want)
        upstream = self._upstream(shot)
        request, remarks = self._request(shot, want, choice)
        parent = _joined_key(upstream, stills)
        notes = (*choice.notes, *self._chain_notes(shot), *remarks)
        made = self._takes(shot, want, choice, request, upstream, parent, notes)
        self.steps += [*stills, *made]
        self.anchors[shot.id] = self._anchor(shot, made)

    def _known_model(self, want: Want) -> str | None:
        if want.model is None:
            return "any"
        model = self.catalogue.find(want.model)
        if model:
            return model.id
        near = self.catalogue.nearest(want.model)
        hint = f"did you mean `{near}`?" if near else "`vidgen models` lists them all"
        message = f"shot `{want.shot}` asks for a model `{want.model}` that nobody knows"
        self.faults.append(self.source.fault(want.loc, "unknown-model", message, hint))
        return None

    def _upstream(self, shot: Shot) -> _Anchor | None:
        name = self.source.board.upstream(shot)
        return self.anchors.get(name) if name else None

    def _chain_notes(self, shot: Shot) -> tuple[str, ...]:
        name = self.source.board.upstream(shot)
        return (f"starts from the last frame of {name}",) if name else ()

    # -- requests ---------------------------------------------------------------------------

    def _request(self, shot: Shot, want: Want, choice: Choice) -> tuple[Request, tuple[str, ...]]:
        composed = self._composed(shot, want, choice)
        animatic = self.options.tier == "animatic"
        first = self._input(shot.still) or self._input(shot.portrait)
        axes = "camera_control" in choice.route.capabilities
        bought = want.seconds if want.seconds_are_exact else choice.seconds
        request = Request(
            kind=want.kind,
            mode=choice.mode,
            model=choice.route.model.id,
            provider=choice.route.provider.provider,
            endpoint=choice.endpoint,
            prompt=composed.text,
            aspect=want.aspect,
            resolution=choice.resolution,
            width=choice.width,
            height=choice.height,
            rate=choice.rate,
            duration=bought,
            negative_prompt=composed.negative,
            audio=choice.audio,
            guidance_scale=shot.guidance_scale,
            first_frame=first,
            last_frame=first if shot.end_still == "same" else self._input(shot.end_still),
            references=self._references(shot) if choice.mode == "references" else (),
            source_video=None if animatic else self._input(shot.source),
            motion_video=None if animatic else self._input(shot.motion),
            audio_file=None if animatic else self._input(shot.audio),
            camera=camera_of(shot) if axes else None,
            slate=self._slate(shot, composed) if animatic else None,
        )
        return request, (*composed.remarks, *self._reference_notes(shot, choice))

    def _composed(self, shot: Shot, want: Want, choice: Choice) -> Composed:
        board = self.source.board
        negative = shot.negative_prompt or board.defaults.negative_prompt
        scene = Scene(
            shot=shot,
            cast=board.cast,
            seconds=want.seconds,
            negative=negative if self.options.tier != "animatic" else None,
            references=reference_names(board, shot) if choice.mode == "references" else (),
            camera_is_sent="camera_control" in choice.route.capabilities
            and camera_of(shot) is not None
            and self.options.tier != "animatic",
            negative_has_field="negative_prompt" in choice.route.capabilities,
        )
        return compose(scene, choice.route.model.recipe)

    def _reference_notes(self, shot: Shot, choice: Choice) -> tuple[str, ...]:
        board = self.source.board
        if self.options.tier == "animatic" or choice.mode == "references":
            return ()
        if reference_paths(board, shot):
            return ("reference images are not sent: the still holds the identity",)
        return ()

    def _input(self, path: object) -> Input | None:
        return self.source.inputs.get(path) if isinstance(path, str) else None

    def _references(self, shot: Shot) -> tuple[Input, ...]:
        paths = reference_paths(self.source.board, shot)
        return tuple(self.source.inputs[path] for path in paths if path in self.source.inputs)

    def _slate(self, shot: Shot, composed: Composed) -> Slate:
        board = self.source.board
        index = board.shots.index(shot)
        final = want_of(board, index, "final")
        model = self.catalogue.find(final.model) if final.model else None
        lines = shot.prompt.dialogue if isinstance(shot.prompt, Prompt) else ()
        spoken = tuple(f"{line.by}: {line.says}" if line.by else line.says for line in lines)
        name = model.name if model else final.model or final.why
        return Slate(shot.id, name, composed.text, seconds_of(board, shot), spoken)

    # -- stills to generate -----------------------------------------------------------------

    def _stills(self, index: int, shot: Shot, want: Want) -> list[Step]:
        if self.options.tier == "animatic":
            return []
        made = []
        for field_name, what in (("still", "still"), ("end_still", "end-still")):
            still = generated(getattr(shot, field_name))
            if still:
                step = self._still(index, shot, want, still, field_name, what)
                made += [step] if step else []
        return made

    def _still(
        self, index: int, shot: Shot, want: Want, still: Still, field_name: str, what: str
    ) -> Step | None:
        board = self.source.board
        loc = ("shots", index, field_name)
        asked = still.model or board.defaults.still_model or STILL_MODEL
        references = bool(still.references or reference_paths(board, shot))
        wish = replace(
            want,
            kind="image",
            mode="references" if references else "text",
            model=asked,
            why="named by the still" if still.model else "the default for stills",
            provider=still.provider,
            seconds=Decimal(0),
            audio=None,
            capabilities=frozenset({"references"} if references else ()),
            references=len(still.references or reference_paths(board, shot)),
            loc=loc,
            source_video=False,
        )
        named = self._known_model(wish)
        if not named:
            return None
        choice, refusals = self.router.choose(replace(wish, model=named))
        if choice is None:
            self.faults.append(self._not_offered(wish, refusals))
            return None
        return self._still_step(shot, wish, still, choice, "still" if what == "still" else what)

    def _still_step(self, shot: Shot, want: Want, still: Still, choice: Choice, what: str) -> Step:
        board = self.source.board
        pictured = Shot(id=shot.id, prompt=still.prompt, cast=shot.cast)
        paths = still.references or reference_paths(board, shot)
        names = tuple("reference" for _ in still.references) or reference_names(board, shot)
        scene = Scene(pictured, board.cast, Decimal(0), references=names)
        composed = compose(scene, choice.route.model.recipe)
        request = Request(
            kind="image",
            mode=choice.mode,
            model=choice.route.model.id,
            provider=choice.route.provider.provider,
            endpoint=choice.endpoint,
            prompt=composed.text,
            aspect=want.aspect,
            resolution=choice.resolution,
            width=choice.width,
            height=choice.height,
            rate=choice.rate,
            seed=still.seed,
            references=tuple(self.source.inputs[path] for path in paths),
        )
        key = job_key(request, tier=self.options.tier, take=1, upstream=None)
        job = Job(key, f"{shot.id}.{what}", self.options.tier, 1, request)
        return self._step(job, "still" if what == "still" else "end-still", want, choice, ())

    # -- takes ------------------------------------------------------------------------------

    def _takes(
        self,
        shot: Shot,
        want: Want,
        choice: Choice,
        request: Request,
        upstream: _Anchor | None,
        parent: JobKey | None,
        notes: tuple[str, ...],
    ) -> list[Step]:
        count = 1 if self.options.tier != "final" else takes_of(self.source.board, shot)
        if self.options.takes is not None:
            count = self.options.takes
        made = []
        for take in range(1, count + 1):
            asked = request if shot.seed is None else replace(request, seed=shot.seed + take - 1)
            key = job_key(asked, tier=self.options.tier, take=take, upstream=parent)
            job = Job(
                key,
                shot.id,
                self.options.tier,
                take,
                asked,
                upstream.key if upstream else None,
                upstream.seconds if upstream else None,
            )
            made.append(self._step(job, "shot", want, choice, notes, upstream, shot.role == "hero"))
        return made

    def _step(
        self,
        job: Job,
        what: str,
        want: Want,
        choice: Choice,
        notes: tuple[str, ...],
        upstream: _Anchor | None = None,
        protected: bool = False,
    ) -> Step:
        action, reason, take = self._action(job, choice, upstream)
        return Step(
            job=job,
            what="shot" if what == "shot" else "still" if what == "still" else "end-still",
            action=action,
            reason=reason,
            route=choice.route.name,
            because=choice.because,
            quote=choice.quote,
            asked_seconds=want.seconds,
            notes=notes,
            take=take,
            protected=protected,
        )

    def _action(
        self, job: Job, choice: Choice, upstream: _Anchor | None
    ) -> tuple[Action, str, Take | None]:
        if job.key in self.history.open_jobs:
            return "resume", "already sent; it is collected, not sent again", None
        if choice.quote.usd is None and not self.options.allow_unpriced:
            return "blocked", "its price is not known", None
        takes = self.history.of(job.shot, job.tier)
        exact = next((take for take in reversed(takes) if take.key == job.key), None)
        if exact and not self._outdated(exact, upstream):
            if "all" in self.options.rerun and self._is_named(job):
                return "redo", "asked for by --rerun all", exact
            return "reuse", f"{exact.name} is what is asked", exact
        if upstream and upstream.take is None and not self._is_made(upstream):
            return "blocked", "the shot it starts from has no take; name that shot too", None
        former = exact or (takes[min(job.take, len(takes)) - 1] if takes else None)
        if former is None:
            failed = self.history.failed_jobs.get(job.key)
            return "new", f"failed before: {failed}" if failed else "no take yet", None
        return self._changed(job, choice, former, upstream)

    def _changed(
        self, job: Job, choice: Choice, former: Take, upstream: _Anchor | None
    ) -> tuple[Action, str, Take | None]:
        reason = self._what_changed(job, former, upstream)
        wanted = choice.quote.usd == 0 or {"changed", "all"} & self.options.rerun
        if wanted and self._is_named(job):
            return "redo", reason, former
        return "stale", f"{reason}; {former.name} is kept (--rerun changed makes it again)", former

    def _is_named(self, job: Job) -> bool:
        return not self.options.shots or job.shot.partition(".")[0] in self.options.shots

    def _is_made(self, upstream: _Anchor) -> bool:
        return not self.options.shots or upstream.shot in self.options.shots

    def _outdated(self, take: Take, upstream: _Anchor | None) -> bool:
        if upstream is None:
            return False
        if upstream.remade or upstream.take is None:
            return True
        return take.started_from is not None and take.started_from != upstream.take.digest

    def _what_changed(self, job: Job, former: Take, upstream: _Anchor | None) -> str:
        parts = digest_parts(job.request)
        names = sorted({*parts, *former.parts})
        changed = [name for name in names if parts.get(name) != former.parts.get(name)]
        if changed:
            said = [PART_WORDS.get(name, name.replace("_", " ")) for name in changed]
            return f"changed: {', '.join(dict.fromkeys(said))}"
        if upstream is not None:
            return "the shot it starts from is made anew"
        return "another take is asked for" if former.key != job.key else "its file changed"

    def _anchor(self, shot: Shot, made: list[Step]) -> _Anchor:
        chosen = self.history.selects.get(shot.id)
        for step in made:
            if step.take and step.take.number == chosen and step.action in ("reuse", "stale"):
                return _Anchor(shot.id, step.asked_seconds, step.take.key, step.take, remade=False)
        last = made[-1]
        kept = last.take if last.action in ("reuse", "stale") else None
        key = kept.key if kept else last.job.key
        remade = last.works or last.action == "blocked"
        return _Anchor(shot.id, last.asked_seconds, key, kept, remade)

    # -- faults -----------------------------------------------------------------------------

    def _not_offered(self, want: Want, refusals: list[Refusal]) -> Fault:
        asked = f"`{want.model}`" if want.model else "any live model"
        reasons = _grouped(refusals)
        message = f"shot `{want.shot}` cannot be made by {asked}: {reasons}"
        return self.source.fault(want.loc, "shot-not-offered", message, self._way_out(want))

    def _way_out(self, want: Want) -> str:
        others, _ = self.router.weigh(replace(want, provider=None), None)
        ids = list(dict.fromkeys(choice.route.model.id for choice in others))
        if ids:
            return f"these can: {', '.join(ids[:4])}" + (" …" if len(ids) > 4 else "")
        near = difflib.get_close_matches(want.resolution, CAPABILITIES, n=1)
        return f"see `vidgen models {near[0] if near else want.model or ''}`".strip()


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


def _grouped(refusals: list[Refusal]) -> str:
    if not refusals:
        return "nobody sells it"
    by_reason: dict[str, list[str]] = {}
    for refusal in refusals:
        names = by_reason.setdefault("; ".join(refusal.reasons), [])
        names.append(refusal.route.provider.provider)
    pieces = [f"{reason} ({', '.join(dict.fromkeys(names))})" for reason, names in by_reason.items()]
    more = len(pieces) - 3
    return "; ".join(pieces[:3]) + (f"; and {more} more reasons" if more > 0 else "")


def _joined_key(upstream: _Anchor | None, stills: list[Step]) -> JobKey | None:
    keys = [f"{upstream.key}@{upstream.seconds}"] if upstream else []
    keys += [str(step.job.key) for step in stills]
    return JobKey("|".join(keys)) if keys else None
