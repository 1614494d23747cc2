"""What goes on from a clip: some models give that clip back with it, and a film shows the rest."""

import shutil
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.conftest import model, offer, provider
from tests.render.stage import shots
from vidgen.cut import assemble
from vidgen.job import JobKey, Take
from vidgen.render.frames import last_index

FILM = shots(
    "id: a, prompt: A, model: longer, source: hall.mp4, needs: [extend]",
    "id: b, prompt: B, chain: a",
)


@pytest.fixture
def going_on(stage):
    """The stage, where the model `longer` goes on from a clip."""
    able = model("longer", capabilities=["extend", "source_video"], kind="video")
    big = model("big", capabilities=["source_video"], kind="upscale", durations=None,
                resolutions=["4k"], aspects=None, audio=None)  # fmt: skip
    sold = offer("longer", Decimal("0.10"), modes={"extend": "longer/e"})
    scaled = offer("big", Decimal("0.10"), modes={"upscale": "big/u"})
    two = stage.shop.providers["two"]
    stage.shop = replace(
        stage.shop,
        models={**stage.shop.models, "longer": able, "big": big},
        providers={
            **stage.shop.providers,
            "two": two.model_copy(
                update={"offers": (*two.offers, *provider("two", sold, scaled).offers)}
            ),
        },
    )
    shutil.copy(stage.clip, stage.project.root / "hall.mp4")
    return stage


@pytest.mark.parametrize(("seconds", "begins"), [(4, 0), (5, 0), (7, 72)])
def test_a_take_knows_where_its_shot_begins(going_on, make_clip, seconds, begins):
    going_on.provider.clips["A."] = make_clip(size="64x112", seconds=seconds)
    report = going_on.go(FILM)
    onward, after = (outcome.take for outcome in report.made)
    assert (onward.frames, onward.begins) == (24 * seconds, begins)
    again = going_on.project.takes()[0]
    assert again == onward
    clips = assemble(
        going_on.source.board, {"a": onward, "b": after}, going_on.project.root, None
    ).clips
    assert (clips[0].start, clips[0].frames) == (begins, 96)


def test_what_is_made_of_such_a_take_begins_where_it_does(going_on, make_clip):
    going_on.provider.clips["A."] = make_clip(size="64x112", seconds=7)
    going_on.provider.clips[""] = make_clip(size="64x112", seconds=7, rate=48)
    scaled = "needs: [extend], enhance: {upscale: 4k}"
    report = going_on.go(FILM.replace("needs: [extend]", scaled))
    found = {outcome.take.shot: outcome.take for outcome in report.made}
    assert (found["a"].begins, found["a.upscale"].begins) == (72, 144)


def test_a_chain_goes_on_from_where_the_cut_leaves_it():
    take = Take(
        "a", 1, "final", JobKey("j1:x"), "a.mp4", "d", "m", "p", frames=200, rate=Fraction(24)
    )
    assert last_index(Decimal(4), take) == 95
    assert last_index(Decimal(4), replace(take, begins=72)) == 167
    assert last_index(Decimal(4), replace(take, begins=104)) is None  # its last
