"""The example that works at every desk: planned with its reasons, rehearsed, and made a film."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.processes import inside
from vidgen.media.probe import probe
from vidgen.providers import PROVIDERS

TEN_DESKS = Path(__file__).resolve().parent.parent / "projects-example" / "ten-desks"
DESKS = {
    "animatic", "fal", "byteplus", "kling", "replicate", "runway", "dashscope", "minimax", "google",
    "openai-compatible",
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the example, which stays as it is."""
    folder = tmp_path_factory.mktemp("desks") / "ten-desks"
    ignore = shutil.ignore_patterns(".vidgen", "deliver", "takes", "__pycache__")
    return Path(shutil.copytree(TEN_DESKS, folder, ignore=ignore))


def vidgen(*words):
    done = inside(*map(str, words))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_desk_has_a_shot_and_every_route_its_reason(project):
    plan = json.loads(vidgen("plan", project, "--json"))
    assert {step["route"].partition(":")[0] for step in plan["steps"]} == DESKS
    assert set(PROVIDERS) >= DESKS
    assert all(step["because"] for step in plan["steps"])
    assert plan["verdict"] == "fits"
    kinds = {step["what"] for step in plan["steps"]}
    assert kinds == {"shot", "still", "end-still", "upscale"}


def test_it_is_rehearsed_and_becomes_a_film(project):
    report = vidgen("render", project, "--rehearse", "--speed", 2000, "--json").splitlines()[-1]
    made = json.loads(report)["made"]
    assert {Path(one["path"]).parent.name for one in made} >= {"oven.group", "rain.upscale"}
    vidgen("stitch", project, "--rehearsal", "--preset", "master")
    (film,) = (project / "deliver").glob("*.mp4")
    picture = probe(film).picture
    assert (picture.width, picture.height) == (1280, 720)
    assert round(picture.duration * 24) == 1223


def test_the_bakers_portrait_is_what_its_script_draws():
    spec = importlib.util.spec_from_file_location("ten_desks", TEN_DESKS / "make_assets.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    with Image.open(TEN_DESKS / "cast" / "mara.png") as kept:
        assert ImageChops.difference(kept.convert("RGB"), script.portrait()).getbbox() is None
