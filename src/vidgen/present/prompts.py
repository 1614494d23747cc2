"""What each call of a plan would carry, word for word."""

from __future__ import annotations

from collections.abc import Iterable

from vidgen.job import Camera
from vidgen.plan.values import Step
from vidgen.present.amounts import seconds_text


def prompts_text(steps: Iterable[Step]) -> str:
    """Word for word what would be sent for each step, and what would go with it."""
    pieces = []
    for step in steps:
        request = step.job.request
        name = step.job.name if step.job.take > 1 else step.job.shot
        pieces.append(f"{name}  {request.model} on {request.provider} ({request.endpoint})")
        pieces.append(request.prompt or "(no prompt)")
        if request.negative_prompt:
            pieces.append(f"negative: {request.negative_prompt}")
        pieces += [f"with: {', '.join(_given(step))}", ""]
    return "\n".join(pieces).rstrip()


def _given(step: Step) -> list[str]:
    """Everything besides the words that a call carries, as far as it carries it."""
    request = step.job.request
    said = [seconds_text(request.duration), request.resolution, request.aspect]
    said += [f"seed {request.seed}"] if request.seed is not None else []
    if request.guidance_scale is not None:
        said.append(f"guidance {request.guidance_scale}")
    if request.audio is not None:
        said.append("sound" if request.audio else "no sound")
    for need in step.job.needs:
        what = "of the shot it chains from" if need.at is not None else "generated"
        said.append(f"{need.field.replace('_', ' ')} {what} ({need.shot})")
    for name in (
        "first_frame",
        "last_frame",
        "voice",
        "source_video",
        "motion_video",
        "audio_file",
    ):
        given = getattr(request, name)
        said += [f"{name.replace('_', ' ')} {given.path}"] if given else []
    said += [f"reference {given.path}" for given in request.references]
    moves = [axis for axis in Camera.AXES if request.camera and getattr(request.camera, axis)]
    said += [f"{axis} {getattr(request.camera, axis).normalize():f}" for axis in moves]
    return [words for words in said if words]
