"""Whether work on a finished take buys anything, where that is certain before it is made. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from vidgen.places import Stage
from vidgen.plan.route import Choice, short_side
from vidgen.storyboard import Shot


@dataclass(frozen=True, slots=True)
class Picture:
    """What a clip will be when it arrives, and the model that makes it so.

    None is what no page says, and what of a take that is there need not be as its plan was.
    """

    model: str = ""
    resolution: str | None = None
    rate: Fraction | None = None


def arriving(choice: Choice, before: Picture) -> Picture:
    """What a route makes, of what there was before; a route of `source` leaves the size as it is.

    Scaling up keeps the frames; whether a lip-sync does is said nowhere.
    """
    route = choice.route
    named, kept = choice.resolution in route.resolutions, "source" in route.resolutions
    size = choice.resolution if named else before.resolution if kept else None
    same = before.rate if route.model.kind == "upscale" else None
    maker = route.model.id if named or not kept else before.model
    return Picture(maker, size, choice.rate if route.rates else same)


def without_effect(
    shot: Shot, stage: Stage, choice: Choice, before: Picture
) -> tuple[str, str] | None:
    """Why a stage changes nothing and the way out, in words; None where it may well.

    A larger size that is asked of a model which does not reach it is no work either.
    """
    enhance = shot.enhance
    if enhance is None:
        return None
    wanted, sold = enhance.upscale, choice.resolution
    if stage == "upscale" and wanted and before.resolution:
        there, made = before.resolution, f"`{before.model}` makes shot `{shot.id}`"
        if short_side(wanted) <= short_side(there):
            return (
                f"{made} at {there}: to scale it up to {wanted} buys nothing",
                f"take `upscale` out, or ask for more than {there}",
            )
        if sold in choice.route.resolutions and short_side(sold) <= short_side(there):
            scaler = choice.route.model.id
            return (
                f"{made} at {there}, and `{scaler}` scales up to {sold} at most",
                "name another `model`, or take `upscale` out",
            )
    rate = enhance.interpolate
    if stage == "interpolate" and rate and before.rate is not None and rate <= before.rate:
        there = f"{float(before.rate):.5g}"
        return (
            f"shot `{shot.id}` is made at {there} fps: to interpolate to {rate} adds no frame",
            f"take `interpolate` out, or ask for more than {there}",
        )
    return None
