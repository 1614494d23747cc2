from decimal import Decimal
from typing import get_args

import pytest
from pydantic import ValidationError

from vidgen.catalogue import pixels
from vidgen.scalars import PresetName
from vidgen.source.inputs import named_files
from vidgen.stitch.preset import preset
from vidgen.storyboard import ASPECTS, RESOLUTIONS, Deliverable, Prompt, Shot, Storyboard

SMALL = {"vidgen": 1, "title": "Film", "shots": [{"id": "a"}]}


def board(**more):
    return Storyboard.model_validate(SMALL | more)


def test_three_lines_are_a_film():
    film = board()
    assert film.format.aspect == "9:16"
    assert film.credits.per_usd == 100
    assert film.shots[0].chain is None


def test_values_are_frozen_and_exact():
    film = board(shots=[{"id": "a", "duration": "2.5s", "trim": {"head": Decimal("0.25")}}])
    assert film.shots[0].duration == Decimal("2.5")
    assert film.shots[0].trim.head == Decimal("0.25")
    with pytest.raises(ValidationError):
        film.title = "Other"


def test_previous_is_the_shot_before():
    film = board(shots=[{"id": "a"}, {"id": "b", "chain": "previous"}, {"id": "c", "chain": "a"}])
    assert [film.upstream(shot) for shot in film.shots] == [None, "a", "a"]
    assert board(shots=[{"id": "a", "chain": "previous"}]).upstream(film.shots[0]) is None


def test_a_version_is_a_number_and_not_a_truth():
    for wrong in (True, "1", 2, Decimal("1.5")):
        with pytest.raises(ValidationError, match="vidgen"):
            board(vidgen=wrong)


def test_every_shape_and_size_of_the_language_has_pixels():
    for resolution in RESOLUTIONS:
        for aspect in ASPECTS:
            width, height = pixels(resolution, aspect)
            assert width % 2 == height % 2 == 0
            assert min(width, height) >= 360


def test_every_preset_of_the_language_can_be_made():
    for name in get_args(PresetName):
        assert preset(name, width=1080, height=1920).name == name
        assert Deliverable(name="x", preset=name).preset == name


def test_prompts_are_words_or_parts():
    shot = Shot.model_validate({"id": "a", "prompt": {"at": {"2s": "up", 5: "down"}}})
    assert isinstance(shot.prompt, Prompt)
    assert shot.prompt.at == {Decimal(2): "up", Decimal(5): "down"}
    assert Shot.model_validate({"id": "a", "prompt": "up"}).prompt == "up"


def test_every_path_of_the_language_is_looked_for():
    """Each field that takes a path shows up among the files to find: none is silently unchecked."""
    schema = Storyboard.model_json_schema()
    fields = sum(str(part).count("'format': 'project-path'") for part in schema["$defs"].values())
    fields += str(schema["properties"]).count("'format': 'project-path'")
    still = {"prompt": "x", "references": ["p1.png"]}
    shot = {
        "id": "a", "still": "p2.png", "end_still": "p3.png", "references": ["p4.png"],
        "source": "p5.mp4", "motion": "p6.mp4", "portrait": "p7.png", "audio": "p8.wav",
        "lip_sync": "p9.wav",
    }  # fmt: skip
    film = board(
        shots=[shot, {"id": "b", "still": still}],
        cast={"c": {"images": ["p10.png"], "voice": "p11.wav"}},
        sound={"music": {"file": "p12.wav"}, "voiceover": [{"file": "p13.wav", "at": 1}]},
        captions={"file": "p14.srt", "font": "p15.ttf"},
        look={"lut": "p16.cube"},
        end_card={"still": "p17.png"},
        include=["p18.yaml"],
    )
    found = {named.path for named in named_files(film)}
    assert len(found) == fields == 18
