"""From a shot and the route chosen for it to the Request that would be sent. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from vidgen.catalogue import Catalogue
from vidgen.job import Input, Request, Slate, Tier
from vidgen.plan.route import Choice
from vidgen.plan.want import Want, camera_of, reference_names, reference_paths, seconds_of, want_of
from vidgen.prompt import Composed, Scene, compose
from vidgen.source import Source
from vidgen.storyboard import Prompt, Shot, Still


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
        composed = self._composed(shot, want, choice)
        hosted = self.tier != "animatic"
        first = self._input(shot.still) or self._input(shot.portrait)
        axes = "camera_control" in choice.route.capabilities
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
            source_video=self._input(shot.source) if hosted else None,
            motion_video=self._input(shot.motion) if hosted else None,
            audio_file=self._input(shot.audio) if hosted else None,
            camera=camera_of(shot, heard_in_prompt=not hosted) if axes else None,
            slate=None if hosted else self._slate(index, composed),
        )
        return Written(request, (*composed.remarks, *self._left_out(shot, choice)))

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

    def _composed(self, shot: Shot, want: Want, choice: Choice) -> Composed:
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
            camera_is_sent=hosted and "camera_control" in able and camera_of(shot) is not None,
            negative_has_field="negative_prompt" in able,
        )
        return compose(scene, choice.route.model.recipe)

    def _left_out(self, shot: Shot, choice: Choice) -> tuple[str, ...]:
        if self.tier == "animatic" or choice.mode == "references":
            return ()
        if reference_paths(self.source.board, shot):
            return ("reference images are not sent: the still holds the identity",)
        return ()

    def _input(self, path: object) -> Input | None:
        return self.source.inputs.get(path) if isinstance(path, str) else None

    def _inputs(self, paths: tuple[str, ...]) -> tuple[Input, ...]:
        return tuple(self.source.inputs[path] for path in paths)

    def _slate(self, index: int, composed: Composed) -> Slate:
        """What the card says: the model is the one that the finals would be made with."""
        board = self.source.board
        shot = board.shots[index]
        final = want_of(board, index, "final")
        model = self.catalogue.find(final.model) if final.model else None
        lines = shot.prompt.dialogue if isinstance(shot.prompt, Prompt) else ()
        spoken = tuple(f"“{line.says}”" + (f" — {line.by}" if line.by else "") for line in lines)
        start = board.upstream(shot)
        words = f"Goes on from {start}. {composed.text}" if start else composed.text
        name = model.name if model else final.model or final.why
        return Slate(shot.id, name, words, seconds_of(board, shot), spoken)


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
