"""From a shot and the route chosen for it to the Request that would be sent. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from vidgen.catalogue import Catalogue
from vidgen.job import Camera, Input, Mode, Part, Request, Slate, Tier
from vidgen.places import Group, Stage, group_of, seconds_of
from vidgen.plan.moves import camera_of, fits, move_of
from vidgen.plan.route import Choice
from vidgen.plan.want import Want, reference_names, reference_paths, want_of
from vidgen.prompt import Composed, Scene, compose, in_one_call, overlong
from vidgen.source import Source
from vidgen.storyboard import Prompt, Shot, Still

ANIMATIC = "animatic"
"""The model that draws on this machine, and its provider."""


FRAMED: tuple[Mode, ...] = ("first_frame", "first_last")
IN_THIS_MODE = "none is taken there in this mode"


@dataclass(frozen=True, slots=True)
class Written:
    """A request, and what the author should know about how it was put."""

    request: Request
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes requests for one storyboard at one tier."""

    source: Source
    catalogue: Catalogue
    tier: Tier

    def shot(
        self, index: int, want: Want, choice: Choice, prompt: str | Prompt | None = None
    ) -> Written:
        """The request of shot number `index`, still without the pictures of other takes.

        `prompt` stands in for the shot's own.
        """
        shot = self.source.board.shots[index]
        if prompt is not None:
            shot = shot.model_copy(update={"prompt": prompt})
        hosted = self.tier != "animatic"
        camera = self._camera(shot, choice)
        composed = self._composed(shot, want, choice, camera)
        drawn = choice.route.provider.provider == ANIMATIC
        first = self._input(shot.still) or self._input(shot.portrait)
        request = replace(
            _routed(want, choice, composed.text),
            duration=choice.seconds if hosted else want.seconds,
            negative_prompt=composed.negative,
            audio=choice.audio,
            guidance_scale=shot.guidance_scale,
            first_frame=first,
            last_frame=first if shot.end_still == "same" else self._input(shot.end_still),
            references=self._inputs(reference_paths(self.source.board, shot))
            if choice.mode == "references"
            else (),
            voice=self._voice(shot, choice),
            source_video=self._input(shot.source),
            motion_video=self._input(shot.motion) if hosted else None,
            audio_file=self._input(shot.audio) or (None if hosted else self._input(shot.lip_sync)),
            camera=camera,
            slate=self._slate(index, shot, composed) if drawn else None,
        )
        said = (*composed.remarks, *self._left_out(shot, choice), *_steered(shot, choice, camera))
        return Written(request, said)

    def group(self, group: Group, want: Want, choice: Choice) -> Written:
        """The request of a group of shots, rendered in one call."""
        board, first, last = self.source.board, group.shots[0], group.shots[-1]
        composed = [self._composed(shot, want, choice) for shot in group.shots]
        lengths = [seconds_of(board, shot) for shot in group.shots]
        pairs = zip(composed, lengths, strict=True)
        parts = tuple(Part(one.text, seconds) for one, seconds in pairs)
        paths = [path for shot in group.shots for path in reference_paths(board, shot)]
        start, recipe = self._input(first.still), choice.route.model.recipe
        prompt = in_one_call(parts, recipe)
        request = replace(
            _routed(want, choice, prompt),
            shots=parts,
            duration=choice.seconds,
            negative_prompt=composed[0].negative,
            audio=choice.audio,
            guidance_scale=first.guidance_scale,
            first_frame=start,
            last_frame=start if last.end_still == "same" else self._input(last.end_still),
            references=self._inputs(tuple(dict.fromkeys(paths)))
            if choice.mode == "references"
            else (),
            voice=next((one for shot in group.shots if (one := self._voice(shot, choice))), None),
        )
        remarks = [remark for one in composed for remark in one.remarks]
        remarks += [*overlong(prompt, recipe), *_crowded(group, parts, recipe.max_shot_chars)]
        remarks += [remark for shot in group.shots for remark in self._left_out(shot, choice)]
        names = ", ".join(shot.id for shot in group.shots)
        said = f"one call makes {names}; the cut parts them by their lengths"
        return Written(request, (said, *dict.fromkeys(remarks)))

    def stage(self, shot: Shot, stage: Stage, want: Want, choice: Choice) -> Written:
        """The request of work on a finished take, which is not there yet."""
        request = replace(
            _routed(want, choice, ""),
            duration=choice.seconds,
            audio_file=self._input(shot.lip_sync) if stage == "lip-sync" else None,
        )
        return Written(request, ())

    def still(self, shot: Shot, want: Want, still: Still, choice: Choice) -> Written:
        """The request of a still that a shot needs first."""
        board = self.source.board
        pictured = Shot(id=shot.id, prompt=still.prompt, cast=shot.cast)
        paths = still.references or reference_paths(board, shot)
        names = tuple("reference" for _ in still.references) or reference_names(board, shot)
        composed = compose(
            Scene(pictured, board.cast, Decimal(0), references=names), choice.route.model.recipe
        )
        request = replace(
            _routed(want, choice, composed.text),
            seed=still.seed,
            references=self._inputs(paths),
        )
        return Written(request, composed.remarks)

    def _camera(self, shot: Shot, choice: Choice) -> Camera | None:
        """The move that goes in numbers; what a route does not take so is said in words."""
        route = choice.route
        if "camera_control" not in route.capabilities:
            return None
        if route.camera is None:
            return camera_of(shot, heard_in_prompt=self.tier == "animatic")
        move = move_of(shot)
        return move if move and fits(route, move, choice.mode, choice.seconds) else None

    def _composed(
        self, shot: Shot, want: Want, choice: Choice, camera: Camera | None = None
    ) -> Composed:
        board = self.source.board
        hosted = self.tier != "animatic"
        able = choice.route.capabilities
        negative = shot.negative_prompt or board.defaults.negative_prompt
        scene = Scene(
            shot=shot,
            cast=board.cast,
            seconds=want.seconds,
            negative=negative if hosted else None,
            references=reference_names(board, shot) if choice.mode == "references" else (),
            camera_is_sent=hosted and camera is not None,
            negative_has_field="negative_prompt" in able,
        )
        return compose(scene, choice.route.model.recipe)

    def _left_out(self, shot: Shot, choice: Choice) -> tuple[str, ...]:
        """What of a shot's cast is not sent, and why."""
        if self.tier == "animatic":
            return ()
        found = []
        if choice.mode != "references" and reference_paths(self.source.board, shot):
            why = "the still holds the identity" if choice.mode in FRAMED else IN_THIS_MODE
            found.append(f"reference images are not sent: {why}")
        voices, sent = self._voices(shot), self._voice(shot, choice)
        unsent = [name for name, path in voices if sent is None or path != sent.path]
        if unsent:
            of = ", ".join(f"`{name}`" for name in unsent)
            why = "one sample goes with a call" if sent else IN_THIS_MODE
            found.append(f"the voice of {of} is not sent: {why}")
        return tuple(found)

    def _voices(self, shot: Shot) -> list[tuple[str, str]]:
        """The samples of a shot's voices, by name: of who speaks first, then of who is there."""
        prompt, cast = shot.prompt, self.source.board.cast
        spoken = [line.by for line in prompt.dialogue] if isinstance(prompt, Prompt) else []
        names = [name for name in dict.fromkeys((*spoken, *shot.cast)) if name in cast]
        return [(name, path) for name in names if (path := cast[name].voice)]

    def _voice(self, shot: Shot, choice: Choice) -> Input | None:
        """The sample that goes with a call; a route takes one beside its reference images."""
        if choice.mode != "references" or "voice" not in choice.route.capabilities:
            return None
        return next((self._input(path) for _, path in self._voices(shot)), None)

    def _input(self, path: object) -> Input | None:
        return self.source.inputs.get(path) if isinstance(path, str) else None

    def _inputs(self, paths: tuple[str, ...]) -> tuple[Input, ...]:
        return tuple(self.source.inputs[path] for path in paths)

    def _naming_the_model(self, index: int) -> int:
        """The number of the shot that says who makes shot number `index`: of a group its first."""
        board = self.source.board
        group = group_of(board, board.shots[index])
        return index if group is None else board.shots.index(group.shots[0])

    def _slate(self, index: int, shot: Shot, composed: Composed) -> Slate:
        """What the card says: the model is the one that the finals would be made with.

        Where that is the animatic itself, the card is a title: it stands for nothing else, and has
        the author's words as they are written.
        """
        index = self._naming_the_model(index)
        board = self.source.board
        final = want_of(board, index, "final", self.source.lengths)
        model = self.catalogue.find(final.model) if final.model else None
        if model is not None and model.id == ANIMATIC:
            words = shot.prompt if isinstance(shot.prompt, str) else composed.text
            return Slate(shot.id, "", words, seconds_of(board, shot))
        lines = shot.prompt.dialogue if isinstance(shot.prompt, Prompt) else ()
        spoken = tuple(f"“{line.says}”" + (f" — {line.by}" if line.by else "") for line in lines)
        start = board.upstream(shot)
        words = f"Goes on from {start}. {composed.text}" if start else composed.text
        name = model.name if model else final.model or final.why
        return Slate(shot.id, name, words, seconds_of(board, shot), spoken)


def _crowded(group: Group, parts: tuple[Part, ...], most: int | None) -> list[str]:
    """Which shots of a group have more words than their model reads of one."""
    return [
        f"`{shot.id}` has {len(part.text)} characters; of a shot in a group the model reads {most}"
        for shot, part in zip(group.shots, parts, strict=True)
        if most is not None and len(part.text) > most
    ]


def _steered(shot: Shot, choice: Choice, camera: Camera | None) -> tuple[str, ...]:
    """How a move is told to a route that takes some in numbers, and not every one."""
    taken = choice.route.camera
    if taken is None or move_of(shot) is None:
        return ()
    if camera is None:
        return (f"the camera's move goes in words: in numbers it takes {taken.words}",)
    told = [f"{axis} {getattr(camera, axis):f}" for axis in taken.axes if getattr(camera, axis)]
    return (f"the camera's move goes in numbers, and not in words: {', '.join(told)}",)


def _routed(want: Want, choice: Choice, prompt: str) -> Request:
    """The part of a request that the route settles."""
    return Request(
        kind=want.kind,
        mode=choice.mode,
        model=choice.route.model.id,
        provider=choice.route.provider.provider,
        endpoint=choice.endpoint,
        prompt=prompt,
        aspect=want.aspect,
        resolution=choice.resolution,
        width=choice.width,
        height=choice.height,
        rate=choice.rate,
    )
